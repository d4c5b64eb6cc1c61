"""The scores service over HTTP: what a client posts, what it gets, what reaches the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from openapi_spec_validator import validate

from shared.events import Event
from shared.events.canonical import canonical_bytes
from tests.support.deciding import RULEBOOK
from tests.support.town import ADMIN, LEDGER, START, Town, rules_of, set_up_cycle, town

GOOD = {
    "unit": "QH-Q01",
    "criterion": "1.2",
    "stage": "department",
    "value": "5.75",
    "reason": "đối chiếu",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A scores service with a small 2020 cycle; each test posts what it needs."""
    found = town(tmp_path_factory.mktemp("town"), ["scores"])
    set_up_cycle(found)
    yield found
    for house in found.houses.values():
        house.engine.dispose()


def test_a_score_is_answered_with_its_signed_receipt_and_reaches_the_ledger(made: Town) -> None:
    response = made.post("scores", "scores", GOOD, "btg")
    assert response.status_code == 201, response.text
    receipt = response.get_json()["receipts"][0]
    value = canonical_bytes(receipt)
    assert Event.parse(value).data["value"] == "5.75"
    number = Event.parse(value).sequence
    assert response.headers["Bangvang-Sequence"] == f"scores:{number}"
    made.settle()
    assert made.ledger("scores")[-1].value == value


def test_the_same_command_again_gets_the_same_answer_and_adds_nothing(made: Town) -> None:
    first = made.post("scores", "scores", GOOD, "btg", key="again")
    second = made.post("scores", "scores", GOOD, "btg", key="again")
    assert (second.status_code, second.data) == (first.status_code, first.data)
    other = made.post("scores", "scores", {**GOOD, "value": "5"}, "btg", key="again")
    assert other.status_code == 422
    assert other.get_json()["type"] == "urn:bangvang:problem:idempotency-key-reused"


@pytest.mark.parametrize(
    ("change", "status", "rule"),
    [
        ({"diem": "5"}, 422, "unknown-field"),
        ({"unit": "QH-Q99"}, 422, "unknown-unit"),
        ({"criterion": "9.9"}, 422, "unknown-criterion"),
        ({"value": "6.25"}, 422, "above-maximum"),
        ({"value": "5.80"}, 422, "off-step"),
        ({"value": "8,5"}, 422, "not-a-decimal"),
        ({"value": "NaN"}, 422, "not-a-decimal"),
        ({"value": "1e400"}, 422, "not-a-decimal"),
        ({"value": "1." + "3" * 30}, 422, "too-many-decimals"),
        ({"value": 5.75}, 422, "not-a-decimal"),
        ({"state": "NO_TARGET"}, 422, "exactly-one"),
        ({"stage": "inspection"}, 422, "not-a-choice"),
        ({"stage": "external"}, 422, "stage-closed"),
        ({"criterion": "6.2"}, 403, None),
        ({"rulebook": "sha256:" + "0" * 64}, 409, "rulebook-not-in-force"),
    ],
)
def test_bad_input_gets_a_problem_document_and_changes_nothing(
    made: Town, change: dict[str, Any], status: int, rule: str | None
) -> None:
    before = made.houses["scores"].store.last_sequences(LEDGER)
    response = made.post("scores", "scores", {**GOOD, **change}, "btg")
    assert response.status_code == status, response.text
    assert response.content_type.startswith("application/problem+json")
    if rule is not None:
        assert rules_of(response) == {rule}
    assert made.houses["scores"].store.last_sequences(LEDGER) == before


def test_no_token_a_stranger_and_the_wrong_role_are_turned_away(made: Town) -> None:
    assert made.post("scores", "scores", GOOD, None).status_code == 401
    stranger = made.post("scores", "scores", GOOD, "nguoi.la")
    assert (stranger.status_code, stranger.get_json()["type"]) == (403, "urn:bangvang:problem:no-grant")
    wrong = made.post("scores", "scores", GOOD, ADMIN)
    assert (wrong.status_code, wrong.get_json()["type"]) == (403, "urn:bangvang:problem:wrong-role")


def test_a_batch_is_all_or_nothing_unless_it_says_partial(made: Town) -> None:
    rows = [
        {**GOOD, "unit": "QH-Q03"},
        {**GOOD, "value": "8,5"},
        {**GOOD, "criterion": "1.3", "value": "5.10"},
    ]
    whole = made.post("scores", "scores/batch", {"scores": rows}, "btg")
    assert whole.status_code == 422
    assert {fault["field"] for fault in whole.get_json()["errors"]} == {"scores.1.value", "scores.2.value"}
    partial = made.post("scores", "scores/batch", {"scores": rows, "mode": "partial"}, "btg")
    assert partial.status_code == 201, partial.text
    answer = partial.get_json()
    assert (answer["accepted"], answer["refused"], len(answer["receipts"])) == (1, 2, 1)
    assert [row["accepted"] for row in answer["rows"]] == [True, False, False]


def test_a_batch_of_more_than_a_thousand_rows_is_refused(made: Town) -> None:
    response = made.post("scores", "scores/batch", {"scores": [GOOD] * 1001}, "btg")
    assert response.status_code == 422
    assert rules_of(response) == {"wrong-length"}


def test_the_office_enters_for_a_public_service_unit(made: Town) -> None:
    body = {"unit": "QH-Q01", "criterion": "2.2", "stage": "department", "value": "13"}
    refused = made.post("scores", "scores", body, "vanphong")
    assert rules_of(refused) == {"document-missing"}
    body["document"] = "45-BC/TST"
    response = made.post("scores", "scores", body, "vanphong")
    assert response.get_json()["receipts"][0]["data"]["on_behalf_of"] == "TST"


def test_proposals_vetoes_and_withdrawals_are_stated(made: Town) -> None:
    evidence = [{"name": "a.pdf", "sha256": "sha256:" + "a" * 64, "size": 3}]
    about = {"unit": "QH-Q01", "occurred_on": "2020-05-19", "basis": "Quyết định", "evidence": evidence}
    bonus = {**about, "code": "T1", "occurrence_ref": "QD-1"}
    penalty = {**about, "code": "P1", "occurrence_ref": "BC-1"}
    veto = {"unit": "QH-Q01", "veto": "V1", "document": "12-QD"}
    made.post("scores", "scores", GOOD, "btg")
    withdraw = {"unit": "QH-Q01", "criterion": "1.2", "stage": "department", "reason": "nhập nhầm"}
    for path, body, sub in (
        ("bonuses", bonus, "btg"),
        ("penalties", penalty, "btg"),
        ("vetoes", veto, "vanphong"),
        ("vetoes/lift", veto, "vanphong"),
        ("scores/withdraw", withdraw, "btg"),
    ):
        response = made.post("scores", path, body, sub)
        assert response.status_code == 201, (path, response.text)
    again = made.post("scores", "bonuses", bonus, "btg")
    assert (again.status_code, rules_of(again)) == (409, {"duplicate-proposal"})


def test_a_faulty_rulebook_comes_back_with_line_and_path(made: Town) -> None:
    text = RULEBOOK.read_text("utf-8").replace('total: {QH: "100"', 'total: {QH: "101"')
    response = made.post("scores", "rulebook", {"rulebook": text}, ADMIN)
    assert response.status_code == 422
    assert rules_of(response) == {"rulebook-r011", "rulebook-r057"}


def test_a_grant_ends_and_the_hat_with_it(made: Town) -> None:
    grant = {"grant": "tam", "sub": "tam", "role": "department", "scope": "department:BTG", "from": START}
    assert made.post("scores", "grants", grant, ADMIN).status_code == 201
    made.settle()
    assert made.post("scores", "scores", GOOD, "tam").status_code == 201
    ended = made.post("scores", "grants/tam/end", {"reason": "hết việc"}, ADMIN)
    assert ended.status_code == 201, ended.text
    made.settle()
    assert made.post("scores", "scores", GOOD, "tam").status_code == 403


def test_own_values_are_shown_as_far_as_the_reader_may_see_them(made: Town) -> None:
    made.post("scores", "scores", GOOD, "btg")
    made.post("scores", "scores", {**GOOD, "stage": "self", "value": "6"}, "bithu.q01")

    def stages(sub: str | None, unit: str = "QH-Q01") -> set[str]:
        response = made.get("scores", f"scores?unit={unit}&limit=500", sub)
        assert response.status_code == 200, response.text
        return {item["stage"] for item in response.get_json()["scores"]}

    assert stages("bithu.q01") == {"self", "department"}
    assert made.get("scores", "scores?unit=QH-Q99", "btg").status_code == 404
    first = made.get("scores", "scores?unit=QH-Q01&limit=1", "vanphong")
    assert len(first.get_json()["scores"]) == 1
    assert 'rel="next"' in first.headers["Link"]


def test_the_auditor_reads_every_own_event_line_by_line(made: Town) -> None:
    response = made.get("scores", "events?after=2&limit=3", "kiemtra")
    lines = response.data.splitlines()
    assert [Event.parse(line).sequence for line in lines] == [3, 4, 5]
    assert "after=5" in response.headers["Link"]
    assert made.get("scores", "events", "btg").status_code == 403
    assert made.get("scores", "events").status_code == 401


def test_position_0_is_taken_once_and_only_as_the_pinned_root_signed_it(tmp_path: Path) -> None:
    fresh = town(tmp_path, ["scores"])
    value = fresh.opening()
    assert fresh.get("scores", "ledger").status_code == 404
    assert fresh.post("scores", "ledger", value, "nguoi.la").status_code == 403
    forged = value.replace("Năm 2020".encode(), "Năm 2021".encode())
    assert rules_of(fresh.post("scores", "ledger", forged, ADMIN)) == {"bad-signature"}
    assert rules_of(fresh.post("scores", "ledger", value[:-1], ADMIN)) == {"bad-envelope"}
    first = fresh.post("scores", "ledger", value, ADMIN, content_type="application/cloudevents+json")
    assert first.status_code == 201, first.text
    assert canonical_bytes(orjson.loads(first.data)["receipts"][0]) == value
    assert fresh.post("scores", "ledger", value, ADMIN).headers["Idempotent-Replay"] == "true"
    fresh.settle()
    assert fresh.get("scores", "ledger").get_json()["size"] == 1
    other = fresh.opening()
    assert rules_of(fresh.post("scores", "ledger", other, ADMIN)) == {"ledger-open"}
    for house in fresh.houses.values():
        house.engine.dispose()


def test_the_scenario_clock_only_moves_forward_and_only_for_an_administrator(made: Town) -> None:
    def put(now: str, sub: str) -> int:
        return made.send("PUT", "scores", "clock", {"now": now}, sub).status_code

    later = "2020-11-02T01:00:01.000000Z"
    assert put(later, "btg") == 403
    assert put(later, ADMIN) == 200
    assert put(START, ADMIN) == 409


def test_the_service_describes_itself_and_has_a_page(made: Town) -> None:
    client = made.apps["scores"].test_client()
    document = client.get("/scores/openapi.json").get_json()
    validate(document)
    assert "/scores/v1/{org}/{cycle}/scores/batch" in document["paths"]
    page = client.get(f"/scores/{LEDGER}/").get_data(as_text=True)
    assert "Điểm đã ghi" in page
    assert "thidua-2020" in page
    assert client.get("/scores/").status_code == 200
