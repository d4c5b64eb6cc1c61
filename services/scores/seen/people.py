"""Who may do what, on any day: the directory's grants, with what this service has stated about them.

A day stands for its last instant, today for now.  With a position, grants and ends are as known from the
events before it; what they are called and why they ended is told as it is known now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from services.scores.board import Board, Note
from services.scores.deciding.setup import in_force, unknown_criterion, unknown_unit
from services.scores.state import Department, State, Unit
from shared.access import AccessDenied, Grant, HatNeeded, Scope, Target, decide_access
from shared.access.directory import FIRST_ADMIN, KnownGrant, known_grants
from shared.access.rules import operations
from shared.decisions import Refused
from shared.events.envelope import instant, parse_instant
from shared.events.fields import LOCAL_DATE


@dataclass(frozen=True, slots=True)
class Holding:
    """A grant that was ever given.  ``number``: its place among all, from 1, which never changes.

    ``origin``: opening (position 0), team (a round's team) or grant.  ``given`` and ``ended``: the facts
    that this service stated, None where another did or none is known.  ``successor``: the grant to which
    it was handed over.
    """

    number: int
    known: KnownGrant
    origin: str
    given: Note | None = None
    ended: Note | None = None
    successor: str | None = None

    @property
    def grant(self) -> Grant:
        """Who, in which role, on what, from when until when."""
        return self.known.grant

    @property
    def label(self) -> str:
        """What the holder is called, else empty."""
        return str(self._said("label") or self.known.person)

    @property
    def account(self) -> str:
        """``person`` or ``service``."""
        return str(self._said("account") or "person")

    @property
    def given_by(self) -> str | None:
        """Who gave it, where this service stated it."""
        return None if self.given is None else str(self.given.data["actor"]["sub"])

    @property
    def reason(self) -> str | None:
        """Why it ended, where that was stated."""
        return None if self.ended is None else str(self.ended.data["reason"])

    @property
    def ended_by(self) -> str | None:
        """Who ended it."""
        return None if self.ended is None else str(self.ended.data["actor"]["sub"])

    def said(self, name: str) -> str | None:
        """What the giving says under ``name``: invitation, handed_over_from."""
        found = self._said(name)
        return None if found is None else str(found)

    def _said(self, name: str) -> Any:
        return None if self.given is None else self.given.data.get(name)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether somebody may do something.  ``hats``: in which roles he may; ``why``: the clauses.

    When he may not: ``reason`` (a stable word) and the sentence, ``vi`` and ``en``.
    """

    allowed: bool
    hats: tuple[str, ...] = ()
    on_behalf: bool = False
    why: tuple[str, ...] = ()
    reason: str | None = None
    vi: str | None = None
    en: str | None = None


def holdings(connection: Connection, board: Board, position: int | None = None) -> tuple[Holding, ...]:
    """Every grant that was ever given in the board's ledger, as known at ``position``, in order of giving."""
    given = _by_grant(board.noted("grant.given.v1"))
    ended = _by_grant(board.noted("grant.ended.v1"))
    found = known_grants(connection, board.ledger, position)
    told = {known.grant.grant for known in found}
    successors = {
        note.data["handed_over_from"]: name
        for name, note in given.items()
        if name in told and "handed_over_from" in note.data
    }
    return tuple(
        Holding(
            number,
            known,
            _origin(known.grant.grant),
            given.get(known.grant.grant),
            ended.get(known.grant.grant) if known.ended is not None else None,
            successors.get(known.grant.grant),
        )
        for number, known in enumerate(found, start=1)
    )


def in_force_at(found: Iterable[Holding], moment: str) -> tuple[Holding, ...]:
    """Those of ``found`` that are in force at the instant ``moment``."""
    return tuple(holding for holding in found if holding.grant.holds_at(moment))


def _by_grant(notes: Iterable[Note]) -> Mapping[str, Note]:
    return {note.data["grant"]: note for note in notes}


def _origin(name: str) -> str:
    if name.startswith(FIRST_ADMIN):
        return "opening"
    return "team" if name.startswith("team:") else "grant"


def moment_of(text: str | None, now: datetime, zone: str) -> str:
    """The instant that ``text`` asks for: an instant, a day (its last instant; today: now), None: now.

    Raises :class:`~shared.decisions.Refused` for anything else.
    """
    if text is None:
        return instant(now)
    local = ZoneInfo(zone)
    try:
        if LOCAL_DATE.fullmatch(text):
            day = date.fromisoformat(text)
            if day == now.astimezone(local).date():
                return instant(now)
            return instant(datetime.combine(day, time.max, local))
        return instant(parse_instant(text))
    except (ValueError, OverflowError):
        raise Refused(
            "not-a-moment",
            "Ghi ngày (2020-11-09) hoặc thời điểm UTC (2020-11-09T02:00:00.000000Z).",
            "Give a day (2020-11-09) or a UTC instant (2020-11-09T02:00:00.000000Z).",
            field="on",
            value=text[:40],
        ) from None


def target_of(
    state: State,
    moment: str,
    *,
    unit: str | None = None,
    criterion: str | None = None,
    stage: str | None = None,
    team: str | None = None,
) -> Target:
    """What an operation on these touches, at ``moment``.  Raises Refused for what the ledger has not."""
    if unit is not None and unit not in state.units:
        raise unknown_unit(unit)
    office = state.offices or ("VP",)
    if criterion is None:
        return Target(unit=unit, team=team, stage=stage, office=office)
    leaf = in_force(state).leaf.get(criterion)
    if leaf is None:
        raise unknown_criterion(criterion)
    return Target(
        unit=unit,
        team=team,
        stage=stage,
        owners=state.owners(leaf, moment),
        entered_by=leaf.entered_by,
        office=office,
    )


def scope_name(state: State, scope: str) -> str | None:
    """The register's name of the unit or department that a grant reaches, None where it has none."""
    parsed = Scope.parse(scope)
    if parsed is None:
        return None
    found: Unit | Department | None = None
    if parsed.kind == "unit":
        found = state.units.get(parsed.code)
    elif parsed.kind == "department":
        found = state.departments.get(parsed.code)
    return None if found is None else found.name


def may(grants: Sequence[Grant], operation: str, target: Target) -> Verdict:
    """Whether ``grants`` (those in force) allow ``operation`` on ``target``, by the table of rules."""
    if operation not in operations():
        raise Refused(
            "unknown-operation",
            f"Không có việc “{operation[:64]}” trong bảng quy tắc.",
            f'The table of rules has no operation "{operation[:64]}".',
            field="operation",
            value=operation[:64],
        )
    try:
        hats: tuple[str, ...] = (decide_access(grants, operation, target).grant.hat,)
    except HatNeeded as several:
        hats = several.choices
    except AccessDenied as denied:
        return Verdict(False, reason=denied.reason, vi=denied.vi, en=denied.en)
    allowed = [decide_access(grants, operation, target, hat) for hat in hats]
    return Verdict(
        True, hats, all(one.on_behalf for one in allowed), tuple(dict.fromkeys(a.rule.why for a in allowed))
    )
