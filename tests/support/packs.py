"""Given, when, then for packs and cases: facts get the number and the time that the store would give them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.inspections.commands import Command, FormTeam, OpenRound, ReceiveFile, ReceivePack, Schedule
from services.inspections.decider import decide
from services.inspections.known import Known, KnownUnit
from services.inspections.state import State, fold
from shared.events.envelope import instant
from tests.support.deciding import Person, fits_catalogue, person, rulebook

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
UNIT = "QH-Q01"
SET_UP = datetime(2020, 10, 12, 2, 0, tzinfo=UTC)
DUE = datetime(2020, 11, 7, tzinfo=ZONE)
"""The cut-off of a session on Monday 2020-11-09: before the day after the third day before it."""
OFFICE = person("office@ledger", sub="VP-001")
LEADER = person("team_leader@team:DKT-1", sub="NV-001")
SECRETARY = person("team_secretary@team:DKT-1", sub="NV-003")
OWN = person(f"unit@unit:{UNIT}", sub="bithu.q01")
MEMBERS = tuple(
    {"person": f"NV-00{n}", "role": role, "name": f"Người {n}", "department": "BTG"}
    for n, role in enumerate(("leader", "deputy", "secretary", "member"), start=1)
)
REQUIRED = tuple(one.id for one in rulebook().required_documents if one.areas is None or "QH" in one.areas)
KNOWN = Known(812, "Asia/Ho_Chi_Minh", rulebook(), {UNIT: KnownUnit(UNIT, "QH", "Quận Đoàn 1")})


@dataclass(frozen=True, slots=True)
class Numbered:
    """A fact as it stands in the store: what the fold reads of an event."""

    type: str
    subject: str
    data: dict[str, Any]
    sequence: int
    time: str


class Story:
    """One ledger's own facts, in order; ``state`` is folded from them."""

    def __init__(self, known: Known = KNOWN) -> None:
        self.known = known
        self.state = State()
        self.count = 0

    def states(self, command: Command, caller: Person, at: datetime) -> Numbered:
        """``caller`` states ``command`` at the instant ``at``; the fact."""
        drafts = decide(self.state, self.known, command, caller.at(at.astimezone(UTC)))
        assert fits_catalogue(drafts)
        (draft,) = drafts
        self.count += 1
        event = Numbered(draft.type, draft.subject, dict(draft.data), self.count, instant(at.astimezone(UTC)))
        self.state = fold([event], self.state)
        return event


def scheduled(known: Known = KNOWN, day: str = "2020-11-09") -> Story:
    """A round with a team whose session at the unit is on ``day``, set four weeks before."""
    story = Story(known)
    story.states(OpenRound("DOT-2020", "2020-11-09", "2020-11-20", "lich-2020"), OFFICE, SET_UP)
    story.states(FormTeam("DKT-1", MEMBERS), OFFICE, SET_UP)
    story.states(Schedule(UNIT, "DKT-1", day, "MORNING"), OFFICE, SET_UP)
    return story


def files(*documents: str, digest: str = "0") -> tuple[dict[str, Any], ...]:
    """A manifest with one file for each of ``documents`` (default: all that are required)."""
    return tuple(
        {"document": one, "name": f"{one}.pdf", "sha256": "sha256:" + digest * 64, "size": 9}
        for one in documents or REQUIRED
    )


def pack(*documents: str, **more: Any) -> ReceivePack:
    """The command that sends ``documents`` (default: all that are required)."""
    return ReceivePack(UNIT, files(*documents), **more)


def by_policy(**policies: Any) -> Known:
    """What is known when the rulebook has these policies instead of its own."""
    book = rulebook()
    return replace(KNOWN, rulebook=replace(book, policies={**book.policies, **policies}))


def sends(story: Story, at: datetime, *documents: str) -> int:
    """The unit sends ``documents`` (default: all that are required), and their bytes come with the manifest;
    its number."""
    number = story.states(pack(*documents), OWN, at).sequence
    held = {one.sha256 for one in story.state.visit(UNIT).files}
    for entry in files(*documents):
        if entry["sha256"] not in held:
            story.states(
                ReceiveFile(UNIT, number, entry["document"], entry["sha256"], entry["size"]), OWN, at
            )
            held.add(entry["sha256"])
    return number
