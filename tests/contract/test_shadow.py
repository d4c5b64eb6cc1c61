"""The shadow finds a difference wherever it came from, and clears it once all is equal; on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from sqlalchemy import text, update

from services.ranking.archiving import Archiver
from services.ranking.projections import StandingsProjection, pack, unpack
from services.ranking.shadow import alarms
from services.ranking.shadow.alarms import ARCHIVE, CLEARED, OPEN, TOUCHED, WHOLE, Alarm, Look
from services.ranking.shadow.readiness import shadow_check
from services.ranking.shadow.watch import AGAIN_SECONDS, EVERY_SECONDS, Shadow
from services.ranking.tables import standings
from shared.archive import Archive
from shared.archive.segment import ROWS
from shared.database import engine_for, read_transaction, write_transaction
from shared.ledger import tables
from shared.ledger.merkle import leaf_hash
from shared.ledger.projector import Projector
from tests.support.shown import LEDGER, Fed, demo_rulebook, demo_units

UNIT, OTHER, SOLDIER = "QH-Q01", "QH-Q03", "LLVT-CATP"
UNITS = [unit for unit in demo_units() if unit["unit"] in (UNIT, OTHER, SOLDIER)]


class Watched:
    """A fed ledger, its archive, and a shadow whose clock stands until it is moved."""

    def __init__(self, url: str, folder: Path) -> None:
        self.fed = Fed(engine_for(url)).open().adopt(demo_rulebook()).register(UNITS)
        self.fed.fill(units=UNITS)
        self.fed.feed()
        self.engine = self.fed.engine
        self.archive = Archive(folder, size=16)
        Archiver(self.engine, self.archive).step()
        self.clock = 0.0
        self.shadow = self.another()

    def another(self) -> Shadow:
        """A shadow as another process would have it."""
        return Shadow(self.engine, self.archive, monotonic=lambda: self.clock)

    def score(self, unit: str, value: str) -> None:
        """One more batch, of one score."""
        self.fed.score(unit, "1.2", value)
        self.fed.feed()

    def settle(self) -> None:
        """Compare until nothing is left to compare."""
        while self.shadow.step():
            pass

    def later(self, seconds: float = EVERY_SECONDS) -> None:
        """Time passes, and what is due is compared."""
        self.clock += seconds
        self.settle()

    def alarms(self, state: str | None = None) -> list[Alarm]:
        with read_transaction(self.engine) as connection:
            return [one for one in alarms.all_alarms(connection, LEDGER) if state in (None, one.state)]

    def looks(self) -> dict[str, Look]:
        with read_transaction(self.engine) as connection:
            return {one.kind: one for one in alarms.looks(connection, LEDGER)}

    def alter_body(self, altered: Callable[[bytes], bytes]) -> bytes:
        """Alter the newest stored body; what it was."""
        here = (standings.c.ledger == LEDGER) & (standings.c.position == self.fed.size)
        with write_transaction(self.engine) as connection:
            before: bytes = connection.execute(standings.select().where(here)).one().body
            connection.execute(update(standings).where(here).values(body=altered(before)))
        return before

    def alter_ledger(self, position: int, **values: bytes) -> dict[str, bytes]:
        """Alter a row of the ledger table behind the back of what guards it; what it was."""
        here = (tables.ledger.c.ledger == LEDGER) & (tables.ledger.c.position == position)
        with write_transaction(self.engine) as connection:
            if self.engine.dialect.name == "postgresql":
                connection.execute(text("ALTER TABLE ledger DISABLE TRIGGER ALL"))
            else:
                found = connection.execute(
                    text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'ledger'")
                )
                for name in list(found.scalars()):
                    connection.execute(text(f"DROP TRIGGER {name}"))
            row = connection.execute(tables.ledger.select().where(here)).one()
            connection.execute(update(tables.ledger).where(here).values(**values))
        return {"value": row.value, "leaf": row.leaf}

    def position_of(self, unit: str) -> int:
        """The position of the unit's newest event."""
        query = tables.ledger.select().where(tables.ledger.c.subject == unit)
        with read_transaction(self.engine) as connection:
            return max(int(row.position) for row in connection.execute(query))


@pytest.fixture(params=["sqlite", "postgresql"])
def watched(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Watched]:
    name = "sqlite_url" if request.param == "sqlite" else "postgres_database"
    made = Watched(request.getfixturevalue(name), tmp_path / "archive")
    made.settle()
    assert made.alarms() == []
    yield made
    made.engine.dispose()


def with_total(blob: bytes) -> bytes:
    body = unpack(blob)
    row = next(row for area in body["areas"] for row in area["rows"] if row["unit"] == UNIT)
    row["total"] = "99.75"
    return pack(body)


def test_after_a_batch_its_units_are_compared_and_hourly_the_whole(watched: Watched) -> None:
    begun = watched.fed.size
    assert {kind: one.position for kind, one in watched.looks().items()} == {WHOLE: begun, ARCHIVE: begun}
    for value in ("1", "2"):
        watched.score(UNIT, value)  # nobody looks in between: the next comparison is of both
    watched.settle()
    looks = watched.looks()
    assert (looks[TOUCHED].position, looks[WHOLE].position) == (begun + 2, begun)
    watched.later()
    looks = watched.looks()
    assert looks[WHOLE].position == looks[ARCHIVE].position == begun + 2
    assert looks[WHOLE].digest == looks[TOUCHED].digest
    assert all(one.equal for one in looks.values())
    assert watched.alarms() == []


def test_an_altered_body_is_found_and_cleared_by_the_next_whole_that_is_equal(watched: Watched) -> None:
    watched.score(UNIT, "1")
    watched.alter_body(with_total)
    watched.settle()
    touched, whole = watched.alarms()
    assert (touched.kind, whole.kind) == (TOUCHED, WHOLE)
    assert touched.position == whole.position == watched.fed.size
    assert (touched.areas, touched.unit, touched.field, touched.had) == ("QH", UNIT, "total", "99.75")
    assert touched.expected == whole.expected != whole.found
    assert f"{UNIT}: total" in touched.words[1]
    assert not shadow_check(watched.engine)().ok

    watched.score(OTHER, "1")  # the next body is right, but only the whole may clear
    watched.settle()
    assert len(watched.alarms(OPEN)) == 2
    watched.later(AGAIN_SECONDS)
    assert watched.alarms(OPEN) == []
    assert [(one.state, one.cleared_position) for one in watched.alarms()] == [
        (CLEARED, watched.fed.size)
    ] * 2
    assert shadow_check(watched.engine)().ok


@pytest.mark.parametrize(
    ("altered", "field"),
    [(lambda blob: blob[:-4], "body"), (lambda blob: pack({**unpack(blob), "status": "adopted"}), "status")],
)
def test_a_body_that_nobody_touched_is_found_by_the_hour(
    watched: Watched, altered: Callable[[bytes], bytes], field: str
) -> None:
    before = watched.alter_body(altered)
    watched.settle()
    assert watched.alarms() == []
    watched.later()
    assert [(one.kind, one.field, one.areas) for one in watched.alarms(OPEN)] == [(WHOLE, field, "")]
    watched.alter_body(lambda blob: before)
    watched.later(AGAIN_SECONDS)
    assert watched.alarms(OPEN) == []


def test_a_digest_beside_the_right_body_is_found(watched: Watched) -> None:
    with write_transaction(watched.engine) as connection:
        connection.execute(update(standings).values(digest=f"sha256:{'0' * 64}"))
    watched.settle()  # the newest standings are others now: the whole is not due, but they are looked at
    assert {(one.kind, one.field) for one in watched.alarms(OPEN)} == {(TOUCHED, "digest"), (WHOLE, "digest")}


def test_a_fact_that_the_columns_dropped_is_found(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    def relevant(columns: Any, position: int, context: Any, areas: Any) -> pl.DataFrame:
        dropped = [number for number, cell in enumerate(columns.cells) if cell[0] == UNIT]
        rows: pl.DataFrame = columns.scores_before(position)
        return rows.filter(~pl.col("cell").is_in(dropped))

    with monkeypatch.context() as patched:
        patched.setattr("services.ranking.columns.folding.relevant", relevant)
        watched.fed._projector = Projector(watched.engine, [StandingsProjection()])
        watched.score(UNIT, "1")
    watched.settle()
    found = watched.alarms(OPEN)
    assert {one.kind for one in found} == {TOUCHED, WHOLE}
    assert {one.unit for one in found} == {UNIT}
    # A worker that starts again reads again, and what it stores is right.
    watched.fed._projector = Projector(watched.engine, [StandingsProjection()])
    watched.score(UNIT, "2")
    watched.later(AGAIN_SECONDS)
    assert watched.alarms(OPEN) == []


def test_an_altered_file_of_the_archive_is_found(watched: Watched) -> None:
    path = watched.archive._place(LEDGER, 16) / ROWS
    before = path.read_bytes()
    path.write_bytes(before[:-3] + b"...")
    watched.later()
    (found,) = watched.alarms(OPEN)
    assert (found.kind, found.field) == (ARCHIVE, "archive")
    assert str(path) in found.had
    assert str(path) not in "".join(found.words)
    assert watched.looks()[WHOLE].equal
    path.write_bytes(before)
    watched.later(AGAIN_SECONDS)
    assert [one.state for one in watched.alarms()] == [CLEARED]


def test_an_archive_of_other_events_is_found(watched: Watched, tmp_path: Path) -> None:
    with read_transaction(watched.engine) as connection:
        values = [bytes(row.value) for row in connection.execute(tables.ledger.select().limit(16))]
    watched.archive = Archive(tmp_path / "other", size=16)
    watched.archive.append(LEDGER, None, values[::-1], {})
    watched.shadow = watched.another()
    watched.settle()
    (found,) = watched.alarms(OPEN)
    assert (found.kind, found.had.endswith("@16")) == (ARCHIVE, True)


def test_altered_bytes_of_an_event_are_found_where_its_unit_is_touched(watched: Watched) -> None:
    position = watched.position_of(OTHER)
    before = watched.alter_ledger(position, value=b'{"type":"score.recorded.v1"}')
    watched.score(UNIT, "1")
    watched.settle()
    assert watched.alarms() == []  # the unit's own events alone are read
    watched.score(OTHER, "1")
    watched.settle()
    assert [(one.kind, one.field) for one in watched.alarms(OPEN)] == [(TOUCHED, "bytes"), (WHOLE, "bytes")]
    assert watched.alarms(OPEN)[0].wanted.endswith(f"@{position}")
    watched.alter_ledger(position, **before)
    watched.later(AGAIN_SECONDS)
    assert watched.alarms(OPEN) == []


def test_bytes_altered_together_with_their_leaf_are_found_by_the_tree(watched: Watched) -> None:
    value = b'{"type":"nothing"}'
    position = watched.position_of(OTHER)
    before = watched.alter_ledger(position, value=value, leaf=leaf_hash(value))
    watched.later()
    assert [one.kind for one in watched.alarms(OPEN)] == [WHOLE]
    watched.alter_ledger(position, **before)
    watched.later(AGAIN_SECONDS)
    assert watched.alarms(OPEN) == []


def test_two_workers_tell_a_difference_once_and_either_clears_it(watched: Watched) -> None:
    both = (watched.shadow, watched.another())
    watched.score(UNIT, "1")
    watched.alter_body(with_total)
    failed: list[BaseException] = []

    def work(shadow: Shadow) -> None:
        try:
            while shadow.step():
                pass
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(shadow,)) for shadow in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert sorted(one.kind for one in watched.alarms(OPEN)) == [TOUCHED, WHOLE]
    watched.score(UNIT, "2")
    watched.clock += AGAIN_SECONDS
    assert both[1].step()
    assert watched.alarms(OPEN) == []
    watched.settle()
    assert len(watched.alarms()) == 2


def test_no_comparison_clears_an_alarm_that_was_raised_while_it_was_made(watched: Watched) -> None:
    watched.score(UNIT, "1")
    watched.alter_body(with_total)
    watched.settle()
    with read_transaction(watched.engine) as connection:
        known = alarms.last_number(connection, LEDGER)
    with write_transaction(watched.engine) as connection:
        assert alarms.clear(connection, LEDGER, (TOUCHED, WHOLE), watched.fed.size, known - 1, "now") == 1
        assert alarms.clear(connection, LEDGER, (TOUCHED, WHOLE), watched.fed.size - 1, known, "now") == 0
    assert [one.kind for one in watched.alarms(OPEN)] == [WHOLE]
