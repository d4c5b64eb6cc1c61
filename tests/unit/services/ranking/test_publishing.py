"""What stands in the way of a publication."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.ranking.publishing import Candidate, publish
from shared.decisions import Refused

DIGEST = f"sha256:{'a' * 64}"
GOOD = Candidate(
    position=9, root=DIGEST, rulebook=DIGEST, engine="1", digest=DIGEST, complete=1, units=2, provisional=True
)


def test_the_first_version_is_number_one() -> None:
    draft = publish([], GOOD, "UNOFFICIAL", {"base_position": 9})
    assert (draft.type, draft.subject) == ("result.published.v1", "*")
    assert (draft.data["version"], draft.data["position"], draft.data["base_position"]) == (1, 9, 9)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"gaps": 2}, "open-gap"),
        ({"uninterpreted": 1}, "not-understood"),
        ({"illustrative": True}, "illustrative-rulebook"),
        ({"units": 0}, "nothing-to-publish"),
        ({"rulebook": ""}, "nothing-to-publish"),
        ({"position": 0}, "nothing-to-publish"),
    ],
)
def test_a_blocker_refuses_it_by_name(change: dict[str, Any], rule: str) -> None:
    with pytest.raises(Refused) as caught:
        publish([], replace(GOOD, **change), "OFFICIAL", {})
    assert (caught.value.rule, caught.value.status) == (rule, 409)


def test_every_blocker_is_named_at_once() -> None:
    with pytest.raises(Refused) as caught:
        publish([], replace(GOOD, gaps=1, uninterpreted=1), "OFFICIAL", {})
    assert [fault.rule for fault in caught.value.faults] == ["open-gap", "not-understood"]


def test_an_illustrative_rulebook_may_be_published_in_a_demonstration() -> None:
    assert (
        publish([], replace(GOOD, illustrative=True, demonstration=True), "UNOFFICIAL", {}).data["version"]
        == 1
    )
