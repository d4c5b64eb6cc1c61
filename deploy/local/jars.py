"""Apache Kafka's own jars (broker, console tools), fetched once with Maven."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from deploy.local import java
from deploy.local.missing import PROGRESS, MissingError, apt_install

POM = Path(__file__).parents[1] / "kafka" / "pom.xml"
STAMP = "pom.sha256"
TRIES = 3
_FETCHED = re.compile(r"Downloaded from \S+: \S*/([^/\s]+\.jar) ")


def jars(cache: Path) -> Path:
    """The folder of the jars that ``deploy/kafka/pom.xml`` names; fetched into ``{cache}/kafka`` when it is
    not there.

    The folder is put in place whole, with the digest of the pom it came from: a run that is cut short leaves
    nothing half made, and a changed pom is fetched anew.  Raises :class:`MissingError` when Maven or the jars
    cannot be had.
    """
    folder = cache / "kafka"
    digest = hashlib.sha256(POM.read_bytes()).hexdigest()
    stamp = folder / STAMP
    if stamp.is_file() and stamp.read_text().strip() == digest:
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix="kafka-") as temporary:
        fetched = Path(temporary) / "kafka"
        _fetch(fetched, cache)
        (fetched / STAMP).write_text(digest + "\n")
        shutil.rmtree(folder, ignore_errors=True)
        fetched.rename(folder)
    return folder


def _fetch(target: Path, cache: Path) -> None:
    if shutil.which("mvn") is None:
        apt_install(["maven", "default-jre-headless"], "Maven (mvn), which fetches Apache Kafka,")
    environ = dict(os.environ)
    if java.installed() is None:
        environ["JAVA_HOME"] = str(java.find(cache).home)
    command = [
        "mvn",
        "--batch-mode",
        "-f",
        str(POM),
        "dependency:copy-dependencies",
        f"-DoutputDirectory={target}",
    ]
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    said: list[str] = []
    for _ in range(TRIES):
        with Progress(*columns, console=PROGRESS) as progress:
            task = progress.add_task("Fetching Apache Kafka with Maven", total=None)
            said, code = [], 1
            with subprocess.Popen(
                command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            ) as maven:
                assert maven.stdout is not None
                count = 0
                for line in maven.stdout:
                    said.append(line.rstrip())
                    if match := _FETCHED.search(line):
                        count += 1
                        progress.update(
                            task, description=f"Fetching Apache Kafka with Maven: {count} {match[1]}"
                        )
            code = maven.returncode
        if code == 0:
            return
    raise MissingError(
        f"Maven could not fetch Apache Kafka ({TRIES} tries). It said:\n" + "\n".join(said[-20:])
    )
