"""A read model is built beside the live one, switched to and back, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from alembic import command
from sqlalchemy import Engine, text, update
from sqlalchemy.exc import IntegrityError

from services.ranking import generations
from services.ranking.engine import ENGINE
from services.ranking.generations import BUILDING, DROPPED, KEPT, LIVE, READY, Overtaken
from services.ranking.history import History
from services.ranking.moving import digests_apart, newest_moves, pinned_moves, reasons
from services.ranking.projections import newest, pack, published, published_body, standings_at
from services.ranking.rebuilding import NeverCaughtUp, NoGeneration, NothingShown, PinsDiffer, Rebuild
from services.ranking.running import EngineMissing
from services.ranking.tables import generations as table
from services.ranking.tables import standings
from shared.database import engine_for, read_transaction, write_transaction
from shared.migrations import rooms, runner, upgrade
from tests.support.generations import OLD, UNITS, digests, filled, publish, run_old_engine, stored
from tests.support.shown import LEDGER, Fed


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A fresh, empty database of each kind."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_database"
    made = engine_for(request.getfixturevalue(name))
    yield made
    made.dispose()


def test_what_is_built_anew_is_byte_for_byte_what_was_live(engine: Engine) -> None:
    fed = filled(Fed(engine))
    before = stored(engine, 1)
    made = Rebuild(engine, LEDGER, batch=3).build()
    assert (made.number, made.state, made.position) == (2, READY, fed.size)
    rows = stored(engine, 2)
    assert [row for row in before if row not in rows] == []
    assert len(rows) <= len(before) + 1  # the pinned position, where no batch had ended
    with read_transaction(engine) as connection:
        live = generations.live(connection, LEDGER)
        assert live is not None
        assert live.number == 1
        assert digests_apart(connection, live, made)[1] == 0
        assert newest_moves(connection, live, made).same
        assert [one.same for one in pinned_moves(connection, live, made)] == [True]
        assert reasons(live, made, newest_moves(connection, live, made), ()) == []


def test_events_that_come_meanwhile_are_in_it_too(engine: Engine) -> None:
    fed = filled(Fed(engine))
    values = iter(["2", "3", "4", "5", "6"])

    def meanwhile(done: int, total: int) -> None:
        for value in values:
            fed.score("QH-Q03", "1.2", value)
            fed.feed()
            return

    made = Rebuild(engine, LEDGER, batch=2, progress=meanwhile).build()
    assert made.position == fed.size
    assert digests(engine, 2).items() >= digests(engine, 1).items()


def test_a_switch_and_a_switch_back_change_all_answers_at_once(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_old_engine(monkeypatch)
    fed = filled(Fed(engine), old=True)
    work = Rebuild(engine, LEDGER)
    made = work.build()
    with read_transaction(engine) as connection:
        live = generations.live(connection, LEDGER)
        assert live is not None
        moves = newest_moves(connection, live, made)
        assert [one.unit for one in moves.moved] == sorted(unit["unit"] for unit in UNITS)
        assert {one.differing for one in moves.moved} == {("class",)}
        assert not any(one.own for one in moves.moved)
        assert reasons(live, made, moves, ())[0] == f"engine {OLD} -> {ENGINE}"
        old = standings_at(connection, LEDGER, fed.size)
    assert old is not None
    assert old.body["engine"] == OLD
    assert work.switch(made).state == LIVE
    with read_transaction(engine) as connection:
        latest = newest(connection, LEDGER)
        new = standings_at(connection, LEDGER, fed.size)
        assert latest is not None
        assert (latest.position, latest.generation) == (fed.size, 2)
        assert new == History(engine, LEDGER).at(fed.size).result
        assert {one.number: one.state for one in generations.all_of(connection, LEDGER)} == {1: KEPT, 2: LIVE}
    fed.score("QH-Q01", "1.2", "2")  # goes into the second alone
    fed.feed()
    assert set(digests(engine, 2)) - set(digests(engine, 1)) >= {fed.size}
    work.switch(work.kept())
    with read_transaction(engine) as connection:
        latest = newest(connection, LEDGER)
        assert latest is not None
        assert (latest.position, latest.generation) == (fed.size, 1)  # caught up before it was live
        again = standings_at(connection, LEDGER, fed.size)
    assert again is not None
    assert again.body["engine"] == OLD
    fed.score("QH-Q01", "1.2", "3")
    fed.feed()
    assert max(digests(engine, 1)) == fed.size > max(digests(engine, 2))


def test_a_published_version_that_does_not_hold_is_accepted_by_name_only(engine: Engine) -> None:
    fed = filled(Fed(engine))
    publish(fed, 2, fed.size, f"sha256:{'0' * 64}")
    fed.feed()
    work = Rebuild(engine, LEDGER)
    made = work.build()
    with pytest.raises(PinsDiffer, match="version 2") as caught:
        work.switch(made, accepted=(1,))
    assert [one.version for one in caught.value.broken] == [2]
    assert work.live().number == 1
    assert work.switch(made, accepted=(2,)).number == 2
    with read_transaction(engine) as connection:
        assert [one.holds for one in published(connection, LEDGER)] == [True, False]


def test_damage_is_named_and_mended_by_the_switch(engine: Engine) -> None:
    fed = filled(Fed(engine))
    with write_transaction(engine) as connection:
        wrong = {**History(engine, LEDGER).at(fed.size).body, "areas": []}
        damage = update(standings).where(standings.c.position == fed.size)
        connection.execute(damage.values(body=pack(wrong)))
    work = Rebuild(engine, LEDGER)
    made = work.build()
    with read_transaction(engine) as connection:
        live = work.live()
        assert standings_at(connection, LEDGER, fed.size) is None
        moves = newest_moves(connection, live, made)
        assert not moves.readable
        assert reasons(live, made, moves, ()) == ["what generation 1 stores there is damaged"]
    work.switch(made)
    with read_transaction(engine) as connection:
        assert standings_at(connection, LEDGER, fed.size) == History(engine, LEDGER).at(fed.size).result


def test_stored_standings_that_the_same_engine_does_not_give_are_told(engine: Engine) -> None:
    fed = filled(Fed(engine))
    with read_transaction(engine) as connection:
        earlier = sorted(digests(engine, 1))[-3]
        known = standings_at(connection, LEDGER, earlier)
    assert known is not None
    with write_transaction(engine) as connection:
        row = update(standings).where(standings.c.position == fed.size)
        connection.execute(row.values(body=pack(known.body), digest=known.digest))
    work = Rebuild(engine, LEDGER)
    made = work.build()
    with read_transaction(engine) as connection:
        live = work.live()
        moves = newest_moves(connection, live, made)
        assert moves.moved
        assert reasons(live, made, moves, ())[-1].startswith("the same engine and catalogue: generation 1")
        assert digests_apart(connection, live, made)[1:] == (1, fed.size)


def test_what_a_rebuild_left_behind_is_dropped_and_an_overtaken_one_stops(engine: Engine) -> None:
    filled(Fed(engine))
    began: list[int] = []

    def overtake(done: int, total: int) -> None:
        if done and not began:
            began.append(done)
            Rebuild(engine, LEDGER).build()

    with pytest.raises(Overtaken, match="generation 2"):
        Rebuild(engine, LEDGER, batch=2, progress=overtake).build()
    work = Rebuild(engine, LEDGER)
    assert [(one.number, one.state) for one in work.generations()] == [(1, LIVE), (2, DROPPED), (3, READY)]
    assert stored(engine, 2) == []
    assert work.candidate() == work.generations()[2]
    assert [one.number for one in work.drop()] == [3]
    assert stored(engine, 3) == []
    assert work.candidate() is None
    assert len(stored(engine, 1)) > 5


def test_only_the_one_that_was_live_before_is_kept(engine: Engine) -> None:
    filled(Fed(engine))
    work = Rebuild(engine, LEDGER)
    with pytest.raises(NoGeneration):
        work.kept()
    work.switch(work.build())
    work.switch(work.build())
    assert [(one.number, one.state) for one in work.generations()] == [(1, DROPPED), (2, KEPT), (3, LIVE)]
    assert stored(engine, 1) == []
    assert stored(engine, 2) == stored(engine, 3)


def test_a_switch_waits_for_a_position_at_which_both_stand(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    fed = filled(Fed(engine))
    work = Rebuild(engine, LEDGER)
    made = work.build()
    caught_up, count = work.catch_up, [0]

    def one_more(of: generations.Generation) -> generations.Generation:
        found = caught_up(of)
        count[0] += 1
        if count[0] < 4:
            fed.score("QH-Q04", "1.2", str(count[0]))
            fed.feed()  # between the catching up and the switch
        return found

    monkeypatch.setattr(work, "catch_up", one_more)
    assert work.switch(made).position == fed.size
    assert count == [4]
    count[0] = -1000
    monkeypatch.setattr("services.ranking.rebuilding.ATTEMPTS", 3)
    with pytest.raises(NeverCaughtUp):
        work.switch(work.kept())
    assert work.live().number == 2


def test_a_generation_whose_engine_is_missing_stays_as_it_is(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_old_engine(monkeypatch)
    fed = filled(Fed(engine), old=True)
    work = Rebuild(engine, LEDGER)
    work.switch(work.build())
    monkeypatch.undo()
    fed.score("QH-Q01", "1.2", "2")
    fed.feed()
    with pytest.raises(EngineMissing, match="cannot run engine 0"):
        work.switch(work.kept())
    assert work.live().number == 2


def test_nothing_is_built_of_a_ledger_that_shows_nothing(engine: Engine) -> None:
    Fed(engine)
    with pytest.raises(NothingShown):
        Rebuild(engine, LEDGER).build()


def test_a_ledger_has_one_live_generation(engine: Engine) -> None:
    filled(Fed(engine))
    work = Rebuild(engine, LEDGER)
    made = work.build()
    with pytest.raises(IntegrityError), write_transaction(engine) as connection:
        generations.turn(connection, made, LIVE)
    with pytest.raises(Overtaken), write_transaction(engine) as connection:
        generations.turn(connection, replace(made, state=BUILDING), DROPPED)
    with write_transaction(engine) as connection:
        other = generations.begin(connection, "hcmc/2021", LIVE, ENGINE, "")
    assert other.number == 1


def test_what_was_there_before_generations_becomes_the_first_and_live(engine: Engine) -> None:
    config = runner._config(rooms.rooms_of("ranking"))
    with write_transaction(engine) as connection:
        config.attributes["connection"] = connection
        config.attributes["metadata"] = rooms.metadata_of("ranking")
        command.upgrade(config, "ranking_0002")
        for ledger, position in (("a/1", 5), ("a/1", 9), ("b/1", 3)):
            connection.execute(
                text("INSERT INTO ranking_standings VALUES (:ledger, :position, :digest, :body, 'then')"),
                {
                    "ledger": ledger,
                    "position": position,
                    "digest": f"d{position}",
                    "body": pack({"n": position}),
                },
            )
        connection.execute(
            text(
                "INSERT INTO ranking_publications VALUES"
                " ('a/1', 1, 'OFFICIAL', 5, 7, 'root', 'rules', '1', 'd', 0, 'then', :body)"
            ),
            {"body": pack({"n": 6})},
        )
    upgrade(engine, "ranking")
    with read_transaction(engine) as connection:
        rows = connection.execute(table.select().order_by(table.c.ledger)).all()
        assert [tuple(row) for row in rows] == [
            ("a/1", 1, LIVE, "1", "", "", 9, "d9"),
            ("b/1", 1, LIVE, "1", "", "", 3, "d3"),
        ]
        latest = newest(connection, "a/1")
        assert latest is not None
        assert (latest.position, latest.digest, latest.at, latest.generation) == (9, "d9", "then", 1)
        assert published_body(connection, "a/1", 1) == {"n": 6}
        (one,) = published(connection, "a/1")
        assert (one.version, one.stated_at, one.holds) == (1, 7, False)
