"""The page of a unit and of two units: numbers that add up again, and nobody sees what is not his."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from shared.events import Event
from tests.support.ranking_site import Site
from tests.support.shown import MEETING, demo_rulebook, demo_units

FEW = ("QH-Q01", "QH-Q03", "QH-Q04", "LLVT-CATP")
BASE = "/ranking/hcmc/2020"


def made(folder: Path, live_visibility: str, *, decided: bool = True) -> Site:
    """Four units; without ``decided`` ranking's own numbers stay free for what the site itself states."""
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
    self_score = {"criterion": "1.2", "stage": "self", "value": "6", "rulebook": site.fed.rulebook.digest}  # type: ignore[union-attr]
    site.fed.state("scores", "score.recorded.v1", "QH-Q01", self_score, role="unit")
    site.fed.fill(units=units, share=1, decisions=False)
    if decided:
        for number in range(4):
            site.fed.decide("bonus", "QH-Q01", "T1", f"model-{number}")
        site.fed.decide("penalty", "QH-Q03", "P1", "late")
    site.fed.state(
        "scores",
        "score.recorded.v1",
        "QH-Q04",
        {
            "criterion": "2.1",
            "stage": "department",
            "state": "NO_TARGET",
            "responsible": "BMT",
            "rulebook": site.fed.rulebook.digest,  # type: ignore[union-attr]
        },
        role="department",
    )
    return site.start()


@pytest.fixture(scope="module")
def open_site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Four units whose unpublished standings everybody sees; never written to."""
    return made(tmp_path_factory.mktemp("open"), "public")


@pytest.fixture(scope="module")
def shut_site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The same units, unpublished for those whom the rule table names; never written to."""
    return made(tmp_path_factory.mktemp("shut"), "restricted")


def ask(site: Site, path: str, name: str | None = None) -> Any:
    headers = {"Accept": "text/html", **(site.token(name) if name else {})}
    return site.client().get(f"{BASE}/{path}", headers=headers)


def page(site: Site, path: str, name: str | None = None) -> str:
    answer = ask(site, path, name)
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def printed_terms(text: str) -> list[tuple[str, str]]:
    """Value and print of every term of the table of terms."""
    table = text.split('id="terms"')[1].split("</tbody>", maxsplit=1)[0]
    return re.findall(r'<data value="([^"]+)">([^<]+)</data>', table)


def printed_total(text: str) -> tuple[str, str]:
    found = re.search(r'id="total"><data value="([^"]+)">([^<]+)</data>', text)
    assert found is not None
    return found.group(1), found.group(2)


def decimal(text: str) -> Decimal:
    return Decimal(text.replace("−", "-").replace("+", "").replace(",", "."))


@pytest.mark.parametrize("unit", FEW)
def test_the_terms_as_printed_add_up_to_the_total_as_printed(open_site: Site, unit: str) -> None:
    text = page(open_site, f"units/{unit}")
    terms, (exact, total) = printed_terms(text), printed_total(text)
    assert sum(Fraction(value) for value, _ in terms) == Fraction(exact)
    if not any("≈" in printed for _, printed in terms):
        assert sum(decimal(printed) for _, printed in terms) == decimal(total)
    row = next(
        row
        for area in open_site.get("standings").json["areas"]
        for row in area["rows"]
        if row["unit"] == unit
    )
    assert decimal(total) == Decimal(row["total"])


def test_a_cap_a_rescaling_and_a_penalty_are_terms_of_their_own(open_site: Site) -> None:
    bonus = page(open_site, "units/QH-Q01")
    assert bonus.count("Thưởng T1") >= 4
    assert "Trần thưởng T1" in bonus
    assert "−1,00" in bonus
    assert "Quy đổi theo phần còn lại" in page(open_site, "units/QH-Q04")
    assert "Trừ P1" in page(open_site, "units/QH-Q03")


def test_each_term_leads_to_the_story_of_its_criterion_and_that_to_the_rule(open_site: Site) -> None:
    text = page(open_site, "units/QH-Q01")
    ids = set(re.findall(r' id="([^"]+)"', text))
    links = re.findall(r'href="#([^"]+)"', text)
    assert links
    assert set(links) <= ids
    rules = page(open_site, "rulebook")
    for anchor in re.findall(r'href="/ranking/hcmc/2020/rulebook#([^"]+)"', text):
        assert f'id="{anchor}"' in rules


def test_a_value_that_does_not_count_says_why(open_site: Site) -> None:
    text = page(open_site, "units/QH-Q01")
    assert "điểm tự chấm không bao giờ là điểm chính thức" in text
    assert "a self score is never official" in page(open_site, "units/QH-Q01?lang=en")


def test_what_would_have_changed_class_or_rank_is_told_for_every_criterion(open_site: Site) -> None:
    assert page(open_site, "units/QH-Q01").count('class="un-changes"') == 21


def test_a_neighbour_is_compared_by_a_link_that_answers(open_site: Site) -> None:
    text = page(open_site, "units/QH-Q01")
    link = re.search(r'href="/ranking/hcmc/2020/(pair\?[^"]+)"', text)
    assert link is not None
    assert "trên" in page(open_site, link.group(1).replace("&amp;", "&"))


def test_an_unknown_unit_is_a_404_and_an_earlier_position_is_as_shown_then(open_site: Site) -> None:
    assert ask(open_site, "units/QH-NONE").status_code == 404
    assert "Như đã hiện lúc đó" in page(open_site, f"units/QH-Q01?at={open_site.fed.size - 1}")
    assert ask(open_site, f"units/QH-Q01?at={open_site.fed.size + 9}").status_code == 422


def test_the_differences_of_a_pair_add_up_to_the_difference_of_their_totals(open_site: Site) -> None:
    text = page(open_site, "pair?a=QH-Q01&b=QH-Q03")
    values = re.findall(r'<data value="([^"]+)">', text.split('class="bv-table pr-terms"')[1])
    *terms, whole = [Fraction(value) for value in values]
    assert sum(terms) == whole
    totals = [printed_total(page(open_site, f"units/{unit}"))[0] for unit in ("QH-Q01", "QH-Q03")]
    assert whole == Fraction(totals[0]) - Fraction(totals[1])
    assert text.index('id="verdict"') < text.index("pr-sides")


def test_units_of_two_areas_are_no_pair_and_without_two_one_chooses(open_site: Site) -> None:
    assert ask(open_site, "pair?a=QH-Q01&b=LLVT-CATP").status_code == 422
    assert ask(open_site, "pair?a=QH-Q01&b=QH-NONE").status_code == 404
    chooser = page(open_site, "pair")
    assert chooser.count("<option") == 2 * (len(FEW) + 1)


@pytest.mark.parametrize(
    ("name", "unit", "status"),
    [
        (None, "QH-Q01", 403),
        ("unit", "QH-Q01", 200),
        ("unit", "QH-Q03", 403),
        ("team", "QH-Q03", 200),
        ("team", "QH-Q01", 403),
        ("department", "QH-Q01", 403),
        ("office", "QH-Q03", 200),
        ("committee", "QH-Q03", 200),
        ("auditor", "QH-Q03", 200),
    ],
)
def test_a_row_that_is_not_published_is_for_those_who_see_it(
    shut_site: Site, name: str | None, unit: str, status: int
) -> None:
    assert ask(shut_site, f"units/{unit}", name).status_code == status


def test_a_pair_needs_both_rows(shut_site: Site) -> None:
    assert ask(shut_site, "pair?a=QH-Q01&b=QH-Q03", "unit").status_code == 403
    assert ask(shut_site, "pair?a=QH-Q01&b=QH-Q03", "office").status_code == 200


def test_a_unit_learns_of_its_neighbours_neither_name_nor_values_nor_how_far_they_are(
    shut_site: Site,
) -> None:
    text = page(shut_site, "units/QH-Q01", "unit")
    assert "QH-Q03" not in text
    assert "QH-Q04" not in text
    names = {unit["unit"]: unit["name"] for unit in demo_units()}
    assert not re.search(rf"{names['QH-Q03']}\b|{names['QH-Q04']}\b", text)
    assert 'class="un-changes"' not in text


def test_a_refusal_says_what_to_do(shut_site: Site) -> None:
    answer = ask(shut_site, "units/QH-Q03", "unit")
    assert "Xem phiên bản đã công bố" in answer.text


def test_once_published_everybody_reads_the_unit_as_that_version_has_it(tmp_path: Path) -> None:
    site = made(tmp_path, "restricted", decided=False).make_publishable()
    assert ask(site, "units/QH-Q03").status_code == 403
    answer = site.post("publish", {}, "committee", "first")
    assert answer.status_code == 201, answer.text
    site.relay()
    pinned = answer.json["receipts"][0]["data"]["position"]
    text = page(site, "units/QH-Q03")
    assert f"at={pinned}" in text
    assert "CÔNG BỐ v1" in text
    assert page(site, "pair?a=QH-Q01&b=QH-Q03")
    everything, public = page(site, "units/QH-Q01", "office"), page(site, "units/QH-Q01")
    assert "điểm tự chấm" in everything
    assert "điểm tự chấm" not in public
    assert "Đơn vị an" in everything
    assert "Ban, đơn vị sự nghiệp an" not in public
    assert f"at={pinned}" in page(site, "units/QH-Q03", "unit")  # another's: no more than was published
    assert f"at={pinned}" not in page(site, "units/QH-Q01", "unit")
    assert ask(site, f"units/QH-Q03?at={pinned + 1}", "unit").status_code == 403


def test_a_late_value_says_why_it_waits_and_then_by_which_decision_it_counts(tmp_path: Path) -> None:
    site = made(tmp_path, "public", decided=False)
    site.fed.close_round()
    site.fed.feed()
    site.fed.score("QH-Q01", "1.2", "0.25")
    late = site.fed.size
    site.fed.feed()
    assert "đến sau khi đợt kiểm tra kết thúc" in page(site, "units/QH-Q01")
    body = {"unit": "QH-Q01", "fact": late, "outcome": "accepted", **MEETING}
    assert site.post("decisions/late-fact", body, "committee", "late").status_code == 201
    decided = site.fed.size
    site.relay()
    text = page(site, "units/QH-Q01")
    assert "đến sau khi đợt kiểm tra kết thúc" not in text
    assert f"vị trí {decided}</a>" in text


def test_a_unit_without_any_value_has_no_total_and_names_what_is_missing(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.fed.open().adopt(demo_rulebook()).register(
        [unit for unit in demo_units() if unit["unit"] == "QH-Q01"]
    )
    site.start()
    text = page(site, "units/QH-Q01")
    assert "Chưa có điểm chính thức nào" in text
    assert "Chưa được xếp hạng" in text
    assert 'id="terms"' not in text
    assert '<a href="#c-8.3">8.3</a>' in text


def test_a_value_entered_on_behalf_says_so_and_whether_the_body_agrees(tmp_path: Path) -> None:
    site = made(tmp_path, "public", decided=False)
    stated = {
        "criterion": "1.2",
        "stage": "department",
        "value": "4",
        "responsible": "BTG",
        "on_behalf_of": "BTG",
        "rulebook": site.fed.rulebook.digest,  # type: ignore[union-attr]
    }
    value = Event.parse(site.fed.state("scores", "score.recorded.v1", "QH-Q01", stated, role="office"))
    site.fed.feed()
    assert "nhập hộ, chưa trả lời" in page(site, "units/QH-Q01")
    answer = {"score": value.sequence, "text": "chúng tôi cho 5", "responsible": "BTG"}
    site.fed.state("scores", "score.disputed.v1", "QH-Q01", answer, role="department")
    site.fed.feed()
    text = page(site, "units/QH-Q01")
    assert "nhập hộ, không được công nhận" in text
    assert "entered on behalf, disputed" in page(site, "units/QH-Q01?lang=en")


def test_a_disputed_adjustment_marks_the_value_and_the_row_and_leads_to_the_answers(tmp_path: Path) -> None:
    site = made(tmp_path, "public", decided=False)
    conclusion = {
        "team": "DKT-1",
        "strengths": "Chủ động.",
        "limitations": "Báo cáo chậm.",
        "orientation": "Giữ nền nếp.",
        "scores": [],
        "adjustments": [
            {"criterion": code, "from_self": None, "from_effective": None, "to": "3", "reason": "-"}
            for code in ("1.1", "1.2")
        ],
        "recognised_models": [],
    }
    answers = 'href="/inspections/hcmc/2020/answers/QH-Q01"'
    assert answers not in page(site, "units/QH-Q01", "office")
    stated = site.fed.state("inspections", "conclusion.signed.v1", "QH-Q01", conclusion, role="team_leader")
    site.fed.feed()
    assert "không đồng ý" not in page(site, "units/QH-Q01") + page(site, "")
    dispute = {"conclusion": Event.parse(stated).sequence, "criterion": "1.2", "text": "Có minh chứng"}
    site.fed.state("inspections", "adjustment.disputed.v1", "QH-Q01", dispute, role="unit")
    site.fed.feed()
    assert page(site, "units/QH-Q01").count("đơn vị không đồng ý") == 1
    board = page(site, "")
    assert board.count("đơn vị không đồng ý điều chỉnh") == 1
    row = board[board.index('id="u-QH-Q01"') :]
    assert "đơn vị không đồng ý điều chỉnh" in row[: row.index("</tr>")]
    assert "the unit disputes" in page(site, "?lang=en")
    for name in ("office", "committee", "unit"):
        assert answers in page(site, "units/QH-Q01", name)
    for other in (None, "team", "department"):
        assert answers not in page(site, "units/QH-Q01", other)
