"""Given a publication, when its notices are due, then each unit gets one, once, the same on every attempt."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given as for_all
from hypothesis import strategies as st

from services.notify.decider import Document, Publication, decide, fold, message_id
from tests.support.deciding import fits_catalogue

PUBLICATION = Publication(
    version=1,
    status="UNOFFICIAL",
    position=900,
    root="sha256:" + "1" * 64,
    rulebook="sha256:" + "2" * 64,
    digest="sha256:" + "3" * 64,
    stated_at=904,
    event_id="event-1",
    time="2020-11-18T03:00:00.000000Z",
)
AT = {"occurred_at": "2020-11-18T03:00:00.000000Z"}  # the store adds it


def document(unit: str) -> Document:
    return Document(unit, f"{unit}.html", "sha256:" + "4" * 64, 10)


def test_each_unit_gets_one_notice_that_names_what_it_rests_on() -> None:
    drafts = decide(fold([]), "hcmc/2020", PUBLICATION, [document("QH-Q01"), document("QH-Q03")])
    assert [draft.subject for draft in drafts] == ["QH-Q01", "QH-Q03"]
    assert drafts[0].data["base_position"] == 904
    assert drafts[0].data["message_id"] == "<standing.v1.QH-Q01.2020.hcmc@bangvang>"
    for draft in drafts:
        draft.data.update(AT)
    assert fits_catalogue(drafts)


def test_the_notice_of_a_closed_unit_names_who_receives_it() -> None:
    closed = replace(document("QH-Q02"), addressed_to=("QH-TPTD",))
    drafts = decide(fold([]), "hcmc/2020", PUBLICATION, [closed, document("QH-Q01")])
    assert [draft.data.get("addressed_to") for draft in drafts] == [["QH-TPTD"], None]
    for draft in drafts:
        draft.data.update(AT)
    assert fits_catalogue(drafts)


def test_a_new_version_is_a_new_notice_and_the_same_version_is_none() -> None:
    documents = [document("QH-Q01")]
    state = fold(decide(fold([]), "hcmc/2020", PUBLICATION, documents))
    assert decide(state, "hcmc/2020", PUBLICATION, documents) == []
    second = Publication(2, "OFFICIAL", 950, *("sha256:" + "5" * 64,) * 3, 951, "event-2", PUBLICATION.time)
    assert len(decide(state, "hcmc/2020", second, documents)) == 1


@for_all(first=st.sets(st.integers(0, 30)), second=st.sets(st.integers(0, 30)))
def test_whatever_was_issued_before_nobody_is_told_twice_and_nobody_is_left_out(
    first: set[int], second: set[int]
) -> None:
    def some(numbers: set[int]) -> list[Document]:
        return [document(f"U-{number}") for number in sorted(numbers)]

    earlier = decide(fold([]), "hcmc/2020", PUBLICATION, some(first))
    later = decide(fold(earlier), "hcmc/2020", PUBLICATION, some(second))
    told = [draft.subject for draft in (*earlier, *later)]
    assert len(told) == len(set(told))
    assert set(told) == {f"U-{number}" for number in first | second}


def test_no_two_notices_share_a_message_id() -> None:
    ids = {
        message_id(ledger, version, unit)
        for ledger in ("hcmc/2020", "hcmc/2021", "q-1/2020")
        for version in (1, 2)
        for unit in ("A", "B")
    }
    assert len(ids) == 12
