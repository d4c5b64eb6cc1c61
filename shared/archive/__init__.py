"""The archive: a ledger's events in files of their own, so that history ends neither at a broker's retention
nor with one database.

Segments of equal size, written as the ledger grows.  Each is a folder that appears whole or not at all:
``rows.ndjson.gz`` holds the canonical bytes of its events, a line each, from which anybody can compute leaves
and root; ``segment.json`` names ledger, positions, the digest of every file, the root after the last event,
and the digest of the segment before.  A service may lay files of its own beside the rows (columns, decoded
once).
"""

from shared.archive.folder import Archive, Damaged
from shared.archive.segment import Segment

__all__ = ["Archive", "Damaged", "Segment"]
