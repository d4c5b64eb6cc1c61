"""Every fault of the format, each made once in an otherwise good rulebook."""

from __future__ import annotations

import pytest
from marshmallow import fields

from shared.events.catalogue.scores import Fact, UnitRegistered
from shared.rulebook import RulebookFault
from shared.rulebook.checks import Register
from shared.rulebook.faults import MESSAGES, Report
from shared.rulebook.normalise import normalise
from tests.support.rulebook_faults import FAULTS, Change, change_ladder
from tests.support.rulebooks import Json, build, codes, example_data, faults, leaf_of, small_data

CASES = [
    pytest.param(code, change, id=f"{code}-{n}")
    for code, changes in FAULTS.items()
    for n, change in enumerate(changes, start=1)
]


@pytest.mark.parametrize(("code", "change"), CASES)
def test_each_fault_is_found(code: str, change: Change) -> None:
    data = example_data()
    change(data)
    found = codes(data)
    assert code in found
    if code.startswith("W"):
        assert set(found) == {code}
        build(data)
    else:
        with pytest.raises(RulebookFault):
            build(data)


def test_every_code_has_a_case_or_is_found_elsewhere() -> None:
    # R001 is the loader's, R070 and R071 compare two versions.
    assert set(MESSAGES) - set(FAULTS) == {"R001", "R070", "R071"}


def test_the_example_and_a_small_rulebook_are_clean() -> None:
    assert codes(example_data()) == []
    assert (
        codes(
            small_data({"id": "1.1", "max": "10", "weight": "1.5"}, {"id": "2.1", "max": "4", "weight": "0"})
        )
        == []
    )


def test_a_ladder_over_integers_has_no_gap_between_whole_numbers() -> None:
    data = example_data()
    change_ladder(data, [{"lte": "2", "frac": "1"}, {"gte": "3", "frac": "0"}], type="integer")
    assert codes(data) == []
    leaf_of(data, "1.1")["ladder"]["domain"]["type"] = "decimal"
    assert codes(data) == ["R030"]


@pytest.mark.parametrize(
    ("quota", "n"),
    [
        ({"fraction": "0.20", "rounding": "floor"}, "4"),
        ({"fraction": "0.20", "rounding": "half_up"}, "2"),
        ({"fraction": "0.20", "rounding": "half_even"}, "2"),
        ({"fraction": "0.5", "rounding": "floor"}, "1"),
        ({"fraction": "0.20", "rounding": "floor", "denominator": "units_in_class:GOOD"}, "5"),
        ({"fraction": "0", "rounding": "ceil"}, ">= 1000000"),
        ({"fraction": "0.20", "rounding": "ceil"}, None),
        ({"fraction": "1", "rounding": "floor"}, None),
        ({"fraction": "0.20", "rounding": "floor", "min_per_area": 1}, None),
        ({"count": 2, "fraction": None, "rounding": None, "denominator": None}, None),
    ],
)
def test_a_quota_that_a_small_area_rounds_away_is_told_with_the_largest_such_area(
    quota: Json, n: str | None
) -> None:
    data = example_data()
    del data["quotas"][0]["min_per_area"]
    data["quotas"][0] = {k: v for k, v in {**data["quotas"][0], **quota}.items() if v is not None}
    messages = [fault.message_en for fault in faults(data)]
    assert messages == ([] if n is None else [f"Quota can be 0 in an area of {n} units"])


def test_with_the_units_at_hand_each_area_that_rounds_to_nothing_is_told() -> None:
    data = example_data()
    del data["quotas"][0]["min_per_area"]
    units = [("QH", "", "")] * 5 + [("CNLD", "", "")] * 3
    units += [("CNLD", "2021-01-01", ""), ("CNLD", "", "2020-12-30"), ("LLVT", "", "2020-12-31")]
    report = Report()
    normalise(data, report, Register(units=tuple(units)))
    assert [(fault.code, fault.path) for fault in report.faults] == [("W003", "quotas[0]")] * 2
    assert [fault.message_en.split()[-2] for fault in report.faults] == ["3", "1"]


def test_a_grouping_may_name_a_column_that_the_units_have() -> None:
    data = example_data()
    data["groupings"][0]["attribute"] = "colour"
    report = Report()
    normalise(data, report, Register(columns=("unit", "area", "name", "colour")))
    assert report.faults == []


def test_the_register_of_a_ledger_is_what_the_event_of_a_unit_holds() -> None:
    single = {name for name, field in UnitRegistered().fields.items() if not isinstance(field, fields.List)}
    assert set(Register().columns) == single - set(Fact().fields)
