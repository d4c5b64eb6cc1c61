"""One call of the public API in the story, and how it names what earlier ones stated.  Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

REFERRED: Final = frozenset(
    {
        "score.recorded.v1",
        "submission.received.v1",
        "inspection.reschedule_requested.v1",
        "conclusion.signed.v1",
    }
)
"""Types of events that later commands name by their number."""


@dataclass(frozen=True, slots=True)
class NumbersOf:
    """Stands for numbers of the :data:`REFERRED` events of the command ``key``, known once they are there.

    ``first``, ``last``: which of them, as in a slice; ``one``: the single number and no list.
    """

    key: str
    first: int | None = None
    last: int | None = None
    one: bool = False


def filled(body: Mapping[str, Any], numbers: Mapping[str, Sequence[int]]) -> dict[str, Any]:
    """``body`` with what each :class:`NumbersOf` in it stands for; ``numbers`` of what was stated, by key."""

    def fill(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {name: fill(held) for name, held in value.items()}
        if isinstance(value, (list, tuple)):
            return [fill(held) for held in value]
        if not isinstance(value, NumbersOf):
            return value
        found = list(numbers[value.key][value.first : value.last])
        return found[0] if value.one else found

    return {name: fill(value) for name, value in body.items()}


@dataclass(frozen=True, slots=True)
class Command:
    """One call of the public API.

    ``at``: UTC instant on the scenario clock.  ``operation``: its name in the table of access rules, or as
    :data:`~deploy.demo.scenario.RULED_AS` says.  ``sub`` acts in the hat ``acting_as`` (``role@scope``).
    ``key``: the ``Idempotency-Key``, the same on every run.  ``subject``: the unit, team or department
    touched, empty when it is none or several.  ``path``: what the path of its route leaves open.
    ``already``: the rule by which it is refused when the system itself has done it before anybody could;
    then that is as good.  ``files``: what follows a pack's manifest, by document.
    """

    at: str
    phase: str
    service: str
    operation: str
    sub: str
    acting_as: str
    key: str
    subject: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)
    already: str = ""
    path: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
