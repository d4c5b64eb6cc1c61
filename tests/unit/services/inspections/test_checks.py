"""Given what a unit has stated, when its readiness is asked for, then each item says what to do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from services.inspections.checks import checks_of
from services.inspections.commands import (
    AnswerPartyCommittee,
    DeclareAttendance,
    DeclareSite,
    RegisterSubordinates,
)
from services.inspections.record import Record
from tests.support.inspected import UNIT, Place, scheduled

SUBORDINATES = RegisterSubordinates(
    "QH-Q01",
    (
        {"code": "S1", "name": "Phường 1", "kind": "ward_commune_township", "class": "EXCELLENT"},
        {"code": "S2", "name": "Quân sự", "kind": "armed_forces"},
    ),
    "01-BC/ĐTN",
)
ATTENDEES = DeclareAttendance("QH-Q01", ())


def states(
    place: Place,
    *,
    packs: int = 0,
    lacking: tuple[str, ...] = (),
    awaited: tuple[str, ...] = (),
    missing: tuple[str, ...] = (),
) -> Any:
    unit = place.known.units["QH-Q01"]
    record = place.state.visit("QH-Q01").record
    found = checks_of(unit, record, packs=packs, lacking=lacking, awaited=awaited, missing_self=missing)
    assert all(bool(one["vi"]) == bool(one["en"]) == (one["state"] != "ok") for one in found)
    return {one["item"]: one["state"] for one in found}


def test_a_unit_that_has_stated_nothing_is_told_everything() -> None:
    found = states(scheduled(), missing=("1.1",))
    assert set(found.values()) == {"missing"}
    assert list(found) == ["subordinates", "sheet", "pack", "attendance", "site", "party_committee"]


def test_what_is_stated_and_not_as_asked_is_a_warning() -> None:
    place = scheduled().when(SUBORDINATES, UNIT).when(ATTENDEES, UNIT)
    place = place.when(DeclareSite("QH-Q01", False, "Đang sửa"), UNIT)
    place = place.when(AnswerPartyCommittee("QH-Q01", False, "Bận họp"), UNIT)
    assert set(states(place, packs=1, lacking=("REPORT",)).values()) == {"warn"}


def test_what_is_as_asked_is_ok() -> None:
    place = scheduled().when(replace(SUBORDINATES, subordinates=SUBORDINATES.subordinates[:1]), UNIT)
    place = place.when(DeclareSite("QH-Q01", True), UNIT).when(AnswerPartyCommittee("QH-Q01", True), UNIT)
    units = {**place.known.units, "QH-Q01": replace(place.known.units["QH-Q01"], submitted=True)}
    place = replace(place, known=replace(place.known, units=units))
    found = states(place, packs=1)
    assert found.pop("attendance") == "missing"
    assert set(found.values()) == {"ok"}
    full = Record(attendance={"deviations": []})
    told = checks_of(units["QH-Q01"], full, packs=1, lacking=(), awaited=(), missing_self=())
    assert told[3]["state"] == "ok"


def test_a_file_that_is_still_to_come_is_named() -> None:
    assert states(scheduled(), packs=1, awaited=("REPORT",))["pack"] == "warn"
