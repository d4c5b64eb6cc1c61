"""Given a list of attendees, when it is declared, then what departs from the rule is noted (plan III.2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.inspections.deciding.attending import class_years, deviations
from shared.rulebook.model import Period
from tests.support.deciding import rulebook

KINDS = ("ward_commune_township", "armed_forces", "workers")
STAFF = [
    {"role": role}
    for role in (
        "standing_committee_of_unit",
        "full_time_cadres",
        "party_committee_representative",
        "internal_affairs_specialist",
    )
]


def below(*classes: str | None, kinds: tuple[str, ...] = KINDS) -> list[dict[str, Any]]:
    """Subordinates S1, S2, … with these classes, their kinds in turn."""
    return [
        {
            "code": f"S{n}",
            "name": f"Đoàn cơ sở {n}",
            "kind": kinds[(n - 1) % len(kinds)],
            **({} if name is None else {"class": name}),
        }
        for n, name in enumerate(classes, start=1)
    ]


def coming(*codes: str) -> list[dict[str, Any]]:
    return [*STAFF, *({"role": "secretary", "subordinate": code} for code in codes)]


def found(
    attendees: list[dict[str, Any]],
    registered: list[dict[str, Any]],
    area: str = "QH",
    reason: str | None = None,
) -> list[str]:
    return deviations(rulebook(), area, attendees, registered, reason)


def test_two_excellent_and_two_good_of_three_kinds_are_as_asked() -> None:
    registered = below("EXCELLENT", "EXCELLENT", "GOOD", "COMPLETED")
    assert found(coming("S1", "S2", "S3", "S4"), registered) == []


def test_four_excellent_are_as_asked_where_nobody_is_good_or_completed() -> None:
    registered = below("EXCELLENT", "EXCELLENT", "EXCELLENT", "EXCELLENT")
    assert found(coming("S1", "S2", "S3", "S4"), registered) == []


def test_four_excellent_depart_from_the_rule_where_somebody_good_stays_at_home() -> None:
    registered = below("EXCELLENT", "EXCELLENT", "EXCELLENT", "EXCELLENT", "GOOD")
    assert found(coming("S1", "S2", "S3", "S4"), registered) == ["TOO_FEW.GOOD-COMPLETED"]


def test_two_and_one_lack_one_unless_a_reason_explains_it_or_there_is_no_other() -> None:
    registered = below("EXCELLENT", "EXCELLENT", "GOOD", "GOOD")
    attendees = coming("S1", "S2", "S3")
    assert found(attendees, registered) == ["TOO_FEW.GOOD-COMPLETED"]
    assert found(attendees, registered, reason="Ốm") == ["TOO_FEW_EXPLAINED.GOOD-COMPLETED"]
    assert found(attendees, registered[:3]) == []


def test_a_lack_of_excellent_ones_is_not_explained_by_a_reason() -> None:
    registered = below("EXCELLENT", "GOOD", "GOOD")
    assert found(coming("S1", "S2", "S3"), registered, reason="Chỉ có một") == ["TOO_FEW.EXCELLENT"]


def test_a_district_without_a_subordinate_of_the_armed_forces_is_told_so() -> None:
    none = below("EXCELLENT", "EXCELLENT", "GOOD", "GOOD", kinds=("ward_commune_township", "workers"))
    assert found(coming("S1", "S2", "S3", "S4"), none) == ["KIND_UNREGISTERED.armed_forces"]
    one = [*none, {"code": "S5", "name": "Quân sự", "kind": "armed_forces", "class": "GOOD"}]
    assert found(coming("S1", "S2", "S3", "S4"), one) == ["NOT_COVERED.armed_forces"]


def test_kinds_and_the_specialist_of_internal_affairs_are_asked_of_districts_alone() -> None:
    registered = below("EXCELLENT", "EXCELLENT", "GOOD", "GOOD", kinds=("workers",))
    attendees = [
        one for one in coming("S1", "S2", "S3", "S4") if one["role"] != "internal_affairs_specialist"
    ]
    assert found(attendees, registered, "CNLD") == []
    assert "INVITED_MISSING.internal_affairs_specialist" in found(attendees, registered, "QH")


def test_a_secretary_of_a_subordinate_of_unknown_class_counts_for_no_pair() -> None:
    registered = below("EXCELLENT", "EXCELLENT", "GOOD", None, "GOOD")
    assert found(coming("S1", "S2", "S3", "S4"), registered) == [
        "CLASS_UNKNOWN.S4",
        "TOO_FEW.GOOD-COMPLETED",
    ]


def dated(registered: list[dict[str, Any]], **years: str) -> list[dict[str, Any]]:
    """``registered`` with the year of some classes: ``S1="2019"``."""
    return [{**one, "year": years[one["code"]]} if one["code"] in years else one for one in registered]


def test_a_class_of_another_year_is_named_and_counts_for_no_pair() -> None:
    registered = dated(below("EXCELLENT", "EXCELLENT", "GOOD", "GOOD"), S1="2019", S2="2020", S3="2020")
    assert found(coming("S1", "S2", "S3", "S4"), registered) == ["CLASS_YEAR.S1", "TOO_FEW.EXCELLENT"]


def test_a_class_of_another_year_at_home_does_not_make_the_second_pair_short() -> None:
    registered = dated(below("EXCELLENT", "EXCELLENT", "GOOD", "COMPLETED"), S4="2019")
    assert found(coming("S1", "S2", "S3"), registered) == []


def test_a_subordinate_of_unknown_class_is_named_as_unknown_whatever_its_year() -> None:
    registered = dated(below("EXCELLENT", "EXCELLENT", "GOOD", None, "GOOD"), S4="2019")
    noted = found(coming("S1", "S2", "S3", "S4"), registered)
    assert noted == ["CLASS_UNKNOWN.S4", "TOO_FEW.GOOD-COMPLETED"]


@pytest.mark.parametrize(
    ("asked", "first", "last", "years"),
    [
        ("cycle_internal", date(2020, 1, 1), date(2020, 12, 31), ("2020",)),
        ("previous_year", date(2020, 1, 1), date(2020, 12, 31), ("2019",)),
        ("cycle_internal", date(2019, 9, 1), date(2020, 8, 31), ("2019-2020", "2020")),
        ("previous_year", date(2019, 9, 1), date(2020, 8, 31), ("2018-2019", "2019")),
    ],
)
def test_the_year_of_classes_is_the_periods_or_the_one_before(
    asked: str, first: date, last: date, years: tuple[str, ...]
) -> None:
    rule = rulebook().attendees
    assert rule is not None
    book = replace(rulebook(), period=Period(first, last), attendees=replace(rule, class_year=asked))
    assert class_years(book) == years


def test_a_subordinate_that_is_unknown_or_named_twice_is_noted_and_counts_once() -> None:
    registered = below("EXCELLENT", "EXCELLENT", "GOOD", "GOOD")
    noted = found(coming("S1", "S1", "S2", "S3", "S9"), registered)
    assert noted == ["SUBORDINATE_TWICE.S1", "SUBORDINATE_UNKNOWN.S9", "TOO_FEW.GOOD-COMPLETED"]


def test_without_registered_subordinates_nothing_can_be_judged_but_roles() -> None:
    assert found(coming("S1"), []) == ["SUBORDINATES_UNREGISTERED"]
    assert found([], [])[:2] == [
        "ROLE_MISSING.standing_committee_of_unit",
        "ROLE_MISSING.full_time_cadres",
    ]


def test_more_than_four_secretaries_are_too_many() -> None:
    registered = below("EXCELLENT", "EXCELLENT", "EXCELLENT", "GOOD", "GOOD")
    assert found(coming("S1", "S2", "S3", "S4", "S5"), registered) == ["TOO_MANY"]


@for_all(
    classes=st.lists(st.sampled_from(["EXCELLENT", "GOOD", "COMPLETED", "NOT_COMPLETED", None]), max_size=8),
    attending=st.lists(st.integers(min_value=1, max_value=9), max_size=8),
    shuffled=st.randoms(use_true_random=False),
)
def test_deviations_depend_on_who_attends_and_never_on_the_order(
    classes: list[str | None], attending: list[int], shuffled: Any
) -> None:
    registered, attendees = below(*classes), coming(*(f"S{n}" for n in attending))
    noted = found(attendees, registered)
    other = list(attendees)
    shuffled.shuffle(other)
    assert sorted(found(other, registered)) == sorted(noted)
    assert len(set(noted)) == len(noted)


@for_all(
    excellent=st.integers(min_value=0, max_value=6),
    good=st.integers(min_value=0, max_value=6),
    first=st.integers(min_value=0, max_value=6),
    second=st.integers(min_value=0, max_value=6),
)
def test_the_pairs_are_short_exactly_when_fewer_attend_than_asked_and_than_there_are(
    excellent: int, good: int, first: int, second: int
) -> None:
    first, second = min(first, excellent), min(second, good)
    registered = below(*["EXCELLENT"] * excellent, *["GOOD"] * good)
    codes = [f"S{n}" for n in range(1, first + 1)] + [f"S{excellent + n}" for n in range(1, second + 1)]
    noted = found(coming(*codes), registered, "LLVT")
    if registered:
        assert ("TOO_FEW.EXCELLENT" in noted) == (first < 2)
        assert ("TOO_FEW.GOOD-COMPLETED" in noted) == (second < min(2, good))
    assert ("TOO_MANY" in noted) == (first + second > 4)


@pytest.mark.parametrize("area", ["QH", "CNLD", "LLVT"])
def test_a_rulebook_without_attendees_asks_for_nobody(area: str) -> None:
    book = replace(rulebook(), attendees=None)
    assert deviations(book, area, [], [], None) == []
