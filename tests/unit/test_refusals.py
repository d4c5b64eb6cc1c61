"""Every rule under which something can be refused is a declared problem type, in two languages."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.access.tokens import TokenError
from shared.rulebook.faults import MESSAGES
from shared.settings import SERVICES
from shared.web import faults
from shared.web.problem_types import ProblemType, catalogue

ROOT = Path(__file__).parents[2]
REFUSING = {
    **dict.fromkeys(("AccessDenied", "Fault", "Problem", "Refused", "StrictJsonError", "ValueRefused"), 0),
    **dict.fromkeys(("CellRefused", "unreadable"), 0),  # of a file: a cell, and the whole of it
    "wrong": 2,
}
"""Which argument says the rule, by what is called."""
PASSED_ON = {
    # Rules that come from elsewhere: each is found where it is first stated.
    "shared/batch.py": {"denial.reason"},
    "shared/decisions.py": {"rule"},
    "shared/rulebook/stated.py": {"f'rulebook-{fault.code.lower()}'"},
    "shared/web/faults.py": {"rule"},
    "shared/web/problems.py": {"error.reason", "error.rule", "name"},
    "services/inspections/deciding/adjusting.py": {"refusal.rule"},
    "services/ranking/decider.py": {"error.rule"},
    "services/ranking/publication/publishing.py": {"one.code"},
    "services/ranking/what_if/supposing.py": {"error.rule"},
    "services/scores/api/sheet_reading.py": {"refusal.rule"},
    "services/scores/decider.py": {"refusal.rule"},
    "shared/files/entries.py": {"refusal.rule", "rule"},
    "shared/files/grid.py": {"rule"},
    "services/scores/files/scoring.py": {"fault.rule", "refusal.rule"},
    "shared/files/values.py": {"*refusals[cell.kind]"},
}


def declared() -> dict[str, ProblemType]:
    """Every problem type, of all services."""
    for service in SERVICES:
        importlib.import_module(f"services.{service}.app")
    return {entry.name: entry for entry in catalogue()}


def known_in(place: str) -> set[str]:
    """What has a page in a process that runs the code at ``place``: shared types, and the service's own."""
    own = {service: {entry.name for entry in _types_of(service)} for service in SERVICES}
    shared = declared().keys() - set().union(*own.values())
    folder, name, *_ = place.split("/")
    return shared | own[name] if folder == "services" else shared


def _types_of(service: str) -> tuple[ProblemType, ...]:
    types: tuple[ProblemType, ...] = importlib.import_module(f"services.{service}.problem_types").TYPES
    return types


def stated() -> Iterator[tuple[str, str]]:
    """Where, and under which rule, the source refuses something."""
    for folder in ("shared", "services"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            place = path.relative_to(ROOT).as_posix()
            if place.startswith("services/ranking/engine/") or place == "shared/rulebook/faults.py":
                continue  # what the fold ignores, and faults of a rulebook: not problem types by themselves
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and _name(node.func) in REFUSING:
                    rule = _rule(node, REFUSING[_name(node.func)])
                    if rule is not None:
                        yield from ((place, found) for found in _constants(rule, place))


def _name(called: ast.expr) -> str:
    return called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")


def _rule(node: ast.Call, place: int) -> ast.expr | None:
    named = [keyword.value for keyword in node.keywords if keyword.arg in ("rule", "reason", "name")]
    return node.args[place] if len(node.args) > place else (named[0] if named else None)


def _constants(rule: ast.expr, place: str) -> Iterator[str]:
    match rule:
        case ast.Constant(value=str() as text):
            yield text
        case ast.IfExp(body=one, orelse=other):
            yield from _constants(one, place)
            yield from _constants(other, place)
        case _:
            assert ast.unparse(rule) in PASSED_ON.get(place, set()), f"{place}: {ast.unparse(rule)}"


def _of_schemas() -> set[str]:
    """Rules of :mod:`shared.web.faults`: those of its sentences, and those that it gives as tuples."""
    tree = ast.parse(Path(faults.__file__).read_text("utf-8"))
    given = {
        node.elts[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Tuple) and len(node.elts) == 3 and isinstance(node.elts[0], ast.Constant)
    }
    return {rule for _, rule, _, _ in faults._SENTENCES} | {rule for rule in given if isinstance(rule, str)}


def test_every_rule_in_the_source_has_a_page() -> None:
    found = set(stated())
    assert len({rule for _, rule in found}) > 80, "the search finds what it should"
    known = {place: known_in(place) for place, _ in found}
    assert [(place, rule) for place, rule in sorted(found) if rule not in known[place]] == []


def test_every_blocker_of_the_gate_has_a_page() -> None:
    gate = "services/ranking/publication/gate.py"
    makers = [
        node
        for node in ast.parse((ROOT / gate).read_text("utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name != "_warnings"  # they refuse nothing
    ]
    codes = {
        code
        for maker in makers
        for node in ast.walk(maker)
        if isinstance(node, ast.Call) and _name(node.func) == "Blocker"
        for code in _constants(node.args[0], gate)
    }
    assert {"nothing-to-publish", "replay-differs", "incomplete"} <= codes
    assert codes - known_in(gate) == set()


def test_every_fault_of_a_request_schema_has_a_page() -> None:
    rules = _of_schemas()
    assert {"unknown-field", "not-a-decimal", "not-an-instant", "invalid"} <= rules
    assert rules - known_in("shared/web/faults.py") == set()


def test_every_fault_of_a_rulebook_and_of_a_token_has_a_page() -> None:
    wanted = {f"rulebook-{code.lower()}" for code in MESSAGES}
    wanted |= {kind.reason for kind in TokenError.__subclasses__()}
    assert wanted - declared().keys() == set()


@pytest.mark.parametrize("name", sorted(declared()))
def test_a_problem_type_says_in_both_languages_what_to_do(name: str) -> None:
    entry = declared()[name]
    assert 400 <= entry.status <= 599
    for vi, en in ((entry.title, entry.title_en), (entry.advice, entry.advice_en)):
        assert vi.strip()
        assert en.strip()
        assert vi != en
        assert "{" not in vi + en
    assert entry.advice.endswith((".", "…"))
    assert entry.advice_en.endswith((".", "…"))
