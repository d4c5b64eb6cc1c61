"""What every fault test leaves behind is swept up in that test, not at the end of the whole run."""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def swept() -> Iterator[None]:
    """Collect the clients whose broker was killed: the client leaves their sockets to the collector."""
    # A record of the log that holds an exception holds its frames, and with them the sockets.
    log = logging.getLogger("kafka")
    before = log.level
    log.setLevel(logging.CRITICAL)
    yield
    log.setLevel(before)
    gc.collect()
