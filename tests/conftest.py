"""Fixtures of all tests: a real Kafka, a real PostgreSQL, fresh topics and databases.

None of them is ever skipped: where one cannot be had, the test fails with the line that installs it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.support import broker, docker
from tests.support.postgres import PostgresCluster

settings.register_profile("default", deadline=None)  # a busy machine is no fault of the code
settings.load_profile("default")
settings.register_profile("fast", max_examples=25, deadline=None)
"""``make test-fast``: a quarter of the examples; ``make test`` tries them all."""


def pytest_report_header() -> str:
    """Say at the top of every run whether a Docker engine answers, since that decides where Kafka runs."""
    if docker.engine_answers():
        return "docker: an engine answers; Kafka runs in a container of our own image"
    return "docker: no engine answers; Kafka runs as a process here; tests marked docker are left out"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs a Docker engine where none answers: deselected and counted, not skipped."""
    if docker.engine_answers():
        return
    without = [item for item in items if item.get_closest_marker("docker") is not None]
    if without:
        config.hook.pytest_deselected(items=without)
        items[:] = [item for item in items if item.get_closest_marker("docker") is None]


@pytest.fixture(scope="session")
def kafka_bootstrap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real broker that all tests share: use topics of your own."""
    with broker.kafka(tmp_path_factory.mktemp("kafka")) as running:
        print(f"Kafka: {running.bootstrap} ({running.kind})")
        yield running.bootstrap


@pytest.fixture
def topic(kafka_bootstrap: str) -> str:
    """A fresh topic with two partitions."""
    return broker.fresh_topic(kafka_bootstrap)


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[PostgresCluster]:
    """A PostgreSQL server that all tests share: use databases of your own."""
    with PostgresCluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def postgres_url(postgres_cluster: PostgresCluster) -> str:
    """The URL of the shared server's maintenance database."""
    return postgres_cluster.url()


@pytest.fixture
def postgres_database(postgres_cluster: PostgresCluster) -> Iterator[str]:
    """The URL of a fresh, empty PostgreSQL database."""
    url = postgres_cluster.create_database()
    yield url
    postgres_cluster.drop_database(url)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a fresh SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'test.sqlite'}"
