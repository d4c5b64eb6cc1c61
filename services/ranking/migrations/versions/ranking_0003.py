"""Generations of the read model: standings and publications of several builds, one of them live."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "ranking_0003"
down_revision = "ranking_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward; there is no way back but a backup.  What is there becomes generation 1, and is live."""
    op.create_table(
        "ranking_generations",
        sa.Column("ledger", sa.String(length=64), nullable=False),
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("engine", sa.String(length=16), nullable=False),
        sa.Column("catalogue", sa.String(length=71), nullable=False),
        sa.Column("begun", sa.String(length=27), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=71), nullable=False),
        sa.PrimaryKeyConstraint("ledger", "generation"),
    )
    op.create_index(
        "ranking_live",
        "ranking_generations",
        ["ledger"],
        unique=True,
        sqlite_where=sa.text("state = 'live'"),
        postgresql_where=sa.text("state = 'live'"),
    )
    # Engine 1 was the only one until here; by which catalogue it was read was not noted.
    op.execute(
        "INSERT INTO ranking_generations"
        " (ledger, generation, state, engine, catalogue, begun, position, digest)"
        " SELECT ledger, 1, 'live', '1', '', '', position, digest FROM ranking_standings AS newest"
        " WHERE position = (SELECT max(position) FROM ranking_standings WHERE ledger = newest.ledger)"
    )
    if op.get_context().dialect.name == "sqlite":
        _copy()
    else:
        _alter()


def _alter() -> None:
    for table, key in (("ranking_publications", "version"), ("ranking_standings", "position")):
        # A default fills the rows that are there without writing them anew; new rows have to say theirs.
        op.add_column(table, sa.Column("generation", sa.Integer(), nullable=False, server_default="1"))
        op.alter_column(table, "generation", server_default=None)
        op.drop_constraint(f"{table}_pkey", table, type_="primary")
        op.create_primary_key(f"{table}_pkey", table, ["ledger", "generation", key])


def _copy() -> None:
    """SQLite cannot change a primary key: a new table takes the rows and the name."""
    op.rename_table("ranking_publications", "ranking_publications_before")
    op.create_table(
        "ranking_publications",
        sa.Column("ledger", sa.String(length=64), nullable=False),
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("stated_at", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.String(length=71), nullable=False),
        sa.Column("rulebook", sa.String(length=71), nullable=False),
        sa.Column("engine", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=71), nullable=False),
        sa.Column("holds", sa.Integer(), nullable=False),
        sa.Column("time", sa.String(length=27), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("ledger", "generation", "version"),
    )
    op.rename_table("ranking_standings", "ranking_standings_before")
    op.create_table(
        "ranking_standings",
        sa.Column("ledger", sa.String(length=64), nullable=False),
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=71), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.PrimaryKeyConstraint("ledger", "generation", "position"),
    )
    for table, columns in (
        (
            "ranking_publications",
            "version, status, position, stated_at, root, rulebook, engine, digest, holds, time, body",
        ),
        ("ranking_standings", "position, digest, body, at"),
    ):
        op.execute(
            f"INSERT INTO {table} (ledger, generation, {columns})"
            f" SELECT ledger, 1, {columns} FROM {table}_before ORDER BY 1, 3"
        )
        op.drop_table(f"{table}_before")
