"""The page of a conclusion: a draft is the team's alone, the signed one is everybody's who sees the row, and
each finds what he may do and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from werkzeug.test import TestResponse

from shared.web.runtime import SESSION_COOKIE
from tests.support.inspections_site import demo_round
from tests.support.town import LEDGER, Town, accepted

LEADER, DEPUTY, SECRETARY, MEMBER = "NV-001", "NV-002", "NV-003", "NV-004"
SECRET = "Nhận xét chưa ký"
PAGE = "conclusion/QH-Q01"


@pytest.fixture
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The session of QH-Q01 is open, a draft is kept."""
    found = demo_round(tmp_path_factory.mktemp("conclusion"), units=["QH-Q01", "QH-Q03"])
    found.set_clock("2020-11-09T06:30:00.000000Z")
    opening = {"unit": "QH-Q01", "override": {"reason": "Đến giờ"}}
    accepted([found.post("inspections", "inspections/open", opening, LEADER)])
    found.settle()
    headers = {"Authorization": f"Bearer {found.issuer.issue(SECRETARY)}", "If-Match": '"draft-0"'}
    kept = (
        found.apps["inspections"]
        .test_client()
        .put(
            f"/inspections/v1/{LEDGER}/conclusions/draft?unit=QH-Q01",
            json={"strengths": SECRET},
            headers=headers,
        )
    )
    assert kept.status_code == 200, kept.text
    yield found
    for house in found.houses.values():
        house.engine.dispose()


def page(town: Town, sub: str | None, path: str = PAGE) -> TestResponse:
    client = town.apps["inspections"].test_client()
    if sub is not None:
        client.set_cookie(SESSION_COOKIE, town.issuer.issue(sub))
    return client.get(f"/inspections/{LEDGER}/{path}", headers={"Accept": "text/html"})


def buttons(response: TestResponse) -> set[str]:
    known = {"data-present hidden", "data-prepare hidden", 'id="amendment"', "conclusions/delegate"}
    return {one for one in known if one in response.text}


def conclusion() -> dict[str, object]:
    return {
        "unit": "QH-Q01",
        "strengths": "Mặt được",
        "limitations": "Hạn chế",
        "orientation": "Định hướng",
        "scores": [{"criterion": code, "value": "1"} for code in ("8.1", "8.2", "8.3")],
        "adjustments": [{"criterion": "1.2", "to": "4", "reason": "Đối chiếu"}],
    }


def test_each_finds_what_he_may_do_and_the_draft_is_shown_to_the_team_alone(made: Town) -> None:
    assert buttons(page(made, SECRETARY)) == {"data-present hidden"}
    assert buttons(page(made, LEADER)) == {"data-prepare hidden", "conclusions/delegate"}
    assert buttons(page(made, MEMBER)) == set()
    for sub in (SECRETARY, LEADER, MEMBER):
        assert SECRET in page(made, sub).text
    for sub in ("bithu.q01", "vanphong", "btv", "kiemtra"):
        found = page(made, sub)
        assert (found.status_code, buttons(found), SECRET in found.text) == (200, set(), False)
        assert "Chưa có kết luận" in found.text
    for sub in ("bithu.q03", "btg", "NV-010"):
        assert page(made, sub).status_code == 403
    assert page(made, None).status_code == 401


def test_a_draft_that_is_wrong_is_still_read_by_the_team(made: Town) -> None:
    wrong = {"adjustments": [{"criterion": "9.9"}], "scores": [{"criterion": "khong.co"}]}
    headers = {"Authorization": f"Bearer {made.issuer.issue(LEADER)}", "If-Match": '"draft-1"'}
    client = made.apps["inspections"].test_client()
    path = f"/inspections/v1/{LEDGER}/conclusions/draft?unit=QH-Q01"
    assert client.put(path, json=wrong, headers=headers).status_code == 200
    for sub in (LEADER, SECRETARY, MEMBER):
        found = page(made, sub)
        assert (found.status_code, "9.9" in found.text) == (200, True)


def test_a_delegate_signs_once_and_finds_no_form_to_amend(made: Town) -> None:
    delegation = {"unit": "QH-Q01", "person": MEMBER, "document": "12-UQ/ĐKT"}
    accepted([made.post("inspections", "conclusions/delegate", delegation, LEADER)])
    own = page(made, MEMBER)
    assert buttons(own) == {"data-prepare hidden"}
    assert "Bạn ký thay Trưởng đoàn một lần" in own.text
    assert 'data-keeps=""' in own.text  # what he changes stays on his device: the draft is not his
    assert "12-UQ/ĐKT" in page(made, LEADER).text
    accepted([made.post("inspections", "conclusions", conclusion(), MEMBER)])
    signed = page(made, MEMBER)
    assert buttons(signed) == set()
    assert "theo ủy quyền của Trưởng đoàn" in signed.text
    assert buttons(page(made, LEADER)) == {'id="amendment"'}


def test_the_signed_conclusion_shows_its_hash_and_the_units_answers_to_whoever_sees_the_row(
    made: Town,
) -> None:
    signed = made.post("inspections", "conclusions", conclusion(), LEADER)
    assert signed.status_code == 201, signed.text
    number = int(signed.get_json()["receipts"][0]["sequence"])
    made.settle()
    dispute = {"unit": "QH-Q01", "conclusion": number, "criterion": "1.2", "text": "Có minh chứng"}
    accepted([made.post("inspections", "adjustments/dispute", dispute, "bithu.q01")])
    for sub in ("bithu.q01", "vanphong", SECRETARY):
        found = page(made, sub).text
        assert "Có minh chứng" in found
        assert re.search(r"<code>[0-9a-f]{64}</code>", found)
        assert SECRET not in found
    assert "Answer the adjustments" in page(made, "bithu.q01", f"{PAGE}?lang=en").text
    assert page(made, "bithu.q03").status_code == 403


def test_a_browser_may_keep_these_pages_for_one_person_and_nothing_else_of_the_service(made: Town) -> None:
    first, second = page(made, LEADER), page(made, SECRETARY)
    assert first.headers["Bangvang-Offline"] == "43200"
    persons = {found.headers["Bangvang-Person"] for found in (first, second)}
    assert len(persons) == 2
    assert not any(LEADER in one or SECRETARY in one for one in persons)
    board = page(made, LEADER, "")
    assert (board.headers["Bangvang-Person"], "Bangvang-Offline" in board.headers) in {
        (one, False) for one in persons
    }
    refused = page(made, "bithu.q03")
    assert "Bangvang-Offline" not in refused.headers
    assert page(made, None, "").headers["Bangvang-Person"] == "nobody"
    api = made.get("inspections", "conclusions/draft?unit=QH-Q01", LEADER)
    assert api.headers["Cache-Control"] == "private, no-store"
    assert "Bangvang-Offline" not in api.headers


def test_the_worker_covers_the_inspections_pages_alone_and_is_asked_for_anew(made: Town) -> None:
    client = made.apps["inspections"].test_client()
    worker = client.get("/inspections/worker.js")
    assert worker.headers["Service-Worker-Allowed"] == "/inspections/"
    assert worker.headers["Cache-Control"] == "no-cache"
    assert worker.mimetype == "text/javascript"
    worker.close()
    assert client.get("/inspections/person").get_json() == {"person": ""}
