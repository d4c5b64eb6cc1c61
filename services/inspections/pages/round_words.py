"""What is said of the stages of a unit and of what waits, in two languages; and to which page each leads."""

from __future__ import annotations

from typing import Final

from shared.web.i18n import tr

_STAGES: Final = {
    "concluded": ("Đã kết luận", "Concluded"),
    "opened": ("Đang kiểm tra", "In session"),
    "ready": ("Sẵn sàng", "Ready"),
    "pack": ("Đủ tài liệu", "Pack in order"),
    "scheduled": ("Đã xếp lịch", "Scheduled"),
    "unscheduled": ("Chưa xếp lịch", "Not scheduled"),
    "late": ("Tài liệu quá hạn", "Pack overdue"),
    "case": ("Chờ Ban Thường vụ", "Before the Committee"),
    "forfeited": ("Không kiểm tra", "Forfeited"),
}
_FACTS: Final = {
    "scheduled": ("Có lịch", "Scheduled"),
    "pack": ("Đủ tài liệu", "Pack in order"),
    "late": ("Tài liệu quá hạn", "Pack overdue"),
    "case": ("Chờ Ban Thường vụ", "Case open"),
    "forfeited": ("Không kiểm tra", "Forfeited"),
    "ready": ("Sẵn sàng", "Ready"),
    "opened": ("Đã mở", "Opened"),
    "overridden": ("Mở khi thiếu điểm", "Gate overridden"),
    "concluded": ("Đã kết luận", "Concluded"),
}
_NEEDS: Final = {
    "pack_soon": ("Tài liệu sắp đến hạn", "Packs due soon", "packs"),
    "pack_late": ("Tài liệu quá hạn", "Packs overdue", "packs"),
    "answers": ("Điều chỉnh chưa trả lời", "Adjustments to answer", "answers"),
    "forward": ("Tài liệu chưa chuyển cho thành viên", "Packs to pass on to the members", "packs"),
    "requests": ("Đề nghị đổi lịch chưa trả lời", "Requests for another session", "plan"),
    "unopened": ("Đã qua ngày kiểm tra mà chưa mở", "Past their day and not opened", "sessions"),
    "unsigned": ("Đã mở, chưa ký kết luận", "Opened, conclusion not signed", "sessions"),
    "reflections": ("Bài thu hoạch chưa gửi", "Reflection reports to send", "reflections"),
    "unscheduled": ("Đơn vị chưa xếp lịch", "Units without a session", "plan"),
    "close": ("Đợt có thể kết thúc", "The round can be closed", "closing"),
    "cases": ("Hồ sơ quá hạn chờ quyết định", "Forfeit cases to decide", "cases"),
    "disputes": ("Điều chỉnh đơn vị không đồng ý", "Adjustments that units dispute", "answers"),
}


def stage_words(stage: str) -> str:
    """A stage of :data:`services.inspections.progress.STAGES`."""
    return tr(*_STAGES[stage])


def fact_words(fact: str) -> str:
    """A fact of :data:`services.inspections.progress.FACTS`."""
    return tr(*_FACTS[fact])


def need_words(kind: str) -> str:
    """A kind of need."""
    vi, en, _ = _NEEDS[kind]
    return tr(vi, en)


def need_page(kind: str) -> str:
    """The endpoint, without its blueprint, where a need is met."""
    return _NEEDS[kind][2]


def session_words(session: str) -> str:
    """The half of the day."""
    return tr("Sáng", "Morning") if session == "MORNING" else tr("Chiều", "Afternoon")


WEEKDAYS: Final = (
    ("T2", "Mon"),
    ("T3", "Tue"),
    ("T4", "Wed"),
    ("T5", "Thu"),
    ("T6", "Fri"),
    ("T7", "Sat"),
    ("CN", "Sun"),
)


def weekday_words(weekday: int) -> str:
    """A day of the week, 0 for Monday, as a calendar heads it."""
    return tr(*WEEKDAYS[weekday])
