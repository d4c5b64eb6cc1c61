"""``bangvang docs``: documents that are made from the code, and a check that they are up to date."""

from __future__ import annotations

import io
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click
import orjson
from ruamel.yaml import YAML

from shared.events.catalogue import all_types
from shared.events.docs import asyncapi, envelope_schema, events_page, json_schema
from shared.rulebook.jsonschema import json_schema as rulebook_schema

RULEBOOK_SCHEMA = "schemas/rulebook.schema.json"


@click.group()
def docs() -> None:
    """Write the documents that are made from the code."""


@docs.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("docs"),
    show_default=True,
)
@click.option(
    "--check",
    is_flag=True,
    help="Write nothing; exit 1 when a file differs from what would be written.",
)
def events(out: Path, check: bool) -> None:
    """JSON Schemas, the AsyncAPI document and events.md, from the catalogue of events."""
    wanted = event_documents()
    stale = differences(out, wanted)
    if check:
        for name in stale:
            click.echo(f"{out / name}: not what the catalogue says; run bangvang docs events")
        raise SystemExit(1 if stale else 0)
    for name in stale:
        path = out / name
        if name in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(wanted[name])
        else:
            path.unlink()
    click.echo(f"{len(wanted)} files in {out}, {len(stale)} changed")


@docs.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("docs"),
    show_default=True,
)
@click.option(
    "--check",
    is_flag=True,
    help="Write nothing; exit 1 when the file differs from what would be written.",
)
def rulebook(out: Path, check: bool) -> None:
    """The JSON Schema of a rulebook file, from the table of its format."""
    path, wanted = out / RULEBOOK_SCHEMA, _json(rulebook_schema())
    stale = _read(path) != wanted
    if check:
        if stale:
            click.echo(f"{path}: not what the format says; run bangvang docs rulebook")
        raise SystemExit(1 if stale else 0)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(wanted)
    click.echo(f"{path}, {'changed' if stale else 'not changed'}")


def event_documents() -> dict[str, bytes]:
    """Every document of the catalogue by its name under ``docs/``."""
    found = {f"schemas/{entry.type}.json": _json(json_schema(entry)) for entry in all_types()}
    found["schemas/envelope.json"] = _json(envelope_schema())
    found["asyncapi.yaml"] = _yaml(asyncapi(version("bangvang")))
    found["events.md"] = events_page().encode()
    return found


def differences(out: Path, wanted: dict[str, bytes]) -> list[str]:
    """Names under ``out`` that are missing, differ from ``wanted``, or are schemas of no type."""
    changed = [name for name, text in wanted.items() if _read(out / name) != text]
    left = [f"schemas/{path.name}" for path in (out / "schemas").glob("*.json")]
    return sorted([*changed, *(name for name in left if name not in (*wanted, RULEBOOK_SCHEMA))])


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _json(value: dict[str, Any]) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _yaml(value: dict[str, Any]) -> bytes:
    writer = YAML()
    writer.width = 110
    writer.indent(mapping=2, sequence=4, offset=2)
    text = io.StringIO()
    writer.dump(value, text)
    return text.getvalue().encode()
