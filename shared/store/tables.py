"""Tables of the event store.

Made by the migrations alone, which also set the triggers that refuse to delete an event or to change
anything of it but ``sent``.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Identity,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    false,
)

from shared.database import metadata

# One row per ledger, never changed: what writers of a ledger lock on PostgreSQL.  The numbers themselves
# are read from the events, so no counter can disagree with them.
counters = Table("counters", metadata, Column("ledger", String(64), primary_key=True))

# ``appended`` is the order of appending.  Within a ledger it is the order in which the relay must send:
# a key rotation signed by the root comes before the first event under the new key.
events = Table(
    "events",
    metadata,
    Column(
        "appended",
        BigInteger().with_variant(Integer, "sqlite"),
        Identity(always=True),
        primary_key=True,
    ),
    Column("ledger", String(64), nullable=False),
    Column("source", String(96), nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("id", String(256), nullable=False, unique=True),
    Column("subject", String(256), nullable=False),
    Column("subjectsequence", BigInteger, nullable=False),
    Column("type", String(256), nullable=False),
    Column("time", String(27), nullable=False),
    Column("value", LargeBinary, nullable=False),
    Column("commandid", String(256), nullable=False),
    Column("sent", Boolean, nullable=False),
    UniqueConstraint("ledger", "source", "sequence", name="events_sequence"),
    UniqueConstraint("ledger", "source", "subject", "subjectsequence", name="events_subjectsequence"),
)
Index("events_type", events.c.ledger, events.c.source, events.c.type, events.c.sequence)
Index(
    "events_unsent",
    events.c.appended,
    sqlite_where=events.c.sent == false(),
    postgresql_where=events.c.sent == false(),
)

# A cache: every answer can be made again from the events of its command.
idempotency = Table(
    "idempotency",
    metadata,
    Column("ledger", String(64), primary_key=True),
    Column("commandid", String(256), primary_key=True),
    Column("principal", String(256)),
    Column("route", String(256)),
    Column("key", String(256)),
    Column("body_digest", String(64)),  # NULL: made again from events, which do not know the body
    Column("status", Integer, nullable=False),
    Column("answer", LargeBinary, nullable=False),
)
