"""What a unit still has to do before its session, item by item (plan I.2, III.2, III.4).  Pure.

Each item is ``ok``, ``missing`` (nothing stated yet) or ``warn`` (stated, and not as asked), and says in both
languages what to do.  Nothing here blocks anything: the gate and the cut-off are rules of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from services.inspections.known import KnownUnit
from services.inspections.record import Record

OK, MISSING, WARN = "ok", "missing", "warn"


@dataclass(frozen=True, slots=True)
class Check:
    """``details``: codes of what is not as asked; ``vi`` and ``en``: what to do, empty when all is well."""

    item: str
    state: str
    vi: str = ""
    en: str = ""
    details: tuple[str, ...] = ()


def checks_of(
    unit: KnownUnit,
    record: Record,
    *,
    packs: int,
    lacking: Sequence[str],
    awaited: Sequence[str],
    missing_self: Sequence[str],
) -> list[dict[str, Any]]:
    """The items in the order in which a unit does them, as JSON data.

    ``packs``: how many came; ``lacking``: what did not come in time; ``awaited``: documents whose file
    has not come; ``missing_self``: criteria without a self score.
    """
    found = (
        _subordinates(record),
        _sheet(unit, missing_self),
        _pack(packs, lacking, awaited),
        _attendance(record),
        _site(record),
        _party_committee(record),
    )
    return [asdict(check) for check in found]


def _subordinates(record: Record) -> Check:
    if not record.subordinates:
        return Check(
            "subordinates",
            MISSING,
            "Nêu các đơn vị trực thuộc và kết quả phân loại.",
            "State the subordinate units and their classes.",
        )
    unknown = tuple(str(one["code"]) for one in record.subordinates if one.get("class") is None)
    if unknown:
        return Check(
            "subordinates",
            WARN,
            "Còn đơn vị trực thuộc chưa rõ kết quả phân loại.",
            "Some subordinate units have no class yet.",
            unknown,
        )
    return Check("subordinates", OK)


def _sheet(unit: KnownUnit, missing: Sequence[str]) -> Check:
    if missing:
        return Check(
            "sheet",
            MISSING,
            "Tự chấm các tiêu chí còn thiếu rồi nộp phiếu.",
            "Score the missing criteria, then submit the sheet.",
            tuple(missing),
        )
    if not unit.submitted:
        return Check("sheet", WARN, "Đã chấm đủ; hãy nộp phiếu tự chấm.", "All scored; submit the sheet.")
    return Check("sheet", OK)


def _pack(packs: int, lacking: Sequence[str], awaited: Sequence[str]) -> Check:
    if not packs:
        return Check(
            "pack", MISSING, "Gửi bộ tài liệu cho thư ký đoàn.", "Send the document pack to the secretary."
        )
    if lacking:
        return Check(
            "pack",
            WARN,
            "Bộ tài liệu thiếu hoặc trễ: gửi bổ sung và liên hệ thư ký đoàn.",
            "The pack is incomplete or late: send the rest and talk to the secretary.",
            tuple(lacking),
        )
    if awaited:
        return Check(
            "pack",
            WARN,
            "Danh mục đã nhận, còn tệp chưa nhận đủ: mở lại trang hồ sơ và gửi tiếp.",
            "The list has come, some files have not: open the page of the pack and send them.",
            tuple(awaited),
        )
    return Check("pack", OK)


def _attendance(record: Record) -> Check:
    if record.attendance is None:
        return Check("attendance", MISSING, "Nêu thành phần tham dự.", "Declare who will attend.")
    deviations = tuple(record.attendance["deviations"])
    if deviations:
        return Check(
            "attendance",
            WARN,
            "Thành phần chưa đúng quy định: bổ sung, hoặc nêu lý do.",
            "The attendees depart from the rule: add to them, or state why.",
            deviations,
        )
    return Check("attendance", OK)


def _site(record: Record) -> Check:
    if record.site is None:
        return Check(
            "site", MISSING, "Xác nhận phòng làm việc đã sẵn sàng.", "Confirm that the place is ready."
        )
    if not record.site["ready"]:
        return Check("site", WARN, "Chuẩn bị xong thì xác nhận lại.", "Confirm again once it is ready.")
    return Check("site", OK)


def _party_committee(record: Record) -> Check:
    if record.party_committee is None:
        return Check(
            "party_committee",
            MISSING,
            "Xin ý kiến cấp ủy rồi ghi lại trả lời.",
            "Ask the party committee, then record its answer.",
        )
    if not record.party_committee["attends"]:
        return Check(
            "party_committee",
            WARN,
            "Cấp ủy không dự: trao đổi với Trưởng đoàn.",
            "The party committee does not attend: talk to the team leader.",
        )
    return Check("party_committee", OK)
