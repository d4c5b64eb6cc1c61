"""Why a file is not taken, in words that several checks share."""

from __future__ import annotations

from shared.decisions import Refused


def mismatch() -> Refused:
    """The content is not what the name says, or cannot be read as that."""
    return Refused(
        "evidence-mismatch",
        "Nội dung tệp không đúng với phần mở rộng của tên, hoặc tệp bị hỏng. Mở thử, lưu lại rồi gửi.",
        "The content is not what the extension says, or the file is damaged. Open it, save it anew.",
        field="name",
    )


def protected() -> Refused:
    """Nobody can read it without a password, so nobody can check it."""
    return Refused(
        "evidence-protected",
        "Tệp có mật khẩu nên không ai kiểm tra được. Bỏ mật khẩu rồi gửi lại.",
        "The file is locked by a password, so nobody can check it. Take the password off and send it again.",
        field="name",
    )


def macros() -> Refused:
    """It brings a program along."""
    return Refused(
        "evidence-macros",
        "Tệp chứa macro. Lưu lại dạng không có macro (hoặc PDF) rồi gửi.",
        "The file holds macros. Save it without them (or as PDF), then send that.",
        field="name",
    )
