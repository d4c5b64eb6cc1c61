"""Position 0: the event with which the organisation's root key opens a ledger.  Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.decisions import Refused
from shared.events.catalogue import interpret
from shared.events.envelope import EnvelopeError, Event
from shared.events.signing import key_id, public_from_base64, verify


def check_opening(value: bytes, *, ledger: str, roots: Mapping[str, str], topic: str, sub: str) -> Event:
    """The ``ledger.opened.v1`` whose canonical bytes are ``value``, when it may stand as position 0.

    ``roots``: pinned fingerprint of the root key by organisation.  ``sub``: who brings it; he must be
    one of its administrators.  Raises :class:`~shared.decisions.Refused`.
    """
    try:
        event = Event.parse(value)
    except EnvelopeError as error:
        raise Refused(
            "bad-envelope",
            f"Không phải sự kiện hợp lệ ở dạng chuẩn: {error}",
            f"Not a valid event in canonical form: {error}",
        ) from error
    if event.type != "ledger.opened.v1" or event.service != "root" or event.ledger != ledger:
        raise Refused(
            "not-this-ledgers-opening",
            f"Cần ledger.opened.v1 của /root/{ledger}, nhận được {event.type} của {event.source}.",
            f"Needs ledger.opened.v1 of /root/{ledger}, got {event.type} of {event.source}.",
            field="source",
            value=event.source,
        )
    fault = interpret(event)
    if fault is not None:
        raise Refused(
            "bad-opening",
            f"Nội dung mở sổ không đúng mẫu: {fault.detail}",
            f"The opening does not fit its schema: {fault.detail}",
            field="data",
        )
    _check_signature(event, roots.get(ledger.partition("/")[0]))
    _check_content(event.data, event.sequence, topic)
    if sub not in event.data["admins"]:
        raise Refused(
            "not-an-administrator",
            "Chỉ quản trị viên nêu trong sự kiện mở sổ mới được nộp nó.",
            "Only an administrator named in the opening may bring it.",
            field="admins",
            value=sub,
            status=403,
        )
    return event


def _check_signature(event: Event, pinned: str | None) -> None:
    if pinned is None or event.keyid != pinned:
        raise Refused(
            "root-not-pinned",
            "Khóa gốc của sự kiện không phải khóa gốc đã ghim cho tổ chức này.",
            "The event's root key is not the one pinned for this organisation.",
            field="keyid",
            value=event.keyid,
            status=403,
        )
    try:
        key = public_from_base64(event.data["root_public_key"])
    except ValueError:
        key = None
    if key is None or key_id(key) != pinned or not verify(event.attributes, key):
        raise Refused(
            "bad-signature",
            "Chữ ký không đúng với khóa gốc.",
            "The signature does not fit the root key.",
            field="signature",
            status=403,
        )


def _check_content(data: Mapping[str, Any], sequence: int, topic: str) -> None:
    if data["topic"] != topic:
        raise Refused(
            "other-topic",
            f"Dịch vụ này ghi vào chủ đề “{topic}”.",
            f'This service writes to the topic "{topic}".',
            field="data.topic",
            value=data["topic"],
        )
    if sequence != 1:
        raise Refused(
            "bad-opening",
            "Sự kiện mở sổ phải mang số 1.",
            "The opening must have number 1.",
            field="sequence",
            value=sequence,
        )
