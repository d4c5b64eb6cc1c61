"""What tables mean: the 2020 cycle from files, forms of files, and rows that replace one another."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from services.ranking.offline import judging
from services.ranking.offline.command import compute_tables
from services.ranking.offline.output import as_csv, as_json
from shared.rulebook import Rulebook
from tests.bench import tables as bench
from tests.support.board import DEMO, EXPECTED, rulebook_2020
from tests.support.rulebooks import build, example_data, small
from tests.support.tables import HEADERS, UNITS, computed, four_files, lines, write


@pytest.fixture(scope="module")
def book() -> Rulebook:
    return rulebook_2020()


def inputs_2020() -> dict[str, str]:
    return {
        "units": (DEMO / "units.csv").read_text("utf-8"),
        "inputs": (EXPECTED / "expected-inputs.csv").read_text("utf-8"),
    }


def test_the_expected_inputs_give_the_expected_standings_byte_for_byte(
    tmp_path: Path, book: Rulebook
) -> None:
    found = computed(tmp_path, book, inputs_2020())
    assert found.faults == []
    ranked = [line for line in lines(found) if line.split(",")[1]]
    expected = (EXPECTED / "expected-standings.csv").read_bytes()
    assert "\n".join([expected.decode().partition("\n")[0], *ranked, ""]).encode() == expected
    assert len(lines(found)) == 66


def test_the_four_files_give_the_same_as_the_one_that_replaces_them(tmp_path: Path, book: Rulebook) -> None:
    one = computed(tmp_path, book, inputs_2020())
    four = computed(tmp_path, book, four_files())
    assert one.standings is not None
    assert four.standings is not None
    assert as_csv(one.standings) == as_csv(four.standings)
    assert as_json(one.standings, ()) == as_json(four.standings, ())


def with_semicolons(text: str) -> str:
    written = io.StringIO()
    csv.writer(written, delimiter=";", lineterminator="\n").writerows(csv.reader(io.StringIO(text)))
    return written.getvalue()


def test_the_forms_in_which_people_save_files_give_the_same(tmp_path: Path, book: Rulebook) -> None:
    texts = four_files()
    plain = lines(computed(tmp_path, book, texts))
    composed = {name: text.replace("ơ", "o\N{COMBINING HORN}") for name, text in texts.items()}
    for changed in (
        {name: "\N{BYTE ORDER MARK}" + text for name, text in texts.items()},
        {name: text.replace("\n", "\r\n") for name, text in texts.items()},
        {name: with_semicolons(text) for name, text in texts.items()},
        {name: text.rstrip("\n") for name, text in texts.items()},
        {name: text + "\n\r\n" for name, text in texts.items()},
        composed,
    ):
        assert lines(computed(tmp_path, book, changed)) == plain
    assert composed["units"] != texts["units"]


def test_columns_may_stand_in_any_order_and_quotes_may_be_put(tmp_path: Path, book: Rulebook) -> None:
    wanted = lines(computed(tmp_path, book, {"scores": HEADERS["scores"] + "A1,1.2,department,5,\n"}))
    for text in (
        "value,stage,criterion,unit\n5,department,1.2,A1\n",
        'unit,criterion,stage,value\n"A1","1.2","department","5"\n',
        '"unit",criterion,stage,value,target\nA1,1.2,department,"5",\n',
    ):
        assert lines(computed(tmp_path, book, {"scores": text})) == wanted


def test_an_empty_value_is_not_scored_and_is_no_zero(tmp_path: Path, book: Rulebook) -> None:
    found = computed(
        tmp_path, book, {"scores": HEADERS["scores"] + "A1,1.2,department,,\nC1,4.2,external,,\n"}
    )
    assert found.faults == []
    assert [line.split(",")[1] for line in lines(found)] == ["", "", ""]


def test_a_veto_zeroes_inspection_leaves_unless_the_table_states_a_later_value(
    tmp_path: Path, book: Rulebook
) -> None:
    scores = HEADERS["scores"] + "A1,8.1,inspection,3,\nA1,8.2,inspection,3,\nA1,8.3,inspection,2,\n"
    facts = HEADERS["facts"] + "A1,veto:V2,BB-01\n"

    def total(more: str) -> str:
        found = computed(tmp_path, book, {"scores": scores + more, "facts": facts})
        return next(line for line in lines(found) if ",A1," in line).split(",")[4]

    assert total("") == "0.00"
    assert total("A1,8.1,standing,2.5,\n") == "2.50"
    assert total("A1,8.2,appeal,1,\n") == "1.00"


def test_derived_vetoes_are_stated_by_the_table_never_derived_from_it(tmp_path: Path) -> None:
    never_submitted = {"derived": {"rule": "self_score_not_submitted", "as_of": "position"}}
    veto = {"id": "V3", "label": "Chưa tự chấm", "source": never_submitted, "effect": {"max_class": "GOOD"}}
    book = small({"id": "1.1", "max": "100"}, vetoes=[veto])
    texts = {"units": "unit,area,name\nA1,QH,a\n", "scores": HEADERS["scores"] + "A1,1.1,department,95,\n"}

    def row(facts: str) -> list[str]:
        (line,) = lines(computed(tmp_path, book, {**texts, "facts": HEADERS["facts"] + facts}))
        return [line.split(",")[5], line.split(",")[10]]

    assert row("") == ["EXCELLENT", ""]
    assert row("A1,veto:V3,\n") == ["GOOD", "VETO:V3"]


def test_a_tie_is_ordered_by_the_newest_decision_of_the_table(tmp_path: Path, book: Rulebook) -> None:
    scores = HEADERS["scores"] + "A1,1.2,department,5,\nA2,1.2,department,5,\n"

    def ranks(rows: str) -> dict[str, str]:
        found = computed(tmp_path, book, {"scores": scores, "decisions": HEADERS["decisions"] + rows})
        return {line.split(",")[2]: line.split(",")[1] for line in lines(found)}

    assert ranks("") == {"A1": "1", "A2": "1", "C1": ""}
    assert ranks("D1,A1,2\nD1,A2,1\n") == {"A1": "2", "A2": "1", "C1": ""}
    assert ranks("D1,A1,2\nD2,A1,1\nD1,A2,1\nD2,A2,2\n") == {"A1": "1", "A2": "2", "C1": ""}


def test_the_order_of_adjustments_is_the_order_in_which_caps_are_used_up(tmp_path: Path) -> None:
    data = example_data()
    data["bonus"]["items"] = [
        {"code": "T1", "label": "Một", "per": "3.00"},
        {"code": "T2", "label": "Hai", "per": "4.00"},
    ]
    book = build(data)
    rows = ["A1,T1,a,\n", "A1,T2,b,\n"]
    texts = {"scores": HEADERS["scores"] + "A1,1.2,department,5,\n"}
    for order in (rows, rows[::-1]):
        found = computed(tmp_path, book, {**texts, "adjustments": HEADERS["adjustments"] + "".join(order)})
        assert found.standings is not None
        row = found.standings.row("A1")
        assert row is not None
        assert [one.occurrence_ref for one in row.sheet.occurrences] == [line.split(",")[2] for line in order]
        assert row.sheet.occurrences[0].credited == row.sheet.occurrences[0].worth
        assert row.sheet.occurrences[1].credited < row.sheet.occurrences[1].worth


def test_a_bad_row_computes_nothing_unless_partial_and_then_the_rest(tmp_path: Path, book: Rulebook) -> None:
    texts = {"scores": HEADERS["scores"] + "A1,1.2,department,5,\nA2,1.2,department,99,\n"}
    assert computed(tmp_path, book, texts).standings is None
    part = computed(tmp_path, book, texts, partial=True)
    assert [fault.line for fault in part.faults] == [3]
    without = {"scores": HEADERS["scores"] + "A1,1.2,department,5,\n"}
    assert lines(part) == lines(computed(tmp_path, book, without))


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_the_bytes_are_the_same_with_any_number_of_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, processes: int
) -> None:
    monkeypatch.setattr(judging, "RANGE", 7)
    book = build(bench.rulebook())
    made = bench.write(tmp_path, 60)
    files = write(
        tmp_path, {"units": made.units.read_text("utf-8"), "scores": made.scores.read_text("utf-8")}
    )
    alone = compute_tables(book, files, processes=1)
    found = compute_tables(book, files, processes=processes)
    assert alone.standings is not None
    assert found.standings is not None
    assert as_json(found.standings, ()) == as_json(alone.standings, ())
    assert as_csv(found.standings) == as_csv(alone.standings)


def test_few_units_are_judged_by_one_process() -> None:
    assert judging.processes_of_this_machine(100) == 1


def test_a_rulebook_that_rounds_at_the_total_and_loose_leaves_go_the_same_way(tmp_path: Path) -> None:
    book = small(
        {"id": "1.1", "max": "5", "input": "ratio"},
        {"id": "2.1", "max": "5", "input": "ratio"},
        number={"step": "0.25", "scale": 2, "rounding": "HALF_UP", "round_at": "total"},
    )
    scores = HEADERS["scores"] + "A1,1.1,department,1,3\nA1,2.1,department,1,7\n"
    units = "unit,area,name\nA1,QH,a\n"
    found = computed(tmp_path, book, {"units": units, "scores": scores})
    # 5/3 + 5/7 = 50/21 = 2.38..., so 2.50
    assert lines(found)[0].split(",")[4] == "2.50"


def test_units_keep_the_columns_of_groupings(tmp_path: Path, book: Rulebook) -> None:
    units = UNITS.replace("name\n", "name,kind\n").replace("A1\n", "A1,urban\n")
    units = units.replace("A2\n", "A2,rural\n").replace("C1\n", "C1,\n")
    assert computed(tmp_path, book, {"units": units}).faults == []
