"""``bangvang evidence``: look after the evidence files."""

from __future__ import annotations

import click
from sqlalchemy.exc import DBAPIError

from services.scores.evidence.checking import DAMAGED, MISSING, SOUND, STRAY, check
from services.scores.evidence.house import open_storage
from services.scores.evidence.storage import Unreachable
from shared.database import engine_for
from shared.settings import Settings


@click.group()
def evidence() -> None:
    """Look after the evidence files."""


@evidence.command("check")
def check_command() -> None:
    """Read and hash every stored file again; name what is damaged or missing.  Exit 1 if anything is."""
    settings = Settings.from_env()
    try:
        storage = open_storage(settings.evidence)
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    engine = engine_for(settings.service_database_url("scores"))
    counted = dict.fromkeys((SOUND, DAMAGED, MISSING, STRAY), 0)
    try:
        for finding in check(engine, storage):
            counted[finding.verdict] += 1
            if finding.verdict != SOUND:
                click.echo(f"{finding.verdict}\t{finding.sha256}\t{' '.join(finding.ledgers)}")
    except DBAPIError as error:
        raise click.ClickException(
            f"the database of scores cannot be read ({error.orig}); see BANGVANG_DATA, BANGVANG_DATABASE_URL"
        ) from error
    except Unreachable as error:
        raise click.ClickException(str(error)) from error
    finally:
        engine.dispose()
    click.echo(", ".join(f"{number} {verdict}" for verdict, number in counted.items()))
    if counted[DAMAGED] or counted[MISSING]:
        raise SystemExit(1)
