"""What is shown of packs and of forfeit cases: every version, and the chain of facts behind a case.  Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.inspections.deciding.cases import OPEN, case_chain, files_missing, status_of, touching
from services.inspections.deciding.files import awaited_files, slot_file
from services.inspections.deciding.packs import due_of, files_due, lacking, late_days, required_of
from services.inspections.known import Known, KnownUnit
from services.inspections.state import Assessment, Case, Forwarding, Pack, State, Visit
from shared.events.envelope import instant, parse_instant


def due_or_none(state: State, known: Known, visit: Visit) -> datetime | None:
    """The cut-off of the unit's pack; None while the unit has no slot or there is no rulebook."""
    return due_of(state, known, visit) if visit.slot is not None and known.rulebook is not None else None


def pack_rows(visit: Visit, due: datetime | None, known: Known, now: datetime) -> list[dict[str, Any]]:
    """Every manifest of a unit, oldest first, with how the bytes of its slots stand at ``now``, the findings
    on it, and who got it when."""
    until = until_of(known, due)
    return [_pack(visit, pack, due, until, now, ZoneInfo(known.timezone)) for pack in visit.packs]


def lacking_of(known: Known, visit: Visit, unit: KnownUnit, due: datetime | None) -> list[str]:
    """The required documents that did not come before the cut-off (so far); none without a rulebook."""
    book = known.rulebook
    if book is None or due is None:
        return []
    return lacking(visit, required_of(book, unit), due, str(book.policies["pack_incomplete_is"]))


def awaited_of(known: Known, visit: Visit, unit: KnownUnit) -> list[str]:
    """The documents whose file is still to come, whether in time or not; none without a rulebook."""
    book = known.rulebook
    return [] if book is None else awaited_files(visit, required_of(book, unit))


def late_files_of(
    known: Known, visit: Visit, unit: KnownUnit, due: datetime | None, now: datetime
) -> list[str]:
    """The documents in time whose file did not come within the grace; none while it runs."""
    if due is None or known.rulebook is None:
        return []
    return files_missing(known, visit, unit, due, now)


def case_row(visit: Visit, unit: KnownUnit) -> dict[str, Any] | None:
    """The newest case of the unit in short, or None."""
    status = status_of(visit, unit)
    return None if status is None else {"number": visit.cases[-1].number, "status": status}


def case_views(state: State, known: Known, units: Sequence[str], now: datetime) -> list[dict[str, Any]]:
    """The newest case of each unit with its whole chain, in the order in which the cases were opened.

    ``now``: for the bytes of the packs, which may have come since.
    """
    found = [
        _case(state, known, visit, visit.cases[-1], now)
        for code in units
        if (visit := state.visit(code)).cases and code in known.units
    ]
    return sorted(found, key=lambda one: int(one["number"]))


def case_preview(state: State, known: Known, unit: str, now: datetime) -> dict[str, Any]:
    """The view of a case of ``unit`` as it would be, were it opened ``now``.  Refuses where there is none."""
    visit = state.visit(unit)
    chain = case_chain(state, known, unit, now)
    case = Case(
        0,
        instant(now),
        "",
        chain["schedule_version"],
        chain["due"],
        tuple(chain["packs"]),
        tuple(chain["missing"]),
        tuple(chain["outages"]),
    )
    return _case(state, known, replace(visit, cases=(*visit.cases, case)), case, now)


def _case(state: State, known: Known, visit: Visit, case: Case, now: datetime) -> dict[str, Any]:
    unit = known.units[visit.unit]
    due = parse_instant(case.due)
    decision = unit.decision if status_of(visit, unit) != OPEN else None
    return {
        "unit": visit.unit,
        "name": unit.name,
        "number": case.number,
        "at": case.at,
        "by": case.by,
        "status": status_of(visit, unit),
        "schedule_version": case.schedule_version,
        "due": case.due,
        "missing": list(case.missing),
        "schedule": [
            {
                "version": slot.version,
                "team": slot.team,
                "date": slot.day.isoformat(),
                "session": slot.session,
                "since": slot.since,
            }
            for slot in visit.slots
        ],
        "packs": pack_rows(visit, due, known, now),
        "packs_seen": list(case.packs),
        "outages": [
            {
                "number": outage.number,
                "from": outage.begins,
                "to": outage.ends,
                "text": outage.text,
                "known_then": outage.number in case.outages,
            }
            for outage in touching(state, due)
        ],
        "decision": None
        if decision is None
        else {"outcome": decision.outcome, "at": decision.at, "document": decision.document},
    }


def _pack(
    visit: Visit, pack: Pack, due: datetime | None, until: datetime | None, now: datetime, zone: ZoneInfo
) -> dict[str, Any]:
    findings = [finding for finding in visit.assessments if finding.pack == pack.number]
    return {
        "number": pack.number,
        "at": pack.at,
        "via": pack.via,
        "proof": pack.proof,
        "complete": pack.complete,
        "on_time": pack.on_time,
        "missing": list(pack.missing),
        "due": pack.due,
        "schedule_version": pack.schedule_version,
        "manifest": [_slot(visit, pack, entry, until, now) for entry in pack.manifest],
        "assessed": _finding(findings[-1]) if findings else None,
        "forwarded": [
            _forwarding(one, late_days(one, pack, due or parse_instant(pack.due), zone))
            for one in visit.forwardings
            if one.pack == pack.number
        ],
    }


def _slot(
    visit: Visit, pack: Pack, entry: Mapping[str, Any], until: datetime | None, now: datetime
) -> dict[str, Any]:
    file = slot_file(visit, pack, entry, until, now)
    return {**entry, "file": None if file is None else asdict(file)}


def _finding(finding: Assessment) -> dict[str, Any]:
    return {
        "number": finding.number,
        "at": finding.at,
        "complete": finding.complete,
        "rejected": list(finding.rejected),
    }


def _forwarding(one: Forwarding, late: int) -> dict[str, Any]:
    return {
        "number": one.number,
        "at": one.at,
        "by": one.by,
        "members": list(one.members),
        "late_days": late,
    }


def warnings_of(visit: Visit, unit: KnownUnit, rows: Sequence[dict[str, Any]]) -> list[str]:
    """What whoever opens the inspection should know: a case that is open, a secretary who forwards late."""
    late = any(one["late_days"] for row in rows for one in row["forwarded"])
    found = ((status_of(visit, unit) == OPEN, "case-open"), (late, "forwarded-late"))
    return [name for true, name in found if true]


def until_of(known: Known, due: datetime | None) -> datetime | None:
    """Until when bytes may follow a manifest in time, exclusive; None without a cut-off or a rulebook."""
    return None if due is None or known.rulebook is None else files_due(due, known.rulebook)


def files_until(known: Known, due: datetime | None) -> str | None:
    """As :func:`until_of`, a written instant."""
    until = until_of(known, due)
    return None if until is None else instant(until)
