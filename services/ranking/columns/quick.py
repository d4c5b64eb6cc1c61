"""Own scores read straight from canonical bytes, where nothing but a few texts has to be cut out.

Nine events of ten are scores, and they say again and again what another one said before: the same
criterion, stage, value and rulebook, by the same actor.  Canonical bytes have one order and one spelling, so
the parts in which two of them differ (unit, number, times) lie between known marks, and all else is a text
whose meaning can be remembered.  What is not of this form is None here and read in full by whoever asks; what
is of it means what the catalogue says of the whole (tests compare the two).

A mark with its bare quotes is always a key: within a text a quote is escaped.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final, NamedTuple

import orjson

from shared.events.catalogue import lookup
from shared.events.catalogue.acceptor import acceptor
from shared.events.catalogue.base import Actor

SCORE: Final = "score.recorded.v1"
SERVICE: Final = "scores"
REMEMBERED: Final = 1 << 15
"""Texts whose meaning is kept at a time."""

Says = tuple[str | None, ...]
"""What a score says: value, target, state, rulebook, period."""

_END: Final = b'"type":"score.recorded.v1"}'
_DATA: Final = b'"data":{"actor":{'
_OCCURRED: Final = b'"occurred_at":"'
_AFTER_DATA: Final = b'},"datacontenttype":"'
_SOURCE: Final = b'"source":"/scores/'
_SUBJECT: Final = b'"subject":"'
_TIME: Final = b'"time":"'
_INSTANT_BYTES: Final = 27
_OF_FORM: Final = re.compile(
    rb"(?!0000)[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
    rb"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z"
).fullmatch
"""An instant of a day that every month has; another one is left to the catalogue."""
_SOME_INSTANT: Final = b"2020-01-01T00:00:00.000000Z"
_SOME_ACTOR: Final = b'{"role":"system","scope":"system","sub":"system"}'


class Score(NamedTuple):
    """An own score that the catalogue understands, by its parts."""

    subject: str
    time: str
    criterion: str | None
    stage: str | None
    says: Says


def score_of(value: bytes) -> Score | None:
    """The score in the canonical bytes of an admitted event; None when it has to be read in full."""
    if not value.endswith(_END):
        return None
    data = value.find(_DATA)
    actor_end = value.find(b"}", data) + 1
    occurred = value.find(_OCCURRED, actor_end)
    data_end = value.rfind(_AFTER_DATA)
    if not 0 <= data < actor_end <= occurred < data_end:
        return None
    at = occurred + len(_OCCURRED)
    if _OF_FORM(value, at, at + _INSTANT_BYTES) is None:
        return None
    said = _said(value[actor_end:at], value[at + _INSTANT_BYTES : data_end])
    if said is None or not _is_actor(value[data + len(_DATA) - 1 : actor_end]):
        return None
    source = value.find(_SOURCE, data_end)
    subject = value.find(_SUBJECT, source) + len(_SUBJECT)
    subject_end = value.find(b'"', subject)
    name = value[subject:subject_end]
    if source < 0 or b"\\" in name:
        return None
    time = value.find(_TIME, subject_end) + len(_TIME)
    return Score(
        name.decode(),
        value[time : time + _INSTANT_BYTES].decode(),
        *said,
    )


@lru_cache(REMEMBERED)
def _is_actor(value: bytes) -> bool:
    actor = _object(value)
    return actor is not None and _accepts_actor(actor)


@lru_cache(REMEMBERED)
def _said(before: bytes, after: bytes) -> tuple[str, str, Says] | None:
    """What the ``data`` says in which ``before`` and ``after`` stand between actor and instant.

    The catalogue judges it with some actor and some instant, which are judged by themselves.
    """
    data = _object(b'{"actor":' + _SOME_ACTOR + before + _SOME_INSTANT + after + b"}")
    entry = lookup(SCORE)
    if data is None or entry is None or SERVICE not in entry.sources or entry.faults(data):
        return None
    if any(type(item) is not str for name, item in data.items() if name != "actor"):
        return None  # the instant may lie deeper, or the parts not be texts
    if "on_behalf_of" in data:
        return None
    get = data.get
    says = (get("value"), get("target"), get("state"), get("rulebook"), get("period"))
    return data["criterion"], data["stage"], says


def _object(value: bytes) -> dict[str, Any] | None:
    try:
        found = orjson.loads(value)
    except orjson.JSONDecodeError:
        return None
    return found if type(found) is dict else None


_accepts_actor = acceptor(Actor())
