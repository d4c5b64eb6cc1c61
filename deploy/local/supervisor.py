"""supervisord's settings for one embedded run, and a client that asks it how its programs fare."""

from __future__ import annotations

import configparser
import http.client
import io
import os
import shlex
import sys
import xmlrpc.client
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from supervisor.xmlrpc import SupervisorTransport

from deploy.local.layout import Layout
from deploy.local.ports import LOOPBACK
from shared.settings import SERVICES

PROJECT = Path(__file__).parents[2]

FAILED = frozenset({"FATAL", "UNKNOWN"})
"""States that supervisord does not leave by itself."""


@dataclass(frozen=True, slots=True)
class Program:
    """One process of the run.  Programs of a group stop together; groups stop one after the other, last
    first.
    """

    name: str
    group: str
    priority: int
    command: Sequence[str]
    stop_seconds: int


def programs(layout: Layout, kafka_command: Sequence[str] | None) -> list[Program]:
    """Everything that runs: the broker first (unless it is somebody else's), the proxy last."""
    found = []
    if kafka_command is not None:
        found.append(Program("kafka", "kafka", 10, kafka_command, 60))
    for service in SERVICES:
        bind = f"{LOOPBACK}:{layout.web_ports[service]}"
        found.append(Program(f"web-{service}", "web", 20, gunicorn(service, bind), 15))
    for service in SERVICES:
        line = [sys.executable, "-m", f"services.{service}.worker"]
        found.append(Program(f"worker-{service}", "workers", 30, line, 30))
    binary = Path(sys.executable).parent / "caddy"
    line = [str(binary), "run", "--config", str(layout.data / "Caddyfile"), "--adapter", "caddyfile"]
    found.append(Program("caddy", "caddy", 40, line, 15))
    return found


def gunicorn(service: str, bind: str) -> list[str]:
    """The command of one service's web process."""
    shared_memory = Path("/dev/shm")
    heartbeat = ["--worker-tmp-dir", str(shared_memory)] if os.access(shared_memory, os.W_OK) else []
    return [
        *(sys.executable, "-m", "gunicorn", "--config", "python:shared.web.gunicorn_conf", "--bind", bind),
        # A live page's stream never ends by itself: at the end of a run it is cut soon.
        *("--graceful-timeout", "3", "--no-control-socket", "--log-level", "warning", *heartbeat),
        f"services.{service}.app:create_app()",
    ]


def configuration(layout: Layout, found: Sequence[Program]) -> str:
    """The text of supervisord.conf.

    The programs inherit supervisord's own environment, so that no database password stands in this file.  A
    ``%`` is doubled, since supervisord expands ``%(…)s``; in the paths of a group's log files it expands
    twice, which is why a data folder may have none in its name.
    """
    # Interpolation off: what is written is exactly what is below.
    ini = configparser.RawConfigParser()
    ini.optionxform = str  # type: ignore[assignment,method-assign]
    ini["unix_http_server"] = {"file": _escape(layout.socket), "chmod": "0700"}
    ini["rpcinterface:supervisor"] = {
        "supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"
    }
    ini["supervisord"] = {
        "nodaemon": "true",
        "silent": "true",
        "directory": _escape(PROJECT),
        "childlogdir": _escape(layout.logs),
        "logfile": _escape(layout.logs / "supervisord.log"),
        "logfile_maxbytes": "10MB",
        "logfile_backups": "3",
        "pidfile": _escape(layout.data / "supervisord.pid"),
        "identifier": "bangvang",
        **({"user": "root"} if os.geteuid() == 0 else {}),
    }
    for program in found:
        section = {
            "command": _escape(shlex.join(program.command)),
            "directory": _escape(PROJECT),
            "priority": str(program.priority),
            # The others are started when the broker answers.
            "autostart": "true" if program.name == "kafka" else "false",
            "autorestart": "true",
            # A worker that finds the broker restarting is tried again for as long as that takes.
            "startretries": "20",
            "startsecs": "2",
            "stopsignal": "TERM",
            "stopwaitsecs": str(program.stop_seconds),
            "killasgroup": "true",
            "redirect_stderr": "true",
            "stdout_logfile": _escape(log_file(layout, program.name)),
            "stdout_logfile_maxbytes": "10MB",
            "stdout_logfile_backups": "3",
        }
        ini[f"program:{program.name}"] = section
    for group in dict.fromkeys(program.group for program in found):
        members = [program for program in found if program.group == group]
        if [program.name for program in members] != [group]:
            ini[f"group:{group}"] = {
                "programs": ",".join(program.name for program in members),
                "priority": str(members[0].priority),
            }
    out = io.StringIO()
    ini.write(out)
    return out.getvalue()


def log_file(layout: Layout, program: str) -> Path:
    """Where ``program`` writes."""
    return layout.logs / f"{program}.log"


def _escape(value: object) -> str:
    return str(value).replace("%", "%%")


@dataclass(frozen=True, slots=True)
class State:
    """How one program fares: supervisord's name for its state, its process id (0 when none), what it says of
    it.
    """

    name: str
    state: str
    pid: int
    description: str


class Supervisor:
    """A client of the run's supervisord, over its Unix socket."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket

    def _call(self, name: str, *arguments: object) -> Any:
        # A transport for each call: supervisor's own is of no more use once a call on it has failed.
        transport = SupervisorTransport(None, None, serverurl=f"unix://{self._socket}")
        try:
            proxy = xmlrpc.client.ServerProxy(f"http://{LOOPBACK}", transport=transport)
            return getattr(proxy.supervisor, name)(*arguments)
        finally:
            transport.close()

    def answers(self) -> bool:
        """Whether a supervisord listens on the socket."""
        try:
            self._call("getState")
        except (OSError, http.client.HTTPException, xmlrpc.client.Error):
            return False
        return True

    def pid(self) -> int:
        """The process id of supervisord itself."""
        return cast(int, self._call("getPID"))

    def start_all(self) -> None:
        """Start every program that does not run, without waiting for it."""
        self._call("startAllProcesses", False)

    def states(self) -> dict[str, State]:
        """Every program by name."""
        rows = cast("list[dict[str, Any]]", self._call("getAllProcessInfo"))
        return {
            row["name"]: State(row["name"], row["statename"], row["pid"], row["description"]) for row in rows
        }
