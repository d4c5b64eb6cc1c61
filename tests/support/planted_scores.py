"""A restricted scores ledger in which what was said of a unit can be recognised wherever it turns up.

What is said of a unit on a criterion holds :func:`mark` of the unit and of the criterion's owner; what is
kept beside the ledger for one body holds :func:`kept` of that body.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import inspect, text

from services.scores.deciding.completeness import sheet_of
from tests.support.deciding import RULEBOOK, rulebook
from tests.support.town import ADMIN, START, Town, accepted, town

OWN, HIDDEN, TEAMS = "QH-Q01", "QH-Q03", "LLVT-BTL"
UNITS = {OWN: "QH", HIDDEN: "QH", TEAMS: "LLVT"}
NOW = "2020-11-05T02:00:00.000000Z"

# Name -> sub, role, scope.  The team's leader gets his role from the team; the stranger none at all.
PEOPLE: dict[str, tuple[str, str, str]] = {
    "admin": (ADMIN, "admin", "ledger"),
    "office": ("vanphong", "office", "ledger"),
    "committee": ("banthuongvu", "standing_committee", "ledger"),
    "auditor": ("kiemtra", "auditor", "ledger"),
    "unit": ("bithu.q01", "unit", f"unit:{OWN}"),
    "department": ("chuyenvien.btg", "department", "department:BTG"),
    "head": ("truongban.btg", "department_head", "department:BTG"),
    "service": ("hethong.btg", "department", "department:BTG"),
    "other": ("chuyenvien.btc", "department", "department:BTC"),
    "responsible": ("chuyenvien.tst", "department", "department:TST"),
    "leader": ("truongdoan", "team_leader", "team:DKT-1"),
    "stranger": ("nguoi.la", "", ""),
}
READERS = (*PEOPLE, None)
ALL = frozenset({"office", "committee", "auditor"})
BODY_OF = {"department": "BTG", "head": "BTG", "service": "BTG", "other": "BTC", "responsible": "TST"}
ROW_OF = {"unit": OWN, "leader": TEAMS}

DEPARTMENTS = (
    {"code": "VP", "name": "Văn phòng", "kind": "office"},
    {"code": "BTG", "name": "Ban Tuyên giáo", "kind": "department"},
    {"code": "BTC", "name": "Ban Tổ chức", "kind": "department"},
    {"code": "BTN", "name": "Ban Thiếu nhi", "kind": "department"},
    {"code": "TST", "name": "TT Khoa học trẻ", "kind": "public_service", "entered_by": "VP"},
)
SCORED = {"BTG": "1.2", "BTC": "6.2"}
"""A criterion that each of these bodies scores itself."""
BEHALF = "2.2"
"""A criterion of TST, for which the Office enters."""


def mark(unit: str, owner: str) -> str:
    """What every text about ``unit`` on a criterion of ``owner`` holds."""
    return f"KIN-{unit}-{owner}-X"


def kept(body: str) -> str:
    """What every text that is kept for ``body`` alone holds."""
    return f"RIENG-{body}-X"


def text_of(answer: Any) -> str:
    """What an answer says, inside a workbook too."""
    content = answer.get_data()
    if not content.startswith(b"PK"):
        return str(content.decode("utf-8", "replace"))
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return "\n".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())


def sees(name: str | None, unit: str, owner: str) -> bool:
    """Whether a reader may see what was said of ``unit`` on a criterion of ``owner`` (architecture 4.5)."""
    return name in ALL or ROW_OF.get(name or "") == unit or BODY_OF.get(name or "") == owner


def forbidden(name: str | None) -> set[str]:
    """Every mark that the reader may not read."""
    owners = {leaf.owner for leaf in rulebook().leaves}
    marks = {mark(unit, owner) for unit in UNITS for owner in owners if not sees(name, unit, owner)}
    keepers = {"BTG": {"department", "head", "service"}, "VP": {"office"}, HIDDEN: set[str]()}
    return marks | {kept(body) for body, who in keepers.items() if name not in who}


@dataclass
class Planted:
    """The services, and what of them a test names: numbers of events, the upload, the webhook, the file."""

    town: Town
    names: dict[str, str] = field(default_factory=dict)

    def ask(self, path: str, name: str | None, *, base: str = "/scores/v1/hcmc/2020/") -> Any:
        """A question by one of :data:`READERS`; names in capitals stand for what was planted."""
        headers = {} if name is None else self.headers(name)
        return (
            self.town.apps["scores"]
            .test_client()
            .get(base + self.filled(path), headers=headers, buffered=True)
        )

    def headers(self, name: str) -> dict[str, str]:
        """Who it is."""
        return {"Authorization": f"Bearer {self.town.issuer.issue(PEOPLE[name][0])}"}

    def filled(self, text: str) -> str:
        """``text`` with what was planted in place of its names."""
        for word, value in sorted(self.names.items(), reverse=True):
            text = text.replace(word, value)
        return text

    def stored(self) -> list[tuple[str, tuple[Any, ...]]]:
        """Every row of every table of the service but readings of clocks: what no refusal may change."""
        engine = self.town.houses["scores"].engine
        with engine.connect() as connection:
            tables = sorted(inspect(connection).get_table_names())
            return [
                (table, tuple(row))
                for table in tables
                for row in connection.execute(text(f'SELECT * FROM "{table}"'))
            ]


def planted(folder: Path) -> Planted:
    """Three units with sheets, values, an entry on behalf (answered), an evaluation, drafts, evidence, an
    upload, a webhook and an invitation; the team of :data:`TEAMS` is formed.
    """
    made = Planted(town(folder, ["scores", "inspections"]))
    _set_up(made.town)
    for unit, area in UNITS.items():
        _say_of(made, unit, area)
    _evaluate(made)
    _keep(made)
    made.town.settle()
    return made


def _post(made: Town, path: str, body: Any, sub: str, service: str = "scores", **about: Any) -> Any:
    answer = made.post(service, path, body, sub, **about)
    accepted([answer])
    return answer


def _set_up(made: Town) -> None:
    made.open()
    made.set_clock(START)
    book = RULEBOOK.read_text("utf-8").replace("live_visibility: public ", "live_visibility: restricted ")
    _post(made, "cycle", {"name": "Năm 2020", "period": {"from": "2020-01-01", "to": "2020-12-31"}}, ADMIN)
    _post(made, "rulebook", {"rulebook": book}, ADMIN)
    _post(made, "departments/batch", {"departments": list(DEPARTMENTS)}, ADMIN)
    rows = [
        {"unit": unit, "area": area, "kind": "urban_district", "name": f"Đơn vị {unit}"}
        for unit, area in UNITS.items()
    ]
    _post(made, "units/batch", {"units": rows}, ADMIN)
    further = [
        ("bithu.q03", "unit", f"unit:{HIDDEN}"),
        ("bithu.btl", "unit", f"unit:{TEAMS}"),
        ("chuyenvien.btn", "department", "department:BTN"),
    ]
    for sub, role, scope in (*PEOPLE.values(), *further):
        if role in ("", "team_leader") or sub == ADMIN:
            continue
        grant = {"grant": f"{role}.{sub}", "sub": sub, "role": role, "scope": scope, "from": START}
        if sub.startswith("hethong"):
            grant |= {"account": "service", "label": "Hệ thống của Ban"}
        _post(made, "grants", grant, ADMIN)
    made.settle()
    made.set_clock(NOW)
    days = {"first_day": "2020-11-09", "last_day": "2020-11-20", "document_days_before": 3}
    _post(made, "rounds", {"round": "DOT-2020", "calendar": "lich-2020", **days}, "vanphong", "inspections")
    team = (("truongdoan", "leader"), ("thuky", "secretary"))
    members = [{"person": sub, "role": role, "name": sub, "department": "VP"} for sub, role in team]
    _post(made, "teams", {"team": "DKT-1", "members": members}, "vanphong", "inspections")
    session = {"unit": TEAMS, "team": "DKT-1", "date": "2020-11-09", "session": "MORNING"}
    _post(made, "schedule/batch", {"sessions": [session]}, "vanphong", "inspections")
    made.settle()


def _say_of(made: Planted, unit: str, area: str) -> None:
    secretaries = {OWN: "bithu.q01", HIDDEN: "bithu.q03", TEAMS: "bithu.btl"}
    entries = [
        {
            "criterion": leaf.id,
            "value": "0",
            "basis": mark(unit, leaf.owner),
            **({"target": "10"} if leaf.input == "ratio" else {}),
        }
        for leaf in sheet_of(rulebook(), area)
    ]
    _post(made.town, "sheets", {"unit": unit, "entries": entries}, secretaries[unit])
    for body, criterion in SCORED.items():
        said = mark(unit, body)
        row = {"unit": unit, "criterion": criterion, "stage": "department", "reason": said, "basis": said}
        _post(made.town, "scores", {**row, "value": "1"}, f"chuyenvien.{body.lower()}")
    said = mark(unit, "TST")
    row = {"unit": unit, "criterion": BEHALF, "stage": "department", "value": "1", "basis": said}
    answer = _post(made.town, "scores", {**row, "document": said}, "vanphong")
    number = int(answer.get_json()["receipts"][0]["sequence"])
    made.names[f"ENTRY-{unit}"] = str(number)
    if unit == HIDDEN:
        _post(made.town, "entries/dispute", {"score": number, "text": said}, "chuyenvien.tst")
    if unit == OWN:
        _post(made.town, "entries/confirm", {"scores": [number]}, "chuyenvien.tst")
    about = {"code": "T1", "occurrence_ref": f"QD-{unit}", "occurred_on": "2020-05-19"}
    file = {"name": "a.pdf", "sha256": f"sha256:{'a' * 64}", "size": 3}
    _post(
        made.town,
        "bonuses",
        {"unit": unit, **about, "basis": mark(unit, "BTG"), "evidence": [file]},
        "chuyenvien.btg",
    )


def _evaluate(made: Planted) -> None:
    rows = [{"unit": unit, "value": "1", "basis": mark(unit, "BTN")} for unit in (OWN, HIDDEN)]
    body = {"criterion": "4.2", "document": "45-BC/BTN", "addressed_to": "VP", "entries": rows}
    answer = _post(made.town, "evaluations", body, "chuyenvien.btn")
    made.names["EVALUATION"] = answer.get_json()["receipts"][0]["data"]["evaluation"]


def _keep(made: Planted) -> None:
    cell = {"unit": HIDDEN, "criterion": "1.1", "stage": "department", "value": "1", "version": 0}
    for body, sub, of in (
        ("department:BTG", "chuyenvien.btg", "BTG"),
        ("office:TST", "vanphong", "VP"),
        (f"unit:{HIDDEN}", "bithu.q03", HIDDEN),
    ):
        about = {"criterion": BEHALF} if of == "VP" else {"stage": "self"} if of == HIDDEN else {}
        draft = {**cell, **about, "reason": kept(of)}
        answer = made.town.send("PUT", "scores", "drafts", {"body": body, "cells": [draft]}, sub)
        assert answer.status_code == 200, answer.text
    about = {
        "body": "unit:QH-Q03",
        "unit": HIDDEN,
        "criterion": SCORED["BTG"],
        "name": f"{mark(HIDDEN, 'BTG')}.csv",
    }
    content = f"tài liệu,{mark(HIDDEN, 'BTG')}\n".encode()
    answer = _post(
        made.town,
        f"evidence?{urlencode(about)}",
        content,
        "bithu.q03",
        content_type="application/octet-stream",
    )
    file = {name: answer.get_json()[name] for name in ("name", "sha256", "size")}
    made.names["SHA256"] = file["sha256"]
    said = {"basis": mark(HIDDEN, "BTG"), "reason": "Bổ sung minh chứng", "evidence": [file]}
    row = {"unit": HIDDEN, "criterion": SCORED["BTG"], "stage": "self", "value": "0", **said}
    _post(made.town, "scores", row, "bithu.q03")
    hook = {"url": f"https://hook.example.com/{kept('BTG')}"}
    answer = _post(made.town, "webhooks", hook, "chuyenvien.btg")
    made.names["WEBHOOK"] = answer.get_json()["webhook"]
    form = made.ask("files/template.csv?body=department:BTG", "department")
    assert form.status_code == 200, form.text
    path = f"files?body=department:BTG&name={kept('BTG')}.csv"
    answer = _post(made.town, path, form.data, "chuyenvien.btg", content_type="text/csv")
    made.names["UPLOAD"] = answer.get_json()["upload"]
    invitation = {"role": "department", "scope": "department:BTG", "label": "Lời mời"}
    answer = _post(made.town, "invitations", invitation, ADMIN)
    made.names["INVITATION"] = answer.get_json()["digest"]
