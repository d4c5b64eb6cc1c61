"""Whatever is asked in an address or a body gets an answer or a problem, and never an error of the system."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.routing import Rule

from tests.support.examples import examples
from tests.support.planted import HIDDEN, OWN, Planted
from tests.support.ranking_site import BASE, Site
from tests.support.shown import MEETING, demo_rulebook, demo_units

PAGES = "/ranking/hcmc/2020"
OTHERWISE = {"static", "ranking.stream", "health.readyz"}
"""A folder, an answer without an end, and one that says 503 where no broker is."""
NAMES = [
    "after",
    "again",
    "area",
    "at",
    "a",
    "b",
    "drawing",
    "engine",
    "fact",
    "form",
    "from",
    "kind",
    "lang",
    "limit",
    "marks",
    "measure",
    "open",
    "order",
    "part",
    "status",
    "theme",
    "to",
    "unit",
]
ODD = (
    *("", "-1", "0", "00", "+1", "1e5", "NaN", "1" * 15, "1" * 400, "99999999999999", "١", "²"),
    *("freeze:", "freeze:DOT-1", "freeze:\0", "freeze:../..", "freeze:" + "x" * 70),
    *("2020-11-09", "2020-11-09T10:00:00Z", "2020-11-09T10:00:00 07:00", "20/11/2020 10:00"),
    *("0001-01-01T00:00:00+23:59", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "01/01/0001"),
    *("\0", "\n", "%00", "a/b", "../..", "'", "<script>", "{}", "🙂", "nhóm", "x" * 5000),
    *("criterion:", "criterion:9.9", "criterion:1.1", "group:2", "grouping:", "base", "bonus"),
    *("QH", OWN, HIDDEN, "sha256:" + "0" * 64, "true", "en", "vi", "dark", "narrow", "OFFICIAL"),
)
MADE = st.one_of(st.text(max_size=30), st.integers().map(str), st.datetimes().map(str))
VALUES = st.one_of(st.sampled_from(ODD), MADE)
QUERIES = st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=5)
PLACES = {
    "org": st.sampled_from(("hcmc", "hcmc", "hcmc", "nowhere", "\0")),
    "cycle": st.sampled_from(("2020", "2020", "2020", "2021", "ố")),
    "name": st.one_of(st.sampled_from(("heatmap", "progress", "overall", "criterion", "waterfall")), VALUES),
    "criterion": st.one_of(st.just("2.1"), VALUES),
}
WHOLE_NUMBERS = st.one_of(st.integers(0, 200), st.integers(0, 10**30)).map(str)
UNITS = st.one_of(st.sampled_from((OWN, HIDDEN)), VALUES)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    return Planted(tmp_path_factory.mktemp("site"))


def _address(data: st.DataObject, rule: Rule) -> str:
    def place(found: re.Match[str]) -> str:
        kind, name = found.group(1), found.group(2)
        values = WHOLE_NUMBERS if kind == "int:" else PLACES.get(name, UNITS)
        return quote(data.draw(values, name), safe="") or "x"

    return re.sub(r"<(\w+:)?(\w+)>", place, rule.rule)


@settings(max_examples=examples(150), deadline=None)
@given(data=st.data(), query=QUERIES, name=st.sampled_from(("auditor", "unit", None)))
def test_no_address_makes_an_error_of_the_system(
    planted: Planted, data: st.DataObject, query: list[tuple[str, str]], name: str | None
) -> None:
    site = planted.site
    rules = [
        rule
        for rule in site.app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.endpoint not in OTHERWISE
    ]
    rule = data.draw(st.sampled_from(sorted(rules, key=str)), "rule")
    pairs = [(key, value.encode("utf-8", "surrogatepass")) for key, value in query]
    address = f"{_address(data, rule)}?{urlencode(pairs)}"
    headers = site.token(name) if name else {}
    assert site.client().get(address, headers=headers).status_code < 500


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2020-11-09", "freeze", "१"]
)
def test_what_is_no_position_is_named_as_such_on_every_way_to_ask(planted: Planted, moment: str) -> None:
    for address in (f"{BASE}/standings?at=", f"{BASE}/differences?from=", f"{PAGES}/?at="):
        answer = planted.site.client().get(address + quote(moment), headers=planted.site.token("auditor"))
        assert answer.status_code == 422
        assert answer.json["type"].endswith(":bad-position")


@pytest.mark.parametrize("name", ["", "../..", "a b", "\0", "\N{SNOWMAN}", "x" * 70])
def test_a_freeze_that_there_is_not_is_not_found(planted: Planted, name: str) -> None:
    answer = planted.site.get(f"standings?at=freeze:{quote(name)}", "auditor")
    assert (answer.status_code, answer.json["type"].rpartition(":")[2]) == (404, "unknown-freeze")


def test_a_range_that_ends_before_it_starts_is_refused_by_the_api_and_turned_by_the_page(
    planted: Planted,
) -> None:
    query = f"from={planted.now}&to={planted.published}"
    assert planted.site.get(f"differences?{query}", "auditor").json["type"].endswith(":bad-range")
    page = planted.site.client().get(f"{PAGES}/compare?{query}", headers=planted.site.token("auditor"))
    assert page.status_code == 200


@pytest.mark.parametrize("number", [10**12, 10**12 + 1, 2**63, 10**30])
def test_a_receipt_or_an_event_of_a_number_that_no_database_holds_is_not_found(
    planted: Planted, number: int
) -> None:
    for path in ("receipts", "positions", "publications"):
        assert planted.site.get(f"{path}/{number}", "auditor").status_code == 404


def _deep(levels: int) -> str:
    return "[" * levels + "]" * levels


@pytest.mark.parametrize(
    "body",
    [
        "{" + '"facts":' + _deep(20) + "}",
        "{" + '"facts":' + _deep(100_000) + "}",
        '{"facts":[{"kind":"tie","area":"QH","order":' + _deep(2000) + "}]}",
        '{"facts":{}}',
        '{"facts":null}',
        '{"rulebook":7}',
        '{"rulebook":"' + "[" * 5000 + '"}',
        '{"rulebook":"' + "{a: " * 2000 + '"}',
        '{"rulebook":"&a [*a, *a]"}',
        '{"rulebook":"\\u0000"}',
        '{"rulebook":"' + "x" * (256 * 1024 + 1) + '"}',
        '{"at":1e400,"facts":[]}',
        '{"at":' + "9" * 400 + ',"facts":[]}',
        '{"facts":[],"facts":[]}',
        "[]",
        "",
        "\ufeff{}",
    ],
    ids=lambda body: body[:40],
)
@pytest.mark.parametrize("path", ["what-ifs", "decisions/tie", "publish"])
def test_no_body_makes_an_error_of_the_system_and_each_says_what_is_wrong(
    planted: Planted, path: str, body: str
) -> None:
    headers = {
        **planted.site.token("committee"),
        "Idempotency-Key": "odd",
        "Content-Type": "application/json",
    }
    answer: Any = planted.site.client().post(f"{BASE}/{path}", data=body.encode(), headers=headers)
    assert 400 <= answer.status_code < 500
    assert answer.json["detail"]
    assert answer.json["detail_en"]


MARKUP = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Two units in one area, one with a name that a browser would run; its texts are the same."""
    site = Site(tmp_path_factory.mktemp("named"))
    units = [unit for unit in demo_units() if unit["unit"] in (OWN, HIDDEN)]
    units = [{**unit, "name": MARKUP} if unit["unit"] == HIDDEN else unit for unit in units]
    site.fed.open().adopt(demo_rulebook("public")).register(units)
    site.fed.fill(units=units, decisions=False, share=1)
    site.start()
    meeting = {**MEETING, "document": MARKUP, "text": MARKUP}
    bonus = {"unit": HIDDEN, "code": "T1", "occurrence_ref": "X-1", "outcome": "accepted", **meeting}
    freeze = {"name": "N", "reason": MARKUP}
    for path, body in (("decisions/bonus", bonus), ("freezes", freeze)):
        assert site.post(path, body, "committee", path).status_code == 201
        site.relay()
    return site


@pytest.mark.parametrize(
    "address",
    [
        f"{PAGES}/",
        f"{PAGES}/?open={HIDDEN}",
        f"{PAGES}/board",
        f"{PAGES}/charts?area=QH",
        f"{PAGES}/compare?from=0",
        f"{PAGES}/compare?from={quote(MARKUP)}",
        f"{PAGES}/decisions",
        f"{PAGES}/decisions?kind=bonus&unit={quote(MARKUP)}",
        f"{PAGES}/lists/overall",
        f"{PAGES}/pair?a={OWN}&b={HIDDEN}",
        f"{PAGES}/publications",
        f"{PAGES}/units/{HIDDEN}",
        f"{PAGES}/units/{OWN}",
        f"{PAGES}/units/{HIDDEN}/why",
        f"{PAGES}/what-if?kind=bonus&unit={quote(MARKUP)}",
        *(f"{BASE}/charts/{name}.svg?area=QH" for name in ("distribution", "ranks", "heatmap", "progress")),
    ],
)
def test_no_name_no_text_and_no_query_becomes_markup(named: Site, address: str) -> None:
    answer = named.client().get(address, headers=named.token("committee") | {"Accept": "text/html"})
    assert answer.status_code in (200, 422)
    assert MARKUP not in answer.text
    assert answer.mimetype in ("text/html", "image/svg+xml")
