"""A quick yes: functions made from the catalogue's schemas that accept most good data at once.

marshmallow builds the loaded object and every message; a reader of a million events only asks whether
there is any fault at all.  The rule is one-sided: what an acceptor accepts, its schema finds no fault in;
what it does not accept, the schema judges (:meth:`EventType.faults`).  A field, validator or hook that this
module does not know is never accepted, so a new one costs time, not truth.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any, TypeGuard

from marshmallow import RAISE, Schema, ValidationError, fields, missing, validate

from shared.events.canonical import CanonicalError, compose_text
from shared.events.envelope import parse_instant
from shared.events.fields import Code, DecimalString, Digest, Instant, KeyId, LocalDate, Text, _Pattern

Accepts = Callable[[Any], bool]

_HOOK_KINDS = ("pre_load", "post_load", "validates", "validates_schema")


def acceptor(schema: Schema, made_by: str | None = None) -> Accepts:
    """A function that is true only for values in which ``schema`` finds no fault.

    ``made_by``: the ``post_load`` hook that makes something of what was loaded; it is not run.
    """
    if schema.unknown is not RAISE or schema.many or schema.partial:
        return _never
    checks: dict[str, Accepts] = {}
    required: set[str] = set()
    plain = True  # what is loaded equals what was given, so a hook may be shown what was given
    for name, field in schema.load_fields.items():
        key = field.data_key if field.data_key is not None else name
        checks[key] = _field(field)
        plain = plain and _stays(name, field)
        if field.required:
            required.add(key)
    hooks = _hooks(schema, plain, made_by)
    if hooks is None:
        return _never
    needed = frozenset(required)
    check_of = checks.get

    def accepts(value: Any) -> bool:
        if type(value) is not dict or not needed <= value.keys():
            return False
        for key, item in value.items():
            check = check_of(key)
            if check is None or not check(item):
                return False
        for hook in hooks:
            try:
                hook(value, partial=None, many=False, unknown=RAISE)
            except ValidationError:
                return False
        return True

    return accepts


def loads_as_given(schema: Schema) -> bool:
    """Whether what ``schema`` loads of a value that its acceptor accepts is that very value, at any depth."""
    return all(_stays(name, field) and _inside(field) for name, field in schema.load_fields.items())


def _stays(name: str, field: fields.Field[Any]) -> bool:
    """Whether ``field`` stands in what is loaded exactly when it was given, under the same name."""
    return field.data_key in (None, name) and field.attribute is None and field.load_default is missing


def _inside(field: fields.Field[Any]) -> bool:
    if isinstance(field, fields.List):
        return _inside(field.inner)
    if isinstance(field, fields.Dict):
        return all(_inside(part) for part in (field.key_field, field.value_field) if part is not None)
    return not isinstance(field, fields.Nested) or loads_as_given(field.schema)


def _never(value: Any) -> bool:
    return False


def _hooks(schema: Schema, plain: bool, made_by: str | None) -> list[Callable[..., None]] | None:
    """The schema's own checks of whole objects, or None when it has hooks that cannot be run here."""
    found: list[Callable[..., None]] = []
    for kind in _HOOK_KINDS:
        for name, many, options in schema._hooks.get(kind, ()):
            if kind == "post_load" and name == made_by:
                continue
            if kind != "validates_schema" or many or options.get("pass_original") or not plain:
                return None
            found.append(getattr(schema, name))
    return found


def _field(field: fields.Field[Any]) -> Accepts:
    check = _kind(field)
    if check is None or field.dump_only:
        return _never
    for validator in field.validators:
        check = _both(check, _validator(validator))
    if field.allow_none:
        inner = check
        return lambda value: value is None or inner(value)
    return check


def _both(first: Accepts, second: Accepts) -> Accepts:
    return lambda value: first(value) and second(value)


def _kind(field: fields.Field[Any]) -> Accepts | None:
    """The check of what a field of this class loads, without its validators; None for another class."""
    kind = type(field)
    if kind in (Code, DecimalString, Digest, KeyId):
        return _pattern(field)
    if kind is Instant:
        return _instant(field)
    if kind is LocalDate:
        return _local_date(field)
    if kind is Text:
        return _is_composed
    if kind is fields.String:
        return _is_text
    if kind is fields.Integer:
        return _is_whole
    if kind is fields.Boolean:
        return _is_bool
    if isinstance(field, fields.List) and kind is fields.List:
        return _list(_field(field.inner))
    if isinstance(field, fields.Dict) and kind is fields.Dict:
        return _dict(field)
    if isinstance(field, fields.Nested) and kind is fields.Nested:
        return _nested(field)
    return None


def _is_text(value: Any) -> TypeGuard[str]:
    return type(value) is str


def _is_whole(value: Any) -> bool:
    return type(value) is int


def _is_bool(value: Any) -> bool:
    return type(value) is bool


def _is_composed(value: Any) -> bool:
    """Text that the door would leave as it is.  What prints is assigned; new lines do not print."""
    if type(value) is not str:
        return False
    if value.isascii() or (value.isprintable() and unicodedata.is_normalized("NFC", value)):
        return True
    try:
        return compose_text(value) == value
    except CanonicalError:
        return False


def _pattern(field: fields.Field[Any]) -> Accepts:
    assert isinstance(field, _Pattern)
    match = field.pattern.fullmatch
    return lambda value: type(value) is str and match(value) is not None


def _instant(field: fields.Field[Any]) -> Accepts:
    of_form = _pattern(field)

    def accepts(value: Any) -> bool:
        if not of_form(value):
            return False
        if value[8:10] < "29":  # a day that every month has: nothing left to ask
            return True
        try:
            parse_instant(value)
        except ValueError:
            return False
        return True

    return accepts


def _local_date(field: fields.Field[Any]) -> Accepts:
    of_form = _pattern(field)

    def accepts(value: Any) -> bool:
        if not of_form(value):
            return False
        try:
            date.fromisoformat(value)
        except ValueError:
            return False
        return True

    return accepts


def _list(inner: Accepts) -> Accepts:
    return lambda value: type(value) is list and all(map(inner, value))


def _dict(field: fields.Dict) -> Accepts:
    keys = _field(field.key_field) if field.key_field is not None else None
    values = _field(field.value_field) if field.value_field is not None else None
    if keys is None or values is None:
        return _never
    return lambda value: type(value) is dict and all(map(keys, value)) and all(map(values, value.values()))


def _nested(field: fields.Nested) -> Accepts:
    if field.many or field.unknown is not None:
        return _never
    schema = field.schema
    return acceptor(schema)


def _validator(validator: Any) -> Accepts:
    match validator:
        case validate.Length(min=low, max=high, equal=None):
            shortest, longest = low or 0, high if high is not None else 1 << 62
            return lambda value: shortest <= len(value) <= longest
        case validate.Range(
            min=int() | None as low, max=int() | None as high, min_inclusive=True, max_inclusive=True
        ):
            least = low if low is not None else -(1 << 62)
            most = high if high is not None else 1 << 62
            return lambda value: least <= value <= most
        case validate.OneOf(choices=choices):
            allowed = frozenset(choices)
            return lambda value: value in allowed
    return _never
