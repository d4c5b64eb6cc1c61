"""Pages of the set-up and of people: for whom, what they say on which day, what comes next."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.scores_site import demo_cycle
from tests.support.town import ADMIN, LEDGER, Town, accepted, town

FEW = ("QH-Q01", "QH-Q03", "LLVT-CATP", "CNLD-DCD")
PAGES = ("setup", "people", "people?by=scope", "people?sub=btg", "people?on=2020-10-05")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The cycle of the demonstration with four units, two days after its start."""
    found = demo_cycle(tmp_path_factory.mktemp("cycle"), units=FEW, services=("scores",))
    found.set_clock("2020-10-07T03:00:00.000000Z")
    accepted(
        [
            found.post("scores", f"grants/{path}", body, ADMIN)
            for path, body in (
                ("department.btg.hai/end", {"reason": "chuyển công tác sang Quận 3"}),
                ("department_head.btg.truong/hand-over", {"sub": "truong.moi", "reason": "nghỉ hưu"}),
            )
        ]
    )
    found.settle()
    yield found
    for house in found.houses.values():
        house.engine.dispose()


def status_and_page(made: Town, path: str, sub: str | None) -> tuple[int, str]:
    headers = {"Accept": "text/html"}
    if sub is not None:
        headers["Authorization"] = f"Bearer {made.issuer.issue(sub)}"
    response = made.apps["scores"].test_client().get(f"/scores/{LEDGER}/{path}", headers=headers)
    return response.status_code, response.text


def page(made: Town, path: str, sub: str = ADMIN) -> str:
    status, text = status_and_page(made, path, sub)
    assert status == 200, text
    return text


def words(text: str) -> str:
    """What a page says, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("sub", "status"),
    [
        (ADMIN, 200),
        ("vanphong", 200),
        ("kiemtra", 200),
        ("btv", 403),
        ("btg", 403),
        ("bithu.q01", 403),
        ("nguoi.la", 403),
        (None, 401),
    ],
)
def test_the_set_up_is_shown_to_admin_office_and_auditor_alone(
    made: Town, path: str, sub: str | None, status: int
) -> None:
    assert status_and_page(made, path, sub)[0] == status


def test_nobody_but_an_administrator_is_offered_what_only_one_may_do(made: Town) -> None:
    for sub, forms in ((ADMIN, True), ("vanphong", False), ("kiemtra", False)):
        assert ("/invitations" in page(made, "people", sub)) is forms
        assert ("/grants" in page(made, "people?by=scope", sub)) is forms
        assert ("hand-over" in page(made, "people?sub=btg", sub)) is forms
    office, auditor = (
        re.findall(r'data-command="([^"]*)"', page(made, "setup", sub)) for sub in ("vanphong", "kiemtra")
    )
    assert {command.rpartition("/")[2] for command in office} >= {
        "units",
        "departments",
        "assignments",
        "due",
    }
    assert not any(command.endswith("/rulebook") for command in office)
    assert auditor == []


def test_a_past_day_shows_who_might_act_then_and_offers_no_form(made: Town) -> None:
    today, then = page(made, "people"), page(made, "people?on=2020-10-06")
    assert 'sub=btg.hai"' not in today
    assert 'sub=btg.hai"' in then
    assert 'sub=truong.moi"' in today
    assert 'sub=truong.moi"' not in then
    assert "XEM LẠI" in then
    assert "data-command" not in then


def test_the_history_of_a_person_says_who_gave_and_why_it_ended(made: Town) -> None:
    text = words(page(made, "people?sub=btg.hai"))
    for said in (
        "đã chấm dứt",
        "chuyển công tác sang Quận 3",
        "quantri",
        "Không có quyền nào đang có hiệu lực",
    ):
        assert said in text
    handed = words(page(made, "people?sub=btg.truong"))
    assert "Bàn giao cho truong.moi" in handed
    assert status_and_page(made, "people?sub=chua.co", ADMIN)[0] == 404


def test_the_search_finds_a_name_a_unit_or_a_role_in_any_case(made: Town) -> None:
    for wanted, there, away in (
        ("QUẬN ĐOÀN 1", "bithu.q01", "btg"),
        ("văn phòng", "vanphong", "btg"),
        ("btg", "btg", "vanphong"),
    ):
        text = page(made, f"people?q={wanted}")
        assert f'sub={there}"' in text, wanted
        assert f'sub={away}"' not in text, wanted
    assert "Không có ai" in page(made, "people?q=không-ai-như-thế")


def test_who_is_missing_is_named_with_a_way_to_invite(made: Town) -> None:
    text = page(made, "people?by=scope")
    assert "role=unit&scope=unit:LLVT-CATP" in text
    assert "scope=unit:QH-Q01" not in text
    assert "Văn phòng nhập hộ" in text
    chosen = page(made, "people?role=unit&scope=unit:LLVT-CATP")
    assert '<option value="unit:LLVT-CATP" selected>' in chosen


def test_a_question_is_answered_in_words(made: Town) -> None:
    about = "operation=scores.record_score&unit=QH-Q01&criterion=1.2"
    assert "btg: Được" in words(page(made, f"people?who=btg&{about}"))
    assert "btn: Không" in words(page(made, f"people?who=btn&{about}"))
    assert "bithu.q01: Được" in words(page(made, f"people?who=bithu.q01&{about}"))
    assert "btg.hai: Được" in words(page(made, f"people?who=btg.hai&on=2020-10-06&{about}"))
    assert "btg.hai: Không" in words(page(made, f"people?who=btg.hai&{about}"))


def test_a_day_that_is_none_is_refused_in_words(made: Town) -> None:
    status, text = status_and_page(made, "people?on=30-02-2020", ADMIN)
    assert status == 422
    assert "2020-11-09" in text


def test_an_account_that_holds_two_hats_reads_and_chooses_in_which_to_act(made: Town) -> None:
    grant = {"sub": "hai.vai", "role": "office", "scope": "ledger"}
    accepted([made.post("scores", "grants", {**grant, "role": role}, ADMIN) for role in ("office", "admin")])
    made.settle()
    assert "data-hat" in page(made, "setup", "hai.vai")
    assert page(made, "people", "hai.vai")


def test_an_invitation_is_accepted_where_its_link_leads(made: Town) -> None:
    status, text = status_and_page(made, "join", "nguoi.moi")
    assert status == 200
    assert "/invitations/accept" in text
    signed_out = status_and_page(made, "join", None)
    assert signed_out[0] == 200
    assert "Đăng nhập trước" in signed_out[1]


def test_the_checklist_leads_from_an_open_ledger_to_a_cycle_that_can_be_scored(tmp_path: Path) -> None:
    made = town(tmp_path, ["scores"])
    made.open()
    made.set_clock("2020-10-05T00:00:00.000000Z")
    assert "Việc tiếp theo: Mở chu kỳ" in words(page(made, "setup"))
    cycle = {"name": "Năm 2020", "period": {"from": "2020-01-01", "to": "2020-12-31"}}
    accepted([made.post("scores", "cycle", cycle, ADMIN)])
    assert "Việc tiếp theo: Bộ tiêu chí" in words(page(made, "setup"))
    for house in made.houses.values():
        house.engine.dispose()


def test_the_next_step_of_a_registered_cycle_is_what_still_lacks(made: Town) -> None:
    text = words(page(made, "setup"))
    assert "Việc tiếp theo: Hạn chấm" in text
    for stage in ("self", "department", "external"):
        due = {"stage": stage, "due": "2020-11-08T17:00:00.000000Z", "document": "12-KH"}
        accepted([made.post("scores", "due", due, "vanphong")])
    text = words(page(made, "setup"))
    assert "Việc tiếp theo: Người" in text
    assert "hết ngày 08/11/2020" in text


def test_an_assignment_is_shown_beside_the_rulebooks_owner(made: Town) -> None:
    order = {"criterion": "1.3", "owner": "BTC", "document": "15-QĐ"}
    accepted([made.post("scores", "assignments", order, "vanphong")])
    text = words(page(made, "setup?criterion=1.3"))
    assert "Ban Tổ chức từ 07/10/2020 10:00 (15-QĐ)" in text
    assert "Ban Tổ chức từ" in words(page(made, "setup"))


@pytest.mark.parametrize("path", [*PAGES, "join"])
def test_every_page_is_there_in_english_too(made: Town, path: str) -> None:
    text = page(made, f"{path}{'&' if '?' in path else '?'}lang=en")
    assert '<html lang="en">' in text
