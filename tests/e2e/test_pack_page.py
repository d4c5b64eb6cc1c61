"""A unit sends its pack in Chromium: the list counts, files follow, a lost connection costs one part."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, FilePayload, Page, Route, expect

from tests.support import files
from tests.support.browser import axe_finds_nothing, new_page, overflowing
from tests.support.inspections_site import LiveInspections, demo_round, serving_inspections
from tests.support.packs import REQUIRED

pytestmark = pytest.mark.browser
PDF = files.pdf("Báo cáo")
TABLE = b"ma,ten\n" * 200_000
OTHER = b"ma,so\n" * 200_000


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveInspections]:
    made = demo_round(tmp_path_factory.mktemp("pack"), units=["QH-Q01"])
    made.set_clock("2020-11-05T02:00:00.000000Z")
    made.settle()
    with serving_inspections(made) as running:
        yield running


def opened(chromium: Browser, live: LiveInspections, sub: str, faults: list[str], width: int = 1440) -> Page:
    context = chromium.new_context(viewport={"width": width, "height": 900}, timezone_id="Asia/Ho_Chi_Minh")
    live.become(context, sub)
    page = new_page(context, faults)
    page.goto(live.page + "packs/QH-Q01")
    return page


def file(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def choose(page: Page, document: str, name: str, content: bytes) -> None:
    slot = page.locator(f"[data-slot='{document}']")
    slot.locator("[data-file]").set_input_files(file(name, content))
    expect(slot.locator("[data-digest]")).to_contain_text(
        f"sha256:{hashlib.sha256(content).hexdigest()[:12]}"
    )


def sent(live: LiveInspections, document: str) -> tuple[bytes, Any]:
    """The newest file of ``document``, and how its slot stands."""
    told = live.town.get("inspections", "packs?unit=QH-Q01", "bithu.q01").get_json()
    number, entry = next(
        (row["number"], entry)
        for row in reversed(told["packs"])
        for entry in row["manifest"]
        if entry["document"] == document
    )
    answer = live.town.get("inspections", f"packs/{number}/files/{document}", "bithu.q01")
    content = answer.get_data()
    answer.close()
    return content, entry["file"]


def breaking(at: int, times: int) -> tuple[list[str], Any]:
    """A connection that breaks when the part at byte ``at`` is sent, ``times`` times; the parts that went."""
    went: list[str] = []
    left = [times]

    def handle(route: Route) -> None:
        offset = route.request.headers["upload-offset"]
        if int(offset) == at and left[0]:
            left[0] -= 1
            route.abort("connectionreset")
            return
        went.append(offset)
        route.continue_()

    def only_parts(route: Route) -> None:
        if route.request.method == "PATCH":
            handle(route)
        else:
            route.continue_()

    return went, only_parts


def test_a_unit_sends_its_pack_over_a_connection_that_breaks_and_goes_on_after_a_reload(
    chromium: Browser, live: LiveInspections
) -> None:
    faults: list[str] = []
    first, second, third = REQUIRED[:3]
    page = opened(chromium, live, "bithu.q01", faults)
    axe_finds_nothing(page)
    went, handle = breaking(512 * 1024, 1)
    page.route("**/upload", handle)
    page.locator(f"[data-slot='{second}'] [data-file]").set_input_files(file("chạy.exe", b"MZ"))
    expect(page.locator(f"[data-slot='{second}']")).to_contain_text("Không nhận loại tệp này")
    choose(page, first, "Báo cáo.pdf", PDF)
    choose(page, second, "Tự chấm.csv", TABLE)
    page.locator(f"[data-slot='{third}'] [data-because]").fill("Không phát sinh trong năm")
    page.get_by_role("button", name="Gửi danh mục và các tệp").click()
    answer = page.locator("[data-pack] [data-answer]")
    expect(answer).to_contain_text("Máy chủ nhận danh mục 05/11/2020 09:")
    expect(answer).to_contain_text("đúng hạn; còn thiếu")
    expect(page.locator("[data-sum]")).to_have_text("Đã nhận đủ 2 tệp.", timeout=20_000)
    assert went == ["0", "0", str(512 * 1024), str(1024 * 1024)], "no part was sent twice"
    assert sent(live, first)[0] == PDF
    assert sent(live, second)[0] == TABLE

    page.unroute("**/upload")
    _, always = breaking(512 * 1024, 1_000)
    page.route("**/upload", always)
    page.reload()
    choose(page, second, "Tự chấm, sửa.csv", OTHER)
    page.get_by_role("button", name="Gửi danh mục và các tệp").click()
    expect(page.locator(f"[data-slot='{second}']")).to_contain_text("mất kết nối", timeout=20_000)
    page.unroute("**/upload")
    went, handle = breaking(-1, 0)
    page.route("**/upload", handle)
    page.reload()
    resume = page.locator("[data-resume]")
    expect(resume).to_contain_text("Tự chấm, sửa.csv")
    expect(resume).to_contain_text("512 KB/")
    resume.locator("[data-again]").set_input_files([file("a.csv", OTHER), file("b.pdf", PDF)])
    expect(resume.locator("[data-again-said]")).to_have_text(
        "Đã nhận đủ 1 tệp. Không phải tệp nào đang chờ: b.pdf.", timeout=20_000
    )
    assert went == [str(512 * 1024), str(1024 * 1024)], "it went on where it had stopped"
    content, state = sent(live, second)
    assert (content, state["state"], state["on_time"]) == (OTHER, "held", True)
    page.reload()
    expect(page.locator("[data-resume]")).to_have_count(0)
    axe_finds_nothing(page)
    page.context.close()

    narrow = opened(chromium, live, "bithu.q01", faults, width=375)
    assert overflowing(narrow) == 0
    axe_finds_nothing(narrow)
    narrow.context.close()
    assert [fault for fault in faults if "net::ERR" not in fault] == []


def test_the_secretary_sees_the_same_page_without_the_form_and_fetches_a_file(
    chromium: Browser, live: LiveInspections
) -> None:
    faults: list[str] = []
    page = opened(chromium, live, "NV-003", faults)
    expect(page.locator("form[data-pack]")).to_have_count(0)
    expect(page.locator(".pk-versions > li")).to_have_count(2)
    with page.expect_download() as found:
        page.locator(".pk-versions").get_by_role("link", name="Báo cáo.pdf").click()
    assert found.value.suggested_filename == "Báo cáo.pdf"
    assert found.value.path().read_bytes() == PDF
    axe_finds_nothing(page)
    page.context.close()
    assert faults == []
