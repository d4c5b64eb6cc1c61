"""Kafka Streams: a small Java program of the ledger's rules (``tests/bench/kafka_streams``), built by Maven.

A stream of the topic into a state store in memory; the rules are written anew, as its user would, because the
engine of this project is Python.  Its lines are compared with ours unit by unit.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

from deploy.local import java
from deploy.local.missing import MissingError, apt_line

PROJECT = Path(__file__).parents[1] / "kafka_streams"
ROWS = "kafka-streams-rows"
"""The file in which the program leaves its lines."""
HEAP = "-Xmx1g"
_COLUMNS = ("rank", "unit", "total", "class", "base", "bonus", "penalty", "complete")


def build(output: Path) -> list[str]:
    """The line that starts the program, built into ``output`` unless it is there and newer than its source.

    Maven fetches what it needs the first time only.  Raises :class:`~deploy.local.missing.MissingError`.
    """
    runtime = java.installed()
    if runtime is None or shutil.which("mvn") is None:
        raise MissingError(
            "Kafka Streams is measured by a Java program: a JDK from 17 on and Maven are needed. "
            f"Install them with:\n\n    {apt_line(['default-jdk-headless', 'maven'])}\n"
        )
    jar = output / "bench-1.jar"
    sources = [PROJECT / "pom.xml", *PROJECT.rglob("*.java")]
    if not jar.exists() or jar.stat().st_mtime < max(path.stat().st_mtime for path in sources):
        maven = ["mvn", "--quiet", "--batch-mode", "--file", str(PROJECT / "pom.xml")]
        for mode in (["--offline"], []):
            line = [*maven, *mode, f"-Dbench.output={output}", "package"]
            built = subprocess.run(line, capture_output=True, text=True, check=False)
            if built.returncode == 0:
                break
        else:
            raise MissingError(f"Maven could not build {PROJECT}:\n{built.stdout[-3000:]}")
    return [str(runtime.binary), HEAP, "-cp", f"{jar}:{output / 'lib'}/*", "bench.Main"]


def lines_of(body: dict[str, Any]) -> list[str]:
    """Our standings in the form of the program's lines."""
    return [
        "|".join([area["area"], *(_cell(row[name]) for name in _COLUMNS)])
        for area in body["areas"]
        for row in area["rows"]
    ]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
