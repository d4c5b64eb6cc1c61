"""Alembic, run by code: no ini file, no dependence on the working folder."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from shared.database import is_postgres, read_transaction, write_transaction
from shared.migrations import rooms

_ADVISORY_LOCK = 0x62616E6776616E67  # "bangvang"


def upgrade(engine: Engine, service: str) -> None:
    """Bring the database of ``service`` to the newest revision of every branch.

    One transaction, all or nothing.  Any number of processes may call it at once: one migrates, the others
    wait and then find nothing to do (SQLite: ``BEGIN IMMEDIATE``; PostgreSQL: an advisory lock).
    """
    config = _config(rooms.rooms_of(service))
    with read_transaction(engine) as connection:
        if _is_newest(connection, config):
            return
    with write_transaction(engine) as connection:
        if is_postgres(connection):
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        config.attributes["connection"] = connection
        config.attributes["metadata"] = rooms.metadata_of(service)
        command.upgrade(config, "heads")


def drift(engine: Engine, service: str) -> list[Any]:
    """Differences between the migrated database and the ``Table``s, in Alembic's words; empty when none."""
    with read_transaction(engine) as connection:
        context = MigrationContext.configure(connection, opts=comparison())
        return list(compare_metadata(context, rooms.metadata_of(service)))  # type: ignore[arg-type]


def revise(engine: Engine, room: str, message: str) -> Path | None:
    """Write a revision of ``room`` with what its ``Table``s have and the (migrated) database has not.

    Gives its path, or None when nothing differs.  Revisions are numbered within their room: ``store_0001``.
    """
    service = room if room not in rooms.SHARED_ROOMS else "scores"
    folder = rooms.versions_folder(room)
    folder.mkdir(parents=True, exist_ok=True)
    config = _config(rooms.rooms_of(service))
    mine = rooms.tables_of(room)
    number = len(list(folder.glob(f"{room}_*.py"))) + 1

    def unless_empty(_context: object, _revision: object, directives: list[Any]) -> None:
        if directives[0].upgrade_ops.is_empty():
            directives.clear()

    def in_room(_item: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
        return kind != "table" or name in mine

    with write_transaction(engine) as connection:
        config.attributes["connection"] = connection
        config.attributes["metadata"] = rooms.metadata_of(service)
        config.attributes["process_revision_directives"] = unless_empty
        config.attributes["include_object"] = in_room
        scripts = ScriptDirectory.from_config(config)
        first = not any(revision.revision.startswith(f"{room}_") for revision in scripts.walk_revisions())
        made = command.revision(
            config,
            message,
            autogenerate=True,
            head="base" if first else f"{room}@head",
            branch_label=room if first else None,
            version_path=str(folder),
            rev_id=f"{room}_{number:04d}",
            splice=False,
        )
    return None if made is None else Path(made.path)  # type: ignore[union-attr]


def comparison() -> dict[str, Any]:
    """What Alembic compares: types too, so that a widened column needs its revision."""
    return {"compare_type": True}


def _is_newest(connection: Connection, config: Config) -> bool:
    known = set(MigrationContext.configure(connection).get_current_heads())
    return known == set(ScriptDirectory.from_config(config).get_heads())


def _config(branches: tuple[str, ...]) -> Config:
    folders = [folder for folder in map(rooms.versions_folder, branches) if folder.is_dir()]
    config = Config(stdout=io.StringIO())
    config.set_main_option("script_location", _escaped(rooms.environment_folder()))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(map(_escaped, folders)))
    config.set_main_option("file_template", "%%(rev)s")
    return config


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%%")
