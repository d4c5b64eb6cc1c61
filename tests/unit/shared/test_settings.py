"""Settings: what the environment says, and what it may leave out."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.access.tokens import verifier_for
from shared.settings import Settings

ADDRESS = "https://issuer.example/realms/city/protocol/openid-connect/certs"


def test_the_issuers_keys_lie_in_a_file_of_the_data_folder_unless_told_otherwise(tmp_path: Path) -> None:
    settings = Settings.from_env({"BANGVANG_DATA": str(tmp_path)})
    assert settings.jwks == settings.local_jwks() == tmp_path / "issuer" / "jwks.json"
    other = Settings.from_env({"BANGVANG_JWKS": "/etc/issuer/jwks.json"})
    assert other.jwks == Path("/etc/issuer/jwks.json")


def test_the_issuers_keys_may_be_an_address() -> None:
    settings = Settings.from_env({"BANGVANG_JWKS": ADDRESS})
    assert settings.jwks == ADDRESS
    verifier_for(settings.issuer, settings.jwks)
    with pytest.raises(ValueError, match=r"issuer\.example"):
        settings.local_jwks()


def test_an_address_without_tls_is_refused_when_a_service_starts() -> None:
    settings = Settings.from_env({"BANGVANG_JWKS": "http://issuer.example/certs"})
    with pytest.raises(ValueError, match="https"):
        verifier_for(settings.issuer, settings.jwks)


def test_evidence_lies_in_a_folder_of_the_data_folder_unless_told_otherwise(tmp_path: Path) -> None:
    settings = Settings.from_env({"BANGVANG_DATA": str(tmp_path)})
    assert (settings.evidence, settings.evidence_limit, settings.clamd) == (
        tmp_path / "evidence",
        20_000_000,
        "",
    )
    assert Settings.from_env({"BANGVANG_EVIDENCE": "/srv/evidence"}).evidence == Path("/srv/evidence")
    assert Settings.from_env({"BANGVANG_EVIDENCE": "s3://bucket/x"}).evidence == "s3://bucket/x"
