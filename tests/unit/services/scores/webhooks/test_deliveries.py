"""How long the pauses are, what is sent, and how an attempt is signed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from services.scores.webhooks.deliveries import GIVEN_UP_AFTER, LONGEST_PAUSE, body_of, pause
from services.scores.webhooks.sending import Message, headers_of

SECRET = "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVoxMjM0NTY="


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_pauses_grow_and_stay_bounded(attempts: int, chance: float) -> None:
    assert pause(attempts, 0) <= pause(attempts, chance) <= LONGEST_PAUSE * 1.1
    assert pause(attempts, 0) <= pause(attempts + 1, 0)


def test_three_days_hold_about_a_dozen_attempts() -> None:
    waited, attempts = timedelta(), 1
    while waited + pause(attempts, 0) <= GIVEN_UP_AFTER:
        waited += pause(attempts, 0)
        attempts += 1
    assert pause(1, 0) == timedelta(seconds=5)
    assert attempts == 18


def test_the_event_is_sent_byte_for_byte() -> None:
    event = b'{"a":"\xc4\x90","b":1}'
    body = body_of("score.recorded.v1", "2020-11-09T02:00:00.000000Z", 57, event)
    assert event in body
    assert orjson.loads(body) == {
        "type": "score.recorded.v1",
        "timestamp": "2020-11-09T02:00:00.000000Z",
        "data": {"position": 57, "event": {"a": "Đ", "b": 1}},
    }


def test_the_librarys_own_check_finds_the_signature_good_and_any_change_bad() -> None:
    body = body_of("score.recorded.v1", "2020-11-09T02:00:00.000000Z", 57, '{"a":"Đ"}'.encode())
    headers = headers_of(Message("id-1", "https://ban.example/", SECRET, body), datetime.now(UTC))
    assert Webhook(SECRET).verify(body, headers)["data"]["position"] == 57
    for changed in (
        {"webhook-id": "id-2"},
        {"webhook-timestamp": str(int(headers["webhook-timestamp"]) + 1)},
    ):
        with pytest.raises(WebhookVerificationError):
            Webhook(SECRET).verify(body, headers | changed)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body.replace(b"57", b"58"), headers)
