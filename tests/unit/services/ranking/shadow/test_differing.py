"""The first difference of two bodies: a unit and a field where there is one, else what else differs."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from services.ranking.shadow.differing import Difference, difference

BODY: dict[str, Any] = {
    "engine": "1",
    "provisional": {"units": 3},
    "areas": [
        {"area": "QH", "label": "Q", "rows": [{"unit": "A", "total": "2"}, {"unit": "B", "total": "1"}]},
        {"area": "LL", "label": "L", "rows": [{"unit": "C", "total": None}]},
    ],
}


def altered(change: Any) -> dict[str, Any]:
    body = deepcopy(BODY)
    change(body)
    return body


def swap(body: dict[str, Any]) -> None:
    body["areas"][0]["rows"].reverse()


def both(body: dict[str, Any]) -> None:
    body["areas"][0]["rows"][1]["total"] = "9"
    body["areas"][1]["rows"][0]["total"] = "0"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda body: None, None),
        (both, Difference("total", "null", "0", "C", ("LL", "QH"))),
        (swap, Difference("place", "1", "2", "A", ("QH",))),
        (lambda body: body["areas"][0]["rows"].pop(), Difference("row", "there", "none", "B", ("QH",))),
        (lambda body: body["areas"].pop(), Difference("row", "there", "none", "C", ("LL",))),
        (lambda body: body.update(engine="2"), Difference("engine", "1", "2")),
    ],
)
def test_the_first_difference_is_named(change: Any, expected: Difference | None) -> None:
    assert difference(BODY, altered(change)) == expected


def test_a_label_belongs_to_no_unit() -> None:
    found = difference(BODY, altered(lambda body: body["areas"][0].update(label="R")))
    assert found is not None
    assert (found.field, found.unit, found.areas) == ("areas", "", ())
