"""Names of attendees and texts of reflections: what is kept beside the ledger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "inspections_0001"
down_revision = None
branch_labels = ("inspections",)
depends_on = None


def upgrade() -> None:
    """Forward; there is no way back but a backup."""
    op.create_table(
        "inspections_attendees",
        sa.Column("ledger", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=71), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kept_at", sa.String(length=27), nullable=False),
        sa.PrimaryKeyConstraint("ledger", "digest"),
    )
    op.create_index("inspections_attendees_by_unit", "inspections_attendees", ["ledger", "unit"])
    op.create_table(
        "inspections_reflections",
        sa.Column("ledger", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=71), nullable=False),
        sa.Column("team", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=128), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("kept_at", sa.String(length=27), nullable=False),
        sa.PrimaryKeyConstraint("ledger", "digest"),
    )
    op.create_index("inspections_reflections_by_team", "inspections_reflections", ["ledger", "team"])
