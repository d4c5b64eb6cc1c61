"""The Python interpreters that a machine has, for what must not depend on which of them runs it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

OLDEST = (3, 11)
_ASK = "import sys; print(*sys.version_info[:3]); print(sys.implementation.name)"


@cache
def interpreters() -> dict[str, str]:
    """Command by version (``3.13.0``): the running one first, then each other one from 3.11 on.

    Looked for where a version manager keeps them and on the search path.  One of each version is enough.
    """
    running = ".".join(map(str, sys.version_info[:3]))
    found = {running: sys.executable}
    for command in _candidates():
        version = _version(command)
        if version is not None and version >= OLDEST:
            found.setdefault(".".join(map(str, version)), command)
    return found


def _candidates() -> list[str]:
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    kept = sorted(str(path) for path in root.glob("versions/*/bin/python"))
    named = [shutil.which(f"python3.{minor}") for minor in range(OLDEST[1], OLDEST[1] + 8)]
    recent = [path for path in kept if re.search(r"versions/3\.(1[1-9]|[2-9]\d)\.", path)]
    return [*recent, *(path for path in named if path is not None)]


def _version(command: str) -> tuple[int, ...] | None:
    """The version of a CPython, None for anything that does not run."""
    try:
        done = subprocess.run(
            [command, "-I", "-c", _ASK], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    lines = done.stdout.splitlines()
    if done.returncode != 0 or len(lines) != 2 or lines[1] != "cpython":
        return None
    return tuple(int(part) for part in lines[0].split())
