"""What the inspections service keeps beside the ledger: names of attendees, texts of reflections, parts of
packs' files on their way, and drafts of conclusions.

No name and no text is a fact, and neither can be rebuilt from the ledger, which holds a salted digest of
each: they belong to the backup set.  A row that is removed leaves the chain as it is, and its digest without
meaning.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text

metadata = MetaData()

# The name behind a digest of attendance.declared; gone when the person asks for it.
attendees = Table(
    "inspections_attendees",
    metadata,
    Column("ledger", String(64), primary_key=True),
    Column("digest", String(71), primary_key=True),  # sha256:<hex> over salt and name
    Column("unit", String(64), nullable=False),
    Column("version", Integer, nullable=False),  # of the unit's list
    Column("salt", String(32), nullable=False),
    Column("name", String(200), nullable=False),
    Column("kept_at", String(27), nullable=False),
    Index("inspections_attendees_by_unit", "ledger", "unit"),
)

# The text behind a digest of reflection.submitted; for the leader of the team alone.
reflections = Table(
    "inspections_reflections",
    metadata,
    Column("ledger", String(64), primary_key=True),
    Column("digest", String(71), primary_key=True),  # sha256:<hex> over salt and text
    Column("team", String(64), nullable=False),
    Column("person", String(128), nullable=False),
    Column("unit", String(64)),  # None: about the round
    Column("version", Integer, nullable=False),
    Column("salt", String(32), nullable=False),
    Column("text", Text, nullable=False),
    Column("kept_at", String(27), nullable=False),
    Index("inspections_reflections_by_team", "ledger", "team"),
)

# What came so far of a file that a manifest names; gone once the file is whole, which is a fact then.
pack_parts = Table(
    "inspections_pack_parts",
    metadata,
    Column("ledger", String(64), primary_key=True),
    Column("pack", BigInteger, primary_key=True),  # number of the manifest's event
    Column("document", String(64), primary_key=True),
    Column("begins", BigInteger, primary_key=True),  # at which byte of the file
    Column("size", BigInteger, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("kept_at", String(27), nullable=False),
)

# What a team works on until its leader signs; gone with the signature.
conclusion_drafts = Table(
    "inspections_conclusion_drafts",
    metadata,
    Column("ledger", String(64), primary_key=True),
    Column("unit", String(64), primary_key=True),
    Column("version", Integer, nullable=False),  # goes up with every change
    Column("content", LargeBinary, nullable=False),  # JSON, as it was sent
    Column("edited_at", String(27), nullable=False),
    Column("edited_by", String(128), nullable=False),
)
