"""Classes, vetoes and quotas of one area, in this order (rulebook format §8).

What a class asks for is stated once, as tests: the classifier only asks whether they hold, and an
explanation shows the same tests with their numbers.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from services.ranking.engine.ranks import COMMITTEE, Ranking
from services.ranking.engine.sheet import Sheet
from shared.rulebook.model import Bounds, Class, Quota, Rulebook, Share
from shared.rulebook.number import to_count

UNCLASSIFIED = "unclassified"
IN, OUT, TIED = "in", "out", "tied"
KEPT, DROPPED, NO_CANDIDATE = "kept", "dropped", "no_candidate"
MEASURE, GROUP, PLACES = "measure", "group", "places"


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a class as it was tested for one unit.

    ``kind`` is ``measure`` (``subject``: a measure of §7), ``group`` (a group's id) or ``places``
    (``subject`` is ``rank``).  ``held`` None: the unit is tied on the line, which awaits a decision.
    """

    kind: str
    subject: str
    value: Fraction | None
    bounds: Bounds
    held: bool | None


@dataclass(frozen=True, slots=True)
class MeasureCondition:
    """``gte``, ``base_gte`` and ``measures`` of a class; a null measure never holds."""

    measure: str
    bounds: Bounds

    def holds(self, sheet: Sheet) -> bool:
        """Whether the unit has it."""
        value = sheet.measure(self.measure)
        return value is not None and self.bounds.holds(value)

    def tested(self, sheet: Sheet) -> Condition:
        """With the unit's numbers."""
        return Condition(MEASURE, self.measure, sheet.measure(self.measure), self.bounds, self.holds(sheet))


@dataclass(frozen=True, slots=True)
class GroupCondition:
    """``every_group_gte_frac`` for one top group: at least this part of its maximum for the unit."""

    group: str
    frac: Fraction

    def holds(self, sheet: Sheet) -> bool:
        """Whether the unit has it; a group in which nothing applies is skipped."""
        group = sheet.groups[self.group]
        return group.max <= 0 or group.value >= self.frac * group.max

    def tested(self, sheet: Sheet) -> Condition | None:
        """With the unit's numbers; None where the group is skipped."""
        group = sheet.groups[self.group]
        if group.max <= 0:
            return None
        return Condition(GROUP, self.group, group.value, Bounds(gte=self.frac * group.max), self.holds(sheet))


def conditions(rulebook: Rulebook, one: Class) -> tuple[MeasureCondition | GroupCondition, ...]:
    """What a class asks of a unit alone, in the order of §8; all must hold."""
    found: list[MeasureCondition | GroupCondition] = []
    if one.gte is not None:
        assert one.measure is not None
        found.append(MeasureCondition(one.measure, Bounds(gte=one.gte)))
    if one.base_gte is not None:
        found.append(MeasureCondition("base", Bounds(gte=one.base_gte)))
    if one.every_group_gte_frac is not None:
        found += [GroupCondition(top.id, one.every_group_gte_frac) for top in rulebook.groups]
    found += [MeasureCondition(test.measure, test.bounds) for test in one.measures]
    return tuple(found)


class Decisive:
    """All that order and classes of an area read from a sheet: equal answers leave every unit in its place.

    The measures of the chain, whether each condition of each class holds, and the few plain facts.
    """

    def __init__(self, rulebook: Rulebook) -> None:
        steps = (step.by for step in rulebook.tie_breaks)
        self._chain = (rulebook.totals.rank_by, *(by for by in steps if by != COMMITTEE))
        self._asked = [one for each in rulebook.classes for one in conditions(rulebook, each)]

    def of(self, sheet: Sheet) -> tuple[Hashable, ...]:
        """The answers of one sheet."""
        return (
            tuple(sheet.measure(measure) for measure in self._chain),
            tuple(asked.holds(sheet) for asked in self._asked),
            sheet.base is None,
            sheet.complete,
            sheet.forfeited,
            sheet.vetoes,
        )


@dataclass(slots=True)
class Placing:
    """Where one complete, ranked unit stands: index of its class, or None; and the reasons so far.

    ``natural`` is the first class that it satisfies, ``ceiling`` the best one that its vetoes leave (the
    number of classes: none).
    """

    sheet: Sheet
    level: int | None = None
    natural: int = 0
    ceiling: int = 0
    vetoed_by: list[str] = field(default_factory=list)
    quota: list[str] = field(default_factory=list)
    tied_at: list[str] = field(default_factory=list)

    @property
    def reasons(self) -> list[str]:
        """The words of this part, in the order of §9."""
        return [
            *(f"VETO:{one}" for one in self.vetoed_by),
            *(f"QUOTA:{one}" for one in self.quota),
            *(f"TIE_AT_QUOTA:{one}" for one in self.tied_at),
        ]


@dataclass(frozen=True, slots=True)
class QuotaLine:
    """A quota as it was applied: candidates, denominator, allowed number and how many stayed."""

    class_id: str
    candidates: int
    denominator: int | None
    allowed: int
    kept: int


@dataclass(frozen=True, slots=True)
class Cut:
    """A quota line with the units at it: all candidates best first, those kept, and those tied on it.

    ``share``: the places that fraction or count alone give, before the least number and the candidates limit
    them.
    """

    quota: Quota
    line: QuotaLine
    share: int
    candidates: tuple[Sheet, ...]
    kept: tuple[Sheet, ...]
    tied: tuple[Sheet, ...]

    @property
    def beyond(self) -> tuple[Sheet, ...]:
        """The candidates that did not stay, best first; among them those tied."""
        kept = {sheet.unit for sheet in self.kept}
        return tuple(sheet for sheet in self.candidates if sheet.unit not in kept)

    def outcome(self, unit: str) -> str:
        """``kept``, ``tied``, ``dropped`` or ``no_candidate``."""
        for word, sheets in ((KEPT, self.kept), (TIED, self.tied), (DROPPED, self.candidates)):
            if any(sheet.unit == unit for sheet in sheets):
                return word
        return NO_CANDIDATE


class Classifier:
    """Classes of one area.  ``registered`` counts all its open units."""

    def __init__(
        self, rulebook: Rulebook, sheets: Sequence[Sheet], ranking: Ranking, registered: int
    ) -> None:
        self.rulebook = rulebook
        self.ranks = ranking.ranks
        self.registered = registered
        self.placings = {
            sheet.unit: Placing(sheet) for sheet in sheets if sheet.complete and sheet.base is not None
        }
        self.cuts: list[Cut] = []
        self._index = {one.id: n for n, one in enumerate(rulebook.classes)}
        self._asked = [conditions(rulebook, one) for one in rulebook.classes]
        self._top = [self._verdicts(one) for one in rulebook.classes]

    def run(self) -> dict[str, Placing]:
        """The placing of every complete unit that has a base."""
        for placing in self.placings.values():
            self._first(placing)
        for n, one in enumerate(self.rulebook.classes):
            for quota in self.rulebook.quotas:
                if quota.class_id == one.id:
                    self._quota(n, quota)
        return self.placings

    @property
    def lines(self) -> tuple[QuotaLine, ...]:
        """The quotas as they were applied, from the best class down."""
        return tuple(cut.line for cut in self.cuts)

    def tested(self, level: int, sheet: Sheet) -> tuple[Condition, ...]:
        """Every condition of the class at ``level`` with the numbers of one classed unit."""
        applied = (asked.tested(sheet) for asked in self._asked[level])
        found = [condition for condition in applied if condition is not None]
        verdicts = self._top[level]
        if verdicts is not None:
            one = self.rulebook.classes[level]
            rank = self.ranks.get(sheet.unit)
            places = one.rank_lte if one.top is None else self._allowed(one.top)
            assert places is not None
            verdict = verdicts.get(sheet.unit, OUT)
            found.append(
                Condition(
                    PLACES,
                    "rank",
                    None if rank is None else Fraction(rank),
                    Bounds(lte=Fraction(places)),
                    None if verdict == TIED else verdict == IN,
                )
            )
        return tuple(found)

    def next_below(self, level: int, sheet: Sheet) -> int | None:
        """The class to which a unit falls from the one at ``level``; None: it is tied on that one's line."""
        below, tied = self._satisfied(sheet, level + 1)
        return None if tied else below

    # --- classes and vetoes -------------------------------------------------------------------------------

    def _first(self, placing: Placing) -> None:
        natural, tied = self._satisfied(placing.sheet, 0)
        ceilings = {
            veto.id: len(self._index) if veto.max_class == UNCLASSIFIED else self._index[veto.max_class]
            for veto in self.rulebook.vetoes
            if veto.id in placing.sheet.vetoes and veto.max_class is not None
        }
        strictest = max(ceilings.values(), default=0)
        placing.natural, placing.ceiling = natural, strictest
        if strictest > natural:
            placing.vetoed_by = [name for name, level in ceilings.items() if level == strictest]
            if strictest == len(self._index):
                return
            natural, tied = self._satisfied(placing.sheet, strictest)
        self._settle(placing, natural, tied)

    def _settle(self, placing: Placing, level: int, tied: bool) -> None:
        placing.level = None if tied else level
        if tied:
            placing.tied_at.append(self.rulebook.classes[level].id)

    def _satisfied(self, sheet: Sheet, start: int) -> tuple[int, bool]:
        """The first class from ``start`` down that the unit satisfies; True: only its line is open."""
        for n in range(start, len(self.rulebook.classes)):
            if not all(asked.holds(sheet) for asked in self._asked[n]):
                continue
            verdicts = self._top[n]
            verdict = IN if verdicts is None else verdicts.get(sheet.unit, OUT)
            if verdict != OUT:
                return n, verdict == TIED
        raise AssertionError("the last class has no condition")

    def _verdicts(self, one: Class) -> dict[str, str] | None:
        """IN, OUT or TIED by unit for a class that counts places; None when it does not."""
        if one.rank_lte is None and one.top is None:
            return None
        # Places are counted over complete, ranked units; an unranked one has no place (§8).
        units = self._by_rank([one for unit, one in self.placings.items() if unit in self.ranks])
        if one.top is not None:
            allowed = self._allowed(one.top)
            kept, tied = self._line(units, min(len(units), allowed), one.on_tie_at_boundary)
        else:
            assert one.rank_lte is not None
            within = [
                one_ for one_ in units if (self.ranks.get(one_.sheet.unit) or 0) in range(1, one.rank_lte + 1)
            ]
            line = min(one.rank_lte, len(within)) if self.rulebook.rank_style != "1223" else len(within)
            kept, tied = self._line(within, line, one.on_tie_at_boundary)
        verdicts = {placing.sheet.unit: OUT for placing in units}
        verdicts.update({placing.sheet.unit: IN for placing in kept})
        verdicts.update({placing.sheet.unit: TIED for placing in tied})
        return verdicts

    # --- quotas -------------------------------------------------------------------------------------------

    def _quota(self, level: int, quota: Quota) -> None:
        candidates = self._by_rank([one for one in self.placings.values() if one.level == level])
        below = sum(1 for one in self.placings.values() if one.level == level + 1)
        share = quota.share
        size: int | None = self._denominator(share.denominator)
        if share.denominator is not None and share.denominator.startswith("units_in_class:"):
            size = below
            assert share.fraction is not None
            assert share.rounding is not None
            places = max(
                k
                for k in range(len(candidates) + 1)
                if k <= to_count(share.fraction * (below + len(candidates) - k), share.rounding)
            )
        else:
            places = self._allowed(share)
        allowed = min(len(candidates), max(quota.min_per_area, places))
        kept, tied = self._line(candidates, allowed, quota.on_tie_at_boundary)
        for placing in tied:
            placing.level = None
            placing.tied_at.append(quota.class_id)
        safe = {placing.sheet.unit for placing in (*kept, *tied)}
        for placing in candidates:
            if placing.sheet.unit not in safe:
                placing.quota.append(quota.class_id)
                self._settle(placing, *self._satisfied(placing.sheet, level + 1))
        self.cuts.append(
            Cut(
                quota,
                QuotaLine(quota.class_id, len(candidates), size, allowed, len(kept)),
                places,
                tuple(placing.sheet for placing in candidates),
                tuple(placing.sheet for placing in kept),
                tuple(placing.sheet for placing in tied),
            )
        )

    def _denominator(self, name: str | None) -> int | None:
        if name == "units_ranked_in_area":
            return len(self.ranks)
        return self.registered if name == "units_registered_in_area" else None

    def _allowed(self, share: Share) -> int:
        if share.count is not None:
            return share.count
        size = self._denominator(share.denominator)
        assert share.fraction is not None
        assert share.rounding is not None
        assert size is not None
        return to_count(share.fraction * Fraction(size), share.rounding)

    # --- lines --------------------------------------------------------------------------------------------

    def _by_rank(self, placings: list[Placing]) -> list[Placing]:
        """Best first; a unit without rank (a forfeited one, by policy) comes after all others."""
        last = len(self.placings) + len(self.ranks) + 1
        return sorted(placings, key=lambda one: (self.ranks.get(one.sheet.unit, last), one.sheet.unit))

    def _line(self, ordered: list[Placing], places: int, on_tie: str) -> tuple[list[Placing], list[Placing]]:
        """Who is above a line after ``places`` places, and who is tied on it (``decide`` only).

        A tie on the line is never split: ``expand`` keeps the whole tied group, ``contract`` none of it.
        """

        def place(n: int) -> int | None:
            return self.ranks.get(ordered[n].sheet.unit)

        if places <= 0 or places >= len(ordered) or place(places - 1) != place(places):
            return ordered[: max(0, places)], []
        group = place(places)
        above = [one for one in ordered[:places] if self.ranks.get(one.sheet.unit) != group]
        tied = [one for one in ordered if self.ranks.get(one.sheet.unit) == group]
        if on_tie == "expand":
            return above + tied, []
        return (above, tied) if on_tie == "decide" else (above, [])
