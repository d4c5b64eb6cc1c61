"""What an amendment changed: every difference of two hashes is told, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from services.ranking.rules.amended import Change, changes
from shared.rulebook import Rulebook, RulebookFault, read
from shared.rulebook.normalise import canonical
from tests.support.rulebooks import Json, build, example_data, leaf_of

EXAMPLE = build(example_data())


def amended(change: Callable[[Json], None]) -> tuple[Change, ...]:
    data = example_data()
    change(data)
    return changes(EXAMPLE, build(data))


def told(found: tuple[Change, ...]) -> list[tuple[str, str, str | None, str | None]]:
    return [
        (
            one.about.vi,
            one.what.vi,
            None if one.old is None else one.old.vi,
            None if one.new is None else one.new.vi,
        )
        for one in found
    ]


def test_a_version_differs_from_itself_in_nothing() -> None:
    assert changes(EXAMPLE, build(example_data())) == ()


def test_a_changed_row_of_a_ladder_is_told_with_its_criterion_and_both_numbers() -> None:
    def change(data: Json) -> None:
        leaf_of(data, "1.1")["ladder"]["rows"][1]["frac"] = "0.7"

    (line,) = amended(change)
    assert line.anchor == "1.1"
    assert line.about.vi.startswith("Tiêu chí 1.1 Học tập")
    assert (line.what.vi, line.old and line.old.vi, line.new and line.new.vi) == (
        "thang · dòng · 2 · phần điểm",
        "0,8",
        "0,7",
    )


def test_a_threshold_and_a_quota_are_told_by_the_label_of_their_class() -> None:
    def change(data: Json) -> None:
        data["classes"][0]["gte"] = "92"
        data["quotas"][0]["fraction"] = "0.25"

    assert told(amended(change)) == [
        ("Loại Hoàn thành xuất sắc nhiệm vụ", "từ", "90", "92"),
        ("Khống chế tỷ lệ Hoàn thành xuất sắc nhiệm vụ", "tỷ lệ", "0,2", "0,25"),
    ]


def test_an_open_question_is_told_by_what_its_answers_mean() -> None:
    def change(data: Json) -> None:
        data["policies"]["signoff"] = "head"

    (line,) = amended(change)
    assert line.about.en == "Sign-off by a department's head"
    assert (line.old and line.old.en, line.new and line.new.en) == (
        "is not asked for",
        "is needed before its scores count",
    )


def test_a_criterion_that_leaves_is_one_line_however_much_it_held() -> None:
    def change(data: Json) -> None:
        group = data["criteria"][0]["children"]
        gone = next(leaf for leaf in group if leaf["id"] == "1.3")
        group.remove(gone)
        for area, most in gone["max"].items():
            other = leaf_of(data, "1.2")["max"]
            other[area] = str(int(other[area]) + int(most))

    found = amended(change)
    (gone,) = [line for line in found if line.anchor == "1.3"]
    assert gone.new is None
    assert gone.what.vi == ""
    assert {line.anchor for line in found} == {"1.2", "1.3"}
    forward = {(line.anchor, line.new is None) for line in found}
    assert ("1.2", False) in forward


def test_what_is_gone_one_way_has_come_the_other_way() -> None:
    def change(data: Json) -> None:
        data["vetoes"].pop()
        data["bonus"]["items"].pop()

    data = example_data()
    change(data)
    after = build(data)
    gone, come = changes(EXAMPLE, after), changes(after, EXAMPLE)
    assert len(gone) == 2
    assert [(one.about, one.old, one.new) for one in gone] == [(one.about, one.new, one.old) for one in come]


def strings(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where every single value of a document stands."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from strings(one, (*path, key))
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from strings(one, (*path, place))
    else:
        yield path


def altered(value: Any) -> Any:
    """Another value of the same kind, near enough to be valid now and then."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if value is None:
        return "0"
    return f"{value}x"


def variants() -> Iterator[Rulebook]:
    """Every rulebook that is the example with one value changed, and still valid."""
    document = json.loads(EXAMPLE.document)
    for path in list(strings(document)):
        data = json.loads(EXAMPLE.document)
        holder = data
        for key in path[:-1]:
            holder = holder[key]
        holder[path[-1]] = altered(holder[path[-1]])
        try:
            yield read(canonical(data))
        except (RulebookFault, ValueError, KeyError):
            continue


def test_no_single_change_of_a_valid_rulebook_goes_untold() -> None:
    tried = 0
    for variant in variants():
        assert variant.digest != EXAMPLE.digest
        assert changes(EXAMPLE, variant), variant.digest
        tried += 1
    assert tried > 60


@pytest.mark.parametrize("key", ["criteria", "vetoes", "tie_breaks", "areas"])
def test_another_order_is_told(key: str) -> None:
    data = json.loads(EXAMPLE.document)
    data[key][0], data[key][1] = data[key][1], data[key][0]
    assert changes(EXAMPLE, read(canonical(data)))
