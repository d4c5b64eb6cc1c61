"""Completeness and use of the software, as far as one reader may see them (architecture 4.5)."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from services.scores.board import board_of, board_upto
from services.scores.deciding.setup import unknown_unit
from services.scores.inspected.schedule import sessions_of
from services.scores.progress.matrix import Progress, progress_of
from services.scores.progress.software import Report, report_of
from shared.access import AccessDenied, Audience
from shared.calendar import local_date
from shared.database import read_transaction
from shared.decisions import Refused
from shared.events.envelope import instant
from shared.web.problems import Problem
from shared.web.runtime import Reader, runtime


@dataclass(frozen=True, slots=True)
class SeenProgress:
    """``progress`` as the reader sees it at ``now``, a written instant; ``audience``: how far he sees."""

    progress: Progress
    audience: Audience
    now: str


def seen_progress(who: Reader, unit: str | None = None, body: str | None = None) -> SeenProgress:
    """How far scoring is, for ``who``; of one ``unit``, of what one ``body`` has to score.

    The Office, the Standing Committee and auditors see all, a department its own criteria, a unit its own
    row, a team the rows of its units.  Raises a 401 problem for nobody in particular and ``AccessDenied``
    for who sees nothing.
    """
    board = board_of(who.ledger.ledger)
    audience = _audience(who)
    with read_transaction(runtime().engine) as connection:
        moment = runtime().clock.now(who.ledger.ledger, connection)
        sessions = sessions_of(connection, who.ledger.ledger)
    today = local_date(moment, ZoneInfo(who.ledger.timezone))
    now = instant(moment)
    progress = progress_of(board, sessions, audience, now=now, today=today, only_unit=unit, only_body=body)
    return SeenProgress(progress, audience, now)


def seen_report(who: Reader, upto: int | None = None, unit: str | None = None) -> Report:
    """The use of the software up to own event ``upto`` (None: the newest), of all units or of one.

    All units: for who sees everything; one: for who sees its row.  Raises as :func:`seen_progress`, and
    :class:`~shared.decisions.Refused` for a number or a unit that there is not.
    """
    ledger = who.ledger.ledger
    newest = board_of(ledger)
    audience = _audience(who)
    if unit is not None and unit not in newest.state.units:
        raise Refused.many(unknown_unit(unit).faults, status=404)
    if not (audience.everything if unit is None else audience.sees_row(unit, _team(ledger, unit))):
        raise AccessDenied(
            "wrong-scope",
            "Báo cáo mọi đơn vị dành cho Văn phòng, Ban Thường vụ, kiểm toán; đơn vị và đoàn kiểm tra xem "
            "báo cáo của riêng đơn vị mình.",
            "The report on all units is for the Office, the Standing Committee and auditors; a unit and its "
            "inspection team see that unit's own.",
        )
    if upto is None or upto == newest.last:
        return report_of(newest, unit)
    if not 0 < upto < newest.last:
        raise Refused(
            "no-such-number",
            f"Sổ của dịch vụ này mới có {newest.last} sự kiện.",
            f"This service has stated {newest.last} events so far.",
            field="upto",
            value=upto,
            status=404,
        )
    return report_of(board_upto(ledger, upto), unit)


def _audience(who: Reader) -> Audience:
    """By the grants alone: the policy ``live_visibility`` opens standings, not who is behind with work."""
    audience = who.audience()
    if audience.published_only:
        if who.principal is None:
            raise Problem("token-missing")
        raise AccessDenied(
            "wrong-role" if who.grants else "no-grant",
            "Tiến độ chấm dành cho đơn vị, đoàn kiểm tra, các Ban, Văn phòng, Ban Thường vụ, kiểm toán.",
            "Progress is for units, inspection teams, departments, the Office, the Standing Committee "
            "and auditors.",
        )
    return audience


def _team(ledger: str, unit: str) -> str | None:
    with read_transaction(runtime().engine) as connection:
        session = sessions_of(connection, ledger).get(unit)
    return None if session is None else session.team
