"""The sandbox: a second ledger beside the demonstration's, in which departments try their systems.

The same register and, but for its cycle, the same rulebook; a service account for every department that
scores for itself; scored by nobody, published to nobody.  Its clock is simulated and stands on the first day
of scoring.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import orjson

from deploy.demo import timeline, words
from deploy.demo.client import Client, NotSeen, Refusal
from deploy.demo.command import Command
from deploy.demo.data import CycleFiles, city_2020
from deploy.demo.load import OUT, ROUTES, STARTS, LoadError
from deploy.demo.scenario import ADMIN, AUDITOR, OFFICE, SPEAKERS, scenario
from deploy.ledger import Opening, open_ledger
from shared.access.local_issuer import LocalIssuer
from shared.settings import SERVICES, Settings

LEDGER: Final = "hcmc/thu-2020"
_PEOPLE: Final = frozenset((OFFICE, AUDITOR))
_SCORING: Final = timeline.BODIES[0].isoformat() + "T02:00:00.000000Z"


def open_sandbox(origin: str, settings: Settings) -> None:
    """Open it, unless it is open; a second run states nothing twice.  Raises :class:`LoadError`."""
    files = city_2020()
    opening = Opening(LEDGER, words.SANDBOX, "Asia/Ho_Chi_Minh", "simulated", (ADMIN,), starts=STARTS)
    client = Client(origin, LEDGER, LocalIssuer(settings.issuer, settings.local_jwks()))
    try:
        with OUT.status(f"Opening {LEDGER} …"):
            open_ledger(settings, opening, origin)
            for command in sandbox(files):
                _clocks(client, command.at)
                client.command(
                    command.service,
                    ROUTES[command.operation],
                    command.body,
                    sub=command.sub,
                    acting_as=command.acting_as,
                    key=command.key,
                )
            client.await_seen()
            _clocks(client, _SCORING)
    except (Refusal, NotSeen) as error:
        raise LoadError(str(error)) from error
    finally:
        client.close()
    OUT.print(f"{LEDGER} is there to try on: bangvang token --sub {system_of('BTG')}")


def sandbox(files: CycleFiles) -> tuple[Command, ...]:
    """The set-up of the demonstration's cycle, for a ledger of its own, and its service accounts."""
    return tuple(_commands(files))


def system_of(department: str) -> str:
    """Account of the department's system."""
    return f"hethong.{department.lower()}"


def _commands(files: CycleFiles) -> Iterator[Command]:
    setup = [command for command in scenario(files) if command.phase == "setup"]
    for command in setup:
        body = dict(command.body)
        match command.operation:
            case "open_cycle":
                yield replace(command, body={**body, "name": words.SANDBOX})
            case "adopt_rulebook":
                yield replace(command, body={**body, "rulebook": _of_this_cycle(body["rulebook"])})
            case "give_grant":
                if body["sub"] in _PEOPLE:
                    yield command
            case _:
                yield command
    yield from _systems(files, next(one for one in setup if one.operation == "give_grant"))


def _systems(files: CycleFiles, like: Command) -> Iterator[Command]:
    for department in files.departments:
        if department.kind in SPEAKERS:
            sub = system_of(department.code)
            body = {
                "grant": f"department.{sub}",
                "sub": sub,
                "role": "department",
                "scope": f"department:{department.code}",
                "from": like.body["from"],
                "account": "service",
                "label": words.SYSTEM.format(name=department.name),
            }
            yield replace(like, key=f"grant.{sub}", subject=sub, body=body)


def _of_this_cycle(rulebook: str) -> str:
    document = orjson.loads(rulebook)
    document["rulebook"]["cycle"] = LEDGER.partition("/")[2]
    return orjson.dumps(document).decode()


def _clocks(client: Client, at: str) -> None:
    for service in SERVICES:
        client.move_clock(service, at, sub=ADMIN, acting_as="admin@ledger")
