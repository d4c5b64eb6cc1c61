"""Pages: two languages, headers, banners, the demonstration's person chooser, health."""

from __future__ import annotations

import re
from pathlib import Path
from typing import ClassVar

import pytest
from flask.testing import FlaskClient

from shared.web import layout
from shared.web.health import Check
from tests.support.web import SCORES, Tiny, tiny

WHOAMI = "/scores/v1/hcmc/2020/whoami"
PEOPLE = "/scores/demo/people"
PAGES = (
    "/scores/page",
    "/scores/docs",
    "/scores/problems/",
    "/scores/problems/above-maximum",
    "/scores/nowhere",
    "/scores/broken",
    PEOPLE,
)
BROWSER: ClassVar = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize("path", [*PAGES, "/scores/openapi.json", "/scores/livez", SCORES])
def test_every_answer_forbids_what_comes_from_elsewhere_or_stands_inline(demo: Tiny, path: str) -> None:
    answer = demo.client.get(path, headers=BROWSER)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("code", ["vi", "en"])
def test_no_page_has_inline_script_or_style_or_anything_from_elsewhere(
    demo: Tiny, path: str, code: str
) -> None:
    page = demo.client.get(path, query_string={"lang": code}, headers=BROWSER).get_data(as_text=True)
    assert f'<html lang="{code}">' in page
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:", page)
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page)
    assert 'class="skip" href="#content"' in page


def test_pages_are_vietnamese_unless_english_is_asked_for_and_remember_it(service: Tiny) -> None:
    client = service.client
    assert "Đến nội dung" in client.get("/scores/page").text
    assert "Skip to content" in client.get("/scores/page?lang=en").text
    assert "Skip to content" in client.get("/scores/page").text
    assert "Đến nội dung" in client.get("/scores/page?lang=vi").text


@pytest.mark.parametrize("code", ["fr", "VI", "en-GB", "", "<script>", "en\x00"])
def test_an_unknown_language_is_vietnamese_and_not_remembered(service: Tiny, code: str) -> None:
    answer = service.client.get("/scores/page", query_string={"lang": code})
    assert answer.status_code == 200
    assert '<html lang="vi">' in answer.text
    assert "Set-Cookie" not in answer.headers


def test_the_language_switch_keeps_the_rest_of_the_address(service: Tiny) -> None:
    page = service.client.get("/scores/page?at=7&area=QH&lang=vi").text
    assert 'href="/scores/page?at=7&amp;area=QH&amp;lang=en"' in page


def test_a_demonstration_and_a_simulated_clock_say_so_on_every_page(demo: Tiny, service: Tiny) -> None:
    assert "DỮ LIỆU MINH HỌA" in demo.client.get("/scores/page").text
    assert "Đồng hồ mô phỏng" in demo.client.get("/scores/page").text
    assert "DỮ LIỆU MINH HỌA" not in service.client.get("/scores/page").text


def test_a_person_at_a_page_gets_errors_as_pages_and_a_client_as_documents(service: Tiny) -> None:
    page = service.client.get("/scores/nowhere", headers=BROWSER)
    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert "urn:bangvang:problem:not-found" in page.text
    assert service.client.get("/scores/nowhere").mimetype == "application/problem+json"
    assert service.client.get("/scores/v1/x", headers=BROWSER).mimetype == "application/problem+json"


def test_static_files_are_kept_by_their_hash_and_none_lies_outside(service: Tiny) -> None:
    page = service.client.get("/scores/page").text
    address = re.search(r'href="(/scores/static/bangvang\.css\?v=[0-9a-f]{12})"', page)
    assert address is not None
    with service.client.get(address.group(1)) as answer:
        assert answer.mimetype == "text/css"
        assert "max-age=31536000" in answer.headers["Cache-Control"]
    for outside in ("../app.py", "%2e%2e/app.py", "absent.css", "mark.svg/x"):
        assert service.client.get(f"/scores/static/{outside}").status_code == 404


def test_the_stylesheet_has_what_pages_need_and_nothing_from_elsewhere() -> None:
    style = (layout.STATIC / "bangvang.css").read_text("utf-8")
    for needed in ("prefers-color-scheme: dark", "@media print", "A4", ":focus-visible", "tabular-nums"):
        assert needed in style
    assert not re.search(r"@import|url\(|https?://", style)


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2) of ``#rgb`` or ``#rrggbb``."""
    digits = colour.lstrip("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    parts = (int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
def test_text_stands_out_from_its_ground_as_wcag_aa_asks(mode: int) -> None:
    style = (layout.STATIC / "bangvang.css").read_text("utf-8")
    blocks = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    names = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})", blocks[mode]))
    pairs = [(ink, ground) for ink in ("ink", "muted", "action") for ground in ("page", "surface", "sunken")]
    pairs += [
        (name, f"{name}-bg") for name in ("good", "warn", "bad", "class-0", "class-1", "class-2", "class-3")
    ]
    pairs += [("action-ink", "action")]
    for ink, ground in pairs:
        light, dark = sorted((luminance(names[ink]), luminance(names[ground])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, ground)


# --- the person chooser


def test_without_the_demonstration_there_is_no_person_chooser(service: Tiny) -> None:
    assert service.client.get(PEOPLE).status_code == 404
    assert service.client.post(PEOPLE, data={"sub": "an"}).status_code == 404
    assert PEOPLE.rpartition("/")[0] not in service.client.get("/scores/page").text


def test_the_chooser_lists_people_by_their_hats_and_is_marked(demo: Tiny) -> None:
    page = demo.client.get(PEOPLE).text
    assert "DEMO" in page
    assert 'value="spec-btg"' in page
    assert "Ban, đơn vị sự nghiệp <b>BTG</b>" in page


def choose(client: FlaskClient, sub: str, target: str = "/ranking", **headers: str):  # type: ignore[no-untyped-def]
    return client.post(PEOPLE, data={"sub": sub, "next": target}, headers=headers)


def test_choosing_a_person_sets_a_strict_cookie_that_reads(demo: Tiny) -> None:
    demo.grant("vp", "office", "ledger")
    client = demo.client
    assert client.get(WHOAMI).get_json() == {"sub": None, "everything": False, "published_only": True}
    answer = choose(client, "vp")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/ranking")
    cookie = answer.headers["Set-Cookie"]
    for flag in ("HttpOnly", "SameSite=Strict", "Path=/"):
        assert flag in cookie
    assert client.get(WHOAMI).get_json() == {"sub": "vp", "everything": True, "published_only": False}
    assert "vp" in client.get("/scores/page").text
    choose(client, "")
    assert client.get(WHOAMI).get_json()["sub"] is None


def test_only_a_person_of_the_list_can_be_chosen(demo: Tiny) -> None:
    answer = choose(demo.client, "mallory")
    assert answer.status_code == 404
    assert "Set-Cookie" not in answer.headers


def test_a_form_from_another_site_is_refused(demo: Tiny) -> None:
    assert choose(demo.client, "an", Origin="https://elsewhere.example").status_code == 400
    assert choose(demo.client, "an", Origin="null").status_code == 400
    assert choose(demo.client, "an", Origin="http://localhost").status_code == 303


@pytest.mark.parametrize(
    "target",
    [
        "https://elsewhere.example/",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "javascript:x",
        "",
        "/a\r\nX: 1",
    ],
)
def test_the_chooser_sends_nobody_elsewhere(demo: Tiny, target: str) -> None:
    assert choose(demo.client, "an", target).headers["Location"] == "/"


def test_a_cookie_counts_for_nothing_without_the_demonstration(service: Tiny) -> None:
    client = service.client
    client.set_cookie("bangvang_demo", service.issuer.issue("an"))
    assert client.get(WHOAMI).get_json()["sub"] is None


def test_a_bad_cookie_is_as_if_there_were_none_and_a_bad_token_is_not(demo: Tiny) -> None:
    client = demo.client
    client.set_cookie("bangvang_demo", "x.y.z")
    assert client.get(WHOAMI).get_json()["sub"] is None
    assert client.get(WHOAMI, headers={"Authorization": "Bearer x.y.z"}).status_code == 401


def test_a_bearer_token_reads_with_its_grants(service: Tiny) -> None:
    service.grant("kt", "auditor", "ledger")
    headers = {"Authorization": f"Bearer {service.issuer.issue('kt')}"}
    assert service.client.get(WHOAMI, headers=headers).get_json()["everything"] is True


def test_a_bad_token_on_a_page_is_told_as_a_page(demo: Tiny) -> None:
    answer = demo.client.get("/scores/nowhere", headers={**BROWSER, "Authorization": "Bearer x.y.z"})
    assert (answer.status_code, answer.mimetype) == (404, "text/html")


def test_when_not_even_the_error_page_can_be_made_the_document_is_given(
    service: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> bool:
        raise OSError("the disk is gone")

    monkeypatch.setattr(layout, "any_simulated", broken)
    answer = service.client.get("/scores/page", headers=BROWSER)
    assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
    assert "disk" not in answer.text


def test_pages_are_not_shared_by_caches(service: Tiny) -> None:
    assert service.client.get("/scores/page").headers["Cache-Control"] == "private, no-cache"


# --- health


def test_alive_is_not_ready(tmp_path: Path) -> None:
    def kafka() -> Check:
        return Check(False, "no broker answers")

    def broken() -> Check:
        raise RuntimeError("a password")

    made = tiny(tmp_path, checks={"kafka": kafka, "caught-up": broken})
    assert made.client.get("/scores/livez").status_code == 200
    plain = made.client.get("/scores/readyz")
    assert (plain.status_code, plain.get_json()) == (503, {"ready": False})
    checks = made.client.get("/scores/readyz?verbose").get_json()["checks"]
    assert checks["database"] == {"ok": True, "text": "sqlite"}
    assert checks["kafka"] == {"ok": False, "text": "no broker answers"}
    assert checks["caught-up"] == {"ok": False, "text": "RuntimeError"}
    made.engine.dispose()


def test_ready_when_every_check_is_well(service: Tiny) -> None:
    answer = service.client.get("/scores/readyz")
    assert (answer.status_code, answer.get_json()) == (200, {"ready": True})


def test_metrics_count_by_route_and_are_for_the_house_alone(service: Tiny) -> None:
    service.client.get("/scores/page")
    text = service.client.get("/scores/metrics").text
    assert 'route="/scores/page",service="scores",status="200"} 1.0' in text
    for caller in ({"REMOTE_ADDR": "8.8.8.8"}, {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}):
        assert service.client.get("/scores/metrics", environ_overrides=caller).status_code == 404
