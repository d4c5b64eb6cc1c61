"""A file is taken: may it be given for this, is it clean, is it stored; then it is noted, never before."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from services.scores.evidence.keeping import Place, Version, keep
from services.scores.kept.bodies import OFFICE, UNIT
from services.scores.state import State
from shared.access import AccessDenied
from shared.decisions import Refused
from shared.events.envelope import instant
from shared.store.idempotency import body_digest, command_id
from shared.uploads.receiving import Received
from shared.web.store_port import CommandStore


@dataclass(frozen=True, slots=True)
class Request:
    """What makes two requests the same: who sends it, where, under which ``Idempotency-Key``."""

    ledger: str
    principal: str
    sub: str
    route: str
    key: str


def check_place(state: State, place: Place, moment: str) -> None:
    """Refuse a place that is none, or not this body's at ``moment``.

    A unit gives evidence about itself, a scorer for what it scores.  ``criterion`` may be any code of the
    rulebook in force that something is proved for: a leaf, a bonus, a penalty, a condition.  Raises
    :class:`~shared.decisions.Refused`, :class:`~shared.access.AccessDenied`.
    """
    body, unit, criterion = place.body, place.unit, place.criterion
    if body.kind == UNIT and body.code != unit:
        raise AccessDenied(
            "wrong-scope",
            f"{body.code} chỉ gửi minh chứng của chính mình, không gửi của {unit}.",
            f"{body.code} gives evidence about itself, not about {unit}.",
        )
    if unit not in state.units:
        raise Refused(
            "unknown-unit",
            f"Không có đơn vị {unit}.",
            f"There is no unit {unit}.",
            field="unit",
            value=unit,
            status=404,
        )
    if criterion not in _provable(state):
        raise Refused(
            "unknown-criterion",
            f"Bộ tiêu chí đang áp dụng không có mã {criterion}.",
            f"The rulebook in force has no code {criterion}.",
            field="criterion",
            value=criterion,
        )
    if body.kind == OFFICE and body.code not in state.departments:
        raise Refused(
            "unknown-department",
            f"Không có đơn vị chấm điểm {body.code}.",
            f"There is no department {body.code}.",
            field="body",
            value=str(body),
        )
    _check_scorer(state, place, moment)


def _check_scorer(state: State, place: Place, moment: str) -> None:
    book = state.rulebook()
    leaf = book.leaf.get(place.criterion) if book else None
    if place.body.kind == UNIT or leaf is None or place.body.code in state.owners(leaf, moment):
        return
    raise AccessDenied(
        "wrong-scope",
        f"{place.body.code} không chấm tiêu chí {place.criterion} nên không gửi minh chứng cho tiêu chí này.",
        f"{place.body.code} does not score {place.criterion}, so it gives no evidence for it.",
    )


def _provable(state: State) -> frozenset[str]:
    book = state.rulebook()
    if book is None:
        return frozenset()
    items = (*book.bonus.items, *book.penalty.items)
    return frozenset((*book.leaf, *(item.code for item in items), *(veto.id for veto in book.vetoes)))


def note(
    store: CommandStore, request: Request, place: Place, *, name: str, media_type: str, file: Received
) -> tuple[bytes, bool]:
    """Note a file whose content the storage holds: the answer, and whether it is a new version.

    The same request is answered as before.  Raises ``KeyReused`` for its key with other content.
    """
    asked = [str(place.body), place.unit, place.criterion, name, file.sha256]
    digest = body_digest(orjson.dumps(asked))
    known_as = command_id(request.principal, request.route, request.key)
    with store.transaction(request.ledger) as tx:
        before = tx.answered(known_as, digest)
        if before is not None:
            return before.answer, False
        version, new = keep(
            tx.connection,
            request.ledger,
            place,
            name=name,
            sha256=file.sha256,
            size=file.size,
            media_type=media_type,
            moment=instant(tx.now),
            sub=request.sub,
        )
        answer = orjson.dumps(view(version))
        tx.remember(
            known_as,
            principal=request.principal,
            route=request.route,
            key=request.key,
            body_digest=digest,
            status=201,
            answer=answer,
        )
    return answer, new


def view(version: Version) -> dict[str, str | int]:
    """A version as the API tells it."""
    return {
        "body": str(version.place.body),
        "unit": version.place.unit,
        "criterion": version.place.criterion,
        "name": version.name,
        "version": version.number,
        "sha256": version.sha256,
        "size": version.size,
        "media_type": version.media_type,
        "added_at": version.added_at,
        "added_by": version.added_by,
    }
