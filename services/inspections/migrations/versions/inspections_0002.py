"""Parts of packs' files that are still on their way."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "inspections_0002"
down_revision = "inspections_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward; there is no way back but a backup."""
    op.create_table(
        "inspections_pack_parts",
        sa.Column("ledger", sa.String(length=64), nullable=False),
        sa.Column("pack", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.String(length=64), nullable=False),
        sa.Column("begins", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", sa.String(length=27), nullable=False),
        sa.PrimaryKeyConstraint("ledger", "pack", "document", "begins"),
    )
