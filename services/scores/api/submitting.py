"""Sheets, answers to what was entered for a body, external evaluations, assignments and due instants."""

from __future__ import annotations

from typing import Any

from services.scores.api.routes import blueprint, one
from services.scores.commands import AcknowledgeEvaluation
from services.scores.schemas import (
    AcknowledgeSchema,
    AssignmentSchema,
    ConfirmSchema,
    DisputeSchema,
    DueSchema,
    EvaluationSchema,
    SheetSchema,
)
from shared.store import LedgerTransaction
from shared.web.commands import Act, Outcome, command_route


@command_route(
    blueprint,
    "/sheets",
    schema=SheetSchema,
    operation="scores.submit_sheet",
    summary="Submit a unit's self-score sheet",
)
def submit_sheet(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """As a whole: every criterion that the unit scores itself has a value, and zero is one."""
    return one(tx, command, act)


@command_route(
    blueprint,
    "/entries/confirm",
    schema=ConfirmSchema,
    operation="scores.answer_entry",
    summary="Confirm what was entered for one's body",
)
def confirm_scores(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """One fact per unit that is touched."""
    return one(tx, command, act)


@command_route(
    blueprint,
    "/entries/dispute",
    schema=DisputeSchema,
    operation="scores.answer_entry",
    summary="Dispute what was entered for one's body",
)
def dispute_score(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """The value stays until it is changed or withdrawn; the dispute stays beside it."""
    return one(tx, command, act)


@command_route(
    blueprint,
    "/evaluations",
    schema=EvaluationSchema,
    operation="scores.record_score",
    summary="Record an external evaluation",
)
def record_evaluation(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """One document about several units.  Late or sent to the wrong recipient, it stands and says so."""
    return one(tx, command, act)


@command_route(
    blueprint,
    "/evaluations/<evaluation>/acknowledge",
    schema=AcknowledgeSchema,
    operation="scores.acknowledge_evaluation",
    summary="Acknowledge an external evaluation",
)
def acknowledge_evaluation(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """The unit has read what was said of it."""
    return one(tx, AcknowledgeEvaluation(act.path["evaluation"], command["unit"]), act)


@command_route(
    blueprint,
    "/assignments",
    schema=AssignmentSchema,
    operation="scores.assign_scoring",
    summary="Assign a criterion to another body",
)
def assign_scoring(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """From an instant on; what was scored before stays valid."""
    return one(tx, command, act)


@command_route(
    blueprint, "/due", schema=DueSchema, operation="scores.set_due", summary="Set by when a stage is scored"
)
def set_due(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """The latest statement counts; older ones stay readable."""
    return one(tx, command, act)
