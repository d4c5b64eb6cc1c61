"""What was entered for a body is confirmed or disputed by it; silence stays silence (plan III.3).  Pure."""

from __future__ import annotations

from collections.abc import Mapping

from services.scores.commands import ConfirmScores, DisputeScore
from services.scores.state import Entry, State
from shared.access import Target
from shared.deciding import Caller, Speaker
from shared.decisions import Refused
from shared.events import Draft


def confirm_scores(state: State, command: ConfirmScores, caller: Caller) -> list[Draft]:
    """One fact per unit and responsible body: it confirms these values, one list of many units at once."""
    confirmed: dict[tuple[str, str], list[int]] = {}
    speakers: dict[str, Speaker] = {}
    entries = _entries(state)
    for number in dict.fromkeys(command.scores):
        unit, entry = _entry(entries, number, "scores")
        speaker = caller.authorise(Target(owners=(entry.responsible,)), "scores.answer_entry")
        if entry.confirmed:
            raise _answered(number, "scores")
        confirmed.setdefault((unit, entry.responsible), []).append(number)
        speakers[entry.responsible] = speaker
    return [
        Draft(
            "score.confirmed.v1",
            unit,
            {**speakers[body].facts(responsible=body), "scores": sorted(numbers)},
        )
        for (unit, body), numbers in confirmed.items()
    ]


def dispute_score(state: State, command: DisputeScore, caller: Caller) -> list[Draft]:
    """The responsible body says that the value is not its own.  The value stays until it is changed."""
    unit, entry = _entry(_entries(state), command.score, "score")
    speaker = caller.authorise(Target(owners=(entry.responsible,)), "scores.answer_entry")
    if entry.confirmed or entry.disputed:
        raise _answered(command.score, "score")
    facts = speaker.facts(responsible=entry.responsible)
    return [Draft("score.disputed.v1", unit, {**facts, "score": command.score, "text": command.text})]


_Entries = Mapping[int, tuple[str, Entry]]


def _entries(state: State) -> _Entries:
    """Every value that stands, withdrawn ones left out, with its unit, by number."""
    return {
        entry.number: (unit.code, entry)
        for unit in state.units.values()
        for entries in unit.values.values()
        for entry in entries
        if entry.number is not None
    }


def _entry(entries: _Entries, number: int, field: str) -> tuple[str, Entry]:
    """The standing value with this number, entered for another body.  Raises when there is none."""
    found = entries.get(number)
    if found is None:
        raise Refused(
            "unknown-score",
            f"Không có điểm mang số {number}, hoặc điểm ấy đã rút.",
            f"No score has the number {number}, or it was withdrawn.",
            field=field,
            value=number,
            status=404,
        )
    if not found[1].on_behalf:
        raise Refused(
            "not-on-behalf",
            f"Điểm số {number} do chính {found[1].responsible} ghi, không cần xác nhận.",
            f"Score {number} was stated by {found[1].responsible} itself: nothing to answer.",
            field=field,
            value=number,
            status=409,
        )
    return found


def _answered(number: int, field: str) -> Refused:
    return Refused(
        "entry-answered",
        f"Điểm số {number} đã được trả lời.",
        f"Score {number} was answered already.",
        field=field,
        value=number,
        status=409,
    )
