"""The ranking web process over a hand-fed ledger, with people who hold grants."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, MetaData, select

from services.ranking.app import create_app
from shared.access.local_issuer import LocalIssuer
from shared.clock import set_scenario
from shared.database import engine_for, read_transaction, write_transaction
from shared.events.keys import KeyFolder
from shared.ledger.admission import Record
from shared.settings import Settings
from tests.support.shown import LEDGER, MEETING, START, TOPIC, Fed

PEOPLE = {
    "office": ("VP-1", "office", "ledger"),
    "committee": ("BTV-1", "standing_committee", "ledger"),
    "auditor": ("KT-1", "auditor", "ledger"),
    "unit": ("Q01-BT", "unit", "unit:QH-Q01"),
    "department": ("BTG-1", "department", "department:BTG"),
    "team": ("DKT1-TK", "team_secretary", "team:DKT-1"),
    "admin": ("an", "admin", "ledger"),
}
BASE = f"/ranking/v1/{LEDGER}"


class Site:
    """A fed ledger, its web app and tokens for :data:`PEOPLE`."""

    def __init__(self, folder: Path, *, demo: bool = True, engine: Engine | None = None) -> None:
        self.settings = Settings.from_env(
            {
                "BANGVANG_DATA": str(folder),
                "BANGVANG_DEMO": "1" if demo else "",
                "BANGVANG_DATABASE_URL": f"sqlite:///{folder}/{{service}}.sqlite",
            }
        )
        self.fed = Fed(
            engine_for(self.settings.service_database_url("ranking")) if engine is None else engine
        )
        self.issuer = LocalIssuer(self.settings.issuer, self.settings.local_jwks())
        self._write_key()

    def start(self, *, with_grants: bool = True) -> Site:
        """Give the grants, set the clock, make the app."""
        if with_grants:
            for name, (sub, role, scope) in PEOPLE.items():
                if role == "admin":
                    continue
                grant = {"grant": f"g-{name}", "sub": sub, "role": role, "scope": scope}
                self.fed.state(
                    "scores",
                    "grant.given.v1",
                    f"grant:g-{name}",
                    {**grant, "from": "2020-01-01T00:00:00.000000Z"},
                )
        self.fed.feed()
        self.set_clock(max(self.fed.moment, START))
        self.app: Flask = create_app(self.settings, engine=self.fed.engine)
        return self

    def set_clock(self, moment: datetime) -> None:
        """Move the scenario clock."""
        with write_transaction(self.fed.engine) as connection:
            set_scenario(connection, LEDGER, moment)

    def client(self) -> FlaskClient:
        """A client that is nobody in particular."""
        return self.app.test_client()

    def token(self, name: str) -> dict[str, str]:
        """The header of one of :data:`PEOPLE`."""
        return {"Authorization": f"Bearer {self.issuer.issue(PEOPLE[name][0])}"}

    def get(self, path: str, name: str | None = None, **headers: str) -> Any:
        """``GET`` below the API's base, as somebody."""
        return self.client().get(f"{BASE}/{path}", headers={**(self.token(name) if name else {}), **headers})

    def post(self, path: str, body: dict[str, Any], name: str, key: str) -> Any:
        """A command as somebody."""
        headers = {**self.token(name), "Idempotency-Key": key}
        return self.client().post(f"{BASE}/{path}", json=body, headers=headers)

    def make_publishable(self) -> Site:
        """Close the round, and record the exceptions without which nothing incomplete is published."""
        self.fed.close_round()
        self.fed.feed()
        for area in self.get("standings", "office").json["areas"]:
            for row in area["rows"]:
                if row["missing"]:
                    body = {"unit": row["unit"], "criteria": row["missing"], **MEETING}
                    answer = self.post("decisions/exception", body, "committee", f"except-{row['unit']}")
                    assert answer.status_code == 201, answer.text
        if self.app.extensions["bangvang"].store.unsent(1):
            self.relay()
        return self

    def relay(self) -> int:
        """Take what the service stored into the ledger, as relay and intake would."""
        store = self.app.extensions["bangvang"].store
        unsent = store.unsent(500)
        records = [
            Record(TOPIC, 0, self.fed.size + number, LEDGER.encode(), row.value)
            for number, row in enumerate(unsent)
        ]
        self.fed._journal.take(records)
        store.mark_sent(unsent)
        self.fed.size += len(records)
        return self.fed.feed()

    def _write_key(self) -> None:
        path = KeyFolder(self.settings.keys).service_key_path("ranking", LEDGER)
        path.parent.mkdir(parents=True)
        pem = self.fed.world.keys["ranking"].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.write_bytes(pem)


def everything_stored(site: Site, *, but: Collection[str] = ()) -> dict[str, list[Any]]:
    """All rows of every table of ranking's database except those named in ``but``."""
    metadata = MetaData()
    metadata.reflect(site.fed.engine)
    with read_transaction(site.fed.engine) as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table))]
            for table in metadata.sorted_tables
            if table.name not in but
        }
