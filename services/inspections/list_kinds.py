"""The lists that may come from a spreadsheet: a unit's subordinates, and last year's limitations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from services.inspections.attendance_words import KINDS, Words
from services.inspections.deciding.attending import class_years
from services.inspections.list_reading import Column, ListOf
from services.inspections.schemas import SubordinateRow
from shared.events.catalogue.inspections import CarriedLimitation
from shared.files.grid import Cell
from shared.files.reading import LISTS
from shared.files.values import CellRefused, code_of, plain, words_of
from shared.rulebook import Rulebook
from shared.workbooks import saved, text_cell

_WIDTHS = {"name": 44, "text": 80, "kind": 26, "class": 26}
_FILLED = 300
"""Rows of the template that offer the choices."""


def subordinates_list(book: Rulebook) -> ListOf:
    """Code, name, kind, class, year; kind and class by their words or their codes."""
    classes = {one.id: (one.label, one.label) for one in book.classes}
    return ListOf(
        (
            Column("code", "Mã", code_of, ("ma don vi", "ma co so")),
            Column("name", "Tên đơn vị trực thuộc", words_of, ("ten", "ten don vi", "ten co so")),
            Column("kind", "Khối", _choice(KINDS, _no_kind), ("loai hinh", "loai")),
            Column(
                "class",
                "Kết quả phân loại",
                _choice(classes, _no_class),
                ("phan loai", "xep loai", "muc"),
                required=False,
            ),
            Column("year", "Năm", words_of, ("nam danh gia",), required=False),
        ),
        SubordinateRow,
    )


def limitations_list() -> ListOf:
    """Reference, text, cycle, and the predecessor that had it."""
    return ListOf(
        (
            Column("ref", "Mã hạn chế", code_of, ("ma",)),
            Column("text", "Nội dung hạn chế", words_of, ("noi dung", "han che")),
            Column("cycle", "Năm", words_of, ("chu ky", "ky")),
            Column("unit", "Đơn vị tiền thân", code_of, ("don vi truoc",), required=False),
        ),
        CarriedLimitation,
    )


def subordinates_template(book: Rulebook, rows: Sequence[Mapping[str, str]], made_at: datetime) -> bytes:
    """An empty list as xlsx, or ``rows`` as they stand; kinds and classes are choices."""
    kinds = [vi for vi, _ in KINDS.values()]
    classes = [one.label for one in book.classes]
    words = {**{code: vi for code, (vi, _) in KINDS.items()}, **{one.id: one.label for one in book.classes}}
    shown = [
        {name: words.get(value, value) if name in ("kind", "class") else value for name, value in row.items()}
        for row in rows
    ]
    filled = shown or [{"year": class_years(book)[0]}]
    return _template(subordinates_list(book), filled, {"kind": kinds, "class": classes}, made_at)


def _template(
    kind: ListOf, rows: Sequence[Mapping[str, str]], choices: Mapping[str, Sequence[str]], made_at: datetime
) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # a new workbook has one
    sheet.title = "Danh sách"
    lists = book.create_sheet(LISTS)
    lists.sheet_state = "hidden"
    for at, column in enumerate(kind.columns, start=1):
        text_cell(sheet, 1, at, column.heading).font = Font(bold=True)
        letter = get_column_letter(at)
        sheet.column_dimensions[letter].width = _WIDTHS.get(column.name, 14)
        for number, row in enumerate(rows, start=2):
            if column.name in row:
                text_cell(sheet, number, at, row[column.name])
        offered = choices.get(column.name, ())
        for number, word in enumerate(offered, start=1):
            text_cell(lists, number, at, word)
        if offered:
            among = DataValidation("list", formula1=f"{LISTS}!${letter}$1:${letter}${len(offered)}")
            among.add(f"{letter}2:{letter}{_FILLED + 1}")
            sheet.add_data_validation(among)
    sheet.freeze_panes = "A2"
    return saved(book, made_at)


def _no_kind(text: str, named: str) -> CellRefused:
    return CellRefused(
        "unknown-kind",
        f"Không có khối “{text}”. Ghi một trong các khối: {named}.",
        f'There is no kind "{text}". One of: {named}.',
    )


def _no_class(text: str, named: str) -> CellRefused:
    return CellRefused(
        "unknown-class",
        f"Không có mức phân loại “{text}”. Ghi một trong các mức: {named}.",
        f'There is no class "{text}". One of: {named}.',
    )


def _choice(words: Mapping[str, Words], refusal: Callable[[str, str], CellRefused]) -> Callable[[Cell], str]:
    """Reads one of ``words``, by code or by name in either language."""
    known = {plain(said): code for code, names in words.items() for said in (code, *names)}

    def read(cell: Cell) -> str:
        text = words_of(cell)
        code = known.get(plain(text))
        if code is None:
            raise refusal(text[:60], ", ".join(name for name, _ in words.values()))
        return code

    return read
