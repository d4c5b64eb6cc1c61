"""``bangvang compute``: standings from a rulebook and CSV files, without a ledger."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from services.ranking.cli.lint import UnitsUnreadable, as_text, register_of
from services.ranking.engine import Standings, compute
from services.ranking.offline.faults import RowFault
from services.ranking.offline.given import Given
from services.ranking.offline.judging import judge_all, processes_of_this_machine
from services.ranking.offline.output import ILLUSTRATIVE, as_csv, as_json
from services.ranking.offline.sources import Files, read
from shared.rulebook import Rulebook, RulebookFault
from shared.rulebook.checks import REGISTER, Register
from shared.rulebook.loader import load

RULEBOOK_FAULT = 1
BAD_ROWS = 2
_QUIET_SECONDS = 2.0
_ONE_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)

Progress = Callable[[str, int, int], None]
"""Hears what is being done, how much of it is done, and of how much."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of the tables: every bad row, and the standings, None when bad rows forbade them."""

    standings: Standings | None
    faults: list[RowFault]


def compute_tables(
    rulebook: Rulebook,
    files: Files,
    *,
    decimal_comma: bool = False,
    partial: bool = False,
    processes: int | None = None,
    progress: Progress = lambda what, done, total: None,
) -> Outcome:
    """The standings of offline tables; the same for any number of ``processes`` (None: as many as help).

    With a bad row there are none, unless ``partial``: then that row alone is left out.
    """
    size = files.size()
    given = Given(rulebook)
    with _no_cycles():
        faults = read(
            files, given, lambda done: progress("Đọc · reading", done, size), decimal_comma=decimal_comma
        )
        if faults and not partial:
            return Outcome(None, faults)
        state = given.state()
        if processes is None:
            processes = processes_of_this_machine(len(given.units))
        judge_all(state, rulebook, processes, lambda done, total: progress("Chấm · judging", done, total))
        return Outcome(compute(state, rulebook), faults)


@contextmanager
def _no_cycles() -> Iterator[None]:
    """Without the collector of reference cycles: millions of facts hold none, and looking costs seconds."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@click.command()
@click.option("--rulebook", "book", type=_ONE_FILE, required=True, help="The rulebook (YAML).")
@click.option("--units", type=_ONE_FILE, required=True, help="unit,area,name and more (CSV).")
@click.option("--scores", type=_ONE_FILE, help="unit,criterion,stage,value[,target].")
@click.option("--adjustments", type=_ONE_FILE, help="unit,code,occurrence_ref[,points].")
@click.option("--facts", type=_ONE_FILE, help="unit,fact,value: vetoes and recognised models.")
@click.option("--decisions", type=_ONE_FILE, help="decision,unit,place: ties.")
@click.option(
    "--inputs", type=_ONE_FILE, help="kind,unit,code,stage,value,target,ref: instead of those four."
)
@click.option("--decimal-comma", is_flag=True, help="Numbers are written 8,5; a dot is then refused.")
@click.option("--partial", is_flag=True, help="Compute without the bad rows (the exit code is still 2).")
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to this file instead of standard output.",
)
@click.option(
    "--processes",
    type=click.IntRange(min=1, max=64),
    help="How many processes judge units (default: as many as help).  The result is the same.",
)
def compute_command(
    book: Path,
    units: Path,
    scores: Path | None,
    adjustments: Path | None,
    facts: Path | None,
    decisions: Path | None,
    inputs: Path | None,
    decimal_comma: bool,
    partial: bool,
    form: str,
    output: Path | None,
    processes: int | None,
) -> None:
    """Compute standings from a rulebook and CSV files.

    Exit code 0: done. 1: the rulebook has a fault. 2: bad rows (each is named on standard error; nothing is
    computed unless --partial), or a wrong option.
    """
    if inputs is None and scores is None:
        raise click.UsageError("--scores or --inputs is needed")
    if inputs is not None and any(one is not None for one in (scores, adjustments, facts, decisions)):
        raise click.UsageError("--inputs stands instead of --scores, --adjustments, --facts, --decisions")
    rulebook = _rulebook(book, units)
    files = Files(units, scores, adjustments, facts, decisions, inputs)
    with progress_bar() as progress:
        outcome = compute_tables(
            rulebook,
            files,
            decimal_comma=decimal_comma,
            partial=partial,
            processes=processes,
            progress=progress,
        )
    for fault in outcome.faults:
        click.echo(
            f"{fault.file}:{fault.line}: {fault.column or '-'}: {fault.code} "
            f"{fault.message_vi} · {fault.message_en}",
            err=True,
        )
    if outcome.standings is not None:
        if rulebook.identity.status == "illustrative":
            click.echo(ILLUSTRATIVE, err=True)
        _write(
            as_csv(outcome.standings) if form == "csv" else as_json(outcome.standings, outcome.faults), output
        )
    elif outcome.faults:
        bad = len(outcome.faults)
        click.echo(
            f"{bad} dòng sai: chưa tính gì · {bad} bad rows: nothing was computed (--partial)", err=True
        )
    if outcome.faults:
        raise SystemExit(BAD_ROWS)


def _rulebook(path: Path, units: Path) -> Rulebook:
    """The rulebook; a grouping may also name a column that only this table of units has."""
    try:
        register = Register((*REGISTER.columns, *register_of(units).columns))
    except UnitsUnreadable:
        register = REGISTER  # whose bad rows are told where all are
    try:
        return load(path.read_bytes(), register)
    except RulebookFault as error:
        click.echo(as_text(str(path), error.faults), err=True)
        raise SystemExit(RULEBOOK_FAULT) from None


def _write(text: str, output: Path | None) -> None:
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_bytes(text.encode("utf-8"))


@contextmanager
def progress_bar(clock: Callable[[], float] = time.monotonic) -> Iterator[Progress]:
    """A bar on standard error once two seconds have gone, where somebody sits before it."""
    if not sys.stderr.isatty():
        yield lambda what, done, total: None
        return
    began = clock()
    shown: Any = None

    def tell(what: str, done: int, total: int) -> None:
        nonlocal shown
        if clock() - began < _QUIET_SECONDS:
            return
        if shown is None:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

            # Refreshed by hand: a thread of its own would be forked along with us.
            shown = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                TaskProgressColumn(),
                console=Console(stderr=True),
                auto_refresh=False,
                transient=True,
            )
            shown.add_task(what)
            shown.start()
        shown.update(shown.task_ids[0], description=what, completed=done, total=total)
        shown.refresh()

    try:
        yield tell
    finally:
        if shown is not None:
            shown.stop()
