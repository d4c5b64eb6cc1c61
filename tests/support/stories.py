"""Partitions made up by Hypothesis: sources interleaved, duplicates, reorderings, noise."""

from __future__ import annotations

from hypothesis import strategies as st

from shared.ledger.admission import Record
from tests.support.world import World, key_of


def sources_values(world: World, data: st.DataObject) -> dict[str, list[bytes]]:
    """The values of each source, in number order, behind position 0."""
    return {
        "scores": [world.score(str(index)) for index in range(data.draw(st.integers(0, 8)))],
        "inspections": [world.closed() for _ in range(data.draw(st.integers(0, 5)))],
    }


def arrival(data: st.DataObject, values: dict[str, list[bytes]]) -> list[bytes]:
    """Some arrival order: each source's values shuffled, the sources merged."""
    queues = {name: list(data.draw(st.permutations(some))) for name, some in values.items()}
    merged = []
    while any(queues.values()):
        name = data.draw(st.sampled_from([name for name, queue in queues.items() if queue]))
        merged.append(queues[name].pop(0))
    return merged


def with_dirt(data: st.DataObject, world: World, values: list[bytes]) -> list[bytes]:
    """``values`` with duplicates and noise between them, never before the first of what they repeat."""
    dirty: list[bytes] = []
    for index, value in enumerate(values):
        dirty.append(value)
        for kind in data.draw(st.lists(st.sampled_from(["again", "junk", "forged", "stranger"]), max_size=2)):
            if kind == "again":
                dirty.append(values[data.draw(st.integers(0, index))])
            elif kind == "junk":
                dirty.append(data.draw(st.binary(max_size=10)))
            elif kind == "forged":
                dirty.append(value.replace(b'"correlationid":"c1"', b'"correlationid":"c2"'))
            else:
                dirty.append(world.score(number=1 + index, key=key_of("stranger")))
    return dirty


def story(data: st.DataObject) -> tuple[World, list[Record]]:
    """A ledger and a dirty partition of it, position 0 first."""
    world = World()
    opened = world.opened()
    values = with_dirt(data, world, [opened, *arrival(data, sources_values(world, data))])
    return world, [Record("t", 0, offset, world.key, value) for offset, value in enumerate(values)]
