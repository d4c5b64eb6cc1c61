"""One comparison: what is stored at a position against a fold from zero at that same position."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, select

from services.ranking import generations
from services.ranking.engine import ENGINE, digest
from services.ranking.folding import Result, recompute
from services.ranking.projections import newest, unpack
from services.ranking.shadow.alarms import ARCHIVE, TOUCHED, WHOLE
from services.ranking.shadow.differing import Difference, difference
from services.ranking.shadow.folding import Altered, Board, Rest, fold_touched, fold_whole
from services.ranking.tables import standings
from shared.archive import Archive, Damaged, Segment
from shared.database import read_transaction
from shared.ledger import reader
from shared.ledger.merkle import GrowingTree
from shared.ledger.reader import LedgerRow


@dataclass(frozen=True, slots=True)
class Stored:
    """The newest standings of the live generation.  ``body``: None where it cannot be read."""

    position: int
    digest: str
    generation: int
    engine: str
    body: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Finding:
    """Outcome of one comparison.  ``expected``: digest of the fold from zero, "" where it could not be
    made.  ``found``: of what is stored.  ``events``: how many were folded."""

    kind: str
    position: int
    expected: str
    found: str
    difference: Difference | None
    events: int


@dataclass(frozen=True, slots=True)
class Passed:
    """A whole comparison before a publication.  ``digest``: of the fold from zero, "" where there is none.

    ``differing``: kind and difference of each finding that is not equal.
    """

    position: int
    digest: str
    differing: tuple[tuple[str, Difference], ...]


def stored(connection: Connection, ledger: str) -> Stored | None:
    """What readers are shown now; None before the first batch."""
    last = newest(connection, ledger)
    live = generations.live(connection, ledger)
    if last is None or live is None:
        return None
    here = (standings.c.ledger == ledger) & (standings.c.generation == last.generation)
    packed = connection.scalar(select(standings.c.body).where(here, standings.c.position == last.position))
    try:
        body = None if packed is None else unpack(packed)
    except (zlib.error, orjson.JSONDecodeError):
        body = None
    return Stored(last.position, last.digest, last.generation, live.engine, body)


def compare_touched(engine: Engine, ledger: str, board: Board, there: Stored, rest: Rest) -> Finding:
    """What the batches since ``board`` touched, each unit from its own first event.

    ``board`` is of no more use after an exception, nor after a difference.
    """
    try:
        shown, events = fold_touched(engine, board, there.position, rest)
    except Altered as error:
        return _altered(TOUCHED, there, error)
    return _against(TOUCHED, there, shown, events)


def compare_whole(
    rows: Callable[[], Iterable[LedgerRow]],
    ledger: str,
    there: Stored,
    archived: Mapping[int, str] | None,
    root: Callable[[], str],
) -> tuple[tuple[Finding, ...], Board | None]:
    """The whole ledger from ``rows`` (from the first, up to ``there``), its tree, and the archive's roots.

    ``archived``: roots by position as the archive states them, of which those up to ``there`` are compared;
    None: nothing is said of it.  ``root``: what the ledger says its tree's root is there.  The board is None
    where it is not one to go on from.
    """
    at_ends: dict[int, str] = {}
    ends = frozenset(archived or ()) | {there.position}

    def seen(tree: GrowingTree) -> None:
        if tree.size in ends:
            at_ends[tree.size] = tree.root().hex()

    try:
        board, shown = fold_whole(rows(), ledger, seen)
        if board.size != there.position:
            raise Altered(board.size, "an event", "none")
    except Altered as error:
        return (_altered(WHOLE, there, error),), None
    stated = root()
    if there.position and at_ends[there.position] != stated:
        wrong = Difference("tree", stated, at_ends[there.position])
        return (Finding(WHOLE, there.position, shown.digest, there.digest, wrong, board.size),), None
    if not ours(there):
        theirs = recompute(there.engine, ledger, (row.event for row in rows()))
        if theirs is None:
            wrong = Difference("engine", ENGINE, there.engine)
            return (Finding(WHOLE, there.position, "", there.digest, wrong, board.size),), None
        shown = theirs
    found = [_against(WHOLE, there, shown, board.size)]
    if archived is not None:
        found.append(_archived(there.position, archived, at_ends))
    return tuple(found), board


def archive_roots(archive: Archive, ledger: str, rest: Rest = lambda: None) -> dict[int, str]:
    """Every file of the archive hashed again: its roots by position.  Raises
    :class:`~shared.archive.Damaged`."""
    roots: dict[int, str] = {}

    def done(segment: Segment) -> None:
        roots[segment.end] = segment.root
        rest()

    archive.check(ledger, done)
    return roots


def archive_damaged(position: int, error: Damaged) -> Finding:
    """The finding that a file of the archive is not what its manifest says."""
    return Finding(ARCHIVE, position, "", "", Difference("archive", "whole", str(error)), 0)


def before_publication(
    connection: Connection, ledger: str, position: int, shown: Result, archive: Archive | None
) -> Passed:
    """The whole ledger up to ``position`` against ``shown`` there, with its tree and the archive."""
    archived: Mapping[int, str] | None = None
    findings: tuple[Finding, ...] = ()
    if archive is not None:
        try:
            archived = archive_roots(archive, ledger)
        except Damaged as error:
            findings = (archive_damaged(position, error),)
    there = Stored(position, shown.digest, 0, ENGINE, shown.body)
    compared, _ = compare_whole(
        lambda: reader.rows(connection, ledger, 0, position),
        ledger,
        there,
        archived,
        lambda: root_of(connection, ledger, position),
    )
    findings = (*compared, *findings)
    return Passed(
        position,
        compared[0].expected,
        tuple((one.kind, one.difference) for one in findings if one.difference is not None),
    )


def ours(there: Stored) -> bool:
    """Whether the live generation has the present engine."""
    return there.engine == ENGINE


def root_of(connection: Connection, ledger: str, position: int) -> str:
    """Root over the first ``position`` events by the ledger's own frontier, hex.

    Behind ``position`` the stored leaves lead to the frontier; where they do not, it is "" (nothing is to be
    equal to it).
    """
    whole = reader.frontier(connection, ledger)
    tree = GrowingTree()
    wanted = ""
    for leaf in reader.leaves(connection, ledger, whole.size):
        if tree.size == position:
            wanted = tree.root().hex()
        tree.add(leaf)
    if tree.size == position:
        wanted = tree.root().hex()
    return wanted if tree.frontier() == whole else ""


def look(engine: Engine, ledger: str) -> Stored | None:
    """:func:`stored` in a transaction of its own."""
    with read_transaction(engine) as connection:
        return stored(connection, ledger)


def _against(kind: str, there: Stored, shown: Result, events: int) -> Finding:
    if there.body is None:
        wrong: Difference | None = Difference("body", "standings", "unreadable")
        return Finding(kind, there.position, shown.digest, "", wrong, events)
    found = digest(dict(there.body))
    wrong = difference(shown.body, there.body)
    if wrong is None and there.digest != shown.digest:
        wrong = Difference("digest", shown.digest, there.digest)
    return Finding(kind, there.position, shown.digest, found, wrong, events)


def _altered(kind: str, there: Stored, error: Altered) -> Finding:
    wrong = Difference("bytes", f"{error.wanted} @{error.position}", f"{error.had} @{error.position}")
    return Finding(kind, there.position, "", there.digest, wrong, 0)


def _archived(position: int, roots: Mapping[int, str], tree: Mapping[int, str]) -> Finding:
    for end, root in sorted(roots.items()):
        if end in tree and tree[end] != root:
            wrong = Difference("archive", f"{tree[end]} @{end}", f"{root} @{end}")
            return Finding(ARCHIVE, position, tree[end], root, wrong, 0)
    return Finding(ARCHIVE, position, tree.get(position, ""), tree.get(position, ""), None, 0)
