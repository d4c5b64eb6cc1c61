"""A made-up ledger with its keys: signs any event, good or bad, as the services would."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.events.envelope import Draft, Event, source_of, unsigned_event
from shared.events.signing import key_id, public_to_base64, sign
from shared.ledger.admission import Record

TIME = "2020-11-09T02:00:00.000000Z"
ACTOR = {"sub": "spec-btg", "role": "department", "scope": "department:BTG"}


def key_of(name: str) -> Ed25519PrivateKey:
    """The same private key for the same name, in every run."""
    return Ed25519PrivateKey.from_private_bytes(random.Random(name).randbytes(32))


class World:
    """One ledger, its root key and one key per service; numbers each source's events from 1."""

    def __init__(
        self,
        ledger: str = "hcmc/2020",
        services: tuple[str, ...] = ("scores", "inspections"),
    ) -> None:
        self.ledger = ledger
        self.org = ledger.partition("/")[0]
        self.key = ledger.encode()
        self.keys = {service: key_of(f"{ledger} {service}") for service in services}
        self.keys["root"] = key_of(f"{self.org} root")
        self.roots = {self.org: key_id(self.keys["root"].public_key())}
        self._numbers: dict[str, int] = {}

    def opened(self, **changes: Any) -> bytes:
        """Position 0."""
        data: dict[str, Any] = {
            "occurred_at": TIME,
            "org": self.org,
            "cycle": self.ledger.partition("/")[2],
            "name": "Năm 2020",
            "timezone": "Asia/Ho_Chi_Minh",
            "clock": "simulated",
            "topic": "evaluation-events",
            "root_public_key": public_to_base64(self.keys["root"].public_key()),
            "sources": {
                source_of(service, self.ledger): stated_key(key)
                for service, key in self.keys.items()
                if service != "root"
            },
            "sealer": "none",
            "witness_policy": "optional",
            "admins": ["an"],
        }
        return self.event("root", "ledger.opened.v1", "*", data | changes)

    def score(self, value: str = "8.25", **changes: Any) -> bytes:
        """A good ``score.recorded.v1`` of the scores service, next in number."""
        unit = changes.pop("subject", "QH-Q01")
        return self.event("scores", "score.recorded.v1", unit, score_data(value), **changes)

    def closed(self, **changes: Any) -> bytes:
        """A good ``round.closed.v1`` of the inspections service, next in number."""
        data = {"occurred_at": TIME, "actor": ACTOR, "round": "R1", "exceptions": []}
        return self.event("inspections", "round.closed.v1", "*", data, **changes)

    def event(
        self,
        service: str,
        type_: str,
        subject: str,
        data: Mapping[str, Any],
        *,
        number: int | None = None,
        key: Ed25519PrivateKey | None = None,
        **attributes: Any,
    ) -> bytes:
        """A signed event.  ``number``: instead of the next; ``key``: instead of the service's own;
        ``attributes``: instead of, or beside, the right ones, before signing (None: left out)."""
        if number is None:
            number = self._numbers[service] = self._numbers.get(service, 0) + 1
        unsigned = unsigned_event(
            Draft(type_, subject, dict(data)),
            event_id=f"{self.ledger}:{service}-{number}",
            source=source_of(service, self.ledger),
            ledger=self.ledger,
            time=TIME,
            sequence=number,
            subjectsequence=number,
            correlation_id="c1",
            command_id=f"command-{service}-{number}",
        )
        unsigned.update(attributes)
        unsigned = {name: value for name, value in unsigned.items() if value is not None}
        return sign(unsigned, key or self.keys[service])


def score_data(value: str = "8.25") -> dict[str, Any]:
    """Good data of ``score.recorded.v1``."""
    return {
        "occurred_at": TIME,
        "actor": ACTOR,
        "responsible": "BTG",
        "criterion": "1.1",
        "stage": "department",
        "value": value,
        "rulebook": "sha256:" + "ab" * 32,
        "reason": "Đúng hạn",
    }


def stated_key(key: Ed25519PrivateKey) -> dict[str, str]:
    """A key as ``ledger.opened`` and ``key.added`` state it."""
    public = key.public_key()
    return {"keyid": key_id(public), "public_key": public_to_base64(public)}


def records(world: World, values: list[bytes], start: int = 0) -> list[Record]:
    """``values`` as records of one partition."""
    return [Record("t", 0, start + index, world.key, value) for index, value in enumerate(values)]


def good_attributes(world: World) -> dict[str, Any]:
    """All attributes of a good event, as an object to spoil."""
    return dict(Event.parse(world.score()).attributes)
