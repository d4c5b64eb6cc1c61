"""What the scores service keeps beside the ledger: evidence, drafts, uploads, invitations, webhooks.

None of it is a fact, and nothing here can be rebuilt from the ledger: it belongs to the backup set.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

metadata = MetaData()

# A file that was checked and stored, addressed by its content.
evidence_files = Table(
    "scores_evidence_files",
    metadata,
    Column("ledger", String(64), primary_key=True),
    Column("sha256", String(71), primary_key=True),  # sha256:<hex>
    Column("size", BigInteger, nullable=False),
    Column("stored_at", String(27), nullable=False),
    Column("stored_by", String(128), nullable=False),
)

# Under which name which content was given for a criterion of a unit: another content is another version.
evidence_versions = Table(
    "scores_evidence_versions",
    metadata,
    Column("ledger", String(64), primary_key=True),
    Column("body", String(80), primary_key=True),  # who gives it: unit:QH-Q01, department:BTG, office:NTN_TP
    Column("unit", String(64), primary_key=True),
    Column("criterion", String(64), primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("sha256", String(71), nullable=False),
    Column("media_type", String(100), nullable=False),
    Column("added_at", String(27), nullable=False),
    Column("added_by", String(128), nullable=False),
    Index("scores_evidence_versions_by_content", "ledger", "sha256"),
)

# A cell that somebody is still working on; shared within the body, nobody else's business.
drafts = Table(
    "scores_drafts",
    metadata,
    Column("ledger", String(64), primary_key=True),
    Column("body", String(80), primary_key=True),  # unit:QH-Q01, department:BTG, office:NTN_TP
    Column("unit", String(64), primary_key=True),
    Column("criterion", String(64), primary_key=True),
    Column("stage", String(16), primary_key=True),
    Column(
        "content", LargeBinary, nullable=False
    ),  # JSON object: value, target, state, reason, basis, evidence
    Column(
        "version", Integer, nullable=False
    ),  # goes up with every change: who knows an older one, conflicts
    Column("edited_at", String(27), nullable=False),
    Column("edited_by", String(128), nullable=False),
)

# A file of scores that was read and is being looked at before it is confirmed.
uploads = Table(
    "scores_uploads",
    metadata,
    Column("ledger", String(64), primary_key=True),
    Column("upload", String(64), primary_key=True),
    Column("body", String(80), nullable=False),
    Column("kind", String(32), nullable=False),  # scores, units, departments
    Column("name", String(200), nullable=False),
    Column("content", LargeBinary, nullable=False),  # JSON: the rows as read, and each one's faults
    Column("made_at", String(27), nullable=False),
    Column("made_by", String(128), nullable=False),
    Column("confirmed_at", String(27)),
)

# An invitation is no right: the grant that its acceptance makes is.
invitations = Table(
    "scores_invitations",
    metadata,
    Column("ledger", String(64), primary_key=True),
    Column("digest", String(71), primary_key=True),  # of the secret in the link; the secret is not kept
    Column("role", String(32), nullable=False),
    Column("scope", String(80), nullable=False),
    Column("label", String(200), nullable=False),
    Column("until", String(27)),
    Column("expires_at", String(27), nullable=False),
    Column("made_at", String(27), nullable=False),
    Column("made_by", String(128), nullable=False),
    Column("accepted_at", String(27)),
    Column("accepted_by", String(128)),
    Column("withdrawn_at", String(27)),
)

webhooks = Table(
    "scores_webhooks",
    metadata,
    Column("ledger", String(64), primary_key=True),
    Column("webhook", String(36), primary_key=True),
    Column("department", String(64), nullable=False),
    Column("url", String(500), nullable=False),
    Column("secret", String(100), nullable=False),  # whsec_...: signs, so it is kept; never shown again
    Column(
        "types", Text, nullable=False
    ),  # JSON list of event types; empty = all that concern the department
    Column("from_position", BigInteger, nullable=False),
    Column("made_at", String(27), nullable=False),
    Column("made_by", String(128), nullable=False),
    Column("ended_at", String(27)),
)

# What is to be told, what was, and what the other side said.
deliveries = Table(
    "scores_webhook_deliveries",
    metadata,
    Column("ledger", String(64), primary_key=True),
    Column("webhook", String(36), primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),  # -1: the ping
    Column("message", String(256), nullable=False),  # webhook-id: the same at every attempt
    Column("type", String(128), nullable=False),
    Column("body", LargeBinary, nullable=False),  # JSON as it is sent
    Column("planned_at", String(27), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", String(27)),  # None: done, or given up
    Column("delivered_at", String(27)),
    Column("last_answer", String(200)),
    Index("scores_webhook_deliveries_due", "ledger", "webhook", "next_at"),
)
