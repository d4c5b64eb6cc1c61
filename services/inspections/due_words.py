"""Deadlines of a calendar in words, those that are known as instants in local time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from services.inspections.calendar_form import Calendar, Due
from services.inspections.deciding.deadlines import cut_off
from shared.web.i18n import tr


@dataclass(frozen=True, slots=True)
class Line:
    """One deadline: what is due, from whom, to whom (both empty where the calendar names none), and when."""

    what: str
    by: str
    to: str
    due: str


def due_lines(calendar: Calendar, zone: ZoneInfo, called: Callable[[str], str]) -> list[Line]:
    """Every deadline of ``calendar`` in the order of the plan; ``called`` names a body."""

    def line(what: str, due: Due | None, by: tuple[str, ...] = (), to: str = "") -> list[Line]:
        if due is None:
            return []
        whom = tr("các đoàn kiểm tra", "the teams") if to == "inspection_teams" else called(to) if to else ""
        return [Line(what, ", ".join(called(one) for one in by), whom, due_words(due, calendar, zone))]

    found = []
    for one in calendar.external_evaluations:
        what = tr(f"Kết quả đánh giá, tiêu chí {one.criterion}", f"Evaluation, criterion {one.criterion}")
        found += line(what, one.due, one.bodies, one.deliver_to)
    found += line(tr("Bộ tài liệu của đơn vị", "A unit's documents"), calendar.document_pack)
    found += line(tr("Điểm của các Ban", "Scores of departments"), calendar.department_scoring)
    if calendar.personnel is not None:
        given, what = calendar.personnel, tr("Cử người tham gia đoàn", "Nominations for the teams")
        found += line(what, given.due, given.bodies, given.deliver_to)
    found += line(tr("Bài thu hoạch", "Reflection reports"), calendar.reflection_reports)
    found += line(
        tr("Đơn vị trả lời kết luận", "A unit's answer to adjustments"), calendar.adjustment_response
    )
    return found


def due_words(due: Due, calendar: Calendar, zone: ZoneInfo) -> str:
    """When ``due`` is: the local instant before which it is met, or what it counts from."""
    moment = cut_off(due, calendar, zone)
    if moment is not None:
        return before(moment, zone)
    working = due.day_count == "working"
    vi_days, en_days = (" (ngày làm việc)", " (working days)") if working else ("", "")
    if due.kind == "before":
        return tr("trước khi mở buổi kiểm tra", "before the inspection opens")
    vi, en = {
        "days_before_inspection": ("trước buổi kiểm tra", "before the session"),
        "days_after_inspection": ("sau buổi kiểm tra", "after the session"),
        "days_after_conclusion": ("sau kết luận", "after the conclusion"),
    }[due.kind]
    return tr(f"hết ngày thứ {due.days} {vi}{vi_days}", f"end of the {due.days}. day {en}{en_days}")


def before(moment: datetime, zone: ZoneInfo) -> str:
    """``trước 06/11/2020 17:00:01``: local time of an exclusive instant; no seconds at a whole minute."""
    local = moment.astimezone(zone).strftime("%d/%m/%Y %H:%M:%S").removesuffix(":00")
    return tr(f"trước {local}", f"before {local}")
