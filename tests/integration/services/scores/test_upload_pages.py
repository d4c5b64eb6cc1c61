"""The pages of files: who finds what there, and what an upload looks like in either language."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from werkzeug.test import TestResponse

from tests.support.scores_site import demo_cycle
from tests.support.town import ADMIN, LEDGER, Town

OCTETS = "application/octet-stream"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A few units; nobody has uploaded anything yet."""
    found = demo_cycle(tmp_path_factory.mktemp("pages"), units=("QH-Q01", "QH-Q02"), services=("scores",))
    yield found
    for house in found.houses.values():
        house.engine.dispose()


def page(made: Town, path: str, sub: str | None, language: str = "vi") -> TestResponse:
    headers = {} if sub is None else {"Authorization": f"Bearer {made.issuer.issue(sub)}"}
    joined = f"{path}{'&' if '?' in path else '?'}lang={language}"
    return made.apps["scores"].test_client().get(f"/scores/{LEDGER}/{joined}", headers=headers)


def uploaded(made: Town, content: str, path: str = "files?body=department:BTG", sub: str = "btg") -> str:
    answer = made.post("scores", path, content.encode(), sub, content_type=OCTETS)
    assert answer.status_code == 201, answer.text
    return str(answer.get_json()["upload"])


@pytest.mark.parametrize(
    ("sub", "offered", "not_offered"),
    [
        ("btg", ["body=department%3ABTG"], ["kind=units", "office%3A"]),
        ("bithu.q01", ["body=unit%3AQH-Q01"], ["kind=units", "department%3A"]),
        (
            "vanphong",
            ["body=office%3ATST", "body=office%3AVP", "kind=units"],
            ["office%3ABTG", "department%3A"],
        ),
        (ADMIN, ["kind=units", "kind=departments"], ["office%3A", "department%3A"]),
    ],
)
def test_everybody_is_offered_the_files_that_are_his(
    made: Town, sub: str, offered: list[str], not_offered: list[str]
) -> None:
    text = page(made, "uploads", sub).text
    assert [words for words in offered if words not in text] == []
    assert [words for words in not_offered if words in text] == []


def test_an_auditor_is_told_that_there_is_nothing_to_enter(made: Town) -> None:
    answer = page(made, "uploads", "kiemtra")
    assert answer.status_code == 200
    assert "không nhập cho nơi nào" in answer.text


@pytest.mark.parametrize(
    ("path", "sub", "status"),
    [
        ("uploads", None, 401),
        ("uploads?body=department:BMT", "btg", 403),
        ("uploads?body=office:BTG", "vanphong", 404),
        ("uploads?body=BTG", "btg", 422),
        ("uploads?kind=units", "btg", 403),
        ("uploads/khong-co", "btg", 404),
        ("uploads/khong-co", None, 401),
    ],
)
def test_nobody_comes_to_anothers_files(made: Town, path: str, sub: str | None, status: int) -> None:
    assert page(made, path, sub).status_code == status


def test_an_upload_shows_bad_cells_with_a_field_and_words_and_says_as_whom_it_is_confirmed(
    made: Town,
) -> None:
    upload = uploaded(made, "Mã đơn vị;1.2;1.3;Lạ\nQH-Q01;5,3;4;x\nQH-Q02;;<b>5</b>;y")
    text = page(made, f"uploads/{upload}", "btg").text
    assert 'data-cell="B2" value="5,3" aria-invalid="true"' in text
    assert "5,3 không đúng bước điểm 0,25" in text
    assert "&lt;b&gt;5&lt;/b&gt;" in text
    assert "Không có cột tên “Lạ”" in text
    assert 'data-cell="D1" value="Lạ"' in text
    assert "Ban, đơn vị sự nghiệp · Ban Tuyên giáo" in text
    assert "disabled" in text
    english = page(made, f"uploads/{upload}", "btg", "en").text
    assert "5.3 is not on the step of 0.25" in english
    assert "There is no column" in english
    assert page(made, f"uploads/{upload}", "bmt").status_code == 403


def test_a_register_is_looked_at_on_the_same_page(made: Town) -> None:
    rows = ("QH-Q01,QH,urban_district,Quận Đoàn 1,", "QH-Q05,QH,x,Quận Đoàn 5,1/1/20")
    content = "\n".join(("unit,area,kind,name,valid_from", *rows))
    upload = uploaded(made, content, "files?kind=units", "vanphong")
    shown = page(made, f"uploads/{upload}", "vanphong").text
    assert "không phải ngày" in shown
    assert "Danh sách đơn vị" in shown
    assert page(made, f"uploads/{upload}", "btg").status_code == 403
