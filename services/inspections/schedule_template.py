"""The file to fill in for a schedule: every open unit a row, what stands already filled in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from services.inspections.board import Board
from services.inspections.calendar_form import SESSIONS
from services.inspections.importing import COLUMNS, SESSION, TEAM
from shared.formulas import csv_file
from shared.web.i18n import natural_key
from shared.workbooks import saved, text_cell

_HEAD: Final = PatternFill("solid", fgColor="EEF1F5")
_HALVES: Final = ("Sáng", "Chiều")
_WIDTHS: Final = {"name": 40, "reason": 40}


def template_lines(board: Board) -> list[list[str]]:
    """The headings, then a row for each open unit as people sort them; days as dd/MM/yyyy."""
    return [[column.heading for column in COLUMNS], *_rows(board)]


def _rows(board: Board) -> Iterator[list[str]]:
    book = board.known.rulebook
    units = [one for one in board.known.units.values() if book is None or one.open_on(book.period.end)]
    for one in sorted(units, key=lambda unit: natural_key(unit.name)):
        slot = board.state.visit(one.code).slot
        said = ["", "", ""]
        if slot is not None:
            said = [slot.team, slot.day.strftime("%d/%m/%Y"), _HALVES[SESSIONS.index(slot.session)]]
        yield [one.code, one.name, *said, "", ""]


def xlsx_of(board: Board, made_at: datetime) -> bytes:
    """The template as a workbook, made at ``made_at`` (no zone); every cell is a text."""
    lines = template_lines(board)
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Lịch kiểm tra"
    for number, line in enumerate(lines, start=1):
        for at, words in enumerate(line, start=1):
            cell = text_cell(sheet, number, at, words)
            if number == 1:
                cell.font, cell.fill = Font(bold=True), _HEAD
            elif not words:
                cell.value = None
    offered = {SESSION: _HALVES, TEAM: tuple(sorted(board.state.teams, key=natural_key))}
    for at, column in enumerate(COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(at)].width = _WIDTHS.get(column.name, 14)
        listed = ",".join(offered.get(column.name, ()))
        if listed and len(listed) <= 250 and len(lines) > 1:
            check = DataValidation("list", formula1=f'"{listed}"', allow_blank=True)
            check.add(f"{get_column_letter(at)}2:{get_column_letter(at)}{len(lines)}")
            sheet.add_data_validation(check)
    sheet.freeze_panes = "C2"
    return saved(book, made_at)


def csv_of(board: Board) -> bytes:
    """The template as CSV."""
    return csv_file(template_lines(board))
