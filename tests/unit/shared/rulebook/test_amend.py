"""Which rulebook may follow which once scores exist."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from shared.rulebook.amend import amendment_fault
from tests.support.rulebooks import Json, build, example_data, leaf_of


def amended(change: Callable[[Json], object], version: str = "2.1.0") -> Json:
    data = example_data()
    data["rulebook"]["version"] = version
    change(data)
    return data


def fault(data: Json, mode: object = "prospective", decision: object = "QĐ-1") -> str | None:
    return amendment_fault(build(example_data()), build(data), mode, decision)


def test_an_amendment_needs_decision_mode_and_a_higher_version() -> None:
    data = amended(lambda d: None)
    assert fault(data) is None
    assert fault(data, mode=None) == "R070"
    assert fault(data, mode="quietly") == "R070"
    assert fault(data, mode=["prospective"]) == "R070"
    assert fault(data, decision="") == "R070"
    for version in ("2.0.0", "1.99.99"):
        assert fault(amended(lambda d: None, version)) == "R070"
    assert fault(amended(lambda d: None, "2.0.10")) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda d: leaf_of(d, "1.1")["ladder"]["rows"][1].update(frac="0.7"),
        lambda d: leaf_of(d, "2.1").update(no_target="zero"),
        lambda d: d["quotas"][0].update(fraction="0.3"),
        lambda d: d["areas"].reverse(),
    ],
)
def test_leaf_rules_classes_and_quotas_may_change_prospectively(change: Callable[[Json], object]) -> None:
    assert fault(amended(change)) is None


def _shift(data: Json) -> None:
    leaf_of(data, "1.2")["max"]["QH"] = "5.75"
    leaf_of(data, "1.3")["max"]["QH"] = "5.25"


def _weigh(data: Json) -> None:
    leaf_of(data, "3.3").update(weight="2", max={"QH": "1", "CNLD": "4", "LLVT": "2"})


@pytest.mark.parametrize(
    "change",
    [
        _shift,
        _weigh,
        lambda d: leaf_of(d, "1.2").update(id="1.9"),
        lambda d: leaf_of(d, "1.2").update(stage="external"),
        lambda d: leaf_of(d, "1.2").update(self=False),
    ],
)
def test_the_frame_may_change_only_when_everything_is_evaluated_again(
    change: Callable[[Json], object],
) -> None:
    assert fault(amended(change)) == "R071"
    assert fault(amended(change), mode="re_evaluate_all") is None
