"""Files over HTTP: a body that is a file, and a file that is handed out."""

from __future__ import annotations

from typing import IO

from flask import Response, request, send_file

from shared.uploads.house import upload_house
from shared.uploads.receiving import TooLarge
from shared.uploads.storage import CHUNK, Damaged, Missing, Unreachable, open_checked
from shared.web.problems import Problem

OCTETS = "application/octet-stream"
LATER = {"Retry-After": "30"}
"""Of an answer that says that the storage or the scanner is out of reach."""
_DRAINED = 5
"""How many times the limit of a refused body is read and thrown away, so that the sender hears why."""


def body(limit: int) -> IO[bytes]:
    """The request's body as a stream; one byte beyond the limit is enough to know that it is too large.

    Raises :class:`~shared.uploads.receiving.TooLarge` where the request says so itself.
    """
    stated = request.content_length
    if stated is not None and stated > limit:
        if stated <= limit * _DRAINED:
            request.max_content_length = stated + 1
            while request.stream.read(CHUNK):
                pass
        raise TooLarge
    request.max_content_length = limit + 1
    return request.stream


def too_large(limit: int) -> Problem:
    """The problem of a file larger than ``limit`` bytes."""
    size = f"{limit // 1_000_000} MB" if limit % 1_000_000 == 0 else f"{limit} byte"
    return Problem(
        "evidence-too-large",
        f"Tệp lớn hơn mức tối đa {size}. Nén hoặc tách tệp rồi gửi lại.",
        f"The file is larger than the limit of {size}. Compress or split it, then send it again.",
    )


def attachment(sha256: str, *, name: str, media_type: str, size: int) -> Response:
    """The content of ``sha256``, hashed before a byte of it leaves, to be saved as ``name``.

    Raises a problem when it is gone or damaged (410), or when the storage is out of reach (503).
    """
    try:
        stream = open_checked(upload_house().storage, sha256)
    except Missing as error:
        raise Problem("evidence-gone") from error
    except Damaged as error:
        raise Problem("evidence-damaged") from error
    except Unreachable as error:
        raise Problem("storage-unreachable", headers=LATER) from error
    response = send_file(
        stream,
        media_type,
        as_attachment=True,
        download_name=name,
        etag=sha256.removeprefix("sha256:"),
        max_age=0,  # not the year that files of pages may be kept: who may see it can change
    )
    response.headers["Content-Type"] = media_type  # without a charset: nobody knows a text's
    response.headers["Content-Length"] = str(size)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Accept-Ranges"] = "none"  # a part could not be checked
    return response
