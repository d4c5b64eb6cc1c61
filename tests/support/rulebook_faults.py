"""Every fault of the rulebook format, each made once in the example."""

from __future__ import annotations

from collections.abc import Callable

from tests.support.rulebooks import Json, leaf_of

Change = Callable[[Json], object]


def change_ladder(data: Json, rows: list[Json], **domain: str) -> None:
    """Give leaf 1.1 other rows, and its domain other bounds."""
    leaf_of(data, "1.1")["ladder"]["rows"] = rows
    leaf_of(data, "1.1")["ladder"]["domain"].update(domain)


FAULTS: dict[str, list[Change]] = {
    "R002": [
        lambda d: d.update(extra=1),
        lambda d: leaf_of(d, "1.2").update(weigth="2"),
        lambda d: change_ladder(d, [{"frac": "1"}]),
        lambda d: change_ladder(d, [{"gt": "0", "gte": "0", "frac": "1"}]),
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
        lambda d: change_ladder(d, [{"gte": "100", "frac": "1"}, {"lt": "50", "frac": "0"}]),
        lambda d: change_ladder(d, [{"gt": "0", "frac": "1"}]),
        lambda d: change_ladder(d, [{"gte": "1", "frac": "1"}], type="integer"),
    ],
    "R031": [
        lambda d: change_ladder(d, [{"gte": "0", "frac": "1"}, {"gte": "50", "frac": "0"}]),
        lambda d: change_ladder(
            d,
            [{"lte": "2", "frac": "1"}, {"gt": "2", "lt": "3", "frac": "0"}, {"gte": "3", "frac": "0"}],
            type="integer",
        ),
    ],
    "R032": [
        lambda d: change_ladder(d, [{"gte": "0", "frac": "1.1"}]),
        lambda d: change_ladder(d, [{"gte": "0", "frac": "-1"}]),
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
        lambda d: change_ladder(
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
