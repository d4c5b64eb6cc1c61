"""The generated ledgers hold everything that they are meant to try."""

from __future__ import annotations

from collections import Counter

from services.ranking.engine import compute
from services.ranking.engine.fold import _RULES
from tests.property.ledgers import LATER, NEVER, SOURCES, folded, ledger
from tests.property.test_columns import decoder_of

SEEDS = range(60)


def test_every_type_that_the_fold_knows_is_stated_and_so_is_what_it_cannot_read() -> None:
    told: Counter[str] = Counter()
    odd: Counter[str] = Counter()
    for seed in SEEDS:
        events = ledger(seed)
        for before, event in zip([None, *events], events, strict=False):
            own = event.source.startswith(SOURCES[event.type])
            told[event.type] += own and event.readable
            odd["foreign"] += not own
            odd["unreadable"] += not event.readable
            odd["unreadable score"] += event.type == "score.recorded.v1" and not event.readable
            odd["back in time"] += before is not None and event.time < before.time
    assert set(_RULES) <= {type_ for type_, number in told.items() if number}
    assert told["later.invented.v1"] > 0
    assert min(odd.values()) > 20, odd
    assert len(odd) == 4


def test_their_facts_come_to_every_end_that_matters_to_columns() -> None:
    modes: Counter[str | None] = Counter()
    marks: set[str] = set()
    more: Counter[str] = Counter()
    for seed in SEEDS:
        events = ledger(seed)
        state = folded(events)
        modes.update(one.mode for one in state.adoptions)
        marks |= {f"{one.type} {one.reason}" for one in state.refused}
        rows = compute(state).rows()
        more["later"] += any(row.sheet.unit == LATER for row in rows)
        more["never"] += NEVER in state.units and state.register(NEVER) is None
        more["round closed"] += state.round is not None
        for row in rows:
            unit = state.units[row.sheet.unit]
            assert unit.register is not None
            more["moved"] += unit.register.get("area") != row.sheet.area
            more["forfeited"] += row.sheet.forfeited
            more["vetoed"] += bool(row.sheet.vetoes)
            more["models"] += row.sheet.recognised_models > 0
            more["tie"] += any(reason.startswith("TIE") for reason in row.reasons)
            for leaf in row.sheet.leaves:
                for mark in leaf.marks:
                    marks.add(mark.status)
                    more["admitted"] += mark.admitted is not None
                    more["withdrawn"] += mark.withdrawn
                    more["on behalf, confirmed"] += mark.on_behalf and mark.confirmed is not None
                    more["adjustment that fits"] += mark.origin == "adjustment" and not mark.status
        more["early"] += decoder_of(events).early > 20
    assert {"prospective", "re_evaluate_all", None} <= set(modes)
    assert marks >= {
        *("", "STALE", "INVALIDATED", "STALE_RULEBOOK", "NO_RULEBOOK", "PERIOD", "S003"),
        *("ROUND_CLOSED", "AFTER_CONCLUSION", "LATE", "UNCONFIRMED", "DISPUTED"),
        *("rulebook.adopted R070", "rulebook.adopted R071", "decision.late_fact FACT"),
        *("score.confirmed NOTHING_TO_ANSWER", "decision.confirmed NOTHING_TO_ANSWER"),
    }
    assert all(more.values()), more
