"""Whatever happens in a ledger, no department is told what is not its own, and each is told what is."""

from __future__ import annotations

import re
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.concerned import BOOK, NEWCOMER, OWNED, Told, with_rulebook
from tests.support.world import TIME

LEAVES = sorted(OWNED)
DEPARTMENTS = sorted({*OWNED.values(), NEWCOMER})
_SECRET = re.compile(r"secret-([0-9.]+)-end")

FEW = st.lists(st.sampled_from(LEAVES), min_size=1, max_size=4, unique=True)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("score"), st.sampled_from(LEAVES)),
        st.tuples(st.just("withdraw"), st.sampled_from(LEAVES)),
        st.tuples(st.just("decide"), st.sampled_from(LEAVES)),
        st.tuples(st.just("assign"), st.tuples(st.sampled_from(LEAVES), st.sampled_from(DEPARTMENTS))),
        st.tuples(st.just("conclude"), st.tuples(FEW, FEW)),
        st.tuples(st.just("except"), FEW),
    ),
    max_size=12,
)


def secret(leaf: str) -> str:
    """Words that tell of which criterion they are."""
    return f"secret-{leaf}-end"


def happens(ledger: Told, what: str, about: Any) -> Any:
    """One step of the ledger; each criterion that it speaks of leaves its words in it."""
    minutes = {"meeting": "1", "date": "2020-11-20", "document": "9", "responsible": "BTV"}
    match what:
        case "score":
            return ledger.score(about, reason=secret(about))
        case "withdraw":
            data = {"criterion": about, "stage": "department", "reason": secret(about)}
            return ledger.when("scores", "score.withdrawn.v1", "QH-Q01", **data)
        case "decide":
            data = {"criterion": about, "stage": "standing", "points": "1", "text": secret(about), **minutes}
            return ledger.when("ranking", "decision.score.v1", "QH-Q01", **data)
        case "assign":
            data = {"criterion": about[0], "owner": about[1], "from": TIME, "document": "5"}
            return ledger.when("scores", "scoring.assigned.v1", **data)
        case "conclude":
            adjusted = [{"criterion": leaf, "to": "1", "reason": secret(leaf)} for leaf in about[1]]
            data = {"scores": [{"criterion": leaf, "value": secret(leaf)} for leaf in about[0]]}
            told = {"team": "D1", "strengths": secret("0"), "limitations": "-", "orientation": "-"}
            return ledger.when(
                "inspections", "conclusion.signed.v1", "QH-Q01", **told, **data, adjustments=adjusted
            )
        case _:
            data = {"criteria": about, "text": secret("0"), **minutes}
            return ledger.when("ranking", "decision.exception.v1", "QH-Q01", **data)


@settings(max_examples=60)
@given(STEPS)
def test_a_department_is_told_of_its_criteria_and_of_no_other(steps: list[tuple[str, Any]]) -> None:
    ledger = with_rulebook()
    owners = {leaf: {OWNED[leaf], *BOOK.leaf[leaf].joint} for leaf in LEAVES}
    for what, about in steps:
        concern = happens(ledger, what, about)
        if what == "assign":
            leaf, owner = about
            owners[leaf] = {owner, *BOOK.leaf[leaf].joint}
            continue
        assert ledger.last is not None
        spoken = {leaf for leaf in LEAVES if f'"{leaf}"' in orjson.dumps(ledger.last.data).decode()}
        for department in DEPARTMENTS:
            own = {leaf for leaf in spoken if department in owners[leaf]}
            said = ledger.told(concern, department)
            assert (said is not None) == bool(own)
            if said is not None:
                text = orjson.dumps(said["data"]).decode()
                assert {leaf for leaf in LEAVES if f'"{leaf}"' in text} == own
                assert set(_SECRET.findall(text)) <= own
