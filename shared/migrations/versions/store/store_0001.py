"""The event store and the scenario clock."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "store_0001"
down_revision = None
branch_labels = ("store",)
depends_on = None

_FIXED = "appended, ledger, source, sequence, id, subject, subjectsequence, type, time, value, commandid"


def upgrade() -> None:
    """Forward; there is no way back but a backup."""
    op.create_table("counters", sa.Column("ledger", sa.String(64), primary_key=True))
    op.create_table(
        "events",
        sa.Column(
            "appended",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=True),
            primary_key=True,
        ),
        sa.Column("ledger", sa.String(64), nullable=False),
        sa.Column("source", sa.String(96), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.String(256), nullable=False),
        sa.Column("subject", sa.String(256), nullable=False),
        sa.Column("subjectsequence", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.String(256), nullable=False),
        sa.Column("time", sa.String(27), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("commandid", sa.String(256), nullable=False),
        sa.Column("sent", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("id"),
        sa.UniqueConstraint("ledger", "source", "sequence", name="events_sequence"),
        sa.UniqueConstraint("ledger", "source", "subject", "subjectsequence", name="events_subjectsequence"),
    )
    op.create_index("events_type", "events", ["ledger", "source", "type", "sequence"])
    op.create_index(
        "events_unsent",
        "events",
        ["appended"],
        sqlite_where=sa.text("sent = 0"),
        postgresql_where=sa.text("sent = false"),
    )
    op.create_table(
        "idempotency",
        sa.Column("ledger", sa.String(64), primary_key=True),
        sa.Column("commandid", sa.String(256), primary_key=True),
        sa.Column("principal", sa.String(256)),
        sa.Column("route", sa.String(256)),
        sa.Column("key", sa.String(256)),
        sa.Column("body_digest", sa.String(64)),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "scenario_clock",
        sa.Column("ledger", sa.String(64), primary_key=True),
        sa.Column("now", sa.String(27), nullable=False),
    )
    for statement in _postgres() if op.get_bind().dialect.name == "postgresql" else _sqlite():
        op.execute(statement)


def _sqlite() -> list[str]:
    refuse = "BEGIN SELECT RAISE(ABORT, 'events are never deleted or changed'); END"
    return [
        f"CREATE TRIGGER events_no_delete BEFORE DELETE ON events {refuse}",
        f"CREATE TRIGGER events_no_update BEFORE UPDATE OF {_FIXED} ON events {refuse}",
    ]


def _postgres() -> list[str]:
    refuse = "EXECUTE FUNCTION events_refuse()"
    return [
        "CREATE FUNCTION events_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'events are never deleted or changed'; END $$",
        f"CREATE TRIGGER events_no_delete BEFORE DELETE ON events FOR EACH ROW {refuse}",
        f"CREATE TRIGGER events_no_truncate BEFORE TRUNCATE ON events FOR EACH STATEMENT {refuse}",
        f"CREATE TRIGGER events_no_update BEFORE UPDATE OF {_FIXED} ON events FOR EACH ROW {refuse}",
    ]
