"""Tokens: what proves somebody, and everything that does not."""

from __future__ import annotations

import base64
import json
import stat
from pathlib import Path
from typing import Any

import pytest
import time_machine
from click.testing import CliRunner
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from deploy.token import token as token_command
from shared.access.local_issuer import LocalIssuer
from shared.access.tokens import (
    TokenError,
    TokenExpired,
    TokenMalformed,
    TokenMissing,
    TokenNotYetValid,
    TokenUnknownKey,
    TokenVerifier,
    TokenWrongIssuer,
    UrlKeys,
    verifier_for,
)

ISSUER = "bangvang-test"


@pytest.fixture
def jwks(tmp_path: Path) -> Path:
    return tmp_path / "issuer" / "jwks.json"


@pytest.fixture
def issuer(jwks: Path) -> LocalIssuer:
    return LocalIssuer(ISSUER, jwks)


@pytest.fixture
def verifier(issuer: LocalIssuer, jwks: Path) -> TokenVerifier:
    return verifier_for(ISSUER, jwks)


def forged(issuer: LocalIssuer, *, header: dict[str, Any] | None = None, **claims: Any) -> str:
    """A token signed with the issuer's true key, but with other claims; None leaves one out."""
    good = json.loads(part(issuer.issue("an"), 1)) | claims
    fields = {name: value for name, value in good.items() if value is not None}
    head = {"alg": "Ed25519", "kid": issuer._kid} | (header or {})
    return jwt.encode(head, fields, issuer._key, algorithms=["Ed25519"])


def part(token: str, number: int) -> bytes:
    text = token.split(".")[number]
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_a_good_token_proves_its_subject(issuer: LocalIssuer, verifier: TokenVerifier) -> None:
    found = verifier.verify(issuer.issue("nguyễn-an"))
    assert (found.sub, found.name) == ("nguyễn-an", f"{ISSUER}|nguyễn-an")


def test_a_token_expires_a_little_after_its_end(issuer: LocalIssuer, verifier: TokenVerifier) -> None:
    with time_machine.travel(1_600_000_000, tick=False) as clock:
        token = issuer.issue("an", ttl=60)
        clock.shift(60 + 29)
        assert verifier.verify(token).sub == "an"
        clock.shift(1)
        with pytest.raises(TokenExpired):
            verifier.verify(token)


@pytest.mark.parametrize("claim", ["nbf", "iat"])
def test_a_token_from_the_future_is_refused(claim: str, issuer: LocalIssuer, verifier: TokenVerifier) -> None:
    with time_machine.travel(1_600_000_000, tick=False):
        near = forged(issuer, **{claim: 1_600_000_030})
        far = forged(issuer, **{claim: 1_600_000_031})
        assert verifier.verify(near).sub == "an"
        with pytest.raises(TokenNotYetValid):
            verifier.verify(far)


@pytest.mark.parametrize(
    "claims",
    [{"aud": "other"}, {"aud": ["other"]}, {"iss": "https://elsewhere.example"}, {"aud": ""}],
    ids=str,
)
def test_a_token_for_another_audience_or_of_another_issuer_is_refused(
    claims: dict[str, Any], issuer: LocalIssuer, verifier: TokenVerifier
) -> None:
    with pytest.raises(TokenWrongIssuer):
        verifier.verify(forged(issuer, **claims))


def test_an_audience_among_several_will_do(issuer: LocalIssuer, verifier: TokenVerifier) -> None:
    assert verifier.verify(forged(issuer, aud=["other", "bangvang"])).sub == "an"


@pytest.mark.parametrize("claim", ["iss", "aud", "sub", "exp", "iat"])
def test_a_token_without_a_needed_claim_is_refused(
    claim: str, issuer: LocalIssuer, verifier: TokenVerifier
) -> None:
    with pytest.raises(TokenMalformed):
        verifier.verify(forged(issuer, **{claim: None}))


@pytest.mark.parametrize("claims", [{"sub": ""}, {"sub": "x" * 129}, {"sub": 7}, {"exp": "soon"}], ids=str)
def test_a_token_with_a_bad_claim_is_refused(
    claims: dict[str, Any], issuer: LocalIssuer, verifier: TokenVerifier
) -> None:
    with pytest.raises(TokenMalformed):
        verifier.verify(forged(issuer, **claims))


def test_a_token_without_algorithm_is_refused(issuer: LocalIssuer, verifier: TokenVerifier) -> None:
    claims = issuer.issue("an").split(".")[1]
    for algorithm in ("none", "None", "NONE"):
        with pytest.raises(TokenError):
            verifier.verify(f"{encoded({'alg': algorithm, 'typ': 'JWT'})}.{claims}.")


def test_the_public_key_is_no_shared_secret(issuer: LocalIssuer, verifier: TokenVerifier, jwks: Path) -> None:
    secret = OctKey.import_key(jwks.read_bytes())
    claims = json.loads(part(issuer.issue("mallory"), 1))
    token = jwt.encode({"alg": "HS256", "kid": issuer._kid}, claims, secret, algorithms=["HS256"])
    with pytest.raises(TokenError):
        verifier.verify(token)


def test_one_changed_character_anywhere_is_noticed(issuer: LocalIssuer, verifier: TokenVerifier) -> None:
    token = issuer.issue("an")
    last = len(token) - 1  # the last character of a signature has spare bits
    for place in range(0, last, 7):
        other = "A" if token[place] != "A" else "B"
        with pytest.raises(TokenError):
            verifier.verify(token[:place] + other + token[place + 1 :])


def test_a_stranger_with_the_same_key_name_is_refused(issuer: LocalIssuer, verifier: TokenVerifier) -> None:
    stranger = OKPKey.generate_key("Ed25519")
    claims = json.loads(part(issuer.issue("an"), 1))
    token = jwt.encode({"alg": "Ed25519", "kid": issuer._kid}, claims, stranger, algorithms=["Ed25519"])
    with pytest.raises(TokenMalformed):
        verifier.verify(token)


def test_a_key_that_the_issuer_does_not_publish_is_unknown(verifier: TokenVerifier, tmp_path: Path) -> None:
    other = LocalIssuer(ISSUER, tmp_path / "other" / "jwks.json")
    with pytest.raises(TokenUnknownKey):
        verifier.verify(other.issue("an"))


def test_a_new_key_set_is_read_without_a_restart(verifier: TokenVerifier, jwks: Path, tmp_path: Path) -> None:
    other = LocalIssuer(ISSUER, tmp_path / "other" / "jwks.json")
    fresh = jwks.with_name("new")
    fresh.write_bytes((tmp_path / "other" / "jwks.json").read_bytes())
    fresh.replace(jwks)
    assert verifier.verify(other.issue("an")).sub == "an"


def test_a_token_that_was_good_before_is_judged_anew_when_its_time_or_its_key_is_over(
    issuer: LocalIssuer, verifier: TokenVerifier, jwks: Path, tmp_path: Path
) -> None:
    with time_machine.travel(1_600_000_000, tick=False) as clock:
        token = issuer.issue("an", ttl=60)
        assert verifier.verify(token) == verifier.verify(token)
        clock.shift(-3600)
        with pytest.raises(TokenNotYetValid):
            verifier.verify(token)
        clock.shift(3600 + 91)
        with pytest.raises(TokenExpired):
            verifier.verify(token)
    lasting = issuer.issue("an")
    assert verifier.verify(lasting).sub == "an"
    other = tmp_path / "other" / "jwks.json"
    LocalIssuer(ISSUER, other)
    jwks.write_bytes(other.read_bytes())
    with pytest.raises(TokenUnknownKey):
        verifier.verify(lasting)


@pytest.mark.parametrize(
    "token", ["x", "a.b", "a.b.c", "a.b.c.d", "é.b.c", "a" * 9000 + ".b.c", "..", "{}.{}.x"]
)
def test_what_is_no_token_is_refused(token: str, verifier: TokenVerifier) -> None:
    with pytest.raises(TokenMalformed):
        verifier.verify(token)


def test_nothing_is_missing(verifier: TokenVerifier) -> None:
    with pytest.raises(TokenMissing):
        verifier.verify("")


def test_without_a_key_set_nobody_gets_in(tmp_path: Path, issuer: LocalIssuer) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{}")
    for path in (tmp_path / "absent.json", broken):
        with pytest.raises(TokenUnknownKey):
            verifier_for(ISSUER, path).verify(issuer.issue("an"))


def test_keys_come_over_https_only() -> None:
    with pytest.raises(ValueError, match="https"):
        UrlKeys("http://issuer.example/jwks")


def test_the_issuers_key_is_for_its_owner_alone_and_survives_a_restart(
    issuer: LocalIssuer, jwks: Path, verifier: TokenVerifier
) -> None:
    key = jwks.parent / "issuer.pem"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert "d" not in json.loads(jwks.read_text())["keys"][0]
    again = LocalIssuer(ISSUER, jwks)
    assert verifier.verify(again.issue("an")).sub == "an"


def test_the_command_prints_a_token(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BANGVANG_DATA", str(tmp_path))
    result = CliRunner().invoke(token_command, ["--sub", "vp-01", "--ttl", "45m"])
    assert result.exit_code == 0
    claims = json.loads(part(result.output.strip(), 1))
    assert (claims["sub"], claims["exp"] - claims["iat"]) == ("vp-01", 45 * 60)
    assert verifier_for("bangvang-local", tmp_path / "issuer" / "jwks.json").verify(result.output.strip())


@pytest.mark.parametrize("ttl", ["0h", "12", "-1h", "1w", "", "１h"])
def test_the_command_refuses_a_bad_lifetime(
    ttl: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BANGVANG_DATA", str(tmp_path))
    assert CliRunner().invoke(token_command, ["--sub", "an", "--ttl", ttl]).exit_code != 0
