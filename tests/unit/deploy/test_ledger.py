"""The root ceremony: keys, pin, position 0, and running it twice."""

from __future__ import annotations

import base64
import hashlib
import json
import stat
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deploy.ledger import (
    CeremonyError,
    Opening,
    await_services,
    kept_opening,
    ledger,
    open_ledger,
    pin_root,
    read_pins,
    verifier_key,
)
from shared.events.envelope import Event
from shared.events.keys import KeyFolder
from shared.events.signing import key_id, public_from_base64, raw_public, verify
from shared.settings import SERVICES, Settings

OPENING = Opening(
    "hcmc/2020",
    "Thi đua 2020",
    "Asia/Ho_Chi_Minh",
    "simulated",
    ("quantri",),
    starts="2020-10-05T00:00:00.000000Z",
)


class Services:
    """Stands for the four services: keeps what is posted, knows the ledger after ``slow`` questions each."""

    def __init__(self, slow: int = 0, refuse: bool = False) -> None:
        self.posted: list[bytes] = []
        self.slow = slow
        self.refuse = refuse
        self.asked: dict[str, int] = {}

    def handler(self) -> type[BaseHTTPRequestHandler]:
        services = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                assert self.path == "/scores/v1/hcmc/2020/ledger"
                assert self.headers["Authorization"].startswith("Bearer ")
                if services.refuse:
                    self.answer(403, b'{"detail_en":"not by this root"}')
                else:
                    services.posted.append(body)
                    self.answer(201, b"{}")

            def do_GET(self) -> None:
                service = self.path.split("/")[1]
                services.asked[service] = services.asked.get(service, 0) + 1
                self.answer(200 if services.asked[service] > services.slow else 404, b"{}")

            def answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler


@pytest.fixture
def services() -> Services:
    return Services()


@pytest.fixture
def origin(services: Services) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), services.handler())
    server.daemon_threads = False  # so that closing waits for the last answer
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.from_env({"BANGVANG_DATA": str(tmp_path / "data"), "BANGVANG_DEMO": "1"})


def test_the_ceremony_signs_a_position_0_that_names_every_key(
    settings: Settings, services: Services, origin: str
) -> None:
    said = open_ledger(settings, OPENING, origin)
    event = Event.parse(services.posted[0])
    assert (event.source, event.sequence, event.type) == ("/root/hcmc/2020", 1, "ledger.opened.v1")
    assert event.time == OPENING.starts
    root = public_from_base64(event.data["root_public_key"])
    assert verify(event.attributes, root)
    assert event.keyid == key_id(root)
    assert event.keyid in said
    folder = KeyFolder(settings.keys)
    assert set(event.data["sources"]) == {f"/{service}/hcmc/2020" for service in SERVICES}
    for service in SERVICES:
        stated = event.data["sources"][f"/{service}/hcmc/2020"]
        own = folder.service_key(service, "hcmc/2020").public_key()
        assert stated["keyid"] == key_id(own)
        assert public_from_base64(stated["public_key"]) == own


def test_private_keys_are_readable_by_their_owner_alone_and_the_root_is_pinned(
    settings: Settings, services: Services, origin: str
) -> None:
    open_ledger(settings, OPENING, origin)
    keys = sorted(settings.keys.rglob("*.pem"))
    assert len(keys) == 6
    assert {stat.S_IMODE(key.stat().st_mode) for key in keys} == {0o600}
    event = Event.parse(services.posted[0])
    assert json.loads(settings.roots.read_text()) == {"hcmc": event.keyid}


def test_running_it_again_sends_the_same_bytes_and_says_that_nothing_changed(
    settings: Settings, services: Services, origin: str
) -> None:
    open_ledger(settings, OPENING, origin)
    before = {path: path.read_bytes() for path in settings.keys.rglob("*") if path.is_file()}
    said = open_ledger(settings, OPENING, origin)
    assert "nothing changed" in said
    assert services.posted[0] == services.posted[1] == kept_opening(settings.keys, "hcmc/2020")
    assert before == {path: path.read_bytes() for path in settings.keys.rglob("*") if path.is_file()}


def test_a_ledger_cannot_be_opened_a_second_time_otherwise(
    settings: Settings, services: Services, origin: str
) -> None:
    open_ledger(settings, OPENING, origin)
    other = Opening("hcmc/2020", "Khác", "Asia/Ho_Chi_Minh", "simulated", ("quantri",))
    with pytest.raises(CeremonyError, match="opened before, otherwise: name"):
        open_ledger(settings, other, origin)
    assert len(services.posted) == 1


def test_position_0_is_kept_when_the_services_refuse_it_so_that_no_second_one_is_ever_signed(
    settings: Settings, services: Services, origin: str
) -> None:
    services.refuse = True
    with pytest.raises(CeremonyError, match="not by this root"):
        open_ledger(settings, OPENING, origin)
    first = kept_opening(settings.keys, "hcmc/2020")
    services.refuse = False
    open_ledger(settings, OPENING, origin)
    assert services.posted == [first]


def test_it_waits_until_all_four_services_know_the_ledger(
    settings: Settings, services: Services, origin: str
) -> None:
    services.slow = 3
    pauses: list[float] = []
    open_ledger(settings, OPENING, origin, wait=pauses.append)
    assert len(pauses) == 3
    assert set(services.asked) == set(SERVICES)


def test_it_names_the_services_that_do_not_learn_of_the_ledger(services: Services, origin: str) -> None:
    services.slow = 10**6
    with pytest.raises(CeremonyError, match="do not know hcmc/2020: scores, inspections, ranking, notify"):
        await_services(origin, "hcmc/2020", "t", wait=lambda seconds: None, limit=1.0)


def test_another_root_key_than_the_pinned_one_opens_nothing(
    settings: Settings, services: Services, origin: str
) -> None:
    pin_root(settings.roots, "hcmc", "ab" * 32)
    with pytest.raises(CeremonyError, match="pins another root key"):
        open_ledger(settings, OPENING, origin)
    assert services.posted == []
    assert kept_opening(settings.keys, "hcmc/2020") is None


def test_pins_of_other_organisations_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "roots.json"
    pin_root(path, "q1", "cd" * 32)
    pin_root(path, "hcmc", "ab" * 32)
    assert read_pins(path) == {"hcmc": "ab" * 32, "q1": "cd" * 32}
    with pytest.raises(CeremonyError):
        pin_root(path, "q1", "ef" * 32)


@pytest.mark.parametrize(
    ("opening", "why"),
    [
        (Opening("HCMC/2020", "n", "UTC", "real", ("a",)), "not ORG/CYCLE"),
        (Opening("hcmc/2020", "n", "Asia/Nowhere", "real", ("a",)), "no time zone"),
        (
            Opening("hcmc/2020", "n", "UTC", "real", ("a",), starts="2020-10-05T00:00:00.000000Z"),
            "simulated clock",
        ),
        (Opening("hcmc/2020", "n", "UTC", "simulated", ("a",), starts="2020-10-05"), "is not like"),
        (Opening("hcmc/2020", "", "UTC", "real", ("a",)), "not be understood"),
    ],
)
def test_an_opening_that_could_not_stand_is_refused(
    settings: Settings, origin: str, services: Services, opening: Opening, why: str
) -> None:
    with pytest.raises(CeremonyError, match=why):
        open_ledger(settings, opening, origin)
    assert services.posted == []


def test_services_that_do_not_answer_are_an_error_that_says_so(settings: Settings) -> None:
    with pytest.raises(CeremonyError, match="do not answer"):
        open_ledger(settings, OPENING, "http://127.0.0.1:1")


def test_a_verifier_key_is_written_as_signed_notes_write_it() -> None:
    # The example in the documentation of Go's package golang.org/x/mod/sumdb/note.
    raw = base64.b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")[1:]
    key = public_from_base64(base64.b64encode(raw).decode())
    assert verifier_key("PeterNeumann", key) == (
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    )


def test_the_key_hash_covers_name_and_key() -> None:
    key = Ed25519PrivateKey.generate().public_key()
    name, note_id, _ = verifier_key("bangvang/hcmc/2020", key).split("+", 2)
    assert name == "bangvang/hcmc/2020"
    assert note_id == hashlib.sha256(b"bangvang/hcmc/2020\n\x01" + raw_public(key)).hexdigest()[:8]


def test_the_fingerprint_is_the_pin_and_an_unknown_organisation_has_none(
    settings: Settings, services: Services, origin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_ledger(settings, OPENING, origin)
    monkeypatch.setenv("BANGVANG_DATA", str(settings.data))
    found = CliRunner().invoke(ledger, ["fingerprint", "hcmc"])
    assert found.output.strip() == Event.parse(services.posted[0]).keyid
    assert CliRunner().invoke(ledger, ["fingerprint", "q1"]).exit_code == 1


def test_a_pin_that_is_not_of_the_root_key_at_hand_is_an_error(
    settings: Settings, origin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_ledger(settings, OPENING, origin)
    settings.roots.write_text(json.dumps({"hcmc": "ab" * 32}))
    monkeypatch.setenv("BANGVANG_DATA", str(settings.data))
    found = CliRunner().invoke(ledger, ["fingerprint", "hcmc"])
    assert found.exit_code == 1
    assert "not of the root key" in found.output


def test_the_command_opens_and_says_what_to_pin(
    services: Services, origin: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BANGVANG_DATA", str(tmp_path))
    arguments = ["open", "hcmc/2020", "--name", "Thi đua", "--admin", "quantri", "--origin", origin]
    result = CliRunner().invoke(ledger, arguments)
    assert result.exit_code == 0, result.output
    assert Event.parse(services.posted[0]).keyid in result.output
    assert Event.parse(services.posted[0]).data["clock"] == "real"
