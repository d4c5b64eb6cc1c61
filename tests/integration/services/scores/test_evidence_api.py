"""Evidence over HTTP: given, checked, versioned, read by whom it concerns; never lost in silence."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import requests
from click.testing import CliRunner
from werkzeug.test import TestResponse

from deploy.cli import main
from services.scores.evidence import Holding, held
from services.scores.evidence.keeping import MAX_VERSIONS
from services.scores.inspected.schedule import Session
from shared.access import Grant
from shared.uploads.storage import place
from shared.web import runtime as web
from shared.web.runtime import SESSION_COOKIE
from tests.support import files
from tests.support.clamd import EICAR, clamd
from tests.support.s3 import s3_server
from tests.support.scores_site import demo_cycle, serving_scores
from tests.support.town import ADMIN, LEDGER, START, Town, accepted, rules_of, set_up_cycle, town

PDF = files.pdf("Minh chứng 1")
OTHER = files.pdf("Minh chứng 2")
UNIT = {"body": "unit:QH-Q01", "unit": "QH-Q01", "criterion": "1.2", "name": "Minh chứng.pdf"}
OWN = {**UNIT, "body": "department:BTG"}
BEHALF = {**UNIT, "body": "office:TST", "criterion": "2.2"}
MORE_PEOPLE = [
    ("bithu.q03", "unit", "unit:QH-Q03"),
    ("truong.btg", "department_head", "department:BTG"),
    ("tst", "department", "department:TST"),
    ("thuong.truc", "standing_committee", "ledger"),
]


def digest_of(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def give(
    made: Town, content: bytes, sub: str | None = "bithu.q01", about: dict[str, str] = UNIT, **more: Any
) -> TestResponse:
    more.setdefault("content_type", "application/octet-stream")
    return made.post("scores", f"evidence?{urlencode(about)}", content, sub, **more)


def read(made: Town, content: bytes, sub: str | None) -> TestResponse:
    answer = made.get("scores", f"evidence/{digest_of(content)}", sub)
    answer.get_data()
    answer.close()
    return answer


def listed(made: Town, sub: str | None, unit: str = "QH-Q01", criterion: str = "1.2") -> list[dict[str, Any]]:
    answer = made.get("scores", f"evidence?unit={unit}&criterion={criterion}", sub)
    assert answer.status_code == 200, answer.text
    found = answer.get_json()["evidence"]
    assert isinstance(found, list)
    return found


def problem_of(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["type"].removeprefix("urn:bangvang:problem:")


def set_up(folder: Path, services: Sequence[str] = ("scores",), **env: str) -> Town:
    found = town(folder, services, **env)
    set_up_cycle(found)
    for sub, role, scope in MORE_PEOPLE:
        grant = {"grant": f"{role}.{sub}", "sub": sub, "role": role, "scope": scope, "from": START}
        accepted((found.post("scores", "grants", grant, ADMIN),))
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
    """For tests that leave nothing behind."""
    found = set_up(tmp_path_factory.mktemp("evidence"))
    yield found
    close(found)


def test_a_file_is_given_and_a_score_cites_it(made: Town) -> None:
    answer = give(made, PDF)
    assert answer.status_code == 201, answer.text
    found = answer.get_json()
    assert found == {
        **UNIT,
        "version": 1,
        "sha256": digest_of(PDF),
        "size": len(PDF),
        "media_type": "application/pdf",
        "added_at": START,
        "added_by": "bithu.q01",
    }
    assert answer.headers["Location"] == f"/scores/v1/{LEDGER}/evidence/{digest_of(PDF)}"
    cited = {name: found[name] for name in ("name", "sha256", "size")}
    score = {"unit": "QH-Q01", "criterion": "1.2", "stage": "self", "value": "5", "evidence": [cited]}
    accepted((made.post("scores", "scores", score, "bithu.q01"),))


def test_the_same_content_again_is_answered_the_same_and_adds_nothing(made: Town) -> None:
    first = give(made, PDF)
    assert "Idempotent-Replay" not in first.headers
    again = give(made, PDF)
    assert (again.status_code, again.data) == (201, first.data)
    assert again.headers["Idempotent-Replay"] == "true"
    assert len(listed(made, "bithu.q01")) == 1


def test_evidence_replaced_under_the_same_name_is_a_second_version_and_both_are_read(made: Town) -> None:
    give(made, PDF)
    made.set_clock("2020-10-06T00:00:00.000000Z")
    assert give(made, OTHER).get_json()["version"] == 2
    versions = listed(made, "bithu.q01")
    assert [(one["version"], one["sha256"], one["added_at"][:10]) for one in versions] == [
        (1, digest_of(PDF), "2020-10-05"),
        (2, digest_of(OTHER), "2020-10-06"),
    ]
    assert read(made, PDF, "bithu.q01").data == PDF
    assert read(made, OTHER, "bithu.q01").data == OTHER
    assert give(made, PDF).get_json()["version"] == 1


def test_many_files_under_one_name_at_once_are_numbered_without_a_gap(made: Town) -> None:
    contents = [files.pdf(str(number)) for number in range(6)]
    give(made, contents[0])  # the token, the board
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda content: give(made, content), [*contents, *contents]))
    assert {answer.status_code for answer in answers} == {201}
    versions = listed(made, "bithu.q01")
    assert [one["version"] for one in versions] == [1, 2, 3, 4, 5, 6]
    assert {one["sha256"] for one in versions} == set(map(digest_of, contents))


def test_one_name_in_both_unicode_forms_is_one_name(made: Town) -> None:
    give(made, PDF)
    decomposed = {**UNIT, "name": unicodedata.normalize("NFD", UNIT["name"])}
    assert give(made, OTHER, about=decomposed).get_json()["version"] == 2


def test_a_key_that_comes_back_with_another_file_is_refused(made: Town) -> None:
    assert give(made, PDF, key="k").status_code == 201
    assert give(made, PDF, key="k").headers["Idempotent-Replay"] == "true"
    other = give(made, OTHER, key="k")
    assert problem_of(other) == (422, "idempotency-key-reused")
    assert len(listed(made, "bithu.q01")) == 1


def test_a_file_is_handed_out_to_be_saved_and_nothing_in_it_runs(shared: Town) -> None:
    about = {**UNIT, "name": "Báo cáo “quý IV”; bản 2.csv", "criterion": "1.3"}
    content = "Đơn vị;Điểm\n".encode()
    give(shared, content, about=about)
    answer = read(shared, content, "bithu.q01")
    assert answer.data == content
    assert answer.headers["Content-Type"] == "text/csv"
    assert answer.headers["Content-Length"] == str(len(content))
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["Accept-Ranges"] == "none"
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment;")
    assert "filename*=UTF-8''" + quote(about["name"], safe="") in disposition
    client = shared.apps["scores"].test_client()
    headers = {
        "Authorization": f"Bearer {shared.tokens['bithu.q01']}",
        "If-None-Match": answer.headers["ETag"],
    }
    again = client.get(f"/scores/v1/{LEDGER}/evidence/{digest_of(content)}", headers=headers, buffered=True)
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    ("content", "name", "status", "rule"),
    [
        (b"", "a.pdf", 422, "evidence-empty"),
        (PDF, "../a.pdf", 422, "evidence-name"),
        (PDF, "a\r\n.pdf", 422, "evidence-name"),
        (PDF, "a\u202efdp.exe", 422, "evidence-name"),
        (PDF, "a" * 300 + ".pdf", 422, "evidence-name"),
        (PDF, "a" * 1001 + ".pdf", 422, "wrong-length"),
        (PDF, "a.exe", 422, "evidence-type"),
        (PDF, "a.png", 422, "evidence-mismatch"),
        (b"MZ\x90\x00" * 100, "a.pdf", 422, "evidence-mismatch"),
        (files.pdf(user="x"), "a.pdf", 422, "evidence-protected"),
        (files.locked_ooxml(), "a.docx", 422, "evidence-protected"),
        (files.ooxml(files.MACRO_WORD), "a.docx", 422, "evidence-macros"),
        (files.bomb(2**31), "a.docx", 422, "evidence-unpacked-size"),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 30 and value.isprintable() else "-",
)
def test_a_file_that_may_not_be_taken_is_refused_with_the_reason_and_nothing_is_kept(
    shared: Town, content: bytes, name: str, status: int, rule: str
) -> None:
    answer = give(shared, content, about={**UNIT, "criterion": "2.1", "name": name})
    assert answer.status_code == status, answer.text
    assert rules_of(answer) == {rule}
    assert answer.get_json()["detail"] != answer.get_json()["detail_en"]
    assert listed(shared, "bithu.q01", criterion="2.1") == []
    assert digest_of(content) not in stored(shared)


def stored(made: Town) -> set[str]:
    assert isinstance(made.settings.evidence, Path)
    found = {path.name for path in made.settings.evidence.glob("??/*")}
    return {f"sha256:{name}" for name in found}


def test_a_password_protected_pdf_is_refused_and_one_that_only_forbids_printing_is_taken(made: Town) -> None:
    answer = give(made, files.pdf(user="mật khẩu"))
    assert rules_of(answer) == {"evidence-protected"}
    assert "mật khẩu" in answer.get_json()["detail"]
    assert give(made, files.pdf(owner="cấm in")).status_code == 201


def test_a_file_of_40_mb_is_refused_with_the_limit_named(shared: Town) -> None:
    answer = give(shared, b"%PDF-" + bytes(40_000_000))
    assert problem_of(answer) == (413, "evidence-too-large")
    assert "20 MB" in answer.get_json()["detail"]


def test_over_a_real_connection_the_sender_of_too_much_hears_why(made: Town) -> None:
    with serving_scores(made) as live, requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {made.issuer.issue('bithu.q01')}"
        session.headers["Content-Type"] = "application/octet-stream"
        address = f"{live.address}/scores/v1/{LEDGER}/evidence?{urlencode({**UNIT, 'name': 'a.txt'})}"
        megabyte = b"a" * 1_000_000
        sent: list[tuple[str, Any, int]] = [
            ("at the limit", megabyte * 20, 201),
            ("one byte more", megabyte * 20 + b"a", 413),
            ("twice", megabyte * 40, 413),
            ("in chunks, at the limit", iter([megabyte] * 20), 201),
            ("in chunks, one byte more", iter([*[megabyte] * 20, b"a"]), 413),
        ]
        for key, content, status in sent:
            answer = session.post(address, data=content, headers={"Idempotency-Key": key.replace(" ", "-")})
            assert answer.status_code == status, (key, answer.text)
            if status == 413:
                assert answer.json()["type"] == "urn:bangvang:problem:evidence-too-large", key
                assert "20 MB" in answer.json()["detail"]
        got = session.get(f"{live.address}/scores/v1/{LEDGER}/evidence/{digest_of(megabyte * 20)}")
        assert got.content == megabyte * 20


def test_a_virus_flagged_file_is_refused_and_a_clean_one_is_taken(tmp_path: Path) -> None:
    with clamd() as server:
        scanned = set_up(tmp_path, BANGVANG_CLAMD=server.address)
        text = {**UNIT, "name": "a.txt"}
        answer = give(scanned, EICAR, about=text)
        assert answer.status_code == 422
        assert rules_of(answer) == {"evidence-infected"}
        assert "Eicar-Test-Signature" in answer.get_json()["detail"]
        assert stored(scanned) == set()
        assert give(scanned, b"sach", about=text).status_code == 201
        assert server.seen == [EICAR, b"sach"]
    answer = give(scanned, b"khac", about=text)
    assert (answer.status_code, answer.get_json()["type"]) == (
        503,
        "urn:bangvang:problem:scanner-unreachable",
    )
    assert stored(scanned) == {digest_of(b"sach")}
    close(scanned)


def test_content_deleted_at_the_source_is_told_to_who_may_see_it_and_to_nobody_else(made: Town) -> None:
    give(made, PDF)
    give(made, OTHER)
    assert isinstance(made.settings.evidence, Path)
    (made.settings.evidence / place(digest_of(PDF))).unlink()
    answer = read(made, PDF, "bithu.q01")
    assert problem_of(answer) == (410, "evidence-gone")
    assert read(made, PDF, "bithu.q03").status_code == 404
    assert [one["held"] for one in listed(made, "bithu.q01")] == ["missing", "held"]
    never = digest_of(b"never given")
    with made.apps["scores"].app_context():
        found = held(LEDGER, [digest_of(PDF), digest_of(OTHER), never])
    assert found == {
        digest_of(PDF): Holding.MISSING,
        digest_of(OTHER): Holding.HELD,
        never: Holding.UNKNOWN,
    }


def test_a_damaged_content_is_not_handed_out(made: Town) -> None:
    give(made, PDF)
    assert isinstance(made.settings.evidence, Path)
    file = made.settings.evidence / place(digest_of(PDF))
    file.unlink()
    file.write_bytes(PDF[:-1] + b"!")
    answer = read(made, PDF, "bithu.q01")
    assert problem_of(answer) == (410, "evidence-damaged")


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Town]:
    """With the other service that keeps files beside it."""
    found = set_up(tmp_path, ("scores", "inspections"))
    yield found
    close(found)


def test_the_check_names_what_is_damaged_missing_and_stray(
    both: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BANGVANG_DATA", str(both.settings.data))
    kept, gone, spoilt = files.pdf("1"), files.pdf("2"), files.pdf("3")
    for number, content in enumerate((kept, gone, spoilt)):
        give(both, content, about={**UNIT, "name": f"{number}.pdf"})
    sound = CliRunner().invoke(main, ["evidence", "check"])
    assert (sound.exit_code, sound.output) == (0, "3 sound, 0 damaged, 0 missing, 0 stray\n")
    assert isinstance(both.settings.evidence, Path)
    folder = both.settings.evidence
    (folder / place(digest_of(gone))).unlink()
    (folder / place(digest_of(spoilt))).unlink()
    (folder / place(digest_of(spoilt))).write_bytes(b"x")
    stray = folder / place(digest_of(b"stray"))
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"stray")
    found = CliRunner().invoke(main, ["evidence", "check"])
    assert found.exit_code == 1
    *lines, last = found.output.splitlines()
    assert sorted(lines) == sorted(
        [
            f"missing\t{digest_of(gone)}\t{LEDGER}",
            f"damaged\t{digest_of(spoilt)}\t{LEDGER}",
            f"stray\t{digest_of(b'stray')}\t",
        ]
    )
    assert last == "1 sound, 1 damaged, 1 missing, 1 stray"


def test_the_check_of_a_place_without_a_database_or_storage_says_so(
    both: Town, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BANGVANG_DATA", str(tmp_path / "nowhere"))
    found = CliRunner().invoke(main, ["evidence", "check"])
    assert (found.exit_code, "BANGVANG_DATA" in found.output) == (1, True)
    monkeypatch.setenv("BANGVANG_DATA", str(both.settings.data))
    monkeypatch.setenv("BANGVANG_EVIDENCE", "ftp://x")
    found = CliRunner().invoke(main, ["evidence", "check"])
    assert (found.exit_code, "s3://bucket/prefix" in found.output) == (1, True)


def test_a_storage_that_takes_nothing_is_told_and_nothing_is_noted(made: Town) -> None:
    assert isinstance(made.settings.evidence, Path)
    made.settings.evidence.write_bytes(b"a file, where the folder should be")
    answer = give(made, PDF)
    assert (answer.status_code, answer.get_json()["type"]) == (
        503,
        "urn:bangvang:problem:storage-unreachable",
    )
    assert answer.headers["Retry-After"] == "30"
    made.settings.evidence.unlink()
    assert listed(made, "bithu.q01") == []
    assert give(made, PDF).status_code == 201


def test_evidence_lies_in_a_bucket_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with s3_server() as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        bucketed = set_up(tmp_path, BANGVANG_EVIDENCE=f"s3://{server.new_bucket()}/hcmc")
        assert give(bucketed, PDF).status_code == 201
        assert read(bucketed, PDF, "bithu.q01").data == PDF
        server.change(f"hcmc/{place(digest_of(PDF))}", None)
        assert read(bucketed, PDF, "bithu.q01").status_code == 410
    close(bucketed)


GIVERS: list[tuple[str | None, dict[str, str], int]] = [
    ("bithu.q01", UNIT, 201),
    ("bithu.q03", UNIT, 403),  # another unit's
    ("bithu.q01", {**UNIT, "unit": "QH-Q03"}, 403),  # as itself, about another
    ("bithu.q01", OWN, 403),
    ("bithu.q01", BEHALF, 403),
    ("btg", OWN, 201),
    ("truong.btg", OWN, 201),
    ("btg", UNIT, 403),
    ("btg", {**OWN, "body": "department:TST"}, 403),
    ("btg", {**OWN, "criterion": "2.2"}, 403),  # TST scores it
    ("tst", {**OWN, "body": "department:TST", "criterion": "2.2"}, 201),
    ("tst", OWN, 403),
    ("vanphong", BEHALF, 201),
    ("vanphong", {**BEHALF, "criterion": "1.2"}, 403),  # TST does not score it
    ("vanphong", OWN, 403),
    ("vanphong", UNIT, 403),
    ("kiemtra", BEHALF, 403),
    ("thuong.truc", BEHALF, 403),
    (ADMIN, BEHALF, 403),
    ("nguoi.la", UNIT, 403),
    (None, UNIT, 401),
]


@pytest.mark.parametrize(("sub", "about", "status"), GIVERS)
def test_a_body_gives_for_itself_alone(
    shared: Town, sub: str | None, about: dict[str, str], status: int
) -> None:
    answer = give(shared, PDF, sub, {**about, "name": "quyen.pdf"})
    assert answer.status_code == status, answer.text


def test_a_hat_that_is_named_has_to_be_held_and_to_fit(shared: Town) -> None:
    assert give(shared, PDF, "btg", OWN, acting_as="department@department:BTG").status_code == 201
    other = give(shared, PDF, "btg", OWN, acting_as="department@department:TST")
    assert problem_of(other) == (403, "hat-not-held")


@pytest.mark.parametrize(
    ("change", "status", "rule"),
    [
        ({"body": "QH-Q01"}, 422, "not-a-body"),
        ({"body": "unit:" + "x" * 100}, 422, "too-long"),
        ({"unit": "QH-Q99"}, 403, None),
        ({"unit": "QH Q01"}, 422, "not-a-code"),
        ({"criterion": "9.9"}, 422, "unknown-criterion"),
        ({"criterion": "1"}, 422, "unknown-criterion"),  # a group
        ({"name": ""}, 422, "wrong-length"),
    ],
)
def test_bad_queries_are_refused_by_name(
    shared: Town, change: dict[str, str], status: int, rule: str | None
) -> None:
    answer = give(shared, PDF, about={**UNIT, **change})
    assert answer.status_code == status, answer.text
    if rule is not None:
        assert rules_of(answer) == {rule}


def test_unknown_units_departments_and_missing_fields_are_refused(shared: Town) -> None:
    assert rules_of(give(shared, PDF, "btg", {**OWN, "unit": "QH-Q99"})) == {"unknown-unit"}
    assert rules_of(give(shared, PDF, "vanphong", {**BEHALF, "body": "office:KHONG"})) == {
        "unknown-department"
    }
    for name in UNIT:
        less = {key: value for key, value in UNIT.items() if key != name}
        assert rules_of(give(shared, PDF, about=less)) == {"missing-field"}


@pytest.mark.parametrize(
    "kind", ["multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "", "a/b"]
)
def test_only_the_file_itself_is_taken_as_a_body(shared: Town, kind: str) -> None:
    answer = give(shared, PDF, content_type=kind)
    assert problem_of(answer) == (415, "unsupported-media-type")
    assert "octet-stream" in answer.get_json()["detail"]


def test_a_file_may_be_sent_as_its_own_type(shared: Town) -> None:
    assert give(shared, PDF, content_type="application/pdf").status_code == 201


def test_evidence_for_a_bonus_or_a_condition_is_taken_too(shared: Town) -> None:
    for criterion in ("T1", "V1"):
        answer = give(shared, PDF, about={**UNIT, "criterion": criterion})
        assert answer.status_code == 201, answer.text


def test_own_pages_of_the_demonstration_give_a_file_by_cookie_and_no_other_site_does(shared: Town) -> None:
    client = shared.apps["scores"].test_client()
    client.set_cookie(SESSION_COOKIE, shared.issuer.issue("bithu.q01"))
    address = f"/scores/v1/{LEDGER}/evidence?{urlencode({**UNIT, 'name': 'trang.pdf'})}"
    page = {
        "Origin": "http://localhost",
        "Sec-Fetch-Site": "same-origin",
        "Content-Type": "application/octet-stream",
        "Idempotency-Key": "page-1",
    }
    for change in (
        {"Origin": "http://elsewhere.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "application/pdf"},
    ):
        assert client.post(address, data=PDF, headers={**page, **change}).status_code == 401
    assert client.post(address, data=PDF, headers=page).status_code == 201
    got = client.get(f"/scores/v1/{LEDGER}/evidence/{digest_of(PDF)}", buffered=True)
    assert (got.status_code, got.data) == (200, PDF)


def test_a_criterion_of_a_unit_takes_two_hundred_files_and_no_more(
    shared: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MAX_VERSIONS == 200
    monkeypatch.setattr("services.scores.evidence.keeping.MAX_VERSIONS", 2)
    about = {**UNIT, "criterion": "3.1"}
    for number in range(2):
        assert give(shared, files.pdf(str(number)), about=about).status_code == 201
    answer = give(shared, files.pdf("3"), about=about)
    assert (answer.status_code, rules_of(answer)) == (409, {"evidence-too-many"})
    assert give(shared, files.pdf("0"), about=about).status_code == 201
    assert give(shared, files.pdf("3"), about={**about, "criterion": "3.2"}).status_code == 201


Seers = dict[str | None, int]
EVERYBODY = (
    "bithu.q01",
    "bithu.q03",
    "btg",
    "tst",
    "vanphong",
    "kiemtra",
    "thuong.truc",
    "doan.1",
    ADMIN,
    None,
)
ALWAYS = {"vanphong", "kiemtra", "thuong.truc"}


def seers(made: Town, content: bytes) -> set[str | None]:
    """Who can read ``content``; whoever cannot is told 404, as if there were none, and it is in no list."""
    found: set[str | None] = set()
    for sub in EVERYBODY:
        status = read(made, content, sub).status_code
        assert status in (200, 404), (sub, status)
        inside = digest_of(content) in {one["sha256"] for one in listed(made, sub)}
        assert inside == (status == 200), sub
        if status == 200:
            found.add(sub)
    return found


@pytest.fixture
def inspected(made: Town, monkeypatch: pytest.MonkeyPatch) -> Town:
    """Team DOAN-1 inspects QH-Q01, ``doan.1`` leads it."""
    monkeypatch.setattr(
        "services.scores.api.evidence.sessions_of",
        lambda connection, ledger: {"QH-Q01": Session("2020-11-17", False, "DOAN-1")},
    )
    real = web.grants_of
    leader = Grant("team:1", "doan.1", "team_leader", "team:DOAN-1", START)
    monkeypatch.setattr(web, "grants_of", lambda *args: (leader,) if args[2] == "doan.1" else real(*args))
    return made


def test_what_a_unit_gave_is_its_own_until_a_score_cites_it(inspected: Town) -> None:
    cited = give(inspected, PDF).get_json()
    assert seers(inspected, PDF) == {"bithu.q01", *ALWAYS}
    score = {
        "unit": "QH-Q01",
        "criterion": "1.2",
        "stage": "self",
        "value": "5",
        "evidence": [{name: cited[name] for name in ("name", "sha256", "size")}],
    }
    accepted((inspected.post("scores", "scores", score, "bithu.q01"),))
    assert seers(inspected, PDF) == {"bithu.q01", "btg", "doan.1", *ALWAYS}


def test_what_a_department_gave_is_read_by_it_and_by_the_unit_it_is_about(inspected: Town) -> None:
    give(inspected, PDF, "btg", OWN)
    assert seers(inspected, PDF) == {"bithu.q01", "btg", *ALWAYS}


def test_citing_the_file_of_another_unit_opens_nothing(inspected: Town) -> None:
    cited = give(inspected, PDF).get_json()
    score = {
        "unit": "QH-Q03",
        "criterion": "1.2",
        "value": "5",
        "evidence": [{name: cited[name] for name in ("name", "sha256", "size")}],
    }
    accepted(
        (
            inspected.post("scores", "scores", {**score, "stage": "self"}, "bithu.q03"),
            inspected.post("scores", "scores", {**score, "stage": "department"}, "btg"),
        )
    )
    assert seers(inspected, PDF) == {"bithu.q01", *ALWAYS}


def test_who_scores_a_criterion_today_gives_and_reads_its_evidence(made: Town) -> None:
    cited = give(made, PDF).get_json()
    evidence = [{name: cited[name] for name in ("name", "sha256", "size")}]
    score = {"unit": "QH-Q01", "criterion": "1.2", "stage": "self", "value": "5", "evidence": evidence}
    moved = {"criterion": "1.2", "owner": "TST", "from": "2020-10-06T00:00:00.000000Z", "document": "TB 5"}
    accepted(
        (
            made.post("scores", "scores", score, "bithu.q01"),
            made.post("scores", "assignments", moved, "vanphong"),
        )
    )
    other = {**OWN, "body": "department:TST"}
    assert [read(made, PDF, sub).status_code for sub in ("btg", "tst")] == [200, 404]
    assert give(made, OTHER, "tst", other).status_code == 403
    assert give(made, OTHER, "btg", OWN).status_code == 201
    made.set_clock("2020-10-06T00:00:00.000000Z")
    assert [read(made, PDF, sub).status_code for sub in ("btg", "tst")] == [404, 200]
    assert give(made, OTHER, "tst", other).status_code == 201
    assert give(made, PDF, "btg", OWN).status_code == 403
    assert read(made, OTHER, "btg").status_code == 200  # its own, from the time before


def test_where_values_are_public_files_are_not(tmp_path: Path) -> None:
    public = demo_cycle(
        tmp_path, units=["QH-Q01"], policies={"live_visibility": "public"}, services=["scores"]
    )
    cited = give(public, PDF).get_json()
    evidence = [{name: cited[name] for name in ("name", "sha256", "size")}]
    score = {"unit": "QH-Q01", "criterion": "1.2", "stage": "self", "value": "5", "evidence": evidence}
    accepted((public.post("scores", "scores", score, "bithu.q01"),))
    assert len(public.get("scores", "scores?unit=QH-Q01").get_json()["scores"]) == 1
    assert [read(public, PDF, sub).status_code for sub in (None, "bmt", "btg", "bithu.q01")] == [
        404,
        404,
        200,
        200,
    ]
    close(public)


def test_the_evidence_of_a_proposal_is_read_by_who_may_see_the_proposal(inspected: Town) -> None:
    about = {**OWN, "criterion": "T1", "unit": "QH-Q03"}
    cited = give(inspected, PDF, "btg", about).get_json()
    proposal = {
        "unit": "QH-Q03",
        "code": "T1",
        "occurrence_ref": "QD-12",
        "occurred_on": "2020-05-19",
        "basis": "Quyết định 12",
        "evidence": [{name: cited[name] for name in ("name", "sha256", "size")}],
    }
    accepted((inspected.post("scores", "bonuses", proposal, "btg"),))
    allowed = {sub for sub in EVERYBODY if read(inspected, PDF, sub).status_code == 200}
    assert allowed == {"bithu.q03", "btg", *ALWAYS}


@pytest.mark.parametrize(
    "digest",
    ["sha256:" + "0" * 64, "sha256:", "0" * 64, "sha256:" + "A" * 64, "..%2f..%2fetc%2fpasswd", "%00"],
)
def test_what_is_no_digest_of_a_file_is_not_found(shared: Town, digest: str) -> None:
    assert shared.get("scores", f"evidence/{digest}", "kiemtra").status_code == 404


def test_a_list_asks_for_a_known_unit_and_may_ask_for_one_body(made: Town) -> None:
    give(made, PDF)
    give(made, OTHER, "btg", OWN)
    query = "evidence?unit=QH-Q01&criterion=1.2"
    one = made.get("scores", f"{query}&body=department:BTG", "kiemtra").get_json()["evidence"]
    assert [entry["sha256"] for entry in one] == [digest_of(OTHER)]
    assert len(listed(made, "kiemtra")) == 2
    assert made.get("scores", "evidence?unit=QH-Q99&criterion=1.2", "kiemtra").status_code == 404
    assert rules_of(made.get("scores", f"{query}&body=x", "kiemtra")) == {"not-a-body"}
    assert rules_of(made.get("scores", "evidence?unit=QH-Q01", "kiemtra")) == {"missing-field"}


def test_a_service_with_an_address_that_is_none_does_not_start(tmp_path: Path) -> None:
    for env in ({"BANGVANG_EVIDENCE": "ftp://x/y"}, {"BANGVANG_CLAMD": "clamd"}):
        with pytest.raises(ValueError):
            town(tmp_path / next(iter(env)), ["scores"], **env)
