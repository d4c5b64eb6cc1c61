"""Who may do what, and who may see what (architecture 4.5).

A token proves *who* (:mod:`shared.access.tokens`).  *What* that person may do are dated grants in the
ledger (:mod:`shared.access.directory`), judged by one table of rules (:mod:`shared.access.rules`).
"""

from shared.access.grants import Grant, Scope
from shared.access.rules import (
    PUBLISHED_ONLY,
    AccessDenied,
    Allowed,
    Audience,
    HatNeeded,
    Target,
    audience,
    decide_access,
)

__all__ = [
    "PUBLISHED_ONLY",
    "AccessDenied",
    "Allowed",
    "Audience",
    "Grant",
    "HatNeeded",
    "Scope",
    "Target",
    "audience",
    "decide_access",
]
