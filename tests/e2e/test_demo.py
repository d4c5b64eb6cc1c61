"""The whole demonstration as a person meets it: the suite as processes, the city's 2020 cycle loaded into it.

One suite for all tests of this module; each takes the ledger as it finds it, and none of them touches the six
units whose results are known.
"""

from __future__ import annotations

import base64
import contextlib
import csv
import hashlib
import json
import os
import sqlite3
import subprocess
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests
import rfc8785
from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka, from_kafka_event
from cloudevents.core.formats.json import JSONFormat
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Page, expect

from deploy.demo.load import main as load_demo
from deploy.local.kafka import console_consumer_command
from shared.settings import SERVICES
from tests.support.browser import position, shown_at
from tests.support.independent import key_id_of, read_records, read_topic, signed_by
from tests.support.logged import write_raw
from tests.support.readme import PROJECT, sample
from tests.support.suite import Suite, bangvang, get_json, suite, until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

LEDGER = "hcmc/2020"
AUDITOR = ("kiemtra", "auditor@ledger")
DEPARTMENT = ("chuyenvien.btg", "department@department:BTG")
COMMITTEE = ("banthuongvu", "standing_committee@ledger")
AREAS = {"QH": 24, "CNLD": 38, "LLVT": 4}
EXPECTED = PROJECT / "tests" / "data" / "2020" / "expected-standings.csv"


class Demo:
    """The suite with the cycle in it; ``loaded``: the ledger's size when the story had been told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stack = contextlib.ExitStack()
        self.start()
        self.load()
        self.loaded = self.size()

    def start(self) -> None:
        self.running: Suite = self._stack.enter_context(suite(self.folder))

    def stop(self) -> None:
        self._stack.close()

    def load(self) -> None:
        load_demo(self.running.origin, self.running.layout.settings)

    def url(self, service: str, path: str) -> str:
        return f"{self.running.origin}/{service}/v1/{LEDGER}/{path}"

    def size(self, service: str = "ranking") -> int:
        size = get_json(self.url(service, "ledger"))["size"]
        assert isinstance(size, int)
        return size

    def standings(self, query: str = "") -> dict[str, Any]:
        """The standings as the auditor sees them."""
        return get_json(self.url("ranking", f"standings{query}"), self.running.headers(*AUDITOR))

    def score(self, unit: str, points: str, key: str) -> tuple[dict[str, Any], int]:
        """A decided score of criterion 1.2 (the round is closed); the signed event and its number."""
        minutes = {"meeting": "-", "date": "2020-11-24", "document": "-", "text": "-"}
        answer = requests.post(
            self.url("ranking", "decisions/score"),
            json={"unit": unit, "criterion": "1.2", "points": points, **minutes},
            headers=self.running.headers(*COMMITTEE, key),
            timeout=30,
        )
        assert answer.status_code == 201, answer.text
        (event,) = answer.json()["receipts"]
        return event, int(answer.headers["Bangvang-Sequence"].removeprefix("ranking:"))

    def late_score(self, unit: str, value: str, key: str) -> dict[str, Any]:
        """A department's score after the round: stated, and counting for nothing until it is decided."""
        answer = requests.post(
            self.url("scores", "scores"),
            json={"unit": unit, "criterion": "1.2", "stage": "department", "value": value, "reason": "-"},
            headers=self.running.headers(*DEPARTMENT, key),
            timeout=30,
        )
        assert answer.status_code == 201, answer.text
        (event,) = answer.json()["receipts"]
        found: dict[str, Any] = event
        return found

    def topic(self) -> list[bytes]:
        settings = self.running.layout.settings
        return read_topic(settings.kafka, settings.topic)

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(value) for value in self.topic()]

    def points(self, unit: str) -> str:
        """The effective points of criterion 1.2 of ``unit``."""
        answer = get_json(self.url("ranking", "criteria/1.2"), self.running.headers(*AUDITOR))
        units: Any = answer["units"]
        return str(next(one["points"] for one in units if one["unit"] == unit))

    def replay(self, *words: str) -> dict[str, Any]:
        done = bangvang(self.running.layout, "replay", LEDGER, "--json", *words)
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The suite, up, with the whole cycle loaded through its public API."""
    made = Demo(tmp_path_factory.mktemp("demo") / "data")
    yield made
    made.stop()


def rows_of(standings: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["unit"]: row for area in standings["areas"] for row in area["rows"]}


# --- the board


def test_sixty_six_units_stand_in_three_areas_and_the_round_is_not_over(demo: Demo) -> None:
    board = demo.standings(f"?at={demo.loaded}")
    assert {area["area"]: len(area["rows"]) for area in board["areas"]} == AREAS
    assert len(rows_of(board)) == board["provisional"]["units"] == 66
    assert board["provisional"]["complete"] == 63
    assert board["board"] == "UNOFFICIAL"


def test_the_six_known_units_have_exactly_their_totals_classes_and_amounts(demo: Demo) -> None:
    """Ranks differ from the file's: there the six stand alone, here among 66 units.

    So may what a tie says of itself.  All else of a row does not depend on its neighbours, but for the class
    of QH-Q03: the quota of its area keeps it at GOOD in both.
    """
    rows = rows_of(demo.standings(f"?at={demo.loaded}"))
    with EXPECTED.open(encoding="utf-8") as file:
        expected = list(csv.DictReader(file))
    assert len(expected) == 6
    columns = ("name", "total", "class", "base", "bonus", "penalty")
    for line in expected:
        row = rows[line["unit"]]
        assert {name: row[name] for name in columns} == {name: line[name] for name in columns}
        assert row["complete"] is True
        assert set(line["reasons"].split(";")) - {""} <= set(row["reasons"])


def test_every_unit_has_its_notice_in_the_outbox_as_its_event_says(demo: Demo) -> None:
    folder = demo.folder / "outbox" / LEDGER / "v1"
    issued = {
        event["subject"]: event["data"]["document"]
        for event in demo.events()
        if event["type"] == "notice.issued.v1"
    }
    assert set(issued) == set(rows_of(demo.standings()))
    assert len(issued) == 66
    assert {path.name for path in folder.glob("*.html")} == {document["name"] for document in issued.values()}
    assert len(list(folder.glob("*.json"))) == 66
    for document in issued.values():
        value = (folder / document["name"]).read_bytes()
        assert hashlib.sha256(value).hexdigest() == document["sha256"].removeprefix("sha256:")
        assert len(value) == document["size"]


# --- the page


@pytest.mark.browser
def test_the_page_at_the_origin_shows_66_units_and_a_new_score_without_reload(demo: Demo, page: Page) -> None:
    page.goto(demo.running.origin)
    shown = {area: page.locator(f"#panel-{area} tr.line").count() for area in AREAS}
    assert shown == AREAS
    expect(page.get_by_role("tab")).to_have_count(3)
    page.get_by_role("tab").nth(1).click()
    unit = "CNLD-TN16"
    total = page.locator(f"#u-{unit} .c-total")
    before = total.inner_text()
    at = position(page)
    page.evaluate("window.kept = true")
    value = "5" if demo.points(unit) != "5.00" else "4.75"
    _, number = demo.score(unit, value, f"page-{uuid.uuid4()}")
    board = demo.standings(f"?after=ranking:{number}")
    expect(total).to_have_text(rows_of(board)[unit]["total"].replace(".", ","))
    shown_at(page, board["position"])
    assert total.inner_text() != before
    assert board["position"] == at + 1
    assert page.evaluate("window.kept") is True


# --- a score by curl


@dataclass(frozen=True)
class Curled:
    """What curl printed: the status line, headers in lower case, the body's bytes."""

    status: str
    headers: dict[str, str]
    body: bytes


def run_sample(demo: Demo) -> Curled:
    """Run the README's lines as they stand, as a person does in the project's folder."""
    layout = demo.running.layout
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", sample("post-a-score")],
        cwd=PROJECT,
        env=os.environ | layout.environment() | {"ORIGIN": layout.origin},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr).decode()
    head, _, body = done.stdout.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    pairs = (line.partition(": ") for line in lines)
    return Curled(status, {name.lower(): value for name, _, value in pairs}, body)


def test_a_score_by_curl_answers_a_receipt_that_the_next_standings_contain_and_again_adds_nothing(
    demo: Demo,
) -> None:
    unit = "CNLD-TN15"
    old = Decimal(demo.points(unit))
    first = run_sample(demo)
    assert first.status.split()[1] == "201"
    (event,) = json.loads(first.body)["receipts"]
    assert (event["subject"], event["data"]["points"]) == (unit, "6.25")

    # Signed by the key that position 0 states, which the pinned root key signed.
    (opening,) = [one for one in demo.events() if one["type"] == "ledger.opened.v1"]
    pinned = json.loads(demo.running.layout.settings.roots.read_text())
    assert key_id_of(opening["data"]["root_public_key"]) == pinned["hcmc"]
    assert signed_by(opening, opening["data"]["root_public_key"])
    stated = opening["data"]["sources"][event["source"]]
    assert event["keyid"] == stated["keyid"] == key_id_of(stated["public_key"])
    assert signed_by(event, stated["public_key"])
    changed = {**event, "data": {**event["data"], "points": "6.5"}}
    assert not signed_by(changed, stated["public_key"])

    # In the standings after its position, and not before.
    after = demo.standings(f"?after={first.headers['bangvang-sequence']}")
    place = get_json(demo.url("ranking", f"receipts/{event['id']}"))
    assert place["leaf"] == hashlib.sha256(b"\0" + rfc8785.dumps(event)).hexdigest()
    at = place["position"]
    assert isinstance(at, int)
    assert after["position"] >= at + 1
    without, contained = (rows_of(demo.standings(f"?at={size}"))[unit] for size in (at, at + 1))
    assert Decimal("6.25") != old
    for name in ("base", "total"):
        assert Decimal(contained[name]) - Decimal(without[name]) == Decimal("6.25") - old
    assert rows_of(after)[unit]["total"] == contained["total"]

    # Again: the same bytes, nothing new, and no number used up.
    sizes = {service: demo.size(service) for service in SERVICES}
    again = run_sample(demo)
    assert again.status == first.status
    assert again.body == first.body
    assert again.headers["bangvang-sequence"] == first.headers["bangvang-sequence"]
    _, following = demo.score(unit, "6.25", f"after-curl-{uuid.uuid4()}")
    assert f"ranking:{following - 1}" == first.headers["bangvang-sequence"]
    demo.standings(f"?after=ranking:{following}")
    assert demo.size() == sizes["ranking"] + 1
    assert [one["commandid"] for one in demo.events()].count(event["commandid"]) == 1


# --- replay


def test_replay_prints_the_digest_and_root_of_the_running_service(demo: Demo) -> None:
    served = demo.standings()
    found = demo.replay()
    assert found["signatures"] is True
    assert found["gaps"] == {}
    assert found["faults"] == []
    assert (found["position"], found["digest"], found["root"]) == (
        served["position"],
        served["digest"],
        served["root"],
    )
    assert [(pin["version"], pin["holds"]) for pin in found["pins"]] == [(1, True)]


def test_so_does_replay_at_any_position(demo: Demo) -> None:
    size = demo.size()
    items = get_json(demo.url("ranking", "publications"))["items"]
    assert isinstance(items, list)
    published = [item["position"] for item in items]
    between = [size * part // 9 for part in range(1, 9)]
    positions = sorted({0, 1, *between, *published, *(at + 1 for at in published), size})
    assert len(positions) >= 12
    served = {at: demo.standings(f"?at={at}") for at in positions}
    with ThreadPoolExecutor(2) as pool:
        found = dict(
            zip(positions, pool.map(lambda at: demo.replay("--at", str(at)), positions), strict=True)
        )
    assert {at: (one["position"], one["digest"], one["root"]) for at, one in found.items()} == {
        at: (at, one["digest"], one["root"]) for at, one in served.items()
    }
    assert len({one["root"] for one in found.values()}) == len(positions)
    assert len({one["digest"] for one in found.values()}) > len(positions) // 2


# --- readers that others wrote


def test_kafkas_console_consumer_reads_every_event_byte_for_byte(demo: Demo) -> None:
    values = demo.topic()
    settings = demo.running.layout.settings
    command = console_consumer_command(
        settings.kafka, settings.topic, max_messages=len(values), timeout_ms=60_000
    )
    done = subprocess.run(command, capture_output=True, timeout=180, check=True)
    assert len(values) > 2000
    assert done.stdout.split(b"\n")[:-1] == values  # a ledger has one partition, so the order is one too


def test_the_cloudevents_sdk_reads_every_event_of_every_type(demo: Demo) -> None:
    settings = demo.running.layout.settings
    records = read_records(settings.kafka, settings.topic)
    types = set()
    for record in records:
        message = KafkaMessage(headers=dict(record.headers), key=record.key, value=record.value)
        ours = json.loads(record.value)
        for theirs in (from_kafka(message, JSONFormat()), from_kafka_event(message)):
            assert (theirs.get_id(), theirs.get_source(), theirs.get_type(), theirs.get_subject()) == (
                ours["id"],
                ours["source"],
                ours["type"],
                ours["subject"],
            )
            assert theirs.get_data() == ours["data"]
        types.add(ours["type"])
    assert len(types) >= 20


# --- what must change nothing


def test_a_strangers_events_written_straight_into_kafka_change_nothing_and_are_noted(demo: Demo) -> None:
    settings = demo.running.layout.settings
    genuine = [event for event in demo.events() if event["type"] == "score.recorded.v1"]
    last = max(genuine, key=lambda event: event["sequence"])
    before = demo.standings()
    stranger = Ed25519PrivateKey.generate()
    raw = stranger.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    names = [str(uuid.uuid4()), str(uuid.uuid4())]
    draft = {
        **{name: value for name, value in last.items() if name != "signature"},
        "sequence": f"{int(last['sequence']) + 1:012d}",
        "subjectsequence": f"{int(last['subjectsequence']) + 1:012d}",
        "data": {**last["data"], "value": "0"},
    }
    own_name = {**draft, "id": names[0], "keyid": hashlib.sha256(raw).hexdigest()}
    false_name = {**draft, "id": names[1]}  # under the key id of the service
    for event in (own_name, false_name):
        event["signature"] = base64.b64encode(stranger.sign(rfc8785.dumps(event))).decode()
    write_raw(settings.kafka, settings.topic, [rfc8785.dumps(own_name), rfc8785.dumps(false_name)])

    until(
        lambda: all(noted(demo, service, names) == set(names) for service in SERVICES), "no noise noted", 60
    )
    after = demo.standings()
    assert [after[name] for name in ("position", "digest", "root", "areas")] == [
        before[name] for name in ("position", "digest", "root", "areas")
    ]
    found = demo.replay()
    assert (found["digest"], found["root"], found["noise"]) == (before["digest"], before["root"], 2)

    # The number that the stranger took is free for the one who may use it.
    event = demo.late_score("CNLD-TN16", "4.5", f"genuine-{uuid.uuid4()}")
    assert int(event["sequence"]) >= int(draft["sequence"])
    assert demo.standings(f"?after=scores:{int(event['sequence'])}")["position"] == before["position"] + 1


def noted(demo: Demo, service: str, names: list[str]) -> set[str]:
    """Which of the events called ``names`` a service noted as noise, read by SQLite alone."""
    path = demo.folder / "db" / f"{service}.sqlite"
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        found = [json.loads(value)["id"] for (value,) in connection.execute("select value from noise")]
    finally:
        connection.close()
    return set(found) & set(names)


def test_loading_the_cycle_again_adds_nothing(demo: Demo, capsys: pytest.CaptureFixture[str]) -> None:
    before = demo.standings()
    sizes = {service: demo.size(service) for service in SERVICES}
    demo.load()
    printed = capsys.readouterr().out
    assert " 0 new events" in printed
    assert {service: demo.size(service) for service in SERVICES} == sizes
    after = demo.standings()
    assert [after[name] for name in ("position", "digest", "root")] == [
        before[name] for name in ("position", "digest", "root")
    ]


def test_stopped_and_started_again_on_the_same_folder_it_goes_on_where_it_was(demo: Demo) -> None:
    before = demo.standings()
    demo.stop()
    demo.start()
    assert [demo.size(service) for service in SERVICES] == [before["position"]] * len(SERVICES)
    after = demo.standings()
    assert [after[name] for name in ("position", "digest", "root", "areas")] == [
        before[name] for name in ("position", "digest", "root", "areas")
    ]
    value = "5.5" if demo.points("CNLD-TN16") != "5.50" else "5.25"
    _, number = demo.score("CNLD-TN16", value, f"restarted-{uuid.uuid4()}")
    assert demo.standings(f"?after=ranking:{number}")["position"] == before["position"] + 1
