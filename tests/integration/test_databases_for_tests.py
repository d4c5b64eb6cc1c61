"""The PostgreSQL that the tests run on: real, fresh for every test, safe on a kill where that is asked."""

from __future__ import annotations

import sqlalchemy as sa

from tests.support.postgres import PostgresCluster


def test_a_fresh_database_is_empty_and_takes_vietnamese(postgres_database: str) -> None:
    engine = sa.create_engine(postgres_database)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE word (text text)"))
        connection.execute(sa.text("INSERT INTO word VALUES ('Bảng Vàng')"))
        assert connection.scalar(sa.text("SELECT text FROM word")) == "Bảng Vàng"
    engine.dispose()


def test_another_test_does_not_see_its_tables(postgres_database: str) -> None:
    engine = sa.create_engine(postgres_database)
    assert sa.inspect(engine).get_table_names() == []
    engine.dispose()


def test_a_durable_cluster_keeps_what_was_committed_before_a_kill() -> None:
    with PostgresCluster(durable=True) as cluster:
        url = cluster.create_database()
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            connection.execute(sa.text("CREATE TABLE kept AS SELECT 1 AS one"))
        engine.dispose()
        cluster.kill()
        cluster.start()
        with engine.connect() as connection:
            assert connection.scalar(sa.text("SELECT one FROM kept")) == 1
            assert connection.scalar(sa.text("SHOW fsync")) == "on"
        engine.dispose()
