"""Readiness, briefings and dossier as pages, and what helps to fill in their forms: who sees what of it."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from sqlalchemy import insert
from werkzeug.test import TestResponse

from shared.access.tables import ledgers
from shared.events import Event
from shared.store.tables import events
from tests.support.inspections_site import demo_round
from tests.support.town import LEDGER, Town, accepted, rules_of
from tests.support.world import ACTOR, TIME, World

UNITS = ["QH-Q01", "QH-Q02", "QH-Q03", "LLVT-CATP"]
SECRETS = ("Mật của Ban về Quận 1", "Mật của Ban về cả khu vực", "Mật của Ban về Quận 3")
PERSON = "Nguyễn Người Dự"
SUBORDINATES = [
    {"code": "P01", "name": "Đoàn phường 1", "kind": "ward_commune_township", "class": "EXCELLENT"},
    {"code": "P02", "name": "Quân sự quận", "kind": "armed_forces", "class": "GOOD", "year": "2019"},
]
EVERYTHING = ("vanphong", "btv", "kiemtra")
TEAM = ("NV-001", "NV-003", "NV-004")
OTHERS = ("NV-010", "bithu.q03", "btg", None)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Four units of a round whose rulebook keeps what is live to those concerned."""
    found = demo_round(tmp_path_factory.mktemp("town"), units=UNITS)
    told = [
        {"department": "BTG", "about": "priority", "unit": "QH-Q01", "text": SECRETS[0]},
        {"department": "BTG", "about": "note", "area": "QH", "text": SECRETS[1]},
        {"department": "BTG", "about": "penalty", "unit": "QH-Q03", "text": SECRETS[2]},
    ]
    attending = [{"role": "secretary", "name": PERSON, "subordinate": "P02"}]
    listed = {"unit": "QH-Q01", "subordinates": SUBORDINATES, "document": "01-BC"}
    own = {"unit": "QH-Q01", "attendees": attending, "reason": "Phường 2 chưa có Bí thư"}
    score = {"unit": "QH-Q01", "criterion": "1.2", "stage": "department", "value": "5.75"}
    accepted(
        (
            *(found.post("inspections", "briefings", one, "btg") for one in told),
            found.post("inspections", "subordinates", listed, "bithu.q01"),
            found.post("inspections", "attendance", own, "bithu.q01"),
            found.post("inspections", "site", {"unit": "QH-Q01", "ready": True}, "bithu.q01"),
            found.post("scores", "scores", score, "btg"),
        )
    )
    found.settle()
    yield found
    for house in found.houses.values():
        house.engine.dispose()


def page(made: Town, path: str, sub: str | None, lang: str = "vi") -> TestResponse:
    headers = {} if sub is None else {"Authorization": f"Bearer {made.issuer.issue(sub)}"}
    address = f"/inspections/{LEDGER}/{path}{'&' if '?' in path else '?'}lang={lang}"
    return made.apps["inspections"].test_client().get(address, headers=headers)


def words(made: Town, path: str, sub: str | None, lang: str = "vi") -> str:
    answer = page(made, path, sub, lang)
    assert answer.status_code == 200, answer.status_code
    return unescape(answer.text)


def upload(made: Town, path: str, content: bytes, sub: str) -> TestResponse:
    return made.post("inspections", path, content, sub, content_type="application/octet-stream")


# --- who sees what


@pytest.mark.parametrize("path", ["readiness", "readiness/QH-Q01", "dossier/QH-Q01", "briefings"])
def test_nobody_in_particular_is_asked_who_he_is(made: Town, path: str) -> None:
    live = page(made, path, None)
    assert live.status_code == 401 or (path == "readiness/QH-Q01" and PERSON not in unescape(live.text))


@pytest.mark.parametrize("sub", [*EVERYTHING, *TEAM])
def test_a_team_and_who_sees_everything_read_briefings_in_list_and_dossier(made: Town, sub: str) -> None:
    listed, dossier = words(made, "briefings", sub), words(made, "dossier/QH-Q01", sub)
    assert all(secret in found for secret in SECRETS[:2] for found in (listed, dossier))
    assert SECRETS[2] not in dossier
    assert (SECRETS[2] in listed) == (sub in EVERYTHING)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_no_page_shows_a_unit_what_departments_say_of_it(made: Town, lang: str) -> None:
    for path in ("", "plan", "readiness", "readiness/QH-Q01", "dossier/QH-Q01"):
        found = words(made, path, "bithu.q01", lang)
        assert not any(secret in found for secret in SECRETS), path
    refused = page(made, "briefings", "bithu.q01", lang)
    assert refused.status_code == 403
    assert not any(secret in unescape(refused.text) for secret in SECRETS)


def test_a_department_reads_its_own_items_and_no_dossier(made: Town) -> None:
    assert all(secret in words(made, "briefings", "btg") for secret in SECRETS)
    assert not any(secret in words(made, "briefings", "bmt") for secret in SECRETS)
    assert page(made, "dossier/QH-Q01", "btg").status_code == 403


@pytest.mark.parametrize("sub", OTHERS)
def test_whoever_is_not_concerned_reads_no_name_no_list_and_no_dossier(made: Town, sub: str | None) -> None:
    assert page(made, "dossier/QH-Q01", sub).status_code in (401, 403)
    found = page(made, "readiness/QH-Q01", sub)  # the checks are as public as the rulebook says
    assert PERSON not in unescape(found.text)
    assert "Đoàn phường 1" not in unescape(found.text)


# --- the pages


def test_the_table_counts_and_filters(made: Town) -> None:
    every = words(made, "readiness", "vanphong")
    assert [name in every for name in ("Quận Đoàn 1", "Quận Đoàn 2", "Quận Đoàn 3", "Công an")] == [True] * 4
    assert every.index("Quận Đoàn 1<") < every.index("Quận Đoàn 3<")
    army = words(made, "readiness?area=LLVT", "vanphong")
    assert "Công an" in army
    assert "Quận Đoàn 1<" not in army
    assert "Không có đơn vị nào như vậy" in words(made, "readiness?team=DKT-9", "vanphong")
    assert "Quận Đoàn 1<" in words(made, "readiness?open=1", "vanphong")


def test_the_units_page_says_item_by_item_what_to_do_and_who_owes_scores(made: Town) -> None:
    found = words(made, "readiness/QH-Q01", "bithu.q01")
    assert "Kết quả phân loại của Quân sự quận không phải của năm 2020" in found
    assert "Phường 2 chưa có Bí thư" in found
    assert PERSON in found
    assert f"/scores/{LEDGER}/progress?department=BTG" in found
    assert found.count("data-command=") == 5
    assert "data-command=" not in words(made, "readiness/QH-Q01", "kiemtra")
    secretary = words(made, "readiness/QH-Q01", "NV-003")
    assert secretary.count("data-command=") == 1
    assert "party-committee" in secretary


def test_a_unit_that_there_is_not_is_not_found(made: Town) -> None:
    for path in ("readiness/QH-XX", "dossier/QH-XX"):
        assert page(made, path, "vanphong").status_code == 404


def test_the_dossier_shows_each_score_with_who_and_when(made: Town) -> None:
    found = words(made, "dossier/QH-Q01", "NV-003")
    assert '<b class="num">5,75</b>' in found
    assert "btg · Ban Tuyên giáo" in found
    assert 'id="carry"' not in found
    assert 'id="carry"' in words(made, "dossier/QH-Q01", "vanphong")


# --- what helps to fill in the forms


def test_advice_says_what_a_list_would_depart_from_and_states_nothing(made: Town) -> None:
    before = len(made.houses["inspections"].store.unsent(10))
    query = "attendance/advice?unit=QH-Q01&attendee=full_time_cadres&attendee=secretary:P01"
    found = made.get("inspections", query, "bithu.q01").get_json()["deviations"]
    codes = [one["code"] for one in found]
    assert "TOO_FEW.EXCELLENT" in codes
    assert "ROLE_MISSING.full_time_cadres" not in codes
    assert all(one["vi"] and one["en"] for one in found)
    assert len(made.houses["inspections"].store.unsent(10)) == before


def test_advice_is_for_who_sees_the_unit_and_of_codes_alone(made: Town) -> None:
    query = "attendance/advice?unit=QH-Q01&attendee="
    for sub in ("bithu.q03", "NV-010", "btg"):
        assert made.get("inspections", f"{query}guest", sub).status_code == 403
    assert made.get("inspections", f"{query}guest").status_code == 401
    assert rules_of(made.get("inspections", f"{query}Nguyễn Văn A", "bithu.q01")) == {"not-a-code"}
    assert made.get("inspections", "attendance/advice?unit=QH-XX", "vanphong").status_code == 404


def test_a_file_of_subordinates_is_read_and_nothing_is_kept(made: Town) -> None:
    text = "Mã;Tên;Khối;Phân loại\nP01;Đoàn 1;Trường học;Xuất sắc\nP02;Đoàn 2;Khác;\n"
    answer = upload(made, "subordinates/preview?unit=QH-Q01", text.encode("utf-8"), "bithu.q01")
    assert answer.status_code == 200
    found = answer.get_json()
    assert [(one["cell"], one["rule"]) for one in found["faults"]] == [("D2", "unknown-class")]
    assert found["rows"][1] == {
        "sheet": "CSV",
        "cell": "A3",
        "bad": False,
        "says": {"code": "P02", "name": "Đoàn 2", "kind": "other"},
    }
    held = made.get("inspections", "subordinates/template.xlsx?unit=QH-Q01", "bithu.q01")
    assert held.content_type == XLSX
    again = upload(made, "subordinates/preview?unit=QH-Q01", held.data, "bithu.q01").get_json()
    assert [row["says"]["code"] for row in again["rows"]] == ["P01", "P02"]
    assert again["faults"] == []


def test_a_file_is_read_for_who_may_state_its_list_alone(made: Town) -> None:
    text = b"ref,text,cycle\nHC-1,a,2019\n"
    assert upload(made, "limitations/preview?unit=QH-Q01", text, "quantri").get_json()["faults"] == []
    for path, sub in (
        ("limitations/preview?unit=QH-Q01", "bithu.q01"),
        ("subordinates/preview?unit=QH-Q01", "bithu.q03"),
        ("subordinates/preview?unit=QH-Q01", "NV-003"),
    ):
        assert upload(made, path, text, sub).status_code == 403
    assert upload(made, "subordinates/preview?unit=QH-Q01", b"", "bithu.q01").status_code == 422
    form = made.post("inspections", "subordinates/preview?unit=QH-Q01", {"a": 1}, "bithu.q01")
    assert form.status_code == 415


def test_last_years_ledger_is_asked_by_who_carries_limitations_and_has_to_be_here(made: Town) -> None:
    path = "limitations/previous?unit=QH-Q01&from="
    for sub in ("bithu.q01", "NV-001", "kiemtra", "btg"):
        assert made.get("inspections", f"{path}2019", sub).status_code == 403
    assert made.get("inspections", f"{path}2019").status_code == 401
    for before in ("2019", "2020"):
        answer = made.get("inspections", f"{path}{before}", "vanphong")
        assert answer.status_code == 404
        assert "unknown-ledger" in answer.get_json()["type"]


def last_year(made: Town, unit: str, *facts: tuple[str, dict[str, Any]]) -> None:
    """The service held the ledger of 2019 too, with these facts about ``unit``."""
    world = World("hcmc/2019", services=("inspections",))
    told = [
        Event.parse(world.event("inspections", type_, unit, {"occurred_at": TIME, "actor": ACTOR, **data}))
        for type_, data in facts
    ]
    names = ("source", "sequence", "id", "subject", "subjectsequence", "type", "time", "commandid")
    row = {"org": "hcmc", "cycle": "2019", "name": "Năm 2019", "timezone": "Asia/Ho_Chi_Minh"}
    with made.houses["inspections"].engine.begin() as connection:
        connection.execute(insert(ledgers).values(ledger="hcmc/2019", clock="real", topic="t", **row))
        for one in told:
            held = {name: getattr(one, name) for name in names}
            connection.execute(insert(events).values(ledger="hcmc/2019", value=one.value, sent=True, **held))


def test_last_years_conclusion_gives_the_limitations_and_what_is_carried_is_left_out(made: Town) -> None:
    concluded = {"team": "DKT-1", "strengths": "a", "orientation": "c", "scores": [], "adjustments": []}
    texts = {"limitations": "- Chậm báo cáo\n- Ít chi đoàn mới", "recognised_models": []}
    last_year(made, "LLVT-CATP", ("conclusion.signed.v1", {**concluded, **texts}))
    path = "limitations/previous?unit=LLVT-CATP&from=2019"
    found = made.get("inspections", path, "vanphong").get_json()
    assert found["document"] == "hcmc/2019 inspections/1"
    assert [one["text"] for one in found["limitations"]] == ["Chậm báo cáo", "Ít chi đoàn mới"]
    carried = {"unit": "LLVT-CATP", "document": found["document"], "limitations": found["limitations"][:1]}
    accepted([made.post("inspections", "limitations", carried, "vanphong")])
    left = made.get("inspections", path, "vanphong").get_json()["limitations"]
    assert [one["ref"] for one in left] == ["HC-2019-2"]


def test_a_name_is_removed_on_request_and_the_page_says_so(made: Town) -> None:
    attending: list[dict[str, Any]] = [{"role": "guest", "name": "Người Xin Xóa"}]
    declared = made.post("inspections", "attendance", {"unit": "QH-Q03", "attendees": attending}, "bithu.q03")
    accepted([declared])
    held = made.get("inspections", "attendance?unit=QH-Q03", "bithu.q03").get_json()["attendees"][0]
    assert "Người Xin Xóa" in words(made, "readiness/QH-Q03", "bithu.q03")
    path = f"attendance/names?unit=QH-Q03&person={held['person']}"
    assert made.send("DELETE", "inspections", path, None, "bithu.q03").status_code == 200
    gone = words(made, "readiness/QH-Q03", "bithu.q03")
    assert "Người Xin Xóa" not in gone
    assert "đã xóa tên" in gone
