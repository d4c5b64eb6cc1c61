"""YAML text to plain data, strictly: the only module of the rulebook that knows YAML.

Reads the event stream of ruamel.yaml's pure parser, so that anchors, aliases, tags, duplicate keys and
a second document can be refused instead of silently resolved, and so that every path keeps its line.
Plain scalars follow the core schema of YAML 1.2 (§10.3.2): ``on``, ``no`` and ``off`` are words, not
booleans.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml import events as ev
from ruamel.yaml.error import YAMLError

from shared.rulebook import normalise
from shared.rulebook.checks import REGISTER, Register
from shared.rulebook.faults import Fault, Path, Report, RulebookFault
from shared.rulebook.model import Rulebook
from shared.rulebook.read import from_normalised
from shared.rulebook.schema import BareNumber

_NULL: Final = re.compile(r"null|Null|NULL|~|")
_TRUE: Final = re.compile(r"true|True|TRUE")
_FALSE: Final = re.compile(r"false|False|FALSE")
_INTEGER: Final = re.compile(r"[-+]?[0-9]{1,15}")
_NUMBER: Final = re.compile(
    r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"
    r"|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
)
_DEEPEST: Final = 40


def load(text: str | bytes, register: Register = REGISTER) -> Rulebook:
    """The rulebook of a YAML file, for the units of ``register``.

    Raises :class:`RulebookFault` with every fault found.
    """
    data, report = _checked(text, register)
    if report.errors:
        raise RulebookFault(report.errors)
    return from_normalised(data)


def lint(text: str | bytes, register: Register = REGISTER) -> tuple[Fault, ...]:
    """Every fault and warning of a YAML file, in the order of the checks; empty when it is clean."""
    try:
        _, report = _checked(text, register)
    except RulebookFault as error:
        return error.faults
    return tuple(report.faults)


def _checked(text: str | bytes, register: Register) -> tuple[Any, Report]:
    data, lines = parse(text)
    report = Report(lines)
    return normalise.normalise(data, report, register), report


def parse(text: str | bytes) -> tuple[Any, dict[Path, int]]:
    """Plain data (dict, list, str, int, bool, None) and the line of each path.  Raises
    :class:`RulebookFault` R001.

    A plain number that is not an integer comes as :class:`BareNumber`, never as a float.
    """
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError:
            _refuse("UTF-8", 1)
    yaml = YAML(typ="safe", pure=True)
    lines: dict[Path, int] = {}
    try:
        stream = iter(yaml.parse(text.removeprefix("\N{BYTE ORDER MARK}")))
        next(stream)
        event = next(stream)
        if not isinstance(event, ev.DocumentStartEvent):
            _refuse("empty", 1)
        if event.version is not None and tuple(event.version) != (1, 2):
            _refuse("%YAML", 1)
        data = _node(next(stream), stream, (), lines)
        next(stream)
        if not isinstance(next(stream), ev.StreamEndEvent):
            _refuse("one document only", 1)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        _refuse(str(getattr(error, "problem", None) or "YAML"), mark.line + 1 if mark else 1)
    return data, lines


def _refuse(why: str, line: int) -> NoReturn:
    report = Report({(): line})
    report.add("R001", (), why=why)
    raise RulebookFault(report.errors)


def _node(event: Any, stream: Iterator[Any], path: Path, lines: dict[Path, int]) -> Any:
    line = event.start_mark.line + 1
    lines.setdefault(path, line)
    if isinstance(event, ev.AliasEvent):
        _refuse("alias", line)
    if event.anchor is not None:
        _refuse("anchor", line)
    if event.tag is not None:
        _refuse("tag", line)
    if len(path) > _DEEPEST:
        _refuse("too deep", line)
    if isinstance(event, ev.ScalarEvent):
        if any("\ud800" <= one <= "\udfff" for one in event.value):
            _refuse("surrogate", line)
        return _scalar(event.value) if event.style is None else event.value
    if isinstance(event, ev.SequenceStartEvent):
        items: list[Any] = []
        while not isinstance(event := next(stream), ev.SequenceEndEvent):
            items.append(_node(event, stream, (*path, len(items)), lines))
        return items
    mapping: dict[str, Any] = {}
    while not isinstance(event := next(stream), ev.MappingEndEvent):
        line = event.start_mark.line + 1
        key = _node(event, stream, (*path, "?"), lines)
        lines.pop((*path, "?"), None)
        if type(key) is not str:
            _refuse(f"key {key!r}", line)
        if key in mapping:
            _refuse(f"duplicate key {key!r}", line)
        lines[(*path, key)] = line
        mapping[key] = _node(next(stream), stream, (*path, key), lines)
    return mapping


def _scalar(text: str) -> Any:
    if _NULL.fullmatch(text):
        return None
    if _TRUE.fullmatch(text):
        return True
    if _FALSE.fullmatch(text):
        return False
    if _INTEGER.fullmatch(text):
        return int(text)
    return BareNumber(text) if _NUMBER.fullmatch(text) else text
