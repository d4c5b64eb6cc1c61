"""Given an invitation, when somebody accepts it, then he has its grant, by the authority of who invited."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given as generated
from hypothesis import strategies as st

from services.scores.commands import GiveGrant, Invite
from services.scores.deciding.granting import give, with_first_admins
from services.scores.deciding.inviting import Invitation, accept, digest_of, invite
from shared.access import AccessDenied, Grant
from shared.access.grants import BEGINNING
from shared.decisions import Refused
from shared.events.envelope import instant
from tests.support.deciding import NOW, Person, fits_catalogue, person
from tests.support.scored import ADMIN, BTG, OFFICE, given, set_up

STATE = with_first_admins(set_up(), [Grant("first-admin:1", "QT-001", "admin", "ledger", BEGINNING)])
COMMAND = Invite("department", "department:BTG", "Chuyên viên mới của BTG")
DIGEST = digest_of("bí mật")
MADE = invite(STATE, COMMAND, ADMIN, "QT-001", DIGEST)


def refusal(found: Invitation | None, inviter: Person = ADMIN) -> tuple[str, int]:
    with pytest.raises(Refused) as caught:
        accept(STATE, found, "BTG-009", inviter)
    return caught.value.rule, caught.value.status


def test_what_is_kept_of_an_invitation_does_not_open_it() -> None:
    assert MADE.digest == DIGEST
    assert "bí mật" not in repr(MADE)
    assert digest_of(MADE.digest) != MADE.digest


def test_who_accepts_has_the_grant_that_was_offered_given_by_who_invited() -> None:
    (draft,) = accept(STATE, MADE, "BTG-009", ADMIN)
    assert fits_catalogue([draft])
    assert draft.data["actor"] == {"sub": "QT-001", "role": "admin", "scope": "ledger"}
    assert {name: draft.data[name] for name in ("sub", "role", "scope", "from", "label", "invitation")} == {
        "sub": "BTG-009",
        "role": "department",
        "scope": "department:BTG",
        "from": instant(NOW),
        "label": "Chuyên viên mới của BTG",
        "invitation": DIGEST,
    }


def test_one_link_makes_one_grant_even_if_its_acceptance_was_not_noted() -> None:
    taken = given(STATE, *accept(STATE, MADE, "BTG-009", ADMIN))
    with pytest.raises(Refused) as caught:
        accept(taken, MADE, "BTG-010", ADMIN)
    assert caught.value.rule == "grant-exists"


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"accepted_at": instant(NOW), "accepted_by": "BTG-009"}, "invitation-accepted"),
        ({"withdrawn_at": instant(NOW)}, "invitation-withdrawn"),
        ({"expires_at": instant(NOW)}, "invitation-expired"),
    ],
)
def test_a_link_serves_once_and_only_while_it_waits(change: dict[str, str], rule: str) -> None:
    assert refusal(replace(MADE, **change)) == (rule, 409)  # type: ignore[arg-type]


def test_a_link_that_nobody_made_opens_nothing() -> None:
    assert refusal(None) == ("unknown-invitation", 404)


@pytest.mark.parametrize("inviter", [person(), OFFICE, BTG])
def test_an_inviter_who_is_no_administrator_any_more_gives_nothing(inviter: Person) -> None:
    assert refusal(MADE, inviter) == ("inviter-left", 409)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"role": "unit", "scope": "unit:QH-Q99"}, "unknown-unit"),
        ({"scope": "ledger"}, "wrong-scope-kind"),
        ({"until": instant(NOW)}, "period-reversed"),
    ],
)
def test_only_what_could_be_given_is_offered(change: dict[str, str], rule: str) -> None:
    with pytest.raises(Refused) as caught:
        invite(STATE, replace(COMMAND, **change), ADMIN, "QT-001", DIGEST)  # type: ignore[arg-type]
    assert caught.value.rule == rule


def test_only_an_administrator_invites() -> None:
    with pytest.raises(AccessDenied):
        invite(STATE, COMMAND, OFFICE, "VP-001", DIGEST)


def test_an_offer_whose_time_has_passed_is_refused() -> None:
    short = replace(MADE, until=instant(NOW + timedelta(days=1)))
    with pytest.raises(Refused) as caught:
        accept(STATE, short, "BTG-009", ADMIN.at(NOW + timedelta(days=1)))
    assert caught.value.rule == "period-reversed"


def test_the_account_of_a_system_accepts_no_invitation() -> None:
    system = GiveGrant("s-1", "service:x", "auditor", "ledger", account="service", label="Kho")
    state = given(STATE, *give(STATE, system, ADMIN))
    with pytest.raises(Refused) as caught:
        accept(state, MADE, "service:x", ADMIN)
    assert caught.value.rule == "account-kind"


@generated(days=st.integers(0, 30), micro=st.integers(-1, 1))
def test_an_invitation_waits_for_just_under_fourteen_days(days: int, micro: int) -> None:
    later = NOW + timedelta(days=days, microseconds=micro)
    assert (MADE.state(instant(later)) == "waiting") == (later < NOW + timedelta(days=14))
