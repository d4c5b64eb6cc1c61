"""Where everything of one run is."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from deploy.local import layout
from deploy.local.layout import Layout, plan
from deploy.local.ports import free_ports, is_free, preferred
from shared.settings import SERVICES, Settings


def test_without_a_given_kafka_the_run_has_a_broker_of_its_own(tmp_path: Path) -> None:
    found = plan(8080, empty=False, environ={"BANGVANG_DATA": str(tmp_path)})
    assert found.kafka_port is not None
    assert found.bootstrap == f"127.0.0.1:{found.kafka_port}"
    assert found.origin == "http://127.0.0.1:8080"
    assert found.data == tmp_path


def test_with_a_given_kafka_the_run_has_none(tmp_path: Path) -> None:
    environ = {"BANGVANG_DATA": str(tmp_path), "BANGVANG_KAFKA": "kafka.example:9092"}
    found = plan(8080, empty=True, environ=environ)
    assert (found.kafka_port, found.controller_port) == (None, None)
    assert found.bootstrap == "kafka.example:9092"


def test_the_demo_is_on_unless_the_run_is_empty_or_it_is_switched_off() -> None:
    assert plan(1, empty=False, environ={}).demo
    assert not plan(1, empty=True, environ={}).demo
    assert not plan(1, empty=False, environ={"BANGVANG_DEMO": "0"}).demo
    assert plan(1, empty=True, environ={"BANGVANG_DEMO": "1"}).demo


def test_the_environment_gives_every_process_the_same_settings(tmp_path: Path) -> None:
    environ = {
        "BANGVANG_DATA": str(tmp_path / "một nơi"),
        "BANGVANG_DATABASE_URL": "postgresql+psycopg://u:p%40ss@db/b",
        "BANGVANG_TOPIC": "other",
        "BANGVANG_PARTITIONS": "3",
    }
    found = plan(9090, empty=False, environ=environ)
    again = Settings.from_env(found.environment())
    assert again == Settings.from_env({**found.environment(), **environ})
    assert again.kafka == found.bootstrap
    assert again.origin == "http://127.0.0.1:9090"
    assert again.demo is True


def test_every_setting_is_handed_on(tmp_path: Path) -> None:
    names = {name.removeprefix("BANGVANG_").lower() for name in plan(1, empty=True, environ={}).environment()}
    assert names == set(Settings.__dataclass_fields__)


def test_a_taken_inner_port_is_replaced_by_a_free_one() -> None:
    wanted = free_ports(2)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", wanted[0]))
        taken.listen()
        assert not is_free(wanted[0])
        first, second = preferred(wanted)
    assert first != wanted[0]
    assert second == wanted[1]


def test_free_ports_are_all_different() -> None:
    assert len(set(free_ports(50))) == 50


@pytest.mark.parametrize(("length", "inside"), [(40, True), (200, False)])
def test_the_socket_lies_elsewhere_when_its_path_would_be_too_long(length: int, inside: bool) -> None:
    data = Path("/" + "d" * length)
    found = Layout(Settings.from_env({"BANGVANG_DATA": str(data)}), 1, {}, None, None, demo=False)
    assert (found.socket.parent == data) is inside
    assert len(str(found.socket)) <= layout.LONGEST_SOCKET_PATH


def test_two_data_folders_never_share_a_socket() -> None:
    sockets = {
        Layout(Settings.from_env({"BANGVANG_DATA": "/" + letter * 200}), 1, {}, None, None, demo=False).socket
        for letter in "ab"
    }
    assert len(sockets) == 2


def test_the_usual_ports_are_one_for_each_service() -> None:
    assert list(layout.WEB_PORTS) == list(SERVICES)
    assert list(layout.WEB_PORTS.values()) == [18081, 18082, 18083, 18084]
