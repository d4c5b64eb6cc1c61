"""Numbers and text of every kind through the real API: stored, or refused in words; never a fault of ours."""

from __future__ import annotations

import json
import unicodedata
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from shared.events import Event
from shared.events.canonical import CanonicalError, canonical_bytes, compose_text
from shared.events.catalogue import interpret
from tests.support.planted_scores import BEHALF, HIDDEN, OWN, PEOPLE, Planted, planted
from tests.support.town import ADMIN

ODD = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

decimals = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12)
WRITTEN = ("", " ", "8,5", "1.000,5", "+5", "-0", "0", "00", "5.", ".5", "1e3", "1E400", "NaN", "Infinity")
numbers = st.one_of(
    decimals.map(str),
    st.integers(-(10**20), 10**20).map(str),
    st.sampled_from((*WRITTEN, "٣", "５", "½")),
    st.text(alphabet="0123456789.,-+eE٣５ \u00a0\u200b\u2212", max_size=40),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.none(),
    st.booleans(),
    st.just([]),
    st.just({"value": "1"}),
)
SYLLABLES = ("Đoàn", "đ", "Ủy ban", "ấ", "ơ\u0323", "Quận 10", "ﬁ", "Å", "\u1100\u1161", "가", "🏅", "ẞ")
TRICKS = ("=1+1", "<script>", "{{ 7*7 }}", "'; DROP TABLE events; --", "%s%n", "../../etc", "\r\nX: y")
phrases = st.lists(st.sampled_from(SYLLABLES), min_size=1, max_size=8).map(" ".join)
texts = st.one_of(
    st.text(max_size=60),
    phrases,
    phrases.map(lambda phrase: unicodedata.normalize("NFD", phrase)),
    st.text(alphabet=st.characters(codec=None), max_size=20),  # lone surrogates too
    st.text(alphabet="\u0000\u0007\u202e\u200f\ufeff\u0378\ufffe\U0001fffe\u0301", max_size=10),
    st.integers(1, 6000).map(lambda length: "ệ" * length),
    st.integers(1, 6000).map(lambda length: "e\u0302\u0323" * length),
    st.sampled_from(TRICKS),
)
QUESTIONS = ("scores", "points", "software-use", "completeness", "sheet", "drafts", "evidence", "entries")
PAGES = ("progress", "software", "grid", "sheet", "entries", "uploads", "work")

# Where a text is taken: path, body with TEXT in its place, who says it, and where it stands in the receipt.
PLACES: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "reason": ("scores", {"reason": "TEXT"}, "department", "reason"),
    "basis": ("scores", {"basis": "TEXT", "reason": "R"}, "department", "basis"),
    "external_ref": ("scores", {"external_ref": "TEXT", "reason": "R"}, "department", "external_ref"),
    "withdrawal": ("scores/withdraw", {"reason": "TEXT"}, "department", "reason"),
    "document": ("scores", {"criterion": BEHALF, "document": "TEXT", "reason": "R"}, "office", "document"),
    "bonus": ("bonuses", {"basis": "TEXT"}, "department", "basis"),
    "unit": ("units", {"name": "TEXT"}, "admin", "name"),
    "department": ("departments", {"name": "TEXT"}, "admin", "name"),
    "grant": ("grants", {"label": "TEXT"}, "admin", "label"),
    "due": ("due", {"document": "TEXT"}, "office", "document"),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    return planted(tmp_path_factory.mktemp("planted"))


class Turn:
    """A count that makes what must be new in every example new."""

    number = 0


def base_of(place: str) -> dict[str, Any]:
    """A good body for a place, but for what the place itself gives."""
    Turn.number += 1
    new = Turn.number
    file = {"name": "a.pdf", "sha256": f"sha256:{'a' * 64}", "size": 3}
    value = {"unit": HIDDEN, "criterion": "1.2", "stage": "department", "value": f"{1 + new % 4}"}
    bases: dict[str, dict[str, Any]] = {
        "scores/withdraw": {"unit": OWN, "criterion": "1.2", "stage": "department"},
        "bonuses": {"unit": OWN, "code": "T1", "occurrence_ref": f"S-{new}", "occurred_on": "2020-05-19"}
        | {"evidence": [file]},
        "units": {"unit": f"QH-N{new}", "area": "QH", "kind": "k"},
        "departments": {"code": f"D{new}", "kind": "department"},
        "grants": {"sub": f"s{new}", "role": "auditor", "scope": "ledger"},
        "due": {"stage": "external", "criterion": "4.2", "due": "2020-12-01T00:00:00.000000Z"},
    }
    return bases.get(PLACES[place][0], value)


def send(made: Planted, path: str, body: Any, who: str) -> Any:
    """A command in plain ASCII JSON, so that a lone surrogate arrives as an escape."""
    content = json.dumps(body, ensure_ascii=True).encode()
    return made.town.post("scores", path, content, ADMIN if who == "admin" else PEOPLE[who][0])


def judged(answer: Any) -> dict[str, Any] | None:
    """The data of the fact that an accepted command states; None for one that was refused in words."""
    assert answer.status_code in (201, 400, 404, 409, 422), answer.text
    if answer.status_code != 201:
        assert answer.content_type.startswith("application/problem+json")
        problem = answer.get_json()
        assert problem["detail"]
        assert problem["detail"] != problem["detail_en"]
        return None
    event = Event.parse(canonical_bytes(answer.get_json()["receipts"][0]))
    assert interpret(event) is None
    return event.data


def composed(text: str) -> str | None:
    """``text`` as it may be stored; None where it may not."""
    try:
        return compose_text(text)
    except CanonicalError:
        return None


@pytest.mark.parametrize("place", PLACES)
@ODD
@given(text=texts)
@example(text="\ud800")
@example(text="o\u0302\u0301")
def test_a_text_is_stored_composed_or_refused_in_words(made: Planted, place: str, text: str) -> None:
    path, about, who, field = PLACES[place]
    body = base_of(place) | {name: text if item == "TEXT" else item for name, item in about.items()}
    data = judged(send(made, path, body, who))
    if data is not None:
        assert data[field] == composed(text) == unicodedata.normalize("NFC", text)


@ODD
@given(value=numbers, target=st.one_of(st.just(...), numbers))
@example(value="1e400", target=...)
@example(value="1", target="0")
@example(value=10**400, target=...)
def test_a_value_is_stored_as_it_was_given_or_refused_in_words(
    made: Planted, value: Any, target: Any
) -> None:
    for criterion in ("1.1", "1.2", "2.2"):
        body = {"unit": HIDDEN, "criterion": criterion, "stage": "department", "value": value, "reason": "R"}
        if target is not ...:
            body["target"] = target
        who = "office" if criterion == BEHALF else "department"
        data = judged(send(made, "scores", body | {"document": "D"}, who))
        if data is not None:
            assert data["value"] == value
            assert Decimal(data["value"]).is_finite()


@ODD
@given(rows=st.lists(st.tuples(numbers, texts), min_size=1, max_size=6))
def test_a_batch_tells_every_bad_row_and_states_every_good_one(
    made: Planted, rows: list[tuple[Any, str]]
) -> None:
    scores = [
        {"unit": HIDDEN, "criterion": "1.2", "stage": "department", "value": value, "reason": text}
        for value, text in rows
    ]
    answer = send(made, "scores/batch", {"scores": scores, "mode": "partial"}, "department")
    judged(answer)
    if answer.status_code == 201:
        told = answer.get_json()
        assert len(told["rows"]) == len(rows)
        assert told["accepted"] == sum(row["accepted"] for row in told["rows"])


@ODD
@given(value=numbers, text=texts)
def test_a_draft_may_hold_anything_that_can_be_stored(made: Planted, value: Any, text: str) -> None:
    cell = {"unit": HIDDEN, "criterion": "1.3", "stage": "department", "version": 0}
    body = {"body": "department:BTG", "cells": [{**cell, "value": value, "reason": text}]}
    content = json.dumps(body, ensure_ascii=True).encode()
    answer = made.town.send("PUT", "scores", "drafts", content, PEOPLE["department"][0])
    assert answer.status_code in (200, 409, 422), answer.text


@ODD
@given(text=texts, number=numbers)
def test_a_question_of_any_kind_is_answered(made: Planted, text: str, number: Any) -> None:
    assume(not any("\ud800" <= character <= "\udfff" for character in text))  # no address holds one
    client, office = made.town.apps["scores"].test_client(), made.headers("office")
    asked = {"unit": text, "criterion": text, "value": str(number), "upto": str(number), "body": text}
    asked |= {"department": text, "area": text}
    addresses = [f"/scores/v1/hcmc/2020/{path}" for path in QUESTIONS]
    for address in (*addresses, *(f"/scores/hcmc/2020/{page}" for page in PAGES)):
        answer = client.get(address, query_string=asked, headers=office)
        assert answer.status_code < 500, (address, answer.text)
