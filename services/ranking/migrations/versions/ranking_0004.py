"""Two folds compared: what they disagreed about, and the last comparison of each kind."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "ranking_0004"
down_revision = "ranking_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward; there is no way back but a backup."""
    op.create_table(
        "ranking_shadow",
        sa.Column("ledger", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("areas", sa.Text(), nullable=False),
        sa.Column("expected", sa.String(length=71), nullable=False),
        sa.Column("found", sa.String(length=71), nullable=False),
        sa.Column("unit", sa.String(length=256), nullable=False),
        sa.Column("field", sa.String(length=64), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("had", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("cleared_at", sa.String(length=27), nullable=True),
        sa.Column("cleared_position", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("ledger", "number"),
    )
    op.create_table(
        "ranking_shadow_looks",
        sa.Column("ledger", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=71), nullable=False),
        sa.Column("equal", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.PrimaryKeyConstraint("ledger", "kind"),
    )
