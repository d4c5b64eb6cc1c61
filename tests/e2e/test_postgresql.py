"""The production database: the whole demonstration on PostgreSQL, the same bytes as a replay from Kafka."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deploy.demo.load import main as load_demo
from shared.settings import SERVICES
from tests.support.postgres import PostgresCluster
from tests.support.suite import bangvang, get_json, suite

LEDGER = "hcmc/2020"


@pytest.mark.timeout(600)
def test_the_demonstration_on_postgresql_gives_the_standings_that_kafka_replays(
    tmp_path: Path, postgres_cluster: PostgresCluster
) -> None:
    urls = [postgres_cluster.create_database(f"demo_{service}") for service in SERVICES]
    template = urls[0].removesuffix(SERVICES[0]) + "{service}"
    with suite(tmp_path / "data", environ={"BANGVANG_DATABASE_URL": template}) as running:
        load_demo(running.origin, running.layout.settings)
        shown = get_json(f"{running.origin}/ranking/v1/{LEDGER}/standings")
        replayed = bangvang(running.layout, "replay", LEDGER, "--json")
        assert not list((tmp_path / "data" / "db").glob("*.sqlite")), "nothing went to SQLite"
    assert replayed.returncode == 0, replayed.stderr
    found = json.loads(replayed.stdout)
    assert (found["digest"], found["root"]) == (shown["digest"], shown["root"])
    assert found["position"] == shown["position"] > 2000
    for url in urls:
        postgres_cluster.drop_database(url)
