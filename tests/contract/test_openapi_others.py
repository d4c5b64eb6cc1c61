"""What the other services say of themselves is what they do, whoever asks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.documented import check_document
from tests.support.town import Town, set_up_cycle, town

SERVICES = ("inspections", "ranking", "notify")
EXAMPLES = 4


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    found = town(tmp_path_factory.mktemp("town"), ["scores", *SERVICES])
    set_up_cycle(found)
    found.settle(standings=True)
    yield found
    for house in found.houses.values():
        house.engine.dispose()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Do not use the .random. module inside strategies")
@pytest.mark.parametrize("service", SERVICES)
def test_every_answer_is_one_that_the_document_names(
    made: Town, service: str, subtests: pytest.Subtests
) -> None:
    check_document(made, service, subtests, EXAMPLES)
