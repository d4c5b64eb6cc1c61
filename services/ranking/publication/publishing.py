"""What a publication pins (invariant 6), and when it is refused.  Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.ranking.publication.gate import Gate, Newest
from shared.decisions import Fault, Refused
from shared.events import Draft


@dataclass(frozen=True, slots=True)
class Candidate:
    """Standings that could be published: what a publication would pin."""

    position: int
    root: str
    rulebook: str
    engine: str
    digest: str
    complete: int
    units: int
    provisional: bool


def publish(
    newest: Newest | None,
    candidate: Candidate,
    passage: Gate,
    command: Mapping[str, Any],
    facts: Mapping[str, Any],
) -> Draft:
    """The version after ``newest``; it pins ``candidate``.

    ``command``: ``status``, and ``reason`` from the second version on.  Refuses for all that the gate names,
    at once.
    """
    if passage.blockers:
        raise Refused.many([Fault(one.code, one.vi, one.en) for one in passage.blockers], status=409)
    return Draft(
        "result.published.v1",
        "*",
        {
            **facts,
            "version": newest.version + 1 if newest is not None else 1,
            "status": command["status"],
            "position": candidate.position,
            "root": candidate.root,
            "rulebook": candidate.rulebook,
            "engine": candidate.engine,
            "digest": candidate.digest,
            "complete": candidate.complete,
            "units": candidate.units,
            "provisional": candidate.provisional,
            **_supersedes(newest, command.get("reason")),
        },
    )


def _supersedes(newest: Newest | None, reason: str | None) -> dict[str, Any]:
    """Which version this one replaces, and why; a first version has neither."""
    if newest is None:
        return {} if reason is None else {"reason": reason}
    if reason is None:
        raise Refused(
            "missing-field",
            f"Phiên bản mới thay phiên bản {newest.version}: ghi lý do.",
            f"A new version replaces version {newest.version}: state the reason.",
            field="reason",
        )
    return {"supersedes": newest.version, "reason": reason}
