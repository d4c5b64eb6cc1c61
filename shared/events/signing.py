"""Ed25519 signatures over the canonical form of an event without its ``signature`` attribute."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shared.events.canonical import canonical_bytes, written


def raw_public(key: Ed25519PublicKey) -> bytes:
    """The 32 raw bytes of a public key."""
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def key_id(key: Ed25519PublicKey | bytes) -> str:
    """SHA-256 of the raw public key, whole, in hex: the ``keyid`` of an event and an auditor's pin."""
    return hashlib.sha256(key if isinstance(key, bytes) else raw_public(key)).hexdigest()


def public_from_base64(text: str) -> Ed25519PublicKey:
    """The public key whose raw bytes ``text`` encodes.  Raises ``ValueError`` when it does not."""
    return Ed25519PublicKey.from_public_bytes(base64.b64decode(text, validate=True))


def public_to_base64(key: Ed25519PublicKey) -> str:
    """The raw public key in base64, as events carry it."""
    return base64.b64encode(raw_public(key)).decode("ascii")


def sign(unsigned: dict[str, Any], key: Ed25519PrivateKey, keyid: str | None = None) -> bytes:
    """Canonical bytes of the event ``unsigned`` with ``keyid`` and ``signature`` added.

    ``keyid``: of ``key``, from who has it at hand.  Raises
    :class:`~shared.events.canonical.CanonicalError` for an event outside the profile.
    """
    event = {name: item for name, item in unsigned.items() if name != "signature"}
    event["keyid"] = key_id(key.public_key()) if keyid is None else keyid
    event["signature"] = base64.b64encode(key.sign(canonical_bytes(event))).decode("ascii")
    return written(event)


def verify(event: dict[str, Any], key: Ed25519PublicKey) -> bool:
    """Whether ``event`` (a parsed canonical object) carries a good signature by ``key``.

    The signed bytes are rebuilt by leaving one key out of an object that is already known to be
    canonical, so no second profile check is needed.
    """
    signature = event.get("signature")
    if type(signature) is not str:
        return False
    try:
        raw = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    # base64 has spare bits at the end: two texts must not stand for one signature.
    if base64.b64encode(raw).decode("ascii") != signature:
        return False
    unsigned = {name: item for name, item in event.items() if name != "signature"}
    try:
        key.verify(raw, orjson.dumps(unsigned, option=orjson.OPT_SORT_KEYS))
    except InvalidSignature:
        return False
    return True
