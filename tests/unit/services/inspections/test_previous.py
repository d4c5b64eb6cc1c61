"""Given last year's ledger, when its limitations are asked for, then those that still stand are named."""

from __future__ import annotations

from typing import Any

import pytest

from services.inspections.previous import MOST, Previous, limitations_of
from shared.events import Event
from tests.support.world import ACTOR, TIME, World

CONCLUDED = {"team": "DKT-1", "strengths": "a", "orientation": "c", "scores": [], "adjustments": []}


class LastYear:
    """What was stated of QH-Q02 in 2019."""

    def __init__(self) -> None:
        self.world = World("hcmc/2019", services=("inspections",))
        self.events: list[Event] = []

    def tell(self, type_: str, **data: Any) -> int:
        facts = {"occurred_at": TIME, "actor": ACTOR, **data}
        self.events.append(Event.parse(self.world.event("inspections", f"{type_}.v1", "QH-Q02", facts)))
        return self.events[-1].sequence

    def conclude(self, limitations: str) -> int:
        return self.tell("conclusion.signed", limitations=limitations, recognised_models=[], **CONCLUDED)

    def carry(self, *refs: str) -> None:
        listed = [{"ref": ref, "text": f"Từ trước {ref}", "cycle": "2018"} for ref in refs]
        self.tell("limitation.carried", limitations=listed, document="05-TB")

    def seen(self, own: bool = True) -> tuple[list[Previous], int]:
        return limitations_of("QH-Q02", "2019", self.events, own)


@pytest.fixture
def year() -> LastYear:
    return LastYear()


def test_without_a_conclusion_there_is_nothing_to_carry(year: LastYear) -> None:
    assert year.seen() == ([], 0)


def test_each_line_of_the_conclusion_is_a_limitation_without_its_mark(year: LastYear) -> None:
    number = year.conclude("- Chậm báo cáo\n\n2. Ít chi đoàn mới \n• 30 % đoàn viên nợ phí")
    assert year.seen() == (
        [
            Previous("HC-2019-1", "Chậm báo cáo", "2019"),
            Previous("HC-2019-2", "Ít chi đoàn mới", "2019"),
            Previous("HC-2019-3", "30 % đoàn viên nợ phí", "2019"),
        ],
        number,
    )


def test_the_amended_words_are_taken_and_an_amendment_of_something_else_changes_none(year: LastYear) -> None:
    year.conclude("Cũ")
    amended = year.tell("conclusion.amended", team="DKT-1", reason="Sửa", limitations="Mới")
    year.tell("conclusion.amended", team="DKT-1", reason="Sửa", strengths="Khác")
    assert year.seen() == ([Previous("HC-2019-1", "Mới", "2019")], amended)


def test_what_was_not_remedied_goes_on_under_its_own_reference_and_year(year: LastYear) -> None:
    year.carry("HC-1", "HC-2", "HC-3")
    year.tell("limitation.assessed", ref="HC-1", outcome="remedied", text="Xong")
    year.tell("limitation.assessed", ref="HC-2", outcome="partly", text="Còn")
    assert [(one.ref, one.cycle) for one in year.seen()[0]] == [("HC-2", "2018"), ("HC-3", "2018")]


def test_a_successor_inherits_them_by_name_of_the_unit_that_had_them(year: LastYear) -> None:
    year.carry("HC-1")
    year.conclude("Chậm")
    assert year.seen(own=False)[0] == [
        Previous("QH-Q02-HC-1", "Từ trước HC-1", "2018", "QH-Q02"),
        Previous("QH-Q02-HC-2019-1", "Chậm", "2019", "QH-Q02"),
    ]


def test_no_more_are_given_than_one_command_may_carry(year: LastYear) -> None:
    year.conclude("\n".join(f"Hạn chế {n}" for n in range(MOST + 5)))
    assert len(year.seen()[0]) == MOST
