"""Drafts of conclusions: what a team works on until its leader signs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "inspections_0003"
down_revision = "inspections_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward; there is no way back but a backup."""
    op.create_table(
        "inspections_conclusion_drafts",
        sa.Column("ledger", sa.String(length=64), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("edited_at", sa.String(length=27), nullable=False),
        sa.Column("edited_by", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("ledger", "unit"),
    )
