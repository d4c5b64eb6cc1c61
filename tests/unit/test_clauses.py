"""The table of the plan's clauses names nothing that there is not."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.access.rules import rules_of
from shared.events.catalogue import lookup
from shared.settings import SERVICES
from tests.support.town import town

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "clauses.md").read_text("utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line[:1] == "|"
]
CLAUSES = [row for row in ROWS if row[0].isdecimal()]
CASES = [row for row in ROWS if len(row) == 2 and row[0] not in ("Case", "---")]
TESTS = frozenset(
    name
    for file in sorted((ROOT / "tests").rglob("test_*.py"))
    for name in re.findall(r"^ *def (test_\w+)", file.read_text("utf-8"), re.MULTILINE)
)


def names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[frozenset[str]]:
    """The endpoints of the pages of all services."""
    made = town(tmp_path_factory.mktemp("pages"), SERVICES)
    yield frozenset(
        rule.endpoint
        for app in made.apps.values()
        for rule in app.url_map.iter_rules()
        if "pages." in rule.endpoint
    )
    for house in made.houses.values():
        house.engine.dispose()


def test_every_clause_stands_once_with_commands_events_pages_and_tests() -> None:
    assert [int(row[0]) for row in CLAUSES] == list(range(1, 37))
    for row in CLAUSES:
        assert len(row) == 7
        assert all(row[1:3])
        assert all(names(cell) for cell in row[3:]), row[0]


def test_every_command_has_a_rule_that_says_who_may() -> None:
    assert not [name for row in CLAUSES for name in names(row[3]) if not rules_of(name)]


def test_every_event_is_in_the_catalogue() -> None:
    assert not [name for row in CLAUSES for name in names(row[4]) if lookup(name) is None]


def test_every_page_has_an_address(pages: frozenset[str]) -> None:
    assert not sorted({name for row in CLAUSES for name in names(row[5])} - pages)


def test_every_test_is_there() -> None:
    named = {name for row in CLAUSES for name in names(row[6])} | {n for row in CASES for n in names(row[1])}
    assert all(names(row[1]) for row in CASES)
    assert not sorted(named - TESTS)


def test_every_event_of_inspections_belongs_to_a_clause() -> None:
    catalogue = importlib.import_module("shared.events.catalogue.inspections")
    named = {name for row in CLAUSES for name in names(row[4])}
    assert not [one.type for one in catalogue.TYPES if one.type not in named]


def test_every_page_of_a_ledgers_inspections_belongs_to_a_clause(pages: frozenset[str]) -> None:
    """But the round at a glance, which is of all of them."""
    of_all = {"index", "ledger_page", "offline_person", "offline_worker"}
    named = {name for row in CLAUSES for name in names(row[5])}
    there = {name for name in pages if name.startswith("inspections_pages.")}
    assert not sorted(there - named - {f"inspections_pages.{name}" for name in of_all})
