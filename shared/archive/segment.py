"""One segment: what ``segment.json`` says of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

FORMAT: Final = 1
ROWS: Final = "rows.ndjson.gz"
MANIFEST: Final = "segment.json"
FIRST: Final = "sha256:" + "0" * 64
"""What the first segment names as the one before it."""


class NotASegment(ValueError):
    """The bytes are no manifest of a segment that this code can read."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Positions ``first`` .. ``first + count`` - 1 of ``ledger``.

    ``rows``: digest of the lines (uncompressed).  ``root``, ``frontier``: of the tree over everything up to
    its end, hex.  ``before``: digest of the manifest before it.  ``files``: digest of each file by name.
    """

    ledger: str
    first: int
    count: int
    rows: str
    root: str
    frontier: str
    before: str
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def end(self) -> int:
        """The position behind its last event."""
        return self.first + self.count

    def to_bytes(self) -> bytes:
        """The manifest's bytes, one form only."""
        about: dict[str, Any] = {
            "format": FORMAT,
            "ledger": self.ledger,
            "first": self.first,
            "count": self.count,
            "rows": self.rows,
            "root": self.root,
            "frontier": self.frontier,
            "before": self.before,
            "files": dict(self.files),
        }
        return orjson.dumps(about, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2) + b"\n"

    @property
    def digest(self) -> str:
        """``sha256:<hex>`` of the manifest, which the next segment names."""
        return digest_of(self.to_bytes())

    @classmethod
    def of(cls, value: bytes) -> Segment:
        """What a manifest says.  Raises :class:`NotASegment`."""
        try:
            about = orjson.loads(value)
            if about.pop("format") != FORMAT:
                raise NotASegment("of another format")
            segment = cls(**about)
        except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
            raise NotASegment(str(error)) from error
        if segment.to_bytes() != value:
            raise NotASegment("not of the one form")
        return segment


def digest_of(value: bytes) -> str:
    """``sha256:<hex>`` of some bytes."""
    return "sha256:" + hashlib.sha256(value).hexdigest()
