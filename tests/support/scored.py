"""A 2020 ledger as the scores service has stated it: cycle, rulebook, some units and departments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.scores.commands import (
    AdoptRulebook,
    Command,
    OpenCycle,
    RecordScore,
    RegisterDepartment,
    RegisterUnit,
)
from services.scores.decider import decide
from services.scores.state import State, fold
from shared.events import Draft
from tests.support.deciding import Person, person, rulebook

ADMIN = person("admin@ledger", sub="QT-001")
OFFICE = person("office@ledger", sub="VP-001")
BTG = person("department@department:BTG", sub="BTG-001")
Q01 = person("unit@unit:QH-Q01", sub="Q01-BT")

_SETUP: tuple[tuple[str, Command], ...] = (
    ("scores.open_cycle", OpenCycle("Năm 2020", "2020-01-01", "2020-12-31")),
    ("scores.adopt_rulebook", AdoptRulebook(rulebook())),
    ("scores.register_unit", RegisterUnit("QH-Q01", "QH", "urban_district", "Quận Đoàn 1")),
    ("scores.register_unit", RegisterUnit("LLVT-BTL", "LLVT", "army", "Đoàn Bộ Tư lệnh")),
    (
        "scores.register_unit",
        RegisterUnit("QH-CU", "QH", "urban_district", "Đơn vị đã giải thể", valid_to="2020-06-30"),
    ),
    ("scores.register_department", RegisterDepartment("VP", "Văn phòng", "office")),
    ("scores.register_department", RegisterDepartment("BTG", "Ban Tuyên giáo", "department")),
    ("scores.register_department", RegisterDepartment("TST", "TT Khoa học trẻ", "public_service", "VP")),
)


def set_up() -> State:
    """Cycle open, rulebook in force, three units (one closed in summer), three departments."""
    state = State()
    for operation, command in _SETUP:
        state = fold(decide(state, command, ADMIN.doing(operation), "2020"), state)
    return state


def given(state: State, *drafts: Draft) -> State:
    """``state`` after ``drafts``."""
    return fold(drafts, state)


def when(state: State, command: Command, caller: Person) -> Sequence[Draft]:
    """What ``command`` states."""
    return decide(state, command, caller, "2020")


def score(criterion: str, value: str | None = None, stage: str = "department", **about: Any) -> RecordScore:
    """A score of QH-Q01 unless told otherwise."""
    return RecordScore(about.pop("unit", "QH-Q01"), criterion, stage, value, **about)
