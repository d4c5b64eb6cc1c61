"""The gate with what it needs from the database: what only this process and its ledger table know."""

from __future__ import annotations

from dataclasses import asdict

import structlog
from sqlalchemy import Connection

from services.ranking.desk import View, desk
from services.ranking.engine import compute
from services.ranking.history import Shown
from services.ranking.positions import noise_digests
from services.ranking.publication.gate import Around, Differing, Gate, Newest, gate
from services.ranking.shadow.alarms import open_alarms, words
from services.ranking.shadow.comparing import Passed, before_publication
from shared.access.directory import LedgerSettings
from shared.ledger.positions import open_gaps

_log = structlog.get_logger("shadow")


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
    passed = _passed(connection, name, shown)
    around = Around(
        digest=shown.digest,
        shadow=passed.digest,
        differing=_differing(connection, name, passed),
        gaps=sum(count for (of_ledger, _), count in open_gaps(connection).items() if of_ledger == name),
        noise=frozenset(noise_digests(connection, name)),
        demonstration=ledger.simulated,
        newest=newest,
    )
    return gate(state, compute(state), around, status)


def _passed(connection: Connection, ledger: str, shown: Shown) -> Passed:
    """The whole ledger compared from its very first event, kept for the newest position asked."""
    here = desk()
    kept = here.shadows.get(ledger)
    if kept is None or kept.position != shown.position:
        kept = before_publication(connection, ledger, shown.position, shown.result, here.archive)
        here.shadows[ledger] = kept
        for kind, one in kept.differing:
            _log.error("two folds differ", ledger=ledger, kind=kind, position=shown.position, **asdict(one))
    return kept


def _differing(connection: Connection, ledger: str, passed: Passed) -> tuple[Differing, ...]:
    """What is open of the worker's comparisons, and what this one found beside the standings' own digest."""
    alarms = [Differing(*one.words, one.unit) for one in open_alarms(connection, ledger)]
    here = [Differing(*words(kind, one), one.unit) for kind, one in passed.differing]
    return tuple(dict.fromkeys((*alarms, *here)))
