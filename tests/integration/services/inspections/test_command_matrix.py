"""Every command of inspections x every role, by token and from a page: the wrong role stores nothing.

Every body is well formed and fails only after the question who may, at a rule or at something that there is
not; so the right role is refused too, and whoever may not does not learn even why.  A new command is named in
:data:`COMMANDS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from shared.web.runtime import SESSION_COOKIE
from tests.support.planted_inspections import (
    DRAFTED,
    HIDDEN,
    MINE,
    OWN,
    PEOPLE,
    TEAM,
    THEIRS,
    Planted,
    forbidden,
    planted,
    text_of,
)

BASE = "/inspections/v1/hcmc/2020/"
ADMIN = frozenset({"admin"})
OFFICE = frozenset({"office"})
PLANNERS = frozenset({"admin", "office"})
HEAD = frozenset({"head"})
UNIT = frozenset({"unit"})
LEADER = frozenset({"leader"})
SECRETARY = frozenset({"secretary"})
BTG = frozenset({"department", "head"})
OCTETS = "application/octet-stream"
NONE = f"sha256:{'0' * 64}"
CALENDAR = "calendar: {id: khong-dung}"
MEMBER = {"person": "p", "role": "leader", "name": "N", "department": "VP"}
SESSION = {"unit": OWN, "team": TEAM, "date": "2020-11-10", "session": "MORNING"}
ABOUT = {"unit": OWN, "text": "T"}
ANSWER = {"unit": OWN, "conclusion": "CONCLUSION-QH-Q01", "criterion": "1.2", "text": "T"}
CONCLUSION = {"unit": OWN, "strengths": "S", "limitations": "L", "orientation": "O"}
FILE = {"document": "KHONG-CO", "name": "a.pdf", "sha256": f"sha256:{'a' * 64}", "size": 3}

Command = tuple[str, str, Any, frozenset[str]]

# Endpoint -> method, path below the API's base, body (bytes are sent as they are), and who may.
COMMANDS: Mapping[str, Command] = {
    "inspections.open_round": (
        "POST",
        "rounds",
        {"round": "D2", "first_day": "2020-12-01", "last_day": "2020-12-02", "calendar": "c"},
        PLANNERS,
    ),
    "inspections.close_round": ("POST", "rounds/DOT-2020/close", {}, OFFICE),
    "inspections.adopt_calendar": ("POST", "calendars", {"calendar": CALENDAR, "document": "D"}, PLANNERS),
    "inspections.form_team": ("POST", "teams", {"team": TEAM, "members": [MEMBER]}, PLANNERS),
    "inspections.form_teams": (
        "POST",
        "teams/batch",
        {"teams": [{"team": TEAM, "members": [MEMBER]}]},
        PLANNERS,
    ),
    "inspections.nominate_member": (
        "POST",
        f"teams/{TEAM}/nominations",
        {"person": f"cu.{TEAM}", "name": "N", "department": "BTG", "document": "D"},
        OFFICE | HEAD,
    ),
    "inspections.withdraw_member": (
        "POST",
        f"teams/{TEAM}/nominations/withdraw",
        {"person": "khong.co", "reason": "R"},
        OFFICE | HEAD,
    ),
    "inspections.schedule": ("POST", "schedule", SESSION, PLANNERS | LEADER),
    "inspections.schedule_many": ("POST", "schedule/batch", {"sessions": [SESSION]}, PLANNERS | LEADER),
    "inspections.propose_schedule": (
        "POST",
        "schedule/proposals",
        {"unavailable": [{"team": "KHONG-CO", "date": "2020-11-10", "session": "MORNING"}]},
        PLANNERS,
    ),
    "inspections.ask_reschedule": ("POST", "reschedules", {"unit": OWN, "reason": "R"}, UNIT),
    "inspections.decline_reschedule": ("POST", "reschedules/REQUEST-QH-Q01/decline", {"reason": "R"}, LEADER),
    "inspections.receive_pack": ("POST", "packs", {"unit": OWN, "manifest": [FILE]}, UNIT | SECRETARY),
    "inspections.assess_pack": (
        "POST",
        "packs/PACK-QH-Q01/assess",
        {"findings": [{"document": "KHONG-CO", "outcome": "accepted"}]},
        SECRETARY,
    ),
    "inspections.forward_pack": ("POST", "packs/PACK-QH-Q01/forward", {"members": ["khong.co"]}, SECRETARY),
    "inspections.send_part": ("PATCH", "packs/PACK-QH-Q01/files/REPORT/upload", b"", UNIT | SECRETARY),
    "inspections.read_schedule": ("POST", "schedule/files", b"", PLANNERS),
    "inspections.record_outage": (
        "POST",
        "outages",
        {"from": "2020-11-05T02:00:00.000000Z", "to": "2020-11-05T01:00:00.000000Z", "text": "T"},
        PLANNERS,
    ),
    "inspections.open_case": ("POST", "cases", {"unit": OWN}, OFFICE | SECRETARY),
    "inspections.issue_briefing": (
        "POST",
        "briefings",
        {"department": "BTG", "unit": OWN, "area": "QH", "about": "note", "text": "T"},
        BTG | OFFICE,
    ),
    "inspections.register_subordinates": (
        "POST",
        "subordinates",
        {
            "unit": OWN,
            "document": "D",
            "subordinates": [{"code": "C", "name": "N", "kind": "k", "class": "KHONG-CO"}],
        },
        UNIT,
    ),
    "inspections.preview_subordinates": ("POST", f"subordinates/preview?unit={OWN}", b"", UNIT),
    "inspections.declare_attendance": ("POST", "attendance", {"unit": OWN, "attendees": []}, UNIT),
    "inspections.forget_name": (
        "DELETE",
        f"attendance/names?unit={OWN}&person={NONE}",
        {},
        UNIT | OFFICE,
    ),
    "inspections.declare_site": ("POST", "site", {"unit": OWN, "ready": False}, UNIT),
    "inspections.answer_party_committee": (
        "POST",
        "party-committee",
        {"unit": OWN, "attends": False},
        UNIT | SECRETARY,
    ),
    "inspections.register_model": ("POST", "models", {**ABOUT, "ref": f"MH.{OWN}", "title": "T"}, UNIT),
    "inspections.carry_limitations": (
        "POST",
        "limitations",
        {"unit": OWN, "limitations": [{"ref": "R", "text": "T", "cycle": "2019"}]},
        PLANNERS,
    ),
    "inspections.preview_limitations": ("POST", f"limitations/preview?unit={OWN}", b"", PLANNERS),
    "inspections.open_inspection": ("POST", "inspections/open", {"unit": OWN}, LEADER | SECRETARY),
    "inspections.record_minutes": (
        "POST",
        "minutes",
        {
            "unit": OWN,
            "occurred_at": "2030-01-01T00:00:00.000000Z",
            "items": [{"kind": "note", "text": "T"}],
        },
        LEADER | SECRETARY,
    ),
    "inspections.record_finding": (
        "POST",
        "findings",
        {"unit": DRAFTED, "content": "noi-dung", "text": "T"},
        LEADER | SECRETARY,
    ),
    "inspections.assess_model": (
        "POST",
        "models/assess",
        {**ABOUT, "ref": "KHONG-CO", "initiative": "low"},
        LEADER | SECRETARY,
    ),
    "inspections.assess_limitation": (
        "POST",
        "limitations/assess",
        {**ABOUT, "ref": "KHONG-CO", "outcome": "not"},
        LEADER | SECRETARY,
    ),
    "inspections.keep_conclusion_draft": ("PUT", f"conclusions/draft?unit={OWN}", {}, LEADER | SECRETARY),
    "inspections.check_conclusion": ("POST", "conclusions/check", {"unit": OWN}, MINE),
    "inspections.delegate_conclusion": (
        "POST",
        "conclusions/delegate",
        {"unit": OWN, "person": "vien.1", "document": "D"},
        LEADER,
    ),
    "inspections.sign_conclusion": ("POST", "conclusions", CONCLUSION, LEADER),
    "inspections.amend_conclusion": ("POST", f"conclusions/{OWN}/amend", {"reason": "R"}, LEADER),
    "inspections.acknowledge_adjustment": ("POST", "adjustments/acknowledge", ANSWER, UNIT),
    "inspections.dispute_adjustment": ("POST", "adjustments/dispute", ANSWER, UNIT),
    "inspections.submit_reflection": (
        "POST",
        "reflections",
        {"team": TEAM, "unit": OWN, "text": "T"},
        MINE,
    ),
    "commons.move_clock": ("PUT", "clock", {"now": "2000-01-01T00:00:00.000000Z"}, ADMIN),
}
CALCULATED = {"inspections.propose_schedule", "inspections.check_conclusion"}
"""States nothing: whoever may is answered."""
STATED = {"inspections.record_finding"}
"""Has no rule that a well formed body could break at a session that is open: whoever may states it."""
ANYWHERE = {"Idempotency-Key": "key", "Upload-Offset": "7"}
OWN_PAGE = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
READING = {"GET", "HEAD", "OPTIONS"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    return planted(tmp_path_factory.mktemp("planted"))


def send(made: Planted, endpoint: str, headers: dict[str, str], cookie: str | None = None) -> Any:
    method, path, body, _ = COMMANDS[endpoint]
    client = made.town.apps["inspections"].test_client()
    if cookie is not None:
        client.set_cookie(SESSION_COOKIE, made.town.issuer.issue(PEOPLE[cookie][0]))
    if isinstance(body, bytes):
        content: dict[str, Any] = {"data": body, "content_type": OCTETS}
    else:
        content = {"json": _numbered(made, body)}
    return client.open(BASE + made.filled(path), method=method, headers={**ANYWHERE, **headers}, **content)


def both(made: Planted, endpoint: str, name: str) -> tuple[Any, Any]:
    """The answers by token and by the cookie of a page."""
    return send(made, endpoint, made.headers(name)), send(made, endpoint, OWN_PAGE, cookie=name)


def _numbered(made: Planted, body: Any) -> Any:
    """``body`` with the numbers of the events that were planted."""
    return {
        name: int(made.names[value]) if isinstance(value, str) and value in made.names else value
        for name, value in body.items()
    }


def test_every_route_that_is_not_only_read_is_named_here(made: Planted) -> None:
    rules = made.town.apps["inspections"].url_map.iter_rules()
    written = {rule.endpoint for rule in rules if set(rule.methods or ()) - READING}
    assert written == set(COMMANDS)


@pytest.mark.parametrize("endpoint", COMMANDS)
def test_by_token_and_from_an_own_page_whoever_may_not_is_refused_and_nothing_is_stored(
    made: Planted, endpoint: str
) -> None:
    before = made.stored()
    for name in sorted(set(PEOPLE) - COMMANDS[endpoint][3]):
        for answer in both(made, endpoint, name):
            assert answer.status_code == 403, (name, answer.text)
            told = text_of(answer)
            assert not [secret for secret in forbidden(name) if secret in told], name
    assert made.stored() == before


@pytest.mark.parametrize("endpoint", COMMANDS)
def test_by_token_and_from_an_own_page_whoever_may_is_heard(made: Planted, endpoint: str) -> None:
    before = made.stored()
    for name in sorted(COMMANDS[endpoint][3]):
        for answer in both(made, endpoint, name):
            told = text_of(answer)
            assert not [secret for secret in forbidden(name) if secret in told], name
            if endpoint in CALCULATED | STATED:
                assert answer.status_code in (200, 201), (name, told)
            else:
                assert answer.status_code in (404, 409, 412, 422, 428), (name, told)
                assert answer.get_json()["detail"] != answer.get_json()["detail_en"]
    assert (made.stored() == before) == (endpoint not in STATED)


@pytest.mark.parametrize("endpoint", COMMANDS)
def test_a_cookie_from_elsewhere_and_nobody_are_not_known(made: Planted, endpoint: str) -> None:
    before = made.stored()
    for name in ("admin", "office", "unit", "leader", "stranger"):
        assert send(made, endpoint, {"Origin": "https://elsewhere.example"}, cookie=name).status_code == 401
        assert send(made, endpoint, {}, cookie=name).status_code == 401
    assert send(made, endpoint, {}).status_code == 401
    assert made.stored() == before


@pytest.mark.parametrize("unit", [HIDDEN, DRAFTED])
def test_who_may_at_one_unit_may_not_at_anothers(made: Planted, unit: str) -> None:
    """The scope of a role is its unit or its team, whatever else a body names."""
    before = made.stored()
    for path, body in (
        ("site", {"unit": unit, "ready": False}),
        ("models", {"unit": unit, "ref": "R", "title": "T", "text": "T"}),
        ("reschedules", {"unit": unit, "reason": "R"}),
    ):
        answer = made.town.post("inspections", path, body, PEOPLE["unit"][0])
        assert answer.status_code == 403, answer.text
    for name in THEIRS if unit == DRAFTED else MINE:
        answer = made.town.post("inspections", "minutes", {**ABOUT_MINUTES, "unit": unit}, PEOPLE[name][0])
        assert answer.status_code == 403, answer.text
    assert made.stored() == before


ABOUT_MINUTES = {"items": [{"kind": "note", "text": "T"}]}
