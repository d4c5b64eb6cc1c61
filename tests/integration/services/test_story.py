"""The demonstration's story through all four services, to the notices that a publication brings."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson
import pytest
from openapi_spec_validator import validate

from deploy.demo.command import Command
from deploy.demo.data import city_2020
from deploy.demo.load import ROUTES
from deploy.demo.scenario import MISSING, OVERRIDDEN, scenario
from services.notify.outbox import Outbox
from services.notify.published import HttpStandings, NotPublishedYet, OtherStandings, content_of
from services.notify.sender import Sender
from services.ranking.columns import Decoder, Live, fold_columns, ground_of
from services.ranking.engine import body, compute, initial
from services.ranking.engine.standings import Standings
from services.ranking.folding import result, take
from services.ranking.history import History
from shared.events.catalogue.inspections import TYPES
from shared.settings import SERVICES
from tests.support.town import LEDGER, Town, town

COMMANDS = scenario(city_2020())


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The whole story, told once."""
    made = town(tmp_path_factory.mktemp("story"), SERVICES)
    made.open()
    refused = tell(made, COMMANDS)
    assert refused == []
    yield made
    for house in made.houses.values():
        house.engine.dispose()


def tell(made: Town, commands: tuple[Command, ...]) -> list[str]:
    """State ``commands`` in order, every fact known everywhere before the next moment; what was refused."""
    refused: list[str] = []
    moment = ("", "")
    for command in commands:
        if (command.phase, command.at) != moment:
            made.settle(standings=command.service == "ranking")
            made.set_clock(command.at)
            moment = (command.phase, command.at)
        response = made.state(command, ROUTES[command.operation])
        if response.status_code != 201:
            refused.append(f"{command.operation} {command.key}: {response.text[:600]}")
    made.settle(standings=True)
    return refused


def sender(made: Town, answers: Any = None) -> Sender:
    """The sender of notify, reading ranking's API in this process."""

    def read(ledger: str, version: int) -> dict[str, Any]:
        answer = made.get("ranking", f"publications/{version}")
        if answer.status_code != 200:
            raise NotPublishedYet(answer.text)
        found = answer.get_json()
        assert isinstance(found, dict)
        return found

    return Sender(made.houses["notify"], answers or read, Outbox(made.settings.data / "outbox"))


def test_every_command_of_the_story_is_accepted_and_every_service_holds_the_same_ledger(told: Town) -> None:
    ledgers = [[row.value for row in told.ledger(service)] for service in SERVICES]
    assert all(ledger == ledgers[0] for ledger in ledgers)
    counts = Counter(row.type for row in told.ledger("scores"))
    assert counts["unit.registered.v1"] >= 66
    assert counts["conclusion.signed.v1"] == 62
    assert counts["inspection.scheduled.v1"] == 66 + 3
    assert counts["result.published.v1"] == 1


def test_the_story_states_every_kind_of_fact_of_inspections(told: Town) -> None:
    stated = {row.type for row in told.ledger("inspections")}
    assert {one.type for one in TYPES} - stated == set()


def test_an_inspection_opened_past_the_gate_says_what_was_missing_and_why(told: Town) -> None:
    opened = [row.event for row in told.ledger("ranking") if row.type == "inspection.opened.v1"]
    missing = {event.subject: event.data["missing_scores"] for event in opened if "override" in event.data}
    assert missing == {OVERRIDDEN: [MISSING]}
    assert all(not event.data["missing_scores"] for event in opened if event.subject not in missing)


def test_at_every_position_of_the_story_all_folds_agree(told: Town) -> None:
    rows = list(told.ledger("ranking"))
    decoder, live = Decoder(LEDGER), Live(Decoder(LEDGER), loose=400)
    decoder.take_values(row.value for row in rows)
    columns, state, ground = decoder.columns(), initial(LEDGER), initial(LEDGER)
    history = History(told.houses["ranking"].engine, LEDGER, every=512)
    assert columns.size == len(rows)
    before: tuple[Standings, ...] = ()
    for row in rows:
        live.take(row.event)
        take(state, row.position, row.value)
        now = compute(live.state), compute(state)
        assert new_of(now[0], now, before) == new_of(now[1], now, before), state.size
        before = now
        if state.size % 200 == 0 or state.size == len(rows):
            ground = ground_of(columns, state.size - 7, ground)
            digests = {
                result(fold_columns(columns, state.size, ground)).digest,
                history.at(state.size).digest,
                result(live.state).digest,
            }
            assert digests == {result(state).digest}, state.size
    lazy = history.state_at(state.size)
    assert {code: unit.facts for code, unit in lazy.units.items()} == {
        code: unit.facts for code, unit in state.units.items()
    }


def new_of(one: Standings, now: tuple[Standings, ...], before: tuple[Standings, ...]) -> dict[str, Any]:
    """The body of ``one`` without the areas whose boards are, in all standings, the very ones before."""
    kept = [{id(area) for area in standings.areas} for standings in before]
    areas = tuple(
        area
        for place, area in enumerate(one.areas)
        if not kept
        or any(id(standings.areas[place]) not in old for standings, old in zip(now, kept, strict=True))
    )
    return body(replace(one, areas=areas))


def test_a_second_telling_gets_the_old_answers_and_adds_nothing(told: Town) -> None:
    size = len(told.ledger("scores"))
    again = [told.state(command, ROUTES[command.operation]) for command in COMMANDS]
    assert {response.headers.get("Idempotent-Replay") for response in again} == {"true"}
    told.settle()
    assert len(told.ledger("scores")) == size


def test_a_publication_brings_each_open_unit_one_notice_once(told: Town) -> None:
    assert sender(told).step() is True
    told.settle()
    issued = [row.event for row in told.ledger("notify") if row.type == "notice.issued.v1"]
    assert len(issued) == len({event.subject for event in issued}) == 66
    assert len({event.data["message_id"] for event in issued}) == 66
    folder = told.settings.data / "outbox" / LEDGER / "v1"
    for event in issued:
        document = event.data["document"]
        value = (folder / document["name"]).read_bytes()
        assert document["sha256"] == "sha256:" + hashlib.sha256(value).hexdigest()
    assert len(list(folder.iterdir())) == 2 * 66
    before = told.houses["notify"].store.last_sequences(LEDGER)
    assert sender(told).step() is False
    assert told.houses["notify"].store.last_sequences(LEDGER) == before


def test_a_notice_says_what_was_published_and_that_it_is_provisional(told: Town) -> None:
    sender(told).step()
    publication = next(row.event for row in told.ledger("scores") if row.type == "result.published.v1")
    page = told.get("notify", "outbox/v1/QH-Q01.html", "vanphong").get_data(as_text=True)
    for text in (
        "TẠM TÍNH",
        "DỮ LIỆU MINH HỌA",
        "Quận Đoàn 1",
        publication.data["root"],
        publication.data["digest"],
        f"vị trí {publication.data['position']}",
    ):
        assert text in page
    facts = orjson.loads(told.get("notify", "outbox/v1/QH-Q01.json", "vanphong").data)
    board = told.get("ranking", "publications/1").get_json()
    row = next(row for area in board["areas"] for row in area["rows"] if row["unit"] == "QH-Q01")
    assert facts["standing"] == row


def test_the_outbox_is_the_offices_and_the_auditors_to_read(told: Town) -> None:
    sender(told).step()
    first = told.get("notify", "outbox?limit=60", "vanphong")
    assert len(first.get_json()["notices"]) == 60
    assert 'rel="next"' in first.headers["Link"]
    one = told.get("notify", "outbox?unit=QH-Q01&version=1", "kiemtra").get_json()["notices"]
    assert [notice["unit"] for notice in one] == ["QH-Q01"]
    assert told.get("notify", "outbox").status_code == 401
    assert told.get("notify", "outbox", "bithu.qh-q01").status_code == 403
    assert told.get("notify", "outbox/v1/..%2Fx.html", "vanphong").status_code == 404


def test_a_file_that_was_changed_is_not_shown(told: Town) -> None:
    sender(told).step()
    path = told.settings.data / "outbox" / LEDGER / "v1" / "QH-Q03.html"
    value = path.read_bytes()
    path.write_bytes(value + b" ")
    try:
        answer = told.get("notify", "outbox/v1/QH-Q03.html", "vanphong")
        assert answer.status_code == 500
        assert answer.get_json()["type"].endswith("document-differs")
    finally:
        path.write_bytes(value)


def test_standings_other_than_those_published_are_not_believed(told: Town) -> None:
    answer = told.get("ranking", "publications/1").get_json()
    digest = answer["digest"]
    assert content_of(answer, digest)["areas"] == answer["areas"]
    answer["areas"][0]["rows"][0]["total"] = "103.00"
    with pytest.raises(OtherStandings):
        content_of(answer, digest)


def test_pages_show_the_schedule_and_the_notices(told: Town) -> None:
    sender(told).step()
    schedule = told.apps["inspections"].test_client().get(f"/inspections/{LEDGER}/").get_data(as_text=True)
    assert "Đã kết luận" in schedule
    assert "đã đổi lịch" in schedule
    notices = told.apps["notify"].test_client().get(f"/notify/{LEDGER}/").get_data(as_text=True)
    assert "66" in notices


def test_ranking_that_does_not_answer_is_asked_again_later() -> None:
    source = HttpStandings("http://127.0.0.1:9")
    with pytest.raises(NotPublishedYet):
        source(LEDGER, 1)


def test_notify_describes_itself(told: Town) -> None:
    document = told.apps["notify"].test_client().get("/notify/openapi.json").get_json()
    validate(document)
    assert "/notify/v1/{org}/{cycle}/outbox" in document["paths"]
