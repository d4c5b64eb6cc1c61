"""Invitations: a secret link that becomes a grant when somebody accepts it.  Pure.

An invitation is no right and no fact.  The grant that its acceptance makes is both, and rests on the
authority of who invited, as it is at that moment.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from services.scores.commands import GiveGrant, Invite
from services.scores.deciding.granting import check, give
from services.scores.state import State
from shared.access import AccessDenied, Target
from shared.deciding import Caller
from shared.decisions import Refused
from shared.events import Draft
from shared.events.envelope import instant

OPERATION = "scores.invite"
DAYS = 14
"""How long an invitation waits."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation as it is kept.  Instants are written; ``until``: of the grant that it offers.

    ``digest``: of the secret in the link, the only trace of it.  It waits before ``expires_at``.
    """

    digest: str
    role: str
    scope: str
    label: str
    until: str | None
    expires_at: str
    made_at: str
    made_by: str
    accepted_at: str | None = None
    accepted_by: str | None = None
    withdrawn_at: str | None = None

    def state(self, now: str) -> str:
        """``accepted``, ``withdrawn``, ``expired`` or ``waiting``, at the instant ``now``."""
        if self.accepted_at is not None:
            return "accepted"
        if self.withdrawn_at is not None:
            return "withdrawn"
        return "waiting" if now < self.expires_at else "expired"


def digest_of(secret: str) -> str:
    """``sha256:`` and the digest in hex under which an invitation is kept."""
    return "sha256:" + hashlib.sha256(secret.encode("utf-8")).hexdigest()


def invite(state: State, command: Invite, caller: Caller, sub: str, digest: str) -> Invitation:
    """The invitation that ``sub`` makes, offering a grant that could be given now."""
    caller.authorise(Target(), OPERATION)
    now = instant(caller.now)
    check(state, GiveGrant(_grant(digest), "", command.role, command.scope, until=command.until), now)
    return Invitation(
        digest,
        command.role,
        command.scope,
        command.label,
        command.until,
        instant(caller.now + timedelta(days=DAYS)),
        now,
        sub,
    )


def accept(state: State, found: Invitation | None, sub: str, inviter: Caller) -> list[Draft]:
    """``sub`` takes the grant that ``found`` offers, given by ``inviter`` as far as he still may give."""
    if found is None:
        raise unknown("secret")
    check_waiting(found, instant(inviter.now))
    try:
        inviter.authorise(Target(), OPERATION)
    except AccessDenied as denied:
        raise Refused(
            "inviter-left",
            f"“{found.made_by}” không còn là quản trị nên lời mời không còn hiệu lực; xin lời mời mới.",
            f'"{found.made_by}" is no administrator any more, so the invitation is void; ask for another.',
            field="secret",
            status=409,
        ) from denied
    given = GiveGrant(
        _grant(found.digest),
        sub,
        found.role,
        found.scope,
        until=found.until,
        label=found.label,
        invitation=found.digest,
    )
    return give(state, given, inviter)


def unknown(field: str) -> Refused:
    """The refusal for an invitation that nobody made; ``field``: what named it."""
    return Refused(
        "unknown-invitation",
        "Không có lời mời này.",
        "There is no such invitation.",
        field=field,
        status=404,
    )


def check_waiting(found: Invitation, now: str) -> None:
    """Raise :class:`~shared.decisions.Refused` unless the invitation waits at ``now``."""
    match found.state(now):
        case "accepted":
            raise Refused(
                "invitation-accepted",
                "Lời mời này đã được nhận.",
                "This invitation was accepted already.",
                field="secret",
                status=409,
            )
        case "withdrawn":
            raise Refused(
                "invitation-withdrawn",
                "Lời mời này đã bị rút lại.",
                "This invitation was withdrawn.",
                field="secret",
                status=409,
            )
        case "expired":
            raise Refused(
                "invitation-expired",
                f"Lời mời này đã hết hạn lúc {found.expires_at}; xin lời mời mới.",
                f"This invitation has expired at {found.expires_at}; ask for another.",
                field="secret",
                status=409,
            )


def _grant(digest: str) -> str:
    """Name of the grant that the invitation becomes: one link, one grant."""
    return f"invited-{digest.removeprefix('sha256:')[:32]}"
