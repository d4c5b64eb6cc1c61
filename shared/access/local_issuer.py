"""The local issuer of the embedded default: a key of its own, a JWKS file, and tokens for any ``sub``.

For a laptop and for tests.  A real installation points at its OpenID Connect issuer instead.
"""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import OKPKey

from shared.access.tokens import AUDIENCE
from shared.events.keys import KeyFolder
from shared.events.signing import key_id


class LocalIssuer:
    """Issues tokens in the name of ``issuer``; key and public key set lie side by side in one folder."""

    def __init__(self, issuer: str, jwks: Path, *, now: Callable[[], float] = time.time) -> None:
        """Makes the key (0600) and the key set when they are not there yet; both survive a restart."""
        self._issuer = issuer
        self._now = now
        private = KeyFolder(jwks.parent).load_or_create(jwks.parent / "issuer.pem")
        self._kid = key_id(private.public_key())[:32]
        self._key = OKPKey.import_key(private, {"alg": "Ed25519", "use": "sig", "kid": self._kid})
        _write_if_other(jwks, {"keys": [self._key.as_dict(private=False)]})

    def issue(self, sub: str, ttl: int = 12 * 3600) -> str:
        """A token that proves ``sub`` for ``ttl`` seconds.  Raises ``ValueError`` for a bad ``sub``."""
        if not 1 <= len(sub) <= 128:
            raise ValueError("sub must have 1 to 128 characters")
        if ttl <= 0:
            raise ValueError("a token needs a positive lifetime")
        now = int(self._now())
        claims = {
            "iss": self._issuer,
            "aud": AUDIENCE,
            "sub": sub,
            "iat": now,
            "exp": now + ttl,
            "jti": str(uuid.uuid4()),
        }
        header = {"alg": "Ed25519", "typ": "at+jwt", "kid": self._kid}
        return jwt.encode(header, claims, self._key, algorithms=["Ed25519"])


def _write_if_other(path: Path, value: dict[str, object]) -> None:
    text = json.dumps(value, indent=1, sort_keys=True)
    if path.exists() and path.read_text("utf-8") == text:
        return
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    fresh.write_text(text, "utf-8")
    fresh.replace(path)
