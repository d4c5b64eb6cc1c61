"""Migrations: one branch per shared room and one per service, all run by :func:`upgrade`.

The revisions of a shared room lie in ``shared/migrations/versions/{room}/``, those of a service in
``services/{service}/migrations/versions/``.  Each folder is an Alembic branch of its own (label = room), so
rooms never wait for each other; a service's database has all shared branches and its own.

To add a revision, change the ``Table`` and run::

    python -m shared.migrations revision ROOM -m "what it does"

where ROOM is a shared room or a service; then read what was written.  ``python -m shared.migrations check
SERVICE`` (and a test, on SQLite and PostgreSQL) compares the migrated database with the ``Table``s.
A revision once released never changes.
"""

from shared.migrations.runner import drift, revise, upgrade

__all__ = ["drift", "revise", "upgrade"]
