"""``bangvang evidence``: look after the files that people gave, evidence and packs alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import click
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from services.inspections.kept import files
from services.scores.evidence import keeping
from shared.database import engine_for, read_transaction
from shared.settings import Settings
from shared.uploads.checking import DAMAGED, MISSING, SOUND, STRAY, Finding, check
from shared.uploads.house import open_storage
from shared.uploads.storage import Unreachable

Taken = Callable[[Connection], dict[str, list[str]]]
PLACES: tuple[tuple[str, str, Taken], ...] = (
    ("scores", "", keeping.taken),
    ("inspections", files.CORNER, files.taken),
)
"""Service, its corner of the storage, and which contents its database names."""


@click.group()
def evidence() -> None:
    """Look after the files that people gave: evidence, and packs."""


@evidence.command("check")
def check_command() -> None:
    """Read and hash every stored file again; name what is damaged or missing.  Exit 1 if anything is."""
    settings = Settings.from_env()
    counted = dict.fromkeys((SOUND, DAMAGED, MISSING, STRAY), 0)
    try:
        for service, corner, taken in PLACES:
            for finding in _findings(settings, service, corner, taken):
                counted[finding.verdict] += 1
                if finding.verdict != SOUND:
                    click.echo(f"{finding.verdict}\t{finding.sha256}\t{' '.join(finding.ledgers)}")
    except (Unreachable, ValueError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(", ".join(f"{number} {verdict}" for verdict, number in counted.items()))
    if counted[DAMAGED] or counted[MISSING]:
        raise SystemExit(1)


def _findings(settings: Settings, service: str, corner: str, taken: Taken) -> Iterator[Finding]:
    """Raises ``ValueError`` for an address that is none, ``Unreachable``."""
    storage = open_storage(settings.evidence, corner)
    engine = engine_for(settings.service_database_url(service))
    try:
        with read_transaction(engine) as connection:
            known = taken(connection)
    except DBAPIError as error:
        raise click.ClickException(
            f"the database of {service} cannot be read ({error.orig});"
            " see BANGVANG_DATA, BANGVANG_DATABASE_URL"
        ) from error
    finally:
        engine.dispose()
    yield from check(known, storage)
