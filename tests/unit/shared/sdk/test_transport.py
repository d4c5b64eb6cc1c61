"""How long the client waits, where it will send a token, and what it does with a file it cannot read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bangvang import Backoff, BangvangError, Client, Score
from bangvang.model import Evidence, Problem, body_of
from bangvang.pins import Pins, load, save
from bangvang.transport import check_origin, retry_after

NOW = datetime(2020, 11, 9, 2, tzinfo=UTC).timestamp()
PINS = Pins("hcmc/2020", "a" * 64, "b" * 64, 57, "sha256:" + "c" * 64)


@given(st.integers(0, 2000), st.floats(0, 1000), st.floats(0, 1))
def test_a_pause_is_bounded_and_no_shorter_than_asked_for(
    repetition: int, asked: float, chance: float
) -> None:
    backoff = Backoff(first=0.5, most=30, patience=120)
    pause = backoff.pause(min(repetition, 900), asked, chance)
    assert min(asked, 120) <= pause <= max(30, min(asked, 120))


def test_pauses_grow_twofold() -> None:
    backoff = Backoff(first=0.5, most=30)
    assert [backoff.pause(n, 0, 1) for n in range(8)] == [0.5, 1, 2, 4, 8, 16, 30, 30]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (None, 0),
        ("7", 7),
        (" 7 ", 7),
        ("-7", 0),
        ("bald", 0),
        ("Mon, 09 Nov 2020 02:00:30 GMT", 30),
        ("Mon, 09 Nov 2020 01:00:00 GMT", 0),
    ],
)
def test_retry_after_is_a_number_or_a_date(text: str | None, seconds: float) -> None:
    assert retry_after(text, NOW) == seconds


@pytest.mark.parametrize(
    "origin", ["https://thidua.example", "http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:8080"]
)
def test_a_token_goes_over_tls_or_stays_on_this_machine(origin: str) -> None:
    check_origin(origin)


@pytest.mark.parametrize(
    "origin", ["http://thidua.example", "http://10.0.0.1", "ftp://127.0.0.1", "thidua.example", "https://a/b"]
)
def test_a_token_goes_nowhere_else(origin: str) -> None:
    with pytest.raises(ValueError, match="not an address"):
        check_origin(origin)


def test_the_state_file_says_again_what_it_was_told_and_replaces_it_whole(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "bangvang.json"
    assert load(path) is None
    save(path, PINS)
    assert load(path) == PINS
    later = Pins("hcmc/2020", "a" * 64, "b" * 64, 58, "sha256:" + "d" * 64)
    save(path, later)
    assert load(path) == later
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 2}', '{"format": 1, "ledger": "a"}', "\x00"])
def test_a_state_file_that_cannot_be_read_is_an_error_and_no_fresh_start(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bangvang.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BangvangError, match="state file"):
        Client("http://localhost", "hcmc/2020", token="t", state=path)
    assert path.read_text("utf-8") == text


def test_a_state_file_is_of_one_ledger(tmp_path: Path) -> None:
    path = tmp_path / "bangvang.json"
    save(path, PINS)
    with pytest.raises(ValueError, match="hcmc/2020"):
        Client("http://localhost", "hcmc/2021", token="t", state=path)


@pytest.mark.parametrize("ledger", ["hcmc", "hcmc/2020/x", "../etc", "HCMC/2020", "hcmc/2020?"])
def test_a_ledger_is_an_organisation_and_a_cycle(ledger: str) -> None:
    with pytest.raises(ValueError, match="not a ledger"):
        Client("http://localhost", ledger, token="t")


def test_what_was_not_given_is_not_sent() -> None:
    proof = Evidence("a.pdf", "sha256:" + "a" * 64, 3)
    score = Score(unit="QH-Q01", criterion="1.2", value="0", evidence=(proof,))
    assert body_of(score) == {
        "unit": "QH-Q01",
        "criterion": "1.2",
        "stage": "department",
        "value": "0",
        "evidence": [{"name": "a.pdf", "sha256": "sha256:" + "a" * 64, "size": 3}],
    }


def test_a_problem_is_read_even_from_an_answer_that_is_none() -> None:
    assert Problem.of(500, {}) == Problem(500, "", "", "", "")


def test_all_or_nothing_does_not_promise_what_no_request_keeps() -> None:
    client = Client("http://localhost:1", "hcmc/2020", token="t")
    rows = [Score(unit="QH-Q01", criterion="1.2", value="1")] * 1001
    with pytest.raises(ValueError, match="1000"):
        client.record_batch(rows, "all_or_nothing")
    with pytest.raises(ValueError, match="900000"):
        client.record_batch([replace(rows[0], reason="ệ" * 1000)] * 400, "all_or_nothing")
    with pytest.raises(ValueError, match="mode"):
        client.record_batch(rows, "all")
