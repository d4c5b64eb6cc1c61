"""The envelope: CloudEvents 1.0 in structured mode, with the extension attributes of this suite.

``Event`` is a read view of canonical bytes; the bytes are the truth and are never written again.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, cast

from shared.events.canonical import (
    CanonicalError,
    check_profile,
    fits_profile,
    parse_own_form,
)

LEDGER = re.compile(r"[a-z0-9-]{2,32}/[a-z0-9-]{2,16}")
SOURCE = re.compile(r"/(root|scores|inspections|ranking|notify)/([a-z0-9-]{2,32}/[a-z0-9-]{2,16})")
TYPE = re.compile(r"[a-z][a-z_]*(?:\.[a-z][a-z_]*)+\.v[1-9][0-9]*")
_MONTH = "(?:0[1-9]|1[0-2])"
_CLOCK = r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z"
TIME = re.compile(rf"(?!0000)[0-9]{{4}}-{_MONTH}-(?:0[1-9]|[12][0-9]|3[01]){_CLOCK}")
NUMBER = re.compile(r"(?!0{12})[0-9]{12}")
KEYID = re.compile(r"[0-9a-f]{64}")
MAX_TYPE = 128
# What CloudEvents 1.0 (type system, String) allows in no attribute: controls and noncharacters.
_FORBIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
    + "]"
)
CONTENT_TYPE = "application/cloudevents+json; charset=UTF-8"

_REQUIRED = frozenset(
    [
        *("specversion", "id", "source", "type", "time", "subject", "datacontenttype", "dataschema"),
        *("partitionkey", "sequence", "subjectsequence", "correlationid", "commandid", "keyid"),
        *("signature", "data"),
    ]
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


class Event:
    """One signed event: a read view of canonical bytes.

    ``value`` are the bytes, the only truth; ``attributes`` the object they say.  Everything else is read
    from it when asked for, so that admission and replay do not pay for what they do not look at.  Made
    by :meth:`parse` or :meth:`of`, never changed; two events are equal when their bytes are.
    """

    __slots__ = ("attributes", "value")

    value: bytes
    attributes: dict[str, Any]

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"an event never changes: {name}")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"an event never changes: {name}")

    def __eq__(self, other: object) -> bool:
        return self.value == other.value if isinstance(other, Event) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.value)

    def __repr__(
        self,
    ) -> str:  # short: a batch of events must stay readable in a traceback
        return f"<Event {self.source} {self.sequence} {self.type} {self.subject}>"

    def __reduce__(self) -> tuple[Callable[[bytes], Event], tuple[bytes]]:
        return Event.parse, (self.value,)

    @property
    def id(self) -> str:
        """UUIDv7 of the event."""
        return cast(str, self.attributes["id"])

    @property
    def source(self) -> str:
        """Who states it, ``/scores/hcmc/2020``."""
        return cast(str, self.attributes["source"])

    @property
    def service(self) -> str:
        """The service (or ``root``) that states this event."""
        return self.source.split("/", 2)[1]

    @property
    def type(self) -> str:
        """Type with version, ``score.recorded.v1``."""
        return cast(str, self.attributes["type"])

    @property
    def time(self) -> str:
        """When it was stated, as :func:`instant` writes it."""
        return cast(str, self.attributes["time"])

    @property
    def subject(self) -> str:
        """The unit it touches, ``*`` for several, or another stream of its service."""
        return cast(str, self.attributes["subject"])

    @property
    def ledger(self) -> str:
        """``org/cycle``, which is the Kafka key."""
        return cast(str, self.attributes["partitionkey"])

    @property
    def sequence(self) -> int:
        """Number of the event among those of its source in this ledger, from 1."""
        return int(self.attributes["sequence"])

    @property
    def subjectsequence(self) -> int:
        """Number of the event among those of its source with this subject, from 1."""
        return int(self.attributes["subjectsequence"])

    @property
    def correlationid(self) -> str:
        """What it belongs to: the first command of the chain."""
        return cast(str, self.attributes["correlationid"])

    @property
    def causationid(self) -> str | None:
        """The event that it answers, if any."""
        return self.attributes.get("causationid")

    @property
    def commandid(self) -> str:
        """Hash of principal, route and idempotency key."""
        return cast(str, self.attributes["commandid"])

    @property
    def keyid(self) -> str:
        """SHA-256 of the signing public key in hex."""
        return cast(str, self.attributes["keyid"])

    @property
    def data(self) -> dict[str, Any]:
        """The fact."""
        return cast("dict[str, Any]", self.attributes["data"])

    @classmethod
    def parse(cls, value: bytes) -> Event:
        """The event whose canonical bytes are ``value``.  Raises :class:`EnvelopeError`."""
        return trusted_event(value, parse_envelope(value))

    @classmethod
    def of(cls, value: bytes, attributes: dict[str, Any]) -> Event:
        """The event of already parsed canonical bytes.  Raises :class:`EnvelopeError`."""
        check_envelope(attributes)
        return trusted_event(value, attributes)


_new_event = cast("Callable[[type[Event]], Event]", object.__new__)
_slots: Any = Event
_set_value: Callable[[Event, bytes], None] = _slots.value.__set__
_set_attributes: Callable[[Event, dict[str, Any]], None] = _slots.attributes.__set__


def trusted_event(value: bytes, attributes: dict[str, Any]) -> Event:
    """The event of bytes that :func:`parse_envelope` has already found good."""
    event = _new_event(Event)
    _set_value(event, value)
    _set_attributes(event, attributes)
    return event


# A valid envelope as its canonical bytes say it, keys in their order.  It knows ASCII text without
# escapes and days that every month has; whatever it does not match, check_envelope judges.
_ASCII = rb"[ !#-\[\]-~]"
_HEAD = re.compile(
    rb'\{(?:"causationid":"%(t)s{0,256}",)?"commandid":"%(t)s{1,256}",'
    rb'"correlationid":"%(t)s{1,256}","data":\{' % {b"t": _ASCII}
)
_AFTER_DATA = b'},"datacontenttype":"'
_TAIL = re.compile(
    rb'\},"datacontenttype":"application/json","dataschema":"%(t)s{1,256}","id":"%(t)s{1,256}",'
    rb'"keyid":"[0-9a-f]{64}","partitionkey":"([a-z0-9-]{2,32}/[a-z0-9-]{2,16})",'
    rb'"sequence":"(?!0{12})[0-9]{12}","signature":"%(t)s{1,256}",'
    rb'"source":"/(?:root|scores|inspections|ranking|notify)/\1","specversion":"1\.0",'
    rb'"subject":"%(t)s{1,256}","subjectsequence":"(?!0{12})[0-9]{12}",'
    rb'"time":"(?!0000)[0-9]{4}-%(m)s-(?:0[1-9]|1[0-9]|2[0-8])%(c)s",'
    rb'(?:"traceparent":"%(t)s{0,256}",)?"type":"(?=[a-z0-9_.]{1,128}")[a-z][a-z_]*(?:\.[a-z][a-z_]*)+\.v[1-9][0-9]*"\}'
    % {b"t": _ASCII, b"m": _MONTH.encode(), b"c": _CLOCK.encode()}
)


def parse_envelope(value: bytes) -> dict[str, Any]:
    """All attributes of the event whose canonical bytes are ``value``.  Raises :class:`EnvelopeError`.

    Canonical bytes have one order and one spelling, so two regular expressions over them can say that an
    envelope is good in a third of the time that looking at each attribute takes.  The *last* mark after
    ``data`` is the envelope's own: behind it stand only texts, in which a quote is escaped.
    """
    try:
        attributes = parse_own_form(value)
    except CanonicalError as error:
        raise EnvelopeError(str(error)) from error
    if (
        _HEAD.match(value)
        and _TAIL.fullmatch(value, value.rfind(_AFTER_DATA))
        and fits_profile(attributes["data"], ascii_only=value.isascii(), depth=1)
    ):
        return attributes
    try:
        check_profile(attributes)
    except CanonicalError as error:
        raise EnvelopeError(str(error)) from error
    check_envelope(attributes)
    return attributes


def check_envelope(attributes: dict[str, Any]) -> None:
    """Raise :class:`EnvelopeError` unless ``attributes`` form a valid envelope.

    Admission asks this of every record, so the form of ``data`` is not looked at here (a fact with bad
    data still takes its position; architecture 4.2).
    """
    names = attributes.keys()
    if not (names >= _REQUIRED):
        raise EnvelopeError(f"attribute missing: {', '.join(sorted(_REQUIRED - names))}")
    if not (names <= _REQUIRED or names <= _REQUIRED | _OPTIONAL):
        raise EnvelopeError(f"unknown attribute: {', '.join(sorted(names - _REQUIRED - _OPTIONAL))}")
    for name in _TEXTS:
        text = attributes[name]
        if type(text) is not str or not 1 <= len(text) <= 256 or _FORBIDDEN.search(text):
            raise EnvelopeError(f"{name} must be text of 1 to 256 characters, no controls")
    for name in names & _OPTIONAL:
        text = attributes[name]
        if type(text) is not str or len(text) > 256 or _FORBIDDEN.search(text):
            raise EnvelopeError(f"{name} must be text of at most 256 characters, no controls")
    if attributes["specversion"] != "1.0":
        raise EnvelopeError('specversion must be "1.0"')
    if attributes["datacontenttype"] != "application/json":
        raise EnvelopeError('datacontenttype must be "application/json"')
    if type(attributes["data"]) is not dict:
        raise EnvelopeError("data must be an object")
    if len(_match(attributes, "type", TYPE).group()) > MAX_TYPE:
        raise EnvelopeError(f"type is longer than {MAX_TYPE} characters")
    _check_time(attributes)
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


def _check_time(attributes: dict[str, Any]) -> None:
    text = _match(attributes, "time", TIME).group()
    try:
        parse_instant(text)
    except ValueError as error:
        raise EnvelopeError(f"time is no moment of the calendar: {text}") from error


@lru_cache(maxsize=256)  # the rows of a batch all ask for the same one
def instant(moment: datetime) -> str:
    """``moment`` (aware) as the one written form of an instant: UTC, six digits, ``Z``."""
    if moment.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def parse_instant(text: str) -> datetime:
    """The aware UTC moment that :func:`instant` wrote.  Raises ``ValueError``."""
    if not TIME.fullmatch(text):
        raise ValueError(f"not an instant: {text!r}")
    return datetime.fromisoformat(text)


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
