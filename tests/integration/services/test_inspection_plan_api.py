"""The plan of a round over HTTP: calendar, teams, schedule, requests, proposals, iCalendar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest

from tests.support.deciding import RULEBOOK
from tests.support.town import ADMIN, START, Town, accepted, rules_of, set_up_cycle, town

CALENDAR = (RULEBOOK.parent / "calendar.yaml").read_text("utf-8")
ROUND = {"round": "DOT-2020", "first_day": "2020-11-09", "last_day": "2020-11-20", "calendar": "lich-2020"}
SESSION = {"unit": "QH-Q01", "team": "DKT-1", "date": "2020-11-11", "session": "MORNING"}
NOMINATION = {"person": "LTT-01", "name": "Người 1", "department": "TDLTT", "document": "15-CV/LTT"}
LAST_SECOND, A_SECOND_LATER = "2020-11-06T10:00:00.000000Z", "2020-11-06T10:00:01.000000Z"


def members(team: int, **home: str) -> list[dict[str, str]]:
    return [
        {"person": f"dkt{team}.{n}", "role": role, "name": f"Người {n}", "department": "TDLTT", **home}
        for n, role in enumerate(("leader", "secretary"), start=1)
    ]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A small 2020 with a calendar, two teams, a session, a request and two nominations."""
    found = town(tmp_path_factory.mktemp("town"), ["scores", "inspections"])
    set_up_cycle(found)
    school = {"code": "TDLTT", "name": "Trường Đoàn Lý Tự Trọng", "kind": "public_service"}
    grant = {"grant": "ltt", "sub": "ltt", "role": "department_head", "scope": "department:TDLTT"}
    accepted(
        (
            found.post("scores", "departments/batch", {"departments": [school]}, ADMIN),
            found.post("scores", "grants", {**grant, "from": START}, ADMIN),
        )
    )
    found.settle()
    accepted(
        (
            found.post("inspections", "calendars", {"calendar": CALENDAR, "document": "12-KH"}, "vanphong"),
            found.post("inspections", "rounds", ROUND, "vanphong"),
            found.post("inspections", "teams", {"team": "DKT-1", "members": members(1)}, "vanphong"),
            found.post(
                "inspections",
                "teams",
                {"team": "DKT-2", "members": members(2, home_unit="QH-Q03")},
                "vanphong",
            ),
        )
    )
    found.settle()
    accepted((found.post("inspections", "schedule/batch", {"sessions": [SESSION]}, "vanphong"),))
    found.set_clock("2020-11-07T01:00:00.000000Z")
    nominations = "teams/DKT-1/nominations"
    for person, at in (("LTT-01", LAST_SECOND), ("LTT-02", A_SECOND_LATER)):
        body = {**NOMINATION, "person": person, "occurred_at": at}
        accepted((found.post("inspections", nominations, body, "vanphong"),))
    found.settle()
    yield found
    for house in found.houses.values():
        house.engine.dispose()


def read(made: Town, path: str, sub: str | None = None) -> Any:
    response = made.get("inspections", path, sub)
    assert response.status_code == 200, response.text
    return response.get_json()


def test_a_calendar_is_shown_to_everybody_with_its_cut_offs(made: Town) -> None:
    (calendar,) = read(made, "calendars")["calendars"]
    assert (calendar["calendar"], calendar["version"]) == ("lich-2020", 1)
    due = {one["criterion"]: one["due"] for one in calendar["deliveries"]}
    assert due == {
        "4.2": "2020-11-04T17:00:00.000000Z",
        "5.2": "2020-11-04T17:00:00.000000Z",
        "5.1": None,
        None: A_SECOND_LATER,
    }


def test_a_calendar_that_cannot_be_names_each_fault_by_its_path(made: Town) -> None:
    text = CALENDAR.replace("holidays: []", 'holidays: ["09/11"]').replace('from: "08:00"', "from: 8")
    response = made.post("inspections", "calendars", {"calendar": text, "document": "x"}, "vanphong")
    assert (response.status_code, rules_of(response)) == (422, {"calendar-invalid"})
    fields = {fault["field"] for fault in response.get_json()["errors"]}
    assert fields >= {"calendar.holidays.0", "calendar.sessions.MORNING.from"}
    broken = made.post("inspections", "calendars", {"calendar": "a: [", "document": "x"}, "vanphong")
    assert rules_of(broken) == {"calendar-unreadable"}
    again = made.post("inspections", "calendars", {"calendar": CALENDAR, "document": "x"}, "vanphong")
    assert (again.status_code, rules_of(again)) == (409, {"calendar-version"})


def test_teams_show_late_nominations_to_who_sees_everything_and_to_the_team_itself(made: Town) -> None:
    teams = read(made, "teams", "vanphong")["teams"]
    assert [one["team"] for one in teams] == ["DKT-1", "DKT-2"]
    assert [one["late"] for one in teams[0]["nominations"]] == [False, True]
    assert teams[0]["units"] == ["QH-Q01"]
    assert [one["team"] for one in read(made, "teams", "dkt2.1")["teams"]] == ["DKT-2"]
    assert read(made, "teams", "bithu.q01")["teams"] == []
    assert made.get("inspections", "teams").status_code == 401


def test_a_head_nominates_and_withdraws_his_own_people_only(made: Town) -> None:
    path = "teams/DKT-2/nominations"
    accepted((made.post("inspections", path, {**NOMINATION, "person": "LTT-05"}, "ltt"),))
    other = made.post("inspections", path, {**NOMINATION, "department": "BTG"}, "ltt")
    assert (other.status_code, rules_of(other)) == (403, {"other-departments-people"})
    withdrawal = {"person": "LTT-05", "reason": "ốm"}
    accepted((made.post("inspections", f"{path}/withdraw", withdrawal, "ltt"),))
    (nomination,) = read(made, "teams", "vanphong")["teams"][1]["nominations"]
    assert nomination["withdrawn"] == "ốm"


def test_a_unit_asks_and_its_leader_declines_then_approves(made: Town) -> None:
    ask = {"unit": "QH-Q01", "reason": "Cấp ủy bận", "date": "2020-11-13", "session": "AFTERNOON"}

    def asked() -> int:
        response = made.post("inspections", "reschedules", ask, "bithu.q01")
        assert response.status_code == 201, response.text
        return int(response.get_json()["receipts"][0]["sequence"])

    number = asked()
    assert [one["number"] for one in read(made, "reschedules", "dkt1.1")["requests"]] == [number]
    assert read(made, "reschedules", "dkt2.1")["requests"] == []
    assert made.get("inspections", "reschedules").status_code == 401
    decline = f"reschedules/{number}/decline"
    assert made.post("inspections", decline, {"reason": "x"}, "dkt2.1").status_code == 403
    accepted((made.post("inspections", decline, {"reason": "Hết buổi"}, "dkt1.1"),))
    missing = made.post("inspections", "reschedules/9999/decline", {"reason": "x"}, "dkt1.1")
    assert (missing.status_code, rules_of(missing)) == (404, {"unknown-request"})
    number = asked()
    move = {**SESSION, "date": "2020-11-13", "session": "AFTERNOON", "request": number, "starts": "14:00"}
    response = made.post("inspections", "schedule", move, "dkt1.1")
    assert (response.status_code, response.get_json()["warnings"]) == (201, [])
    assert read(made, "reschedules", "vanphong")["requests"] == []
    answers = [one["answer"] for one in read(made, "reschedules?answered=true", "vanphong")["requests"]]
    assert answers == ["declined", "approved"]
    slots = read(made, "schedule/history?unit=QH-Q01", "bithu.q01")["slots"]
    assert [(one["date"], one["request"]) for one in slots] == [("2020-11-11", None), ("2020-11-13", number)]
    assert made.get("inspections", "schedule/history?unit=QH-Q01", "dkt2.1").status_code == 403
    assert made.get("inspections", "schedule/history?unit=QH-Q01").status_code == 401

    moved = made.get("inspections", "schedule.ics?unit=QH-Q01").get_data()
    (event,) = icalendar.Calendar.from_ical(moved).walk("VEVENT")
    assert (str(event["UID"]), int(event["SEQUENCE"])) == ("QH-Q01.hcmc.2020.inspection@bangvang", 2)
    assert event.decoded("DTSTART") == datetime(2020, 11, 13, 14, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


def test_the_schedule_opens_in_anybodys_calendar_by_zone_team_and_unit(made: Town) -> None:
    response = made.get("inspections", "schedule.ics?team=DKT-1")
    assert (response.status_code, response.mimetype) == (200, "text/calendar")
    book = icalendar.Calendar.from_ical(response.get_data())
    assert [str(zone["TZID"]) for zone in book.walk("VTIMEZONE")] == ["Asia/Ho_Chi_Minh"]
    (event,) = book.walk("VEVENT")
    assert str(event["SUMMARY"]) == "Kiểm tra Quận Đoàn 1 (DKT-1)"
    assert event["DTSTART"].params["TZID"] == "Asia/Ho_Chi_Minh"
    assert made.get("inspections", "schedule.ics?team=DKT-9").status_code == 404
    assert made.get("inspections", "schedule.ics?unit=QH-Q99").status_code == 404
    assert not icalendar.Calendar.from_ical(
        made.get("inspections", "schedule.ics?team=DKT-2").get_data()
    ).walk("VEVENT")


def test_a_proposal_states_nothing_and_its_sessions_can_be_stated_as_they_are(made: Town) -> None:
    before = read(made, "schedule")
    proposal = made.post("inspections", "schedule/proposals", {}, "vanphong")
    assert proposal.status_code == 200, proposal.text
    body = proposal.get_json()
    assert (body["feasible"], body["best"], body["reasons"]) == (True, True, [])
    placed = {one["unit"]: one for one in body["sessions"]}
    assert set(placed) == {"QH-Q03", "LLVT-BTL"}
    assert placed["QH-Q03"]["team"] == "DKT-1"  # a member of the other one comes from there
    assert placed["QH-Q03"]["date"] >= "2020-11-10"  # on the 7th packs for the 9th are due already
    assert placed["LLVT-BTL"]["date"] >= "2020-11-12"  # five days for gate passes, from the 7th
    assert read(made, "schedule") == before
    again = made.post("inspections", "schedule/proposals", {}, "vanphong").get_json()
    assert again == body
    for sub in ("dkt1.1", "bithu.q01", "btg"):
        assert made.post("inspections", "schedule/proposals", {}, sub).status_code == 403
    assert made.post("inspections", "schedule/proposals", {}, None).status_code == 401
    stated = made.post("inspections", "schedule/batch", {"sessions": body["sessions"]}, "vanphong")
    assert (stated.status_code, stated.get_json()["warnings"]) == (201, [])
    assert made.post("inspections", "schedule/proposals", {}, "vanphong").get_json()["sessions"] == []


def test_a_check_says_what_a_move_would_do_and_states_nothing(made: Town) -> None:
    before = read(made, "schedule")
    about = "schedule/check?unit=QH-Q01&team=DKT-1&session=AFTERNOON&date="
    soon = read(made, f"{about}2020-11-09", "dkt1.1")
    assert (soon["possible"], soon["due_of_day"]) == (True, "2020-11-06T17:00:00.000000Z")
    assert soon["due_after"] == soon["due_before"] > soon["due_of_day"]  # the old cut-off is open: it stays
    assert [one["rule"] for one in soon["warnings"]] == ["cut-off-passed"]
    later = read(made, f"{about}2020-11-19", "vanphong")
    assert (later["due_after"], later["warnings"]) == ("2020-11-16T17:00:00.000000Z", [])
    outside = read(made, f"{about}2020-11-28", "vanphong")
    assert (outside["possible"], [one["rule"] for one in outside["errors"]]) == (False, ["outside-round"])
    for sub, status in (("bithu.q01", 403), ("dkt2.1", 403), (None, 401)):
        assert made.get("inspections", f"{about}2020-11-19", sub).status_code == status
    assert made.get("inspections", "schedule/check?unit=QH-Q01", "vanphong").status_code == 422
    assert read(made, "schedule") == before


def test_a_session_too_soon_for_gate_passes_is_stated_and_warned_of(made: Town) -> None:
    soon = {"unit": "LLVT-BTL", "team": "DKT-2", "date": "2020-11-09", "session": "AFTERNOON"}
    response = made.post("inspections", "schedule", soon, "vanphong")
    assert response.status_code == 201
    warned = [one["rule"] for one in response.get_json()["warnings"]]
    assert warned == ["lead-time-short", "cut-off-passed"]  # the 9th: documents were due before the 7th
    slots = read(made, "schedule/history?unit=LLVT-BTL", "vanphong")["slots"]
    assert slots[-1]["lead_time_short"]


def test_a_pack_names_the_version_of_the_calendar_by_which_it_is_due(made: Town) -> None:
    manifest = [{"document": "REPORT", "name": "a.pdf", "sha256": "sha256:" + "a" * 64, "size": 1}]
    pack = made.post("inspections", "packs", {"unit": "QH-Q01", "manifest": manifest}, "bithu.q01")
    assert pack.status_code == 201, pack.text
    data = pack.get_json()["receipts"][0]["data"]
    assert (data["calendar"], data["calendar_version"], data["schedule_version"]) == ("lich-2020", 1, 2)
    assert data["due"] == "2020-11-10T17:00:00.000000Z"
