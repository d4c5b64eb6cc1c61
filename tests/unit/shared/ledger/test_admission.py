"""What is admitted, held, dropped and called noise (architecture 4.2)."""

from __future__ import annotations

from typing import Any

import pytest

from shared.events.envelope import Event
from shared.ledger.admission import (
    HELD_LIMIT,
    Admission,
    Admitted,
    Duplicate,
    Held,
    Noise,
    Outcome,
    Record,
    memory_admission,
)
from shared.ledger.merkle import leaf_hash, tree_root
from tests.support.world import TIME, World, key_of, score_data, stated_key


class Desk:
    """An admission in memory and the partition that feeds it."""

    def __init__(self, world: World, *, verify_signatures: bool = True) -> None:
        self.world = world
        self.admission: Admission
        self.admission, self.leaves = memory_admission(world.roots, verify_signatures=verify_signatures)
        self.offset = 0

    def put(self, value: bytes | None, key: bytes | None = None) -> list[Outcome]:
        record = Record("t", 0, self.offset, self.world.key if key is None else key, value)
        self.offset += 1
        outcomes = self.admission.admit(record)
        for outcome in outcomes:
            if isinstance(outcome, Admitted):
                self.leaves.add(outcome)
        return outcomes

    def reason(self, value: bytes | None, key: bytes | None = None) -> str:
        (outcome,) = self.put(value, key)
        assert isinstance(outcome, Noise), outcome
        return outcome.reason

    @property
    def size(self) -> int:
        return self.admission.states[self.world.ledger].size


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def desk(world: World) -> Desk:
    desk = Desk(world)
    assert _positions(desk.put(world.opened())) == [0]
    return desk


def _positions(outcomes: list[Outcome]) -> list[int]:
    assert all(isinstance(item, Admitted) for item in outcomes), outcomes
    return [item.position for item in outcomes if isinstance(item, Admitted)]


def test_authentic_events_take_the_next_position_whatever_their_source(desk: Desk, world: World) -> None:
    values = [world.score(), world.closed(), world.score()]
    assert [_positions(desk.put(value)) for value in values] == [[1], [2], [3]]
    assert desk.leaves.counts(world.ledger) == {
        "/inspections/hcmc/2020": 1,
        "/root/hcmc/2020": 1,
        "/scores/hcmc/2020": 2,
    }


def test_the_root_is_that_of_the_admitted_values(world: World) -> None:
    desk = Desk(world)
    values = [world.opened(), world.score(), world.score()]
    for value in values:
        desk.put(value)
    state = desk.admission.states[world.ledger]
    assert state.frontier.root() == tree_root([leaf_hash(value) for value in values])


def test_the_same_bytes_again_are_a_duplicate(desk: Desk, world: World) -> None:
    value = world.score()
    desk.put(value)
    (outcome,) = desk.put(value)
    assert isinstance(outcome, Duplicate)
    assert desk.size == 2


def test_position_zero_again_is_a_duplicate(world: World) -> None:
    desk = Desk(world)
    opened = world.opened()
    desk.put(opened)
    (outcome,) = desk.put(opened)
    assert isinstance(outcome, Duplicate)


def test_a_record_ahead_of_its_number_waits_and_others_go_on(desk: Desk, world: World) -> None:
    first, second, third = world.score(), world.score(), world.score()
    assert isinstance(desk.put(third)[0], Held)
    assert isinstance(desk.put(second)[0], Held)
    assert isinstance(desk.put(second)[0], Duplicate)
    assert desk.admission.states[world.ledger].gaps() == {"/scores/hcmc/2020": 2}
    assert _positions(desk.put(world.closed())) == [1]
    outcomes = desk.put(first)
    assert _positions(outcomes) == [2, 3, 4]
    assert [item.event.value for item in outcomes if isinstance(item, Admitted)] == [
        first,
        second,
        third,
    ]
    assert desk.admission.states[world.ledger].gaps() == {}


def test_a_gap_drains_only_as_far_as_the_numbers_go(desk: Desk, world: World) -> None:
    values = [world.score() for _ in range(4)]
    desk.put(values[1])
    desk.put(values[3])
    assert _positions(desk.put(values[0])) == [1, 2]
    assert _positions(desk.put(values[2])) == [3, 4]


def test_the_same_number_with_other_bytes_is_equivocation(desk: Desk, world: World) -> None:
    desk.put(world.score("1"))
    assert desk.reason(world.score("2", number=1)) == "equivocation"
    assert isinstance(desk.put(world.score("3", number=5))[0], Held)
    assert desk.reason(world.score("4", number=5)) == "equivocation"


def test_an_old_number_with_a_bad_signature_is_a_forgery_not_equivocation(desk: Desk, world: World) -> None:
    desk.put(world.score("1"))
    forged = _tampered(world.score("2", number=1))
    assert desk.reason(forged) == "bad_signature"


def test_a_record_far_ahead_is_not_held(desk: Desk, world: World) -> None:
    assert isinstance(desk.put(world.score(number=1 + HELD_LIMIT))[0], Held)
    assert desk.reason(world.score(number=2 + HELD_LIMIT)) == "too_far_ahead"


def _tampered(value: bytes) -> bytes:
    return value.replace(b'"criterion":"1.1"', b'"criterion":"1.2"')


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda world: None, "no_value"),
        (lambda world: b"", "bad_envelope"),
        (lambda world: b"not json", "bad_envelope"),
        (lambda world: b"\xff" * 10, "bad_envelope"),
        (lambda world: b'{"a":"' + b"x" * 61440 + b'"}', "oversized"),
        (lambda world: world.score() + b" ", "bad_envelope"),
        (lambda world: b" " + world.score(), "bad_envelope"),
        (lambda world: world.score(specversion="0.3"), "bad_envelope"),
        (lambda world: world.score(commandid=None), "bad_envelope"),
        (lambda world: world.score(extra="x"), "bad_envelope"),
        (lambda world: _tampered(world.score()), "bad_signature"),
        (lambda world: world.score(key=key_of("stranger")), "unknown_key"),
        (lambda world: world.score(key=world.keys["inspections"]), "foreign_key"),
        (lambda world: world.score(key=world.keys["root"]), "foreign_key"),
        (
            lambda world: world.event("ranking", "x.y.v1", "*", {}, key=world.keys["scores"]),
            "foreign_key",
        ),
        (lambda world: World("hcmc/2021").score(), "wrong_key"),
    ],
)
def test_what_is_not_authentic_is_noise_and_takes_no_position(
    desk: Desk, world: World, spoil: Any, reason: str
) -> None:
    assert desk.reason(spoil(world)) == reason
    assert desk.size == 1


def test_noise_leaves_the_number_free_for_the_true_event(desk: Desk, world: World) -> None:
    value = world.score()
    assert desk.reason(_tampered(value)) == "bad_signature"
    assert _positions(desk.put(value)) == [1]


@pytest.mark.parametrize("key", [b"", b"hcmc", b"hcmc/2020/x", b"\xff", b"HCMC/2020", b"hue/2020"])
def test_a_kafka_key_that_is_no_ledger_of_a_pinned_organisation_is_noise(
    desk: Desk, world: World, key: bytes
) -> None:
    assert desk.reason(world.score(), key) == "unknown_ledger"


def test_a_record_without_key_is_noise(world: World) -> None:
    desk = Desk(world)
    (outcome,) = desk.admission.admit(Record("t", 0, 0, None, world.opened()))
    assert isinstance(outcome, Noise)
    assert outcome.reason == "unknown_ledger"


def test_the_kafka_key_of_another_open_ledger_is_noise(world: World) -> None:
    desk = Desk(world)
    other = World("hcmc/2021")
    desk.put(world.opened())
    desk.put(other.opened(), other.key)
    assert desk.reason(world.score(), other.key) == "wrong_key"
    assert _positions(desk.put(other.score(), other.key)) == [1]


# --- position 0 -----------------------------------------------------------------------------------


def test_nothing_is_admitted_before_position_zero(world: World) -> None:
    desk = Desk(world)
    assert desk.reason(world.score(number=1)) == "unknown_ledger"
    assert desk.reason(world.event("root", "key.retired.v1", "*", {}, number=1)) == "unknown_ledger"
    assert _positions(desk.put(world.opened())) == [0]


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda w: w.event("scores", "ledger.opened.v1", "*", {}), "unknown_ledger"),
        (
            lambda w: w.event("root", "ledger.opened.v1", "*", {}, key=key_of("stranger")),
            "unknown_key",
        ),
        (lambda w: _with_root_key(w, key_of("stranger")), "bad_opening"),
        (lambda w: w.opened(root_public_key="x"), "bad_opening"),
        (lambda w: w.opened(root_public_key=None), "bad_opening"),
        (lambda w: w.opened(sources={}), "bad_opening"),
        (lambda w: w.opened(sources=["/scores/hcmc/2020"]), "bad_opening"),
        (
            lambda w: w.opened(sources={"/scores/hcmc/2021": stated_key(key_of("a"))}),
            "bad_opening",
        ),
        (
            lambda w: w.opened(sources={"/root/hcmc/2020": stated_key(key_of("a"))}),
            "bad_opening",
        ),
        (
            lambda w: w.opened(sources={"/scores/hcmc/2020": {"keyid": "ab" * 32, "public_key": "AA=="}}),
            "bad_opening",
        ),
        (
            lambda w: w.opened(sources={"/scores/hcmc/2020": stated_key(w.keys["root"])}),
            "bad_opening",
        ),
        (
            lambda w: w.opened(sources={"/scores/hcmc/2020": _mismatched()}),
            "bad_opening",
        ),
        (lambda w: w.opened().replace(b"simulated", b"realtimed"), "bad_signature"),
    ],
)
def test_a_ledger_opens_only_by_the_pinned_root_with_usable_keys(
    world: World, spoil: Any, reason: str
) -> None:
    desk = Desk(world, verify_signatures=False)  # what the root signs is checked even then
    assert desk.reason(spoil(world)) == reason
    assert _positions(desk.put(World().opened())) == [0]


def test_an_opening_that_is_not_number_one_is_noise(world: World) -> None:
    desk = Desk(world)
    world.opened()
    assert desk.reason(world.opened()) == "bad_opening"


def _with_root_key(world: World, key: Any) -> bytes:
    return world.opened(root_public_key=stated_key(key)["public_key"])


def _mismatched() -> dict[str, str]:
    return {
        "keyid": stated_key(key_of("a"))["keyid"],
        "public_key": stated_key(key_of("b"))["public_key"],
    }


def test_a_second_opening_takes_a_position_and_changes_nothing(desk: Desk, world: World) -> None:
    outcomes = desk.put(world.opened(sources={"/scores/hcmc/2020": stated_key(key_of("new"))}))
    assert _positions(outcomes) == [1]
    assert desk.reason(world.score(key=key_of("new"))) == "unknown_key"


# --- data is not admission's ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type_", "data"),
    [
        ("score.recorded.v1", {}),
        ("score.recorded.v1", {"value": 8}),
        ("score.recorded.v9", score_data()),
        ("never.heard_of.v1", {"x": [1, {"y": None}]}),
        ("result.published.v1", {}),
        ("ledger.opened.v1", {}),
        ("key.added.v1", {}),
    ],
)
def test_whatever_is_authentic_takes_its_position(
    desk: Desk, world: World, type_: str, data: dict[str, Any]
) -> None:
    assert _positions(desk.put(world.event("scores", type_, "QH-Q01", data))) == [1]
    assert _positions(desk.put(world.score())) == [2]


# --- keys -----------------------------------------------------------------------------------------


def _added(world: World, name: str, source: str = "/scores/hcmc/2020") -> bytes:
    data = {"occurred_at": TIME, "source_name": source, **stated_key(key_of(name))}
    return world.event("root", "key.added.v1", "*", data)


def _retired(world: World, key: Any) -> bytes:
    data = {
        "occurred_at": TIME,
        "keyid": stated_key(key)["keyid"],
        "reason": "thay khóa",
    }
    return world.event("root", "key.retired.v1", "*", data)


def test_an_added_key_counts_from_the_next_position_on(desk: Desk, world: World) -> None:
    assert desk.reason(world.score(key=key_of("second"), number=1)) == "unknown_key"
    (added,) = desk.put(_added(world, "second"))
    assert isinstance(added, Admitted)
    assert [(key.source, key.from_position, key.to_position) for key in added.keys] == [
        ("/scores/hcmc/2020", 2, None)
    ]
    assert _positions(desk.put(world.score(key=key_of("second")))) == [2]
    assert _positions(desk.put(world.score())) == [3]  # the first key is good until it is retired


def test_a_retired_key_counts_no_more_and_never_comes_back(desk: Desk, world: World) -> None:
    value = world.score()
    desk.put(value)
    (retired,) = desk.put(_retired(world, world.keys["scores"]))
    assert isinstance(retired, Admitted)
    assert [(key.from_position, key.to_position) for key in retired.keys] == [(1, 2)]
    assert desk.reason(world.score(number=2)) == "retired_key"
    assert isinstance(desk.put(value)[0], Duplicate)  # what stands, stands
    readded = {
        "occurred_at": TIME,
        "source_name": "/scores/hcmc/2020",
        **stated_key(world.keys["scores"]),
    }
    (again,) = desk.put(world.event("root", "key.added.v1", "*", readded))
    assert isinstance(again, Admitted)
    assert again.keys == ()
    assert desk.reason(world.score(number=2)) == "retired_key"


def test_a_held_record_is_checked_again_when_its_gap_fills(desk: Desk, world: World) -> None:
    first, second, third = (
        world.score(key=key_of("second")),
        world.score(),
        world.score(),
    )
    desk.put(_added(world, "second"))
    desk.put(second)
    desk.put(third)
    desk.put(_retired(world, world.keys["scores"]))
    outcomes = desk.put(first)
    assert isinstance(outcomes[0], Admitted)
    assert isinstance(outcomes[1], Noise)
    assert (outcomes[1].reason, outcomes[1].released) == (
        "retired_key",
        ("hcmc/2020", "/scores/hcmc/2020", 2),
    )
    assert len(outcomes) == 2
    again = world.score("9", key=key_of("second"), number=2)
    renewed = desk.put(again)
    assert isinstance(renewed[0], Admitted)
    assert isinstance(renewed[1], Noise)  # the third, signed by the retired key


@pytest.mark.parametrize("service", ["scores", "inspections"])
def test_only_the_root_changes_keys(desk: Desk, world: World, service: str) -> None:
    data = {
        "occurred_at": TIME,
        "source_name": "/scores/hcmc/2020",
        **stated_key(key_of("second")),
    }
    (added,) = desk.put(world.event(service, "key.added.v1", "*", data))
    assert isinstance(added, Admitted)
    assert added.keys == ()
    keyid = stated_key(world.keys["scores"])["keyid"]
    (retired,) = desk.put(world.event(service, "key.retired.v1", "*", {"keyid": keyid}))
    assert isinstance(retired, Admitted)
    assert retired.keys == ()
    number = Event.parse(world.score()).sequence
    assert desk.reason(world.score(number=number, key=key_of("second"))) == "unknown_key"
    assert _positions(desk.put(world.score(number=number)))


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"source_name": "/root/hcmc/2020", **stated_key(key_of("x"))},
        {"source_name": "/scores/hcmc/2021", **stated_key(key_of("x"))},
        {"source_name": "/scores/hcmc/2020", **_mismatched()},
        {"source_name": 5, "keyid": [], "public_key": {}},
    ],
)
def test_a_key_event_that_makes_no_sense_changes_nothing(
    desk: Desk, world: World, data: dict[str, Any]
) -> None:
    (added,) = desk.put(world.event("root", "key.added.v1", "*", data))
    assert isinstance(added, Admitted)
    assert added.keys == ()
    (retired,) = desk.put(world.event("root", "key.retired.v1", "*", data))
    assert isinstance(retired, Admitted)
    assert retired.keys == ()


def test_the_root_key_cannot_retire_itself(desk: Desk, world: World) -> None:
    desk.put(_retired(world, world.keys["root"]))
    (outcome,) = desk.put(_added(world, "second"))
    assert isinstance(outcome, Admitted)
    assert outcome.keys


# --- the measured mode ----------------------------------------------------------------------------


def test_without_signature_checks_only_the_signature_goes_unasked(world: World) -> None:
    desk = Desk(world, verify_signatures=False)
    desk.put(world.opened())
    assert _positions(desk.put(_tampered(world.score()))) == [1]
    assert desk.reason(world.score(key=key_of("stranger"))) == "unknown_key"
    bad_root = _added(world, "second").replace(b"_name", b"_mane")
    assert desk.reason(bad_root) == "bad_signature"
