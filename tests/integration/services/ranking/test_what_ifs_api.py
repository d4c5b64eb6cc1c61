"""What-ifs over HTTP: addressed by content, for those who may, and no way from them into the ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import update

from services.ranking.engine import body, canonical, compute, digest
from services.ranking.tables import what_ifs
from services.ranking.what_if.supposing import hypotheticals
from shared.database import write_transaction
from shared.events import Draft
from shared.events.envelope import EnvelopeError
from shared.ledger.admission import Noise, Record, memory_admission
from shared.store import EventRefused
from tests.support.board import DEMO
from tests.support.ranking_site import BASE, Site, everything_stored
from tests.support.shown import LEDGER, TOPIC, demo_rulebook, demo_units

FEW = ("QH-Q01", "QH-Q03", "QH-GVA", "LLVT-CATP", "CNLD-DCD")
FACT = {"kind": "score", "unit": "QH-Q01", "criterion": "1.1", "stage": "standing", "points": "0.25"}
ASKED = {"facts": [FACT]}
MAY = ("committee", "office", "auditor")


def made(folder: Path, live_visibility: str = "restricted") -> Site:
    units = [unit for unit in demo_units() if unit["unit"] in FEW]
    site = Site(folder)
    site.fed.open().adopt(demo_rulebook(live_visibility)).register(units)
    site.fed.feed()
    site.fed.fill(units=units, decisions=False)
    return site.start()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Five units; nothing is stated after its start."""
    return made(tmp_path_factory.mktemp("site"))


@pytest.fixture
def fresh(tmp_path: Path) -> Site:
    """A site of the test's own."""
    return made(tmp_path)


def ask(site: Site, question: dict[str, Any], name: str = "committee") -> Any:
    return site.client().post(f"{BASE}/what-ifs", json=question, headers=site.token(name))


def problem(answer: Any) -> str:
    return str(answer.json["type"]).rpartition(":")[2]


# --- asking


def test_a_question_is_answered_with_both_boards_and_their_difference(site: Site) -> None:
    answer = ask(site, ASKED)
    assert answer.status_code == 201
    found = answer.json
    assert found["document"]["facts"] == [FACT]
    assert found["document"]["base_position"] == found["newest"] == site.fed.size
    assert found["digest"] == digest(found["document"])
    assert found["document"]["before_digest"] == site.get("standings", "office").json["digest"]
    assert found["document"]["after_digest"] == digest(found["standings"])
    assert found["difference"]["head"] == found["document"]["difference"]
    assert (found["difference"]["head"]["units"], found["difference"]["head"]["skipped"]) == (5, 0)
    assert (found["made_by"], found["holds"], found["now"]) == ("BTV-1", True, None)
    assert answer.headers["Location"] == f"{BASE}/what-ifs/{found['digest']}"
    assert "no-cache" in answer.headers["Cache-Control"]


def test_the_same_question_of_anybody_has_the_same_address_and_is_kept_once(fresh: Site) -> None:
    first, again = ask(fresh, ASKED), ask(fresh, {"at": fresh.fed.size, **ASKED}, "auditor")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json == first.json  # the first to ask stays its maker
    listed = fresh.get("what-ifs", "office").json["items"]
    assert [item["digest"] for item in listed] == [first.json["digest"]]


def test_a_kept_what_if_is_read_back_and_asked_again(fresh: Site) -> None:
    kept = ask(fresh, ASKED).json
    again = fresh.get(f"what-ifs/{kept['digest']}", "auditor")
    assert again.status_code == 200
    assert again.json == kept
    assert problem(fresh.get(f"what-ifs/sha256:{'0' * 64}", "auditor")) == "unknown-what-if"


def test_on_a_position_that_the_ledger_has_left_the_answer_says_both_then_and_now(fresh: Site) -> None:
    base = fresh.fed.size
    kept = ask(fresh, ASKED).json
    fresh.fed.score("QH-Q03", "1.1", "0.50")
    fresh.fed.feed()
    stale = fresh.get(f"what-ifs/{kept['digest']}", "office").json
    assert (stale["document"], stale["holds"]) == (kept["document"], True)
    assert (stale["newest"], stale["now"]["position"]) == (base + 1, base + 1)
    assert stale["now"]["before_digest"] == fresh.get("standings", "office").json["digest"]
    assert stale["now"]["after_digest"] == digest(stale["now"]["standings"])
    assert stale["now"]["difference"]["head"]["changed"] >= 1
    # and asked of the new position it is another what-if
    assert ask(fresh, ASKED).json["digest"] != kept["digest"]


def test_facts_that_could_no_longer_be_stated_say_so_for_now_and_stand_for_then(fresh: Site) -> None:
    base = fresh.fed.size
    fresh.fed.state(
        "ranking",
        "decision.forfeit_confirmed.v1",
        "QH-Q03",
        {"meeting": "B", "date": "2020-12-01", "document": "D", "text": "T"},
        role="standing_committee",
    )
    fresh.fed.feed()
    found = ask(fresh, {"at": base, "facts": [{"kind": "forfeit", "unit": "QH-Q03"}]}).json
    assert found["difference"]["head"]["changed"] >= 1
    assert found["now"]["position"] == base + 1
    assert [error["rule"] for error in found["now"]["errors"]] == ["already-confirmed"]


def test_a_candidate_rulebook_judges_beside_the_one_in_force(site: Site) -> None:
    text = (DEMO / "rulebook.yaml").read_text("utf-8").replace('gte: "90"', 'gte: "80"')
    found = ask(site, {"rulebook": text}).json
    assert found["document"]["candidate"] == found["difference"]["rulebook"]["after"]
    assert (
        found["document"]["rulebook"]
        == found["difference"]["rulebook"]["before"]
        != found["document"]["candidate"]
    )
    again = site.get(f"what-ifs/{found['digest']}", "office").json
    assert again["holds"]
    assert again["standings"]["rulebook"] == found["document"]["candidate"]


def test_a_result_that_another_engine_would_not_give_again_says_so(fresh: Site) -> None:
    kept = ask(fresh, ASKED).json
    other = kept["document"] | {"engine": "0"}
    with write_transaction(fresh.fed.engine) as connection:
        connection.execute(update(what_ifs).values(document=canonical(other)))
    again = fresh.get(f"what-ifs/{kept['digest']}", "office").json
    assert (again["holds"], again["document"]["engine"], again["engine"]) == (False, "0", "1")


# --- what is refused


def test_every_fault_is_named_and_nothing_is_kept(fresh: Site) -> None:
    bad = [
        {**FACT, "points": "0.3"},
        FACT,
        {"kind": "tie", "area": "QH", "order": [["QH-Q01"]]},
        {"kind": "veto_lifted", "unit": "QH-Q01", "veto": "V1"},
    ]
    answer = ask(fresh, {"facts": bad})
    assert (answer.status_code, problem(answer)) == (422, "invalid-fields")
    assert [error["field"] for error in answer.json["errors"]] == [
        "facts.0.points",
        "facts.2.order",
        "facts.3.veto",
    ]
    assert fresh.get("what-ifs", "office").json["items"] == []


@pytest.mark.parametrize(
    ("question", "field", "rule"),
    [
        ({}, "facts", "too-short"),
        ({"facts": []}, "facts", "too-short"),
        ({"facts": [FACT] * 201}, "facts", "too-long"),
        ({"facts": [{"kind": "wish"}]}, "facts.0.kind", "not-a-choice"),
        ({"facts": [{"kind": "forfeit"}]}, "facts.0.unit", "missing-field"),
        (
            {"facts": [{"kind": "forfeit", "unit": "QH-Q01", "points": "1"}]},
            "facts.0.points",
            "unknown-field",
        ),
        ({"facts": [{**FACT, "value": "1"}]}, "facts.0.value", "unknown-field"),
        ({"facts": [{**FACT, "stage": "department"}]}, "facts.0.points", "unknown-field"),
        ({"facts": [{**FACT, "points": "8,5"}]}, "facts.0.points", "not-a-decimal"),
        ({"facts": [FACT], "at": -1}, "at", "below-minimum"),
    ],
)
def test_a_question_of_the_wrong_form_names_the_member(
    site: Site, question: dict[str, Any], field: str, rule: str
) -> None:
    answer = ask(site, question)
    assert answer.status_code == 422
    assert [(error["field"], error["rule"]) for error in answer.json["errors"]] == [(field, rule)]


def test_a_rulebook_with_faults_gets_every_one_of_them(site: Site) -> None:
    answer = ask(site, {"rulebook": "rulebook: {id: x}\nnumber: {step: 0.3}\n"})
    assert answer.status_code == 422
    assert len(answer.json["errors"]) > 3
    assert all(error["rule"].startswith("rulebook-r") for error in answer.json["errors"])


def test_a_rulebook_of_another_cycle_is_no_candidate(site: Site) -> None:
    text = (DEMO / "rulebook.yaml").read_text("utf-8").replace('cycle: "2020"', 'cycle: "2021"')
    assert problem(ask(site, {"rulebook": text})) == "wrong-cycle"


def test_a_position_ahead_is_refused_with_the_size(site: Site) -> None:
    answer = ask(site, {"at": site.fed.size + 1, **ASKED})
    assert (answer.status_code, problem(answer), answer.json["size"]) == (
        422,
        "position-ahead",
        site.fed.size,
    )


def test_a_body_that_is_too_large_is_not_read(site: Site) -> None:
    answer = ask(site, {"rulebook": "x" * (600 * 1024)})
    assert (answer.status_code, problem(answer)) == (413, "body-too-large")


# --- who may


@pytest.mark.parametrize("name", ["unit", "department", "team", "admin"])
def test_whoever_does_not_see_everything_may_neither_ask_nor_read(site: Site, name: str) -> None:
    kept = ask(site, ASKED).json["digest"]
    for answer in (ask(site, ASKED, name), site.get("what-ifs", name), site.get(f"what-ifs/{kept}", name)):
        assert (answer.status_code, problem(answer)) == (403, "wrong-role")


@pytest.mark.parametrize("name", MAY)
def test_committee_office_and_auditor_may(site: Site, name: str) -> None:
    assert ask(site, ASKED, name).status_code in (200, 201)
    assert site.get("what-ifs", name).status_code == 200


def test_without_a_token_nobody_asks_even_where_standings_are_public(tmp_path: Path) -> None:
    site = made(tmp_path, "public")
    kept = ask(site, ASKED).json["digest"]
    assert site.client().post(f"{BASE}/what-ifs", json=ASKED).status_code == 401
    for path in ("what-ifs", f"what-ifs/{kept}"):
        answer = site.get(path)
        assert (answer.status_code, problem(answer)) == (403, "no-grant")


# --- no way into the ledger, by trying


def test_asking_changes_no_other_table_and_sends_nothing(fresh: Site) -> None:
    before = everything_stored(fresh, but=(what_ifs.name,))
    assert before.keys() >= {"events", "idempotency", "ledger", "ranking_standings"}
    everyone = [{"kind": "forfeit", "unit": "QH-Q01"}, FACT, {"kind": "veto", "unit": "QH-Q03", "veto": "V1"}]
    kept = ask(fresh, {"facts": everyone}).json["digest"]
    fresh.get(f"what-ifs/{kept}", "office")
    ask(fresh, {"facts": [{**FACT, "points": "0.3"}]})
    assert everything_stored(fresh, but=(what_ifs.name,)) == before
    assert fresh.app.extensions["bangvang"].store.unsent(1) == []


def test_no_store_takes_a_hypothetical_fact_or_a_document(fresh: Site) -> None:
    state = _state(fresh)
    (fact,) = hypotheticals(state, [FACT])
    store = fresh.app.extensions["bangvang"].store
    before = everything_stored(fresh, but=(what_ifs.name,))
    document = ask(fresh, ASKED).json["document"]
    with pytest.raises(AttributeError), store.transaction(LEDGER) as tx:
        tx.append([fact], command_id="c")
    with pytest.raises(AttributeError), store.transaction(LEDGER) as tx:
        tx.append([document], command_id="c")
    # even dressed as a draft it lacks who said it, when, and from which minutes
    with pytest.raises(EventRefused), store.transaction(LEDGER) as tx:
        tx.append([Draft(fact.fact_type, fact.about, dict(fact.says))], command_id="c")
    with pytest.raises((EventRefused, EnvelopeError)), store.transaction(LEDGER) as tx:
        tx.append_signed(canonical(document))
    assert everything_stored(fresh, but=(what_ifs.name,)) == before


def test_on_the_topic_a_document_and_its_facts_are_noise_without_a_position(fresh: Site) -> None:
    found = ask(fresh, ASKED).json
    values = [canonical(found["document"]), orjson.dumps(FACT), orjson.dumps(found)]
    admission, _ = memory_admission(fresh.fed.world.roots)
    outcomes = [
        outcome
        for offset, value in enumerate(values)
        for outcome in admission.admit(Record(TOPIC, 0, offset, LEDGER.encode(), value))
    ]
    assert len(outcomes) == len(values)
    assert all(isinstance(outcome, Noise) for outcome in outcomes)
    # and on the topic that this ledger is read from
    size = fresh.fed.size
    digest_before = fresh.get("standings", "office").json["digest"]
    fresh.fed._journal.take(
        [Record(TOPIC, 0, size + n, LEDGER.encode(), value) for n, value in enumerate(values)]
    )
    fresh.fed.feed()
    stored = everything_stored(fresh, but=(what_ifs.name,))
    assert (len(stored["ledger"]), len(stored["noise"])) == (size, len(values))
    assert fresh.get("standings", "office").json["digest"] == digest_before


def test_the_live_state_of_the_process_is_untouched_by_a_question(fresh: Site) -> None:
    before = digest(body(compute(_state(fresh))))
    ask(fresh, {"facts": [{"kind": "forfeit", "unit": unit} for unit in FEW]})
    assert digest(body(compute(_state(fresh)))) == before
    assert fresh.get("standings", "office").json["digest"] == before


def _state(site: Site) -> Any:
    return site.app.extensions["bangvang.ranking"].histories.of(LEDGER).state_at(site.fed.size)
