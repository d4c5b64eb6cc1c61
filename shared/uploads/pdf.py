"""PDF files: readable, and without a password that keeps readers out."""

from __future__ import annotations

from typing import IO

from shared.uploads.refusals import mismatch, protected


def check(file: IO[bytes]) -> None:
    """Refuse what is no PDF, or one that does not open without a password.

    A file that opens for everybody and only forbids printing or copying is taken.
    """
    if not file.read(1024).lstrip(b"\xef\xbb\xbf\t\n\f\r ").startswith(b"%PDF-"):
        raise mismatch()
    from pypdf import PdfReader  # only an upload needs it

    file.seek(0)
    try:
        reader = PdfReader(file)
        opens = not reader.is_encrypted or bool(reader.decrypt(""))
        pages = len(reader.pages) if opens else 0
    except NotImplementedError:
        opens, pages = False, 0  # locked in a way of its own
    except Exception as error:  # a parser of foreign bytes: whatever it stumbles over, the file is at fault
        raise mismatch() from error
    if not opens:
        raise protected()
    if pages == 0:
        raise mismatch()
