"""``bangvang lint``: every fault of a rulebook file, with its line and its path, in both languages."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

import click

from services.ranking.offline.faults import RowFault
from services.ranking.offline.files import Table, opened
from shared.rulebook import Fault
from shared.rulebook import loader as rulebooks
from shared.rulebook.checks import REGISTER, Register

LANGUAGES: Final = ("vi", "en", "both")
_FILE: Final = click.Path(path_type=Path, exists=True, dir_okay=False)


class UnitsUnreadable(ValueError):
    """The table of units cannot say which columns and units there are; ``faults`` tell why."""

    def __init__(self, faults: list[RowFault]) -> None:
        self.faults = faults
        super().__init__(f"{len(faults)} bad rows")


def register_of(units: Path) -> Register:
    """The register that a table of units is: its columns, and each unit's area and days.

    Raises :class:`UnitsUnreadable`.
    """
    faults: list[RowFault] = []
    with opened(units) as text:
        table = Table(units, text, faults)
        if not table.header(("unit", "area"), (), more=True):
            raise UnitsUnreadable(faults)
        columns = table.columns
        wanted = ("area", "valid_from", "valid_to")
        at = [columns.index(name) if name in columns else None for name in wanted]
        rows = [
            tuple("" if n is None else cells[n] for n in at) for _, cells in table.rows(lambda size: None)
        ]
    if faults:
        raise UnitsUnreadable(faults)
    return Register(columns, tuple((area, first, last) for area, first, last in rows))


def in_order(faults: Sequence[Fault]) -> list[Fault]:
    """By line, then by place in the file."""
    return sorted(faults, key=lambda fault: (fault.line or 0, fault.path, fault.code))


def as_text(file: str, faults: Sequence[Fault], language: str = "both") -> str:
    """Each fault as ``file:line: code path`` with its message below, as editors and people read it."""
    lines = []
    for fault in in_order(faults):
        code = click.style(fault.code, fg="yellow" if fault.code.startswith("W") else "red", bold=True)
        lines.append(f"{file}:{fault.line or 1}: {code} {fault.path or '-'}")
        if language != "en":
            lines.append(f"    {fault.message_vi}")
        if language != "vi":
            lines.append(f"    {fault.message_en}")
    return "\n".join(lines)


@click.command()
@click.argument("file", type=_FILE)
@click.option(
    "--units", type=_FILE, help="A table of units (CSV): its columns for groupings, its areas for quotas."
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--lang", "language", type=click.Choice(LANGUAGES), default="both", show_default=True)
def lint(file: Path, units: Path | None, form: str, language: str) -> None:
    """Name every fault of a rulebook FILE.

    Exit code 0: none, or warnings only. 1: faults. 2: the table of units cannot be read, or a wrong option.
    """
    try:
        register = REGISTER if units is None else register_of(units)
    except UnitsUnreadable as error:
        for row in error.faults:
            click.echo(f"{row.file}:{row.line}: {row.code} {row.column or '-'}", err=True)
            click.echo(f"    {row.message_vi}\n    {row.message_en}", err=True)
        raise SystemExit(2) from None
    faults = rulebooks.lint(file.read_bytes(), register)
    errors = sum(1 for fault in faults if not fault.code.startswith("W"))
    if form == "json":
        listed = [{"file": str(file), **asdict(fault)} for fault in in_order(faults)]
        click.echo(json.dumps(listed, ensure_ascii=False, indent=1))
    else:
        if faults:
            click.echo(as_text(str(file), faults, language))
        click.echo(_count(errors, len(faults) - errors, language))
    if errors:
        raise SystemExit(1)


def _count(errors: int, warnings: int, language: str) -> str:
    vi = f"{errors} lỗi, {warnings} cảnh báo"
    en = f"{errors} fault{'' if errors == 1 else 's'}, {warnings} warning{'' if warnings == 1 else 's'}"
    return {"vi": vi, "en": en}.get(language, f"{vi} · {en}")
