"""The normalised form and its hash."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
import rfc8785

from shared.rulebook import RulebookFault, digest, normalised, read
from shared.rulebook.loader import load
from tests.support.board import DEMO, rulebook_2020
from tests.support.rulebooks import build, example_data, leaf_of

TEXT = (DEMO / "rulebook.yaml").read_text("utf-8")


def test_the_normalised_form_is_its_own_rfc_8785_form() -> None:
    document = normalised(rulebook_2020())
    assert rfc8785.dumps(json.loads(document)) == document
    assert "Khu vực Quận - Huyện".encode() in document


def test_the_hash_is_that_of_the_normalised_bytes() -> None:
    book = rulebook_2020()
    assert book.digest == digest(book.document)
    assert book.digest.startswith("sha256:")
    assert len(book.digest) == 71


def test_comments_key_order_and_layout_do_not_change_the_hash() -> None:
    def shuffled(value: Any, rng: random.Random) -> Any:
        if isinstance(value, dict):
            keys = list(value)
            rng.shuffle(keys)
            return {key: shuffled(value[key], rng) for key in keys}
        return [shuffled(item, rng) for item in value] if isinstance(value, list) else value

    expected = load(TEXT).digest
    without_comments = "\n".join(
        line.split("  #")[0] for line in TEXT.splitlines() if not line.startswith("#")
    )
    assert load(without_comments + "\n").digest == expected
    for seed in range(5):
        assert build(shuffled(example_data(), random.Random(seed))).digest == expected


def test_a_stated_default_and_a_longer_decimal_do_not_change_the_hash() -> None:
    data = example_data()
    leaf_of(data, "1.2")["stage"] = "department"
    leaf_of(data, "1.2")["weight"] = "1.000"
    leaf_of(data, "1.2")["self"] = True
    data["policies"]["pack_incomplete_is"] = "not_sent"
    data["total"]["QH"] = "100.00"
    assert build(data).digest == rulebook_2020().digest


def test_a_label_changes_the_hash() -> None:
    data = example_data()
    leaf_of(data, "1.2")["label"] += " "
    assert build(data).digest != rulebook_2020().digest


def test_every_default_is_filled_in() -> None:
    data = json.loads(normalised(rulebook_2020()))
    assert data["policies"]["attendee_deviation"] == "warn"
    assert data["policies"]["conclusion_outranks_department"] is True
    leaf = data["criteria"][1]["children"][0]
    assert (leaf["no_target"], leaf["self"], leaf["weight"], leaf["stage"]) == (
        "rescale",
        True,
        "1",
        "department",
    )
    assert data["criteria"][3]["children"][1]["self"] is False
    assert data["bonus"]["cap_total"] == "5"
    assert data["classes"][0]["measure"] == "classification_score"


def test_reading_the_normalised_form_gives_the_same_rulebook() -> None:
    book = rulebook_2020()
    again = read(book.document)
    assert again == book
    assert hash(again) == hash(book)
    assert (again.leaf, again.classes, again.quotas, again.vetoes) == (
        book.leaf,
        book.classes,
        book.quotas,
        book.vetoes,
    )
    assert (again.appeals, again.attendees, again.policies) == (book.appeals, book.attendees, book.policies)


def test_keys_starting_with_x_are_kept() -> None:
    data = example_data()
    data["x-note"] = {"why": ["vì", 3, None, True]}
    book = build(data)
    assert json.loads(book.document)["x-note"] == {"why": ["vì", 3, None, True]}
    assert book.digest != rulebook_2020().digest


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text + b" ",
        lambda text: text[:-1],
        lambda text: b"\xff",
        lambda text: b"{}",
        lambda text: b"[]",
        lambda text: text.replace(b'"scale":2', b'"scale":2.0'),
        lambda text: text.replace(b'"weight":"1"', b'"weight":"1.0"'),
        lambda text: text.replace(b'"floor":"0",', b""),
    ],
)
def test_other_bytes_are_refused(change: Any) -> None:
    with pytest.raises(RulebookFault):
        read(change(rulebook_2020().document))
