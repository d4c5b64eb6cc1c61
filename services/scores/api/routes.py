"""What every route of the scores service shares: the blueprint, and how a command is decided."""

from __future__ import annotations

from services.scores.commands import Batch, Command
from services.scores.decider import decide, decide_batch
from services.scores.loading import state_of
from shared.batch import answer_of
from shared.store import LedgerTransaction
from shared.web.commands import Accepted, Act, Outcome
from shared.web.parsing import ServiceBlueprint

blueprint = ServiceBlueprint("scores", __name__, url_prefix="/v1/<org>/<cycle>")


def one(tx: LedgerTransaction, command: Command, act: Act) -> Outcome:
    """The facts of one command."""
    return decide(state_of(tx), command, act, act.ledger.cycle)


def many(tx: LedgerTransaction, batch: Batch, act: Act) -> Outcome:
    """The facts of the accepted rows, and what became of each row."""
    result = decide_batch(state_of(tx), batch, act)
    return Accepted(result.drafts, answer_of(result))
