"""The session over HTTP: minutes, findings, models, last year's limitations."""

from __future__ import annotations

from typing import Any

from services.inspections.api.routes import blueprint, one
from services.inspections.schemas import (
    FindingSchema,
    LimitationAssessmentSchema,
    LimitationsSchema,
    MinutesSchema,
    ModelAssessmentSchema,
    ModelSchema,
)
from shared.store import LedgerTransaction
from shared.web.commands import Act, Outcome, command_route


@command_route(
    blueprint,
    "/minutes",
    schema=MinutesSchema,
    operation="inspections.record_minutes",
    summary="Record the minutes",
)
def record_minutes(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """As a whole; a later version replaces what is shown."""
    return one(tx, command, act)


@command_route(
    blueprint,
    "/findings",
    schema=FindingSchema,
    operation="inspections.record_finding",
    summary="Record a finding",
)
def record_finding(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """On one content of the inspection."""
    return one(tx, command, act)


@command_route(
    blueprint,
    "/models",
    schema=ModelSchema,
    operation="inspections.register_model",
    summary="Register a model",
)
def register_model(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """A model or solution of the year; reworded under the same ref until the team has assessed it."""
    return one(tx, command, act)


@command_route(
    blueprint,
    "/models/assess",
    schema=ModelAssessmentSchema,
    operation="inspections.assess_model",
    summary="Assess a model",
)
def assess_model(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """The team's view, the unit's initiative included; it gives no points."""
    return one(tx, command, act)


@command_route(
    blueprint,
    "/limitations",
    schema=LimitationsSchema,
    operation="inspections.carry_limitations",
    summary="Carry last year's limitations in",
)
def carry_limitations(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """Citing the document that they stand in, or naming the predecessor that had each."""
    return one(tx, command, act)


@command_route(
    blueprint,
    "/limitations/assess",
    schema=LimitationAssessmentSchema,
    operation="inspections.assess_limitation",
    summary="Assess whether a limitation was remedied",
)
def assess_limitation(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """Remedied, partly, or not."""
    return one(tx, command, act)
