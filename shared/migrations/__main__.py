"""``python -m shared.migrations``: write a revision, or look for drift."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from shared.database import engine_for
from shared.migrations import drift, revise, upgrade
from shared.migrations.rooms import SHARED_ROOMS
from shared.settings import SERVICES


@click.group()
def main() -> None:
    """Migrations of the services' databases."""


@main.command()
@click.argument("room", type=click.Choice([*SHARED_ROOMS, *SERVICES]))
@click.option("-m", "--message", required=True, help="What the revision does.")
def revision(room: str, message: str) -> None:
    """Write the next revision of ROOM from its tables."""
    with tempfile.TemporaryDirectory() as folder:
        engine = engine_for(f"sqlite:///{Path(folder) / 'compare.sqlite'}")
        service = room if room in SERVICES else "scores"
        upgrade(engine, service)
        made = revise(engine, room, message)
        engine.dispose()
    click.echo("nothing differs" if made is None else f"read it before you commit it: {made}")


@main.command()
@click.argument("service", type=click.Choice(SERVICES))
@click.option("--url", help="An empty database; by default a SQLite file that is thrown away.")
def check(service: str, url: str | None) -> None:
    """Migrate a database of SERVICE and compare it with the tables."""
    with tempfile.TemporaryDirectory() as folder:
        engine = engine_for(url or f"sqlite:///{Path(folder) / 'compare.sqlite'}")
        upgrade(engine, service)
        found = drift(engine, service)
        engine.dispose()
    for difference in found:
        click.echo(repr(difference))
    if found:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
