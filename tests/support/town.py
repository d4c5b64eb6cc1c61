"""Services side by side without a broker: real stores, real intake, one list in place of the topic.

:meth:`Town.settle` does what relay, intake and projector do: what a store has appended becomes records, every
service admits them into its own ledger table, and the directories follow.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests
from flask import Flask
from sqlalchemy import event as sql_event
from werkzeug.test import TestResponse

from deploy.demo.command import REFERRED, filled
from deploy.demo.command import Command as StoryCommand
from deploy.ledger import Opening, opening_event, pin_root
from shared.access.directory import Directory
from shared.access.local_issuer import LocalIssuer
from shared.events.keys import KeyFolder
from shared.house import House, open_house
from shared.ledger import reader
from shared.ledger.admission import Record
from shared.ledger.journal import Journal
from shared.ledger.projector import Projection, Projector
from shared.ledger.reader import LedgerRow
from shared.settings import SERVICES, Settings

LEDGER = "hcmc/2020"
START = "2020-10-05T00:00:00.000000Z"
ADMIN = "quantri"


@dataclass
class Town:
    """Some services, the events on their way between them, and one client for all."""

    settings: Settings
    houses: dict[str, House]
    apps: dict[str, Flask]
    topic: list[tuple[str, bytes]] = field(default_factory=list)
    keys_used: int = 0
    admin: str = ADMIN
    clock: str = "simulated"
    tokens: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def settle(self, *, standings: bool = False) -> None:
        """Let every fact reach every service; with ``standings`` ranking computes them too."""
        for house in self.houses.values():
            rows = house.store.unsent(10_000)
            self.topic += [(row.ledger, row.value) for row in rows]
            house.store.mark_sent(rows)
        for house in self.houses.values():
            journal = Journal(house.engine, self.settings.topic, 0, self._roots())
            start = journal.open()
            records = [
                Record(self.settings.topic, 0, offset, ledger.encode(), value)
                for offset, (ledger, value) in enumerate(self.topic)
            ][start:]
            if records:
                batch = journal.take(records)
                assert not batch.noise, batch.noise
            projections: list[Projection] = [Directory()]
            if house.service == "ranking" and standings:
                projections.append(self._standings())
            while Projector(house.engine, projections).step():
                pass

    def _standings(self) -> Projection:
        from services.ranking.projections import StandingsProjection

        return StandingsProjection()

    def open(self) -> TestResponse:
        """Bring position 0 to the scores service."""
        response = self.post("scores", "ledger", self.opening(), ADMIN)
        self.settle()
        return response

    def opening(self) -> bytes:
        """Position 0 of the ledger, signed by its root key."""
        folder = KeyFolder(self.settings.keys)
        root = folder.load_or_create(folder.root_key_path("hcmc"))
        services = {
            name: folder.load_or_create(folder.service_key_path(name, LEDGER)).public_key()
            for name in SERVICES
        }
        value = opening_event(
            Opening(
                LEDGER,
                "Năm 2020",
                "Asia/Ho_Chi_Minh",
                self.clock,
                (ADMIN,),
                starts=START if self.clock == "simulated" else None,
            ),
            root,
            services,
            root.public_key(),
            topic=self.settings.topic,
            now=START,
        )
        pin_root(self.settings.roots, "hcmc", _keyid(value))
        return value

    def set_clock(self, moment: str) -> None:
        """Move the scenario clock of every service."""
        for service in self.apps:
            response = self.send("PUT", service, "clock", {"now": moment}, ADMIN)
            assert response.status_code == 200, response.text

    def send(
        self,
        method: str,
        service: str,
        path: str,
        body: Any = None,
        sub: str | None = None,
        *,
        key: str | None = None,
        acting_as: str | None = None,
        content_type: str = "application/json",
        offset: int | None = None,
    ) -> TestResponse:
        """One request; a new Idempotency-Key unless one is given.  ``offset``: of a part of a file."""
        self.keys_used += 1
        headers = {"Idempotency-Key": key or f"key-{self.keys_used}"}
        if sub is not None:
            if sub not in self.tokens:
                self.tokens[sub] = self.issuer.issue(sub)
            headers["Authorization"] = f"Bearer {self.tokens[sub]}"
        if acting_as is not None:
            headers["Acting-As"] = acting_as
        if offset is not None:
            headers["Upload-Offset"] = str(offset)
        options: dict[str, Any] = {}
        if isinstance(body, bytes):
            options = {"data": body, "content_type": content_type}
        elif body is not None:
            options = {"json": body}
        client = self.apps[service].test_client()
        return client.open(f"/{service}/v1/{LEDGER}/{path}", method=method, headers=headers, **options)

    def state(self, command: StoryCommand, path: str) -> TestResponse:
        """A command of the demonstration's story, and the files that follow it."""
        response = self.post(
            command.service,
            path.format(**filled(command.path, self.numbers)),
            filled(command.body, self.numbers),
            command.sub,
            key=command.key,
            acting_as=command.acting_as,
        )
        if response.status_code == requests.codes.created:
            receipts = response.get_json()["receipts"]
            self.numbers[command.key] = tuple(
                int(one["sequence"]) for one in receipts if one["type"] in REFERRED
            )
            for document, content in command.files.items():
                where = f"packs/{self.numbers[command.key][0]}/files/{document}/upload"
                octets = "application/octet-stream"
                about: dict[str, Any] = {"acting_as": command.acting_as, "content_type": octets, "offset": 0}
                sent = self.send("PATCH", command.service, where, content, command.sub, **about)
                assert sent.status_code == requests.codes.ok, sent.text
        return response

    def post(self, service: str, path: str, body: Any, sub: str | None, **about: Any) -> TestResponse:
        """A command."""
        return self.send("POST", service, path, body, sub, **about)

    def get(self, service: str, path: str, sub: str | None = None) -> TestResponse:
        """A question."""
        return self.send("GET", service, path, None, sub)

    def ledger(self, service: str) -> list[LedgerRow]:
        """The ledger table of ``service``."""
        with self.houses[service].engine.connect() as connection:
            return list(reader.rows(connection, LEDGER, 0))

    @property
    def issuer(self) -> LocalIssuer:
        """Who proves everybody's name."""
        return LocalIssuer(self.settings.issuer, self.settings.local_jwks())

    def _roots(self) -> dict[str, str]:
        import json

        roots = json.loads(self.settings.roots.read_text("utf-8"))
        return {str(org): str(pin) for org, pin in roots.items()}


def _keyid(value: bytes) -> str:
    from shared.events import Event

    return Event.parse(value).keyid


def town(folder: Path, services: Sequence[str], **env: str) -> Town:
    """``services`` in ``folder``, on SQLite, demonstration on."""
    settings = Settings.from_env(
        {"BANGVANG_DATA": str(folder), "BANGVANG_DEMO": "1", "BANGVANG_ORIGIN": "http://localhost", **env}
    )
    LocalIssuer(settings.issuer, settings.local_jwks())
    houses = {service: open_house(service, settings) for service in services}
    for house in houses.values():
        sql_event.listen(house.engine, "connect", _quick)
    return Town(settings, houses, {name: _app(name, house) for name, house in houses.items()})


def _quick(connection: Any, _record: object) -> None:
    """No test waits for the disk."""
    connection.execute("PRAGMA synchronous = OFF")


def _app(service: str, house: House) -> Flask:
    import importlib

    create_app = importlib.import_module(f"services.{service}.app").create_app
    ranking = service == "ranking"
    app = create_app(house.settings, engine=house.engine) if ranking else create_app(house)
    assert isinstance(app, Flask)
    return app


def rules_of(response: TestResponse) -> set[str]:
    """The rules that a problem document names."""
    return {fault["rule"] for fault in response.get_json().get("errors", [])}


def accepted(responses: Iterable[TestResponse]) -> None:
    """Fail with the first problem among ``responses``."""
    for response in responses:
        assert response.status_code == 201, response.text


def set_up_cycle(made: Town, *, units: Sequence[dict[str, Any]] | None = None) -> None:
    """Cycle, rulebook, departments, units and grants of a small 2020."""
    from tests.support.deciding import RULEBOOK

    made.open()
    made.set_clock(START)
    rows = units or [
        {"unit": "QH-Q01", "area": "QH", "kind": "urban_district", "name": "Quận Đoàn 1"},
        {"unit": "QH-Q03", "area": "QH", "kind": "urban_district", "name": "Quận Đoàn 3"},
        {"unit": "LLVT-BTL", "area": "LLVT", "kind": "army", "name": "Đoàn Bộ Tư lệnh"},
    ]
    departments = [
        {"code": "VP", "name": "Văn phòng", "kind": "office"},
        {"code": "BTG", "name": "Ban Tuyên giáo", "kind": "department"},
        {"code": "TST", "name": "TT Khoa học trẻ", "kind": "public_service", "entered_by": "VP"},
    ]
    cycle = {"cycle": "2020", "name": "Năm 2020", "period": {"from": "2020-01-01", "to": "2020-12-31"}}
    accepted(
        (
            made.post("scores", "cycle", cycle, ADMIN),
            made.post("scores", "rulebook", {"rulebook": RULEBOOK.read_text("utf-8")}, ADMIN),
            made.post("scores", "departments/batch", {"departments": departments}, ADMIN),
            made.post("scores", "units/batch", {"units": rows}, ADMIN),
        )
    )
    hats = [
        ("vanphong", "office", "ledger"),
        ("kiemtra", "auditor", "ledger"),
        ("btg", "department", "department:BTG"),
        ("bithu.q01", "unit", "unit:QH-Q01"),
    ]
    for sub, role, scope in hats:
        grant = {"grant": f"{role}.{sub}", "sub": sub, "role": role, "scope": scope, "from": START}
        accepted((made.post("scores", "grants", grant, ADMIN),))
    made.settle()
