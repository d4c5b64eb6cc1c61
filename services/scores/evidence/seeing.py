"""Who may read a file (architecture 4.5).

The body that gave it, the unit it is about, who sees all, and, once a stated fact about that unit and
criterion cites it, who may see that fact.  A fact that cites the file of another unit or criterion opens
nothing: else whoever heard a digest could cite it and read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from services.scores.board import Board
from services.scores.evidence.keeping import Version
from shared.access import Audience

_PROPOSED = ("bonus.proposed.v1", "penalty.proposed.v1")


@dataclass(frozen=True, slots=True)
class Onlooker:
    """Somebody who asks.

    ``audience``: by his grants alone; the policy ``live_visibility: public`` opens values to everybody,
    never files, which may name people.  ``team``: that inspects the unit asked about.  ``moment``: now, for
    who owns a criterion.
    """

    audience: Audience
    board: Board
    moment: str
    team: str | None = None

    def sees(self, version: Version) -> bool:
        """Whether this version is his to read."""
        place = version.place
        if self.audience.everything or place.unit in self.audience.units:
            return True
        if place.body.kind == "department" and place.body.code in self.audience.departments:
            return True
        return self._sees_what_cites(version)

    def _sees_what_cites(self, version: Version) -> bool:
        unit, criterion = version.place.unit, version.place.criterion
        cited = any(
            value.criterion == criterion and _cites(value.data.get("evidence", ()), version.sha256)
            for value in self.board.values.get(unit, ())
        )
        if cited:
            return self.audience.sees_criterion(unit, self._owners(criterion), self.team)
        return any(
            note.data["code"] == criterion
            and _cites(note.data.get("evidence", ()), version.sha256)
            and self.audience.sees_criterion(unit, (note.data.get("responsible", ""),), self.team)
            for type_ in _PROPOSED
            for note in self.board.noted(type_, unit)
        )

    def _owners(self, criterion: str) -> tuple[str, ...]:
        book = self.board.state.rulebook()
        leaf = book.leaf.get(criterion) if book else None
        return () if leaf is None else self.board.state.owners(leaf, self.moment)


def _cites(evidence: Iterable[dict[str, object]], sha256: str) -> bool:
    return any(one["sha256"] == sha256 for one in evidence)
