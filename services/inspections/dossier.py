"""What a team reads before it goes to a unit: what the ledger holds of it (plan II, III.3).  Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from shared.events import Event
from shared.events.catalogue import interpret

Json = dict[str, Any]

_DATED = ("briefing", "scores", "proposals", "evaluations", "findings")


def dossier(events: Iterable[Event], area: str, members: Sequence[str] = ()) -> Json:
    """The dossier as JSON data, each list by when it happened (``at``), in the order of the ledger where that
    is the same: what is recorded the day after stands where it belongs, with ``recorded_at`` beside it.

    ``events``: those of the unit and those that touch several, from the ledger; briefing of another ``area``
    is left out.  ``members``: the persons of the unit's team: a score of another stage that one of them
    entered is named as a conflict.  Withdrawn values stay, and are marked; so are evaluations that came late
    (at or after the due instant in force, which is exclusive) or that a later version supersedes.
    """
    found: Json = {
        name: []
        for name in ("briefing", "scores", "proposals", "evaluations", "limitations", "models", "findings")
    }
    found["opening"] = found["minutes"] = None
    due: dict[str | None, str] = {}
    for event in events:
        if interpret(event) is not None:
            continue
        if event.type == "scoring.due_set.v1" and event.data["stage"] == "external":
            due[event.data.get("criterion")] = event.data["due"]
        _add(found, event, area)
    for name in _DATED:  # after the fold: what is withdrawn is what was stated last, whenever it happened
        found[name].sort(key=lambda one: str(one["at"]))
    found["evaluations"] = _evaluations(found, due)
    found["conflicts"] = [
        {"rule": "scorer", "person": score["by"], "criterion": score["criterion"], "number": score["number"]}
        for score in found["scores"]
        if score["by"] in members and score["stage"] in ("department", "external")
    ]
    return found


def _evaluations(found: Json, due: dict[str | None, str]) -> list[Json]:
    """Those that say something of the unit, marked ``late`` and ``superseded``."""
    cited = {score["evaluation"] for score in found["scores"]}
    later = {one["supersedes"] for one in found["evaluations"]}
    marked = []
    for one in found["evaluations"]:
        if one["evaluation"] in cited:
            until = due.get(one["criterion"], due.get(None))
            late = until is not None and one["at"] >= until
            marked.append({**one, "late": late, "superseded": one["evaluation"] in later})
    return marked


def _add(found: Json, event: Event, area: str) -> None:
    data = event.data
    head = {"number": event.sequence, "at": data["occurred_at"], "recorded_at": event.time}
    match event.type:
        case "briefing.issued.v1" if data.get("area", area) == area:
            about = {name: data[name] for name in ("department", "about", "text")}
            found["briefing"].append({**head, **about, "whole_area": "area" in data})
        case "score.recorded.v1":
            found["scores"].append(_score(head, data, data["stage"], data))
        case "conclusion.signed.v1" | "conclusion.amended.v1":
            _concluded(found, head, data)
        case "decision.score.v1":
            found["scores"].append(_score(head, data, data["stage"], data))
        case "score.withdrawn.v1" | "decision.score_withdrawn.v1":
            _withdraw(found["scores"], data["criterion"], data["stage"])
        case "evaluation.received.v1":
            about = {name: data[name] for name in ("evaluation", "criterion", "document", "authors")}
            found["evaluations"].append({**head, **about, "supersedes": data.get("supersedes")})
        case "bonus.proposed.v1" | "penalty.proposed.v1":
            kind = event.type.partition(".")[0]
            about = {
                name: data.get(name)
                for name in ("code", "occurrence_ref", "occurred_on", "basis", "evidence")
            }
            found["proposals"].append({**head, "kind": kind, "by": data.get("responsible"), **about})
        case "limitation.carried.v1":
            found["limitations"] += [
                {**one, "document": data.get("document"), "outcome": None, "assessment": None}
                for one in data["limitations"]
            ]
        case "limitation.assessed.v1":
            _assess(found["limitations"], data, outcome=data["outcome"], assessment=data["text"])
        case "model.registered.v1":
            told = {name: data[name] for name in ("ref", "title", "text")}
            known = [one for one in found["models"] if one["ref"] == data["ref"]]
            if known:
                known[0].update(told)
            else:
                found["models"].append({**told, "initiative": None, "assessment": None})
        case "model.assessed.v1":
            _assess(found["models"], data, initiative=data["initiative"], assessment=data["text"])
        case "finding.recorded.v1":
            found["findings"].append({**head, "content": data["content"], "text": data["text"]})
        case "inspection.opened.v1":
            found["opening"] = {
                **head,
                "by": data["actor"]["sub"],
                "base_position": data.get("base_position"),
                "missing_scores": data["missing_scores"],
                "override": data["override"]["reason"] if "override" in data else None,
                "case": data.get("case"),
            }
        case "minutes.recorded.v1":
            found["minutes"] = {**head, "version": data["version"], "items": data["items"]}


def _score(head: Json, data: Json, stage: str, value: Json) -> Json:
    return {
        **head,
        "criterion": value["criterion"],
        "stage": stage,
        "value": value.get("value", value.get("to", value.get("points"))),
        "target": value.get("target"),
        "state": value.get("state"),
        "responsible": data.get("responsible"),
        "evaluation": data.get("evaluation"),
        "by": data["actor"]["sub"],
        "withdrawn": False,
    }


def _concluded(found: Json, head: Json, data: Json) -> None:
    for value in (*data.get("scores", ()), *data.get("adjustments", ())):
        found["scores"].append(_score(head, data, "inspection", value))
    for criterion in data.get("withdrawn", ()):
        _withdraw(found["scores"], criterion, "inspection")


def _withdraw(scores: list[Json], criterion: str, stage: str) -> None:
    for score in reversed(scores):
        if (score["criterion"], score["stage"], score["withdrawn"]) == (criterion, stage, False):
            score["withdrawn"] = True
            return


def _assess(entries: list[Json], data: Json, **view: str) -> None:
    for entry in entries:
        if entry["ref"] == data["ref"]:
            entry.update(view)
