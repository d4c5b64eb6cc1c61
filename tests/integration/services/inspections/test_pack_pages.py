"""The desk, one version of a pack, receipt by hand, and forfeit cases as pages: who sees what."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from werkzeug.test import TestResponse

from services.inspections.opening import CaseOpener
from tests.support.deciding import rulebook
from tests.support.inspections_site import demo_round
from tests.support.packs import REQUIRED, files
from tests.support.town import ADMIN, LEDGER, Town, accepted

LAST, REST = REQUIRED[-1], REQUIRED[:-1]
LABELS = {one.id: one.label for one in rulebook().required_documents}
CNLD = [one.id for one in rulebook().required_documents if one.areas is None or "CNLD" in one.areas]
MEETING = {"meeting": "BTV 08/11/2020", "date": "2020-11-08", "text": "Theo tờ trình"}
SEES = ("NV-001", "NV-003", "NV-004", "bithu.q01", "vanphong", "kiemtra", "btv")
SEES_NOT = ("NV-018", "NV-020", "bithu.q03", "btg", ADMIN)


@pytest.fixture(scope="module")
def numbers() -> dict[str, int]:
    """Numbers of the events that tests name."""
    return {}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, numbers: dict[str, int]) -> Iterator[Town]:
    """Quận 1 lacks a document at the cut-off and sends it late; DCD's pack came by e-mail, was found wanting
    in one slot and passed on two days late; Quận 3, of another team, sent nothing."""
    services = ("scores", "inspections", "ranking")
    found = demo_round(
        tmp_path_factory.mktemp("packs"), units=["QH-Q01", "QH-Q03", "CNLD-DCD"], services=services
    )
    found.set_clock("2020-11-05T02:00:00.000000Z")
    by_mail = {"via": "email", "occurred_at": "2020-11-04T03:00:00.000000Z", "proof": "Thư ngày 04/11"}
    numbers["dcd"] = sent(found, "CNLD-DCD", "NV-003", CNLD, **by_mail)
    numbers["q01"] = sent(found, "QH-Q01", "bithu.q01", REST)
    findings = [
        {"document": one, "outcome": "unusable", "text": "Bản quét mờ"}
        if one == "SELF"
        else {"document": one, "outcome": "accepted"}
        for one in CNLD
    ]
    accepted([found.post("inspections", f"packs/{numbers['dcd']}/assess", {"findings": findings}, "NV-003")])
    found.set_clock("2020-11-06T17:00:00.000000Z")
    assert CaseOpener(found.houses["inspections"]).step() == 2
    numbers["late"] = sent(found, "QH-Q01", "bithu.q01", [LAST])
    outage = {"from": "2020-11-06T12:00:00.000000Z", "to": "2020-11-06T15:00:00.000000Z", "text": "Mất mạng"}
    accepted([found.post("inspections", "outages", outage, "vanphong")])
    found.set_clock("2020-11-08T03:00:00.000000Z")
    forward = {"members": ["NV-001", "NV-004"], "text": "Thư của đoàn"}
    accepted([found.post("inspections", f"packs/{numbers['dcd']}/forward", forward, "NV-003")])
    found.settle(standings=True)
    yield found
    for house in found.houses.values():
        house.engine.dispose()


def sent(made: Town, unit: str, sub: str, documents: Any, **about: Any) -> int:
    answer = made.post(
        "inspections", "packs", {"unit": unit, "manifest": list(files(*documents)), **about}, sub
    )
    accepted([answer])
    return int(answer.get_json()["receipts"][0]["sequence"])


def seen(made: Town, path: str, sub: str | None) -> TestResponse:
    headers = {} if sub is None else {"Authorization": f"Bearer {made.issuer.issue(sub)}"}
    return made.apps["inspections"].test_client().get(f"/inspections/{LEDGER}/{path}", headers=headers)


def shown(made: Town, path: str, sub: str) -> str:
    """The words of a page that ``sub`` may see, without its marks."""
    response = seen(made, path, sub)
    assert response.status_code == 200, response.text
    return " ".join(re.sub(r"<[^>]*>", " ", unescape(response.text)).split())


def row_of(made: Town, unit: str, sub: str, path: str = "packs") -> str:
    """One unit's row of the desk, without its marks."""
    rows = re.findall(r"<tr>.*?</tr>", unescape(seen(made, path, sub).text), re.S)
    (row,) = (one for one in rows if f">{unit}<" in one)
    return " ".join(re.sub(r"<[^>]*>", " ", row).split())


# --- the desk


def test_each_finds_the_units_of_his_own_team_and_who_sees_everything_all_of_them(made: Town) -> None:
    for sub in ("NV-001", "NV-003", "NV-004"):
        page = shown(made, "packs", sub)
        assert "QH-Q01" in page
        assert "CNLD-DCD" in page
        assert "QH-Q03" not in page
    for sub in ("vanphong", "btv", "kiemtra"):
        assert "QH-Q03" in shown(made, "packs", sub)


def test_a_unit_is_led_to_its_own_pack_and_others_are_told_why_not(made: Town) -> None:
    answer = seen(made, "packs?lang=en", "bithu.q01")
    assert (answer.status_code, answer.location) == (303, f"/inspections/{LEDGER}/packs/QH-Q01?lang=en")
    assert seen(made, "packs", None).status_code == 401
    refused = seen(made, "packs", "btg")
    assert refused.status_code == 403
    assert "dành cho đơn vị, đoàn kiểm tra" in unescape(refused.text)


def test_a_row_says_what_lacked_what_came_late_and_that_the_delay_is_the_secretarys(made: Town) -> None:
    late = row_of(made, "QH-Q01", "NV-003")
    assert "hết ngày 06/11/2020" in late
    assert f"đến sau hạn: {LABELS[LAST]}" in late
    assert "Quá hạn" in late
    assert "Chưa chuyển thư ký trễ 1 ngày" in late
    assert "Chờ Ban Thường vụ" in late
    passed = row_of(made, "CNLD-DCD", "NV-003")
    assert "Đúng hạn Chưa đạt Đã chuyển thư ký trễ 2 ngày" in passed
    assert "quá hạn" not in passed
    nothing = row_of(made, "QH-Q03", "vanphong")
    assert "Chưa gửi gì cần 6 tài liệu" in nothing


@pytest.mark.parametrize(
    ("choice", "units"),
    [
        ("", {"QH-Q01", "QH-Q03", "CNLD-DCD"}),
        ("?show=lacking", {"QH-Q03"}),
        ("?show=unforwarded", {"QH-Q01"}),
        ("?show=case", {"QH-Q01", "QH-Q03"}),
        ("?show=today", set()),
        ("?team=DKT-1", {"QH-Q01", "CNLD-DCD"}),
        ("?team=DKT-1&show=case", {"QH-Q01"}),
        ("?team=DKT-9", set()),
    ],
)
def test_the_desk_shows_what_was_chosen(made: Town, choice: str, units: set[str]) -> None:
    page = unescape(seen(made, f"packs{choice}", "vanphong").text)
    body = page.partition("<tbody>")[2]
    assert {unit for unit in ("QH-Q01", "QH-Q03", "CNLD-DCD") if unit in body} == units
    if not units:
        assert "Không có đơn vị nào như vậy" in page


def test_only_the_secretary_is_offered_to_record_what_came_by_hand(made: Town) -> None:
    for sub, status in (
        ("NV-003", 200),
        ("NV-001", 403),
        ("bithu.q01", 403),
        ("vanphong", 403),
        ("NV-020", 403),
    ):
        assert seen(made, "packs/QH-Q01/receipt", sub).status_code == status
    assert "Thư điện tử" in shown(made, "packs/QH-Q01/receipt", "NV-003")
    assert seen(made, "packs/QH-Q99/receipt", "NV-003").status_code == 403
    assert seen(made, "packs/QH-Q01/receipt", None).status_code == 401


# --- one version


def test_a_version_is_seen_by_whom_the_api_shows_it(made: Town, numbers: dict[str, int]) -> None:
    for sub in (*SEES, *SEES_NOT, None):
        asked = made.get("inspections", "packs?unit=QH-Q01", sub).status_code
        assert asked == (401 if sub is None else 200 if sub in SEES else 403)
        for page in (f"packs/QH-Q01/{numbers['q01']}", "cases/QH-Q01"):
            assert seen(made, page, sub).status_code == asked


def test_a_number_of_no_pack_or_of_anothers_is_not_found(made: Town, numbers: dict[str, int]) -> None:
    for number in (numbers["dcd"], 999999, 2**70):
        assert seen(made, f"packs/QH-Q01/{number}", "NV-003").status_code == 404
    assert seen(made, "packs/QH-Q99/1", "vanphong").status_code == 404


def test_a_version_names_every_slot_and_what_comes_from_an_earlier_one(
    made: Town, numbers: dict[str, int]
) -> None:
    first = shown(made, f"packs/QH-Q01/{numbers['q01']}", "NV-003")
    assert "ĐÚNG HẠN" in first
    assert f"CÒN THIẾU {LABELS[LAST]}" in first
    assert "Không có tài liệu, không nêu lý do" in first
    assert "REPORT.pdf" in first
    second = shown(made, f"packs/QH-Q01/{numbers['late']}", "NV-003")
    assert "TRỄ HẠN" in second
    assert "từ phiên bản 1" in second
    assert f"sha256:{'0' * 64}" in second


def test_the_forms_are_the_secretarys_and_everybody_else_reads(made: Town, numbers: dict[str, int]) -> None:
    for sub in SEES:
        page = (
            unescape(seen(made, f"packs/CNLD-DCD/{numbers['dcd']}", sub).text) if sub != "bithu.q01" else ""
        )
        acts = re.findall(r'data-command="([^"]*)"', page)
        wanted = [f"/inspections/v1/{LEDGER}/packs/{numbers['dcd']}/{what}" for what in ("assess", "forward")]
        assert acts == (wanted if sub == "NV-003" else [])


def test_what_happened_is_told_as_lines_of_persons_and_a_late_forwarding_as_the_secretarys(
    made: Town, numbers: dict[str, int]
) -> None:
    page = shown(made, f"packs/CNLD-DCD/{numbers['dcd']}", "NV-004")
    history = page.partition("Diễn biến")[2]
    assert "Phạm Thử Nghiệm 03 Thư ký đoàn kiểm tra 04/11/2020 10:00 ghi lúc 05/11/2020 09:00" in history
    assert "Minh chứng: Thư ngày 04/11" in history
    assert f"Đánh giá: {LABELS['SELF']} không dùng được (Bản quét mờ)." in history
    assert "Chuyển cho Trần Thử Nghiệm 01, Hoàng Thử Nghiệm 04: Thư của đoàn." in history
    assert "Thư ký đoàn chuyển trễ 2 ngày; đơn vị không bị tính là trễ." in history
    assert "Hoàng Thử Nghiệm 04 Thành viên, Ban Tuyên giáo đã có 08/11/2020 10:00" in page


def test_a_version_reads_in_english_too(made: Town, numbers: dict[str, int]) -> None:
    page = shown(made, f"packs/CNLD-DCD/{numbers['dcd']}?lang=en", "NV-003")
    for words in ("IN TIME", "received by e-mail", "The secretary was late by 2 days; the unit is not."):
        assert words in page


# --- cases


def test_cases_are_listed_for_whom_the_api_lists_them(made: Town) -> None:
    for sub in (*SEES, *SEES_NOT):
        items = made.get("inspections", "cases", sub).get_json()["items"]
        page = seen(made, "cases", sub).text
        for unit in ("QH-Q01", "QH-Q03"):
            assert (f'id="case-{unit}"' in page) == (unit in {one["unit"] for one in items}), (sub, unit)
    assert seen(made, "cases", None).status_code == 401


def test_the_chain_of_a_case_stands_in_words_and_in_order(made: Town) -> None:
    page = shown(made, "cases/QH-Q01", "btv")
    steps = (
        "Phiên bản 1 : Chiều 09/11/2020 , đoàn DKT-1",
        "hết ngày 06/11/2020 (giờ của sổ, Asia/Ho_Chi_Minh) ; theo lịch lich-2020, phiên bản 1",
        "05/11/2020 09:00 , gửi qua hệ thống: đúng hạn , còn thiếu",
        "trễ hạn , đủ (đến sau khi lập hồ sơ)",
        f"Thiếu khi hết hạn {LABELS[LAST]}",
        "Chưa có đánh giá.",
        "06/11/2020 19:00 – 06/11/2020 22:00 : Mất mạng (ghi nhận về sau)",
        "do hệ thống",
        "Chưa quyết định.",
    )
    places = [page.find(step) for step in steps]
    assert -1 not in places, steps[places.index(-1)]
    assert places == sorted(places)


def test_an_open_case_leads_the_committee_to_its_decision_and_tells_the_unit_what_it_may_do(
    made: Town,
) -> None:
    where = f"/ranking/{LEDGER}/decisions?kind=forfeit&unit=QH-Q01#enter"
    for sub in ("btv", "vanphong"):
        assert where in unescape(seen(made, "cases", sub).text)
    for sub in ("NV-003", "bithu.q01", "kiemtra"):
        assert where not in unescape(seen(made, "cases", sub).text)
    own = shown(made, "cases", "bithu.q01")
    assert "lịch kiểm tra của đơn vị vẫn giữ nguyên" in own
    assert "được nhận và ghi là trễ" in own
    asked = (
        made.apps["ranking"]
        .test_client()
        .get(where.partition("#")[0], headers={"Authorization": f"Bearer {made.issuer.issue('btv')}"})
    )
    assert asked.status_code == 200
    assert '<option value="QH-Q01" selected>' in asked.text


def test_a_case_is_seen_before_it_is_opened_and_who_may_not_open_it_is_not_asked(made: Town) -> None:
    page = unescape(seen(made, "cases?unit=CNLD-DCD", "NV-003").text)
    assert "Hồ sơ sẽ nêu" in page
    assert LABELS["SELF"] in page.partition("Hồ sơ sẽ nêu")[2]
    assert f'data-command="/inspections/v1/{LEDGER}/cases"' in page
    assert "đã được nêu với Ban Thường vụ" in shown(made, "cases?unit=QH-Q01", "NV-003")
    assert "không do bạn mở" in shown(made, "cases?unit=QH-Q03", "NV-003")
    for sub in ("btv", "kiemtra", "bithu.q01", "NV-004"):
        assert (
            f'data-command="/inspections/v1/{LEDGER}/cases"'
            not in seen(made, "cases?unit=CNLD-DCD", sub).text
        )


def test_the_office_and_the_administrator_record_outages(made: Town) -> None:
    for sub in (*SEES, *SEES_NOT):
        form = f'data-command="/inspections/v1/{LEDGER}/outages"' in seen(made, "cases", sub).text
        assert form == (sub in ("vanphong", ADMIN)), sub


def test_without_a_case_the_page_says_what_to_do_first(made: Town) -> None:
    page = shown(made, "cases", "btg")
    assert "Không có hồ sơ nào" in page
    assert "nhắc đơn vị còn thiếu" in page
    assert seen(made, "cases/CNLD-DCD", "vanphong").status_code == 404


def test_declined_loses_nothing_and_confirmed_says_what_is_lost_and_by_which_clause(made: Town) -> None:
    """Stated last: it decides both cases."""
    for unit, outcome, document in (("QH-Q01", "declined", "QĐ-7"), ("QH-Q03", "confirmed", "QĐ-8")):
        decision = {"unit": unit, "outcome": outcome, "document": document, **MEETING}
        accepted([made.post("ranking", "decisions/forfeit", decision, "btv")])
    made.settle(standings=True)
    declined = shown(made, "cases/QH-Q01", "bithu.q01")
    assert "Không mất gì" in declined
    assert "quyền khiếu nại giữ nguyên" in declined
    assert "văn bản QĐ-7" in declined
    confirmed = shown(made, "cases/QH-Q03", "bithu.q03")
    assert "Không tiến hành kiểm tra năm 2020" in confirmed
    assert (
        "không được quyền khiếu nại về kết quả đánh giá, phân loại và xếp hạng (Kế hoạch, mục III.4)"
        in confirmed
    )
    assert "vẫn được xếp hạng; tiêu chí do đoàn chấm tính 0 điểm; xếp loại cao nhất" in confirmed
    assert "Riêng việc bị xác nhận này, đơn vị vẫn khiếu nại được" in confirmed
    page = shown(made, "cases", "vanphong")
    assert "Đang chờ quyết định" not in page
    assert "Đã quyết định 2" in page
    assert "Vẫn kiểm tra" in row_of(made, "QH-Q01", "NV-003")
    assert "Không kiểm tra" in row_of(made, "QH-Q03", "vanphong")
