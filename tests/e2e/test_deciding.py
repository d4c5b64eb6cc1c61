"""Deciding in Chromium: the Office enters, a member confirms, what-ifs leave no trace, the gate says why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.support.browser import axe_finds_nothing, overflowing
from tests.support.ranking_site import PEOPLE, Site
from tests.support.serving import Live, serving
from tests.support.shown import DEMO, demo_rulebook, demo_units

pytestmark = pytest.mark.browser
FEW = ("QH-Q01", "QH-Q03", "QH-GVA", "LLVT-CATP", "CNLD-DCD")
PAGES = ("decisions", "decisions?kind=tie", "publications", "what-if", "compare?from=0")


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Five units with all of their scores, a proposed bonus, and every number of ranking free."""
    units = [unit for unit in demo_units() if unit["unit"] in FEW]
    site = Site(tmp_path_factory.mktemp("deciding"))
    site.fed.open().adopt(demo_rulebook("restricted")).register(units)
    site.fed.feed()
    site.fed.fill(units=units, share=1.0, decisions=False)
    proposal = {"code": "T1", "occurrence_ref": "cup-2020", "basis": "Giải nhất", "occurred_on": "2020-05-04"}
    site.fed.state("scores", "bonus.proposed.v1", "QH-Q01", {**proposal, "responsible": "BTG"})
    site.start()
    with serving(site) as running:
        yield running


def become(page: Page, live: Live, person: str, then: str) -> None:
    """Choose one of the demonstration's people, and come to a page of the ledger."""
    page.goto(f"{live.address}/ranking/demo/people?next=/ranking/hcmc/2020/{then}")
    page.get_by_role("button", name=f"Xem {PEOPLE[person][0]}", exact=True).click()
    expect(page).to_have_url(f"{live.page}{then}")


def standings(live: Live) -> tuple[Any, Any]:
    found = live.site.get("standings", "office").json
    return found["position"], found["digest"]


def stored(live: Live) -> int:
    """How many events the service holds that the ledger has not taken yet."""
    return len(live.site.app.extensions["bangvang"].store.unsent(10))


def write_minutes(page: Page) -> None:
    page.get_by_label("Phiên họp").fill("BTV-12")
    page.get_by_label("Ngày").fill("2020-11-02")
    page.get_by_label("Số văn bản").fill("KL-12")
    page.get_by_label("Nội dung quyết định").fill("Thống nhất cộng điểm.")


def test_the_office_is_told_at_the_field_what_is_wrong_and_then_enters_the_bonus(
    live: Live, session: Page
) -> None:
    page, before = session, standings(live)
    become(page, live, "office", "decisions")
    expect(page.locator("#proposals")).to_contain_text("cup-2020")
    page.locator("#proposals").get_by_role("link", name="Ra quyết định").click()
    expect(page.get_by_label("Mã sự việc")).to_have_value("cup-2020")
    expect(page.locator("form.bv-form")).to_contain_text("nhập thay Ban Thường vụ")
    write_minutes(page)
    page.get_by_label("Số điểm").fill("1,5")
    page.get_by_label("Nội dung quyết định").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[data-fault=points]")).to_contain_text("mức điểm cố định")
    expect(page.get_by_label("Số điểm")).to_be_focused()
    expect(page.get_by_label("Số điểm")).to_have_attribute("aria-invalid", "true")
    axe_finds_nothing(page)
    assert (standings(live), stored(live)) == (before, 0)
    page.get_by_label("Số điểm").fill("")
    page.get_by_role("button", name="Ghi quyết định").dblclick()
    expect(page.locator("form.bv-form [data-answer]")).to_contain_text("Đã ghi: số 1")
    assert stored(live) == 1
    live.site.relay()
    assert standings(live)[0] == before[0] + 1


def test_what_the_office_entered_stands_in_the_register_and_awaits_a_member(
    live: Live, session: Page
) -> None:
    page = session
    page.goto(f"{live.page}decisions")
    entry = page.locator("#register tbody tr")
    expect(entry).to_have_count(1)
    for words in ("điểm thưởng T1", "KL-12", "02/11/2020", "Văn phòng nhập thay", "chờ xác nhận"):
        expect(entry).to_contain_text(words)
    expect(page.locator("#unanswered")).to_be_visible()
    expect(page.locator("#proposals")).to_have_count(0)
    expect(entry.get_by_role("button", name="Gửi")).to_have_count(0)  # who entered it does not confirm it


def test_a_member_confirms_it_by_keyboard(live: Live, session: Page) -> None:
    page = session
    become(page, live, "committee", "decisions")
    answer = page.locator("#register").get_by_label("Trả lời")
    expect(answer).to_have_value("confirmed")
    answer.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#register [data-answer]")).to_contain_text("Đã ghi")
    live.site.relay()
    page.locator("#register [data-answer]").get_by_role("link", name="Xem kết quả").click()
    expect(page.locator("#register tbody tr").first).to_contain_text("có hiệu lực")
    expect(page.locator("#unanswered")).to_have_count(0)
    expect(page.locator("#register").get_by_label("Trả lời")).to_have_count(0)


def test_a_preview_of_a_bonus_shows_who_moves_and_leaves_the_standings_as_they_are(
    live: Live, session: Page
) -> None:
    page, before = session, standings(live)
    page.goto(f"{live.page}decisions?kind=bonus")
    page.locator("[name=unit]").select_option("QH-Q03")
    page.locator("[name=code]").select_option("T1")
    page.get_by_label("Mã sự việc").fill("mo-hinh-9")
    page.get_by_role("button", name="Xem trước").click()
    expect(page).to_have_url(re.compile(r"/what-if/sha256:[0-9a-f]{64}$"))
    expect(page.locator(".rk-trial")).to_contain_text("THỬ NGHIỆM: không có trong sổ cái")
    expect(page.locator("main")).to_contain_text(re.compile(r"5 đơn vị xét, [1-5] thay đổi, 0 bỏ qua"))
    expect(page.locator("main")).to_contain_text("Thưởng")
    axe_finds_nothing(page)
    page.set_viewport_size({"width": 375, "height": 740})
    assert overflowing(page) <= 0
    page.set_viewport_size({"width": 1440, "height": 900})
    assert (standings(live), stored(live)) == (before, 0)
    page.goto(live.page)
    assert page.locator("#board").get_attribute("data-digest") == before[1]


def test_a_draft_comes_back_whole_but_not_into_a_form_about_something_else(live: Live, session: Page) -> None:
    page = session
    page.goto(f"{live.page}decisions?kind=penalty")
    page.locator("[name=unit]").select_option("QH-Q03")
    page.get_by_label("Mã sự việc").fill("bao-cao-1")
    page.locator("[name=outcome]").select_option("refused")
    page.get_by_label("Phiên họp").fill("BTV-13")
    page.reload()
    expect(page.locator("form.bv-form")).to_contain_text("Đã lấy lại bản nháp")
    for name, value in (("unit", "QH-Q03"), ("occurrence_ref", "bao-cao-1"), ("outcome", "refused")):
        expect(page.locator(f"[name={name}]")).to_have_value(value)
    page.goto(f"{live.page}decisions?kind=penalty&unit=QH-Q01")
    expect(page.get_by_label("Mã sự việc")).to_have_value("")
    expect(page.get_by_label("Phiên họp")).to_have_value("")


def test_a_what_if_form_says_at_which_line_something_is_wrong_and_then_tries_it(
    live: Live, session: Page
) -> None:
    page, before = session, standings(live)
    page.goto(f"{live.page}what-if")
    line = page.locator("#facts > li")
    line.locator("[name='facts.0.unit']").select_option("QH-GVA")
    line.locator("[name='facts.0.criterion']").select_option("1.1")
    points = line.locator("[name='facts.0.points']")
    points.fill("0,1")
    page.get_by_role("button", name="Tính thử").click()
    expect(line.locator("[data-fault='facts.0.points']")).not_to_be_empty()
    expect(points).to_be_focused()
    points.fill("0,25")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text(re.compile(r"5 đơn vị xét, [1-5] thay đổi, 0 bỏ qua"))
    expect(page.get_by_role("row").filter(has_text="Gò Vấp")).to_contain_text("0,25")
    assert standings(live) == before


def test_lines_can_be_added_and_removed_and_a_candidate_rulebook_read_from_a_file(
    live: Live, session: Page
) -> None:
    page, before = session, standings(live)
    page.goto(f"{live.page}what-if?kind=forfeit&unit=QH-Q01")
    page.get_by_role("button", name="Thêm giả định").click()
    second = page.locator("#facts > li").nth(1)
    expect(second.locator("[name='facts.1.kind']")).to_be_focused()
    second.locator("[name='facts.1.kind']").select_option("veto")
    expect(second.locator("[data-name=points]").first).to_be_hidden()
    second.locator("[name='facts.1.unit']").select_option("QH-Q03")
    rulebook = (DEMO / "rulebook.yaml").read_bytes()
    page.locator("#rulebook").set_input_files(upload(rulebook + b"#" * 262_144))
    page.get_by_role("button", name="Tính thử").click()
    expect(page.locator("[data-fault=rulebook]")).to_contain_text("từ 1 đến 262144")
    expect(page.locator("[data-fault='facts.1.veto']")).to_contain_text("Thiếu trường này")
    second.get_by_role("button", name="Bỏ dòng này").click()
    expect(page.locator("#facts > li")).to_have_count(1)
    page.locator("#rulebook").set_input_files(upload(b"a: 1\n"))
    page.get_by_role("button", name="Tính thử").click()
    for words in ('Khóa "a" không có trong định dạng', 'Thiếu khóa bắt buộc "areas"'):
        expect(page.locator("[data-fault=rulebook]")).to_contain_text(words)
    page.locator("#rulebook").set_input_files(
        upload(rulebook.replace(b'cap_total: "5.00"', b'cap_total: "0.50"'))
    )
    page.get_by_role("button", name="Tính thử").click()
    expect(page.locator("main")).to_contain_text("Hai bên dùng hai bộ tiêu chí khác nhau")
    page.get_by_role("link", name="Sửa và thử lại").click()
    expect(page.locator("[name='facts.0.unit']")).to_have_value("QH-Q01")
    expect(page.get_by_label("Hoặc dùng lại")).to_be_checked()
    assert (standings(live), stored(live)) == (before, 0)


def upload(content: bytes) -> FilePayload:
    return {"name": "du-thao.yaml", "mimeType": "application/yaml", "buffer": content}


def test_the_publish_form_names_what_blocks_and_publishes_nothing(live: Live, session: Page) -> None:
    page, before = session, standings(live)
    page.goto(f"{live.page}publications")
    expect(page.locator("#gate .rk-blocks").first).to_be_visible()
    page.get_by_role("button", name="Công bố").click()
    answer = page.locator("#publish [data-answer]")
    expect(answer).to_have_class(re.compile("bv-answer-bad"))
    expect(answer).to_be_focused()
    assert (standings(live), stored(live)) == (before, 0)


def test_who_only_reads_sees_lists_and_no_forms(live: Live, session: Page) -> None:
    page = session
    become(page, live, "auditor", "decisions")
    expect(page.locator("#register tbody tr")).to_have_count(1)
    expect(page.locator("main form")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("Bạn đang xem")
    page.goto(f"{live.page}publications")
    expect(page.locator("#gate")).to_be_visible()
    expect(page.locator("#publish")).to_have_count(0)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_pages_that_act(live: Live, session: Page, path: str, scheme: Any) -> None:
    page = session
    become(page, live, "committee", "decisions")
    page.emulate_media(color_scheme=scheme)
    for query in ("", "lang=en"):
        page.goto(f"{live.page}{path}{'&' if '?' in path else '?'}{query}")
        axe_finds_nothing(page)
    page.context.clear_cookies(name="bangvang_lang")


@pytest.mark.parametrize("path", PAGES)
def test_no_page_that_acts_scrolls_sideways_on_a_phone(live: Live, session: Page, path: str) -> None:
    page = session
    become(page, live, "committee", "decisions")
    try:
        page.set_viewport_size({"width": 375, "height": 740})
        page.goto(f"{live.page}{path}")
        assert overflowing(page) <= 0
    finally:
        page.set_viewport_size({"width": 1440, "height": 900})
