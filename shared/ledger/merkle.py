"""The Merkle tree over a ledger's positions 0..n-1 (RFC 6962 §2.1): hashes, frontier, proofs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()


class ProofError(ValueError):
    """A proof was asked for that the tree does not have."""


def leaf_hash(value: bytes) -> bytes:
    """Hash of a leaf: 0x00 in front, so that no node can pass for a leaf (RFC 6962 §2.1)."""
    return sha256(b"\0" + value).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node: 0x01 in front (RFC 6962 §2.1)."""
    return sha256(b"\1" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """All that must be kept of a tree to make it grow: ``size`` and one hash per set bit of ``size``,
    the roots of its complete subtrees, largest (leftmost) first."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.hashes) != self.size.bit_count():
            raise ValueError(
                f"a tree of {self.size} leaves does not have {len(self.hashes)} complete subtrees"
            )
        if any(len(item) != HASH_BYTES for item in self.hashes):
            raise ValueError("a hash of SHA-256 has 32 bytes")

    def append(self, leaf: bytes) -> Frontier:
        """The frontier after one more leaf *hash*.  O(log size)."""
        return self.extend((leaf,))

    def extend(self, leaves: Iterable[bytes]) -> Frontier:
        """The frontier after more leaf *hashes*, in order."""
        growing = GrowingTree(self)
        for leaf in leaves:
            growing.add(leaf)
        return growing.frontier()

    def root(self) -> bytes:
        """Root of the tree, 32 bytes; of the empty tree the hash of nothing (RFC 6962 §2.1)."""
        return _fold(self.hashes)

    def to_bytes(self) -> bytes:
        """The hashes one behind the other; the size is kept beside them."""
        return b"".join(self.hashes)

    @classmethod
    def from_bytes(cls, size: int, data: bytes) -> Frontier:
        """What :meth:`to_bytes` wrote.  Raises ``ValueError`` when it does not belong to ``size``."""
        if len(data) % HASH_BYTES:
            raise ValueError("not a row of hashes")
        return cls(
            size,
            tuple(data[i : i + HASH_BYTES] for i in range(0, len(data), HASH_BYTES)),
        )


class GrowingTree:
    """A frontier that grows in place: about one node hash a leaf, no allocation of tuples.

    Not a value: give out :meth:`frontier`.
    """

    __slots__ = ("_hashes", "size")

    def __init__(self, start: Frontier | None = None) -> None:
        start = start or Frontier()
        self.size = start.size
        self._hashes = list(start.hashes)

    def add(self, leaf: bytes) -> None:
        """Append one leaf *hash*."""
        hashes = self._hashes
        bits = self.size
        while bits & 1:
            leaf = sha256(b"\1" + hashes.pop() + leaf).digest()
            bits >>= 1
        hashes.append(leaf)
        self.size += 1

    def frontier(self) -> Frontier:
        """The frontier as it is now."""
        return Frontier(self.size, tuple(self._hashes))

    def root(self) -> bytes:
        """Root of the tree as it is now."""
        return _fold(self._hashes)


def _fold(hashes: Sequence[bytes]) -> bytes:
    if not hashes:
        return EMPTY_ROOT
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """Root over leaf *hashes*."""
    return Frontier().extend(leaves).root()


def _split(size: int) -> int:
    """The largest power of two below ``size`` (RFC 6962 §2.1)."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """Audit path of leaf ``index`` in the tree over leaf *hashes*, lowest first (RFC 6962 §2.1.1).

    Raises :class:`ProofError` when there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise ProofError(f"no leaf {index} in a tree of {len(leaves)}")
    path: list[bytes] = []
    low, high = 0, len(leaves)
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(tree_root(leaves[middle:high]))
            high = middle
        else:
            path.append(tree_root(leaves[low:middle]))
            low = middle
    return path[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether ``path`` shows that ``leaf`` (a hash) is leaf ``index`` of the tree with ``root`` (RFC 9162
    §2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last = index, size - 1
    result = leaf
    for item in path:
        if last == 0:
            return False
        if node & 1 or node == last:
            result = node_hash(item, result)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            result = node_hash(result, item)
        node, last = node >> 1, last >> 1
    return last == 0 and result == root


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> list[bytes]:
    """Proof that the tree over the first ``old_size`` leaf *hashes* is a prefix of the tree over all
    (RFC 6962 §2.1.2).  Empty for 0 and for the whole.

    Raises :class:`ProofError` when ``old_size`` lies beyond the tree.
    """
    size = len(leaves)
    if not 0 <= old_size <= size:
        raise ProofError(f"no prefix of {old_size} leaves in a tree of {size}")
    if old_size in (0, size):
        return []
    path: list[bytes] = []
    low, high, whole = (
        0,
        size,
        True,
    )  # whole: the old tree covers this subtree exactly, from its left edge
    while high != old_size:
        middle = low + _split(high - low)
        if old_size <= middle:
            path.append(tree_root(leaves[middle:high]))
            high = middle
        else:
            path.append(tree_root(leaves[low:middle]))
            low = middle
            whole = False
    if not whole:
        path.append(tree_root(leaves[low:high]))
    return path[::-1]


def verify_consistency(old_size: int, old_root: bytes, size: int, root: bytes, path: Sequence[bytes]) -> bool:
    """Whether ``path`` shows that the tree of ``old_size`` is a prefix of the tree of ``size`` (RFC 9162
    §2.1.4.2)."""
    if not 0 <= old_size <= size:
        return False
    if old_size == size:
        return not path and old_root == root
    if old_size == 0:
        return not path and old_root == EMPTY_ROOT
    steps = list(path)
    if old_size & (old_size - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        return False
    node, last = old_size - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = steps[0]
    for item in steps[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            old, new = node_hash(item, old), node_hash(item, new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new = node_hash(new, item)
        node, last = node >> 1, last >> 1
    return last == 0 and old == old_root and new == root
