"""Grants over HTTP: given, ended, handed over; who may do what, on any day."""

from __future__ import annotations

from typing import Any

from services.scores.api.routes import blueprint
from services.scores.commands import EndGrant, GiveGrant, HandOverGrant
from services.scores.deciding import granting
from services.scores.loading import state_of
from services.scores.schemas import GrantEndSchema, GrantHandOverSchema, GrantSchema
from services.scores.state import State
from shared.access.directory import first_admins
from shared.store import LedgerTransaction
from shared.web.commands import Act, Outcome, command_route


def grants_state(tx: LedgerTransaction) -> State:
    """All that was stated, with the grants that position 0 gave: another source's, so the directory's."""
    return granting.with_first_admins(state_of(tx), first_admins(tx.connection, tx.ledger))


@command_route(
    blueprint, "/grants", schema=GrantSchema, operation="scores.give_grant", summary="Give a grant"
)
def give_grant(tx: LedgerTransaction, command: dict[str, Any], act: Act) -> Outcome:
    """To a person or a service account.  Team roles come from the round's teams, not from here."""
    given = GiveGrant(**{"grant": _fresh(act), **command})
    return granting.give(grants_state(tx), given, act)


@command_route(
    blueprint,
    "/grants/<grant>/end",
    schema=GrantEndSchema,
    operation="scores.end_grant",
    summary="End a grant",
)
def end_grant(tx: LedgerTransaction, command: dict[str, Any], act: Act) -> Outcome:
    """`until` is exclusive and defaults to now.  The last administrator's grant is handed over instead."""
    return granting.end(grants_state(tx), EndGrant(act.path["grant"], **command), act)


@command_route(
    blueprint,
    "/grants/<grant>/hand-over",
    schema=GrantHandOverSchema,
    operation="scores.hand_over_grant",
    summary="Hand a grant over",
)
def hand_over_grant(tx: LedgerTransaction, command: dict[str, Any], act: Act) -> Outcome:
    """One command: it ends for its holder, and from that very instant `sub` has the same role and scope."""
    given = HandOverGrant(**{"grant": act.path["grant"], "successor": _fresh(act), **command})
    return granting.hand_over(grants_state(tx), given, act)


def _fresh(act: Act) -> str:
    """A name for a grant that was given none: the same when the command is sent again."""
    return f"g-{act.command_id[:32]}"
