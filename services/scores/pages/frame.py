"""Where one can go in a ledger's pages of scoring."""

from __future__ import annotations

from contextlib import suppress

from shared.access import AccessDenied, HatNeeded, Target, decide_access
from shared.access.rules import SPEAKING
from shared.web.frame import (
    Frame,
    PageOfLedger,
    frame_of,
    meant_for,
    meant_for_all,
    meant_for_known,
    only_for,
)
from shared.web.runtime import Reader

__all__ = ["Frame", "frame", "only_for"]


def frame(org: str, cycle: str) -> Frame:
    """The frame of a page of this ledger for who asks.  Raises a 404 problem for an unknown ledger."""
    return frame_of(org, cycle, "scores_pages", _PAGES)


def _for_setup(who: Reader) -> bool:
    try:
        with suppress(HatNeeded):
            decide_access(who.grants, "scores.read_setup", Target())
    except AccessDenied:
        return False
    return True


_EVERYTHING = ("office", "standing_committee", "auditor")
_PAGES: tuple[PageOfLedger, ...] = (
    ("ledger_page", "Tổng quan", "Overview", meant_for_all),
    ("work", "Việc của tôi", "My work", meant_for_known),
    ("grid", "Bảng chấm", "Scoring grid", meant_for(*SPEAKING)),
    ("sheet", "Phiếu tự chấm", "Self-score sheet", meant_for("unit")),
    ("desk", "Nhập hộ", "Enter for others", meant_for("office")),
    ("entries", "Xác nhận", "Confirmations", meant_for(*SPEAKING, "office", "auditor")),
    ("evaluations", "Đánh giá ngoài", "External evaluations", meant_for(*SPEAKING, "unit", *_EVERYTHING)),
    ("uploads", "Tệp Excel", "Excel files", meant_for(*SPEAKING, "unit", "office", "admin")),
    ("webhooks", "Webhook", "Webhooks", meant_for(*SPEAKING)),
    ("progress", "Tiến độ", "Progress", meant_for_known),
    ("software", "Dùng phần mềm", "Use of the software", meant_for(*_EVERYTHING)),
    ("setup", "Thiết lập", "Set-up", _for_setup),
    ("people", "Phân quyền", "People", _for_setup),
)
