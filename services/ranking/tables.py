"""Read tables of ranking: standings as they were shown, and publications with what they pinned.

Both in generations: each is a ledger's whole read model, one is live, another may be built beside it.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text, text

metadata = MetaData()

# ``state``: building, ready (caught up, not yet live), live, kept (was live), dropped (its rows may be gone).
# The live one is what readers get and what the projector writes; an index lets a ledger have one.
generations = Table(
    "ranking_generations",
    metadata,
    Column("ledger", String(64), primary_key=True),
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("state", String(16), nullable=False),
    Column("engine", String(16), nullable=False),
    Column("catalogue", String(71), nullable=False),  # fingerprint when it was begun; "": not noted
    Column("begun", String(27), nullable=False),  # "": not noted
    Column("position", BigInteger, nullable=False),  # how many events it holds
    Column("digest", String(71), nullable=False),  # of its newest standings; "" before the first
)
_IS_LIVE = text("state = 'live'")
Index("ranking_live", generations.c.ledger, unique=True, sqlite_where=_IS_LIVE, postgresql_where=_IS_LIVE)

# One row for the newest position of every batch: what readers were shown, and the digest it had.
standings = Table(
    "ranking_standings",
    metadata,
    Column("ledger", String(64), primary_key=True),
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("digest", String(71), nullable=False),
    Column("body", LargeBinary, nullable=False),  # zlib over the canonical bytes
    Column("at", String(27), nullable=False),  # time of the last event folded
)

publications = Table(
    "ranking_publications",
    metadata,
    Column("ledger", String(64), primary_key=True),
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("status", String(16), nullable=False),
    Column("position", BigInteger, nullable=False),  # pinned
    Column("stated_at", BigInteger, nullable=False),  # position just after the event that published it
    Column("root", String(71), nullable=False),
    Column("rulebook", String(71), nullable=False),
    Column("engine", String(16), nullable=False),
    Column("digest", String(71), nullable=False),
    Column("holds", Integer, nullable=False),  # 1: a recomputation at the pinned position gives that digest
    Column("time", String(27), nullable=False),
    Column("body", LargeBinary, nullable=False),
)

# Documents addressed by their content: a side table, no projection; nothing here comes from the ledger alone.
what_ifs = Table(
    "ranking_what_ifs",
    metadata,
    Column("ledger", String(64), primary_key=True),
    Column("digest", String(71), primary_key=True),
    Column("number", Integer, nullable=False),  # which came first: a simulated clock does not tell
    Column("base_position", BigInteger, nullable=False),
    Column("document", LargeBinary, nullable=False),  # canonical bytes, whose SHA-256 is the digest
    Column("rulebook", LargeBinary),  # normalised form of the candidate, when there was one
    Column("made_by", String(200), nullable=False),
    Column("made_at", String(27), nullable=False),
)

# What two ways of folding disagreed about.  Never deleted from; ``state``: open, cleared.
shadow = Table(
    "ranking_shadow",
    metadata,
    Column("ledger", String(64), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),  # touched, whole, archive
    Column("position", BigInteger, nullable=False),  # where both were computed
    Column("areas", Text, nullable=False),  # that differ, by a space each
    Column("expected", String(71), nullable=False),  # digest of the fold from zero, "" where there is none
    Column("found", String(71), nullable=False),  # digest of what is stored, "" where it cannot be read
    Column("unit", String(256), nullable=False),  # first that differs, "" where it is no unit's
    Column("field", String(64), nullable=False),
    Column("wanted", Text, nullable=False),
    Column("had", Text, nullable=False),
    Column("at", String(27), nullable=False),
    Column("state", String(16), nullable=False),
    Column("cleared_at", String(27)),
    Column("cleared_position", BigInteger),
)

# The last comparison of each kind.
shadow_looks = Table(
    "ranking_shadow_looks",
    metadata,
    Column("ledger", String(64), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("digest", String(71), nullable=False),
    Column("equal", Integer, nullable=False),
    Column("at", String(27), nullable=False),
)
