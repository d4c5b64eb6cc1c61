"""What a publication pins, and what refuses it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.ranking.gate import Blocker, Gate
from services.ranking.publishing import Candidate, publish
from shared.decisions import Refused

DIGEST = f"sha256:{'a' * 64}"
OPEN = Gate((), ())
SHUT = Gate((Blocker("open-gap", "-", "-", "x"), Blocker("incomplete", "-", "-", "y")), ())
GOOD = Candidate(
    position=9, root=DIGEST, rulebook=DIGEST, engine="1", digest=DIGEST, complete=1, units=2, provisional=True
)
NOW = {"status": "UNOFFICIAL"}


def test_the_first_version_is_number_one_and_supersedes_nothing() -> None:
    draft = publish([], GOOD, OPEN, NOW, {"base_position": 9})
    assert (draft.type, draft.subject) == ("result.published.v1", "*")
    assert (draft.data["version"], draft.data["position"], draft.data["base_position"]) == (1, 9, 9)
    assert "supersedes" not in draft.data


@pytest.mark.parametrize("change", [{"units": 0}, {"rulebook": ""}, {"position": 0}])
def test_where_there_is_nothing_nothing_is_published(change: dict[str, Any]) -> None:
    with pytest.raises(Refused) as caught:
        publish([], replace(GOOD, **change), OPEN, NOW, {})
    assert (caught.value.rule, caught.value.status) == ("nothing-to-publish", 409)


def test_every_blocker_of_the_gate_is_named_at_once() -> None:
    with pytest.raises(Refused) as caught:
        publish([], GOOD, SHUT, NOW, {})
    assert [fault.rule for fault in caught.value.faults] == ["open-gap", "incomplete"]
    assert caught.value.status == 409
