"""The scores service with the whole cycle of the demonstration set up, and its web process for browsers."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext

from shared.web.runtime import SESSION_COOKIE
from tests.support.deciding import RULEBOOK
from tests.support.running import serve
from tests.support.town import ADMIN, LEDGER, START, Town, accepted, town

PEOPLE = {
    "vanphong": ("office", "ledger"),
    "kiemtra": ("auditor", "ledger"),
    "btv": ("standing_committee", "ledger"),
    "btg": ("department", "department:BTG"),
    "btg.hai": ("department", "department:BTG"),
    "btg.truong": ("department_head", "department:BTG"),
    "bmt": ("department", "department:BMT"),
    "btc": ("department", "department:BTC"),
    "btn": ("department", "department:BTN"),
    "ntn": ("department", "department:NTN_TP"),
    "tst": ("department", "department:TST"),
    "bithu.q01": ("unit", "unit:QH-Q01"),
    "bithu.q03": ("unit", "unit:QH-Q03"),
}
"""Who holds which grant from the start, by the subject of his token; ``quantri`` is the administrator."""


@dataclass(frozen=True)
class LiveScores:
    """A running scores service over the database of ``town``."""

    town: Town
    address: str

    @property
    def page(self) -> str:
        """Where the pages of the ledger begin."""
        return f"{self.address}/scores/{LEDGER}/"

    def become(self, context: BrowserContext, sub: str) -> None:
        """Sign the browser in as ``sub``, as the chooser of the demonstration does."""
        token = self.town.issuer.issue(sub, ttl=3600)
        context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": self.address}])


@contextmanager
def serving_scores(made: Town) -> Iterator[LiveScores]:
    """``made`` behind a running gunicorn, until the block ends."""
    process, address = serve(made.settings, "scores")
    try:
        yield LiveScores(made, address)
    finally:
        process.terminate()
        process.wait(10)


def demo_cycle(
    folder: Path,
    *,
    units: Sequence[str] | None = None,
    policies: dict[str, str] | None = None,
    services: Sequence[str] = ("scores", "inspections"),
) -> Town:
    """The cycle of the demonstration: rulebook, bodies, units (all, or only some codes), people, sessions.

    ``policies``: lines of the rulebook's policies to change, such as ``{"signoff": "head"}``.
    """
    made = town(folder, services)
    made.open()
    made.set_clock(START)
    rows = [_given(unit) for unit in open_units() if units is None or unit["unit"] in units]
    cycle = {"cycle": "2020", "name": "Năm 2020", "period": {"from": "2020-01-01", "to": "2020-12-31"}}
    accepted(
        (
            made.post("scores", "cycle", cycle, ADMIN),
            made.post("scores", "rulebook", {"rulebook": _rulebook(policies or {})}, ADMIN),
            made.post("scores", "departments/batch", {"departments": _csv("departments")}, ADMIN),
            made.post("scores", "units/batch", {"units": rows}, ADMIN),
        )
    )
    registered = {row["unit"] for row in rows}
    for sub, (role, scope) in PEOPLE.items():
        if role == "unit" and scope.removeprefix("unit:") not in registered:
            continue
        grant = {"grant": f"{role}.{sub}", "sub": sub, "role": role, "scope": scope, "from": START}
        accepted([made.post("scores", "grants", grant, ADMIN)])
    made.settle()
    if "inspections" in services:
        schedule(made, [row for row in _csv("schedule") if units is None or row["unit"] in units])
    return made


def schedule(made: Town, sessions: Sequence[dict[str, str]]) -> None:
    """Open the round, form the teams of ``sessions``, and schedule them."""
    about = {
        "round": "DOT-2020",
        "first_day": "2020-11-09",
        "last_day": "2020-11-20",
        "calendar": "lich-2020",
    }
    members: dict[str, list[dict[str, str]]] = {}
    for row in _csv("teams"):
        members.setdefault(row.pop("team"), []).append(row)
    teams = [{"team": team, "members": members[team]} for team in sorted({row["team"] for row in sessions})]
    accepted([made.post("inspections", "rounds", about, "vanphong")])
    accepted(made.post("inspections", "teams", team, "vanphong") for team in teams)
    made.settle()
    accepted([made.post("inspections", "schedule/batch", {"sessions": list(sessions)}, "vanphong")])
    made.settle()


def open_units() -> list[dict[str, str]]:
    """The register's rows of the units that are open at the end of 2020."""
    return [row for row in _csv("units") if row.get("valid_from", "") < "2021"]


def _given(row: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = dict(row)
    if "predecessors" in found:
        found["predecessors"] = found["predecessors"].split(";")
    return found


def _csv(name: str) -> list[dict[str, str]]:
    with (RULEBOOK.parent / f"{name}.csv").open(encoding="utf-8") as file:
        return [{key: text for key, text in row.items() if text} for row in csv.DictReader(file)]


def _rulebook(policies: dict[str, str]) -> str:
    text = RULEBOOK.read_text("utf-8")
    for name, value in policies.items():
        lines = [line for line in text.splitlines() if line.startswith(f"  {name}: ")]
        assert len(lines) == 1, name
        text = text.replace(lines[0], f"  {name}: {value}")
    return text
