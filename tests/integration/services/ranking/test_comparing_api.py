"""Time travel over HTTP: differences of two positions, one criterion across units, side lists."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.ranking_site import Site
from tests.support.shown import LEDGER, MEETING, demo_rulebook, demo_units

FEW = ("QH-Q01", "QH-Q03", "QH-GVA", "LLVT-CATP", "CNLD-DCD")
TEAM = {"team": "DKT-1", "date": "2020-11-16", "session": "MORNING", "schedule_version": 1}
FROZEN = "MOC-1"


def decided(site: Site, unit: str, points: str, stage: str = "standing", criterion: str = "1.1") -> None:
    data = {"criterion": criterion, "stage": stage, "points": points, **MEETING}
    site.fed.state("ranking", "decision.score.v1", unit, data, role="standing_committee")


def whole(folder: Path) -> Site:
    """A board with every score, which only those see whom the rule table names."""
    units = [unit for unit in demo_units() if unit["unit"] in FEW]
    site = Site(folder)
    site.fed.open().adopt(demo_rulebook("restricted")).register(units)
    site.fed.state("inspections", "inspection.scheduled.v1", "QH-Q03", TEAM)
    site.fed.feed()
    site.fed.fill(units=units, decisions=False, share=1)
    return site


def made(folder: Path) -> Site:
    """The whole board, frozen as ``MOC-1``; after that one correction of QH-Q03 and one of LLVT-CATP."""
    site = whole(folder)
    size = site.fed.feed()
    frozen = {"name": FROZEN, "position": size, "reason": "Trước khi sửa"}
    site.fed.state("ranking", "standings.frozen.v1", "*", frozen, role="office")
    decided(site, "QH-Q03", "0")
    decided(site, "LLVT-CATP", "0.25", criterion="2.3")
    return site.start()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Never written to."""
    return made(tmp_path_factory.mktemp("site"))


def frozen_at(site: Site) -> int:
    location = site.get(f"standings?at=freeze:{FROZEN}", "office").headers["Location"]
    return int(location.rpartition("at=")[2])


def problem(answer: Any) -> str:
    return str(answer.json["type"]).rpartition(":")[2]


def compared(site: Site, name: str | None = "office", **ends: Any) -> Any:
    start = ends["start"] if "start" in ends else frozen_at(site)
    more = f"&to={ends['end']}" if "end" in ends else ""
    return site.get(f"differences?from={start}{more}", name)


# --- a named position


def test_a_freeze_is_asked_for_by_its_name_and_redirects_to_its_position(site: Site) -> None:
    answer = site.get(f"standings?at=freeze:{FROZEN}&area=QH", "office")
    assert answer.status_code == 307
    assert answer.headers["Location"].startswith(f"/ranking/v1/{LEDGER}/standings?area=QH&at=")
    assert site.get(answer.headers["Location"].partition("/2020/")[2], "office").status_code == 200
    unknown = site.get("standings?at=freeze:NAY", "office")
    assert (unknown.status_code, problem(unknown)) == (404, "unknown-freeze")


def test_both_ends_of_a_difference_may_be_named_or_dated(site: Site) -> None:
    answer = site.get(f"differences?from=2020-11-09T03:02:30Z&to=freeze:{FROZEN}", "office")
    assert answer.status_code == 307
    assert answer.headers["Location"].endswith(f"/differences?from=3&to={frozen_at(site)}")
    open_end = site.get(f"differences?from=freeze:{FROZEN}", "office")
    assert open_end.headers["Location"].endswith(f"from={frozen_at(site)}&to={site.fed.size}")


# --- differences


def test_what_was_shown_then_stands_beside_what_is_known_now(site: Site) -> None:
    body = compared(site).json
    then = site.get(f"standings?at={frozen_at(site)}", "office").json
    now = site.get("standings", "office").json
    assert (body["from"]["digest"], body["to"]["digest"]) == (then["digest"], now["digest"])
    assert (body["from"]["root"], body["to"]["root"]) == (then["root"], now["root"])
    for side, shown in (("before", then), ("after", now)):
        totals = {row["unit"]: row["total"] for area in shown["areas"] for row in area["rows"]}
        assert {unit["unit"]: unit[side]["total"] for unit in body["units"]} == totals
    assert (body["head"]["units"], body["head"]["changed"], body["head"]["skipped"]) == (5, 2, 0)
    assert body["partial"] is False


def test_each_changed_unit_names_the_events_that_touched_it_and_only_those(site: Site) -> None:
    told = {unit["unit"]: unit["events"] for unit in compared(site).json["units"]}
    decision = next(entry for entry in told["QH-Q03"] if entry["type"] == "decision.score.v1")
    assert decision["subject"] == "QH-Q03"
    assert "1.1" in decision["summary"]
    assert decision["standings_position"] == decision["position"] + 1
    assert [entry["type"] for entry in told["LLVT-CATP"]] == ["decision.score.v1"]
    assert told["QH-Q01"] == []  # nothing of it changed


def test_events_about_everybody_are_told_once(site: Site) -> None:
    assert [entry["type"] for entry in compared(site).json["events"]] == ["standings.frozen.v1"]
    types = [entry["type"] for entry in compared(site, start=0).json["events"]]
    assert "rulebook.adopted.v1" in types
    assert "rulebook.part.v1" not in types


def test_a_position_and_itself_do_not_differ(site: Site) -> None:
    body = compared(site, end=frozen_at(site)).json
    assert (body["head"]["changed"], body["events"]) == (0, [])
    assert all(unit["events"] == unit["marks"] == [] for unit in body["units"])


def test_positions_in_the_wrong_order_or_ahead_are_refused(site: Site) -> None:
    size = site.fed.size
    assert problem(compared(site, start=5, end=4)) == "bad-range"
    assert problem(compared(site, start=size + 1)) == "position-ahead"
    assert problem(compared(site, start="x")) == "bad-position"
    assert site.get("differences", "office").status_code == 422


def test_a_unit_sees_its_own_difference_and_no_counts(site: Site) -> None:
    body = compared(site, "unit").json
    assert [unit["unit"] for unit in body["units"]] == ["QH-Q01"]
    assert (body["partial"], body["head"], body["areas"], body["events"]) == (True, None, [], [])


def test_a_team_sees_its_units_with_their_events(site: Site) -> None:
    (unit,) = compared(site, "team").json["units"]
    assert (unit["unit"], [entry["type"] for entry in unit["events"]]) == ("QH-Q03", ["decision.score.v1"])


def test_a_department_sees_the_changes_of_its_own_criteria_alone(site: Site) -> None:
    owner = {leaf.id: leaf.owner for leaf in demo_rulebook().leaves}
    assert (owner["1.1"] == "BTG", owner["2.3"] == "BTG") == (True, False)
    body = compared(site, "department").json
    assert [(unit["unit"], [mark["criterion"] for mark in unit["marks"]]) for unit in body["units"]] == [
        ("QH-Q03", ["1.1"])
    ]
    assert set(body["units"][0]) == {"unit", "name", "marks", "events"}
    assert body["units"][0]["events"] == []  # what a decision on a unit says is not a department's to read
    assert body["head"] is None


def test_whoever_holds_no_grant_compares_published_positions_only(tmp_path: Path) -> None:
    site = whole(tmp_path).start()
    refused = compared(site, None, start=0)
    assert (refused.status_code, problem(refused)) == (403, "not-public")
    site.make_publishable()
    decision = {"unit": "QH-Q03", "criterion": "1.1", "points": "0.50", **MEETING}
    steps = [("publish", {}), ("decisions/score", decision), ("publish", {"reason": "Sửa một điểm."})]
    for number, (path, body) in enumerate(steps):
        answer = site.post(path, body, "committee", f"step-{number}")
        assert answer.status_code == 201, answer.text
        site.relay()
    first, second = (one["position"] for one in site.get("publications").json["items"])
    found = compared(site, None, start=first, end=second).json
    assert (found["partial"], found["head"]["changed"] >= 1) == (False, True)
    changed = next(unit for unit in found["units"] if unit["changed"])
    assert changed["events"] == []  # the boards are public, what was said in between is not
    assert compared(site, None, start=first, end=site.fed.size).status_code == 403


# --- one criterion


def test_a_criterion_of_every_unit_with_value_stage_and_number_of_marks(site: Site) -> None:
    body = site.get("criteria/1.1", "office").json
    assert (body["criterion"], body["position"], body["partial"]) == ("1.1", site.fed.size, False)
    assert {unit["unit"] for unit in body["units"]} == set(FEW)
    found = next(unit for unit in body["units"] if unit["unit"] == "QH-Q03")
    assert (found["points"], found["stage"], found["state"], found["marks"]) == (
        "0.00",
        "standing",
        "SCORED",
        2,
    )
    then = site.get(f"criteria/1.1?at={frozen_at(site)}", "office").json
    before = next(unit for unit in then["units"] if unit["unit"] == "QH-Q03")
    assert (before["stage"], before["marks"]) == ("department", 1)
    assert problem(site.get("criteria/9.9", "office")) == "unknown-criterion"
    assert site.get(f"criteria/1.1?at=freeze:{FROZEN}", "office").status_code == 307


@pytest.mark.parametrize(
    ("name", "criterion", "units"),
    [
        ("unit", "1.1", {"QH-Q01"}),
        ("team", "1.1", {"QH-Q03"}),
        ("department", "1.1", set(FEW)),
        ("department", "2.3", set()),
        ("auditor", "2.3", set(FEW)),
    ],
)
def test_a_criterion_is_shown_only_to_whom_its_values_are(
    site: Site, name: str, criterion: str, units: set[str]
) -> None:
    body = site.get(f"criteria/{criterion}", name).json
    assert {unit["unit"] for unit in body["units"]} == units
    assert body["partial"] == (name != "auditor")


# --- side lists


def test_a_list_ranks_by_the_measure_asked_for(site: Site) -> None:
    body = site.get("lists/criterion?measure=criterion:1.1", "office").json
    assert (body["list"], body["measure"], body["position"]) == ("criterion", "criterion:1.1", site.fed.size)
    last = body["sections"][0]["rows"][-1]
    assert (last["unit"], last["value"]) == ("QH-Q03", "0.00")
    overall = site.get(f"lists/overall?at={frozen_at(site)}", "office").json
    assert [len(section["rows"]) for section in overall["sections"]] == [5]
    assert site.get("lists/grouping:kind", "office").status_code == 200


def test_what_is_no_list_or_no_measure_is_not_found(site: Site) -> None:
    assert problem(site.get("lists/best", "office")) == "unknown-list"
    assert problem(site.get("lists/criterion?measure=base", "office")) == "unknown-measure"


def test_a_list_shows_each_reader_his_own_rows(site: Site) -> None:
    def units(path: str, name: str) -> set[str]:
        body = site.get(path, name).json
        return {row["unit"] for section in body["sections"] for row in section["rows"]}

    assert units("lists/overall", "unit") == {"QH-Q01"}
    assert units("lists/overall", "team") == {"QH-Q03"}
    assert units("lists/overall", "department") == set()
    assert units("lists/criterion?measure=criterion:1.1", "department") == set(FEW)
    assert units("lists/criterion?measure=criterion:2.3", "department") == set()
    assert problem(site.get("lists/overall")) == "not-public"
