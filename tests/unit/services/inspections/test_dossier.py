"""What a team reads of a unit: by the time at which it happened, whenever it was recorded."""

from __future__ import annotations

from typing import Any

from hypothesis import given as for_all
from hypothesis import strategies as st

from services.inspections.dossier import dossier
from shared.events import Event
from tests.support.world import ACTOR, World

DIGEST = "sha256:" + "0" * 64


class Told:
    """Events about QH-Q01, recorded in the order in which they are told."""

    def __init__(self) -> None:
        self.world = World("hcmc/2020", services=("scores", "inspections"))
        self.events: list[Event] = []

    def tell(self, service: str, type_: str, day: int, /, **data: Any) -> None:
        facts = {"occurred_at": f"2020-11-{day:02}T02:00:00.000000Z", "actor": ACTOR, **data}
        self.events.append(Event.parse(self.world.event(service, f"{type_}.v1", "QH-Q01", facts)))

    def finding(self, day: int, text: str) -> None:
        self.tell("inspections", "finding.recorded", day, content="II.1", text=text)

    def score(self, day: int, value: str, criterion: str = "1.2") -> None:
        about = {"criterion": criterion, "stage": "department", "value": value, "rulebook": DIGEST}
        self.tell("scores", "score.recorded", day, **about)

    def dossier(self) -> dict[str, Any]:
        return dossier(self.events, "QH")


def test_what_is_recorded_the_day_after_stands_where_it_happened() -> None:
    told = Told()
    told.finding(10, "thứ Ba")
    told.finding(9, "thứ Hai, ghi lại hôm sau")
    found = told.dossier()["findings"]
    assert [one["text"] for one in found] == ["thứ Hai, ghi lại hôm sau", "thứ Ba"]
    assert [one["number"] for one in found] == [2, 1]
    assert found[0]["recorded_at"] == told.events[1].time


@for_all(st.lists(st.integers(1, 28), max_size=8))
def test_no_order_of_recording_loses_a_finding_or_puts_a_later_one_first(days: list[int]) -> None:
    told = Told()
    for place, day in enumerate(days):
        told.finding(day, str(place))
    found = [(one["at"][8:10], int(one["text"])) for one in told.dossier()["findings"]]
    assert found == sorted((f"{day:02}", place) for place, day in enumerate(days))


def test_a_withdrawal_takes_what_was_stated_last_whenever_it_happened() -> None:
    told = Told()
    told.score(9, "5")
    told.score(4, "3")
    told.tell("scores", "score.withdrawn", 10, criterion="1.2", stage="department", reason="Nhập nhầm")
    found = [(one["value"], one["withdrawn"]) for one in told.dossier()["scores"]]
    assert found == [("3", True), ("5", False)]


def test_an_override_stays_in_the_dossier_with_its_reason_and_what_the_gate_lacked() -> None:
    told = Told()
    assert told.dossier()["opening"] is None
    about = {"team": "DKT-1", "missing_scores": ["1.2"], "base_position": 40}
    told.tell("inspections", "inspection.opened", 9, **about, override={"reason": "Ban gửi sau"}, case=7)
    told.finding(9, "Đủ hồ sơ")
    found = told.dossier()["opening"]
    assert (found["override"], found["missing_scores"]) == ("Ban gửi sau", ["1.2"])
    assert (found["base_position"], found["case"], found["by"]) == (40, 7, ACTOR["sub"])
