"""What is checked rather than believed: canonical bytes, signatures, the chain of keys, Merkle proofs.

Written anew and small on purpose: whoever checks the services does not run their code.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from bangvang.errors import Untrusted

_MAX_INTEGER = 2**53 - 1
_KEY_BYTES = 32
_EMPTY_ROOT = hashlib.sha256(b"").digest()


def parse(value: bytes) -> dict[str, Any]:
    """The JSON object that ``value`` says, within the profile of events: no floats, no key twice.

    Raises :class:`~bangvang.errors.Untrusted`.
    """
    try:
        found = json.loads(
            value, parse_float=_refuse, parse_constant=_refuse, parse_int=_integer, object_pairs_hook=_once
        )
    except (ValueError, RecursionError) as error:
        raise Untrusted(f"not JSON of the profile: {error}") from error
    if not isinstance(found, dict):
        raise Untrusted("not a JSON object")
    return found


def canonical(event: Mapping[str, Any]) -> bytes:
    """Canonical bytes (RFC 8785) of an object of the profile.  Raises ``Untrusted`` for half a character."""
    text = json.dumps(event, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise Untrusted(f"text that no UTF-8 can say: {error}") from error


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"a number that is no integer: {text}")


def _integer(text: str) -> int:
    number = int(text) if len(text) <= len(str(_MAX_INTEGER)) + 1 else _MAX_INTEGER + 1
    if abs(number) > _MAX_INTEGER:
        raise ValueError(f"an integer beyond 2^53-1: {text[:30]}")
    return number


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def signed_by(event: Mapping[str, Any], public_key: bytes) -> bool:
    """Whether ``event`` carries a good Ed25519 signature by ``public_key`` (32 raw bytes)."""
    signature = event.get("signature")
    raw = _base64(signature)
    if raw is None:
        return False
    unsigned = {name: value for name, value in event.items() if name != "signature"}
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(raw, canonical(unsigned))
    except (InvalidSignature, ValueError):
        return False
    return True


def _base64(text: object) -> bytes | None:
    """What ``text`` encodes; None for another spelling of it too, so that one signature has one text."""
    if not isinstance(text, str):
        return None
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if base64.b64encode(raw).decode("ascii") == text else None


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a source; ``retired``: it signs no more."""

    source: str
    public_key: bytes
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Keys:
    """Whose signatures count in a ledger, as its root key has said.

    ``root``: fingerprint of the root key; ``opening``: SHA-256 of position 0, in hex; ``keys``: by keyid.
    """

    ledger: str
    root: str
    opening: str
    keys: Mapping[str, Key] = field(default_factory=dict)

    def check(self, event: Mapping[str, Any], service: str) -> None:
        """Raise ``Untrusted`` unless ``event`` is signed by a key in force of ``service`` in this ledger."""
        source = f"/{service}/{self.ledger}"
        if event.get("source") != source or event.get("partitionkey") != self.ledger:
            raise Untrusted(f"an event of {event.get('source')!r}, not of {source}")
        key = self.keys.get(str(event.get("keyid")))
        if key is None or key.source != source:
            raise Untrusted(f"signed with a key that {self.ledger} does not name for {source}")
        if key.retired:
            raise Untrusted(f"signed with a key of {source} that was retired")
        if not signed_by(event, key.public_key):
            raise Untrusted(f"event {event.get('id')!r} of {source} has a bad signature")


def keys_of(ledger: str, lines: Iterable[bytes]) -> Keys:
    """The keys that position 0 and the key events in ``lines`` state, each signed by the root key.

    The fingerprint of that root key is for the caller to compare.  Raises ``Untrusted``.
    """
    found: Keys | None = None
    root_key = b""
    for line in lines:
        event = parse(line)
        if canonical(event) != line:
            raise Untrusted("an event of the root key is not in its canonical form")
        if event.get("source") != f"/root/{ledger}" or event.get("partitionkey") != ledger:
            raise Untrusted(f"an event of another ledger among the keys of {ledger}")
        data = event.get("data")
        if not isinstance(data, dict):
            raise Untrusted("an event without data")
        if found is None:
            root_key = _public_key(data.get("root_public_key"), event.get("keyid"))
            found = Keys(ledger, str(event["keyid"]), hashlib.sha256(line).hexdigest())
        if event.get("keyid") != found.root or not signed_by(event, root_key):
            raise Untrusted(f"an event among the keys of {ledger} is not signed by its root key")
        found = replace(found, keys=_changed(found, str(event.get("type")), data))
    if found is None:
        raise Untrusted(f"nothing was said of the keys of {ledger}")
    return found


def _changed(known: Keys, type_: str, data: Mapping[str, Any]) -> dict[str, Key]:
    keys = dict(known.keys)
    match type_:
        case "ledger.opened.v1" if not keys:
            sources = data.get("sources")
            for source, stated in sources.items() if isinstance(sources, dict) else ():
                raw = _public_key(stated.get("public_key"), stated.get("keyid"))
                keys[str(stated["keyid"])] = Key(source, raw)
        case "key.added.v1" if data.get("keyid") not in keys:
            raw = _public_key(data.get("public_key"), data.get("keyid"))
            keys[str(data["keyid"])] = Key(str(data.get("source_name")), raw)
        case "key.retired.v1" if data.get("keyid") in keys:
            keyid = str(data["keyid"])
            keys[keyid] = replace(keys[keyid], retired=True)
    return keys


def _public_key(text: object, keyid: object) -> bytes:
    raw = _base64(text)
    if raw is None or len(raw) != _KEY_BYTES or hashlib.sha256(raw).hexdigest() != keyid:
        raise Untrusted(f"a public key that is not the one of its fingerprint {keyid!r}")
    return raw


def grew_from(old_size: int, old_root: bytes, size: int, root: bytes, path: Sequence[bytes]) -> bool:
    """Whether ``path`` proves that the tree of ``old_size`` leaves is the beginning of the tree of ``size``
    (RFC 9162 §2.1.4.2).  Roots and path are hashes of 32 bytes."""
    if not 0 <= old_size <= size:
        return False
    if old_size == size:
        return not path and old_root == root
    if old_size == 0:
        return not path and old_root == _EMPTY_ROOT
    nodes = list(path)
    if old_size & (old_size - 1) == 0:
        nodes.insert(0, old_root)
    if not nodes:
        return False
    first, last = old_size - 1, size - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    old = new = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            old, new = _above(node, old), _above(node, new)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            new = _above(new, node)
        first, last = first >> 1, last >> 1
    return last == 0 and old == old_root and new == root


def _above(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def root_bytes(text: object) -> bytes:
    """The 32 bytes of ``sha256:<hex>``.  Raises ``Untrusted``."""
    return hash_bytes(text.removeprefix("sha256:") if isinstance(text, str) else text)


def hash_bytes(text: object) -> bytes:
    """The 32 bytes of 64 hexadecimal digits.  Raises ``Untrusted``."""
    try:
        raw = bytes.fromhex(text) if isinstance(text, str) else b""
    except ValueError:
        raw = b""
    if len(raw) != _KEY_BYTES:
        raise Untrusted(f"not a SHA-256 hash: {text!r}")
    return raw
