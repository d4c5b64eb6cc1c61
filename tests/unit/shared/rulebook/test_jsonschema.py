"""The JSON Schema of the format: it takes what the linter takes, and refuses every fault of shape."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from deploy.docs import RULEBOOK_SCHEMA, docs
from shared.rulebook import form
from shared.rulebook.faults import Report
from shared.rulebook.jsonschema import json_schema
from tests.support.rulebook_faults import FAULTS, Change
from tests.support.rulebooks import example_data, small_data

ROOT = Path(__file__).parents[4]
VALIDATOR = Draft202012Validator(json_schema(), format_checker=Draft202012Validator.FORMAT_CHECKER)


def of_shape(data: Any) -> bool:
    """Whether the shape alone already refuses: NFC aside, of which a schema knows nothing."""
    report = Report()
    form.FILE.walk(copy.deepcopy(data), (), report)
    return bool([fault for fault in report.errors if "\u0323" not in json.dumps(data, ensure_ascii=False)])


def changed(change: Change) -> Any:
    data = example_data()
    change(data)
    return data


SHAPE_FAULTS = [
    pytest.param(data, id=f"{code}-{n}")
    for code, changes in FAULTS.items()
    for n, change in enumerate(changes, start=1)
    if of_shape(data := changed(change))
]


def test_the_schema_is_a_good_one_and_takes_the_example() -> None:
    Draft202012Validator.check_schema(json_schema())
    VALIDATOR.validate(example_data())
    VALIDATOR.validate(small_data({"id": "1.1", "max": "5", "x-note": {"any": ["thing", 1]}}))


@pytest.mark.parametrize("data", SHAPE_FAULTS)
def test_a_fault_of_shape_is_refused_by_the_schema_too(data: Any) -> None:
    assert not VALIDATOR.is_valid(data)


def test_there_are_faults_of_shape_of_every_code_that_the_shape_reports() -> None:
    codes = {str(case.id).partition("-")[0] for case in SHAPE_FAULTS}
    assert codes >= {
        "R002", "R003", "R004", "R005", "R006", "R007", "R021", "R022", "R033", "R052", "R060", "R061",
        "R062", "R063", "R072",
    }  # fmt: skip


def test_the_schema_in_the_repository_is_what_the_format_says() -> None:
    result = CliRunner().invoke(docs, ["rulebook", "--out", str(ROOT / "docs"), "--check"])
    assert result.exit_code == 0, result.output


def test_check_names_a_stale_schema_and_writes_nothing(tmp_path: Path) -> None:
    run = CliRunner()
    assert run.invoke(docs, ["rulebook", "--out", str(tmp_path), "--check"]).exit_code == 1
    assert not (tmp_path / RULEBOOK_SCHEMA).exists()
    assert run.invoke(docs, ["rulebook", "--out", str(tmp_path)]).exit_code == 0
    assert run.invoke(docs, ["rulebook", "--out", str(tmp_path), "--check"]).exit_code == 0
    # The documents of the events leave it alone.
    assert run.invoke(docs, ["events", "--out", str(tmp_path)]).exit_code == 0
    assert (tmp_path / RULEBOOK_SCHEMA).exists()
