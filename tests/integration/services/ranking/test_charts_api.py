"""Charts and side lists over HTTP and as pages: who sees them, how long they keep, what is beside them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from services.ranking.charts.render import DRAWING
from tests.support.ranking_site import Site
from tests.support.shown import MEETING, demo_rulebook, demo_units

FEW = ("QH-Q01", "QH-Q03", "QH-GVA", "LLVT-CATP")
PAGE = "/ranking/hcmc/2020"


def made(folder: Path, *, live_visibility: str = "restricted", demo: bool = True) -> Site:
    units = [unit for unit in demo_units() if unit["unit"] in FEW]
    site = Site(folder, demo=demo)
    site.fed.open().adopt(demo_rulebook(live_visibility)).register(units)
    site.fed.fill(units=units, decisions=False)
    return site.start()


@pytest.fixture(scope="module")
def restricted(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Unpublished standings for those whom the rule table names; never written to."""
    return made(tmp_path_factory.mktemp("charts"))


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Version 1 is published, and one decision has come since."""
    site = made(tmp_path_factory.mktemp("published")).make_publishable()
    assert site.post("publish", {}, "committee", "p1").status_code == 201
    site.relay()
    body = {"unit": "QH-Q03", "criterion": "1.3", "points": "1", **MEETING}
    assert site.post("decisions/score", body, "committee", "d1").status_code == 201
    site.relay()
    return site


def page(site: Site, path: str = "/", name: str | None = None) -> Any:
    headers = {"Accept": "text/html", **(site.token(name) if name else {})}
    return site.client().get(f"{PAGE}{path}", headers=headers)


def pinned(site: Site) -> int:
    return int(site.get("publications").json["items"][0]["position"])


# --- who sees which chart


@pytest.mark.parametrize("chart", ["distribution", "ranks", "heatmap", "progress"])
@pytest.mark.parametrize("name", ["office", "committee", "auditor"])
def test_who_sees_everything_gets_every_chart(restricted: Site, chart: str, name: str) -> None:
    answer = restricted.get(f"charts/{chart}.svg?area=QH", name)
    assert answer.status_code == 200
    assert answer.content_type == "image/svg+xml; charset=utf-8"
    assert answer.text.startswith("<svg")


@pytest.mark.parametrize("chart", ["distribution", "ranks"])
@pytest.mark.parametrize("name", ["unit", "department", "team"])
def test_a_chart_over_all_units_is_not_for_who_sees_some(restricted: Site, chart: str, name: str) -> None:
    assert restricted.get(f"charts/{chart}.svg?area=QH", name).status_code == 403


def test_a_unit_gets_its_own_cells_and_its_own_waterfall(restricted: Site) -> None:
    mine = restricted.get("charts/heatmap.svg?area=QH", "unit")
    assert mine.status_code == 200
    assert "Quận Đoàn 1" in mine.text
    assert "Quận Đoàn 3" not in mine.text
    assert restricted.get("charts/waterfall.svg?unit=QH-Q01", "unit").status_code == 200
    assert restricted.get("charts/waterfall.svg?unit=QH-Q03", "unit").status_code == 404


def test_a_department_gets_its_own_criteria_of_every_unit_and_no_waterfall(restricted: Site) -> None:
    cells = restricted.get("charts/heatmap.svg?area=QH", "department").text
    assert set(re.findall(r">(\d\.\d)</text>", cells)) == {"1.1", "1.2", "1.3"}
    assert "Quận Đoàn 3" in cells
    assert restricted.get("charts/waterfall.svg?unit=QH-Q03", "department").status_code == 404
    owed = restricted.get("charts/progress.svg?area=QH", "department").text
    assert "Ban Tuyên giáo" in owed
    assert "Ban Tổ chức" not in owed


def test_who_may_see_nothing_gets_nothing(restricted: Site) -> None:
    for chart in ("distribution", "heatmap"):
        assert restricted.get(f"charts/{chart}.svg?area=QH").status_code == 403


def test_unknown_names_are_not_found(restricted: Site) -> None:
    for path in ("charts/pie.svg?area=QH", "charts/ranks.svg?area=XX", "charts/waterfall.svg?unit=NO"):
        assert restricted.get(path, "office").status_code == 404
    assert restricted.get("charts/ranks.svg?area=QH&theme=pink", "office").status_code == 422
    assert restricted.get("charts/heatmap.svg?area=CNLD", "office").status_code == 404  # no unit there


# --- how long an image keeps


def test_an_image_has_a_tag_and_is_not_sent_twice(restricted: Site) -> None:
    first = restricted.get("charts/heatmap.svg?area=QH", "office")
    again = restricted.get("charts/heatmap.svg?area=QH", "office", **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    other = restricted.get("charts/heatmap.svg?area=QH&theme=dark", "office")
    assert other.headers["ETag"] != first.headers["ETag"]
    assert first.headers["Cache-Control"] == "private, no-cache"


def test_only_what_everybody_gets_is_kept_for_ever(published: Site, tmp_path: Path) -> None:
    ever = f"&lang=vi&drawing={DRAWING}"
    there, now = pinned(published), published.fed.size
    kept = published.get(f"charts/distribution.svg?area=QH&at={there}{ever}")
    assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Set-Cookie" not in kept.headers
    for path, name in (
        (f"distribution.svg?area=QH&at={there}", None),  # names no version of the drawings
        (f"ranks.svg?area=QH&at={there}{ever}", "office"),  # other positions are not for everybody
        (f"distribution.svg?area=QH&at={now}{ever}", "office"),
    ):
        assert published.get(f"charts/{path}", name).headers["Cache-Control"] == "private, no-cache", path


def test_an_image_may_do_nothing(restricted: Site) -> None:
    policy = restricted.get("charts/heatmap.svg?area=QH", "office").headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "script" not in policy


# --- published versions are for everybody


def test_everybody_gets_the_charts_of_a_published_version_and_of_no_other(published: Site) -> None:
    there = pinned(published)
    assert published.get(f"charts/distribution.svg?area=QH&at={there}").status_code == 200
    assert published.get(f"charts/waterfall.svg?unit=QH-Q03&at={there}").status_code == 200
    assert published.get(f"charts/distribution.svg?area=QH&at={there + 1}").status_code == 403
    assert published.get("charts/distribution.svg?area=QH").status_code == 200  # the version itself


def test_ranks_look_at_public_positions_only_for_who_sees_those_only(published: Site) -> None:
    there = pinned(published)
    everything = published.get(f"charts/ranks.svg?area=QH&at={there}", "office")
    assert everything.status_code == 200
    assert published.get(f"charts/ranks.svg?area=QH&at={there}").status_code == 404  # one position: no chart
    assert published.get(f"charts/ranks.svg?area=QH&at={there}", "unit").status_code == 404


# --- pages


def test_every_chart_of_the_page_has_an_image_and_a_table(restricted: Site) -> None:
    shown = page(restricted, "/charts?area=QH", "office").text
    assert (
        shown.count("<figure") == shown.count("<picture") == shown.count('class="bv-table chart-table"') == 4
    )
    for picture in re.findall(r"<img [^>]*>", shown):
        if "charts/" in picture:
            assert 'alt=""' not in picture
            assert "width=" in picture
            assert "height=" in picture
    assert "style=" not in shown
    part = page(restricted, "/charts?area=QH&part=1", "office").text
    assert "<html" not in part
    assert part.count("<figure") == 4


def test_the_page_leaves_out_the_charts_that_are_not_the_readers(restricted: Site) -> None:
    shown = page(restricted, "/charts?area=QH", "unit").text
    assert shown.count("<figure") == 2
    assert "Quận Đoàn 3" not in shown
    assert page(restricted, "/charts?area=QH").status_code == 403
    assert page(restricted, "/charts?area=XX", "office").status_code == 404


def test_the_images_of_the_page_are_those_of_its_position(restricted: Site) -> None:
    shown = page(restricted, "/charts?area=QH&at=90&lang=en", "office").text
    images = set(re.findall(r'(?:src|srcset)="([^"]*charts/[^"]*)"', shown))
    assert images
    for address in images:
        assert "at=90" in address
        assert "lang=en" in address
    first = sorted(images)[0].replace("&amp;", "&")
    assert restricted.client().get(first, headers=restricted.token("office")).status_code == 200


def test_a_side_list_ranks_by_the_measure_that_was_chosen(restricted: Site) -> None:
    shown = page(restricted, "/lists/overall?measure=base", "office").text
    assert "Chung các khu vực: Cộng các tiêu chí" in shown
    values = [float(text.replace(",", ".")) for text in re.findall(r'<td class="num">(\d+,\d\d)', shown)]
    assert len(values) == len(FEW)
    assert values == sorted(values, reverse=True)
    assert page(restricted, "/lists/criterion?measure=criterion:1.2", "office").status_code == 200
    for path in ("/lists/area", "/lists/nothing", "/lists/overall?measure=criterion:1.2"):
        assert page(restricted, path, "office").status_code == 404


def test_a_side_list_shows_a_reader_what_is_his(restricted: Site) -> None:
    mine = page(restricted, "/lists/overall", "unit").text
    assert "Quận Đoàn 1" in mine
    assert "Quận Đoàn 3" not in mine
    owner = page(restricted, "/lists/criterion?measure=criterion:1.2", "department").text
    assert "Quận Đoàn 3" in owner
    other = page(restricted, "/lists/criterion?measure=criterion:2.3", "department").text
    assert "Quận Đoàn 3" not in other
    assert "Chưa có gì để xếp" in other


def test_the_standings_link_to_side_lists_and_charts(restricted: Site) -> None:
    shown = page(restricted, "/", "office").text
    for name in ("criterion", "group", "overall", "grouping"):
        assert f"/lists/{name}" in shown
    assert 'data-charts="/ranking/hcmc/2020/charts?' in shown


# --- the standings page: quota line, ticks, freezes


def test_the_quota_line_falls_beneath_the_last_unit_kept(restricted: Site) -> None:
    shown = page(restricted, "/", "office").text
    lines = re.findall(r'<tr role="row" class="quota[^"]*" data-after="([^"]*)">.*?</tr>', shown, re.S)
    assert len(lines) == 2  # the third area has no unit
    assert "Mức khống chế Hoàn thành xuất sắc nhiệm vụ" in shown
    assert 'class="quota' not in page(restricted, "/", "unit").text
    assert 'class="quota' not in page(restricted, "/", "department").text


def test_two_ticked_units_go_to_their_pair(restricted: Site) -> None:
    answer = page(restricted, "/pick?unit=QH-Q01&unit=QH-Q03&at=90", "office")
    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        "/ranking/hcmc/2020/pair?at=90&a=QH-Q01&b=QH-Q03",
    )
    for few in ("", "?unit=QH-Q01", "?unit=A&unit=B&unit=C"):
        assert page(restricted, f"/pick{few}", "office").status_code == 422


def test_only_rows_seen_whole_can_be_ticked(restricted: Site) -> None:
    assert 'class="tick"' in page(restricted, "/", "office").text
    assert 'class="tick"' not in page(restricted, "/", "department").text


def test_a_frozen_position_says_so_and_is_a_mark(tmp_path: Path) -> None:
    site = made(tmp_path, live_visibility="public")
    body = {"name": "CHOT-1", "position": 90, "reason": "Chốt trước phiên họp."}
    answer = site.post("freezes", body, "committee", "f1")
    assert answer.status_code == 201, answer.text
    site.relay()
    frozen = page(site, "/?at=90").text
    assert "ĐÓNG BĂNG tại vị trí 90 · CHOT-1" in frozen
    assert "FROZEN at position 90 · CHOT-1" in page(site, "/?at=90&lang=en").text
    assert re.search(r'class="mark mark-freeze" data-at="90"', page(site).text)
    assert "ĐÓNG BĂNG" not in page(site, "/?at=91").text


def test_looking_back_links_to_then_against_now(restricted: Site) -> None:
    shown = page(restricted, "/?at=90", "office").text
    assert f"/ranking/hcmc/2020/compare?from=90&amp;to={restricted.fed.size}" in shown
    assert "compare?from" not in page(restricted, "/", "office").text


def test_an_illustrative_rulebook_marks_every_page_of_a_site_that_is_no_demonstration(tmp_path: Path) -> None:
    site = made(tmp_path, demo=False)
    for path in ("/", "/charts?area=QH", "/lists/overall"):
        assert "DỮ LIỆU MINH HỌA" in page(site, path, "office").text, path
