"""A hand-fed ranking database: a made-up 2020 cycle, signed, admitted and projected without Kafka."""

from __future__ import annotations

import csv
import random
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from services.ranking.projections import StandingsProjection
from shared.access.directory import Directory
from shared.database import engine_for, read_transaction
from shared.events.envelope import instant
from shared.ledger import reader
from shared.ledger.admission import Record
from shared.ledger.journal import Journal
from shared.ledger.projector import Projector
from shared.migrations import upgrade
from shared.rulebook import Rulebook
from shared.rulebook.loader import load
from shared.rulebook.number import show
from tests.support.world import World

DEMO = Path(__file__).resolve().parents[2] / "deploy" / "demo" / "2020"
LEDGER = "hcmc/2020"
TOPIC = "evaluation-events"
START = datetime(2020, 11, 9, 3, tzinfo=UTC)
MEETING = {"meeting": "BTV-12", "date": "2020-11-02", "document": "KL-12", "text": "Thống nhất."}


def demo_rulebook(live_visibility: str = "public") -> Rulebook:
    """The rulebook of the demonstration, with this policy."""
    lines = [
        line
        for line in (DEMO / "rulebook.yaml").read_text("utf-8").splitlines()
        if not line.strip().startswith("live_visibility:")
    ]
    at = next(number for number, line in enumerate(lines) if line.startswith("policies:"))
    lines.insert(at + 1, f"  live_visibility: {live_visibility}")
    return load("\n".join(lines) + "\n")


def demo_units() -> list[dict[str, str]]:
    """The units of the demonstration that are open at the end of 2020."""
    with (DEMO / "units.csv").open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if not row["valid_from"] or row["valid_from"] < "2021"]


class Fed:
    """A ledger that a test states facts into; :meth:`feed` admits and projects what was stated."""

    def __init__(self, engine: Engine, *, ledger: str = LEDGER, clock: str = "simulated") -> None:
        upgrade(engine, "ranking")
        self.engine = engine
        self.world = World(ledger, ("scores", "inspections", "ranking", "notify"))
        self.clock = clock
        self.moment = START
        self.stated: list[bytes] = []
        self.size = 0
        self.rulebook: Rulebook | None = None
        self._journal = Journal(engine, TOPIC, 0, self.world.roots)
        self._journal.open()
        self._projector = Projector(engine, [Directory(), StandingsProjection()])

    def state(
        self, service: str, type_: str, subject: str, data: dict[str, Any], *, role: str = "office"
    ) -> bytes:
        """State one fact; a minute passes."""
        self.moment += timedelta(minutes=1)
        now = instant(self.moment)
        actor = {"sub": "an", "role": role, "scope": "ledger"}
        value = self.world.event(
            service, type_, subject, {"occurred_at": now, "actor": actor, **data}, time=now
        )
        self.stated.append(value)
        return value

    def feed(self) -> int:
        """Admit and project what was stated; gives the ledger's size."""
        records = [
            Record(TOPIC, 0, self.size + number, LEDGER.encode(), value)
            for number, value in enumerate(self.stated)
        ]
        if records:
            self._journal.take(records)
        self.size += len(records)
        self.stated.clear()
        self._projector.run_to_end()
        return self.size

    def values(self, size: int) -> list[bytes]:
        """The first ``size`` events of the ledger table."""
        with read_transaction(self.engine) as connection:
            return [row.value for row in reader.rows(connection, LEDGER, 0, size)]

    def open(self) -> Fed:
        """Position 0 and the cycle."""
        now = instant(self.moment)
        self.stated.append(
            self.world.opened(
                clock=self.clock, name="Thành Đoàn: thi đua năm 2020", occurred_at=now, admins=["an"]
            )
        )
        self.state(
            "scores",
            "cycle.opened.v1",
            "*",
            {"cycle": "2020", "name": "Năm 2020", "period": {"from": "2020-01-01", "to": "2020-12-31"}},
        )
        return self

    def adopt(self, rulebook: Rulebook) -> Fed:
        """The rulebook, in parts."""
        text, size = rulebook.document.decode("utf-8"), 8000
        parts = [text[start : start + size] for start in range(0, len(text), size)]
        for index, part in enumerate(parts):
            data = {"digest": rulebook.digest, "index": index, "parts": len(parts), "text": part}
            self.state("scores", "rulebook.part.v1", "*", data)
        about = {"digest": rulebook.digest, "parts": len(parts), "rulebook_id": rulebook.identity.id}
        self.state(
            "scores",
            "rulebook.adopted.v1",
            "*",
            {**about, "version": rulebook.identity.version, "status": rulebook.identity.status},
        )
        self.rulebook = rulebook
        return self

    def register(self, units: list[dict[str, str]] | None = None) -> Fed:
        """Departments and units."""
        with (DEMO / "departments.csv").open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                data = {"name": row["name"], "kind": row["kind"]}
                self.state("scores", "department.registered.v1", f"department:{row['code']}", data)
        for unit in demo_units() if units is None else units:
            data = {"area": unit["area"], "kind": unit["kind"], "name": unit["name"], "predecessors": []}
            if unit["valid_to"]:
                data["valid_to"] = unit["valid_to"]
            self.state("scores", "unit.registered.v1", unit["unit"], data)
        return self

    def score(self, unit: str, criterion: str, value: str, target: str | None = None) -> bytes:
        """A first value of the criterion's owner."""
        assert self.rulebook is not None
        leaf = self.rulebook.leaf[criterion]
        data = {"criterion": criterion, "stage": leaf.stage, "value": value, "rulebook": self.rulebook.digest}
        if target is not None:
            data["target"] = target
        if leaf.period is not None:
            data["period"] = leaf.period
        return self.state(
            "scores",
            "score.recorded.v1",
            unit,
            {**data, "responsible": leaf.owner},
            role="department",
        )

    def conclude(self, unit: str, values: dict[str, str]) -> bytes:
        """A signed conclusion with the inspection's own criteria."""
        return self.state(
            "inspections",
            "conclusion.signed.v1",
            unit,
            {
                "team": "DKT-1",
                "strengths": "Chủ động.",
                "limitations": "Báo cáo chậm.",
                "orientation": "Giữ nền nếp.",
                "scores": [{"criterion": key, "value": value} for key, value in values.items()],
                "adjustments": [],
                "recognised_models": [],
            },
            role="team_leader",
        )

    def fill(
        self,
        *,
        seed: int = 2020,
        share: float = 0.97,
        units: list[dict[str, str]] | None = None,
        decisions: bool = True,
    ) -> Fed:
        """Scores for nearly all criteria of all units; with ``decisions``, some bonuses and penalties.

        Without them ranking's own numbers stay free for its store.
        """
        assert self.rulebook is not None
        chance = random.Random(seed)
        everyone = demo_units() if units is None else units
        levels = {unit["unit"]: chance.uniform(0.62, 1.0) for unit in everyone}
        for leaf in self.rulebook.leaves:
            for unit in everyone:
                area, code = unit["area"], unit["unit"]
                if area in leaf.max and leaf.stage != "inspection" and chance.random() < share:
                    self.score(code, leaf.id, *_value(leaf, area, levels[code], chance))
        for unit in everyone:
            code, area = unit["unit"], unit["area"]
            if chance.random() < share:
                self.conclude(
                    code,
                    {
                        leaf.id: _points(leaf.max[area], levels[code], chance)
                        for leaf in self.rulebook.leaves
                        if leaf.stage == "inspection" and area in leaf.max
                    },
                )
            if decisions and chance.random() < 0.3:
                kind, item = chance.choice([("bonus", "T1"), ("bonus", "T2"), ("penalty", "P1")])
                self.decide(kind, code, item, f"{code}-{item}")
        return self

    def close_round(self) -> bytes:
        """The round ends; every unit whose inspection is not concluded is excepted by name."""
        exceptions = [{"unit": unit["unit"], "reason": "Chưa kiểm tra."} for unit in demo_units()]
        data = {"round": "DOT-2020", "exceptions": exceptions}
        return self.state("inspections", "round.closed.v1", "*", data)

    def decide(self, kind: str, unit: str, code: str, ref: str) -> bytes:
        """An accepted bonus or penalty."""
        data = {"code": code, "occurrence_ref": ref, "outcome": "accepted", **MEETING}
        return self.state("ranking", f"decision.{kind}.v1", unit, data, role="standing_committee")


def _points(most: Fraction, level: float, chance: random.Random) -> str:
    quarters = int(most * 4)
    got = min(quarters, max(0, round(quarters * min(1.0, level + chance.uniform(-0.12, 0.08)))))
    return show(Fraction(got, 4), 2)


def _value(leaf: Any, area: str, level: float, chance: random.Random) -> tuple[str, str | None]:
    part = min(1.0, level + chance.uniform(-0.15, 0.1))
    if leaf.input == "ratio":
        return str(round(120 * part)), "120"
    if leaf.input == "count":
        assert leaf.per is not None
        return str(round(part * float(leaf.max[area] / leaf.per))), None
    if leaf.ladder is not None:
        return (
            (str(round(100 * part)), None)
            if leaf.ladder.unit == "percent"
            else (str(chance.choice([0, 0, 1, 3])), None)
        )
    return _points(leaf.max[area], level, chance), None


def whole_board(path: Path, *, live_visibility: str = "public", share: float = 0.97) -> Fed:
    """66 units in three areas with nearly all of their scores, in a SQLite file at ``path``."""
    fed = Fed(engine_for(f"sqlite:///{path}")).open().adopt(demo_rulebook(live_visibility)).register()
    fed.fill(share=share)
    fed.feed()
    return fed
