"""What a file really is: its content has to be what its name says, readable by everybody, and inert.

The kinds are few and their beginnings are fixed by their standards, so they are looked up here; containers
are opened by :mod:`.office`, PDF by :mod:`.pdf`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import IO

from shared.decisions import Refused
from shared.uploads import office, pdf
from shared.uploads.names import extension_of
from shared.uploads.refusals import mismatch

_OFFICE = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
_NOT_TEXT = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file that is taken.  ``check`` refuses what is not one, or may not be taken."""

    media_type: str
    check: Callable[[IO[bytes]], None]


def kind_of(name: str) -> Kind:
    """The kind of file that ``name`` says.

    Raises :class:`~shared.decisions.Refused` for one that is not taken at all (``evidence-type``).
    """
    extension = extension_of(name)
    kind = KINDS.get(extension)
    if kind is None:
        raise Refused(
            "evidence-type",
            f"Không nhận tệp “.{extension}”. Chỉ nhận: {', '.join(KINDS)}."
            if extension
            else f"Tên tệp không có phần mở rộng. Chỉ nhận: {', '.join(KINDS)}.",
            f'Files of type ".{extension}" are not taken, only: {", ".join(KINDS)}.'
            if extension
            else f"The name has no extension; taken are: {', '.join(KINDS)}.",
            field="name",
            value=name,
        )
    return kind


def check_content(name: str, file: IO[bytes]) -> str:
    """The media type of ``file``, which is called ``name``.

    Raises :class:`~shared.decisions.Refused`: as :func:`kind_of`, ``evidence-mismatch`` (not what the name
    says), ``evidence-protected`` (locked by a password), ``evidence-macros``, ``evidence-unpacked-size``.
    """
    kind = kind_of(name)
    file.seek(0)
    kind.check(file)
    return kind.media_type


def _begins(*beginnings: re.Pattern[bytes]) -> Callable[[IO[bytes]], None]:
    def check(file: IO[bytes]) -> None:
        head = file.read(16)
        if not any(beginning.match(head) for beginning in beginnings):
            raise mismatch()

    return check


def _check_text(file: IO[bytes]) -> None:
    """Text in UTF-8, in UTF-16 with its mark, or in an old code page: anything without control characters."""
    content = file.read()
    if content.startswith(_UTF_16):
        try:
            text = content.decode("utf-16")
        except UnicodeDecodeError:
            raise mismatch() from None
    else:
        text = content.decode("latin-1")
    if _NOT_TEXT.search(text) or content.startswith(b"%PDF-"):  # a small PDF is all letters
        raise mismatch()


_JPEG = Kind("image/jpeg", _begins(re.compile(rb"\xff\xd8\xff")))

KINDS: Mapping[str, Kind] = {
    "pdf": Kind("application/pdf", pdf.check),
    "docx": Kind(_OFFICE + "wordprocessingml.document", office.ooxml("wordprocessingml.document")),
    "xlsx": Kind(_OFFICE + "spreadsheetml.sheet", office.ooxml("spreadsheetml.sheet")),
    "pptx": Kind(_OFFICE + "presentationml.presentation", office.ooxml("presentationml.presentation")),
    "odt": Kind(_ODF + "text", office.odf(_ODF + "text")),
    "ods": Kind(_ODF + "spreadsheet", office.odf(_ODF + "spreadsheet")),
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "png": Kind("image/png", _begins(re.compile(rb"\x89PNG\r\n\x1a\n"))),
    "webp": Kind("image/webp", _begins(re.compile(rb"RIFF.{4}WEBP", re.DOTALL))),
    "txt": Kind("text/plain", _check_text),
    "csv": Kind("text/csv", _check_text),
}
"""The kinds that are taken, by extension."""

MEDIA_TYPES = frozenset(kind.media_type for kind in KINDS.values())
