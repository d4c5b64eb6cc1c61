"""Given a ledger, when it is set up, then cycle, rulebook, register and grants stand as stated."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.scores.commands import (
    AdoptRulebook,
    OpenCycle,
    RegisterDepartment,
    RegisterUnit,
)
from services.scores.deciding.setup import PART_CHARACTERS
from services.scores.state import State, fold
from shared.access import AccessDenied
from shared.decisions import Refused
from shared.events.canonical import MAX_BYTES, canonical_bytes
from shared.rulebook.loader import load
from tests.support.deciding import RULEBOOK, Person, fits_catalogue, person, rulebook
from tests.support.scored import ADMIN, given, set_up, when

SET_UP = set_up()
YAML = RULEBOOK.read_text("utf-8")


def admin(operation: str) -> Person:
    return ADMIN.doing(f"scores.{operation}")


def rule_of(state: State, command: object, caller: Person) -> tuple[str, int]:
    with pytest.raises(Refused) as caught:
        when(state, command, caller)  # type: ignore[arg-type]
    return caught.value.rule, caught.value.status


def test_a_cycle_opens_once_and_its_days_are_in_order() -> None:
    command = OpenCycle("Năm 2020", "2020-01-01", "2020-12-31")
    drafts = when(State(), command, admin("open_cycle"))
    assert fits_catalogue(drafts)
    assert rule_of(fold(drafts), command, admin("open_cycle")) == ("cycle-open", 409)
    reverse = replace(command, first="2020-12-31", last="2020-01-01")
    assert rule_of(State(), reverse, admin("open_cycle"))[0] == "period-reversed"


def test_only_an_administrator_opens_a_cycle() -> None:
    with pytest.raises(AccessDenied):
        when(
            State(),
            OpenCycle("Năm 2020", "2020-01-01", "2020-12-31"),
            person("office@ledger").doing("scores.open_cycle"),
        )


def test_a_rulebook_travels_in_parts_that_join_to_its_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.scores.deciding.setup.PART_CHARACTERS", 4000)
    drafts = when(SET_UP, AdoptRulebook(amended("2.0.1"), "QD-1", "prospective"), admin("adopt_rulebook"))
    assert fits_catalogue(drafts)
    parts = [draft.data for draft in drafts if draft.type == "rulebook.part.v1"]
    assert len(parts) == drafts[-1].data["parts"] > 1
    assert "".join(part["text"] for part in parts).encode() == amended("2.0.1").document
    state = given(SET_UP, *drafts)
    assert state.rulebook() == amended("2.0.1")


def test_a_part_of_the_widest_characters_still_fits_an_event() -> None:
    # Each of these takes four bytes; control characters cannot stand in a normalised rulebook unescaped.
    envelope = 2000
    assert len(canonical_bytes({"text": "\U00020000" * PART_CHARACTERS})) + envelope < MAX_BYTES


def amended(version: str, change: tuple[str, str] = ("", "")) -> object:
    text = YAML.replace("version: 2.0.0", f"version: {version}")
    return load(text.replace(*change) if change[0] else text)


def adopt(book: object, decision: str | None = None, mode: str | None = None) -> AdoptRulebook:
    return AdoptRulebook(book, decision, mode)  # type: ignore[arg-type]


def test_the_same_rulebook_is_not_adopted_twice() -> None:
    assert rule_of(SET_UP, adopt(rulebook(), "QD-1", "prospective"), admin("adopt_rulebook")) == (
        "rulebook-adopted",
        409,
    )


@pytest.mark.parametrize(
    ("version", "decision", "mode"),
    [("2.0.1", None, "prospective"), ("2.0.1", "QD-1", None), ("1.9.9", "QD-1", "prospective")],
)
def test_an_amendment_needs_a_decision_a_mode_and_a_higher_version(
    version: str, decision: str | None, mode: str | None
) -> None:
    command = adopt(amended(version), decision, mode)
    assert rule_of(SET_UP, command, admin("adopt_rulebook"))[0] == "amendment-incomplete"


def test_a_prospective_amendment_may_not_move_points_between_criteria() -> None:
    # 6 of 1.1 and 6 of 1.2 become 7 and 5: the total stays, the maxima do not.
    text = YAML.replace("version: 2.0.0", "version: 2.1.0")
    text = text.replace('{QH: "6", CNLD: "8", LLVT: "9"}', '{QH: "7", CNLD: "8", LLVT: "9"}')
    text = text.replace('{QH: "6", CNLD: "7", LLVT: "8"}', '{QH: "5", CNLD: "7", LLVT: "8"}')
    wide = load(text)
    command = adopt(wide, "QD-1", "prospective")
    assert rule_of(SET_UP, command, admin("adopt_rulebook"))[0] == "amendment-too-wide"
    assert when(SET_UP, replace(command, mode="re_evaluate_all"), admin("adopt_rulebook"))


def test_a_prospective_amendment_may_change_a_ladder() -> None:
    book = amended("2.1.0", ('{gte: "70", frac: "0.8"}', '{gte: "70", frac: "0.7"}'))
    drafts = when(SET_UP, adopt(book, "QD-1", "prospective"), admin("adopt_rulebook"))
    assert given(SET_UP, *drafts).rulebook() == book


def test_a_rulebook_of_another_cycle_is_refused() -> None:
    other = load(YAML.replace('cycle: "2020"', 'cycle: "2019"'))
    empty = fold(when(State(), OpenCycle("Năm 2020", "2020-01-01", "2020-12-31"), admin("open_cycle")))
    assert rule_of(empty, adopt(other), admin("adopt_rulebook"))[0] == "wrong-cycle"


def test_a_units_code_is_never_used_again_and_its_area_exists() -> None:
    unit = RegisterUnit("QH-Q01", "QH", "urban_district", "Quận Đoàn 1")
    assert rule_of(SET_UP, unit, ADMIN) == ("unit-exists", 409)
    assert rule_of(SET_UP, replace(unit, unit="X-1", area="XX"), ADMIN)[0] == "unknown-area"
    backwards = replace(unit, unit="X-1", valid_from="2021-01-01", valid_to="2020-01-01")
    assert rule_of(SET_UP, backwards, ADMIN)[0] == "period-reversed"


def test_units_come_after_the_rulebook_that_names_their_areas() -> None:
    unit = RegisterUnit("QH-Q01", "QH", "urban_district", "Quận Đoàn 1")
    assert rule_of(State(), unit, ADMIN) == ("no-rulebook", 409)


def test_a_department_is_registered_once() -> None:
    command = RegisterDepartment("VP", "Văn phòng", "office")
    assert rule_of(SET_UP, command, ADMIN) == ("department-exists", 409)
