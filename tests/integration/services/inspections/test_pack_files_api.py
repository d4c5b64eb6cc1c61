"""Bytes of a pack over HTTP: in parts, within bounds, checked, stated once, handed out to who sees it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from deploy.cli import main
from services.inspections.kept.files import CORNER
from services.inspections.opening import CaseOpener
from shared.uploads.storage import place
from shared.web.runtime import SESSION_COOKIE
from tests.support import files
from tests.support.clamd import EICAR, clamd
from tests.support.packs import REQUIRED
from tests.support.town import ADMIN, LEDGER, START, Town, accepted, set_up_cycle, town

MEMBERS = [
    {"person": f"dkt.{n}", "role": role, "name": f"Người {n}", "department": "BTG"}
    for n, role in enumerate(("leader", "secretary", "member"), start=1)
]
ROUND = {
    "round": "DOT-2020",
    "first_day": "2020-11-09",
    "last_day": "2020-11-20",
    "calendar": "lich-2020",
    "document_days_before": 3,
}
SLOT = {"unit": "QH-Q01", "team": "DKT-1", "date": "2020-11-09", "session": "MORNING"}
IN_TIME, CUT_OFF = "2020-11-06T16:59:59.000000Z", "2020-11-06T17:00:00.000000Z"
PDF = files.pdf("Báo cáo")
UNTAKEN = files.pdf("Không nhận")
FIRST, SECOND = REQUIRED[:2]
LIMIT = 200_000


def set_up(folder: Path, **env: str) -> Town:
    found = town(folder, ["scores", "inspections"], BANGVANG_EVIDENCE_LIMIT=str(LIMIT), **env)
    set_up_cycle(found)
    grant = {"grant": "q03", "sub": "bithu.q03", "role": "unit", "scope": "unit:QH-Q03", "from": START}
    accepted((found.post("scores", "grants", grant, ADMIN),))
    found.settle()
    accepted((found.post("inspections", "rounds", ROUND, "vanphong"),))
    accepted((found.post("inspections", "teams", {"team": "DKT-1", "members": MEMBERS}, "vanphong"),))
    found.settle()
    accepted((found.post("inspections", "schedule", SLOT, "vanphong"),))
    found.set_clock(IN_TIME)
    found.settle()
    return found


def close(made: Town) -> None:
    for house in made.houses.values():
        house.engine.dispose()


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Town]:
    found = set_up(tmp_path)
    yield found
    close(found)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """For tests that send packs of their own and look at nothing else."""
    found = set_up(tmp_path_factory.mktemp("files"))
    yield found
    close(found)


def digest_of(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def entry(content: bytes = PDF, document: str = FIRST, name: str = "Báo cáo.pdf", **other: Any) -> Any:
    return {"document": document, "name": name, "sha256": digest_of(content), "size": len(content), **other}


def send_pack(made: Town, *entries: Any) -> int:
    """The number of a manifest of ``entries``."""
    answer = made.post("inspections", "packs", {"unit": "QH-Q01", "manifest": list(entries)}, "bithu.q01")
    accepted((answer,))
    number = answer.get_json()["receipts"][0]["sequence"]
    return int(number)


def where(number: int, document: str = FIRST) -> str:
    return f"packs/{number}/files/{document}/upload"


def send(
    made: Town,
    number: int,
    content: bytes,
    offset: int | str = 0,
    sub: str | None = "bithu.q01",
    document: str = FIRST,
    content_type: str = "application/octet-stream",
) -> TestResponse:
    """The next bytes."""
    headers = {"Upload-Offset": str(offset)}
    if sub is not None:
        headers["Authorization"] = f"Bearer {made.issuer.issue(sub)}"
    client = made.apps["inspections"].test_client()
    path = f"/inspections/v1/{LEDGER}/{where(number, document)}"
    return client.patch(path, data=content, headers=headers, content_type=content_type)


def problem_of(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["type"].removeprefix("urn:bangvang:problem:")


def state(made: Town, number: int, sub: str = "bithu.q01", document: str = FIRST) -> Any:
    return made.get("inspections", where(number, document), sub).get_json()


def facts(made: Town) -> list[Any]:
    """Which files the ledger says have come."""
    made.settle()
    rows = (row.event for row in made.ledger("inspections"))
    return [event.data for event in rows if event.type == "submission.file_received.v1"]


def stored(made: Town) -> set[str]:
    folder = Path(made.settings.evidence) / CORNER
    return {path.name for path in folder.rglob("??/*")}


def read(made: Town, number: int, sub: str | None, document: str = FIRST) -> TestResponse:
    answer = made.get("inspections", f"packs/{number}/files/{document}", sub)
    answer.get_data()
    answer.close()
    return answer


def test_a_file_in_two_parts_is_one_fact_in_time_and_comes_out_as_it_went_in(shared: Town) -> None:
    own = files.pdf("Hai phần")
    number = send_pack(shared, entry(own))
    assert state(shared, number)["state"] == "awaited"
    first = send(shared, number, own[:100])
    assert (first.status_code, first.headers["Upload-Offset"], first.headers["Upload-Complete"]) == (
        200,
        "100",
        "?0",
    )
    head = shared.send("HEAD", "inspections", where(number), None, "bithu.q01")
    assert (head.headers["Upload-Offset"], head.headers["Upload-Length"]) == ("100", str(len(own)))
    assert head.headers["Cache-Control"] == "private, no-store"
    last = send(shared, number, own[100:], 100)
    assert (last.headers["Upload-Complete"], last.get_json()["state"], last.get_json()["on_time"]) == (
        "?1",
        "held",
        True,
    )
    assert last.headers["Bangvang-Sequence"].startswith("inspections:")
    assert "Bangvang-Sequence" not in first.headers
    fact = facts(shared)[-1]
    assert (fact["document"], fact["sha256"], fact["size"], fact["on_time"], fact["files_due"]) == (
        FIRST,
        digest_of(own),
        len(own),
        True,
        CUT_OFF,
    )
    assert hashlib.sha256(own).hexdigest() in stored(shared)
    answer = read(shared, number, "bithu.q01")
    assert answer.data == own
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Type"] == "application/pdf"


def test_the_same_bytes_twice_and_in_a_later_manifest_are_one_fact(shared: Town) -> None:
    own, before = files.pdf("Hai lần"), len(facts(shared))
    number = send_pack(shared, entry(own))
    send(shared, number, own)
    again = send(shared, number, own)
    assert (again.status_code, again.headers["Upload-Complete"]) == (200, "?1")
    second = send_pack(shared, entry(own, name="Bản hai.pdf"))
    assert state(shared, second)["state"] == "held"
    assert send(shared, second, b"").headers["Upload-Complete"] == "?1"
    assert len(facts(shared)) == before + 1
    assert read(shared, second, "bithu.q01").data == read(shared, number, "bithu.q01").data == own


def test_a_file_after_the_grace_is_taken_and_marked_and_shown_everywhere(made: Town) -> None:
    number = send_pack(made, *(entry(document=one) for one in REQUIRED))
    made.set_clock(CUT_OFF)
    ready = made.get("inspections", "readiness?unit=QH-Q01", "dkt.2").get_json()
    assert (ready["files_awaited"], ready["files_late"]) == (list(REQUIRED), list(REQUIRED))
    assert next(one for one in ready["checks"] if one["item"] == "pack")["state"] == "warn"
    assert state(made, number)["state"] == "overdue"
    assert CaseOpener(made.houses["inspections"]).step() == 0, "a machine judges no missing bytes"
    answer = send(made, number, PDF).get_json()
    assert (answer["state"], answer["on_time"]) == ("held", False)
    pack = made.get("inspections", "packs?unit=QH-Q01", "dkt.2").get_json()
    assert (pack["files_awaited"], pack["files_late"]) == ([], list(REQUIRED))
    slot = pack["packs"][0]["manifest"][0]
    assert (pack["packs"][0]["on_time"], slot["file"]["on_time"]) == (True, False)
    assert read(made, number, "dkt.2").data == PDF
    accepted((made.post("inspections", "cases", {"unit": "QH-Q01"}, "dkt.2"),))
    (case,) = made.get("inspections", "cases", "dkt.2").get_json()["items"]
    assert (case["by"], case["missing"]) == ("team_secretary", list(REQUIRED))
    assert case["packs"][0]["manifest"][0]["file"]["on_time"] is False


def test_a_part_that_does_not_begin_where_the_last_ended_is_told_where_to_go_on(shared: Town) -> None:
    number = send_pack(shared, entry())
    send(shared, number, PDF[:50])
    for offset in (0, 49, 51):
        answer = send(shared, number, PDF[offset:], offset)
        assert problem_of(answer) == (409, "upload-offset")
        assert answer.headers["Upload-Offset"] == "50"
    for bad in ("", "-1", "x", "1.5", "9" * 20):
        assert problem_of(send(shared, number, b"x", bad)) == (400, "upload-offset-missing")
    assert problem_of(send(shared, number, b"x", 50, content_type="text/plain"))[0] == 415
    assert send(shared, number, PDF[50:], 50, content_type="application/partial-upload").status_code == 200


@pytest.mark.parametrize(
    ("content", "named", "problem"),
    [
        (UNTAKEN + b"x", {}, (422, "file-differs")),
        (UNTAKEN[:-1] + b"x", {}, (422, "file-differs")),
        (UNTAKEN, {"name": "Báo cáo.docx"}, (422, "evidence-mismatch")),
        (UNTAKEN, {"name": "Báo cáo.exe"}, (422, "evidence-type")),
        (UNTAKEN, {"name": "../Báo cáo.pdf"}, (422, "evidence-name")),
        (UNTAKEN, {"size": LIMIT + 1}, (413, "evidence-too-large")),
    ],
)
def test_bytes_that_may_not_be_taken_are_refused_and_nothing_is_kept(
    shared: Town, content: bytes, named: Any, problem: tuple[int, str]
) -> None:
    before = len(facts(shared)), stored(shared)
    number = send_pack(shared, entry(UNTAKEN, **named))
    assert problem_of(send(shared, number, content)) == problem
    assert (state(shared, number)["offset"], state(shared, number)["state"]) == (0, "awaited")
    assert (len(facts(shared)), stored(shared)) == before
    assert problem_of(read(shared, number, "bithu.q01")) == (404, "file-not-here")


@pytest.mark.parametrize(
    ("content", "name", "rule"),
    [
        (files.pdf(user="mật khẩu"), "a.pdf", "evidence-protected"),
        (files.ooxml(files.MACRO_WORD), "a.docx", "evidence-macros"),
    ],
)
def test_locked_files_and_programs_are_refused(shared: Town, content: bytes, name: str, rule: str) -> None:
    number = send_pack(shared, entry(content, name=name))
    assert problem_of(send(shared, number, content)) == (422, rule)


def test_a_virus_is_refused_and_without_a_verdict_the_file_waits(tmp_path: Path) -> None:
    with clamd() as server:
        made = set_up(tmp_path, BANGVANG_CLAMD=server.address)
        bad = send_pack(made, entry(EICAR, name="a.txt"))
        assert problem_of(send(made, bad, EICAR)) == (422, "evidence-infected")
        good = send_pack(made, entry())
        server.answer = b"busy ERROR\0"
        assert problem_of(send(made, good, PDF)) == (503, "scanner-unreachable")
        assert state(made, good)["offset"] == len(PDF), "nothing has to be sent again"
        server.answer = None
        assert send(made, good, b"", len(PDF)).headers["Upload-Complete"] == "?1"
        close(made)


def test_the_unit_and_its_secretary_send_and_who_sees_the_pack_reads(shared: Town) -> None:
    number = send_pack(shared, entry())
    for sub, status in ((None, 401), ("bithu.q03", 403), ("dkt.1", 403), ("vanphong", 403)):
        assert send(shared, number, PDF, sub=sub).status_code == status
    assert send(shared, number, PDF, sub="dkt.2").status_code == 200
    for sub, status in (
        ("bithu.q01", 200),
        ("dkt.1", 200),
        ("dkt.2", 200),
        ("vanphong", 200),
        ("bithu.q03", 403),
        ("btg", 403),
        (None, 401),
    ):
        assert read(shared, number, sub).status_code == status, sub
        assert shared.get("inspections", where(number), sub).status_code == status, sub


def test_what_was_recorded_of_paper_may_be_sent_from_the_page_by_the_secretary(shared: Town) -> None:
    scan = files.pdf("Bản quét")
    body = {
        "unit": "QH-Q01",
        "manifest": [entry(scan, SECOND, "Bản quét.pdf")],
        "via": "paper",
        "occurred_at": "2020-11-05T02:00:00.000000Z",
        "proof": "Sổ công văn đến số 7",
    }
    answer = shared.post("inspections", "packs", body, "dkt.2")
    accepted((answer,))
    number = int(answer.get_json()["receipts"][0]["sequence"])
    assert state(shared, number, document=SECOND)["state"] == "by_hand"
    client = shared.apps["inspections"].test_client()
    client.set_cookie(SESSION_COOKIE, shared.issuer.issue("dkt.2"))
    page = client.get(f"/inspections/{LEDGER}/packs/QH-Q01").text
    assert "data-again" in page
    assert "data-pack" not in page
    assert send(shared, number, scan, sub="dkt.2", document=SECOND).get_json()["state"] == "held"


def test_what_is_no_slot_of_a_pack_is_not_found(shared: Town) -> None:
    number = send_pack(shared, {"document": FIRST, "absent_because": "Không phát sinh"})
    assert problem_of(send(shared, number, PDF)) == (404, "no-such-file")
    assert problem_of(read(shared, number, "bithu.q01", "NONE")) == (404, "no-such-file")
    assert problem_of(send(shared, number + 999, PDF)) == (404, "unknown-pack")
    assert problem_of(read(shared, 1, "bithu.q01")) == (404, "unknown-pack")


def test_an_own_page_of_the_demonstration_sends_by_cookie_and_no_other_site_does(shared: Town) -> None:
    number = send_pack(shared, entry())
    client = shared.apps["inspections"].test_client()
    client.set_cookie(SESSION_COOKIE, shared.issuer.issue("bithu.q01"))
    path = f"/inspections/v1/{LEDGER}/{where(number)}"
    own = {"Origin": "http://localhost", "Idempotency-Key": "k", "Upload-Offset": "0"}
    octets = "application/octet-stream"
    for broken in ({"Origin": "http://evil.example"}, {"Idempotency-Key": None}):
        headers = {name: value for name, value in {**own, **broken}.items() if value is not None}
        assert client.patch(path, data=PDF, headers=headers, content_type=octets).status_code == 401
    assert client.patch(path, data=PDF, headers=own, content_type=octets).status_code == 200


def test_a_file_that_nobody_goes_on_with_is_forgotten_after_a_week(made: Town) -> None:
    old = send_pack(made, entry())
    send(made, old, PDF[:10])
    made.set_clock("2020-11-13T16:59:59.000000Z")
    other = send_pack(made, entry(document=SECOND))
    send(made, other, PDF[:10], document=SECOND)
    assert state(made, old)["offset"] == 10
    made.set_clock("2020-11-13T17:00:00.000000Z")
    send(made, other, PDF[10:20], 10, document=SECOND)
    assert state(made, old)["offset"] == 0
    assert state(made, other, document=SECOND)["offset"] == 20


def test_the_check_of_stored_files_covers_packs_and_what_is_lost_is_not_handed_out(
    made: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BANGVANG_DATA", str(made.settings.data))
    folder = Path(made.settings.evidence)
    folder.mkdir(exist_ok=True)
    (folder / CORNER).write_bytes(b"a file, where the folder should be")
    number = send_pack(made, entry())
    assert problem_of(send(made, number, PDF)) == (503, "storage-unreachable")
    (folder / CORNER).unlink()
    assert send(made, number, b"", len(PDF)).headers["Upload-Complete"] == "?1", "nothing that came is lost"
    sound = CliRunner().invoke(main, ["evidence", "check"])
    assert (sound.exit_code, sound.output) == (0, "1 sound, 0 damaged, 0 missing, 0 stray\n")
    path = folder / CORNER / place(digest_of(PDF))
    path.unlink()
    path.write_bytes(b"x")
    assert problem_of(read(made, number, "bithu.q01")) == (410, "evidence-damaged")
    found = CliRunner().invoke(main, ["evidence", "check"])
    assert (found.exit_code, f"damaged\t{digest_of(PDF)}\t{LEDGER}" in found.output) == (1, True)
    path.unlink()
    assert problem_of(read(made, number, "bithu.q01")) == (410, "evidence-gone")


TURNS = st.lists(
    st.tuples(st.integers(1, 400), st.sampled_from(["sent", "lost", "again", "elsewhere"])), max_size=8
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=TURNS, text=st.text("abc ", min_size=1, max_size=300))
def test_however_a_file_is_cut_and_interrupted_the_same_content_is_kept_and_stated_once(
    shared: Town, turns: list[tuple[int, str]], text: str
) -> None:
    """``lost``: the part never came.  ``again``: it came, its answer did not.  ``elsewhere``: the secretary
    goes on.
    """
    content = text.encode()
    number = send_pack(shared, entry(content, name="a.txt"))
    before = len(facts(shared))
    new = state(shared, number)["state"] != "held"
    offset = 0
    for length, what in turns:
        part = content[offset : offset + length]
        if what == "lost" or not part:
            continue
        sub = "dkt.2" if what == "elsewhere" else "bithu.q01"
        send(shared, number, part, offset, sub)
        if what == "again":
            send(shared, number, part, offset, sub)
        offset = state(shared, number)["offset"]
    send(shared, number, content[offset:], offset)
    assert state(shared, number)["state"] == "held"
    assert read(shared, number, "bithu.q01").data == content
    assert len(facts(shared)) - before == new
