"""Calendar, nominations, schedule and requests for another session over HTTP."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from services.inspections.api.routes import blueprint, load, one
from services.inspections.calendar_text import parsed
from services.inspections.commands import (
    AdoptCalendar,
    AskReschedule,
    DeclineReschedule,
    NominateMember,
    Schedule,
    WithdrawMember,
)
from services.inspections.decider import decide, decide_batch
from services.inspections.deciding.notices import notices_of
from services.inspections.schemas import (
    CalendarSchema,
    NominationSchema,
    NominationWithdrawalSchema,
    RescheduleRefusalSchema,
    RescheduleSchema,
    ScheduleBatchSchema,
    ScheduleSchema,
)
from services.inspections.supposing import notice_rows
from shared.batch import answer_of
from shared.store import LedgerTransaction
from shared.web.commands import Accepted, Act, Outcome, command_route
from shared.web.documents import BatchReceipts, Receipts


class NoticeView(Schema):
    """Something to know that refuses nothing."""

    rule = fields.String(required=True)
    unit = fields.String(required=True)
    message = fields.String(required=True)
    message_en = fields.String(required=True)


class ScheduleReceipts(Receipts):
    """The receipts, and what the session leaves too little time for: `lead-time-short`, `cut-off-passed`."""

    warnings = fields.List(fields.Nested(NoticeView), required=True)


class ScheduleBatchReceipts(BatchReceipts):
    """What became of each row, and what the sessions leave too little time for."""

    warnings = fields.List(fields.Nested(NoticeView), required=True)


@command_route(
    blueprint,
    "/calendars",
    schema=CalendarSchema,
    operation="inspections.adopt_calendar",
    summary="Adopt a version of the calendar",
)
def adopt_calendar(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """The text of its YAML; every deadline is computed from a version that was adopted."""
    data = parsed(command["calendar"])
    return one(tx, AdoptCalendar(data, command["document"], act.ledger.cycle), act)


@command_route(
    blueprint,
    "/teams/<team>/nominations",
    schema=NominationSchema,
    operation="inspections.nominate_member",
    summary="Name somebody for a team",
)
def nominate_member(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """A late nomination is kept, and flagged where the teams are shown."""
    return one(tx, NominateMember(act.path["team"], **command), act)


@command_route(
    blueprint,
    "/teams/<team>/nominations/withdraw",
    schema=NominationWithdrawalSchema,
    operation="inspections.nominate_member",
    summary="Withdraw a nomination",
)
def withdraw_member(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """The nomination no longer stands; that it was made stays."""
    return one(tx, WithdrawMember(act.path["team"], **command), act)


@command_route(
    blueprint,
    "/schedule",
    schema=ScheduleSchema,
    operation="inspections.schedule",
    summary="Schedule or move a session",
    answer=ScheduleReceipts,
)
def schedule(tx: LedgerTransaction, command: Schedule, act: Act) -> Outcome:
    """A half-day of one team at one unit; the old slot stays in history.

    `request` approves a request for another session: only its leader may; `occurred_at` is when a move was
    agreed by word.
    """
    state, known = load(tx, command, act)
    drafts = decide(state, known, command, act)
    return Accepted(drafts, {"warnings": notice_rows(notices_of(state, known, drafts, act.now))})


@command_route(
    blueprint,
    "/schedule/batch",
    schema=ScheduleBatchSchema,
    operation="inspections.schedule",
    summary="Schedule sessions",
    answer=ScheduleBatchReceipts,
)
def schedule_many(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """Up to 1000 rows; `mode` all_or_nothing (default) or partial."""
    state, known = load(tx, command, act)
    result = decide_batch(state, known, command, act)
    notices = notices_of(state, known, result.drafts, act.now)
    return Accepted(result.drafts, {**answer_of(result), "warnings": notice_rows(notices)})


@command_route(
    blueprint,
    "/reschedules",
    schema=RescheduleSchema,
    operation="inspections.ask_reschedule",
    summary="Ask for another session",
)
def ask_reschedule(tx: LedgerTransaction, command: AskReschedule, act: Act) -> Outcome:
    """The unit asks its team's leader; one request at a time."""
    return one(tx, command, act)


@command_route(
    blueprint,
    "/reschedules/<int:number>/decline",
    schema=RescheduleRefusalSchema,
    operation="inspections.answer_reschedule",
    summary="Decline a request for another session",
)
def decline_reschedule(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """The session stays; the leader says why.  To approve, schedule with `request`."""
    return one(tx, DeclineReschedule(act.path["number"], command["reason"]), act)
