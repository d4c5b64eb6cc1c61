"""The self-score sheet of a unit as one reader may see it (architecture 4.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.scores.board import Board, board_of
from services.scores.deciding.setup import in_force, unknown_unit
from services.scores.inspected.concluded import Concluded, concluded
from services.scores.inspected.schedule import Session, sessions_of
from services.scores.kept.bodies import UNIT, Body, check_access
from services.scores.kept.drafts import drafts_of
from services.scores.seen.self_sheet import Sheet, as_filled_in
from services.scores.state import Unit
from shared.access import AccessDenied
from shared.database import read_transaction
from shared.decisions import Refused
from shared.events.envelope import instant
from shared.rulebook import Leaf, Rulebook
from shared.web.problems import Problem
from shared.web.runtime import Reader, runtime


@dataclass(frozen=True, slots=True)
class SeenSheet:
    """``whole``: the reader sees the unit's whole row.  ``own``: he may fill it in, and sees the drafts.

    ``leaves``: the applicable criteria whose values he sees, in order of the rulebook, others' included.
    ``session``: its inspection, None before one is scheduled.  ``concluded``: by criterion.  ``now``: the
    ledger's own time, a written instant.
    """

    board: Board
    book: Rulebook
    unit: Unit
    sheet: Sheet
    leaves: tuple[Leaf, ...]
    session: Session | None
    concluded: Mapping[str, Concluded]
    whole: bool
    own: bool
    now: str


def seen_sheet(who: Reader, code: str) -> SeenSheet:
    """The sheet of the unit ``code`` for ``who``.

    Raises a 401 problem for nobody in particular, ``AccessDenied`` when he sees nothing of the row, and
    :class:`~shared.decisions.Refused` for a unit that the register lacks or before a rulebook is adopted.
    """
    board = board_of(who.ledger.ledger)
    unit = board.state.units.get(code)
    if unit is None:
        raise Refused.many(unknown_unit(code).faults, status=404)
    book = in_force(board.state)
    with read_transaction(runtime().engine) as connection:
        now = instant(runtime().clock.now(who.ledger.ledger, connection))
        session = sessions_of(connection, who.ledger.ledger).get(code)
        conclusion = concluded(connection, who.ledger.ledger, code)
        own = _may_fill_in(who, code)
        kept = drafts_of(connection, who.ledger.ledger, Body(UNIT, code)) if own else []
    audience = who.audience(str(book.policies["live_visibility"]))
    team = None if session is None else session.team

    def visible(leaf: Leaf) -> bool:
        return audience.sees_criterion(code, board.state.owners(leaf, now), team)

    leaves = tuple(leaf for leaf in book.leaves if unit.area in leaf.max and visible(leaf))
    if not leaves:
        raise _refusal(who, code)
    drafts: dict[str, tuple[Mapping[str, Any], int]] = {
        draft.cell[1]: (draft.content, draft.version)
        for draft in kept
        if draft.cell[0] == code and draft.cell[2] == "self"
    }
    sheet = as_filled_in(board, book, code, drafts, visible)
    return SeenSheet(
        board, book, unit, sheet, leaves, session, conclusion, audience.sees_row(code, team), own, now
    )


def _may_fill_in(who: Reader, code: str) -> bool:
    try:
        check_access(who.grants, "scores.keep_draft", Body(UNIT, code))
    except AccessDenied:
        return False
    return True


def _refusal(who: Reader, code: str) -> Exception:
    if who.principal is None:
        return Problem("token-missing")
    return AccessDenied(
        "wrong-scope",
        f"Phiếu tự chấm của {code} chỉ hiện với đơn vị ấy, đoàn kiểm tra của đơn vị, Văn phòng, "
        "Ban Thường vụ, kiểm toán; các Ban thấy tiêu chí của mình.",
        f"The self-score sheet of {code} is for that unit, its inspection team, the Office, "
        "the Standing Committee and auditors; departments see their own criteria.",
    )
