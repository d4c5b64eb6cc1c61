"""The virus check speaks clamd's protocol over a real socket; behind it is a server of the tests' own."""

from __future__ import annotations

import io
import random
import socket
from pathlib import Path

import pytest

from shared.uploads.clamd import Clamd, ScannerUnreachable
from tests.support.clamd import EICAR, clamd


def test_a_clean_file_has_no_finding_and_was_seen_whole() -> None:
    content = random.Random(5).randbytes(3_500_000)
    with clamd() as server:
        assert Clamd(server.address).finding(io.BytesIO(content)) is None
        assert server.seen == [content]


def test_an_infected_file_is_named() -> None:
    with clamd() as server:
        assert Clamd(server.address).finding(io.BytesIO(b"x" + EICAR)) == "Eicar-Test-Signature"


def test_it_speaks_over_the_path_of_a_socket_too(tmp_path: Path) -> None:
    with clamd(str(tmp_path / "clamd.ctl")) as server:
        assert Clamd(server.address).finding(io.BytesIO(EICAR)) == "Eicar-Test-Signature"


@pytest.mark.parametrize(
    "answer", [b"INSTREAM size limit exceeded. ERROR\0", b"", b"stream: OK but not quite\0", b"\xff\xfe\0"]
)
def test_whatever_is_no_verdict_is_no_clean_file(answer: bytes) -> None:
    with clamd() as server:
        server.answer = answer
        with pytest.raises(ScannerUnreachable):
            Clamd(server.address).finding(io.BytesIO(b"x"))


def test_a_scanner_that_is_not_there_gives_no_verdict(tmp_path: Path) -> None:
    for address in ("127.0.0.1:1", str(tmp_path / "none.ctl")):
        with pytest.raises(ScannerUnreachable):
            Clamd(address).finding(io.BytesIO(b"x"))


def test_a_scanner_that_never_answers_gives_no_verdict() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        address = f"127.0.0.1:{mute.getsockname()[1]}"
        with pytest.raises(ScannerUnreachable):
            Clamd(address, seconds=0.05).finding(io.BytesIO(b"x"))


@pytest.mark.parametrize("address", ["clamd", "clamd:", ":3310", "clamd:x", "clamd:0", "clamd:99999"])
def test_another_address_is_refused_when_a_service_starts(address: str) -> None:
    with pytest.raises(ValueError, match="host:port"):
        Clamd(address)
