"""The sheet, the entries, the Office's desk and the external evaluations: who sees what of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from services.scores.inspected.schedule import sessions_of
from shared.access.tables import grants
from tests.support.scores_site import demo_cycle
from tests.support.town import LEDGER, Town, accepted

UNITS = ("QH-Q01", "QH-Q03", "LLVT-CATP")

DIGEST = "sha256:" + "cd" * 32
CITED = {"evidence": [{"name": "tong-hop.pdf", "sha256": DIGEST, "size": 12}]}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Two districts and the police; what is not published is for its readers only."""
    found = demo_cycle(
        tmp_path_factory.mktemp("unit"), units=UNITS, policies={"live_visibility": "restricted"}
    )
    accepted(
        [
            found.post("scores", "scores", score("QH-Q01", "1.2", "5.5"), "btg"),
            found.post("scores", "scores", score("QH-Q01", "2.3", "4.25"), "bmt"),
            found.post(
                "scores", "scores", {**score("QH-Q01", "1.2", "5.75"), "stage": "self", **CITED}, "bithu.q01"
            ),
            *(
                found.post("scores", "scores", score(unit, "2.2", "7", document="55-CV/TST"), "vanphong")
                for unit in UNITS
            ),
            found.post("scores", "evaluations", evaluation(("QH-Q01", "3.5"), ("QH-Q03", "2.25")), "btn"),
        ]
    )
    keep(found, {"criterion": "1.3", "value": "4.5", "basis": "chưa chốt"})
    found.settle()
    yield found
    for house in found.houses.values():
        house.engine.dispose()


def score(unit: str, criterion: str, value: str, **about: Any) -> dict[str, Any]:
    return {"unit": unit, "criterion": criterion, "stage": "department", "value": value, **about}


def evaluation(*rows: tuple[str, str]) -> dict[str, Any]:
    entries = [{"unit": unit, "value": value} for unit, value in rows]
    return {"criterion": "4.2", "document": "12-BC/BTN", "addressed_to": "VP", "entries": entries}


def keep(town: Town, content: dict[str, Any]) -> None:
    """A draft of QH-Q01's own sheet."""
    cell = {"unit": "QH-Q01", "stage": "self", "version": 0, **content}
    body = {"body": "unit:QH-Q01", "cells": [cell]}
    response = town.send("PUT", "scores", "drafts", body, "bithu.q01")
    assert response.status_code == 200, response.text


def page(town: Town, path: str, sub: str | None = None) -> TestResponse:
    headers = {"Accept": "text/html"}
    if sub is not None:
        headers["Authorization"] = f"Bearer {town.issuer.issue(sub)}"
    return town.apps["scores"].test_client().get(f"/scores/{LEDGER}/{path}", headers=headers)


# --- the sheet


def test_a_unit_opens_its_own_sheet_with_its_draft_and_what_others_scored(made: Town) -> None:
    response = page(made, "sheet", "bithu.q01")
    assert response.status_code == 200
    assert "Phiếu tự chấm điểm: Quận Đoàn 1" in response.text
    assert "chưa chốt" in response.text
    assert "Nộp phiếu" in response.text
    assert 'Ban Tuyên giáo</b> <span class="num sh-said-points">5,50' in response.text


@pytest.mark.parametrize(
    ("sub", "status"), [("bithu.q03", 403), ("ntn", 200), ("tst", 200), ("quantri", 403), (None, 401)]
)
def test_nobody_opens_a_sheet_of_which_he_may_see_nothing(made: Town, sub: str | None, status: int) -> None:
    assert page(made, "sheet?unit=QH-Q01", sub).status_code == status
    assert made.get("scores", "sheet?unit=QH-Q01", sub).status_code == status


@pytest.mark.parametrize("sub", ["vanphong", "kiemtra", "btv"])
def test_who_sees_everything_reads_the_sheet_but_neither_drafts_nor_a_way_to_submit(
    made: Town, sub: str
) -> None:
    response = page(made, "sheet?unit=QH-Q01", sub)
    assert response.status_code == 200
    assert "chưa chốt" not in response.text
    assert "submit-sheet" not in response.text
    entries = made.get("scores", "sheet?unit=QH-Q01", sub).get_json()["entries"]
    assert {entry["criterion"]: entry["from"] for entry in entries}["1.3"] == "none"


def test_a_department_gets_its_own_criteria_without_a_total(made: Town) -> None:
    body = made.get("scores", "sheet?unit=QH-Q01", "btg").get_json()
    assert [entry["criterion"] for entry in body["entries"]] == ["1.1", "1.2", "1.3"]
    assert (body["total"], body["max"]) == (None, None)
    text = page(made, "sheet?unit=QH-Q01", "btg").text
    assert "4,25" not in text
    assert "data-total" not in text


def test_the_team_that_inspects_a_unit_reads_its_sheet_and_no_other(made: Town) -> None:
    with made.houses["scores"].engine.connect() as connection:
        teams = {unit: session.team for unit, session in sessions_of(connection, LEDGER).items()}
        scope = grants.c.scope == f"team:{teams['QH-Q01']}"
        (member, *_) = connection.execute(select(grants.c.sub).where(scope)).scalars()
    assert teams["QH-Q01"] != teams["QH-Q03"]
    assert page(made, "sheet?unit=QH-Q01", member).status_code == 200
    assert page(made, "sheet?unit=QH-Q03", member).status_code == 403
    assert "Quận Đoàn 1" in page(made, "sheet", member).text
    assert "Quận Đoàn 3" not in page(made, "sheet", member).text


def test_evidence_known_by_its_digest_only_is_said_to_be_so_and_leads_nowhere(made: Town) -> None:
    seen = page(made, "sheet?unit=QH-Q01", "vanphong").text
    assert "tong-hop.pdf" in seen
    assert "chỉ có mã băm" in seen
    assert f"evidence/{DIGEST}" not in seen
    assert f'data-unheld="{DIGEST}"' in seen


def test_an_unknown_unit_has_no_sheet(made: Town) -> None:
    assert page(made, "sheet?unit=QH-Q99", "vanphong").status_code == 404
    assert made.get("scores", "sheet?unit=QH-Q99", "vanphong").status_code == 404


def test_the_office_finds_every_sheet_in_one_list(made: Town) -> None:
    text = page(made, "sheet", "vanphong").text
    assert text.index("Quận Đoàn 1") < text.index("Quận Đoàn 3") < text.index("Đoàn Công an Thành phố")
    assert "chưa nộp" in text


def test_the_sheet_tells_values_points_and_what_is_missing(made: Town) -> None:
    body = made.get("scores", "sheet?unit=QH-Q01", "bithu.q01").get_json()
    found = {entry["criterion"]: entry for entry in body["entries"]}
    assert (found["1.2"]["from"], found["1.2"]["points"]) == ("standing", "5.75")
    assert (found["1.3"]["from"], found["1.3"]["version"], found["1.3"]["points"]) == ("draft", 1, "4.50")
    assert (body["total"], body["max"]) == ("10.25", "77.00")
    assert "1.1" in body["missing"]
    assert body["submitted"] is None


def test_points_of_any_value_are_told_or_refused_with_the_rule(made: Town) -> None:
    asked = "points?unit=QH-Q01&criterion=1.1&value=118&target=120"
    assert made.get("scores", asked, "bithu.q01").get_json() == {
        "points": "4.75",
        "max": "6.00",
        "rule": "ladder",
        "row": 1,
    }
    none = made.get("scores", "points?unit=QH-Q01&criterion=2.1&state=NO_TARGET", "bithu.q01").get_json()
    assert (none["points"], none["rule"]) == (None, "NO_TARGET")
    refused = made.get("scores", "points?unit=QH-Q01&criterion=1.2&value=5.80", "bithu.q01")
    assert refused.status_code == 422
    assert refused.get_json()["errors"][0]["rule"] == "off-step"
    assert made.get("scores", "points?unit=QH-Q99&criterion=1.2&value=5", "bithu.q01").status_code == 404


# --- what was entered on behalf


def test_a_body_sees_what_was_entered_for_it_and_may_answer(made: Town) -> None:
    response = page(made, "entries", "tst")
    assert response.status_code == 200
    for words in ("Quận Đoàn 1", "55-CV/TST", "chưa trả lời", "entries/confirm"):
        assert words in response.text
    assert len(made.get("scores", "entries", "tst").get_json()["entries"]) == 3
    assert made.get("scores", "entries", "btg").get_json()["entries"] == []


@pytest.mark.parametrize("sub", ["vanphong", "kiemtra", "btv"])
def test_who_sees_everything_reads_all_entries_and_answers_none(made: Town, sub: str) -> None:
    response = page(made, "entries", sub)
    assert "Trung tâm Phát triển Khoa học và Công nghệ Trẻ" in response.text
    assert "entries/confirm" not in response.text
    assert len(made.get("scores", "entries?body=TST", sub).get_json()["entries"]) == 3


@pytest.mark.parametrize(("sub", "status"), [("bithu.q01", 403), ("quantri", 403), (None, 401)])
def test_the_entries_are_for_bodies_and_who_sees_everything(made: Town, sub: str | None, status: int) -> None:
    assert page(made, "entries", sub).status_code == status
    assert made.get("scores", "entries", sub).status_code == status


def test_a_body_does_not_read_the_entries_of_another_one(made: Town) -> None:
    assert page(made, "entries?body=TST", "btg").status_code == 403
    assert made.get("scores", "entries?body=TST", "btg").status_code == 403


def test_entries_are_paged_by_number_and_told_by_state(made: Town) -> None:
    first = made.get("scores", "entries?limit=2", "tst")
    numbers = [entry["number"] for entry in first.get_json()["entries"]]
    assert numbers == sorted(numbers)
    assert "next" in first.headers["Link"]
    rest = made.get("scores", f"entries?after={numbers[-1]}", "tst").get_json()["entries"]
    assert len(rest) == 1
    assert made.get("scores", "entries?state=disputed", "tst").get_json()["entries"] == []
    assert made.get("scores", "entries?state=maybe", "tst").status_code == 422


# --- the desk


def test_the_desk_lists_the_bodies_that_the_rulebook_lets_the_office_enter_for(made: Town) -> None:
    response = page(made, "desk", "vanphong")
    assert response.status_code == 200
    for words in ("Nhà Văn hóa Thanh niên", "Trung tâm Phát triển Khoa học", "3</span> chưa trả lời"):
        assert words in response.text
    assert '<option value="BTG">' not in response.text


@pytest.mark.parametrize(
    ("sub", "status"), [("btg", 403), ("bithu.q01", 403), ("kiemtra", 403), ("quantri", 403), (None, 401)]
)
def test_the_desk_is_the_offices(made: Town, sub: str | None, status: int) -> None:
    assert page(made, "desk", sub).status_code == status
    assert page(made, "desk/enter?body=TST&document=1", sub).status_code == status


def test_body_and_document_lead_to_the_grid_and_a_past_time_becomes_an_instant(made: Town) -> None:
    path = "desk/enter?body=TST&document=55-CV/TST&since=2020-10-01T08:30"
    response = page(made, path, "vanphong")
    assert response.status_code == 303
    place = urlsplit(response.headers["Location"])
    assert place.path == f"/scores/{LEDGER}/grid"
    assert parse_qs(place.query) == {
        "body": ["office:TST"],
        "document": ["55-CV/TST"],
        "occurred_at": ["2020-10-01T01:30:00.000000Z"],
    }


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("body=TST", 422),
        ("body=TST&document=%20", 422),
        ("body=KHONG&document=1", 422),
        ("body=TST&document=1&since=hom-qua", 400),
    ],
)
def test_without_body_document_or_a_time_one_does_not_get_to_the_grid(
    made: Town, query: str, status: int
) -> None:
    assert page(made, f"desk/enter?{query}", "vanphong").status_code == status


# --- external evaluations


def units_told(town: Town, sub: str) -> list[str]:
    found = town.get("scores", "evaluations", sub).get_json()["criteria"]
    return [unit["unit"] for one in found for item in one["received"] for unit in item["units"]]


def test_each_reader_gets_the_evaluations_that_are_his(made: Town) -> None:
    assert units_told(made, "vanphong") == ["QH-Q01", "QH-Q03"]
    assert units_told(made, "btn") == ["QH-Q01", "QH-Q03"]
    assert units_told(made, "ntn") == ["QH-Q01", "QH-Q03"]  # joint author
    assert units_told(made, "bithu.q03") == ["QH-Q03"]
    assert units_told(made, "btg") == []


@pytest.mark.parametrize(("sub", "status"), [("quantri", 403), (None, 401)])
def test_evaluations_are_not_for_everybody(made: Town, sub: str | None, status: int) -> None:
    assert page(made, "evaluations", sub).status_code == status
    assert made.get("scores", "evaluations", sub).status_code == status


def test_only_authors_get_the_form_and_only_the_unit_may_acknowledge(made: Town) -> None:
    author = page(made, "evaluations", "btn").text
    assert 'data-command="/scores/v1/hcmc/2020/evaluations"' in author
    assert "acknowledge" not in author
    own = page(made, "evaluations", "bithu.q01").text
    assert "evaluations/4.2-1/acknowledge" in own
    assert 'id="evaluation"' not in own
    assert "Quận Đoàn 3" not in own
    assert 'id="evaluation"' not in page(made, "evaluations", "kiemtra").text


def test_the_form_lists_only_units_of_the_areas_to_which_the_criterion_applies(made: Town) -> None:
    text = page(made, "evaluations?criterion=5.1", "vanphong").text
    assert 'name="criterion" value="5.1"' in text
    assert 'name="period" value="school_year_2019_2020"' in text
    assert 'data-unit="QH-Q01"' in text
    assert 'data-unit="LLVT-CATP"' not in text


def test_after_the_unit_acknowledged_everybody_concerned_sees_when(made: Town) -> None:
    response = made.post("scores", "evaluations/4.2-1/acknowledge", {"unit": "QH-Q01"}, "bithu.q01")
    assert response.status_code == 201, response.text
    text = page(made, "sheet", "bithu.q01").text
    assert "✓ Đã nhận" in text
    found = made.get("scores", "evaluations", "btn").get_json()["criteria"]
    units = found[0]["received"][0]["units"]
    assert ["acknowledged_at" in unit for unit in units] == [True, False]


def test_pages_are_kept_by_no_shared_cache(made: Town) -> None:
    for path, sub in (
        ("sheet", "bithu.q01"),
        ("entries", "tst"),
        ("desk", "vanphong"),
        ("evaluations", "btn"),
    ):
        assert page(made, path, sub).headers["Cache-Control"] in ("private, no-cache", "private, no-store")
