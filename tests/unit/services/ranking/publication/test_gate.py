"""The publication gate: each blocker on its own, and nothing passed that is not there."""

from __future__ import annotations

import inspect
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ranking import problem_types
from services.ranking.engine import State, compute, initial
from services.ranking.publication import gate as gate_module
from services.ranking.publication.gate import OFFICIAL, UNOFFICIAL, Around, Differing, Gate, Newest, gate
from shared.web import rule_types
from tests.support.board import MEETING, ON_BEHALF, Board
from tests.support.rulebooks import small

DIGEST = f"sha256:{'a' * 64}"
FINE = Around(digest=DIGEST, shadow=DIGEST, demonstration=True)
QUOTA = {
    "class": "A",
    "count": 1,
    "min_per_area": 0,
    "on_tie_at_boundary": "decide",
}
LEAVES = ({"id": "1.1", "max": "60"}, {"id": "2.1", "max": "40", "stage": "inspection"})


def board(*units: str) -> Board:
    """A board on which every unit is scored and inspected; the round is open."""
    made = Board(small(*LEAVES))
    for n, unit in enumerate(units or ("A", "B")):
        made.unit(unit)
        made.score(unit, "1.1", str(50 - n))
        made.conclude(unit, {"2.1": "30"})
    return made


def passage(state: State, around: Around = FINE, status: str = UNOFFICIAL) -> Gate:
    return gate(state, compute(state), around, status)


def codes(found: Gate) -> list[str]:
    return [one.code for one in found.blockers]


def closed() -> State:
    made = board()
    made.close()
    return made.state()


def test_a_complete_board_of_a_closed_round_may_be_published() -> None:
    found = passage(closed())
    assert found.publishable
    assert codes(found) == []


def test_an_open_round_blocks() -> None:
    assert codes(passage(board().state())) == ["round-not-closed"]


@pytest.mark.parametrize(
    ("change", "code", "items"),
    [
        ({"gaps": 3}, "open-gap", ()),
        ({"noise": frozenset({DIGEST})}, "noise", (DIGEST,)),
        ({"shadow": f"sha256:{'b' * 64}"}, "replay-differs", (f"sha256:{'b' * 64}",)),
        ({"differing": (Differing("khác", "other", "A"),) * 2}, "shadow-differs", ("A",)),
        ({"demonstration": False}, "illustrative-rulebook", ()),
    ],
)
def test_what_only_the_process_knows_blocks(
    change: dict[str, object], code: str, items: tuple[str, ...]
) -> None:
    state = closed()
    assert passage(state).publishable
    found = passage(state, replace(FINE, **change))  # type: ignore[arg-type]
    assert codes(found) == [code]
    assert found.blockers[0].items == items


def test_an_event_nobody_understands_blocks_until_it_is_acknowledged() -> None:
    made = board()
    made.close()
    at = made.state_fact("weather.observed.v1", "scores", "*", {})
    blocked = passage(made.state())
    assert codes(blocked) == ["not-understood"]
    assert blocked.blockers[0].items == (str(at),)
    made.state_fact("event.acknowledged.v1", "ranking", "*", {"event": at, "reason": "Không ảnh hưởng."})
    assert passage(made.state()).publishable


def test_noise_blocks_until_exactly_that_record_is_acknowledged() -> None:
    made = board()
    made.close()
    around = replace(FINE, noise=frozenset({DIGEST}))
    other = f"sha256:{'c' * 64}"
    made.state_fact("noise.acknowledged.v1", "ranking", "*", {"noise": other, "reason": "-"})
    assert codes(passage(made.state(), around)) == ["noise"]
    made.state_fact("noise.acknowledged.v1", "ranking", "*", {"noise": DIGEST, "reason": "-"})
    assert passage(made.state(), around).publishable


def test_a_missing_leaf_blocks_until_an_exception_names_unit_and_leaf() -> None:
    made = board()
    made.unit("C")
    made.conclude("C", {"2.1": "10"})
    made.unit("D")
    made.conclude("D", {"2.1": "10"})
    made.close()
    blocked = passage(made.state())
    assert codes(blocked) == ["incomplete"]
    assert blocked.blockers[0].items == ("C", "D")
    made.state_fact("decision.exception.v1", "ranking", "C", {"criteria": ["1.1"], **MEETING})
    made.state_fact("decision.exception.v1", "ranking", "D", {"criteria": ["2.1"], **MEETING})
    assert passage(made.state()).blockers[0].items == ("D",)
    made.state_fact("decision.exception.v1", "ranking", "D", {"criteria": ["1.1"], **MEETING})
    assert passage(made.state()).publishable


def test_a_unit_without_conclusion_blocks_unless_forfeited_or_named_when_the_round_closed() -> None:
    made = board()
    for unit in ("C", "D"):
        made.unit(unit)
        made.score(unit, "1.1", "10")
        made.decide(unit, "2.1", "5")
    made.state_fact(
        "round.closed.v1", "inspections", "*", {"round": "R", "exceptions": [{"unit": "C", "reason": "-"}]}
    )
    blocked = passage(made.state())
    assert codes(blocked) == ["inspection-pending"]
    assert blocked.blockers[0].items == ("D",)


def test_a_tie_on_the_quota_line_blocks_until_it_is_decided() -> None:
    rules = {
        "classes": [
            {"id": "A", "label": "A", "gte": "50", "measure": "classification_score"},
            {"id": "B", "label": "B"},
        ],
        "quotas": [QUOTA],
        "tie_breaks": [{"by": "committee_decision"}],
    }
    made = Board(small(*LEAVES, **rules))
    for unit in ("A", "B"):
        made.unit(unit)
        made.score(unit, "1.1", "50")
        made.conclude(unit, {"2.1": "30"})
    made.close()
    blocked = passage(made.state())
    assert codes(blocked) == ["tie-at-quota"]
    assert blocked.blockers[0].items == ("A", "B")
    made.tie("QH", ["B"], ["A"])
    assert passage(made.state()).publishable


OTHER = f"sha256:{'d' * 64}"


@pytest.mark.parametrize(
    ("newest", "status", "code"),
    [
        (None, UNOFFICIAL, None),
        (None, OFFICIAL, "not-published-first"),
        (Newest(1, UNOFFICIAL, OTHER), UNOFFICIAL, None),
        (Newest(1, UNOFFICIAL, OTHER), OFFICIAL, "not-published-first"),
        (Newest(2, OFFICIAL, OTHER), UNOFFICIAL, None),
        (Newest(2, OFFICIAL, OTHER), OFFICIAL, "not-published-first"),
        (Newest(1, UNOFFICIAL, DIGEST), UNOFFICIAL, "nothing-changed"),
        (Newest(1, UNOFFICIAL, DIGEST), OFFICIAL, None),
        (Newest(2, OFFICIAL, DIGEST), UNOFFICIAL, "nothing-changed"),
        (Newest(2, OFFICIAL, DIGEST), OFFICIAL, "nothing-changed"),
    ],
)
def test_a_version_says_something_new_or_makes_official_what_could_be_contested(
    newest: Newest | None, status: str, code: str | None
) -> None:
    found = passage(closed(), replace(FINE, newest=newest), status)
    assert codes(found) == ([] if code is None else [code])


def test_an_entry_that_a_member_disputes_blocks_until_it_is_confirmed_after_all() -> None:
    made = board()
    made.close()
    at = made.decide("A", "1.1", "40", on_behalf_of="STANDING_COMMITTEE")
    waiting = passage(made.state())
    assert (waiting.publishable, [one.code for one in waiting.warnings]) == (True, ["unanswered"])
    made.state_fact("decision.disputed.v1", "ranking", "A", {"decision": at})
    assert codes(passage(made.state())) == ["disputed-decision"]
    made.state_fact("decision.confirmed.v1", "ranking", "A", {"decision": at})
    assert passage(made.state()).publishable


def test_an_entry_that_waits_for_its_confirmation_blocks_where_the_policy_asks_for_one() -> None:
    made = Board(small(*LEAVES, policies={"on_behalf_confirmation": "required"}))
    made.unit("A")
    made.score("A", "1.1", "50")
    made.conclude("A", {"2.1": "30"})
    made.close()
    at = made.decide("A", "1.1", "40", on_behalf_of="STANDING_COMMITTEE")
    assert codes(passage(made.state())) == ["unconfirmed-decision"]
    made.state_fact("decision.confirmed.v1", "ranking", "A", {"decision": at})
    assert passage(made.state()).publishable


def test_an_adjustment_that_rests_on_another_value_is_told_and_blocks_nothing() -> None:
    made = board()
    made.conclude("A", {}, [{"criterion": "1.1", "from_effective": "1", "to": "2", "reason": "-"}])
    made.close()
    found = passage(made.state())
    assert found.publishable
    assert [one.code for one in found.warnings] == ["stale"]


def test_a_score_that_its_body_disputes_is_told_and_blocks_nothing() -> None:
    made = board()
    leaf = "1.1"
    at = made.score("A", leaf, "10", on_behalf_of="BTG")
    made.dispute("A", at + 1)
    made.close()
    found = passage(made.state())
    assert found.publishable
    assert [(one.code, one.items) for one in found.warnings] == [("disputed", (str(at),))]


def test_a_proposal_that_nobody_decided_is_told_and_blocks_nothing() -> None:
    bonus = {"cap_total": "2", "items": [{"code": "T1", "label": "T1", "per": "1"}]}
    made = Board(small(*LEAVES, bonus=bonus))
    made.unit("A")
    made.score("A", "1.1", "50")
    made.conclude("A", {"2.1": "30"})
    data = {"code": "T1", "occurrence_ref": "cup", "occurred_on": "2020-05-04", "basis": "-"}
    at = made.state_fact("bonus.proposed.v1", "scores", "A", data)
    made.close()
    found = passage(made.state())
    assert found.publishable
    assert [(one.code, one.items) for one in found.warnings] == [("undecided", (str(at),))]


def test_a_rulebook_that_was_adopted_and_took_no_effect_is_told_until_another_does() -> None:
    made = board()
    made.close()
    at = made.state_fact("rulebook.adopted.v1", "scores", "*", {"version": "2", "digest": OTHER})
    found = passage(made.state())
    assert found.publishable
    assert [(one.code, one.items) for one in found.warnings] == [("rulebook-refused", (str(at),))]


def test_a_confirmed_forfeit_ends_the_wait_for_an_inspection_and_a_lifted_one_does_not() -> None:
    made = board()
    made.unit("C")
    made.score("C", "1.1", "10")
    made.state_fact("round.closed.v1", "inspections", "*", {"round": "R", "exceptions": []})
    assert codes(passage(made.state())) == ["incomplete", "inspection-pending"]
    made.exception("C", "2.1")
    made.forfeit("C")
    assert passage(made.state()).publishable
    made.state_fact("decision.forfeit_lifted.v1", "ranking", "C", {**MEETING})
    assert codes(passage(made.state())) == ["inspection-pending"]
    at = made.forfeit("C", **ON_BEHALF)
    assert passage(made.state()).publishable
    made.answer(at, "disputed")
    assert codes(passage(made.state())) == ["disputed-decision"]


def test_a_tie_blocks_where_every_unit_needs_a_rank_of_its_own() -> None:
    made = Board(small(*LEAVES, rank_style="1234", tie_breaks=[{"by": "committee_decision"}]))
    for unit in ("A", "B"):
        made.unit(unit)
        made.score(unit, "1.1", "50")
        made.conclude(unit, {"2.1": "30"})
    made.close()
    assert codes(passage(made.state())) == ["open-tie"]
    made.tie("QH", ["A"], ["B"])
    assert passage(made.state()).publishable


def test_every_blocker_has_a_title_and_an_advice_of_its_own() -> None:
    source = inspect.getsource(gate_module)
    blocking = source[: source.index("def _warnings")]
    named = set(re.findall(r'"([a-z]+(?:-[a-z]+)+|incomplete|noise)"', blocking))
    declared = {one.name: one for one in (*problem_types.TYPES, *rule_types.TYPES)}
    assert len(named) >= 13
    assert {name for name in named if name not in declared or declared[name].status != 409} == set()


@given(
    gaps=st.integers(0, 3),
    noise=st.frozensets(st.sampled_from([DIGEST, f"sha256:{'e' * 64}"])),
    shadow=st.sampled_from([DIGEST, f"sha256:{'f' * 64}"]),
    official=st.booleans(),
)
def test_more_trouble_never_opens_the_gate(
    gaps: int, noise: frozenset[str], shadow: str, official: bool
) -> None:
    state = closed()
    status = OFFICIAL if official else UNOFFICIAL
    calm = set(codes(passage(state, FINE, status)))
    found = set(codes(passage(state, Around(DIGEST, shadow, gaps, noise, True), status)))
    assert calm <= found
    assert ("open-gap" in found) == bool(gaps)
    assert ("noise" in found) == bool(noise)
    assert ("replay-differs" in found) == (shadow != DIGEST)


@pytest.mark.parametrize("status", [UNOFFICIAL, OFFICIAL])
def test_where_there_is_nothing_nothing_is_published(status: str) -> None:
    assert codes(passage(initial("hcmc/2020"), status=status)) == ["nothing-to-publish"]
    empty = Board(small(*LEAVES))
    empty.close()
    assert codes(passage(empty.state(), status=status)) == ["nothing-to-publish"]
