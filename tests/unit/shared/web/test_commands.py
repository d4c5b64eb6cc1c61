"""A command is accepted once, answered the same for ever, and all or nothing."""

from __future__ import annotations

import threading
from pathlib import Path

import orjson
import pytest

from shared.clock import ClockNotSet, ClockSkewed
from shared.database import engine_for
from shared.events import Event
from shared.events.signing import verify
from tests.support.storing import signing_key
from tests.support.web import GOOD, LEDGER, SCORES, Tiny, careless_api, tiny
from tests.support.world import ACTOR


def test_a_command_answers_201_with_the_signed_event_as_its_bytes(service: Tiny) -> None:
    answer = service.send()
    assert answer.status_code == 201
    assert answer.headers["Bangvang-Sequence"] == "scores:1"
    assert answer.headers["Location"] == "/scores/v1/hcmc/2020/receipts/1"
    assert "Idempotent-Replay" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.get_data()
    assert body.startswith(b'{"receipts":[')
    assert body.endswith(b"]}")
    event = Event.parse(body[len(b'{"receipts":[') : -2])
    with service.store.transaction(LEDGER) as tx:
        assert [stored.value for stored in tx.stream("QH-Q01")] == [event.value]
    assert verify(orjson.loads(event.value), signing_key(LEDGER).public_key())
    assert event.data["actor"] == {
        "sub": "spec-btg",
        "role": "department",
        "scope": "department:BTG",
    }
    assert (event.data["responsible"], event.data["value"]) == ("BTG", "8.25")
    assert "on_behalf_of" not in event.data


def test_the_same_key_and_body_give_the_same_bytes_and_add_nothing(service: Tiny) -> None:
    first = service.send()
    again = service.send()
    assert again.get_data() == first.get_data()
    assert again.status_code == 201
    assert again.headers["Idempotent-Replay"] == "true"
    for name in ("Bangvang-Sequence", "Location", "Content-Type"):
        assert again.headers[name] == first.headers[name]
    assert service.facts() == 1


def test_the_same_key_with_another_body_is_422(service: Tiny) -> None:
    service.send()
    answer = service.send({**GOOD, "value": "9"})
    assert answer.status_code == 422
    assert answer.get_json(force=True)["type"] == "urn:bangvang:problem:idempotency-key-reused"
    assert service.facts() == 1


def test_the_same_meaning_in_other_bytes_is_another_body(service: Tiny) -> None:
    service.send(orjson.dumps(GOOD))
    assert service.send(orjson.dumps(GOOD) + b" ").status_code == 422


def test_a_key_belongs_to_its_principal_and_its_route(service: Tiny) -> None:
    service.grant("chi", "department", "department:BTG")
    first = service.send()
    other = service.send(sub="chi")
    assert "Idempotent-Replay" not in other.headers
    assert other.get_data() != first.get_data()
    assert service.send({"name": "Năm 2020"}, path="/scores/v1/hcmc/2020/cycle", sub="an").status_code == 201
    assert service.facts() == 3


def test_a_refusal_is_not_remembered(service: Tiny) -> None:
    assert service.send({**GOOD, "value": "11"}).status_code == 422
    assert service.send({**GOOD, "value": "10"}).status_code == 201


def test_an_answer_is_given_again_after_the_grant_has_gone(service: Tiny) -> None:
    first = service.send()
    data = {"occurred_at": "2020-11-09T02:00:00.000000Z", "actor": ACTOR, "grant": "g0"}
    data |= {"until": "2020-01-02T00:00:00.000000Z", "reason": "x"}
    service.feed(service.world.event("scores", "grant.ended.v1", "grant:g0", data))
    assert service.send().get_data() == first.get_data()
    assert service.send(key="k2").status_code == 403


def test_a_handler_that_forgets_to_ask_stores_nothing(tmp_path: Path) -> None:
    made = tiny(tmp_path, blueprints=[careless_api()])
    answer = made.send({"name": "x"}, path="/scores/v1/hcmc/2020/careless")
    assert answer.status_code == 500
    assert made.facts() == 0
    made.engine.dispose()


def test_many_at_once_with_one_key_are_one_command(service: Tiny) -> None:
    answers: list[bytes] = []
    headers = service.headers()

    def send() -> None:
        answers.append(service.app.test_client().post(SCORES, json=GOOD, headers=headers).get_data())

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert len(set(answers)) == 1
    assert service.facts() == 1


@pytest.mark.parametrize(
    ("error", "name"),
    [(ClockNotSet("no"), "not-ready"), (ClockSkewed("40 s"), "clock-skew")],
)
def test_without_a_trusted_clock_nothing_is_signed(tmp_path: Path, error: Exception, name: str) -> None:
    class Broken:
        def now(self, ledger: str, connection: object = None) -> None:
            raise error

    made = tiny(tmp_path, clock=Broken())  # type: ignore[arg-type]
    answer = made.send()
    assert (answer.status_code, answer.get_json(force=True)["type"]) == (
        503,
        f"urn:bangvang:problem:{name}",
    )
    assert int(answer.headers["Retry-After"]) > 0
    made.engine.dispose()


def test_the_facts_survive_the_process(service: Tiny, tmp_path: Path) -> None:
    first = service.send().get_data()
    service.engine.dispose()
    engine_for(service.settings.service_database_url("scores")).dispose()
    again = tiny(tmp_path, opened=False)
    assert again.send().get_data() == first
    again.engine.dispose()
