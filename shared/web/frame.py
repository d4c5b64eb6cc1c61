"""What all pages of one ledger share: who looks, where he can go, and as whom he may act."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import current_app, request, url_for

from shared.access import HatNeeded, Target, decide_access
from shared.access.grants import Scope
from shared.access.rules import SPEAKING
from shared.web.i18n import tr
from shared.web.nav import Link
from shared.web.problems import Problem
from shared.web.runtime import Reader, reader

MeantFor = Callable[[Reader], bool]
PageOfLedger = tuple[str, str, str, MeantFor]
"""Endpoint without its blueprint, words in Vietnamese and English, and for whom it is: nobody is sent where
he would be refused."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame of a page.  ``bodies``: departments for which the reader speaks; ``units``: his units;
    ``teams``: inspection teams to which he belongs."""

    reader: Reader
    links: tuple[Link, ...]
    bodies: tuple[str, ...]
    units: tuple[str, ...]
    teams: tuple[str, ...]

    @property
    def ledger(self) -> str:
        """``org/cycle``."""
        return self.reader.ledger.ledger

    def holds(self, *roles: str) -> bool:
        """Whether the reader has a grant in one of ``roles``."""
        return holds(self.reader, *roles)


def frame_of(org: str, cycle: str, blueprint: str, pages: Sequence[PageOfLedger]) -> Frame:
    """The frame of a page of ``blueprint`` for who asks.  Raises a 404 problem for an unknown ledger."""
    who = reader(org, cycle)
    return Frame(
        who,
        tuple(
            Link(
                url_for(f"{blueprint}.{page}", org=org, cycle=cycle) + _language(),
                tr(vi, en),
                request.endpoint == f"{blueprint}.{page}",
            )
            for page, vi, en, meant_for in pages
            if meant_for(who) and f"{blueprint}.{page}" in current_app.view_functions
        ),
        _scopes(who, "department", SPEAKING),
        _scopes(who, "unit", ("unit",)),
        _scopes(who, "team", TEAM_ROLES),
    )


TEAM_ROLES = ("team_leader", "team_secretary", "team_member")


def only_for(who: Frame, operation: str) -> None:
    """Turn away who may not do ``operation`` on the ledger: 401 for nobody, 403 with the reason else.

    Several hats that allow it are as good as one: looking is no act.
    """
    if who.reader.principal is None:
        raise Problem("token-missing")
    with suppress(HatNeeded):
        decide_access(who.reader.grants, operation, Target())


def holds(who: Reader, *roles: str) -> bool:
    """Whether ``who`` has a grant in one of ``roles``."""
    return any(grant.role in roles for grant in who.grants)


def meant_for(*roles: str) -> MeantFor:
    """A page for who has a grant in one of ``roles``."""
    return lambda who: holds(who, *roles)


def meant_for_all(who: Reader) -> bool:
    """A page for everybody."""
    return True


def meant_for_known(who: Reader) -> bool:
    """A page for who has any grant."""
    return bool(who.grants)


def _language() -> str:
    return "?" + urlencode({"lang": request.args["lang"]}) if "lang" in request.args else ""


def _scopes(who: Reader, kind: str, roles: tuple[str, ...]) -> tuple[str, ...]:
    scopes = [Scope.parse(grant.scope) for grant in who.grants if grant.role in roles]
    return tuple(sorted({scope.code for scope in scopes if scope is not None and scope.kind == kind}))
