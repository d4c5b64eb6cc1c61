"""Which notices of a publication are due, and the facts that say they were issued.  Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from shared.deciding import Stated, without_none
from shared.events import Draft

ACTOR = {"sub": "notify", "role": "system", "scope": "ledger"}


@dataclass(frozen=True, slots=True)
class Publication:
    """A ``result.published``; ``stated_at``: size of the ledger just behind it."""

    version: int
    status: str
    position: int
    root: str
    rulebook: str
    digest: str
    stated_at: int
    event_id: str
    time: str


@dataclass(frozen=True, slots=True)
class Document:
    """A written notice: name of its file, ``sha256:…`` and size of its bytes.

    ``addressed_to``: the units that receive it in the place of ``unit``, none while that one stands.
    """

    unit: str
    name: str
    sha256: str
    size: int
    addressed_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """Notices issued so far: digest of the document by (version, unit)."""

    issued: Mapping[tuple[int, str], str]


def fold(events: Iterable[Stated]) -> State:
    """The state after ``events``."""
    state = State({})
    for event in events:
        state = evolve(state, event)
    return state


def evolve(state: State, event: Stated) -> State:
    """``state`` after one event."""
    if event.type != "notice.issued.v1":
        return state
    key = (event.data["publication_version"], event.subject)
    return replace(state, issued={**state.issued, key: event.data["document"]["sha256"]})


def message_id(ledger: str, version: int, unit: str) -> str:
    """The Message-ID of a unit's notice of a version: the same however often it is sent."""
    org, _, cycle = ledger.partition("/")
    return f"<standing.v{version}.{unit}.{cycle}.{org}@bangvang>"


def decide(state: State, ledger: str, publication: Publication, documents: Iterable[Document]) -> list[Draft]:
    """``notice.issued`` for each document whose unit has none of this version yet.

    A second notice of one version is never issued: a correction is a new version.
    """
    return [
        Draft(
            "notice.issued.v1",
            document.unit,
            {
                "actor": dict(ACTOR),
                "base_position": publication.stated_at,
                "publication_version": publication.version,
                "kind": "standing",
                "channel": "outbox",
                "message_id": message_id(ledger, publication.version, document.unit),
                "document": {"name": document.name, "sha256": document.sha256, "size": document.size},
                **without_none(addressed_to=document.addressed_to),
            },
        )
        for document in documents
        if (publication.version, document.unit) not in state.issued
    ]
