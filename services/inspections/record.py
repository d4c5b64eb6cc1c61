"""What was stated of one unit before, in and after its session, folded from its own stream.  Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from shared.deciding import Stated

_NONE: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Record:
    """Each ``data`` as its event has it, the latest of its kind; None or empty: nothing stated yet.

    ``attendances`` and ``minutes`` count versions.  ``models``, ``limitations`` by ref, as last stated;
    ``assessed_models``, ``assessed_limitations``: the team's view of each.  ``delegate``: who concludes in
    the leader's place.  ``scored``, ``adjusted``: by criterion, the numbers of the events whose value stands,
    oldest first: the last one counts, and shows the one before it when it is withdrawn.  ``answers``: by
    (criterion, number of the adjustment), the type of the unit's answer.  ``concluded_at``: when the
    conclusion and each amendment were stated (instants), by number.
    """

    subordinates: tuple[Mapping[str, Any], ...] = ()
    attendances: int = 0
    attendance: Mapping[str, Any] | None = None
    site: Mapping[str, Any] | None = None
    party_committee: Mapping[str, Any] | None = None
    minutes: int = 0
    models: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: _NONE)
    assessed_models: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: _NONE)
    limitations: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: _NONE)
    assessed_limitations: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: _NONE)
    delegate: str | None = None
    scored: Mapping[str, tuple[int, ...]] = field(default_factory=lambda: _NONE)
    adjusted: Mapping[str, tuple[int, ...]] = field(default_factory=lambda: _NONE)
    answers: Mapping[tuple[str, int], str] = field(default_factory=lambda: MappingProxyType({}))
    concluded_at: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))

    def adjustment(self, criterion: str) -> int | None:
        """Number of the event whose adjustment of ``criterion`` stands, or None."""
        held = self.adjusted.get(criterion)
        return held[-1] if held else None

    def unanswered(self) -> tuple[str, ...]:
        """Criteria whose standing adjustment the unit has not answered, in the order of their codes.

        An amendment is a new adjustment: what was answered before is asked again.
        """
        return tuple(
            criterion
            for criterion in sorted(self.adjusted)
            if (number := self.adjustment(criterion)) is not None and (criterion, number) not in self.answers
        )

    def disputed(self) -> tuple[str, ...]:
        """Criteria whose standing adjustment the unit disputes, in the order of their codes."""
        return tuple(
            criterion
            for criterion in sorted(self.adjusted)
            if (number := self.adjustment(criterion)) is not None
            and self.answers.get((criterion, number)) == "adjustment.disputed.v1"
        )


def recorded(record: Record, event: Stated) -> Record:
    """``record`` after ``event``; an event that says nothing of it leaves it as it is."""
    change = _CHANGES.get(event.type)
    return record if change is None else change(record, event)


def _number(event: Stated) -> int:
    """Number of the event within this service; a draft has none yet."""
    return int(getattr(event, "sequence", 0))


def _subordinates(record: Record, event: Stated) -> Record:
    return replace(record, subordinates=tuple(event.data["subordinates"]))


def _attendance(record: Record, event: Stated) -> Record:
    return replace(record, attendances=event.data["version"], attendance=event.data)


def _site(record: Record, event: Stated) -> Record:
    return replace(record, site=event.data)


def _party_committee(record: Record, event: Stated) -> Record:
    return replace(record, party_committee=event.data)


def _minutes(record: Record, event: Stated) -> Record:
    return replace(record, minutes=event.data["version"])


def _model(record: Record, event: Stated) -> Record:
    return replace(record, models={**record.models, event.data["ref"]: event.data})


def _model_assessed(record: Record, event: Stated) -> Record:
    return replace(record, assessed_models={**record.assessed_models, event.data["ref"]: event.data})


def _limitations(record: Record, event: Stated) -> Record:
    carried = {one["ref"]: one for one in event.data["limitations"]}
    return replace(record, limitations={**record.limitations, **carried})


def _limitation_assessed(record: Record, event: Stated) -> Record:
    assessed = {**record.assessed_limitations, event.data["ref"]: event.data}
    return replace(record, assessed_limitations=assessed)


def _delegated(record: Record, event: Stated) -> Record:
    return replace(record, delegate=event.data["person"])


def _concluded(record: Record, event: Stated) -> Record:
    """Signed or amended: values are put on those that stand, withdrawn ones taken off."""
    data, number = event.data, _number(event)
    scored, adjusted = dict(record.scored), dict(record.adjusted)
    for held, entries in ((scored, data.get("scores", ())), (adjusted, data.get("adjustments", ()))):
        for entry in entries:
            held[entry["criterion"]] = (*held.get(entry["criterion"], ()), number)
    for criterion in data.get("withdrawn", ()):
        for held in (scored, adjusted):
            if criterion in held:
                held[criterion] = held[criterion][:-1]
    at = str(getattr(event, "time", None) or data["occurred_at"])
    return replace(record, scored=scored, adjusted=adjusted, concluded_at={**record.concluded_at, number: at})


def _answered(record: Record, event: Stated) -> Record:
    about = (event.data["criterion"], event.data["conclusion"])
    return replace(record, answers={**record.answers, about: event.type})


_CHANGES: Mapping[str, Callable[[Record, Stated], Record]] = MappingProxyType(
    {
        "subordinates.registered.v1": _subordinates,
        "attendance.declared.v1": _attendance,
        "site.declared.v1": _site,
        "party_committee.answered.v1": _party_committee,
        "minutes.recorded.v1": _minutes,
        "model.registered.v1": _model,
        "model.assessed.v1": _model_assessed,
        "limitation.carried.v1": _limitations,
        "limitation.assessed.v1": _limitation_assessed,
        "conclusion.delegated.v1": _delegated,
        "conclusion.signed.v1": _concluded,
        "conclusion.amended.v1": _concluded,
        "adjustment.acknowledged.v1": _answered,
        "adjustment.disputed.v1": _answered,
    }
)
TYPES = frozenset(_CHANGES)
"""The types of event that say something of a record."""
