"""A ledger of any size from one seed: the same signed events for every contender in one run."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.events.envelope import Draft, instant, source_of, unsigned_event
from shared.events.signing import key_id, public_to_base64, sign
from shared.rulebook import digest, normalised
from shared.rulebook.loader import load

RULEBOOK = Path(__file__).parents[2] / "deploy" / "demo" / "2020" / "rulebook.yaml"
SERVICES = ("scores", "inspections", "ranking", "notify")
ACTOR = {"sub": "bench", "role": "department", "scope": "department:BTG"}


@dataclass(frozen=True, slots=True)
class BenchLedger:
    """A generated ledger: its name, the pinned root key and the canonical values in order."""

    ledger: str
    roots: dict[str, str]
    values: list[bytes]


def _key(seed: int, name: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(random.Random(f"{seed}/{name}").randbytes(32))


class _Writer:
    """Numbers and signs drafts of one ledger as the services would."""

    def __init__(self, ledger: str, seed: int) -> None:
        self.ledger = ledger
        self.keys = {service: _key(seed, service) for service in (*SERVICES, "root")}
        self.random = random.Random(seed)
        self.sequences: dict[str, int] = {}
        self.subjects: dict[tuple[str, str], int] = {}
        self.moment = datetime(2020, 10, 1, 1, tzinfo=UTC)

    def write(self, service: str, draft: Draft) -> bytes:
        self.moment += timedelta(seconds=1)
        sequence = self.sequences[service] = self.sequences.get(service, 0) + 1
        subject = (service, draft.subject)
        self.subjects[subject] = self.subjects.get(subject, 0) + 1
        data = {"occurred_at": instant(self.moment), **draft.data}
        if service != "root":
            data["actor"] = ACTOR
        unsigned = unsigned_event(
            Draft(draft.type, draft.subject, data),
            event_id=f"{self.random.getrandbits(128):032x}",
            source=source_of(service, self.ledger),
            ledger=self.ledger,
            time=instant(self.moment),
            sequence=sequence,
            subjectsequence=self.subjects[subject],
            correlation_id=f"{self.random.getrandbits(128):032x}",
            command_id=f"{self.random.getrandbits(256):064x}",
        )
        return sign(unsigned, self.keys[service])


def generate(events: int, *, units: int = 200, seed: int = 2020, ledger: str = "bench/2020") -> BenchLedger:
    """A ledger of exactly ``events`` events: set-up, then scores over ``units`` units and all leaves."""
    writer = _Writer(ledger, seed)
    values = list(_events(writer, units, events))
    org, _, _ = ledger.partition("/")
    return BenchLedger(ledger, {org: key_id(writer.keys["root"].public_key())}, values)


def _events(writer: _Writer, units: int, total: int) -> Iterator[bytes]:
    org, cycle = writer.ledger.split("/")
    sources = {
        source_of(service, writer.ledger): {
            "keyid": key_id(writer.keys[service].public_key()),
            "public_key": public_to_base64(writer.keys[service].public_key()),
        }
        for service in SERVICES
    }
    yield writer.write(
        "root",
        Draft(
            "ledger.opened.v1",
            "*",
            {
                "org": org,
                "cycle": cycle,
                "name": "Bench",
                "timezone": "Asia/Ho_Chi_Minh",
                "clock": "real",
                "topic": "bench",
                "root_public_key": public_to_base64(writer.keys["root"].public_key()),
                "sources": sources,
                "sealer": "none",
                "witness_policy": "optional",
                "admins": ["bench"],
            },
        ),
    )
    rulebook = load(RULEBOOK.read_text(encoding="utf-8"))
    text = normalised(rulebook)
    whole = digest(text)
    parts = [text.decode()[start : start + 12000] for start in range(0, len(text.decode()), 12000)]
    for index, part in enumerate(parts):
        yield writer.write(
            "scores",
            Draft(
                "rulebook.part.v1", "*", {"digest": whole, "index": index, "parts": len(parts), "text": part}
            ),
        )
    adopted = {
        "digest": whole,
        "parts": len(parts),
        "rulebook_id": "bench",
        "version": "1.0.0",
        "status": "illustrative",
    }
    yield writer.write("scores", Draft("rulebook.adopted.v1", "*", adopted))
    codes = [f"QH-B{number:05d}" for number in range(units)]
    for code in codes:
        data = {"area": "QH", "kind": "urban_district", "name": f"Đơn vị {code}", "predecessors": []}
        yield writer.write("scores", Draft("unit.registered.v1", code, data))
    made = 1 + len(parts) + 1 + units
    direct = ("1.2", "1.3", "2.3", "3.2", "4.1", "6.2")
    for number in range(total - made):
        quarters = writer.random.randrange(0, 17)
        data = {
            "criterion": direct[number // units % len(direct)],
            "stage": "department",
            "value": f"{quarters // 4}{('', '.25', '.5', '.75')[quarters % 4]}",
            "rulebook": whole,
        }
        yield writer.write("scores", Draft("score.recorded.v1", codes[number % units], data))
