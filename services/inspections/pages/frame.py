"""Where one can go in a ledger's pages of inspections."""

from __future__ import annotations

from shared.access.rules import SPEAKING
from shared.web.frame import (
    TEAM_ROLES,
    Frame,
    PageOfLedger,
    frame_of,
    meant_for,
    meant_for_all,
    only_for,
)

__all__ = ["Frame", "frame", "only_for"]

_EVERYTHING = ("office", "standing_committee", "auditor")
_CONCERNED = (*TEAM_ROLES, "unit", *_EVERYTHING)
_PAGES: tuple[PageOfLedger, ...] = (
    ("ledger_page", "Tiến độ đợt", "The round", meant_for_all),
    ("plan", "Lịch kiểm tra", "Schedule", meant_for_all),
    ("teams", "Đoàn kiểm tra", "Teams", meant_for(*TEAM_ROLES, "department_head", "admin", *_EVERYTHING)),
    ("packs", "Tài liệu", "Documents", meant_for(*_CONCERNED)),
    ("cases", "Hồ sơ quá hạn", "Forfeit cases", meant_for(*_CONCERNED)),
    ("readiness_list", "Chuẩn bị", "Readiness", meant_for(*_CONCERNED)),
    ("briefings", "Thông tin cho đoàn", "Briefings", meant_for(*SPEAKING, *TEAM_ROLES, *_EVERYTHING)),
    ("sessions", "Buổi kiểm tra", "Sessions", meant_for(*TEAM_ROLES, *_EVERYTHING)),
    ("answers", "Trả lời kết luận", "Answers", meant_for(*_CONCERNED)),
    ("reflections", "Bài thu hoạch", "Reflections", meant_for(*TEAM_ROLES)),
)


def frame(org: str, cycle: str) -> Frame:
    """The frame of a page of this ledger for who asks.  Raises a 404 problem for an unknown ledger."""
    return frame_of(org, cycle, "inspections_pages", _PAGES)
