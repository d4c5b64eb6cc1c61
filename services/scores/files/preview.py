"""What a confirmation would do, by the schemas and deciders that it goes through.  States nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from marshmallow import Schema

from services.scores.commands import Batch
from services.scores.decider import decide_batch
from services.scores.state import State
from shared.batch import PARTIAL, MalformedRow
from shared.commanding import Rows
from shared.deciding import Caller
from shared.decisions import Fault, Refused
from shared.files.entries import BAD, SAME, Entry

WHOLE_FILE = ("signoff-needed", "document-missing", "entered-by-not-wanted", "rulebook-not-in-force")
"""Rules that speak of the file and of who sends it, not of what stands in a cell."""


@dataclass(frozen=True, slots=True)
class Located:
    """A fault where it is: ``sheet`` and ``cell`` such as ``C7``; ``value``: what stands there."""

    sheet: str
    cell: str
    fault: Fault


@dataclass(frozen=True, slots=True)
class Preview:
    """Every entry, what is wrong with it, and what is wrong with the file as a whole.

    ``entries[n].becomes`` is ``bad`` where ``faults`` has something about it.  ``blockers``: each once.
    """

    entries: tuple[Entry, ...]
    faults: tuple[Located, ...] = ()
    blockers: tuple[Fault, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)


def rows_of(entries: Sequence[Entry], schema: type[Schema]) -> tuple[Any, ...]:
    """The rows of the batch that ``entries`` make: commands, or why there is none."""
    loaded = Rows(schema).deserialize([dict(entry.given) for entry in entries])
    return tuple(
        MalformedRow(entry.faults, dict(entry.given)) if entry.faults else row
        for entry, row in zip(entries, loaded, strict=True)
    )


def asked(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """The entries that would be stated: what stands already says nothing new."""
    return tuple(entry for entry in entries if entry.becomes != SAME)


def preview(
    entries: Sequence[Entry], schema: type[Schema], name: str, state: State, caller: Caller
) -> Preview:
    """What the deciders say of ``entries`` on ``state``.  ``name``: of the list in a request."""
    wanted = asked(entries)
    refused = _refused(Batch(rows_of(wanted, schema), PARTIAL, name), state, caller) if wanted else ()
    by_row: dict[int, list[Fault]] = {}
    blockers: dict[str, Fault] = {}
    for number, fault in (placed(fault, name) for fault in refused):
        if fault.rule in WHOLE_FILE:
            blockers.setdefault(fault.rule, fault)
        else:
            by_row.setdefault(number, []).append(fault)
    located = [
        Located(entry.sheet, entry.address_of(fault.field), fault)
        for number, entry in enumerate(wanted)
        for fault in by_row.get(number, ())
    ]
    marked = iter(
        replace(entry, becomes=BAD) if number in by_row else entry for number, entry in enumerate(wanted)
    )
    seen = tuple(entry if entry.becomes == SAME else next(marked) for entry in entries)
    counts = {"new": 0, "changed": 0, SAME: 0, BAD: 0}
    for entry in seen:
        counts[entry.becomes] += 1
    return Preview(seen, tuple(located), tuple(blockers.values()), counts)


def located_refusal(refusal: Refused, entries: Sequence[Entry], name: str) -> Refused:
    """``refusal`` of a batch with each field named by its cell: ``QH!C7``."""
    wanted = asked(entries)
    faults = []
    for number, fault in (placed(fault, name) for fault in refusal.faults):
        entry = wanted[number]
        faults.append(replace(fault, field=f"{entry.sheet}!{entry.address_of(fault.field)}"))
    return Refused.many(faults, status=refusal.status)


def placed(fault: Fault, name: str) -> tuple[int, Fault]:
    """The number of the row that a batch's fault is about, and the fault with the field inside the row."""
    found = re.fullmatch(rf"{name}\.(\d+)(?:\.(.+))?", fault.field or "")
    assert found is not None  # decide_rows prefixes every one
    return int(found.group(1)), replace(fault, field=found.group(2))


def _refused(batch: Batch, state: State, caller: Caller) -> Sequence[Fault]:
    try:
        result = decide_batch(state, batch, caller)
    except Refused as refusal:  # not one good row
        return refusal.faults
    return [fault for row in result.rows for fault in row.faults]
