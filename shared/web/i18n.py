"""Two languages, side by side where they are used: Vietnamese first, English by switch.

Templates say ``{{ tr("Chưa chấm", "Not scored") }}``: no key to look up, no half-translated page.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Flask, Response, g, has_request_context, request

from shared.events.envelope import parse_instant

LANGUAGES = ("vi", "en")
COOKIE = "bangvang_lang"

# Vietnamese alphabet; letters with a diacritic of their own sort after the plain letter.
_LETTERS = {letter: number for number, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz", start=100)}
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
_MARKS: dict[str, dict[str, str]] = {
    "\u0306": {"a": "ă"},
    "\u0302": {"a": "â", "e": "ê", "o": "ô"},
    "\u031b": {"o": "ơ", "u": "ư"},
}


def language() -> str:
    """Language of the running request: ``?lang=``, else the cookie, else Vietnamese."""
    if not has_request_context():
        return "vi"
    if "language" not in g:
        asked = request.args.get("lang", "")
        kept = request.cookies.get(COOKIE, "")
        g.language = asked if asked in LANGUAGES else kept if kept in LANGUAGES else "vi"
    return str(g.language)


def tr(vi: str, en: str) -> str:
    """The text in the language of the running request."""
    return en if language() == "en" else vi


_ROLES = {
    "unit": ("Đơn vị", "Unit"),
    "department": ("Ban, đơn vị sự nghiệp", "Department"),
    "department_head": ("Trưởng Ban, lãnh đạo đơn vị sự nghiệp", "Head of department"),
    "office": ("Văn phòng", "Office"),
    "team_leader": ("Trưởng đoàn kiểm tra", "Inspection team leader"),
    "team_secretary": ("Thư ký đoàn kiểm tra", "Inspection team secretary"),
    "team_member": ("Thành viên đoàn kiểm tra", "Inspection team member"),
    "standing_committee": ("Ban Thường vụ", "Standing Committee"),
    "auditor": ("Kiểm toán", "Auditor"),
    "admin": ("Quản trị", "Administrator"),
}


def role_name(role: str) -> str:
    """A role as people call it, in the language of the running request."""
    vi, en = _ROLES.get(role, (role, role))
    return tr(vi, en)


def language_url(code: str) -> str:
    """The address of this very page in language ``code``."""
    pairs = [(key, value) for key, value in request.args.items(multi=True) if key != "lang"]
    return f"{request.path}?{urlencode([*pairs, ('lang', code)])}"


def number(value: str | Decimal | int | None) -> str:
    """A number as people read it: ``1.234,50`` (vi), ``1,234.50`` (en), with a true minus sign.

    Digits after the point stay as they are given; None gives a dash.
    """
    if value is None:
        return "–"
    text = f"{Decimal(value):,f}"
    if language() == "vi":
        text = text.translate({ord(","): ".", ord("."): ","})
    return text.replace("-", "\u2212")


def day(value: str | date) -> str:
    """A date as dd/MM/yyyy."""
    return (date.fromisoformat(value) if isinstance(value, str) else value).strftime("%d/%m/%Y")


def moment(value: str, zone: str = "Asia/Ho_Chi_Minh") -> str:
    """A written UTC instant in local time: ``09/11/2020 14:05``."""
    return parse_instant(value).astimezone(ZoneInfo(zone)).strftime("%d/%m/%Y %H:%M")


def natural_key(text: str) -> tuple[tuple[int, int, str], ...]:
    """Sort key for names: the Vietnamese alphabet, numbers by value ("Quận 2" before "Quận 10").

    For lists that people read; never for ranking.
    """
    parts: list[tuple[int, int, str]] = []
    tones: list[tuple[int, int, str]] = []
    for piece in re.findall(r"\d+|\D", unicodedata.normalize("NFC", text).casefold()):
        if piece.isdecimal():
            parts.append((50, int(piece), ""))
            continue
        letter, tone = _letter_and_tone(piece)
        parts.append((_LETTERS.get(letter, 10), 0, "" if letter in _LETTERS else letter))
        tones.append((0, tone, ""))
    return (*parts, (0, 0, ""), *tones, (0, 0, text))


def _letter_and_tone(character: str) -> tuple[str, int]:
    apart = unicodedata.normalize("NFD", character)
    base, tone = apart[0], 0
    for mark in apart[1:]:
        if mark in _TONES:
            tone = _TONES[mark]
        else:
            base = _MARKS.get(mark, {}).get(base, base)
    return base, tone


def install(app: Flask) -> None:
    """Make the helpers known to templates and keep a language that was asked for."""
    app.jinja_env.globals.update(language_url=language_url)
    app.jinja_env.filters.update(number=number, day=day, moment=moment)

    @app.after_request
    def keep_language(response: Response) -> Response:
        # An image or a document in one language is not a reader's choice of it, and may be kept by caches.
        if response.mimetype == "text/html" and request.args.get("lang") in LANGUAGES:
            response.set_cookie(
                COOKIE, request.args["lang"], max_age=365 * 86400, samesite="Lax", httponly=True, path="/"
            )
        return response
