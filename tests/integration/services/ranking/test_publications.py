"""Versions that supersede, late facts between them, the reward list of each, and the pages that show them."""

from __future__ import annotations

import hashlib
import io
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from sqlalchemy import update

from services.ranking.publication.reward_list import HEADINGS, TITLE_ROWS
from services.ranking.tables import standings
from shared.database import write_transaction
from shared.ledger.admission import Record
from tests.support.ranking_site import Site
from tests.support.shown import LEDGER, MEETING, TOPIC, demo_rulebook, demo_units

UNITS = ("QH-Q03", "QH-Q01", "QH-Q04", "QH-Q05", "QH-Q06")
RISKY = '=HYPERLINK("http://x";"y")'


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Five units of one area with all their scores; one has a name that a spreadsheet would run."""
    made = Site(tmp_path)
    units = [unit for unit in demo_units() if unit["unit"] in UNITS]
    units = [{**unit, "name": RISKY} if unit["unit"] == "QH-Q03" else unit for unit in units]
    book = demo_rulebook("restricted")
    made.fed.open().adopt(book).register(units)
    for level, unit in enumerate(UNITS):
        for leaf in book.leaves:
            if leaf.stage != "inspection" and "QH" in leaf.max and leaf.input == "direct":
                made.fed.score(unit, leaf.id, str(leaf.max["QH"] - (level if leaf.id == "1.2" else 0)))
            elif leaf.stage != "inspection" and "QH" in leaf.max and leaf.input == "ratio":
                made.fed.score(unit, leaf.id, "100", "100")
            elif leaf.stage != "inspection" and "QH" in leaf.max and leaf.input == "count":
                made.fed.score(unit, leaf.id, "40")
            elif leaf.stage != "inspection" and "QH" in leaf.max:
                percent = leaf.ladder is not None and leaf.ladder.unit == "percent"
                made.fed.score(unit, leaf.id, "100" if percent else "0")
        inspection = [leaf for leaf in book.leaves if leaf.stage == "inspection" and "QH" in leaf.max]
        made.fed.conclude(unit, {leaf.id: str(leaf.max["QH"]) for leaf in inspection})
    return made.start().make_publishable()


def publish(site: Site, key: str, **body: Any) -> Any:
    answer = site.post("publish", body, "committee", key)
    assert answer.status_code == 201, answer.text
    site.relay()
    return answer.json["receipts"][0]["data"]


def rewards(site: Site, version: int) -> list[tuple[Any, ...]]:
    answer = site.get(f"publications/{version}/reward-list.xlsx")
    assert answer.status_code == 200
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    assert sheet is not None
    return [tuple(row) for row in sheet.iter_rows(values_only=True)]


def test_a_late_score_counts_from_the_decision_on_and_shows_only_in_a_new_version(site: Site) -> None:
    # given: a published version, and a department's correction after the round was closed
    first = publish(site, "v1")
    before = site.get("publications/1").json
    site.fed.score("QH-Q03", "1.2", "0.25")
    late_at = site.fed.size
    site.fed.feed()
    assert site.get("standings", "office").json["digest"] == first["digest"]
    # when: the Committee lets it count
    body = {"unit": "QH-Q03", "fact": late_at, "outcome": "accepted", **MEETING}
    assert site.post("decisions/late-fact", body, "committee", "late").status_code == 201
    site.relay()
    now = site.get("standings", "office").json
    assert now["digest"] != first["digest"]
    # then: the first version still says what it said, and a second one supersedes it
    second = publish(site, "v2", reason="Tính điểm trễ theo quyết định của Ban Thường vụ.")
    assert (second["version"], second["supersedes"]) == (2, 1)
    after = site.get("publications/1").json
    assert after["publication"].pop("superseded_by") == 2
    assert before["publication"].pop("superseded_by") is None
    assert after == before
    listed = site.get("publications").json["items"]
    assert [(one["holds"], one["superseded_by"]) for one in listed] == [(True, 2), (True, None)]
    moved = site.get(f"differences?from={first['position']}&to={second['position']}", "office").json
    changed = {unit["unit"] for unit in moved["units"] if unit["changed"]}
    assert "QH-Q03" in changed
    assert "ĐÃ ĐƯỢC THAY THẾ BỞI PHIÊN BẢN 2" in rewards(site, 1)[4][0]
    assert "THAY THẾ" not in (rewards(site, 2)[4][0] or "")


def test_a_reader_who_has_the_first_version_learns_that_a_second_one_superseded_it(site: Site) -> None:
    publish(site, "v1")
    tag = site.get("publications/1").headers["ETag"]
    assert site.get("publications/1", **{"If-None-Match": tag}).status_code == 304
    site.fed.score("QH-Q03", "1.2", "0.25")
    late_at = site.fed.size
    site.fed.feed()
    body = {"unit": "QH-Q03", "fact": late_at, "outcome": "accepted", **MEETING}
    assert site.post("decisions/late-fact", body, "committee", "late").status_code == 201
    site.relay()
    publish(site, "v2", reason="Tính điểm trễ.")
    again = site.get("publications/1", **{"If-None-Match": tag})
    assert (again.status_code, again.json["publication"]["superseded_by"]) == (200, 2)


def test_the_reward_list_holds_the_best_class_with_exact_points_and_runs_nothing(site: Site) -> None:
    publish(site, "v1")
    rows = rewards(site, 1)
    assert rows[TITLE_ROWS - 1] == HEADINGS
    listed = {row[2]: row for row in rows[TITLE_ROWS:]}
    standings = site.get("publications/1").json["areas"][0]["rows"]
    best = {row["unit"]: row for row in standings if row["class"] == "EXCELLENT"}
    assert best
    assert set(listed) == set(best)
    for unit, row in best.items():
        assert listed[unit][3] == row["name"]
        amounts = [Decimal(str(value)) for value in listed[unit][5:8]]
        assert amounts == [Decimal(row[name]) for name in ("total", "bonus", "penalty")]
    book = openpyxl.load_workbook(io.BytesIO(site.get("publications/1/reward-list.xlsx").data))
    sheet = book.active
    assert sheet is not None
    kinds = {cell.data_type for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
    assert "DỮ LIỆU MINH HỌA" in rows[4][0]


def test_only_a_published_version_has_a_reward_list(site: Site) -> None:
    assert site.get("publications/1/reward-list.xlsx", "committee").status_code == 404


def test_the_same_version_always_gives_the_same_file_whose_hash_its_page_shows(site: Site) -> None:
    publish(site, "v1")
    first = site.get("publications/1/reward-list.xlsx")
    site.fed.score("QH-Q04", "1.2", "0.25")
    site.fed.feed()
    again = site.get("publications/1/reward-list.xlsx")
    assert again.data == first.data
    digest = f"sha256:{hashlib.sha256(first.data).hexdigest()}"
    assert again.headers["ETag"] == f'"{digest}"'
    assert digest in site.client().get("/ranking/hcmc/2020/publications/1").text
    with ZipFile(io.BytesIO(first.data)) as archive:
        published = site.get("publications/1").json["time"]
        assert {entry.date_time for entry in archive.infolist()} == {
            tuple(datetime.fromisoformat(published).timetuple()[:6])
        }


@pytest.mark.parametrize("name", ["unit", "department", "team", None])
def test_gate_and_desk_are_for_those_who_see_everything(site: Site, name: str | None) -> None:
    assert site.get("gate", name).status_code == 403
    page = site.client().get("/ranking/hcmc/2020/decisions", headers=site.token(name) if name else {})
    assert page.status_code == 403


def test_the_gate_tells_what_would_be_pinned(site: Site) -> None:
    found = site.get("gate", "auditor").json
    now = site.get("standings", "auditor").json
    assert (found["publishable"], found["digest"], found["position"]) == (
        True,
        now["digest"],
        now["position"],
    )
    official = site.get("gate?status=OFFICIAL", "auditor").json
    assert [one["code"] for one in official["blockers"]] == ["not-published-first"]


def test_the_gate_says_what_a_publication_would_be_refused_for(site: Site) -> None:
    publish(site, "v1")
    at = site.fed.size
    unchanged = site.get("gate", "office").json
    assert [one["code"] for one in unchanged["blockers"]] == ["nothing-changed"]
    assert unchanged["position"] == at
    refused = site.post("publish", {"reason": "Công bố lại."}, "committee", "again")
    assert (refused.status_code, refused.json["type"].rpartition(":")[2]) == (409, "nothing-changed")
    assert site.get("gate?status=OFFICIAL", "office").json["publishable"]
    publish(site, "v2", status="OFFICIAL", reason="Hết thời gian xem.")
    for status in ("UNOFFICIAL", "OFFICIAL"):
        found = site.get(f"gate?status={status}", "office").json
        assert [one["code"] for one in found["blockers"]] == ["nothing-changed"]


def test_every_blocker_is_named_in_one_refusal_and_the_page_says_what_to_do(tmp_path: Path) -> None:
    made = Site(tmp_path)
    made.fed.open().adopt(demo_rulebook("restricted")).register(demo_units()[:2])
    site = made.start()
    wanted = [one["code"] for one in site.get("gate", "committee").json["blockers"]]
    assert wanted == ["incomplete", "round-not-closed"]
    refused = site.post("publish", {}, "committee", "p")
    assert refused.status_code == 409
    assert [fault["rule"] for fault in refused.json["errors"]] == wanted
    page = site.client().get("/ranking/hcmc/2020/publications", headers=site.token("committee")).text
    assert "Kết thúc đợt kiểm tra trước." in page
    assert "pattern=" not in page.partition('id="publish"')[2]


def test_a_record_that_is_not_authentic_is_acknowledged_from_the_page_of_the_gate(site: Site) -> None:
    record = b"nobody signed this"
    site.fed._journal.take([Record(TOPIC, 0, site.fed.size, LEDGER.encode(), record)])
    found = site.get("gate", "committee").json
    name = f"sha256:{hashlib.sha256(record).hexdigest()}"
    assert [(one["code"], one["items"]) for one in found["blockers"]] == [("noise", [name])]
    path = "/ranking/hcmc/2020/publications"
    form = site.client().get(path, headers=site.token("committee")).text
    assert 'data-command="/ranking/v1/hcmc/2020/acknowledgements"' in form
    assert name in form
    reader = site.client().get(path, headers=site.token("auditor")).text
    assert name in reader
    assert "data-command" not in reader
    body = {"noise": name, "reason": "Gửi nhầm, không phải sự kiện."}
    assert site.post("acknowledgements", body, "committee", "ack").status_code == 201
    site.relay()
    assert site.get("gate", "committee").json["publishable"]


def test_the_page_of_publications_shows_versions_to_all_and_the_form_to_who_may(site: Site) -> None:
    publish(site, "v1")
    path = "/ranking/hcmc/2020/publications"
    public = site.client().get(path).text
    assert "v1" in public
    assert "data-command" not in public
    assert "Điều kiện công bố" not in public
    committee = site.client().get(path, headers=site.token("committee")).text
    assert 'data-command="/ranking/v1/hcmc/2020/publish"' in committee
    assert 'required pattern="2"' in committee  # v2 could be the official one
    auditor = site.client().get(path, headers=site.token("auditor")).text
    assert "Điều kiện công bố" in auditor
    assert "data-command" not in auditor
    version = site.client().get(f"{path}/1").text
    assert "DỮ LIỆU MINH HỌA" in version
    assert "&lt;" not in version.split("<main")[0]


def test_the_desk_offers_forms_to_who_decides_and_says_so_to_who_reads(site: Site) -> None:
    path = "/ranking/hcmc/2020/decisions?kind=tie"
    committee = site.client().get(path, headers=site.token("committee")).text
    assert 'data-command="/ranking/v1/hcmc/2020/decisions/tie"' in committee
    office = site.client().get(path, headers=site.token("office")).text
    assert "nhập thay Ban Thường vụ" in office
    auditor = site.client().get(path, headers=site.token("auditor")).text
    assert "data-command" not in auditor
    assert "Bạn đang xem" in auditor


def test_what_readers_are_not_shown_is_not_published(site: Site) -> None:
    with write_transaction(site.fed.engine) as connection:
        older = update(standings).where(standings.c.position == site.fed.size)
        connection.execute(older.values(digest="sha256:older"))
    refused = site.post("publish", {}, "committee", "older")
    assert refused.status_code == 409
    (fault,) = refused.json["errors"]
    assert (fault["rule"], fault["value"]) == ("standings-moved", "sha256:older")
