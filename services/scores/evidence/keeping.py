"""What is known of the files: which content was given under which name, for what, by whom and when.

Content and name part ways: a name that comes again with other content is another version of it, and both
stay readable; a content that comes again is the version that it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select

from services.scores.kept.bodies import Body
from services.scores.tables import evidence_files, evidence_versions
from shared.decisions import Refused

MAX_VERSIONS = 200
"""Of one body for one criterion of one unit: all names and versions."""


@dataclass(frozen=True, slots=True)
class Place:
    """For what a file is given: by which body, for which criterion (or item, or condition) of which unit."""

    body: Body
    unit: str
    criterion: str


@dataclass(frozen=True, slots=True)
class Version:
    """A file as it was given.  ``number`` counts from 1 under one name at one place."""

    place: Place
    name: str
    number: int
    sha256: str
    size: int
    media_type: str
    added_at: str
    added_by: str


def keep(
    connection: Connection,
    ledger: str,
    place: Place,
    *,
    name: str,
    sha256: str,
    size: int,
    media_type: str,
    moment: str,
    sub: str,
) -> tuple[Version, bool]:
    """The version that this content is, and whether it is a new one.

    Call it under the ledger's lock, and when the storage holds the content.  Raises
    :class:`~shared.decisions.Refused` for one version too many.
    """
    known = versions_at(connection, ledger, place)
    same = [version for version in known if version.name == name]
    for version in same:
        if version.sha256 == sha256:
            return version, False
    if len(known) >= MAX_VERSIONS:
        raise Refused(
            "evidence-too-many",
            f"Đã có {MAX_VERSIONS} tệp (kể cả bản cũ) cho {place.criterion} của {place.unit}.",
            f"There are {MAX_VERSIONS} files (older versions too) for {place.criterion} of {place.unit}.",
            status=409,
        )
    version = Version(place, name, len(same) + 1, sha256, size, media_type, moment, sub)
    stored = select(evidence_files.c.sha256).where(
        evidence_files.c.ledger == ledger, evidence_files.c.sha256 == sha256
    )
    if connection.execute(stored).first() is None:
        connection.execute(
            insert(evidence_files),
            {"ledger": ledger, "sha256": sha256, "size": size, "stored_at": moment, "stored_by": sub},
        )
    connection.execute(
        insert(evidence_versions),
        {
            "ledger": ledger,
            "body": str(place.body),
            "unit": place.unit,
            "criterion": place.criterion,
            "name": name,
            "version": version.number,
            "sha256": sha256,
            "media_type": media_type,
            "added_at": moment,
            "added_by": sub,
        },
    )
    return version, True


def versions_at(connection: Connection, ledger: str, place: Place) -> list[Version]:
    """Every version at ``place``, by name, oldest first."""
    found = _versions(ledger).where(_V.body == str(place.body), *_about(place.unit, place.criterion))
    return _read(connection, found)


def versions_about(connection: Connection, ledger: str, unit: str, criterion: str) -> list[Version]:
    """Every version for a criterion of a unit, by body and name, oldest first."""
    return _read(connection, _versions(ledger).where(*_about(unit, criterion)))


def versions_of(connection: Connection, ledger: str, sha256: str) -> list[Version]:
    """Every place and name under which this content was given, oldest first."""
    found = _read(connection, _versions(ledger).where(_V.sha256 == sha256))
    return sorted(found, key=lambda version: version.added_at)


def taken(connection: Connection) -> dict[str, list[str]]:
    """Digest of every content that was taken, with the ledgers that took it; both in order."""
    f = evidence_files.c
    found: dict[str, list[str]] = {}
    for row in connection.execute(select(f.sha256, f.ledger).order_by(f.sha256, f.ledger)):
        found.setdefault(row.sha256, []).append(row.ledger)
    return found


_V = evidence_versions.c


def _about(unit: str, criterion: str) -> tuple[Any, ...]:
    return (_V.unit == unit, _V.criterion == criterion)


def _versions(ledger: str) -> Select[Any]:
    files = evidence_files.c
    return (
        select(evidence_versions, files.size)
        .join(evidence_files, (files.ledger == _V.ledger) & (files.sha256 == _V.sha256))
        .where(_V.ledger == ledger)
        .order_by(_V.body, _V.unit, _V.criterion, _V.name, _V.version)
    )


def _read(connection: Connection, query: Select[Any]) -> list[Version]:
    return [_version(row) for row in connection.execute(query)]


def _version(row: Row[Any]) -> Version:
    return Version(
        Place(Body.parse(row.body), row.unit, row.criterion),
        row.name,
        row.version,
        row.sha256,
        row.size,
        row.media_type,
        row.added_at,
        row.added_by,
    )
