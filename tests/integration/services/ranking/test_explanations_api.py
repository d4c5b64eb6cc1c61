"""Explanations, pairs and counterfactuals over HTTP.  Only what the answers hold is used: no engine here."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.support.ranking_site import Site
from tests.support.shown import demo_rulebook, demo_units

FEW = ("QH-Q01", "QH-Q03", "QH-GVA", "LLVT-CATP")


def made(folder: Path, live_visibility: str, units: list[dict[str, str]]) -> Site:
    site = Site(folder)
    site.fed.open().adopt(demo_rulebook(live_visibility)).register(units)
    site.fed.state(
        "inspections",
        "inspection.scheduled.v1",
        "QH-Q03",
        {"team": "DKT-1", "date": "2020-11-16", "session": "MORNING", "schedule_version": 1},
    )
    site.fed.score("QH-Q01", "1.1", "70")
    site.fed.feed()
    site.fed.fill(units=units)
    return site.start()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The 66 units of the demonstration, visible to all; never written to."""
    return made(tmp_path_factory.mktemp("whole"), "public", demo_units())


@pytest.fixture(scope="module")
def restricted(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Four units, unpublished standings for those whom the rule table names; never written to."""
    units = [unit for unit in demo_units() if unit["unit"] in FEW]
    return made(tmp_path_factory.mktemp("restricted"), "restricted", units)


def problem(answer: Any) -> str:
    assert answer.content_type == "application/problem+json"
    return str(answer.json["type"]).rpartition(":")[2]


def added(terms: list[dict[str, Any]], member: str = "amount") -> Fraction:
    return sum((Fraction(term[member]) for term in terms), Fraction(0))


def test_the_terms_of_every_unit_of_a_whole_board_add_up_to_its_row(whole: Site) -> None:
    rows = [row for area in whole.get("standings").json["areas"] for row in area["rows"]]
    assert len(rows) == 66
    for row in rows:
        answer = whole.get(f"units/{row['unit']}/explanation").json
        assert added(answer["terms"]) == Fraction(row["total"])
        told = {
            key: answer[key]
            for key in ("unit", "name", "total", "class", "base", "bonus", "penalty", "reasons")
        }
        assert told == {key: row[key] for key in told}
        assert answer["rank"]["rank"] == row["rank"]
        assert answer["missing"] == row["missing"]


def test_every_event_that_an_explanation_rests_on_is_told_in_words(whole: Site) -> None:
    answer = whole.get("units/QH-Q01/explanation").json
    told = {event["position"]: event for event in answer["events"]}
    assert {at for term in answer["terms"] for at in term["positions"]} <= told.keys()
    assert list(told) == sorted(told)
    counting = next(term for term in answer["terms"] if term["ref"] == "1.1")
    assert told[counting["positions"][0]]["summary"].startswith(
        "Ban Tuyên giáo chấm Quận Đoàn 1, tiêu chí 1.1"
    )


def test_sentences_come_in_both_languages(whole: Site) -> None:
    answer = whole.get("units/QH-Q01/explanation").json
    first = next(one for one in answer["sentences"] if one["section"] == "rank")
    assert (
        first["text"]
        == f"Xếp hạng {answer['rank']['rank']} theo tổng điểm: {answer['total'].replace('.', ',')}."
    )
    assert first["text_en"] == f"Rank {answer['rank']['rank']} by total: {answer['total']}."


def test_an_explanation_of_the_past_is_that_of_then(whole: Site) -> None:
    now = whole.get("units/QH-Q01/explanation").json
    before = whole.get("units/QH-Q01/explanation?at=40").json
    assert (before["position"], now["position"]) == (40, whole.fed.size)
    assert before["total"] is None
    assert before["terms"] == []
    assert before["rank"] is None


def test_a_moment_leads_to_its_position(whole: Site) -> None:
    answer = whole.get("units/QH-Q01/explanation?at=2020-11-09T03:30:00Z")
    assert answer.status_code == 307
    assert answer.headers["Location"].endswith("/units/QH-Q01/explanation?at=31")


def test_the_differences_of_a_pair_add_up_to_the_difference_of_totals(whole: Site) -> None:
    units = [row["unit"] for row in whole.get("standings?area=QH").json["areas"][0]["rows"]]
    for first, second in pairwise(units):
        pair = whole.get(f"pairs/{first}/{second}").json
        assert added(pair["terms"], "difference") == Fraction(pair["difference"])
        assert Fraction(pair["first"]["total"]) - Fraction(pair["second"]["total"]) == Fraction(
            pair["difference"]
        )
        assert pair["order"] in ("above", "level")


def test_units_of_two_areas_are_no_pair(whole: Site) -> None:
    answer = whole.get("pairs/QH-Q01/LLVT-CATP")
    assert (answer.status_code, problem(answer)) == (422, "no-pair")


@pytest.mark.parametrize(
    "path", ["units/NOBODY/explanation", "units/NOBODY/counterfactual", "pairs/QH-Q01/NOBODY"]
)
def test_an_unknown_unit_is_not_found(whole: Site, path: str) -> None:
    answer = whole.get(path)
    assert (answer.status_code, problem(answer)) == (404, "unknown-unit")


def test_a_position_ahead_is_refused(whole: Site) -> None:
    answer = whole.get("units/QH-Q01/explanation?at=999999")
    assert (answer.status_code, problem(answer)) == (422, "position-ahead")


def test_a_counterfactual_names_a_change_for_each_criterion(whole: Site) -> None:
    answer = whole.get("units/QH-Q03/counterfactual").json
    explained = whole.get("units/QH-Q03/explanation").json
    assert [one["criterion"] for one in answer["leaves"]] == [one["criterion"] for one in explained["leaves"]]
    assert (answer["rank"], answer["class"]) == (explained["rank"]["rank"], explained["class"])
    sizes = [
        abs(Fraction(one[way]["by"]))
        for one in answer["leaves"]
        for way in ("rank_up", "rank_down")
        if one[way] is not None
    ]
    assert min(sizes) == Fraction(answer["smallest_for_rank"])
    assert all(Fraction(size) % Fraction(answer["step"]) == 0 for size in sizes)


# --- who sees what


@pytest.mark.parametrize(
    ("name", "path", "status"),
    [
        ("office", "units/QH-Q01/explanation", 200),
        ("committee", "units/QH-Q01/counterfactual", 200),
        ("auditor", "pairs/QH-Q01/QH-Q03", 200),
        ("unit", "units/QH-Q01/explanation", 200),
        ("unit", "units/QH-Q03/explanation", 403),
        ("unit", "units/QH-Q01/counterfactual", 403),
        ("unit", "pairs/QH-Q01/QH-Q03", 403),
        ("unit", "pairs/QH-Q03/QH-Q01", 403),
        ("team", "units/QH-Q03/explanation", 200),
        ("team", "units/QH-Q01/explanation", 403),
        ("department", "units/QH-Q01/explanation", 403),
        (None, "units/QH-Q01/explanation", 403),
    ],
)
def test_an_explanation_needs_the_whole_row_and_a_pair_both(
    restricted: Site, name: str | None, path: str, status: int
) -> None:
    answer = restricted.get(path, name)
    assert answer.status_code == status
    if status == 403:
        assert problem(answer) == "not-public"


def test_units_of_others_are_another_unit_without_values(restricted: Site) -> None:
    full = restricted.get("units/QH-Q01/explanation", "office").json
    own = restricted.get("units/QH-Q01/explanation", "unit").json
    assert (full["partial"], own["partial"]) == (False, True)
    assert own["terms"] == full["terms"]
    others = [one for where in ("above", "level", "below") for one in full["rank"][where]]
    assert others
    text = str({**own, "events": []})
    for one in others:
        assert one["peer"]["unit"] not in text
        assert one["peer"]["name"] not in text
        assert one["peer"]["total"] not in text
    hidden = [one for where in ("above", "level", "below") for one in own["rank"][where]]
    assert [one["peer"]["rank"] for one in hidden] == [one["peer"]["rank"] for one in others]
    assert any("một đơn vị khác" in one["text"] for one in own["sentences"])


def test_what_does_not_count_is_shown_to_those_whose_sheet_it_is(restricted: Site) -> None:
    for name in ("unit", "office"):
        answer = restricted.get("units/QH-Q01/explanation", name).json
        leaf = next(one for one in answer["leaves"] if one["criterion"] == "1.1")
        assert [mark["why"] for mark in leaf["marks"]] == ["OLDER", ""]


def test_a_published_explanation_is_for_everybody_with_what_counts_alone(tmp_path: Path) -> None:
    units = [unit for unit in demo_units() if unit["unit"] in FEW]
    site = made(tmp_path, "restricted", units)
    shown = site.get("standings", "office").json
    site.fed.state(
        "ranking",
        "result.published.v1",
        "*",
        {
            "version": 1,
            "status": "UNOFFICIAL",
            "position": shown["position"],
            "root": shown["root"],
            "digest": shown["digest"],
            "engine": shown["engine"],
            "rulebook": shown["rulebook"],
            "complete": shown["provisional"]["complete"],
            "units": len(FEW),
            "provisional": True,
        },
        role="standing_committee",
    )
    site.fed.feed()
    answer = site.get(f"units/QH-Q01/explanation?at={shown['position']}")
    assert answer.status_code == 200
    leaf = next(one for one in answer.json["leaves"] if one["criterion"] == "1.1")
    assert [mark["why"] for mark in leaf["marks"]] == [""]
    assert added(answer.json["terms"]) == Fraction(answer.json["total"])
    assert all(event["type"] is None for event in answer.json["events"])
    assert site.get(f"pairs/QH-Q01/QH-Q03?at={shown['position']}").status_code == 200
    assert problem(site.get(f"units/QH-Q01/explanation?at={site.fed.size}")) == "not-public"
