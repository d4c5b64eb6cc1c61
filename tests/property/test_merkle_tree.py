"""Frontier and proofs against the recursion that RFC 6962 §2.1 writes down."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from shared.ledger.merkle import (
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    tree_root,
    verify_consistency,
    verify_inclusion,
)


def naive_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 6962 §2.1, over leaf hashes."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\1" + naive_root(leaves[:split]) + naive_root(leaves[split:])).digest()


SIZES = st.integers(0, 70)


def leaves_of(size: int) -> list[bytes]:
    return [leaf_hash(bytes([index])) for index in range(size)]


@given(SIZES, st.integers(0, 70))
def test_a_frontier_grown_in_two_parts_has_the_root_of_the_whole(size: int, cut: int) -> None:
    leaves = leaves_of(size)
    first = Frontier().extend(leaves[:cut])
    stored = Frontier.from_bytes(first.size, first.to_bytes())
    assert stored == first
    assert stored.extend(leaves[cut:]).root() == naive_root(leaves) == tree_root(leaves)


@given(st.integers(1, 70), st.data())
def test_every_leaf_is_proved_and_no_other_in_its_place(size: int, data: st.DataObject) -> None:
    leaves = leaves_of(size)
    root = naive_root(leaves)
    index = data.draw(st.integers(0, size - 1))
    path = inclusion_proof(leaves, index)
    assert verify_inclusion(leaves[index], index, size, path, root)
    assert not verify_inclusion(leaf_hash(b"another"), index, size, path, root)
    other = data.draw(st.integers(0, size - 1).filter(lambda item: item != index)) if size > 1 else size
    assert not verify_inclusion(leaves[index], other, size, path, root)
    assert not verify_inclusion(leaves[index], index, size, [*path, root], root)
    if path:
        assert not verify_inclusion(leaves[index], index, size, path[:-1], root)


@given(SIZES, st.integers(0, 70))
def test_every_prefix_is_proved_and_no_other_history(size: int, cut: int) -> None:
    old = min(size, cut)
    leaves = leaves_of(size)
    path = consistency_proof(leaves, old)
    old_root, root = naive_root(leaves[:old]), naive_root(leaves)
    assert verify_consistency(old, old_root, size, root, path)
    wrong = leaf_hash(b"another")
    assert not verify_consistency(old, wrong, size, root, path)
    if 0 < old < size:
        assert not verify_consistency(old, old_root, size, wrong, path)
        assert not verify_consistency(old, old_root, size, root, path[:-1])
        assert not verify_consistency(old, old_root, size, root, [*path, root])
