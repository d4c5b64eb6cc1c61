"""Known answers of RFC 6962's tree (the vectors of the certificate-transparency implementations)."""

from __future__ import annotations

import pytest

from shared.ledger.merkle import (
    EMPTY_ROOT,
    Frontier,
    ProofError,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    tree_root,
    verify_inclusion,
)

LEAVES = [
    bytes.fromhex(item)
    for item in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def test_roots_equal_the_published_vectors() -> None:
    frontier = Frontier()
    assert frontier.root() == EMPTY_ROOT
    for leaf, root in zip(LEAVES, ROOTS, strict=True):
        frontier = frontier.append(leaf_hash(leaf))
        assert frontier.root().hex() == root


def test_a_frontier_of_the_wrong_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="complete subtrees"):
        Frontier(3, (b"x" * 32,))
    with pytest.raises(ValueError, match="32 bytes"):
        Frontier(1, (b"x",))
    with pytest.raises(ValueError, match="row of hashes"):
        Frontier.from_bytes(1, b"x")


def test_a_proof_of_what_is_not_there_is_refused() -> None:
    hashes = [leaf_hash(leaf) for leaf in LEAVES]
    with pytest.raises(ProofError):
        inclusion_proof(hashes, 8)
    with pytest.raises(ProofError):
        consistency_proof(hashes, 9)
    assert not verify_inclusion(hashes[0], 8, 8, [], tree_root(hashes))
