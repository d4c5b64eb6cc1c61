"""From standings to what the page shows: where a quota line falls, and what it says."""

from __future__ import annotations

from typing import Any

from services.ranking.engine.classes import QuotaLine
from services.ranking.presenting import quota_mark

LABEL = "Hoàn thành xuất sắc"


def row(unit: str, class_id: str | None, *reasons: str) -> dict[str, Any]:
    return {"unit": unit, "name": f"Đơn vị {unit}", "class": class_id, "reasons": list(reasons)}


def line(candidates: int, kept: int) -> QuotaLine:
    return QuotaLine("EXCELLENT", candidates, 20, kept, kept)


def test_the_line_falls_beneath_the_last_unit_kept_whatever_stands_between() -> None:
    rows = [
        row("A", "EXCELLENT"),
        row("V", "GOOD", "VETO:V3"),
        row("B", "EXCELLENT"),
        row("C", "GOOD", "QUOTA:EXCELLENT"),
    ]
    mark = quota_mark(line(3, 2), rows, LABEL, "vi")
    assert (mark.after, mark.binding, mark.tie) == ("B", True, "")
    assert mark.words == "Mức khống chế Hoàn thành xuất sắc: 2 trong 3 đơn vị đủ điều kiện"


def test_a_quota_that_dropped_nobody_says_so() -> None:
    mark = quota_mark(line(1, 1), [row("A", "EXCELLENT"), row("B", "GOOD")], LABEL, "en")
    assert (mark.after, mark.binding) == ("A", False)
    assert mark.words == "Quota line of Hoàn thành xuất sắc: 1 of 1 units that qualify, not exceeded"


def test_a_tie_at_the_line_names_the_units_that_await_a_decision() -> None:
    tied = "TIE_AT_QUOTA:EXCELLENT"
    rows = [row("A", "EXCELLENT"), row("B", None, tied, "TIE"), row("C", None, tied, "TIE"), row("D", "GOOD")]
    mark = quota_mark(line(3, 1), rows, LABEL, "vi")
    assert mark.after == "A"
    assert mark.tie == "đồng hạng tại mức, chờ quyết định: Đơn vị B, Đơn vị C"


def test_a_line_that_keeps_nobody_stands_above_the_first_unit_it_dropped() -> None:
    tied = "TIE_AT_QUOTA:EXCELLENT"
    assert quota_mark(line(2, 0), [row("A", None, tied), row("B", None, tied)], LABEL, "vi").after == ""
    behind = [row("V", "GOOD", "VETO:V3"), row("A", "GOOD", "QUOTA:EXCELLENT")]
    assert quota_mark(line(1, 0), behind, LABEL, "vi").after == "V"
