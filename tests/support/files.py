"""Small files of many kinds, sound ones and those that must not be taken."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

from openpyxl import Workbook
from pypdf import PdfWriter

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 16
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\0"
WEBP = b"RIFF\x24\0\0\0WEBPVP8 "
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
MACRO_WORD = "application/vnd.ms-word.document.macroEnabled.main+xml"


def pdf(text: str = "", *, user: str | None = None, owner: str | None = None) -> bytes:
    """A PDF of one page.  ``user``: needed to open it.  ``owner``: needed only to print or change it."""
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.add_metadata({"/Title": text})
    if user is not None or owner is not None:
        writer.encrypt(user or "", owner, algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def archive(parts: Mapping[str, bytes]) -> bytes:
    """A zip of ``parts``."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


def ooxml(main: str = WORD, **more: bytes) -> bytes:
    """A Word or PowerPoint file by its main part; further parts by name, ``__`` for a slash."""
    types = f'<Types><Override PartName="/x" ContentType="{main}"/></Types>'.encode()
    parts = {name.replace("__", "/"): content for name, content in more.items()}
    return archive({"[Content_Types].xml": types, "word/document.xml": b"<w/>", **parts})


def locked_ooxml() -> bytes:
    """What Office makes of a document with a password: an OLE container around the encrypted one."""
    return OLE + "EncryptionInfo".encode("utf-16-le") + bytes(64) + "EncryptedPackage".encode("utf-16-le")


def odf(kind: str = "text", manifest: bytes = b"<manifest/>", **more: bytes) -> bytes:
    """An OpenDocument file."""
    media_type = f"application/vnd.oasis.opendocument.{kind}".encode()
    parts = {name.replace("__", "/"): content for name, content in more.items()}
    return archive({"mimetype": media_type, "META-INF/manifest.xml": manifest, **parts})


def xlsx() -> bytes:
    """A workbook as openpyxl writes it."""
    out = io.BytesIO()
    Workbook().save(out)
    return out.getvalue()


def locked_zip(content: bytes) -> bytes:
    """``content``, a zip, with the flag "encrypted" on every entry."""
    changed = bytearray(content)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = changed.find(mark)
        while place >= 0:
            changed[place + offset] |= 1
            place = changed.find(mark, place + 4)
    return bytes(changed)


def bomb(size: int) -> bytes:
    """A Word file whose parts say that they unpack to ``size`` bytes and more."""
    content = bytearray(ooxml(word__big=bytes(1000)))
    place = content.rfind(b"PK\x01\x02")
    content[place + 24 : place + 28] = size.to_bytes(4, "little")
    return bytes(content)
