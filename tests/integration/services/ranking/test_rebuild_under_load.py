"""Readers see one generation or the other, never both and never an earlier position, while a read model is
built beside the live one, takes its place and gives it back; on SQLite and PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
from sqlalchemy import Engine

from services.ranking.desk import pinned_body, shown_at, view
from services.ranking.engine import ENGINE, digest
from services.ranking.rebuilding import Rebuild
from shared.database import engine_for
from tests.support.generations import OLD, digests, filled, run_old_engine
from tests.support.ranking_site import BASE, Site
from tests.support.shown import LEDGER, Fed

READERS = 3
FRAME = ("position", "time", "digest", "root", "board", "simulated_clock", "partial")


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A fresh, empty database of each kind."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_database"
    made = engine_for(request.getfixturevalue(name))
    yield made
    made.dispose()


class Readers:
    """Threads that read the standings over and over."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._stop = threading.Event()
        self._answers: Queue[tuple[int, Any]] = Queue()
        self._threads = [threading.Thread(target=self._read, args=(number,)) for number in range(READERS)]
        self.read: list[list[Any]] = [[] for _ in self._threads]

    def __enter__(self) -> Readers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *about: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def wait(self) -> None:
        """Until every reader has asked, and got an answer, after this call began."""
        while not self._answers.empty():
            self._take()
        counts = [len(read) for read in self.read]
        # The first answer may be to a question from before.
        while any(len(read) < count + 2 for read, count in zip(self.read, counts, strict=True)):
            self._take()

    def _take(self) -> None:
        number, answer = self._answers.get(timeout=60)
        assert answer.status_code == 200, answer.text
        self.read[number].append(answer)

    def _read(self, number: int) -> None:
        while not self._stop.is_set():
            self._answers.put((number, self._site.get("standings", "office")))


class Feeding:
    """A thread that states scores and projects them, one after the other."""

    def __init__(self, fed: Fed) -> None:
        self._fed = fed
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._feed)
        self.failed: list[Exception] = []

    def __enter__(self) -> Feeding:
        self._thread.start()
        return self

    def __exit__(self, *about: object) -> None:
        self._stop.set()
        self._thread.join()

    def _feed(self) -> None:
        count = 0
        while not self._stop.is_set():
            count += 1
            self._fed.score("QH-Q01", "1.2", str(count % 7))
            try:
                self._fed.feed()
            except Exception as error:
                self.failed.append(error)
                return


def test_no_answer_goes_back_or_mixes_two_generations(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_old_engine(monkeypatch)
    site = Site(tmp_path, engine=engine)
    filled(site.fed, old=True)
    site.start()
    work = Rebuild(engine, LEDGER, batch=2)
    with Readers(site) as readers, Feeding(site.fed) as feeding:
        readers.wait()
        made = work.build()
        readers.wait()
        work.switch(made)
        readers.wait()
        work.switch(work.kept())
        readers.wait()
        work.switch(work.kept())
        readers.wait()
    assert not feeding.failed
    says = {OLD: digests(engine, 1), ENGINE: digests(engine, 2)}
    for answers in readers.read:
        places = [answer.json["position"] for answer in answers]
        assert places == sorted(places)
        assert [name for name, _ in groupby(answer.json["engine"] for answer in answers)] == [OLD, ENGINE] * 2
        for answer in answers:
            told = answer.json
            body = {name: value for name, value in told.items() if name not in FRAME}
            assert answer.headers["Standings-Digest"] == told["digest"] == digest(body)
            assert says[told["engine"]][told["position"]] == told["digest"]
            classes = {row["class"] for area in told["areas"] for row in area["rows"]}
            assert (classes == {"bygone"}) == (told["engine"] == OLD)
    assert len({one.json["position"] for answers in readers.read for one in answers}) > 5


def test_a_request_keeps_to_the_generation_that_it_began_with(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_old_engine(monkeypatch)
    site = Site(tmp_path, engine=engine)
    filled(site.fed, old=True)
    site.start()
    work = Rebuild(engine, LEDGER)
    with site.app.test_request_context(f"{BASE}/standings", headers=site.token("office")):
        before = view(*LEDGER.split("/"))
        work.switch(work.build())
        after = view(*LEDGER.split("/"))
        assert [shown_at(seen, None).body["engine"] for seen in (before, after)] == [OLD, ENGINE]
        assert before.size == after.size
        assert shown_at(before, None, anew=True) == shown_at(after, None)
        pinned = pinned_body(before, 1)
        work.drop()
        assert pinned_body(before, 1) == pinned == pinned_body(after, 1)  # computed again where it is gone
