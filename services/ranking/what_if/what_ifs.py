"""What-ifs: asked, kept under their digest, and asked again (audit §5.3).

What is kept is a side table.  No event, no notice and no standing comes of it; losing the table loses
nothing but the list of what was asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite

from services.ranking.engine import ENGINE, body, canonical
from services.ranking.engine.difference import difference_body
from services.ranking.engine.hypothesis import Trial, try_out
from services.ranking.history import History
from services.ranking.tables import what_ifs
from services.ranking.what_if.supposing import hypotheticals
from shared.database import is_postgres
from shared.decisions import Fault, Refused
from shared.rulebook import Rulebook, read


@dataclass(frozen=True, slots=True)
class Kept:
    """A what-if as it was kept.  ``rulebook``: normalised form of the candidate that judged, or None."""

    digest: str
    document: Mapping[str, Any]
    rulebook: bytes | None
    made_by: str
    made_at: str

    @property
    def candidate(self) -> Rulebook | None:
        """The candidate rulebook."""
        return None if self.rulebook is None else read(self.rulebook)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question gives at its base position, and at the newest one where that is another.

    ``now`` is None where base and newest position are the same, or where the facts no longer could be
    stated: ``refused_now`` says why.
    """

    trial: Trial
    newest: int
    now: Trial | None = None
    refused_now: tuple[Fault, ...] = ()

    @property
    def stale(self) -> bool:
        """Whether the ledger has gone on since the base position."""
        return self.newest != self.trial.what_if.base_position


def ask(
    history: History,
    newest: int,
    base: int,
    facts: Sequence[Mapping[str, Any]],
    candidate: Rulebook | None = None,
) -> Answer:
    """Try ``facts`` out at ``base``, and at ``newest`` too when that is another position.

    Raises :class:`~shared.decisions.Refused` for facts that could not be stated at ``base``,
    :class:`~services.ranking.history.PositionAhead` for a position that does not exist.
    """
    _check_cycle(history.ledger, candidate)
    answer = Answer(_try(history, base, facts, candidate), newest)
    if not answer.stale:
        return answer
    try:
        return replace(answer, now=_try(history, newest, facts, candidate))
    except Refused as refused:
        return replace(answer, refused_now=refused.faults)


def _try(
    history: History, position: int, facts: Sequence[Mapping[str, Any]], candidate: Rulebook | None
) -> Trial:
    state = history.state_at(position)
    root = history.at(position).root
    return try_out(state, root, hypotheticals(state, facts, candidate), facts, candidate)


def _check_cycle(ledger: str, candidate: Rulebook | None) -> None:
    cycle = ledger.partition("/")[2]
    if candidate is not None and candidate.identity.cycle != cycle:
        raise Refused(
            "wrong-cycle",
            f"Bộ tiêu chí dành cho chu kỳ {candidate.identity.cycle}, sổ này là {cycle}.",
            f"The rulebook is for cycle {candidate.identity.cycle}; this ledger is {cycle}.",
            field="rulebook.cycle",
            value=candidate.identity.cycle,
        )


def ask_again(history: History, newest: int, kept: Kept) -> Answer:
    """The question of a kept what-if, asked of the same position again."""
    document = kept.document
    return ask(history, newest, document["base_position"], document["facts"], kept.candidate)


def holds(kept: Kept, answer: Answer) -> bool:
    """Whether asking again gives the kept document, to the last byte."""
    return canonical(answer.trial.what_if.document()) == canonical(dict(kept.document))


# --- the table --------------------------------------------------------------------------------------------


def keep(
    connection: Connection, trial: Trial, candidate: Rulebook | None, made_by: str, made_at: str
) -> tuple[Kept, bool]:
    """Keep a what-if under its digest; the first to ask stays its maker.  True: it is new."""
    what_if = trial.what_if
    last = select(func.coalesce(func.max(what_ifs.c.number), 0)).where(what_ifs.c.ledger == what_if.ledger)
    make = postgresql.insert if is_postgres(connection) else sqlite.insert
    made = connection.execute(
        make(what_ifs)
        .on_conflict_do_nothing()
        .values(
            ledger=what_if.ledger,
            digest=what_if.address,
            number=last.scalar_subquery() + 1,
            base_position=what_if.base_position,
            document=canonical(what_if.document()),
            rulebook=None if candidate is None else candidate.document,
            made_by=made_by,
            made_at=made_at,
        )
        .returning(what_ifs.c.digest)
    ).first()
    found = kept_at(connection, what_if.ledger, what_if.address)
    assert found is not None  # just made, or there before
    return found, made is not None


def kept_at(connection: Connection, ledger: str, address: str) -> Kept | None:
    """The what-if of that digest, or None."""
    row = connection.execute(
        select(what_ifs).where(what_ifs.c.ledger == ledger, what_ifs.c.digest == address)
    ).first()
    return None if row is None else _kept(row)


def newest_kept(connection: Connection, ledger: str, limit: int) -> list[Kept]:
    """The last what-ifs of ``ledger``, newest first."""
    rows = connection.execute(
        select(what_ifs)
        .where(what_ifs.c.ledger == ledger)
        .order_by(what_ifs.c.number.desc(), what_ifs.c.digest)
        .limit(limit)
    )
    return [_kept(row) for row in rows]


def _kept(row: Any) -> Kept:
    return Kept(
        digest=row.digest,
        document=orjson.loads(row.document),
        rulebook=None if row.rulebook is None else bytes(row.rulebook),
        made_by=row.made_by,
        made_at=row.made_at,
    )


# --- bodies -----------------------------------------------------------------------------------------------


def summary_body(kept: Kept) -> dict[str, Any]:
    """A what-if in a list."""
    return {
        "digest": kept.digest,
        "document": dict(kept.document),
        "made_by": kept.made_by,
        "made_at": kept.made_at,
    }


def answer_body(kept: Kept, answer: Answer) -> dict[str, Any]:
    """A what-if with what it gives: the difference and the standings after, at base and now.

    ``holds`` false: asking again gave another document, since the ``engine`` (or the ledger) is another.
    """
    return {
        **summary_body(kept),
        "engine": ENGINE,
        "holds": holds(kept, answer),
        **_trial_body(answer.trial),
        "newest": answer.newest,
        "now": _now_body(answer),
    }


def _trial_body(trial: Trial) -> dict[str, Any]:
    return {"difference": difference_body(trial.difference), "standings": body(trial.after)}


def _now_body(answer: Answer) -> dict[str, Any] | None:
    if answer.now is not None:
        what_if = answer.now.what_if
        return {
            "position": what_if.base_position,
            "before_digest": what_if.before_digest,
            "after_digest": what_if.after_digest,
            **_trial_body(answer.now),
        }
    if not answer.stale:
        return None
    errors = [
        {
            "field": fault.field,
            "value": fault.value,
            "rule": fault.rule,
            "message": fault.vi,
            "message_en": fault.en,
        }
        for fault in answer.refused_now
    ]
    return {"position": answer.newest, "errors": errors}
