"""A ledger of any size from one seed: the same signed bytes for every contender in one run.

Nine events of ten are scores, most of them replaced later by a score of the same kind, as in a cycle in which
values are corrected until the round ends.  The rest is what else befalls a unit: values entered on behalf of
another body, withdrawals (of few units), bonuses and penalties proposed and decided, values set by the
Committee, and near the end every unit's inspection with its conclusion, whose adjustments name the effective
value that they change (one of ten names a stale one).  Forty people state them, and one of three scores names
a paper that no other names.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import Pool
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.events.envelope import Draft, instant, source_of, unsigned_event
from shared.events.signing import key_id, public_to_base64, sign
from shared.rulebook import Rulebook
from tests.bench.tables import QUARTERS
from tests.support.rulebooks import build, small_data

SERVICES = ("scores", "inspections", "ranking", "notify")
ACTORS = tuple(
    {"sub": f"can-bo-{number}", "role": "department", "scope": f"department:B{number // 2}"}
    for number in range(40)
)
MEETING = {"meeting": "BTV-11", "date": "2020-11-02", "document": "QĐ-01", "text": "Quyết định"}
AREAS = ("A", "B", "C")
INSPECTED = ("5.3", "5.4")
EXTERNAL = "4.4"
LEAVES = tuple(f"{group}.{leaf}" for group in range(1, 6) for leaf in range(1, 5))
SCORED = tuple(leaf for leaf in LEAVES if leaf not in INSPECTED)
STAGES = ("department", "external", "inspection", "standing")
WITHDRAWING = 50
"""One unit of so many takes scores back now and then."""
PART = 12_000
_CHUNK = 500
_SEVERAL = 20_000
"""From so many events on two processes sign."""

Unsigned = tuple[str, dict[str, Any]]
"""The service that signs, and all attributes but key and signature."""


@dataclass(frozen=True, slots=True)
class BenchLedger:
    """A generated ledger: its name, the pinned root key and the canonical values in order."""

    ledger: str
    roots: dict[str, str]
    values: list[bytes]


def rulebook() -> Rulebook:
    """Twenty leaves of five points in three areas, a quota for the best class, a chain of tie-breaks."""
    stages = {EXTERNAL: {"stage": "external"}} | {name: {"stage": "inspection"} for name in INSPECTED}
    leaves = [{"id": name, "max": "5", **stages.get(name, {})} for name in LEAVES]
    chain = [("base", "desc"), ("group:1", "desc"), ("penalty", "asc"), ("recognised_models", "desc")]
    quota = {
        "class": "EXCELLENT",
        "fraction": "0.2",
        "denominator": "units_ranked_in_area",
        "rounding": "floor",
    }
    items = {"label": "-", "per": "0.25", "cap": "3"}
    return build(
        small_data(
            *leaves,
            areas=AREAS,
            tie_breaks=[*({"by": by, "order": order} for by, order in chain), {"by": "committee_decision"}],
            quotas=[quota | {"min_per_area": 1, "on_tie_at_boundary": "decide"}],
            bonus={"cap_total": "5", "items": [{"code": "T1", **items}, {"code": "T2", **items}]},
            penalty={"cap_total": "10", "items": [{"code": "P1", **items}]},
        )
    )


def generate(
    events: int, *, units: int = 200, seed: int = 2020, ledger: str = "bench/2020", processes: int = 1
) -> BenchLedger:
    """A ledger of exactly ``events`` events over ``units`` units; the bytes depend on nothing else.

    ``processes``: how many sign.  Raises ``ValueError`` when there is no room for every unit's inspection.
    """
    values = list(_signed(_events(_Writer(ledger, seed), units, events), seed, processes))
    return BenchLedger(ledger, roots(seed, ledger), values)


def roots(seed: int, ledger: str) -> dict[str, str]:
    """The pinned root key of a generated ledger, by organisation."""
    return {ledger.partition("/")[0]: key_id(_key(seed, "root").public_key())}


def cached(
    folder: Path, events: int, *, units: int = 200, seed: int = 2020, ledger: str = "bench/2020"
) -> BenchLedger:
    """:func:`generate`, kept in ``folder`` from one run to the next by all that the bytes depend on."""
    made_by = hashlib.sha256(Path(__file__).read_bytes() + rulebook().document).hexdigest()[:12]
    path = folder / f"{ledger.replace('/', '-')}-{seed}-{units}-{events}-{made_by}.ndjson"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        made = generate(
            events, units=units, seed=seed, ledger=ledger, processes=2 if events >= _SEVERAL else 1
        )
        beside = path.with_suffix(".incoming")
        beside.write_bytes(b"".join(value + b"\n" for value in made.values))
        beside.rename(path)
    return BenchLedger(ledger, roots(seed, ledger), path.read_bytes().split(b"\n")[:-1])


# --- writing and signing ----------------------------------------------------------------------------------


def _key(seed: int, name: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(random.Random(f"{seed}/{name}").randbytes(32))


def _signed(unsigned: Iterable[Unsigned], seed: int, processes: int) -> Iterator[bytes]:
    if processes == 1:
        _take_keys(seed)
        yield from map(_sign, unsigned)
        return
    with Pool(processes, _take_keys, (seed,)) as pool:
        yield from pool.imap(_sign, unsigned, _CHUNK)


_keys: dict[str, tuple[Ed25519PrivateKey, str]] = {}


def _take_keys(seed: int) -> None:
    for name in (*SERVICES, "root"):
        key = _key(seed, name)
        _keys[name] = (key, key_id(key.public_key()))


def _sign(unsigned: Unsigned) -> bytes:
    service, attributes = unsigned
    return sign(attributes, *_keys[service])


class _Writer:
    """Numbers the drafts of one ledger as the services would."""

    def __init__(self, ledger: str, seed: int) -> None:
        self.ledger = ledger
        self.seed = seed
        self.random = random.Random(seed)
        self.sequences: dict[str, int] = {}
        self.subjects: dict[tuple[str, str], int] = {}
        self.moment = datetime(2020, 10, 1, 1, tzinfo=UTC)

    def write(self, service: str, type_: str, subject: str, about: dict[str, Any]) -> Unsigned:
        self.moment += timedelta(seconds=1)
        sequence = self.sequences[service] = self.sequences.get(service, 0) + 1
        of_subject = self.subjects[service, subject] = self.subjects.get((service, subject), 0) + 1
        data = {"occurred_at": instant(self.moment), **about}
        if service != "root":
            data["actor"] = self.random.choice(ACTORS)
        attributes = unsigned_event(
            Draft(type_, subject, data),
            event_id=f"{self.random.getrandbits(128):032x}",
            source=source_of(service, self.ledger),
            ledger=self.ledger,
            time=instant(self.moment),
            sequence=sequence,
            subjectsequence=of_subject,
            correlation_id=f"{self.random.getrandbits(128):032x}",
            command_id=f"{self.random.getrandbits(256):064x}",
        )
        return service, attributes


# --- what happens -----------------------------------------------------------------------------------------


def _events(writer: _Writer, units: int, total: int) -> Iterator[Unsigned]:
    made = 0
    for event in _opening(writer, units):
        yield event
        made += 1
    rest = total - made
    if rest < 4 * units:
        raise ValueError(f"{units} units need more than {total} events")
    yield from _Cycle(writer, units).events(rest)


def _opening(writer: _Writer, units: int) -> Iterator[Unsigned]:
    """The ledger, its rulebook, its units."""
    org, cycle = writer.ledger.split("/")
    public = {name: _key(writer.seed, name).public_key() for name in (*SERVICES, "root")}
    sources = {
        source_of(service, writer.ledger): {
            "keyid": key_id(public[service]),
            "public_key": public_to_base64(public[service]),
        }
        for service in SERVICES
    }
    opened = {
        "org": org,
        "cycle": cycle,
        "name": "Bench",
        "timezone": "Asia/Ho_Chi_Minh",
        "clock": "real",
        "topic": "bench",
        "root_public_key": public_to_base64(public["root"]),
        "sources": sources,
        "sealer": "none",
        "witness_policy": "optional",
        "admins": ["bench"],
    }
    yield writer.write("root", "ledger.opened.v1", "*", opened)
    book = rulebook()
    text = book.document.decode()
    parts = [text[start : start + PART] for start in range(0, len(text), PART)]
    for index, part in enumerate(parts):
        piece = {"digest": book.digest, "index": index, "parts": len(parts), "text": part}
        yield writer.write("scores", "rulebook.part.v1", "*", piece)
    adopted = {"rulebook_id": "bench", "version": book.identity.version, "status": "illustrative"}
    adopted |= {"digest": book.digest, "parts": len(parts)}
    yield writer.write("scores", "rulebook.adopted.v1", "*", adopted)
    for number, code in enumerate(_codes(units)):
        data = {"area": AREAS[number % len(AREAS)], "kind": "unit", "name": f"Đơn vị {code}"}
        yield writer.write("scores", "unit.registered.v1", code, {**data, "predecessors": []})


def _codes(units: int) -> list[str]:
    return [f"DV-B{number:05d}" for number in range(units)]


class _Cycle:
    """What befalls the units, and as much of the present state as a true adjustment has to name."""

    def __init__(self, writer: _Writer, units: int) -> None:
        self.writer = writer
        self.random = writer.random
        self.codes = _codes(units)
        self.digest = rulebook().digest
        self.values: dict[tuple[str, str, str], list[str]] = {}
        self.counted = 0
        self.papers = 0
        others: list[tuple[float, Callable[[], Unsigned]]] = [
            (0.020, self._on_behalf),
            (0.003, self._withdrawal),
            (0.015, self._proposal),
            (0.015, self._decided_amount),
            (0.005, self._decided_score),
        ]
        self.kinds: list[tuple[float, Callable[[], Unsigned]]] = []
        line = 0.0
        for part, make in others:
            line += part
            self.kinds.append((line, make))

    def events(self, number: int) -> Iterator[Unsigned]:
        """``number`` events; each unit's inspection begins and ends in the last twentieth."""
        units = len(self.codes)
        due: dict[int, list[Callable[[], Unsigned]]] = {}
        for n, code in enumerate(self.codes):
            for share, make in ((0.95, self._opened), (0.975, self._concluded)):
                place = int(number * (share + 0.02 * n / units))
                due.setdefault(place, []).append(_bound(make, code))
        waiting: list[Callable[[], Unsigned]] = []
        scored = 0
        for place in range(number):
            waiting += due.pop(place, [])
            chance = self.random.random()
            if waiting:
                yield waiting.pop(0)()
            elif chance < self.kinds[-1][0] and scored >= units * len(SCORED):
                yield next(make for line, make in self.kinds if chance < line)()
            else:
                code = self.codes[scored % units]
                yield self._score(code, SCORED[scored // units % len(SCORED)])
                scored += 1

    def _effective(self, code: str, leaf: str) -> str | None:
        found = (self.values.get((code, leaf, stage)) for stage in reversed(STAGES))
        return next((values[-1] for values in found if values), None)

    def _value(self, code: str) -> str:
        """In quarters up to 5; the units differ, so that every class is reached."""
        least = int(code[-5:]) * 19 // len(self.codes)
        quarters = self.random.randrange(least, 21)
        return f"{quarters // 4}{QUARTERS[quarters % 4]}"

    def _place(self) -> tuple[str, str]:
        return self.random.choice(self.codes), self.random.choice(SCORED)

    def _score(self, code: str, leaf: str, **more: Any) -> Unsigned:
        stage, value = _stage(leaf), self._value(code)
        self.values.setdefault((code, leaf, stage), []).append(value)
        data = {"criterion": leaf, "stage": stage, "value": value, "rulebook": self.digest, **more}
        if self.random.random() < 1 / 3:
            self.papers += 1
            data["external_ref"] = f"VB-{self.papers}"
        return self.writer.write("scores", "score.recorded.v1", code, data)

    def _on_behalf(self) -> Unsigned:
        return self._score(*self._place(), on_behalf_of="BTG", document="CV-12")

    def _withdrawal(self) -> Unsigned:
        code, leaf = self.random.choice(self.codes[::WITHDRAWING]), self.random.choice(SCORED)
        values = self.values.get((code, leaf, _stage(leaf)))
        if values:
            values.pop()
        data = {"criterion": leaf, "stage": _stage(leaf), "reason": "Nhập nhầm"}
        return self.writer.write("scores", "score.withdrawn.v1", code, data)

    def _occurrence(self) -> tuple[str, dict[str, Any]]:
        code = self.random.choice(("T1", "T2", "P1"))
        self.counted += 1
        kind = "bonus" if code.startswith("T") else "penalty"
        return kind, {"code": code, "occurrence_ref": f"VIEC-{self.counted}"}

    def _proposal(self) -> Unsigned:
        kind, what = self._occurrence()
        data = {**what, "occurred_on": "2020-06-15", "basis": "Báo cáo quý"}
        return self.writer.write("scores", f"{kind}.proposed.v1", self.random.choice(self.codes), data)

    def _decided_amount(self) -> Unsigned:
        kind, what = self._occurrence()
        outcome = self.random.choice(("accepted", "accepted", "accepted", "refused"))
        data = {**what, "outcome": outcome, **MEETING}
        return self.writer.write("ranking", f"decision.{kind}.v1", self.random.choice(self.codes), data)

    def _decided_score(self) -> Unsigned:
        code, leaf = self._place()
        points = self._value(code)
        self.values.setdefault((code, leaf, "standing"), []).append(points)
        data = {"criterion": leaf, "stage": "standing", "points": points, **MEETING}
        return self.writer.write("ranking", "decision.score.v1", code, data)

    def _opened(self, code: str) -> Unsigned:
        return self.writer.write(
            "inspections", "inspection.opened.v1", code, {"team": "DKT-1", "missing_scores": []}
        )

    def _concluded(self, code: str) -> Unsigned:
        adjustments = []
        for leaf in self.random.sample(SCORED, 3):
            before, after = self._effective(code, leaf), self._value(code)
            if self.random.random() < 0.1:
                before = "4.75" if before != "4.75" else "4.5"
            else:
                self.values.setdefault((code, leaf, "inspection"), []).append(after)
            claim = {"from_self": None, "from_effective": before, "to": after}
            adjustments.append({"criterion": leaf, **claim, "reason": "Qua kiểm tra"})
        models = self.random.sample(("MH-1", "MH-2", "MH-3"), self.random.randrange(4))
        data = {
            "team": "DKT-1",
            **dict.fromkeys(("strengths", "limitations", "orientation"), "Nội dung kết luận"),
            "scores": [{"criterion": leaf, "value": self._value(code)} for leaf in INSPECTED],
            "adjustments": adjustments,
            "recognised_models": [{"ref": one, "title": f"Mô hình {one}"} for one in models],
        }
        return self.writer.write("inspections", "conclusion.signed.v1", code, data)


def _bound(make: Callable[[str], Unsigned], code: str) -> Callable[[], Unsigned]:
    return lambda: make(code)


def _stage(leaf: str) -> str:
    return "external" if leaf == EXTERNAL else "department"
