"""How a decider refuses: one exception, whatever the service.  Pure: no web, no database.

A refusal says what was wrong, why, and what to do now, in Vietnamese and in English.  The web turns it
into a problem document (:mod:`shared.web.problems`); a batch may collect several faults first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a command.

    ``rule``: stable name in kebab case (``above-maximum``), also the last part of the problem's type.
    ``field``: path in the command, dots and indexes (``scores.3.value``), None for the whole of it.
    ``value``: what was given there, as it came.
    """

    rule: str
    vi: str
    en: str
    field: str | None = None
    value: Any = None


class Refused(Exception):
    """A command that is well-formed but may not happen.

    ``status``: the HTTP status that fits: 422 (a value breaks a rule), 404 (something named does not
    exist), 409 (the state does not allow it now), 403 (not this one's to do).
    """

    def __init__(
        self,
        rule: str,
        vi: str,
        en: str,
        *,
        field: str | None = None,
        value: Any = None,
        status: int = 422,
    ) -> None:
        super().__init__(f"{rule}: {en}")
        self.faults: tuple[Fault, ...] = (Fault(rule, vi, en, field, value),)
        self.status = status

    @classmethod
    def many(cls, faults: Iterable[Fault], *, status: int = 422) -> Refused:
        """One refusal for several faults.  Raises ``ValueError`` when there are none."""
        every = tuple(faults)
        if not every:
            raise ValueError("a refusal needs at least one fault")
        first = every[0]
        refusal = cls(first.rule, first.vi, first.en, field=first.field, value=first.value, status=status)
        refusal.faults = every
        return refusal

    @property
    def rule(self) -> str:
        """The rule of all faults, or ``invalid-fields`` when they differ."""
        rules = {fault.rule for fault in self.faults}
        return rules.pop() if len(rules) == 1 else "invalid-fields"
