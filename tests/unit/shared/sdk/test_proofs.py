"""What the client checks for itself is what the services hold: bytes, signatures, keys, Merkle proofs."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from bangvang.errors import Untrusted
from bangvang.proofs import canonical, grew_from, hash_bytes, keys_of, parse, root_bytes, signed_by
from deploy.ledger import Opening, opening_event
from shared.events.canonical import MAX_INTEGER, canonical_bytes
from shared.events.envelope import Draft, Event, source_of, unsigned_event
from shared.events.signing import key_id, public_to_base64, raw_public, sign
from shared.ledger.merkle import consistency_proof, leaf_hash, tree_root, verify_consistency

LEDGER = "hcmc/2020"
TIME = "2020-10-05T00:00:00.000000Z"
ROOT, SCORES, RANKING, OTHER = (Ed25519PrivateKey.generate() for _ in range(4))

LEAVES = st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | st.text()
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(max_codepoint=127)), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.text(st.characters(max_codepoint=127)), VALUES, max_size=5))
def test_canonical_bytes_are_those_of_the_services(value: dict[str, Any]) -> None:
    data = canonical_bytes(value)
    assert canonical(value) == data
    assert parse(data) == value


@pytest.mark.parametrize(
    "text", ["[]", "{", '{"a":1.5}', '{"a":NaN}', '{"a":1,"a":2}', '{"a":9007199254740992}', '{"a":1e3}']
)
def test_what_no_event_can_say_is_not_read(text: str) -> None:
    with pytest.raises(Untrusted):
        parse(text.encode())


def test_half_a_character_has_no_bytes() -> None:
    with pytest.raises(Untrusted):
        canonical(parse(b'{"a":"\\ud800"}'))


@given(st.integers(0, 40), st.integers(0, 40), st.integers(-1, 6))
def test_a_consistency_proof_is_judged_as_the_services_judge_it(old: int, more: int, spoilt: int) -> None:
    leaves = [leaf_hash(str(number).encode()) for number in range(old + more)]
    path = consistency_proof(leaves, old)
    if 0 <= spoilt < len(path):
        path[spoilt] = leaf_hash(b"another")
    old_root, root = tree_root(leaves[:old]), tree_root(leaves)
    found = grew_from(old, old_root, old + more, root, path)
    assert found == verify_consistency(old, old_root, old + more, root, path)
    assert found == (not 0 <= spoilt < len(path))


@given(st.integers(1, 40), st.integers(0, 40), st.data())
def test_another_beginning_has_no_proof(old: int, more: int, data: st.DataObject) -> None:
    leaves = [leaf_hash(str(number).encode()) for number in range(old + more)]
    changed = list(leaves)
    changed[data.draw(st.integers(0, old - 1))] = leaf_hash(b"another")
    path = consistency_proof(changed, old)
    assert not grew_from(old, tree_root(leaves[:old]), old + more, tree_root(changed), path)


@pytest.mark.parametrize("text", [None, 5, "", "sha256:", "zz" * 32, "ab" * 31])
def test_what_is_no_hash_is_not_taken_for_one(text: object) -> None:
    with pytest.raises(Untrusted):
        root_bytes(text)
    with pytest.raises(Untrusted):
        hash_bytes(text)


# --- the chain of keys


def opening(root: Ed25519PrivateKey = ROOT, ledger: str = LEDGER) -> bytes:
    services = {
        name: {"scores": SCORES, "ranking": RANKING}.get(name, OTHER).public_key()
        for name in ("scores", "inspections", "ranking", "notify")
    }
    about = Opening(ledger, "Năm 2020", "Asia/Ho_Chi_Minh", "simulated", ("quantri",), starts=TIME)
    return opening_event(about, root, services, root.public_key(), topic="t", now=TIME)


def event(
    key: Ed25519PrivateKey,
    service: str,
    type_: str,
    data: dict[str, Any],
    *,
    ledger: str = LEDGER,
    n: int = 2,
) -> bytes:
    unsigned = unsigned_event(
        Draft(type_, "*", {"occurred_at": TIME, **data}),
        event_id=f"{service}-{n}",
        source=source_of(service, ledger),
        ledger=ledger,
        time=TIME,
        sequence=n,
        subjectsequence=n,
        correlation_id="c",
        command_id="c",
    )
    return sign(unsigned, key)


def added(key: Ed25519PrivateKey, service: str = "scores", **about: Any) -> bytes:
    stated = {"keyid": key_id(key.public_key()), "public_key": public_to_base64(key.public_key())}
    return event(
        about.pop("by", ROOT),
        "root",
        "key.added.v1",
        {"source_name": f"/{service}/{LEDGER}", **stated},
        **about,
    )


def retired(key: Ed25519PrivateKey) -> bytes:
    data = {"keyid": key_id(key.public_key()), "reason": "hết hạn"}
    return event(ROOT, "root", "key.retired.v1", data, n=3)


def score(key: Ed25519PrivateKey, service: str = "scores", ledger: str = LEDGER) -> dict[str, Any]:
    return Event.parse(event(key, service, "score.recorded.v1", {"value": "1"}, ledger=ledger)).attributes


def test_a_receipt_is_good_under_the_key_that_position_0_names() -> None:
    keys = keys_of(LEDGER, [opening()])
    assert keys.root == key_id(ROOT.public_key())
    keys.check(score(SCORES), "scores")


@pytest.mark.parametrize(
    "forged",
    [
        score(RANKING),  # the key of another service
        score(Ed25519PrivateKey.generate()),  # a key that nobody named
        {**score(SCORES), "data": {"value": "2"}},  # another fact under the same signature
        score(SCORES, ledger="hcmc/2019"),  # another ledger
        score(RANKING, "ranking"),  # another source
        {**score(SCORES), "signature": ""},
        {**score(SCORES), "signature": base64.b64encode(b"x" * 64).decode()},
        {name: value for name, value in score(SCORES).items() if name != "signature"},
    ],
)
def test_a_forged_receipt_is_found_out(forged: dict[str, Any]) -> None:
    with pytest.raises(Untrusted):
        keys_of(LEDGER, [opening()]).check(forged, "scores")


def test_one_signature_has_one_spelling() -> None:
    good = score(SCORES)
    raw = good["signature"].rstrip("=")
    spare = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    other = raw[:-1] + spare[spare.index(raw[-1]) + 1] + "=="
    assert base64.b64decode(other) == base64.b64decode(good["signature"])
    assert signed_by(good, raw_public(SCORES.public_key()))
    assert not signed_by({**good, "signature": other}, raw_public(SCORES.public_key()))


def test_a_key_counts_from_its_addition_until_it_is_retired() -> None:
    new = Ed25519PrivateKey.generate()
    keys_of(LEDGER, [opening(), added(new)]).check(score(new), "scores")
    later = keys_of(LEDGER, [opening(), added(new), retired(new)])
    with pytest.raises(Untrusted, match="retired"):
        later.check(score(new), "scores")
    keys_of(LEDGER, [opening(), added(new), retired(new)]).check(score(SCORES), "scores")


def test_a_retired_key_never_comes_back() -> None:
    new = Ed25519PrivateKey.generate()
    keys = keys_of(LEDGER, [opening(), added(new), retired(new), added(new, n=4)])
    with pytest.raises(Untrusted, match="retired"):
        keys.check(score(new), "scores")


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [added(OTHER)],  # no position 0
        [opening(ledger="hcmc/2019")],
        [opening(), added(OTHER, by=SCORES)],  # not by the root key
        [opening(), added(OTHER).replace(b'"c"', b'"d"')],  # changed behind the signature
        [opening()[:-1] + b" }"],  # not canonical
        [opening(), opening(Ed25519PrivateKey.generate())],
    ],
)
def test_keys_that_the_root_key_did_not_sign_are_no_keys(lines: list[bytes]) -> None:
    with pytest.raises(Untrusted):
        keys_of(LEDGER, lines)
