"""A secretary at his desk in Chromium: a pack assessed and forwarded by keyboard, a receipt, a case."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from services.inspections.opening import CaseOpener
from tests.support.browser import Scheme, axe_finds_nothing, opened, overflowing
from tests.support.inspections_site import LiveInspections, demo_round, serving_inspections
from tests.support.packs import REQUIRED, files
from tests.support.town import accepted

pytestmark = pytest.mark.browser
SENT = "QH-Q01"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveInspections]:
    """Quận 1 has sent all but one document, the other unit of the team nothing; their last day is over."""
    made = demo_round(tmp_path_factory.mktemp("desk"), units=[SENT, "CNLD-DCD"])
    made.set_clock("2020-11-06T02:00:00.000000Z")
    body = {"unit": SENT, "manifest": list(files(*REQUIRED[:-1]))}
    accepted([made.post("inspections", "packs", body, "bithu.q01")])
    made.set_clock("2020-11-06T17:00:00.000000Z")
    assert CaseOpener(made.houses["inspections"]).step() == 2
    made.settle()
    with serving_inspections(made) as running:
        yield running


def number_of(live: LiveInspections) -> int:
    packs = live.town.get("inspections", f"packs?unit={SENT}", "NV-003").get_json()["packs"]
    return int(packs[0]["number"])


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (375, "dark")])
def test_the_pages_fit_their_window_and_axe_finds_nothing(
    chromium: Browser, live: LiveInspections, width: int, scheme: Scheme
) -> None:
    faults: list[str] = []
    page = opened(chromium, live, "NV-003", "packs", faults, width, scheme)
    for address in (
        "packs",
        f"packs/{SENT}/{number_of(live)}?lang=en",
        f"packs/{SENT}/receipt",
        "cases?unit=CNLD-DCD",
        f"cases/{SENT}?lang=vi",
    ):
        page.goto(live.page + address)
        assert overflowing(page) <= 0, address
        axe_finds_nothing(page)
    assert faults == []
    page.context.close()


def test_a_pack_is_found_assessed_and_forwarded_without_a_mouse(
    chromium: Browser, live: LiveInspections
) -> None:
    faults: list[str] = []
    page = opened(chromium, live, "NV-003", "packs?show=unforwarded", faults)
    rows = page.locator(".dk-table tbody tr")
    expect(rows).to_have_count(1)
    rows.get_by_role("link", name="Phiên bản 1").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Quận Đoàn 1: tài liệu, phiên bản 1")

    findings = page.locator("[data-assess]")
    findings.get_by_role("radio").first.focus()
    page.keyboard.press("a")
    expect(findings.locator("input[value=accepted]:checked")).to_have_count(len(REQUIRED) - 1)
    expect(findings.locator("input[value=missing]:checked")).to_have_count(1)
    expect(findings.get_by_role("button", name="Ghi đánh giá")).to_be_focused()
    slot = findings.locator("[data-slot=SELF]")
    slot.get_by_role("radio", name="không dùng được").focus()
    page.keyboard.press("Space")
    slot.get_by_role("textbox").focus()
    page.keyboard.type("Bản quét mờ quá")
    expect(
        slot.get_by_role("radio", name="không dùng được")
    ).to_be_checked()  # the key "a" in a note is a letter
    findings.get_by_role("button", name="Ghi đánh giá").focus()
    page.keyboard.press("Enter")
    expect(findings.get_by_role("status")).to_contain_text("Đã ghi")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".dk-steps")).to_contain_text("không dùng được (Bản quét mờ quá)")

    passing = page.locator("[data-forward]")
    expect(passing.get_by_role("checkbox", checked=True)).to_have_count(8)  # all but the secretary himself
    passing.get_by_role("checkbox", name="Trần Thử Nghiệm 01").focus()
    page.keyboard.press("Space")
    passing.get_by_role("textbox").focus()
    page.keyboard.type("Thư điện tử của đoàn")
    page.keyboard.press("Enter")
    expect(passing.get_by_role("status")).to_contain_text("Đã ghi")
    page.reload()
    expect(page.locator(".dk-got.dk-good")).to_have_count(7)
    expect(page.locator(".dk-steps li").last).to_contain_text("Thư ký đoàn chuyển trễ 1 ngày")
    assert faults == []
    page.context.close()


def test_what_came_on_paper_is_recorded_by_its_digests_and_no_file_leaves_the_device(
    chromium: Browser, live: LiveInspections
) -> None:
    faults: list[str] = []
    page = opened(chromium, live, "NV-003", "packs/CNLD-DCD/receipt", faults)
    sizes: list[int] = []
    page.on("request", lambda one: sizes.append(len(one.post_data_buffer or b"")))
    content = b"%PDF-1.7 " + b"x" * 200_000
    page.get_by_label("Nhận qua").select_option("paper")
    page.get_by_label("Nhận lúc").fill("2020-11-05T10:00:00")
    page.get_by_label("Minh chứng").fill("Công văn đến 12")
    slot = page.locator("[data-slot=REPORT]")
    slot.locator("input[type=file]").set_input_files(
        {"name": "bao-cao.pdf", "mimeType": "application/pdf", "buffer": content}
    )
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    expect(slot.locator("[data-digest]")).to_have_text(digest)
    page.locator("[data-slot=REMEDY]").get_by_label("hoặc không có, vì").fill("Năm 2019 chưa thành lập")
    page.get_by_role("button", name="Ghi nhận").click()
    expect(page.locator("form").get_by_role("status")).to_contain_text("Đã ghi")
    assert max(sizes) < 2000
    told = live.town.get("inspections", "packs?unit=CNLD-DCD", "NV-003").get_json()["packs"][0]
    assert (told["via"], told["at"], told["on_time"]) == ("paper", "2020-11-05T03:00:00.000000Z", True)
    entries = {one["document"]: one for one in told["manifest"]}
    assert (entries["REPORT"]["sha256"], entries["REPORT"]["size"]) == (digest, len(content))
    assert entries["REMEDY"]["absent_because"] == "Năm 2019 chưa thành lập"
    assert faults == []
    page.context.close()


def test_a_case_prints_on_one_page_and_leads_who_decides_to_the_decision(
    chromium: Browser, live: LiveInspections
) -> None:
    faults: list[str] = []
    page = opened(chromium, live, "btv", f"cases/{SENT}", faults)
    expect(page.locator(".cs-chain > li")).to_have_count(8)
    expect(page.get_by_role("link", name="Ra quyết định")).to_have_attribute(
        "href", f"/ranking/hcmc/2020/decisions?kind=forfeit&unit={SENT}#enter"
    )
    assert page.pdf(format="A4").count(b"/Type /Page\n") == 1
    assert faults == []
    page.context.close()
