"""Every GET route x every reader: who gets an answer, and that no answer holds what is not his to read."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.support.planted import (
    ALL,
    EVERYBODY,
    HIDDEN,
    OWN,
    READERS,
    SEES,
    TEAMS,
    UNITS,
    Planted,
    secrets,
)
from tests.support.ranking_site import Site

# Who gets an answer: everybody; whoever sees something unpublished; whoever sees everything.
OPEN = frozenset(READERS)
FOLLOW = frozenset((*ALL, "unit", "department", "team"))
WHOLE = frozenset(ALL)
ELSE = frozenset((*ALL, "admin", None))
"""Whoever sees everything now, or else nothing but the published version, which names no position."""
AUDITOR = frozenset({"auditor"})

API, PAGES = "/ranking/v1/hcmc/2020", "/ranking/hcmc/2020"

# Endpoint -> address below API or PAGES -> who gets an answer.  NOW and THEN: the present position, which is
# not published, and the one that is; EVENT: a decision on a unit that few may see; KEPT: a kept what-if.
ROUTES: dict[str, dict[str, frozenset[str | None]]] = {
    "ranking.standings": {
        "standings": OPEN,
        "standings?at=THEN": OPEN,
        "standings?at=NOW": FOLLOW,
        "standings?at=freeze:DOT-1": OPEN,
    },
    "ranking.events": {"positions?limit=500": FOLLOW, "positions?limit=500&marks=true": FOLLOW},
    "ranking.one_event": {"positions/EVENT": FOLLOW},
    "ranking.stream": {},
    "ranking.receipt": {},
    "ranking.chart": {
        "charts/distribution.svg?area=QH": ELSE,
        "charts/distribution.svg?area=QH&at=NOW": WHOLE,
        "charts/ranks.svg?area=QH&at=THEN": WHOLE,  # one public stop alone makes no chart
        "charts/ranks.svg?area=QH&at=NOW": WHOLE,
        "charts/heatmap.svg?area=QH&at=NOW": FOLLOW,
        "charts/progress.svg?area=QH&at=NOW": FOLLOW,
        f"charts/waterfall.svg?unit={HIDDEN}": ELSE,
        f"charts/waterfall.svg?unit={HIDDEN}&at=NOW": WHOLE,
        f"charts/waterfall.svg?unit={OWN}&at=NOW": WHOLE | {"unit"},
    },
    "ranking.differences": {
        "differences?from=THEN": OPEN,
        "differences?from=THEN&to=THEN": OPEN,
        "differences?from=0&to=NOW": FOLLOW,
    },
    "ranking.criterion": {"criteria/2.1": OPEN, "criteria/2.1?at=NOW": FOLLOW, "criteria/1.1?at=NOW": FOLLOW},
    "ranking.side_list": {
        "lists/overall": OPEN,
        "lists/overall?at=NOW": FOLLOW,
        "lists/criterion?measure=criterion:2.1&at=NOW": FOLLOW,
        "lists/group?measure=group:2&at=NOW": FOLLOW,
    },
    "ranking.explanation": {
        f"units/{HIDDEN}/explanation": ELSE,
        f"units/{HIDDEN}/explanation?at=THEN": OPEN,
        f"units/{HIDDEN}/explanation?at=NOW": WHOLE,
        f"units/{OWN}/explanation?at=NOW": WHOLE | {"unit"},
        f"units/{TEAMS}/explanation?at=NOW": WHOLE | {"team"},
    },
    "ranking.counterfactual": {
        f"units/{HIDDEN}/counterfactual?at=THEN": OPEN,
        f"units/{OWN}/counterfactual?at=NOW": WHOLE,
    },
    "ranking.pair": {
        f"pairs/{OWN}/{HIDDEN}": ELSE,
        f"pairs/{OWN}/{HIDDEN}?at=NOW": WHOLE,
        f"pairs/{TEAMS}/{OWN}?at=NOW": WHOLE,
    },
    "ranking.publications": {"publications": OPEN},
    "ranking.publication": {"publications/1": OPEN},
    "ranking.rewards": {"publications/1/reward-list.xlsx": OPEN},
    "ranking.passage": {"gate": WHOLE, "gate?status=OFFICIAL": WHOLE},
    "ranking.decisions": {"decisions": WHOLE, "decisions?at=THEN": WHOLE},
    "ranking.rulebook": {"rulebook": OPEN, "rulebook?at=NOW": OPEN},
    "ranking.what_ifs": {"what-ifs": WHOLE},
    "ranking.what_if": {"what-ifs/KEPT": WHOLE},
    "commons.ledger_view": {"ledger": OPEN},
    "commons.keys": {"keys": OPEN - {None}},
    "commons.consistency": {"consistency?first=1": OPEN},
    "commons.receipt": {"receipts/1": AUDITOR},
    "commons.own_events": {"events": AUDITOR},
    "pages.ledgers": {},
    "pages.standings": {
        "": OPEN,
        "?at=THEN": OPEN,
        "?at=NOW": FOLLOW,
        f"?open={HIDDEN}": OPEN,
        f"?open={OWN}": OPEN,
        "?at=DECIDED": FOLLOW,
    },
    "pages.board": {"board": OPEN, "board?at=NOW": FOLLOW},
    "pages.charts": {"charts?at=NOW": FOLLOW, "charts?area=QH&part=1": OPEN},
    "pages.compared": {"compare": OPEN, "compare?from=THEN&to=NOW": FOLLOW, "compare?from=0&to=NOW": FOLLOW},
    "pages.decisions": {"decisions": WHOLE, "decisions?kind=tie": WHOLE},
    "pages.side_list": {
        "lists/overall?at=NOW": FOLLOW,
        "lists/criterion?measure=criterion:2.1&at=NOW": FOLLOW,
        "lists/overall": OPEN,
    },
    "pages.pair": {"pair": OPEN, f"pair?a={OWN}&b={HIDDEN}": ELSE, f"pair?a={OWN}&b={HIDDEN}&at=NOW": WHOLE},
    "pages.pick": {},
    "pages.publications": {"publications": OPEN},
    "pages.publication": {"publications/1": OPEN},
    "pages.rulebook": {"rulebook": OPEN},
    "pages.unit": {
        f"units/{HIDDEN}": OPEN,
        f"units/{HIDDEN}?at=THEN": OPEN,
        f"units/{HIDDEN}?at=NOW": WHOLE,
        f"units/{OWN}?at=NOW": WHOLE | {"unit"},
        f"units/{TEAMS}?at=NOW": WHOLE | {"team"},
    },
    "pages.unit_why": {
        f"units/{HIDDEN}/why?at=NOW": WHOLE | {"department"},
        f"units/{HIDDEN}/why?at=THEN": OPEN,
    },
    "pages.what_if": {"what-if": WHOLE, "what-if?again=KEPT": WHOLE},
    "pages.what_if_result": {"what-if/KEPT": WHOLE},
}
# Of no ledger: the same for everybody.
COMMON = {
    "static",
    "demo.choose",
    "documents.docs",
    "documents.problem",
    "documents.problems",
    "api-docs.openapi_json",
    "health.livez",
    "health.metrics",
    "health.readyz",
}

Case = tuple[str, str]
CASES: list[Case] = [(endpoint, address) for endpoint, found in ROUTES.items() for address in found]
FEW = {endpoint for endpoint in ROUTES if "what_if" in endpoint} | {
    f"commons.{name}" for name in ("receipt", "own_events", "keys")
}
"""What a rulebook that makes the live standings public does not open."""


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    return Planted(tmp_path_factory.mktemp("restricted"))


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    return Planted(tmp_path_factory.mktemp("public"), "public")


@pytest.fixture(scope="module")
def numbers(planted: Planted) -> dict[str, re.Pattern[str]]:
    """By unit: its unpublished totals, written with point or comma, where no published number is the same."""
    new, old = (_rows(planted.site, at) for at in (planted.now, planted.published))
    published = {row[key] for row in old.values() for key in ("total", "base")}
    found = {unit: {new[unit]["total"], new[unit]["base"]} - published for unit in UNITS}
    assert all(found.values())
    return {
        unit: re.compile(
            r"(?<![\d.,])(?:" + "|".join(value.replace(".", "[.,]") for value in values) + r")(?!\d)"
        )
        for unit, values in found.items()
    }


def _rows(site: Site, at: int) -> dict[str, Any]:
    areas = site.get(f"standings?at={at}", "office").json["areas"]
    return {row["unit"]: row for area in areas for row in area["rows"]}


def ask(planted: Planted, case: Case, name: str | None) -> Any:
    endpoint, address = case
    words = {"NOW": planted.now, "THEN": planted.published, "KEPT": planted.what_if}
    words |= {"EVENT": planted.decided, "DECIDED": planted.decided + 1}
    for word, value in sorted(words.items(), reverse=True):
        address = re.sub(rf"\b{word}\b", str(value), address)
    base = PAGES if endpoint.startswith("pages.") else API
    headers = planted.site.token(name) if name else {}
    return planted.site.client().get(f"{base}/{address}", headers=headers)


def test_every_route_that_is_read_is_named_here(planted: Planted) -> None:
    rules = planted.site.app.url_map.iter_rules()
    read = {rule.endpoint for rule in rules if "GET" in (rule.methods or ())}
    assert read == set(ROUTES) | COMMON


@pytest.mark.parametrize("case", CASES, ids="/".join)
def test_whoever_may_read_gets_an_answer_without_a_secret_of_anybody_else(
    planted: Planted, numbers: dict[str, re.Pattern[str]], case: Case
) -> None:
    may = ROUTES[case[0]][case[1]]
    for name in READERS:
        answer = ask(planted, case, name)
        assert (answer.status_code < 400) == (name in may), (name, answer.status_code)
        assert answer.status_code < 500
        if name in ALL:
            continue
        text = answer.get_data().decode("utf-8", "replace")
        assert EVERYBODY not in text, name
        for unit in set(UNITS) - SEES[name]:
            assert not [secret for secret in secrets(unit) if secret in text], (name, unit)
            assert not numbers[unit].search(text), (name, unit)


@pytest.mark.parametrize("name", ["unit", "team"])
@pytest.mark.parametrize("case", [case for case in CASES if "at=NOW" in case[1]], ids="/".join)
def test_of_what_is_not_published_not_even_a_name_of_another_unit_is_told(
    planted: Planted, case: Case, name: str
) -> None:
    answer = ask(planted, case, name)
    if answer.status_code < 400:
        text = answer.get_data(as_text=True)
        rows = _rows(planted.site, planted.now)
        others = set(UNITS) - SEES[name]
        assert not [unit for unit in others if rows[unit]["name"] in text]


@pytest.mark.parametrize("case", CASES, ids="/".join)
def test_where_the_rulebook_makes_the_live_standings_public_all_is_open_but_what_ifs(
    opened: Planted, case: Case
) -> None:
    assert (ask(opened, case, None).status_code < 400) == (case[0] not in FEW)


def test_where_all_is_public_the_secrets_of_before_are_there(opened: Planted) -> None:
    found = ask(opened, ("ranking.explanation", f"units/{HIDDEN}/explanation?at=NOW"), None).text
    assert [secret for secret in secrets(HIDDEN) if secret in found]


@pytest.mark.parametrize("address", ["stream", "pick", "pick?unit=a&unit=b", "receipts/unknown"])
def test_what_needs_no_board_tells_nothing(planted: Planted, address: str) -> None:
    base = PAGES if address.startswith("pick") else API
    answer = planted.site.client().get(f"{base}/{address}")
    assert answer.status_code in (302, 403, 404, 422)
    assert not [secret for unit in UNITS for secret in secrets(unit) if secret in answer.text]


@pytest.mark.parametrize("name", [*sorted(ALL), "unit", "department", "team"])
def test_the_stream_tells_followers_a_position_and_a_digest(planted: Planted, name: str) -> None:
    answer = planted.site.client().get(f"{API}/stream", headers=planted.site.token(name), buffered=False)
    assert (answer.status_code, answer.mimetype) == (200, "text/event-stream")
    answer.close()
