"""Faults of a schema in two languages, each under a stable rule name.

marshmallow tells faults as English sentences; here each known sentence gets a rule and a Vietnamese one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from marshmallow import Schema, fields

from shared.decisions import Fault
from shared.events.canonical import MAX_INTEGER
from shared.events.fields import Code, DecimalString, Digest, Instant, KeyId, LocalDate
from shared.web.json_provider import JsonNumber

_MAX_FAULTS = 200
_MAX_SHOWN = 200

# (sentence, rule, vi, en); {0}, {1} are the groups of the sentence.
_SENTENCES: tuple[tuple[re.Pattern[str], str, str, str], ...] = tuple(
    (re.compile(pattern), rule, vi, en)
    for pattern, rule, vi, en in (
        (
            r"Unknown field\.",
            "unknown-field",
            "Trường này không có trong biểu mẫu; hãy bỏ đi hoặc sửa tên.",
            "There is no such field; remove it or correct its name.",
        ),
        (r"Missing data for required field\.", "missing-field", "Thiếu trường này.", "This field is needed."),
        (
            r"Field may not be null\.",
            "null-not-allowed",
            "Trường này không được để null; nếu không có thì bỏ hẳn.",
            "This field may not be null; leave it out when there is none.",
        ),
        (r"Not a valid string\.", "not-text", "Phải là chuỗi ký tự.", "Must be text."),
        (r"Not a valid integer\.", "not-an-integer", "Phải là số nguyên.", "Must be an integer."),
        (r"Not a valid boolean\.", "not-a-boolean", "Phải là true hoặc false.", "Must be true or false."),
        (r"Not a valid list\.", "not-a-list", "Phải là danh sách.", "Must be a list."),
        (
            r"(?:Invalid input type|Not a valid mapping type)\.",
            "not-an-object",
            "Phải là một đối tượng.",
            "Must be an object.",
        ),
        (
            r"Must be one of: (.*)\.",
            "not-a-choice",
            "Chỉ nhận một trong: {0}.",
            "Must be one of: {0}.",
        ),
        (
            r"(?:Shorter than minimum length|Length must be at least) (\d+)\.",
            "too-short",
            "Cần ít nhất {0}.",
            "Needs at least {0}.",
        ),
        (
            r"Longer than maximum length (\d+)\.",
            "too-long",
            "Nhiều nhất {0}.",
            "At most {0}.",
        ),
        (
            r"Length must be between (\d+) and (\d+)\.",
            "wrong-length",
            "Độ dài phải từ {0} đến {1}.",
            "Length must be from {0} to {1}.",
        ),
        (r"Length must be (\d+)\.", "wrong-length", "Độ dài phải đúng {0}.", "Length must be {0}."),
        (
            r"Must be greater than or equal to (\S+?)\.",
            "below-minimum",
            "Phải từ {0} trở lên.",
            "Must be {0} or more.",
        ),
        (
            r"Must be less than or equal to (\S+?)\.",
            "above-limit",
            "Không được quá {0}.",
            "Must be {0} or less.",
        ),
        (
            r"Must be greater than or equal to (\S+) and less than or equal to (\S+?)\.",
            "out-of-range",
            "Phải từ {0} đến {1}.",
            "Must be from {0} to {1}.",
        ),
        (
            r"unassigned code point (U\+[0-9A-F]+)",
            "unassigned-character",
            "Có ký tự mà Unicode chưa định nghĩa: {0}.",
            "A character that Unicode has not assigned: {0}.",
        ),
        (
            r"Exactly one of (\w+) and (\w+) is needed\.",
            "exactly-one",
            "Cần đúng một trong hai: {0} hoặc {1}.",
            "Exactly one of {0} and {1} is needed.",
        ),
        (
            r"A value without target has none to give\.",
            "target-not-allowed",
            "Không giao chỉ tiêu thì không có chỉ tiêu để nêu.",
            "A value without target has none to give.",
        ),
        (
            r"Name, sha256 and size of a file, or absent_because\.",
            "file-or-reason",
            "Cần tên, sha256 và dung lượng của tệp, hoặc lý do không có.",
            "Needs name, sha256 and size of a file, or absent_because.",
        ),
    )
)


def explain(sentence: str, value: Any = None, field: fields.Field[Any] | None = None) -> tuple[str, str, str]:
    """Rule, Vietnamese and English sentence for one fault as marshmallow told it."""
    if isinstance(field, DecimalString) and sentence.startswith("Not a decimal string"):
        return _decimal_fault(value)
    if isinstance(field, Instant) and "UTC instant" in sentence:
        example = "2020-11-09T02:00:00.000000Z"
        return (
            "not-an-instant",
            f"Không phải thời điểm UTC, ví dụ “{example}”.",
            f'Not a UTC instant such as "{example}".',
        )
    if isinstance(field, LocalDate) and "Not a date" in sentence:
        return ("not-a-date", "Không phải ngày, ví dụ “2020-11-09”.", 'Not a date such as "2020-11-09".')
    if isinstance(field, Digest | KeyId) and "required form" in sentence:
        return (
            "not-a-digest",
            "Không phải mã băm (sha256: và 64 chữ số hexa).",
            "Not a digest (sha256: and 64 hex digits).",
        )
    if isinstance(field, Code) and "required form" in sentence:
        return (
            "not-a-code",
            "Không phải mã: chỉ gồm chữ không dấu, chữ số và _ . : -, dài từ 1 đến 64.",
            "Not a code: letters, digits and _ . : - only, 1 to 64 of them.",
        )
    for pattern, rule, vi, en in _SENTENCES:
        found = pattern.fullmatch(sentence)
        if found:
            return (rule, vi.format(*found.groups()), en.format(*found.groups()))
    return ("invalid", f"Giá trị không hợp lệ: {sentence}", sentence)


def _decimal_fault(value: Any) -> tuple[str, str, str]:
    """Which of the ways not to be a decimal string it is; the comma is the one people meet."""
    text = value if isinstance(value, str) else None
    if text is not None and re.fullmatch(r"-?\d+\.\d{7,}", text, re.ASCII):
        return (
            "too-many-decimals",
            "Nhiều nhất 6 chữ số sau dấu chấm.",
            "At most 6 digits after the point.",
        )
    if text is not None and re.fullmatch(r"-?[1-9]\d{9,}(\.\d+)?", text, re.ASCII):
        return (
            "too-many-digits",
            "Nhiều nhất 9 chữ số trước dấu chấm.",
            "At most 9 digits before the point.",
        )
    if text is not None and re.fullmatch(r"-?\d+,\d+", text, re.ASCII):
        right = text.replace(",", ".")
        return (
            "not-a-decimal",
            f"Dùng dấu chấm thập phân khi gửi qua API: “{right[:40]}”.",
            f'Send a decimal point, not a comma: "{right[:40]}".',
        )
    if isinstance(value, int | JsonNumber) and not isinstance(value, bool):
        return (
            "not-a-decimal",
            "Phải là chuỗi thập phân, ví dụ “8.25”, không phải số JSON.",
            'Must be a decimal string such as "8.25", not a JSON number.',
        )
    return (
        "not-a-decimal",
        "Không phải chuỗi thập phân, ví dụ “8.25”: không số mũ, khoảng trắng, dấu “+” hay số 0 thừa.",
        'Not a decimal string such as "8.25": no exponent, space, sign "+" or leading zero.',
    )


def faults_of(messages: Any, schema: Schema, given: Any) -> list[Fault]:
    """The faults that marshmallow found, flat, in the order of their paths; at most 200."""
    found: list[Fault] = []
    for path, sentence in _walk(messages, ()):
        if len(found) == _MAX_FAULTS:
            break
        place, field = _resolve(schema, path)
        value = _value_at(given, place)
        rule, vi, en = explain(sentence, value, field)
        name = ".".join(str(part) for part in place) or None
        found.append(Fault(rule, vi, en, name, shown(value)))
    return found


def shown(value: Any) -> Any:
    """``value`` as a problem document may repeat it: small, and nothing but JSON."""
    if value is None or isinstance(value, bool) or (isinstance(value, int) and abs(value) <= MAX_INTEGER):
        return value
    if isinstance(value, str | int | JsonNumber):  # a larger integer is no number of everybody's JSON
        text = str(value).encode("utf-8", "replace").decode("utf-8")
        return text if len(text) <= _MAX_SHOWN else text[:_MAX_SHOWN] + "…"
    return None


def _walk(messages: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(messages, dict):
        for key in sorted(messages, key=lambda item: (isinstance(item, str), item)):
            yield from _walk(messages[key], path if key == "_schema" else (*path, key))
    elif isinstance(messages, list | tuple):
        for item in messages:
            yield from _walk(item, path)
    else:
        yield path, str(messages)


def _value_at(given: Any, path: tuple[str | int, ...]) -> Any:
    for part in path:
        try:
            given = given[part]
        except (KeyError, IndexError, TypeError):
            return None
    return given


def _resolve(
    schema: Schema, path: tuple[str | int, ...]
) -> tuple[tuple[str | int, ...], fields.Field[Any] | None]:
    """``path`` as a client knows it, and the field of ``schema`` at its end.

    marshmallow says ``key`` or ``value`` after the key of a dictionary; in the body there is no such step.
    """
    place: list[str | int] = []
    here: Any = schema
    steps = iter(path)
    for part in steps:
        place.append(part)
        if isinstance(here, Schema):
            by_key = {(f.data_key or name): f for name, f in here.fields.items()}
            here = by_key.get(str(part))
        elif isinstance(here, fields.List):
            here = here.inner
        elif isinstance(here, fields.Dict):
            here = here.key_field if next(steps, "value") == "key" else here.value_field
        else:
            here = None
        if isinstance(here, fields.Nested) and not here.many:
            here = here.schema
    return tuple(place), here if isinstance(here, fields.Field) else None
