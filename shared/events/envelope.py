"""The envelope: CloudEvents 1.0 in structured mode, with the extension attributes of this suite.

``Event`` is a read view of canonical bytes; the bytes are the truth and are never written again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from shared.events.canonical import CanonicalError, parse_canonical

LEDGER = re.compile(r"[a-z0-9-]{2,32}/[a-z0-9-]{2,16}")
SOURCE = re.compile(r"/(root|scores|inspections|ranking|notify)/([a-z0-9-]{2,32}/[a-z0-9-]{2,16})")
TYPE = re.compile(r"[a-z][a-z_]*(?:\.[a-z][a-z_]*)+\.v[1-9][0-9]*")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
NUMBER = re.compile(r"(?!0{12})[0-9]{12}")
KEYID = re.compile(r"[0-9a-f]{64}")
CONTENT_TYPE = "application/cloudevents+json; charset=UTF-8"

_REQUIRED = frozenset(
    "specversion id source type time subject datacontenttype dataschema partitionkey sequence "
    "subjectsequence correlationid commandid keyid signature data".split()
)
_OPTIONAL = frozenset(("causationid", "traceparent"))
_TEXTS = ("id", "subject", "dataschema", "correlationid", "commandid", "signature")


class EnvelopeError(ValueError):
    """Bytes that are not a valid event of this suite; the message says why."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A fact that a decider states, before it has a number, a time or a signature.

    ``subject`` is the unit code when the fact touches exactly one unit, ``*`` when it touches several.
    """

    type: str
    subject: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """One signed event.  ``value`` are its canonical bytes, everything else is read from them."""

    value: bytes
    id: str
    source: str
    type: str
    time: str
    subject: str
    ledger: str
    sequence: int
    subjectsequence: int
    correlationid: str
    commandid: str
    keyid: str
    data: dict[str, Any]
    causationid: str | None = None
    attributes: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def service(self) -> str:
        """The service (or ``root``) that states this event."""
        return self.source.split("/", 2)[1]

    @classmethod
    def parse(cls, value: bytes) -> Event:
        """The event whose canonical bytes are ``value``.  Raises :class:`EnvelopeError`."""
        try:
            attributes = parse_canonical(value)
        except CanonicalError as error:
            raise EnvelopeError(str(error)) from error
        return cls.of(value, attributes)

    @classmethod
    def of(cls, value: bytes, attributes: dict[str, Any]) -> Event:
        """The event of already parsed canonical bytes.  Raises :class:`EnvelopeError`."""
        check_envelope(attributes)
        return cls(
            value=value,
            id=attributes["id"],
            source=attributes["source"],
            type=attributes["type"],
            time=attributes["time"],
            subject=attributes["subject"],
            ledger=attributes["partitionkey"],
            sequence=int(attributes["sequence"]),
            subjectsequence=int(attributes["subjectsequence"]),
            correlationid=attributes["correlationid"],
            commandid=attributes["commandid"],
            keyid=attributes["keyid"],
            data=attributes["data"],
            causationid=attributes.get("causationid"),
            attributes=attributes,
        )


def check_envelope(attributes: dict[str, Any]) -> None:
    """Raise :class:`EnvelopeError` unless ``attributes`` form a valid envelope.

    Admission asks this of every record, so the form of ``data`` is not looked at here (a fact with bad
    data still takes its position; architecture 4.2).
    """
    names = attributes.keys()
    if not (_REQUIRED <= names):
        raise EnvelopeError(f"attribute missing: {', '.join(sorted(_REQUIRED - names))}")
    if not (names <= _REQUIRED or names <= _REQUIRED | _OPTIONAL):
        raise EnvelopeError(f"unknown attribute: {', '.join(sorted(names - _REQUIRED - _OPTIONAL))}")
    for name in _TEXTS:
        text = attributes[name]
        if type(text) is not str or not text or len(text) > 256:
            raise EnvelopeError(f"{name} must be text of 1 to 256 characters")
    for name in names & _OPTIONAL:
        if type(attributes[name]) is not str or len(attributes[name]) > 256:
            raise EnvelopeError(f"{name} must be text of at most 256 characters")
    if attributes["specversion"] != "1.0":
        raise EnvelopeError('specversion must be "1.0"')
    if attributes["datacontenttype"] != "application/json":
        raise EnvelopeError('datacontenttype must be "application/json"')
    if type(attributes["data"]) is not dict:
        raise EnvelopeError("data must be an object")
    _match(attributes, "type", TYPE)
    _match(attributes, "time", TIME)
    _match(attributes, "sequence", NUMBER)
    _match(attributes, "subjectsequence", NUMBER)
    _match(attributes, "keyid", KEYID)
    source = _match(attributes, "source", SOURCE)
    if source.group(2) != attributes["partitionkey"]:
        raise EnvelopeError("partitionkey must be the ledger of the source")


def _match(attributes: dict[str, Any], name: str, pattern: re.Pattern[str]) -> re.Match[str]:
    value = attributes[name]
    found = pattern.fullmatch(value) if type(value) is str else None
    if found is None:
        raise EnvelopeError(f"{name} is malformed: {value!r}"[:200])
    return found


def instant(moment: datetime) -> str:
    """``moment`` (aware) as the one written form of an instant: UTC, six digits, ``Z``."""
    if moment.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_instant(text: str) -> datetime:
    """The aware UTC moment that :func:`instant` wrote.  Raises ``ValueError``."""
    if not TIME.fullmatch(text):
        raise ValueError(f"not an instant: {text!r}")
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


def source_of(service: str, ledger: str) -> str:
    """The CloudEvents source of ``service`` in ``ledger`` ("org/cycle")."""
    return f"/{service}/{ledger}"


def unsigned_event(
    draft: Draft,
    *,
    event_id: str,
    source: str,
    ledger: str,
    time: str,
    sequence: int,
    subjectsequence: int,
    correlation_id: str,
    command_id: str,
    causation_id: str | None = None,
    traceparent: str | None = None,
) -> dict[str, Any]:
    """All attributes of an event but ``keyid`` and ``signature``, which signing adds."""
    attributes: dict[str, Any] = {
        "specversion": "1.0",
        "id": event_id,
        "source": source,
        "type": draft.type,
        "time": time,
        "subject": draft.subject,
        "datacontenttype": "application/json",
        "dataschema": f"urn:bangvang:event:{draft.type}",
        "partitionkey": ledger,
        "sequence": f"{sequence:012d}",
        "subjectsequence": f"{subjectsequence:012d}",
        "correlationid": correlation_id,
        "commandid": command_id,
        "data": draft.data,
    }
    if causation_id is not None:
        attributes["causationid"] = causation_id
    if traceparent is not None:
        attributes["traceparent"] = traceparent
    return attributes
