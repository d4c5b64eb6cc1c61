"""Documents of what-ifs, by digest."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "ranking_0002"
down_revision = "ranking_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward; there is no way back but a backup."""
    op.create_table(
        "ranking_what_ifs",
        sa.Column("ledger", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=71), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("base_position", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("rulebook", sa.LargeBinary(), nullable=True),
        sa.Column("made_by", sa.String(length=200), nullable=False),
        sa.Column("made_at", sa.String(length=27), nullable=False),
        sa.PrimaryKeyConstraint("ledger", "digest"),
    )
