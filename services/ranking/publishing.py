"""What a publication pins (invariant 6), and when it is refused.  Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.ranking.gate import Gate
from shared.decisions import Fault, Refused
from shared.events import Draft, Event


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
    publications: Sequence[Event],
    candidate: Candidate,
    passage: Gate,
    command: Mapping[str, Any],
    facts: Mapping[str, Any],
) -> Draft:
    """A new version that pins ``candidate``, after every earlier one.

    ``command``: ``status``, and ``reason`` from the second version on.  Refuses when there is nothing to
    publish, when the newest version says the same already, and whatever the gate names.
    """
    if candidate.position == 0 or candidate.units == 0 or not candidate.rulebook:
        raise Refused(
            "nothing-to-publish",
            "Chưa có gì để công bố: cần bộ tiêu chí và ít nhất một đơn vị.",
            "There is nothing to publish: a rulebook and at least one unit are needed.",
            status=409,
        )
    if passage.blockers:
        raise Refused.many([Fault(one.code, one.vi, one.en) for one in passage.blockers], status=409)
    newest = publications[-1].data if publications else None
    status = command["status"]
    if newest is not None and newest["digest"] == candidate.digest and newest["status"] == status:
        raise Refused(
            "nothing-changed",
            f"Bảng xếp hạng không đổi so với phiên bản {newest['version']}.",
            f"The standings are the same as in version {newest['version']}.",
            status=409,
        )
    return Draft(
        "result.published.v1",
        "*",
        {
            **facts,
            "version": newest["version"] + 1 if newest is not None else 1,
            "status": status,
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


def _supersedes(newest: Mapping[str, Any] | None, reason: str | None) -> dict[str, Any]:
    """Which version this one replaces, and why; a first version has neither."""
    if newest is None:
        return {} if reason is None else {"reason": reason}
    if reason is None:
        raise Refused(
            "missing-field",
            f"Phiên bản mới thay phiên bản {newest['version']}: ghi lý do.",
            f"A new version replaces version {newest['version']}: state the reason.",
            field="reason",
        )
    return {"supersedes": newest["version"], "reason": reason}
