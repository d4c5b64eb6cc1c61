"""What stands of a unit's conclusions (rulebook format §3)."""

from __future__ import annotations

from typing import Any

from services.scores.inspected.concluded import Concluded, concluded_by
from shared.events import Event
from tests.support.world import ACTOR, TIME, World

TEXTS = {"strengths": "Tốt", "limitations": "Chậm", "orientation": "Tiếp tục"}


def conclusion(world: World, **about: Any) -> Event:
    data = {"occurred_at": TIME, "actor": ACTOR, "team": "DKT-1", **TEXTS, "scores": [], "adjustments": []}
    data |= {"recognised_models": [], **about}
    return Event.parse(world.event("inspections", "conclusion.signed.v1", "QH-Q01", data))


def amendment(world: World, **about: Any) -> Event:
    data = {"occurred_at": TIME, "actor": ACTOR, "team": "DKT-1", "reason": "Đối chiếu lại", **about}
    return Event.parse(world.event("inspections", "conclusion.amended.v1", "QH-Q01", data))


def adjust(criterion: str, to: str) -> dict[str, Any]:
    return {"criterion": criterion, "from_self": None, "from_effective": None, "to": to, "reason": "Thiếu"}


def test_scores_and_adjustments_of_a_conclusion_are_told_with_their_reason() -> None:
    world = World("hcmc/2020")
    signed = conclusion(
        world, scores=[{"criterion": "8.1", "value": "2.5"}], adjustments=[adjust("1.2", "5")]
    )
    assert concluded_by([signed]) == {
        "8.1": Concluded("2.5", "DKT-1"),
        "1.2": Concluded("5", "DKT-1", "Thiếu"),
    }


def test_a_withdrawal_shows_the_older_value_again_and_then_none() -> None:
    world = World("hcmc/2020")
    signed = conclusion(world, adjustments=[adjust("1.2", "5")])
    changed = amendment(world, adjustments=[adjust("1.2", "4.5")])
    back = amendment(world, withdrawn=["1.2"])
    assert concluded_by([signed, changed])["1.2"].points == "4.5"
    assert concluded_by([signed, changed, back])["1.2"].points == "5"
    assert concluded_by([signed, changed, back, amendment(world, withdrawn=["1.2"])]) == {}


def test_what_the_catalogue_does_not_understand_says_nothing() -> None:
    world = World("hcmc/2020")
    assert concluded_by([conclusion(world, scores=[{"criterion": "8.1", "value": "2,5"}])]) == {}
