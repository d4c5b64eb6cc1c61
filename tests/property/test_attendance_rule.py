"""Who attends, against the rule told the slow way: by trying every choice of secretaries (plan III.2)."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.inspections.deciding.attending import deviations
from tests.support.deciding import rulebook

KINDS = ("ward_commune_township", "armed_forces", "workers", "school")
CLASSES = ("EXCELLENT", "GOOD", "COMPLETED", "NOT_COMPLETED")
ROLES = (
    "standing_committee_of_unit",
    "full_time_cadres",
    "party_committee_representative",
    "internal_affairs_specialist",
    "guest",
)
AREAS = ("QH", "CNLD", "LLVT")
SHORT = ("TOO_FEW.EXCELLENT", "TOO_FEW.GOOD-COMPLETED", "TOO_FEW_EXPLAINED.GOOD-COMPLETED")

_row = st.fixed_dictionaries(
    {"kind": st.sampled_from(KINDS)},
    optional={"class": st.sampled_from(CLASSES), "year": st.sampled_from(("2019", "2020"))},
)
registers = st.lists(_row, max_size=7).map(
    lambda rows: [{"code": f"S{n}", "name": f"Cơ sở {n}", **row} for n, row in enumerate(rows, start=1)]
)
attending = st.lists(
    st.one_of(
        st.sampled_from(ROLES).map(lambda role: {"role": role}),
        st.integers(1, 9).map(lambda n: {"role": "secretary", "subordinate": f"S{n}"}),
    ),
    max_size=10,
)


def judged(one: dict[str, Any]) -> str | None:
    """The class that counts in 2020."""
    return one.get("class") if one.get("year", "2020") == "2020" else None


def coming(attendees: list[dict[str, str]], registered: list[dict[str, Any]]) -> list[dict[str, Any]]:
    named = {one.get("subordinate") for one in attendees}
    return [one for one in registered if one["code"] in named]


def fills(chosen: tuple[dict[str, Any], ...], *wanted: str) -> bool:
    return all(judged(one) in wanted for one in chosen)


def oracle_pairs(
    attendees: list[dict[str, str]], registered: list[dict[str, Any]], reason: str | None
) -> list[str]:
    """Is there a choice of two that fills the pair; if not, could the unit have sent more than it does?"""
    here = coming(attendees, registered)
    found = []
    if not any(fills(two, "EXCELLENT") for two in combinations(here, 2)):
        found.append(SHORT[0])
    if not any(fills(two, "GOOD", "COMPLETED") for two in combinations(here, 2)):
        at_home = [one for one in registered if one not in here]
        if any(fills((one,), "GOOD", "COMPLETED") for one in at_home):
            found.append(SHORT[1] if reason is None else SHORT[2])
    return found


@given(attendees=attending, registered=registers, area=st.sampled_from(AREAS), ill=st.booleans())
def test_the_two_pairs_are_judged_as_by_trying_every_choice(
    attendees: list[dict[str, str]], registered: list[dict[str, Any]], area: str, ill: bool
) -> None:
    reason = "Ốm" if ill else None
    noted = deviations(rulebook(), area, attendees, registered, reason)
    pairs = [code for code in noted if code in SHORT]
    assert pairs == (oracle_pairs(attendees, registered, reason) if registered else [])


@given(attendees=attending, registered=registers, area=st.sampled_from(AREAS))
def test_everything_else_is_noted_exactly_when_it_is_so(
    attendees: list[dict[str, str]], registered: list[dict[str, Any]], area: str
) -> None:
    noted = deviations(rulebook(), area, attendees, registered, None)
    here = coming(attendees, registered)
    codes = {one["code"] for one in registered}
    counted = Counter(one["subordinate"] for one in attendees if "subordinate" in one)
    roles = {one["role"] for one in attendees}
    expected = {f"ROLE_MISSING.{role}" for role in ROLES[:2] if role not in roles}
    invited = ROLES[2:4] if area == "QH" else ROLES[2:3]
    expected |= {f"INVITED_MISSING.{role}" for role in invited if role not in roles}
    expected |= {f"SUBORDINATE_TWICE.{code}" for code, times in counted.items() if times > 1}
    expected |= {"TOO_MANY"} if len(counted) > 4 else set()
    if not registered:
        expected.add("SUBORDINATES_UNREGISTERED")
    else:
        expected |= {f"SUBORDINATE_UNKNOWN.{code}" for code in counted if code not in codes}
        expected |= {f"CLASS_UNKNOWN.{one['code']}" for one in here if "class" not in one}
        expected |= {
            f"CLASS_YEAR.{one['code']}" for one in here if "class" in one and one.get("year") == "2019"
        }
        for kind in KINDS[:3] if area == "QH" else ():
            if kind not in {one["kind"] for one in here}:
                there = kind in {one["kind"] for one in registered}
                expected.add(f"{'NOT_COVERED' if there else 'KIND_UNREGISTERED'}.{kind}")
    assert set(noted) - set(SHORT) == expected
    assert len(noted) == len(set(noted))
