"""Decisions of the Committee over HTTP: stated, entered, confirmed, and read back with what waits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.ranking_site import Site
from tests.support.rulebooks import build, example_data
from tests.support.shown import MEETING, demo_units

FEW = ("QH-Q01", "QH-Q03")
WITHOUT = "1.2"


def made(folder: Path, **policies: str) -> Site:
    """Two units that lack one criterion each, with proposals; every number of ranking is free."""
    units = [unit for unit in demo_units() if unit["unit"] in FEW]
    data = example_data()
    data["policies"] |= {"live_visibility": "restricted", **policies}
    site = Site(folder)
    site.fed.open().adopt(build(data)).register(units)
    site.fed.feed()
    site.fed.fill(units=units, share=1.0, decisions=False)
    proposal = {"code": "T1", "occurrence_ref": "cup-2020", "basis": "Giải nhất", "occurred_on": "2020-05-04"}
    for body in ("BTG", "VP"):
        site.fed.state("scores", "bonus.proposed.v1", "QH-Q01", {**proposal, "responsible": body})
    return site.start()


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return made(tmp_path)


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site that is never written to."""
    return made(tmp_path_factory.mktemp("quiet"))


def decide(site: Site, what: str, name: str = "committee", **command: Any) -> Any:
    answer = site.post(f"decisions/{what}", {**MEETING, **command}, name, f"{what}-{name}-{site.fed.size}")
    if answer.status_code == 201:
        site.relay()
    return answer


def listed(site: Site, at: str = "") -> Any:
    answer = site.get(f"decisions{at}", "auditor")
    assert answer.status_code == 200, answer.text
    return answer.json


def problem(answer: Any) -> str:
    return str(answer.json["type"]).rpartition(":")[2]


def total(site: Site, unit: str) -> str:
    rows = [row for area in site.get("standings", "office").json["areas"] for row in area["rows"]]
    return str(next(row["total"] for row in rows if row["unit"] == unit))


def late_score(site: Site, value: str = "0.25") -> int:
    site.fed.close_round()
    site.fed.score("QH-Q01", WITHOUT, value)
    return site.fed.feed() - 1


BONUS = {"unit": "QH-Q01", "code": "T1", "occurrence_ref": "cup-2020", "outcome": "accepted"}


def test_a_proposal_waits_once_however_many_bodies_make_it_until_it_is_decided(site: Site) -> None:
    before = listed(site)
    assert [(one["unit"], one["code"]) for one in before["waiting"]["proposals"]] == [("QH-Q01", "T1")]
    assert before["items"] == []
    assert decide(site, "bonus", **BONUS).status_code == 201
    after = listed(site)
    assert after["waiting"]["proposals"] == []
    (item,) = after["items"]
    assert (item["type"], item["subject"], item["document"]) == ("decision.bonus.v1", "QH-Q01", "KL-12")
    assert "duyệt điểm thưởng T1" in item["summary"]
    assert (item["on_behalf"], item["effective"], item["counts_from"]) == (False, True, item["position"])
    assert problem(decide(site, "bonus", **BONUS)) == "already-decided"


def test_the_register_can_be_read_as_it_was_at_any_position(site: Site) -> None:
    position = site.fed.size
    decide(site, "bonus", **BONUS)
    assert listed(site, f"?at={position}")["items"] == []
    assert len(listed(site, f"?at={site.fed.size}")["items"]) == 1
    assert problem(site.get(f"decisions?at={site.fed.size + 1}", "auditor")) == "position-ahead"


def test_a_late_score_waits_counts_once_admitted_and_waits_no_more(site: Site) -> None:
    before = total(site, "QH-Q01")
    late = late_score(site)
    assert total(site, "QH-Q01") == before
    (waiting,) = listed(site)["waiting"]["late"]
    assert (waiting["position"], waiting["criterion"], waiting["status"]) == (late, WITHOUT, "ROUND_CLOSED")
    assert decide(site, "late-fact", unit="QH-Q01", fact=late, outcome="accepted").status_code == 201
    assert total(site, "QH-Q01") != before
    assert listed(site)["waiting"]["late"] == []


def test_a_late_score_that_the_committee_refused_waits_no_more(site: Site) -> None:
    late = late_score(site)
    before = total(site, "QH-Q01")
    assert decide(site, "late-fact", unit="QH-Q01", fact=late, outcome="refused").status_code == 201
    assert listed(site)["waiting"]["late"] == []
    assert total(site, "QH-Q01") == before


def test_what_the_office_enters_waits_for_a_member_and_counts_when_he_confirms(tmp_path: Path) -> None:
    site = made(tmp_path, on_behalf_confirmation="required")
    before = total(site, "QH-Q01")
    assert decide(site, "bonus", "office", **BONUS).status_code == 201
    entered = site.fed.size - 1
    assert total(site, "QH-Q01") == before
    found = listed(site)
    assert found["waiting"]["unanswered"] == [entered]
    assert found["waiting"]["proposals"] == []
    assert (found["items"][0]["on_behalf"], found["items"][0]["effective"]) == (True, False)
    answer = site.post("decisions/confirm", {"decision": entered}, "office", "confirm-1")
    assert answer.status_code == 403
    answer = site.post("decisions/confirm", {"decision": entered}, "committee", "confirm-2")
    assert answer.status_code == 201, answer.text
    site.relay()
    assert total(site, "QH-Q01") != before
    found = listed(site)
    assert found["waiting"]["unanswered"] == []
    assert found["items"][0]["confirmed"] == found["items"][0]["counts_from"] == site.fed.size - 1


def test_a_disputed_entry_is_listed_as_contested_and_blocks_the_gate(site: Site) -> None:
    decide(site, "bonus", "office", **BONUS)
    entered = site.fed.size - 1
    before = total(site, "QH-Q01")
    body = {"decision": entered, "outcome": "disputed", "text": "Không có trong biên bản."}
    assert site.post("decisions/confirm", body, "committee", "dispute").status_code == 201
    site.relay()
    found = listed(site)
    assert (found["waiting"]["unanswered"], found["waiting"]["contested"]) == ([], [entered])
    assert total(site, "QH-Q01") == before
    codes = [one["code"] for one in site.get("gate", "office").json["blockers"]]
    assert "disputed-decision" in codes


def test_a_veto_by_decision_is_in_force_until_it_is_lifted_by_one(site: Site) -> None:
    command = {"unit": "QH-Q01", "veto": "V1"}
    assert decide(site, "veto", **command).status_code == 201
    assert problem(decide(site, "veto", **command)) == "already-confirmed"
    assert decide(site, "veto", **command, outcome="lifted").status_code == 201
    assert problem(decide(site, "veto", **command, outcome="lifted")) == "nothing-to-lift"


def test_a_decided_score_can_be_taken_back(site: Site) -> None:
    before = total(site, "QH-Q01")
    command = {"unit": "QH-Q01", "criterion": WITHOUT}
    assert decide(site, "score", **command, points="0").status_code == 201
    assert total(site, "QH-Q01") != before
    assert decide(site, "score-withdrawal", **command).status_code == 201
    assert total(site, "QH-Q01") == before
    assert problem(decide(site, "score-withdrawal", **command)) == "nothing-to-withdraw"


def test_a_decision_cannot_be_dated_after_today_in_the_ledgers_zone(quiet: Site) -> None:
    answer = quiet.post("decisions/bonus", {**MEETING, **BONUS, "date": "2030-01-01"}, "committee", "future")
    assert (answer.status_code, problem(answer)) == (422, "in-the-future")
    assert answer.json["errors"][0]["field"] == "date"


@pytest.mark.parametrize("name", ["office", "committee", "auditor"])
def test_who_sees_everything_reads_the_register(quiet: Site, name: str) -> None:
    assert quiet.get("decisions", name).status_code == 200


@pytest.mark.parametrize("name", [None, "unit", "department", "team", "admin"])
def test_nobody_else_reads_the_register(quiet: Site, name: str | None) -> None:
    answer = quiet.get("decisions", name)
    assert answer.status_code in (401, 403)
    assert "items" not in answer.json


@pytest.mark.parametrize("name", ["auditor", "unit", "department", "team", "admin"])
@pytest.mark.parametrize(
    "path",
    [
        "decisions/score-withdrawal",
        "decisions/veto",
        "decisions/late-fact",
        "decisions/exception",
        "decisions/confirm",
        "acknowledgements",
        "freezes",
    ],
)
def test_only_the_committee_and_the_office_state_these(quiet: Site, name: str, path: str) -> None:
    commands: dict[str, dict[str, Any]] = {
        "decisions/score-withdrawal": {**MEETING, "unit": "QH-Q01", "criterion": WITHOUT},
        "decisions/veto": {**MEETING, "unit": "QH-Q01", "veto": "V1"},
        "decisions/late-fact": {**MEETING, "unit": "QH-Q01", "fact": 1, "outcome": "accepted"},
        "decisions/exception": {**MEETING, "unit": "QH-Q01", "criteria": [WITHOUT]},
        "decisions/confirm": {"decision": 1},
        "acknowledgements": {"event": 1, "reason": "-"},
        "freezes": {"name": "a", "reason": "-"},
    }
    answer = quiet.post(path, commands[path], name, f"{name}-{path}")
    assert answer.status_code == 403, answer.text
