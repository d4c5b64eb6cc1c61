"""The fold: one ledger's events, in order of position, become a :class:`State`.

``evolve`` is on the path of every replay, so it only files each fact under its unit; what a fact is
worth, and whether it counts at all, is judged by :mod:`services.ranking.engine.compute`, lazily and
with the result kept until the next fact of that unit.  The one exception is the rulebook itself: an
adoption is judged when it arrives, because later facts refer to it.

**Contract.**  ``evolve`` changes the state it is given and returns the same object.  Whoever wants to
keep a state takes ``state.copy()`` first, which costs one shallow copy of the table of units: the facts
of a unit are shared between copies until one of them writes (copy on write).  ``evolve`` raises nothing
for any event whose ``data`` is a dict; positions must come in increasing order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any, Final, NamedTuple

from services.ranking.engine.facts import (
    ADJUSTMENT,
    CONCLUSION,
    DECISION,
    SCORES,
    UNSTATED,
    AdjustmentAnswered,
    Admitted,
    Answered,
    Decided,
    Fact,
    Milestone,
    Models,
    Proposed,
    Recorded,
    VetoFact,
    Withdrawn,
)
from shared.lineage import CHANGES, Change, register_on
from shared.rulebook import Leaf, Rulebook, RulebookFault, digest, read
from shared.rulebook.amend import MODES, amendment_fault

_KEPT_UNINTERPRETED: Final = 1000


class Unit:
    """The register row and the facts of one unit.  ``memo`` belongs to the judge, ``owner`` to copy on
    write.

    ``register`` is the row as it was registered, ``changes`` what was stated of it since; :meth:`on` reads
    them together.
    """

    __slots__ = ("changes", "facts", "memo", "owner", "register")

    def __init__(self, owner: object) -> None:
        self.owner = owner
        self.register: Mapping[str, Any] | None = None
        self.changes: tuple[Change, ...] = ()
        self.facts: list[Fact] = []
        self.memo: Any = None

    def owned_by(self, owner: object) -> Unit:
        """A copy that ``owner`` may write to."""
        copy = Unit(owner)
        copy.register = self.register
        copy.changes = self.changes
        copy.facts = self.facts.copy()
        copy.memo = self.memo
        return copy

    def on(self, day: date) -> Mapping[str, Any] | None:
        """The row of the register as it reads on ``day``; None for a unit that nobody registered."""
        if self.register is None or not self.changes:
            return self.register
        return register_on(self.register, self.changes, day)


@dataclass(frozen=True, slots=True)
class Adoption:
    """A rulebook in force from ``position`` on.  ``mode`` is None for the first one."""

    position: int
    rulebook: Rulebook
    mode: str | None


@dataclass(frozen=True, slots=True)
class Refused:
    """A ledger-wide fact that does not count, and why."""

    position: int
    type: str
    reason: str


@dataclass(frozen=True, slots=True)
class Round:
    """A closed round: from ``position`` on a late score needs a decision."""

    position: int
    exceptions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Published:
    """What a publication pinned, as its event says."""

    position: int
    version: Any
    status: Any
    pinned: Any
    digest: Any


@dataclass(frozen=True, slots=True)
class TieDecision:
    """A committee decision on a tie: the named units in order, equal places in one tuple."""

    position: int
    area: Any
    order: tuple[tuple[str, ...], ...]


Rule = Callable[["State", str, int, dict[str, Any]], None]
"""How one type of event changes a state: the state, the event's subject, its position and its data."""


@dataclass(frozen=True, slots=True)
class DecisionNote:
    """One decision of the Standing Committee, and what became of it.

    ``on_behalf``: the Office entered it.  ``confirmed``, ``disputed``: position of a member's answer.
    ``effective``: position from which it counts, None while it waits for a confirmation.
    """

    position: int
    type: str
    subject: str
    on_behalf: bool
    data: Mapping[str, Any] = field(repr=False)
    confirmed: int | None = None
    disputed: int | None = None
    effective: int | None = None

    @property
    def unanswered(self) -> bool:
        """Entered by the Office, and no member has said a word: shown, never taken for consent."""
        return self.on_behalf and self.confirmed is None and self.disputed is None

    @property
    def contested(self) -> bool:
        """It counts, a member says that the Committee did not decide so, and none has confirmed it since."""
        return self.effective is not None and self.disputed is not None and self.confirmed is None


@dataclass(frozen=True, slots=True)
class Case:
    """A forfeit case: ``unit`` sent no full pack before the instant ``due``; ``missing``: documents."""

    position: int
    unit: str
    due: str
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PublishingException:
    """Criteria without which a unit may be published, from ``position`` on (rulebook format §6)."""

    position: int
    unit: str
    criteria: tuple[str, ...]


class Assignment(NamedTuple):
    """``owner`` scores ``criterion`` from the instant ``start`` on, until the instant ``until`` or open."""

    criterion: str
    owner: str
    start: str
    until: str | None


@dataclass(frozen=True, slots=True)
class Freeze:
    """A position with a name: standings after ``at`` events."""

    position: int
    name: str
    at: int
    reason: str


class State:
    """Everything known of one ledger up to ``size`` events.  See the contract of this module.

    ``sequence``: the number that the newest event has within its source.  ``time``: the latest instant that
    an event was recorded at.
    """

    __slots__ = (
        "acknowledged",
        "acknowledged_noise",
        "adoptions",
        "assignments",
        "boards",
        "cases",
        "cycle",
        "decisions",
        "exceptions",
        "freezes",
        "ledger",
        "memo",
        "opened",
        "owner",
        "parts",
        "publications",
        "refused",
        "round",
        "scored",
        "sequence",
        "size",
        "ties",
        "time",
        "uninterpreted",
        "uninterpreted_at",
        "units",
    )

    def __init__(self, ledger: str) -> None:
        self.ledger = ledger
        self.size = 0
        self.sequence = 0
        self.time = ""
        self.owner: object = object()
        self.units: dict[str, Unit] = {}
        self.opened: Mapping[str, Any] | None = None
        self.cycle: Mapping[str, Any] | None = None
        self.parts: Mapping[str, Mapping[int, str]] = {}
        self.adoptions: tuple[Adoption, ...] = ()
        self.assignments: tuple[Assignment, ...] = ()
        self.refused: tuple[Refused, ...] = ()
        self.ties: tuple[TieDecision, ...] = ()
        self.publications: tuple[Published, ...] = ()
        self.round: Round | None = None
        self.decisions: dict[int, DecisionNote] = {}
        self.exceptions: tuple[PublishingException, ...] = ()
        self.cases: tuple[Case, ...] = ()
        self.freezes: tuple[Freeze, ...] = ()
        self.acknowledged: frozenset[int] = frozenset()
        self.acknowledged_noise: frozenset[str] = frozenset()
        self.scored = False
        self.uninterpreted = 0
        self.uninterpreted_at: tuple[tuple[int, str], ...] = ()
        self.memo: Any = None
        self.boards: dict[str, Any] = {}

    def copy(self) -> State:
        """An independent state with the same content; costs O(units), never O(facts)."""
        other = State.__new__(State)
        for name in State.__slots__:
            setattr(other, name, getattr(self, name))
        other.units = self.units.copy()
        other.decisions = self.decisions.copy()
        other.boards = self.boards.copy()
        # Both sides lose the right to write to what they now share.
        self.owner, other.owner = object(), object()
        return other

    def unit(self, code: str) -> Unit:
        """The unit's record, ready to be written to by this state; made on first sight."""
        unit = self.units.get(code)
        if unit is None:
            unit = self.units[code] = Unit(self.owner)
        elif unit.owner is not self.owner:
            unit = self.units[code] = unit.owned_by(self.owner)
        return unit

    def add(self, code: str, fact: Fact) -> None:
        """File a fact of a unit.  Used by ``evolve`` and by offline tables."""
        unit = self.unit(code)
        unit.facts.append(fact)
        unit.memo = None

    def register(self, code: str) -> Mapping[str, Any] | None:
        """The register row of a unit as it counts here: on the last day of the period of the rulebook in
        force (format §2), or with all that was stated while there is none.  None: never registered.
        """
        unit = self.units.get(code)
        rulebook = self.rulebook
        return None if unit is None else unit.on(date.max if rulebook is None else rulebook.period.end)

    def scorer(self, leaf: Leaf) -> str:
        """The body that scores ``leaf`` as of the newest event: by the assignment stated last, else the
        rulebook's owner.
        """
        assigned = (
            one.owner
            for one in reversed(self.assignments)
            if one.criterion == leaf.id
            and one.start <= self.time
            and (one.until is None or self.time < one.until)
        )
        return next(assigned, leaf.owner)

    @property
    def rulebook(self) -> Rulebook | None:
        """The newest rulebook in force, or None."""
        return self.adoptions[-1].rulebook if self.adoptions else None

    @property
    def board(self) -> str:
        """LIVE until something is published, then the status of the newest publication."""
        status = self.publications[-1].status if self.publications else None
        return status if isinstance(status, str) else "LIVE"


def initial(ledger: str) -> State:
    """The state before the first event of ``ledger`` (``org/cycle``)."""
    return State(ledger)


def evolve(
    state: State,
    event_type: str,
    source: str,
    subject: str,
    sequence: int,
    position: int,
    time: str,
    data: dict[str, Any],
) -> State:
    """Take in the event at ``position``; returns ``state`` itself, changed.  See the contract of this module.

    A type that is unknown here, or that its source may not state, is counted in ``state.uninterpreted``
    and changes nothing else.
    """
    state.size = position + 1
    state.sequence = sequence
    state.time = max(state.time, time)
    rule = _RULES.get(event_type)
    if rule is None or not source.startswith(rule[0]):
        uninterpreted(state, position, event_type)
    else:
        rule[1](state, subject, position, data)
    return state


def uninterpreted(state: State, position: int, event_type: str) -> State:
    """Take in an admitted event that nobody can read (its schema refused it): counted, nothing else."""
    state.size = position + 1
    state.uninterpreted += 1
    if len(state.uninterpreted_at) < _KEPT_UNINTERPRETED:
        state.uninterpreted_at = (*state.uninterpreted_at, (position, event_type))
    return state


# --- scores -----------------------------------------------------------------------------------------------


def _score(state: State, subject: str, position: int, data: dict[str, Any]) -> None:
    get = data.get
    unit = state.units.get(subject)
    if unit is None or unit.owner is not state.owner:
        unit = state.unit(subject)
    unit.facts.append(
        Recorded(
            position,
            SCORES,
            get("criterion"),
            get("stage"),
            get("value"),
            get("target"),
            get("state"),
            get("rulebook"),
            UNSTATED,
            get("period"),
            None if get("on_behalf_of") is None else state.sequence,
        )
    )
    unit.memo = None
    state.scored = True


def _score_answered(state: State, subject: str, position: int, named: Any, type_: str) -> None:
    """The responsible body answers for values that were entered for it.

    A confirmation closes the question: who changes his mind after it states another value.
    """
    unit = state.units.get(subject)
    open_ = set() if unit is None else _unconfirmed(unit)
    numbers = [one for one in named if type(one) is int and one in open_] if isinstance(named, list) else []
    if numbers:
        state.add(subject, Answered(position, tuple(numbers), type_ == "score.confirmed"))
    else:
        state.refused = (*state.refused, Refused(position, type_, "NOTHING_TO_ANSWER"))


def _unconfirmed(unit: Unit) -> set[int]:
    """Numbers of the values that another body entered, without those that were confirmed."""
    entered = {fact.number for fact in unit.facts if isinstance(fact, Recorded) and fact.number is not None}
    return entered.difference(
        *(fact.numbers for fact in unit.facts if isinstance(fact, Answered) and fact.confirms)
    )


def _score_confirmed(state: State, subject: str, position: int, data: dict[str, Any]) -> None:
    _score_answered(state, subject, position, data.get("scores"), "score.confirmed")


def _score_disputed(state: State, subject: str, position: int, data: dict[str, Any]) -> None:
    _score_answered(state, subject, position, [data.get("score")], "score.disputed")


def _scoring_assigned(state: State, subject: str, position: int, data: dict[str, Any]) -> None:
    criterion, owner, start = data.get("criterion"), data.get("owner"), data.get("from")
    until = data.get("until")
    if isinstance(criterion, str) and isinstance(owner, str) and isinstance(start, str):
        made = Assignment(criterion, owner, start, until if isinstance(until, str) else None)
        state.assignments = (*state.assignments, made)


def _score_withdrawn(state: State, subject: str, position: int, data: dict[str, Any]) -> None:
    state.add(subject, Withdrawn(position, SCORES, data.get("criterion"), data.get("stage")))


def _proposed(state: State, subject: str, position: int, data: dict[str, Any]) -> None:
    state.add(
        subject, Proposed(position, data.get("code"), data.get("occurrence_ref"), data.get("occurred_on"))
    )


def _veto(event: str) -> Rule:
    def rule(state: State, subject: str, position: int, data: dict[str, Any]) -> None:
        state.add(subject, VetoFact(position, event, data.get("veto"), data.get("document")))

    return rule


def _registered(state: State, subject: str, position: int, data: dict[str, Any]) -> None:
    unit = state.unit(subject)
    unit.register = data
    unit.memo = None


def _changed(type_: str) -> Rule:
    def rule(state: State, subject: str, position: int, data: dict[str, Any]) -> None:
        unit = state.unit(subject)
        unit.changes = (*unit.changes, Change(type_, data))
        unit.memo = None

    return rule


def _ledger_opened(state: State, subject: str, position: int, data: dict[str, Any]) -> None:
    state.opened = data


def _cycle_opened(state: State, subject: str, position: int, data: dict[str, Any]) -> None:
    state.cycle = data


def _rulebook_part(state: State, subject: str, position: int, data: dict[str, Any]) -> None:
    name, index, text = data.get("digest"), data.get("index"), data.get("text")
    if isinstance(name, str) and type(index) is int and isinstance(text, str):
        state.parts = {**state.parts, name: {**state.parts.get(name, {}), index: text}}


def _rulebook_adopted(state: State, subject: str, position: int, data: dict[str, Any]) -> None:
    try:
        rulebook = _assembled(state, data)
        mode = _mode(state, rulebook, data)
    except RulebookFault as error:
        reason = error.code
    except _AdoptionRefused as error:
        reason = str(error)
    else:
        state.adoptions = (*state.adoptions, Adoption(position, rulebook, mode))
        return
    state.refused = (*state.refused, Refused(position, "rulebook.adopted", reason))


class _AdoptionRefused(ValueError):
    """The adoption does not count; the message is its reason."""


def _assembled(state: State, data: dict[str, Any]) -> Rulebook:
    """The rulebook whose parts were sent, whole and unaltered."""
    name = data.get("digest")
    parts = state.parts.get(name, {}) if isinstance(name, str) else {}
    wanted = data.get("parts")
    if type(wanted) is not int or not 0 < wanted <= len(parts):
        raise _AdoptionRefused("PARTS")
    try:
        document = "".join(parts[index] for index in _indices(parts, wanted)).encode("utf-8")
    except (KeyError, UnicodeEncodeError):
        raise _AdoptionRefused("PARTS") from None
    if digest(document) != name:
        raise _AdoptionRefused("DIGEST")
    return _read(document)


def _indices(parts: Mapping[int, str], wanted: int) -> range:
    """Parts are numbered from 0 or from 1; which of the two is told by the first one present."""
    first = 0 if 0 in parts else 1
    return range(first, first + wanted)


@lru_cache(maxsize=64)
def _read(document: bytes) -> Rulebook:
    return read(document)


def _mode(state: State, rulebook: Rulebook, data: dict[str, Any]) -> str | None:
    """How an adoption treats what was scored before it (format §1, Amendment).  Raises when it may not."""
    if not state.adoptions:
        return None
    mode = data.get("mode")
    if not state.scored:
        return mode if mode in MODES else "re_evaluate_all"
    fault = amendment_fault(state.adoptions[-1].rulebook, rulebook, mode, data.get("decision"))
    if fault is not None:
        raise _AdoptionRefused(fault)
    return str(mode)


# --- inspections ------------------------------------------------------------------------------------------


def _inspection_opened(state: State, subject: str, position: int, data: dict[str, Any]) -> None:
    state.add(subject, Milestone(position, "opened"))


def _items(data: dict[str, Any], key: str) -> list[dict[str, Any]]:
    listed = data.get(key)
    return [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []


def _conclusion(state: State, subject: str, position: int, data: dict[str, Any]) -> None:
    """One signed conclusion is many facts at one position: first values, adjustments, models."""
    for item in _items(data, "scores"):
        state.add(
            subject,
            Recorded(
                position,
                CONCLUSION,
                item.get("criterion"),
                "inspection",
                item.get("value"),
                item.get("target"),
                item.get("state"),
            ),
        )
    for item in _items(data, "adjustments"):
        state.add(
            subject,
            Recorded(
                position,
                ADJUSTMENT,
                item.get("criterion"),
                "inspection",
                item.get("to"),
                from_effective=item.get("from_effective", UNSTATED),
                conclusion=state.sequence,
            ),
        )
    withdrawn = data.get("withdrawn")
    for criterion in withdrawn if isinstance(withdrawn, list) else ():
        state.add(subject, Withdrawn(position, ADJUSTMENT, criterion, "inspection"))
    refs = tuple(item.get("ref") for item in _items(data, "recognised_models"))
    if refs:
        state.add(subject, Models(position, refs))
    state.add(subject, Milestone(position, "concluded"))
    state.scored = True


def _adjustment_answered(disputes: bool) -> Rule:
    def rule(state: State, subject: str, position: int, data: dict[str, Any]) -> None:
        answer = AdjustmentAnswered(position, data.get("conclusion"), data.get("criterion"), disputes)
        state.add(subject, answer)

    return rule


def _round_closed(state: State, subject: str, position: int, data: dict[str, Any]) -> None:
    if state.round is None:
        exceptions = tuple(
            (str(item.get("unit")), str(item.get("reason"))) for item in _items(data, "exceptions")
        )
        state.round = Round(position, exceptions)


def _case_opened(state: State, subject: str, position: int, data: dict[str, Any]) -> None:
    """A question for the Committee; it changes no standing."""
    missing = data.get("missing")
    documents = tuple(str(one) for one in missing) if isinstance(missing, list) else ()
    state.cases = (*state.cases, Case(position, subject, str(data.get("due")), documents))


# --- ranking ----------------------------------------------------------------------------------------------


def _decision_score(state: State, subject: str, position: int, data: dict[str, Any]) -> None:
    state.add(
        subject,
        Recorded(
            position,
            DECISION,
            data.get("criterion"),
            data.get("stage"),
            data.get("points"),
            state=data.get("state"),
        ),
    )
    state.scored = True


def _decision_withdrawn(state: State, subject: str, position: int, data: dict[str, Any]) -> None:
    state.add(subject, Withdrawn(position, DECISION, data.get("criterion"), data.get("stage")))


def _decided(kind: str) -> Rule:
    def rule(state: State, subject: str, position: int, data: dict[str, Any]) -> None:
        state.add(
            subject,
            Decided(
                position,
                kind,
                data.get("code"),
                data.get("occurrence_ref"),
                data.get("outcome") == "accepted",
                data.get("points"),
            ),
        )

    return rule


def _decision_tie(state: State, subject: str, position: int, data: dict[str, Any]) -> None:
    order = data.get("order")
    if isinstance(order, list) and all(isinstance(place, list) for place in order):
        places = tuple(tuple(str(unit) for unit in place) for place in order)
        named = [unit for place in places for unit in place]
        if named and len(set(named)) == len(named):
            state.ties = (*state.ties, TieDecision(position, data.get("area"), places))
            return
    state.refused = (*state.refused, Refused(position, "decision.tie", "ORDER"))


def _late_fact(state: State, subject: str, position: int, data: dict[str, Any]) -> None:
    """Whether the score it names is late is the judge's to say; that it names one at all is told here."""
    fact = data.get("fact")
    unit = state.units.get(subject)
    if type(fact) is not int or unit is None or not _late(state, unit, fact):
        state.refused = (*state.refused, Refused(position, "decision.late_fact", "FACT"))
    else:
        state.add(subject, Admitted(position, fact, data.get("outcome") == "accepted"))


def _late(state: State, unit: Unit, at: int) -> bool:
    """Whether a score of ``unit`` stands at ``at`` that was stated, or confirmed, after the start or end of
    its inspection or round.
    """
    ends = [fact.position for fact in unit.facts if isinstance(fact, Milestone)]
    if state.round is not None:
        ends.append(state.round.position)
    scores = [
        fact
        for fact in unit.facts
        if isinstance(fact, Recorded) and fact.position == at and fact.origin == SCORES
    ]
    confirmed = [
        fact.position
        for fact in unit.facts
        if isinstance(fact, Answered) and fact.confirms and any(one.number in fact.numbers for one in scores)
    ]
    return bool(scores) and any(end < moment for end in ends for moment in (at, *confirmed))


def _exception(state: State, subject: str, position: int, data: dict[str, Any]) -> None:
    listed = data.get("criteria")
    criteria = tuple(one for one in listed if isinstance(one, str)) if isinstance(listed, list) else ()
    state.exceptions = (*state.exceptions, PublishingException(position, subject, criteria))


def _committee(type_: str, rule: Rule) -> Rule:
    """``rule`` of a decision: at once, or at its confirmation where the policy of the moment asks for one.

    ``on_behalf_confirmation`` (format §10): ``required`` = what the Office entered waits for a member.
    """

    def decided(state: State, subject: str, position: int, data: dict[str, Any]) -> None:
        on_behalf = data.get("on_behalf_of") is not None
        waits = (
            on_behalf
            and state.rulebook is not None
            and state.rulebook.policies["on_behalf_confirmation"] == "required"
        )
        state.decisions[position] = DecisionNote(
            position, type_, subject, on_behalf, data, effective=None if waits else position
        )
        if not waits:
            rule(state, subject, position, data)

    return decided


def _answered(state: State, position: int, data: dict[str, Any], type_: str) -> DecisionNote | None:
    """The decision that an answer is about; None, and refused, when there is none to answer.

    A dispute leaves room for a later confirmation; a confirmation closes the question.
    """
    named = data.get("decision")
    note = state.decisions.get(named) if type(named) is int else None
    twice = note is not None and type_ == "decision.disputed" and note.disputed is not None
    if note is None or not note.on_behalf or note.confirmed is not None or twice:
        state.refused = (*state.refused, Refused(position, type_, "NOTHING_TO_ANSWER"))
        return None
    return note


def _confirmed(state: State, subject: str, position: int, data: dict[str, Any]) -> None:
    """A member says yes: what waited for it counts from here on."""
    note = _answered(state, position, data, "decision.confirmed")
    if note is None:
        return
    if note.effective is None:
        _DECISIONS[note.type](state, note.subject, position, dict(note.data))
    effective = position if note.effective is None else note.effective
    state.decisions[note.position] = replace(note, confirmed=position, effective=effective)


def _disputed(state: State, subject: str, position: int, data: dict[str, Any]) -> None:
    """A member says no.  One voice is not the body: no number changes, and no publication passes."""
    note = _answered(state, position, data, "decision.disputed")
    if note is not None:
        state.decisions[note.position] = replace(note, disputed=position)


def _event_acknowledged(state: State, subject: str, position: int, data: dict[str, Any]) -> None:
    if type(data.get("event")) is int:
        state.acknowledged = state.acknowledged | {data["event"]}


def _noise_acknowledged(state: State, subject: str, position: int, data: dict[str, Any]) -> None:
    if isinstance(data.get("noise"), str):
        state.acknowledged_noise = state.acknowledged_noise | {data["noise"]}


def _frozen(state: State, subject: str, position: int, data: dict[str, Any]) -> None:
    """The first to give a name keeps it; a position that did not exist yet cannot have one."""
    name, at = data.get("name"), data.get("position")
    taken = any(one.name == name for one in state.freezes)
    if not isinstance(name, str) or type(at) is not int or not 0 <= at <= position or taken:
        state.refused = (*state.refused, Refused(position, "standings.frozen", "FREEZE"))
        return
    state.freezes = (*state.freezes, Freeze(position, name, at, str(data.get("reason", ""))))


def _published(state: State, subject: str, position: int, data: dict[str, Any]) -> None:
    state.publications = (
        *state.publications,
        Published(
            position, data.get("version"), data.get("status"), data.get("position"), data.get("digest")
        ),
    )


def _inert(state: State, subject: str, position: int, data: dict[str, Any]) -> None:
    """Known here, and without effect on standings."""


_ROOT: Final = "/root/"
_SC: Final = "/scores/"
_IN: Final = "/inspections/"
_RK: Final = "/ranking/"
_NO: Final = "/notify/"

_DECISIONS: Final[dict[str, Rule]] = {
    "decision.score.v1": _decision_score,
    "decision.score_withdrawn.v1": _decision_withdrawn,
    "decision.bonus.v1": _decided("bonus"),
    "decision.penalty.v1": _decided("penalty"),
    "decision.veto_recorded.v1": _veto("veto.recorded"),
    "decision.veto_lifted.v1": _veto("veto.lifted"),
    "decision.forfeit_confirmed.v1": _veto("decision.forfeit_confirmed"),
    "decision.forfeit_lifted.v1": _veto("decision.forfeit_lifted"),
    "decision.forfeit_declined.v1": _inert,
    "decision.late_fact.v1": _late_fact,
    "decision.exception.v1": _exception,
    "decision.tie.v1": _decision_tie,
}
"""What each decision of the Standing Committee does once it counts."""

_RULES: Final[dict[str, tuple[str, Rule]]] = {
    "score.recorded.v1": (_SC, _score),
    "score.withdrawn.v1": (_SC, _score_withdrawn),
    "score.confirmed.v1": (_SC, _score_confirmed),
    "score.disputed.v1": (_SC, _score_disputed),
    "bonus.proposed.v1": (_SC, _proposed),
    "penalty.proposed.v1": (_SC, _proposed),
    "veto.recorded.v1": (_SC, _veto("veto.recorded")),
    "veto.lifted.v1": (_SC, _veto("veto.lifted")),
    "unit.registered.v1": (_SC, _registered),
    **{name: (_SC, _changed(name)) for name in CHANGES},
    "scoring.assigned.v1": (_SC, _scoring_assigned),
    "rulebook.part.v1": (_SC, _rulebook_part),
    "rulebook.adopted.v1": (_SC, _rulebook_adopted),
    "cycle.opened.v1": (_SC, _cycle_opened),
    "inspection.opened.v1": (_IN, _inspection_opened),
    "conclusion.signed.v1": (_IN, _conclusion),
    "conclusion.amended.v1": (_IN, _conclusion),
    "round.closed.v1": (_IN, _round_closed),
    **{name: (_RK, _committee(name, rule)) for name, rule in _DECISIONS.items()},
    "decision.confirmed.v1": (_RK, _confirmed),
    "decision.disputed.v1": (_RK, _disputed),
    "event.acknowledged.v1": (_RK, _event_acknowledged),
    "noise.acknowledged.v1": (_RK, _noise_acknowledged),
    "standings.frozen.v1": (_RK, _frozen),
    "result.published.v1": (_RK, _published),
    "ledger.opened.v1": (_ROOT, _ledger_opened),
    "key.added.v1": (_ROOT, _inert),
    "key.retired.v1": (_ROOT, _inert),
    "department.registered.v1": (_SC, _inert),
    "scoring.due_set.v1": (_SC, _inert),
    "scoring.completed.v1": (_SC, _inert),
    "scoring.reopened.v1": (_SC, _inert),
    "selfassessment.submitted.v1": (_SC, _inert),
    "evaluation.received.v1": (_SC, _inert),
    "evaluation.acknowledged.v1": (_SC, _inert),
    "grant.given.v1": (_SC, _inert),
    "grant.ended.v1": (_SC, _inert),
    "round.opened.v1": (_IN, _inert),
    "team.formed.v1": (_IN, _inert),
    "inspection.scheduled.v1": (_IN, _inert),
    "submission.received.v1": (_IN, _inert),
    "calendar.adopted.v1": (_IN, _inert),
    "outage.recorded.v1": (_IN, _inert),
    "team.member_nominated.v1": (_IN, _inert),
    "team.member_withdrawn.v1": (_IN, _inert),
    "inspection.reschedule_requested.v1": (_IN, _inert),
    "inspection.reschedule_declined.v1": (_IN, _inert),
    "submission.file_received.v1": (_IN, _inert),
    "submission.assessed.v1": (_IN, _inert),
    "submission.forwarded.v1": (_IN, _inert),
    "forfeit.case_opened.v1": (_IN, _case_opened),
    "briefing.issued.v1": (_IN, _inert),
    "subordinates.registered.v1": (_IN, _inert),
    "attendance.declared.v1": (_IN, _inert),
    "site.declared.v1": (_IN, _inert),
    "party_committee.answered.v1": (_IN, _inert),
    "minutes.recorded.v1": (_IN, _inert),
    "finding.recorded.v1": (_IN, _inert),
    "model.registered.v1": (_IN, _inert),
    "model.assessed.v1": (_IN, _inert),
    "limitation.carried.v1": (_IN, _inert),
    "limitation.assessed.v1": (_IN, _inert),
    "conclusion.delegated.v1": (_IN, _inert),
    "adjustment.acknowledged.v1": (_IN, _adjustment_answered(False)),
    "adjustment.disputed.v1": (_IN, _adjustment_answered(True)),
    "reflection.submitted.v1": (_IN, _inert),
    "notice.issued.v1": (_NO, _inert),
}
