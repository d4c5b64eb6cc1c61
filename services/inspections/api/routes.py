"""What every route of the inspections service shares: the blueprint, and how a command is decided."""

from __future__ import annotations

from services.inspections.commands import Batch, CloseRound, Command
from services.inspections.decider import decide, decide_batch, units_of
from services.inspections.known import Known
from services.inspections.projections import known_of
from services.inspections.state import State, fold
from shared.batch import answer_of
from shared.events import Draft
from shared.store import LedgerTransaction
from shared.web.commands import Accepted, Act, Outcome
from shared.web.parsing import ServiceBlueprint

blueprint = ServiceBlueprint("inspections", __name__, url_prefix="/v1/<org>/<cycle>")

_COMMON = (
    "round.opened.v1",
    "round.closed.v1",
    "team.formed.v1",
    "inspection.scheduled.v1",
    "outage.recorded.v1",
    "calendar.adopted.v1",
    "team.member_nominated.v1",
    "team.member_withdrawn.v1",
    "inspection.reschedule_requested.v1",
    "inspection.reschedule_declined.v1",
)
_OF_CLOSING = (
    "submission.received.v1",
    "inspection.opened.v1",
    "conclusion.signed.v1",
    "reflection.submitted.v1",
)


def load(tx: LedgerTransaction, command: Command | Batch, act: Act) -> tuple[State, Known]:
    """Rounds, teams and the whole schedule (who is where), the rest of the units' streams, and the ledger."""
    units = units_of(command)
    types = (*_COMMON, *_OF_CLOSING) if isinstance(command, CloseRound) else _COMMON
    state = fold(tx.stream_of_types(*types))
    for unit in units:
        state = fold((event for event in tx.stream(unit) if event.type not in _COMMON), state)
    return state, known_of(tx.connection, act.ledger.ledger, act.ledger.timezone, units)


def one(tx: LedgerTransaction, command: Command, act: Act) -> list[Draft]:
    """The facts of one command."""
    state, known = load(tx, command, act)
    return decide(state, known, command, act)


def many(tx: LedgerTransaction, batch: Batch, act: Act) -> Outcome:
    """The facts of the accepted rows, and what became of each row."""
    state, known = load(tx, batch, act)
    result = decide_batch(state, known, batch, act)
    return Accepted(result.drafts, answer_of(result))
