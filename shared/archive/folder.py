"""Segments of all ledgers in one folder: written beside, flushed to the disk, then named."""

from __future__ import annotations

import gzip
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from shared.archive.segment import FIRST, MANIFEST, ROWS, NotASegment, Segment, digest_of
from shared.ledger.merkle import Frontier, leaf_hash

SIZE: Final = 16_384
"""Events of a segment."""
_LEVEL: Final = 1
"""Of gzip: a third of the bytes in a tenth of the time of its best (docs/performance.md)."""
_INCOMING: Final = "incoming-"


class Damaged(ValueError):
    """A file of the archive is not what its manifest says; the message names it."""


class Archive:
    """The archive in ``folder``.  Its files are never changed; a segment that is there is complete."""

    def __init__(self, folder: Path, *, size: int = SIZE) -> None:
        self._folder = folder
        self.size = size

    def ledgers(self) -> list[str]:
        """Ledgers with a segment, in order."""
        found = {path.parent.parent for path in self._folder.glob(f"*/*/*/{MANIFEST}")}
        return sorted(path.relative_to(self._folder).as_posix() for path in found)

    def segments(self, ledger: str) -> Iterator[Segment]:
        """The segments of ``ledger``, as far as each follows the one before.

        Raises :class:`Damaged` at the first manifest that is damaged or does not follow.
        """
        before, first = FIRST, 0
        while True:
            path = self._place(ledger, first) / MANIFEST
            try:
                segment = Segment.of(path.read_bytes())
            except FileNotFoundError:
                return
            except NotASegment as error:
                raise Damaged(f"{path}: {error}") from error
            if (segment.ledger, segment.first, segment.before) != (ledger, first, before):
                raise Damaged(f"{path} does not follow the segment before it")
            yield segment
            before, first = segment.digest, segment.end

    def rows(self, segment: Segment) -> list[bytes]:
        """The canonical bytes of its events.  Raises :class:`Damaged`."""
        path = self._place(segment.ledger, segment.first) / ROWS
        try:
            lines = gzip.decompress(path.read_bytes())
        except (OSError, EOFError, ValueError) as error:
            raise Damaged(f"{path}: {error}") from error
        values = lines.split(b"\n")[:-1]
        if digest_of(lines) != segment.rows or len(values) != segment.count:
            raise Damaged(f"{path} is not what its manifest says")
        return values

    def companion(self, segment: Segment, name: str) -> bytes | None:
        """A file that the service laid beside the rows; None where there is none.  Raises
        :class:`Damaged`."""
        wanted = segment.files.get(name)
        if wanted is None:
            return None
        path = self._place(segment.ledger, segment.first) / name
        try:
            value = path.read_bytes()
        except OSError as error:
            raise Damaged(f"{path}: {error}") from error
        if digest_of(value) != wanted:
            raise Damaged(f"{path} is not what its manifest says")
        return value

    def append(
        self,
        ledger: str,
        before: Segment | None,
        values: Sequence[bytes],
        companions: Mapping[str, bytes],
    ) -> Segment:
        """Write the segment behind ``before`` (None: the first); what is there already is left as it is."""
        first = before.end if before is not None else 0
        start = Frontier() if before is None else Frontier.from_bytes(first, bytes.fromhex(before.frontier))
        frontier = start.extend(map(leaf_hash, values))
        lines = b"".join(value + b"\n" for value in values)
        packed = gzip.compress(lines, _LEVEL, mtime=0)
        files = {ROWS: packed, **companions}
        segment = Segment(
            ledger,
            first,
            len(values),
            digest_of(lines),
            frontier.root().hex(),
            frontier.to_bytes().hex(),
            before.digest if before is not None else FIRST,
            {name: digest_of(value) for name, value in sorted(files.items())},
        )
        self._write(self._place(ledger, first), {**files, MANIFEST: segment.to_bytes()})
        return segment

    def check(self, ledger: str, done: Callable[[Segment], None] = lambda segment: None) -> int:
        """Hash everything again, and compute every root; how many events were found good.

        Raises :class:`Damaged`.
        """
        frontier = Frontier()
        for segment in self.segments(ledger):
            for name in segment.files:
                self.companion(segment, name)
            frontier = frontier.extend(map(leaf_hash, self.rows(segment)))
            if frontier.root().hex() != segment.root:
                place = self._place(ledger, segment.first)
                raise Damaged(f"{place}: its events give the root {frontier.root().hex()}")
            done(segment)
        return frontier.size

    def _place(self, ledger: str, first: int) -> Path:
        return self._folder / ledger / f"{first:012d}"

    def _write(self, final: Path, files: Mapping[str, bytes]) -> None:
        """A folder of ``files``, whole or not at all."""
        if final.exists():
            return
        final.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=_INCOMING, dir=final.parent))
        try:
            for name, value in files.items():
                with (made / name).open("wb") as file:
                    file.write(value)
                    file.flush()
                    os.fsync(file.fileno())
            made.chmod(0o755)
            _settle(made)
            try:
                made.rename(final)
            except OSError:
                if not final.exists():  # another process has written the same one
                    raise
            _settle(final.parent)
        finally:
            shutil.rmtree(made, ignore_errors=True)


def _settle(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
