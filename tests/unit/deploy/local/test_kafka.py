"""The broker's settings and commands."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from deploy.local import jars, java, kafka
from deploy.local.missing import MissingError


def properties(text: str) -> dict[str, str]:
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    names = [line.partition("=")[0] for line in lines]
    assert len(names) == len(set(names)), "a setting stands twice"
    return dict(line.split("=", 1) for line in lines)


def test_nothing_in_the_log_expires_and_no_topic_comes_to_be_by_itself() -> None:
    found = properties(kafka.server_properties(Path("/data"), 19092, 19093))
    assert found["log.retention.ms"] == "-1"
    assert found["log.cleanup.policy"] == "delete"
    assert found["auto.create.topics.enable"] == "false"
    assert "message.max.bytes" not in found


def test_the_node_listens_on_the_loopback_only() -> None:
    found = properties(kafka.server_properties(Path("/data"), 19092, 19093))
    assert found["listeners"] == "PLAINTEXT://127.0.0.1:19092,CONTROLLER://127.0.0.1:19093"
    assert found["advertised.listeners"] == "PLAINTEXT://127.0.0.1:19092"
    assert found["controller.quorum.voters"] == "1@127.0.0.1:19093"
    assert found["log.dirs"] == "/data/kafka/log"


def test_every_internal_topic_has_one_copy() -> None:
    found = properties(kafka.server_properties(Path("/data"), 19092, 19093))
    assert {value for name, value in found.items() if name.endswith(("replication.factor", "min.isr"))} == {
        "1"
    }


def test_a_test_may_override_a_setting() -> None:
    text = kafka.server_properties(Path("/d"), 1, 2, {"broker.session.timeout.ms": "3000"})
    assert text.endswith("\nbroker.session.timeout.ms=3000\n")


def test_the_container_fills_in_the_same_placeholders() -> None:
    script = (kafka.PROPERTIES.parents[1] / "docker" / "kafka-entrypoint.sh").read_text()
    for name in ("port", "bind", "advertised", "controller_port", "log_dir"):
        assert f"${{{name}}}" in kafka.PROPERTIES.read_text()
        assert f"\\${{{name}}}" in script


def test_a_cluster_id_is_sixteen_bytes_and_no_option() -> None:
    for _ in range(200):
        text = kafka.cluster_id()
        assert len(base64.urlsafe_b64decode(text + "==")) == 16
        assert not text.startswith("-")
        assert len(text) == 22


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(java, "find", lambda cache: java.Java(Path("/jre/bin/java"), 17, "test"))
    monkeypatch.setattr(kafka, "jars", lambda cache: cache / "kafka")
    return tmp_path


def test_the_broker_has_a_small_heap_and_starts_quickly(cache: Path) -> None:
    line = kafka.command(Path("/data"), cache=cache)
    assert line[0] == "/jre/bin/java"
    assert {"-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"} <= set(line)
    assert line[-2:] == ["kafka.Kafka", "/data/kafka/server.properties"]


def test_the_console_consumer_reads_from_the_beginning_unless_told_otherwise(cache: Path) -> None:
    line = kafka.console_consumer_command(
        "b:1", "t", "--property", "print.key=true", max_messages=3, cache=cache
    )
    assert line[line.index("org.apache.kafka.tools.consumer.ConsoleConsumer") + 1 :] == [
        *("--bootstrap-server", "b:1", "--topic", "t", "--property", "print.key=true"),
        *("--from-beginning", "--max-messages", "3"),
    ]
    later = kafka.console_consumer_command("b:1", "t", from_beginning=False, timeout_ms=500, cache=cache)
    assert "--from-beginning" not in later
    assert later[-2:] == ["--timeout-ms", "500"]


def fake_maven(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder.mkdir(exist_ok=True)
    binary = folder / "mvn"
    binary.write_text("#!/bin/sh\n" + script)
    binary.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setattr(java, "installed", lambda environ=None: java.Java(Path("/jre/bin/java"), 17, "test"))
    return folder / "calls"


FETCH = """\
echo call >> "$(dirname "$0")/calls"
for word in "$@"; do case $word in -DoutputDirectory=*) target=${word#*=};; esac; done
mkdir -p "$target" && echo jar > "$target/kafka.jar"
"""


def test_the_jars_are_fetched_once_and_again_when_the_pom_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = fake_maven(tmp_path / "bin", FETCH, monkeypatch)
    cache = tmp_path / "một cache"
    assert jars.jars(cache) == cache / "kafka"
    assert jars.jars(cache) == cache / "kafka"
    assert calls.read_text() == "call\n"
    assert (cache / "kafka" / "kafka.jar").exists()
    changed = tmp_path / "pom.xml"
    changed.write_text("another")
    monkeypatch.setattr(jars, "POM", changed)
    jars.jars(cache)
    assert calls.read_text() == "call\ncall\n"
    assert [path.name for path in cache.iterdir()] == ["kafka"]


def test_a_fetch_that_fails_leaves_nothing_and_shows_what_maven_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = fake_maven(tmp_path / "bin", FETCH + "echo 'no such artefact'; exit 1\n", monkeypatch)
    with pytest.raises(MissingError, match=r"(?s)3 tries.*no such artefact"):
        jars.jars(tmp_path / "cache")
    assert calls.read_text() == "call\n" * 3
    assert list((tmp_path / "cache").iterdir()) == []
