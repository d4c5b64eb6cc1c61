"""The API of Bảng Vàng for a department's own system.

:class:`Client` states scores and proposals, sends again safely what the network lost, checks every receipt,
and keeps what it has seen of the ledger, so that a changed history does not go unnoticed.  It needs
``requests`` and ``cryptography``, nothing of the services.
"""

from __future__ import annotations

from bangvang.client import Client
from bangvang.errors import (
    BangvangError,
    HistoryChanged,
    NotVisibleYet,
    Refused,
    RulebookChanged,
    Unreachable,
    Untrusted,
)
from bangvang.model import (
    ALL_OR_NOTHING,
    PARTIAL,
    Checkpoint,
    Evidence,
    Fault,
    Problem,
    Proposal,
    Receipt,
    RowResult,
    Rulebook,
    Score,
)
from bangvang.transport import Backoff

__all__ = [
    "ALL_OR_NOTHING",
    "PARTIAL",
    "Backoff",
    "BangvangError",
    "Checkpoint",
    "Client",
    "Evidence",
    "Fault",
    "HistoryChanged",
    "NotVisibleYet",
    "Problem",
    "Proposal",
    "Receipt",
    "Refused",
    "RowResult",
    "Rulebook",
    "RulebookChanged",
    "Score",
    "Unreachable",
    "Untrusted",
]
