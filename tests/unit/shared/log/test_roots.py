"""Pinned root keys are read from a file, learnt while running, and never changed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from shared.log.roots import BadRoots, RootsFile

FIRST, SECOND = "ab" * 32, "cd" * 32


def write(path: Path, content: object, moment: int) -> None:
    path.write_text(json.dumps(content))
    os.utime(path, ns=(moment, moment))


def test_an_organisation_pinned_later_is_found(tmp_path: Path) -> None:
    path = tmp_path / "roots.json"
    roots = RootsFile(path)
    assert dict(roots) == {}
    assert roots.get("hcmc") is None
    write(path, {"hcmc": FIRST}, 1)
    assert roots["hcmc"] == FIRST
    write(path, {"hcmc": FIRST, "hue": SECOND}, 2)
    assert roots["hue"] == SECOND
    assert len(roots) == 2


def test_a_pin_that_was_read_is_not_changed_by_the_file(tmp_path: Path) -> None:
    path = tmp_path / "roots.json"
    write(path, {"hcmc": FIRST}, 1)
    roots = RootsFile(path)
    write(path, {"hcmc": SECOND, "hue": SECOND}, 2)
    assert roots["hue"] == SECOND
    assert roots["hcmc"] == FIRST


@pytest.mark.parametrize("content", ["[]", '{"hcmc": "short"}', '{"hcmc": 5}', "{", '{"hcmc": null}'])
def test_a_file_of_another_form_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "roots.json"
    path.write_text(content)
    with pytest.raises(BadRoots):
        RootsFile(path)
