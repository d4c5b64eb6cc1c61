"""Admission: which record of a partition becomes which position (architecture 4.2).

Pure: no clock, no disk, no log.  Positions are a function of the bytes of the partition alone, the same
in all services, in memory and on a database.  What an event *means* is not asked here: whatever is
authentic and next in number takes its position, whatever its data.

Held records are authenticated before they are held, so nobody without a key can fill the memory, and
again when they are drained, because a key may have been retired in between.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import Any, Literal, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from shared.events.canonical import MAX_BYTES
from shared.events.envelope import (
    KEYID,
    LEDGER,
    SOURCE,
    EnvelopeError,
    Event,
    parse_envelope,
    trusted_event,
)
from shared.events.signing import key_id, public_from_base64, raw_public, verify
from shared.ledger.merkle import Frontier, GrowingTree, leaf_hash

ADMISSION = "1"
"""Version of these rules.  Versioned apart from schemas: another rule here means other positions."""

HELD_LIMIT = 1000
"""How far ahead of its source's next number a record may be and still be held; beyond it is noise.  The
relay sends again from what was admitted, so nothing is lost by it."""

STATES_KEPT = 10_000
"""How many ledgers are remembered before those that never opened are forgotten."""

Reason = Literal[
    "no_value",
    "oversized",
    "bad_envelope",
    "wrong_key",
    "unknown_ledger",
    "wrong_partition",
    "bad_opening",
    "unknown_key",
    "foreign_key",
    "retired_key",
    "bad_signature",
    "equivocation",
    "too_far_ahead",
]


class Record(NamedTuple):
    """One record of a partition, as the log gives it.  (A tuple: made once for every record there is.)"""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None


@dataclass(frozen=True, slots=True)
class Key:
    """A public key (32 raw bytes) of one source, good for positions ``from_position`` ..
    ``to_position`` (inclusive; None: still good)."""

    source: str
    keyid: str
    public_key: bytes
    from_position: int
    to_position: int | None = None

    root: bool = False
    """Whether it is the key of the organisation's root."""


class Admitted(NamedTuple):
    """The event has a position, for ever.  ``keys``: entries of the key table that it made or ended."""

    ledger: str
    position: int
    event: Event
    leaf: bytes
    keys: tuple[Key, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """Authentic, but ahead of its number: waits for the gap to fill."""

    ledger: str
    source: str
    sequence: int
    record: Record


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The same bytes once more: the relay sent them again."""

    ledger: str
    source: str
    sequence: int
    record: Record


@dataclass(frozen=True, slots=True)
class Noise:
    """Not authentic, or two statements under one number: no position.

    ``released``: (source, sequence) under which the record had been held, when it failed on draining.
    """

    record: Record
    reason: Reason
    detail: str = ""
    released: tuple[str, str, int] | None = None


Outcome = Admitted | Held | Duplicate | Noise

Seen = Callable[[str, str, int], "bytes | None"]
"""``seen(ledger, source, sequence)``: leaf hash of the event admitted under that number."""


@dataclass(slots=True)
class LedgerState:
    """What admission must know of one ledger.

    Changed in place by :func:`admit`: whoever fails to store the outcomes throws the state away and
    loads it again.  ``root_keyid``: the pinned fingerprint of the organisation's root key.
    ``partition``: the only one in which its records count; None: not asked (one partition is read).
    """

    ledger: str
    root_keyid: str
    partition: int | None = None
    tree: GrowingTree = field(default_factory=GrowingTree)
    next_sequence: dict[str, int] = field(default_factory=dict)
    held: dict[str, dict[int, Record]] = field(default_factory=dict)
    keys: dict[str, Key] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Number of positions taken."""
        return self.tree.size

    @property
    def frontier(self) -> Frontier:
        """The Merkle frontier over all positions taken."""
        return self.tree.frontier()

    def gaps(self) -> dict[str, int]:
        """How many records each source has waiting behind an open gap."""
        return {source: len(waiting) for source, waiting in self.held.items() if waiting}


def admit(state: LedgerState, record: Record, seen: Seen, *, verify_signatures: bool = True) -> list[Outcome]:
    """What becomes of ``record``, whose Kafka key names ``state``'s ledger: one outcome, and more when it
    fills a gap that others waited behind.

    ``verify_signatures=False`` is for measured replays whose root is compared with a signed one; what the
    root key signs is checked even then.
    """
    value = record.value
    if value is None:
        return [Noise(record, "no_value")]
    if len(value) > MAX_BYTES:
        return [Noise(record, "oversized", f"{len(value)} bytes")]
    try:
        attributes = parse_envelope(value)
    except EnvelopeError as error:
        return [Noise(record, "bad_envelope", str(error)[:300])]
    ledger = state.ledger
    if attributes["partitionkey"] != ledger:
        return [Noise(record, "wrong_key", str(attributes["partitionkey"]))]
    if record.partition != state.partition and state.partition is not None:
        return [Noise(record, "wrong_partition", f"{ledger} lies in {state.partition}")]
    source: str = attributes["source"]
    sequence = int(attributes["sequence"])

    if state.tree.size == 0:
        return _admit_opening(state, record, value, attributes)

    expected = state.next_sequence.get(source, 1)
    if sequence < expected and seen(ledger, source, sequence) == leaf_hash(value):
        return [Duplicate(ledger, source, sequence, record)]
    key = state.keys.get(attributes["keyid"])
    if verify_signatures or key is None or key.source != source or key.to_position is not None or key.root:
        fault = _fault(state, attributes, verify_signatures)
        if fault is not None:
            return [Noise(record, *fault)]
    if sequence < expected:
        return [Noise(record, "equivocation", f"{source} {sequence} stands with other bytes")]
    if sequence > expected:
        return [_hold(state, record, source, sequence, expected)]
    # _take, written out: this is the way of nearly every record.
    tree = state.tree
    position = tree.size
    leaf = sha256(b"\0" + value).digest()
    tree.add(leaf)
    state.next_sequence[source] = sequence + 1
    keys = _changed_keys(state, position, attributes) if key is not None and key.root else _NO_KEYS
    admitted = Admitted(ledger, position, trusted_event(value, attributes), leaf, keys)
    if not state.held:
        return [admitted]
    outcomes: list[Outcome] = [admitted]
    if source in state.held:
        _drain(state, source, outcomes, verify_signatures)
    return outcomes


_NO_KEYS: tuple[Key, ...] = ()


def _hold(state: LedgerState, record: Record, source: str, sequence: int, expected: int) -> Outcome:
    if sequence - expected > HELD_LIMIT:
        return Noise(record, "too_far_ahead", f"{source} {sequence}, next is {expected}")
    waiting = state.held.setdefault(source, {})
    there = waiting.get(sequence)
    if there is None:
        waiting[sequence] = record
        return Held(state.ledger, source, sequence, record)
    if there.value == record.value:
        return Duplicate(state.ledger, source, sequence, record)
    return Noise(record, "equivocation", f"{source} {sequence} waits with other bytes")


def _drain(state: LedgerState, source: str, outcomes: list[Outcome], verify_signatures: bool) -> None:
    waiting = state.held[source]
    while waiting:
        sequence = state.next_sequence[source]
        record = waiting.pop(sequence, None)
        if record is None:
            return
        value = record.value
        assert value is not None  # a record without value is never held
        attributes = parse_envelope(value)
        fault = _fault(state, attributes, verify_signatures)
        if fault is not None:
            outcomes.append(Noise(record, *fault, released=(state.ledger, source, sequence)))
            return
        outcomes.append(_take(state, value, attributes, source, sequence))
    del state.held[source]


def _take(
    state: LedgerState,
    value: bytes,
    attributes: dict[str, Any],
    source: str,
    sequence: int,
) -> Admitted:
    position = state.tree.size
    leaf = leaf_hash(value)
    state.tree.add(leaf)
    state.next_sequence[source] = sequence + 1
    keys = _changed_keys(state, position, attributes) if source.startswith("/root/") else ()
    return Admitted(state.ledger, position, trusted_event(value, attributes), leaf, keys)


def _fault(
    state: LedgerState, attributes: dict[str, Any], verify_signatures: bool
) -> tuple[Reason, str] | None:
    """Why an event is not authentic now, or None."""
    keyid: str = attributes["keyid"]
    key = state.keys.get(keyid)
    if key is None:
        return "unknown_key", keyid
    source = attributes["source"]
    if key.source != source:
        return "foreign_key", f"{keyid} belongs to {key.source}, not to {source}"
    if key.to_position is not None:
        return "retired_key", f"{keyid} was good up to position {key.to_position}"
    if (verify_signatures or source.startswith("/root/")) and not verify(
        attributes, _public_key(key.public_key)
    ):
        return "bad_signature", ""
    return None


@lru_cache(maxsize=256)
def _public_key(raw: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(raw)


# --- what the root key says -----------------------------------------------------------------------


def _admit_opening(
    state: LedgerState, record: Record, value: bytes, attributes: dict[str, Any]
) -> list[Outcome]:
    """Position 0: ``ledger.opened.v1``, signed by the pinned root key that it carries."""
    if attributes["type"] != "ledger.opened.v1" or attributes["source"] != f"/root/{state.ledger}":
        return [Noise(record, "unknown_ledger", "the ledger is not open")]
    if attributes["keyid"] != state.root_keyid:
        return [Noise(record, "unknown_key", f"not the pinned root key: {attributes['keyid']}")]
    if int(attributes["sequence"]) != 1:
        return [Noise(record, "bad_opening", "its number must be 1")]
    stated_root = attributes["data"].get("root_public_key")
    root = _stated_key(f"/root/{state.ledger}", state.root_keyid, stated_root, 0)
    if root is None:
        return [Noise(record, "bad_opening", "root_public_key is not the pinned key")]
    if not verify(attributes, _public_key(root.public_key)):
        return [Noise(record, "bad_signature")]
    sources = attributes["data"].get("sources")
    keys = [root]
    for name, stated in sorted(sources.items()) if type(sources) is dict else ():
        key = _source_key(state, name, stated, 1) if type(stated) is dict else None
        if key is None or any(key.keyid == other.keyid for other in keys):
            return [Noise(record, "bad_opening", f"sources: {name}")]
        keys.append(key)
    if len(keys) == 1:
        return [Noise(record, "bad_opening", "no sources")]
    state.keys = {key.keyid: key for key in keys}
    leaf = leaf_hash(value)
    state.tree.add(leaf)
    state.next_sequence[f"/root/{state.ledger}"] = 2
    return [Admitted(state.ledger, 0, trusted_event(value, attributes), leaf, tuple(keys))]


def _changed_keys(state: LedgerState, position: int, attributes: dict[str, Any]) -> tuple[Key, ...]:
    """Let a root event change the keys, from the position after its own.

    One that makes no sense (a second use of a key, a key of the root itself) changes nothing: it has its
    position all the same.  A retired key never comes back.
    """
    data = attributes["data"]
    if attributes["type"] == "key.added.v1":
        added = _source_key(state, data.get("source_name"), data, position + 1)
        if added is None or added.keyid in state.keys:
            return ()
        state.keys[added.keyid] = added
        return (added,)
    if attributes["type"] == "key.retired.v1":
        keyid = data.get("keyid")
        key = state.keys.get(keyid) if type(keyid) is str else None
        if key is None or key.to_position is not None or key.root:
            return ()
        retired = Key(key.source, key.keyid, key.public_key, key.from_position, position)
        state.keys[key.keyid] = retired
        return (retired,)
    return ()


def _source_key(state: LedgerState, name: object, stated: Mapping[str, Any], start: int) -> Key | None:
    found = SOURCE.fullmatch(name) if type(name) is str else None
    if found is None or found.group(1) == "root" or found.group(2) != state.ledger:
        return None
    return _stated_key(found.group(), stated.get("keyid"), stated.get("public_key"), start)


def _stated_key(source: str, keyid: object, public_key: object, start: int) -> Key | None:
    """The key when ``keyid`` is the digest of the 32 bytes that ``public_key`` encodes, else None."""
    if type(keyid) is not str or not KEYID.fullmatch(keyid) or type(public_key) is not str:
        return None
    try:
        raw = raw_public(public_from_base64(public_key))
    except ValueError:
        return None
    if key_id(raw) != keyid:
        return None
    return Key(source, keyid, raw, start, root=source.startswith("/root/"))


# --- many ledgers ---------------------------------------------------------------------------------

LoadState = Callable[[str, str], LedgerState]
"""``load(ledger, root_keyid)``: the state of a ledger, empty when nothing of it is known yet."""


class Admission:
    """Admission over all ledgers of one or more partitions.

    ``roots``: pinned fingerprint of the root key per organisation; a ledger of another organisation is
    noise.  ``load`` is asked once per ledger, ``seen`` for numbers below the next one.  ``partition_of``:
    in which partition a Kafka key must lie.  Somebody may write a ledger's records into another one as
    well: read there, positions would hang on which partition is read first, so there they are noise.
    """

    def __init__(
        self,
        roots: Mapping[str, str],
        load: LoadState,
        seen: Seen,
        *,
        partition_of: Callable[[bytes], int] | None = None,
        verify_signatures: bool = True,
    ) -> None:
        self._roots = roots
        self._load = load
        self._seen = seen
        self._partition_of = partition_of
        self._verify = verify_signatures
        self._states: dict[bytes, LedgerState] = {}

    @property
    def states(self) -> dict[str, LedgerState]:
        """State per ledger, of those that were met."""
        return {state.ledger: state for state in self._states.values()}

    def admit(self, record: Record) -> list[Outcome]:
        """What becomes of ``record``; see :func:`admit`."""
        state = self._states.get(record.key)  # type: ignore[arg-type]
        if state is None:
            state = self._meet(record.key)
            if state is None:
                return [Noise(record, "unknown_ledger", repr(record.key)[:120])]
        return admit(state, record, self._seen, verify_signatures=self._verify)

    def forget(self) -> None:
        """Forget all states: what was admitted since the last stored batch did not come to pass."""
        self._states.clear()

    def _meet(self, key: bytes | None) -> LedgerState | None:
        if key is None:
            return None
        try:
            ledger = key.decode("ascii")
        except UnicodeDecodeError:
            return None
        if not LEDGER.fullmatch(ledger):
            return None
        root_keyid = self._roots.get(ledger.partition("/")[0])
        if root_keyid is None:
            return None
        state = self._load(ledger, root_keyid)
        if self._partition_of is not None:
            state.partition = self._partition_of(key)
        if len(self._states) >= STATES_KEPT:
            # Keys of records that open nothing must not fill the memory.
            self._states = {name: kept for name, kept in self._states.items() if kept.size}
        self._states[key] = state
        return state


class MemoryLeaves:
    """``seen`` for use in memory: 32 bytes an event."""

    def __init__(self) -> None:
        self._leaves: dict[tuple[str, str], bytearray] = {}

    def __call__(self, ledger: str, source: str, sequence: int) -> bytes | None:
        """Leaf hash of the event admitted under that number, or None."""
        row = self._leaves.get((ledger, source))
        leaf = bytes(row[(sequence - 1) * 32 : sequence * 32]) if row else b""
        return leaf or None

    def add(self, outcome: Admitted) -> None:
        """Remember an admitted event.  Numbers of a source come in order, by admission itself."""
        name = (outcome.ledger, outcome.event.attributes["source"])
        row = self._leaves.get(name)
        if row is None:
            row = self._leaves[name] = bytearray()
        row += outcome.leaf

    def counts(self, ledger: str) -> dict[str, int]:
        """Events per source of ``ledger``."""
        return {
            source: len(row) // 32 for (name, source), row in sorted(self._leaves.items()) if name == ledger
        }


def memory_admission(
    roots: Mapping[str, str],
    *,
    partition_of: Callable[[bytes], int] | None = None,
    verify_signatures: bool = True,
) -> tuple[Admission, MemoryLeaves]:
    """Admission from nothing, with no database: a replay."""
    leaves = MemoryLeaves()
    admission = Admission(
        roots, LedgerState, leaves, partition_of=partition_of, verify_signatures=verify_signatures
    )
    return admission, leaves
