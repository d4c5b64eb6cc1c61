"""External evaluations as they arrived: late or not, to whom, which version, about which units (plan III.3).

Pure.  An evaluation that is late or went to the wrong recipient counts all the same; it is shown as such.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from services.scores.board import Board, Note, Value
from shared.access import Audience
from shared.rulebook import Leaf, Rulebook

RECEIVED = "evaluation.received.v1"
ACKNOWLEDGED = "evaluation.acknowledged.v1"


@dataclass(frozen=True, slots=True)
class Received:
    """One evaluation.  ``late``: received at or after the due instant.  ``astray``: not (only) to whom the
    rulebook wants it delivered.  ``superseded_by``: the later version, None while it is the newest.

    ``values``: what it says of each unit, by order of statement; none in a copy.  ``acknowledged``: when by
    which unit.
    """

    note: Note
    late: bool
    astray: bool
    superseded_by: str | None
    values: tuple[Value, ...]
    acknowledged: Mapping[str, str]

    @property
    def id(self) -> str:
        """Its name in the ledger."""
        return str(self.note.data["evaluation"])

    @property
    def received_at(self) -> str:
        """When it was received, which is not when it was entered."""
        return str(self.note.data["occurred_at"])

    @property
    def copy_of(self) -> str | None:
        """The evaluation of which this is a copy to another recipient."""
        found = self.note.data.get("copy_of")
        return None if found is None else str(found)


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A criterion that is scored by external evaluation.  ``due``: exclusive, None where none is set.

    ``missing``: open units of its areas without a value.  ``overdue``: some miss it and the time is over.
    """

    leaf: Leaf
    owners: tuple[str, ...]
    due: str | None
    received: tuple[Received, ...]
    missing: tuple[str, ...]
    overdue: bool


def external_leaves(book: Rulebook) -> tuple[Leaf, ...]:
    """The criteria scored by external evaluation, in order of the rulebook."""
    return tuple(leaf for leaf in book.leaves if leaf.stage == "external")


def units_of(board: Board, book: Rulebook, leaf: Leaf) -> tuple[str, ...]:
    """Codes of the open units to which ``leaf`` applies, in order of the register."""
    return tuple(
        unit.code
        for unit in board.state.units.values()
        if unit.area in leaf.max and unit.open_on(book.period.end)
    )


def evaluated(board: Board, book: Rulebook, now: str) -> tuple[Evaluated, ...]:
    """Every such criterion with what arrived for it until ``now`` (a written instant), newest last."""
    found = []
    for leaf in external_leaves(book):
        due = board.state.due_of("external", leaf.id)
        missing = tuple(
            code for code in units_of(board, book, leaf) if board.standing(code, leaf.id, "external") is None
        )
        over = due is not None and due <= now and bool(missing)
        owners = board.state.owners(leaf, now)
        found.append(Evaluated(leaf, owners, due, received(board, leaf), missing, over))
    return tuple(found)


def evaluated_for(
    board: Board, book: Rulebook, now: str, audience: Audience, teams: Mapping[str, str]
) -> tuple[Evaluated, ...]:
    """The same for one reader: the criteria, evaluations and units of which ``audience`` sees something.

    ``teams``: the inspection team of each unit that has one.
    """
    found = []
    for one in evaluated(board, book, now):

        def sees(unit: str, owners: tuple[str, ...] = one.owners) -> bool:
            return audience.sees_criterion(unit, owners, teams.get(unit))

        if any(sees(unit) for unit in units_of(board, book, one.leaf)):
            arrived = tuple(_for_reader(item, sees) for item in one.received)
            missing = tuple(unit for unit in one.missing if sees(unit))
            found.append(
                replace(
                    one,
                    received=tuple(item for item in arrived if item is not None),
                    missing=missing,
                    overdue=one.overdue and bool(missing),
                )
            )
    return tuple(found)


def _for_reader(item: Received, sees: Callable[[str], bool]) -> Received | None:
    """``item`` with the units that the reader sees; None when it has values of others only."""
    values = tuple(value for value in item.values if sees(value.unit))
    if item.values and not values:
        return None
    acknowledged = {unit: when for unit, when in item.acknowledged.items() if sees(unit)}
    return replace(item, values=values, acknowledged=acknowledged)


def received(board: Board, leaf: Leaf) -> tuple[Received, ...]:
    """The evaluations of ``leaf``, oldest first, versions and copies included."""
    notes = [note for note in board.noted(RECEIVED) if note.data["criterion"] == leaf.id]
    later = {note.data["supersedes"]: note.data["evaluation"] for note in notes if "supersedes" in note.data}
    values: dict[str, list[Value]] = {}
    for unit in board.values.values():
        for value in unit:
            if value.criterion == leaf.id and "evaluation" in value.data:
                values.setdefault(str(value.data["evaluation"]), []).append(value)
    acknowledged: dict[str, dict[str, str]] = {}
    for note in board.noted(ACKNOWLEDGED):
        acknowledged.setdefault(str(note.data["evaluation"]), {})[note.subject] = note.time
    due = board.state.due_of("external", leaf.id)
    return tuple(
        Received(
            note,
            due is not None and str(note.data["occurred_at"]) >= due,
            leaf.deliver_to is not None and note.data["addressed_to"] != leaf.deliver_to,
            later.get(note.data["evaluation"]),
            tuple(sorted(values.get(note.data["evaluation"], ()), key=lambda value: value.number)),
            acknowledged.get(note.data["evaluation"], {}),
        )
        for note in notes
    )


@dataclass(frozen=True, slots=True)
class About:
    """What the newest evaluation of ``leaf`` says of one unit, and when the unit said that it has read it."""

    leaf: Leaf
    received: Received
    value: Value
    acknowledged: str | None


def about_unit(board: Board, book: Rulebook, unit: str) -> tuple[About, ...]:
    """The external evaluations that stand for ``unit``, in order of the rulebook."""
    found = []
    for leaf in external_leaves(book):
        value = board.standing(unit, leaf.id, "external")
        if value is None or "evaluation" not in value.data:
            continue
        one = next((one for one in received(board, leaf) if one.id == value.data["evaluation"]), None)
        if one is not None:
            found.append(About(leaf, one, value, one.acknowledged.get(unit)))
    return tuple(found)
