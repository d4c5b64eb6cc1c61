"""A tiny scores service on the real house: app factory, event store, directory, local issuer."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import flask
from flask import render_template
from flask.testing import FlaskClient
from marshmallow import Schema
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from shared.access import Target
from shared.access.directory import Directory
from shared.access.local_issuer import LocalIssuer
from shared.clock import Clock
from shared.database import engine_for, write_transaction
from shared.decisions import Refused
from shared.events import Draft, Event
from shared.events.fields import Code, DecimalString, Text
from shared.migrations import upgrade
from shared.settings import Settings
from shared.store import EventStore
from shared.web.app import create_service_app
from shared.web.commands import Act, command_route
from shared.web.health import Checks
from shared.web.parsing import ServiceBlueprint
from shared.web.runtime import reader
from tests.support.storing import HandClock, store_on
from tests.support.world import ACTOR, TIME, World

LEDGER = "hcmc/2020"
SCORES = f"/scores/v1/{LEDGER}/scores"
GOOD = {"unit": "QH-Q01", "criterion": "1.1", "value": "8.25"}


class RecordScore(Schema):
    """A score, as a client sends it."""

    unit = Code(required=True)
    criterion = Code(required=True)
    value = DecimalString(required=True)
    reason = Text(maximum=1000)


class OpenCycle(Schema):
    name = Text(required=True, maximum=200)


def scores_api() -> ServiceBlueprint:
    """One command whose rule looks at the leaf's owner, and one that needs no more than the ledger."""
    blueprint = ServiceBlueprint("scores", __name__, url_prefix="/v1/<org>/<cycle>")

    @command_route(
        blueprint,
        "/scores",
        schema=RecordScore,
        operation="scores.record_score",
        summary="Record a score",
    )
    def record_score(tx: Any, command: Mapping[str, Any], act: Act) -> Sequence[Draft]:
        if command["unit"] != "QH-Q01":
            raise Refused(
                "unknown-unit", "Không có đơn vị này.", "No such unit.", field="unit", value=command["unit"]
            )
        if command["criterion"] != "1.1":
            raise Refused(
                "unknown-criterion",
                "Không có tiêu chí này.",
                "No such criterion.",
                field="criterion",
                value=command["criterion"],
            )
        actor = act.authorise(
            Target(unit=command["unit"], stage="department", owners=("BTG",), entered_by=("VP",))
        )
        value = Decimal(command["value"])
        if value > 10:
            raise Refused("above-maximum", "Tối đa 10.", "10 at most.", field="value", value=command["value"])
        if value % Decimal("0.25"):
            raise Refused("off-step", "Bước 0,25.", "Steps of 0.25.", field="value", value=command["value"])
        data = actor.facts(responsible="BTG") | {
            "criterion": command["criterion"],
            "stage": "department",
            "value": command["value"],
            "rulebook": "sha256:" + "ab" * 32,
        }
        return [Draft("score.recorded.v1", command["unit"], data)]

    @command_route(
        blueprint,
        "/cycle",
        schema=OpenCycle,
        operation="scores.open_cycle",
        summary="Open the cycle",
        ledger_wide=True,
        max_body=2048,
    )
    def open_cycle(tx: Any, command: Mapping[str, Any], act: Act) -> Sequence[Draft]:
        data = {"occurred_at": TIME, "actor": ACTOR, "cycle": "2020", "name": command["name"]}
        return [Draft("cycle.opened.v1", "*", data | {"period": {"from": "2020-01-01", "to": "2020-12-31"}})]

    return blueprint


def careless_api() -> ServiceBlueprint:
    """A command whose handler forgets to ask whether it may."""
    blueprint = ServiceBlueprint("careless", __name__, url_prefix="/v1/<org>/<cycle>")

    @command_route(
        blueprint, "/careless", schema=OpenCycle, operation="scores.open_cycle", summary="Forgets to ask"
    )
    def careless(tx: Any, command: Mapping[str, Any], act: Act) -> Sequence[Draft]:
        return [Draft("score.withdrawn.v1", "QH-Q01", {"criterion": "1", "stage": "self", "reason": "x"})]

    return blueprint


def pages() -> flask.Blueprint:
    """A page, and what an anonymous or signed-in reader is."""
    blueprint = flask.Blueprint("pages", __name__)

    @blueprint.get("/page")
    def page() -> str:
        return render_template("base.html")

    @blueprint.get("/v1/<org>/<cycle>/whoami")
    def whoami(org: str, cycle: str) -> flask.Response:
        who = reader(org, cycle)
        return flask.jsonify(
            sub=who.principal.sub if who.principal else None,
            everything=who.audience().everything,
            published_only=who.audience().published_only,
        )

    @blueprint.get("/broken")
    def broken() -> str:
        raise ZeroDivisionError("a secret that must not be told")

    return blueprint


@dataclass
class Tiny:
    """The running service and what a test needs to know of it."""

    app: flask.Flask
    engine: Engine
    store: EventStore
    issuer: LocalIssuer
    settings: Settings
    world: World
    clock: HandClock

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    def feed(self, *values: bytes) -> None:
        """Let the directory read events, as the projector would."""
        with write_transaction(self.engine) as connection:
            for value in values:
                self.directory_size += 1
                row = _Row(self.directory_size, Event.parse(value).type, value)
                Directory().apply(connection, LEDGER, [row])

    directory_size: int = -1

    def grant(self, sub: str, role: str, scope: str, start: str = "2020-01-01T00:00:00.000000Z") -> None:
        """Give a grant."""
        name = f"g{self.directory_size}"
        data = {"occurred_at": TIME, "actor": ACTOR, "grant": name, "sub": sub, "role": role}
        data |= {"scope": scope, "from": start}
        self.feed(self.world.event("scores", "grant.given.v1", f"grant:{name}", data))

    def headers(self, sub: str = "spec-btg", key: str | None = "k1", **more: str) -> dict[str, str]:
        """Headers of a command by ``sub``."""
        found = {"Authorization": f"Bearer {self.issuer.issue(sub)}"}
        if key is not None:
            found["Idempotency-Key"] = key
        return found | {name.replace("_", "-"): text for name, text in more.items()}

    def send(self, body: Any = None, path: str = SCORES, **headers: Any) -> TestResponse:
        """Post a command; ``body`` is an object or raw bytes."""
        options: dict[str, Any] = (
            {"data": body, "content_type": "application/json"}
            if isinstance(body, bytes)
            else {"json": GOOD if body is None else body}
        )
        return self.client.post(path, headers=self.headers(**headers), **options)

    def facts(self) -> int:
        """How many events the store holds."""
        with self.store.transaction(LEDGER) as tx:
            return tx.last_sequence


@functools.cache
def _migrated() -> bytes:
    """A migrated, empty database of the scores service, made once."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scores.sqlite"
        engine = engine_for(f"sqlite:///{file}")
        upgrade(engine, "scores")
        engine.dispose()  # the last connection's close moves the WAL into the file
        return file.read_bytes()


@dataclass(frozen=True)
class _Row:
    position: int
    type: str
    value: bytes


def tiny(
    folder: Path,
    *,
    demo: bool = False,
    checks: Checks | None = None,
    blueprints: Sequence[ServiceBlueprint] = (),
    clock: Clock | None = None,
    opened: bool = True,
) -> Tiny:
    """A service in ``folder`` with a ledger, an administrator ``an`` and a scorer ``spec-btg`` of BTG."""
    settings = replace(
        Settings.from_env({"BANGVANG_DATA": str(folder)}), demo=demo, origin="http://localhost"
    )
    file = settings.data / "db" / "scores.sqlite"
    if not file.exists():
        file.parent.mkdir(parents=True)
        file.write_bytes(_migrated())
    engine = engine_for(settings.service_database_url("scores"))
    hand = HandClock()
    store = store_on(engine, clock=clock or hand)
    issuer = LocalIssuer(settings.issuer, settings.local_jwks())
    app = create_service_app(
        "scores",
        settings,
        [scores_api(), *blueprints],
        engine=engine,
        clock=clock or hand,
        store=store,
        pages=[pages()],
        checks=checks,
        demo_people=True,
    )
    made = Tiny(app, engine, store, issuer, settings, World(LEDGER), hand)
    if opened:
        made.feed(made.world.opened())
        made.grant("spec-btg", "department", "department:BTG")
    return made
