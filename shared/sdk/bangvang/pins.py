"""The state file: what was seen of a ledger, so that a later run notices when it is another one.

One JSON file for each ledger and system; it holds no secret.  Two processes must not share one.
"""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from bangvang.errors import BangvangError
from bangvang.model import Checkpoint

FORMAT = 1
Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True)
class Pins:
    """``root_key``: fingerprint of the root key; ``opening``: SHA-256 of position 0 (hex); the last
    checkpoint."""

    ledger: str
    root_key: str
    opening: str
    size: int
    root: str

    @property
    def checkpoint(self) -> Checkpoint:
        """The last one."""
        return Checkpoint(self.size, self.root)


def load(path: Path) -> Pins | None:
    """What the file says, None when there is none.  Raises :class:`~bangvang.errors.BangvangError`.

    A file that cannot be read is an error, not a fresh start: it is what guards against a changed ledger.
    """
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return None
    try:
        stated = json.loads(text)
        if stated.pop("format") != FORMAT:
            raise ValueError("another format")
        words = {name: _checked(stated, name, str) for name in ("ledger", "root_key", "opening", "root")}
        return Pins(**words, size=_checked(stated, "size", int))
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise BangvangError(
            f"{path} is no state file of this client ({error}); it is left as it is"
        ) from error


def _checked(stated: dict[str, Any], name: str, kind: type[Kind]) -> Kind:
    value = stated[name]
    if type(value) is not kind:
        raise TypeError(f"{name} is no {kind.__name__}")
    return value


def save(path: Path, pins: Pins) -> None:
    """Put ``pins`` in place of what the file says: whole, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    fresh = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump({"format": FORMAT, **asdict(pins)}, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
