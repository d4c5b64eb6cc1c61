"""Every command of ranking x every role, by token and from a page: the wrong role stores nothing.

Every body is well formed and about something that does not exist, so that the right role is refused too, but
by the decider; whoever may not decide does not learn even that.
"""

from __future__ import annotations

from typing import Any

import pytest

from shared.web.runtime import SESSION_COOKIE
from tests.support.ranking_site import BASE, PEOPLE, Site, everything_stored
from tests.support.shown import MEETING, demo_rulebook, demo_units

NOWHERE, NO_UNIT = 999_999, "QH-Q99"
DECIDING = frozenset({"committee", "office"})
OF = {"unit": NO_UNIT, **MEETING}
AMOUNT = {**OF, "code": "T1", "occurrence_ref": "X-1", "outcome": "accepted"}

# Endpoint -> method, path below the API's base, body, and who may.
COMMANDS: dict[str, tuple[str, str, dict[str, Any], frozenset[str]]] = {
    "ranking.decide_score": (
        "POST",
        "decisions/score",
        {**OF, "criterion": "1.1", "points": "1"},
        DECIDING,
    ),
    "ranking.decide_score_withdrawal": (
        "POST",
        "decisions/score-withdrawal",
        {**OF, "criterion": "1.1"},
        DECIDING,
    ),
    "ranking.decide_bonus": ("POST", "decisions/bonus", AMOUNT, DECIDING),
    "ranking.decide_penalty": ("POST", "decisions/penalty", {**AMOUNT, "code": "P1"}, DECIDING),
    "ranking.decide_veto": ("POST", "decisions/veto", {**OF, "veto": "V1"}, DECIDING),
    "ranking.decide_forfeit": ("POST", "decisions/forfeit", OF, DECIDING),
    "ranking.decide_late_fact": (
        "POST",
        "decisions/late-fact",
        {**OF, "fact": NOWHERE, "outcome": "accepted"},
        DECIDING,
    ),
    "ranking.decide_exception": ("POST", "decisions/exception", {**OF, "criteria": ["1.1"]}, DECIDING),
    "ranking.decide_tie": (
        "POST",
        "decisions/tie",
        {"area": "QH", "order": [[NO_UNIT], ["QH-Q98"]], **MEETING},
        DECIDING,
    ),
    "ranking.confirm": ("POST", "decisions/confirm", {"decision": NOWHERE}, frozenset({"committee"})),
    "ranking.acknowledge": ("POST", "acknowledgements", {"event": NOWHERE, "reason": "R"}, DECIDING),
    "ranking.freeze": ("POST", "freezes", {"name": "N", "position": NOWHERE, "reason": "R"}, DECIDING),
    "ranking.publish": ("POST", "publish", {"digest": f"sha256:{'0' * 64}"}, DECIDING),
    "ranking.try_what_if": (
        "POST",
        "what-ifs",
        {"facts": [{"kind": "forfeit", "unit": NO_UNIT}]},
        DECIDING | {"auditor"},
    ),
    "commons.move_clock": ("PUT", "clock", {"now": "2000-01-01T00:00:00.000000Z"}, frozenset({"admin"})),
}
OF_NO_LEDGER = {"demo.become"}
OWN_PAGE = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
READING = {"GET", "HEAD", "OPTIONS"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Two units, and everybody with his grant."""
    made = Site(tmp_path_factory.mktemp("site"))
    units = [unit for unit in demo_units() if unit["unit"] in ("QH-Q01", "QH-Q03")]
    made.fed.open().adopt(demo_rulebook("restricted")).register(units)
    return made.start()


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The same where no demonstration runs: a cookie is nothing there."""
    made = Site(tmp_path_factory.mktemp("real"), demo=False)
    made.fed.open().adopt(demo_rulebook("restricted")).register([])
    return made.start()


def send(site: Site, endpoint: str, headers: dict[str, str], cookie: str | None = None) -> Any:
    method, path, body, _ = COMMANDS[endpoint]
    client = site.client()
    if cookie is not None:
        client.set_cookie(SESSION_COOKIE, site.issuer.issue(PEOPLE[cookie][0]))
    return client.open(
        f"{BASE}/{path}", method=method, json=body, headers={"Idempotency-Key": "key", **headers}
    )


def test_every_route_that_is_not_only_read_is_named_here(site: Site) -> None:
    rules = site.app.url_map.iter_rules()
    written = {rule.endpoint for rule in rules if set(rule.methods or ()) - READING}
    assert written == set(COMMANDS) | OF_NO_LEDGER


@pytest.mark.parametrize("name", PEOPLE)
@pytest.mark.parametrize("endpoint", COMMANDS)
def test_by_token_and_from_an_own_page_the_role_decides_and_nothing_wrong_is_stored(
    site: Site, endpoint: str, name: str
) -> None:
    before = everything_stored(site)
    for answer in (send(site, endpoint, site.token(name)), send(site, endpoint, OWN_PAGE, cookie=name)):
        if name in COMMANDS[endpoint][3]:
            assert answer.status_code in (404, 409, 422), answer.text
        else:
            assert answer.status_code == 403, answer.text
            assert NO_UNIT not in answer.text
        assert answer.json["detail"] != answer.json["detail_en"]
    assert everything_stored(site) == before


@pytest.mark.parametrize("endpoint", COMMANDS)
def test_a_cookie_from_elsewhere_or_outside_the_demonstration_and_nobody_are_not_known(
    site: Site, real: Site, endpoint: str
) -> None:
    elsewhere = {"Origin": "https://elsewhere.example"}
    before = everything_stored(site), everything_stored(real)
    for name in PEOPLE:
        assert send(site, endpoint, elsewhere, cookie=name).status_code == 401
        assert send(site, endpoint, {}, cookie=name).status_code == 401
        assert send(real, endpoint, OWN_PAGE, cookie=name).status_code == 401
    assert send(site, endpoint, {}).status_code == 401
    assert (everything_stored(site), everything_stored(real)) == before
