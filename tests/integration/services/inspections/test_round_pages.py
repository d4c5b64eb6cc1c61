"""The board, answers, reports and the end of the round as pages: who sees what, and what each step changes.

The tests of this file follow one another: the unit answers, members report, the Office closes the round.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.support.inspections_site import demo_round
from tests.support.packs import files
from tests.support.town import LEDGER, Town, accepted, rules_of

UNITS = ("QH-Q01", "QH-Q02", "QH-Q10", "CNLD-DCD", "LLVT-CATP")
WHY = "Có đủ 3 báo cáo, số 12-BC/ĐTN ngày 05/10/2020 <kèm theo>"
REPORT = "Bài học riêng của tôi sau đợt kiểm tra"
OVERRIDE = "Các Ban gửi điểm bổ sung"
SCORES = [{"criterion": code, "value": "2"} for code in ("8.1", "8.2", "8.3")]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Five units; QH-Q01 sent its pack, was inspected with an override and concluded with two adjustments."""
    found = demo_round(tmp_path_factory.mktemp("town"), units=UNITS)
    found.set_clock("2020-11-05T02:00:00.000000Z")
    pack = {"unit": "QH-Q01", "manifest": [dict(one) for one in files()]}
    accepted([found.post("inspections", "packs", pack, "bithu.q01")])
    found.settle()
    found.set_clock("2020-11-09T07:30:00.000000Z")
    override = {"unit": "QH-Q01", "override": {"reason": OVERRIDE}}
    accepted([found.post("inspections", "inspections/open", override, "NV-001")])
    found.settle()
    conclusion = {
        "unit": "QH-Q01",
        "strengths": "Phong trào đều",
        "limitations": "Hồ sơ chậm",
        "orientation": "Năm 2021",
        "scores": SCORES,
        "adjustments": [
            {"criterion": "1.2", "to": "5", "reason": "Đối chiếu hồ sơ"},
            {"criterion": "2.3", "to": "3.5", "reason": "Danh sách không khớp"},
        ],
    }
    accepted([found.post("inspections", "conclusions", conclusion, "NV-001")])
    found.settle()
    yield found
    for house in found.houses.values():
        house.engine.dispose()


def seen(made: Town, path: str, sub: str | None = None) -> TestResponse:
    headers = {"Accept": "text/html"}
    if sub is not None:
        headers["Authorization"] = f"Bearer {made.issuer.issue(sub)}"
    return made.apps["inspections"].test_client().get(f"/inspections/{LEDGER}/{path}", headers=headers)


def page(made: Town, path: str, sub: str | None = None) -> str:
    response = seen(made, path, sub)
    assert response.status_code == 200, response.text
    return unescape(response.text)


def answer(made: Town, kind: str, criterion: str, sub: str = "bithu.q01", **about: Any) -> TestResponse:
    rows = made.get("inspections", "adjustments?unit=QH-Q01", "bithu.q01").get_json()["adjustments"]
    number = next(row["conclusion"] for row in rows if row["criterion"] == criterion)
    body = {"unit": "QH-Q01", "conclusion": number, "criterion": criterion, **about}
    return made.post("inspections", f"adjustments/{kind}", body, sub)


# --- the board


def test_everybody_finds_the_sessions_and_nobody_without_a_grant_finds_more(made: Town) -> None:
    text = page(made, "")
    assert "Quận Đoàn 1" in text
    assert "Đã kết luận" in text
    for word in ("quá hạn", OVERRIDE, "thiếu điểm", "trả lời 1.2", "Chuẩn bị<", "Đang chờ ai", "Văn phòng<"):
        assert word not in text, word
    assert "đã đổi lịch" not in text


def test_who_sees_everything_finds_every_unit_with_its_stage_and_the_override(made: Town) -> None:
    for sub in ("vanphong", "kiemtra", "btv"):
        text = page(made, "", sub)
        assert text.count('<th scope="row">') >= 2 * len(UNITS)
        assert "mở khi thiếu điểm" in text
        assert OVERRIDE in text
        assert "chưa trả lời 1.2, 2.3" in text
        assert "Đang chờ ai" in text


def test_a_team_and_a_unit_find_their_own_rows_whole_and_the_others_as_everybody(made: Town) -> None:
    own = page(made, "", "bithu.q01")
    assert "chưa trả lời 1.2, 2.3" in own
    assert own.count("Điều chỉnh chưa trả lời") == 1
    team = page(made, "", "NV-001")
    assert "mở khi thiếu điểm" in team
    other = page(made, "", "bithu.q03")
    assert OVERRIDE not in other
    assert "chưa trả lời 1.2" not in other
    assert "Đang chờ ai" not in own + team + other


def test_units_stand_by_session_and_a_filter_keeps_those_that_were_asked_for(made: Town) -> None:
    text = page(made, "", "kiemtra")
    table = text[text.index("ro-units") :]
    days = re.findall(r'<time datetime="([-\d]+)">', table)
    assert days == sorted(days)
    some = page(made, "?area=QH&stage=concluded", "kiemtra")
    assert re.findall(r'<th scope="row">([^<]+) <span', some) == ["Quận Đoàn 1"]
    none = page(made, "?team=DKT-1&stage=forfeited", "kiemtra")
    assert "Không có đơn vị nào như bạn lọc" in none
    assert "Không có đơn vị nào như bạn lọc" in page(made, "?team=<b>", "kiemtra")


def test_the_day_of_the_ledger_is_marked_and_the_bar_says_itself_in_words(made: Town) -> None:
    text = page(made, "", "kiemtra")
    today = text[text.index('aria-current="date"') :]
    assert '<time datetime="2020-11-09">' in today[:300]
    assert 'aria-label="Đã kết luận: 1, ' in text


def test_the_board_reads_the_same_in_english(made: Town) -> None:
    text = page(made, "?lang=en", "kiemtra")
    for word in ("Progress of the round", "gate overridden", "Who is waited for", "unanswered 1.2, 2.3"):
        assert word in text


# --- answers


def test_answers_are_for_the_unit_its_team_and_who_sees_everything(made: Town) -> None:
    for sub in ("bithu.q01", "NV-001", "NV-004", "vanphong", "btv", "kiemtra"):
        assert "Đối chiếu hồ sơ" in page(made, "answers/QH-Q01", sub)
    for sub in ("bithu.q03", "NV-010", "btg"):
        assert seen(made, "answers/QH-Q01", sub).status_code == 403
        assert "Đối chiếu" not in seen(made, "answers", sub).text
    for path in ("answers", "answers/QH-Q01"):
        assert seen(made, path).status_code == 401
    assert seen(made, "answers/KHONG-CO", "kiemtra").status_code == 404


def test_the_unit_alone_finds_two_ways_to_answer_each_and_until_when(made: Town) -> None:
    text = page(made, "answers", "bithu.q01")
    assert text.count('data-command="/inspections/v1/hcmc/2020/adjustments/dispute"') == 2
    assert text.count("12/11/2020") == 2
    assert "lich-2020, 1" in text
    assert "không làm đổi điểm" in text
    assert "data-command" not in page(made, "answers/QH-Q01", "NV-001")
    assert "data-command" not in page(made, "answers/QH-Q01", "vanphong")


def test_a_dispute_marks_its_row_for_all_who_read_it_and_the_other_waits_on(made: Town) -> None:
    accepted([answer(made, "dispute", "2.3", text=WHY)])
    made.settle()
    for sub in ("bithu.q01", "NV-001", "btv"):
        text = page(made, "answers/QH-Q01", sub)
        assert "Đơn vị không đồng ý" in text
        assert WHY in text
    assert "<kèm theo>" not in seen(made, "answers/QH-Q01", "btv").text
    own = page(made, "answers", "bithu.q01")
    assert own.count("adjustments/dispute") == 1
    for sub, decides in (("btv", True), ("vanphong", True), ("NV-001", False), ("bithu.q01", False)):
        assert ('href="/ranking/hcmc/2020/decisions"' in page(made, "answers/QH-Q01", sub)) is decides
    board = page(made, "", "btv")
    assert "không đồng ý 2.3" in board
    assert "Điều chỉnh đơn vị không đồng ý" in board


def test_an_answer_after_the_last_day_is_taken_and_says_so(made: Town) -> None:
    made.set_clock("2020-11-12T17:00:00.000000Z")  # 00:00 of the 13th
    row = made.get("inspections", "adjustments?unit=QH-Q01", "bithu.q01").get_json()["adjustments"][0]
    assert (row["due"], row["late"], row["answer"]) == ("2020-11-12T17:00:00.000000Z", True, None)
    assert "quá hạn" in page(made, "answers", "bithu.q01")
    accepted([answer(made, "acknowledge", "1.2")])
    made.settle()
    text = page(made, "answers", "bithu.q01")
    assert "Đơn vị đồng ý" in text
    assert "sau hạn" in text


def test_an_amended_adjustment_is_asked_about_again_with_days_of_its_own(made: Town) -> None:
    change = {"criterion": "2.3", "to": "4", "reason": "Đọc lại danh sách"}
    amendment = {"reason": "Đọc nhầm", "adjustments": [change]}
    accepted([made.post("inspections", "conclusions/QH-Q01/amend", amendment, "NV-001")])
    made.settle()
    told = made.get("inspections", "adjustments?unit=QH-Q01", "kiemtra").get_json()
    asked = [(one["criterion"], one["answer"], one["amendment"], one["due"]) for one in told["adjustments"]]
    assert asked == [
        ("1.2", "acknowledged", False, "2020-11-12T17:00:00.000000Z"),
        ("2.3", None, True, "2020-11-16T17:00:00.000000Z"),
    ]
    assert [(one["criterion"], one["answer"], one["text"]) for one in told["replaced"]] == [
        ("2.3", "disputed", WHY)
    ]
    text = page(made, "answers", "bithu.q01")
    assert "16/11/2020" in text
    assert "Đã được thay hoặc rút" in text
    accepted([answer(made, "dispute", "2.3", text=WHY)])
    made.settle()


# --- reports


def test_a_member_sends_versions_and_finds_his_own_report_again(made: Town) -> None:
    assert "Gửi đến hết ngày" in page(made, "reflections", "NV-004")
    for text in (REPORT, f"{REPORT}, đọc lại"):
        accepted([made.post("inspections", "reflections", {"team": "DKT-1", "text": text}, "NV-004")])
    made.settle()
    found = page(made, "reflections", "NV-004")
    assert f"{REPORT}, đọc lại" in found
    assert "Bài của đoàn" not in found
    mine = made.get("inspections", "reflections/mine", "NV-004").get_json()["reports"]
    assert [[one["version"] for one in report["versions"]] for report in mine] == [[1, 2]]
    assert made.get("inspections", "reflections/mine", "NV-005").get_json()["reports"][0]["versions"] == []


def test_the_leader_reads_all_and_who_has_not_sent_and_nobody_else_finds_a_word(made: Town) -> None:
    text = page(made, "reflections", "NV-001")
    assert REPORT in text
    assert "1 bài đã gửi, 8 chưa gửi" in re.sub(r"<[^>]+>", "", text)
    for sub in ("NV-002", "NV-003", "NV-005", "NV-010"):
        assert REPORT not in page(made, "reflections", sub)
    for sub in ("bithu.q01", "vanphong", "btv", "kiemtra"):
        response = seen(made, "reflections", sub)
        assert response.status_code == 403
        assert REPORT not in response.text
    assert seen(made, "reflections").status_code == 401


def test_the_unit_learns_nothing_of_reports_from_any_page(made: Town) -> None:
    for path in ("", "answers", "answers/QH-Q01"):
        text = page(made, path, "bithu.q01")
        assert "thu hoạch" not in text
        assert REPORT not in text


# --- the end of the round


def test_closing_is_shown_to_who_sees_everything_and_done_by_the_office(made: Town) -> None:
    for sub in ("NV-001", "bithu.q01", "btg"):
        assert seen(made, "closing", sub).status_code == 403
    assert seen(made, "closing").status_code == 401
    text = page(made, "closing", "vanphong")
    assert text.count("data-unit=") == len(UNITS) - 1
    assert "4 đơn vị chưa có kết luận" in re.sub(r"<[^>]+>", "", text)
    assert "data-command" not in page(made, "closing", "btv")


def test_every_unit_without_a_conclusion_is_named_before_the_round_closes(made: Town) -> None:
    told = made.get("inspections", "rounds/DOT-2020/closing", "vanphong").get_json()
    assert [one["unit"] for one in told["disputed"]] == ["QH-Q01"]
    assert [one["unit"] for one in told["waiting"]] != []
    assert sorted(one["unit"] for one in told["waiting"]) == told["unconcluded"]
    named = [{"unit": unit, "reason": "Dời sang năm sau"} for unit in told["unconcluded"]]
    refused = made.post("inspections", "rounds/DOT-2020/close", {"exceptions": named[1:]}, "vanphong")
    assert rules_of(refused) == {"unit-not-concluded"}
    accepted([made.post("inspections", "rounds/DOT-2020/close", {"exceptions": named}, "vanphong")])
    made.settle()
    text = page(made, "closing", "vanphong")
    assert "ĐÃ KẾT THÚC" in text
    assert "data-command" not in text
    assert "đã kết thúc" in page(made, "", "kiemtra")
