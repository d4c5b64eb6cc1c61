"""Forfeit cases: the cut-off passed without a full pack, and the Standing Committee has to say.  Pure.

A case is no more than a question with its chain of facts; only the Committee forfeits (plan III.4).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from services.inspections.commands import OpenCase
from services.inspections.deciding.asking import book_of, not_scheduled, open_round_of, open_unit
from services.inspections.deciding.files import late_files
from services.inspections.deciding.packs import due_of, files_due, in_time, lacking, required_of
from services.inspections.known import Known, KnownUnit
from services.inspections.state import Outage, State, Visit
from shared.access import Target
from shared.deciding import Caller
from shared.decisions import Refused
from shared.events import Draft
from shared.events.envelope import instant, parse_instant

OPEN: Final = "open"
LAST_DAY: Final = timedelta(days=1)


def open_case(state: State, known: Known, command: OpenCase, caller: Caller) -> Draft:
    """A case opens once the cut-off is past and no full pack came in time; one for each deadline.

    A pack that was full in time may still be found wanting by the secretary, or its files may not have come
    within the grace: then a human may open the case, and the worker opens none.
    """
    visit = state.visit(command.unit)
    slot = visit.slot
    speaker = caller.authorise(
        Target(unit=command.unit, team=slot.team if slot else None), "inspections.open_case"
    )
    chain = case_chain(state, known, command.unit, caller.now)
    data = {**speaker.facts(base_position=known.base_position), **chain}
    return Draft("forfeit.case_opened.v1", command.unit, data)


def case_chain(state: State, known: Known, code: str, now: datetime) -> dict[str, Any]:
    """The chain of facts that a case of the unit ``code`` would carry, opened ``now``.

    Refuses where there is no case: unit or session unknown, no round open, the cut-off not past, a case or
    a session that has begun, a full pack in time that nobody found wanting and whose files came.
    """
    visit = state.visit(code)
    slot = visit.slot
    unit = open_unit(known, code)
    if slot is None:
        raise not_scheduled(code)
    open_round_of(state)
    due = due_of(state, known, visit)
    _check_due(code, due, now)
    _check_first(visit, unit, due)
    missing = (
        missing_in_time(known, visit, unit, due)
        or found_wanting(visit, due)
        or files_missing(known, visit, unit, due, now)
    )
    if not missing:
        raise Refused(
            "pack-in-order",
            f"{code} đã gửi đầy đủ tài liệu đúng hạn.",
            f"{code} has sent a full pack in time.",
            field="unit",
            value=code,
            status=409,
        )
    return {
        "schedule_version": slot.version,
        "due": instant(due),
        "packs": [pack.number for pack in visit.packs],
        "missing": missing,
        "outages": [outage.number for outage in touching(state, due)],
    }


def missing_in_time(known: Known, visit: Visit, unit: KnownUnit, due: datetime) -> list[str]:
    """What the unit had not sent at the cut-off, by the policy ``pack_incomplete_is``; empty = nothing."""
    book = book_of(known)
    return lacking(visit, required_of(book, unit), due, str(book.policies["pack_incomplete_is"]))


def found_wanting(visit: Visit, due: datetime) -> list[str]:
    """What the newest finding on the packs received in time rejects."""
    numbers = {pack.number for pack in visit.packs if in_time(pack, due)}
    findings = [finding for finding in visit.assessments if finding.pack in numbers]
    return list(findings[-1].rejected) if findings else []


def files_missing(known: Known, visit: Visit, unit: KnownUnit, due: datetime, now: datetime) -> list[str]:
    """What manifests in time named, and whose bytes did not come within the grace."""
    book = book_of(known)
    return late_files(visit, required_of(book, unit), due, files_due(due, book), now)


def touching(state: State, due: datetime) -> list[Outage]:
    """The outages of this system that touch the last day before the cut-off ``due``, as stated."""
    return [
        outage
        for outage in state.outages
        if parse_instant(outage.begins) < due and due - LAST_DAY < parse_instant(outage.ends)
    ]


def overdue(state: State, known: Known, visit: Visit, now: datetime) -> bool:
    """Whether the cut-off is past and has no case yet; needs nothing known of the unit itself.

    Not for a unit whose session was set when the deadline had passed already: it was never told one.
    """
    if known.rulebook is None or visit.slot is None or visit.opened or state.round is None:
        return False
    due = due_of(state, known, visit)
    if now < due or due <= parse_instant(visit.slots[0].since):
        return False
    return all(case.due != instant(due) for case in visit.cases)


def is_due(state: State, known: Known, visit: Visit, now: datetime) -> bool:
    """Whether the system itself opens a case of the unit now: nothing is for a human to judge."""
    unit, book = known.units.get(visit.unit), known.rulebook
    if unit is None or book is None or unit.forfeited or not unit.open_on(book.period.end):
        return False
    return overdue(state, known, visit, now) and bool(
        missing_in_time(known, visit, unit, due_of(state, known, visit))
    )


def status_of(visit: Visit, unit: KnownUnit) -> str | None:
    """How the newest case stands: open, confirmed, declined or lifted; None without a case.

    A case that has not reached the ledger yet is open.
    """
    if not visit.cases:
        return None
    if len(visit.cases) > unit.cases or unit.decision is None:
        return OPEN
    return unit.decision.outcome


def _check_due(unit: str, due: datetime, now: datetime) -> None:
    if now < due:
        raise Refused(
            "deadline-open",
            f"{unit} còn hạn gửi tài liệu đến trước {instant(due)}.",
            f"{unit} may send its pack before {instant(due)}.",
            field="unit",
            value=unit,
            status=409,
        )


def _check_first(visit: Visit, unit: KnownUnit, due: datetime) -> None:
    """One case for one deadline, of an inspection that has neither begun nor been forfeited."""
    if visit.opened:
        raise Refused(
            "inspection-opened",
            f"Buổi kiểm tra {visit.unit} đã bắt đầu.",
            f"The inspection of {visit.unit} has begun already.",
            field="unit",
            value=visit.unit,
            status=409,
        )
    if unit.forfeited or any(case.due == instant(due) for case in visit.cases):
        raise Refused(
            "case-open",
            f"Việc {visit.unit} không gửi đủ tài liệu đúng hạn đã được nêu với Ban Thường vụ.",
            f"That {visit.unit} sent no full pack in time is before the Standing Committee already.",
            field="unit",
            value=visit.unit,
            status=409,
        )
