"""Field types shared by event schemas and request schemas: one rule, one message, everywhere."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, validate

from shared.events.canonical import CanonicalError, compose_text
from shared.events.envelope import KEYID, TIME, parse_instant

DECIMAL = re.compile(r"-?(0|[1-9]\d{0,8})(\.\d{1,6})?", re.ASCII)
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
CODE = re.compile(r"[A-Za-z0-9_.:-]{1,64}", re.ASCII)
LOCAL_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class _Pattern(fields.Field[str]):
    """Text of one fixed form, kept as it is."""

    pattern: re.Pattern[str]
    default_error_messages = {"invalid": "Not of the required form."}  # noqa: RUF012 (marshmallow's own way)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if type(value) is not str or not self.pattern.fullmatch(value):
            raise self.make_error("invalid", input=value)
        return value

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else str(value)


class DecimalString(_Pattern):
    """Points or a quantity as a decimal string: at most 9 digits before and 6 after the point."""

    pattern = DECIMAL
    default_error_messages = {  # noqa: RUF012
        "invalid": 'Not a decimal string such as "8.25": no comma, exponent, sign "+", space or number.'
    }


class Digest(_Pattern):
    """``sha256:`` and 64 hex digits."""

    pattern = DIGEST


class KeyId(_Pattern):
    """SHA-256 of a public key in hex."""

    pattern = KEYID


class Code(_Pattern):
    """A stable code: letters, digits, ``_ . : -``; at most 64."""

    pattern = CODE


class Instant(_Pattern):
    """UTC instant, ``2020-11-09T02:00:00.000000Z``."""

    pattern = TIME
    default_error_messages = {"invalid": 'Not a UTC instant such as "2020-11-09T02:00:00.000000Z".'}  # noqa: RUF012

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            parse_instant(text)
        except ValueError as error:
            raise self.make_error("invalid", input=value) from error
        return text


class LocalDate(_Pattern):
    """A calendar date in the ledger's zone, ``2020-11-09``."""

    pattern = LOCAL_DATE
    default_error_messages = {"invalid": 'Not a date such as "2020-11-09".'}  # noqa: RUF012

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            date.fromisoformat(text)
        except ValueError as error:
            raise self.make_error("invalid", input=value) from error
        return text


class Text(fields.String):
    """Human text, composed to NFC at the door; 1 to ``maximum`` characters."""

    def __init__(self, *, maximum: int = 4000, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(min=1, max=maximum), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return compose_text(text)
        except CanonicalError as error:
            raise ValidationError(str(error)) from error
