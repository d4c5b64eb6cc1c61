"""The minutes of one session as an office writes them (plan III.7), on screen and on A4."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import Blueprint, render_template

from services.inspections import reading
from services.inspections.answer_reading import adjustments_of
from services.inspections.contents import content_of
from services.inspections.held import Said, agenda, concluded, facts_shown
from services.inspections.pages.links import to
from services.inspections.pages.session import (
    INITIATIVE,
    KINDS,
    OUTCOMES,
    Sight,
    asked_version,
    attendance_rows,
    sight_of,
)
from shared.database import read_transaction
from shared.events.envelope import instant, parse_instant
from shared.ledger import reader as ledger_reader
from shared.ledger.merkle import leaf_hash
from shared.web.i18n import tr
from shared.web.problems import Problem
from shared.web.runtime import runtime

TEAM_ROLES = {
    "leader": ("Trưởng đoàn", "Leader"),
    "deputy": ("Phó Trưởng đoàn", "Deputy leader"),
    "secretary": ("Thư ký", "Secretary"),
    "member": ("Thành viên", "Member"),
}
FACTS = {
    "inspection.opened.v1": ("Mở buổi kiểm tra", "Opening"),
    "attendance.declared.v1": ("Thành phần cơ sở", "Attendees"),
    "minutes.recorded.v1": ("Ghi chép", "Minutes"),
    "finding.recorded.v1": ("Nhận xét", "Finding"),
    "model.registered.v1": ("Đăng ký mô hình", "Model registered"),
    "model.assessed.v1": ("Nhận xét mô hình", "Model assessed"),
    "limitation.carried.v1": ("Nêu hạn chế năm trước", "Limitations carried in"),
    "limitation.assessed.v1": ("Nhận xét khắc phục", "Limitation assessed"),
    "conclusion.signed.v1": ("Kết luận", "Conclusion"),
    "conclusion.amended.v1": ("Sửa kết luận", "Amendment"),
}


@dataclass(frozen=True, slots=True)
class Proved:
    """A fact that the minutes show: ``position`` in the ledger, None while it is on its way; ``leaf``: its
    hash there, in hex."""

    said: Said
    words: str
    position: int | None
    leaf: str


def register(pages: Blueprint) -> None:
    """Put the page on ``pages``."""
    pages.add_url_rule("/<org>/<cycle>/minutes/<unit>", "minutes", minutes)


def minutes(org: str, cycle: str, unit: str) -> str:
    """The minutes with the newest version of what was written down, or the one of ``?version=``."""
    found = sight_of(org, cycle, unit)
    wanted = asked_version()
    chosen = found.session.version(wanted)
    if wanted is not None and chosen is None:
        raise Problem("unknown-minutes")
    ledger = found.seen.reader.ledger
    with read_transaction(runtime().engine) as connection:
        root = ledger_reader.root_at(connection, ledger.ledger, found.known.base_position).hex()
        told = ledger_reader.of_subject(connection, ledger.ledger, unit, 0, found.known.base_position)
        own = list(reading.events_of(connection, ledger.ledger, unit))
    standing, _ = adjustments_of(found.state, found.known, own, unit, found.now)
    positions = {row.event_id: row.position for row in told}
    team = found.state.teams.get(found.slot.team)
    opening = found.visit.opening
    book = found.known.rulebook
    return render_template(
        "inspections/minutes.html",
        frame=found.seen,
        found=found,
        unit=unit,
        slot=found.slot,
        opening=opening,
        began=None if opening is None else parse_instant(opening.happened).astimezone(found.zone),
        lacked=found.leaves(opening.missing if opening else ()),
        held=found.session,
        chosen=chosen,
        parts=agenda(chosen.data["items"] if chosen else ()),
        content_of=lambda code: tr(content_of(code).vi, content_of(code).en),
        conclusion=concluded(found.session.conclusions),
        adjustments=standing,
        members=[
            (tr(*TEAM_ROLES.get(one["role"], (one["role"], one["role"]))), one["name"])
            for one in (team.members if team else ())
        ],
        signing=_signing(found),
        attendance=attendance_rows(found),
        facts=_proved(facts_shown(found.session, chosen), positions),
        labels={} if book is None else {leaf.id: leaf.label for leaf in book.leaves},
        kinds=KINDS,
        initiative=INITIATIVE,
        outcomes=OUTCOMES,
        size=found.known.base_position,
        root=root,
        printed=instant(found.now),
        zone=ledger.timezone,
        to=lambda page, **about: to(found.seen, page, **about),
    )


def _proved(facts: Iterable[Said], positions: dict[str, int]) -> list[Proved]:
    return [
        Proved(one, tr(*FACTS[one.type]), positions.get(one.id), leaf_hash(one.value).hex()) for one in facts
    ]


def _signing(found: Sight) -> dict[str, str]:
    """The names below the signatures: of the team's secretary, and of who concludes."""
    team = found.state.teams.get(found.slot.team)
    by_role = {one["role"]: one["name"] for one in (team.members if team else ())}
    signed = found.session.conclusions
    leader = found.people.get(signed[0].by, signed[0].by) if signed else by_role.get("leader", "")
    return {"secretary": by_role.get("secretary", ""), "leader": leader}
