"""Set-up over HTTP: cycle, rulebook, register."""

from __future__ import annotations

from typing import Any

from services.scores.api.routes import blueprint, many, one
from services.scores.commands import AdoptRulebook
from services.scores.schemas import (
    CycleSchema,
    DepartmentBatchSchema,
    DepartmentSchema,
    RulebookSchema,
    UnitBatchSchema,
    UnitSchema,
)
from shared.rulebook.stated import stated_rulebook
from shared.store import LedgerTransaction
from shared.web.commands import Act, Outcome, command_route
from shared.web.documents import BatchReceipts


@command_route(
    blueprint, "/cycle", schema=CycleSchema, operation="scores.open_cycle", summary="Open the cycle"
)
def open_cycle(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """A cycle opens once; its period says which facts count."""
    return one(tx, command, act)


@command_route(
    blueprint,
    "/rulebook",
    schema=RulebookSchema,
    operation="scores.adopt_rulebook",
    summary="Adopt a rulebook",
)
def adopt_rulebook(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """Faults of the file come back one by one, with line and path.  After the first it is an amendment."""
    book = stated_rulebook(command["rulebook"])
    return one(tx, AdoptRulebook(book, command.get("decision"), command.get("mode")), act)


@command_route(
    blueprint, "/units", schema=UnitSchema, operation="scores.register_unit", summary="Register a unit"
)
def register_unit(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """A code is never used again."""
    return one(tx, command, act)


@command_route(
    blueprint,
    "/units/batch",
    schema=UnitBatchSchema,
    operation="scores.register_unit",
    summary="Register units",
    answer=BatchReceipts,
)
def register_units(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """Up to 1000 rows; `mode` all_or_nothing (default) or partial."""
    return many(tx, command, act)


@command_route(
    blueprint,
    "/departments",
    schema=DepartmentSchema,
    operation="scores.register_department",
    summary="Register a department",
)
def register_department(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """A department, public service unit, federation or committee that scores."""
    return one(tx, command, act)


@command_route(
    blueprint,
    "/departments/batch",
    schema=DepartmentBatchSchema,
    operation="scores.register_department",
    summary="Register departments",
    answer=BatchReceipts,
)
def register_departments(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """Up to 1000 rows; `mode` all_or_nothing (default) or partial."""
    return many(tx, command, act)
