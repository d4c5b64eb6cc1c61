"""``bangvang shadow``: what two folds of a ledger were found to differ in, and a comparison at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from services.ranking.cli.replay import SERVICE, ledger_name
from services.ranking.shadow.alarms import OPEN, Alarm, all_alarms, looks
from services.ranking.shadow.watch import Shadow
from shared.archive import Archive
from shared.database import engine_for, read_transaction
from shared.settings import Settings


@click.command()
@click.argument("ledger", metavar="ORG/CYCLE", callback=ledger_name)
@click.option("--now", is_flag=True, help="Compare the whole ledger first, from its first event.")
@click.option("--database", help="Database URL (default: the ranking service's own).")
@click.option(
    "--archive",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the archive (default: BANGVANG_ARCHIVE).",
)
def shadow(ledger: str, now: bool, database: str | None, folder: Path | None) -> None:
    """Print the last comparisons of a ledger's two folds and every alarm.

    With --now the whole ledger is compared first: what is stored, the tree and the archive.  What it finds is
    kept, and clears what is open where all is equal.  Exit code 1 while an alarm is open.
    """
    settings = Settings.from_env()
    engine = engine_for(database or settings.service_database_url(SERVICE))
    try:
        if now:
            watch = Shadow(engine, Archive(folder or settings.archive))
            with _progress() as tell:
                if not watch.whole(ledger, tell):
                    raise click.ClickException(f"the ranking database has no standings of {ledger}")
        with read_transaction(engine) as connection:
            last = looks(connection, ledger)
            alarms = all_alarms(connection, ledger)
    finally:
        engine.dispose()
    if not last:
        click.echo("nothing was compared yet")
    for one in last:
        answer = "equal" if one.equal else "DIFFERS"
        click.echo(f"{one.kind:<9}{answer:<9}position {one.position}  {one.at}  {one.digest or '-'}")
    for alarm in alarms:
        _print(alarm)
    if any(alarm.state == OPEN for alarm in alarms):
        raise SystemExit(1)


def _print(alarm: Alarm) -> None:
    ended = (
        f"open since {alarm.at}"
        if alarm.state == OPEN
        else f"{alarm.at}, cleared {alarm.cleared_at} at position {alarm.cleared_position}"
    )
    click.echo(f"alarm {alarm.number} ({alarm.kind}) at position {alarm.position}, {ended}")
    click.echo(f"  {alarm.words[1]}")
    click.echo(f"  {alarm.wanted} expected, {alarm.had} found")
    if alarm.areas:
        click.echo(f"  areas    {alarm.areas}")
    click.echo(f"  expected {alarm.expected or '-'}")
    click.echo(f"  found    {alarm.found or '-'}")


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error, so that standard output stays a plain answer."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TaskProgressColumn(show_speed=True),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    ) as bar:
        task = bar.add_task("So sánh · comparing", total=None)

        def tell(done: int, of: int) -> None:
            bar.update(task, completed=done, total=of)

        yield tell
