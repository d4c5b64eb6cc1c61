"""Ranking's HTTP interface over a hand-fed ledger."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Any

import orjson
import pytest

from services.ranking.engine import digest
from shared.ledger.merkle import leaf_hash, verify_inclusion
from tests.support.ranking_site import Site
from tests.support.shown import LEDGER, MEETING, demo_rulebook, demo_units

FEW = ("QH-Q01", "QH-Q03", "QH-GVA", "LLVT-CATP", "LLVT-BTL", "CNLD-DCD")
ENVELOPE = ("position", "time", "digest", "root", "board", "simulated_clock", "partial")


def made(folder: Path, *, live_visibility: str = "public", demo: bool = True, decisions: bool = True) -> Site:
    units = [unit for unit in demo_units() if unit["unit"] in FEW]
    site = Site(folder, demo=demo)
    site.fed.open().adopt(demo_rulebook(live_visibility)).register(units)
    site.fed.state(
        "inspections",
        "inspection.scheduled.v1",
        "QH-Q03",
        {"team": "DKT-1", "date": "2020-11-16", "session": "MORNING", "schedule_version": 1},
    )
    site.fed.feed()
    site.fed.fill(units=units, decisions=decisions)
    return site.start()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Six units, visible to all; never written to."""
    return made(tmp_path_factory.mktemp("public"))


@pytest.fixture(scope="module")
def restricted(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Six units, unpublished standings for those whom the rule table names; never written to."""
    return made(tmp_path_factory.mktemp("restricted"), live_visibility="restricted")


@pytest.fixture
def fresh(tmp_path: Path) -> Site:
    """A site of the test's own."""
    return made(tmp_path)


def content(body: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key not in ENVELOPE}


def problem(answer: Any) -> str:
    assert answer.content_type == "application/problem+json"
    return str(answer.json["type"]).rpartition(":")[2]


# --- standings


def test_the_digest_is_that_of_the_content_alone(site: Site) -> None:
    answer = site.get("standings")
    assert answer.status_code == 200
    assert answer.json["position"] == site.fed.size
    assert answer.json["digest"] == digest(content(answer.json)) == answer.headers["Standings-Digest"]
    assert [area["area"] for area in answer.json["areas"]] == ["QH", "CNLD", "LLVT"]


def test_one_area_can_be_asked_for(site: Site) -> None:
    answer = site.get("standings?area=LLVT").json
    assert [area["area"] for area in answer["areas"]] == ["LLVT"]
    assert answer["digest"] == site.get("standings").json["digest"]
    assert problem(site.get("standings?area=XX")) == "unknown-area"


def test_a_past_position_answers_what_stood_there(site: Site) -> None:
    positions = (0, 1, site.fed.size // 2, site.fed.size)
    seen = [site.get(f"standings?at={position}").json for position in positions]
    assert [body["position"] for body in seen] == list(positions)
    assert [body["digest"] for body in seen] == [digest(content(body)) for body in seen]
    assert len({body["digest"] for body in seen}) == 3  # before the rulebook nothing stands at all


@pytest.mark.parametrize("asked", ["-1", "01", "1e3", "²", "x", "2020-11-10", "2020-11-10T00:00:00"])
def test_what_is_no_position_is_refused(site: Site, asked: str) -> None:
    answer = site.get(f"standings?at={asked}")
    assert (answer.status_code, problem(answer)) == (422, "bad-position")


def test_a_position_ahead_is_refused_with_the_size(site: Site) -> None:
    answer = site.get(f"standings?at={site.fed.size + 1}")
    assert (answer.status_code, problem(answer)) == (422, "position-ahead")
    assert answer.json["size"] == site.fed.size


def test_an_instant_redirects_to_its_position(site: Site) -> None:
    answer = site.get("standings?at=2020-11-09T03:02:30Z&area=QH")
    assert answer.status_code == 307
    assert answer.headers["Location"] == f"/ranking/v1/{LEDGER}/standings?area=QH&at=3"
    offset = site.get("standings?at=2020-11-09T10:02:30%2B07:00")
    assert offset.headers["Location"].endswith("at=3")
    assert problem(site.get("standings?at=2031-01-01T00:00:00Z")) == "time-ahead"


def test_an_etag_that_is_known_gets_no_body(site: Site) -> None:
    first = site.get("standings")
    again = site.get("standings", **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    other = site.get("standings?area=QH", **{"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200


def test_only_a_pinned_position_and_engine_may_be_kept_for_ever(site: Site) -> None:
    assert site.get("standings").headers["Cache-Control"] == "private, no-cache"
    assert site.get("standings?at=50").headers["Cache-Control"] == "private, no-cache"
    assert "immutable" in site.get("standings?at=50&engine=1").headers["Cache-Control"]
    assert problem(site.get("standings?at=50&engine=0")) == "unknown-engine"


def test_an_unknown_ledger_is_not_found(site: Site) -> None:
    answer = site.client().get("/ranking/v1/nobody/2020/standings")
    assert (answer.status_code, problem(answer)) == (404, "unknown-ledger")


# --- read your own writes


def test_after_waits_until_the_number_is_in_the_view(fresh: Site) -> None:
    number = orjson.loads(fresh.fed.score("QH-Q01", "1.2", "3"))["sequence"]

    def later() -> None:
        sleep(0.3)
        fresh.fed.feed()

    thread = Thread(target=later)
    thread.start()
    answer = fresh.get(f"standings?after=scores:{int(number)}")
    thread.join()
    assert answer.status_code == 200
    assert answer.json["position"] == fresh.fed.size


def test_after_gives_up_with_503(fresh: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.ranking.desk.wait_for.__defaults__", (0.2,))
    began = monotonic()
    answer = fresh.get("standings?after=scores:999999")
    assert (answer.status_code, problem(answer)) == (503, "not-yet-visible")
    assert answer.headers["Retry-After"] == "2"
    assert monotonic() - began < 5
    assert fresh.get("standings?after=nobody:1").status_code == 422


# --- positions, receipts


def test_positions_page_by_cursor_and_speak_both_languages(site: Site) -> None:
    first = site.get("positions?limit=3")
    assert [item["position"] for item in first.json["items"]] == [0, 1, 2]
    assert first.json["items"][0]["summary"].startswith("Mở sổ cái hcmc/2020")
    assert first.json["items"][0]["summary_en"].startswith("Ledger hcmc/2020 opened")
    assert first.headers["Link"] == f'</ranking/v1/{LEDGER}/positions?limit=3&after=2>; rel="next"'
    last = site.get(f"positions?after={site.fed.size - 2}")
    assert [item["position"] for item in last.json["items"]] == [site.fed.size - 1]
    assert "Link" not in last.headers


def test_one_event_says_in_which_standings_it_first_counts(site: Site) -> None:
    answer = site.get("positions/5").json
    assert (answer["position"], answer["standings_position"]) == (5, 6)
    assert problem(site.get(f"positions/{site.fed.size}")) == "unknown-event"


def test_a_receipt_proves_inclusion(fresh: Site) -> None:
    value = fresh.fed.score("QH-Q01", "1.2", "3")
    fresh.fed.feed()
    fresh.fed.score("QH-Q03", "1.2", "3")
    fresh.fed.feed()
    answer = fresh.get(f"receipts/{orjson.loads(value)['id']}").json
    assert answer["position"] == fresh.fed.size - 2
    assert answer["leaf"] == leaf_hash(value).hex()
    proof = [bytes.fromhex(node) for node in answer["inclusion"]]
    root = bytes.fromhex(answer["root"].removeprefix("sha256:"))
    assert verify_inclusion(leaf_hash(value), answer["position"], answer["size"], proof, root)
    assert answer["root"] == fresh.get("standings").json["root"]
    assert problem(fresh.get("receipts/nothing")) == "unknown-event"


# --- news


def test_the_stream_tells_news_once_and_again_after_a_reconnect(fresh: Site) -> None:
    hub = fresh.app.extensions["bangvang.ranking"].hub
    stream = hub.listen(LEDGER, heartbeat=5)
    assert next(stream).startswith(b"retry:")
    first = next(stream)
    assert first.startswith(b"event: standings\nid: ")
    told = orjson.loads(first.split(b"data: ")[1])
    assert told == {"position": fresh.fed.size, "digest": fresh.get("standings").json["digest"]}
    fresh.fed.score("QH-Q01", "1.2", "3")
    fresh.fed.feed()
    second = orjson.loads(next(stream).split(b"data: ")[1])
    assert second["position"] == fresh.fed.size
    assert second["digest"] != told["digest"]
    stream.close()
    known = hub.listen(LEDGER, f"{second['position']}:{second['digest']}", heartbeat=0.2)
    assert next(known).startswith(b"retry:")
    assert next(known) == b": waiting\n\n"
    known.close()


def test_the_stream_is_not_buffered_by_a_proxy(site: Site) -> None:
    answer = site.get("stream")
    assert answer.content_type.startswith("text/event-stream")
    assert answer.headers["X-Accel-Buffering"] == "no"
    answer.close()


# --- who sees what


def test_unpublished_standings_are_not_for_everybody(restricted: Site) -> None:
    for path in ("standings", "standings?at=40", "positions", "positions/3", "stream"):
        answer = restricted.get(path)
        assert (answer.status_code, problem(answer)) == (403, "not-public"), path
    page = restricted.client().get("/ranking/hcmc/2020/", headers={"Accept": "text/html"})
    assert page.status_code == 403
    assert "Quận Đoàn" not in page.text


@pytest.mark.parametrize("name", ["office", "committee", "auditor"])
def test_some_roles_see_everything(restricted: Site, name: str) -> None:
    answer = restricted.get("standings", name)
    assert answer.json["partial"] is False
    assert answer.json["digest"] == digest(content(answer.json))
    assert answer.headers["Cache-Control"] == "private, no-cache"
    kept = restricted.get("standings?at=60&engine=1", name)
    assert kept.headers["Cache-Control"] == "private, no-cache"


def rows(body: dict[str, Any]) -> dict[str, Any]:
    return {row["unit"]: row for area in body["areas"] for row in area["rows"]}


def test_a_unit_sees_its_own_row(restricted: Site) -> None:
    seen = restricted.get("standings", "unit").json
    assert seen["partial"] is True
    assert rows(seen).keys() == {"QH-Q01"}
    assert rows(seen)["QH-Q01"] == rows(restricted.get("standings", "office").json)["QH-Q01"]
    assert "units" not in seen["provisional"]


def test_a_team_sees_its_units_from_when_they_were_given_to_it(restricted: Site) -> None:
    assert rows(restricted.get("standings", "team").json).keys() == {"QH-Q03"}
    scheduled = next(
        item["position"]
        for item in restricted.get("positions?limit=500", "office").json["items"]
        if item["type"] is None or item["type"].startswith("inspection.scheduled")
    )
    assert rows(restricted.get(f"standings?at={scheduled}", "team").json).keys() == set()
    assert rows(restricted.get(f"standings?at={scheduled + 1}", "team").json).keys() == {"QH-Q03"}


def test_a_department_sees_its_own_criteria_in_every_row(restricted: Site) -> None:
    seen = rows(restricted.get("standings", "department").json)
    assert seen.keys() == set(FEW)
    for row in seen.values():
        assert row.keys() == {"unit", "name", "criteria"}
        assert [item["criterion"] for item in row["criteria"]] == ["1.1", "1.2", "1.3"]


def test_what_an_event_says_is_for_those_who_may_see_its_unit(restricted: Site) -> None:
    items = restricted.get("positions?limit=500", "unit").json["items"]
    assert {item["subject"] for item in items if item["type"] == "score.recorded.v1"} == {"QH-Q01"}
    hidden = [item for item in items if item["type"] is None]
    assert hidden
    assert {item["summary"] for item in hidden} == {"Sự kiện ngoài phạm vi được xem"}


def test_the_page_of_a_unit_shows_its_row_alone(restricted: Site) -> None:
    client = restricted.client()
    page = client.get("/ranking/hcmc/2020/", headers=restricted.token("unit")).text
    assert 'data-unit="QH-Q01"' in page
    assert 'data-unit="QH-Q03"' not in page
    mine = client.get("/ranking/hcmc/2020/units/QH-Q01/why", headers=restricted.token("unit"))
    other = client.get("/ranking/hcmc/2020/units/QH-Q03/why", headers=restricted.token("unit"))
    assert (mine.status_code, other.status_code) == (200, 404)


# --- decisions and publication


def test_a_decided_score_takes_effect_at_the_next_position(fresh: Site) -> None:
    body = {"unit": "QH-Q01", "criterion": "1.2", "points": "4.75", **MEETING}
    answer = fresh.post("decisions/score", body, "office", "k1")
    assert answer.status_code == 201, answer.text
    receipt = answer.json["receipts"][0]
    assert receipt["data"]["stage"] == "standing"
    assert receipt["data"]["on_behalf_of"] == "STANDING_COMMITTEE"
    assert receipt["data"]["base_position"] == fresh.fed.size
    assert answer.headers["Bangvang-Sequence"] == f"ranking:{int(receipt['sequence'])}"


@pytest.mark.parametrize(
    ("path", "body", "rule"),
    [
        ("score", {"unit": "QH-Q01", "criterion": "1.2", "points": "6.25"}, "above-maximum"),
        ("score", {"unit": "QH-Q01", "criterion": "1.2", "points": "4.60"}, "off-step"),
        ("score", {"unit": "QH-Q01", "criterion": "9.9", "points": "4"}, "unknown-criterion"),
        ("score", {"unit": "QH-X", "criterion": "1.2", "points": "4"}, "unknown-unit"),
        ("score", {"unit": "LLVT-BTL", "criterion": "4.2", "points": "1"}, "not-applicable"),
        ("score", {"unit": "QH-Q01", "criterion": "1.2"}, "value-missing"),
        ("score", {"unit": "QH-Q01", "criterion": "1.2", "points": "8,5"}, "not-a-decimal"),
        (
            "bonus",
            {"unit": "QH-Q01", "code": "T9", "occurrence_ref": "a", "outcome": "accepted"},
            "unknown-code",
        ),
        (
            "bonus",
            {"unit": "QH-Q01", "code": "T1", "occurrence_ref": "a", "outcome": "accepted", "points": "1"},
            "points-not-wanted",
        ),
        ("forfeit", {"unit": "QH-Q01", "outcome": "lifted"}, "nothing-to-lift"),
        ("tie", {"area": "XX", "order": [["QH-Q01"], ["QH-Q03"]]}, "unknown-area"),
        ("tie", {"area": "QH", "order": [["QH-Q01"], ["QH-Q01"]]}, "repeated-unit"),
        ("tie", {"area": "QH", "order": [["QH-Q01"], ["LLVT-BTL"]]}, "unknown-unit"),
        ("tie", {"area": "QH", "order": [["QH-Q01"]]}, "too-few-units"),
    ],
)
def test_a_decision_that_breaks_a_rule_is_refused(
    site: Site, path: str, body: dict[str, Any], rule: str
) -> None:
    answer = site.post(f"decisions/{path}", {**body, **MEETING}, "committee", f"k-{path}-{rule}")
    assert problem(answer) == rule


@pytest.mark.parametrize("name", ["auditor", "unit", "department", "team", "admin"])
def test_decisions_and_publication_are_for_the_committee_and_the_office(site: Site, name: str) -> None:
    body = {"unit": "QH-Q01", "criterion": "1.2", "points": "4", **MEETING}
    assert site.post("decisions/score", body, name, f"d-{name}").status_code == 403
    assert site.post("publish", {}, name, f"p-{name}").status_code == 403


def test_a_publication_pins_what_stood_and_opens_it_to_everybody(tmp_path: Path) -> None:
    site = made(tmp_path, live_visibility="restricted", decisions=False)
    blocked = site.post("publish", {}, "committee", "p-early")
    assert (blocked.status_code, problem(blocked)) == (409, "round-not-closed")
    site.make_publishable()
    before = site.get("standings", "office").json
    stale = site.post("publish", {"digest": f"sha256:{'0' * 64}"}, "committee", "p0")
    assert (stale.status_code, problem(stale)) == (409, "standings-moved")
    answer = site.post("publish", {"digest": before["digest"]}, "committee", "p1")
    assert answer.status_code == 201, answer.text
    data = answer.json["receipts"][0]["data"]
    pins = ("position", "root", "rulebook", "engine", "digest")
    assert {name: data[name] for name in pins} == {name: before[name] for name in pins}
    assert (data["version"], data["status"], data["provisional"]) == (1, "UNOFFICIAL", False)
    assert site.post("publish", {"digest": before["digest"]}, "committee", "p1").data == answer.data
    site.relay()

    again = site.post("publish", {}, "committee", "p2")
    assert (again.status_code, problem(again)) == (409, "nothing-changed")
    body = {"unit": "QH-Q01", "criterion": "1.2", "points": "0.25", **MEETING}
    assert site.post("decisions/score", body, "committee", "d1").status_code == 201
    site.relay()

    assert [item["holds"] for item in site.get("publications").json["items"]] == [True]
    public = site.get("standings").json  # nobody in particular gets the published version
    assert (public["position"], public["digest"]) == (before["position"], before["digest"])
    assert (
        site.get(f"standings?at={before['position']}&engine=1").headers["Cache-Control"].endswith("immutable")
    )
    assert problem(site.get(f"standings?at={before['position'] + 1}")) == "not-public"
    version = site.get("publications/1").json
    assert content({k: v for k, v in version.items() if k != "publication"}) == content(before)
    assert problem(site.get("publications/2")) == "unknown-version"
    page = site.client().get("/ranking/hcmc/2020/")
    assert "CÔNG BỐ v1" in page.text

    early = site.post("publish", {"status": "OFFICIAL", "reason": "Hết hạn khiếu nại"}, "office", "p3")
    assert problem(early) == "not-published-first"
    assert problem(site.post("publish", {}, "office", "p4")) == "missing-field"
    second = site.post("publish", {"reason": "Sửa tiêu chí 1.2"}, "office", "p5")
    assert second.json["receipts"][0]["data"]["version"] == 2
    assert second.json["receipts"][0]["data"]["supersedes"] == 1
    site.relay()
    third = site.post("publish", {"status": "OFFICIAL", "reason": "Hết hạn khiếu nại"}, "office", "p6")
    assert third.json["receipts"][0]["data"]["version"] == 3


# --- the scenario clock


def test_the_scenario_clock_moves_forward_for_an_admin_of_a_demonstration(
    fresh: Site, tmp_path: Path
) -> None:
    now = fresh.fed.moment + timedelta(days=3)
    body = {"now": now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")}
    path = f"/ranking/v1/{LEDGER}/clock"
    assert fresh.client().put(path, json=body).status_code == 401
    assert fresh.client().put(path, json=body, headers=fresh.token("office")).status_code == 403
    moved = fresh.client().put(path, json=body, headers=fresh.token("admin"))
    assert (moved.status_code, moved.json["now"]) == (200, body["now"])
    back = {"now": "2020-10-01T00:00:00.000000Z"}
    refused = fresh.client().put(path, json=back, headers=fresh.token("admin"))
    assert (refused.status_code, problem(refused)) == (409, "clock-moves-back")
    real = made(tmp_path / "no-demo", demo=False)
    assert real.client().put(path, json=body, headers=real.token("admin")).status_code == 409
