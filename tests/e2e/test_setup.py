"""Setting a cycle up in Chromium: due instants, units, assignments; grants given, ended, handed over."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import axe_finds_nothing, new_page, overflowing
from tests.support.deciding import RULEBOOK
from tests.support.scores_site import LiveScores, demo_cycle, serving_scores
from tests.support.town import ADMIN

pytestmark = pytest.mark.browser
FEW = ("QH-Q01", "QH-Q03", "LLVT-CATP", "CNLD-DCD")
PAGES = ("setup", "people", "people?by=scope", "people?sub=btg", "people?on=2020-10-05", "join")


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveScores]:
    """The cycle of the demonstration with four units, two days after its start."""
    made = demo_cycle(tmp_path_factory.mktemp("setup"), units=FEW, services=("scores",))
    made.set_clock("2020-10-07T03:00:00.000000Z")
    with serving_scores(made) as running:
        yield running


@pytest.fixture(scope="module")
def browsing(chromium: Browser, live: LiveScores) -> Iterator[tuple[Page, list[str]]]:
    """The administrator's session for all that happens in order, and what the browser complained about."""
    faults: list[str] = []
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, timezone_id="America/New_York")
    live.become(context, ADMIN)
    yield new_page(context, faults), faults
    context.close()


@pytest.fixture
def page(browsing: tuple[Page, list[str]]) -> Iterator[Page]:
    """The administrator's page; a refusal that the service answers is no complaint of the page."""
    found, faults = browsing
    faults.clear()
    yield found
    assert [fault for fault in faults if "the server responded with a status of 4" not in fault] == []


def stated(live: LiveScores, page: Page, form: str) -> None:
    """The form says that it was stated; every service has taken it."""
    expect(page.locator(f"{form} [data-answer]")).to_contain_text("Đã ghi")
    live.town.settle()


def given(live: LiveScores, sub: str, **about: str) -> list[dict[str, object]]:
    query = "&".join(f"{name}={value}" for name, value in {"sub": sub, **about}.items())
    found = live.town.get("scores", f"grants?{query}", ADMIN).get_json()["grants"]
    assert isinstance(found, list)
    return found


def test_the_checklist_leads_to_the_due_instants_and_takes_one_in_the_citys_own_time(
    live: LiveScores, page: Page
) -> None:
    page.goto(f"{live.page}setup")
    page.locator(".su-next").get_by_role("link", name="Hạn chấm").click()
    form = page.locator("#due form")
    form.locator("[name=stage]").select_option("self")
    form.locator("[name=due]").fill("2020-11-09T00:00")
    form.locator("[name=document]").fill("12-KH")
    form.get_by_role("button", name="Đặt hạn").click()
    stated(live, page, "#due form")
    page.reload()
    row = page.locator("#due tbody tr")
    expect(row).to_contain_text("đơn vị tự chấm")
    expect(row).to_contain_text("hết ngày 08/11/2020")  # not New York's midnight
    expect(page.locator("#due")).not_to_contain_text("chưa đặt hạn: đơn vị tự chấm")


def test_a_unit_is_added_and_what_is_wrong_is_told_at_its_field(live: LiveScores, page: Page) -> None:
    page.goto(f"{live.page}setup")
    page.locator("#register summary", has_text="Thêm một đơn vị").click()
    form = page.locator('#register form[data-command$="/units"]')
    form.locator("[name=unit]").fill("QH-Q01")
    form.locator("[name=name]").fill("Quận Đoàn thứ nhất")
    form.locator("[name=area]").select_option("QH")
    form.locator("[name=kind]").fill("urban_district")
    form.get_by_role("button", name="Thêm").click()
    expect(form.locator("[data-fault=unit]")).to_contain_text("mã không dùng lại")
    form.locator("[name=unit]").fill("QH-MOI")
    form.get_by_role("button", name="Thêm").click()
    expect(form.locator("[data-answer]")).to_contain_text("Đã ghi")
    live.town.settle()


def test_two_units_become_one_and_another_gets_a_new_name(live: LiveScores, page: Page) -> None:
    page.goto(f"{live.page}setup")
    page.locator("#change > summary").click()
    page.locator("#change summary", has_text="Đổi tên").last.click()
    form = page.locator("#change form[data-path$=rename]")
    form.locator("[data-unit]").select_option("QH-Q03")
    form.locator("[name=name]").fill("Đoàn phường Võ Thị Sáu")
    form.locator("[name=valid_from]").fill("2021-01-01")
    form.locator("[name=document]").fill("1111-NQ")
    form.get_by_role("button", name="Đổi tên").click()
    stated(live, page, "#change form[data-path$=rename]")
    page.locator("#change summary", has_text="Hợp nhất").last.click()
    merging = page.locator('#change form[data-command$="/units/merge"]')
    merging.locator("[name=units]").fill("QH-Q01, QH-MOI")
    merging.locator("[name='into.unit']").fill("QH-HN")
    merging.locator("[name='into.name']").fill("Đoàn phường hợp nhất")
    merging.locator("[name='into.area']").select_option("QH")
    merging.locator("[name='into.kind']").fill("urban_district")
    merging.locator("[name=last_day]").fill("2020-12-31")
    merging.locator("[name=document]").fill("1112-NQ")
    merging.locator("[name=reason]").fill("sắp xếp đơn vị hành chính")
    merging.get_by_role("button", name="Hợp nhất").click()
    stated(live, page, '#change form[data-command$="/units/merge"]')
    assert "QH-HN" in page.goto(f"{live.page}setup").text()  # type: ignore[union-attr]


def test_a_faulty_rulebook_shows_every_fault_with_its_line_and_a_sound_one_amends(
    live: LiveScores, page: Page
) -> None:
    page.goto(f"{live.page}setup")
    page.locator("#rulebook summary").click()
    form = page.locator("#rulebook form")
    text = RULEBOOK.read_text("utf-8").replace("version: 2.0.0", "version: 2.0.1")
    bad = text.replace('total: {QH: "100"', 'total: {QH: "101"')
    for content in (bad, text):
        form.locator("[name=rulebook]").set_input_files(
            {"name": "tieu-chi.yaml", "mimeType": "application/yaml", "buffer": content.encode()}
        )
        form.locator("[name=decision]").fill("QĐ-15")
        form.get_by_role("button", name="Sửa đổi").click()
        if content == bad:
            expect(form.locator("[data-fault=rulebook]")).to_contain_text(
                re.compile(r"\d+: .*\n?.*\d+: ", re.S)
            )
    stated(live, page, "#rulebook form")
    page.reload()
    expect(page.locator("#rulebook tbody tr")).to_have_count(2)
    expect(page.locator("#rulebook tbody tr").first).to_contain_text("2.0.1")


def test_a_criterion_is_assigned_to_another_department(live: LiveScores, page: Page) -> None:
    page.goto(f"{live.page}setup?criterion=1.2")
    form = page.locator("#assign-form form")
    expect(form.locator("[name=criterion]")).to_have_value("1.2")
    form.locator("[name=owner]").select_option("BTC")
    form.locator("[name=document]").fill("15-QĐ")
    form.get_by_role("button", name="Phân công").click()
    stated(live, page, "#assign-form form")


def test_an_administrator_gives_hands_over_and_ends(live: LiveScores, page: Page) -> None:
    page.goto(f"{live.page}people")
    page.locator("#give summary").click()
    form = page.locator("#give form")
    form.locator("[name=sub]").fill("btg.ba")
    form.locator("[name=label]").fill("Chuyên viên Ba")
    form.locator("[name=role]").select_option("department")
    form.locator("[name=scope]").select_option("unit:QH-Q03")
    form.get_by_role("button", name="Giao quyền").click()
    expect(form.locator("[data-fault=scope]")).to_contain_text("department:")
    form.locator("[name=scope]").select_option("department:BTG")
    form.locator("[name=until]").fill("2020-12-31")
    form.get_by_role("button", name="Giao quyền").click()
    stated(live, page, "#give form")
    assert given(live, "btg.ba")[0]["until"] == "2020-12-31T17:00:00.000000Z"
    page.reload()
    page.get_by_role("link", name="Chuyên viên Ba").click()
    grant = page.locator(".su-grant")
    grant.locator("summary", has_text="Chuyển giao").click()
    handing = grant.locator("form[data-command$=hand-over]")
    handing.locator("[name=sub]").fill("btg.tu")
    handing.locator("[name=reason]").fill("nghỉ thai sản")
    handing.get_by_role("button", name="Chuyển giao").click()
    stated(live, page, "form[data-command$=hand-over]")
    assert given(live, "btg.ba") == []
    assert given(live, "btg.tu")[0]["until"] == "2020-12-31T17:00:00.000000Z"
    page.goto(f"{live.page}people?sub=btg.tu")
    page.locator("summary", has_text="Chấm dứt").click()
    ending = page.locator("form[data-command$='/end']")
    ending.locator("[name=reason]").fill("giao nhầm người")
    ending.get_by_role("button", name="Chấm dứt").click()
    stated(live, page, "form[data-command$='/end']")
    page.reload()
    expect(page.locator(".su-grant")).to_contain_text("đã chấm dứt")
    expect(page.locator(".su-grant")).to_contain_text("giao nhầm người")
    expect(page.locator("form[data-command]")).to_have_count(0)


def test_the_last_administrator_cannot_end_himself(live: LiveScores, page: Page) -> None:
    page.goto(f"{live.page}people?sub={ADMIN}")
    page.locator("summary", has_text="Chấm dứt").click()
    form = page.locator("form[data-command$='/end']")
    form.locator("[name=reason]").fill("nghỉ")
    form.get_by_role("button", name="Chấm dứt").click()
    expect(form.locator("[data-answer]")).to_contain_text("quyền quản trị cuối cùng")


def test_a_link_is_shown_once_and_whoever_opens_it_takes_the_role(
    live: LiveScores, page: Page, chromium: Browser
) -> None:
    page.goto(f"{live.page}people?by=scope")
    page.locator("#gaps").get_by_role("link", name=re.compile("Mời Đơn vị, .*Công an")).click()
    form = page.locator("#invite-form")
    form.locator("[name=label]").fill("Bí thư Đoàn Công an Thành phố")
    form.get_by_role("button", name="Tạo liên kết mời").click()
    link = page.locator("#invite-link")
    expect(link).to_have_value(re.compile(r"/scores/hcmc/2020/join#.{40,}"))
    axe_finds_nothing(page)
    address = link.input_value()
    page.goto(f"{live.page}people")
    assert address.rpartition("#")[2] not in page.content()
    faults: list[str] = []
    context = chromium.new_context(viewport={"width": 375, "height": 740})
    live.become(context, "bithu.catp")
    guest = new_page(context, faults)
    guest.goto(address)
    expect(guest).to_have_url(f"{live.page}join")  # the secret leaves the address bar
    expect(guest.locator("[data-offer]")).to_contain_text("Vai trò: Đơn vị, Đoàn Công an")
    axe_finds_nothing(guest)
    guest.get_by_role("button", name="Nhận vai trò").click()
    expect(guest.locator("[data-answer]")).to_contain_text("Đã ghi")
    live.town.settle()
    assert [one["scope"] for one in given(live, "bithu.catp")] == ["unit:LLVT-CATP"]
    guest.goto("about:blank")
    guest.goto(address)
    expect(guest.locator("[data-offer]")).to_contain_text("đã được nhận")
    expect(guest.get_by_role("button", name="Nhận vai trò")).to_be_disabled()
    context.close()
    assert [fault for fault in faults if "409" not in fault] == []
    page.goto(f"{live.page}people")
    expect(page.locator("#invitations tbody tr")).to_contain_text("đã nhận")


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_sound_for_axe_and_fits_a_phone(live: LiveScores, page: Page, path: str) -> None:
    for width in (1440, 375):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{live.page}{path}")
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        axe_finds_nothing(page)
        assert overflowing(page) <= 0
    page.set_viewport_size({"width": 1440, "height": 900})
