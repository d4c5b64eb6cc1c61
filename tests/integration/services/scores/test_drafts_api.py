"""Drafts over HTTP: shared in a body, nobody else's, conflicts told, gone once stated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import TestResponse

from services.scores.kept import drafts
from tests.support.town import ADMIN, LEDGER, START, Town, accepted, rules_of, set_up_cycle, town

BTG, OFFICE, Q01 = "department:BTG", "office:TST", "unit:QH-Q01"
EVIDENCE = [{"name": "a.pdf", "sha256": "sha256:" + "a" * 64, "size": 3}]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A small 2020 cycle; BTG has a second specialist."""
    found = town(tmp_path_factory.mktemp("town"), ["scores"])
    set_up_cycle(found)
    second = {"grant": "btg.hai", "sub": "btg.hai", "role": "department", "scope": BTG, "from": START}
    accepted([found.post("scores", "grants", second, ADMIN)])
    found.settle()
    yield found
    for house in found.houses.values():
        house.engine.dispose()


def cell(criterion: str, version: int = 0, **content: Any) -> dict[str, Any]:
    place = {"unit": "QH-Q01", "criterion": criterion, "stage": content.pop("stage", "department")}
    return {**place, "version": version, **content}


def put(made: Town, sub: str | None, *cells: dict[str, Any], body: str = BTG) -> TestResponse:
    return made.send("PUT", "scores", "drafts", {"body": body, "cells": list(cells)}, sub)


def get(made: Town, sub: str | None, body: str = BTG) -> TestResponse:
    return made.get("scores", f"drafts?body={body}", sub)


def kept(made: Town, criterion: str, body: str = BTG, sub: str = "btg") -> dict[str, Any] | None:
    """The draft of a cell as the body sees it."""
    found = get(made, sub, body).get_json()["drafts"]
    return next((one for one in found if one["criterion"] == criterion), None)


def test_a_draft_is_kept_for_the_whole_department_and_states_nothing(made: Town) -> None:
    before = made.houses["scores"].store.last_sequences(LEDGER)
    content = {"value": "5,7x", "reason": "sửa", "basis": "Báo cáo số 3", "evidence": EVIDENCE, "ready": True}
    answer = put(made, "btg", cell("1.1", **content))
    assert answer.status_code == 200, answer.text
    assert answer.get_json()["conflicts"] == []
    assert [one["version"] for one in answer.get_json()["saved"]] == [1]
    seen = kept(made, "1.1", sub="btg.hai")
    assert seen is not None
    assert {name: seen[name] for name in content} == content
    assert (seen["edited_by"], seen["edited_at"]) == ("btg", answer.get_json()["saved_at"])
    assert made.houses["scores"].store.last_sequences(LEDGER) == before


def test_a_cell_changed_by_a_colleague_comes_back_as_a_conflict_and_the_rest_is_saved(made: Town) -> None:
    accepted_versions = put(made, "btg", cell("1.2", value="5")).get_json()["saved"]
    assert [one["version"] for one in accepted_versions] == [1]
    put(made, "btg.hai", cell("1.2", 1, value="6"))
    answer = put(made, "btg", cell("1.2", 1, value="5.5"), cell("1.3", value="4")).get_json()
    assert [(one["criterion"], one["version"]) for one in answer["saved"]] == [("1.3", 1)]
    (conflict,) = answer["conflicts"]
    assert (conflict["value"], conflict["edited_by"], conflict["version"]) == ("6", "btg.hai", 2)
    assert kept(made, "1.2") == conflict
    mine = put(made, "btg", cell("1.2", 2, value="5.5")).get_json()
    assert (mine["conflicts"], mine["saved"][0]["version"]) == ([], 3)


def test_an_empty_cell_removes_the_draft_and_who_still_holds_it_is_told(made: Town) -> None:
    version = put(made, "btg", cell("7.1", value="1")).get_json()["saved"][0]["version"]
    removed = put(made, "btg.hai", cell("7.1", version)).get_json()
    assert removed["saved"][0]["version"] == 0
    assert kept(made, "7.1") is None
    (conflict,) = put(made, "btg", cell("7.1", version, value="2")).get_json()["conflicts"]
    assert "value" not in conflict
    assert conflict["edited_by"] == "btg.hai"


@pytest.mark.parametrize(
    ("sub", "body", "status"),
    [
        (None, BTG, 401),
        ("nguoi.la", BTG, 403),
        ("vanphong", BTG, 403),
        (ADMIN, BTG, 403),
        ("kiemtra", BTG, 403),
        ("bithu.q01", BTG, 403),
        ("btg", "department:BTC", 403),
        ("btg", OFFICE, 403),
        ("btg", Q01, 403),
        ("bithu.q01", "unit:QH-Q03", 403),
        ("btg", "Ban Tuyên giáo", 422),
    ],
)
def test_nobody_reads_or_writes_the_drafts_of_another_body(
    made: Town, sub: str | None, body: str, status: int
) -> None:
    assert get(made, sub, body).status_code == status
    assert put(made, sub, cell("1.1", value="5"), body=body).status_code == status


def test_the_unit_and_the_office_keep_their_own(made: Town) -> None:
    assert put(made, "bithu.q01", cell("1.1", stage="self", value="90"), body=Q01).status_code == 200
    assert put(made, "vanphong", cell("2.2", value="13"), body=OFFICE).status_code == 200
    assert [one["stage"] for one in get(made, "bithu.q01", Q01).get_json()["drafts"]] == ["self"]
    assert [one["value"] for one in get(made, "vanphong", OFFICE).get_json()["drafts"]] == ["13"]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"value": "9" * 65}, "wrong-length"),
        ({"value": 5}, "not-text"),
        ({"state": "NOT_APPLICABLE"}, "not-a-choice"),
        ({"stage": "inspection"}, "not-a-choice"),
        ({"reason": "x" * 1001}, "wrong-length"),
        ({"version": -1}, "out-of-range"),
        ({"version": "1"}, "not-an-integer"),
        ({"unit": "Quận 1"}, "not-a-code"),
        ({"note": "x"}, "unknown-field"),
    ],
)
def test_a_draft_may_be_wrong_but_not_without_form_or_bound(
    made: Town, change: dict[str, Any], rule: str
) -> None:
    answer = put(made, "btg", {**cell("1.1", value="5"), **change})
    assert answer.status_code == 422, answer.text
    assert rules_of(answer) == {rule}


def test_a_cell_given_twice_and_too_many_cells_are_refused(made: Town) -> None:
    assert rules_of(put(made, "btg", cell("1.1", value="1"), cell("1.1", value="2"))) == {"given-twice"}
    many = [{**cell("1.1", value="1"), "unit": f"U{n}"} for n in range(1001)]
    assert rules_of(put(made, "btg", *many)) == {"wrong-length"}


def test_a_body_keeps_a_bounded_number_and_a_request_beyond_it_keeps_nothing(
    made: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = len(get(made, "vanphong", "office:NTN_TP").get_json()["drafts"])
    monkeypatch.setattr(drafts, "MAX_DRAFTS", 2)
    rows = [{**cell("4.2", value="1"), "unit": f"U{n}"} for n in range(3)]
    answer = put(made, "vanphong", *rows, body="office:NTN_TP")
    assert (answer.status_code, rules_of(answer)) == (409, {"too-many-drafts"})
    assert len(get(made, "vanphong", "office:NTN_TP").get_json()["drafts"]) == held
    assert put(made, "vanphong", *rows[:2], body="office:NTN_TP").status_code == 200


def test_stating_a_score_removes_the_draft_that_says_it_and_no_other(made: Town) -> None:
    score = {"unit": "QH-Q03", "criterion": "1.2", "stage": "department", "value": "5.25"}
    cells = [
        {**cell("1.2", value="5.25"), "unit": "QH-Q03"},
        {**cell("1.3", value="4.25"), "unit": "QH-Q03"},
    ]
    put(made, "btg.hai", *cells)
    rows = [score, {**score, "criterion": "1.3", "value": "4"}]
    accepted([made.post("scores", "scores/batch", {"scores": rows}, "btg")])
    left = [one for one in get(made, "btg").get_json()["drafts"] if one["unit"] == "QH-Q03"]
    assert [(one["criterion"], one["value"]) for one in left] == [("1.3", "4.25")]
    (conflict,) = put(made, "btg.hai", {**cell("1.2", 1, value="5"), "unit": "QH-Q03"}).get_json()[
        "conflicts"
    ]
    assert conflict["edited_by"] == "btg"


def test_a_refused_command_removes_no_draft(made: Town) -> None:
    put(made, "btg", {**cell("1.2", value="99"), "unit": "LLVT-BTL"})
    score = {"unit": "LLVT-BTL", "criterion": "1.2", "stage": "department", "value": "99"}
    assert made.post("scores", "scores", score, "btg").status_code == 422
    assert any(one["unit"] == "LLVT-BTL" for one in get(made, "btg").get_json()["drafts"])
