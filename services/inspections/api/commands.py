"""The round, its teams, and the opening of a session over HTTP."""

from __future__ import annotations

from typing import Any

from services.inspections.api.routes import blueprint, many, one
from services.inspections.commands import CloseRound
from services.inspections.schemas import (
    CloseSchema,
    OpenInspectionSchema,
    RoundSchema,
    TeamBatchSchema,
    TeamSchema,
)
from shared.store import LedgerTransaction
from shared.web.commands import Act, Outcome, command_route
from shared.web.documents import BatchReceipts


@command_route(
    blueprint, "/rounds", schema=RoundSchema, operation="inspections.open_round", summary="Open a round"
)
def open_round(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """One round is open at a time."""
    return one(tx, command, act)


@command_route(
    blueprint,
    "/rounds/<round_id>/close",
    schema=CloseSchema,
    operation="inspections.close_round",
    summary="Close a round",
)
def close_round(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """Units without a conclusion are named as exceptions, each with its reason."""
    return one(tx, CloseRound(act.path["round_id"], tuple(command.get("exceptions", ()))), act)


@command_route(
    blueprint, "/teams", schema=TeamSchema, operation="inspections.form_team", summary="Form a team"
)
def form_team(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """One leader, one secretary, members; formed again, it replaces the old one."""
    return one(tx, command, act)


@command_route(
    blueprint,
    "/teams/batch",
    schema=TeamBatchSchema,
    operation="inspections.form_team",
    summary="Form teams",
    answer=BatchReceipts,
)
def form_teams(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """Up to 1000 rows; `mode` all_or_nothing (default) or partial."""
    return many(tx, command, act)


@command_route(
    blueprint,
    "/inspections/open",
    schema=OpenInspectionSchema,
    operation="inspections.open_inspection",
    summary="Open an inspection",
)
def open_inspection(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """The gate lists missing department scores; the leader may override it with a reason."""
    return one(tx, command, act)
