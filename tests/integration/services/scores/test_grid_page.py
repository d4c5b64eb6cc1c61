"""The scoring grid and my work as pages: who gets which, and what is in them without any script."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from werkzeug.test import TestResponse

from services.scores.inspected.schedule import sessions_of
from shared.database import read_transaction
from tests.support.scores_site import demo_cycle
from tests.support.town import ADMIN, LEDGER, Town, accepted

UNITS = ("QH-Q01", "QH-Q03", "LLVT-BTL", "CNLD-KCX")
DIGEST = "sha256:" + "ab" * 32
HOSTILE = "</script><script>alert(1)</script>"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Four units of the demonstration with some scores and drafts."""
    found = demo_cycle(tmp_path_factory.mktemp("grid"), units=UNITS)
    own = {"unit": "QH-Q01", "criterion": "1.2", "stage": "self", "value": "5.75", "basis": HOSTILE}
    score: dict[str, Any] = {"unit": "QH-Q01", "criterion": "1.2", "stage": "department", "value": "5.5"}
    score["evidence"] = [{"name": "bao-cao.pdf", "sha256": DIGEST, "size": 12}]
    entry = {"unit": "QH-Q01", "criterion": "2.2", "stage": "department", "value": "9", "document": "55-CV"}
    accepted(
        (
            found.post("scores", "scores", own, "bithu.q01"),
            found.post("scores", "scores", score, "btg"),
            found.post("scores", "scores", entry, "vanphong"),
            found.post(
                "scores",
                "due",
                {"stage": "department", "due": "2020-11-06T10:00:00.000000Z", "document": "KH-1"},
                "vanphong",
            ),
        )
    )
    draft = {"unit": "QH-Q03", "criterion": "1.2", "stage": "department", "version": 0, "value": "5,x"}
    body = {"body": "department:BTG", "cells": [draft]}
    assert found.send("PUT", "scores", "drafts", body, "btg.hai").status_code == 200
    yield found
    for house in found.houses.values():
        house.engine.dispose()


def page(made: Town, path: str, sub: str | None = None) -> TestResponse:
    headers = {"Accept": "text/html"}
    if sub is not None:
        headers["Authorization"] = f"Bearer {made.issuer.issue(sub)}"
    return made.apps["scores"].test_client().get(f"/scores/{LEDGER}/{path}", headers=headers)


def text_of(answer: TestResponse) -> str:
    """What a reader sees, blanks folded."""
    assert answer.status_code == 200, answer.text
    words = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", answer.text, flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(words))


def data_of(answer: TestResponse) -> dict[str, Any]:
    found = re.search(r'id="grid-data">(.*?)</script>', answer.text, re.S)
    assert found is not None
    data = orjson.loads(found.group(1))
    assert isinstance(data, dict)
    return data


@pytest.mark.parametrize(
    ("sub", "query", "status"),
    [
        (None, "", 401),
        (None, "?body=department:BTG", 401),
        ("btg", "", 200),
        ("btg.truong", "", 200),
        ("btg", "?body=department:BTC", 403),
        ("btg", "?body=office:BTG", 403),
        ("bithu.q01", "?body=department:BTG", 403),
        ("vanphong", "?body=department:BTG", 403),
        ("vanphong", "?body=office:TST", 200),
        ("kiemtra", "?body=department:BTG", 403),
        ("btv", "?body=office:TST", 403),
        (ADMIN, "?body=department:BTG", 403),
        ("btg", "?body=unit:QH-Q01", 404),
        ("btg", "?body=BTG", 422),
        ("btg", "?area=XX", 404),
        ("vanphong", "?body=office:TST&occurred_at=x", 400),
    ],
)
def test_a_grid_is_open_to_its_own_body_only(made: Town, sub: str | None, query: str, status: int) -> None:
    assert page(made, f"grid{query}", sub).status_code == status


def test_the_grid_reads_without_a_script(made: Town) -> None:
    words = text_of(page(made, "grid", "btg"))
    for part in (
        "Ban Tuyên giáo",
        "Quận Đoàn 1",
        "09/11/2020",
        "tự chấm 5,75",
        "JavaScript",
        "06/11/2020 17:00",
    ):
        assert part in words
    assert 'value="5,5"' in page(made, "grid", "btg").text


def test_the_data_of_a_grid_holds_its_own_criteria_the_drafts_of_all_colleagues_and_nothing_else(
    made: Town,
) -> None:
    data = data_of(page(made, "grid", "btg"))
    assert [column["id"] for column in data["columns"]] == ["1.1", "1.2", "1.3"]
    cells = {
        (unit["code"], column["id"]): cell
        for unit, row in zip(data["units"], data["cells"], strict=True)
        for column, cell in zip(data["columns"], row, strict=True)
    }
    assert {unit for unit, _ in cells} == set(UNITS)
    assert cells["QH-Q01", "1.2"]["stands"]["value"] == "5.5"
    assert cells["QH-Q01", "1.2"]["own"]["value"] == "5.75"
    assert cells["QH-Q03", "1.2"]["draft"]["value"] == "5,x"
    assert (data["hat"], data["states"], data["needs_document"]) == ("department@department:BTG", True, False)


def test_nothing_that_somebody_wrote_can_end_the_data(made: Town) -> None:
    answer = page(made, "grid", "btg")
    assert HOSTILE not in answer.text
    assert data_of(answer)["cells"][_row(answer, "QH-Q01")][1]["own"]["basis"] == HOSTILE


def _row(answer: TestResponse, unit: str) -> int:
    return [one["code"] for one in data_of(answer)["units"]].index(unit)


def test_an_area_has_its_own_units_and_tab(made: Town) -> None:
    answer = page(made, "grid?area=LLVT", "btg")
    assert [unit["code"] for unit in data_of(answer)["units"]] == ["LLVT-BTL"]
    assert "area=QH" in answer.text


def test_the_office_says_for_whom_it_enters_and_from_what(made: Town) -> None:
    answer = page(made, "grid?body=office:TST&document=45-BC", "vanphong")
    assert "nhập hộ" in text_of(answer)
    assert data_of(answer)["needs_document"] is True
    assert data_of(answer)["document"] == "45-BC"
    assert 'value="45-BC"' in answer.text


def test_where_the_rulebook_lets_the_office_enter_nothing_the_page_says_so(made: Town) -> None:
    assert "Chưa có gì để chấm ở đây" in text_of(page(made, "grid?body=office:BTG", "vanphong"))


def test_who_scores_for_nobody_is_told_where_to_go(made: Town) -> None:
    assert "không chấm cho Ban, đơn vị nào" in text_of(page(made, "grid", "bithu.q01"))


def test_my_work_says_what_is_due_missing_begun_and_unanswered(made: Town) -> None:
    words = text_of(page(made, "work", "btg"))
    for part in (
        "Ban Tuyên giáo",
        "11 ô chưa chấm",
        "đã chấm 1 / 12",
        "1 ô nháp chưa gửi",
        "06/11/2020 17:00",
    ):
        assert part in words
    assert "Quận Đoàn 1" in words
    office = text_of(page(made, "work", "vanphong"))
    for part in ("4 đơn vị chưa gửi phiếu tự chấm", "1 điểm nhập hộ chưa ai xác nhận", "Ban Tổ chức"):
        assert part in office
    unit = text_of(page(made, "work", "bithu.q01"))
    assert "14 tiêu chí chưa tự chấm của 15" in unit
    assert "phiếu chưa gửi" in unit


def test_my_work_is_of_the_reader_and_of_nobody_else(made: Town) -> None:
    assert page(made, "work").status_code == 401
    assert "Ban Tuyên giáo" not in text_of(page(made, "work", "bmt"))
    assert "Quận Đoàn 3" not in text_of(page(made, "work", "bithu.q01"))
    assert "không chấm điểm" in text_of(page(made, "work", "kiemtra"))
    assert "chưa được giao quyền" in text_of(page(made, "work", "nguoi.la"))


@pytest.mark.parametrize("path", ["grid", "work", "grid?area=QH"])
def test_the_pages_speak_english_on_request(made: Town, path: str) -> None:
    mark = "&" if "?" in path else "?"
    answer = page(made, f"{path}{mark}lang=en", "btg")
    assert '<html lang="en">' in answer.text
    assert "chưa chấm" not in text_of(answer)


def test_a_session_that_moves_is_read_where_it_moved_to(made: Town) -> None:
    engine = made.houses["scores"].engine
    with read_transaction(engine) as connection:
        before = sessions_of(connection, LEDGER)["QH-Q03"]
    moved = {
        "unit": "QH-Q03",
        "team": before.team,
        "date": "2020-11-18",
        "session": "AFTERNOON",
        "reason": "bão",
    }
    accepted([made.post("inspections", "schedule", moved, "vanphong")])
    made.settle()
    with read_transaction(engine) as connection:
        after = sessions_of(connection, LEDGER)
    assert (after["QH-Q03"].date, after["QH-Q03"].afternoon) == ("2020-11-18", True)
    assert sorted(after) == sorted(UNITS)


def test_the_grid_says_which_evidence_is_known_by_its_digest_only(made: Town) -> None:
    assert data_of(page(made, "grid?area=QH", "btg"))["unheld"] == [DIGEST]
