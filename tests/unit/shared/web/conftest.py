"""A tiny service for every test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.web import Tiny, tiny


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Tiny]:
    made = tiny(tmp_path)
    yield made
    made.engine.dispose()


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Tiny]:
    made = tiny(tmp_path / "demo", demo=True)
    yield made
    made.engine.dispose()
