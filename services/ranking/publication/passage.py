"""The gate with what it needs from the database: what only this process and its ledger table know."""

from __future__ import annotations

from sqlalchemy import Connection

from services.ranking.desk import View, desk
from services.ranking.engine import compute
from services.ranking.folding import fold, result
from services.ranking.history import Shown
from services.ranking.positions import noise_digests
from services.ranking.publication.gate import Around, Gate, Newest, gate
from shared.access.directory import LedgerSettings
from shared.ledger.positions import open_gaps


def passage_seen(connection: Connection, seen: View, shown: Shown, status: str) -> Gate:
    """The gate as a reader meets it: after the versions that he can see."""
    last = seen.publications[-1] if seen.publications else None
    newest = None if last is None else Newest(last.version, last.status, last.digest)
    return passage_of(connection, seen.reader.ledger, shown, status, newest)


def passage_of(
    connection: Connection, ledger: LedgerSettings, shown: Shown, status: str, newest: Newest | None
) -> Gate:
    """The gate before a version of ``status`` that pins ``shown`` and comes after ``newest``."""
    name = ledger.ledger
    state = desk().histories.of(name).state_at(shown.position)
    around = Around(
        digest=shown.digest,
        shadow=_shadow(connection, name, shown.position),
        gaps=sum(count for (of_ledger, _), count in open_gaps(connection).items() if of_ledger == name),
        noise=frozenset(noise_digests(connection, name)),
        demonstration=ledger.simulated,
        newest=newest,
    )
    return gate(state, compute(state), around, status)


def _shadow(connection: Connection, ledger: str, position: int) -> str:
    """Digest of a fold from the very first event, kept for the newest position asked."""
    kept = desk().shadows.get(ledger)
    if kept is None or kept[0] != position:
        kept = desk().shadows[ledger] = (position, result(fold(connection, ledger, position)).digest)
    return kept[1]
