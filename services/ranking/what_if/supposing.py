"""From a question ("what if 3.2 of this unit were 4,50?") to hypothetical facts.  Pure.

Every fact is checked as the decider of the real one would check it, in the order of the question and with
what came before it supposed.  One that is refused names its place; nothing is computed then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final

from services.ranking import decider
from services.ranking.decider import Known, area_of, areas_of, rules_in_force
from services.ranking.engine import State
from services.ranking.engine.hypothesis import Hypothetical, suppose
from services.ranking.engine.sheet import VETO_ORIGIN
from shared.decisions import Fault, Refused
from shared.events import Draft
from shared.rulebook import Rulebook, ValueRefused, check_value
from shared.rulebook.model import DECISION_STAGES

Fact = Mapping[str, Any]
MOST_FACTS: Final = 200

_NO_MINUTES: Final = {"document": "giả định"}
"""What stands for the minutes of a meeting that never was: a veto may ask for a document."""


def hypotheticals(
    state: State, facts: Sequence[Fact], candidate: Rulebook | None = None
) -> list[Hypothetical]:
    """``facts`` (each with ``kind`` and what belongs to it) as the fold takes them.

    Raises :class:`~shared.decisions.Refused` with every fault; its field begins ``facts.<n>``.
    """
    accepted: list[Hypothetical] = []
    faults: list[Fault] = []
    areas = areas_of(state)
    for n, fact in enumerate(facts):
        try:
            found = CHECKS[fact["kind"]](Known(state.size, state, areas, candidate=candidate), fact)
            accepted.append(found)
            state = suppose(state, [found])
        except Refused as refused:
            faults += [
                replace(fault, field=".".join(part for part in (f"facts.{n}", fault.field) if part))
                for fault in refused.faults
            ]
    if faults:
        raise Refused.many(faults)
    return accepted


def _decided(
    decide: Callable[[Known, Fact, Fact], Draft], **given: str
) -> Callable[[Known, Fact], Hypothetical]:
    """A fact that the Standing Committee would decide: its own decider says whether it could."""

    def check(known: Known, fact: Fact) -> Hypothetical:
        command = {key: value for key, value in fact.items() if key != "kind"} | given
        draft = decide(known, command, _NO_MINUTES)
        return Hypothetical(draft.type, "ranking", draft.subject, draft.data)

    return check


def _forfeit(outcome: str) -> Callable[[Known, Fact], Hypothetical]:
    def check(known: Known, fact: Fact) -> Hypothetical:
        unit = fact["unit"]
        stated = [
            Draft(note.type, unit, dict(note.data))
            for note in known.state.decisions.values()
            if note.subject == unit and note.effective is not None
        ]
        draft = decider.decide_forfeit(known, stated, {"unit": unit, "outcome": outcome}, _NO_MINUTES)
        return Hypothetical(draft.type, "ranking", unit, draft.data)

    return check


def _score(known: Known, fact: Fact) -> Hypothetical:
    """Points of a decision or an adjustment, or what the owner of the criterion would record."""
    if fact["stage"] in DECISION_STAGES:
        return _decided(decider.decide_score)(known, fact)
    rulebook = rules_in_force(known)
    unit, criterion, stage = fact["unit"], fact["criterion"], fact["stage"]
    area = area_of(known, unit)
    try:
        check_value(
            rulebook, area, criterion, stage, fact.get("value"), fact.get("target"), fact.get("state")
        )
    except ValueRefused as error:
        raise Refused(
            error.rule, error.message_vi, error.message_en, field=error.field, value=error.value
        ) from error
    leaf = rulebook.leaf[criterion]
    says: dict[str, Any] = {
        key: fact[key] for key in ("criterion", "value", "target", "state") if key in fact
    }
    if stage == "inspection":
        if leaf.stage == "inspection":
            conclusion = {"scores": [says]}
        else:
            conclusion = {"adjustments": [{"criterion": criterion, "to": fact["value"]}]}
        return Hypothetical("conclusion.amended.v1", "inspections", unit, conclusion)
    says["stage"] = stage
    if known.state.rulebook is not None:
        says["rulebook"] = known.state.rulebook.digest
    if leaf.period is not None:
        says["period"] = leaf.period
    return Hypothetical("score.recorded.v1", "scores", unit, says)


def _withdraw(known: Known, fact: Fact) -> Hypothetical:
    """Take back the latest value of a stage."""
    unit, criterion, stage = fact["unit"], fact["criterion"], fact["stage"]
    if stage in DECISION_STAGES:
        return _decided(decider.withdraw_score)(known, fact)
    rules_in_force(known)
    area_of(known, unit)
    sheet = known.sheet(unit)
    marks = [mark for leaf in sheet.leaves if leaf.id == criterion for mark in leaf.marks]
    marks += [mark for of, mark in sheet.other_marks if of == criterion]
    if not any(mark.stage == stage and mark.origin != VETO_ORIGIN and not mark.withdrawn for mark in marks):
        raise Refused(
            "nothing-to-withdraw",
            f"Tiêu chí {criterion} không có điểm nào ở bước này để rút.",
            f"There is no value of {criterion} at this stage to take back.",
            field="criterion",
            value=criterion,
            status=409,
        )
    if stage == "inspection":
        return Hypothetical("conclusion.amended.v1", "inspections", unit, {"withdrawn": [criterion]})
    return Hypothetical("score.withdrawn.v1", "scores", unit, {"criterion": criterion, "stage": stage})


CHECKS: Final[Mapping[str, Callable[[Known, Fact], Hypothetical]]] = {
    "score": _score,
    "withdraw_score": _withdraw,
    "bonus": _decided(partial(decider.decide_amount, "bonus")),
    "penalty": _decided(partial(decider.decide_amount, "penalty")),
    "veto": _decided(decider.decide_veto, outcome="recorded"),
    "veto_lifted": _decided(decider.decide_veto, outcome="lifted"),
    "forfeit": _forfeit("confirmed"),
    "forfeit_lifted": _forfeit("lifted"),
    "tie": _decided(decider.decide_tie),
    "late_fact": _decided(decider.decide_late_fact, outcome="accepted"),
}
"""Every kind of hypothetical fact, with its check."""
