"""What is shown of a session: the last version stands, the earlier ones stay, and nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.inspections.contents import CONTENTS, content_of, order_of
from services.inspections.held import AGENDA, Held, agenda, concluded, facts_shown, held
from shared.events import Event
from tests.support.world import ACTOR, World

KINDS = ("introduction", "question", "answer", "party_committee", "note")
ITEMS = st.lists(
    st.fixed_dictionaries({"kind": st.sampled_from(KINDS), "text": st.text(min_size=1, max_size=4)})
)


class Told:
    """Events about QH-Q01, recorded in the order in which they are told."""

    def __init__(self) -> None:
        self.world = World("hcmc/2020", services=("inspections",))
        self.events: list[Event] = []

    def tell(self, type_: str, day: int = 9, /, **data: Any) -> None:
        facts = {"occurred_at": f"2020-11-{day:02}T02:00:00.000000Z", "actor": ACTOR, **data}
        self.events.append(Event.parse(self.world.event("inspections", f"{type_}.v1", "QH-Q01", facts)))

    def minutes(self, version: int, text: str, day: int = 9) -> None:
        self.tell("minutes.recorded", day, version=version, items=[{"kind": "note", "text": text}])

    def conclude(self, **changes: Any) -> None:
        about = {"strengths": "Được", "limitations": "Hạn chế", "orientation": "Hướng", "scores": []}
        more = {"team": "DKT-1", "adjustments": [], "recognised_models": []}
        self.tell("conclusion.signed", **{**about, **more, **changes})

    def held(self) -> Held:
        return held(self.events)


def test_a_later_version_of_the_minutes_stands_and_the_earlier_one_is_read_by_its_number() -> None:
    told = Told()
    told.minutes(1, "vội")
    told.minutes(2, "chép lại")
    session = told.held()
    texts = {n: said.data["items"][0]["text"] for n in (None, 1, 2) if (said := session.version(n))}
    assert texts == {None: "chép lại", 1: "vội", 2: "chép lại"}
    assert session.version(3) is None
    assert Told().held().version() is None


def test_findings_stand_in_the_order_of_the_plan_then_of_their_codes() -> None:
    told = Told()
    for content in ("THEM.2", "II.6", "II.1", "THEM.1", "II.1"):
        told.tell("finding.recorded", content=content, text=f"{content} {len(told.events)}")
    found = told.held().findings
    assert [entry.ref for entry in found] == ["II.1", "II.6", "THEM.1", "THEM.2"]
    assert [one.data["text"] for one in found[0].said] == ["II.1 2", "II.1 4"]
    assert found[0].standing is found[0].said[-1]


def test_a_content_that_the_plan_does_not_list_is_called_by_its_code() -> None:
    assert (content_of("THEM.1").vi, content_of("II.3").vi) == ("THEM.1", CONTENTS[2].vi)
    assert sorted(("X", "II.6", "II.2"), key=order_of) == ["II.2", "II.6", "X"]


def test_models_and_limitations_show_what_was_registered_and_what_the_team_says_of_each() -> None:
    told = Told()
    told.tell("model.registered", ref="MH-2", title="Hai", text="…")
    told.tell("model.registered", ref="MH-1", title="Một", text="…")
    told.tell("model.registered", ref="MH-1", title="Một, sửa", text="…")
    told.tell("model.assessed", ref="MH-1", initiative="high", text="Tự đề xuất")
    row = {"ref": "HC-1", "text": "Chậm", "cycle": "2019"}
    told.tell("limitation.carried", limitations=[row], document="05-TB")
    told.tell("limitation.assessed", ref="HC-1", outcome="not", text="Vẫn chậm")
    session = told.held()
    assert [(one.ref, one.standing is None) for one in session.models] == [("MH-1", False), ("MH-2", True)]
    assert session.models[0].basis is not None
    assert session.models[0].basis.data["title"] == "Một, sửa"
    assert session.limitations[0].row == row
    standing = session.limitations[0].standing
    assert standing is not None
    assert standing.data["outcome"] == "not"


@pytest.mark.parametrize(
    ("happened", "later"), [("09T17:00", False), ("09T16:59", True), ("08T10:00", True), ("10T01:00", False)]
)
def test_what_is_recorded_on_a_later_local_day_is_marked(happened: str, later: bool) -> None:
    told = Told()
    told.minutes(1, "…")
    said = replace(
        told.held().minutes[0], happened=f"2020-11-{happened}:00.000000Z", at="2020-11-10T02:00:00.000000Z"
    )
    assert said.later("Asia/Ho_Chi_Minh") is later


def test_facts_of_the_minutes_are_ordered_by_when_they_happened_each_once() -> None:
    told = Told()
    told.tell("finding.recorded", 10, content="II.1", text="hôm sau")
    told.minutes(1, "bản cũ")
    told.minutes(2, "ghi lại hôm sau", 9)
    told.tell("inspection.opened", 9, team="DKT-1", missing_scores=[])
    rows = [{"ref": ref, "text": "Chậm", "cycle": "2019"} for ref in ("HC-1", "HC-2")]
    told.tell("limitation.carried", 2, limitations=rows, document="05-TB")
    session = told.held()
    assert [one.number for one in facts_shown(session, session.version())] == [5, 3, 4, 1]
    assert 2 in [one.number for one in facts_shown(session, session.version(1))]


@for_all(ITEMS)
def test_no_line_is_lost_and_each_part_keeps_the_order_in_which_it_was_written(
    items: list[dict[str, str]],
) -> None:
    numbered = [{**item, "text": f"{place}"} for place, item in enumerate(items)]
    parts = agenda(numbered)
    assert tuple(parts) == AGENDA
    assert sorted(int(one["text"]) for part in parts.values() for one in part) == list(range(len(items)))
    assert all(part == sorted(part, key=lambda one: int(one["text"])) for part in parts.values())


def test_a_note_belongs_to_the_part_of_the_line_before_it() -> None:
    kinds = ("note", "question", "note", "party_committee", "note", "answer")
    parts = agenda({"kind": kind, "text": str(place)} for place, kind in enumerate(kinds))
    assert {part: [one["text"] for one in some] for part, some in parts.items()} == {
        "introduction": ["0"],
        "discussion": ["1", "2", "5"],
        "party_committee": ["3", "4"],
    }


def test_a_conclusion_stands_as_it_was_last_amended() -> None:
    told = Told()
    assert concluded(told.held().conclusions) is None
    told.conclude(scores=[{"criterion": "8.1", "value": "2"}, {"criterion": "8.2", "value": "1"}])
    change = [{"criterion": "8.1", "value": "1.5"}]
    told.tell("conclusion.amended", team="DKT-1", reason="Đọc nhầm", limitations="Khác", scores=change)
    found = concluded(told.held().conclusions)
    assert found is not None
    assert (found.strengths, found.limitations, found.scores) == ("Được", "Khác", {"8.1": "1.5", "8.2": "1"})
    told.tell("conclusion.amended", team="DKT-1", reason="Như cũ", withdrawn=["8.1", "1.2"])
    again = concluded(told.held().conclusions)
    assert again is not None
    assert again.scores == {"8.1": "2", "8.2": "1"}
