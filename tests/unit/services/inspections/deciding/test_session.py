"""Given a session, when it is held, then minutes, findings, models and limitations are stated (plan II)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.inspections.commands import (
    AssessLimitation,
    AssessModel,
    CarryLimitations,
    RecordFinding,
    RecordMinutes,
    RegisterModel,
)
from services.inspections.decider import decide, units_of
from shared.access import AccessDenied
from tests.support.inspected import DAY, DEPUTY, LEADER, OFFICE, SECRETARY, UNIT, opened, scheduled

MINUTES = RecordMinutes("QH-Q01", ({"kind": "question", "text": "Kinh phí?"},))
FINDING = RecordFinding("QH-Q01", "II.1", "Đủ hồ sơ")
MODEL = RegisterModel("QH-Q01", "MH-1", "Phòng đọc lưu động", "Ba điểm trường")
ASSESSED = AssessModel("QH-Q01", "MH-1", "high", "Tự đề xuất")
CARRIED = CarryLimitations(
    "QH-Q01", ({"ref": "HC-1", "text": "Chậm báo cáo", "cycle": "2019"},), "05-TB/TĐTN"
)
REMEDIED = AssessLimitation("QH-Q01", "HC-1", "partly", "Còn hai kỳ trễ")


@pytest.mark.parametrize("command", [MINUTES, FINDING, ASSESSED, REMEDIED])
def test_nothing_of_a_session_is_recorded_before_it_has_begun(command: Any) -> None:
    assert scheduled().refusal(command, LEADER).rule == "not-opened"


@pytest.mark.parametrize("command", [MINUTES, FINDING, ASSESSED, REMEDIED])
def test_leader_and_secretary_record_the_session_and_nobody_else(command: Any) -> None:
    place = opened().when(MODEL, UNIT).when(CARRIED, OFFICE)
    for caller in (LEADER, SECRETARY):
        assert place.fact(command, caller)
    for caller in (DEPUTY, UNIT, OFFICE):
        with pytest.raises(AccessDenied):
            decide(place.state, place.known, command, caller)


def test_minutes_have_versions() -> None:
    place = opened().when(MINUTES, SECRETARY)
    assert place.fact(MINUTES, SECRETARY)["version"] == 2


def test_minutes_may_be_written_later_about_what_happened_and_not_about_what_will() -> None:
    held = "2020-11-09T02:00:00.000000Z"
    later = SECRETARY.at(DAY.replace(day=10))
    assert opened().fact(replace(MINUTES, occurred_at=held), later)["occurred_at"] == held
    assert opened().refusal(replace(MINUTES, occurred_at=held), SECRETARY).rule == "in-the-future"


def test_a_model_is_reworded_by_its_unit_until_the_team_has_assessed_it() -> None:
    place = scheduled().when(MODEL, UNIT).when(replace(MODEL, title="Phòng đọc"), UNIT)
    assert place.state.visit("QH-Q01").record.models["MH-1"]["title"] == "Phòng đọc"
    assessed = opened().when(MODEL, UNIT).when(ASSESSED, LEADER)
    error = assessed.refusal(MODEL, UNIT)
    assert (error.rule, error.status) == ("model-assessed", 409)


def test_a_model_that_was_not_registered_is_not_assessed() -> None:
    assert opened().refusal(ASSESSED, LEADER).rule == "unknown-model"


def test_limitations_cite_a_document_or_the_predecessor_that_had_them() -> None:
    assert scheduled().refusal(replace(CARRIED, document=None), OFFICE).rule == "basis-missing"
    for predecessor in ("QH-CU1", "QH-CU2"):
        row = {**CARRIED.limitations[0], "unit": predecessor}
        command = replace(CARRIED, document=None, limitations=(row,))
        assert units_of(command) == ["QH-Q01", predecessor]
        assert "document" not in scheduled().fact(command, OFFICE)


def test_a_unit_inherits_from_its_predecessors_alone() -> None:
    row = {**CARRIED.limitations[0], "unit": "QH-Q03"}
    assert scheduled().refusal(replace(CARRIED, limitations=(row,)), OFFICE).rule == "not-a-predecessor"


def test_a_limitation_is_carried_once() -> None:
    error = scheduled().when(CARRIED, OFFICE).refusal(CARRIED, OFFICE)
    assert [(fault.rule, fault.field) for fault in error.faults] == [
        ("limitation-twice", "limitations.0.ref")
    ]
    twice = replace(CARRIED, limitations=CARRIED.limitations * 2)
    assert [fault.field for fault in scheduled().refusal(twice, OFFICE).faults] == ["limitations.1.ref"]


def test_a_limitation_that_was_not_carried_is_not_assessed() -> None:
    assert opened().refusal(REMEDIED, LEADER).rule == "unknown-limitation"
