"""Every GET route x every reader: who gets an answer, and that no answer holds what is not his to read."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from tests.support.planted_scores import (
    ALL,
    BODY_OF,
    HIDDEN,
    OWN,
    READERS,
    TEAMS,
    Planted,
    forbidden,
    mark,
    planted,
    sees,
    text_of,
)
from tests.support.town import accepted

Names = frozenset[str | None]
OPEN: Names = frozenset(READERS)
KNOWN: Names = OPEN - {None}
"""Whoever has a good token: without a grant he gets a page or a file in which nothing stands."""
GRANTED: Names = KNOWN - {"stranger"}
OFFICE: Names = frozenset({"office"})
AUDITOR: Names = frozenset({"auditor"})
SETUP: Names = frozenset({"admin", "office", "auditor"})
BTG: Names = frozenset({"department", "head", "service"})
BODIES: Names = frozenset(BODY_OF)
FOLLOW: Names = ALL | BODIES | {"unit", "leader"}

API, PAGES = "/scores/v1/hcmc/2020/", "/scores/hcmc/2020/"

# Endpoint -> address below API or PAGES -> who gets an answer.  In capitals: what was planted.
ROUTES: dict[str, dict[str, Names]] = {
    "scores.scores_of": {f"scores?unit={unit}": OPEN for unit in (OWN, HIDDEN, TEAMS)},
    "scores.assignments": {"assignments": SETUP},
    "scores.completeness": {
        "completeness": FOLLOW,
        f"completeness?unit={HIDDEN}": FOLLOW,
        "completeness?department=BTG": FOLLOW,
    },
    "scores.entries_for_body": {"entries": ALL | BODIES, "entries?body=TST": ALL | {"responsible"}},
    "scores.evaluations_received": {"evaluations": FOLLOW},
    "scores.evidence_about": {f"evidence?unit={HIDDEN}&criterion=1.2": OPEN},
    "scores.read_evidence": {"evidence/SHA256": ALL | BTG},
    "scores.grants": {"grants": SETUP, "grants?on=2020-11-04": SETUP},
    "scores.invitations": {"invitations": SETUP},
    "scores.kept_drafts": {
        "drafts?body=department:BTG": BTG,
        "drafts?body=office:TST": OFFICE,
        f"drafts?body=unit:{HIDDEN}": frozenset(),
        f"drafts?body=unit:{OWN}": frozenset({"unit"}),
    },
    "scores.may": {"may?sub=chuyenvien.btg&operation=scores.record_score": SETUP},
    "scores.points_of_value": {f"points?unit={HIDDEN}&criterion=1.2&value=1": OPEN},
    "scores.sheet_of_unit": {
        f"sheet?unit={OWN}": ALL | BODIES | {"unit"},
        f"sheet?unit={HIDDEN}": ALL | BODIES,
        f"sheet?unit={TEAMS}": ALL | BODIES | {"leader"},
    },
    "scores.software_use": {
        "software-use": ALL,
        "software-use?upto=20": ALL,
        f"software-use?unit={HIDDEN}": ALL,
        f"software-use?unit={OWN}": ALL | {"unit"},
        f"software-use?unit={TEAMS}": ALL | {"leader"},
    },
    "scores.xlsx_form": {"files/template.xlsx?body=department:BTG": BTG},
    "scores.csv_form": {
        "files/template.csv?body=department:BTG": BTG,
        "files/template.csv?body=office:TST": OFFICE,
        f"files/template.csv?body=unit:{OWN}": frozenset({"unit"}),
    },
    "scores.xlsx_of_scores": {"files/scores.xlsx": KNOWN, "files/scores.xlsx?body=department:BTG": BTG},
    "scores.csv_of_scores": {"files/scores.csv": KNOWN, f"files/scores.csv?body=unit:{HIDDEN}": frozenset()},
    "scores.upload_seen": {"files/UPLOAD": BTG},
    "scores.webhooks": {"webhooks": BODIES},
    "scores.webhook_deliveries": {"webhooks/WEBHOOK/deliveries": BTG},
    "commons.ledger_view": {"ledger": OPEN},
    "commons.keys": {"keys": GRANTED},
    "commons.consistency": {"consistency?first=1": OPEN},
    "commons.receipt": {"receipts/1": AUDITOR},
    "commons.own_events": {"events": AUDITOR},
    "scores_pages.ledger_page": {"": OPEN},
    "scores_pages.work": {"work": KNOWN},
    "scores_pages.grid": {
        "grid": KNOWN,
        "grid?body=department:BTG&area=QH": BTG,
        "grid?body=office:TST&area=QH": OFFICE,
    },
    "scores_pages.sheet": {
        "sheet": KNOWN,
        f"sheet?unit={OWN}": ALL | BODIES | {"unit"},
        f"sheet?unit={HIDDEN}": ALL | BODIES,
        f"sheet?unit={TEAMS}": ALL | BODIES | {"leader"},
    },
    "scores_pages.desk": {"desk": OFFICE},
    "scores_pages.enter": {"desk/enter?body=TST&document=45-BC/TST": OFFICE},
    "scores_pages.entries": {"entries": ALL | BODIES},
    "scores_pages.evaluations": {"evaluations": FOLLOW},
    "scores_pages.join": {"join": OPEN},
    "scores_pages.people": {"people": SETUP},
    "scores_pages.progress": {"progress": FOLLOW, "progress?department=BTG": FOLLOW},
    "scores_pages.setup": {"setup": SETUP},
    "scores_pages.software": {"software": ALL, f"software?unit={OWN}": ALL | {"unit"}},
    "scores_pages.uploads": {"uploads": KNOWN},
    "scores_pages.webhooks": {"webhooks": BODIES},
    "scores_pages.upload": {"uploads/UPLOAD": BTG},
}
# Of no ledger: the same for everybody.
COMMON = {
    "static",
    "documents.docs",
    "documents.problem",
    "documents.problems",
    "api-docs.openapi_json",
    "health.livez",
    "health.metrics",
    "health.readyz",
    "scores_pages.index",
}

Case = tuple[str, str]
CASES: list[Case] = [(endpoint, address) for endpoint, found in ROUTES.items() for address in found]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    return planted(tmp_path_factory.mktemp("planted"))


def ask(made: Planted, case: Case, name: str | None) -> Any:
    base = PAGES if case[0].startswith("scores_pages.") else API
    return made.ask(case[1], name, base=base)


def test_every_route_that_is_read_is_named_here(made: Planted) -> None:
    rules = made.town.apps["scores"].url_map.iter_rules()
    read = {rule.endpoint for rule in rules if "GET" in (rule.methods or ())}
    assert read == set(ROUTES) | COMMON


@pytest.mark.parametrize("case", CASES, ids="/".join)
def test_whoever_may_read_gets_an_answer_without_a_secret_of_anybody_else(made: Planted, case: Case) -> None:
    may = ROUTES[case[0]][case[1]]
    for name in READERS:
        answer = ask(made, case, name)
        assert (answer.status_code < 400) == (name in may), (name, answer.status_code)
        assert answer.status_code < 500
        told = text_of(answer)
        assert not [secret for secret in forbidden(name) if secret in told], name


@pytest.mark.parametrize("address", [f"scores?unit={HIDDEN}", f"sheet?unit={HIDDEN}", "files/scores.csv"])
def test_whoever_may_know_what_was_said_of_a_unit_finds_it(made: Planted, address: str) -> None:
    for name in READERS:
        told = text_of(made.ask(address, name))
        for owner in ("BTG", "BTC", "TST"):
            assert (mark(HIDDEN, owner) in told) == sees(name, HIDDEN, owner), (name, owner)


def test_a_token_without_a_grant_gets_nothing_of_any_unit(made: Planted) -> None:
    for case in CASES:
        for name in ("stranger", None):
            told = text_of(ask(made, case, name))
            assert "KIN-" not in told, case
            assert "RIENG-" not in told, case


@pytest.mark.parametrize("name", ["department", "other", "unit", "leader", "admin"])
def test_a_number_of_the_report_says_no_more_to_whom_the_newest_says_nothing(
    made: Planted, name: str
) -> None:
    for upto in (1, 30, 60):
        assert made.ask(f"software-use?upto={upto}", name).status_code == 403


def test_the_report_at_a_fixed_number_is_the_same_file_whatever_came_after(made: Planted) -> None:
    newest = made.ask("software-use", "office")
    number = newest.headers["Bangvang-Sequence"].removeprefix("scores:")
    row = {"unit": OWN, "criterion": "1.2", "stage": "self", "value": "1", "reason": "Tính lại"}
    accepted([made.town.post("scores", "scores", row, "bithu.q01")])
    again = made.ask(f"software-use?upto={number}", "auditor")
    assert (again.data, again.headers["ETag"]) == (newest.data, newest.headers["ETag"])
    assert hashlib.sha256(again.data).hexdigest() == again.headers["ETag"].strip('"')
    assert made.ask("software-use", "office").data != newest.data


@pytest.mark.parametrize(("upto", "status"), [("0", 422), ("x", 422), ("999999", 404)])
def test_a_number_that_there_is_not_is_refused(made: Planted, upto: str, status: int) -> None:
    answer = made.ask(f"software-use?upto={upto}", "office")
    assert answer.status_code == status
    assert answer.content_type.startswith("application/problem+json")


def test_a_unit_that_the_register_does_not_have_is_not_found(made: Planted) -> None:
    assert made.ask("software-use?unit=QH-Q99", "office").status_code == 404
