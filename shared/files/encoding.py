"""Vietnamese text out of files: which encoding it is in, and fonts of old that only look like Vietnamese.

A CSV file does not say how it is encoded.  Here it is UTF-8 or UTF-16 or windows-1258 when all of it reads as
that; whatever else there is, is refused with what to do, and never guessed.
"""

from __future__ import annotations

import re
import unicodedata

from shared.decisions import Refused
from shared.files.grid import unreadable

_BASES = "aăâeêioôơuưy"
_TONES = "\u0300\u0301\u0303\u0309\u0323"
VIETNAMESE = frozenset(
    unicodedata.normalize("NFC", letter + tone)
    for letter in (*_BASES, *_BASES.upper())
    for tone in ("", *_TONES)
) | frozenset("đĐ")
"""Every letter of the alphabet beyond the plain consonants, composed."""

_SIGNS = frozenset("\u2018\u2019\u201c\u201d\u2013\u2014\u2026\u2022\u00b7\u00b0\u00d7\u20ab\u00a0")
_GENUINE = VIETNAMESE - {chr(code) for code in range(0x100)}

# TCVN3 (fonts .Vn...): a letter beside a sign, or a capital after a small letter, where a vowel should be.
_TCVN3 = re.compile(
    "[A-Za-z][\u00b5-\u00b9\u00a8-\u00ae\u00bb-\u00be]|[\u00a7\u00ae][A-Za-z\u00a8-\u00be]|[a-z][\u00c6-\u00df]"
)
# VNI (fonts VNI-...): the tone is a second character behind its vowel.
_VNI = re.compile(
    "[AEIOUYaeiouy\u00f4\u00f6\u00d4\u00d6][\u00e4\u00e5\u00f8\u00fb\u00fc\u00c4\u00c5\u00d8\u00db\u00dc]"
)
_VNI_WEAK = re.compile(
    "[AEIOUYaeiouy][\u00e0-\u00e3\u00e8-\u00eb\u00ef\u00f5\u00f9\u00fa]|[\u00f1\u00d1\u00f6\u00d6]"
)


def decoded(content: bytes) -> str:
    """The text of a CSV file, composed (NFC).

    Raises :class:`~shared.decisions.Refused`: ``legacy-font`` for TCVN3 and VNI, ``unknown-encoding`` else.
    """
    text = _unicode(content)
    if text is None:
        text = _windows_1258(content)
    if text is None:
        raise _refusal(content)
    return unicodedata.normalize("NFC", text)


def _unicode(content: bytes) -> str | None:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _tried(content, "utf-16")
    if b"\x00" in content[:200]:  # UTF-16 that does not say so: in plain text every second byte is zero
        head = content[:200]
        little = head[1::2].count(0) > head[::2].count(0)
        return _tried(content, "utf-16-le" if little else "utf-16-be")
    return _tried(content, "utf-8-sig")


def _tried(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _windows_1258(content: bytes) -> str | None:
    """The text if all of it is Vietnamese in windows-1258, where tones are characters of their own."""
    text = _tried(content, "cp1258")
    if text is None:
        return None
    composed = unicodedata.normalize("NFC", text)
    return composed if all(c.isascii() or c in VIETNAMESE or c in _SIGNS for c in composed) else None


def legacy_font(text: str) -> str | None:
    """``TCVN3`` or ``VNI`` when ``text`` was typed in such a font, None when it is (or may be) Unicode."""
    if text.isascii() or not _GENUINE.isdisjoint(text):
        return None
    if _TCVN3.search(text):
        return "TCVN3"
    if _VNI.search(text) or len(_VNI_WEAK.findall(text)) > 1:
        return "VNI"
    return None


def legacy_font_words(font: str) -> tuple[str, str]:
    """What to do about text in ``font``, in both languages."""
    return (
        f"Chữ gõ bằng phông {font}, không phải Unicode. Chuyển bằng UniKey (Ctrl+Shift+F6, nguồn {font}, "
        "đích Unicode) rồi gửi lại.",
        f"Text typed in a {font} font, not Unicode. Convert it with UniKey (Ctrl+Shift+F6, from {font} to "
        "Unicode), then send it again.",
    )


def _refusal(content: bytes) -> Refused:
    font = legacy_font(content.decode("latin-1"))
    if font is not None:
        vi, en = legacy_font_words(font)
        return unreadable("legacy-font", vi, en)
    return unreadable(
        "unknown-encoding",
        "Không đọc được bảng mã của tệp. Lưu lại dạng “CSV UTF-8” hoặc .xlsx rồi gửi lại.",
        'The encoding of the file is not known. Save it as "CSV UTF-8" or .xlsx, then send it again.',
    )
