"""Given what a unit did, the report on its use of the software counts it, the same for ever (plan I.2)."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import orjson
import pytest

from services.scores.commands import SetDue, WithdrawScore
from services.scores.deciding.completeness import sheet_of
from services.scores.progress.software import Report, Use, report_of
from shared.events.canonical import check_profile
from tests.support.deciding import NOW, rulebook
from tests.support.scored import ADMIN, BTG, Q01, score
from tests.support.sheets import zero_sheet
from tests.support.told import Told

ASKED = len(sheet_of(rulebook(), "QH"))
FILE = {"name": "a.pdf", "sha256": "sha256:" + "a" * 64, "size": 3}


def use(told: Told, unit: str = "QH-Q01") -> Use:
    return next(one for one in report_of(told.board).uses if one.unit == unit)


def due(told: Told, moment: str) -> None:
    told.tell(SetDue("self", moment, "12-KH/TĐTN"), ADMIN.doing("scores.set_due"))


def test_a_unit_that_did_nothing_has_submitted_nothing_and_is_neither_in_time_nor_late() -> None:
    told = Told()
    due(told, "2020-11-01T00:00:00.000000Z")
    found = use(told)
    assert (found.submitted, found.on_time, found.submissions) == (None, None, 0)
    assert (found.asked, found.values, found.self_entered, found.entered_for) == (ASKED, 0, 0, 0)


def test_without_a_due_instant_nobody_is_late() -> None:
    told = Told()
    told.tell(zero_sheet("QH-Q01"), Q01)
    assert (use(told).due, use(told).on_time) == (None, None)


@pytest.mark.parametrize(
    ("instant", "on_time"),
    [("2020-11-05T02:00:00.000000Z", False), ("2020-11-05T02:00:00.000001Z", True)],
)
def test_in_time_is_before_the_due_instant_not_at_it(instant: str, on_time: bool) -> None:
    told = Told()
    due(told, instant)
    told.tell(zero_sheet("QH-Q01"), Q01)
    assert use(told).on_time is on_time


def test_the_first_submission_says_whether_it_was_in_time_and_later_ones_are_counted() -> None:
    told = Told()
    due(told, "2020-11-06T00:00:00.000000Z")
    told.tell(zero_sheet("QH-Q01"), Q01)
    late = Q01.at(NOW.replace(day=20))
    told.tell(zero_sheet("QH-Q01", basis="Sửa theo góp ý", reason="Góp ý"), late)
    found = use(told)
    assert (found.on_time, found.submissions) == (True, 2)
    assert found.corrections == ASKED


def test_a_value_in_place_of_a_withdrawn_one_is_no_correction() -> None:
    told = Told()
    told.tell(score("1.2", "1", stage="self"), Q01)
    told.tell(WithdrawScore("QH-Q01", "1.2", "self", "nhập nhầm"), Q01.doing("scores.withdraw_score"))
    told.tell(score("1.2", "2", stage="self", reason="nhập lại"), Q01)
    found = use(told)
    assert (found.values, found.corrections, found.withdrawals) == (1, 0, 1)
    told.tell(score("1.2", "3", stage="self", reason="tính lại"), Q01)
    assert use(told).corrections == 1


def test_evidence_counts_where_the_value_that_stands_has_some() -> None:
    told = Told()
    told.tell(score("1.2", "1", stage="self", evidence=(FILE,)), Q01)
    assert (use(told).values, use(told).with_evidence) == (1, 1)
    told.tell(score("1.2", "2", stage="self", reason="bỏ tệp"), Q01)
    assert use(told).with_evidence == 0


def test_what_others_score_of_the_unit_is_not_its_use_of_the_software() -> None:
    told = Told()
    before = use(told)
    told.tell(score("1.2", "1"), BTG)
    told.tell(score("1.2", "2", reason="sửa"), BTG)
    assert use(told) == before


def test_values_entered_for_a_unit_are_told_apart_from_its_own() -> None:
    told = Told()
    told.tell(score("1.2", "1", stage="self"), Q01)
    value = told.board.values["QH-Q01"][0]
    office = {"sub": "VP-001", "role": "office", "scope": "ledger"}
    entered = replace(value, data={**value.data, "actor": office, "on_behalf_of": "QH-Q01"})
    told.board = replace(told.board, values={"QH-Q01": (entered,)})
    assert (use(told).self_entered, use(told).entered_for) == (0, 1)


def test_the_report_is_canonical_and_its_digest_and_size_are_those_of_its_bytes() -> None:
    told = Told()
    told.tell(zero_sheet("QH-Q01"), Q01)
    report = report_of(told.board)
    body = orjson.loads(report.document)
    check_profile(body)
    assert orjson.dumps(body, option=orjson.OPT_SORT_KEYS) == report.document
    assert report.evidence == {
        "name": f"software-use-hcmc-2020-{told.board.last}.json",
        "sha256": f"sha256:{hashlib.sha256(report.document).hexdigest()}",
        "size": len(report.document),
    }
    assert [one["unit"] for one in body["units"]] == ["LLVT-BTL", "QH-Q01"]


def test_the_report_on_one_unit_says_nothing_of_another_and_bears_its_name() -> None:
    report = report_of(Told().board, "QH-Q01")
    assert b"LLVT-BTL" not in report.document
    assert report.name == "software-use-hcmc-2020-QH-Q01-0.json"


def test_before_a_rulebook_the_report_is_empty() -> None:
    told = Told()
    told.board = replace(told.board, state=replace(told.board.state, adopted=()))
    assert report_of(told.board) == Report("hcmc/2020", 0, "", ())
