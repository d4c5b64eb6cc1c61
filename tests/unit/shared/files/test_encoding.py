"""Encodings of CSV files: Unicode in its forms, windows-1258, and TCVN3 and VNI, which are refused."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.decisions import Refused
from shared.files.encoding import VIETNAMESE, decoded, legacy_font

TEXT = "Mã đơn vị;Tên đơn vị\r\nQH-Q02;Quận Đoàn 2\r\nQH-TDU;“Thủ Đức” – ưỡn ẹo, đường lối"
TONES = "\u0300\u0301\u0303\u0309\u0323"


def windows_1258(text: str) -> bytes:
    """As a program of that time wrote it: the tone behind its letter."""
    out = bytearray()
    for letter in unicodedata.normalize("NFC", text):
        try:
            out += letter.encode("cp1258")
        except UnicodeEncodeError:
            apart = unicodedata.normalize("NFD", letter)
            base = unicodedata.normalize("NFC", "".join(c for c in apart if c not in TONES))
            out += base.encode("cp1258") + "".join(c for c in apart if c in TONES).encode("cp1258")
    return bytes(out)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_unicode_is_read_with_or_without_a_mark_and_comes_out_composed(encoding: str, form: str) -> None:
    assert decoded(unicodedata.normalize(form, TEXT).encode(encoding)) == TEXT


def test_windows_1258_is_converted() -> None:
    assert decoded(windows_1258(TEXT)) == TEXT


@given(st.text(sorted(VIETNAMESE) + list("bcdghklmnpqrstvx ;0123456789"), max_size=60))
def test_all_vietnamese_text_survives_windows_1258(text: str) -> None:
    assert decoded(windows_1258(text)) == unicodedata.normalize("NFC", text) or not text


@pytest.mark.parametrize(
    ("content", "font"),
    [
        ("M· ®¬n vÞ;Tªn\r\nQH-Q02;QuËn §oµn 2".encode("latin-1"), "TCVN3"),
        ("Maõ ñôn vò;Teân\r\nQH-Q02;Quaän Ñoaøn 2".encode("latin-1"), "VNI"),
    ],
)
def test_a_font_of_old_is_refused_by_its_name_with_what_to_do(content: bytes, font: str) -> None:
    with pytest.raises(Refused) as refusal:
        decoded(content)
    fault = refusal.value.faults[0]
    assert fault.rule == "legacy-font"
    assert font in fault.vi
    assert "UniKey" in fault.vi


def test_bytes_of_no_known_encoding_are_refused_never_guessed() -> None:
    with pytest.raises(Refused) as refusal:
        decoded(b"a;b\r\n\x81\x8d;\xc3\x28")
    assert refusal.value.rule == "unknown-encoding"


@pytest.mark.parametrize(
    "text", ["Quận Đoàn 1", "Citroën", "café", "Nhà Bè", "Ông Tô", "naïve", "Müller", "5 m²", "Hội đồng", ""]
)
def test_unicode_text_is_not_taken_for_a_font_of_old(text: str) -> None:
    assert legacy_font(text) is None
