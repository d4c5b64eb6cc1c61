"""What becomes of a unit, over HTTP: renamed, moved, closed, merged, split."""

from __future__ import annotations

from typing import Any

from services.scores.api.routes import blueprint
from services.scores.commands import CloseUnit, MergeUnits, MoveUnit, RenameUnit, SplitUnit
from services.scores.deciding import lineage
from services.scores.loading import state_of
from services.scores.schemas import CloseSchema, MergerSchema, MoveSchema, RenameSchema, SplitSchema
from shared.store import LedgerTransaction
from shared.web.commands import Act, Outcome, command_route

_OPERATION = "scores.change_unit"


@command_route(
    blueprint, "/units/<unit>/rename", schema=RenameSchema, operation=_OPERATION, summary="Rename a unit"
)
def rename_unit(tx: LedgerTransaction, command: dict[str, Any], act: Act) -> Outcome:
    """From `valid_from` on, by a document.  Results of a period that ends before it keep the older name."""
    return lineage.rename(state_of(tx), RenameUnit(act.path["unit"], **command), act)


@command_route(
    blueprint, "/units/<unit>/move", schema=MoveSchema, operation=_OPERATION, summary="Move a unit"
)
def move_unit(tx: LedgerTransaction, command: dict[str, Any], act: Act) -> Outcome:
    """To another area, or `kind`, from `valid_from` on.  In a cycle counts what holds on its last day."""
    return lineage.move(state_of(tx), MoveUnit(act.path["unit"], **command), act)


@command_route(
    blueprint, "/units/<unit>/close", schema=CloseSchema, operation=_OPERATION, summary="Close a unit"
)
def close_unit(tx: LedgerTransaction, command: dict[str, Any], act: Act) -> Outcome:
    """`last_day` is inside; `successors` stand the day after.  Sent again it corrects the last one."""
    return lineage.close(state_of(tx), CloseUnit(act.path["unit"], **command), act)


@command_route(blueprint, "/units/merge", schema=MergerSchema, operation=_OPERATION, summary="Merge units")
def merge_units(tx: LedgerTransaction, command: MergeUnits, act: Act) -> Outcome:
    """All at once or not at all: `units` close on `last_day`; what they become stands from the day after."""
    return lineage.merge(state_of(tx), command, act)


@command_route(blueprint, "/units/split", schema=SplitSchema, operation=_OPERATION, summary="Split a unit")
def split_unit(tx: LedgerTransaction, command: SplitUnit, act: Act) -> Outcome:
    """All at once or not at all: `unit` closes on `last_day`; what it becomes stands from the day after."""
    return lineage.split(state_of(tx), command, act)
