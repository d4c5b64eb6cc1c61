"""Read tables of the directory: the ledgers a service knows, and their grants with their history."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, MetaData, String, Table

metadata = MetaData()

ledgers = Table(
    "directory_ledgers",
    metadata,
    Column("ledger", String(64), primary_key=True),
    Column("org", String(32), nullable=False),
    Column("cycle", String(16), nullable=False),
    Column("name", String(200), nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("clock", String(16), nullable=False),  # real | simulated
    Column("topic", String(200), nullable=False),
)

# One row per giving; nothing is removed, so that "who was allowed then" stays answerable.
grants = Table(
    "directory_grants",
    metadata,
    Column("ledger", String(64), primary_key=True),
    Column("given_position", BigInteger, primary_key=True),
    Column("grant_id", String(200), primary_key=True),
    Column("sub", String(128), nullable=False),
    Column("role", String(32), nullable=False),
    Column("scope", String(80), nullable=False),
    Column("valid_from", String(32), nullable=False),
    Column("valid_until", String(32)),
    Column("person_name", String(200)),  # only team.formed tells one
    Column("ended_position", BigInteger),
    Column("ended_until", String(32)),
    Index("directory_grants_by_sub", "ledger", "sub"),
)
