"""Bad rows of an offline table: where, which code of §11, and why in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MESSAGES: Final[dict[str, tuple[str, str, str]]] = {
    "unknown-unit": (
        "S001",
        'Không có đơn vị "{v}" trong bảng đơn vị',
        'Unit "{v}" is not in the units table',
    ),
    "unknown-area": ("S002", 'Bộ tiêu chí không có khu vực "{v}"', 'The rulebook has no area "{v}"'),
    "unknown-code": (
        "S002",
        'Bộ tiêu chí không có mã "{v}" ở đây',
        'The rulebook has no code "{v}" here',
    ),
    "unknown-kind": (
        "S002",
        '"{v}" không thuộc score, adjustment, fact, decision',
        '"{v}" is not one of score, adjustment, fact, decision',
    ),
    "no-stage-here": ("S003", 'Dòng này không ghi giai đoạn "{v}"', 'This kind of row takes no stage "{v}"'),
    "not-a-number": (
        "S005",
        '"{v}" không phải số dạng "{x}"',
        '"{v}" is not a number such as "{x}"',
    ),
    "value-missing": ("S005", "Thiếu giá trị", "The value is missing"),
    "off-step": ("S006", "{v} không đúng bước điểm {x}", "{v} is not on the step of {x}"),
    "below-minimum": ("S007", "{v} nhỏ hơn mức tối thiểu {x}", "{v} is below the minimum {x}"),
    "target-not-wanted": ("S008", "Dòng này không ghi chỉ tiêu", "This kind of row takes no target"),
    "worth-is-fixed": (
        "S009",
        "Mỗi lần {v} tính {x} điểm: không ghi điểm ở đây",
        "Each {v} is worth {x}: no points are stated here",
    ),
    "duplicate": ("S010", "Trùng với một dòng ở trên: {v}", "Repeats a row above: {v}"),
    "not-open": (
        "S011",
        'Đơn vị "{v}" không hoạt động vào ngày {x}',
        'Unit "{v}" is not open on {x}',
    ),
    "not-an-integer": ("S013", "{v} phải là số nguyên", "{v} must be an integer"),
    "encoding": ("S014", "Dòng không ở dạng UTF-8", "The line is not UTF-8"),
    "quotes": ("S014", "Dấu ngoặc kép không khép đúng chỗ", "A quote is not closed where it should be"),
    "columns": ("S014", "Dòng có {v} cột, cần {x}", "The row has {v} columns, {x} are wanted"),
    "empty-cell": ("S014", "Ô này không được để trống", "This cell may not be empty"),
    "not-a-day": ("S014", '"{v}" không phải ngày dạng YYYY-MM-DD', '"{v}" is not a day such as 2020-12-31'),
    "column-missing": ("S014", 'Thiếu cột "{v}"', 'Column "{v}" is missing'),
    "column-unknown": (
        "S014",
        'Cột "{v}" không có ở bảng này hoặc lặp lại',
        'Column "{v}" does not belong here or is repeated',
    ),
}


class RowRefused(ValueError):
    """One row cannot be taken.  ``column`` names the offending one; the rest is as in :class:`RowFault`."""

    def __init__(self, column: str, code: str, message_vi: str, message_en: str) -> None:
        self.column = column
        self.code = code
        self.message_vi = message_vi
        self.message_en = message_en
        super().__init__(f"{code} {column}: {message_en}")


def refused(rule: str, column: str, value: object = "", wanted: object = "") -> RowRefused:
    """The refusal by ``rule`` of :data:`MESSAGES`; ``value`` is what stood there."""
    code, vi, en = MESSAGES[rule]
    shown = {"v": str(value)[:80], "x": str(wanted)[:80]}
    return RowRefused(column, code, vi.format(**shown), en.format(**shown))


@dataclass(frozen=True, slots=True)
class RowFault:
    """A bad row: its file as named on the command line, and the line on which it begins, from 1."""

    file: str
    line: int
    column: str
    code: str
    message_vi: str
    message_en: str
