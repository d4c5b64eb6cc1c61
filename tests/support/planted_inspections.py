"""A restricted round in which what was said of a unit can be recognised wherever it turns up.

:data:`OWN` and :data:`HIDDEN` were prepared, inspected and concluded, by two teams; :data:`DRAFTED`, of the
first team, is open and its conclusion is a draft.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, text

from tests.support.deciding import RULEBOOK
from tests.support.planted_scores import text_of
from tests.support.town import ADMIN, START, Town, accepted, town

__all__ = ["Planted", "forbidden", "planted", "text_of"]

OWN, HIDDEN, DRAFTED = "QH-Q01", "QH-Q03", "QH-Q05"
TEAM, OTHER = "DKT-1", "DKT-2"
TEAM_OF = {OWN: TEAM, HIDDEN: OTHER, DRAFTED: TEAM}
PLANNED, BEFORE, DAY = (
    "2020-11-05T02:00:00.000000Z",
    "2020-11-07T02:00:00.000000Z",
    "2020-11-09T09:00:00.000000Z",
)

# Name -> sub, role, scope.  The teams' people get their roles from their team; the stranger none at all.
PEOPLE: dict[str, tuple[str, str, str]] = {
    "admin": (ADMIN, "admin", "ledger"),
    "office": ("vanphong", "office", "ledger"),
    "committee": ("banthuongvu", "standing_committee", "ledger"),
    "auditor": ("kiemtra", "auditor", "ledger"),
    "unit": ("bithu.q01", "unit", f"unit:{OWN}"),
    "other_unit": ("bithu.q03", "unit", f"unit:{HIDDEN}"),
    "department": ("chuyenvien.btg", "department", "department:BTG"),
    "head": ("truongban.btg", "department_head", "department:BTG"),
    "other_body": ("chuyenvien.btc", "department", "department:BTC"),
    "leader": ("truong.1", "team_leader", f"team:{TEAM}"),
    "secretary": ("thuky.1", "team_secretary", f"team:{TEAM}"),
    "member": ("vien.1", "team_member", f"team:{TEAM}"),
    "other_leader": ("truong.2", "team_leader", f"team:{OTHER}"),
    "other_secretary": ("thuky.2", "team_secretary", f"team:{OTHER}"),
    "other_member": ("vien.2", "team_member", f"team:{OTHER}"),
    "stranger": ("nguoi.la", "", ""),
}
READERS = (*PEOPLE, None)
ALL = frozenset({"office", "committee", "auditor"})
MINE = frozenset({"leader", "secretary", "member"})
THEIRS = frozenset({"other_leader", "other_secretary", "other_member"})
BTG = frozenset({"department", "head"})
TEAMS = {TEAM: MINE, OTHER: THEIRS}
UNITS = {OWN: frozenset({"unit"}), HIDDEN: frozenset({"other_unit"}), DRAFTED: frozenset[str]()}


def mark(unit: str) -> str:
    """What is for the unit, its team, and who sees everything."""
    return f"KIN-{unit}-X"


def briefed(unit: str) -> str:
    """What a department tells the unit's team of it: the unit does not read it."""
    return f"LUU-Y-{unit}-X"


def drafted(unit: str) -> str:
    """What the unit's team has written of it and not signed."""
    return f"NHAP-{unit}-X"


def reflected(person: str) -> str:
    """What a member writes to the leader of his team."""
    return f"THU-HOACH-{person}-X"


def nominated(team: str) -> str:
    """The name of somebody whom BTG nominates for the team."""
    return f"NGUOI-{team}-X"


def forbidden(name: str | None) -> set[str]:
    """Every mark that the reader may not read."""
    marks: set[str] = set()
    for unit, team in TEAM_OF.items():
        inspectors = TEAMS[team]
        if name not in ALL | inspectors | UNITS[unit]:
            marks.add(mark(unit))
        if name not in ALL | inspectors | BTG:
            marks.add(briefed(unit))
        if name not in inspectors:
            marks.add(drafted(unit))
    for team, people in TEAMS.items():
        leader = next(one for one in people if one.endswith("leader"))
        for author in people:
            if name not in (leader, author):
                marks.add(reflected(PEOPLE[author][0]))
        if name not in ALL | people | BTG:
            marks.add(nominated(team))
    return marks


@dataclass
class Planted:
    """The services, and the numbers of events that a test names."""

    town: Town
    names: dict[str, str] = field(default_factory=dict)

    def ask(self, path: str, name: str | None) -> Any:
        """A question at ``path`` by one of :data:`READERS`; names in capitals stand for what was planted."""
        headers = {} if name is None else self.headers(name)
        client = self.town.apps["inspections"].test_client()
        return client.get(self.filled(path), headers=headers, buffered=True)

    def headers(self, name: str) -> dict[str, str]:
        """Who it is."""
        return {"Authorization": f"Bearer {self.town.issuer.issue(PEOPLE[name][0])}"}

    def filled(self, path: str) -> str:
        """``path`` with what was planted in place of its names."""
        for word, value in sorted(self.names.items(), reverse=True):
            path = path.replace(word, value)
        return path

    def stored(self) -> list[tuple[str, tuple[Any, ...]]]:
        """Every row of every table of the service but readings of clocks: what no refusal may change."""
        with self.town.houses["inspections"].engine.connect() as connection:
            tables = sorted(inspect(connection).get_table_names())
            return [
                (table, tuple(row))
                for table in tables
                for row in connection.execute(text(f'SELECT * FROM "{table}"'))
            ]


def planted(folder: Path) -> Planted:
    """The round; see the module."""
    made = Planted(town(folder, ["scores", "inspections"]))
    _set_up(made.town)
    _plan(made.town)
    for unit in TEAM_OF:
        _prepare(made, unit)
    made.town.settle()
    made.town.set_clock(BEFORE)
    for unit in TEAM_OF:
        _state(made, f"CASE-{unit}", "cases", {"unit": unit}, "vanphong")
    made.town.settle()
    made.town.set_clock(DAY)
    for unit in TEAM_OF:
        _open(made, unit)
    made.town.settle()
    for unit in (OWN, HIDDEN):
        _conclude(made, unit)
    _draft(made)
    for people in TEAMS.values():
        for one in sorted(people):
            sub, _, scope = PEOPLE[one]
            report = {"team": scope.partition(":")[2], "text": reflected(sub)}
            _state(made, f"REPORT-{one}", "reflections", report, sub)
    made.town.settle()
    return made


def _state(made: Planted, name: str, path: str, body: Any, sub: str) -> None:
    """State a command of inspections; ``name`` then stands for the number of its event."""
    answer = made.town.post("inspections", path, body, sub)
    accepted([answer])
    made.names[name] = str(answer.get_json()["receipts"][0]["sequence"])


def _post(made: Town, path: str, body: Any, sub: str, service: str = "scores") -> None:
    accepted([made.post(service, path, body, sub)])


def _set_up(made: Town) -> None:
    made.open()
    made.set_clock(START)
    book = RULEBOOK.read_text("utf-8").replace("live_visibility: public ", "live_visibility: restricted ")
    _post(made, "cycle", {"name": "Năm 2020", "period": {"from": "2020-01-01", "to": "2020-12-31"}}, ADMIN)
    _post(made, "rulebook", {"rulebook": book}, ADMIN)
    departments = [
        {"code": code, "name": f"Ban {code}", "kind": "office" if code == "VP" else "department"}
        for code in ("VP", "BTG", "BTC")
    ]
    _post(made, "departments/batch", {"departments": departments}, ADMIN)
    units = [
        {"unit": unit, "area": "QH", "kind": "urban_district", "name": f"Đơn vị {unit}"} for unit in TEAM_OF
    ]
    _post(made, "units/batch", {"units": units}, ADMIN)
    for sub, role, scope in (*PEOPLE.values(), ("bithu.q05", "unit", f"unit:{DRAFTED}")):
        if role and not role.startswith("team_") and sub != ADMIN:
            grant = {"grant": f"{role}.{sub}", "sub": sub, "role": role, "scope": scope, "from": START}
            _post(made, "grants", grant, ADMIN)
    made.settle()


def _plan(made: Town) -> None:
    made.set_clock(PLANNED)
    calendar = (RULEBOOK.parent / "calendar.yaml").read_text("utf-8")
    days = {"first_day": "2020-11-09", "last_day": "2020-11-20", "document_days_before": 3}
    roles = {"team_leader": "leader", "team_secretary": "secretary", "team_member": "member"}
    for path, body in (
        ("calendars", {"calendar": calendar, "document": "35-KH/TĐTN-VP"}),
        ("rounds", {"round": "DOT-2020", "calendar": "lich-2020", **days}),
        *(
            (
                "teams",
                {
                    "team": team,
                    "members": [
                        {"person": sub, "role": roles[role], "name": f"Tên {sub}", "department": "VP"}
                        for sub, role, scope in PEOPLE.values()
                        if scope == f"team:{team}"
                    ],
                },
            )
            for team in TEAMS
        ),
        *(
            (
                f"teams/{team}/nominations",
                {"person": f"cu.{team}", "name": nominated(team), "department": "BTG", "document": "45-CV"},
            )
            for team in TEAMS
        ),
        *(
            ("schedule", {"unit": unit, "team": team, "date": "2020-11-09", "session": session})
            for (unit, team), session in zip(
                TEAM_OF.items(), ("MORNING", "MORNING", "AFTERNOON"), strict=True
            )
        ),
    ):
        _post(made, path, body, "vanphong", "inspections")
    made.settle()


def _secretary(unit: str) -> str:
    return f"bithu.{unit.rpartition('-')[2].lower()}"


def _of_team(unit: str, role: str) -> str:
    return next(
        sub for sub, held, scope in PEOPLE.values() if (held, scope) == (role, f"team:{TEAM_OF[unit]}")
    )


def _prepare(made: Planted, unit: str) -> None:
    own, said = _secretary(unit), mark(unit)
    file = {"document": "REPORT", "name": f"{said}.pdf", "sha256": f"sha256:{'a' * 64}", "size": 3}
    below = {"code": f"{unit}.01", "name": said, "kind": "workers", "class": "EXCELLENT"}
    named = {"role": "standing_committee_of_unit", "name": said}
    score = {"unit": unit, "criterion": "1.2", "stage": "department", "value": "1", "basis": said}
    accepted([made.town.post("scores", "scores", score, "chuyenvien.btg")])
    briefing = {"department": "BTG", "unit": unit, "about": "note", "text": briefed(unit)}
    _state(made, f"BRIEFING-{unit}", "briefings", briefing, "chuyenvien.btg")
    carried = {"ref": f"HC.{unit}", "text": said, "cycle": "2019"}
    limitations = {"unit": unit, "limitations": [carried], "document": said}
    _state(made, f"LIMITATIONS-{unit}", "limitations", limitations, "vanphong")
    for name, path, body in (
        ("PACK", "packs", {"manifest": [file]}),
        ("BELOW", "subordinates", {"subordinates": [below], "document": said}),
        ("ATTENDANCE", "attendance", {"attendees": [named], "reason": said}),
        ("SITE", "site", {"ready": True, "text": said}),
        ("PARTY", "party-committee", {"attends": True, "text": said, "document": said}),
        ("MODEL", "models", {"ref": f"MH.{unit}", "title": said, "text": said}),
        ("REQUEST", "reschedules", {"reason": said, "document": said}),
    ):
        _state(made, f"{name}-{unit}", path, {"unit": unit, **body}, own)
    pack, request = made.names[f"PACK-{unit}"], made.names[f"REQUEST-{unit}"]
    secretary, leader = _of_team(unit, "team_secretary"), _of_team(unit, "team_leader")
    forward = {"members": [_of_team(unit, "team_member")], "text": said}
    _state(made, f"FORWARD-{unit}", f"packs/{pack}/forward", forward, secretary)
    if unit != DRAFTED:  # its request is still open
        _state(made, f"DECLINED-{unit}", f"reschedules/{request}/decline", {"reason": said}, leader)


def _open(made: Planted, unit: str) -> None:
    said, secretary = mark(unit), _of_team(unit, "team_secretary")
    opening = {"unit": unit, "override": {"reason": said}}
    _state(made, f"OPENED-{unit}", "inspections/open", opening, _of_team(unit, "team_leader"))
    for name, path, body in (
        ("MINUTES", "minutes", {"items": [{"kind": "note", "text": said}]}),
        ("FINDING", "findings", {"content": "noi-dung", "text": said}),
        ("MODEL-SEEN", "models/assess", {"ref": f"MH.{unit}", "initiative": "high", "text": said}),
        ("REMEDY", "limitations/assess", {"ref": f"HC.{unit}", "outcome": "partly", "text": said}),
    ):
        _state(made, f"{name}-{unit}", path, {"unit": unit, **body}, secretary)


def _conclude(made: Planted, unit: str) -> None:
    said = mark(unit)
    conclusion = {
        "unit": unit,
        "strengths": said,
        "limitations": said,
        "orientation": said,
        "scores": [{"criterion": leaf, "value": "1"} for leaf in ("8.1", "8.2", "8.3")],
        "adjustments": [
            {"criterion": criterion, "to": "1.5", "reason": said} for criterion in ("1.2", "1.3", "6.2")
        ],
        "recognised_models": [{"ref": f"MH.{unit}", "title": said}],
    }
    _state(made, f"CONCLUSION-{unit}", "conclusions", conclusion, _of_team(unit, "team_leader"))
    made.town.settle()
    answer = {"unit": unit, "conclusion": int(made.names[f"CONCLUSION-{unit}"]), "text": said}
    own = _secretary(unit)
    _state(made, f"YES-{unit}", "adjustments/acknowledge", {**answer, "criterion": "1.2"}, own)
    _state(made, f"NO-{unit}", "adjustments/dispute", {**answer, "criterion": "1.3"}, own)
    change = {"reason": said, "orientation": said}
    _state(made, f"AMENDED-{unit}", f"conclusions/{unit}/amend", change, _of_team(unit, "team_leader"))


def _draft(made: Planted) -> None:
    """The secretary's draft of what the leader has not signed."""
    path = f"/inspections/v1/hcmc/2020/conclusions/draft?unit={DRAFTED}"
    nothing = made.ask(path, "secretary").headers["ETag"]
    answer = (
        made.town.apps["inspections"]
        .test_client()
        .put(
            path,
            json={
                "strengths": drafted(DRAFTED),
                "adjustments": [{"criterion": "1.2", "reason": drafted(DRAFTED)}],
            },
            headers={**made.headers("secretary"), "If-Match": nothing},
        )
    )
    assert answer.status_code == 200, answer.text
