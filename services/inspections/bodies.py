"""The bodies that score: what they are called, and who scores a criterion now.  Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from shared.events import Event
from shared.events.catalogue import interpret
from shared.rulebook import Leaf

TYPES = ("department.registered.v1", "scoring.assigned.v1")
"""The types of event that say something of them."""
_NEVER = "9999"


@dataclass(frozen=True, slots=True)
class Bodies:
    """``names`` by code; ``assigned``: by criterion, the bodies that score it in place of the rulebook's."""

    names: Mapping[str, str] = field(default_factory=dict)
    assigned: Mapping[str, str] = field(default_factory=dict)

    def name(self, code: str) -> str:
        """What the body ``code`` is called; its code where the register does not know it."""
        return self.names.get(code, code)

    def missing_of(self, leaves: Iterable[Leaf]) -> dict[str, list[str]]:
        """The codes of ``leaves`` by the body that scores them, both in the order given."""
        found: dict[str, list[str]] = {}
        for leaf in leaves:
            found.setdefault(self.assigned.get(leaf.id, leaf.owner), []).append(leaf.id)
        return found


def bodies_of(events: Sequence[Event], moment: str) -> Bodies:
    """The bodies after ``events`` as it stands at the instant ``moment``; of two assignments that are in
    force the later stated one stands."""
    names: dict[str, str] = {}
    assigned: dict[str, str] = {}
    for event in events:
        data = event.data
        if interpret(event) is not None:
            continue
        if event.type == "department.registered.v1":
            names[event.subject.removeprefix("department:")] = data["name"]
        elif event.type == "scoring.assigned.v1" and data["from"] <= moment < data.get("until", _NEVER):
            assigned[data["criterion"]] = data["owner"]
    return Bodies(names, assigned)
