"""``bangvang ledger``: the root ceremony of the embedded default, and the fingerprint that auditors pin.

The organisation's root key signs position 0 and, later, keys; nothing else.  In production it is made and
kept offline; here it is a file, mode 0600, beside the others.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
import orjson
import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from rich.console import Console
from uuid_utils import uuid7

from shared.access.local_issuer import LocalIssuer
from shared.events.catalogue import interpret
from shared.events.envelope import LEDGER, Draft, Event, instant, parse_instant, source_of, unsigned_event
from shared.events.keys import KeyFolder, KeyMissing
from shared.events.signing import key_id, public_to_base64, raw_public, sign
from shared.settings import SERVICES, Settings

KNOWN_SECONDS = 60.0
"""How long the services may take to learn of a new ledger before that is called an error."""

_ED25519_NOTE = b"\x01"
"""Signature type of Ed25519 in a C2SP signed note; a cosignature's is 0x04."""


class CeremonyError(click.ClickException):
    """The ledger cannot be opened like this; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What a ledger is opened with; ``starts`` is the time of position 0, None for now."""

    ledger: str
    name: str
    timezone: str
    clock: str
    admins: tuple[str, ...]
    witness_policy: str = "optional"
    starts: str | None = None

    @property
    def org(self) -> str:
        """The organisation whose root key signs."""
        return self.ledger.split("/")[0]

    @property
    def cycle(self) -> str:
        """The cycle of the organisation."""
        return self.ledger.split("/")[1]


@click.group()
def ledger() -> None:
    """Open a ledger; show the fingerprint of an organisation's root key."""


@ledger.command("open")
@click.argument("ledger_name", metavar="ORG/CYCLE")
@click.option("--name", required=True, help="Name of the ledger for people.")
@click.option("--timezone", default="Asia/Ho_Chi_Minh", show_default=True)
@click.option("--clock", type=click.Choice(["real", "simulated"]), default="real", show_default=True)
@click.option(
    "--admin", "admins", multiple=True, required=True, help="Account of a first administrator; repeatable."
)
@click.option("--witness", type=click.Choice(["optional", "required"]), default="optional", show_default=True)
@click.option("--starts", metavar="INSTANT", help="Simulated only: the scenario's time at position 0.")
@click.option("--origin", help="Address of the services; default BANGVANG_ORIGIN.")
def open_command(
    ledger_name: str,
    name: str,
    timezone: str,
    clock: str,
    admins: tuple[str, ...],
    witness: str,
    starts: str | None,
    origin: str | None,
) -> None:
    """Make the keys of ORG/CYCLE, pin its root, sign position 0 and give it to the services.

    Running it again changes nothing and says so.
    """
    settings = Settings.from_env()
    opening = Opening(ledger_name, name, timezone, clock, admins, witness, starts)
    said = open_ledger(settings, opening, origin or settings.origin)
    Console(soft_wrap=True).print(said)


@ledger.command()
@click.argument("org")
def fingerprint(org: str) -> None:
    """Print the fingerprint of ORG's root key: what an auditor writes down and compares."""
    settings = Settings.from_env()
    pinned = read_pins(settings.roots).get(org)
    folder = KeyFolder(settings.keys)
    try:
        own = key_id(folder.load(folder.root_key_path(org)).public_key())
    except KeyMissing:
        own = None
    if pinned is None and own is None:
        raise click.ClickException(f"no root key of {org} is known here ({settings.roots})")
    if pinned is not None and own is not None and pinned != own:
        raise click.ClickException(f"the pin {pinned} is not of the root key in {settings.keys}: {own}")
    click.echo(pinned or own)


def open_ledger(
    settings: Settings, opening: Opening, origin: str, *, wait: Callable[[float], None] = time.sleep
) -> str:
    """Open the ledger and return when all services know it; what was done, in a sentence.

    Raises :class:`CeremonyError`.  Position 0 is kept beside the keys from before it is sent for the first
    time, so that every later run sends the same bytes.
    """
    check_opening(opening)
    kept = kept_opening(settings.keys, opening.ledger)
    value = kept if kept is not None else _hold_ceremony(settings, opening)
    again = kept is not None
    event = Event.parse(value)
    differing = differences(event, opening)
    if differing:
        raise CeremonyError(f"{opening.ledger} was opened before, otherwise: {'; '.join(differing)}")
    pin_root(settings.roots, opening.org, event.keyid)
    try:
        token = LocalIssuer(settings.issuer, settings.local_jwks()).issue(opening.admins[0], ttl=600)
    except ValueError as error:
        raise CeremonyError(str(error)) from error
    send_opening(origin, opening.ledger, value, token)
    await_services(origin, opening.ledger, token, wait=wait)
    if again:
        return f"{opening.ledger} is open already; nothing changed. Root key: {event.keyid}"
    return f"{opening.ledger} is open. Root key, for auditors to pin: {event.keyid}"


def check_opening(opening: Opening) -> None:
    """Raise :class:`CeremonyError` for an opening that could not stand."""
    if not LEDGER.fullmatch(opening.ledger):
        raise CeremonyError(f"{opening.ledger!r} is not ORG/CYCLE, such as hcmc/2020")
    try:
        ZoneInfo(opening.timezone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise CeremonyError(f"there is no time zone {opening.timezone!r}") from error
    if opening.starts is not None:
        if opening.clock != "simulated":
            raise CeremonyError("--starts is for a simulated clock only")
        try:
            parse_instant(opening.starts)
        except ValueError as error:
            raise CeremonyError(f"{opening.starts!r} is not like 2020-10-05T00:00:00.000000Z") from error


def opening_path(keys: Path, ledger_name: str) -> Path:
    """Where the signed position 0 of a ledger is kept."""
    return keys / "root" / f"{ledger_name.replace('/', '--')}.opened.json"


def kept_opening(keys: Path, ledger_name: str) -> bytes | None:
    """Position 0 as it was signed before, or None."""
    path = opening_path(keys, ledger_name)
    return path.read_bytes() if path.exists() else None


def _hold_ceremony(settings: Settings, opening: Opening) -> bytes:
    folder = KeyFolder(settings.keys)
    root = folder.load_or_create(folder.root_key_path(opening.org))
    pinned = read_pins(settings.roots).get(opening.org)
    if pinned not in (None, key_id(root.public_key())):
        raise CeremonyError(f"{settings.roots} pins another root key of {opening.org}: {pinned}")
    services = {
        service: folder.load_or_create(folder.service_key_path(service, opening.ledger)).public_key()
        for service in SERVICES
    }
    sealer = folder.load_or_create(folder.service_key_path("sealer", opening.ledger)).public_key()
    now = instant(datetime.now(UTC))
    value = opening_event(opening, root, services, sealer, topic=settings.topic, now=now)
    write_atomically(opening_path(settings.keys, opening.ledger), value)
    return value


def opening_event(
    opening: Opening,
    root: Ed25519PrivateKey,
    services: dict[str, Ed25519PublicKey],
    sealer: Ed25519PublicKey,
    *,
    topic: str,
    now: str,
) -> bytes:
    """Canonical bytes of position 0, signed by ``root``.

    ``services``: the key of each service.  On a simulated clock its time is ``opening.starts``: were it the
    real one, no later event could be found by time.
    """
    event_id = str(uuid7())
    at = opening.starts or now
    data = {
        "occurred_at": at,
        "org": opening.org,
        "cycle": opening.cycle,
        "name": opening.name,
        "timezone": opening.timezone,
        "clock": opening.clock,
        "topic": topic,
        "root_public_key": public_to_base64(root.public_key()),
        "sources": {
            source_of(service, opening.ledger): {"keyid": key_id(key), "public_key": public_to_base64(key)}
            for service, key in services.items()
        },
        "sealer": verifier_key(f"bangvang/{opening.ledger}", sealer),
        "witness_policy": opening.witness_policy,
        "admins": list(opening.admins),
    }
    value = sign(
        unsigned_event(
            Draft("ledger.opened.v1", "*", data),
            event_id=event_id,
            source=source_of("root", opening.ledger),
            ledger=opening.ledger,
            time=at,
            sequence=1,
            subjectsequence=1,
            correlation_id=event_id,
            command_id=hashlib.sha256(f"ledger.open\n{opening.ledger}".encode()).hexdigest(),
        ),
        root,
    )
    fault = interpret(Event.parse(value))
    if fault is not None:
        raise CeremonyError(f"this opening would not be understood: {fault.detail}")
    return value


def verifier_key(name: str, key: Ed25519PublicKey) -> str:
    """The verifier key of ``name`` as C2SP signed notes write it: name, key hash, type and key in base64."""
    typed = _ED25519_NOTE + raw_public(key)
    note_id = hashlib.sha256(name.encode() + b"\n" + typed).digest()[:4]
    return f"{name}+{note_id.hex()}+{base64.b64encode(typed).decode('ascii')}"


def differences(event: Event, opening: Opening) -> list[str]:
    """Where the kept position 0 says something else than ``opening`` asks for now."""
    wanted = {
        "name": opening.name,
        "timezone": opening.timezone,
        "clock": opening.clock,
        "witness_policy": opening.witness_policy,
        "admins": list(opening.admins),
    }
    found = [
        f"{name} {event.data[name]!r}, not {value!r}"
        for name, value in wanted.items()
        if event.data[name] != value
    ]
    if opening.starts is not None and event.time != opening.starts:
        found.append(f"starts {event.time}, not {opening.starts}")
    return found


def read_pins(path: Path) -> dict[str, str]:
    """Trusted root fingerprints by organisation; empty when there is no file."""
    if not path.exists():
        return {}
    pins = json.loads(path.read_text("utf-8"))
    if not isinstance(pins, dict) or not all(re.fullmatch("[0-9a-f]{64}", str(pin)) for pin in pins.values()):
        raise CeremonyError(f"{path} is not a file of root fingerprints")
    return pins


def pin_root(path: Path, org: str, keyid: str) -> None:
    """Add the fingerprint of ``org`` to the pins.  Raises :class:`CeremonyError` when another is there."""
    pins = read_pins(path)
    if pins.get(org, keyid) != keyid:
        raise CeremonyError(f"{path} pins another root key of {org}: {pins[org]}")
    if org not in pins:
        pins[org] = keyid
        write_atomically(path, json.dumps(pins, indent=1, sort_keys=True).encode())


def write_atomically(path: Path, value: bytes) -> None:
    """Write ``value`` so that a reader sees the old file or the new one, whole."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    with fresh.open("wb") as file:
        file.write(value)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def send_opening(origin: str, ledger_name: str, value: bytes, token: str) -> None:
    """Give position 0 to the scores service, which relays it.  Raises :class:`CeremonyError`."""
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Idempotency-Key": f"ledger.open.{hashlib.sha256(value).hexdigest()[:32]}",
    }
    try:
        answer = requests.post(
            f"{origin}/scores/v1/{ledger_name}/ledger", data=value, headers=headers, timeout=30
        )
    except requests.RequestException as error:
        raise CeremonyError(f"the services at {origin} do not answer: {error}") from error
    if not answer.ok:
        raise CeremonyError(f"{answer.url} refused position 0 ({answer.status_code}): {_why(answer)}")


def await_services(
    origin: str,
    ledger_name: str,
    token: str,
    *,
    services: Sequence[str] = SERVICES,
    wait: Callable[[float], None] = time.sleep,
    limit: float = KNOWN_SECONDS,
) -> None:
    """Return when every service knows the ledger; raises :class:`CeremonyError` after ``limit`` seconds."""
    missing = list(services)
    pause = 0.2
    waited = 0.0
    while missing:
        missing = [service for service in missing if not _knows(origin, service, ledger_name, token)]
        if missing and waited >= limit:
            raise CeremonyError(f"after {limit:.0f} s these do not know {ledger_name}: {', '.join(missing)}")
        if missing:
            wait(pause)
            waited += pause


def _knows(origin: str, service: str, ledger_name: str, token: str) -> bool:
    try:
        answer = requests.get(
            f"{origin}/{service}/v1/{ledger_name}/ledger",
            headers={"Authorization": f"Bearer {token}"},
            timeout=10,
        )
    except requests.RequestException:
        return False
    return bool(answer.status_code == requests.codes.ok)


def _why(answer: requests.Response) -> str:
    try:
        problem = orjson.loads(answer.content)
        return str(problem.get("detail_en") or problem.get("detail") or problem)
    except (orjson.JSONDecodeError, AttributeError):
        return answer.text[:300]
