"""The name under which a file is given.  Pure."""

from __future__ import annotations

import unicodedata

from shared.decisions import Refused
from shared.events.canonical import compose_text

MAXIMUM = 200


def check_name(given: str) -> str:
    """``given`` in NFC.

    Refused: a path or a part of one, control characters and those that only steer how others are shown
    (they make ``gpj.exe`` look like ``exe.jpg``), blanks or a dot at an end, more than 200 characters.
    """
    name = compose_text(given)
    if not name or len(name) > MAXIMUM:
        raise _bad(name, f"dài từ 1 đến {MAXIMUM} ký tự", f"has 1 to {MAXIMUM} characters")
    if any(letter in "/\\" for letter in name):
        raise _bad(name, "không chứa đường dẫn", "holds no path")
    if any(unicodedata.category(letter) in ("Cc", "Cf", "Co", "Zl", "Zp") for letter in name):
        raise _bad(name, "không chứa ký tự điều khiển", "holds no control characters")
    if name != name.strip() or name[0] == "." or name[-1] == ".":
        raise _bad(
            name,
            "không bắt đầu, kết thúc bằng dấu chấm hay khoảng trắng",
            "neither begins nor ends with a dot or a blank",
        )
    return name


def extension_of(name: str) -> str:
    """What stands behind the last dot, in small letters; empty when there is no dot."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def _bad(name: str, vi: str, en: str) -> Refused:
    return Refused(
        "evidence-name",
        f"Tên tệp {vi}.",
        f"The name of a file {en}.",
        field="name",
        value=name,
    )
