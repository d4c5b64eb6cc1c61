"""The rules in force, by position: which rulebook judges which value, with the answers kept."""

from __future__ import annotations

from bisect import bisect_right
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from services.ranking.engine.fold import Adoption, State
from shared.rulebook import RESCALED, Rulebook, ValueRefused, evaluate
from shared.rulebook.number import to_step, total

if TYPE_CHECKING:
    from services.ranking.engine.facts import Recorded
    from services.ranking.engine.sheet import LeafSheet

Verdict = tuple[Fraction | None, str]
"""Points and a code.  Code "" accepts: points, or None when the leaf is rescaled out.  Any other code
refuses.
"""


class GroupSheet(NamedTuple):
    """Value and maximum of a group for one unit, exact; a maximum of 0 means that nothing in it applies."""

    value: Fraction
    max: Fraction


class AreaPlan:
    """What an area's leaves are to all its units alike: maxima after weight, alone and summed by group.

    Units of one area come to the same few outcomes, sums and groups again and again: the plan keeps one
    of each.
    """

    def __init__(self, rulebook: Rulebook, area: str) -> None:
        self.area = area
        self.rulebook = rulebook
        self.leaves = tuple(leaf for leaf in rulebook.leaves if area in leaf.max)
        self.worth = {leaf.id: leaf.max[area] * leaf.weight for leaf in self.leaves}
        self.total = total(self.worth.values())
        self.by_group = {
            group: total(self.worth[leaf.id] for leaf in found.leaves if leaf.id in self.worth)
            for group, found in rulebook.group.items()
        }
        place = {leaf.id: n for n, leaf in enumerate(self.leaves)}
        tops = {group.id for group in rulebook.groups}
        self.members = tuple(
            (group, group in tops, tuple(place[leaf.id] for leaf in found.leaves if leaf.id in place))
            for group, found in rulebook.group.items()
        )
        """Each group, whether it is a top one, and the places of its leaves in ``leaves``."""
        self.loose = tuple(place[leaf.id] for leaf in self.leaves if not leaf.groups)
        """Places of the leaves in no group."""
        self.table_marks: dict[Recorded, Any] = {}
        self.outcomes: dict[Any, LeafSheet] = {}
        self._sums: dict[tuple[int, int], tuple[Fraction, Fraction]] = {}
        self._groups: dict[Any, GroupSheet] = {}

    def sum_and_base(self, above: int, below: int, most: Fraction) -> tuple[Fraction, Fraction | None]:
        """The sum of contributions above / below, exact, and the base that it makes (format §6): rounded
        once; rescaled when leaves have left ``most``, and None when nothing is left to be scored against.
        """
        if most is not self.total:
            points = Fraction(above, below)
            total_points = self.rulebook.area[self.area].total
            return points, self._rounded(total_points * points / most) if most else None
        known = self._sums.get((above, below))
        if known is None:
            points = Fraction(above, below)
            known = self._sums[above, below] = (points, self._rounded(points))
        return known

    def _rounded(self, exact: Fraction) -> Fraction:
        number = self.rulebook.number
        return to_step(exact, number.step, number.rounding)

    def scores(self, raw: Fraction) -> tuple[Fraction, Fraction]:
        """Ranking score and classification score of base + bonus - penalty (format §6)."""
        floor, cap = self.rulebook.totals.floor, self.rulebook.totals.classification_cap
        ranking = floor if floor is not None and raw < floor else raw
        return ranking, cap if ranking > cap else ranking

    def group_sheet(self, group: str, value: tuple[int, int]) -> GroupSheet:
        """A group whose contributions sum to above / below, none of its leaves rescaled out."""
        key = (group, *value)
        known = self._groups.get(key)
        if known is None:
            known = self._groups[key] = GroupSheet(Fraction(*value), self.by_group[group])
        return known


class Context:
    """All adoptions of a ledger, and the round's end.  One object serves all units until one of them
    changes.
    """

    def __init__(
        self,
        adoptions: tuple[Adoption, ...],
        closed: int | None,
        *,
        pinned: bool = False,
        derives: bool = True,
    ) -> None:
        self.adoptions = adoptions
        self.closed = closed
        self.pinned = pinned
        """Every value is judged by the one rulebook given, whatever hash it names (offline and
        candidate boards).
        """
        self.derives = derives
        """Whether derived vetoes are derived here.  Offline tables state them instead (format §11)."""
        self.newest: Rulebook = adoptions[-1].rulebook
        self._from = [adoption.position for adoption in adoptions]
        self.again = tuple(n for n, one in enumerate(adoptions) if one.mode == "re_evaluate_all")
        """Indices of the adoptions that evaluate everything before them again."""
        self.order = {
            leaf.id: {stage: n for n, stage in enumerate(self.newest.order_of(leaf))}
            for leaf in self.newest.leaves
        }
        """Place of each official stage on each leaf, lowest first."""
        self.judgements: dict[Any, Verdict] = {}
        self.plans = {area: AreaPlan(self.newest, area) for area in self.newest.area}
        self._verdicts: dict[Any, Verdict] = {}

    def own(self, position: int) -> int:
        """Index of the adoption in force for a fact at ``position``; -1 before the first."""
        return 0 if self.pinned else bisect_right(self._from, position - 1) - 1

    def judge_of(self, own: int, seen_from: int | None = None) -> int:
        """Index of the adoption that judges a value made under ``own``, seen from a position (None: from
        now).

        A prospective amendment leaves what was made before it alone; ``re_evaluate_all`` takes it over.
        """
        again = [n for n in self.again if seen_from is None or self.adoptions[n].position < seen_from]
        return max(own, again[-1]) if again else own

    def judge_at(self, position: int) -> Rulebook:
        """The rulebook that judges, from now, a value stated at ``position``."""
        return self.adoptions[self.judge_of(self.own(position))].rulebook

    def verdict(
        self, index: int, area: str, criterion: Any, stage: Any, value: Any, target: Any, state: Any
    ) -> Verdict:
        """What rulebook ``index`` says of a recorded value.  Values of a wrong JSON type are refused S014."""
        key = (index, area, criterion, stage, value, target, state)
        try:
            known = self._verdicts.get(key)
        except TypeError:
            return None, "S014"
        if known is None:
            known = self._verdicts[key] = self._judge(*key)
        return known

    def _judge(
        self, index: int, area: str, criterion: Any, stage: Any, value: Any, target: Any, state: Any
    ) -> Verdict:
        try:
            found = evaluate(self.adoptions[index].rulebook, area, criterion, stage, value, target, state)
        except ValueRefused as refusal:
            return None, refusal.code
        return (None, "") if found is RESCALED else (found, "")


def context_of(state: State, rulebook: Rulebook | None = None) -> Context | None:
    """The context of a state, kept in it; with ``rulebook``, that one judges everything instead.

    None when no rulebook is in force.
    """
    closed = state.round.position if state.round is not None else None
    # Offline tables are facts without a single event: what a ledger would tell is stated in them.
    derives = rulebook is None or state.size > 0
    if rulebook is not None:
        key: Any = (rulebook.digest, closed, derives)
    elif state.adoptions:
        key = (tuple((one.position, one.rulebook.digest, one.mode) for one in state.adoptions), closed)
    else:
        return None
    if state.memo is None or state.memo[0] != key:
        adoptions = state.adoptions if rulebook is None else (Adoption(-1, rulebook, None),)
        state.memo = (key, Context(adoptions, closed, pinned=rulebook is not None, derives=derives))
    context: Context = state.memo[1]
    return context
