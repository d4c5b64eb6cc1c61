"""One contender in a process of its own, so that its peak memory is its own and nothing is warm.

``python -m tests.bench.contender MODULE:FUNCTION PLACE`` prints an :class:`Outcome` as its last line.  The
function takes a :class:`Place`, makes ready what is not timed, and gives the work that is.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Place:
    """Where the generated ledger lies: ``values`` (a line each), ``archive``, ``database``, ``peer_database``
    in ``folder``, and a topic of one partition at ``bootstrap``.
    """

    folder: str
    ledger: str
    roots: dict[str, str]
    size: int
    bootstrap: str = ""
    topic: str = ""

    def path(self, name: str) -> Path:
        """A file or folder of the place."""
        return Path(self.folder) / name

    def lines(self) -> list[bytes]:
        """The canonical values in order."""
        return self.path("values").read_bytes().split(b"\n")[:-1]


class Done(NamedTuple):
    """What work came to: how many events it took, and the digest of the standings (limits give none)."""

    events: int
    digest: str | None = None


Work = Callable[[], Done]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Seconds by the clock and of the processor, peak resident bytes of the process (and of its largest
    child), and what was done.
    """

    seconds: float
    processor: float
    peak: int
    events: int
    digest: str | None

    @property
    def rate(self) -> float:
        """Events per second."""
        return self.events / self.seconds


class Failed(RuntimeError):
    """A contender's process ended with an error; the message ends with what it wrote."""


def run(line: Sequence[str], place: Place, *, name: str = "") -> Outcome:
    """Run a contender: ``line`` with its ``name``, if it has one, and the place.  Raises :class:`Failed`."""
    words = [*line, *([name] if name else []), json.dumps(asdict(place))]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(f"{name or line[0]} ended with {done.returncode}: {done.stderr[-3000:]}")
    return Outcome(**json.loads(done.stdout.splitlines()[-1]))


def python(executable: Path | str = sys.executable) -> list[str]:
    """How a contender in Python is started."""
    return [str(executable), "-m", "tests.bench.contender"]


def timed(work: Work) -> Outcome:
    """Do the work here, once, without Python's search for cycles: events hold none, whoever folds them."""
    gc.collect()
    gc.disable()
    processor, began = _processor(), time.perf_counter()
    done = work()
    seconds = time.perf_counter() - began
    return Outcome(seconds, _processor() - processor, _peak(), done.events, done.digest)


def _processor() -> float:
    children = os.times()
    return time.process_time() + children.children_user + children.children_system


def _peak() -> int:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text("ascii"))
    assert found is not None
    return 1024 * (int(found[1]) + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)


def main() -> None:
    """The process of one contender."""
    module, _, function = sys.argv[1].partition(":")
    work = getattr(importlib.import_module(module), function)(Place(**json.loads(sys.argv[2])))
    print(json.dumps(asdict(timed(work))))


if __name__ == "__main__":
    main()
