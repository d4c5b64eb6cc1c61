"""Generated ledgers with every kind of event that the fold knows, well formed and not.

A cycle of :mod:`tests.property.cycles` is told again; whatever its events cite is cited in the new place, and
between any two of them something else may befall.  Few distinct values on purpose, as there.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from services.ranking.columns import Other
from services.ranking.engine import State, evolve, initial, sheet_of, uninterpreted
from services.ranking.engine.fold import _RULES
from shared.events.envelope import instant
from shared.rulebook import Rulebook
from shared.rulebook.number import parse, shortest, total
from tests.property.cycles import AREAS, cycle
from tests.support.board import MEETING, ON_BEHALF
from tests.support.rulebooks import build, leaf_of

Json = dict[str, Any]
LEDGER: Final = "hcmc/2020"
SOURCES: Final = {
    **{name: source for name, (source, _) in _RULES.items()},
    "later.invented.v1": "/scores/",
}
LATER, NEVER = "Z-LATER", "Z-NEVER"
"""Units with scores: one is registered in the middle, one is not."""
LEAVES: Final = ("1.1", "1.2", "2.1", "2.2", "2.3", "2.4", "3.1", "3.2")
VALUES: Final = ("100", "50", "60", "0", "2", "4", "5", "5.5", "6", "8", "9", "-1", "999", "0.333", "8,5")
GOOD: Final = {
    "1.1": ("100", "60", "50"),
    "1.2": ("5", "6", "6", "4", "8"),
    "2.1": ("9", "7", "11"),
    "2.2": ("10", "8", "9"),
    "2.3": ("3", "9", "20"),
    "2.4": ("0", "2", "4"),
    "3.1": ("8", "6"),
    "3.2": ("0", "1", "3"),
}
"""Values that are good for a criterion somewhere: in one area, under one rulebook."""
ODD: Final[tuple[Any, ...]] = (None, 5, -1, True, [], ["1.2"], [[1]], {}, {"a": "1"}, "", "1.2", "QH", "self")
KEYS: Final = (
    *("criterion", "stage", "value", "target", "state", "rulebook", "period", "on_behalf_of", "points"),
    *("scores", "score", "adjustments", "withdrawn", "recognised_models", "code", "occurrence_ref"),
    *("outcome", "veto", "document", "area", "name", "valid_from", "valid_to", "last_day", "order", "fact"),
    *("exceptions", "digest", "index", "parts", "text", "mode", "decision", "criteria", "event", "noise"),
    *("position", "version", "status", "owner", "from", "until", "conclusion", "due", "missing"),
)
_ENDS: Final = ("inspection.opened.v1", "conclusion.signed.v1", "conclusion.amended.v1")
_ANY: Final = sorted(set(SOURCES) - {"round.closed.v1", *_ENDS})
_CHANGES: Final = ("ladder", "count", "target", "source", "policy", "period", "veto")
_DAY: Final = ("2020-06-30", "2020-12-30", "2020-12-31", "2021-01-01", "2021-06-30", "soon")


def ledger(seed: int, units: int = 3, density: float = 1.0) -> list[Other]:
    """The events of one ledger, in order.  ``density``: of what befalls between those of the cycle."""
    return _Telling(seed, units, density).events


def fold_one(state: State, event: Other) -> None:
    """The event-at-a-time fold, the oracle."""
    if event.readable:
        evolve(
            state,
            event.type,
            event.source,
            event.subject,
            event.sequence,
            event.position,
            event.time,
            event.data,
        )
    else:
        uninterpreted(state, event.position, event.type)


def folded(events: Sequence[Other]) -> State:
    """The oracle's state after ``events``."""
    state = initial(LEDGER)
    for event in events:
        fold_one(state, event)
    return state


@dataclass(slots=True)
class _Telling:
    """A ledger in the making; ``state`` is its fold, for what an honest fact has to know."""

    seed: int
    units: int
    density: float
    rng: random.Random = field(init=False)
    events: list[Other] = field(default_factory=list)
    state: State = field(default_factory=lambda: initial(LEDGER))
    books: list[Rulebook] = field(default_factory=list)
    """Those that were adopted, or were meant to be."""
    names: list[str] = field(default_factory=list)
    entered: list[tuple[str, int]] = field(default_factory=list)
    """Unit and number of values entered on behalf."""
    amended: int = 0
    told: int = 0
    """How many events of the cycle were told."""
    ends_from: float = 0
    """How many of them come before anything else ends the time of early scores."""

    def __post_init__(self) -> None:
        self.rng = random.Random(f"ledger {self.seed}")
        book, board = cycle(self.seed, self.units, living=True)
        old = list(enumerate(board.events))
        if self.rng.random() < 0.7:  # else inspections begin while the departments still score
            end = next((n for n, event in old if event[0] == "round.closed.v1"), len(old))
            old[:end] = sorted(old[:end], key=lambda one: one[1][0] in _ENDS)
        self.ends_from = self.rng.choice((0.0, 0.4, 0.7)) * len(old)
        first = build(self._with_derived_vetoes(json.loads(book.document)))
        self.names = sorted({event[2] for _, event in old if event[0] == "unit.registered.v1"})
        self.names += [LATER, NEVER]
        moved: dict[int, int] = {}
        if self.rng.random() < 0.8:
            self._adopt(first)
        if self.books and self.rng.random() < 0.5:  # nothing is scored but early, and then the rules change
            self.doubtful()
            self.amend()
        for told, (number, (type_, service, subject, data)) in enumerate(old):
            self.told = told
            if not type_.startswith("rulebook."):
                cited = self._cited(type_, data, moved, book.digest)
                moved[number] = self.say(type_, subject, cited, source=f"/{service}/")
            if not self.books and told > self.units + 12:
                self._adopt(first)
            while self.rng.random() < 0.4 * self.density:
                self.rng.choice(_HAPPENINGS)(self)

    # --- stating ------------------------------------------------------------------------------------------

    def say(
        self, type_: str, subject: str, data: Json, *, source: str | None = None, readable: bool = True
    ) -> int:
        """One more event; its position."""
        position = len(self.events)
        jitter = self.rng.choice((0, 0, 0, 5, 90_000, -40_000))
        moment = datetime(2020, 11, 9, 2, tzinfo=UTC) + timedelta(minutes=position, seconds=jitter)
        made_by = SOURCES[type_] if source is None else source
        event = Other(
            position,
            type_,
            f"{made_by}{LEDGER}",
            subject,
            position + 1,
            instant(moment + timedelta(microseconds=self.rng.randrange(3))),
            data,
            readable,
        )
        self.events.append(event)
        fold_one(self.state, event)
        return position

    def _cited(self, type_: str, data: Json, moved: dict[int, int], book: str) -> Json:
        """``data`` of the cycle with its citations in their new places."""

        def place(position: Any) -> Any:
            return moved.get(position, len(self.events) + 3)

        match type_:
            case "decision.late_fact.v1":
                return data | {"fact": place(data["fact"])}
            case "decision.confirmed.v1" | "decision.disputed.v1":
                return data | {"decision": place(data["decision"])}
            case "score.confirmed.v1":
                return data | {"scores": [place(one - 1) + 1 for one in data["scores"]]}
            case "score.disputed.v1":
                return data | {"score": place(data["score"] - 1) + 1}
            case "score.recorded.v1" if data.get("rulebook") == book:
                return data | {"rulebook": self._digest()}
        return data

    def _digest(self) -> str:
        now = self.state.rulebook
        adopted = [book.digest for book in self.books]
        if now is not None and self.rng.random() < 0.9:
            return now.digest
        return self.rng.choice([*adopted, "sha256:none"])

    # --- rulebooks ----------------------------------------------------------------------------------------

    def _with_derived_vetoes(self, data: Json) -> Json:
        for number, rule in enumerate(("self_score_not_submitted", "criterion_is_zero:1.2")):
            derived = {
                "rule": rule,
                "as_of": self.rng.choice(("position", "inspection_opened", "round_closed")),
            }
            data["vetoes"].append(
                {
                    "id": f"V{7 + number}",
                    "label": "-",
                    "source": {"derived": derived},
                    "effect": {"max_class": "C"},
                }
            )
        return data

    def _adopt(self, book: Rulebook, **more: Any) -> None:
        text = book.document.decode()
        middle = len(text) // 2
        for index, piece in enumerate((text[:middle], text[middle:])):
            part = {"digest": book.digest, "index": index, "parts": 2, "text": piece}
            self.say("rulebook.part.v1", "rulebook", part)
        self.books.append(book)
        self.say("rulebook.adopted.v1", "rulebook", {"digest": book.digest, "parts": 2, **more})

    def amend(self) -> None:
        """Another rulebook, mostly a lawful amendment: of what a value is worth, or of the frame too."""
        if not self.books or self.amended > 4:
            return
        self.amended += 1
        data = json.loads(self.books[-1].document)
        data["rulebook"]["version"] = f"{2 + self.amended}.0.0"
        mode = self.rng.choice(("prospective", "re_evaluate_all", "re_evaluate_all"))
        for _ in range(self.rng.choice((1, 2, 3))):
            self._change(data, self.rng.choice(_CHANGES))
        if mode == "re_evaluate_all" or self.rng.random() < 0.1:  # else it is refused
            most = self.rng.choice(("5", "6", "8"))
            leaf_of(data, "1.2")["max"] = {"QH": most, "LLVT": self.rng.choice((most, "16"))}
            for area in AREAS:
                worth = [
                    parse(leaf["max"][area]) * parse(leaf["weight"])
                    for leaf in (leaf_of(data, name) for name in LEAVES)
                    if area in leaf["max"]
                ]
                data["total"][area] = shortest(total(worth))
        mode = "" if self.rng.random() < 0.05 else mode
        more = {"mode": mode} | ({"decision": "QĐ-77"} if self.rng.random() < 0.95 else {})
        try:
            book = build(data)
        except ValueError:
            return
        self._adopt(book, **more)

    def _change(self, data: Json, what: str) -> None:
        rng = self.rng
        match what:
            case "ladder":
                leaf_of(data, "1.1")["ladder"]["rows"][1]["frac"] = rng.choice(("0.5", "0.7"))
            case "count":
                leaf_of(data, "2.3")["per"] = rng.choice(("0.5", "0.75", "1"))
            case "target":
                leaf_of(data, "2.1")["no_target"] = rng.choice(("rescale", "full", "zero"))
            case "source":
                leaf_of(data, "2.2")["source_max"] = rng.choice(("50", "9", "8"))
            case "period":
                data["period"]["to"] = rng.choice(("2020-12-31", "2020-12-30"))
            case "veto":
                for veto in data["vetoes"][-2:]:
                    veto["source"]["derived"]["as_of"] = rng.choice(("position", "inspection_opened"))
            case _:
                data["policies"]["conclusion_outranks_department"] = rng.random() < 0.5
                data["policies"]["on_behalf_confirmation"] = rng.choice(("optional", "required"))

    # --- scores -------------------------------------------------------------------------------------------

    def unit(self) -> str:
        """Any unit; the one that is never registered least of all."""
        return self.rng.choice((*self.names, *self.names[:-1], *self.names[:-1]))

    def _cell(self) -> tuple[str, str, str]:
        """A unit with a criterion and a stage; seldom one that a score may not state."""
        criterion = self.rng.choice(LEAVES)
        stage = "external" if criterion == "2.2" else "department"
        if self.rng.random() < 0.2:
            stage = self.rng.choice(("self", "self", "standing", "appeal", "inspection"))
        return self.unit(), criterion, stage

    def _said(self, criterion: str, stage: str) -> Json:
        value = self.rng.choice(GOOD[criterion] if self.rng.random() < 0.8 else VALUES)
        data = {"criterion": criterion, "stage": stage, "value": value}
        if criterion == "2.1" or self.rng.random() < 0.03:
            data["target"] = self.rng.choice(("10", "10", "10", "10", "0", "x"))
        if self.books and self.rng.random() < 0.6:
            data["rulebook"] = self._digest()
        if self.rng.random() < 0.04:
            data["period"] = self.rng.choice(("2020", "2020-H1"))
        if self.rng.random() < 0.08:
            del data["value"]
            data["state"] = self.rng.choice(("NO_TARGET", "NOT_APPLICABLE"))
        return data

    def score_again(self) -> None:
        """A cell is stated a few times in a row, now and then taken back as often."""
        unit, criterion, stage = self._cell()
        for _ in range(self.rng.choice((1, 2, 3, 4))):
            self.say("score.recorded.v1", unit, self._said(criterion, stage))
        if self.rng.random() < 0.4:
            for _ in range(self.rng.choice((1, 2, 3))):
                self._take_back(unit, criterion, stage)
                if self.rng.random() < 0.3:
                    self.say("score.recorded.v1", unit, self._said(criterion, stage))

    def doubtful(self) -> None:
        """Good values of a cell, then one that is good in another area or under another rulebook only."""
        unit, (good, bad) = self.unit(), self.rng.choice((("456", "8"), ("4555", "6"), ("345", "x")))
        for value in (*self.rng.choices(good, k=self.rng.choice((1, 3, 4))), bad):
            self.say("score.recorded.v1", unit, {"criterion": "1.2", "stage": "department", "value": value})

    def absorbed(self) -> None:
        """What the Committee decided is taken back behind scores that claimed its stage and never counted."""
        unit, stage = self.unit(), self.rng.choice(("standing", "appeal"))
        said = {"criterion": "1.2", "stage": stage}
        self.say("decision.score.v1", unit, {**said, "points": self.rng.choice("3456"), **MEETING})
        for _ in range(2):
            self.say("score.recorded.v1", unit, {**said, "value": "5"})
        for _ in range(self.rng.choice((2, 3))):
            self._take_back(unit, "1.2", stage)

    def repeat(self) -> None:
        """An earlier score is stated once more as it was."""
        scores = [event for event in self.events[-40:] if event.type == "score.recorded.v1"]
        if scores:
            again = self.rng.choice(scores)
            self.say(again.type, again.subject, again.data)

    def _take_back(self, unit: str, criterion: Any, stage: Any) -> None:
        type_ = "decision.score_withdrawn.v1" if stage in ("standing", "appeal") else "score.withdrawn.v1"
        self.say(type_, unit, {"criterion": criterion, "stage": stage, "reason": "-"})

    def take_back(self) -> None:
        """The latest of any cell that was stated."""
        cells = [
            (event.subject, event.data.get("criterion"), event.data.get("stage"))
            for event in self.events
            if event.type in ("score.recorded.v1", "decision.score.v1")
        ]
        if cells:
            for _ in range(self.rng.choice((1, 1, 2))):
                self._take_back(*self.rng.choice(cells))

    def on_behalf(self) -> None:
        """A value entered for another body, and what that one says to it."""
        unit, criterion, stage = self._cell()
        position = self.say(
            "score.recorded.v1", unit, self._said(criterion, stage) | {"on_behalf_of": "TNXP"}
        )
        self.entered.append((unit, position + 1))
        if self.rng.random() < 0.7:
            unit, number = self.rng.choice(self.entered)
            if self.rng.random() < 0.6:
                self.say("score.confirmed.v1", unit, {"scores": [number, 0]})
            else:
                self.say("score.disputed.v1", unit, {"score": number, "text": "-"})

    # --- the register -------------------------------------------------------------------------------------

    def register(self) -> None:
        """The late one is registered, or a unit a second time."""
        unit = LATER if self.rng.random() < 0.6 else self.unit()
        if unit == NEVER:
            return
        row: Json = {"area": self.rng.choice((*AREAS, *AREAS, "NOWHERE")), "kind": "unit", "name": unit}
        if self.rng.random() < 0.2:
            row["valid_to"] = self.rng.choice(_DAY)
        self.say("unit.registered.v1", unit, row)

    def change(self) -> None:
        """Another name, another area, a last day."""
        day = {"valid_from": self.rng.choice(_DAY), "document": "QĐ-21"}
        match self.rng.choice(("rename", "move", "move", "move", "close")):
            case "rename":
                self.say("unit.renamed.v1", self.unit(), {"name": self.rng.choice("xyz"), **day})
            case "move":
                area = self.rng.choice((*AREAS, *AREAS, *AREAS, "NOWHERE"))
                self.say("unit.moved.v1", self.unit(), {"area": area, **day})
            case _:
                last = {"last_day": self.rng.choice(_DAY[2:]), "successors": self.rng.sample(self.names, k=1)}
                self.say("unit.closed.v1", self.unit(), last)

    # --- inspections --------------------------------------------------------------------------------------

    def open_inspection(self) -> None:
        if self.told >= self.ends_from and self.rng.random() < 0.3:
            self.say("inspection.opened.v1", self.unit(), {"team": "DKT-1"})

    def conclude(self) -> None:
        """A conclusion, or an amended one: values, adjustments that know what stood before or not, models."""
        if self.told < self.ends_from:
            return
        unit, data = self.unit(), {"team": "DKT-1"}
        sheet = sheet_of(self.state, unit)
        known = {} if sheet is None else {leaf.id: leaf.points for leaf in sheet.leaves}
        criterion = self.rng.choice(LEAVES)
        adjusted: Json = {"criterion": criterion, "to": self.rng.choice(VALUES), "reason": "-"}
        if self.rng.random() < 0.8:
            points = known.get(criterion)
            right = None if points is None else shortest(points)
            adjusted["from_effective"] = right if self.rng.random() < 0.7 else self.rng.choice(VALUES)
        more: Json = {
            "scores": [{"criterion": "3.1", "value": self.rng.choice(VALUES)}],
            "adjustments": [adjusted],
            "withdrawn": self.rng.sample(LEAVES, k=2),
            "recognised_models": [{"ref": ref, "title": ref} for ref in self.rng.sample("MNO", k=2)],
        }
        data |= {key: one for key, one in more.items() if self.rng.random() < 0.5}
        kind = "amended" if self.rng.random() < 0.6 else "signed"
        position = self.say(f"conclusion.{kind}.v1", unit, data)
        if self.rng.random() < 0.5:
            answer = {"conclusion": position + 1, "criterion": criterion}
            self.say(f"adjustment.{self.rng.choice(('acknowledged', 'disputed'))}.v1", unit, answer)

    def late(self) -> None:
        """The Committee admits a score of the latest, which may have been in time."""
        scores = [event for event in self.events if event.type == "score.recorded.v1"][-6:]
        if scores:
            one = self.rng.choice(scores)
            data = {"fact": one.position, "outcome": self.rng.choice(("accepted", "accepted", "refused"))}
            self.say("decision.late_fact.v1", one.subject, data | MEETING)

    def close(self) -> None:
        if self.told >= self.ends_from and self.rng.random() < 0.08:
            self.say("round.closed.v1", "*", {"round": "DOT", "exceptions": []})

    # --- decisions ----------------------------------------------------------------------------------------

    def decide(self) -> None:
        """Any decision, of the Committee itself or entered for it; now and then an answer."""
        unit, rng = self.unit(), self.rng
        made: Json = {
            "decision.score.v1": {
                "criterion": rng.choice(LEAVES),
                "stage": rng.choice(("standing", "appeal")),
                "points": rng.choice(VALUES),
            },
            "decision.bonus.v1": {"code": "T1", "occurrence_ref": rng.choice("ab"), "outcome": "accepted"},
            "decision.penalty.v1": {
                "code": "P1",
                "occurrence_ref": "a",
                "outcome": rng.choice(("accepted", "no")),
            },
            "decision.veto_recorded.v1": {"veto": rng.choice(("V1", "V3"))},
            "decision.veto_lifted.v1": {"veto": rng.choice(("V1", "V3"))},
            "decision.forfeit_confirmed.v1": {},
            "decision.forfeit_lifted.v1": {},
            "decision.exception.v1": {"criteria": rng.sample(LEAVES, k=2)},
            "decision.tie.v1": {"area": rng.choice((*AREAS, None)), "order": [[one] for one in self.names]},
        }
        type_ = rng.choice(sorted(made))
        entered = ON_BEHALF if rng.random() < 0.3 else {}
        subject = "*" if type_ == "decision.tie.v1" else unit
        position = self.say(type_, subject, made[type_] | MEETING | entered)
        if entered:
            cited = rng.choice((position, *self.state.decisions))
            kind = rng.choice(("confirmed", "disputed"))
            self.say(f"decision.{kind}.v1", subject, {"decision": cited})

    def propose(self) -> None:
        kind, code = self.rng.choice((("bonus", "T1"), ("penalty", "P1")))
        data = {"code": code, "occurrence_ref": self.rng.choice("ab"), "occurred_on": self.rng.choice(_DAY)}
        self.say(f"{kind}.proposed.v1", self.unit(), data)

    # --- out of line --------------------------------------------------------------------------------------

    def odd(self) -> None:
        """Any type, with anything in it; from its own source, or from another."""
        type_ = self.rng.choice(_ANY if self.told < self.ends_from else (*_ANY, *_ENDS))
        data = {key: self.rng.choice(ODD) for key in self.rng.sample(KEYS, k=6)}
        source = self.rng.choice((None, None, None, "/ranking/", "/inspections/", "/scores/"))
        self.say(type_, self.rng.choice((*self.names, "*")), data, source=source)

    def odd_score(self) -> None:
        """A score, or its withdrawal, with a part that is no text, another one, or not there."""
        unit, criterion, stage = self._cell()
        data = self._said(criterion, stage)
        key = self.rng.choice(("criterion", "stage", "value", "target", "state", "rulebook", "period"))
        if self.rng.random() < 0.3:
            data.pop(key, None)
        else:
            data[key] = self.rng.choice(ODD)
        self.say(self.rng.choice(("score.recorded.v1", "score.withdrawn.v1")), unit, data)

    def unreadable(self) -> None:
        """What was said before, in a form that the catalogue of today does not understand."""
        for one in self.rng.sample(self.events[-20:], k=min(1, len(self.events))):
            self.say(one.type, one.subject, one.data, source=one.source.removesuffix(LEDGER), readable=False)

    def foreign(self) -> None:
        """What was said before, by a service that may not say it."""
        for one in self.rng.sample(self.events, k=min(1, len(self.events))):
            self.say(one.type, one.subject, one.data, source=self.rng.choice(("/notify/", "/root/")))

    def any_type(self) -> None:
        """Each type as its source may state it, with little in it."""
        for type_ in self.rng.sample(_ANY, k=3):
            data = {"name": "-", "position": 1, "reason": "-", "event": 3, "noise": "n-1"}
            self.say(type_, self.unit(), data)


_OFTEN: Final[tuple[Callable[[_Telling], None], ...]] = (
    _Telling.score_again,
    _Telling.doubtful,
    _Telling.repeat,
    _Telling.take_back,
    _Telling.on_behalf,
    _Telling.change,
)
_HAPPENINGS: Final[tuple[Callable[[_Telling], None], ...]] = (
    *_OFTEN,
    *_OFTEN,
    *_OFTEN,
    _Telling.absorbed,
    _Telling.amend,
    _Telling.amend,
    _Telling.register,
    _Telling.open_inspection,
    _Telling.conclude,
    _Telling.late,
    _Telling.close,
    _Telling.decide,
    _Telling.propose,
    _Telling.odd,
    _Telling.odd_score,
    _Telling.odd_score,
    _Telling.unreadable,
    _Telling.foreign,
    _Telling.any_type,
)
