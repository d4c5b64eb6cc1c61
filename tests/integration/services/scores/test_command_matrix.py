"""Every command of scores x every role, by token and from a page: the wrong role stores nothing.

Every body is well formed and fails only after the question who may, at a rule or at something that there is
not; so the right role is refused too, and whoever may not does not learn even why.
"""

from __future__ import annotations

from typing import Any

import pytest

from shared.web.runtime import SESSION_COOKIE
from tests.support.deciding import RULEBOOK
from tests.support.planted_scores import (
    BEHALF,
    BODY_OF,
    HIDDEN,
    OWN,
    PEOPLE,
    SCORED,
    Planted,
    forbidden,
    planted,
    text_of,
)

BASE = "/scores/v1/hcmc/2020/"
NO_UNIT = "QH-Q99"
DAY, INSTANT = "2020-11-06", "2020-12-01T00:00:00.000000Z"
BODIES = frozenset(BODY_OF)
BTG = frozenset({"department", "head", "service"})
REGISTER = frozenset({"admin", "office"})
ADMIN = frozenset({"admin"})
OFFICE = frozenset({"office"})
UNIT = frozenset({"unit"})
KNOWN = frozenset(PEOPLE)
"""Whom a body alone decides: the bytes that the root signed, the secret of an invitation."""
BOOK = RULEBOOK.read_text("utf-8").replace("live_visibility: public ", "live_visibility: restricted ")
OCTETS = "application/octet-stream"

PAPER = {"document": "D", "reason": "R", "last_day": DAY}
FORMED = {"unit": "QH-Q97", "area": "QH", "kind": "k", "name": "N"}
REGISTERED = {"unit": OWN, "area": "QH", "kind": "k", "name": "N"}
DEPARTMENT = {"code": "BTG", "name": "N", "kind": "department"}
TOO_MUCH = {"unit": OWN, "criterion": SCORED["BTG"], "stage": "department", "value": "999.5", "reason": "R"}
PROPOSED = {"unit": OWN, "code": "XX", "occurrence_ref": "O", "occurred_on": "2020-05-19", "basis": "B"}
CELL = {"unit": HIDDEN, "criterion": "1.1", "stage": "department", "version": 7, "value": "1"}
EVALUATION = {
    "criterion": "5.1",
    "document": "D",
    "addressed_to": "inspection_teams",
    "period": "school_year_2019_2020",
    "entries": [{"unit": NO_UNIT, "value": "1"}],
}

Command = tuple[str, str, Any, frozenset[str]]

# Endpoint -> method, path below the API's base, body (bytes are sent as they are), and who may.
COMMANDS: dict[str, Command] = {
    "scores.open_ledger": ("POST", "ledger", b"{}", KNOWN),
    "scores.open_cycle": (
        "POST",
        "cycle",
        {"name": "N", "period": {"from": "2020-01-01", "to": "2020-12-31"}},
        ADMIN,
    ),
    "scores.adopt_rulebook": ("POST", "rulebook", {"rulebook": BOOK}, ADMIN),
    "scores.register_unit": ("POST", "units", REGISTERED, REGISTER),
    "scores.register_units": ("POST", "units/batch", {"units": [REGISTERED]}, REGISTER),
    "scores.register_department": ("POST", "departments", DEPARTMENT, REGISTER),
    "scores.register_departments": ("POST", "departments/batch", {"departments": [DEPARTMENT]}, REGISTER),
    "scores.rename_unit": (
        "POST",
        f"units/{NO_UNIT}/rename",
        {"name": "N", "valid_from": DAY, "document": "D"},
        REGISTER,
    ),
    "scores.move_unit": (
        "POST",
        f"units/{NO_UNIT}/move",
        {"area": "QH", "valid_from": DAY, "document": "D"},
        REGISTER,
    ),
    "scores.close_unit": ("POST", f"units/{NO_UNIT}/close", {**PAPER, "successors": []}, REGISTER),
    "scores.merge_units": ("POST", "units/merge", {**PAPER, "units": [NO_UNIT], "into": FORMED}, REGISTER),
    "scores.split_unit": ("POST", "units/split", {**PAPER, "unit": NO_UNIT, "into": [FORMED]}, REGISTER),
    "scores.give_grant": ("POST", "grants", {"sub": "x", "role": "unit", "scope": f"unit:{NO_UNIT}"}, ADMIN),
    "scores.end_grant": ("POST", "grants/none/end", {"reason": "R"}, ADMIN),
    "scores.hand_over_grant": ("POST", "grants/none/hand-over", {"sub": "y", "reason": "R"}, ADMIN),
    "scores.invite": (
        "POST",
        "invitations",
        {"role": "unit", "scope": f"unit:{NO_UNIT}", "label": "L"},
        ADMIN,
    ),
    "scores.withdraw_invitation": ("POST", f"invitations/sha256:{'0' * 64}/withdraw", {}, ADMIN),
    "scores.look_at_invitation": ("POST", "invitations/look", {"secret": "không phải"}, KNOWN),
    "scores.accept_invitation": ("POST", "invitations/accept", {"secret": "không phải"}, KNOWN),
    "scores.assign_scoring": (
        "POST",
        "assignments",
        {"criterion": "9.9", "owner": "BTC", "document": "D"},
        REGISTER,
    ),
    "scores.set_due": (
        "POST",
        "due",
        {"stage": "external", "criterion": "1.2", "due": INSTANT, "document": "D"},
        REGISTER,
    ),
    "scores.record_score": ("POST", "scores", TOO_MUCH, BTG),
    "scores.record_scores": ("POST", "scores/batch", {"scores": [TOO_MUCH]}, BTG),
    "scores.withdraw_score": (
        "POST",
        "scores/withdraw",
        {"unit": OWN, "criterion": "1.1", "stage": "department", "reason": "R"},
        BTG,
    ),
    "scores.propose_bonus": ("POST", "bonuses", PROPOSED, BODIES | OFFICE),
    "scores.propose_penalty": ("POST", "penalties", PROPOSED, BODIES | OFFICE),
    "scores.record_veto": ("POST", "vetoes", {"unit": OWN, "veto": "XX", "document": "D"}, OFFICE),
    "scores.lift_veto": ("POST", "vetoes/lift", {"unit": OWN, "veto": "V1", "document": "D"}, OFFICE),
    "scores.submit_sheet": (
        "POST",
        "sheets",
        {"unit": OWN, "entries": [{"criterion": "1.2", "value": "999", "reason": "R"}]},
        UNIT,
    ),
    "scores.confirm_scores": (
        "POST",
        "entries/confirm",
        {"scores": ["ENTRY-QH-Q01"]},
        frozenset({"responsible"}),
    ),
    "scores.dispute_score": (
        "POST",
        "entries/dispute",
        {"score": "ENTRY-QH-Q03", "text": "T"},
        frozenset({"responsible"}),
    ),
    "scores.record_evaluation": ("POST", "evaluations", EVALUATION, OFFICE),
    "scores.acknowledge_evaluation": ("POST", "evaluations/none/acknowledge", {"unit": OWN}, UNIT),
    "scores.keep_drafts": ("PUT", "drafts", {"body": "department:BTG", "cells": [CELL]}, BTG),
    "scores.keep_evidence": (
        "POST",
        f"evidence?body=department:BTG&unit={OWN}&criterion=1.2&name=a.pdf",
        b"",
        BTG,
    ),
    "scores.upload_file": ("POST", "files?body=department:BTG&name=a.csv", b"", BTG),
    "scores.mend_upload": (
        "POST",
        "files/UPLOAD/mend",
        {"cells": [{"sheet": "none", "cell": "C7", "value": "1"}]},
        BTG,
    ),
    "scores.confirm_upload": ("POST", "files/UPLOAD/confirm", {}, BTG),
    "scores.make_webhook": ("POST", "webhooks", {"url": "ftp://x"}, BODIES),
    "scores.end_webhook": ("POST", "webhooks/none/end", {}, BODIES),
    "scores.test_webhook": ("POST", "webhooks/none/test", {}, BODIES),
    "scores.redeliver": ("POST", "webhooks/none/redeliver", {"position": 1}, BODIES),
    "commons.move_clock": ("PUT", "clock", {"now": "2000-01-01T00:00:00.000000Z"}, ADMIN),
}
OWN_PAGE = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
READING = {"GET", "HEAD", "OPTIONS"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    return planted(tmp_path_factory.mktemp("planted"))


def send(made: Planted, endpoint: str, headers: dict[str, str], cookie: str | None = None) -> Any:
    method, path, body, _ = COMMANDS[endpoint]
    client = made.town.apps["scores"].test_client()
    if cookie is not None:
        client.set_cookie(SESSION_COOKIE, made.town.issuer.issue(PEOPLE[cookie][0]))
    content: dict[str, Any] = {"json": _numbered(made, body)}
    if isinstance(body, bytes):
        content = {"data": body, "content_type": "application/json" if path == "ledger" else OCTETS}
    return client.open(
        BASE + made.filled(path), method=method, headers={"Idempotency-Key": "key", **headers}, **content
    )


def _numbered(made: Planted, body: Any) -> Any:
    """``body`` with the numbers of the entries that were planted."""
    if isinstance(body, dict):
        return {name: _numbered(made, item) for name, item in body.items()}
    if isinstance(body, list):
        return [_numbered(made, item) for item in body]
    return int(made.names[body]) if isinstance(body, str) and body in made.names else body


def test_every_route_that_is_not_only_read_is_named_here(made: Planted) -> None:
    rules = made.town.apps["scores"].url_map.iter_rules()
    written = {rule.endpoint for rule in rules if set(rule.methods or ()) - READING}
    assert written == set(COMMANDS)


@pytest.mark.parametrize("name", PEOPLE)
@pytest.mark.parametrize("endpoint", COMMANDS)
def test_by_token_and_from_an_own_page_the_role_decides_and_nothing_is_stored(
    made: Planted, endpoint: str, name: str
) -> None:
    before = made.stored()
    for answer in (
        send(made, endpoint, made.headers(name)),
        send(made, endpoint, OWN_PAGE, cookie=name),
    ):
        if name not in COMMANDS[endpoint][3]:
            assert answer.status_code == 403, answer.text
            assert NO_UNIT not in answer.text
        elif endpoint == "scores.keep_drafts":  # a cell that another has changed is told, not overwritten
            assert (answer.status_code, answer.get_json()["saved"]) == (200, []), answer.text
        else:
            assert answer.status_code in (404, 409, 422), answer.text
            assert answer.get_json()["detail"] != answer.get_json()["detail_en"]
        told = text_of(answer)
        assert not [secret for secret in forbidden(name) if secret in told]
    assert made.stored() == before


@pytest.mark.parametrize("endpoint", COMMANDS)
def test_a_cookie_from_elsewhere_and_nobody_are_not_known(made: Planted, endpoint: str) -> None:
    before = made.stored()
    for name in PEOPLE:
        assert send(made, endpoint, {"Origin": "https://elsewhere.example"}, cookie=name).status_code == 401
        assert send(made, endpoint, {}, cookie=name).status_code == 401
    assert send(made, endpoint, {}).status_code == 401
    assert made.stored() == before


def _score(made: Planted, name: str, criterion: str, stage: str, unit: str = OWN) -> int:
    row = {**TOO_MUCH, "criterion": criterion, "stage": stage, "unit": unit, "document": "D"}
    answer = made.town.post("scores", "scores", row, PEOPLE[name][0])
    return int(answer.status_code)


STAGES_OF = {
    ("department", "1.2", "department"): 422,
    ("head", "1.2", "department"): 422,
    ("service", "1.2", "department"): 422,
    ("other", "1.2", "department"): 403,
    ("department", SCORED["BTC"], "department"): 403,
    ("department", "1.2", "self"): 403,
    ("unit", "1.2", "self"): 422,
    ("unit", "1.2", "department"): 403,
    ("office", BEHALF, "department"): 422,
    ("office", "1.2", "department"): 403,
    ("office", "1.2", "self"): 403,
    ("responsible", BEHALF, "department"): 422,
    ("leader", "1.2", "department"): 403,
    ("committee", "1.2", "department"): 403,
    ("auditor", "1.2", "department"): 403,
    ("admin", "1.2", "department"): 403,
    ("stranger", "1.2", "self"): 403,
}
"""A value that is too great, by who may state one of this criterion at this stage (422) and who may not."""


@pytest.mark.parametrize(("case", "status"), STAGES_OF.items(), ids=str)
def test_a_score_is_for_the_owner_of_the_criterion_at_its_own_stage(
    made: Planted, case: tuple[str, str, str], status: int
) -> None:
    assert _score(made, *case) == status


def test_a_unit_scores_no_other_unit(made: Planted) -> None:
    assert _score(made, "unit", "1.2", "self", "QH-Q03") == 403
