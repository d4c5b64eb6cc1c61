"""The standings page as the server renders it: what it says while there is nothing to rank, and in words."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from openapi_spec_validator import validate

from services.ranking.words import SENTENCES, Names, describe, reason_words
from shared.events import Event
from shared.events.catalogue import all_types
from tests.support.ranking_site import Site
from tests.support.shown import MEETING, demo_rulebook, demo_units

ONE = [unit for unit in demo_units() if unit["unit"] == "QH-Q01"]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def page(site: Site, query: str = "") -> str:
    answer = site.client().get(f"/ranking/hcmc/2020/{query}", headers={"Accept": "text/html"})
    assert answer.status_code == 200, answer.text
    return answer.text


def test_without_a_ledger_the_page_says_how_to_open_one(site: Site) -> None:
    site.start(with_grants=False)
    answer = site.client().get("/ranking/")
    assert answer.status_code == 200
    assert "Chưa có sổ cái nào" in answer.text
    assert "bangvang ledger open" in answer.text
    missing = site.client().get("/ranking/hcmc/2020/", headers={"Accept": "text/html"})
    assert missing.status_code == 404


def test_without_a_rulebook_nothing_is_shown_to_those_who_may_not_see(site: Site) -> None:
    site.fed.open()
    site.start()
    assert site.client().get("/ranking/hcmc/2020/").status_code == 403
    mine = site.client().get("/ranking/hcmc/2020/", headers=site.token("office")).text
    assert "Chưa có bộ tiêu chí nào được ban hành" in mine


def test_without_units_the_page_says_who_registers_them(site: Site) -> None:
    site.fed.open().adopt(demo_rulebook())
    site.start()
    assert "Văn phòng đăng ký các đơn vị trước" in page(site)
    assert "The Office registers the units first" in page(site, "?lang=en")


def test_without_scores_every_unit_is_unranked_and_the_page_says_what_comes_first(site: Site) -> None:
    site.fed.open().adopt(demo_rulebook()).register(ONE)
    site.start()
    shown = page(site)
    assert "Chưa có điểm nào" in shown
    assert '<span class="rank-no">–</span>' in shown
    assert "Chưa có đơn vị nào đăng ký trong khu vực này" in shown  # the other two areas


def test_the_page_names_what_is_missing_and_by_whom(site: Site) -> None:
    site.fed.open().adopt(demo_rulebook()).register(ONE)
    site.fed.score("QH-Q01", "1.2", "6")
    site.start()
    shown = page(site, "?open=QH-Q01")
    assert "Ban Tổ chức" in shown
    assert "Đoàn kiểm tra" in shown
    assert "chưa phân loại: thiếu 20" in shown
    assert "chưa chấm" in shown
    assert "6,00" in shown
    assert "Còn thiếu 20 tiêu chí" in shown


def test_a_moved_rank_is_told_against_the_last_publication(site: Site) -> None:
    units = [unit for unit in demo_units() if unit["unit"] in ("QH-Q01", "QH-Q03")]
    site.fed.open().adopt(demo_rulebook()).register(units)
    site.fed.score("QH-Q01", "1.2", "6")
    site.fed.score("QH-Q03", "1.2", "5")
    site.start()
    assert 'class="move' not in page(site)
    site.make_publishable()
    assert site.post("publish", {}, "committee", "p1").status_code == 201
    site.relay()
    body = {"unit": "QH-Q03", "criterion": "1.3", "points": "5", **MEETING}
    assert site.post("decisions/score", body, "committee", "d1").status_code == 201
    site.relay()
    shown = page(site)
    assert 'class="move up"' in shown
    assert 'class="move down"' in shown
    assert "▲▼ so với phiên bản 1" in shown


def test_an_instant_in_the_address_goes_to_its_position(site: Site) -> None:
    site.fed.open().adopt(demo_rulebook()).register(ONE)
    site.start()
    answer = site.client().get("/ranking/hcmc/2020/?at=2020-11-09T03:01:30Z&area=QH")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/ranking/hcmc/2020/?area=QH&at=2")


def test_nothing_on_the_page_is_inline_or_from_elsewhere(site: Site) -> None:
    site.fed.open().adopt(demo_rulebook()).register(ONE)
    site.start()
    shown = page(site, "?open=QH-Q01")
    assert "style=" not in shown
    assert "<style" not in shown
    assert "onclick" not in shown
    assert "http://" not in shown.replace("http://www.w3.org", "")
    assert "https://" not in shown


def test_text_of_events_is_escaped(site: Site) -> None:
    evil = [{**ONE[0], "name": "<script>alert(1)</script> & Đoàn"}]
    site.fed.open().adopt(demo_rulebook()).register(evil)
    site.start()
    shown = page(site, "?open=QH-Q01")
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; Đoàn" in shown


def test_the_api_describes_itself(site: Site) -> None:
    site.start(with_grants=False)
    spec = site.client().get("/ranking/openapi.json").json
    validate(spec)
    paths = {path.rpartition("{cycle}")[2] for path in spec["paths"]}
    assert {"/standings", "/positions", "/receipts/{event_id}", "/stream", "/publish", "/clock"} <= paths


def test_every_type_of_the_catalogue_has_its_own_words() -> None:
    assert [entry.type for entry in all_types() if entry.type not in SENTENCES] == []
    unknown = describe("mystery.happened.v9", "QH-Q01", {}, Names())
    assert unknown.vi == "Sự kiện chưa hiểu: mystery.happened.v9 (QH-Q01)"


def test_every_event_of_a_cycle_is_told_in_words(site: Site) -> None:
    site.fed.open().adopt(demo_rulebook()).register(ONE)
    site.fed.fill(units=ONE, share=1)
    site.fed.decide("bonus", "QH-Q01", "T1", "x")
    site.fed.state(
        "ranking",
        "decision.score.v1",
        "QH-Q01",
        {"criterion": "1.2", "points": "4.50", "stage": "standing", **MEETING},
    )
    names = Names({"QH-Q01": "Quận Đoàn 1"}, {"BTG": "Ban Tuyên giáo"})
    told = [
        describe(event.type, event.subject, event.data, names) for event in map(Event.parse, site.fed.stated)
    ]
    assert not [words for words in told if "chưa hiểu" in words.vi or "not understood" in words.en]
    assert told[-1].vi == "Ban Thường vụ quyết định tiêu chí 1.2 của Quận Đoàn 1: 4,50 điểm"
    assert told[-1].en == "The Standing Committee decides 1.2 of Quận Đoàn 1: 4.50 points"
    assert orjson.dumps([words.vi for words in told])


@pytest.mark.parametrize(
    ("reason", "vi"),
    [
        ("QUOTA:EXCELLENT", "Vượt tỷ lệ khống chế của mức Hoàn thành xuất sắc nhiệm vụ"),
        ("BONUS_CAP:total", "Điểm thưởng chạm trần (trần chung)"),
        ("TIE", "Đồng hạng"),
        ("TIE_BROKEN:base", "Phân định đồng điểm theo điểm cơ bản (trước thưởng, trừ)"),
        ("TIE_BROKEN:criterion:1.1", "Phân định đồng điểm theo tiêu chí 1.1"),
        ("TIE_BROKEN:group:8", "Phân định đồng điểm theo nhóm 8"),
        ("SOMETHING_NEW:1", "SOMETHING_NEW:1"),
    ],
)
def test_a_reason_is_told_in_words(reason: str, vi: str) -> None:
    assert reason_words(reason, {"EXCELLENT": "Hoàn thành xuất sắc nhiệm vụ"}).vi == vi
