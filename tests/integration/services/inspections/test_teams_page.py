"""The page of teams: members, nominations, conflicts of interest, the calendar's versions, by who looks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from werkzeug.test import TestResponse

from tests.support.deciding import RULEBOOK
from tests.support.inspections_site import demo_round
from tests.support.town import ADMIN, LEDGER, START, Town, accepted

CALENDAR = (RULEBOOK.parent / "calendar.yaml").read_text("utf-8")
LAST_SECOND, A_SECOND_LATER = "2020-11-06T10:00:00.000000Z", "2020-11-06T10:00:01.000000Z"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Nominations of the school: in time, a second late, withdrawn, from a unit that the team inspects."""
    found = demo_round(tmp_path_factory.mktemp("teams"), units=("QH-Q01", "QH-Q03"))
    head = {
        "grant": "ltt",
        "sub": "ltt",
        "role": "department_head",
        "scope": "department:TDLTT",
        "from": START,
    }
    accepted([found.post("scores", "grants", head, ADMIN)])
    found.settle()
    found.set_clock("2020-11-07T01:00:00.000000Z")
    by_school = {"department": "TDLTT", "document": "15-CV/LTT"}
    for person, name, more in (
        ("LTT-01", "Người Đúng Hạn", {"occurred_at": LAST_SECOND}),
        ("LTT-02", "Người Trễ Hạn", {"occurred_at": A_SECOND_LATER}),
        ("LTT-03", "Người Cùng Đơn Vị", {"occurred_at": LAST_SECOND, "home_unit": "QH-Q01"}),
    ):
        body = {"person": person, "name": name, **by_school, **more}
        accepted([found.post("inspections", "teams/DKT-1/nominations", body, "vanphong")])
    withdrawn = {"person": "LTT-01", "reason": "Đi học <b>"}
    accepted([found.post("inspections", "teams/DKT-1/nominations/withdraw", withdrawn, "vanphong")])
    found.settle()
    yield found
    for house in found.houses.values():
        house.engine.dispose()


def page(made: Town, sub: str | None, language: str = "vi") -> str:
    headers = {} if sub is None else {"Authorization": f"Bearer {made.issuer.issue(sub)}"}
    client = made.apps["inspections"].test_client()
    answer: TestResponse = client.get(f"/inspections/{LEDGER}/teams?lang={language}", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_late_withdrawn_and_conflicting_nominations_are_told_in_words(made: Town) -> None:
    text = page(made, "vanphong")
    items = text.split("<li")
    names = ("Người Đúng Hạn", "Người Trễ Hạn", "Người Cùng Đơn Vị")
    by_name = {name: next(item for item in items if f"<b>{name}</b>" in item) for name in names}
    assert ["trễ hạn</strong>" in line for line in by_name.values()] == [False, True, False]
    assert 'class="gone"' in by_name["Người Đúng Hạn"]
    assert "Đi học &lt;b&gt;" in text
    assert "Người Cùng Đơn Vị công tác tại Quận Đoàn 1, đơn vị mà đoàn này kiểm tra." in text
    assert "trước 06/11/2020 17:00:01" in text
    assert "Ban Thường vụ" in text
    assert "comes from Quận Đoàn 1, which this team inspects" in page(made, "kiemtra", "en")


def test_the_office_forms_names_and_adopts_and_a_head_names_his_own(made: Town) -> None:
    office = page(made, "vanphong")
    for words in ("data-members", "nominations/withdraw", "data-into", 'name="occurred_at"'):
        assert words in office
    head = page(made, "ltt")
    assert 'data-to="/inspections/v1/hcmc/2020/teams/{team}/nominations"' in head
    assert "Người Trễ Hạn" in head  # whom his school has named
    for words in ("data-members", "data-into", 'name="occurred_at"', "Thử Nghiệm 01", "Ban Tuyên giáo<"):
        assert words not in head


def test_a_team_sees_itself_and_nobody_else_sees_people(made: Town) -> None:
    own = page(made, "NV-004")
    assert "Trần Thử Nghiệm 01" in own
    assert "data-command" not in own
    for sub in ("btg", "bithu.q01", None):
        text = page(made, sub)
        assert "Thử Nghiệm" not in text
        assert "Người Trễ Hạn" not in text
        assert "lich-2020" in text  # deadlines are for everybody


def test_every_version_of_the_calendar_is_shown_with_its_instants_the_newest_first(made: Town) -> None:
    version = CALENDAR.replace("version: 1,", "version: 2,").replace(
        "2020-11-06T17:00:00", "2020-11-06T12:30:00"
    )
    answer = made.post("inspections", "calendars", {"calendar": version, "document": "36-KH"}, "vanphong")
    assert answer.status_code == 201, answer.text
    text = page(made, None)
    newest, oldest = text.index("36-KH"), text.index("35-KH/TĐTN-VP")
    assert newest < oldest
    assert newest < text.index("trước 06/11/2020 12:30:01") < oldest < text.index("trước 06/11/2020 17:00:01")
    assert "hết ngày thứ 3 trước buổi kiểm tra" in text
    wrong = {"calendar": version.replace("days_before", "day_before"), "document": "37-KH"}
    faulty = made.post("inspections", "calendars", wrong, "vanphong")
    assert faulty.status_code == 422
    assert "calendar.document_pack.due" in faulty.text
