"""Bearer tokens: a JWT from an OpenID Connect issuer proves *who*, and nothing more (RFC 9068, 8725).

Tokens live on real time, also where a ledger runs on a scenario clock.
"""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

from joserfc import jwt
from joserfc.errors import (
    ExpiredTokenError,
    InvalidClaimError,
    InvalidKeyIdError,
    JoseError,
    MissingClaimError,
)
from joserfc.jwk import KeySet

AUDIENCE = "bangvang"
LEEWAY_SECONDS = 30
MAX_TOKEN = 8 * 1024
LOCAL_ALGORITHMS = ("Ed25519",)
REMOTE_ALGORITHMS = ("Ed25519", "ES256", "PS256", "RS256")
_REFRESH_SECONDS = 60
_TOKENS_KEPT = 512


class TokenError(Exception):
    """A token that proves nobody.  ``reason`` is a stable word of those named in the subclasses' docs."""

    reason = "invalid-token"


class TokenMissing(TokenError):
    """No token was given (``token-missing``)."""

    reason = "token-missing"


class TokenMalformed(TokenError):
    """Not a JWT, signed wrongly, or with an algorithm that is not allowed (``token-malformed``)."""

    reason = "token-malformed"


class TokenUnknownKey(TokenError):
    """Signed by a key that the issuer does not publish (``token-unknown-key``)."""

    reason = "token-unknown-key"


class TokenExpired(TokenError):
    """Its time is over (``token-expired``)."""

    reason = "token-expired"


class TokenNotYetValid(TokenError):
    """Its time has not come, or it was issued in the future (``token-not-yet-valid``)."""

    reason = "token-not-yet-valid"


class TokenWrongIssuer(TokenError):
    """Issued by another issuer, or for another audience (``token-wrong-issuer``)."""

    reason = "token-wrong-issuer"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is calling: ``sub`` as the issuer names the person or system."""

    issuer: str
    sub: str

    @property
    def name(self) -> str:
        """The principal as text, unique over issuers; part of a command's identity."""
        return f"{self.issuer}|{self.sub}"


class KeySource(Protocol):
    """Where the issuer's public keys come from."""

    @property
    def algorithms(self) -> tuple[str, ...]:
        """Names of the signature algorithms that are accepted with these keys."""

    def keys(self, *, refresh: bool = False) -> KeySet:
        """The keys, read anew when ``refresh``.  Raises :class:`TokenUnknownKey` when there are none."""


class FileKeys:
    """A JWKS file, read again whenever it changes."""

    algorithms = LOCAL_ALGORITHMS

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._stamp: tuple[int, int] | None = None
        self._keys: KeySet | None = None

    def keys(self, *, refresh: bool = False) -> KeySet:
        """The keys of the file as it is now."""
        try:
            stat = self._path.stat()
            stamp = (stat.st_mtime_ns, stat.st_ino)
            with self._lock:
                if self._keys is None or refresh or stamp != self._stamp:
                    self._keys = KeySet.import_key_set(json.loads(self._path.read_bytes()))
                    self._stamp = stamp
                return self._keys
        except (OSError, ValueError, KeyError, JoseError) as error:
            raise TokenUnknownKey("the issuer's keys cannot be read") from error


class UrlKeys:
    """A JWKS address, asked again for an unknown key, at most once a minute."""

    algorithms = REMOTE_ALGORITHMS

    def __init__(self, url: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        if not url.startswith("https://"):
            raise ValueError("keys of an issuer come over https only")
        self._url = url
        self._clock = clock
        self._lock = Lock()
        self._asked = float("-inf")
        self._keys: KeySet | None = None

    def keys(self, *, refresh: bool = False) -> KeySet:
        """The keys as last read; asks the issuer when there are none yet or ``refresh`` is due."""
        with self._lock:
            now = self._clock()
            if (self._keys is None or refresh) and now - self._asked >= _REFRESH_SECONDS:
                self._asked = now
                try:
                    with urllib.request.urlopen(self._url, timeout=5) as answer:
                        self._keys = KeySet.import_key_set(json.loads(answer.read(1024 * 1024)))
                except (OSError, ValueError, KeyError, JoseError) as error:
                    if self._keys is None:
                        raise TokenUnknownKey("the issuer's keys cannot be read") from error
            if self._keys is None:
                raise TokenUnknownKey("the issuer's keys cannot be read")
            return self._keys


@dataclass(frozen=True, slots=True)
class _Good:
    """A token that was found good with ``keys`` at ``checked``, and that stays so before ``until``."""

    keys: KeySet
    checked: int
    until: int
    principal: Principal


class TokenVerifier:
    """Checks tokens of one issuer: signature, ``iss``, ``aud``, ``exp``, ``nbf``, ``iat``, ``sub``.

    A token that was found good is not checked again while the issuer's keys are the very same, until it
    expires.
    """

    def __init__(self, issuer: str, source: KeySource, *, now: Callable[[], float] = time.time) -> None:
        self._issuer = issuer
        self._source = source
        self._now = now
        self._good: dict[str, _Good] = {}

    def verify(self, token: str) -> Principal:
        """Whom ``token`` proves.  Raises a subclass of :class:`TokenError`."""
        if not token:
            raise TokenMissing("no token")
        if len(token) > MAX_TOKEN or token.count(".") != 2 or not token.isascii():
            raise TokenMalformed("not a signed JWT")
        moment = int(self._now())
        keys = self._source.keys()
        good = self._good.get(token)
        if good is not None and good.keys is keys and good.checked <= moment < good.until:
            return good.principal
        claims = self._decode(token, keys)
        registry = jwt.JWTClaimsRegistry(
            now=moment,
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": AUDIENCE},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )
        try:
            registry.validate(claims)
        except ExpiredTokenError as error:
            raise TokenExpired("the token has expired") from error
        except MissingClaimError as error:
            raise TokenMalformed(str(error)) from error
        except InvalidClaimError as error:
            if error.claim in ("iss", "aud"):
                raise TokenWrongIssuer(f"not for this service: {error.claim}") from error
            if error.claim in ("nbf", "iat"):
                raise TokenNotYetValid(f"not yet valid: {error.claim}") from error
            raise TokenMalformed(str(error)) from error
        sub = claims["sub"]
        if not isinstance(sub, str) or not 1 <= len(sub) <= 128:
            raise TokenMalformed("sub must have 1 to 128 characters")
        principal = Principal(self._issuer, sub)
        if len(self._good) >= _TOKENS_KEPT:
            self._good.clear()
        self._good[token] = _Good(keys, moment, int(claims["exp"]) + LEEWAY_SECONDS, principal)
        return principal

    def _decode(self, token: str, keys: KeySet) -> dict[str, Any]:
        algorithms = self._source.algorithms
        try:
            try:
                return jwt.decode(token, keys, algorithms=algorithms).claims
            except InvalidKeyIdError:  # the issuer may have a new key since we last looked
                return jwt.decode(token, self._source.keys(refresh=True), algorithms=algorithms).claims
        except InvalidKeyIdError as error:
            raise TokenUnknownKey("signed by a key that the issuer does not publish") from error
        except (JoseError, ValueError) as error:
            raise TokenMalformed("not a token that this service can trust") from error


def verifier_for(issuer: str, jwks: Path | str) -> TokenVerifier:
    """The verifier for ``issuer`` whose keys are at ``jwks``: a file, or an ``https`` address."""
    source: KeySource = UrlKeys(jwks) if isinstance(jwks, str) else FileKeys(jwks)
    return TokenVerifier(issuer, source)
