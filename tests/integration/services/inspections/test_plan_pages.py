"""The pages of the plan: who finds what in the calendar, at a unit, in a file, in a proposal."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from werkzeug.test import TestResponse

from tests.support.inspections_site import demo_round
from tests.support.town import ADMIN, LEDGER, Town, accepted

OCTETS = "application/octet-stream"
UNITS = ("QH-Q01", "QH-Q03", "QH-Q02", "LLVT-BTL")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Four units with their sessions, one request, and a unit that was registered later."""
    found = demo_round(tmp_path_factory.mktemp("plan"), units=UNITS)
    late = {"unit": "QH-Q04", "area": "QH", "kind": "urban_district", "name": "Quận Đoàn 4"}
    accepted([found.post("scores", "units/batch", {"units": [late]}, ADMIN)])
    ask = {"unit": "QH-Q01", "reason": "Trùng đại hội <b>", "date": "2020-11-18", "session": "MORNING"}
    accepted([found.post("inspections", "reschedules", ask, "bithu.q01")])
    found.settle()
    yield found
    for house in found.houses.values():
        house.engine.dispose()


def page(made: Town, path: str, sub: str | None, language: str = "vi") -> TestResponse:
    headers = {} if sub is None else {"Authorization": f"Bearer {made.issuer.issue(sub)}"}
    joined = f"{path}{'&' if '?' in path else '?'}lang={language}"
    return made.apps["inspections"].test_client().get(f"/inspections/{LEDGER}/{joined}", headers=headers)


def team_of(made: Town, unit: str) -> str:
    rows = made.get("inspections", "schedule").get_json()["sessions"]
    return str(next(row["team"] for row in rows if row["unit"] == unit))


# --- the calendar


def test_everybody_sees_who_is_inspected_when_and_nobody_else_learns_of_packs(made: Town) -> None:
    anybody = page(made, "plan", None)
    assert anybody.status_code == 200
    for words in ("Quận Đoàn 1", "Quận Đoàn 3", "Thứ hai", "09/11", "14:00", "schedule.ics?team="):
        assert words in anybody.text
    for words in ("chờ tài liệu", "xin đổi lịch", "Trùng đại hội", "Nhập từ tệp", "Đề xuất lịch"):
        assert words not in anybody.text
    own = page(made, "plan", "bithu.q01").text
    assert own.count('<span class="pl-state">chờ tài liệu') == 1  # its own row alone
    assert "xin đổi lịch" in own
    assert page(made, "plan", "bithu.q03").text.count('<span class="pl-state">chờ tài liệu') == 1
    office = page(made, "plan", "vanphong").text
    assert office.count('<span class="pl-state">chờ tài liệu') == len(UNITS)
    assert "Trùng đại hội &lt;b&gt;" in office
    assert "Quận Đoàn 4" in office  # not scheduled


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("area=LLVT", ["Đoàn Bộ Tư lệnh"], ["Quận Đoàn 1"]),
        ("q=đoàn 3", ["Quận Đoàn 3"], ["Quận Đoàn 1", "Đoàn Bộ Tư lệnh"]),
        ("q=nothing-of-the-kind", ["Không có buổi nào"], ["Quận Đoàn 1"]),
        ("team=NONE", ["Không có buổi nào"], ["Quận Đoàn 1"]),
    ],
)
def test_the_calendar_narrows_to_what_is_asked_for(
    made: Town, query: str, shown: list[str], hidden: list[str]
) -> None:
    text = page(made, f"plan?{query}", None).text
    assert [words for words in shown if words not in text] == []
    assert [words for words in hidden if f">{words}</a>" in text] == []


# --- one unit


def test_the_unit_and_its_leader_find_each_his_own_form(made: Town) -> None:
    unit = page(made, "plan/QH-Q03", "bithu.q03").text
    assert 'data-command="/inspections/v1/hcmc/2020/reschedules"' in unit
    assert "Các lần xếp lịch" in unit
    assert "Xem đổi thì sao" not in unit
    asked = page(made, "plan/QH-Q01", "bithu.q01").text
    assert "Trùng đại hội &lt;b&gt;" in asked
    assert 'data-command="/inspections/v1/hcmc/2020/reschedules"' not in asked  # one request at a time
    leader = page(made, "plan/QH-Q01", "NV-001").text
    assert "/decline" in leader
    assert 'value="2020-11-18" selected' in leader
    assert "<option selected>DKT-1</option>" in leader
    assert "DKT-3</option>" not in leader
    office = page(made, "plan/QH-Q01", "vanphong").text
    assert "/decline" not in office
    assert "DKT-3</option>" in office


def test_who_is_a_stranger_sees_the_session_and_nothing_of_its_history(made: Town) -> None:
    for sub in (None, "bithu.q03", "btg"):
        text = page(made, "plan/QH-Q01", sub).text
        assert "Quận Đoàn 1" in text
        assert "DKT-1" in text
        for words in ("Trùng đại hội", "Các lần xếp lịch", "hạn nộp tài liệu", "Xem đổi thì sao", "<form"):
            assert words not in text
    assert page(made, "plan/QH-Q98", "vanphong").status_code == 404


def test_before_a_move_the_page_says_what_it_does_and_states_nothing(made: Town) -> None:
    before = made.get("inspections", "schedule").get_json()
    free = page(made, "plan/QH-Q01?date=2020-11-18&session=MORNING", "NV-001").text
    assert "Hạn nộp tài liệu được tính lại: trước 16/11/2020 00:00 (đang là trước 07/11/2020 00:00)." in free
    assert "Đoàn trống buổi này" in free
    assert 'name="reason" maxlength="1000" required' in free
    outside = page(made, "plan/QH-Q01?date=2020-11-28&session=MORNING", "vanphong").text
    assert "nằm ngoài đợt kiểm tra" in outside
    busy = page(
        made, f"plan/QH-Q01?date=2020-11-09&session=AFTERNOON&team={team_of(made, 'QH-Q03')}", "vanphong"
    ).text
    assert "QH-Q03" in busy
    assert "Không xếp được như vậy" in busy
    for wrong in (
        "date=soon&session=MORNING",
        "date=2020-11-18&session=NIGHT",
        "date=2020-11-18&session=MORNING&team=a b",
    ):
        assert page(made, f"plan/QH-Q01?{wrong}", "vanphong").status_code == 400
    assert (
        "Hạn nộp tài liệu" not in page(made, "plan/QH-Q01?date=2020-11-18&session=MORNING", "bithu.q01").text
    )
    assert made.get("inspections", "schedule").get_json() == before


# --- a file


def preview(made: Town, content: str | bytes, sub: str | None = "vanphong") -> TestResponse:
    body = content if isinstance(content, bytes) else content.encode()
    return made.post("inspections", "schedule/files", body, sub, content_type=OCTETS)


def test_the_template_names_every_unit_with_what_stands_and_comes_back_as_it_was(made: Town) -> None:
    for kind in ("xlsx", "csv"):
        answer = made.get("inspections", f"schedule/template.{kind}", "vanphong")
        assert answer.status_code == 200
        assert f".{kind}" in answer.headers["Content-Disposition"]
        body = preview(made, answer.data).get_json()
        assert body["counts"] == {"new": 0, "changed": 0, "same": len(UNITS), "bad": 0}
        assert body["sessions"] == []
    assert made.get("inspections", "schedule/template.exe", "vanphong").status_code == 404
    assert made.get("inspections", "schedule/template.csv", "NV-001").status_code == 403
    assert made.get("inspections", "schedule/template.csv").status_code == 401


def test_a_file_says_what_it_would_state_and_the_batch_takes_it_as_it_is(made: Town) -> None:
    text = "Mã đơn vị;Đoàn;Ngày;Buổi;Giờ;Lý do\nqh-q04;DKT-1;18/11/2020;Chiều;14h00;\nQH-Q02;;;;;\n"
    answer = preview(made, text)
    assert answer.status_code == 200, answer.text
    body = answer.get_json()
    (row,) = body["rows"]
    assert (row["unit"], row["name"], row["becomes"], row["row"]) == ("QH-Q04", "Quận Đoàn 4", "new", 2)
    wanted = {
        "unit": "QH-Q04",
        "team": "DKT-1",
        "date": "2020-11-18",
        "session": "AFTERNOON",
        "starts": "14:00",
    }
    assert body["sessions"] == [wanted]
    assert "QH-Q04" not in made.get("inspections", "schedule").text
    batch = {"sessions": body["sessions"], "mode": "all_or_nothing"}
    assert made.post("inspections", "schedule/batch", batch, "vanphong").status_code == 201
    assert preview(made, text).get_json()["counts"]["same"] == 1


def test_every_bad_cell_is_named_by_row_and_column_and_nothing_may_be_stated(made: Town) -> None:
    text = (
        "Mã đơn vị,Đoàn,Ngày,Buổi,Lý do\n"
        "QH-Q98,DKT-1,18/11/2020,Sáng,\n"  # no such unit
        "QH-Q02,DKT-9,18/11/2020,Sáng,\n"  # no such team
        "LLVT-BTL,DKT-1,31/11/2020,Tối,\n"  # no day, no half-day
        "QH-Q03,DKT-1,28/11/2020,Sáng,\n"  # outside the round
        "QH-Q01,DKT-1,,Sáng,\n"  # no day at all
        "QH-Q01,DKT-1,=1+1,Sáng,\n"  # twice, and no day
    )
    body = preview(made, text).get_json()
    found = [(fault["cell"], fault["rule"]) for row in body["rows"] for fault in row["faults"]]
    assert found == [
        ("A2", "unknown-unit"),
        ("B3", "unknown-team"),
        ("C4", "not-a-date"),
        ("D4", "not-a-choice"),
        ("C5", "outside-round"),
        ("C6", "missing-field"),
        ("C7", "not-a-date"),
        ("A7", "row-twice"),
    ]
    assert body["sessions"] == []
    assert body["counts"]["bad"] == 6
    assert all(fault["message"] and fault["message_en"] for row in body["rows"] for fault in row["faults"])


def test_two_units_at_one_time_are_found_within_the_file_itself(made: Town) -> None:
    text = "Mã đơn vị,Đoàn,Ngày,Buổi\nQH-Q02,DKT-1,19/11/2020,Sáng\nQH-Q03,DKT-1,19/11/2020,Sáng\n"
    body = preview(made, text).get_json()
    assert [row["becomes"] for row in body["rows"]] == ["changed", "bad"]
    assert [fault["rule"] for fault in body["rows"][1]["faults"]] == ["team-busy"]
    assert body["sessions"] == []


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"", 422), (b"%PDF-1.7", 422), (b"PK\x03\x04broken", 422), (b"x" * (5 * 1024 * 1024 + 2), 413)],
)
def test_what_is_no_table_is_refused_whole(made: Town, content: bytes, status: int) -> None:
    assert preview(made, content).status_code == status


def test_a_file_is_read_for_the_office_alone(made: Town) -> None:
    text = "Mã đơn vị,Đoàn,Ngày,Buổi\nQH-Q02,DKT-1,19/11/2020,Sáng\n"
    assert preview(made, text, "NV-001").status_code == 403
    assert preview(made, text, None).status_code == 401
    assert made.post("inspections", "schedule/files", {}, "vanphong").status_code == 415
    assert preview(made, "Tên,Tuổi\nA,3\n").get_json()["rows"][0]["faults"][0]["rule"] == "heading-missing"
    assert page(made, "plan-import", "vanphong").status_code == 200
    for path in ("plan-import", "proposal"):
        assert page(made, path, "NV-001").status_code == 403
        assert page(made, path, None).status_code == 401


# --- a proposal


def test_a_proposal_is_shown_as_a_calendar_and_can_be_accepted_as_it_is(made: Town) -> None:
    late = {"unit": "QH-Q05", "area": "QH", "kind": "urban_district", "name": "Quận Đoàn 5"}
    accepted([made.post("scores", "units/batch", {"units": [late]}, ADMIN)])
    made.settle()
    assert "Chấp nhận" not in page(made, "proposal", "vanphong").text
    text = page(made, "proposal?ask=1&no=DKT-1@2020-11-09@MORNING", "vanphong").text
    assert "Quận Đoàn 5" in text
    assert "Chấp nhận, ghi lịch" in text
    assert "Đã chứng minh" in text
    assert 'data-sessions="[{&#34;' in text
    assert 'value="DKT-1@2020-11-09@MORNING" aria-label="DKT-1, 09/11 sáng" checked' in text
    for wrong in ("DKT-9@2020-11-09@MORNING", "DKT-1@soon@MORNING", "DKT-1"):
        assert page(made, f"proposal?ask=1&no={wrong}", "vanphong").status_code == 400


# --- as time goes on (a scenario's clock never goes back)


def test_a_move_that_comes_too_late_for_the_documents_says_so(made: Town) -> None:
    made.set_clock("2020-11-07T02:00:00.000000Z")
    text = page(made, "plan/QH-Q01?date=2020-11-18&session=MORNING", "NV-001").text
    assert "Hạn nộp tài liệu giữ nguyên: trước 07/11/2020 00:00." in text
    assert "không thể nộp đúng hạn nữa" in text


def test_the_calendar_marks_today_and_speaks_english(made: Town) -> None:
    made.set_clock("2020-11-09T02:00:00.000000Z")
    assert "hôm nay" in page(made, "plan", None).text
    english = page(made, "plan", "vanphong", "en").text
    for words in ("documents overdue", "today", "Monday"):
        assert words in english


def test_a_round_without_room_is_told_in_words_why_there_is_no_proposal(made: Town) -> None:
    made.set_clock("2020-11-19T20:00:00.000000Z")  # the 20th: nothing of the round is left
    text = page(made, "proposal?ask=1", "vanphong").text
    assert "Không có lịch nào như vậy" in text
    assert "không có ngày làm việc nào" in text
