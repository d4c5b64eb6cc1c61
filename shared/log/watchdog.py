"""A watchdog: ends the process when a loop has not come round for too long.

Some calls of the Kafka client may wait without limit, and a poll after certain errors spins for ever.  A
process that ends is started again by its supervisor; one that hangs is not.
"""

from __future__ import annotations

import faulthandler
import os
import sys
import threading
import time
from collections.abc import Callable

EXIT_STUCK = 70


def _end(message: str) -> None:
    sys.stderr.write(message + "\n")
    faulthandler.dump_traceback(all_threads=True)
    sys.stderr.flush()
    os._exit(EXIT_STUCK)


class Watchdog:
    """Watches named loops.  A loop calls :meth:`beat` each time round."""

    def __init__(
        self,
        limit: float,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        end: Callable[[str], None] = _end,
    ) -> None:
        self._limit = limit
        self._monotonic = monotonic
        self._end = end
        self._beats: dict[str, float] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()

    def beat(self, name: str) -> None:
        """The loop ``name`` has come round."""
        with self._lock:
            self._beats[name] = self._monotonic()

    def leave(self, name: str) -> None:
        """The loop ``name`` has ended as it should and is watched no more."""
        with self._lock:
            self._beats.pop(name, None)

    def check(self) -> None:
        """End the process if a loop is late."""
        now = self._monotonic()
        with self._lock:
            late = {name: now - beat for name, beat in self._beats.items() if now - beat > self._limit}
        for name, seconds in sorted(late.items()):
            self._end(f"watchdog: {name} has not come round for {seconds:.0f} s; ending the process")

    def start(self) -> None:
        """Check from a thread of its own, until :meth:`stop`."""
        threading.Thread(target=self._run, name="watchdog", daemon=True).start()

    def stop(self) -> None:
        """Watch no more."""
        self._stop.set()

    def _run(self) -> None:
        while not self._stop.wait(min(1.0, self._limit / 4)):
            self.check()
