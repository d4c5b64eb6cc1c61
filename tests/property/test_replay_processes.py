"""A replay whose signatures are checked in processes beside it finds what the sequential one finds."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.events.canonical import written
from shared.ledger.admission import Record
from shared.log.replay import ReplayResult, _Run
from shared.log.signatures import BadSignature, ProcessLost, Signatures, all_good
from tests.support.examples import examples
from tests.support.world import World


class Inline(Signatures):
    """The same answers without processes; ``checked`` tells the chunks."""

    def __init__(self) -> None:
        self.checked: list[bool] = []

    def check(self, values: list[bytes], keys: dict[str, bytes]) -> None:  # type: ignore[override]
        self.checked.append(all_good(values, keys))

    def finish(self) -> None:
        if not all(self.checked):
            raise BadSignature("a signature is bad")


def forged(value: bytes) -> bytes:
    """``value`` with another text under the old signature."""
    return written(orjson.loads(value) | {"commandid": "forged"})


def run(world: World, values: Sequence[bytes], beside: Signatures | None) -> ReplayResult:
    one = _Run(world.ledger, world.roots, lambda key: 0, None, True, None, beside)
    key = world.ledger.encode()
    one.take([Record("t", 0, place, key, value) for place, value in enumerate(values)])
    return one.result()


@settings(max_examples=examples(60), deadline=None)
@given(
    st.lists(st.sampled_from(["good", "forged", "noise", "again", "gap"]), max_size=12),
    st.integers(0, 3),
)
def test_what_all_good_signatures_give_is_what_the_sequential_run_gives(kinds: list[str], late: int) -> None:
    world = World()
    values = [world.opened()]
    held: list[bytes] = []
    for kind in kinds:
        if kind == "noise":
            values.append(b"not an event")
        elif kind == "again":
            values.append(values[-1])
        elif kind == "gap":
            held.append(world.score())
        else:
            good = world.score()
            values += [forged(good), good] if kind == "forged" else [good]
    values += held[: len(held) - late]  # those that are missing leave the rest held for ever
    wanted = run(world, values, None)
    try:
        found = run(world, values, Inline())
    except BadSignature:
        assert "forged" in kinds
        assert wanted.noise
        return
    assert found == wanted


def test_real_processes_find_the_same_and_say_when_a_signature_is_bad() -> None:
    world = World()
    values = [world.opened(), *(world.score() for _ in range(30))]
    with Signatures(2) as beside:
        assert run(world, values, beside) == run(world, values, None)
    with Signatures(2) as beside, pytest.raises(BadSignature):
        run(world, [*values, forged(world.score())], beside)


def test_a_process_that_is_killed_is_an_error_and_no_hang() -> None:
    world = World()
    values = [world.opened(), *(world.score() for _ in range(30))]
    with Signatures(1) as beside:
        run(world, values, beside)
        for number in beside._pool._processes:
            os.kill(number, signal.SIGKILL)
        with pytest.raises(ProcessLost):
            run(world, values, beside)
