"""The loader's client: each command once, refusals that pass and that stay, reading what was stated."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from deploy.demo.client import Client, NotSeen, Refusal
from shared.access.local_issuer import LocalIssuer

ADMIN = {"sub": "quantri", "acting_as": "admin@ledger"}

SCORE = {"type": "score.recorded.v1", "sequence": "000000000057"}
OTHER = {"type": "scoring.completed.v1", "sequence": "000000000058"}


class Api:
    """Stands for the services; answers what ``script`` says, in order, else 201."""

    def __init__(self) -> None:
        self.script: list[tuple[int, dict[str, Any]]] = []
        self.asked: list[tuple[str, str, dict[str, str], Any]] = []
        self.size = 0
        self.number = 0

    def handler(self) -> type[BaseHTTPRequestHandler]:
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self._take("POST")

            def do_PUT(self) -> None:
                self._take("PUT")

            def do_PATCH(self) -> None:
                part = self.rfile.read(int(self.headers["Content-Length"])).decode()
                api.asked.append(("PATCH", self.path, dict(self.headers.items()), part))
                status, answer = api.script.pop(0)
                self._answer(status, {}, **answer)

            def do_GET(self) -> None:
                api.size += 1
                self._answer(200, {"size": api.size, "position": api.size})

            def _take(self, method: str) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                api.asked.append((method, self.path, dict(self.headers.items()), body))
                status, answer = api.script.pop(0) if api.script else (201, {"receipts": [SCORE, OTHER]})
                api.number += 2
                self._answer(status, answer)

            def _answer(self, status: int, answer: dict[str, Any], **headers: str) -> None:
                body = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                for name, value in (headers or {"Bangvang-Sequence": f"scores:{api.number}"}).items():
                    self.send_header(name, value)
                if answer.get("again"):
                    self.send_header("Idempotent-Replay", "true")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler


class Time:
    """A clock that only waiting moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def wait(self, seconds: float) -> None:
        self.seconds += seconds

    def now(self) -> float:
        return self.seconds


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
def client(api: Api, tmp_path: Path) -> Iterator[Client]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), api.handler())
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    issuer = LocalIssuer("bangvang-local", tmp_path / "issuer" / "jwks.json")
    ticking = Time()
    client = Client(
        f"http://127.0.0.1:{server.server_port}", "hcmc/2020", issuer, wait=ticking.wait, now=ticking.now
    )
    yield client
    client.close()
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_command_says_who_in_which_hat_and_under_which_key(api: Api, client: Client) -> None:
    stated = client.command("scores", "units/batch", {"rows": []}, **ADMIN, key="units")
    method, path, headers, body = api.asked[0]
    assert (method, path, body) == ("POST", "/scores/v1/hcmc/2020/units/batch", {"rows": []})
    assert headers["Idempotency-Key"] == "units"
    assert headers["Acting-As"] == "admin@ledger"
    assert headers["Authorization"].count(".") == 2
    assert (stated.events, stated.replay) == (2, False)
    assert client.numbers == {"scores": 2}
    assert client.stated == 3


def test_an_answer_given_before_is_told_apart(api: Api, client: Client) -> None:
    api.script = [(201, {"receipts": [SCORE], "again": True})]
    assert client.command("scores", "grants", {}, **ADMIN, key="g").replay


def test_a_file_goes_on_where_an_earlier_run_stopped_and_is_new_only_once(api: Api, client: Client) -> None:
    where = "packs/7/files/REPORT/upload"
    api.script = [(409, {"Upload-Offset": "3"}), (200, {"Bangvang-Sequence": "inspections:9"})]
    assert client.send_file(where, b"noi dung", **ADMIN)
    assert client.numbers == {"inspections": 9}
    assert [(headers["Upload-Offset"], part) for _, _, headers, part in api.asked] == [
        ("0", "noi dung"),
        ("3", " dung"),
    ]
    api.script = [(200, {"Upload-Complete": "?1"})]
    assert not client.send_file(where, b"noi dung", **ADMIN)
    api.script = [(422, {"Upload-Complete": "?0"})]
    with pytest.raises(Refusal):
        client.send_file(where, b"noi dung", **ADMIN)


def test_a_refusal_for_want_of_a_fact_on_its_way_is_asked_again_under_the_same_key(
    api: Api, client: Client
) -> None:
    problem = {"type": "urn:bangvang:problem:no-grant", "detail_en": "no grant"}
    api.script = [(403, problem), (403, problem)]
    client.command("scores", "scores", {}, **ADMIN, key="s")
    assert [headers["Idempotency-Key"] for _, _, headers, _ in api.asked] == ["s", "s", "s"]


def test_a_refusal_that_stays_names_the_command_and_every_faulty_field(api: Api, client: Client) -> None:
    problem = {
        "type": "urn:bangvang:problem:above-maximum",
        "detail_en": "7 is above the maximum 6",
        "errors": [{"field": "rows.3.value", "value": "7", "message_en": "at most 6"}],
    }
    api.script = [(422, problem)] * 1000
    with pytest.raises(Refusal) as refused:
        client.command("scores", "scores/batch", {}, **ADMIN, key="s")
    text = str(refused.value)
    assert refused.value.rule == "above-maximum"
    assert "scores/batch (s, admin@ledger): 422 above-maximum" in text
    assert "rows.3.value = '7': at most 6" in text
    assert len(api.asked) < 60


def test_what_the_system_has_done_already_is_as_good_as_done(api: Api, client: Client) -> None:
    api.script = [(409, {"type": "urn:bangvang:problem:case-open"})]
    stated = client.command("inspections", "cases", {}, **ADMIN, key="c", already="case-open")
    assert (stated.events, stated.replay, len(api.asked)) == (0, True, 1)


def test_a_failure_that_no_waiting_mends_is_told_at_once(api: Api, client: Client) -> None:
    api.script = [(500, {"detail": "lỗi"})]
    with pytest.raises(Refusal, match="lỗi"):
        client.command("scores", "scores", {}, **ADMIN, key="s")
    assert len(api.asked) == 1


def test_a_clock_is_moved_once_and_never_back(api: Api, client: Client) -> None:
    client.move_clock("scores", "2020-11-09T02:00:00.000000Z", **ADMIN)
    client.move_clock("scores", "2020-11-09T02:00:00.000000Z", **ADMIN)
    client.move_clock("scores", "2020-11-01T02:00:00.000000Z", **ADMIN)
    client.move_clock("ranking", "2020-11-01T02:00:00.000000Z", **ADMIN)
    assert [(path.split("/")[1], body["now"][:10]) for _, path, _, body in api.asked] == [
        ("scores", "2020-11-09"),
        ("ranking", "2020-11-01"),
    ]


def test_a_clock_that_an_earlier_run_moved_further_is_left_where_it_is(api: Api, client: Client) -> None:
    api.script = [(409, {"type": "urn:bangvang:problem:clock-moves-back"})]
    client.move_clock("scores", "2020-11-09T02:00:00.000000Z", **ADMIN)
    assert len(api.asked) == 1


def test_a_clock_that_cannot_be_moved_is_an_error(api: Api, client: Client) -> None:
    api.script = [(409, {"type": "urn:bangvang:problem:clock-not-simulated"})] * 1000
    with pytest.raises(Refusal):
        client.move_clock("scores", "2020-11-09T02:00:00.000000Z", **ADMIN)


def test_waiting_ends_when_the_service_has_read_all_that_was_stated(api: Api, client: Client) -> None:
    client.numbers = {"scores": 4, "ranking": 2}
    client.await_seen("notify")
    assert api.size == 7


def test_a_service_that_does_not_read_is_named(api: Api, client: Client) -> None:
    client.numbers = {"scores": 10**9}
    with pytest.raises(NotSeen, match="notify has read"):
        client.await_seen("notify")
