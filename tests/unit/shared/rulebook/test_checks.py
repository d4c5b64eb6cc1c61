"""Every fault of the format, each made once in an otherwise good rulebook."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from marshmallow import fields

from shared.events.catalogue.scores import Fact, UnitRegistered
from shared.rulebook import RulebookFault
from shared.rulebook.checks import Register
from shared.rulebook.faults import MESSAGES, Report
from shared.rulebook.normalise import normalise
from tests.support.rulebooks import Json, build, codes, example_data, faults, leaf_of, small_data

Change = Callable[[Json], object]


def _ladder(data: Json, rows: list[Json], **domain: str) -> None:
    leaf_of(data, "1.1")["ladder"]["rows"] = rows
    leaf_of(data, "1.1")["ladder"]["domain"].update(domain)


FAULTS: dict[str, list[Change]] = {
    "R002": [
        lambda d: d.update(extra=1),
        lambda d: leaf_of(d, "1.2").update(weigth="2"),
        lambda d: _ladder(d, [{"frac": "1"}]),
        lambda d: _ladder(d, [{"gt": "0", "gte": "0", "frac": "1"}]),
    ],
    "R003": [
        lambda d: d.pop("classes"),
        lambda d: leaf_of(d, "1.2").pop("max"),
        lambda d: d["classes"][0].pop("gte") and d["classes"][0].update(measure="base"),
        lambda d: d["classes"][0]["also"].update(measures=[{"measure": "base"}]),
    ],
    "R004": [
        lambda d: d["total"].update(QH=100),
        lambda d: d["total"].update(QH="1e2"),
        lambda d: d["total"].update(QH="100,0"),
        lambda d: leaf_of(d, "1.2").update(weight=None),
    ],
    "R005": [
        lambda d: d["number"].update(rounding="UP"),
        lambda d: d["number"].update(scale="2"),
        lambda d: d["number"].update(scale=True),
        lambda d: d.update(rank_lists=["area", "grouping:nothing"]),
        lambda d: d["period"].update({"from": "2020-02-30"}),
        lambda d: d["rulebook"].update(version="2.0"),
        lambda d: d["rulebook"].update(format=2),
        lambda d: d.update(areas="QH"),
        lambda d: d["appeals"].update(result_may_go_down="true"),
    ],
    "R006": [
        lambda d: leaf_of(d, "1.2").update(id="1.1"),
        lambda d: leaf_of(d, "1.2").update(id="1"),
        lambda d: leaf_of(d, "1.2").update(id="a b"),
        lambda d: d["penalty"]["items"][0].update(code="T1"),
        lambda d: d["areas"].append(d["areas"][0]),
        lambda d: d["classes"][1].update(id="unclassified"),
    ],
    "R007": [
        lambda d: leaf_of(d, "1.2").update(label=" "),
        lambda d: leaf_of(d, "1.2").update(label="Qua\u0323\u0302n"),
    ],
    "R010": [
        lambda d: d["total"].pop("LLVT"),
        lambda d: d["total"].update(XX="1"),
        lambda d: leaf_of(d, "1.2")["max"].update(XX="1"),
    ],
    "R011": [lambda d: leaf_of(d, "1.2")["max"].update(QH="6.25"), lambda d: d["total"].update(QH="99")],
    "R012": [lambda d: d["criteria"][0].update(max={"QH": "18", "CNLD": "21", "LLVT": "23"})],
    "R013": [
        lambda d: leaf_of(d, "1.2")["max"].update(QH="0"),
        lambda d: leaf_of(d, "1.2")["max"].update(QH="5.9"),
        lambda d: leaf_of(d, "1.2")["max"].update(QH="-1"),
    ],
    "R014": [lambda d: leaf_of(d, "1.2").update(max={}), lambda d: d["criteria"][0].update(children=[])],
    "R015": [lambda d: leaf_of(d, "1.2").update(weight="-1")],
    "R016": [
        lambda d: leaf_of(d, "1.2").update(min={"QH": "1"}),
        lambda d: leaf_of(d, "1.2").update(min={"QH": "-0.1"}),
        lambda d: leaf_of(d, "2.1").update(min={"QH": "-1"}),
    ],
    "R020": [lambda d: leaf_of(d, "1.2").pop("owner")],
    "R021": [
        lambda d: leaf_of(d, "1.2").update(owner="TEAM"),
        lambda d: leaf_of(d, "8.1").update(owner="BTG"),
        lambda d: leaf_of(d, "1.2").update(stage="self"),
    ],
    "R022": [
        lambda d: d["stages"].reverse(),
        lambda d: d["stages"].pop(),
        lambda d: d["stages"][0].update(official=True),
        lambda d: d["stages"][0].update(id="other"),
    ],
    "R030": [
        lambda d: _ladder(d, [{"gte": "100", "frac": "1"}, {"lt": "50", "frac": "0"}]),
        lambda d: _ladder(d, [{"gt": "0", "frac": "1"}]),
        lambda d: _ladder(d, [{"gte": "1", "frac": "1"}], type="integer"),
    ],
    "R031": [
        lambda d: _ladder(d, [{"gte": "0", "frac": "1"}, {"gte": "50", "frac": "0"}]),
        lambda d: _ladder(
            d,
            [{"lte": "2", "frac": "1"}, {"gt": "2", "lt": "3", "frac": "0"}, {"gte": "3", "frac": "0"}],
            type="integer",
        ),
    ],
    "R032": [
        lambda d: _ladder(d, [{"gte": "0", "frac": "1.1"}]),
        lambda d: _ladder(d, [{"gte": "0", "frac": "-1"}]),
    ],
    "R033": [
        lambda d: leaf_of(d, "1.1").pop("ladder"),
        lambda d: leaf_of(d, "1.1")["ladder"].pop("unit"),
        lambda d: leaf_of(d, "1.1")["ladder"].pop("domain"),
    ],
    "R034": [
        lambda d: leaf_of(d, "2.2").pop("per"),
        lambda d: leaf_of(d, "2.2").update(per="0"),
        lambda d: leaf_of(d, "1.2").update(per="1"),
    ],
    "R035": [
        lambda d: leaf_of(d, "1.2").update(no_target="zero"),
        lambda d: leaf_of(d, "7.2").update(no_target="full"),
    ],
    "R036": [
        lambda d: leaf_of(d, "4.2").update(source_max="0"),
        lambda d: leaf_of(d, "1.2").update(source_max="50"),
    ],
    "R037": [lambda d: leaf_of(d, "1.2").update(ladder=leaf_of(d, "1.1")["ladder"])],
    "R040": [lambda d: d["number"].update(step="0.125"), lambda d: d["number"].update(step="0")],
    "R041": [
        lambda d: d["bonus"].update(cap_total="-1"),
        lambda d: d["bonus"]["items"][0].update(cap="2.9"),
        lambda d: d["penalty"]["items"][0].update(per="0.1"),
    ],
    "R050": [lambda d: d["classes"][1].update(gte="90"), lambda d: d["classes"][2].update(gte="95")],
    "R051": [lambda d: d["classes"][3].update(gte="10"), lambda d: d["classes"][1].pop("gte")],
    "R052": [
        lambda d: d["totals"].update(rank_by="fame"),
        lambda d: d["tie_breaks"][1].update(by="group:99"),
        lambda d: d["classes"][0].update(measure="criterion:99"),
    ],
    "R053": [
        lambda d: d["tie_breaks"].append({"by": "bonus", "order": "desc"}),
        lambda d: d["tie_breaks"].pop(),
        lambda d: d["tie_breaks"].insert(0, {"by": "penalty", "order": "asc"}),
        lambda d: d["tie_breaks"][0].pop("order"),
    ],
    "R054": [
        lambda d: d["quotas"][0].update({"class": "NOT_COMPLETED"}),
        lambda d: d["quotas"][0].update(fraction="1.5"),
        lambda d: d["quotas"][0].update(denominator="units"),
        lambda d: d["quotas"][0].pop("rounding"),
        lambda d: d["quotas"][0].update(count=3),
        lambda d: d["quotas"].append(dict(d["quotas"][0])),
        lambda d: d["classes"][1].update(rank_lte=3, top_count=3),
        lambda d: d["classes"][1].update(
            top_fraction="0.1", rounding="floor", denominator="units_in_class:GOOD"
        ),
    ],
    "R055": [
        lambda d: d["quotas"][0].update(denominator="units_in_class:COMPLETED"),
        lambda d: (
            d["quotas"][0].update(denominator="units_in_class:GOOD"),
            d["quotas"].append({"class": "GOOD", "count": 3}),
        ),
    ],
    "R057": [lambda d: (leaf_of(d, "1.2")["max"].update(QH="7"), d["total"].update(QH="101"))],
    "R058": [lambda d: d["groupings"][0].update(attribute="colour")],
    "R060": [
        lambda d: d["vetoes"][0].update(source={}),
        lambda d: d["vetoes"][0].update(effect={}),
        lambda d: d["vetoes"][0].update(effect={"max_class": "NOTHING"}),
        lambda d: d["vetoes"][2]["source"]["derived"].update(rule="bad_luck"),
        lambda d: d["vetoes"][2]["source"]["derived"].update(rule="criterion_is_zero:9.9"),
        lambda d: d["vetoes"][0].pop("effect"),
    ],
    "R061": [lambda d: d["policies"].update(mood="good"), lambda d: d["policies"].update(signoff="all")],
    "R062": [
        lambda d: d["appeals"]["kinds"].pop("judgement"),
        lambda d: (
            d["appeals"]["kinds"]["judgement"].update(corrections=[])
            or d["appeals"]["kinds"]["judgement"].pop("term_days")
        ),
        lambda d: d["appeals"]["kinds"]["judgement"].update(decided_by="me"),
    ],
    "R063": [
        lambda d: d["period"].update({"to": "2019-01-01"}),
        lambda d: leaf_of(d, "1.2").update(period="nowhen"),
        lambda d: d["period"].pop("to"),
    ],
    "R064": [
        lambda d: d["required_documents"][0].update(areas=["XX"]),
        lambda d: d["attendees"]["subordinates"][0].update(class_in=["BEST"]),
        lambda d: d["attendees"]["must_cover"].update(XX=[]),
    ],
    "R072": [
        lambda d: leaf_of(d, "1.2").update(relative_to="best"),
        lambda d: leaf_of(d, "1.2").update(percentile="0.9"),
        lambda d: leaf_of(d, "2.1").update(input="rank"),
        lambda d: leaf_of(d, "2.1").update(input="peer"),
    ],
    "W001": [
        lambda d: _ladder(
            d, [{"gte": "100", "frac": "1"}, {"gte": "50", "frac": "0.2"}, {"gte": "0", "frac": "0.5"}]
        )
    ],
    "W002": [lambda d: d["bonus"]["items"][0].update(cap="6")],
    "W003": [
        lambda d: d["quotas"][0].pop("min_per_area"),
        lambda d: d["quotas"][0].update(fraction="0", min_per_area=0),
        lambda d: d["quotas"][0].update(denominator="units_in_class:GOOD", rounding="ceil", min_per_area=0),
    ],
}
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
    _ladder(data, [{"lte": "2", "frac": "1"}, {"gte": "3", "frac": "0"}], type="integer")
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
