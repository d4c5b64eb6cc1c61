"""The bodies for which something is kept beside the ledger, and who may touch what a body keeps.  Pure.

A body is written ``unit:QH-Q01``, ``department:BTG`` (all its specialists and its head), or
``office:NTN_TP`` (the Office, entering for NTN_TP).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from shared.access import AccessDenied, Grant, HatNeeded, Target, decide_access
from shared.decisions import Refused

UNIT, DEPARTMENT, OFFICE = "unit", "department", "office"
_WRITTEN = re.compile(r"(unit|department|office):([A-Za-z0-9_.-]{1,64})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Body:
    """``code``: the unit, the department, or the department that the Office enters for."""

    kind: str
    code: str

    @classmethod
    def parse(cls, text: str, field: str = "body") -> Body:
        """The body that ``text`` names.  Raises :class:`~shared.decisions.Refused` when it names none."""
        found = _WRITTEN.fullmatch(text)
        if found is None:
            raise Refused(
                "not-a-body",
                f"“{text[:80]}” không phải đơn vị: viết unit:…, department:… hoặc office:….",
                f'"{text[:80]}" names no body: write unit:…, department:… or office:….',
                field=field,
                value=text[:80],
            )
        return cls(found.group(1), found.group(2))

    def __str__(self) -> str:
        return f"{self.kind}:{self.code}"

    @property
    def scope(self) -> str:
        """The scope of the grants that reach it."""
        return "ledger" if self.kind == OFFICE else str(self)


def check_access(grants: Sequence[Grant], operation: str, body: Body, acting_as: str | None = None) -> None:
    """Refuse unless one of ``grants`` (those in force) allows ``operation`` on what ``body`` keeps.

    ``acting_as``: the hat that the person named, if he named one.  Nobody reaches another body's, whatever
    else he may do.  Two hats that both reach it are as good as one: what is kept is the body's, not the
    hat's.  Raises :class:`~shared.access.AccessDenied`.
    """
    reaching = [grant for grant in grants if grant.scope == body.scope]
    if grants and not reaching:
        raise AccessDenied(
            "wrong-scope",
            f"Quyền hiện có không bao gồm {body}.",
            f"The grants held do not reach {body}.",
        )
    try:
        decide_access(reaching, operation, Target(unit=body.code if body.kind == UNIT else None), acting_as)
    except HatNeeded:
        return
