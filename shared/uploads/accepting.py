"""May a file be taken?  Its content is what its name says, and the scanner finds nothing in it."""

from __future__ import annotations

from typing import IO

from shared.decisions import Refused
from shared.uploads.content import check_content
from shared.uploads.house import UploadHouse


def check_file(home: UploadHouse, name: str, file: IO[bytes]) -> str:
    """The media type of ``file``, which is called ``name``; ``file`` is at its beginning again.

    Raises :class:`~shared.decisions.Refused` as :func:`~shared.uploads.content.check_content` does and for
    what the scanner finds harmful (``evidence-infected``), :class:`~shared.uploads.clamd.ScannerUnreachable`
    where it gives no verdict.
    """
    media_type = check_content(name, file)
    if home.scanner is not None:
        file.seek(0)
        finding = home.scanner.finding(file)
        if finding is not None:
            raise Refused(
                "evidence-infected",
                f"Phần mềm diệt virus báo “{finding}”. Không nhận tệp này.",
                f'The virus scanner says "{finding}". This file is not taken.',
                field="name",
                value=name,
            )
    file.seek(0)
    return media_type
