"""Evidence, drafts, uploads, invitations, webhooks: what is kept beside the ledger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "scores_0001"
down_revision = None
branch_labels = ("scores",)
depends_on = None


def upgrade() -> None:
    """Forward; there is no way back but a backup."""
    op.create_table(
        "scores_drafts",
        sa.Column("ledger", sa.String(length=64), nullable=False),
        sa.Column("body", sa.String(length=80), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("criterion", sa.String(length=64), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("edited_at", sa.String(length=27), nullable=False),
        sa.Column("edited_by", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("ledger", "body", "unit", "criterion", "stage"),
    )
    op.create_table(
        "scores_evidence_files",
        sa.Column("ledger", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=71), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("stored_at", sa.String(length=27), nullable=False),
        sa.Column("stored_by", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("ledger", "sha256"),
    )
    op.create_table(
        "scores_evidence_versions",
        sa.Column("ledger", sa.String(length=64), nullable=False),
        sa.Column("body", sa.String(length=80), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("criterion", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(length=71), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("added_at", sa.String(length=27), nullable=False),
        sa.Column("added_by", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("ledger", "body", "unit", "criterion", "name", "version"),
    )
    with op.batch_alter_table("scores_evidence_versions", schema=None) as batch_op:
        batch_op.create_index("scores_evidence_versions_by_content", ["ledger", "sha256"], unique=False)

    op.create_table(
        "scores_invitations",
        sa.Column("ledger", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=71), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("scope", sa.String(length=80), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("until", sa.String(length=27), nullable=True),
        sa.Column("expires_at", sa.String(length=27), nullable=False),
        sa.Column("made_at", sa.String(length=27), nullable=False),
        sa.Column("made_by", sa.String(length=128), nullable=False),
        sa.Column("accepted_at", sa.String(length=27), nullable=True),
        sa.Column("accepted_by", sa.String(length=128), nullable=True),
        sa.Column("withdrawn_at", sa.String(length=27), nullable=True),
        sa.PrimaryKeyConstraint("ledger", "digest"),
    )
    op.create_table(
        "scores_uploads",
        sa.Column("ledger", sa.String(length=64), nullable=False),
        sa.Column("upload", sa.String(length=64), nullable=False),
        sa.Column("body", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.String(length=27), nullable=False),
        sa.Column("made_by", sa.String(length=128), nullable=False),
        sa.Column("confirmed_at", sa.String(length=27), nullable=True),
        sa.PrimaryKeyConstraint("ledger", "upload"),
    )
    op.create_table(
        "scores_webhook_deliveries",
        sa.Column("ledger", sa.String(length=64), nullable=False),
        sa.Column("webhook", sa.String(length=36), nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message", sa.String(length=256), nullable=False),
        sa.Column("type", sa.String(length=128), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("planned_at", sa.String(length=27), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.String(length=27), nullable=True),
        sa.Column("delivered_at", sa.String(length=27), nullable=True),
        sa.Column("last_answer", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("ledger", "webhook", "position"),
    )
    op.create_index(
        "scores_webhook_deliveries_due", "scores_webhook_deliveries", ["ledger", "webhook", "next_at"]
    )
    op.create_table(
        "scores_webhooks",
        sa.Column("ledger", sa.String(length=64), nullable=False),
        sa.Column("webhook", sa.String(length=36), nullable=False),
        sa.Column("department", sa.String(length=64), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("secret", sa.String(length=100), nullable=False),
        sa.Column("types", sa.Text(), nullable=False),
        sa.Column("from_position", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.String(length=27), nullable=False),
        sa.Column("made_by", sa.String(length=128), nullable=False),
        sa.Column("ended_at", sa.String(length=27), nullable=True),
        sa.PrimaryKeyConstraint("ledger", "webhook"),
    )
