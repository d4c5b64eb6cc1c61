"""Given a team, when its members reflect, then each report is a digest (plan III.5)."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from services.inspections.commands import CloseRound, SubmitReflection
from services.inspections.decider import decide
from services.inspections.deciding.reflections import missing_reflections
from services.inspections.kept.digests import salted
from shared.access import AccessDenied
from tests.support.deciding import person
from tests.support.inspected import DEPUTY, LEADER, OFFICE, SECRETARY, UNIT, Place, opened, scheduled

REPORT = SubmitReflection("DKT-1", salted("muoi", "Bài thu hoạch"))
EVERYBODY = ("NV-001", "NV-002", "NV-003", "NV-004")


def per_inspection(place: Place) -> Place:
    """The rulebook asks for one report per inspection."""
    book = place.known.rulebook
    assert book is not None
    policies = MappingProxyType({**book.policies, "reflection_scope": "inspection"})
    return replace(place, known=replace(place.known, rulebook=replace(book, policies=policies)))


def test_every_member_reports_in_his_own_name_and_may_send_another_version() -> None:
    for caller in (LEADER, DEPUTY, SECRETARY):
        place = scheduled().when(REPORT, caller)
        assert place.state.reflections == {("DKT-1", caller.sub, None): 1}
        assert place.when(REPORT, caller).state.reflections == {("DKT-1", caller.sub, None): 2}


def test_who_is_not_named_in_the_team_reports_nothing() -> None:
    stranger = person("team_member@team:DKT-1", sub="NV-009")
    error = scheduled().refusal(REPORT, stranger)
    assert (error.rule, error.status) == ("not-a-member", 403)
    for caller in (UNIT, OFFICE, person("team_member@team:DKT-2", sub="NV-002")):
        with pytest.raises(AccessDenied):
            decide(scheduled().state, scheduled().known, REPORT, caller)


def test_the_rulebook_says_whether_a_report_is_about_the_round_or_one_inspection() -> None:
    about = replace(REPORT, unit="QH-Q01")
    assert scheduled().refusal(about, DEPUTY).rule == "reflection-scope"
    asked = per_inspection(scheduled())
    assert asked.refusal(REPORT, DEPUTY).rule == "reflection-scope"
    assert asked.fact(about, DEPUTY)["unit"] == "QH-Q01"
    assert asked.refusal(replace(REPORT, unit="QH-Q03"), DEPUTY).rule == "other-team"


def test_missing_reports_are_named_by_member_and_keep_no_round_open() -> None:
    place = scheduled().when(REPORT, DEPUTY)
    assert missing_reflections(place.state, "round") == tuple(
        ("DKT-1", one, None) for one in EVERYBODY if one != "NV-002"
    )
    assert place.fact(CloseRound("DOT-2020", ({"unit": "QH-Q01", "reason": "Hoãn"},)), OFFICE)


def test_per_inspection_only_concluded_ones_are_asked_about() -> None:
    place = per_inspection(opened())
    assert missing_reflections(place.state, "inspection") == ()
    visit = replace(place.state.visit("QH-Q01"), concluded=True)
    state = replace(place.state, visits={"QH-Q01": visit})
    assert missing_reflections(state, "inspection") == tuple(("DKT-1", one, "QH-Q01") for one in EVERYBODY)


@for_all(senders=st.lists(st.sampled_from(EVERYBODY), max_size=10))
def test_a_report_is_missing_exactly_from_who_sent_none(senders: list[str]) -> None:
    place = scheduled()
    for sub in senders:
        place = place.when(REPORT, person("team_member@team:DKT-1", sub=sub))
    missing = [who for _, who, _ in missing_reflections(place.state, "round")]
    assert missing == [one for one in EVERYBODY if one not in senders]
    assert sum(place.state.reflections.values()) == len(senders)
