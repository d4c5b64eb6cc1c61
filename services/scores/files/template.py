"""Files to fill in, made from the rulebook: one sheet per area, a row per unit, the columns of one body.

What stands already is filled in and marked; only the cells to fill in can be changed; a hidden sheet says
for which ledger, body and rulebook the file was made (:func:`.asking.check_made_for` reads it).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from services.scores.board import Board, Value
from services.scores.files.columns import (
    BASIS,
    NAME_HEADING,
    RULEBOOK_HEADING,
    TARGET,
    UNIT_HEADING,
    VALUE,
    Column,
    columns_of,
    leaves_of,
    stage_of,
)
from services.scores.files.register import Register
from services.scores.kept.bodies import UNIT, Body
from services.scores.seen.rule_words import ladder_lines, no_target_line, rule_line
from services.scores.state import Unit
from shared.files.reading import LISTS, MARKS
from shared.formulas import csv_file
from shared.rulebook import Leaf, Rulebook
from shared.rulebook.model import Area
from shared.rulebook.number import parse, shortest, show
from shared.rulebook.values import NO_TARGET
from shared.web.i18n import natural_key
from shared.workbooks import saved, text_cell

HEADING_ROW: Final = 6
"""The row that names the columns; what is above it is for people."""
MOST_CHOICES: Final = 12
"""A criterion with no more possible values than this gets a drop-down."""

_OPEN = PatternFill("solid", fgColor="FFF8DC")
_STANDING = PatternFill("solid", fgColor="DCE9F9")
_HEAD = PatternFill("solid", fgColor="EEF1F5")
_THIN = Side(style="thin", color="B8C0CC")
_FRAME = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_WRAPPED = Alignment(wrap_text=True, vertical="top")


@dataclass(frozen=True, slots=True)
class Form:
    """What a template is made for.  ``moment``: now, as a written instant."""

    ledger: str
    name: str
    board: Board
    book: Rulebook
    body: Body
    moment: str

    @property
    def leaves(self) -> tuple[Leaf, ...]:
        """The criteria to fill in."""
        return leaves_of(self.book, self.board.state, self.body, self.moment)

    def units(self, area: str) -> list[Unit]:
        """The units of ``area`` that are scored in this cycle, by name: Quận 2 before Quận 10."""
        found = [
            unit
            for unit in self.board.state.units.values()
            if unit.area == area
            and unit.open_on(self.book.period.end)
            and (self.body.kind != UNIT or unit.code == self.body.code)
        ]
        return sorted(found, key=lambda unit: (natural_key(unit.name), unit.code))

    def areas(self) -> Iterator[tuple[Area, tuple[Leaf, ...], list[Unit]]]:
        """Each area with its criteria and units, where there is anything to fill in."""
        for area in self.book.areas:
            leaves = tuple(leaf for leaf in self.leaves if area.id in leaf.max)
            units = self.units(area.id)
            if leaves and units:
                yield area, leaves, units

    def standing(self, unit: Unit, leaf: Leaf) -> Value | None:
        """What counts now at the body's stage."""
        return self.board.standing(unit.code, leaf.id, stage_of(leaf, self.body))

    @property
    def whose(self) -> str:
        """The body's name."""
        state = self.board.state
        found: Any = state.units if self.body.kind == UNIT else state.departments
        return found[self.body.code].name if self.body.code in found else self.body.code


def csv_template(form: Form) -> bytes:
    """The template as one CSV for all areas, the rulebook's digest in its last column."""
    columns = columns_of(form.leaves)
    rows = [[UNIT_HEADING, NAME_HEADING, *(column.heading for column in columns), RULEBOOK_HEADING]]
    for _, leaves, units in form.areas():
        applying = {leaf.id: leaf for leaf in leaves}
        for unit in units:
            cells = [
                as_typed(_shown(form.standing(unit, applying[one.criterion]), one.part, form.book), one.part)
                if one.criterion in applying
                else ""
                for one in columns
            ]
            rows.append([unit.code, unit.name, *cells, form.book.digest])
    return csv_file(rows)


def as_typed(shown: str, part: str) -> str:
    """A decimal as it is typed, with a comma; never with three digits behind it, which could be thousands."""
    if part == BASIS or "." not in shown:
        return shown
    whole, digits = shown.split(".")
    return f"{whole},{digits}0" if len(digits) == 3 else f"{whole},{digits}"


def xlsx_template(form: Form, made_at: datetime) -> bytes:
    """The template as a workbook.  ``made_at``: now in the ledger's zone, without it."""
    book = Workbook()
    book.remove(book.worksheets[0])
    lists = book.create_sheet(LISTS)
    no_target = form.book.labels.get(NO_TARGET, NO_TARGET)
    text_cell(lists, 1, 1, no_target[:1].upper() + no_target[1:])
    for area, leaves, units in form.areas():
        _fill(book.create_sheet(area.id, len(book.worksheets) - 1), lists, form, area, leaves, units)
    if len(book.worksheets) == 1:
        sheet = book.create_sheet("Trống", 0)
        text_cell(sheet, 1, 1, "Không có tiêu chí nào để nhập cho nơi này.")
    marks = book.create_sheet(MARKS)
    stated = {"ledger": form.ledger, "body": str(form.body), "rulebook": form.book.digest}
    for row, (name, value) in enumerate(stated.items(), start=1):
        text_cell(marks, row, 1, name)
        text_cell(marks, row, 2, value)
    lists.sheet_state = "hidden"
    marks.sheet_state = "veryHidden"
    return saved(book, made_at)


def register_template(register: Register, rows: Sequence[dict[str, Any]], made_at: datetime) -> bytes:
    """The register as a workbook to add rows to: what it has already stands first."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Danh sách"
    for column, one in enumerate(register.fields, start=1):
        cell = text_cell(sheet, 1, column, one.heading)
        cell.font, cell.fill, cell.border = Font(bold=True), _HEAD, _FRAME
        sheet.column_dimensions[get_column_letter(column)].width = 44 if one.name == "name" else 18
    for number, line in enumerate(register_lines(register, rows), start=2):
        for column, text in enumerate(line, start=1):
            text_cell(sheet, number, column, text)
    sheet.freeze_panes = "B2"
    return saved(book, made_at)


def register_csv(register: Register, rows: Sequence[dict[str, Any]]) -> bytes:
    """The register as CSV."""
    return csv_file([[one.heading for one in register.fields], *register_lines(register, rows)])


def register_lines(register: Register, rows: Sequence[dict[str, Any]]) -> list[list[str]]:
    """The cells of ``rows``, days as dd/MM/yyyy."""
    return [[_register_text(row.get(one.name), one.name) for one in register.fields] for row in rows]


def _register_text(value: Any, name: str) -> str:
    if isinstance(value, list):
        return ";".join(value)
    text = value or ""
    if name.startswith("valid_") and text:
        year, month, day = text.split("-")
        return f"{day}/{month}/{year}"
    return str(text)


# --- one sheet


def _fill(
    sheet: Worksheet, lists: Worksheet, form: Form, area: Area, leaves: Sequence[Leaf], units: Sequence[Unit]
) -> None:
    columns = columns_of(leaves)
    by_id = {leaf.id: leaf for leaf in leaves}
    _head(sheet, form, area, leaves)
    for at, words in enumerate((UNIT_HEADING, NAME_HEADING, *(one.heading for one in columns)), start=1):
        cell = text_cell(sheet, HEADING_ROW, at, words)
        cell.font, cell.fill, cell.border, cell.alignment = Font(bold=True), _HEAD, _FRAME, _WRAPPED
    for number, unit in enumerate(units, start=HEADING_ROW + 1):
        for at, words in enumerate((unit.code, unit.name), start=1):
            text_cell(sheet, number, at, words).border = _FRAME
        for at, column in enumerate(columns, start=3):
            _input(sheet, number, at, form.standing(unit, by_id[column.criterion]), column.part, form.book)
    last = HEADING_ROW + len(units)
    for at, column in enumerate(columns, start=3):
        letter = get_column_letter(at)
        sheet.column_dimensions[letter].width = {VALUE: 11, TARGET: 13}.get(column.part, 26)
        check = _validation(by_id[column.criterion], area.id, column, form.book, lists, letter)
        if check is not None:
            check.add(f"{letter}{HEADING_ROW + 1}:{letter}{last}")
            sheet.add_data_validation(check)
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 13, 36
    sheet.freeze_panes = f"C{HEADING_ROW + 1}"
    sheet.protection.sheet = True
    sheet.protection.formatColumns = sheet.protection.formatRows = False
    _for_print(sheet)


def _head(sheet: Worksheet, form: Form, area: Area, leaves: Sequence[Leaf]) -> None:
    """Title, how to fill in, and above each criterion its label, maximum and rule."""
    title = text_cell(sheet, 1, 1, f"BẢNG NHẬP ĐIỂM · {form.whose} · {area.label} · {form.name}")
    title.font = Font(bold=True, size=13)
    text_cell(
        sheet,
        2,
        1,
        "Chỉ nhập ô màu vàng; ô màu xanh là giá trị đã ghi, sửa thì phải nêu lý do khi gửi. Để trống nếu "
        "chưa chấm; 0 là không điểm. Không đổi tên cột, không trộn ô, không dùng công thức.",
    )
    if form.book.identity.status == "illustrative":
        text_cell(sheet, 3, 1, "DỮ LIỆU MINH HỌA").font = Font(bold=True)
    at = 3
    for leaf in leaves:
        width = len(columns_of([leaf]))
        for row, words in (
            (3, f"{leaf.id} {leaf.label}"),
            (4, _limits(leaf, area.id, form.book)),
            (5, _rule(leaf, area.id, form.book)),
        ):
            cell = text_cell(sheet, row, at, words)
            cell.alignment, cell.fill = _WRAPPED, _HEAD
            cell.font = Font(bold=row == 3, size=11 if row == 3 else 9)
            if width > 1:
                sheet.merge_cells(start_row=row, start_column=at, end_row=row, end_column=at + width - 1)
        at += width
    sheet.row_dimensions[3].height, sheet.row_dimensions[5].height = 32, 64


def _limits(leaf: Leaf, area: str, book: Rulebook) -> str:
    most, step = show(leaf.max[area], 0), show(book.number.step, 0)
    return f"Tối đa {most} điểm, bước {step}".replace(".", ",")


def _rule(leaf: Leaf, area: str, book: Rulebook) -> str:
    rows = "; ".join(f"{condition[0]}: {points[0]}" for condition, points in ladder_lines(leaf, area, book))
    no_target = no_target_line(leaf)
    parts = (rule_line(leaf, book)[0], rows, no_target[0] if no_target else "")
    return " ".join(part for part in parts if part)


def _input(sheet: Worksheet, row: int, at: int, standing: Value | None, part: str, book: Rulebook) -> None:
    shown = _shown(standing, part, book)
    is_number = shown != "" and part != BASIS and (standing is None or "state" not in standing.data)
    if is_number:
        cell = sheet.cell(row, at, Decimal(shown))
        assert isinstance(cell, Cell)
    else:
        cell = text_cell(sheet, row, at, shown)
        if not shown:
            cell.value = None
    cell.protection = Protection(locked=False)
    cell.fill = _STANDING if shown else _OPEN
    cell.border = _FRAME
    cell.alignment = Alignment(
        wrap_text=part == BASIS, vertical="top", horizontal=None if part == BASIS else "right"
    )


def _shown(standing: Value | None, part: str, book: Rulebook) -> str:
    """What stands, as the cell of ``part`` holds it; where no target was set, the target's cell says so."""
    if standing is None:
        return ""
    if "state" in standing.data and part == TARGET:
        label = book.labels.get(NO_TARGET, NO_TARGET)
        return label[:1].upper() + label[1:]
    text = str(standing.data.get(part, ""))
    return shortest(parse(text)) if text and part != BASIS else text


def _for_print(sheet: Worksheet) -> None:
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"3:{HEADING_ROW}"
    sheet.print_title_cols = "A:B"


# --- what a cell may hold: a courtesy while typing; what counts is what the service says of the upload


def _validation(
    leaf: Leaf, area: str, column: Column, book: Rulebook, lists: Worksheet, letter: str
) -> DataValidation | None:
    first = f"{letter}{HEADING_ROW + 1}"
    if column.part == BASIS:
        return DataValidation("textLength", "lessThanOrEqual", "1000", **_told("Nhiều nhất 1000 ký tự."))
    if column.part == TARGET:  # a number may be typed as well: the list is an offer
        return DataValidation("list", formula1=f"{LISTS}!$A$1", allow_blank=True, showErrorMessage=False)
    choices = _choices(leaf, area, book)
    if choices is not None:
        return DataValidation(
            "list",
            formula1=_listed(lists, choices),
            **_told("Chọn một trong các giá trị của danh sách."),
        )
    least, most, step = _bounds(leaf, area, book)
    tests = [f"ISNUMBER({first})"]
    words = ["Phải là số"]
    if least is not None:
        tests.append(f"{first}>={show(least, 0)}")
        words.append(f"từ {show(least, 0)}")
    if most is not None:
        tests.append(f"{first}<={show(most, 0)}")
        words.append(f"đến {show(most, 0)}")
    if step is not None:
        size = show(step, 0)
        tests.append(f"ABS(ROUND({first}/{size},0)*{size}-{first})<0.0000001")
        words.append(f"theo bước {size}")
    told = " ".join(words).replace(".", ",") + "."
    return DataValidation("custom", formula1=f"AND({','.join(tests)})", **_told(told))


def _told(words: str) -> dict[str, Any]:
    return {"allow_blank": True, "showErrorMessage": True, "error": words, "errorTitle": "Giá trị chưa đúng"}


def _bounds(
    leaf: Leaf, area: str, book: Rulebook
) -> tuple[Fraction | None, Fraction | None, Fraction | None]:
    """Least, most and step of the raw value; None where there is none."""
    if leaf.source_max is not None:
        return Fraction(0), leaf.source_max, None
    if leaf.input == "count":
        return Fraction(0), None, Fraction(1)
    if leaf.input == "ratio":
        return Fraction(0), None, None
    if leaf.ladder is not None:
        domain = leaf.ladder.domain
        step = Fraction(1) if leaf.ladder.integer else None
        return domain.gte if domain.gte is not None else domain.gt, domain.lte, step
    return leaf.min.get(area, Fraction(0)), leaf.max[area], book.number.step


def _choices(leaf: Leaf, area: str, book: Rulebook) -> tuple[Fraction, ...] | None:
    """Every value that ``leaf`` takes, where they are few."""
    least, most, step = _bounds(leaf, area, book)
    if least is None or most is None or step is None or (most - least) / step >= MOST_CHOICES:
        return None
    return tuple(least + n * step for n in range(int((most - least) / step) + 1))


def _listed(lists: Worksheet, choices: Sequence[Fraction]) -> str:
    """Where the hidden sheet has ``choices``; the same ones are there once."""
    texts = [show(choice, 0) for choice in choices]
    for column in range(2, lists.max_column + 2):
        if lists.cell(1, column).value is None:
            for row, text in enumerate(texts, start=1):
                lists.cell(row, column, Decimal(text))
        held = [lists.cell(row, column).value for row in range(1, len(texts) + 2)]
        if [None if one is None else parse(str(one)) for one in held] == [*choices, None]:
            letter = get_column_letter(column)
            return f"{LISTS}!${letter}$1:${letter}${len(texts)}"
    raise AssertionError("an empty column was filled")
