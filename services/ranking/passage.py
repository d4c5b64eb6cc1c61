"""The gate with what it needs from the database: what only this process and its ledger table know."""

from __future__ import annotations

from sqlalchemy import Connection

from services.ranking.desk import desk
from services.ranking.engine import compute
from services.ranking.folding import fold, result
from services.ranking.gate import Around, Gate, gate
from services.ranking.history import Shown
from services.ranking.positions import noise_digests
from shared.access.directory import LedgerSettings
from shared.ledger.positions import open_gaps


def passage_of(connection: Connection, ledger: LedgerSettings, shown: Shown, status: str) -> Gate:
    """The gate before a version of ``status`` that pins ``shown``."""
    name = ledger.ledger
    state = desk().histories.of(name).state_at(shown.position)
    around = Around(
        digest=shown.digest,
        shadow=_shadow(connection, name, shown.position),
        gaps=sum(count for (of_ledger, _), count in open_gaps(connection).items() if of_ledger == name),
        noise=frozenset(noise_digests(connection, name)),
        demonstration=ledger.simulated,
    )
    return gate(state, compute(state), around, status)


def _shadow(connection: Connection, ledger: str, position: int) -> str:
    """Digest of a fold from the very first event, kept for the newest position asked."""
    kept = desk().shadows.get(ledger)
    if kept is None or kept[0] != position:
        kept = desk().shadows[ledger] = (position, result(fold(connection, ledger, position)).digest)
    return kept[1]
