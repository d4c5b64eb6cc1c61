"""An upload as one reader may see it: found, access checked, looked at on what stands now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.scores.board import Board, board_of
from services.scores.files.asking import looked_at, needs
from services.scores.files.keeping import SCORES, Upload, find
from services.scores.files.preview import Preview
from services.scores.files.register import REGISTERS
from services.scores.kept.bodies import Body, check_access
from shared.access import AccessDenied, Grant, HatNeeded, Target, decide_access
from shared.access.directory import LedgerSettings
from shared.access.tokens import Principal, TokenMissing
from shared.database import read_transaction
from shared.web.commands import Act
from shared.web.problems import Problem
from shared.web.runtime import Reader, runtime

LEDGER = "ledger"
"""The body of a register's upload: it is the ledger's."""
KEEP = "scores.keep_draft"
_HEAD = "department_head"


@dataclass(frozen=True, slots=True)
class Looked:
    """``hats``: those in which the reader may confirm, the head's first.  ``wanted``: still to be given."""

    upload: Upload
    board: Board
    preview: Preview
    hats: tuple[str, ...]
    wanted: tuple[str, ...]
    now: datetime


def may_keep(grants: Sequence[Grant], body: str, kind: str) -> None:
    """Refuse unless one of ``grants`` may upload files of this kind for ``body``.  Raises AccessDenied."""
    if kind == SCORES:
        check_access(grants, KEEP, Body.parse(body))
        return
    try:
        decide_access(grants, REGISTERS[kind].operation, Target())
    except HatNeeded:
        return


def hats_for(grants: Sequence[Grant], body: str, kind: str) -> tuple[str, ...]:
    """The hats that reach ``body``, the one of a head before a specialist's."""
    scope = LEDGER if kind != SCORES else Body.parse(body).scope
    found = []
    for grant in grants:
        try:
            if grant.scope == scope:
                may_keep([grant], body, kind)
                found.append((grant.role != _HEAD, grant.hat))
        except AccessDenied:
            continue
    return tuple(hat for _, hat in sorted(set(found)))


def head_of(grants: Sequence[Grant], body: str, acting_as: str | None) -> bool:
    """Whether the one who acts does so as head of the department ``body``."""
    return any(
        grant.role == _HEAD and grant.scope == body and acting_as in (None, grant.hat) for grant in grants
    )


def known(who: Reader) -> Principal:
    """Who asks.  Raises TokenMissing for nobody in particular."""
    if who.principal is None:
        raise TokenMissing("no Authorization header")
    return who.principal


def looked(who: Reader, upload: str, acting_as: str | None = None) -> Looked:
    """The upload of that id as ``who`` sees it.

    Raises a 404 problem when there is none, AccessDenied when it is another body's.
    """
    principal = known(who)
    ledger = who.ledger
    with read_transaction(runtime().engine) as connection:
        found = find(connection, ledger.ledger, upload)
        now = runtime().clock.now(ledger.ledger, connection)
    if found is None:
        raise unknown_upload()
    may_keep(who.grants, found.body, found.kind)
    return look(found, ledger, principal, who.grants, now, acting_as)


def look(
    upload: Upload,
    ledger: LedgerSettings,
    principal: Principal,
    grants: Sequence[Grant],
    now: datetime,
    acting_as: str | None,
) -> Looked:
    """``upload`` on what stands at ``now``, decided as its confirmation would be, in the best of the hats."""
    board = board_of(ledger.ledger)
    hats = hats_for(grants, upload.body, upload.kind)
    act = Act(
        ledger=ledger,
        operation=KEEP,
        principal=principal,
        grants=tuple(grants),
        command_id="",
        now=now,
        demo=False,
        acting_as=acting_as or hats[0],
    )
    seen = looked_at(upload, board, act)
    return Looked(upload, board, seen, hats, needs(upload, board, seen), now)


def unknown_upload() -> Problem:
    """The problem of an upload that is not there (any more)."""
    return Problem("unknown-upload")
