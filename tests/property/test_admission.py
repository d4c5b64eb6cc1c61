"""Positions are a function of the partition's bytes: dirt, batches, restarts change nothing (invariant 2)."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.ledger.admission import Admitted, Duplicate, Held, Noise, Record, memory_admission
from shared.ledger.merkle import leaf_hash, tree_root
from tests.support.examples import examples
from tests.support.stories import arrival, sources_values, story, with_dirt
from tests.support.world import World


def admitted(world: World, records: list[Record]) -> list[Admitted]:
    admission, leaves = memory_admission(world.roots)
    found = []
    for record in records:
        for outcome in admission.admit(record):
            if isinstance(outcome, Admitted):
                leaves.add(outcome)
                found.append(outcome)
    state = admission.states[world.ledger]
    assert [item.position for item in found] == list(range(len(found)))
    assert state.size == len(found)
    assert state.frontier.root() == tree_root([leaf_hash(item.event.value) for item in found])
    return found


@settings(max_examples=examples(60), deadline=None)
@given(st.data())
def test_every_true_event_is_admitted_once_in_number_order_whatever_lies_between(data: st.DataObject) -> None:
    world, records = story(data)
    numbers: dict[str, list[int]] = {}
    for item in admitted(world, records):
        numbers.setdefault(item.event.service, []).append(item.event.sequence)
    true = {record.value for record in records if record.value is not None}
    for service, found in numbers.items():
        assert found == list(range(1, len(found) + 1)), service
    assert {item.event.value for item in admitted(world, records)} <= true


@settings(max_examples=examples(60), deadline=None)
@given(st.data())
def test_dirt_and_disorder_within_a_source_change_only_when_its_events_come(data: st.DataObject) -> None:
    """Each source's own history is that of the clean order, and what is admitted is the same set."""
    world = World()
    opened, values = world.opened(), sources_values(world, data)
    dirty = with_dirt(data, world, [opened, *arrival(data, values)])
    found = admitted(world, [Record("t", 0, index, world.key, value) for index, value in enumerate(dirty)])
    by_source = {name: [item.event.value for item in found if item.event.service == name] for name in values}
    assert by_source == values
    assert found[0].event.value == opened


@settings(max_examples=examples(60), deadline=None)
@given(st.data())
def test_a_partition_in_number_order_keeps_its_arrival_order(data: st.DataObject) -> None:
    """Relay repeats (a restart from an older row) and noise move nothing: positions are first arrivals."""
    world = World()
    opened, values = world.opened(), sources_values(world, data)
    queues = {name: list(some) for name, some in values.items()}
    clean = [opened]
    while any(queues.values()):
        name = data.draw(st.sampled_from([name for name, queue in queues.items() if queue]))
        clean.append(queues[name].pop(0))
    dirty = with_dirt(data, world, clean)
    found = admitted(world, [Record("t", 0, index, world.key, value) for index, value in enumerate(dirty)])
    assert [item.event.value for item in found] == clean


@settings(max_examples=examples(60), deadline=None)
@given(st.data())
def test_every_record_comes_to_exactly_one_first_outcome(data: st.DataObject) -> None:
    world, records = story(data)
    admission, leaves = memory_admission(world.roots)
    waiting = 0
    for record in records:
        first, *drained = admission.admit(record)
        assert all(isinstance(item, Admitted) for item in drained)
        waiting += isinstance(first, Held) - len(drained)
        for item in (first, *drained):
            if isinstance(item, Admitted):
                leaves.add(item)
        if isinstance(first, Duplicate | Noise):
            assert not drained
    state = admission.states.get(world.ledger)
    assert waiting == sum(state.gaps().values() if state else ())


@settings(max_examples=examples(40), deadline=None)
@given(st.data())
def test_a_second_reading_finds_the_same(data: st.DataObject) -> None:
    world, records = story(data)
    assert admitted(world, records) == admitted(world, records)
