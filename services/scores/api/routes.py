"""What every route of the scores service shares: the blueprint, and how a command is decided."""

from __future__ import annotations

from collections.abc import Sequence

from services.scores.commands import Batch, Command
from services.scores.decider import decide, decide_batch, turned_by
from services.scores.kept.drafts import settle
from services.scores.loading import state_of
from shared.batch import answer_of
from shared.events import Draft
from shared.events.envelope import instant
from shared.store import LedgerTransaction
from shared.web.commands import Accepted, Act, Outcome
from shared.web.parsing import ServiceBlueprint

blueprint = ServiceBlueprint("scores", __name__, url_prefix="/v1/<org>/<cycle>")


def one(tx: LedgerTransaction, command: Command, act: Act) -> Outcome:
    """The facts of one command."""
    return _settled(tx, act, decide(state_of(tx), command, act, act.ledger.cycle))


def many(tx: LedgerTransaction, batch: Batch, act: Act) -> Outcome:
    """The facts of the accepted rows, and what became of each row."""
    state = state_of(tx)
    result = decide_batch(state, batch, act)
    stated = [*result.drafts, *turned_by(state, result, act)]
    return Accepted(_settled(tx, act, stated), answer_of(result))


def _settled(tx: LedgerTransaction, act: Act, stated: Sequence[Draft]) -> Sequence[Draft]:
    """What is ``stated``; the drafts that it makes facts of go in the same transaction."""
    settle(tx.connection, tx.ledger, stated, who=act.principal.sub, now=instant(tx.now))
    return stated
