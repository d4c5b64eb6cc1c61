"""Tables of the ledger, in the database of every service that follows it.

Made by the migrations alone, which also set the triggers that let ``ledger`` and ``noise`` only grow.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from shared.database import metadata

# Where intake stands, per partition.  ``next_offset`` is the fence: a batch is stored only by whoever
# moves it from the value that the batch began at.
offsets = Table(
    "offsets",
    metadata,
    Column("topic", String(249), primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("next_offset", BigInteger, nullable=False),
    Column("admission", String(16), nullable=False),  # version of the rules that led here
)

# ``ledger`` and ``noise`` are never changed and never deleted from.
ledger = Table(
    "ledger",
    metadata,
    Column("ledger", String(64), primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("value", LargeBinary, nullable=False),
    Column("leaf", LargeBinary, nullable=False),
    Column("event_id", String(256), nullable=False),
    Column("source", String(96), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("subject", String(256), nullable=False),
    Column("type", String(128), nullable=False),
    Column("time", String(27), nullable=False),
    UniqueConstraint("ledger", "source", "sequence", name="ledger_sequence"),
)
Index("ledger_subject", ledger.c.ledger, ledger.c.subject, ledger.c.position)
Index("ledger_event", ledger.c.ledger, ledger.c.event_id)

frontier = Table(
    "frontier",
    metadata,
    Column("ledger", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("hashes", LargeBinary, nullable=False),
)

sources = Table(
    "sources",
    metadata,
    Column("ledger", String(64), primary_key=True),
    Column("source", String(96), primary_key=True),
    Column("next_sequence", BigInteger, nullable=False),
)

held = Table(
    "held",
    metadata,
    Column("ledger", String(64), primary_key=True),
    Column("source", String(96), primary_key=True),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("topic", String(249), nullable=False),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("value", LargeBinary, nullable=False),
)

noise = Table(
    "noise",
    metadata,
    Column("topic", String(249), primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("offset", BigInteger, primary_key=True, autoincrement=False),
    Column("key", LargeBinary),
    Column("value", LargeBinary),
    Column("reason", String(32), nullable=False),
    Column("detail", Text, nullable=False),
    Column("at", String(27), nullable=False),
)

keys = Table(
    "keys",
    metadata,
    Column("ledger", String(64), primary_key=True),
    Column("keyid", String(64), primary_key=True),
    Column("source", String(96), nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("from_position", BigInteger, nullable=False),
    Column("to_position", BigInteger),  # inclusive; NULL: still good
)

# Partitions that intake has stopped reading, for /readyz and the operator.
halts = Table(
    "halts",
    metadata,
    Column("topic", String(249), primary_key=True),
    Column("partition", Integer, primary_key=True),
    Column("reason", String(32), nullable=False),
    Column("detail", Text, nullable=False),
    Column("at", String(27), nullable=False),
)

# ``position``: how many positions of the ledger the projection has applied.
cursors = Table(
    "cursors",
    metadata,
    Column("projection", String(64), primary_key=True),
    Column("ledger", String(64), primary_key=True),
    Column("position", BigInteger, nullable=False),
)

parked = Table(
    "parked",
    metadata,
    Column("projection", String(64), primary_key=True),
    Column("ledger", String(64), primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("error", Text, nullable=False),
    Column("at", String(27), nullable=False),
)

uninterpreted = Table(
    "uninterpreted",
    metadata,
    Column("ledger", String(64), primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("source", String(96), nullable=False),
    Column("type", String(128), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("detail", Text, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("holder", String(128), nullable=False),
    Column("until", String(27), nullable=False),
)
