"""``bangvang lint``: what is printed, in which order and language, and the exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from deploy.cli import main
from tests.support.board import DEMO

TEXT = (DEMO / "rulebook.yaml").read_text("utf-8")
WRONG = TEXT.replace('rank_style: "1224"', 'rank_style: "4321"').replace(
    'QH: "6", CNLD: "7"', 'QH: 6, CNLD: "7"', 1
)


def line_of(text: str, part: str) -> int:
    return next(n for n, line in enumerate(text.splitlines(), start=1) if part in line)


def lint(folder: Path, text: str | bytes, *options: str) -> Result:
    path = folder / "book.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return CliRunner().invoke(main, ["lint", str(path), *options])


def test_a_clean_file_says_so_and_ends_with_0(tmp_path: Path) -> None:
    result = lint(tmp_path, TEXT)
    assert (result.exit_code, result.output) == (0, "0 lỗi, 0 cảnh báo · 0 faults, 0 warnings\n")


def test_every_fault_stands_with_file_line_code_path_and_both_languages_in_order_of_lines(
    tmp_path: Path,
) -> None:
    result = lint(tmp_path, WRONG)
    path = f"{tmp_path}/book.yaml"
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        f"{path}:{line_of(WRONG, 'QH: 6')}: R004 criteria[0].children[1].max.QH",
        '    "6" phải là số thập phân đặt trong ngoặc kép',
        '    "6" must be a quoted decimal',
        f"{path}:{line_of(WRONG, '4321')}: R005 rank_style",
        '    "4321" không thuộc danh sách cho phép: 1224, 1223, 1234',
        '    "4321" is not one of: 1224, 1223, 1234',
        "2 lỗi, 0 cảnh báo · 2 faults, 0 warnings",
    ]


def test_one_language_may_be_asked_for(tmp_path: Path) -> None:
    assert "must be" not in lint(tmp_path, WRONG, "--lang", "vi").output
    assert "phải" not in lint(tmp_path, WRONG, "--lang", "en").output


def test_json_holds_the_same(tmp_path: Path) -> None:
    result = lint(tmp_path, WRONG, "--format", "json")
    assert result.exit_code == 1
    found = json.loads(result.output)
    assert [one["code"] for one in found] == ["R004", "R005"]
    assert set(found[0]) == {"file", "line", "path", "code", "message_vi", "message_en"}
    assert found[1]["line"] == line_of(WRONG, "4321")


def test_warnings_alone_end_with_0(tmp_path: Path) -> None:
    result = lint(tmp_path, TEXT.replace(", min_per_area: 1", ""))
    assert result.exit_code == 0
    assert "W003 quotas[0]\n    Khống chế có thể bằng 0 với khu vực 4 đơn vị\n" in result.output
    assert result.output.endswith("0 lỗi, 1 cảnh báo · 0 faults, 1 warning\n")


def test_what_cannot_be_read_is_one_fault(tmp_path: Path) -> None:
    for text in ("a: [", b"\xff\xfe", ""):
        result = lint(tmp_path, text)
        assert result.exit_code == 1
        assert " R001 -\n" in result.output


def test_the_units_say_which_columns_a_grouping_may_name_and_how_large_areas_are(tmp_path: Path) -> None:
    text = TEXT.replace("attribute: kind", "attribute: colour").replace(", min_per_area: 1", "")
    units = tmp_path / "units.csv"
    units.write_text("unit,area,colour\nA,QH,red\nB,QH,red\nC,CNLD,blue\n", "utf-8")
    assert " R058 groupings[0].attribute\n" in lint(tmp_path, text).output
    result = lint(tmp_path, text, "--units", str(units), "--lang", "en")
    assert result.exit_code == 0
    assert "Quota can be 0 in an area of 2 units" in result.output
    assert "Quota can be 0 in an area of 1 units" in result.output
    assert "R058" in lint(tmp_path, TEXT, "--units", str(units)).output


@pytest.mark.parametrize("content", [b"unit,name\nA,a\n", b"unit,area\nA\n", b"unit,area\nA,\xff\n", b""])
def test_units_that_cannot_be_read_end_with_2(tmp_path: Path, content: bytes) -> None:
    units = tmp_path / "units.csv"
    units.write_bytes(content)
    result = lint(tmp_path, TEXT, "--units", str(units))
    assert result.exit_code == 2
    assert "S014" in result.stderr
    assert result.stdout == ""
