"""The engine and its naive twin on thousands of generated cycles: due in every full run."""

from __future__ import annotations

import pytest

from tests.property import test_living_cycles as living
from tests.property.test_engine import agree


@pytest.mark.slow
@pytest.mark.parametrize("start", range(500, 4000, 500))
def test_the_naive_engine_agrees_on_thousands_of_cycles(start: int) -> None:
    agree(range(start, start + 500))


@pytest.mark.slow
@pytest.mark.parametrize("start", range(500, 2500, 500))
def test_the_naive_engine_agrees_on_thousands_of_living_cycles(start: int) -> None:
    living.agree(range(start, start + 500))
