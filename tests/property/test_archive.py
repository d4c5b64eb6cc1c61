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
from tests.property.test_columns import LEDGER, bytes_of, decoder_of, dense, others_of
from tests.support.examples import examples


@settings(max_examples=examples(20), deadline=None)
@given(st.integers(0, 10**9), st.booleans(), st.integers(1, 60))
def test_columns_that_went_through_segments_give_the_same_bytes(seed: int, living: bool, size: int) -> None:
    events = dense(seed, living)
    values = [
        orjson.dumps({**event._asdict(), "sequence": str(event.sequence)}) for event in others_of(events)
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
            found = fold_columns(archived.columns())
            assert bytes_of(found) == bytes_of(fold_columns(whole, segment.end))
        assert archive.check(LEDGER) == archived.size == len(values) // size * size
