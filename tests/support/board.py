"""A ledger for engine tests: states facts as the services would and folds them, without bytes or
signatures.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from services.ranking.engine import State, body, compute, evolve, initial, table
from services.ranking.engine.standings import Row
from shared.rulebook import Rulebook
from shared.rulebook.loader import load

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "deploy" / "demo" / "2020"
EXPECTED = ROOT / "tests" / "data" / "2020"
TIME = "2020-11-09T02:00:00.000000Z"
ON_BEHALF = {"on_behalf_of": "STANDING_COMMITTEE"}
MEETING = {"meeting": "BTV-11", "date": "2020-11-02", "document": "QĐ-01", "text": "Quyết định"}

Stated = tuple[str, str, str, dict[str, Any]]
"""Type, service, subject, data."""


def rulebook_2020() -> Rulebook:
    """The example rulebook of the 2020 cycle."""
    return load((DEMO / "rulebook.yaml").read_text("utf-8"))


def replay(events: Iterable[Stated], ledger: str = "hcmc/2020", state: State | None = None) -> State:
    """Fold events; continues ``state`` if one is given."""
    state = initial(ledger) if state is None else state
    for event_type, service, subject, data in events:
        position = state.size
        evolve(state, event_type, f"/{service}/{ledger}", subject, position + 1, position, TIME, data)
    return state


class Board:
    """One made-up cycle.  Every method states one fact and returns the position it took."""

    def __init__(self, rulebook: Rulebook | None = None) -> None:
        self.events: list[Stated] = []
        self.digest: str | None = None
        if rulebook is not None:
            self.adopt(rulebook)

    def state_fact(self, event_type: str, service: str, subject: str, data: dict[str, Any]) -> int:
        self.events.append((event_type, service, subject, data))
        return len(self.events) - 1

    def adopt(self, rulebook: Rulebook, *, parts: int = 2, **more: Any) -> int:
        text = rulebook.document.decode("utf-8")
        cut = -(-len(text) // parts)
        for n in range(parts):
            piece = {
                "digest": rulebook.digest,
                "index": n,
                "parts": parts,
                "text": text[n * cut : (n + 1) * cut],
            }
            self.state_fact("rulebook.part.v1", "scores", "rulebook", piece)
        self.digest = rulebook.digest
        return self.state_fact(
            "rulebook.adopted.v1",
            "scores",
            "rulebook",
            {"digest": rulebook.digest, "parts": parts, "version": rulebook.identity.version, **more},
        )

    def unit(self, code: str, area: str = "QH", **more: Any) -> int:
        data = {"area": area, "kind": "unit", "name": f"Đơn vị {code}", **more}
        return self.state_fact("unit.registered.v1", "scores", code, data)

    def score(
        self,
        unit: str,
        criterion: str,
        value: str | None = None,
        stage: str = "department",
        target: str | None = None,
        **more: Any,
    ) -> int:
        data = {"criterion": criterion, "stage": stage, "rulebook": self.digest, **more}
        data |= {key: one for key, one in (("value", value), ("target", target)) if one is not None}
        return self.state_fact("score.recorded.v1", "scores", unit, data)

    def confirm(self, unit: str, *numbers: int) -> int:
        """The responsible body confirms the values with these ``numbers``: each one's position and 1."""
        return self.state_fact("score.confirmed.v1", "scores", unit, {"scores": list(numbers)})

    def dispute(self, unit: str, number: int) -> int:
        return self.state_fact("score.disputed.v1", "scores", unit, {"score": number, "text": "-"})

    def rename(self, unit: str, name: str, valid_from: str) -> int:
        data = {"name": name, "valid_from": valid_from, "document": "QĐ-20"}
        return self.state_fact("unit.renamed.v1", "scores", unit, data)

    def move(self, unit: str, area: str, valid_from: str, **more: Any) -> int:
        data = {"area": area, "valid_from": valid_from, "document": "QĐ-21", **more}
        return self.state_fact("unit.moved.v1", "scores", unit, data)

    def shut(self, unit: str, last_day: str, *successors: str) -> int:
        data = {"last_day": last_day, "successors": list(successors), "document": "QĐ-22", "reason": "-"}
        return self.state_fact("unit.closed.v1", "scores", unit, data)

    def withdraw(self, unit: str, criterion: str, stage: str = "department", **more: Any) -> int:
        if stage in ("standing", "appeal"):
            kind, service = "decision.score_withdrawn.v1", "ranking"
        else:
            kind, service = "score.withdrawn.v1", "scores"
        return self.state_fact(
            kind, service, unit, {"criterion": criterion, "stage": stage, "reason": "-", **more}
        )

    def conclude(
        self,
        unit: str,
        scores: Mapping[str, str] | None = None,
        adjustments: Iterable[Mapping[str, Any]] = (),
        models: Iterable[str] = (),
        **more: Any,
    ) -> int:
        data = {
            "team": "DKT-1",
            "scores": [{"criterion": key, "value": value} for key, value in (scores or {}).items()],
            "adjustments": [dict(one) for one in adjustments],
            "recognised_models": [{"ref": ref, "title": ref} for ref in models],
            **more,
        }
        return self.state_fact("conclusion.signed.v1", "inspections", unit, data)

    def decide(
        self, unit: str, criterion: str, points: str | None, stage: str = "standing", **more: Any
    ) -> int:
        data: dict[str, Any] = {"criterion": criterion, "stage": stage, **MEETING, **more}
        if points is not None:
            data["points"] = points
        return self.state_fact("decision.score.v1", "ranking", unit, data)

    def bonus(self, unit: str, code: str, ref: str, kind: str = "bonus", **more: Any) -> int:
        data = {"code": code, "occurrence_ref": ref, "outcome": "accepted", **MEETING, **more}
        return self.state_fact(f"decision.{kind}.v1", "ranking", unit, data)

    def penalty(self, unit: str, code: str, ref: str, **more: Any) -> int:
        return self.bonus(unit, code, ref, "penalty", **more)

    def veto(self, unit: str, veto: str, document: str | None = "QĐ-09") -> int:
        return self.state_fact("veto.recorded.v1", "scores", unit, {"veto": veto, "document": document})

    def lift(self, unit: str, veto: str) -> int:
        return self.state_fact("veto.lifted.v1", "scores", unit, {"veto": veto, "document": "QĐ-10"})

    def forfeit(self, unit: str, **more: Any) -> int:
        return self.state_fact("decision.forfeit_confirmed.v1", "ranking", unit, {**MEETING, **more})

    def tie(self, area: str, *order: list[str], **more: Any) -> int:
        return self.state_fact(
            "decision.tie.v1", "ranking", "*", {"area": area, "order": list(order), **MEETING, **more}
        )

    def decide_veto(self, unit: str, veto: str, outcome: str = "recorded", **more: Any) -> int:
        return self.state_fact(
            f"decision.veto_{outcome}.v1", "ranking", unit, {"veto": veto, **MEETING, **more}
        )

    def late_fact(self, unit: str, fact: int, outcome: str = "accepted", **more: Any) -> int:
        data = {"fact": fact, "outcome": outcome, **MEETING, **more}
        return self.state_fact("decision.late_fact.v1", "ranking", unit, data)

    def exception(self, unit: str, *criteria: str, **more: Any) -> int:
        data = {"criteria": list(criteria), **MEETING, **more}
        return self.state_fact("decision.exception.v1", "ranking", unit, data)

    def answer(self, decision: int, outcome: str = "confirmed") -> int:
        """A member confirms or disputes the entry at ``decision``."""
        subject = self.events[decision][2] if decision < len(self.events) else "*"
        return self.state_fact(f"decision.{outcome}.v1", "ranking", subject, {"decision": decision})

    def open_inspection(self, unit: str) -> int:
        return self.state_fact("inspection.opened.v1", "inspections", unit, {"team": "DKT-1"})

    def close(self) -> int:
        return self.state_fact("round.closed.v1", "inspections", "*", {"round": "DOT", "exceptions": []})

    def state(self) -> State:
        return replay(self.events)

    def body(self) -> dict[str, Any]:
        return body(compute(self.state()))

    def rows(self) -> dict[str, Row]:
        return {row.sheet.unit: row for row in compute(self.state()).rows()}

    def row(self, unit: str) -> dict[str, Any]:
        """The row of a unit as in the body."""
        rows = [row for area in self.body()["areas"] for row in area["rows"] if row["unit"] == unit]
        assert len(rows) == 1, rows
        found: dict[str, Any] = rows[0]
        return found

    def lines(self) -> list[tuple[str, ...]]:
        return table(compute(self.state()))


def read_csv(path: Path) -> list[dict[str, str]]:
    """Rows of a csv file by column."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def register_units(board: Board, path: Path = DEMO / "units.csv") -> None:
    """Register every unit of a units table."""
    for row in read_csv(path):
        more = {key: row[key] for key in ("kind", "name", "valid_from", "valid_to") if row[key]}
        board.unit(row["unit"], row["area"], **more)


def state_inputs(board: Board, path: Path = EXPECTED / "expected-inputs.csv") -> None:
    """State every row of an inputs table (kind, unit, code, stage, value, target, ref) as an event."""
    rows = read_csv(path)
    bonuses = {"T1", "T2"}
    leaf_periods = {leaf.id: leaf.period for leaf in rulebook_2020().leaves}
    for row in rows:
        unit, code, stage = row["unit"], row["code"], row["stage"]
        value, target = row["value"] or None, row["target"] or None
        if row["kind"] == "score":
            state = {"NO_TARGET": "NO_TARGET", "NA": "NOT_APPLICABLE"}.get(row["value"])
            if state is not None:
                value = None
            more: dict[str, Any] = {} if state is None else {"state": state}
            if leaf_periods.get(code) is not None:
                more["period"] = leaf_periods[code]
            if stage in ("standing", "appeal"):
                board.decide(unit, code, value, stage, **more)
            elif stage != "inspection":
                board.score(unit, code, value, stage, target, **more)
            elif code.startswith("8."):
                board.conclude(unit, {code: value or ""})
            else:
                board.conclude(unit, adjustments=[{"criterion": code, "to": value, "reason": "-"}])
        elif row["kind"] == "adjustment":
            board.bonus(unit, code, row["ref"], "bonus" if code in bonuses else "penalty")
        elif code.startswith("veto:"):
            board.veto(unit, code.removeprefix("veto:"), row["ref"])
        else:
            board.conclude(unit, models=[f"MH-{n}" for n in range(int(row["value"]))])
