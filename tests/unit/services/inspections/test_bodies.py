"""Given departments and assignments, when scores are missing, then who owes them is named."""

from __future__ import annotations

from typing import Any

from services.inspections.bodies import Bodies, bodies_of
from shared.events import Event
from tests.support.deciding import rulebook
from tests.support.world import ACTOR, TIME, World

BEFORE, NOW, AFTER = (f"2020-11-0{n}T00:00:00.000000Z" for n in (1, 5, 9))


def told(*facts: tuple[str, str, dict[str, Any]]) -> Bodies:
    world = World("hcmc/2020", services=("scores",))
    base = {"occurred_at": TIME, "actor": ACTOR}
    events = [
        Event.parse(world.event("scores", type_, subject, {**base, **data})) for type_, subject, data in facts
    ]
    return bodies_of(events, NOW)


def assigned(owner: str, since: str, until: str | None = None) -> tuple[str, str, dict[str, Any]]:
    data = {"criterion": "1.2", "owner": owner, "from": since, "document": "12-QD"}
    return "scoring.assigned.v1", "*", data if until is None else {**data, "until": until}


def owing(bodies: Bodies) -> dict[str, list[str]]:
    return bodies.missing_of([rulebook().leaf["1.1"], rulebook().leaf["1.2"]])


def test_a_body_is_called_by_its_newest_name_and_an_unknown_one_by_its_code() -> None:
    named = [("department.registered.v1", "department:BTG", {"name": n, "kind": "department"}) for n in "AB"]
    found = told(*named)
    assert (found.name("BTG"), found.name("BMT")) == ("B", "BMT")


def test_without_an_assignment_the_rulebooks_owner_owes_the_score() -> None:
    assert owing(told()) == {"BTG": ["1.1", "1.2"]}


def test_an_assignment_in_force_names_another_and_one_before_or_after_does_not() -> None:
    assert owing(told(assigned("BMT", BEFORE))) == {"BTG": ["1.1"], "BMT": ["1.2"]}
    assert owing(told(assigned("BMT", AFTER))) == {"BTG": ["1.1", "1.2"]}
    assert owing(told(assigned("BMT", BEFORE, NOW))) == {"BTG": ["1.1", "1.2"]}


def test_of_two_assignments_in_force_the_later_stated_stands() -> None:
    assert owing(told(assigned("BMT", NOW), assigned("BTC", BEFORE)))["BTC"] == ["1.2"]
