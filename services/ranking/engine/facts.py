"""What the fold keeps of the events of one unit: small tuples in ledger order, read later by the judge.

Nothing here is checked: a value is whatever the event held.  :mod:`services.ranking.engine.sheet` judges it.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

SCORES: Final = "scores"
CONCLUSION: Final = "conclusion"
ADJUSTMENT: Final = "adjustment"
DECISION: Final = "decision"
FILE: Final = "file"
"""Where a value comes from: it decides which stages it may state.  ``file`` is the offline table
(format §11), and whatever it states stays as it is: nothing of it is withdrawn or admitted later.
"""

STAGES_OF: Final = {
    SCORES: ("self", "department", "external"),
    CONCLUSION: ("inspection",),
    ADJUSTMENT: ("inspection",),
    DECISION: ("standing", "appeal"),
    FILE: ("self", "department", "external", "inspection", "standing", "appeal"),
}
UNSTATED: Final = "?"
"""``from_effective`` of an adjustment that claims nothing about the value before it."""


class Recorded(NamedTuple):
    """A value stated for a criterion at a stage: raw input or points by format §3.

    ``number``: where another entered it on behalf of the responsible body, the number of its event within
    its source, which that body's answer names.  ``conclusion``: of an adjustment, the number of the event
    that made it, which the unit's answer names.
    """

    position: int
    origin: str
    criterion: Any
    stage: Any
    value: Any
    target: Any = None
    state: Any = None
    rulebook: Any = None
    from_effective: Any = UNSTATED
    period: Any = None
    number: int | None = None
    conclusion: int | None = None


class AdjustmentAnswered(NamedTuple):
    """The unit acknowledges or disputes the adjustment of ``criterion`` by the event numbered ``conclusion``.
    It changes no value (plan III.7).
    """

    position: int
    conclusion: Any
    criterion: Any
    disputes: bool


class Answered(NamedTuple):
    """The responsible body confirms the values of these ``numbers`` that were entered for it, or disputes
    them.
    """

    position: int
    numbers: tuple[int, ...]
    confirms: bool


class Withdrawn(NamedTuple):
    """The latest value of a stage is withdrawn."""

    position: int
    origin: str
    criterion: Any
    stage: Any


class Proposed(NamedTuple):
    """A proposal of a bonus or penalty.  It counts for nothing; it tells on which day the thing happened."""

    position: int
    code: Any
    occurrence_ref: Any
    occurred_on: Any


class Decided(NamedTuple):
    """A decided bonus or penalty."""

    position: int
    kind: str
    code: Any
    occurrence_ref: Any
    accepted: bool
    points: Any


class VetoFact(NamedTuple):
    """An event that puts a veto in force or lifts it.  ``veto`` None: every veto that names this event."""

    position: int
    event: str
    veto: Any
    document: Any


class VetoGiven(NamedTuple):
    """A veto stated in force by an offline table, recorded or derived alike."""

    position: int
    veto: Any


class Models(NamedTuple):
    """Models recognised: their references, or a bare number from an offline table."""

    position: int
    refs: tuple[Any, ...]
    number: int = 0


class Admitted(NamedTuple):
    """The Committee lets the late score at position ``fact`` count from this position on, or no longer."""

    position: int
    fact: Any
    accepted: bool


class Milestone(NamedTuple):
    """``opened`` (the inspection was opened) or ``concluded``."""

    position: int
    what: str


Fact = (
    Recorded
    | Answered
    | AdjustmentAnswered
    | Withdrawn
    | Proposed
    | Decided
    | VetoFact
    | VetoGiven
    | Models
    | Admitted
    | Milestone
)
