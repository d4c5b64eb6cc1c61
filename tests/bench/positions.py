"""Standings at positions anywhere in a ledger, as the service answers them: milliseconds of each.

``python -m tests.bench.positions PLACE`` prints a JSON list.
"""

from __future__ import annotations

import json
import random
import sys
import time

from services.ranking.history import History
from shared.archive import Archive
from shared.database import engine_for
from tests.bench.contender import Place
from tests.bench.ours import database_of

POSITIONS = 50


def any_position(place: Place, number: int = POSITIONS) -> list[float]:
    """Milliseconds of ``number`` positions in random order, after one that reads the ledger."""
    history = History(engine_for(database_of(place)), place.ledger, Archive(place.path("archive")))
    history.at(place.size)
    found = []
    for position in random.Random(place.size).sample(range(1, place.size), number):
        began = time.perf_counter()
        history.at(position)
        found.append((time.perf_counter() - began) * 1000)
    return found


def main() -> None:
    """Print the milliseconds."""
    print(json.dumps(any_position(Place(**json.loads(sys.argv[1])))))


if __name__ == "__main__":
    main()
