"""Every GET route x every reader: who gets an answer, and that no answer holds what is not his to read.

A new route is named in :data:`ROUTES`, with who gets an answer below 400; the planted secrets do the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from shared.web.runtime import SESSION_COOKIE
from tests.support.planted_inspections import (
    ALL,
    BTG,
    DRAFTED,
    HIDDEN,
    MINE,
    OTHER,
    OWN,
    PEOPLE,
    READERS,
    TEAM,
    TEAM_OF,
    TEAMS,
    THEIRS,
    UNITS,
    Planted,
    briefed,
    drafted,
    forbidden,
    mark,
    nominated,
    planted,
    reflected,
    text_of,
)

Names = frozenset[str | None]
OPEN: Names = frozenset(READERS)
KNOWN: Names = OPEN - {None}
"""Whoever has a good token: without a grant he gets a list in which nothing stands."""
GRANTED: Names = KNOWN - {"stranger"}
AUDITOR: Names = frozenset({"auditor"})
PLANNERS: Names = frozenset({"admin", "office"})

CONCERNED: Names = ALL | MINE | THEIRS | {"unit", "other_unit"}

API, PAGES = "/inspections/v1/hcmc/2020/", "/inspections/hcmc/2020/"


def rows(address: str) -> dict[str, Names]:
    """An address of one unit (UNIT): for the unit, its team, and who sees everything."""
    return {address.replace("UNIT", unit): ALL | UNITS[unit] | TEAMS[team] for unit, team in TEAM_OF.items()}


def of_teams(address: str) -> dict[str, Names]:
    """An address of one unit (UNIT): for its own team alone."""
    return {address.replace("UNIT", unit): frozenset(TEAMS[team]) for unit, team in TEAM_OF.items()}


# Endpoint -> address below API or PAGES (of the whole service where it begins with /) -> who gets an answer.
ROUTES: Mapping[str, Mapping[str, Names]] = {
    "inspections.adjustments": rows("adjustments?unit=UNIT"),
    "inspections.attendance": rows("attendance?unit=UNIT"),
    "inspections.attendance_advice": rows("attendance/advice?unit=UNIT"),
    "inspections.calendars": {"calendars": OPEN},
    "inspections.cases": {"cases": KNOWN},
    "inspections.check_session": {
        f"schedule/check?unit={DRAFTED}&team={TEAM}&date=2020-11-10&session=MORNING": PLANNERS | {"leader"},
        f"schedule/check?unit={HIDDEN}&team={OTHER}&date=2020-11-10&session=MORNING": PLANNERS
        | {"other_leader"},
    },
    "inspections.closing": {"rounds/DOT-2020/closing": ALL},
    "inspections.conclusion_draft": of_teams("conclusions/draft?unit=UNIT"),
    "inspections.dossier_of": rows("dossier?unit=UNIT"),
    "inspections.history": rows("schedule/history?unit=UNIT"),
    "inspections.own_reflections": {"reflections/mine": KNOWN},
    "inspections.packs": rows("packs?unit=UNIT"),
    "inspections.previous_limitations": {f"limitations/previous?from=2019&unit={OWN}": frozenset()},
    "inspections.read_file": {  # the bytes of none have come: whoever may is told so
        f"packs/PACK-{unit}/files/REPORT": frozenset() for unit in UNITS
    },
    "inspections.upload_state": rows("packs/PACK-UNIT/files/REPORT/upload"),
    "inspections.readiness": rows("readiness?unit=UNIT"),
    "inspections.reschedules": {"reschedules": KNOWN, "reschedules?answered=true": KNOWN},
    "inspections.schedule_ics": {"schedule.ics": OPEN, f"schedule.ics?unit={HIDDEN}": OPEN},
    "inspections.schedule_template": {
        "schedule/template.csv": PLANNERS,
        "schedule/template.xlsx": PLANNERS,
    },
    "inspections.schedule_view": {"schedule": OPEN},
    "inspections.subordinates_form": rows("subordinates/template.xlsx?unit=UNIT"),
    "inspections.team_reflections": {
        f"reflections?team={TEAM}": frozenset({"leader"}),
        f"reflections?team={OTHER}": frozenset({"other_leader"}),
    },
    "inspections.teams": {"teams": KNOWN},
    "commons.ledger_view": {"ledger": OPEN},
    "commons.keys": {"keys": GRANTED},
    "commons.consistency": {"consistency?first=1": OPEN},
    "commons.receipt": {"receipts/1": AUDITOR},
    "commons.own_events": {"events": AUDITOR},
    "inspections_pages.answers": {"answers": KNOWN},
    "inspections_pages.answers_unit": rows("answers/UNIT"),
    "inspections_pages.closing": {"closing": ALL},
    "inspections_pages.conclusion": rows("conclusion/UNIT"),
    "inspections_pages.minutes": rows("minutes/UNIT"),
    "inspections_pages.reflections": {"reflections": MINE | THEIRS},
    "inspections_pages.session": rows("session/UNIT"),
    "inspections_pages.sessions": {"sessions": KNOWN},
    "inspections_pages.teams": {"teams": OPEN},
    "inspections_pages.briefings": {"briefings": ALL | MINE | THEIRS | BTG | {"other_body"}},
    "inspections_pages.dossier": rows("dossier/UNIT"),
    "inspections_pages.ledger_page": {"": OPEN},
    "inspections_pages.case": rows("cases/UNIT"),
    "inspections_pages.cases": {"cases": KNOWN},
    "inspections_pages.pack": rows("packs/UNIT"),
    "inspections_pages.pack_receipt": {
        "packs/QH-Q01/receipt": frozenset({"secretary"}),
        "packs/QH-Q03/receipt": frozenset({"other_secretary"}),
    },
    "inspections_pages.pack_version": rows("packs/UNIT/PACK-UNIT"),
    "inspections_pages.packs": {"packs": CONCERNED},
    "inspections_pages.readiness": rows("readiness/UNIT"),
    "inspections_pages.readiness_list": {"readiness": KNOWN},
    "inspections_pages.plan": {"plan": OPEN},
    "inspections_pages.plan_import": {"plan-import": PLANNERS},
    "inspections_pages.plan_unit": {f"plan/{unit}": OPEN for unit in UNITS},
    "inspections_pages.proposal": {"proposal": PLANNERS},
    "inspections_pages.offline_person": {"/inspections/person": OPEN},
    "inspections_pages.offline_worker": {"/inspections/worker.js": OPEN},
}
# Of no ledger: the same for everybody.
COMMON = {
    "static",
    "documents.docs",
    "documents.problem",
    "documents.problems",
    "api-docs.openapi_json",
    "health.livez",
    "health.metrics",
    "health.readyz",
    "inspections_pages.index",
}

Case = tuple[str, str]
CASES: list[Case] = [(endpoint, address) for endpoint, found in ROUTES.items() for address in found]

BROWSED = [case for case in CASES if not case[0].startswith("commons.")]
"""What every service has in common but the ledger's view is for systems: by token alone."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    return planted(tmp_path_factory.mktemp("planted"))


def path_of(case: Case) -> str:
    endpoint, address = case
    if address.startswith("/"):
        return address
    return (PAGES if endpoint.startswith("inspections_pages.") else API) + address


def from_page(made: Planted, case: Case, name: str) -> Any:
    """The same question from a browser: known by the cookie."""
    client = made.town.apps["inspections"].test_client()
    client.set_cookie(SESSION_COOKIE, made.town.issuer.issue(PEOPLE[name][0]))
    return client.get(made.filled(path_of(case)), buffered=True)


def test_every_route_that_is_read_is_named_here(made: Planted) -> None:
    rules = made.town.apps["inspections"].url_map.iter_rules()
    read = {rule.endpoint for rule in rules if "GET" in (rule.methods or ())}
    assert read == set(ROUTES) | COMMON


@pytest.mark.parametrize("case", CASES, ids="/".join)
def test_whoever_may_read_gets_an_answer_without_a_secret_of_anybody_else(made: Planted, case: Case) -> None:
    may = ROUTES[case[0]][case[1]]
    for name in READERS:
        answer = made.ask(path_of(case), name)
        assert answer.status_code < 500
        assert (answer.status_code < 400) == (name in may), (name, answer.status_code)
        told = text_of(answer)
        assert not [secret for secret in forbidden(name) if secret in told], name


@pytest.mark.parametrize("case", BROWSED, ids="/".join)
def test_a_cookie_shows_what_the_token_shows(made: Planted, case: Case) -> None:
    for name in ("unit", "leader", "department", "stranger"):
        answer = from_page(made, case, name)
        assert answer.status_code == made.ask(path_of(case), name).status_code
        told = text_of(answer)
        assert not [secret for secret in forbidden(name) if secret in told], name


SAID = {
    f"dossier?unit={OWN}": (mark(OWN), ALL | MINE | {"unit"}),
    f"attendance?unit={HIDDEN}": (mark(HIDDEN), ALL | THEIRS | {"other_unit"}),
    f"packs?unit={DRAFTED}": (mark(DRAFTED), ALL | MINE),
    f"dossier?unit={DRAFTED}": (briefed(DRAFTED), ALL | MINE),
    f"conclusions/draft?unit={DRAFTED}": (drafted(DRAFTED), MINE),
    f"reflections?team={TEAM}": (reflected("vien.1"), {"leader"}),
    "reflections/mine": (reflected("vien.2"), {"other_member"}),
    "teams": (nominated(TEAM), ALL | MINE | BTG),
    "reschedules?answered=true": (mark(HIDDEN), ALL | THEIRS | {"other_unit"}),
    "cases": (f'"unit":"{OWN}"', ALL | MINE | {"unit"}),
}
"""Where something planted turns up, and for whom: without this a page that is empty would pass."""


@pytest.mark.parametrize("address", SAID)
def test_whoever_may_know_finds_it(made: Planted, address: str) -> None:
    secret, who = SAID[address]
    for name in READERS:
        told = text_of(made.ask(API + address, name))
        assert (secret in told) == (name in who), name


def test_a_token_without_a_grant_may_read_nothing_that_was_planted() -> None:
    for name in ("stranger", None):
        said = {what(unit) for unit in TEAM_OF for what in (mark, briefed, drafted)}
        said |= {nominated(team) for team in TEAMS} | {reflected("vien.1"), reflected("truong.2")}
        assert said <= forbidden(name)
