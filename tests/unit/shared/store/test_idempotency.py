"""Ids of commands, digests of bodies, bodies of receipts."""

from __future__ import annotations

import orjson
from hypothesis import given
from hypothesis import strategies as st

from shared.store import body_digest, command_id, receipts_body

texts = st.text(max_size=8)
triples = st.tuples(texts, texts, texts)


@given(one=triples, other=triples)
def test_two_commands_have_one_id_only_when_they_are_the_same(
    one: tuple[str, str, str], other: tuple[str, str, str]
) -> None:
    assert (command_id(*one) == command_id(*other)) == (one == other)


def test_parts_that_run_together_are_kept_apart() -> None:
    assert command_id("an", "/scores", "k") != command_id("an/", "scores", "k")
    assert len(command_id("", "", "")) == 64


def test_a_body_is_known_by_its_bytes() -> None:
    assert body_digest(b"{}") != body_digest(b"{ }")


def test_receipts_hold_the_signed_bytes_verbatim() -> None:
    body = receipts_body([b'{"a":1}', b'{"b":"\xc4\x83"}'])
    assert body == b'{"receipts":[{"a":1},{"b":"\xc4\x83"}]}'
    assert orjson.loads(receipts_body([])) == {"receipts": []}
