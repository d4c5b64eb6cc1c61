"""The rulebook as a page and over HTTP: open to everybody, complete, and with what was amended."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from shared.rulebook import Rulebook, digest, read
from shared.rulebook.form import POLICIES
from shared.rulebook.normalise import canonical
from tests.support.ranking_site import Site
from tests.support.shown import demo_rulebook, demo_units

ONE = [unit for unit in demo_units() if unit["unit"] == "QH-Q01"]
PAGE = "/ranking/hcmc/2020/rulebook"


def second_version(first: Rulebook) -> Rulebook:
    data = json.loads(first.document)
    data["rulebook"]["version"] = "2.1.0"
    data["classes"][0]["gte"] = "92"
    return read(canonical(data))


def amend(site: Site, rulebook: Rulebook) -> None:
    text = rulebook.document.decode("utf-8")
    parts = [text[start : start + 8000] for start in range(0, len(text), 8000)]
    for index, part in enumerate(parts):
        about = {"digest": rulebook.digest, "index": index, "parts": len(parts), "text": part}
        site.fed.state("scores", "rulebook.part.v1", "*", about)
    adopted = {
        "digest": rulebook.digest,
        "parts": len(parts),
        "rulebook_id": rulebook.identity.id,
        "version": rulebook.identity.version,
        "status": rulebook.identity.status,
        "decision": "QĐ-15",
        "mode": "prospective",
    }
    site.fed.state("scores", "rulebook.adopted.v1", "*", adopted)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A first version, one score, an amendment; unpublished standings are not public."""
    made = Site(tmp_path_factory.mktemp("rulebook"))
    first = demo_rulebook("restricted")
    made.fed.open().adopt(first).register(ONE)
    made.fed.score("QH-Q01", "1.2", "5")
    amend(made, second_version(first))
    return made.start()


def text(site: Site, query: str = "") -> str:
    answer = site.client().get(PAGE + query, headers={"Accept": "text/html"})
    assert answer.status_code == 200, answer.text
    return answer.text


def test_everybody_reads_every_criterion_policy_veto_and_class_of_it(site: Site) -> None:
    page, rulebook = text(site), demo_rulebook("restricted")
    for leaf in rulebook.leaves:
        assert f'id="c-{leaf.id}"' in page
    for name in (*POLICIES, "upload_grace_minutes"):
        assert f'id="policy-{name}"' in page
    for veto in rulebook.vetoes:
        assert f'id="veto-{veto.id}"' in page
    for one in rulebook.classes:
        assert one.label in page
    assert "Bộ tiêu chí 2020" in page
    assert "minh họa" in page


def test_what_was_amended_is_told_with_mode_decision_and_both_values(site: Site) -> None:
    page = text(site)
    assert "QĐ-15" in page
    assert "chỉ áp dụng cho điểm ghi về sau" in page
    assert "<del>90</del>" in page
    assert "<ins>92</ins>" in page
    assert "<del>90</del>" in text(site, "?lang=en&from=2.0.0")


def test_a_version_that_never_was_is_a_clear_404(site: Site) -> None:
    answer = site.client().get(f"{PAGE}?from=9.9.9", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "Bộ tiêu chí" in answer.text


def test_an_earlier_position_shows_the_version_in_force_then(site: Site) -> None:
    adopted = site.get("rulebook").json["adoptions"]
    assert [one["version"] for one in adopted] == ["2.0.0", "2.1.0"]
    before = text(site, f"?at={adopted[1]['position']}")
    assert "QĐ-15" not in before
    assert "đang có hiệu lực" in before


def test_one_area_shows_only_what_applies_there(site: Site) -> None:
    page = text(site, "?area=CNLD")
    assert 'id="c-1.1"' in page
    assert 'id="c-4.2"' not in page


def test_over_http_the_normalised_form_has_the_hash_that_it_states(site: Site) -> None:
    answer = site.get("rulebook").json
    assert digest(canonical(answer["rulebook"])) == answer["digest"]
    assert answer["adoptions"][-1]["digest"] == answer["digest"]
    assert (answer["adoptions"][-1]["mode"], answer["adoptions"][-1]["decision"]) == ("prospective", "QĐ-15")
    then = site.get(f"rulebook?at={answer['adoptions'][-1]['position']}").json
    assert then["rulebook"]["rulebook"]["version"] == "2.0.0"


def test_without_a_rulebook_the_page_says_what_comes_first(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.fed.open()
    site.start()
    assert "Chưa có bộ tiêu chí nào" in text(site)
    assert site.get("rulebook").status_code == 404
