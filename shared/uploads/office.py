"""Office files are zip containers: their parts say what they are, and what they must not bring along."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from typing import IO

from shared.decisions import Refused
from shared.uploads.refusals import macros, mismatch, protected

MAX_PARTS = 10_000
MAX_UNPACKED = 500_000_000
_MAX_READ = 4_000_000
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_OOXML_PROGRAMS = re.compile(r"(?i)(^|/)(vbaProject[^/]*\.bin|vbaData\.xml)$|(^|/)(macrosheets|activeX)/")
_ODF_PROGRAMS = re.compile(r"(?i)^(Basic|Scripts)/.*[^/]$")


def ooxml(kind: str) -> Callable[[IO[bytes]], None]:
    """The check of a Word, Excel or PowerPoint file whose main part is of ``kind``."""
    main = f"application/vnd.openxmlformats-officedocument.{kind}.main+xml".encode()

    def check(file: IO[bytes]) -> None:
        """With a password, such a file is an OLE container around the encrypted one."""
        head = file.read(len(_OLE))
        if head == _OLE:
            raise protected() if _ENCRYPTED_PACKAGE in file.read() else mismatch()
        parts = _open(file)
        types = _read(parts, "[Content_Types].xml")
        if b"macroEnabled" in types or any(map(_OOXML_PROGRAMS.search, parts.namelist())):
            raise macros()
        if main not in types:
            raise mismatch()

    return check


def odf(media_type: str) -> Callable[[IO[bytes]], None]:
    """The check of an OpenDocument file of ``media_type``."""

    def check(file: IO[bytes]) -> None:
        parts = _open(file)
        if _read(parts, "mimetype").strip() != media_type.encode():
            raise mismatch()
        if b"encryption-data" in _read(parts, "META-INF/manifest.xml"):
            raise protected()
        if any(map(_ODF_PROGRAMS.search, parts.namelist())):
            raise macros()

    return check


def _open(file: IO[bytes]) -> zipfile.ZipFile:
    file.seek(0)
    if file.read(len(_ZIP)) != _ZIP:
        raise mismatch()
    file.seek(0)
    try:
        parts = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise mismatch() from error
    entries = parts.infolist()
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise protected()
    if len(entries) > MAX_PARTS or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise Refused(
            "evidence-unpacked-size",
            f"Tệp nén quá {MAX_UNPACKED // 1_000_000} MB khi mở ra, hoặc quá {MAX_PARTS} phần.",
            f"The file unpacks to over {MAX_UNPACKED // 1_000_000} MB, or to over {MAX_PARTS} parts.",
            field="name",
        )
    return parts


def _read(parts: zipfile.ZipFile, name: str) -> bytes:
    """The beginning of one part; however much it claims to unpack to, no more is unpacked."""
    try:
        with parts.open(name) as part:
            return part.read(_MAX_READ)
    except Exception as error:  # no such part, or bytes that its decompressor stumbles over
        raise mismatch() from error
