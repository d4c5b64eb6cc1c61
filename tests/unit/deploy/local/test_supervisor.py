"""What is written for supervisord and for the proxy: read back by supervisord's and Caddy's own parsers."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from supervisor.options import ServerOptions

from deploy.local.caddy import caddyfile
from deploy.local.layout import Layout, plan
from deploy.local.supervisor import Program, configuration, log_file, programs
from shared.settings import SERVICES

BROKER = ["/usr/bin/java", "-cp", "/a folder/*", "kafka.Kafka", "/a folder/server.properties"]


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    data = tmp_path / "dữ liệu 'của' tôi"
    data.mkdir()
    (data / "logs").mkdir()
    return replace(
        plan(8080, empty=False, environ={"BANGVANG_DATA": str(data)}),
        web_ports=dict(zip(SERVICES, range(18081, 18085), strict=True)),
    )


def parsed(layout: Layout, found: list[Program]) -> ServerOptions:
    """The options as supervisord itself reads them."""
    path = layout.data / "supervisord.conf"
    path.write_text(configuration(layout, found), encoding="utf-8")
    options = ServerOptions()
    options.realize(["-c", str(path)])
    return options


def by_name(options: ServerOptions) -> dict[str, Any]:
    return {
        process.name: process for group in options.process_group_configs for process in group.process_configs
    }


def test_supervisord_reads_every_program_with_its_command(layout: Layout) -> None:
    found = programs(layout, BROKER)
    configs = by_name(parsed(layout, found))
    assert list(configs) != []
    assert set(configs) == {
        "kafka",
        "caddy",
        *(f"web-{name}" for name in SERVICES),
        *(f"worker-{name}" for name in SERVICES),
    }
    for program in found:
        assert shlex.split(configs[program.name].command) == list(program.command)
        assert configs[program.name].stdout_logfile == str(log_file(layout, program.name))


def test_the_groups_stop_in_order_with_the_broker_last(layout: Layout) -> None:
    options = parsed(layout, programs(layout, BROKER))
    groups = sorted(options.process_group_configs)
    assert [group.name for group in groups] == ["kafka", "web", "workers", "caddy"]


def test_only_the_broker_starts_by_itself(layout: Layout) -> None:
    configs = by_name(parsed(layout, programs(layout, BROKER)))
    assert [name for name, config in configs.items() if config.autostart] == ["kafka"]


def test_every_program_is_started_again_when_it_ends_and_its_log_is_bounded(layout: Layout) -> None:
    for config in by_name(parsed(layout, programs(layout, BROKER))).values():
        assert config.autorestart is not False
        assert config.stdout_logfile_maxbytes == 10 * 1024 * 1024
        assert config.stdout_logfile_backups == 3
        assert config.redirect_stderr


def test_a_given_kafka_is_not_run(layout: Layout) -> None:
    assert "kafka" not in by_name(parsed(layout, programs(layout, None)))


def test_each_web_process_listens_on_its_own_loopback_port(layout: Layout) -> None:
    lines = {program.name: list(program.command) for program in programs(layout, None)}
    for service, port in layout.web_ports.items():
        line = lines[f"web-{service}"]
        assert line[:3] == [sys.executable, "-m", "gunicorn"]
        assert line[line.index("--bind") + 1] == f"127.0.0.1:{port}"
        assert line[-1] == f"services.{service}.app:create_app()"
        assert lines[f"worker-{service}"] == [sys.executable, "-m", f"services.{service}.worker"]


def test_no_password_stands_in_the_file(layout: Layout) -> None:
    secret = replace(layout.settings, database_url="postgresql+psycopg://u:geheim@db/b")
    with_secret = replace(layout, settings=secret)
    assert "geheim" not in configuration(with_secret, programs(with_secret, BROKER))
    assert "geheim" in with_secret.environment()["BANGVANG_DATABASE_URL"]


def test_supervisord_listens_on_a_socket_for_its_owner_alone(layout: Layout) -> None:
    (server,) = parsed(layout, programs(layout, BROKER)).server_configs
    assert server["file"] == str(layout.socket)
    assert server["chmod"] == 0o700


def adapted(layout: Layout) -> dict[str, Any]:
    """The Caddyfile as Caddy itself reads it."""
    path = layout.data / "Caddyfile"
    path.write_text(caddyfile(layout), encoding="utf-8")
    binary = Path(sys.executable).parent / "caddy"
    command = [str(binary), "adapt", "--config", str(path), "--adapter", "caddyfile"]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "not formatted" not in said.stderr
    adapted: dict[str, Any] = json.loads(said.stdout)
    return adapted


def test_the_proxy_serves_one_origin_on_the_loopback_without_an_admin_port(layout: Layout) -> None:
    config = adapted(layout)
    assert config["admin"]["disabled"] is True
    assert config["storage"]["root"] == str(layout.data / "caddy")
    (server,) = config["apps"]["http"]["servers"].values()
    assert server["listen"] == ["127.0.0.1:8080"]
    assert server["automatic_https"]["disable"] is True


def test_the_first_part_of_a_path_names_the_service_and_streams_are_not_held_back(layout: Layout) -> None:
    (server,) = adapted(layout)["apps"]["http"]["servers"].values()
    found = {}
    for route in server["routes"]:
        text = json.dumps(route)
        if "reverse_proxy" in text:
            (path,) = route["match"][0]["path"]
            (handler,) = route["handle"][0]["routes"][0]["handle"]
            assert handler["flush_interval"] == -1
            found[path] = handler["upstreams"][0]["dial"]
    assert found == {f"/{name}/*": f"127.0.0.1:{port}" for name, port in layout.web_ports.items()}


def test_the_bare_address_leads_to_the_standings(layout: Layout) -> None:
    (server,) = adapted(layout)["apps"]["http"]["servers"].values()
    (route,) = [route for route in server["routes"] if route.get("match") == [{"path": ["/"]}]]
    assert route["handle"][0]["headers"]["Location"] == ["/ranking/"]
    assert route["handle"][0]["status_code"] == 302
