"""Values, proposals and conditions over HTTP."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from services.scores.api.routes import blueprint, many, one
from services.scores.commands import ChangeVeto, Propose
from services.scores.schemas import ProposalSchema, ScoreBatchSchema, ScoreSchema, VetoSchema, WithdrawSchema
from shared.store import LedgerTransaction
from shared.web.commands import Act, Outcome, command_route
from shared.web.documents import BatchReceipts


@command_route(
    blueprint, "/scores", schema=ScoreSchema, operation="scores.record_score", summary="Record a score"
)
def record_score(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """A raw input for one criterion at stage self, department or external; nothing is overwritten."""
    return one(tx, command, act)


@command_route(
    blueprint,
    "/scores/batch",
    schema=ScoreBatchSchema,
    operation="scores.record_score",
    summary="Record scores",
    answer=BatchReceipts,
)
def record_scores(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """Up to 1000 rows, a result for each; `mode` all_or_nothing (default) or partial."""
    return many(tx, command, act)


@command_route(
    blueprint,
    "/scores/withdraw",
    schema=WithdrawSchema,
    operation="scores.withdraw_score",
    summary="Withdraw the latest value of a stage",
)
def withdraw_score(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """The older value of that stage shows again, or else the stage below."""
    return one(tx, command, act)


@command_route(
    blueprint,
    "/bonuses",
    schema=ProposalSchema,
    operation="scores.propose_bonus",
    summary="Propose a bonus",
)
def propose_bonus(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """Only the Standing Committee's decision makes it count."""
    return one(tx, Propose(kind="bonus", **command), act)


@command_route(
    blueprint,
    "/penalties",
    schema=ProposalSchema,
    operation="scores.propose_penalty",
    summary="Propose a penalty",
)
def propose_penalty(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """Only the Standing Committee's decision makes it count."""
    return one(tx, Propose(kind="penalty", **command), act)


@command_route(
    blueprint, "/vetoes", schema=VetoSchema, operation="scores.record_veto", summary="Record a veto"
)
def record_veto(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """A condition of the rulebook that caps the class, from a document; `lift: true` lifts it."""
    assert isinstance(command, ChangeVeto)
    return one(tx, command, act)


@command_route(
    blueprint, "/vetoes/lift", schema=VetoSchema, operation="scores.lift_veto", summary="Lift a veto"
)
def lift_veto(tx: LedgerTransaction, command: Any, act: Act) -> Outcome:
    """The condition no longer holds, by a document."""
    assert isinstance(command, ChangeVeto)
    return one(tx, replace(command, lift=True), act)
