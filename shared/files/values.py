"""What a cell means: a decimal, a day, a code, words.  Exact, without floats, in the forms people type.

Each function gives a value or raises :class:`CellRefused`; a text that can be read in two ways is refused
with both of them, never guessed.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta

from shared.files import grid
from shared.files.encoding import legacy_font, legacy_font_words
from shared.files.grid import Cell
from shared.rulebook.number import DECIMAL, parse, shortest

_SPACES = re.compile("[\\s\u00a0\u2007\u202f\u200b\u200c\u200d\u2060\ufeff]+")
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-"})
_PLAIN = re.compile(r"-?\d+", re.ASCII)
_ONE_MARK = re.compile(r"(-?)(\d+)([.,])(\d+)", re.ASCII)
_GROUPED = (
    re.compile(r"-?\d{1,3}(?:\.\d{3})+(?:,\d+)?", re.ASCII),
    re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII),
    re.compile(r"-?\d{1,3}(?: \d{3})+(?:[.,]\d+)?", re.ASCII),
)
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_EXCEL_BEGINS = date(1899, 12, 30)
_EXCEL_ENDS = 2_958_465  # 31/12/9999
_FIRST_TRUE_SERIAL = 61  # Excel counts a 29/02/1900 that never was


class CellRefused(ValueError):
    """What stands in a cell cannot be taken.  ``rule``: stable word; ``vi``, ``en``: why, and what to do."""

    def __init__(self, rule: str, vi: str, en: str) -> None:
        super().__init__(en)
        self.rule = rule
        self.vi = vi
        self.en = en


def decimal_of(cell: Cell) -> str:
    """The decimal string that ``cell`` holds: ``8,5``, ``8.5``, ``1.234,5`` or an Excel number.

    A number of a form that no decimal string has (too many digits) is given as plain digits, for the
    schema to refuse by its own rule.  ``1.000`` and ``1,250`` can be read in two ways: refused.
    """
    if cell.kind == grid.NUMBER:
        return _shortest(cell.text)
    if cell.kind == grid.PERCENT:
        raise CellRefused(
            "percent-format",
            f"Ô có định dạng phần trăm nên tệp chứa {_comma(cell.text)}. Đổi định dạng ô thành Number rồi gõ "
            "lại số (85 cho 85 %).",
            f"The cell has a percent format, so the file holds {cell.text}. Format it as a number and type "
            "it again (85 for 85 %).",
        )
    if cell.kind in (grid.DAY, grid.MOMENT):
        raise CellRefused(
            "date-not-number",
            f"Excel đã đổi ô này thành ngày {_spoken(cell.text)}. Đổi định dạng ô thành Number rồi gõ lại.",
            f"Excel has made this cell the date {_spoken(cell.text)}. Format it as a number, type it again.",
        )
    return _decimal(_typed(cell))


def _decimal(typed: str) -> str:
    text = _SPACES.sub(" ", typed).strip().translate(_MINUS)
    text = re.sub(r"^- ", "-", text)
    if _PLAIN.fullmatch(text):
        return _shortest(text)
    mark = _ONE_MARK.fullmatch(text)
    if mark is not None:
        sign, whole, _, part = mark.groups()
        if len(part) == 3 and len(whole) <= 3 and not whole.startswith("0"):
            small = _shortest(f"{sign}{whole}.{part}")
            raise CellRefused(
                "ambiguous-number",
                f"“{text}” đọc được hai cách: {sign}{whole}{part} hoặc {_comma(small)}. "
                "Gõ lại không dùng dấu phân cách hàng nghìn.",
                f'"{text}" can be read as {sign}{whole}{part} or {small}. '
                "Type it without separators of thousands.",
            )
        return _shortest(f"{sign}{whole}.{part}")
    for grouped in _GROUPED:
        if grouped.fullmatch(text):
            separator = next(c for c in text if c in ". ," and not c.isdigit())
            return _shortest(text.replace(separator, "").replace(",", "."))
    raise CellRefused(
        "not-a-number",
        f"“{typed.strip()[:60]}” không phải số. Gõ số như 8,5 hoặc 8.5, không kèm chữ, dấu % hay số mũ.",
        f'"{typed.strip()[:60]}" is not a number. Type it as 8.5 or 8,5, without words, % or exponent.',
    )


def _shortest(text: str) -> str:
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    plain = sign + (re.sub(r"^0+(?=\d)", "", digits))
    return shortest(parse(plain)) if DECIMAL.fullmatch(plain) else plain


def day_of(cell: Cell) -> str:
    """The day that ``cell`` holds, ISO 8601: ``31/12/2020``, an Excel date, or Excel's number of one."""
    if cell.kind == grid.DAY:
        return cell.text
    if cell.kind == grid.NUMBER:
        serial = int(cell.text) if _PLAIN.fullmatch(cell.text) else 0
        if _FIRST_TRUE_SERIAL <= serial <= _EXCEL_ENDS:
            return (_EXCEL_BEGINS + timedelta(days=serial)).isoformat()
    elif cell.kind not in (grid.MOMENT, grid.PERCENT):
        text = _SPACES.sub("", _typed(cell))
        for form, order in ((_DAY, (3, 2, 1)), (_ISO, (1, 2, 3))):
            found = form.fullmatch(text)
            if found is not None:
                try:
                    return date(*(int(found.group(place)) for place in order)).isoformat()
                except ValueError:
                    break
    raise CellRefused(
        "not-a-date",
        f"“{cell.text.strip()[:60]}” không phải ngày. Gõ ngày/tháng/năm, ví dụ 31/12/2020.",
        f'"{cell.text.strip()[:60]}" is not a date. Type day/month/year, for example 31/12/2020.',
    )


def words_of(cell: Cell) -> str:
    """The text of ``cell``, composed, without spaces at its ends.  Refuses text of a font of old."""
    text = unicodedata.normalize("NFC", _typed(cell)).strip()
    font = legacy_font(text)
    if font is not None:
        raise CellRefused("legacy-font", *legacy_font_words(font))
    return text


def code_of(cell: Cell) -> str:
    """The code that ``cell`` holds, in the one form of :func:`folded_code`."""
    return folded_code(words_of(cell))


def folded_code(text: str) -> str:
    """A code as a person may write it, in capitals without marks: ``bcnlđ`` and ``BCNLĐ`` are ``BCNLD``."""
    return plain(text).upper().replace(" ", "")


def plain(text: str) -> str:
    """``text`` without marks and capitals, ``đ`` as ``d``, runs of spaces as one: for finding a heading."""
    apart = unicodedata.normalize("NFD", text.casefold())
    letters = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return _SPACES.sub(" ", letters.replace("đ", "d")).strip()


def _typed(cell: Cell) -> str:
    """The text of a cell that holds a text or a number; the rest is refused by its kind."""
    if cell.kind in (grid.TEXT, grid.NUMBER, grid.PERCENT, grid.DAY, grid.MOMENT):
        return cell.text
    refusals = {
        grid.FORMULA: (
            "formula",
            f"Ô chứa công thức {cell.text[:60]}. Sao chép ô rồi dán dạng giá trị (Paste Special, Values), "
            "hoặc gõ số vào đây.",
            f"The cell holds the formula {cell.text[:60]}. Copy it and paste it as a value (Paste Special, "
            "Values), or type the number here.",
        ),
        grid.TRUTH: (
            "not-a-number",
            "Ô chứa TRUE/FALSE. Gõ số hoặc chữ.",
            "The cell holds TRUE or FALSE. Type a number or text.",
        ),
        grid.ERROR: (
            "error-value",
            f"Ô chứa lỗi của Excel: {cell.text[:20]}. Gõ lại giá trị.",
            f"The cell holds an error of Excel: {cell.text[:20]}. Type the value again.",
        ),
        grid.MERGED: (
            "merged-cell",
            f"Ô bị trộn với {cell.text}. Bỏ trộn (Unmerge) và gõ giá trị cho từng ô.",
            f"The cell is merged with {cell.text}. Unmerge it and type a value in each cell.",
        ),
        grid.LONG: (
            "too-long",
            f"Nhiều nhất {grid.MAX_TEXT} ký tự trong một ô.",
            f"At most {grid.MAX_TEXT} characters in a cell.",
        ),
    }
    raise CellRefused(*refusals[cell.kind])


def _comma(text: str) -> str:
    return text.replace(".", ",")


def _spoken(day: str) -> str:
    return date.fromisoformat(day[:10]).strftime("%d/%m/%Y")
