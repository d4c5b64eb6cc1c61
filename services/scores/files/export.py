"""What stands, as a file to work with elsewhere: one row per value, numbers as numbers, text as text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from services.scores.board import Board, Value
from services.scores.files.columns import leaves_of
from services.scores.kept.bodies import UNIT, Body
from shared.access import Audience
from shared.events.envelope import parse_instant
from shared.formulas import csv_file
from shared.rulebook import Rulebook
from shared.rulebook.model import STAGES
from shared.web.i18n import natural_key
from shared.workbooks import saved, text_cell

HEADINGS: Final = (
    ("Mã đơn vị", 13),
    ("Tên đơn vị", 36),
    ("Khu vực", 10),
    ("Tiêu chí", 10),
    ("Nội dung", 44),
    ("Giai đoạn", 24),
    ("Giá trị", 12),
    ("Chỉ tiêu", 12),
    ("Trạng thái", 20),
    ("Căn cứ", 36),
    ("Lý do", 36),
    ("Chịu trách nhiệm", 18),
    ("Người nhập", 18),
    ("Văn bản", 18),
    ("Ghi lúc", 18),
    ("Số", 8),
)

Row = Sequence[str | Decimal | int]


def score_rows(
    board: Board, book: Rulebook, seen: Audience, zone: str, moment: str, body: Body | None
) -> list[Row]:
    """The values that stand and that ``seen`` allows, by area, unit, criterion, stage.

    ``body``: only the criteria that it fills in, or the values of that unit.
    """
    local = ZoneInfo(zone)
    order = {leaf.id: place for place, leaf in enumerate(book.leaves)}
    stages = {stage.id: stage.label for stage in book.stages}
    areas = {area.id: place for place, area in enumerate(book.areas)}
    own = None if body is None else {leaf.id for leaf in leaves_of(book, board.state, body, moment)}
    rows: list[Row] = []

    def place(value: Value) -> tuple[int, int]:
        return order.get(value.criterion, -1), STAGES.index(value.stage)

    units = sorted(
        board.state.units.values(),
        key=lambda unit: (areas.get(unit.area, len(areas)), natural_key(unit.name), unit.code),
    )
    for unit in units:
        if body is not None and body.kind == UNIT and body.code != unit.code:
            continue
        for value in sorted(
            _standing(board, unit.code), key=lambda one: (order.get(one.criterion, -1), one.stage)
        ):
            leaf = book.leaf.get(value.criterion)
            owners = board.state.owners(leaf, moment) if leaf is not None else ()
            unwanted = own is not None and value.criterion not in own
            if leaf is None or unwanted or not seen.sees_criterion(unit.code, owners):
                continue
            data = value.data
            rows.append(
                (
                    unit.code,
                    unit.name,
                    unit.area,
                    value.criterion,
                    leaf.label,
                    stages.get(value.stage, value.stage),
                    Decimal(data["value"]) if "value" in data else "",
                    Decimal(data["target"]) if "target" in data else "",
                    book.labels.get(data["state"], data["state"]) if "state" in data else "",
                    data.get("basis", ""),
                    data.get("reason", ""),
                    value.responsible,
                    data.get("entered_by", data["actor"]["sub"]),
                    data.get("document", ""),
                    parse_instant(value.time).astimezone(local).strftime("%d/%m/%Y %H:%M"),
                    value.number,
                )
            )
    return rows


def scores_csv(rows: Sequence[Row]) -> bytes:
    """``rows`` as CSV, decimals with a comma."""
    lines = [
        [format(c, "f").replace(".", ",") if isinstance(c, Decimal) else str(c) for c in row] for row in rows
    ]
    return csv_file([[words for words, _ in HEADINGS], *lines])


def scores_xlsx(rows: Sequence[Row], made_at: datetime) -> bytes:
    """``rows`` as a workbook."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "Điểm"
    for column, (words, width) in enumerate(HEADINGS, start=1):
        text_cell(sheet, 1, column, words).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(column)].width = width
    for number, row in enumerate(rows, start=2):
        for column, value in enumerate(row, start=1):
            if isinstance(value, str):
                if value:
                    text_cell(sheet, number, column, value)
            else:
                cell = sheet.cell(number, column, value)
                assert isinstance(cell, Cell)
    sheet.freeze_panes = "C2"
    if rows:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(HEADINGS))}{len(rows) + 1}"
    return saved(book, made_at)


def _standing(board: Board, unit: str) -> list[Value]:
    newest: dict[tuple[str, str], Value] = {}
    for value in board.values.get(unit, ()):
        if value.withdrawn is None:
            newest[value.criterion, value.stage] = value
    return list(newest.values())
