"""The whole suite as real processes for a test: broker, four services, proxy, under supervisord.

``split`` gives relay, intake and projector of a service a process each, so that each can be killed alone.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import requests

from deploy.local import kafka
from deploy.local.layout import Layout, plan
from deploy.local.ports import free_ports
from deploy.local.run import running
from deploy.local.supervisor import Program, Supervisor, programs
from shared.access.local_issuer import LocalIssuer
from tests.support.broker import QUICK_RECOVERY

PARTS = ("relay", "intake", "projector")


class Suite:
    """A running suite: its layout, tokens, and the means to kill its processes."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.supervisor = Supervisor(layout.socket)
        self._issuer = LocalIssuer(layout.settings.issuer, layout.settings.local_jwks())

    @property
    def origin(self) -> str:
        """The one address."""
        return self.layout.origin

    def headers(self, sub: str, acting_as: str, key: str | None = None) -> dict[str, str]:
        """Headers of a request by ``sub`` in one of his hats."""
        found = {"Authorization": f"Bearer {self._issuer.issue(sub, ttl=3600)}", "Acting-As": acting_as}
        return found if key is None else {**found, "Idempotency-Key": key}

    def pid(self, program: str) -> int:
        """Process id of a program, 0 when it does not run now."""
        state = self.supervisor.states()[program]
        return state.pid if state.state in ("RUNNING", "STARTING") else 0

    def kill(self, program: str) -> int:
        """kill -9 a program as soon as it runs; the process id that was hit."""
        until(lambda: self.pid(program) != 0, f"{program} does not run", 60)
        pid = self.pid(program)
        os.kill(pid, signal.SIGKILL)
        return pid

    def kill_child(self, program: str) -> int:
        """kill -9 a child of a program (gunicorn's worker, which holds the requests)."""
        until(lambda: bool(children(self.pid(program))), f"{program} has no child", 60)
        pid = children(self.pid(program))[0]
        os.kill(pid, signal.SIGKILL)
        return pid

    def await_broker(self) -> None:
        """Return when the broker answers."""
        until(lambda: kafka.is_ready(self.layout.bootstrap), "the broker does not answer", 90)


def children(pid: int) -> list[int]:
    """Process ids of the children of ``pid``."""
    if not pid:
        return []
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def until(condition: Callable[[], bool], otherwise: str, seconds: float = 30.0) -> None:
    """Return when ``condition()``; fail with ``otherwise`` after so many seconds."""
    limit = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > limit:
            raise AssertionError(f"{otherwise} (waited {seconds:.0f} s)")
        time.sleep(0.05)


@contextlib.contextmanager
def suite(
    folder: Path, *, split: Sequence[str] = (), environ: Mapping[str, str] | None = None
) -> Iterator[Suite]:
    """A suite with all its data in ``folder``, on free ports; services in ``split`` have their workers in
    three processes.  ``environ``: further settings, such as ``BANGVANG_DATABASE_URL``.
    """
    own, *_ = free_ports(1)
    given = {"BANGVANG_DATA": str(folder), "BANGVANG_DEMO": "1", **(environ or {})}
    layout = plan(own, empty=False, environ=given)
    ports = free_ports(len(layout.web_ports))
    layout = replace(layout, web_ports=dict(zip(layout.web_ports, ports, strict=True)))
    assert layout.kafka_port is not None
    assert layout.controller_port is not None
    kafka.format_storage(folder, layout.kafka_port, layout.controller_port, QUICK_RECOVERY)
    found = [part for program in programs(layout, kafka.command(folder)) for part in _parts(program, split)]
    with running(layout, found):
        yield Suite(layout)


def _parts(program: Program, split: Sequence[str]) -> Iterator[Program]:
    service = program.name.removeprefix("worker-")
    if program.name.startswith("worker-") and service in split:
        for part in PARTS:
            command = [*program.command, "--only", part]
            yield replace(program, name=f"{program.name}-{part}", command=command)
    else:
        yield program


def bangvang(layout: Layout, *words: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
    """Run the command line against a suite and give what it printed."""
    binary = Path(sys.executable).parent / "bangvang"
    return subprocess.run(
        [str(binary), *words],
        env=os.environ | layout.environment(),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def get_json(url: str, headers: dict[str, str] | None = None) -> dict[str, object]:
    """The JSON object at ``url``; fails on any status but 200."""
    answer = requests.get(url, headers=headers or {}, timeout=60)
    assert answer.status_code == requests.codes.ok, answer.text
    found = answer.json()
    assert isinstance(found, dict)
    return found
