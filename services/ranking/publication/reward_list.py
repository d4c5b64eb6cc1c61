"""The list of units to be rewarded, from one published version (plan I.2).

Only what a publication pinned is on it, so the same version always gives the same list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from services.ranking.desk import View, superseded_by
from services.ranking.projections import Publication
from services.ranking.view import local_time
from shared.events.envelope import parse_instant
from shared.workbooks import saved, text_cell

HEADINGS = ("STT", "Khu vực", "Mã", "Đơn vị", "Hạng", "Tổng điểm", "Điểm thưởng", "Điểm trừ", "Phân loại")
WIDTHS = (6, 26, 14, 44, 8, 12, 12, 10, 28)
TITLE_ROWS = 7


@dataclass(frozen=True, slots=True)
class RewardList:
    """One list: its heading lines, its rows as :data:`HEADINGS`, and when the version was published."""

    file_name: str
    heading: tuple[str, ...]
    rows: tuple[tuple[int | str | Decimal | None, ...], ...]
    scale: int
    made_at: datetime


def reward_list(seen: View, publication: Publication, body: Mapping[str, Any]) -> RewardList:
    """The units of the best class in ``publication``, by area, then rank.  Points keep their exact value."""
    ledger = seen.reader.ledger
    rulebook = seen.history.state_at(publication.position).rulebook
    assert rulebook is not None  # nothing is published without one
    best = rulebook.classes[0]
    rows: list[tuple[int | str | Decimal | None, ...]] = []
    for area in body["areas"]:
        for row in area["rows"]:
            if row["class"] == best.id:
                amounts = tuple(Decimal(row[name]) for name in ("total", "bonus", "penalty"))
                rows.append(
                    (
                        len(rows) + 1,
                        area["label"],
                        row["unit"],
                        row["name"],
                        row["rank"],
                        *amounts,
                        best.label,
                    )
                )
    later = superseded_by(seen, publication)
    status = "CHÍNH THỨC" if publication.status == "OFFICIAL" else "CHƯA CHÍNH THỨC"
    marks = ["DỮ LIỆU MINH HỌA"] if body["status"] == "illustrative" else []
    marks += [f"ĐÃ ĐƯỢC THAY THẾ BỞI PHIÊN BẢN {later}"] if later is not None else []
    return RewardList(
        file_name=f"khen-thuong-{ledger.org}-{ledger.cycle}-v{publication.version}.xlsx",
        heading=(
            ledger.name,
            f"DANH SÁCH ĐƠN VỊ {best.label.upper()} NĂM {ledger.cycle}",
            f"Phiên bản {publication.version}, {status}, công bố "
            f"{local_time(publication.time, ZoneInfo(ledger.timezone))}",
            f"Vị trí {publication.position}, mã bảng {publication.digest}",
            " · ".join(marks),
        ),
        rows=tuple(rows),
        scale=rulebook.number.scale,
        made_at=parse_instant(publication.time).replace(tzinfo=None),
    )


def workbook(listed: RewardList) -> bytes:
    """``listed`` as xlsx: A4, headings repeated, text never a formula; the same list, the same bytes."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Khen thưởng"
    for number, line in enumerate(listed.heading, start=1):
        cell = text_cell(sheet, number, 1, line)
        cell.font = Font(bold=number in (2, 5), size=13 if number == 2 else 11)
        sheet.merge_cells(start_row=number, start_column=1, end_row=number, end_column=len(HEADINGS))
    thin = Side(style="thin", color="888888")
    for column, words in enumerate(HEADINGS, start=1):
        cell = text_cell(sheet, TITLE_ROWS, column, words)
        cell.font, cell.border = Font(bold=True), Border(bottom=thin)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[get_column_letter(column)].width = WIDTHS[column - 1]
    for offset, row in enumerate(listed.rows, start=TITLE_ROWS + 1):
        for column, value in enumerate(row, start=1):
            if isinstance(value, str):
                text_cell(sheet, offset, column, value).alignment = Alignment(wrap_text=True, vertical="top")
                continue
            cell = sheet.cell(offset, column, value)
            cell.alignment = Alignment(vertical="top")
            if isinstance(value, Decimal):
                cell.number_format = "0" + (f".{'0' * listed.scale}" if listed.scale else "")
    if not listed.rows:
        text_cell(sheet, TITLE_ROWS + 1, 1, "Không có đơn vị nào đạt mức này trong phiên bản này.")
    sheet.freeze_panes = f"A{TITLE_ROWS + 1}"
    sheet.print_title_rows = f"{TITLE_ROWS}:{TITLE_ROWS}"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_options.gridLines = True
    return saved(book, listed.made_at)
