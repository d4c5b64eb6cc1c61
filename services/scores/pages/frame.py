"""What all pages of one ledger share: who looks, where he can go, and as whom he may act."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import current_app, request, url_for

from shared.access import AccessDenied, HatNeeded, Target, decide_access
from shared.access.grants import Scope
from shared.access.rules import SPEAKING
from shared.web.i18n import tr
from shared.web.nav import Link
from shared.web.problems import Problem
from shared.web.runtime import Reader, reader


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame of a page.  ``bodies``: departments for which the reader speaks; ``units``: his units."""

    reader: Reader
    links: tuple[Link, ...]
    bodies: tuple[str, ...]
    units: tuple[str, ...]

    @property
    def ledger(self) -> str:
        """``org/cycle``."""
        return self.reader.ledger.ledger

    def holds(self, *roles: str) -> bool:
        """Whether the reader has a grant in one of ``roles``."""
        return _holds(self.reader, *roles)


def frame(org: str, cycle: str) -> Frame:
    """The frame of a page of this ledger for who asks.  Raises a 404 problem for an unknown ledger."""
    who = reader(org, cycle)
    return Frame(
        who,
        tuple(
            Link(
                url_for(f"scores_pages.{page}", org=org, cycle=cycle) + _language(),
                tr(vi, en),
                request.endpoint == f"scores_pages.{page}",
            )
            for page, vi, en, meant_for in _PAGES
            if meant_for(who) and _exists(page)
        ),
        _scopes(who, "department", SPEAKING),
        _scopes(who, "unit", ("unit",)),
    )


def only_for(who: Frame, operation: str) -> None:
    """Turn away who may not do ``operation`` on the ledger: 401 for nobody, 403 with the reason else.

    Several hats that allow it are as good as one: looking is no act.
    """
    if who.reader.principal is None:
        raise Problem("token-missing")
    with suppress(HatNeeded):
        decide_access(who.reader.grants, operation, Target())


def _exists(page: str) -> bool:
    return f"scores_pages.{page}" in current_app.view_functions


def _language() -> str:
    return "?" + urlencode({"lang": request.args["lang"]}) if "lang" in request.args else ""


def _holds(who: Reader, *roles: str) -> bool:
    return any(grant.role in roles for grant in who.grants)


def _scopes(who: Reader, kind: str, roles: tuple[str, ...]) -> tuple[str, ...]:
    scopes = [Scope.parse(grant.scope) for grant in who.grants if grant.role in roles]
    return tuple(sorted({scope.code for scope in scopes if scope is not None and scope.kind == kind}))


def _for(*roles: str) -> Callable[[Reader], bool]:
    return lambda who: _holds(who, *roles)


def _for_setup(who: Reader) -> bool:
    try:
        with suppress(HatNeeded):
            decide_access(who.grants, "scores.read_setup", Target())
    except AccessDenied:
        return False
    return True


def _for_all(who: Reader) -> bool:
    return True


_EVERYTHING = ("office", "standing_committee", "auditor")
_PAGES: tuple[tuple[str, str, str, Callable[[Reader], bool]], ...] = (
    ("ledger_page", "Tổng quan", "Overview", _for_all),
    ("work", "Việc của tôi", "My work", lambda who: bool(who.grants)),
    ("grid", "Bảng chấm", "Scoring grid", _for(*SPEAKING)),
    ("sheet", "Phiếu tự chấm", "Self-score sheet", _for("unit")),
    ("desk", "Nhập hộ", "Enter for others", _for("office")),
    ("entries", "Xác nhận", "Confirmations", _for(*SPEAKING, "office", "auditor")),
    ("evaluations", "Đánh giá ngoài", "External evaluations", _for(*SPEAKING, "unit", *_EVERYTHING)),
    ("uploads", "Tệp Excel", "Excel files", _for(*SPEAKING, "unit", "office", "admin")),
    ("webhooks", "Webhook", "Webhooks", _for(*SPEAKING)),
    ("progress", "Tiến độ", "Progress", lambda who: bool(who.grants)),
    ("software", "Dùng phần mềm", "Use of the software", _for(*_EVERYTHING)),
    ("setup", "Thiết lập", "Set-up", _for_setup),
    ("people", "Phân quyền", "People", _for_setup),
)
"""Endpoint, words, and for whom it is: nobody is sent where he would be refused."""
