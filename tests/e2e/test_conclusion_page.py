"""A session is concluded in Chromium while the connection drops: nothing is lost or signed twice, and what a
leader signs over values that changed meanwhile comes back to him.  The standings move at signature."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from shared.web.runtime import SESSION_COOKIE
from tests.support.browser import axe_finds_nothing, new_page, overflowing
from tests.support.inspections_site import demo_round
from tests.support.packs import REQUIRED
from tests.support.serving_town import Network, network
from tests.support.town import LEDGER, accepted

pytestmark = pytest.mark.browser
LEADER, SECRETARY, MEMBER = "NV-001", "NV-003", "NV-004"
UNIT = "QH-Q01"
OFFLINE = re.compile(
    "ERR_INTERNET_DISCONNECTED|ERR_FAILED|ERR_EMPTY_RESPONSE|ERR_CONNECTION|status of (4|503)"
)


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """Three services at one address; the pack of QH-Q01 came and was forwarded, its session is open."""
    services = ("scores", "inspections", "ranking")
    made = demo_round(tmp_path_factory.mktemp("conclusion"), units=[UNIT, "QH-Q03"], services=services)
    score = {"unit": UNIT, "stage": "department"}
    accepted(
        made.post("scores", "scores", {**score, "criterion": c, "value": "5"}, "btg") for c in ("1.2", "1.3")
    )
    model = {"unit": UNIT, "ref": "MH-1", "title": "Thứ bảy tình nguyện", "text": "Mỗi tuần một buổi"}
    pack = {"unit": UNIT, "manifest": [{"document": one, "absent_because": "chưa có"} for one in REQUIRED]}
    received = made.post("inspections", "packs", pack, "bithu.q01")
    accepted([received, made.post("inspections", "models", model, "bithu.q01")])
    number = int(received.get_json()["receipts"][0]["sequence"])
    forwarding = {"members": [LEADER, MEMBER]}
    accepted([made.post("inspections", f"packs/{number}/forward", forwarding, SECRETARY)])
    made.settle()
    made.set_clock("2020-11-09T06:30:00.000000Z")
    opening = {"unit": UNIT, "override": {"reason": "Các Ban chấm bổ sung"}}
    accepted([made.post("inspections", "inspections/open", opening, LEADER)])
    made.settle(standings=True)
    with network(made) as running:
        yield running
    for house in made.houses.values():
        house.engine.dispose()


@pytest.fixture
def tablet(chromium: Browser) -> Iterator[BrowserContext]:
    """A tablet that several people share."""
    made = chromium.new_context(viewport={"width": 820, "height": 1180}, has_touch=True)
    yield made
    made.close()


def become(context: BrowserContext, live: Network, sub: str) -> None:
    token = live.town.issuer.issue(sub, ttl=3600)
    context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": live.origin}])


def opened(context: BrowserContext, live: Network, sub: str, faults: list[str]) -> Page:
    become(context, live, sub)
    page = new_page(context, faults)
    page.goto(f"{live.origin}/inspections/{LEDGER}/conclusion/{UNIT}")
    expect(page.locator("html")).to_have_attribute("data-offline-ready", "")
    return page


def complaints(faults: list[str]) -> list[str]:
    """What the browser complained about besides a network that is not there and refusals of the service."""
    return [one for one in faults if not OFFLINE.search(one)]


def adjust(page: Page, place: int, criterion: str, to: str, reason: str) -> None:
    page.get_by_role("button", name="Thêm điều chỉnh").click()
    box = page.locator(".co-adjust").nth(place)
    box.get_by_label("Tiêu chí").select_option(criterion)
    box.get_by_label("Thành (điểm)").fill(to)
    box.get_by_label("Lý do").fill(reason)


def total(live: Network) -> Decimal:
    found: dict[str, Any] = live.town.get("ranking", "standings?area=QH", "vanphong").get_json()
    rows = [row for area in found["areas"] for row in area["rows"] if row["unit"] == UNIT]
    return Decimal(rows[0]["total"])


def signatures(live: Network) -> int:
    return sum(row.type == "conclusion.signed.v1" for row in live.town.ledger("inspections"))


def test_the_secretary_drafts_and_lays_it_before_the_leader(
    chromium: Browser, live: Network, faults: list[str]
) -> None:
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    page = opened(context, live, SECRETARY, faults)
    page.get_by_label("Mặt được").fill("Tuyên truyền thường xuyên")
    page.get_by_label("Hạn chế", exact=True).fill("Hồ sơ chưa đủ")
    page.get_by_label("Định hướng").fill("Củng cố hồ sơ")
    for criterion in ("8.1", "8.2", "8.3"):
        page.locator(f'[data-score="{criterion}"] input').fill("1,5")
    page.locator('[data-score="8.3"] input').fill("9")
    expect(page.locator('[data-score="8.3"] [data-said]')).to_contain_text("2")  # above the maximum
    page.locator('[data-score="8.3"] input').fill("1")
    expect(page.locator('[data-score="8.3"] [data-said]')).to_be_empty()
    adjust(page, 0, "1.2", "4", "Thiếu minh chứng")
    adjust(page, 1, "1.3", "4,5", "Đếm lại")
    expect(page.locator(".co-adjust").nth(1).locator(".co-now")).to_contain_text("5 → 4,5 (−0,5)")
    page.get_by_label("Thứ bảy tình nguyện").check()
    page.get_by_role("button", name="Trình Trưởng đoàn").click()
    expect(page.locator("[data-presented]")).to_be_visible()
    expect(page.locator("[data-saved]")).to_contain_text("Nghiệm 03")
    axe_finds_nothing(page)
    kept = live.town.get("inspections", f"conclusions/draft?unit={UNIT}", LEADER).get_json()["draft"]
    assert (kept["ready"], [one["to"] for one in kept["adjustments"]]) == (True, ["4", "4.5"])
    assert complaints(faults) == []
    context.close()


def test_the_signing_view_fits_a_phone_in_the_dark_and_axe_finds_nothing(
    chromium: Browser, live: Network, faults: list[str]
) -> None:
    context = chromium.new_context(viewport={"width": 375, "height": 740}, color_scheme="dark")
    page = opened(context, live, LEADER, faults)
    page.get_by_role("button", name="Xem lại để ký").click()
    expect(page.get_by_role("button", name="Ký kết luận")).to_be_visible()
    assert overflowing(page) <= 0
    axe_finds_nothing(page)
    assert complaints(faults) == []
    context.close()


def test_of_two_drafts_a_person_chooses_and_all_that_is_kept_on_a_device_can_be_removed(
    context: BrowserContext, live: Network, faults: list[str]
) -> None:
    page = opened(context, live, LEADER, faults)
    path = f"conclusions/draft?unit={UNIT}"
    held = live.town.get("inspections", path, SECRETARY)
    other = held.get_json()["draft"] | {"orientation": "Củng cố hồ sơ, mở rộng mô hình"}
    headers = {
        "Authorization": f"Bearer {live.town.issuer.issue(SECRETARY)}",
        "If-Match": held.headers["ETag"],
    }
    client = live.town.apps["inspections"].test_client()
    assert client.put(f"/inspections/v1/{LEDGER}/{path}", json=other, headers=headers).status_code == 200

    page.get_by_label("Mặt được").fill("Bản của tôi")
    clash = page.locator("[data-clash]")
    expect(clash).to_contain_text("Khác nhau: Mặt được, Định hướng")
    clash.get_by_role("button", name="Dùng bản ấy").click()
    expect(page.get_by_label("Mặt được")).to_have_value("Tuyên truyền thường xuyên")
    expect(page.locator("[name=orientation]")).to_have_value("Củng cố hồ sơ, mở rộng mô hình")

    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Xóa dữ liệu trên máy này").click()
    expect(page.locator("[data-offline-line]")).to_contain_text("Đã xóa")
    assert page.evaluate("caches.keys()") == []
    assert complaints(faults) == []


def test_a_leader_concludes_while_the_connection_drops_and_the_unit_disputes(
    tablet: BrowserContext, live: Network, faults: list[str]
) -> None:
    before = total(live)
    page = opened(tablet, live, LEADER, faults)

    # Without a connection the page is there, and what he signs waits on the tablet.
    tablet.set_offline(True)
    page.reload()
    expect(page.locator("[data-offline-copy]")).to_contain_text("bản lưu")
    page.get_by_label("Hạn chế", exact=True).fill("Hồ sơ chưa đủ ở ba chi đoàn")
    page.get_by_role("button", name="Xem lại để ký").click()
    expect(page.locator("[data-words]")).to_contain_text("Không có mạng")
    page.get_by_role("button", name="Ký kết luận").click()
    note = page.locator('#conclusion [data-note="offline"]')
    expect(note).to_contain_text("Đã giữ trên máy này")
    page.reload()
    expect(note).to_contain_text("Đã giữ trên máy này")
    expect(page.get_by_label("Hạn chế", exact=True)).to_have_value("Hồ sơ chưa đủ ở ba chi đoàn")
    expect(page.locator("[data-offline-queue]")).to_contain_text("chờ gửi")

    # Meanwhile a score changes: the conclusion comes back, both values side by side, nothing stated.
    again = {"unit": UNIT, "criterion": "1.2", "stage": "department", "value": "5.5", "reason": "Đếm lại"}
    accepted([live.town.post("scores", "scores", again, "btg")])
    live.town.settle(standings=True)
    tablet.set_offline(False)
    conflict = page.locator(".co-adjust").nth(0).locator(".co-conflict")
    expect(conflict).to_contain_text("đã thay đổi từ khi soạn")
    expect(conflict.locator("tr").nth(2)).to_contain_text("55,54")
    expect(page.locator("#conclusion [data-answer]")).to_contain_text("1.2")
    assert signatures(live) == 0

    # He stays with his value; the answer to his signature is lost on the way, and it is sent again.
    page.locator("[data-offline-queue]").get_by_role("button", name="Đã xem").click()
    conflict.get_by_role("button", name="Vẫn điều chỉnh thành 4").click()
    page.get_by_role("button", name="Xem lại để ký").click()
    sign = page.get_by_role("button", name="Ký kết luận")
    expect(sign).to_be_visible()
    live.seen.clear()
    live.fates.append("drop")
    sign.click()
    expect(note).to_contain_text("Đã giữ trên máy này")
    tablet.set_offline(True)
    tablet.set_offline(False)
    expect(page.locator("#conclusion [data-answer]")).to_contain_text("Đã ghi")
    sent = [(key, fate) for _, path, key, fate in live.seen if path.endswith("/conclusions")]
    assert [fate for _, fate in sent] == ["drop", "201"]
    assert len({key for key, _ in sent}) == 1
    live.town.settle(standings=True)
    assert signatures(live) == 1

    # The standings moved by the team's scores and by both adjustments, at signature.
    assert total(live) - before == Decimal("4") + (Decimal("4") - 5) + (Decimal("4.5") - 5)
    stated = live.town.get("inspections", f"adjustments?unit={UNIT}", "bithu.q01").get_json()["adjustments"]
    assert [(one["criterion"], one["from_effective"], one["to"]) for one in stated] == [
        ("1.2", "5.5", "4"),
        ("1.3", "5", "4.5"),
    ]
    dispute = {
        "unit": UNIT,
        "conclusion": stated[0]["conclusion"],
        "criterion": "1.2",
        "text": "Có minh chứng",
    }
    moved = total(live)
    accepted([live.town.post("inspections", "adjustments/dispute", dispute, "bithu.q01")])
    live.town.settle(standings=True)
    assert total(live) == moved
    page.goto(f"{live.origin}/ranking/{LEDGER}/")
    row = page.get_by_role("row").filter(has_text=UNIT)
    expect(row).to_contain_text(re.compile(r"không đồng ý điều chỉnh\s+1\.2"))
    page.goto(f"{live.origin}/inspections/{LEDGER}/conclusion/{UNIT}")
    expect(page.locator(".co-adjusted")).to_contain_text("Không đồng ý: Có minh chứng")
    axe_finds_nothing(page)

    # Whoever goes to choose a person leaves no pages behind him.
    assert [name for name in page.evaluate("caches.keys()") if "-pages:" in name] != []
    page.goto(f"{live.origin}/ranking/demo/people")
    page.wait_for_function("caches.keys().then((names) => !names.some((name) => name.includes('-pages:')))")
    page.goto(f"{live.origin}/inspections/{LEDGER}/conclusion/{UNIT}")

    # The next one who takes the tablet reads nothing of what was kept for the leader.
    become(tablet, live, "bithu.q03")
    page.goto(f"{live.origin}/inspections/{LEDGER}/")
    tablet.set_offline(True)
    page.goto(f"{live.origin}/inspections/{LEDGER}/conclusion/{UNIT}")
    expect(page.get_by_role("heading", name="Không có mạng")).to_be_visible()
    assert complaints(faults) == []
