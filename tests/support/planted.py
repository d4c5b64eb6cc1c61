"""A restricted ledger in which what was said of each unit can be recognised wherever it turns up.

Version 1 is published; after it every unit gets new values, decisions and proposals, none of them published.
What is said of a unit holds :func:`mark` of it, and its raw values are :data:`RAW` and :data:`SELF`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.support.ranking_site import PEOPLE, Site
from tests.support.shown import MEETING, demo_rulebook, demo_units

OWN, HIDDEN, TEAMS, FAR = "QH-Q01", "QH-Q03", "QH-Q04", "LLVT-CATP"
UNITS = (OWN, HIDDEN, TEAMS, FAR)
FACT = {"kind": "bonus", "unit": HIDDEN, "code": "T1", "occurrence_ref": f"KIN-{HIDDEN}-GIA-DINH"}

RAW = {OWN: "48271", HIDDEN: "58271", TEAMS: "68271", FAR: "78271"}
"""Unpublished value of 2.1, a criterion of BMT, in each unit."""
SELF = {OWN: "41337", HIDDEN: "51337", TEAMS: "61337", FAR: "71337"}
"""What each unit scored itself in 2.1 before the publication: never effective, so never published."""
TARGET = "99991"
EVERYBODY = "KIN-MOI-DON-VI"
"""In what is said of all units at once: a freeze, an acknowledgement."""

SEES = {"unit": {OWN}, "department": set[str](), "team": {TEAMS}, "admin": set[str](), None: set[str]()}
"""The units of whose unpublished rows the readers who do not see everything see all."""
ALL = ("office", "committee", "auditor")
READERS = (*PEOPLE, None)


def mark(unit: str) -> str:
    """What every text about ``unit`` holds."""
    return f"KIN-{unit}"


def secrets(unit: str) -> set[str]:
    """What nobody who does not see all of ``unit`` may read."""
    return {mark(unit), RAW[unit], SELF[unit], *(f"{raw[:2]}.{raw[2:]}" for raw in (RAW[unit], SELF[unit]))}


class Planted:
    """The site, the position that was published, the present one, and a kept what-if."""

    def __init__(self, folder: Path, live_visibility: str = "restricted") -> None:
        site = self.site = Site(folder)
        units = [unit for unit in demo_units() if unit["unit"] in UNITS]
        site.fed.open().adopt(demo_rulebook(live_visibility)).register(units)
        site.fed.fill(units=units, decisions=False, share=1)
        for unit in UNITS:
            self._score(unit, SELF[unit], stage="self")
        self._schedule()
        site.start().make_publishable()
        self.published = self._post("publish", {"reason": "Công bố."}, "committee")["position"]
        for unit in UNITS:
            self._say_of(unit)
        self._say_of_all()
        self.what_if = self._what_if()
        self.now = site.fed.size
        self.decided = self._first_decision()

    def _score(self, unit: str, value: str, **more: Any) -> None:
        assert self.site.fed.rulebook is not None
        data = {"criterion": "2.1", "stage": "department", "value": value, "target": TARGET, **more}
        data |= {"responsible": unit if "stage" in more else "BMT", "rulebook": self.site.fed.rulebook.digest}
        self.site.fed.state("scores", "score.recorded.v1", unit, data, role="department")

    def _schedule(self) -> None:
        data = {"team": "DKT-1", "date": "2020-11-20", "session": "MORNING", "schedule_version": 1}
        self.site.fed.state("inspections", "inspection.scheduled.v1", TEAMS, data)

    def _say_of(self, unit: str) -> None:
        fed, said = self.site.fed, mark(unit)
        fed.feed()
        late = fed.size
        self._score(unit, RAW[unit])
        basis = {"occurred_on": "2020-05-01", "basis": f"{said} căn cứ", "responsible": "BMT"}
        for kind, code in (("bonus", "T1"), ("penalty", "P1")):
            data = {"code": code, "occurrence_ref": f"{said}-{kind}", **basis}
            fed.state("scores", f"{kind}.proposed.v1", unit, data, role="department")
        veto = {"veto": "V1", "document": f"{said} văn bản"}
        fed.state("scores", "veto.recorded.v1", unit, veto)
        fed.feed()
        meeting = {"unit": unit, **MEETING, "document": f"{said} KL", "text": f"{said} lý do"}
        self._post("decisions/late-fact", {"fact": late, "outcome": "accepted", **meeting}, "committee")
        amount = {"code": "T2", "occurrence_ref": f"{said}-T2", "outcome": "accepted", **meeting}
        self._post("decisions/bonus", amount, "office")
        entered = fed.size - 1
        amount = {"code": "P2", "occurrence_ref": f"{said}-P2", "outcome": "accepted", **meeting}
        self._post("decisions/penalty", amount, "committee")
        score = {"criterion": "3.2", "points": "1.50", **meeting}
        self._post("decisions/score", score, "committee")
        dispute = {"decision": entered, "outcome": "disputed", "text": f"{said} bác"}
        self._post("decisions/confirm", dispute, "committee")

    def _say_of_all(self) -> None:
        self._post("freezes", {"name": "DOT-1", "reason": f"{EVERYBODY} chốt"}, "committee")

    def _what_if(self) -> str:
        answer = self.site.client().post(
            "/ranking/v1/hcmc/2020/what-ifs", json={"facts": [FACT]}, headers=self.site.token("committee")
        )
        assert answer.status_code == 201, answer.text
        return str(answer.json["digest"])

    def _post(self, path: str, body: dict[str, Any], name: str) -> Any:
        answer = self.site.post(path, body, name, f"key-{self.site.fed.size}")
        assert answer.status_code == 201, answer.text
        self.site.relay()
        return answer.json["receipts"][0]["data"] if path == "publish" else answer.json

    def _first_decision(self) -> int:
        """Position of a decision on :data:`HIDDEN`."""
        items = self.site.get("decisions", "office").json["items"]
        return next(int(item["position"]) for item in items if item["subject"] == HIDDEN)
