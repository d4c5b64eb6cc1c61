"""What a web process that takes files holds: the storage, the scanner, the limit."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flask import Flask, current_app

from shared.settings import Settings
from shared.uploads.clamd import Clamd, Scanner
from shared.uploads.folder import Folder
from shared.uploads.storage import Storage

_EXTENSION = "bangvang.uploads"


@dataclass(frozen=True, slots=True)
class UploadHouse:
    """``scanner`` None: no virus check is set up.  ``limit``: bytes of one file."""

    storage: Storage
    scanner: Scanner | None
    limit: int


def open_storage(where: Path | str, corner: str = "") -> Storage:
    """The storage in a folder or at ``s3://bucket/prefix``, or in a ``corner`` of it that is a storage by
    itself.  Raises ``ValueError`` for another address.
    """
    if isinstance(where, Path):
        return Folder(where / corner)
    from shared.uploads.bucket import Bucket  # its client is loaded only where it is used

    return Bucket(f"{where.rstrip('/')}/{corner}" if corner else where)


def open_uploads(settings: Settings, corner: str = "") -> UploadHouse:
    """As ``settings`` say.  Raises ``ValueError`` for an address that is none."""
    return UploadHouse(
        open_storage(settings.evidence, corner),
        Clamd(settings.clamd) if settings.clamd else None,
        settings.evidence_limit,
    )


def install(app: Flask, settings: Settings, corner: str = "") -> None:
    """Give ``app`` its house of uploads.  Raises ``ValueError`` for an address that is none."""
    app.extensions[_EXTENSION] = open_uploads(settings, corner)


def upload_house() -> UploadHouse:
    """The house of uploads of the running web process."""
    found: UploadHouse = current_app.extensions[_EXTENSION]
    return found
