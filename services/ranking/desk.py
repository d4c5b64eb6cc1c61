"""What every reader's route needs: who asks, what he may see, and the standings at the position he means."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, cast

from flask import current_app
from sqlalchemy import Engine, select

from services.ranking import positions, visibility
from services.ranking.book import Book, Books
from services.ranking.engine import State
from services.ranking.generations import LIVE
from services.ranking.history import Histories, History, PositionAhead, Shown
from services.ranking.projections import (
    Newest,
    Publication,
    digest_at,
    newest,
    published,
    published_body,
    standings_at,
)
from services.ranking.shadow.comparing import Passed
from services.ranking.stream import Hub, News
from services.ranking.tables import generations
from shared.access import Audience
from shared.archive import Archive
from shared.database import read_transaction
from shared.events.envelope import instant, source_of
from shared.web.problems import Problem
from shared.web.runtime import Reader, reader, runtime

EXTENSION = "bangvang.ranking"
WAIT_SECONDS = 10.0
FREEZE = "freeze:"

_AFTER = re.compile(r"(scores|inspections|ranking|notify|root):([1-9]\d{0,11})", re.ASCII)
_NUMBER = re.compile(r"0|[1-9]\d{0,14}", re.ASCII)


class Desk:
    """What a web process of ranking keeps between requests: histories, books, the news hub."""

    def __init__(self, engine: Engine, archive: Archive | None = None) -> None:
        self.engine = engine
        self.histories = Histories(engine, archive)
        self.books = Books()
        self.hub = Hub(self._look)
        self.archive = archive
        self.shadows: dict[str, Passed] = {}
        """By ledger: the last whole comparison that the gate made."""

    def _look(self) -> dict[str, News]:
        query = select(generations.c.ledger, generations.c.position, generations.c.digest).where(
            generations.c.state == LIVE, generations.c.position > 0
        )
        with read_transaction(self.engine) as connection:
            return {row.ledger: News(row.position, row.digest) for row in connection.execute(query)}


def desk() -> Desk:
    """The desk of the running app."""
    return cast(Desk, current_app.extensions[EXTENSION])


@dataclass(frozen=True, slots=True)
class View:
    """One reader's view of one ledger.

    ``latest``: where the standings have got to, and the generation of the read model that says so; all that
    a request reads of the read model is of that generation, whatever becomes live in between.  None: empty.
    """

    reader: Reader
    ledger: str
    latest: Newest | None
    history: History
    book: Book
    state: State
    policy: str
    audience: Audience
    publications: tuple[Publication, ...]

    @property
    def size(self) -> int:
        """How far the standings have got; readers see no position beyond it."""
        return 0 if self.latest is None else self.latest.position

    @property
    def open_to_all(self) -> bool:
        """Whether the rulebook's policy lets everybody see unpublished standings."""
        return self.policy == "public"

    def is_published(self, position: int) -> bool:
        """Whether a publication pinned exactly this position."""
        return self._pinned(position) is not None

    def may_see(self, position: int) -> bool:
        """Whether anything of the standings at ``position`` is this reader's to see."""
        return not self.audience.published_only or self.is_published(position)

    def _pinned(self, position: int) -> Publication | None:
        return next((one for one in self.publications if one.position == position and one.holds), None)

    def publication_of(self, shown: Shown) -> Publication | None:
        """The publication of exactly these standings: pinned here, or stated before and still the same."""
        before = self.before(shown.position)
        if before is not None and before.digest == shown.digest:
            return before
        return self._pinned(shown.position)

    def audience_at(self, position: int) -> Audience:
        """What the reader sees at ``position``: all of it where a publication pinned it."""
        return Audience(everything=True) if self.is_published(position) else self.audience

    def body(self, shown: Shown, state: State) -> dict[str, Any]:
        """The body at ``shown``, cut down to this reader."""
        return visibility.for_audience(
            shown.body, state, self.audience_at(shown.position), partial(self._team, shown.position)
        )

    def _team(self, position: int, unit: str) -> str | None:
        return self.book.team_of(unit, position)

    def sees_event(self, type_: str, subject: str) -> bool:
        """Whether the reader may read what an event says."""
        return visibility.sees_event(self.audience, type_, subject, partial(self._team, self.size))

    def default_position(self) -> int:
        """What this reader gets when he names no position: the newest he may see.

        Raises a 403 problem when nothing is his to see.
        """
        if not self.audience.published_only:
            return self.size
        if self.publications:
            return self.publications[-1].position
        raise Problem("not-public")

    def sees_row(self, unit: str) -> bool:
        """Whether the newest row of ``unit`` is this reader's to see whole."""
        return self.audience.sees_row(unit, self._team(self.size, unit))

    def number(self, asked: int | Moment | None) -> int:
        """The position that was asked for; when none was, the newest this reader may see."""
        if isinstance(asked, Moment):
            return asked.position
        return self.default_position() if asked is None else asked

    def before(self, position: int) -> Publication | None:
        """The newest publication stated within the first ``position`` events."""
        return next((one for one in reversed(self.publications) if one.stated_at <= position), None)


def view(org: str, cycle: str) -> View:
    """The view of whoever sends the running request.  Raises 401 and 404 problems."""
    who = reader(org, cycle)
    ledger = who.ledger.ledger
    here = desk()
    with read_transaction(here.engine) as connection:
        latest = newest(connection, ledger)
        size = 0 if latest is None else latest.position
        book = here.books.of(ledger)
        book.refresh(connection, size)
        versions = () if latest is None else published(connection, ledger, latest.generation)
    history = here.histories.of(ledger)
    state = history.state_at(size)
    policy = visibility.policy(state)
    return View(who, ledger, latest, history, book, state, policy, who.audience(policy), versions)


@dataclass(frozen=True, slots=True)
class Moment:
    """A position that was asked for as a time or by its name, and so has to be redirected to."""

    position: int


def asked_position(seen: View, text: str | None) -> int | Moment | None:
    """The position in ``?at=``: a number, or a :class:`Moment` for an instant or a ``freeze:NAME``.

    None when absent.  Raises 422 problems for what is neither, or lies ahead; 404 for an unknown name.
    """
    if text is None or text == "":
        return None
    if text.startswith(FREEZE):
        name = text.removeprefix(FREEZE)
        for freeze in seen.state.freezes:
            if freeze.name == name:
                return Moment(freeze.at)
        raise Problem("unknown-freeze")
    if _NUMBER.fullmatch(text):
        position = int(text)
        if position > seen.size:
            raise Problem(
                "position-ahead",
                f"Sổ cái mới đến vị trí {seen.size}; không có vị trí {position}.",
                f"The ledger has reached position {seen.size}; there is no position {position}.",
                extra={"size": seen.size},
            )
        return position
    try:
        # In a query, "+" of an offset arrives as a space.
        moment = datetime.fromisoformat(text.replace(" ", "+"))
        if moment.tzinfo is None:
            raise Problem("bad-position")
        moment = moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:  # no time, or one that UTC puts outside the years 1 to 9999
        raise Problem("bad-position") from error
    if moment > runtime().clock.now(seen.ledger):
        raise Problem("time-ahead")
    return Moment(min(seen.history.position_at(instant(moment)), seen.size))


def shown_at(seen: View, position: int | None, *, anew: bool = False) -> Shown:
    """The standings at ``position`` (None: the newest for this reader), as the read model has them.

    They are computed where it stores none there, and with ``anew`` in any case.  Raises 403, 422 problems.
    """
    wanted = seen.default_position() if position is None else position
    if not seen.may_see(wanted):
        raise Problem("not-public")
    try:
        shown = seen.history.at(wanted)
    except PositionAhead as error:
        raise Problem("position-ahead", extra={"size": error.size}) from error
    if anew or seen.latest is None or (wanted, shown.digest) == (seen.latest.position, seen.latest.digest):
        return shown
    generation = seen.latest.generation
    with read_transaction(desk().engine) as connection:
        if digest_at(connection, seen.ledger, wanted, generation) in (None, shown.digest):
            return shown
        stored = standings_at(connection, seen.ledger, wanted, generation)
    return shown if stored is None else replace(shown, result=stored)


def state_at(seen: View, position: int) -> State:
    """The fold at ``position``."""
    return seen.state if position == seen.size else seen.history.state_at(position)


def wait_for(ledger: str, after: str, seconds: float = WAIT_SECONDS) -> None:
    """Wait until the number ``after`` (``scores:57``) is in the standings: read your own writes.

    Raises a 503 problem after ``seconds``, and 422 for what is no such number.
    """
    found = _AFTER.fullmatch(after)
    if found is None:
        raise Problem(
            "bad-request",
            "after có dạng nguồn:số, ví dụ scores:57.",
            "after has the form source:number, such as scores:57.",
            status=422,
        )
    source, sequence = source_of(found.group(1), ledger), int(found.group(2))
    deadline = time.monotonic() + seconds
    while True:
        with read_transaction(desk().engine) as connection:
            position = positions.position_of_sequence(connection, ledger, source, sequence)
            latest = newest(connection, ledger) if position is not None else None
        if position is not None and latest is not None and latest.position > position:
            return
        if time.monotonic() > deadline:
            raise Problem("not-yet-visible", headers={"Retry-After": "2"})
        time.sleep(0.05)


def pinned_body(seen: View, version: int) -> tuple[Publication, Mapping[str, Any]]:
    """A published version and its body.

    Raises a 404 problem, and a 503 one where the generation that the request began with is gone and nothing
    else gives the same body.
    """
    publication = next((one for one in seen.publications if one.version == version), None)
    if publication is None or seen.latest is None:
        raise Problem("unknown-version")
    with read_transaction(desk().engine) as connection:
        body = published_body(connection, seen.ledger, version, seen.latest.generation)
    if body is not None:
        return publication, body
    shown = seen.history.at(publication.position)
    if shown.digest != publication.digest:
        raise Problem("not-yet-visible", headers={"Retry-After": "2"})
    return publication, shown.body


def superseded_by(seen: View, publication: Publication) -> int | None:
    """The version that took the place of ``publication``, or None: it is the newest."""
    return next((one.version for one in seen.publications if one.version > publication.version), None)
