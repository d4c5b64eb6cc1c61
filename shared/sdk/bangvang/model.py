"""What is said and heard: rows of scores, proposals, receipts, problems.  Points are decimal strings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

ALL_OR_NOTHING = "all_or_nothing"
PARTIAL = "partial"
_URN = "urn:bangvang:problem:"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file that proves a value, by its content: ``sha256`` is ``sha256:<hex>``, ``size`` in bytes."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One raw input.  ``value`` and ``target`` are decimal strings; ``state`` stands in a value's place.

    ``stage``: self, department or external.  ``rulebook``: digest of the rulebook that it was made under;
    with it, a row under a rulebook that is not in force is refused.  ``external_ref``: how the own system
    calls the row.  ``reason`` is needed for every change of a standing value, ``document`` where another
    body's value is entered.
    """

    unit: str
    criterion: str
    stage: str = "department"
    value: str | None = None
    target: str | None = None
    state: str | None = None
    period: str | None = None
    rulebook: str | None = None
    basis: str | None = None
    reason: str | None = None
    document: str | None = None
    external_ref: str | None = None
    evidence: tuple[Evidence, ...] = ()
    occurred_at: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A bonus or penalty that the Standing Committee is to decide.  ``occurred_on``: YYYY-MM-DD.

    ``points`` only where the rulebook's item has no fixed amount; ``department``: for whom the Office enters.
    """

    unit: str
    code: str
    occurrence_ref: str
    occurred_on: str
    basis: str
    points: str | None = None
    department: str | None = None
    evidence: tuple[Evidence, ...] = ()
    occurred_at: str | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """One bad field; ``rule`` is a stable word for programs, the messages are for people."""

    rule: str
    message: str
    message_en: str
    field: str | None = None
    value: Any = None

    @classmethod
    def of(cls, stated: Mapping[str, Any]) -> Fault:
        """The fault of an entry of ``errors``."""
        return cls(
            str(stated.get("rule", "")),
            str(stated.get("message", "")),
            str(stated.get("message_en", "")),
            stated.get("field"),
            stated.get("value"),
        )


@dataclass(frozen=True, slots=True)
class Problem:
    """RFC 9457 problem details.  ``name``: last part of the type, a stable word for programs."""

    status: int
    name: str
    title: str
    detail: str
    detail_en: str
    faults: tuple[Fault, ...] = ()

    @classmethod
    def of(cls, status: int, stated: Mapping[str, Any]) -> Problem:
        """The problem of an answer with ``status``; ``stated`` may lack anything."""
        return cls(
            status,
            str(stated.get("type", "")).removeprefix(_URN),
            str(stated.get("title", "")),
            str(stated.get("detail", "")),
            str(stated.get("detail_en", "")),
            tuple(Fault.of(fault) for fault in stated.get("errors", ())),
        )


@dataclass(frozen=True, slots=True)
class Receipt:
    """A signed event, its signature found good: the service has committed to it.

    ``value``: its canonical bytes, to be kept.  ``number``: among the events of its source, from 1.
    ``replay``: the command had been answered before, so nothing was added.
    """

    value: bytes
    event: Mapping[str, Any]
    replay: bool = False

    @property
    def id(self) -> str:
        """Id of the event."""
        return str(self.event["id"])

    @property
    def type(self) -> str:
        """Type of the event, ``score.recorded.v1``."""
        return str(self.event["type"])

    @property
    def subject(self) -> str:
        """The unit that it touches."""
        return str(self.event["subject"])

    @property
    def data(self) -> Mapping[str, Any]:
        """The fact."""
        stated: Mapping[str, Any] = self.event["data"]
        return stated

    @property
    def number(self) -> int:
        """Number among the events of its source."""
        return int(self.event["sequence"])

    @property
    def after(self) -> str:
        """What ``?after=`` takes: ``scores:57``."""
        return f"{str(self.event['source']).split('/')[1]}:{self.number}"


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row, ``row`` counted from 0 over all rows given: a receipt, or why not."""

    row: int
    receipt: Receipt | None = None
    faults: tuple[Fault, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether it was stored."""
        return self.receipt is not None


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The rulebook in force: its ``digest``, to be named with the scores, and its normalised ``document``."""

    digest: str
    position: int
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How long the ledger was, and the Merkle root over it (``sha256:<hex>``)."""

    size: int
    root: str


def body_of(stated: Score | Proposal) -> dict[str, Any]:
    """The JSON object of a row: what was not given is left out."""
    given = {item.name: getattr(stated, item.name) for item in fields(stated)}
    body = {name: value for name, value in given.items() if value is not None and value != ()}
    if stated.evidence:
        body["evidence"] = [
            {"name": one.name, "sha256": one.sha256, "size": one.size} for one in stated.evidence
        ]
    return body
