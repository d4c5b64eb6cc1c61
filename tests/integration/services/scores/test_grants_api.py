"""Grants over HTTP: who left, who signs now, who is invited, and who may ask who may do what."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from services.scores.tables import invitations
from shared.access.rules import operations
from tests.support.town import ADMIN, LEDGER, START, Town, rules_of, set_up_cycle, town

SCORE = {"unit": "QH-Q01", "criterion": "1.2", "stage": "department", "value": "5.75"}
SPECIALIST = {"grant": "btg.02", "sub": "btg.02", "role": "department", "scope": "department:BTG"}
OFFER = {"role": "department", "scope": "department:BTG", "label": "Chuyên viên mới"}
NOON = "2020-10-07T05:00:00.000000Z"  # 12:00 in the city


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Town]:
    """A scores service with a small 2020 cycle, an hour after its start."""
    found = town(tmp_path, ["scores"])
    set_up_cycle(found)
    found.set_clock("2020-10-05T01:00:00.000000Z")
    yield found
    for house in found.houses.values():
        house.engine.dispose()


def stated(made: Town, path: str, body: Any, sub: str = ADMIN) -> dict[str, Any]:
    """The last receipt of a command that is accepted; every service has taken it."""
    response = made.post("scores", path, body, sub)
    assert response.status_code == 201, response.text
    made.settle()
    receipt: dict[str, Any] = response.get_json()["receipts"][-1]["data"]
    return receipt


def found(made: Town, path: str, sub: str = ADMIN) -> Any:
    response = made.get("scores", path, sub)
    assert response.status_code == 200, response.text
    return response.get_json()


def holders(made: Town, **about: str) -> set[str]:
    """Who is a specialist of BTG, as ``grants`` answers."""
    query = "&".join(f"{name}={value}" for name, value in about.items())
    answer = found(made, f"grants?role=department&{query}")
    return {grant["sub"] for grant in answer["grants"]}


def may(made: Town, sub: str, operation: str, **about: str) -> Any:
    query = "&".join(
        f"{name}={value}" for name, value in {"sub": sub, "operation": operation, **about}.items()
    )
    return found(made, f"may?{query}")


def invited(made: Town, **change: str) -> tuple[str, str]:
    """Secret and digest of an invitation."""
    response = made.post("scores", "invitations", {**OFFER, **change}, ADMIN)
    assert response.status_code == 201, response.text
    body = response.get_json()
    return body["secret"], body["digest"]


# --- who left, who signs now


def test_the_secretary_who_left_may_not_today_and_the_past_day_still_answers_yes(made: Town) -> None:
    stated(made, "grants", SPECIALIST)
    assert made.post("scores", "scores", SCORE, "btg.02").status_code == 201
    made.set_clock(NOON)
    stated(made, "grants/btg.02/end", {"reason": "chuyển công tác"})
    refused = made.post("scores", "scores", {**SCORE, "criterion": "1.3", "value": "5"}, "btg.02")
    assert (refused.status_code, refused.get_json()["type"]) == (403, "urn:bangvang:problem:no-grant")
    about = {"unit": "QH-Q01", "criterion": "1.2", "stage": "department"}
    yesterday = may(made, "btg.02", "scores.record_score", on="2020-10-06", **about)
    assert (yesterday["allowed"], yesterday["hats"]) == (True, ["department@department:BTG"])
    today = may(made, "btg.02", "scores.record_score", on="2020-10-07", **about)
    assert (today["allowed"], today["reason"]) == (False, "no-grant")
    assert may(made, "btg.02", "scores.record_score", on="2020-10-07T04:59:59.999999Z", **about)["allowed"]
    assert not may(made, "btg.02", "scores.record_score", on=NOON, **about)["allowed"]


def test_what_was_known_at_a_position_knows_no_later_end(made: Town) -> None:
    stated(made, "grants", SPECIALIST)
    known = len(made.ledger("scores"))
    end = {"reason": "ghi muộn", "until": "2020-10-05T03:00:00.000000Z"}
    made.set_clock(NOON)
    stated(made, "grants/btg.02/end", end)
    at = "2020-10-06"
    assert holders(made, on=at) == {"btg"}
    assert holders(made, on=at, position=str(known)) == {"btg", "btg.02"}
    assert holders(made, on=at, position=str(known - 1)) == {"btg"}


def test_a_signer_is_handed_over_in_one_command(made: Town) -> None:
    head = {**SPECIALIST, "grant": "btg.tb", "sub": "truong.btg", "role": "department_head"}
    stated(made, "grants", head)
    made.set_clock(NOON)
    data = stated(made, "grants/btg.tb/hand-over", {"sub": "truong.btg.2", "reason": "nghỉ hưu"})
    assert (data["handed_over_from"], data["from"], data["role"]) == ("btg.tb", NOON, "department_head")
    heads = found(made, "grants?role=department_head&all=true")["grants"]
    assert [(one["sub"], one["in_force"]) for one in heads] == [("truong.btg", False), ("truong.btg.2", True)]
    assert (heads[0]["reason"], heads[0]["ended_by"]) == ("nghỉ hưu", ADMIN)
    assert (heads[0]["handed_over_to"], heads[1]["handed_over_from"]) == (heads[1]["grant"], "btg.tb")
    assert heads[1]["given_by"] == ADMIN


def test_a_grant_without_a_name_gets_one_and_the_same_command_gives_it_once(made: Town) -> None:
    nameless = {name: value for name, value in SPECIALIST.items() if name != "grant"}
    answers = [made.post("scores", "grants", nameless, ADMIN, key="once") for _ in range(2)]
    assert answers[0].data == answers[1].data
    made.settle()
    assert holders(made) == {"btg", "btg.02"}


def test_the_first_administrator_stays_until_another_can_take_over(made: Town) -> None:
    first = found(made, "grants?role=admin")["grants"][0]
    assert (first["origin"], first["sub"]) == ("opening", ADMIN)
    path = f"grants/{first['grant']}/end"
    refused = made.post("scores", path, {"reason": "nghỉ"}, ADMIN)
    assert (refused.status_code, rules_of(refused)) == (409, {"last-administrator"})
    stated(made, "grants", {"sub": "quantri.2", "role": "admin", "scope": "ledger"})
    stated(made, path, {"reason": "nghỉ"})
    assert [one["sub"] for one in found(made, "grants?role=admin", "quantri.2")["grants"]] == ["quantri.2"]
    assert made.get("scores", "grants", ADMIN).status_code == 403
    again = made.post("scores", path, {"reason": "nghỉ"}, "quantri.2")
    assert (again.status_code, rules_of(again)) == (409, {"grant-ended"})


def test_the_account_of_a_system_scores_for_its_department_and_gives_nobody_rights(made: Town) -> None:
    system = {**SPECIALIST, "grant": "s-1", "sub": "service:btg", "account": "service", "label": "Hồ sơ BTG"}
    stated(made, "grants", system)
    assert made.post("scores", "scores", SCORE, "service:btg").status_code == 201
    assert made.post("scores", "grants", SPECIALIST, "service:btg").status_code == 403
    (shown,) = found(made, "grants?sub=service:btg")["grants"]
    assert (shown["account"], shown["label"]) == ("service", "Hồ sơ BTG")


# --- invitations


def test_an_invitation_is_told_once_and_its_secret_is_nowhere_kept(made: Town) -> None:
    secret, digest = invited(made)
    with made.houses["scores"].engine.connect() as connection:
        row = connection.execute(select(invitations)).one()
    assert row.digest == digest
    assert secret not in repr(row)
    (listed,) = found(made, "invitations")["invitations"]
    assert (listed["state"], listed["made_by"]) == ("waiting", ADMIN)
    assert "secret" not in listed


def test_who_holds_the_link_sees_what_it_offers_and_nobody_else_does(made: Town) -> None:
    secret, _ = invited(made)
    offer = made.post("scores", "invitations/look", {"secret": secret}, "nguoi.moi").get_json()
    assert (offer["role"], offer["scope_name"], offer["made_by"]) == ("department", "Ban Tuyên giáo", ADMIN)
    assert {"digest", "made_at"} & set(offer) == set()
    assert made.post("scores", "invitations/look", {"secret": secret}, None).status_code == 401
    unknown = made.post("scores", "invitations/look", {"secret": "đoán"}, "nguoi.moi")
    assert (unknown.status_code, rules_of(unknown)) == (404, {"unknown-invitation"})


def test_whoever_holds_the_link_takes_the_role_once(made: Town) -> None:
    secret, digest = invited(made)
    assert made.post("scores", "scores", SCORE, "btg.09").status_code == 403
    data = stated(made, "invitations/accept", {"secret": secret}, "btg.09")
    assert (data["sub"], data["actor"]["sub"], data["invitation"]) == ("btg.09", ADMIN, digest)
    assert made.post("scores", "scores", SCORE, "btg.09").status_code == 201
    again = made.post("scores", "invitations/accept", {"secret": secret}, "btg.10")
    assert (again.status_code, rules_of(again)) == (409, {"invitation-accepted"})
    (listed,) = found(made, "invitations")["invitations"]
    assert (listed["state"], listed["accepted_by"]) == ("accepted", "btg.09")


def test_the_same_acceptance_again_gets_the_same_answer(made: Town) -> None:
    secret, _ = invited(made)
    answers = [
        made.post("scores", "invitations/accept", {"secret": secret}, "btg.09", key="yes") for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].data == answers[1].data


def test_a_refused_acceptance_leaves_the_invitation_waiting(made: Town) -> None:
    system = {**SPECIALIST, "grant": "s-1", "sub": "service:btg", "account": "service", "label": "Hồ sơ"}
    stated(made, "grants", system)
    secret, _ = invited(made)
    refused = made.post("scores", "invitations/accept", {"secret": secret}, "service:btg")
    assert (refused.status_code, rules_of(refused)) == (409, {"account-kind"})
    stated(made, "invitations/accept", {"secret": secret}, "btg.09")


def test_withdrawn_and_expired_links_and_those_of_who_left_open_nothing(made: Town) -> None:
    withdrawn, digest = invited(made)
    answer = made.post("scores", f"invitations/{digest}/withdraw", {}, ADMIN)
    assert (answer.status_code, answer.get_json()["state"]) == (200, "withdrawn")
    late, _ = invited(made)
    orphaned, _ = invited(made)
    stated(made, "grants", {"sub": "quantri.2", "role": "admin", "scope": "ledger"})
    stated(made, "grants/first-admin:1/end", {"reason": "nghỉ"})

    def refused(secret: str) -> set[str]:
        response = made.post("scores", "invitations/accept", {"secret": secret}, "btg.09")
        assert response.status_code in (404, 409), response.text
        return rules_of(response)

    assert refused(withdrawn) == {"invitation-withdrawn"}
    assert refused(orphaned) == {"inviter-left"}
    assert refused("không có") == {"unknown-invitation"}
    moved = made.send("PUT", "scores", "clock", {"now": "2020-10-19T01:00:00.000000Z"}, "quantri.2")
    assert moved.status_code == 200
    assert refused(late) == {"invitation-expired"}
    assert made.post("scores", f"invitations/{digest}/withdraw", {}, "quantri.2").status_code == 409
    missing = made.post("scores", f"invitations/sha256:{'0' * 64}/withdraw", {}, "quantri.2")
    assert missing.status_code == 404


# --- who may ask and who may act

READS = ("grants", "may?sub=btg&operation=scores.record_score", "assignments", "invitations")
ACTS: tuple[tuple[str, Any], ...] = (
    ("grants", {"sub": "ai", "role": "auditor", "scope": "ledger"}),
    ("grants/department.btg/end", {"reason": "thử"}),
    ("grants/department.btg/hand-over", {"sub": "ai", "reason": "thử"}),
    ("invitations", OFFER),
    (f"invitations/sha256:{'0' * 64}/withdraw", {}),
)
PEOPLE = ("vanphong", "kiemtra", "btg", "bithu.q01", "truong.btg", "thuongvu", "nguoi.la")
MAY_READ = {"vanphong", "kiemtra", ADMIN}


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A cycle in which every role has its person; nothing in it changes."""
    found = town(tmp_path_factory.mktemp("standing"), ["scores"])
    set_up_cycle(found)
    for sub, role, scope in (
        ("truong.btg", "department_head", "department:BTG"),
        ("thuongvu", "standing_committee", "ledger"),
    ):
        grant = {"grant": sub, "sub": sub, "role": role, "scope": scope, "from": START}
        assert found.post("scores", "grants", grant, ADMIN).status_code == 201
    found.settle()
    yield found
    for house in found.houses.values():
        house.engine.dispose()


@pytest.mark.parametrize("sub", [*PEOPLE, ADMIN])
@pytest.mark.parametrize("path", READS)
def test_the_set_up_is_read_by_admin_office_and_auditor_alone(standing: Town, path: str, sub: str) -> None:
    assert standing.get("scores", path, sub).status_code == (200 if sub in MAY_READ else 403)


@pytest.mark.parametrize("path", READS)
def test_nobody_reads_the_set_up_without_a_token(standing: Town, path: str) -> None:
    assert standing.get("scores", path).status_code == 401


@pytest.mark.parametrize("sub", PEOPLE)
@pytest.mark.parametrize(("path", "body"), ACTS)
def test_nobody_but_an_administrator_changes_who_may_do_what(
    standing: Town, path: str, body: Any, sub: str
) -> None:
    before = standing.houses["scores"].store.last_sequences(LEDGER)
    assert standing.post("scores", path, body, sub).status_code == 403
    assert standing.post("scores", path, body, None).status_code == 401
    assert standing.houses["scores"].store.last_sequences(LEDGER) == before


def test_a_token_without_a_grant_gets_nothing_for_any_operation(standing: Town) -> None:
    for operation in operations():
        assert may(standing, "nguoi.la", operation)["reason"] == "no-grant"


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("grants?on=hôm qua", "not-a-moment"),
        ("grants?on=2020-13-01", "not-a-moment"),
        ("grants?on=2020-W41-1", "not-a-moment"),
        ("may?sub=btg&operation=scores.fly", "unknown-operation"),
        ("may?sub=btg&operation=scores.record_score&unit=QH-Q99", "unknown-unit"),
        ("may?sub=btg&operation=scores.record_score&criterion=9.9", "unknown-criterion"),
        ("may?sub=btg", "missing-field"),
    ],
)
def test_a_question_that_cannot_be_answered_says_why(standing: Town, path: str, rule: str) -> None:
    response = standing.get("scores", path, ADMIN)
    assert (response.status_code, rules_of(response)) == (422, {rule})


def test_who_may_tells_the_wrong_scope_from_the_wrong_role(standing: Town) -> None:
    about = {"unit": "QH-Q01", "criterion": "2.2", "stage": "department"}
    assert may(standing, "btg", "scores.record_score", **about)["reason"] == "wrong-scope"
    assert may(standing, "btg", "scores.give_grant")["reason"] == "wrong-role"
    office = may(standing, "vanphong", "scores.record_score", **about)
    assert (office["allowed"], office["on_behalf"]) == (True, True)


def test_the_list_of_grants_is_paged_and_each_appears_once(standing: Town) -> None:
    whole = [one["grant"] for one in found(standing, "grants?limit=500")["grants"]]
    seen: list[str] = []
    path: str | None = "grants?limit=2"
    while path:
        response = standing.get("scores", path, ADMIN)
        seen += [one["grant"] for one in response.get_json()["grants"]]
        link = response.headers.get("Link")
        path = link.split(">")[0].rpartition("/")[2] if link else None
    assert seen == whole
    assert len(whole) == 7


def test_who_scores_what_tells_the_rulebooks_owner_and_the_one_assigned(made: Town) -> None:
    order = {"criterion": "1.2", "owner": "TST", "from": "2020-10-06T17:00:00.000000Z", "document": "15-QĐ"}
    stated(made, "assignments", order)

    def scorer(day: str) -> tuple[str, str, int]:
        rows = found(made, f"assignments?on={day}")["criteria"]
        row = next(one for one in rows if one["criterion"] == "1.2")
        return row["owner"], row["scored_by"], len(row["assignments"])

    assert scorer("2020-10-06") == ("BTG", "BTG", 1)
    assert scorer("2020-10-07") == ("BTG", "TST", 1)
    about = {"unit": "QH-Q01", "criterion": "1.2", "stage": "department"}
    assert may(made, "btg", "scores.record_score", on="2020-10-06", **about)["allowed"]
    assert may(made, "btg", "scores.record_score", on="2020-10-07", **about)["reason"] == "wrong-scope"
