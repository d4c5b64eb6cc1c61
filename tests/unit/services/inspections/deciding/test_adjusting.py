"""Given adjustments and a ledger, when compared, then what is wrong and what is stale is told apart."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.inspections.commands import Adjust, AmendConclusion, DelegateConclusion, SignConclusion
from services.inspections.deciding.adjusting import adjustments_of, compared
from services.inspections.known import Entry, KnownUnit
from shared.access import AccessDenied
from shared.decisions import Refused
from shared.rulebook import number
from tests.support.deciding import rulebook
from tests.support.inspected import DAY, DEPUTY, LEADER, Place, opened

BOOK = rulebook()
STATED = frozenset({"from_self", "from_effective"})
QUARTERS = st.integers(0, 24).map(lambda quarters: number.shortest(Fraction(quarters, 4)))


def unit(department: str | None = "5", own: str | None = None) -> KnownUnit:
    values = {("1.2", "department"): department, ("1.2", "self"): own}
    kept = {place: (Entry(value),) for place, value in values.items() if value is not None}
    return KnownUnit("QH-Q01", "QH", "Quận Đoàn 1", values=kept)


def written(effective: str | None, own: str | None = None, to: str = "4") -> Adjust:
    return Adjust("1.2", to, "Đối chiếu", STATED, own, effective)


def test_what_a_client_did_not_state_is_taken_from_the_ledger() -> None:
    found = compared(BOOK, unit("5", "5.5"), [Adjust("1.2", "4", "Vì")])
    assert found.made == (
        {"criterion": "1.2", "from_self": "5.5", "from_effective": "5", "to": "4", "reason": "Vì"},
    )
    assert (found.faults, found.stale) == ((), ())


@for_all(now=QUARTERS, then=st.none() | QUARTERS)
def test_an_adjustment_is_stale_exactly_when_another_value_counts_than_was_seen(
    now: str, then: str | None
) -> None:
    found = compared(BOOK, unit(now), [written(then)])
    fields = [fault.field for fault in found.stale]
    assert fields == ([] if then == now else ["adjustments.0.from_effective"])


def test_the_same_number_written_otherwise_is_not_stale() -> None:
    assert compared(BOOK, unit("5"), [written("5.00")]).stale == ()


def test_a_wrong_value_and_a_stale_one_are_both_told_before_anybody_signs() -> None:
    found = compared(BOOK, unit("5.5"), [written("5", to="99"), written("5"), Adjust("8.1", "1", "Vì")])
    assert [(fault.rule, fault.field) for fault in found.faults] == [
        ("above-maximum", "adjustments.0.to"),
        ("criterion-twice", "adjustments.1.criterion"),
        ("not-an-adjustment", "adjustments.2.criterion"),
    ]
    assert [fault.field for fault in found.stale] == ["adjustments.0.from_effective"]
    assert found.made == ()


def test_what_is_wrong_is_refused_before_what_is_stale() -> None:
    with pytest.raises(Refused) as wrong:
        adjustments_of(BOOK, unit("5.5"), [written("5", to="99")])
    with pytest.raises(Refused) as stale:
        adjustments_of(BOOK, unit("5.5"), [written("5")])
    assert (wrong.value.rule, wrong.value.status) == ("above-maximum", 422)
    assert (stale.value.rule, stale.value.status) == ("stale-adjustment", 409)


def test_a_delegate_who_has_concluded_cannot_amend_his_conclusion() -> None:
    noon = DAY.replace(hour=4)
    scores = tuple({"criterion": code, "value": "2"} for code in ("8.1", "8.2", "8.3"))
    signed: Place = (
        opened()
        .when(DelegateConclusion("QH-Q01", "NV-002", "12-UQ/ĐKT"), LEADER.at(noon))
        .when(SignConclusion("QH-Q01", "A", "B", "C", scores), DEPUTY.at(noon))
    )
    with pytest.raises(AccessDenied):
        signed.fact(AmendConclusion("QH-Q01", "Đọc nhầm", strengths="D"), DEPUTY.at(noon))
