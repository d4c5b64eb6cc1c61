"""Deciders of grants: give, end, hand over.  Pure.

Each needs a state that holds every grant of the ledger, those of position 0 too (:func:`with_first_admins`):
whether an administrator stays is a question about all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from services.scores.commands import EndGrant, GiveGrant, HandOverGrant
from services.scores.deciding.setup import unknown_department, unknown_unit
from services.scores.state import GivenGrant, State
from shared.access import Grant, Scope, Target
from shared.deciding import Caller, check_span, without_none
from shared.decisions import Refused
from shared.events import Draft
from shared.events.envelope import instant

SERVICE_ROLES = ("department", "department_head", "auditor")
"""What a system may be: it scores for its department, or it reads; it never decides who may do what."""

_RESERVED = ("first-admin:", "team:")
"""Names of grants that position 0 and the round's teams give: an end would strike two grants."""

_SCOPE_OF_ROLE = {"unit": "unit", "department": "department", "department_head": "department"}


def with_first_admins(state: State, first: Iterable[Grant]) -> State:
    """``state`` with the grants of position 0 too; ``first`` as they were given, open."""
    given = {
        grant.grant: GivenGrant(
            grant.grant,
            grant.sub,
            grant.role,
            grant.scope,
            grant.valid_from,
            state.ended.get(grant.grant),
            ended=grant.grant in state.ended,
        )
        for grant in first
    }
    return replace(state, grants={**given, **state.grants})


def give(state: State, command: GiveGrant, caller: Caller) -> list[Draft]:
    """A person or a system may act in a role on a scope; the scope must fit the role and exist."""
    speaker = caller.authorise(Target(), "scores.give_grant")
    return [_given(state, command, speaker.facts(), instant(caller.now))]


def end(state: State, command: EndGrant, caller: Caller) -> list[Draft]:
    """A grant ends, once; ``until`` is exclusive and defaults to now.  An administrator always stays."""
    speaker = caller.authorise(Target(), "scores.end_grant")
    grant = _standing(state, command.grant)
    until = _moment(grant, command.until, instant(caller.now), "until")
    _check_an_administrator_stays(state, grant, until)
    return [_ended(grant, speaker.facts(), until, command.reason)]


def hand_over(state: State, command: HandOverGrant, caller: Caller) -> list[Draft]:
    """The grant ends, and from that very instant on another has it: same role, same scope, same end."""
    speaker = caller.authorise(Target(), "scores.hand_over_grant")
    grant = _standing(state, command.grant)
    if command.sub == grant.sub:
        raise Refused(
            "same-holder",
            f"Quyền {grant.grant} đang là của “{grant.sub}”.",
            f'The grant {grant.grant} is held by "{grant.sub}" already.',
            field="sub",
            value=command.sub,
        )
    moment = _moment(grant, command.at, instant(caller.now), "at")
    given = GiveGrant(
        command.successor,
        command.sub,
        grant.role,
        grant.scope,
        moment,
        grant.until,
        grant.account,
        command.label or (grant.label if grant.account == "service" else None),
    )
    facts = speaker.facts()
    successor = _given(state, given, facts, instant(caller.now), handed_over_from=grant.grant)
    return [_ended(grant, facts, moment, command.reason), successor]


def check(state: State, command: GiveGrant, now: str) -> None:
    """Whether the grant could be given at ``now``.  Raises :class:`~shared.decisions.Refused`."""
    if command.grant in state.grants:
        raise Refused(
            "grant-exists",
            f"Đã có quyền mã {command.grant}.",
            f"There is a grant {command.grant} already.",
            field="grant",
            value=command.grant,
            status=409,
        )
    if command.grant.startswith(_RESERVED):
        raise Refused(
            "grant-reserved",
            f"Mã quyền “{command.grant}” dành cho hệ thống; dùng mã khác.",
            f'The code "{command.grant}" is reserved; use another.',
            field="grant",
            value=command.grant,
        )
    _check_scope(state, command)
    _check_account(state, command, now)
    start = command.start or now
    check_span(start, command.until)


def _given(
    state: State, command: GiveGrant, facts: dict[str, object], now: str, **about: str | None
) -> Draft:
    check(state, command, now)
    data = {
        **facts,
        "grant": command.grant,
        "sub": command.sub,
        "role": command.role,
        "scope": command.scope,
        "from": command.start or now,
        **without_none(
            until=command.until,
            account="service" if command.account == "service" else None,
            label=command.label,
            invitation=command.invitation,
            **about,
        ),
    }
    return Draft("grant.given.v1", f"grant:{command.grant}", data)


def _ended(grant: GivenGrant, facts: dict[str, object], until: str, reason: str) -> Draft:
    data = {**facts, "grant": grant.grant, "until": until, "reason": reason}
    return Draft("grant.ended.v1", f"grant:{grant.grant}", data)


def _check_scope(state: State, command: GiveGrant) -> None:
    scope = Scope.parse(command.scope)
    wanted = _SCOPE_OF_ROLE.get(command.role, "ledger")
    if scope is None or scope.kind != wanted:
        shape = wanted if wanted == "ledger" else f"{wanted}:…"
        raise Refused(
            "wrong-scope-kind",
            f"Vai trò {command.role} cần phạm vi dạng “{shape}”.",
            f'The role {command.role} needs a scope of the form "{shape}".',
            field="scope",
            value=command.scope,
        )
    if scope.kind == "unit" and scope.code not in state.units:
        raise unknown_unit(scope.code, "scope")
    if scope.kind == "department" and scope.code not in state.departments:
        raise unknown_department(scope.code, "scope")


def _check_account(state: State, command: GiveGrant, now: str) -> None:
    """A system has its own account, with a name, in few roles; nobody shares one with it."""
    if command.account == "service":
        if command.role not in SERVICE_ROLES:
            raise Refused(
                "not-for-a-service-account",
                f"Tài khoản dịch vụ chỉ nhận vai trò {', '.join(SERVICE_ROLES)}.",
                f"A service account may only be {', '.join(SERVICE_ROLES)}.",
                field="role",
                value=command.role,
            )
        if command.label is None:
            raise Refused(
                "label-missing",
                "Tài khoản dịch vụ cần tên hệ thống (label).",
                "A service account needs the name of its system (label).",
                field="label",
            )
    start = command.start or now
    other = next(
        (
            grant
            for grant in state.grants.values()
            if grant.sub == command.sub
            and grant.account != command.account
            and (grant.until is None or start < grant.until)
        ),
        None,
    )
    if other is not None:
        raise Refused(
            "account-kind",
            f"“{command.sub}” đã có quyền {other.grant} với loại tài khoản khác; không dùng chung.",
            f'"{command.sub}" holds {other.grant} as another kind of account; none is shared.',
            field="sub",
            value=command.sub,
            status=409,
        )


def _standing(state: State, name: str) -> GivenGrant:
    grant = state.grants.get(name)
    if grant is None:
        raise Refused(
            "unknown-grant",
            f"Không có quyền mã {name}.",
            f"There is no grant {name}.",
            field="grant",
            value=name,
            status=404,
        )
    if grant.ended:
        raise Refused(
            "grant-ended",
            f"Quyền {name} đã chấm dứt từ {grant.until}.",
            f"The grant {name} has ended at {grant.until}.",
            field="grant",
            value=name,
            status=409,
        )
    return grant


def _moment(grant: GivenGrant, stated: str | None, now: str, field: str) -> str:
    """The instant at which ``grant`` ends: within its time, for an end never makes it last longer."""
    moment = stated or max(now, grant.start)
    if stated is not None and stated < grant.start:
        raise Refused(
            "period-reversed",
            f"Quyền {grant.grant} có hiệu lực từ {grant.start}; không thể chấm dứt trước đó.",
            f"The grant {grant.grant} holds from {grant.start}; it cannot end before.",
            field=field,
            value=stated,
        )
    if grant.until is not None and moment >= grant.until:
        raise Refused(
            "grant-ended",
            f"Quyền {grant.grant} tự hết hạn lúc {grant.until}.",
            f"The grant {grant.grant} ends by itself at {grant.until}.",
            field=field,
            value=moment,
            status=409,
        )
    return moment


def _check_an_administrator_stays(state: State, grant: GivenGrant, until: str) -> None:
    """One administrator's grant without an end is always in force, so that somebody can give the next."""
    if grant.role != "admin" or grant.until is not None:
        return
    if not any(
        other.role == "admin" and other.until is None and other.start <= until
        for other in state.grants.values()
        if other.grant != grant.grant
    ):
        raise Refused(
            "last-administrator",
            f"{grant.grant} là quyền quản trị cuối cùng còn lại; chuyển giao, hoặc giao thêm người trước.",
            f"{grant.grant} is the last administrator's grant; hand it over, or give another one first.",
            field="grant",
            value=grant.grant,
            status=409,
        )
