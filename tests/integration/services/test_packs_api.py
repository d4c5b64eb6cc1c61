"""Packs and forfeit cases over HTTP, from the manifest to what the Standing Committee says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.inspections.opening import CaseOpener
from tests.support.packs import REQUIRED, files
from tests.support.town import ADMIN, START, Town, accepted, rules_of, set_up_cycle, town

MEMBERS = [
    {"person": f"dkt.{n}", "role": role, "name": f"Người {n}", "department": "BTG"}
    for n, role in enumerate(("leader", "secretary", "member"), start=1)
]
ROUND = {
    "round": "DOT-2020",
    "first_day": "2020-11-09",
    "last_day": "2020-11-20",
    "calendar": "lich-2020",
    "document_days_before": 3,
}
SESSIONS = [
    {"unit": "QH-Q01", "team": "DKT-1", "date": "2020-11-09", "session": "MORNING"},
    {"unit": "QH-Q03", "team": "DKT-1", "date": "2020-11-09", "session": "AFTERNOON"},
]
LAST, REST = REQUIRED[-1], REQUIRED[:-1]
MEETING = {"meeting": "BTV 07/11/2020", "date": "2020-11-07", "document": "QĐ-7", "text": "Vẫn kiểm tra"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Two units of one team on 2020-11-09: Quận 1 lacks a document at the cut-off, Quận 3 is in order."""
    found = town(tmp_path_factory.mktemp("packs"), ["scores", "inspections", "ranking"])
    set_up_cycle(found)
    for sub, role, scope in (("btv", "standing_committee", "ledger"), ("bithu.q03", "unit", "unit:QH-Q03")):
        grant = {"grant": f"{role}.{sub}", "sub": sub, "role": role, "scope": scope, "from": START}
        accepted((found.post("scores", "grants", grant, ADMIN),))
    found.settle()
    accepted(
        (
            found.post("inspections", "rounds", ROUND, "vanphong"),
            found.post("inspections", "teams", {"team": "DKT-1", "members": MEMBERS}, "vanphong"),
        )
    )
    found.settle()
    accepted((found.post("inspections", "schedule/batch", {"sessions": SESSIONS}, "vanphong"),))
    found.set_clock("2020-11-06T16:59:59.999000Z")
    by_mail = {"via": "email", "occurred_at": "2020-11-06T16:59:59.999000Z", "proof": "Thư 06/11"}
    for unit, sub, documents, about in (
        ("QH-Q01", "bithu.q01", REST, {}),
        ("QH-Q03", "dkt.2", REQUIRED, by_mail),
    ):
        body = {"unit": unit, "manifest": list(files(*documents)), **about}
        accepted((found.post("inspections", "packs", body, sub),))
    found.settle()
    yield found
    for house in found.houses.values():
        house.engine.dispose()


def number_of(made: Town, unit: str, sub: str) -> int:
    found = made.get("inspections", f"packs?unit={unit}", sub).get_json()
    number = found["packs"][0]["number"]
    assert isinstance(number, int)
    return number


def test_from_the_cut_off_to_the_word_of_the_committee(made: Town) -> None:
    opener = CaseOpener(made.houses["inspections"])
    assert opener.step() == 0
    early = made.post("inspections", "cases", {"unit": "QH-Q01"}, "vanphong")
    assert (early.status_code, rules_of(early)) == (409, {"deadline-open"})

    made.set_clock("2020-11-06T17:00:00.000000Z")
    assert opener.step() == 1
    assert CaseOpener(made.houses["inspections"]).step() == 0
    again = made.post("inspections", "cases", {"unit": "QH-Q01"}, "vanphong")
    assert (again.status_code, rules_of(again)) == (409, {"case-open"})
    in_order = made.post("inspections", "cases", {"unit": "QH-Q03"}, "dkt.2")
    assert (in_order.status_code, rules_of(in_order)) == (409, {"pack-in-order"})

    span = {"from": "2020-11-06T12:00:00.000000Z", "to": "2020-11-06T15:00:00.000000Z", "text": "mất mạng"}
    accepted((made.post("inspections", "outages", span, "vanphong"),))
    late = {"unit": "QH-Q01", "manifest": list(files(LAST))}
    accepted((made.post("inspections", "packs", late, "bithu.q01"),))
    made.settle(standings=True)

    (case,) = made.get("inspections", "cases", "vanphong").get_json()["items"]
    assert (case["unit"], case["by"], case["status"], case["missing"]) == ("QH-Q01", "system", "open", [LAST])
    assert [(pack["on_time"], pack["complete"]) for pack in case["packs"]] == [(True, False), (False, True)]
    assert [one["text"] for one in case["outages"]] == ["mất mạng"]
    ready = made.get("inspections", "readiness?unit=QH-Q01", "bithu.q01").get_json()
    assert (ready["pack_in_order"], ready["case"]["status"]) == (False, "open")
    assert "case-open" in ready["warnings"]

    waiting = made.get("ranking", "decisions", "btv").get_json()["waiting"]["cases"]
    assert [(one["unit"], one["missing"]) for one in waiting] == [("QH-Q01", [LAST])]
    decision = {"unit": "QH-Q01", "outcome": "declined", **MEETING}
    accepted((made.post("ranking", "decisions/forfeit", decision, "btv"),))
    twice = made.post("ranking", "decisions/forfeit", decision, "btv")
    assert (twice.status_code, rules_of(twice)) == (409, {"no-open-case"})
    made.settle(standings=True)
    (case,) = made.get("inspections", "cases", "vanphong").get_json()["items"]
    assert (case["status"], case["decision"]["document"]) == ("declined", "QĐ-7")
    assert made.get("ranking", "decisions", "btv").get_json()["waiting"]["cases"] == []
    assert opener.step() == 0


def test_a_pack_is_assessed_and_forwarded_by_its_number(made: Town) -> None:
    number = number_of(made, "QH-Q03", "bithu.q03")
    findings = {"findings": [{"document": one, "outcome": "accepted"} for one in REQUIRED]}
    assert made.post("inspections", f"packs/{number}/assess", findings, "bithu.q03").status_code == 403
    accepted(
        (
            made.post("inspections", f"packs/{number}/assess", findings, "dkt.2"),
            made.post("inspections", f"packs/{number}/forward", {"members": ["dkt.3"]}, "dkt.2"),
        )
    )
    for nothing in (1, 999, 2**70):  # the number of another fact, of none, of none that there can be
        unknown = made.post("inspections", f"packs/{nothing}/forward", {"members": ["dkt.3"]}, "dkt.2")
        assert (unknown.status_code, rules_of(unknown)) == (404, {"unknown-pack"})
    ready = made.get("inspections", "readiness?unit=QH-Q03", "dkt.3").get_json()
    (pack,) = ready["packs"]
    assert (pack["assessed"], pack["forwarded"], ready["pack_in_order"]) == (True, ["dkt.3"], True)


def test_packs_and_cases_are_shown_to_who_may_see_the_unit_and_to_nobody_else(made: Town) -> None:
    assert made.get("inspections", "packs?unit=QH-Q03", "bithu.q03").status_code == 200
    assert made.get("inspections", "packs?unit=QH-Q03", "bithu.q01").status_code == 403
    assert made.get("inspections", "packs?unit=QH-Q03").status_code == 401
    assert made.get("inspections", "cases").status_code == 401
    assert made.get("inspections", "cases", "bithu.q03").get_json()["items"] == []
    own = made.get("inspections", "cases", "bithu.q01").get_json()["items"]
    assert {one["unit"] for one in own} <= {"QH-Q01"}
