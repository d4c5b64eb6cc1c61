"""The register's changes over HTTP, from the Office's request to the standings of the year."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from shared.events import Event
from tests.support.town import Town, rules_of, set_up_cycle, town

PAPER = {"document": "1111/NQ-UBTVQH14", "reason": "Thành lập thành phố Thủ Đức"}
THREE = ["QH-Q02", "QH-Q09", "QH-TDU"]
CITY = {"unit": "QH-TPTD", "area": "QH", "kind": "city", "name": "Thành Đoàn Thủ Đức"}


def small(folder: Path) -> Town:
    """Scores and ranking with the three districts of Thủ Đức and another one."""
    found = town(folder, ["scores", "ranking"])
    names = {"QH-Q01": "Quận Đoàn 1", **{unit: f"Đoàn {unit}" for unit in THREE}}
    rows = [
        {"unit": unit, "area": "QH", "kind": "urban_district", "name": name} for unit, name in names.items()
    ]
    set_up_cycle(found, units=rows)
    return found


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Town]:
    """A town of one's own."""
    found = small(tmp_path)
    yield found
    for house in found.houses.values():
        house.engine.dispose()


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A town in which nothing of the register changes but by an administrator."""
    found = small(tmp_path_factory.mktemp("town"))
    yield found
    for house in found.houses.values():
        house.engine.dispose()


def post(
    made: Town, path: str, body: dict[str, Any], sub: str | None = "vanphong", **about: Any
) -> TestResponse:
    return made.post("scores", f"units/{path}", body, sub, **about)


def board(made: Town) -> dict[str, str]:
    """Name by unit, of the units on the board of QH."""
    made.settle(standings=True)
    found = made.get("ranking", "standings", "vanphong").get_json()
    return {row["unit"]: row["name"] for area in found["areas"] for row in area["rows"]}


def test_thu_duc_city_leaves_the_standings_of_2020_with_its_three_districts(made: Town) -> None:
    before = board(made)
    answer = post(made, "merge", {"units": THREE, "into": CITY, "last_day": "2020-12-31", **PAPER})
    assert answer.status_code == 201, answer.text
    receipts = [(one["type"], one["subject"]) for one in answer.get_json()["receipts"]]
    assert receipts == [("unit.registered.v1", "QH-TPTD"), *(("unit.closed.v1", unit) for unit in THREE)]
    assert board(made) == before


def test_a_unit_that_closes_within_the_year_leaves_the_board_to_its_successors(made: Town) -> None:
    parts = [{**CITY, "unit": "QH-A", "name": "A"}, {**CITY, "unit": "QH-B", "name": "B"}]
    answer = post(made, "split", {"unit": "QH-Q09", "into": parts, "last_day": "2020-06-30", **PAPER})
    assert answer.status_code == 201, answer.text
    assert set(board(made)) == {"QH-Q01", "QH-Q02", "QH-TDU", "QH-A", "QH-B"}


def test_a_name_and_an_area_are_those_of_the_last_day_of_the_year(made: Town) -> None:
    paper = {"document": "QĐ 5"}
    assert (
        post(made, "QH-Q01/rename", {"name": "Tên 2021", "valid_from": "2021-01-01", **paper}).status_code
        == 201
    )
    assert board(made)["QH-Q01"] == "Quận Đoàn 1"
    assert (
        post(made, "QH-Q01/rename", {"name": "Tên 2020", "valid_from": "2020-07-01", **paper}).status_code
        == 201
    )
    assert board(made)["QH-Q01"] == "Tên 2020"
    moved = post(made, "QH-Q01/move", {"area": "LLVT", "valid_from": "2020-07-01", **paper})
    assert moved.status_code == 201, moved.text
    made.settle(standings=True)
    areas = made.get("ranking", "standings", "vanphong").get_json()["areas"]
    assert [area["area"] for area in areas for row in area["rows"] if row["unit"] == "QH-Q01"] == ["LLVT"]


def test_a_last_day_is_corrected_by_closing_again(made: Town) -> None:
    for day in ("2020-06-30", "2020-12-31"):
        answer = post(made, "QH-Q02/close", {"last_day": day, "successors": ["QH-Q01"], **PAPER})
        assert answer.status_code == 201, answer.text
    assert "QH-Q02" in board(made)


def test_a_merger_that_is_sent_again_is_one_merger(made: Town) -> None:
    body = {"units": THREE, "into": CITY, "last_day": "2020-12-31", **PAPER}
    first, second = (post(made, "merge", body, key="once") for _ in range(2))
    assert (second.status_code, second.data) == (first.status_code, first.data)
    made.settle()
    types = [Event.parse(row.value).type for row in made.ledger("scores")]
    assert types.count("unit.closed.v1") == 3


@pytest.mark.parametrize(
    ("path", "body", "status", "rules"),
    [
        ("QH-Q01/rename", {"name": "x", "valid_from": "2021-01-01"}, 422, {"missing-field"}),
        ("QH-Q01/rename", {"name": "x", "valid_from": "01/01/2021", "document": "QĐ"}, 422, {"not-a-date"}),
        ("QH-X/rename", {"name": "x", "valid_from": "2021-01-01", "document": "QĐ"}, 422, {"unknown-unit"}),
        ("QH-Q01/close", {"last_day": "2020-12-31", "successors": ["QH-X"], **PAPER}, 422, {"unknown-unit"}),
        (
            "merge",
            {"units": THREE, "into": CITY, "successor": "QH-Q01", "last_day": "2020-12-31", **PAPER},
            422,
            {"exactly-one"},
        ),
        ("merge", {"units": THREE, "last_day": "2020-12-31", **PAPER}, 422, {"exactly-one"}),
        (
            "merge",
            {"units": THREE, "into": {**CITY, "unit": "QH-Q01"}, "last_day": "2020-12-31", **PAPER},
            409,
            {"unit-exists"},
        ),
        (
            "split",
            {"unit": "QH-Q09", "into": [CITY], "last_day": "2020-12-31", **PAPER},
            422,
            {"one-unit-only"},
        ),
        (
            "split",
            {"unit": "QH-Q09", "into": [CITY], "last_day": "9999-12-31", **PAPER},
            422,
            {"one-unit-only"},
        ),
    ],
)
def test_what_may_not_be_is_refused_whole_and_by_its_rule(
    kept: Town, path: str, body: dict[str, Any], status: int, rules: set[str]
) -> None:
    before = len(kept.ledger("scores"))
    answer = post(kept, path, body)
    assert (answer.status_code, rules_of(answer)) == (status, rules), answer.text
    kept.settle()
    assert len(kept.ledger("scores")) == before


def test_only_the_office_and_an_administrator_change_the_register(kept: Town) -> None:
    body = {"name": "x", "valid_from": "2021-01-01", "document": "QĐ"}
    answers = [post(kept, "QH-Q01/rename", body, sub) for sub in ("btg", "bithu.q01", "kiemtra", "quantri")]
    assert [answer.status_code for answer in answers] == [403, 403, 403, 201]
