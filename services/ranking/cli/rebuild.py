"""``bangvang rebuild``: the read model of a ledger built anew, beside the one that readers see."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text
from sqlalchemy import Engine

from services.ranking import moving
from services.ranking.cli.replay import SERVICE, ledger_name
from services.ranking.engine import ENGINE
from services.ranking.generations import BUILDING, LIVE, READY, Generation, Overtaken
from services.ranking.moving import Moves
from services.ranking.rebuilding import NeverCaughtUp, NoGeneration, NothingShown, PinsDiffer, Rebuild
from services.ranking.running import EngineMissing
from shared.archive import Archive
from shared.database import engine_for, read_transaction
from shared.events.fingerprint import fingerprint
from shared.migrations import upgrade
from shared.settings import Settings

_FAULTS = (EngineMissing, NeverCaughtUp, NoGeneration, NothingShown, Overtaken)


@click.command()
@click.argument("ledger", metavar="ORG/CYCLE", callback=ledger_name)
@click.option(
    "--switch", "action", flag_value="switch", help="Make the new one live, having shown who moves."
)
@click.option("--back", "action", flag_value="back", help="Make the one live that was before.")
@click.option("--status", "action", flag_value="status", help="Only say which generations there are.")
@click.option("--drop", "action", flag_value="drop", help="Delete every generation that is not live.")
@click.option(
    "--accept",
    "accepted",
    type=click.IntRange(min=1),
    multiple=True,
    metavar="VERSION",
    help="Switch although this published version does not hold there; may be given several times.",
)
@click.option("--yes", is_flag=True, help="Do not ask before a switch or a drop.")
@click.option("--database", help="Database URL (default: the ranking service's own).")
def rebuild(
    ledger: str, action: str | None, accepted: tuple[int, ...], yes: bool, database: str | None
) -> None:
    """Build a ledger's read model anew beside the live one; say who would move, and why.

    Nobody notices: readers get the live generation until --switch, which waits for no reader, and takes the
    place at the same position. Without an option nothing becomes live. Stopped at any moment it leaves the
    live generation as it is; the next run drops what is unfinished.

    Exit code 1: refused, as for a published version whose digest the new generation does not give.
    """
    settings = Settings.from_env()
    engine = engine_for(database or settings.service_database_url(SERVICE))
    try:
        upgrade(engine, SERVICE)
        with _progress() as tell:
            work = Rebuild(engine, ledger, Archive(settings.archive), progress=tell)
            found = _prepare(work, action)
        _act(engine, work, action, found, accepted, yes)
    except PinsDiffer as error:
        versions = " ".join(f"--accept {one.version}" for one in error.broken)
        raise click.ClickException(f"{error}; to switch all the same: {versions}") from error
    except _FAULTS as error:
        raise click.ClickException(str(error)) from error
    finally:
        engine.dispose()


def _prepare(work: Rebuild, action: str | None) -> Generation | None:
    """The generation that the rest is about, caught up with the live one."""
    if action in ("status", "drop"):
        return None
    if action == "back":
        return work.catch_up(work.kept())
    found = work.candidate() if action == "switch" else None
    if found is not None:
        return work.catch_up(found)
    for one in work.generations():
        if one.state in (BUILDING, READY):
            click.echo(f"{_name(one)} was {one.state} at position {one.position}; it is dropped")
    return work.build()


def _act(
    engine: Engine,
    work: Rebuild,
    action: str | None,
    found: Generation | None,
    accepted: tuple[int, ...],
    yes: bool,
) -> None:
    if found is None:
        if action == "status":
            _print_status(work)
        elif yes or click.confirm("Delete every generation that is not live?", abort=True):
            dropped = work.drop()
            click.echo(f"dropped: {', '.join(str(one.number) for one in dropped) or 'nothing was there'}")
        return
    live = work.live()
    _print_moves(engine, live, found)
    if action is None:
        click.echo(f"{_name(found)} is ready; nothing has changed for readers. Make it live with --switch.")
        return
    if not yes:
        click.confirm(f"Switch from generation {live.number} to {found.number}?", abort=True)
    made = work.switch(found, accepted)
    click.echo(f"{_name(made)} is live at position {made.position}; {_name(live)} is kept: --back")


def _print_status(work: Rebuild) -> None:
    table = Table()
    for name in ("generation", "state", "position", "engine", "catalogue", "begun", "digest"):
        table.add_column(name, justify="right" if name in ("generation", "position") else "left")
    for one in work.generations():
        table.add_row(
            str(one.number),
            one.state,
            str(one.position),
            one.engine,
            _short(one.catalogue),
            one.begun or "-",
            _short(one.digest),
        )
        if one.state == LIVE and (one.engine, one.catalogue) != (ENGINE, fingerprint()):
            table.caption = (
                f"this software has engine {ENGINE} and catalogue {_short(fingerprint())}: "
                "a rebuild says who would move"
            )
    Console().print(table)


def _print_moves(engine: Engine, live: Generation, found: Generation) -> None:
    with read_transaction(engine) as connection:
        compared = [
            moving.newest_moves(connection, live, found),
            *moving.pinned_moves(connection, live, found),
        ]
        stored, apart, first = moving.digests_apart(connection, live, found)
        otherwise = moving.read_otherwise(connection, found.ledger)
    click.echo(f"{_name(live)} is live, {_name(found)} stands beside it at position {found.position}")
    click.echo(
        f"{stored} positions stored in both, all the same"
        if not apart
        else f"{stored} positions stored in both, {apart} of them differ, the first is {first}"
    )
    for moves in compared:
        what = "newest" if moves.version is None else f"version {moves.version}"
        head = f"{what}, position {moves.position}, {moves.units} units"
        if moves.same:
            click.echo(f"{head}: nobody moves, nothing differs")
            continue
        if moves.readable:
            told = f"{len(moves.moved)} move" if moves.moved else "nobody moves"
            others = len(moves.changed) - len(moves.moved)
            click.echo(f"{head}: {told}" + (f", {others} more differ otherwise" if others else ""))
        else:
            click.echo(f"{head}: cannot be compared")
        for reason in moving.reasons(live, found, moves, otherwise):
            click.echo(f"    why: {reason}")
        if moves.changed:
            Console().print(_moved_table(moves))


def _moved_table(moves: Moves) -> Table:
    table = Table(title_justify="left")
    for name in ("unit", "name", "rank", "class", "total", "by", "differs"):
        table.add_column(name, justify="right" if name in ("rank", "total") else "left")
    for one in moves.changed:
        table.add_row(
            one.unit,
            one.name,
            *(_change(one.before, one.after, name) for name in ("rank", "class", "total")),
            "its own values" if one.own else "others",
            ", ".join(one.differing) or ("comes" if one.before is None else "goes"),
        )
    return table


def _change(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, name: str) -> str:
    old, new = ("-" if side is None or side[name] is None else str(side[name]) for side in (before, after))
    return old if old == new else f"{old} -> {new}"


def _name(one: Generation) -> str:
    return f"generation {one.number} (engine {one.engine})"


def _short(digest: str) -> str:
    return digest[:19] or "-"


class _Rate(ProgressColumn):
    """Events per second."""

    def render(self, task: Task) -> Text:
        """The rate of late, or of the whole where that is too short to tell."""
        speed = task.finished_speed or task.speed or (task.completed / task.elapsed if task.elapsed else 0)
        return Text(f"{speed:,.0f} events/s")


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error: how far, how fast, how long still."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    ) as bar:
        task = bar.add_task("Dựng lại · rebuilding", total=None, visible=False)

        def tell(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, visible=True)

        yield tell
