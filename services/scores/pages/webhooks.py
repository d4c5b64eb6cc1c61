"""The webhooks of a department: listed with what was told last, added, tried, ended."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template

from services.scores.api.webhooks import OPERATION, departments_of
from services.scores.board import board_of
from services.scores.pages.entries import body_name
from services.scores.pages.frame import frame
from services.scores.webhooks.address import MAX_URL
from services.scores.webhooks.deliveries import Delivery, latest
from services.scores.webhooks.subscriptions import MAX_OF_DEPARTMENT, Subscription, of_departments
from shared.database import read_transaction
from shared.web.hats import Hat, hats
from shared.web.problems import Problem
from shared.web.runtime import runtime

SHOWN = 10
"""How many deliveries of a webhook are shown; the API has them all."""


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook and its last deliveries, the newest first, a ping before all."""

    hook: Subscription
    told: tuple[Delivery, ...]


@dataclass(frozen=True, slots=True)
class Department:
    """A department of the reader, and the hats in which he keeps its webhooks."""

    code: str
    name: str
    hats: tuple[Hat, ...]
    standing: tuple[Hook, ...]
    ended: tuple[Subscription, ...]


def register(pages: Blueprint) -> None:
    """Put the page on ``pages``."""
    pages.add_url_rule("/<org>/<cycle>/webhooks", "webhooks", webhooks)


def webhooks(org: str, cycle: str) -> str:
    """The webhooks of every department that the reader speaks for; never a secret."""
    seen = frame(org, cycle)
    if seen.reader.principal is None:
        raise Problem("token-missing")
    grants = seen.reader.grants
    codes = departments_of(grants)
    board = board_of(seen.ledger)
    with read_transaction(runtime().engine) as connection:
        found = of_departments(connection, seen.ledger, codes)
        told = {
            hook.webhook: tuple(latest(connection, seen.ledger, hook.webhook, SHOWN))
            for hook in found
            if hook.ended_at is None
        }
    departments = []
    for code in codes:
        own = [one for one in found if one.department == code]
        departments.append(
            Department(
                code,
                body_name(board, code),
                hats([grant for grant in grants if grant.scope == f"department:{code}"], OPERATION),
                tuple(Hook(one, told[one.webhook]) for one in own if one.ended_at is None),
                tuple(one for one in own if one.ended_at is not None),
            )
        )
    return render_template(
        "scores/webhooks.html",
        frame=seen,
        departments=departments,
        api=f"/scores/v1/{seen.ledger}",
        zone=seen.reader.ledger.timezone,
        longest=MAX_URL,
        most=MAX_OF_DEPARTMENT,
        shown=SHOWN,
    )
