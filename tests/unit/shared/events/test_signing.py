"""A signature stands for one event, one key and one text."""

from __future__ import annotations

import base64

import pytest

from shared.events.canonical import CanonicalError
from shared.events.envelope import Event
from shared.events.signing import (
    key_id,
    public_from_base64,
    public_to_base64,
    raw_public,
    sign,
    verify,
)
from tests.support.world import World, good_attributes, key_of

WORLD = World()
KEY = WORLD.keys["scores"].public_key()
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def test_a_signed_event_verifies_under_its_key_only() -> None:
    attributes = good_attributes(WORLD)
    assert verify(attributes, KEY)
    assert not verify(attributes, key_of("another").public_key())


@pytest.mark.parametrize("name", ["subject", "time", "sequence", "type", "keyid", "commandid"])
def test_a_forged_attribute_breaks_the_signature(name: str) -> None:
    attributes = good_attributes(WORLD)
    attributes[name] = attributes[name][:-1] + ("1" if attributes[name][-1] != "1" else "2")
    assert not verify(attributes, KEY)


def test_forged_data_breaks_the_signature() -> None:
    attributes = good_attributes(WORLD)
    attributes["data"] = attributes["data"] | {"value": "9.25"}
    assert not verify(attributes, KEY)


def test_an_added_attribute_breaks_the_signature() -> None:
    assert not verify(good_attributes(WORLD) | {"traceparent": "00"}, KEY)


def test_spare_bits_of_base64_do_not_make_a_second_text_for_one_signature() -> None:
    attributes = good_attributes(WORLD)
    signature = attributes["signature"]
    assert signature.endswith("==")
    last = ALPHABET.index(signature[-3])
    other = signature[:-3] + ALPHABET[last ^ 1] + "=="
    assert base64.b64decode(other) == base64.b64decode(signature)
    assert not verify(attributes | {"signature": other}, KEY)


@pytest.mark.parametrize("text", ["", "AA==", "not base64!", " ", "é", "A" * 87])
def test_what_is_no_signature_does_not_verify(text: str) -> None:
    assert not verify(good_attributes(WORLD) | {"signature": text}, KEY)
    assert not verify(good_attributes(WORLD) | {"signature": 1}, KEY)


def test_signing_replaces_key_and_signature() -> None:
    attributes = good_attributes(WORLD)
    other = key_of("another")
    event = Event.parse(sign(attributes, other))
    assert event.keyid == key_id(other.public_key()) != attributes["keyid"]
    assert verify(event.attributes, other.public_key())


def test_an_event_outside_the_profile_is_not_signed() -> None:
    with pytest.raises(CanonicalError):
        sign(good_attributes(WORLD) | {"data": {"value": 8.25}}, WORLD.keys["scores"])


def test_a_public_key_survives_its_text() -> None:
    assert raw_public(public_from_base64(public_to_base64(KEY))) == raw_public(KEY)
    assert key_id(raw_public(KEY)) == key_id(KEY)
    with pytest.raises(ValueError, match=r".*"):
        public_from_base64("AAAA")
