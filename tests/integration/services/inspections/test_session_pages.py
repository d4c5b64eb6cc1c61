"""Sessions, one session and its minutes as pages: who sees what, the gate, the versions, the order."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from werkzeug.test import TestResponse

from shared.ledger.merkle import leaf_hash
from tests.support.inspections_site import demo_round
from tests.support.town import LEDGER, Town, accepted, rules_of

SEES = ("NV-001", "NV-003", "NV-004", "bithu.q01", "vanphong", "kiemtra", "btv")
SEES_NOT = ("NV-010", "bithu.q03", "btg")
PAGES = ("session/QH-Q01", "minutes/QH-Q01")
OVERRIDE = "Các Ban gửi điểm bổ sung trong ngày"
MINUTES = [
    {"kind": "question", "text": "Kinh phí lấy từ đâu?"},
    {"kind": "answer", "text": "Vận động <phụ huynh>"},
    {"kind": "note", "text": "Xem sổ tại chỗ"},
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Three units on the schedule; QH-Q01 has its session today, with scores missing."""
    found = demo_round(tmp_path_factory.mktemp("town"), units=["QH-Q01", "QH-Q03", "LLVT-CATP"])
    attendance = {
        "unit": "QH-Q01",
        "attendees": [{"role": "party_committee_representative", "name": "Người Dự Họp"}],
    }
    model = {"unit": "QH-Q01", "ref": "MH-1", "title": "Phòng đọc", "text": "Ba điểm trường"}
    limitation = {
        "unit": "QH-Q01",
        "document": "05-TB/TĐTN",
        "limitations": [{"ref": "HC-1", "text": "Chậm báo cáo", "cycle": "2019"}],
    }
    accepted(
        (
            found.post("inspections", "attendance", attendance, "bithu.q01"),
            found.post("inspections", "models", model, "bithu.q01"),
            found.post("inspections", "limitations", limitation, "vanphong"),
        )
    )
    found.settle()
    found.set_clock("2020-11-09T07:10:00.000000Z")
    yield found
    for house in found.houses.values():
        house.engine.dispose()


def seen(made: Town, path: str, sub: str | None) -> TestResponse:
    headers = {} if sub is None else {"Authorization": f"Bearer {made.issuer.issue(sub)}"}
    client = made.apps["inspections"].test_client()
    return client.get(f"/inspections/{LEDGER}/{path}", headers=headers)


def shown(made: Town, path: str, sub: str) -> str:
    """The text of a page that ``sub`` may see."""
    response = seen(made, path, sub)
    assert response.status_code == 200, response.text
    return unescape(response.text)


@pytest.mark.parametrize("page", PAGES)
def test_a_session_is_seen_by_its_team_its_unit_and_who_sees_everything_as_its_dossier_is(
    made: Town, page: str
) -> None:
    for sub in (*SEES, *SEES_NOT, None):
        dossier = made.get("inspections", "dossier?unit=QH-Q01", sub).status_code
        assert seen(made, page, sub).status_code == dossier
        assert dossier == (401 if sub is None else 200 if sub in SEES else 403)


@pytest.mark.parametrize("page", PAGES)
def test_names_of_attendees_are_on_the_page_of_who_may_read_them(made: Town, page: str) -> None:
    for sub in SEES:
        assert made.get("inspections", "attendance?unit=QH-Q01", sub).status_code == 200
        assert "Người Dự Họp" in shown(made, page, sub)


def test_each_sees_the_sessions_of_his_own_team_and_today_comes_first(made: Town) -> None:
    page = shown(made, "sessions", "NV-003")
    assert page.index("Hôm nay") < page.index("Quận Đoàn 1")
    assert "Chờ điểm" in page
    assert "Quận Đoàn 3" not in page
    assert "Quận Đoàn 3" in shown(made, "sessions", "vanphong")
    assert "Chưa có buổi kiểm tra nào của bạn" in shown(made, "sessions", "btg")
    assert seen(made, "sessions", None).status_code == 401


def test_a_closed_gate_names_what_is_missing_and_by_whom_and_only_the_leader_may_open(made: Town) -> None:
    position = made.get("inspections", "readiness?unit=QH-Q01", "NV-003").get_json()["base_position"]
    secretary, leader = (shown(made, "session/QH-Q01", sub) for sub in ("NV-003", "NV-001"))
    for page in (secretary, leader):
        assert "CÒN THIẾU ĐIỂM" in page
        assert "Ban Tuyên giáo" in page
        assert f'xét tại vị trí <span class="num">{position}</span>' in page
        assert "Đơn vị chưa gửi bộ tài liệu" in page
    assert 'name="override"' in leader
    assert "không gỡ được" in leader
    assert 'id="opening"' not in secretary
    assert "Chỉ Trưởng đoàn mở được" in secretary


def test_nothing_can_be_written_by_who_only_reads(made: Town) -> None:
    for sub in ("NV-004", "bithu.q01", "kiemtra"):
        assert "<form" not in shown(made, "session/QH-Q01", sub).partition('<div class="se-page">')[2]


def test_a_session_of_another_day_cannot_be_opened_from_its_page(made: Town) -> None:
    page = shown(made, "session/LLVT-CATP", "NV-001")
    assert "Mở được từ ngày" in page
    assert 'id="opening"' not in page


@pytest.mark.parametrize(("path", "status"), [("session/QH-99", 403), ("minutes/QH-99", 403)])
def test_a_unit_that_nobody_knows_is_nobodys(made: Town, path: str, status: int) -> None:
    assert seen(made, path, "NV-003").status_code == status
    assert seen(made, path, "vanphong").status_code == 404


def test_minutes_before_the_session_are_a_draft(made: Town) -> None:
    page = shown(made, "minutes/QH-Q01", "NV-003")
    assert "DỰ THẢO: buổi kiểm tra chưa mở" in page
    assert seen(made, "minutes/QH-Q01?version=1", "NV-003").status_code == 404


@pytest.fixture(scope="module")
def held(made: Town) -> Town:
    """The session, opened past the gate and recorded; a finding of the day is recorded on the next."""
    open_ = {"unit": "QH-Q01", "override": {"reason": OVERRIDE}}
    items: dict[str, Any] = {"unit": "QH-Q01", "items": MINUTES}
    view = {"unit": "QH-Q01", "ref": "MH-1", "initiative": "high", "text": "Tự đề xuất"}
    remedied = {"unit": "QH-Q01", "ref": "HC-1", "outcome": "partly", "text": "Còn trễ quý III"}
    accepted(
        (
            made.post("inspections", "inspections/open", open_, "NV-001"),
            made.post("inspections", "minutes", items, "NV-003"),
            made.post("inspections", "models/assess", view, "NV-003"),
            made.post("inspections", "limitations/assess", remedied, "NV-003"),
        )
    )
    for text in ("Mười chỉ tiêu", "Mười hai chỉ tiêu"):
        finding = {"unit": "QH-Q01", "content": "II.1", "text": text}
        accepted([made.post("inspections", "findings", finding, "NV-003")])
    made.settle()
    made.set_clock("2020-11-10T03:00:00.000000Z")
    again = {**items, "items": [*MINUTES, {"kind": "party_committee", "text": "Cấp ủy ghi nhận"}]}
    accepted(
        [
            made.post(
                "inspections", "minutes", {**again, "occurred_at": "2020-11-09T09:00:00.000000Z"}, "NV-003"
            )
        ]
    )
    return made


def test_what_was_just_recorded_is_shown_before_the_ledger_has_it(held: Town) -> None:
    page = shown(held, "minutes/QH-Q01", "NV-003")
    assert "Cấp ủy ghi nhận" in page
    assert "đang vào sổ" in page
    held.settle()
    assert "đang vào sổ" not in shown(held, "minutes/QH-Q01", "NV-003")


def test_an_override_stays_on_the_session_the_minutes_the_dossier_and_the_schedule(held: Town) -> None:
    for page in (*PAGES, "session/QH-Q01?lang=en"):
        for sub in ("NV-003", "bithu.q01", "kiemtra"):
            assert OVERRIDE in shown(held, page, sub)
    dossier = held.get("inspections", "dossier?unit=QH-Q01", "NV-003").get_json()
    assert dossier["opening"]["override"] == OVERRIDE
    rows = held.get("inspections", "schedule").get_json()["sessions"]
    assert [one["overridden"] for one in rows if one["unit"] == "QH-Q01"] == [True]
    assert "Mở khi còn thiếu điểm" in shown(held, "sessions", "NV-003")
    assert OVERRIDE in shown(held, "dossier/QH-Q01", "NV-003")
    for sub in ("NV-003", "btg"):
        assert "mở khi thiếu điểm" in shown(held, "plan", sub)
        of_unit = shown(held, "plan/QH-Q01", sub)
        assert "Mở khi còn thiếu điểm" in of_unit
        assert (OVERRIDE in of_unit) == (sub == "NV-003")


def test_every_version_of_the_minutes_stays_readable_and_the_last_one_is_shown(held: Town) -> None:
    held.settle()
    assert "Cấp ủy ghi nhận" in shown(held, "minutes/QH-Q01", "bithu.q01")
    first = shown(held, "minutes/QH-Q01?version=1", "bithu.q01")
    assert "Cấp ủy ghi nhận" not in first
    assert "bản ghi chép cũ" in first
    assert seen(held, "minutes/QH-Q01?version=3", "NV-003").status_code == 404
    session = shown(held, "session/QH-Q01", "kiemtra")
    assert "Mười hai chỉ tiêu" in session
    assert "Mười chỉ tiêu" in session
    assert "Mười chỉ tiêu" not in shown(held, "minutes/QH-Q01", "kiemtra")


def test_text_is_text(held: Town) -> None:
    response = seen(held, "minutes/QH-Q01", "NV-003")
    assert "Vận động &lt;phụ huynh&gt;" in response.text


def test_minutes_recorded_the_day_after_stand_where_they_happened_and_say_so(held: Town) -> None:
    held.settle()
    proof = shown(held, "minutes/QH-Q01", "kiemtra").partition('<section class="mi-proof"')[2]
    rows = proof.split("<tr>")[2:]
    happened = [row.split("<td>")[1].partition("<")[0] for row in rows]
    assert happened == sorted(happened, key=lambda one: (one[6:10], one[3:5], one[:2], one[11:]))
    late = next(row for row in rows if "bản 2" in row)
    assert late.split("<td>")[1].startswith("09/11/2020 16:00")
    assert late.split("<td>")[2].startswith("10/11/2020 10:00")


def test_the_minutes_name_position_and_hash_of_every_event_that_they_show(held: Town) -> None:
    held.settle()
    page = shown(held, "minutes/QH-Q01", "NV-003")
    rows = {row.event.type: row for row in held.ledger("inspections") if row.subject == "QH-Q01"}
    for type_ in ("inspection.opened.v1", "minutes.recorded.v1", "finding.recorded.v1", "model.assessed.v1"):
        row = rows[type_]
        assert f'<td class="num">{row.position}</td>' in page
        assert leaf_hash(row.value).hex() in page


def test_a_score_that_came_after_the_override_is_named_and_stops_a_conclusion_that_assumed_none(
    held: Town,
) -> None:
    assert "Đến nay chưa điểm nào trong số đó có" in shown(held, "session/QH-Q01", "NV-001")
    late = {"unit": "QH-Q01", "criterion": "1.2", "stage": "department", "value": "5.5"}
    accepted([held.post("scores", "scores", late, "btg")])
    held.settle()
    assert 'Đã có sau đó: <span class="num">1.2</span>' in shown(held, "session/QH-Q01", "NV-001")
    assumed = {"criterion": "1.2", "from_effective": None, "to": "5.25", "reason": "Chưa có điểm"}
    conclusion = {
        "unit": "QH-Q01",
        "strengths": "Phong trào đều",
        "limitations": "Báo cáo chậm",
        "orientation": "Về cơ sở",
        "scores": [{"criterion": code, "value": "1.5"} for code in ("8.1", "8.2", "8.3")],
        "adjustments": [assumed],
    }
    stale = held.post("inspections", "conclusions", conclusion, "NV-001")
    assert (stale.status_code, rules_of(stale)) == (409, {"stale-adjustment"})


def test_a_concluded_session_shows_adjustments_with_the_answer_of_the_unit(held: Town) -> None:
    held.settle()
    conclusion = {
        "unit": "QH-Q01",
        "strengths": "Phong trào đều",
        "limitations": "Báo cáo chậm",
        "orientation": "Về cơ sở",
        "scores": [{"criterion": code, "value": "1.5"} for code in ("8.1", "8.2", "8.3")],
        "adjustments": [{"criterion": "1.2", "to": "5.25", "reason": "Đối chiếu hồ sơ"}],
        "recognised_models": [{"ref": "MH-1", "title": "Phòng đọc"}],
    }
    signed = held.post("inspections", "conclusions", conclusion, "NV-001")
    accepted([signed])
    number = int(signed.get_json()["receipts"][0]["sequence"])
    held.settle()
    assert "chưa trả lời" in shown(held, "minutes/QH-Q01", "bithu.q01")
    dispute = {"unit": "QH-Q01", "conclusion": number, "criterion": "1.2", "text": "Có minh chứng"}
    accepted([held.post("inspections", "adjustments/dispute", dispute, "bithu.q01")])
    page = shown(held, "minutes/QH-Q01", "vanphong")
    for text in ("5,25", "5,5", "Đối chiếu hồ sơ", "không nhất trí: Có minh chứng", "1,5", "Về cơ sở"):
        assert text in page
    assert "5.25" in shown(held, "minutes/QH-Q01?lang=en", "vanphong")
