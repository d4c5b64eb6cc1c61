"""How a unit used the software (plan I.2): in time, by itself, with what corrections and evidence.

Counted from the events up to one number alone, so the same number gives the same report for ever: a score of
the rulebook's criterion may cite it as evidence by name, digest and size.  Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from services.scores.board import Board, Value
from services.scores.deciding.completeness import sheet_of
from services.scores.progress.matrix import SUBMITTED
from services.scores.state import Unit
from shared.events.canonical import check_profile
from shared.rulebook import Rulebook

FORMAT = "bangvang.software-use.v1"


@dataclass(frozen=True, slots=True)
class Use:
    """The use that one unit made of the software, at stage self.

    ``submitted``: its first submission (None: none yet), ``submissions`` how many; ``due``: the exclusive
    instant it was due by, as set last; ``on_time``: whether the first submission came before it, None while
    one of the two is missing.  ``asked``: criteria of its sheet, ``values``: those with a value; of these
    ``self_entered`` by an account of the unit and ``entered_for`` by another, and ``with_evidence``.
    ``corrections``: values that took the place of a standing one; ``withdrawals``.
    """

    unit: str
    area: str
    submitted: str | None
    due: str | None
    on_time: bool | None
    submissions: int
    asked: int
    values: int
    self_entered: int
    entered_for: int
    with_evidence: int
    corrections: int
    withdrawals: int


@dataclass(frozen=True, slots=True)
class Report:
    """``uses`` in order of the units' codes; ``upto``: number of the newest event that counted."""

    ledger: str
    upto: int
    rulebook: str
    uses: tuple[Use, ...]

    @property
    def document(self) -> bytes:
        """Canonical JSON: the same bytes for the same events."""
        body: dict[str, Any] = {
            "format": FORMAT,
            "ledger": self.ledger,
            "upto": self.upto,
            "rulebook": self.rulebook,
            "units": [asdict(use) for use in self.uses],
        }
        check_profile(body)
        return orjson.dumps(body, option=orjson.OPT_SORT_KEYS)

    @property
    def name(self) -> str:
        """Name of the file; of one unit's report it has the unit's code."""
        about = f"-{self.uses[0].unit}" if len(self.uses) == 1 else ""
        return f"software-use-{self.ledger.replace('/', '-')}{about}-{self.upto}.json"

    @property
    def evidence(self) -> Mapping[str, Any]:
        """What a score cites: ``name``, ``sha256`` (``sha256:`` and hex), ``size`` in bytes."""
        document = self.document
        digest = f"sha256:{hashlib.sha256(document).hexdigest()}"
        return {"name": self.name, "sha256": digest, "size": len(document)}


def report_of(board: Board, only: str | None = None) -> Report:
    """The use by every unit that is scored in the cycle, or by ``only`` one.

    ``board``: of the events that count.  Without a rulebook in force there is nothing to report.
    """
    book = board.state.rulebook()
    if book is None:
        return Report(board.ledger, board.last, "", ())
    uses = [
        _use(board, book, unit)
        for code, unit in sorted(board.state.units.items())
        if only in (None, code) and unit.open_on(book.period.end)
    ]
    return Report(board.ledger, board.last, book.digest, tuple(uses))


def _use(board: Board, book: Rulebook, unit: Unit) -> Use:
    submissions = board.noted(SUBMITTED, unit.code)
    submitted = submissions[0].time if submissions else None
    due = board.state.due_of("self")
    asked = [leaf.id for leaf in sheet_of(book, unit.area)]
    stated = [value for value in board.values.get(unit.code, ()) if value.stage == "self"]
    standing = [value for leaf in asked if (value := board.standing(unit.code, leaf, "self")) is not None]
    by_unit = sum(1 for value in standing if _own(value))
    return Use(
        unit.code,
        unit.area,
        submitted,
        due,
        None if submitted is None or due is None else submitted < due,
        len(submissions),
        len(asked),
        len(standing),
        by_unit,
        len(standing) - by_unit,
        sum(1 for value in standing if value.data.get("evidence")),
        _corrections(stated),
        sum(1 for value in stated if value.withdrawn is not None),
    )


def _own(value: Value) -> bool:
    return value.data["actor"]["role"] == "unit" and not value.on_behalf


def _corrections(stated: Iterable[Value]) -> int:
    """Values stated while an older one of the same cell stood: what was withdrawn before left it empty."""
    seen: dict[str, list[Value]] = {}
    found = 0
    for value in stated:
        older = seen.setdefault(value.criterion, [])
        found += any(old.withdrawn is None or old.withdrawn > value.number for old in older)
        older.append(value)
    return found
