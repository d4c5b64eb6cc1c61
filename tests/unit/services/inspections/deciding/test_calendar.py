"""A calendar is adopted in ascending versions, or refused with every fault by its path."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.inspections.calendar_form import of_text, read
from services.inspections.calendar_text import parsed
from services.inspections.commands import AdoptCalendar
from services.inspections.decider import decide
from services.inspections.known import Known
from services.inspections.state import State, fold
from shared.access import AccessDenied
from shared.decisions import Refused
from shared.rulebook import normalise
from tests.support.deciding import RULEBOOK, fits_catalogue, person, rulebook

OFFICE = person("office@ledger", sub="VP-001")
KNOWN = Known(3, "Asia/Ho_Chi_Minh", rulebook(), {})
TEXT = Path(RULEBOOK.parent / "calendar.yaml").read_text("utf-8")
DATA = parsed(TEXT)


def with_(path: str, value: Any) -> dict[str, Any]:
    """The 2020 calendar with another ``value`` at ``path``."""
    data = deepcopy(DATA)
    *above, last = path.split(".")
    place: Any = data
    for key in above:
        place = place[int(key)] if isinstance(place, list) else place[key]
    place[last] = value
    return data


def adopt(data: Any, cycle: str = "2020", document: str = "12-KH/TĐTN") -> AdoptCalendar:
    return AdoptCalendar(data, document, cycle)


def refusal(state: State, command: AdoptCalendar) -> Refused:
    with pytest.raises(Refused) as caught:
        decide(state, KNOWN, command, OFFICE)
    return caught.value


ADOPTED = fold(decide(State(), KNOWN, adopt(DATA), OFFICE))


def test_the_calendar_of_2020_is_adopted_with_its_normalised_form_and_digest() -> None:
    drafts = decide(State(), KNOWN, adopt(DATA), OFFICE)
    assert fits_catalogue(drafts)
    (draft,) = drafts
    assert (draft.type, draft.subject) == ("calendar.adopted.v1", "*")
    assert (draft.data["calendar"], draft.data["version"]) == ("lich-2020", 1)
    text = draft.data["text"]
    assert normalise.digest(text.encode()) == draft.data["digest"]
    assert normalise.canonical(read(json.loads(text))[1]).decode() == text
    assert of_text(text) == read(DATA)[0]


def test_a_next_version_must_be_higher_than_the_last() -> None:
    error = refusal(ADOPTED, adopt(DATA))
    assert (error.rule, error.status) == ("calendar-version", 409)
    later = fold(decide(ADOPTED, KNOWN, adopt(with_("calendar.version", 3)), OFFICE), ADOPTED)
    assert [one.calendar.version for one in later.calendars["lich-2020"]] == [1, 3]
    assert refusal(later, adopt(with_("calendar.version", 2))).rule == "calendar-version"


@pytest.mark.parametrize(
    ("command", "rule"),
    [
        (adopt(DATA, cycle="2021"), "wrong-cycle"),
        (adopt(with_("calendar.timezone", "Europe/Berlin")), "wrong-timezone"),
    ],
)
def test_a_calendar_of_another_cycle_or_zone_is_refused(command: AdoptCalendar, rule: str) -> None:
    assert refusal(State(), command).rule == rule


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        ("round.first_day", "2020-11-21", "round.first_day"),
        ("round.last_day", "2020-02-30", "round.last_day"),
        ("holidays", ["09/11/2020"], "holidays.0"),
        ("holidays", ["2020-11-09", "2020-11-09"], "holidays.1"),
        ("working_days", ["monday", "funday"], "working_days.1"),
        ("working_days", [], "working_days"),
        ("sessions.MORNING.until", "07:59", "sessions.MORNING.until"),
        ("sessions.MORNING.from", "8:00", "sessions.MORNING.from"),
        ("document_pack.due", {"days_before_inspection": -1}, "document_pack.due.days_before_inspection"),
        ("document_pack.due", {"days_after_conclusion": 3}, "document_pack.due"),
        ("document_pack.due", {"date": "2020-11-04", "at": "2020-11-04T17:00:00"}, "document_pack.due"),
        ("personnel.due", {"at": "2020-11-06T17:00"}, "personnel.due.at"),
        ("personnel.due", {"at": "2020-11-06T17:00:00", "day_count": "working"}, "personnel.due.day_count"),
        ("reflection_reports.due", {"days_after_inspection": True}, "reflection_reports.due"),
        ("external_evaluations.0.due", {"before": "lunch"}, "external_evaluations.0.due.before"),
        ("external_evaluations.0.colour", "red", "external_evaluations.0.colour"),
        ("lead_time_days", {"LLVT": "5"}, "lead_time_days.LLVT"),
        ("calendar.version", 0, "calendar.version"),
    ],
)
def test_a_fault_is_told_by_its_path_in_both_languages(path: str, value: Any, place: str) -> None:
    error = refusal(State(), adopt(with_(path, value)))
    assert error.rule == "calendar-invalid"
    assert any(str(fault.field).startswith(f"calendar.{place}") for fault in error.faults)
    assert all(f"{fault.field}: " in fault.vi and f"{fault.field}: " in fault.en for fault in error.faults)


def test_every_fault_is_told_at_once() -> None:
    data = with_("holidays", ["x"])
    data["working_days"] = ["y"]
    assert len(refusal(State(), adopt(data)).faults) == 2


@pytest.mark.parametrize("text", ["a: &x 1\nb: *x", "a: 1\na: 2", "a: [", "- 1\n---\n- 2"])
def test_yaml_with_tricks_is_not_read(text: str) -> None:
    with pytest.raises(Refused) as caught:
        parsed(text)
    assert caught.value.rule == "calendar-unreadable"


def test_only_office_and_admin_adopt_a_calendar() -> None:
    for hat in ("team_leader@team:DKT-1", "department_head@department:BTG", "unit@unit:QH-Q01"):
        with pytest.raises(AccessDenied):
            decide(State(), KNOWN, adopt(DATA), person(hat))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
PATHS = [
    "calendar", "round", "sessions", "working_days", "holidays", "document_pack", "personnel",
    "external_evaluations", "lead_time_days", "document_pack.due", "sessions.MORNING", "round.id",
]  # fmt: skip


@for_all(path=st.sampled_from(PATHS), value=JSON)
def test_whatever_stands_in_a_calendar_it_is_read_or_its_faults_are_told(path: str, value: Any) -> None:
    calendar, form, faults = read(with_(path, value))
    assert (calendar is None) == bool(faults)
    if calendar is not None:
        again, same, _ = read(json.loads(normalise.canonical(form)))
        assert (again, same) == (calendar, form)
