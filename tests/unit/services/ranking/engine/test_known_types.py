"""The fold and the catalogue know the same types, each from the same service."""

from __future__ import annotations

from services.ranking.engine import fold
from shared.events.catalogue import all_types


def test_the_fold_knows_exactly_the_types_of_the_catalogue_and_who_states_them() -> None:
    catalogue = {entry.type: tuple(f"/{source}/" for source in entry.sources) for entry in all_types()}
    known = {type_: (source,) for type_, (source, _) in fold._RULES.items()}
    assert known == catalogue
