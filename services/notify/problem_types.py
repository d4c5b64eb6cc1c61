"""Problem types of the notify service."""

from __future__ import annotations

from shared.web.problem_types import ProblemType

TYPES = (
    ProblemType(
        "document-differs",
        500,
        "Tệp khác với sổ cái",
        "The file differs from the ledger",
        "Không hiển thị tệp này. Báo quản trị: tệp trong hộp gửi đã bị thay đổi.",
        "It is not shown. Tell an administrator: the file in the outbox was changed.",
    ),
)
