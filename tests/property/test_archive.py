"""A ledger that went through the archive is the ledger that it was."""

from __future__ import annotations

import tempfile
from pathlib import Path

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ranking.columns import Decoder, fold_columns
from services.ranking.columns.store import companions, take_segment
from shared.archive import Archive
from shared.ledger.merkle import leaf_hash, tree_root
from tests.property.ledgers import LEDGER
from tests.property.test_columns import GENERATE, SEEDS, bytes_of, decoder_of, told
from tests.support.examples import examples


@settings(max_examples=examples(10), deadline=None, phases=GENERATE)
@given(SEEDS, st.integers(5, 60))
def test_columns_that_went_through_segments_give_the_same_bytes(seed: int, size: int) -> None:
    events, expected = told(seed)
    readable = {event.sequence: event.readable for event in events}
    values = [
        orjson.dumps({**event._asdict(), "sequence": f"{event.sequence:012d}"}, option=orjson.OPT_SORT_KEYS)
        for event in events
    ]
    whole = decoder_of(events).columns()
    with tempfile.TemporaryDirectory() as folder:
        archive = Archive(Path(folder), size=size)
        before = None
        for first in range(0, len(values) - size + 1, size):
            some = values[first : first + size]
            before = archive.append(LEDGER, before, some, companions(whole, first, some))
        archived = Decoder(LEDGER)
        for segment in archive.segments(LEDGER):
            take_segment(archived, archive, segment)
            assert archive.rows(segment) == values[segment.first : segment.end]
            leaves = [leaf_hash(value) for value in values[: segment.end]]
            assert segment.root == tree_root(leaves).hex()
            assert bytes_of(fold_columns(archived.columns())) == expected[segment.end]
        columns = archived.columns()
        for position in range(0, archived.size + 1, 7):
            assert bytes_of(fold_columns(columns, position)) == expected[position], position
        assert all(other.readable == readable[other.sequence] for other in columns.others)
        assert archive.check(LEDGER) == archived.size == len(values) // size * size
