"""What the ledger tells inspections of a unit: register, values that stand, forfeit."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Any

from hypothesis import given as for_all
from hypothesis import strategies as st

from services.inspections.known import Entry, KnownUnit, effective, missing_scores, unit_of
from shared.events import Event
from tests.support.deciding import rulebook
from tests.support.rulebooks import build, example_data
from tests.support.world import ACTOR, TIME, World

FACTS: dict[str, Any] = {"occurred_at": TIME, "actor": ACTOR}
DIGEST = "sha256:" + "0" * 64
DECIDED = {**FACTS, "meeting": "Phiên 1", "date": "2020-11-17", "document": "01-MH", "text": "Quyết định"}


class Told:
    """Events about QH-Q01, in the order in which they are told."""

    def __init__(self) -> None:
        self.world = World("hcmc/2020", services=("scores", "inspections", "ranking"))
        self.events: list[Event] = []
        self.day = rulebook().period.end
        self.tell("scores", "unit.registered", area="QH", kind="urban_district", name="Quận Đoàn 1")

    def tell(self, service: str, type_: str, /, **data: Any) -> None:
        facts = DECIDED if type_.startswith("decision.") else FACTS
        value = self.world.event(service, f"{type_}.v1", "QH-Q01", {**facts, **data})
        self.events.append(Event.parse(value))

    def score(self, value: str, stage: str = "department", **more: Any) -> int:
        self.tell(
            "scores", "score.recorded", criterion="1.2", stage=stage, value=value, rulebook=DIGEST, **more
        )
        return self.events[-1].sequence

    def unit(self) -> KnownUnit:
        found = unit_of("QH-Q01", self.events, self.day)
        assert found is not None
        return found

    def effective(self) -> object:
        return effective(rulebook(), self.unit(), rulebook().leaf["1.2"])


def test_a_unit_nobody_registered_is_not_known() -> None:
    assert unit_of("QH-Q01", [], rulebook().period.end) is None


def test_the_highest_stage_counts_and_within_it_the_latest_value_that_stands() -> None:
    told = Told()
    told.score("6", "self")
    assert told.effective() is None
    told.score("5")
    told.score("5.5")
    assert told.effective() == Fraction("5.5")
    told.tell("scores", "score.withdrawn", criterion="1.2", stage="department", reason="nhập nhầm")
    assert told.effective() == 5
    told.tell("ranking", "decision.score", criterion="1.2", stage="standing", points="4.75")
    told.score("6")
    assert told.effective() == Fraction("4.75")


def test_a_conclusion_seen_in_the_ledger_counts_as_inspection() -> None:
    told = Told()
    told.score("5")
    change = {"criterion": "1.2", "from_self": None, "from_effective": "5", "to": "4", "reason": "d"}
    told.tell(
        "inspections",
        "conclusion.signed",
        team="DKT-1",
        strengths="a",
        limitations="b",
        orientation="c",
        scores=[{"criterion": "8.1", "value": "3"}],
        adjustments=[change],
        recognised_models=[],
    )
    assert told.effective() == 4
    assert told.unit().values["8.1", "inspection"] == (Entry("3"),)


def test_a_forfeit_stands_until_it_is_lifted() -> None:
    told = Told()
    told.tell("ranking", "decision.forfeit_confirmed")
    assert told.unit().forfeited
    told.tell("ranking", "decision.forfeit_lifted")
    assert not told.unit().forfeited


def test_what_is_not_understood_or_not_its_sources_to_say_changes_nothing() -> None:
    told = Told()
    told.score("5")
    told.tell("scores", "score.recorded", criterion="1.2", stage="department", value=6, rulebook=DIGEST)
    told.tell(
        "inspections", "score.recorded", criterion="1.2", stage="department", value="6", rulebook=DIGEST
    )
    assert told.effective() == 5


def test_what_is_missing_follows_the_rulebooks_order_and_leaves_out_the_teams_own_leaves() -> None:
    told = Told()
    told.score("5")
    missing = missing_scores(rulebook(), told.unit())
    assert "1.2" not in missing
    assert missing == [leaf.id for leaf in rulebook().leaves if leaf.id in missing]
    assert not {"8.1", "8.2", "8.3"} & set(missing)


def test_a_withdrawn_decision_and_an_amended_conclusion_show_the_older_value_again() -> None:
    told = Told()
    told.score("5")
    told.tell("ranking", "decision.score", criterion="1.2", stage="standing", points="4.75")
    told.tell("ranking", "decision.score_withdrawn", criterion="1.2", stage="standing")
    assert told.effective() == 5
    change = {"criterion": "1.2", "from_self": None, "from_effective": "5", "to": "4", "reason": "d"}
    amendment = {"team": "DKT-1", "reason": "tính nhầm"}
    told.tell("inspections", "conclusion.amended", adjustments=[change], **amendment)
    assert told.effective() == 4
    told.tell("inspections", "conclusion.amended", withdrawn=["1.2"], **amendment)
    assert told.effective() == 5


BY_THE_OFFICE = {"on_behalf_of": "TNXP", "responsible": "TNXP"}
DOCUMENT = "QĐ 12/2020"


def test_a_value_entered_for_a_body_is_missing_until_it_confirms_where_the_rulebook_asks_so() -> None:
    data = example_data()
    data["policies"]["on_behalf_confirmation"] = "required"
    required = build(data)
    leaf = required.leaf["1.2"]
    told = Told()
    told.score("4")
    number = told.score("5", **BY_THE_OFFICE)
    assert told.effective() == 5
    assert effective(required, told.unit(), leaf) == 4
    told.tell("scores", "score.withdrawn", criterion="1.2", stage="department", reason="nhập nhầm")
    other = told.score("5", **BY_THE_OFFICE)
    told.tell("scores", "score.confirmed", scores=[number])
    assert effective(required, told.unit(), leaf) == 4
    told.tell("scores", "score.confirmed", scores=[other])
    assert effective(required, told.unit(), leaf) == 5
    alone = Told()
    alone.score("5", **BY_THE_OFFICE)
    assert "1.2" in missing_scores(required, alone.unit())
    assert "1.2" not in missing_scores(rulebook(), alone.unit())


@for_all(st.integers(-400, 400))
def test_a_name_an_area_and_a_last_day_hold_by_day(days: int) -> None:
    told = Told()
    end = told.day
    first = end + timedelta(days=days)
    told.tell("scores", "unit.renamed", name="Đoàn mới", valid_from=first.isoformat(), document=DOCUMENT)
    told.tell("scores", "unit.moved", area="LLVT", valid_from=first.isoformat(), document=DOCUMENT)
    unit = told.unit()
    assert (unit.name, unit.area) == (("Đoàn mới", "LLVT") if days <= 0 else ("Quận Đoàn 1", "QH"))
    told.tell(
        "scores",
        "unit.closed",
        last_day=first.isoformat(),
        successors=["QH-TPTD"],
        document=DOCUMENT,
        reason="sáp nhập",
    )
    assert told.unit().open_on(end) == (days >= 0)
