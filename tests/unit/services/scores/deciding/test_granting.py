"""Given who holds what, when grants are given, ended and handed over, then each instant has its holders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given as generated
from hypothesis import strategies as st

from services.scores.commands import EndGrant, GiveGrant, HandOverGrant
from services.scores.deciding.granting import SERVICE_ROLES, end, give, hand_over, with_first_admins
from services.scores.schemas import GRANTED_ROLES
from services.scores.state import State
from shared.access import AccessDenied, Grant
from shared.access.grants import BEGINNING
from shared.decisions import Refused
from shared.events import Draft
from shared.events.envelope import instant
from tests.support.deciding import NOW, Person, fits_catalogue, person
from tests.support.scored import ADMIN, OFFICE, given, set_up

FIRST = Grant("first-admin:1", "QT-001", "admin", "ledger", BEGINNING)
SET_UP = with_first_admins(set_up(), [FIRST])
GRANT = GiveGrant("g-1", "BTG-001", "department", "department:BTG")
HELD = given(SET_UP, *give(SET_UP, GRANT, ADMIN))
DECIDERS = {GiveGrant: give, EndGrant: end, HandOverGrant: hand_over}
Command = GiveGrant | EndGrant | HandOverGrant


def when(state: State, command: Command, caller: Person = ADMIN) -> Sequence[Draft]:
    drafts: list[Draft] = DECIDERS[type(command)](state, command, caller)  # type: ignore[operator]
    assert fits_catalogue(drafts)
    return drafts


def refusal(state: State, command: Command, caller: Person = ADMIN) -> tuple[str, int, str | None]:
    with pytest.raises(Refused) as caught:
        when(state, command, caller)
    return caught.value.rule, caught.value.status, caught.value.faults[0].field


def after(state: State, command: Command, caller: Person = ADMIN) -> State:
    return given(state, *when(state, command, caller))


def holders(state: State, moment: datetime, role: str = "department") -> set[str]:
    """Who holds ``role`` at ``moment``."""
    return {g.sub for g in state.grants.values() if g.role == role and g.holds_at(instant(moment))}


def test_a_grant_is_given_from_now_and_ends_once() -> None:
    assert refusal(HELD, GRANT) == ("grant-exists", 409, "grant")
    ending = EndGrant("g-1", "chuyển công tác")
    ended = after(HELD, ending)
    assert refusal(ended, ending) == ("grant-ended", 409, "grant")
    assert refusal(SET_UP, ending) == ("unknown-grant", 404, "grant")


def test_the_secretary_who_left_was_allowed_yesterday_and_is_not_today() -> None:
    later = ADMIN.at(NOW + timedelta(days=2))
    left = after(HELD, EndGrant("g-1", "chuyển công tác"), later)
    assert holders(left, later.now - timedelta(microseconds=1)) == {"BTG-001"}
    assert holders(left, later.now) == set()


@pytest.mark.parametrize(
    ("role", "scope", "rule"),
    [
        ("department", "ledger", "wrong-scope-kind"),
        ("department_head", "ledger", "wrong-scope-kind"),
        ("department_head", "unit:QH-Q01", "wrong-scope-kind"),
        ("department_head", "department:XYZ", "unknown-department"),
        ("office", "department:VP", "wrong-scope-kind"),
        ("unit", "unit:QH-Q99", "unknown-unit"),
        ("department", "department:XYZ", "unknown-department"),
        ("auditor", "*", "wrong-scope-kind"),
        ("admin", "all", "wrong-scope-kind"),
        ("admin", "team:T1", "wrong-scope-kind"),
    ],
)
def test_a_grants_scope_fits_its_role_and_exists(role: str, scope: str, rule: str) -> None:
    assert refusal(SET_UP, replace(GRANT, role=role, scope=scope))[0] == rule


def test_a_head_holds_a_department_as_a_specialist_does() -> None:
    state = after(HELD, replace(GRANT, grant="g-2", role="department_head", sub="BTG-TB"))
    assert holders(state, NOW, "department_head") == {"BTG-TB"}


@pytest.mark.parametrize("days", [0, -1])
def test_a_grant_ends_after_it_starts(days: int) -> None:
    start = NOW + timedelta(days=3)
    command = replace(GRANT, start=instant(start), until=instant(start + timedelta(days=days)))
    assert refusal(SET_UP, command) == ("period-reversed", 422, "until")


def test_an_end_lies_within_the_time_of_the_grant() -> None:
    start, until = instant(NOW + timedelta(days=1)), instant(NOW + timedelta(days=9))
    state = after(SET_UP, replace(GRANT, start=start, until=until))
    assert refusal(state, EndGrant("g-1", "sớm", instant(NOW)))[0] == "period-reversed"
    assert refusal(state, EndGrant("g-1", "muộn", until)) == ("grant-ended", 409, "until")
    never = after(state, EndGrant("g-1", "giao nhầm"))  # before it began
    assert holders(never, NOW + timedelta(days=2)) == set()
    over = ADMIN.at(NOW + timedelta(days=10))
    assert refusal(state, EndGrant("g-1", "đã hết"), over) == ("grant-ended", 409, "until")


def test_names_that_the_ledger_gives_itself_are_not_for_grants() -> None:
    for name in ("first-admin:2", "team:T1:0"):
        assert refusal(SET_UP, replace(GRANT, grant=name)) == ("grant-reserved", 422, "grant")


@pytest.mark.parametrize(
    "command", [GRANT, EndGrant("g-1", "x"), HandOverGrant("g-1", "g-2", "BTG-002", "x")]
)
def test_only_an_administrator_gives_ends_and_hands_over(command: Command) -> None:
    with pytest.raises(AccessDenied):
        when(HELD, command, OFFICE)
    with pytest.raises(AccessDenied):
        when(HELD, command, person())


# --- handing over


def test_a_signer_is_handed_over_without_a_gap_and_without_an_overlap() -> None:
    until = instant(NOW + timedelta(days=30))
    state = after(SET_UP, replace(GRANT, role="department_head", until=until))
    turn = NOW + timedelta(days=5)
    command = HandOverGrant("g-1", "g-2", "BTG-002", "nghỉ hưu", instant(turn), "Trưởng Ban mới")
    ended, successor = when(state, command)
    assert (ended.data["until"], ended.data["reason"]) == (instant(turn), "nghỉ hưu")
    assert {name: successor.data[name] for name in ("role", "scope", "from", "until", "label")} == {
        "role": "department_head",
        "scope": "department:BTG",
        "from": instant(turn),
        "until": until,
        "label": "Trưởng Ban mới",
    }
    assert successor.data["handed_over_from"] == "g-1"
    handed = given(state, ended, successor)
    assert holders(handed, turn - timedelta(microseconds=1), "department_head") == {"BTG-001"}
    assert holders(handed, turn, "department_head") == {"BTG-002"}


def test_nobody_hands_over_to_himself_nor_what_has_ended() -> None:
    assert refusal(HELD, HandOverGrant("g-1", "g-2", "BTG-001", "x")) == ("same-holder", 422, "sub")
    ended = after(HELD, EndGrant("g-1", "x"))
    assert refusal(ended, HandOverGrant("g-1", "g-2", "BTG-002", "x"))[0] == "grant-ended"
    assert refusal(HELD, HandOverGrant("g-1", "g-1", "BTG-002", "x"))[0] == "grant-exists"


def test_what_has_not_begun_is_handed_over_from_its_beginning() -> None:
    start = NOW + timedelta(days=3)
    state = after(SET_UP, replace(GRANT, start=instant(start)))
    handed = after(state, HandOverGrant("g-1", "g-2", "BTG-002", "đổi người"))
    assert holders(handed, NOW) == set()
    assert holders(handed, start) == {"BTG-002"}


HOURS = st.integers(0, 240).map(lambda hours: NOW + timedelta(hours=hours))


@generated(turns=st.lists(HOURS, min_size=1, max_size=5, unique=True).map(sorted), asked=HOURS)
def test_a_chain_of_hand_overs_has_exactly_one_holder_at_every_instant(
    turns: list[datetime], asked: datetime
) -> None:
    state = HELD
    for number, turn in enumerate(turns, start=2):
        command = HandOverGrant(f"g-{number - 1}", f"g-{number}", f"BTG-{number}", "x", instant(turn))
        state = after(state, command)
    passed = sum(turn <= asked for turn in turns)
    assert holders(state, asked) == {"BTG-001" if passed == 0 else f"BTG-{passed + 1}"}


@generated(start=HOURS, length=st.integers(1, 100), asked=HOURS)
def test_a_grant_holds_from_its_start_until_just_before_its_end(
    start: datetime, length: int, asked: datetime
) -> None:
    until = start + timedelta(hours=length)
    state = after(SET_UP, replace(GRANT, start=instant(start), until=instant(until)))
    assert (holders(state, asked) == {"BTG-001"}) == (start <= asked < until)


# --- service accounts

SYSTEM = replace(GRANT, sub="service:btg-hoso", account="service", label="Hệ thống hồ sơ BTG")


def test_a_system_has_an_account_of_its_own_with_a_name() -> None:
    state = after(SET_UP, SYSTEM)
    assert state.grants["g-1"].account == "service"
    assert refusal(SET_UP, replace(SYSTEM, label=None)) == ("label-missing", 422, "label")
    person_on_it = replace(SYSTEM, grant="g-2", account="person")
    assert refusal(state, person_on_it) == ("account-kind", 409, "sub")
    assert refusal(HELD, replace(SYSTEM, grant="g-2", sub="BTG-001")) == ("account-kind", 409, "sub")


def test_a_system_that_is_handed_over_stays_a_system_of_the_same_name() -> None:
    state = after(SET_UP, SYSTEM)
    handed = after(state, HandOverGrant("g-1", "g-2", "service:btg-hoso-2", "đổi khóa"))
    assert (handed.grants["g-2"].account, handed.grants["g-2"].label) == ("service", "Hệ thống hồ sơ BTG")


@pytest.mark.parametrize("role", sorted(set(GRANTED_ROLES) - set(SERVICE_ROLES)))
def test_a_system_never_decides_nor_administers(role: str) -> None:
    scope = "unit:QH-Q01" if role == "unit" else "ledger"
    assert refusal(SET_UP, replace(SYSTEM, role=role, scope=scope))[0] == "not-for-a-service-account"


# --- the last administrator

SECOND = GiveGrant("qt-2", "QT-002", "admin", "ledger")


def test_the_last_administrators_grant_does_not_end() -> None:
    assert refusal(SET_UP, EndGrant("first-admin:1", "nghỉ")) == ("last-administrator", 409, "grant")


def test_a_first_administrator_leaves_when_another_stays() -> None:
    state = after(after(SET_UP, SECOND), EndGrant("first-admin:1", "nghỉ"))
    assert holders(state, NOW, "admin") == {"QT-002"}
    assert refusal(state, EndGrant("qt-2", "nghỉ"))[0] == "last-administrator"


def test_an_administrator_whose_time_is_limited_is_nobody_to_stay() -> None:
    state = after(SET_UP, replace(SECOND, until=instant(NOW + timedelta(days=1))))
    assert refusal(state, EndGrant("first-admin:1", "nghỉ"))[0] == "last-administrator"
    assert when(state, EndGrant("qt-2", "hết việc"))


def test_an_administrator_of_next_week_does_not_let_one_of_today_leave() -> None:
    state = after(SET_UP, replace(SECOND, start=instant(NOW + timedelta(days=7))))
    assert refusal(state, EndGrant("first-admin:1", "nghỉ"))[0] == "last-administrator"
    assert when(state, EndGrant("first-admin:1", "nghỉ", instant(NOW + timedelta(days=7))))


def test_the_last_administrator_hands_over() -> None:
    state = after(SET_UP, HandOverGrant("first-admin:1", "qt-2", "QT-002", "nhiệm kỳ mới"))
    assert holders(state, NOW, "admin") == {"QT-002"}


def test_what_ended_of_position_0_stays_ended_when_the_state_is_made_again() -> None:
    own = given(set_up(), *when(SET_UP, SECOND))
    own = given(own, *when(with_first_admins(own, [FIRST]), EndGrant("first-admin:1", "nghỉ")))
    again = with_first_admins(own, [FIRST])
    assert holders(again, NOW, "admin") == {"QT-002"}
    assert holders(again, NOW - timedelta(microseconds=1), "admin") == {"QT-001"}


OPEN_ENDED = datetime(2030, 1, 1, tzinfo=UTC)


@generated(
    steps=st.lists(
        st.tuples(st.sampled_from(["give", "end", "hand"]), st.integers(0, 9), HOURS, st.booleans()),
        max_size=12,
    )
)
def test_whatever_is_tried_somebody_can_always_give_the_next_grant(
    steps: list[tuple[str, int, datetime, bool]],
) -> None:
    state = SET_UP
    for number, (what, which, moment, dated) in enumerate(steps):
        names = sorted(name for name, grant in state.grants.items() if grant.role == "admin")
        name, at = names[which % len(names)], instant(moment)
        commands: dict[str, Command] = {
            "give": GiveGrant(
                f"n-{number}",
                f"QT-{number}",
                "admin",
                "ledger",
                at,
                instant(moment + timedelta(hours=1)) if dated else None,
            ),
            "end": EndGrant(name, "x", at),
            "hand": HandOverGrant(name, f"n-{number}", f"QT-{number}", "x", at),
        }
        try:
            state = after(state, commands[what])
        except Refused:
            continue
    for hours in range(0, 260, 10):
        assert holders(state, NOW + timedelta(hours=hours), "admin")
    assert holders(state, OPEN_ENDED, "admin")
