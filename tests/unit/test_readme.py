"""What the README promises can be had: twins, links, and the command that the check runs."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest

from tests.support.readme import PROJECT, blocks, headings, links, sample

ENGLISH = PROJECT / "README.md"
VIETNAMESE = PROJECT / "README.vi.md"
PAGES = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")])


def test_the_twins_have_the_same_blocks_to_copy() -> None:
    assert blocks(VIETNAMESE) == blocks(ENGLISH)
    assert len(blocks(ENGLISH)) >= 4


def test_the_twins_have_headings_of_the_same_levels_in_the_same_order() -> None:
    assert [level for level, _ in headings(VIETNAMESE)] == [level for level, _ in headings(ENGLISH)]


def test_the_twins_lead_to_the_same_pages_and_to_each_other() -> None:
    english, vietnamese = links(ENGLISH), links(VIETNAMESE)
    assert VIETNAMESE.name in english
    assert ENGLISH.name in vietnamese
    assert sorted(set(english) - {VIETNAMESE.name}) == sorted(set(vietnamese) - {ENGLISH.name})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_every_link_to_a_file_of_the_project_leads_somewhere(page: Path) -> None:
    inner = [target for target in links(page) if not re.match(r"[a-z]+:", target)]
    broken = [target for target in inner if not _exists(page, target)]
    assert broken == []


def _exists(page: Path, target: str) -> bool:
    path, _, anchor = target.partition("#")
    file = (page.parent / path) if path else page
    return file.exists() and (not anchor or anchor in [_anchor(words) for _, words in headings(file)])


def _anchor(words: str) -> str:
    """The anchor that a heading has where Markdown is shown as pages: lower case, dashes for spaces."""
    return re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")


def test_the_check_runs_the_test_command_of_the_readme_and_no_other() -> None:
    (command,) = [block.text.strip() for block in blocks(ENGLISH) if block.text.startswith("make test")]
    check = PROJECT / ".ci" / "run"
    lines = [line.strip() for line in check.read_text("utf-8").splitlines()]
    run = [re.sub(r'^(\w+=("[^"]*"|\S*) )+', "", line) for line in lines if not line.startswith("#")]
    assert run.count(command) == 1
    assert [line for line in run if re.match(r"(make|pytest)\b|.*-m pytest\b", line)] == [command]
    assert check.stat().st_mode & stat.S_IXUSR


def test_every_make_target_that_the_readme_names_exists() -> None:
    targets = set(re.findall(r"^([\w-]+):", (PROJECT / "Makefile").read_text("utf-8"), re.M))
    named = set(re.findall(r"make ([\w-]+)", ENGLISH.read_text("utf-8")))
    assert {"run", "test", "test-fast", "clean-data"} <= named
    # "git, make and Python" speaks of the tool.
    assert named - {"and"} <= targets


def test_the_sample_score_is_posted_to_the_origin_with_a_key_of_its_own() -> None:
    text = sample("post-a-score")
    assert "Idempotency-Key: " in text
    assert "$ORIGIN/ranking/v1/hcmc/2020/decisions/score" in text
