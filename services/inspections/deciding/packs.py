"""Document packs: when they are due, what they lack, what was found in them, who got them.  Pure.

A pack is what its manifests fill together: a slot that one manifest filled stays filled, a later one may
replace the file or add what was missing, and every manifest stays readable (plan III.4).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from services.inspections.commands import AssessPack, ForwardPack, ReceivePack, RecordOutage
from services.inspections.deciding.asking import book_of, not_scheduled, open_unit, round_of
from services.inspections.deciding.deadlines import PackDue, pack_due
from services.inspections.known import Known, KnownUnit
from services.inspections.state import Forwarding, Pack, Slot, State, Visit
from shared.access import Target
from shared.calendar import local_date
from shared.deciding import Caller, Speaker, check_happened, check_span, without_none
from shared.decisions import Fault, Refused
from shared.events import Draft
from shared.events.envelope import instant, parse_instant
from shared.rulebook import Rulebook

UPLOAD = "upload"
NOT_SENT = "not_sent"
ACCEPTED, MISSING = "accepted", "missing"


# --- the deadline


def due_by(state: State, known: Known, visit: Visit) -> PackDue:
    """When a scheduled unit's pack is due, and by which version of the round's calendar.

    Refuses without a rulebook or a slot.
    """
    if visit.slot is None:
        raise not_scheduled(visit.unit)
    held = round_of(state, visit.slot)
    policies = book_of(known).policies
    return pack_due(
        visit,
        held,
        state.versions(held),
        ZoneInfo(known.timezone),
        str(policies["after_reschedule"]),
        str(policies["deadline_day_count"]),
    )


def due_of(state: State, known: Known, visit: Visit) -> datetime:
    """The cut-off of a scheduled unit's pack, an exclusive instant.  Refuses as :func:`due_by`."""
    return due_by(state, known, visit).at


def files_due(due: datetime, book: Rulebook) -> datetime:
    """Until when the bytes of a manifest that came in time may follow (``upload_grace_minutes``)."""
    return due + timedelta(minutes=int(book.policies["upload_grace_minutes"]))


# --- completeness


def required_of(book: Rulebook, unit: KnownUnit) -> list[str]:
    """The documents asked of the unit's area, in the rulebook's order."""
    return [one.id for one in book.required_documents if one.areas is None or unit.area in one.areas]


def in_time(pack: Pack, due: datetime) -> bool:
    """Whether a manifest came before the cut-off, ``due`` or the one in force when it came."""
    return pack.on_time or parse_instant(pack.at) < due


def lacking(visit: Visit, required: Sequence[str], due: datetime, incomplete_is: str = NOT_SENT) -> list[str]:
    """The required documents that the manifests received in time do not fill.

    ``incomplete_is``: the policy ``pack_incomplete_is``; by ``warning`` what was sent in time lacks nothing.
    """
    sent = [pack for pack in visit.packs if in_time(pack, due)]
    if sent and incomplete_is != NOT_SENT:
        return []
    filled = {document for pack in sent for document in pack.documents}
    return [document for document in required if document not in filled]


def late_days(forwarding: Forwarding, pack: Pack, due: datetime, zone: ZoneInfo) -> int:
    """By how many days of ``zone`` the secretary passed ``pack`` on too late: his delay, never the unit's.

    Counted from the last day on which the pack was due, from the day on which it came, or from the day on
    which those who had not got it yet came into the team: whichever is the latest.
    """
    last = local_date(due - timedelta(microseconds=1), zone)
    came = local_date(parse_instant(pack.at), zone)
    joined = local_date(parse_instant(forwarding.since), zone) if forwarding.since else came
    return max(0, (local_date(parse_instant(forwarding.at), zone) - max(last, came, joined)).days)


# --- what is stated


def receive_pack(state: State, known: Known, command: ReceivePack, caller: Caller) -> Draft:
    """A manifest arrives; server time decides, and of e-mail or paper when it came (plan III.4).

    Complete: every required document of the unit's area has its slot filled, by a file or by the reason why
    there is none.  Late or incomplete packs are kept and marked, never refused.
    """
    visit, slot, speaker = _on(state, command.unit, caller, "inspections.receive_pack")
    unit = open_unit(known, command.unit)
    book = book_of(known)
    check_happened(command.occurred_at, caller.now)
    _check_receipt(command, speaker)
    required = required_of(book, unit)
    named = [entry["document"] for entry in command.manifest]
    _check_documents(named, required, "manifest")
    filled = {document for pack in visit.packs for document in pack.documents} | set(named)
    missing = [document for document in required if document not in filled]
    deadline = due_by(state, known, visit)
    due = deadline.at
    by_hand = command.via != UPLOAD and command.occurred_at is not None
    received = parse_instant(command.occurred_at) if by_hand and command.occurred_at else caller.now
    data = {
        **speaker.facts(
            responsible=command.unit, occurred_at=command.occurred_at, base_position=known.base_position
        ),
        "manifest": list(command.manifest),
        "complete": not missing,
        "missing": missing,
        "schedule_version": slot.version,
        "due": instant(due),
        "on_time": received < due,
        "via": command.via,
        **without_none(proof=command.proof),
    }
    if deadline.calendar is not None:
        data |= {"calendar": deadline.calendar.id, "calendar_version": deadline.calendar.version}
    return Draft("submission.received.v1", command.unit, data)


def _check_receipt(command: ReceivePack, speaker: Speaker) -> None:
    """What came by e-mail or on paper is recorded by the secretary, who says when it came, with proof."""
    if command.via == UPLOAD:
        return
    if speaker.role == "unit":
        raise Refused(
            "receipt-by-secretary",
            "Tài liệu gửi qua thư điện tử hoặc bản giấy do thư ký đoàn ghi nhận.",
            "What came by e-mail or on paper is recorded by the team's secretary.",
            field="via",
            value=command.via,
            status=403,
        )
    wanted = (("occurred_at", command.occurred_at), ("proof", command.proof))
    faults = [
        Fault(
            "receipt-without-proof",
            "Cần thời điểm nhận (occurred_at) và minh chứng (proof) khi nhận qua thư điện tử hoặc bản giấy.",
            "Receipt by e-mail or on paper needs when it came (occurred_at) and its proof (proof).",
            field,
        )
        for field, value in wanted
        if value is None
    ]
    if faults:
        raise Refused.many(faults)


def assess_pack(state: State, known: Known, command: AssessPack, caller: Caller) -> Draft:
    """The secretary's finding on a pack, slot by slot: every required slot once.

    It names what is missing or unusable, and forfeits nothing by itself (plan III.4).
    """
    visit, _, speaker = _on(state, command.unit, caller, "inspections.assess_pack")
    unit = open_unit(known, command.unit)
    pack = pack_of(visit, command.pack)
    required = required_of(book_of(known), unit)
    named = [finding["document"] for finding in command.findings]
    _check_documents(named, required, "findings")
    until = visit.packs[: visit.packs.index(pack) + 1]
    filled = {document for one in until for document in one.documents}
    faults = [
        Fault(
            "finding-missing",
            f"Chưa nêu nhận xét về tài liệu “{document}”.",
            f'There is no finding on document "{document}".',
            "findings",
            document,
        )
        for document in required
        if document not in named
    ]
    for place, finding in enumerate(command.findings):
        document, has = finding["document"], finding["document"] in filled
        if (finding["outcome"] == MISSING) == has:
            faults.append(
                Fault(
                    "finding-contradicts-pack",
                    f"Bộ hồ sơ {'có' if has else 'không có'} tài liệu “{document}”.",
                    f"The pack {'has' if has else 'lacks'} {document}.",
                    f"findings.{place}.outcome",
                    finding["outcome"],
                )
            )
    if faults:
        raise Refused.many(faults)
    data = {
        **speaker.facts(base_position=known.base_position),
        "pack": command.pack,
        "complete": all(finding["outcome"] == ACCEPTED for finding in command.findings),
        "findings": list(command.findings),
    }
    return Draft("submission.assessed.v1", command.unit, data)


def forward_pack(state: State, command: ForwardPack, caller: Caller) -> Draft:
    """The secretary passes a pack on to members of the team: a fact of its own (plan III.4)."""
    visit, slot, speaker = _on(state, command.unit, caller, "inspections.forward_pack")
    pack_of(visit, command.pack)
    team = {str(member["person"]) for member in state.teams[slot.team].members}
    faults = [
        Fault(
            "not-a-member",
            f"“{person}” không thuộc đoàn {slot.team}, hoặc bị nêu hai lần.",
            f'"{person}" is not of team {slot.team}, or is named twice.',
            f"members.{place}",
            person,
        )
        for place, person in enumerate(command.members)
        if person not in team or person in command.members[:place]
    ]
    if faults:
        raise Refused.many(faults)
    data = {
        **speaker.facts(),
        "pack": command.pack,
        "members": list(command.members),
        **without_none(text=command.text),
    }
    return Draft("submission.forwarded.v1", command.unit, data)


def record_outage(command: RecordOutage, caller: Caller) -> Draft:
    """This system could not be reached: it stands in every case that it touches, and moves no deadline."""
    speaker = caller.authorise(Target(), "inspections.record_outage")
    check_span(command.begins, command.ends)
    check_happened(command.ends, caller.now)
    data = {**speaker.facts(), "from": command.begins, "to": command.ends, "text": command.text}
    return Draft("outage.recorded.v1", "*", data)


def pack_of(visit: Visit, number: int) -> Pack:
    """The unit's pack with that number.  Refuses one that it never sent."""
    found = next((pack for pack in visit.packs if pack.number == number), None)
    if found is None:
        raise unknown_pack(number)
    return found


def unknown_pack(number: int) -> Refused:
    """The refusal of a number that is no pack's."""
    return Refused(
        "unknown-pack",
        f"Không có bộ hồ sơ số {number}.",
        f"There is no pack {number}.",
        field="pack",
        value=number,
        status=404,
    )


def _on(state: State, unit: str, caller: Caller, operation: str) -> tuple[Visit, Slot, Speaker]:
    """The scheduled visit, its slot, and who may speak on it."""
    visit = state.visit(unit)
    slot = visit.slot
    speaker = caller.authorise(Target(unit=unit, team=slot.team if slot else None), operation)
    if slot is None:
        raise not_scheduled(unit)
    return visit, slot, speaker


def _check_documents(named: Sequence[str], required: Sequence[str], field: str) -> None:
    faults = [
        Fault(
            "unknown-document",
            f"“{document}” không thuộc danh mục tài liệu của đơn vị, hoặc bị nêu hai lần.",
            f'"{document}" is not a document asked of the unit, or is named twice.',
            f"{field}.{place}.document",
            document,
        )
        for place, document in enumerate(named)
        if document not in required or document in named[:place]
    ]
    if faults:
        raise Refused.many(faults)
