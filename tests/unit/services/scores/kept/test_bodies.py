"""Who may touch what a body keeps beside the ledger."""

from __future__ import annotations

import pytest

from services.scores.kept.bodies import Body, check_access
from shared.access import AccessDenied, Grant
from shared.decisions import Refused

OPERATION = "scores.keep_draft"


def holding(*hats: str) -> list[Grant]:
    return [
        Grant(f"g{n}", "NV-1", *hat.split("@", 1), "0001-01-01T00:00:00.000000Z")
        for n, hat in enumerate(hats)
    ]


@pytest.mark.parametrize(
    ("hat", "body"),
    [
        ("unit@unit:QH-Q01", "unit:QH-Q01"),
        ("department@department:BTG", "department:BTG"),
        ("department_head@department:BTG", "department:BTG"),
        ("office@ledger", "office:NTN_TP"),
    ],
)
def test_a_body_is_reached_by_its_own_people(hat: str, body: str) -> None:
    check_access(holding(hat), OPERATION, Body.parse(body))


@pytest.mark.parametrize(
    ("hat", "body"),
    [
        ("unit@unit:QH-Q01", "unit:QH-Q03"),
        ("department@department:BTG", "department:BTC"),
        ("department@department:BTG", "office:BTG"),
        ("office@ledger", "department:BTG"),
        ("office@ledger", "unit:QH-Q01"),
        ("admin@ledger", "office:BTG"),
        ("auditor@ledger", "office:BTG"),
        ("standing_committee@ledger", "office:BTG"),
        ("team_leader@team:DKT-1", "unit:QH-Q01"),
        ("unit@", "unit:QH-Q01"),
    ],
)
def test_nobody_reaches_another_body(hat: str, body: str) -> None:
    with pytest.raises(AccessDenied):
        check_access(holding(hat), OPERATION, Body.parse(body))


def test_a_specialist_who_is_also_the_head_needs_to_name_no_hat() -> None:
    both = holding("department@department:BTG", "department_head@department:BTG", "office@ledger")
    check_access(both, OPERATION, Body.parse("department:BTG"))


def test_somebody_without_grants_is_told_so() -> None:
    with pytest.raises(AccessDenied) as denied:
        check_access([], OPERATION, Body.parse("department:BTG"))
    assert denied.value.reason == "no-grant"


@pytest.mark.parametrize(
    "text", ["", "BTG", "department:", "office", "team:DKT-1", "unit:Quận 1", "unit:a:b"]
)
def test_what_names_no_body_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refused:
        Body.parse(text)
    assert refused.value.rule == "not-a-body"
