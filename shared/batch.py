"""Many rows in one command: all of them or none, or each for itself.  Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from shared.access.rules import AccessDenied
from shared.decisions import Fault, Refused
from shared.events import Draft

ALL_OR_NOTHING = "all_or_nothing"
PARTIAL = "partial"
MODES = (ALL_OR_NOTHING, PARTIAL)
MAX_ROWS = 1000
_FORBIDDEN = 403

State = TypeVar("State")


@dataclass(frozen=True, slots=True)
class MalformedRow:
    """A row whose shape is wrong: ``faults`` say where, ``given`` is what came."""

    faults: tuple[Fault, ...]
    given: Any = None


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row (``row`` counts from 0): accepted with ``draft``, or refused with ``faults``."""

    row: int
    draft: Draft | None = None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class BatchResult:
    """Every row's result, in order of the rows."""

    rows: tuple[RowResult, ...]

    @property
    def drafts(self) -> list[Draft]:
        """The drafts of the accepted rows, in order."""
        return [row.draft for row in self.rows if row.draft is not None]


def decide_rows(
    state: State,
    rows: Sequence[Any],
    decide_one: Callable[[State, Any], Draft],
    evolve: Callable[[State, Draft], State],
    mode: str = ALL_OR_NOTHING,
    *,
    name: str = "rows",
    places: Sequence[int] | None = None,
) -> BatchResult:
    """Decide ``rows`` (commands or :class:`MalformedRow`) one after the other.

    Each is decided on the state that the accepted ones before it left.  With ``all_or_nothing`` one
    refused row refuses all: :class:`~shared.decisions.Refused` with every row's faults, fields prefixed
    ``{name}.N.``.  With ``partial`` the good rows stand, and only a batch without any good row is refused.
    ``places``: the number of each row in the request, where ``rows`` are only some of it.
    """
    results: list[RowResult] = []
    statuses: set[int] = set()
    for number, row in zip(places or range(len(rows)), rows, strict=True):
        if isinstance(row, MalformedRow):
            statuses.add(422)
            results.append(RowResult(number, faults=_placed(f"{name}.{number}", row.faults)))
            continue
        try:
            draft = decide_one(state, row)
        except Refused as refusal:
            statuses.add(refusal.status)
            results.append(RowResult(number, faults=_placed(f"{name}.{number}", refusal.faults)))
        except AccessDenied as denial:
            statuses.add(_FORBIDDEN)
            fault = Fault(denial.reason, denial.vi, denial.en)
            results.append(RowResult(number, faults=_placed(f"{name}.{number}", (fault,))))
        else:
            state = evolve(state, draft)
            results.append(RowResult(number, draft))
    refused = [fault for result in results for fault in result.faults]
    if refused and (mode != PARTIAL or all(result.draft is None for result in results)):
        raise Refused.many(refused, status=statuses.pop() if len(statuses) == 1 else 422)
    return BatchResult(tuple(results))


def _placed(place: str, faults: Sequence[Fault]) -> tuple[Fault, ...]:
    return tuple(replace(fault, field=f"{place}.{fault.field}" if fault.field else place) for fault in faults)


def answer_of(result: BatchResult) -> dict[str, Any]:
    """What a batch is told beside its receipts: each row, the n-th accepted one having the n-th receipt."""
    rows = [
        {"row": row.row, "accepted": True}
        if row.draft is not None
        else {
            "row": row.row,
            "accepted": False,
            "errors": [
                {"field": f.field, "value": f.value, "rule": f.rule, "message": f.vi, "message_en": f.en}
                for f in row.faults
            ],
        }
        for row in result.rows
    ]
    accepted = len(result.drafts)
    return {"accepted": accepted, "refused": len(rows) - accepted, "rows": rows}
