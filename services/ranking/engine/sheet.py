"""The judge of one unit: its facts in ledger order become a sheet of marks, scores and reasons (format
§3-§6).

"The fold is the judge": a value that a rule refuses, or that rests on something no longer true, keeps
its place in history with the reason and does not count.  Nothing is ever dropped.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Final, NamedTuple

from services.ranking.engine.context import AreaPlan, Context, GroupSheet, Verdict
from services.ranking.engine.facts import (
    ADJUSTMENT,
    CONCLUSION,
    FILE,
    SCORES,
    STAGES_OF,
    UNSTATED,
    AdjustmentAnswered,
    Admitted,
    Answered,
    Decided,
    Fact,
    Models,
    Proposed,
    Recorded,
    VetoFact,
    VetoGiven,
    Withdrawn,
)
from shared.rulebook.model import AdjustmentItem, AdjustmentRules, Leaf, Rulebook, Veto
from shared.rulebook.number import NotADecimal, added, on_step, parse, total

VETO_ORIGIN: Final = "veto"
ZERO: Final = Fraction(0)
TOO_LATE: Final = ("ROUND_CLOSED", "AFTER_CONCLUSION", "LATE")
"""Why a value that came too late does not count unless the Committee decides so."""
UNANSWERED: Final = ("UNCONFIRMED", "DISPUTED")
"""Why a value that was entered for another body does not count until that body confirms it (format §10)."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One value of one stage.  It counts when ``status`` is empty and it is not ``withdrawn``.

    ``status`` else says why not: a row code (``S006``), ``STALE`` (the effective value before an
    adjustment was not the one it states), ``PERIOD`` (made for another period), ``STALE_RULEBOOK``,
    ``NO_RULEBOOK``, ``INVALIDATED``, ``ROUND_CLOSED``, ``AFTER_CONCLUSION``, ``LATE``, ``UNCONFIRMED`` or
    ``DISPUTED``.  ``late`` flags a value that came after the inspection was opened.  ``admitted``: position
    of the decision that lets a late value count; within its stage it is as new as that.  ``kept_against``:
    position of a withdrawal that came after the round was closed, so that the value still stands.
    ``on_behalf``: another body entered it; ``confirmed``, ``disputed``: position of the responsible body's
    answer, or of the unit's answer to an adjustment, which changes no number.
    ``points`` None with an empty status: the leaf is rescaled out.
    """

    position: int
    origin: str
    stage: str
    value: Any
    target: Any
    state: Any
    points: Fraction | None
    status: str
    withdrawn: bool
    late: bool
    admitted: int | None = None
    kept_against: int | None = None
    on_behalf: bool = False
    confirmed: int | None = None
    disputed: int | None = None


class LeafSheet(NamedTuple):
    """One applicable leaf: its effective value, and every mark in ledger order.

    ``state`` is SCORED, NOT_SCORED, NO_TARGET or NOT_APPLICABLE; ``rescaled`` says that the leaf left
    the sum.  (A named tuple, because a board makes one for each leaf of each unit.)
    """

    id: str
    max: Fraction
    weight: Fraction
    state: str
    rescaled: bool
    stage: str | None
    points: Fraction | None
    contribution: Fraction
    """Points times weight; 0 when there are no points."""
    history: tuple[_Mark, ...]

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Every value ever stated here, in ledger order."""
        return tuple(mark.frozen() for mark in self.history)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One decided bonus or penalty: what it is worth and what the caps left of it.  ``status`` empty:
    it counts.
    """

    position: int
    kind: str
    code: Any
    occurrence_ref: Any
    worth: Fraction
    credited: Fraction
    status: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything about one unit that does not depend on the other units."""

    unit: str
    name: str
    area: str
    leaves: tuple[LeafSheet, ...]
    groups: dict[str, GroupSheet]
    other_marks: tuple[tuple[str, Mark], ...]
    """Marks on criteria that do not apply here or do not exist."""
    occurrences: tuple[Occurrence, ...]
    sum: Fraction
    sum_max: Fraction
    base: Fraction | None
    bonus: Fraction
    penalty: Fraction
    ranking_score: Fraction | None
    classification_score: Fraction | None
    complete: bool
    missing: tuple[str, ...]
    scored_max: Fraction
    recognised_models: int
    vetoes: tuple[str, ...]
    veto_events: tuple[int | None, ...]
    """By veto in force: position of the event that put it in force; None: it is derived."""
    forfeited: bool
    concluded: bool
    appeal_right_lost: bool
    reasons: tuple[str, ...]

    def measure(self, name: str) -> Fraction | None:
        """A measure of the closed list of §7; None when it has no value here."""
        if name.startswith("criterion:"):
            wanted = name.removeprefix("criterion:")
            return next((leaf.points for leaf in self.leaves if leaf.id == wanted), None)
        if name.startswith("group:"):
            group = self.groups.get(name.removeprefix("group:"))
            return group.value if group is not None and group.max > 0 else None
        if name == "recognised_models":
            return Fraction(self.recognised_models)
        found: Fraction | None = getattr(self, name)
        return found


class _Mark:
    """A mark while its unit is being judged."""

    __slots__ = (
        "admitted",
        "confirmed",
        "disputed",
        "fact",
        "kept_against",
        "late",
        "outcome",
        "own",
        "points",
        "stage",
        "status",
        "too_late",
        "veto",
        "withdrawn",
    )

    def __init__(self, fact: Recorded, own: int, points: Fraction | None, status: str) -> None:
        self.fact = fact
        self.stage: str = fact.stage if isinstance(fact.stage, str) else "?"
        self.own = own
        self.points = points
        self.status = status
        self.veto = ""
        self.withdrawn = False
        self.late = False
        self.admitted: int | None = None
        self.kept_against: int | None = None
        self.confirmed: int | None = None
        self.disputed: int | None = None
        self.too_late = ""
        self.outcome: LeafSheet | None = None

    @property
    def counts(self) -> bool:
        return not self.withdrawn and not self.status

    def frozen(self) -> Mark:
        fact = self.fact
        return Mark(
            fact.position,
            fact.origin,
            self.stage,
            fact.value,
            fact.target,
            fact.state,
            self.points,
            self.status,
            self.withdrawn,
            self.late,
            self.admitted,
            self.kept_against,
            fact.number is not None,
            self.confirmed,
            self.disputed,
        )


class _Play:
    """One pass over a unit's facts."""

    def __init__(self, area: str, context: Context) -> None:
        self.area = area
        self.context = context
        self.plan: AreaPlan = context.plans[area]
        self.rulebook: Rulebook = context.newest
        self.marks: dict[str, list[_Mark]] = {}
        self.decided: list[Decided] = []
        self.occurred_on: dict[Any, Any] = {}
        self.in_force: dict[str, Veto] = {}
        self.put_by: dict[str, int] = {}
        self.refs: set[Any] = set()
        self.counted = 0
        self.opened: int | None = None
        self.concluded: int | None = None

    def take(self, facts: Iterable[Fact]) -> None:
        for fact in facts:
            if isinstance(fact, Recorded):
                self._recorded(fact)
            elif isinstance(fact, Withdrawn):
                self._withdrawn(fact)
            elif isinstance(fact, Decided):
                self.decided.append(fact)
            elif isinstance(fact, Proposed):
                if _plain(fact.code) and _plain(fact.occurrence_ref):
                    self.occurred_on[fact.code, fact.occurrence_ref] = fact.occurred_on
            elif isinstance(fact, VetoFact):
                self._veto(fact)
            elif isinstance(fact, VetoGiven):
                for veto in self.rulebook.vetoes:
                    if veto.id == fact.veto:
                        self._put_in_force(veto, fact.position)
            elif isinstance(fact, Models):
                self.refs.update(ref for ref in fact.refs if _plain(ref))
                self.counted += fact.number
            elif isinstance(fact, Admitted):
                self._admitted(fact)
            elif isinstance(fact, Answered):
                self._answered(fact)
            elif isinstance(fact, AdjustmentAnswered):
                self._adjustment_answered(fact)
            elif fact.what == "opened":
                self.opened = fact.position if self.opened is None else self.opened
            else:
                self.concluded = fact.position if self.concluded is None else self.concluded

    # --- marks --------------------------------------------------------------------------------------------

    def _recorded(self, fact: Recorded) -> None:
        if fact.origin == FILE:
            # Nothing befalls a value of an offline table afterwards: equal ones of all units are one mark.
            shared = self.plan.table_marks
            mark = shared.get(fact)
            if mark is None:
                mark = shared[fact] = self._mark(fact)
        else:
            mark = self._mark(fact)
        criterion = fact.criterion if isinstance(fact.criterion, str) else "?"
        marks = self.marks.get(criterion)
        if marks is None:
            self.marks[criterion] = [mark]
        else:
            marks.append(mark)

    def _mark(self, fact: Recorded) -> _Mark:
        context = self.context
        own = context.own(fact.position)
        # Whatever this judgement rests on is in the key: equal values of many units are judged once.
        key = (own, self.area, fact[1:8], fact.period)
        try:
            known = context.judgements.get(key)
            if known is None:
                known = context.judgements[key] = self._first_judgement(fact, own)
        except TypeError:  # a list or a mapping where a text should stand
            known = self._first_judgement(fact, own)
        mark = _Mark(fact, own, *known)
        if not mark.status:
            if fact.origin == SCORES:
                waits = fact.number is not None and self._waits(fact.position)
                mark.status = "UNCONFIRMED" if waits else self._timeliness(mark, fact.position)
            elif fact.origin == ADJUSTMENT and fact.from_effective != UNSTATED:
                before = self.effective_before(str(fact.criterion), fact.position)
                if not _same(before, fact.from_effective):
                    mark.status = "STALE"
            if context.again and not mark.status:
                self._judge_anew(mark)
        return mark

    def _judge_anew(self, mark: _Mark) -> None:
        """What an amendment that evaluates everything again makes of an accepted value (§1)."""
        judge = self.context.judge_of(mark.own)
        if judge != mark.own:
            mark.points, mark.status = self._judged(mark.fact, judge)
            if mark.status:
                mark.status = "INVALIDATED"

    def _admitted(self, fact: Admitted) -> None:
        """A late value counts from here on, as if it had been stated here; refused, it counts no longer."""
        for marks in self.marks.values():
            for mark in marks:
                if mark.fact.position != fact.fact or mark.withdrawn:
                    continue
                if fact.accepted and admissible(mark.status, self.rulebook):
                    mark.too_late, mark.status, mark.admitted = mark.status, "", fact.position
                    self._judge_anew(mark)
                    marks.remove(mark)
                    marks.append(mark)
                elif not fact.accepted and mark.admitted is not None:
                    mark.status, mark.admitted = mark.too_late, None
                return

    def _waits(self, position: int) -> bool:
        """Whether what another body entered at ``position`` waits for a confirmation: by the rules that judge
        the value itself.
        """
        return self.context.judge_at(position).policies["on_behalf_confirmation"] == "required"

    def _answered(self, fact: Answered) -> None:
        """Confirmed, a value that waited counts from here on, in the place at which it was stated; so it is
        here that it is in time or late.
        """
        for mark in (mark for marks in self.marks.values() for mark in marks):
            if mark.fact.number not in fact.numbers:
                continue
            waiting = mark.status in UNANSWERED
            if not fact.confirms:
                mark.disputed = fact.position
                mark.status = "DISPUTED" if waiting else mark.status
                continue
            mark.confirmed = fact.position
            if waiting:
                mark.status = self._timeliness(mark, fact.position)
                if self.context.again and not mark.status:
                    self._judge_anew(mark)

    def _adjustment_answered(self, fact: AdjustmentAnswered) -> None:
        """The unit's first answer to an adjustment stands beside it; whether it counts is not the unit's."""
        marks = self.marks.get(fact.criterion, ()) if isinstance(fact.criterion, str) else ()
        for mark in marks:
            made = mark.fact.origin == ADJUSTMENT and mark.fact.conclusion == fact.conclusion
            if made and mark.confirmed is None and mark.disputed is None:
                if fact.disputes:
                    mark.disputed = fact.position
                else:
                    mark.confirmed = fact.position

    def _first_judgement(self, fact: Recorded, own: int) -> Verdict:
        return first_judgement(self.context, self.area, fact, own)

    def _judged(self, fact: Recorded, index: int) -> tuple[Fraction | None, str]:
        return self.context.verdict(
            index, self.area, fact.criterion, fact.stage, fact.value, fact.target, fact.state
        )

    def _timeliness(self, mark: _Mark, position: int) -> str:
        """Policies of §10 about values that come, at ``position``, after the inspection, the conclusion or
        the round.
        """
        if mark.stage == "self":
            return ""
        policies = self.rulebook.policies
        mark.late = self.opened is not None and position > self.opened
        if self.context.closed is not None and position > self.context.closed:
            return "ROUND_CLOSED"
        if self.concluded is not None and policies["score_after_conclusion"] == "refuse":
            return "AFTER_CONCLUSION"
        if mark.late and mark.stage == "department" and policies["late_department_score"] == "refuse":
            return "LATE"
        return ""

    def _withdrawn(self, fact: Withdrawn) -> None:
        if fact.stage not in STAGES_OF[fact.origin] or not isinstance(fact.criterion, str):
            return
        too_late = (
            fact.origin == SCORES and self.context.closed is not None and fact.position > self.context.closed
        )
        for mark in reversed(self.marks.get(fact.criterion, [])):
            if mark.stage == fact.stage and not mark.withdrawn and not mark.veto:
                # After the round, what a score says changes by decision only: taking it back as well (§10).
                if too_late and mark.status not in TOO_LATE + UNANSWERED:
                    mark.kept_against = fact.position
                else:
                    mark.withdrawn = True
                return

    def effective_before(self, criterion: str, position: int) -> Fraction | None:
        """The effective points of a leaf as they were known just before ``position``."""
        leaf = self.rulebook.leaf.get(criterion)
        if leaf is None:
            return None
        best: Fraction | None = None
        rank = -1
        order = self.rulebook.order_of(leaf)
        for mark in self.marks.get(criterion, ()):
            if mark.withdrawn or mark.stage not in order or order.index(mark.stage) < rank:
                continue
            points, refused = mark.points, mark.status
            if not mark.veto and mark.status in ("", "INVALIDATED") and len(self.context.adoptions) > 1:
                judge = self.context.judge_of(mark.own, seen_from=position)
                points, refused = self._judged(mark.fact, judge)
            if not refused:
                best, rank = points, order.index(mark.stage)
        return best

    def effective(self, leaf: Leaf) -> _Mark | None:
        """The mark that is effective now: highest official stage present, within it the latest (§3)."""
        order = self.context.order[leaf.id]
        best: _Mark | None = None
        highest = 0
        for mark in self.marks.get(leaf.id, ()):
            if not mark.status and not mark.withdrawn:
                rank = order.get(mark.stage, -1)
                if rank >= highest:
                    best, highest = mark, rank
        return best

    # --- vetoes -------------------------------------------------------------------------------------------

    def _veto(self, fact: VetoFact) -> None:
        for veto in self.rulebook.vetoes:
            named = fact.veto == veto.id or (fact.veto is None and fact.event.startswith("decision."))
            if not named:
                continue
            if fact.event == veto.event and (fact.document or not veto.document_required):
                self._put_in_force(veto, fact.position)
            elif fact.event == veto.lifted_by:
                self._lift(veto)

    def _lift(self, veto: Veto) -> None:
        self.in_force.pop(veto.id, None)
        for mark in (mark for marks in self.marks.values() for mark in marks):
            if mark.veto == veto.id:
                mark.withdrawn = True

    def _put_in_force(self, veto: Veto, position: int) -> None:
        if veto.id in self.in_force:
            return
        self.in_force[veto.id] = veto
        self.put_by[veto.id] = position
        if not veto.zeroes_inspection:
            return
        for leaf in self.rulebook.leaves:
            if leaf.stage == "inspection" and self.area in leaf.max:
                mark = _Mark(Recorded(position, VETO_ORIGIN, leaf.id, "standing", "0"), 0, ZERO, "")
                mark.veto = veto.id
                self.marks.setdefault(leaf.id, []).append(mark)

    def derived_holds(self, rule: str) -> bool:
        """Whether a rule of the closed list holds at the end of this pass (§8)."""
        if rule == "self_score_not_submitted":
            return not any(
                mark.counts and mark.stage == "self" for marks in self.marks.values() for mark in marks
            )
        leaf = self.rulebook.leaf.get(rule.removeprefix("criterion_is_zero:"))
        if (
            leaf is None or leaf.id == rule
        ):  # subordinates_not_classified: no event of the ledger tells it yet
            return False
        mark = self.effective(leaf)
        return mark is not None and mark.points == 0


def judge(
    code: str, name: str, area: str, facts: list[Fact], context: Context, *, history: bool = True
) -> Sheet:
    """The sheet of one unit under the rules of ``context``.

    Without ``history`` its leaves keep no marks: equal ones are then one object, light to hold and to send.
    """
    play = _Play(area, context)
    play.take(facts)
    for veto in context.newest.vetoes if context.derives else ():
        if veto.rule is not None and veto.id not in play.in_force and _derived(veto, facts, play):
            play.in_force[veto.id] = veto
    return _sheet(code, name, play, history)


def first_judgement(context: Context, area: str, fact: Recorded, own: int) -> Verdict:
    """What the rulebook in force when it was stated says of a value, whatever befell it since (format §3)."""
    if own < 0:
        return None, "NO_RULEBOOK"
    rulebook = context.adoptions[own].rulebook
    if fact.rulebook is not None and not context.pinned and fact.rulebook != rulebook.digest:
        return None, "STALE_RULEBOOK"
    if fact.stage not in STAGES_OF[fact.origin]:
        return None, "S003"
    leaf = rulebook.leaf.get(fact.criterion) if isinstance(fact.criterion, str) else None
    if leaf is not None:
        if fact.origin == SCORES and fact.period != leaf.period:
            return None, "PERIOD"
        if fact.origin in (CONCLUSION, ADJUSTMENT) and (leaf.stage == "inspection") != (
            fact.origin == CONCLUSION
        ):
            return None, "S003"
    return context.verdict(own, area, fact.criterion, fact.stage, fact.value, fact.target, fact.state)


def accepts(context: Context, area: str, fact: Recorded, own: int) -> bool:
    """Whether the rulebook of index ``own`` lets a value of a unit of ``area`` count."""
    return not first_judgement(context, area, fact, own)[1]


def admissible(status: str, rulebook: Rulebook) -> bool:
    """Whether a decision of the Committee can let a mark of ``status`` count (format §10)."""
    if status == "ROUND_CLOSED":
        return rulebook.policies["score_after_round_closed"] == "needs_decision"
    return status in TOO_LATE


def _derived(veto: Veto, facts: list[Fact], now: _Play) -> bool:
    assert veto.rule is not None
    if veto.as_of == "position":
        return now.derived_holds(veto.rule)
    limit = now.opened if veto.as_of == "inspection_opened" else now.context.closed
    if limit is None:
        return False
    then = _Play(now.area, now.context)
    then.take(fact for fact in facts if fact.position <= limit)
    return then.derived_holds(veto.rule)


def _sheet(code: str, name: str, play: _Play, history: bool) -> Sheet:
    rulebook, area, plan = play.rulebook, play.area, play.plan
    leaves = tuple([_leaf(leaf, play, plan, history) for leaf in plan.leaves])
    missing = tuple([leaf.id for leaf in leaves if leaf.state == "NOT_SCORED"])
    rescaled = [leaf for leaf in leaves if leaf.rescaled]
    scored = len(missing) + len(rescaled) < len(leaves)
    groups, (above, below) = _groups(plan, leaves, bool(rescaled))
    most = plan.total - total(plan.worth[leaf.id] for leaf in rescaled) if rescaled else plan.total
    points, base = plan.sum_and_base(above, below, most)
    if not scored:
        base = None  # no official value at all
    bonus = _Counted("bonus", rulebook.bonus, play)
    penalty = _Counted("penalty", rulebook.penalty, play)
    raw = base if base is None or not play.decided else base + bonus.total - penalty.total
    ranking, classification = (None, None) if raw is None else plan.scores(raw)
    reasons = [f"DUPLICATE:{one}" for one in (*bonus.duplicates, *penalty.duplicates)]
    reasons += [f"RESCALED:{leaf.id}" for leaf in rescaled]
    if missing:
        reasons.append(f"INCOMPLETE:{len(missing)}")
    reasons += [f"INVALIDATED:{one}" for one in _invalidated(rulebook, play)]
    reasons += [f"BONUS_CAP:{one}" for one in bonus.capped]
    reasons += [f"PENALTY_CAP:{one}" for one in penalty.capped]
    if ranking is not raw and ranking != raw:
        reasons.append("FLOOR")
    if ranking is not classification and ranking != classification:
        reasons.append("CLAMP")
    in_force = [veto for veto in rulebook.vetoes if veto.id in play.in_force] if play.in_force else []
    return Sheet(
        unit=code,
        name=name,
        area=area,
        leaves=leaves,
        groups=groups,
        other_marks=tuple(
            (criterion, mark.frozen())
            for criterion, marks in play.marks.items()
            if criterion not in plan.worth
            for mark in marks
        ),
        occurrences=tuple(sorted((*bonus.occurrences, *penalty.occurrences), key=lambda one: one.position)),
        sum=points,
        sum_max=most,
        base=base,
        bonus=bonus.total,
        penalty=penalty.total,
        ranking_score=ranking,
        classification_score=classification,
        complete=not missing,
        missing=missing,
        scored_max=most - total(plan.worth[name] for name in missing) if missing else most,
        recognised_models=len(play.refs) + play.counted,
        vetoes=tuple(veto.id for veto in in_force),
        veto_events=tuple(play.put_by.get(veto.id) for veto in in_force),
        forfeited=any(veto.event == "decision.forfeit_confirmed" for veto in in_force),
        concluded=play.concluded is not None,
        appeal_right_lost=any(veto.appeal_right_lost for veto in in_force),
        reasons=tuple(reasons),
    )


def _leaf(leaf: Leaf, play: _Play, plan: AreaPlan, history: bool) -> LeafSheet:
    marks = play.marks.get(leaf.id, ())
    # A mark that was effective among all its leaf's marks is effective where it stands alone.
    mark = marks[0] if len(marks) == 1 and marks[0].outcome is not None else play.effective(leaf)
    found = None if mark is None else mark.outcome
    if found is None:
        # The outcome kept holds these very points, so their identity is theirs as long as it is a key.
        key = (leaf.id,) if mark is None else (leaf.id, mark.stage, mark.fact.state, id(mark.points))
        found = plan.outcomes.get(key)
        if found is None:
            found = plan.outcomes[key] = _outcome(leaf, mark, plan)
        if mark is not None:
            mark.outcome = found
    return LeafSheet(*found[:-1], tuple(marks)) if history else found


def _outcome(leaf: Leaf, mark: _Mark | None, plan: AreaPlan) -> LeafSheet:
    """What a leaf comes to under one effective mark (None: no value), without its history."""
    points = None if mark is None else mark.points
    state = "NOT_SCORED" if mark is None else "SCORED" if mark.fact.state is None else str(mark.fact.state)
    return LeafSheet(
        id=leaf.id,
        max=leaf.max[plan.area],
        weight=leaf.weight,
        state=state,
        rescaled=mark is not None and points is None,
        stage=None if mark is None else mark.stage,
        points=points,
        contribution=ZERO if points is None else points if leaf.weight == 1 else points * leaf.weight,
        history=(),
    )


def _groups(
    plan: AreaPlan, leaves: tuple[LeafSheet, ...], rescaled: bool
) -> tuple[dict[str, GroupSheet], tuple[int, int]]:
    """Each group's value and maximum; and the sum of all contributions, as above / below."""
    groups = {}
    sums = [(leaves[n].contribution.as_integer_ratio()) for n in plan.loose]
    for group, top, members in plan.members:
        value = added([leaves[n].contribution.as_integer_ratio() for n in members])
        if top:
            sums.append(value)
        gone = [plan.worth[leaves[n].id] for n in members if leaves[n].rescaled] if rescaled else ()
        groups[group] = (
            GroupSheet(Fraction(*value), plan.by_group[group] - total(gone))
            if gone
            else plan.group_sheet(group, value)
        )
    return groups, added(sums)


def _invalidated(rulebook: Rulebook, play: _Play) -> list[str]:
    if not play.context.again:
        return []
    hit = {
        criterion
        for criterion, marks in play.marks.items()
        for mark in marks
        if mark.status == "INVALIDATED" and not mark.withdrawn and mark.stage != "self"
    }
    known = [leaf.id for leaf in rulebook.leaves if leaf.id in hit]
    return known + sorted(hit - set(known))


class _Counted:
    """Bonus or penalty of one unit: occurrences in ledger order of their decision use up the caps (§6)."""

    def __init__(self, kind: str, rules: AdjustmentRules, play: _Play) -> None:
        self.kind = kind
        self.play = play
        self.rules = rules
        self.items = {item.code: item for item in rules.items}
        self.occurrences: list[Occurrence] = []
        self.total = ZERO
        self.duplicates: list[str] = []
        self.capped: list[str] = []
        if play.decided:
            self._count()

    def _count(self) -> None:
        counting = self._counting([fact for fact in self.play.decided if fact.kind == self.kind])
        used = dict.fromkeys(self.items, ZERO)
        sums = dict.fromkeys(self.items, ZERO)
        duplicates: set[str] = set()
        for fact, status, worth in counting:
            credited = ZERO
            if not status:
                item = self.items[fact.code]
                within = min(worth, item.cap - used[item.code])
                used[item.code] += within
                sums[item.code] += worth
                credited = min(within, self.rules.cap_total - self.total)
                self.total += credited
            elif status == "DUPLICATE":
                duplicates.add(fact.code)
            self.occurrences.append(
                Occurrence(fact.position, self.kind, fact.code, fact.occurrence_ref, worth, credited, status)
            )
        self.duplicates = [code for code in self.items if code in duplicates]
        self.capped = [code for code in self.items if sums[code] > used[code]]
        if sum(used.values(), ZERO) > self.total:
            self.capped.append("total")

    def _counting(self, facts: list[Decided]) -> list[tuple[Decided, str, Fraction]]:
        """Each decision with its status and worth.  A later refusal of the same occurrence revokes it."""
        result: list[tuple[Decided, str, Fraction]] = []
        counted: dict[Any, int] = {}
        for fact in facts:
            key = (fact.code, fact.occurrence_ref)
            if not (_plain(fact.code) and _plain(fact.occurrence_ref)) or fact.code not in self.items:
                result.append((fact, "S002", ZERO))
                continue
            if not fact.accepted:
                if key in counted:
                    before = result[counted.pop(key)]
                    result[result.index(before)] = (before[0], "REVOKED", before[2])
                result.append((fact, "REFUSED", ZERO))
                continue
            if key in counted:
                result.append((fact, "DUPLICATE", ZERO))
                continue
            worth, status = self._worth(self.items[fact.code], fact)
            if not status:
                counted[key] = len(result)
            result.append((fact, status, worth))
        return result

    def _worth(self, item: AdjustmentItem, fact: Decided) -> tuple[Fraction, str]:
        rulebook = self.play.rulebook
        day = self.play.occurred_on.get((fact.code, fact.occurrence_ref))
        if day is not None and not _within_period(rulebook, day):
            return ZERO, "OUTSIDE_PERIOD"
        if item.per is not None:
            return item.per, ""
        try:
            worth = parse(fact.points)
        except (NotADecimal, TypeError):
            return ZERO, "S005"
        if worth < 0:
            return ZERO, "S007"
        return (worth, "") if on_step(worth, rulebook.number.step) else (ZERO, "S006")


def _within_period(rulebook: Rulebook, day: Any) -> bool:
    try:
        return rulebook.period.holds(date.fromisoformat(day))
    except (TypeError, ValueError):
        return False


def _plain(value: Any) -> bool:
    """Whether a value read from an event can serve as a key."""
    return value is None or isinstance(value, str)


def _same(points: Fraction | None, stated: Any) -> bool:
    if stated is None or points is None:
        return stated is None and points is None
    try:
        return parse(stated) == points
    except (NotADecimal, TypeError):
        return False
