"""The rulebook as values: how a cycle scores, classifies and ranks.

Made by :func:`shared.rulebook.read.read` from the normalised form, so every default is already filled
in and every fault of the format is already excluded.  All quantities are exact
:class:`~fractions.Fraction`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

STAGES: Final = ("self", "department", "external", "inspection", "standing", "appeal")
"""Lowest to highest precedence (rulebook format §3)."""
FIRST_STAGES: Final = ("department", "external", "inspection")
DECISION_STAGES: Final = ("standing", "appeal")
TEAM: Final = "TEAM"
"""Owner of the leaves that the unit's own inspection team scores."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Which rulebook this is.  ``version`` is a semantic version, ``status`` is ``illustrative`` or
    ``adopted``.
    """

    id: str
    version: str
    format: int
    cycle: str
    status: str
    timezone: str
    language: str


@dataclass(frozen=True, slots=True)
class Period:
    """A span of days, both ends inside."""

    start: date
    end: date

    def holds(self, day: date) -> bool:
        """Whether ``day`` lies in the period."""
        return self.start <= day <= self.end


@dataclass(frozen=True, slots=True)
class Area:
    """A ranking area and the points its leaves sum to."""

    id: str
    label: str
    total: Fraction


@dataclass(frozen=True, slots=True)
class Numbers:
    """Step of points, digits shown, rounding mode and where computed points are rounded (``leaf`` or
    ``total``).
    """

    step: Fraction
    scale: int
    rounding: str
    round_at: str


@dataclass(frozen=True, slots=True)
class Stage:
    """One of the six fixed stages with the words of this rulebook."""

    id: str
    label: str
    by: str | None
    official: bool


@dataclass(frozen=True, slots=True)
class Bounds:
    """An interval; an absent bound is open to infinity."""

    gt: Fraction | None = None
    gte: Fraction | None = None
    lt: Fraction | None = None
    lte: Fraction | None = None

    def holds(self, value: Fraction) -> bool:
        """Whether ``value`` satisfies every stated bound."""
        return (
            (self.gt is None or value > self.gt)
            and (self.gte is None or value >= self.gte)
            and (self.lt is None or value < self.lt)
            and (self.lte is None or value <= self.lte)
        )


@dataclass(frozen=True, slots=True)
class LadderRow:
    """A row: the first one, top-down, whose bounds hold gives ``frac`` of the maximum."""

    bounds: Bounds
    frac: Fraction


@dataclass(frozen=True, slots=True)
class Ladder:
    """From a metric to a fraction of the maximum (§4).  With ``unit`` ``percent`` a target may be
    recorded too.
    """

    metric: str
    unit: str
    integer: bool
    domain: Bounds
    rows: tuple[LadderRow, ...]


@dataclass(frozen=True, slots=True)
class Leaf:
    """One criterion that is scored.

    ``max`` and ``min`` are by area; an absent area in ``max`` means not applicable there.  ``stage`` is
    the first official stage, open to the ``owner`` only.  ``groups`` are the ids of the groups above,
    outermost first.
    """

    id: str
    label: str
    owner: str
    stage: str
    self_scored: bool
    input: str
    max: Mapping[str, Fraction]
    min: Mapping[str, Fraction]
    weight: Fraction
    groups: tuple[str, ...]
    ladder: Ladder | None = None
    per: Fraction | None = None
    source_max: Fraction | None = None
    no_target: str | None = None
    joint: tuple[str, ...] = ()
    entered_by: tuple[str, ...] = ()
    deliver_to: str | None = None
    period: str | None = None

    @property
    def takes_target(self) -> bool:
        """Whether a target may be recorded with the value (``ratio``, and ``ladder`` over percent)."""
        return self.input == "ratio" or (self.ladder is not None and self.ladder.unit == "percent")

    def records_raw(self, stage: str) -> bool:
        """Whether a value at ``stage`` is the raw input; otherwise it states points (§3, last rule)."""
        return stage in ("self", self.stage)


@dataclass(frozen=True, slots=True)
class Group:
    """A node of the criteria tree.  ``leaves`` are all leaves below it, in file order."""

    id: str
    label: str
    children: tuple[Group | Leaf, ...]
    leaves: tuple[Leaf, ...]


@dataclass(frozen=True, slots=True)
class AdjustmentItem:
    """A kind of bonus or penalty.  Without ``per`` an occurrence takes the decided amount."""

    code: str
    label: str
    per: Fraction | None
    cap: Fraction


@dataclass(frozen=True, slots=True)
class AdjustmentRules:
    """Bonus or penalty: the items and the cap over all of them (positive amounts in both)."""

    cap_total: Fraction
    require_evidence: bool
    items: tuple[AdjustmentItem, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """Floor of the ranking score (None: no floor), cap of the classification score, and what ranks."""

    floor: Fraction | None
    classification_cap: Fraction
    rank_by: str


@dataclass(frozen=True, slots=True)
class MeasureTest:
    """A condition on a measure of the closed list of §7; a null measure never holds."""

    measure: str
    bounds: Bounds


@dataclass(frozen=True, slots=True)
class Share:
    """A share of the units of an area: a fraction of a denominator, rounded, or a plain count."""

    fraction: Fraction | None
    count: int | None
    denominator: str | None
    rounding: str | None


@dataclass(frozen=True, slots=True)
class Class:
    """A class of the classification; all stated conditions must hold (§8)."""

    id: str
    label: str
    gte: Fraction | None = None
    measure: str | None = None
    base_gte: Fraction | None = None
    every_group_gte_frac: Fraction | None = None
    measures: tuple[MeasureTest, ...] = ()
    rank_lte: int | None = None
    top: Share | None = None
    on_tie_at_boundary: str = "expand"


@dataclass(frozen=True, slots=True)
class Quota:
    """How many units of an area may hold a class (§8)."""

    class_id: str
    share: Share
    min_per_area: int
    on_tie_at_boundary: str


@dataclass(frozen=True, slots=True)
class Veto:
    """A condition that caps the class.

    Either recorded (``event`` puts it in force, ``lifted_by`` ends it) or derived (``rule`` read ``as_of``).
    ``max_class`` is a class id, ``unclassified`` or None.
    """

    id: str
    label: str
    event: str | None
    document_required: bool
    lifted_by: str | None
    rule: str | None
    as_of: str | None
    max_class: str | None
    zeroes_inspection: bool
    appeal_right_lost: bool


@dataclass(frozen=True, slots=True)
class TieBreak:
    """A step of the tie chain.  ``order`` is None for ``committee_decision``."""

    by: str
    order: str | None


@dataclass(frozen=True, slots=True)
class Grouping:
    """A side list over a column of the unit register."""

    id: str
    label: str
    attribute: str


@dataclass(frozen=True, slots=True)
class AppealKind:
    """Term in days, who decides, and which corrections a kind of appeal can bring."""

    id: str
    term_days: int
    decided_by: str
    corrections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Appeals:
    """The rules of appeal (§10)."""

    term_counts_from: str
    term_day_count: str
    result_may_go_down: bool
    forfeit_itself_appealable: bool
    kinds: tuple[AppealKind, ...]


@dataclass(frozen=True, slots=True)
class RequiredDocument:
    """A document of the inspection pack; ``areas`` None means every area."""

    id: str
    label: str
    areas: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Invited:
    """A role to invite, and in which areas (None: every area)."""

    role: str
    areas: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Subordinates:
    """How many secretaries of subordinate units of which classes attend."""

    count: int
    class_in: tuple[str, ...]
    shortage_allowed_with_reason: bool


@dataclass(frozen=True, slots=True)
class Attendees:
    """Who attends an inspection.  It warns, never blocks."""

    required_roles: tuple[str, ...]
    invited: tuple[Invited, ...]
    subordinates: tuple[Subordinates, ...]
    must_cover: Mapping[str, tuple[str, ...]]
    class_year: str


@dataclass(frozen=True, slots=True, eq=False)
class Rulebook:
    """One whole version.  Two rulebooks are equal exactly when their hashes are.

    ``document`` is the normalised form in canonical bytes and ``digest`` its ``sha256:<hex>``.
    """

    document: bytes
    digest: str
    identity: Identity
    period: Period
    periods: Mapping[str, Period]
    areas: tuple[Area, ...]
    number: Numbers
    stages: tuple[Stage, ...]
    labels: Mapping[str, str]
    groups: tuple[Group, ...]
    leaves: tuple[Leaf, ...]
    leaf: Mapping[str, Leaf]
    group: Mapping[str, Group]
    area: Mapping[str, Area]
    bonus: AdjustmentRules
    penalty: AdjustmentRules
    totals: Totals
    classes: tuple[Class, ...]
    quotas: tuple[Quota, ...]
    vetoes: tuple[Veto, ...]
    tie_breaks: tuple[TieBreak, ...]
    rank_style: str
    rank_lists: tuple[str, ...]
    groupings: tuple[Grouping, ...]
    policies: Mapping[str, str | int | bool]
    appeals: Appeals
    required_documents: tuple[RequiredDocument, ...]
    attendees: Attendees | None

    def __eq__(self, other: object) -> bool:
        return self.digest == other.digest if isinstance(other, Rulebook) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.digest)

    def order_of(self, leaf: Leaf) -> tuple[str, ...]:
        """The official stages of ``leaf``, lowest first, as policy ``conclusion_outranks_department``
        says (§3).
        """
        if leaf.stage != "inspection" and self.policies["conclusion_outranks_department"] is False:
            return ("inspection", "department", "external", "standing", "appeal")
        return STAGES[1:]
