"""What every route of the inspections service shares: the blueprint, and how a command is decided."""

from __future__ import annotations

from services.inspections.commands import Batch, Command
from services.inspections.decider import decide, decide_batch, units_of
from services.inspections.known import Known
from services.inspections.loading import stated
from services.inspections.projections import known_of
from services.inspections.state import State
from shared.batch import answer_of
from shared.events import Draft
from shared.store import LedgerTransaction
from shared.web.commands import Accepted, Act, Outcome
from shared.web.parsing import ServiceBlueprint

blueprint = ServiceBlueprint("inspections", __name__, url_prefix="/v1/<org>/<cycle>")


def load(tx: LedgerTransaction, command: Command | Batch, act: Act) -> tuple[State, Known]:
    """All that was stated until now, under the ledger's lock, and what the ledger says of the units named."""
    ledger = act.ledger
    state = stated(tx.connection, ledger.ledger)
    return state, known_of(tx.connection, ledger.ledger, ledger.timezone, units_of(command))


def one(tx: LedgerTransaction, command: Command, act: Act) -> list[Draft]:
    """The facts of one command."""
    state, known = load(tx, command, act)
    return decide(state, known, command, act)


def many(tx: LedgerTransaction, batch: Batch, act: Act) -> Outcome:
    """The facts of the accepted rows, and what became of each row."""
    state, known = load(tx, batch, act)
    result = decide_batch(state, known, batch, act)
    return Accepted(result.drafts, answer_of(result))
