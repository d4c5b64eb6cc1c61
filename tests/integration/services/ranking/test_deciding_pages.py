"""Pages that decide, suppose and compare: who sees what of them, and what they say."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.ranking.pages.what_if import fact_words
from services.ranking.schemas import HypotheticalFact
from services.ranking.words import Names
from tests.support.ranking_site import BASE, Site
from tests.support.shown import DEMO, MEETING, demo_rulebook, demo_units

FEW = ("QH-Q01", "QH-Q03", "QH-GVA", "LLVT-CATP", "CNLD-DCD")
ALL_SEEING = ("committee", "office", "auditor")
OTHERS = ("unit", "department", "team", None)
BONUS = {"unit": "QH-Q03", "code": "T1", "occurrence_ref": "mo-hinh-1", "outcome": "accepted"}


def made(folder: Path, live_visibility: str = "restricted") -> Site:
    """Five units; the Office enters a bonus, the Committee decides a score; both stand in the ledger."""
    units = [unit for unit in demo_units() if unit["unit"] in FEW]
    site = Site(folder)
    site.fed.open().adopt(demo_rulebook(live_visibility)).register(units)
    site.fed.state(
        "inspections",
        "inspection.scheduled.v1",
        "QH-Q03",
        {"team": "DKT-1", "date": "2020-11-16", "session": "MORNING", "schedule_version": 1},
    )
    site.fed.feed()
    site.fed.fill(units=units, share=1, decisions=False)
    site.start()
    assert site.post("decisions/bonus", {**BONUS, **MEETING}, "office", "k1").status_code == 201
    score = {"unit": "QH-Q01", "criterion": "1.1", "points": "0.25", **MEETING}
    assert site.post("decisions/score", score, "committee", "k2").status_code == 201
    site.relay()
    return site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Unpublished standings are not for everybody; what-ifs are all that is ever written."""
    return made(tmp_path_factory.mktemp("restricted"))


@pytest.fixture(scope="module")
def open_site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Unpublished standings are for everybody; never written to."""
    return made(tmp_path_factory.mktemp("open"), "public")


def page(site: Site, path: str, name: str | None = "office", status: int = 200) -> str:
    headers = {"Accept": "text/html", **(site.token(name) if name else {})}
    answer = site.client().get(f"/ranking/hcmc/2020/{path}", headers=headers)
    assert answer.status_code == status, answer.text
    return html.unescape(answer.text)


def tried(site: Site, **question: Any) -> str:
    """The digest of a what-if."""
    answer = site.client().post(f"{BASE}/what-ifs", json=question, headers=site.token("committee"))
    assert answer.status_code in (200, 201), answer.text
    found: Any = answer.json
    return str(found["digest"])


def nav(text: str) -> list[str]:
    found = re.search(r'<nav class="ledger-nav".*?</nav>', text, re.DOTALL)
    assert found is not None
    return re.findall(r"<a [^>]*>([^<]+)</a>", found.group())


# --- who sees what


@pytest.mark.parametrize("name", ALL_SEEING)
@pytest.mark.parametrize("path", ["decisions", "what-if", "compare"])
def test_who_sees_everything_comes_to_each_page(site: Site, name: str, path: str) -> None:
    assert {"Thử nghiệm", "Quyết định"} <= set(nav(page(site, path, name)))


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("path", ["decisions", "what-if"])
def test_nobody_else_comes_to_what_is_decided_or_supposed(site: Site, name: str | None, path: str) -> None:
    page(site, path, name, 403)


@pytest.mark.parametrize("name", OTHERS)
def test_a_what_if_is_not_for_everybody_even_where_unpublished_standings_are(
    open_site: Site, name: str | None
) -> None:
    page(open_site, "what-if", name, 403)
    assert "Thử nghiệm" not in nav(page(open_site, "compare", name))
    assert "Quyết định" in nav(page(open_site, "decisions", name))


def test_the_result_of_a_what_if_is_for_who_may_ask(site: Site) -> None:
    digest = tried(site, facts=[{"kind": "veto", "unit": "QH-Q03", "veto": "V1"}])
    for name in OTHERS:
        page(site, f"what-if/{digest}", name, 403)
    for name in ALL_SEEING:
        assert "THỬ NGHIỆM: không có trong sổ cái" in page(site, f"what-if/{digest}", name)


def test_forms_are_for_who_may_decide_or_enter(site: Site) -> None:
    assert "nhập thay Ban Thường vụ" in page(site, "decisions", "office")
    assert 'data-command="/ranking/v1/hcmc/2020/decisions/confirm"' in page(site, "decisions", "committee")
    assert "decisions/confirm" not in page(site, "decisions", "office")
    assert "data-command" not in page(site, "decisions", "auditor")


def test_a_comparison_shows_each_reader_what_he_may_see_at_both_ends(site: Site) -> None:
    whole, mine = page(site, "compare?from=0"), page(site, "compare?from=0", "unit")
    assert "Quận Đoàn 3" in whole
    assert "đơn vị xét" in whole
    assert "Quận Đoàn 1" in mine
    assert "Quận Đoàn 3" not in mine
    assert "đơn vị xét" not in mine
    assert "Quận Đoàn 1" not in page(site, "compare?from=0", "team")


def test_a_department_compares_its_own_criteria_and_learns_no_total(site: Site) -> None:
    seen = page(site, "compare?from=0", "department")
    assert "không hiển thị" in seen
    assert re.search(r"\b1\.1: ", seen)
    assert "tổng điểm" not in seen
    assert "bv-chip" not in seen


# --- comparing


def test_a_comparison_names_who_moved_and_the_event_that_did_it(site: Site) -> None:
    seen = page(site, f"compare?from={site.fed.size - 1}")
    assert re.search(r"5 đơn vị xét, [1-5] thay đổi, 0 bỏ qua", seen)
    assert "Ban Thường vụ quyết định tiêu chí 1.1 của Quận Đoàn 1: 0,25 điểm" in seen
    assert "1 sự kiện" in seen
    assert "Không đổi: " in seen


def test_a_position_and_itself_do_not_differ(site: Site) -> None:
    assert "Không có gì thay đổi" in page(site, f"compare?from={site.fed.size}")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("from=x", "Ghi số vị trí"),
        ("from=999999", "không có vị trí 999999"),
        ("from=freeze:nope", "mốc"),
        ("from=0&to=31/12/2099", "Chọn thời điểm không sau bây giờ"),
    ],
)
def test_what_is_no_position_is_said_at_its_field(site: Site, query: str, words: str) -> None:
    seen = page(site, f"compare?{query}", status=422)
    assert words in seen
    assert 'aria-invalid="true"' in seen


def test_a_time_without_a_zone_is_the_ledgers_own(site: Site) -> None:
    local = page(site, "compare?from=09/11/2020+10:02")
    instant = page(site, "compare?from=2020-11-09T03:02:00Z")
    ends = [re.search(r'class="rk-facts rk-ends">.*?</dl>', text, re.DOTALL) for text in (local, instant)]
    assert ends[0] is not None
    assert ends[1] is not None
    assert ends[0].group() == ends[1].group()


def test_two_positions_in_the_wrong_order_are_put_right(site: Site) -> None:
    size = site.fed.size
    assert "Vị trí nhỏ hơn được đặt trước" in page(site, f"compare?from={size}&to={size - 1}")


def test_who_sees_published_versions_only_is_told_that_there_are_no_two_yet(tmp_path: Path) -> None:
    site = made(tmp_path)
    page(site, "compare", None, 403)
    site.make_publishable()
    answer = site.post("decisions/confirm", {"decision": entered(site)}, "committee", "k3")
    assert answer.status_code == 201, answer.text
    site.relay()
    assert site.post("publish", {}, "committee", "k4").status_code == 201
    site.relay()
    assert "Chưa có hai bảng để so sánh" in page(site, "compare", None)
    page(site, "compare?from=0", None, 422)


def entered(site: Site) -> int:
    """Position of what the Office entered."""
    found = site.get("positions?limit=500&marks=true", "office").json["items"]
    return next(int(one["position"]) for one in found if one["type"] == "decision.bonus.v1")


# --- what-ifs


def test_every_kind_of_supposition_has_its_words_in_both_languages(site: Site) -> None:
    fact = {
        **{"unit": "QH-Q01", "criterion": "1.1", "stage": "standing", "points": "0.25", "code": "T1"},
        **{"veto": "V1", "area": "QH", "order": [["QH-Q01"], ["QH-Q03", "QH-GVA"]], "fact": 7},
    }
    names = Names({"QH-Q01": "Quận Đoàn 1"})
    for query in ("", "?lang=en"):
        with site.app.test_request_context(f"/ranking/{query}"):
            told = []
            for kind, needs in HypotheticalFact.NEEDS.items():
                given = {name: fact[name] for name in needs if name in fact}
                told.append(fact_words({"kind": kind, **given}, names))
            assert len(set(told)) == len(HypotheticalFact.NEEDS)
            assert all("Quận Đoàn 1: " in one for one in told if not one.startswith("QH: "))


def test_the_points_of_a_supposition_are_written_as_the_language_does(site: Site) -> None:
    fact = {"kind": "score", "unit": "Q", "criterion": "1.1", "points": "0.25"}
    for query, words in (("", "Q: Điểm tiêu chí 1.1 = 0,25"), ("?lang=en", "Q: Score 1.1 = 0.25")):
        with site.app.test_request_context(f"/ranking/{query}"):
            assert fact_words(fact, Names()) == words


def test_a_link_fills_the_first_line_in(site: Site) -> None:
    seen = page(site, "what-if?kind=bonus&unit=QH-Q01&code=T2")
    assert given_lines(seen) == [{"kind": "bonus", "unit": "QH-Q01", "code": "T2"}]


def test_an_earlier_what_if_can_be_changed_and_tried_again(site: Site) -> None:
    facts = [{"kind": "forfeit", "unit": "QH-Q01"}, {"kind": "veto", "unit": "QH-Q03", "veto": "V1"}]
    digest = tried(site, facts=facts, at=site.fed.size - 1)
    seen = page(site, f"what-if?again={digest}")
    assert given_lines(seen) == facts
    assert f'value="{site.fed.size - 1}"' in seen
    page(site, f"what-if?again=sha256:{'0' * 64}", status=404)


def given_lines(seen: str) -> Any:
    found = re.search(r"data-given='([^']*)'", seen)
    assert found is not None
    return orjson.loads(found.group(1))


def test_a_candidate_rulebook_is_named_and_can_be_tried_again(site: Site) -> None:
    text = (DEMO / "rulebook.yaml").read_text("utf-8").replace('cap_total: "5.00"', 'cap_total: "0.50"')
    digest = tried(site, rulebook=text)
    seen = page(site, f"what-if/{digest}")
    assert "bộ tiêu chí dự thảo" in seen
    assert "Hai bên dùng hai bộ tiêu chí khác nhau" in seen
    assert 'id="again"' in page(site, f"what-if?again={digest}")


def test_on_a_position_that_the_ledger_has_left_both_answers_are_shown(site: Site) -> None:
    digest = tried(site, facts=[{"kind": "forfeit", "unit": "QH-GVA"}], at=site.fed.size - 1)
    seen = page(site, f"what-if/{digest}")
    assert "Nếu áp dụng bây giờ, tại vị trí" in seen
    assert seen.count("5 đơn vị xét") == 2


def test_a_supposition_that_changes_nothing_says_so(site: Site) -> None:
    digest = tried(site, facts=[{**BONUS, "kind": "bonus", "outcome": "refused", "occurrence_ref": "khac"}])
    assert "Không đơn vị nào thay đổi" in page(site, f"what-if/{digest}")


def test_ranks_of_all_units_and_every_changed_pair_are_named(site: Site) -> None:
    digest = tried(
        site,
        facts=[
            {"kind": "veto", "unit": "QH-GVA", "veto": "V1"},
            {**BONUS, "kind": "bonus", "unit": "QH-Q01"},
        ],
    )
    seen = page(site, f"what-if/{digest}")
    assert "Hạng của mọi đơn vị (3)" in seen
    assert "Phân loại cũ (hàng) và mới (cột)" in seen


@pytest.mark.parametrize("path", ["decisions", "what-if", "compare?from=0"])
def test_nothing_is_inline_and_nothing_comes_from_elsewhere(site: Site, path: str) -> None:
    headers = {"Accept": "text/html", **site.token("committee")}
    shown = site.client().get(f"/ranking/hcmc/2020/{path}", headers=headers).text
    assert "style=" not in shown
    assert "onclick" not in shown
    assert not re.search(r"<script(?![^>]*\bsrc=)", shown)
