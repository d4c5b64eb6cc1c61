"""A unit's self-score sheet, submitted as a whole (plan III.7).  Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

from services.scores.commands import RecordScore, SheetRow, SubmitSheet
from services.scores.deciding.completeness import sheet_of
from services.scores.deciding.setup import in_force, unknown_unit
from services.scores.state import State, evolve, fold, raw_of
from shared.access import Target
from shared.batch import MalformedRow, decide_rows
from shared.deciding import Caller
from shared.decisions import Fault, Refused
from shared.events import Draft

RecordOne = Callable[[State, RecordScore, Caller], Draft]


def submit_sheet(state: State, command: SubmitSheet, caller: Caller, record: RecordOne) -> list[Draft]:
    """The values that differ from what stands, then ``selfassessment.submitted``.

    ``record`` decides one score.  Every criterion that the unit scores itself needs a value, given now or
    standing: zero is one, an empty cell is not (domain §6).
    """
    speaker = caller.authorise(Target(unit=command.unit), "scores.submit_sheet")
    book = in_force(state)
    unit = state.units.get(command.unit)
    if unit is None:
        raise unknown_unit(command.unit)
    _check_once(command)
    changed = {
        place: row if isinstance(row, MalformedRow) else _as_score(command.unit, row)
        for place, row in enumerate(command.entries)
        if isinstance(row, MalformedRow) or not _stands(state, command.unit, row)
    }
    drafts = decide_rows(
        state,
        tuple(changed.values()),
        lambda held, row: record(held, row, caller),
        evolve,
        name="entries",
        places=tuple(changed),
    ).drafts
    after = fold(drafts, state).units[unit.code]
    sheet = sheet_of(book, unit.area)
    lacking = [leaf.id for leaf in sheet if after.standing(leaf.id, "self") is None]
    if lacking:
        raise Refused.many(
            [
                Fault(
                    "value-missing",
                    f"Tiêu chí {criterion} chưa có điểm; không có thì ghi 0.",
                    f"Criterion {criterion} has no value yet; write 0 if it is none.",
                    "entries",
                    criterion,
                )
                for criterion in lacking
            ]
        )
    if unit.submitted and not drafts:
        raise Refused(
            "nothing-changed",
            "Phiếu đã nộp và không có gì thay đổi.",
            "The sheet was submitted already, and nothing has changed.",
            status=409,
        )
    facts = speaker.facts(responsible=unit.code)
    submitted = {**facts, "values": len(sheet), "changed": len(drafts)}
    return [*drafts, Draft("selfassessment.submitted.v1", unit.code, submitted)]


def _as_score(unit: str, row: SheetRow) -> RecordScore:
    return RecordScore(unit=unit, stage="self", **asdict(row))


def _stands(state: State, unit: str, row: SheetRow) -> bool:
    """Whether exactly this value stands already: nothing new is stated by it."""
    standing = state.units[unit].standing(row.criterion, "self")
    return standing is not None and standing.raw == raw_of(asdict(row))


def _check_once(command: SubmitSheet) -> None:
    seen: set[str] = set()
    for number, row in enumerate(command.entries):
        if isinstance(row, MalformedRow):
            continue
        if row.criterion in seen:
            raise Refused(
                "duplicate-row",
                f"Tiêu chí {row.criterion} có hai dòng trong phiếu.",
                f"Criterion {row.criterion} has two rows in the sheet.",
                field=f"entries.{number}.criterion",
                value=row.criterion,
            )
        seen.add(row.criterion)
