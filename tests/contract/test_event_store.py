"""What every event store promises, on SQLite and on PostgreSQL."""

from __future__ import annotations

import itertools
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, bindparam, func, insert, select, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from shared.clock import ClockSkewed
from shared.database import Prepared, engine_for, read_transaction, write_transaction
from shared.events import Draft, Event
from shared.events.signing import key_id, verify
from shared.migrations import upgrade
from shared.store import (
    EventRefused,
    EventStore,
    KeyReused,
    body_digest,
    command_id,
    receipts_body,
)
from shared.store.tables import events as events_table
from shared.store.tables import idempotency
from tests.support.storing import LEDGER, START, HandClock, run_command, score, signing_key, store_on
from tests.support.world import World

ROOT = Path(__file__).parents[2]
SOURCE = f"/scores/{LEDGER}"
ROW = [column.name for column in events_table.c]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database of each kind."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_database"
    address: str = request.getfixturevalue(name)
    made = engine_for(address)
    upgrade(made, "scores")
    made.dispose()
    return address


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    made = engine_for(url)
    yield made
    made.dispose()


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def store(engine: Engine, clock: HandClock) -> EventStore:
    return store_on(engine, clock=clock)


def stored(engine: Engine, ledger: str = LEDGER, source: str = SOURCE) -> list[Event]:
    """All events of a source by number, read past the store."""
    query = (
        select(events_table.c.value)
        .where(events_table.c.ledger == ledger, events_table.c.source == source)
        .order_by(events_table.c.sequence)
    )
    with read_transaction(engine) as connection:
        return [Event.parse(bytes(value)) for value in connection.scalars(query)]


def assert_gapless(found: list[Event]) -> None:
    """Numbers are 1..n for the source, and 1..m for each subject, and columns say what bytes say."""
    assert [event.sequence for event in found] == list(range(1, len(found) + 1))
    for subject in {event.subject for event in found}:
        numbers = [event.subjectsequence for event in found if event.subject == subject]
        assert numbers == list(range(1, len(numbers) + 1))
    times = [event.time for event in found]
    assert times == sorted(times)


def append(store: EventStore, *subjects: str, command: str = "c", ledger: str = LEDGER) -> list[Event]:
    with store.transaction(ledger) as tx:
        return tx.append([score(subject) for subject in subjects], command_id=command)


def writer(url: str, commands: int | str, name: str = "w") -> subprocess.Popen[str]:
    """A process of its own that is ready to write; see tests/support/storing.py."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.storing", url, LEDGER, str(commands), name],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def go(process: subprocess.Popen[str]) -> None:
    """Let a ready writer begin."""
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


# Numbers


def test_an_event_is_numbered_timed_and_signed(store: EventStore, engine: Engine) -> None:
    first, second = append(store, "QH-Q01", "QH-Q02", command="c1")
    assert (first.sequence, first.subjectsequence) == (1, 1)
    assert (second.sequence, second.subjectsequence) == (2, 1)
    assert first.source == SOURCE
    assert first.ledger == LEDGER
    assert first.time == "2020-11-09T02:00:00.000000Z"
    assert first.commandid == first.correlationid == "c1"
    assert first.id[14] == "7"  # the version of the UUID
    public = signing_key(LEDGER).public_key()
    assert first.keyid == key_id(public)
    assert verify(first.attributes, public)
    assert stored(engine) == [first, second]


def test_numbers_are_gapless_under_eight_threads(store: EventStore, engine: Engine) -> None:
    def work(worker: int) -> list[int]:
        return [
            number
            for turn in range(6)
            for number in run_command(store, LEDGER, f"{worker}-{turn}", ["QH-Q01", f"QH-Q{worker}"])
        ]

    with ThreadPoolExecutor(8) as pool:
        numbers = sorted(itertools.chain.from_iterable(pool.map(work, range(8))))
    assert numbers == list(range(1, 8 * 6 * 2 + 1))
    assert_gapless(stored(engine))
    assert len(stored(engine)) == len(numbers)


def test_numbers_are_gapless_under_three_processes(url: str, engine: Engine) -> None:
    writers = [writer(url, 60, name) for name in "abc"]
    for process in writers:
        go(process)
    for process in writers:
        process.communicate(timeout=120)
        assert process.returncode == 0
    found = stored(engine)
    assert len(found) == 3 * 60 * 3
    assert_gapless(found)


def test_a_command_that_fails_leaves_no_gap(store: EventStore, engine: Engine) -> None:
    append(store, "QH-Q01")
    with pytest.raises(InterruptedError):
        answer_once(store, b"{}", fails=True)
    append(store, "QH-Q02", "QH-Q01")
    found = stored(engine)
    assert len(found) == 3
    assert_gapless(found)


def test_two_appends_in_one_transaction_follow_each_other(store: EventStore, engine: Engine) -> None:
    with store.transaction(LEDGER) as tx:
        tx.append([score("QH-Q01")], command_id="c1")
        tx.append([score("QH-Q01"), score("QH-Q02")], command_id="c1")
        assert tx.append([], command_id="c1") == []
        assert tx.last_sequence == 3
    assert_gapless(stored(engine))


def test_a_batch_of_many_subjects_is_numbered(store: EventStore, engine: Engine) -> None:
    subjects = [f"QH-{number:04d}" for number in range(1100)]
    append(store, *subjects[:600])
    append(store, *subjects)
    found = stored(engine)
    assert len(found) == 1700
    assert_gapless(found)


def test_each_ledger_counts_for_itself(store: EventStore, engine: Engine) -> None:
    append(store, "QH-Q01")
    append(store, "QH-Q01", ledger="other/2020")
    append(store, "QH-Q01")
    assert_gapless(stored(engine))
    assert [event.sequence for event in stored(engine, "other/2020", "/scores/other/2020")] == [1]


_ledgers = itertools.count()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    commands=st.lists(
        st.tuples(
            st.integers(0, 1),  # which ledger
            st.lists(st.sampled_from(["A", "B", "C"]), max_size=4),
            st.booleans(),  # whether it commits
            st.booleans(),  # whether it reads its streams first
            st.integers(-5, 5),  # how the clock moves, in seconds
        ),
        max_size=8,
    )
)
def test_numbers_are_one_to_n_whatever_happens(
    engine: Engine, commands: list[tuple[int, list[str], bool, bool, int]]
) -> None:
    clock = HandClock()
    store = store_on(engine, clock=clock)
    run = next(_ledgers)
    expected = {f"org{run}-{which}/2020": 0 for which in (0, 1)}
    for number, (which, subjects, commits, reads, moves) in enumerate(commands):
        ledger = f"org{run}-{which}/2020"
        clock.moment += timedelta(seconds=moves)
        try:
            with store.transaction(ledger) as tx:
                for subject in subjects if reads else ():
                    tx.stream(subject)
                tx.append([score(subject) for subject in subjects], command_id=str(number))
                if not commits:
                    raise InterruptedError
            expected[ledger] += len(subjects)
        except InterruptedError:
            pass
    for ledger, count in expected.items():
        found = stored(engine, ledger, f"/scores/{ledger}")
        assert len(found) == count
        assert_gapless(found)


# Locks and crashes


def test_two_ledgers_do_not_wait_for_each_other_on_postgresql(postgres_database: str) -> None:
    engine = engine_for(postgres_database)
    upgrade(engine, "scores")
    store = store_on(engine)
    append(store, "QH-Q01")
    done = threading.Event()

    def same_ledger() -> None:
        append(store, "QH-Q01")
        done.set()

    with store.transaction(LEDGER) as tx:
        tx.append([score()], command_id="held open")
        append(store, "QH-Q01", ledger="other/2020")  # comes back: it did not wait
        waiting = threading.Thread(target=same_ledger)
        waiting.start()
        assert not done.wait(0.5)  # but the same ledger does
    waiting.join(30)
    assert done.is_set()
    assert_gapless(stored(engine))
    engine.dispose()


def test_a_writer_killed_in_mid_transaction_leaves_nothing(
    url: str, store: EventStore, engine: Engine
) -> None:
    append(store, "QH-Q01")
    process = writer(url, "hang")
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=30)
    assert len(stored(engine)) == 1
    append(store, "QH-Q01")
    assert_gapless(stored(engine))


def test_what_a_killed_writer_has_confirmed_is_there_and_nothing_is_half_there(
    url: str, store: EventStore, engine: Engine
) -> None:
    chance = random.Random(3)
    confirmed: list[int] = []
    for round_ in range(3):
        process = writer(url, 10_000, f"round{round_}")
        go(process)
        assert process.stdout is not None
        confirmed.append(int(process.stdout.readline()))
        time.sleep(chance.uniform(0.05, 0.4))
        os.kill(process.pid, signal.SIGKILL)
        rest, _ = process.communicate(timeout=30)
        confirmed += [int(line) for line in rest.splitlines(keepends=True) if line.endswith("\n")]
    append(store, "QH-Q01", "QH-Q02", "QH-Q01", command="last")
    found = stored(engine)
    assert_gapless(found)
    assert set(confirmed) <= {event.sequence for event in found}
    commands = [list(group) for _, group in itertools.groupby(found, key=lambda event: event.commandid)]
    assert all(len(facts) == 3 for facts in commands)
    with read_transaction(engine) as connection:
        answered = set(connection.scalars(select(idempotency.c.commandid)))
    assert answered == {facts[0].commandid for facts in commands} - {"last"}


def test_a_forked_child_writes_beside_its_parent(store: EventStore, engine: Engine) -> None:
    append(store, "QH-Q01")
    child = os.fork()
    if child == 0:
        try:
            append(store, "QH-Q01")
        except BaseException:
            os._exit(1)
        os._exit(0)
    for _ in range(5):
        append(store, "QH-Q01")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert len(stored(engine)) == 7
    assert_gapless(stored(engine))


# Time


def test_time_never_goes_back(store: EventStore, engine: Engine, clock: HandClock) -> None:
    append(store, "QH-Q01")
    clock.moment = START - timedelta(hours=1)
    with store.transaction(LEDGER) as tx:
        assert tx.now == START
        tx.append([score("QH-Q02")], command_id="c2")
    clock.moment = START + timedelta(hours=1)
    append(store, "QH-Q01")
    assert [event.time[11:16] for event in stored(engine)] == ["02:00", "02:00", "03:00"]


def test_an_occurrence_without_a_moment_gets_that_of_its_event(store: EventStore) -> None:
    data = dict(score().data)
    del data["occurred_at"]
    actor = data.pop("actor")
    with store.transaction(LEDGER) as tx:
        (event,) = tx.append(
            [Draft("score.recorded.v1", "QH-Q01", data)], command_id="c", common={"actor": actor}
        )
    assert event.data["occurred_at"] == event.time
    assert event.data["actor"] == actor


def test_nothing_is_signed_under_a_clock_that_is_off_by_more_than_thirty_seconds(
    postgres_database: str,
) -> None:
    engine = engine_for(postgres_database)
    upgrade(engine, "scores")

    def at(seconds: int) -> EventStore:
        return store_on(engine, real_time=lambda: datetime.now(UTC) + timedelta(seconds=seconds))

    append(at(25), "QH-Q01")
    append(at(-25), "QH-Q01")
    for seconds in (35, -35):
        with pytest.raises(ClockSkewed):
            append(at(seconds), "QH-Q01")
    assert len(stored(engine)) == 2
    engine.dispose()


# Idempotency


def answer_once(store: EventStore, body: bytes, *, fails: bool = False) -> bytes:
    """One command as the web runs it."""
    command = command_id("an", "/scores", "key-1")
    with store.transaction(LEDGER) as tx:
        before = tx.answered(command, body_digest(body))
        if before is not None:
            assert before.status == 201
            return before.answer
        events = tx.append([score("QH-Q01"), score("QH-Q02")], command_id=command)
        if fails:
            raise InterruptedError
        answer = receipts_body(event.value for event in events)
        tx.remember(
            command,
            principal="an",
            route="/scores",
            key="key-1",
            body_digest=body_digest(body),
            status=201,
            answer=answer,
        )
    return answer


def test_the_same_key_and_body_get_the_same_answer_and_add_nothing(store: EventStore, engine: Engine) -> None:
    answer = answer_once(store, b"{}")
    assert answer_once(store, b"{}") == answer
    assert [event.value for event in stored(engine)] == [
        orjson.dumps(receipt, option=orjson.OPT_SORT_KEYS) for receipt in orjson.loads(answer)["receipts"]
    ]


def test_the_same_key_with_another_body_is_refused(store: EventStore, engine: Engine) -> None:
    answer_once(store, b"{}")
    with pytest.raises(KeyReused):
        answer_once(store, b'{"a":1}')
    assert len(stored(engine)) == 2


def test_the_same_key_sent_eight_times_at_once_is_done_once(store: EventStore, engine: Engine) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(lambda _: answer_once(store, b"{}"), range(8)))
    assert len(answers) == 1
    assert len(stored(engine)) == 2


def test_a_refused_command_may_come_again_with_another_body(store: EventStore, engine: Engine) -> None:
    with pytest.raises(InterruptedError):
        answer_once(store, b"{}", fails=True)
    answer_once(store, b'{"a":1}')
    assert len(stored(engine)) == 2
    with pytest.raises(ValueError, match="refusal"), store.transaction(LEDGER) as tx:
        tx.remember("c", principal="an", route="/", key="k", body_digest="d", status=422, answer=b"{}")


def test_a_lost_answer_is_made_again_from_the_events(store: EventStore, engine: Engine) -> None:
    answer = answer_once(store, b"{}")
    with write_transaction(engine) as connection:
        connection.execute(idempotency.delete())
    assert store.rebuild_answers(LEDGER) == 1
    assert store.rebuild_answers(LEDGER) == 0
    assert answer_once(store, b"{}") == answer
    assert len(stored(engine)) == 2


def test_a_kept_answer_is_not_made_again(store: EventStore) -> None:
    answer_once(store, b"{}")
    assert store.rebuild_answers(LEDGER) == 0
    with pytest.raises(KeyReused):
        answer_once(store, b"other")


# Streams


def test_streams_hold_own_events_in_the_order_of_their_numbers(store: EventStore) -> None:
    with store.transaction(LEDGER) as tx:
        tx.append_signed(World().event("root", "ledger.opened.v1", "QH-Q01", {"any": "thing"}))
    append(store, *[f"QH-Q{number % 3}" for number in range(12)])
    with store.transaction(LEDGER) as tx:
        assert [event.sequence for event in tx.stream("QH-Q1")] == [2, 5, 8, 11]
        assert [event.sequence for event in tx.stream_of_types("score.recorded.v1")] == list(range(1, 13))
        assert tx.stream_of_types("score.withdrawn.v1") == []
        assert tx.stream("QH-Q01") == []


def test_one_own_event_is_found_by_its_number_and_anothers_is_not(store: EventStore) -> None:
    with store.transaction(LEDGER) as tx:
        tx.append_signed(World().event("root", "ledger.opened.v1", "QH-Q01", {"any": "thing"}))
    signed = append(store, "QH-Q01", "QH-Q02")
    with store.transaction(LEDGER) as tx:
        assert tx.numbered(2) == signed[1]
        assert [tx.numbered(number) for number in (0, 3, 2**53, 2**70)] == [None] * 4


def test_a_stream_is_exactly_what_was_signed(store: EventStore) -> None:
    signed = append(store, "QH-Q01")
    with store.transaction(LEDGER) as tx:
        (read,) = tx.stream("QH-Q01")
    assert read == signed[0]
    assert read.attributes == signed[0].attributes


# What must not be


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM events",
        "UPDATE events SET value = ''",
        "UPDATE events SET sequence = sequence + 10",
        "UPDATE events SET sent = sent, time = 'then'",
    ],
)
def test_an_event_is_never_deleted_or_changed(store: EventStore, engine: Engine, statement: str) -> None:
    signed = append(store, "QH-Q01")
    with pytest.raises(DatabaseError, match=r"never deleted or changed"), write_transaction(engine) as c:
        c.execute(text(statement))
    assert stored(engine) == signed


def test_an_event_is_not_deleted_by_replacing_or_truncating(store: EventStore, engine: Engine) -> None:
    signed = append(store, "QH-Q01")
    columns = "ledger, source, sequence, id, subject, subjectsequence, type, time, commandid, sent"
    statement = (
        "TRUNCATE events"
        if engine.dialect.name == "postgresql"
        else f"INSERT OR REPLACE INTO events ({columns}, value) SELECT {columns}, 'x' FROM events"
    )
    with pytest.raises(DatabaseError, match=r"never deleted or changed"), write_transaction(engine) as c:
        c.execute(text(statement))
    assert stored(engine) == signed


@pytest.mark.parametrize(
    "draft",
    [
        Draft("score.recorded.v1", "QH-Q01", {"criterion": "1.1"}),
        Draft("score.imagined.v1", "QH-Q01", {}),
        Draft("conclusion.signed.v1", "QH-Q01", {}),
    ],
)
def test_a_fact_that_readers_would_not_understand_is_not_signed(
    store: EventStore, engine: Engine, draft: Draft
) -> None:
    with pytest.raises(EventRefused), store.transaction(LEDGER) as tx:
        tx.append([score(), draft], command_id="c")
    assert stored(engine) == []


def test_reading_cannot_write_on_postgresql(postgres_database: str) -> None:
    engine = engine_for(postgres_database)
    upgrade(engine, "scores")
    with pytest.raises(DatabaseError, match="read-only"), read_transaction(engine) as connection:
        connection.execute(text("INSERT INTO counters VALUES ('hcmc/2020')"))
    with write_transaction(engine) as connection:  # the same pooled connection writes again
        connection.execute(text("INSERT INTO counters VALUES ('hcmc/2020')"))
    engine.dispose()


def test_a_reader_sees_one_snapshot_and_does_not_stop_a_writer(store: EventStore, engine: Engine) -> None:
    append(store, "QH-Q01")
    count = select(func.count()).select_from(events_table)
    with read_transaction(engine) as connection:
        assert connection.scalar(count) == 1
        append(store, "QH-Q01")
        assert connection.scalar(count) == 1


# Events that the root has signed, and own events that come back


def test_a_root_event_is_kept_verbatim_and_once(store: EventStore, engine: Engine) -> None:
    world = World()
    opened = world.opened()
    with store.transaction(LEDGER) as tx:
        assert tx.append_signed(opened)
        assert not tx.append_signed(opened)
    with store.transaction(LEDGER) as tx:
        assert not tx.append_signed(opened)
        assert tx.append_signed(world.opened())
    append(store, "QH-Q01")
    assert [event.sequence for event in stored(engine, source=f"/root/{LEDGER}")] == [1, 2]
    assert stored(engine, source=f"/root/{LEDGER}")[0].value == opened
    assert store.last_sequences(LEDGER) == {f"/root/{LEDGER}": 2, SOURCE: 1}


def test_a_root_event_out_of_place_is_refused(store: EventStore, engine: Engine) -> None:
    world = World()
    opened = world.opened()
    data = {"any": "thing"}
    wrong = {
        "ahead": world.event("root", "key.added.v1", "*", data, number=3),
        "other bytes": world.event("root", "key.added.v1", "*", data, number=1),
        "subject's number": world.event("root", "key.added.v1", "x", data, number=2),
        "own source": world.score(),
        "other ledger": World("other/2020").opened(),
    }
    with store.transaction(LEDGER) as tx:
        tx.append_signed(opened)
    for value in wrong.values():
        with pytest.raises(EventRefused), store.transaction(LEDGER) as tx:
            tx.append_signed(value)
    assert len(stored(engine, source=f"/root/{LEDGER}")) == 1
    assert stored(engine) == []


def test_a_restored_database_takes_its_own_events_back_from_the_ledger(
    store: EventStore, engine: Engine, sqlite_url: str
) -> None:
    append(store, "QH-Q01", "QH-Q02", command="c1")
    append(store, "QH-Q01", command="c2")
    values = [event.value for event in stored(engine)]
    fresh = engine_for(sqlite_url.replace("test.sqlite", "fresh.sqlite"))
    upgrade(fresh, "scores")
    other = store_on(fresh, clock=HandClock(START - timedelta(days=1)))
    with other.transaction(LEDGER) as tx:
        assert [tx.restore(value) for value in values] == [True, True, True]
        assert not tx.restore(values[0])
    assert other.unsent() == []
    assert other.rebuild_answers(LEDGER) == 2
    (event,) = append(other, "QH-Q01")
    assert (event.sequence, event.subjectsequence) == (4, 3)
    assert event.time == "2020-11-09T02:00:00.000000Z"
    fresh.dispose()


# The outbox


def test_unsent_rows_come_in_the_order_of_appending(store: EventStore) -> None:
    world = World()
    with store.transaction(LEDGER) as tx:
        tx.append_signed(world.opened())
    append(store, "QH-Q01", "QH-Q02")
    with store.transaction(LEDGER) as tx:
        tx.append_signed(world.event("root", "key.added.v1", "*", {"any": "thing"}))
    append(store, "QH-Q01")
    rows = store.unsent()
    root = f"/root/{LEDGER}"
    assert [(row.source, row.sequence) for row in rows] == [
        (root, 1),
        (SOURCE, 1),
        (SOURCE, 2),
        (root, 2),
        (SOURCE, 3),
    ]
    assert [row.ledger for row in rows] == [LEDGER] * 5
    assert Event.parse(rows[1].value).sequence == 1


def test_a_row_marked_as_sent_does_not_come_again(store: EventStore) -> None:
    append(store, *["QH-Q01"] * 5)
    first = store.unsent(2)
    assert [row.sequence for row in first] == [1, 2]
    store.mark_sent(first)
    assert [row.sequence for row in store.unsent()] == [3, 4, 5]
    store.mark_sent([])
    store.mark_sent(store.unsent())
    assert store.unsent() == []


def test_marks_are_set_to_what_the_topic_holds(store: EventStore) -> None:
    append(store, *["QH-Q01"] * 5)
    append(store, "QH-Q01", ledger="other/2020")
    store.mark_sent(store.unsent())
    assert store.resume_from(LEDGER, SOURCE, 3) == 2  # the broker lost two
    assert [(row.ledger, row.sequence) for row in store.unsent()] == [(LEDGER, 4), (LEDGER, 5)]
    assert store.resume_from(LEDGER, SOURCE, 4) == 0  # one of them has arrived unmarked
    assert [row.sequence for row in store.unsent()] == [5]
    assert store.resume_from(LEDGER, SOURCE, 0) == 4
    assert [row.sequence for row in store.unsent()] == [1, 2, 3, 4, 5]


def test_a_prepared_statement_answers_and_refuses_as_any_other(engine: Engine, store: EventStore) -> None:
    [event] = append(store, "QH-Q01")
    asked = Prepared(
        select(events_table.c.sequence, events_table.c.value, events_table.c.sent)
        .where(events_table.c.subject == bindparam("of_subject"))
        .limit(1)
    )
    again = Prepared(insert(events_table).inline(), [column for column in ROW if column != "appended"])
    with write_transaction(engine) as connection:
        [(sequence, value, sent)] = asked.rows(connection, {"of_subject": "QH-Q01"})
        assert (sequence, bytes(value), bool(sent)) == (1, event.value, False)
        assert asked.rows(connection, {"of_subject": "QH-Q02"}) == []
        row = connection.execute(select(events_table)).mappings().one()
    with pytest.raises(IntegrityError), write_transaction(engine) as connection:
        again.run(connection, dict(row))
    assert len(stored(engine)) == 1
