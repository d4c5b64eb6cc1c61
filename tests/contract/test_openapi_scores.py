"""What the scores service says of itself is what it does, whoever asks, on a small cycle."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.documented import check_document
from tests.support.town import ADMIN, START, Town, accepted, set_up_cycle, town

EXAMPLES = 10
ACCEPTED = 8
"""So many commands are accepted at least once: the others' rules ask for more than chance gives."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    found = town(tmp_path_factory.mktemp("town"), ["scores"])
    set_up_cycle(found)
    head = {"grant": "h", "sub": "truong.btg", "role": "department_head", "scope": "department:BTG"}
    accepted((found.post("scores", "grants", {**head, "from": START}, ADMIN),))
    found.settle()
    yield found
    for house in found.houses.values():
        house.engine.dispose()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Do not use the .random. module inside strategies")
def test_every_answer_of_scores_is_one_that_its_document_names(made: Town, subtests: pytest.Subtests) -> None:
    commands = check_document(made, "scores", subtests, EXAMPLES)
    assert len(commands) >= ACCEPTED, sorted(commands)
