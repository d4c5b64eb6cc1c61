"""What a publication pins, and what refuses it."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from services.ranking.publication.gate import Blocker, Gate, Newest
from services.ranking.publication.publishing import Candidate, publish
from shared.decisions import Refused

DIGEST = f"sha256:{'a' * 64}"
OPEN = Gate((), ())
SHUT = Gate((Blocker("open-gap", "-", "-", "x"), Blocker("incomplete", "-", "-", "y")), ())
GOOD = Candidate(
    position=9, root=DIGEST, rulebook=DIGEST, engine="1", digest=DIGEST, complete=1, units=2, provisional=True
)
NOW = {"status": "UNOFFICIAL"}


def test_the_first_version_is_number_one_and_supersedes_nothing() -> None:
    draft = publish(None, GOOD, OPEN, NOW, {"base_position": 9})
    assert (draft.type, draft.subject) == ("result.published.v1", "*")
    assert (draft.data["version"], draft.data["position"], draft.data["base_position"]) == (1, 9, 9)
    assert "supersedes" not in draft.data


def test_every_blocker_of_the_gate_is_named_at_once() -> None:
    with pytest.raises(Refused) as caught:
        publish(None, GOOD, SHUT, NOW, {})
    assert [fault.rule for fault in caught.value.faults] == ["open-gap", "incomplete"]
    assert caught.value.status == 409


def test_a_later_version_supersedes_the_newest_and_says_why() -> None:
    command = {**NOW, "reason": "Tính điểm trễ."}
    draft = publish(Newest(2, "OFFICIAL", DIGEST), GOOD, OPEN, command, {})
    assert (draft.data["version"], draft.data["supersedes"], draft.data["reason"]) == (3, 2, "Tính điểm trễ.")


def test_a_later_version_without_a_reason_is_refused_and_the_field_named() -> None:
    with pytest.raises(Refused) as caught:
        publish(Newest(1, "UNOFFICIAL", DIGEST), GOOD, OPEN, NOW, {})
    assert (caught.value.rule, caught.value.status) == ("missing-field", 422)
    assert [fault.field for fault in caught.value.faults] == ["reason"]


def test_a_first_version_may_say_why_too() -> None:
    draft = publish(None, GOOD, OPEN, {**NOW, "reason": "Kết quả năm 2020."}, {})
    assert draft.data["reason"] == "Kết quả năm 2020."


def test_a_publication_pins_exactly_the_candidate() -> None:
    draft = publish(None, GOOD, OPEN, {"status": "OFFICIAL"}, {})
    assert {name: draft.data[name] for name in asdict(GOOD)} == asdict(GOOD)
    assert draft.data["status"] == "OFFICIAL"
