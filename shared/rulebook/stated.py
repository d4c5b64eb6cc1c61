"""The rulebook in a request: its text read, and every fault told as a refusal."""

from __future__ import annotations

from shared.decisions import Fault, Refused
from shared.rulebook import Rulebook, RulebookFault, read
from shared.rulebook.loader import load

_MOST_FAULTS = 200


def stated_rulebook(text: str) -> Rulebook:
    """The rulebook of YAML text or of its normalised JSON.

    Raises :class:`~shared.decisions.Refused` with the faults of the file, each under ``rulebook.<path>``.
    """
    try:
        if text.startswith("{"):
            return read(text.encode("utf-8"))
        return load(text)
    except RulebookFault as error:
        raise Refused.many(
            Fault(
                f"rulebook-{fault.code.lower()}",
                f"{_place(fault.line)}{fault.path}: {fault.message_vi}",
                f"{_place(fault.line)}{fault.path}: {fault.message_en}",
                f"rulebook.{fault.path}" if fault.path else "rulebook",
            )
            for fault in error.faults[:_MOST_FAULTS]
        ) from error


def _place(line: int | None) -> str:
    return "" if line is None else f"{line}: "
