"""A process that stands somewhere else: what it computes in a ledger's zone must not notice."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

ZONES = ("UTC", "America/Los_Angeles", "Pacific/Kiritimati", "Asia/Ho_Chi_Minh", "Asia/Kathmandu")
"""Behind, ahead and beside the ledger's zone; one of them by a part of an hour."""


@contextmanager
def process_in(zone: str) -> Iterator[None]:
    """The process has ``zone`` as its own until the block ends."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = zone
    time.tzset()
    try:
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()
