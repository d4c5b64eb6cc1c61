"""``bangvang archive``: look after the files that history is kept in."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from services.ranking.archiving import Archiver
from services.ranking.cli.replay import SERVICE, ledger_name
from shared.archive import Archive, Damaged, Segment
from shared.database import engine_for
from shared.settings import Settings


@click.group()
@click.option(
    "--folder", type=click.Path(path_type=Path, file_okay=False), help="Where (default: BANGVANG_ARCHIVE)."
)
@click.pass_context
def archive(context: click.Context, folder: Path | None) -> None:
    """Look after the archive: segments of every ledger, whose roots anybody can compute again."""
    context.obj = Archive(folder or Settings.from_env().archive)


@archive.command("list")
@click.pass_obj
def list_command(kept: Archive) -> None:
    """How far the archive of each ledger reaches, and the root there."""
    try:
        for ledger in kept.ledgers():
            segments = list(kept.segments(ledger))
            click.echo(f"{ledger}\t{len(segments)} segments\t{segments[-1].end} events\t{segments[-1].root}")
    except Damaged as error:
        raise click.ClickException(str(error)) from error


@archive.command("check")
@click.argument("ledger", metavar="ORG/CYCLE", callback=ledger_name)
@click.pass_obj
def check_command(kept: Archive, ledger: str) -> None:
    """Hash every file of a ledger again and compute every root; the first damaged file is named."""
    try:
        total = sum(segment.count for segment in kept.segments(ledger))
        with _bar() as bar:
            task = bar.add_task("Kiểm tra · checking", total=total)

            def done(segment: Segment) -> None:
                bar.advance(task, segment.count)

            good = kept.check(ledger, done)
    except Damaged as error:
        raise click.ClickException(str(error)) from error
    if not good:
        raise click.ClickException(f"there is no archive of {ledger}")
    click.echo(f"{good} events, every file and root as stated")


@archive.command("write")
@click.option("--database", help="Database URL (default: the ranking service's own).")
@click.pass_obj
def write_command(kept: Archive, database: str | None) -> None:
    """Write every segment that is due now; the worker does so by itself."""
    engine = engine_for(database or Settings.from_env().service_database_url(SERVICE))
    try:
        click.echo(f"{Archiver(engine, kept).step()} segments written")
    finally:
        engine.dispose()


def _bar() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
