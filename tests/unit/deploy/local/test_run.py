"""What stops a run before it starts, and what it writes for its processes."""

from __future__ import annotations

import fcntl
import socket
import stat
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner

from deploy.cli import main
from deploy.local import run
from deploy.local.layout import plan
from deploy.local.ports import free_ports
from deploy.local.supervisor import programs


def test_a_taken_port_is_named_with_another_one_to_try(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        layout = plan(port, empty=True, environ={"BANGVANG_DATA": str(tmp_path)})
        with pytest.raises(run.RunError, match=rf"Port {port} is taken.*--port {port + 1}"):
            run.check_environment(layout)


def test_a_free_port_and_a_fresh_folder_are_fine(tmp_path: Path) -> None:
    run.check_environment(plan(free_ports(1)[0], empty=True, environ={"BANGVANG_DATA": str(tmp_path)}))


@pytest.mark.parametrize("name", ["50%", "a;b", "a #b", 'a"b'])
def test_a_folder_whose_name_the_settings_files_cannot_hold_is_refused(tmp_path: Path, name: str) -> None:
    layout = plan(free_ports(1)[0], empty=True, environ={"BANGVANG_DATA": str(tmp_path / name)})
    with pytest.raises(run.RunError, match="Choose another BANGVANG_DATA"):
        run.check_environment(layout)


def test_a_socket_left_by_a_crash_does_not_count_as_a_run(tmp_path: Path) -> None:
    layout = plan(free_ports(1)[0], empty=True, environ={"BANGVANG_DATA": str(tmp_path)})
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(layout.socket))
    assert stat.S_ISSOCK(layout.socket.stat().st_mode)
    run.check_environment(layout)


def test_a_run_that_still_stops_keeps_a_second_one_out(tmp_path: Path) -> None:
    layout = plan(free_ports(1)[0], empty=True, environ={"BANGVANG_DATA": str(tmp_path)})
    with (tmp_path / "run.lock").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(run.RunError, match="Another run holds"), run.running(layout, []):
            pass
    assert not (tmp_path / "run.env").exists(), "nothing was written beside the run that holds the folder"


def test_the_other_commands_find_the_settings_of_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout = plan(8080, empty=True, environ={"BANGVANG_DATA": str(tmp_path), "BANGVANG_TOPIC": "of-the-run"})
    run.write_files(layout, programs(layout, None))
    monkeypatch.setenv("BANGVANG_DATA", str(tmp_path))
    monkeypatch.setenv("BANGVANG_KAFKA", "given:9092")
    for name in layout.environment().keys() - {"BANGVANG_DATA", "BANGVANG_KAFKA"}:
        # Set first, so that monkeypatch takes away afterwards what the command line adds.
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    import os

    from deploy.cli import adopt_run_environment

    adopt_run_environment(tmp_path)
    assert os.environ["BANGVANG_TOPIC"] == "of-the-run"
    assert os.environ["BANGVANG_KAFKA"] == "given:9092", "what the environment says goes first"


def test_help_lists_every_command_without_loading_any() -> None:
    shown = CliRunner().invoke(main, ["--help"])
    assert shown.exit_code == 0
    for name in ("console", "docs", "ledger", "load", "replay", "run", "standings", "token"):
        assert f"\n  {name} " in shown.output


def test_a_command_whose_module_is_missing_says_so_only_when_used(monkeypatch: pytest.MonkeyPatch) -> None:
    from deploy.cli import COMMANDS

    monkeypatch.setitem(COMMANDS, "token", ("deploy.nowhere:token", "Gone."))
    assert CliRunner().invoke(main, ["--help"]).exit_code == 0
    used = CliRunner().invoke(main, ["token"])
    assert used.exit_code == 1
    assert "The command 'token' cannot be loaded from deploy.nowhere:token" in used.output


def test_a_command_that_does_not_exist_is_an_error() -> None:
    assert CliRunner().invoke(main, ["nonsense"]).exit_code == 2


@pytest.mark.parametrize("port", ["0", "65536", "web"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    assert CliRunner().invoke(main, ["run", "--port", port]).exit_code == 2


def test_what_keeps_a_service_from_being_ready_is_named() -> None:
    body = b'{"ready": false, "checks": {"database": {"ok": true, "text": "sqlite"}, \
"caught-up": {"ok": false, "text": "intake is 5 records behind"}}}'

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert self.path == "/scores/readyz?verbose"
            self.send_response(503)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        said = run.what_is_not_ready(server.server_port, "scores")
        thread.join()
    assert said == " (caught-up: intake is 5 records behind)"
    assert run.what_is_not_ready(free_ports(1)[0], "scores") == ""
