"""The directory: who was allowed when, as known when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine

from shared.access.directory import (
    Directory,
    first_admins,
    grants_of,
    known_grants,
    known_ledgers,
    people,
    settings_of,
)
from shared.access.tables import metadata
from shared.database import engine_for, write_transaction
from shared.events import Event
from tests.support.world import ACTOR, TIME, World

LEDGER = "hcmc/2020"


@dataclass(frozen=True)
class Row:
    position: int
    value: bytes

    @property
    def type(self) -> str:
        return Event.parse(self.value).type


class Book:
    """A directory fed with events, one position each."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.world = World()
        self.size = 0
        self.directory = Directory()

    def feed(self, value: bytes) -> int:
        position, self.size = self.size, self.size + 1
        with write_transaction(self.engine) as connection:
            self.directory.apply(connection, LEDGER, [Row(position, value)])
        return position

    def give(self, grant: str, role: str, scope: str, start: str, until: str | None = None) -> int:
        data = {"occurred_at": TIME, "actor": ACTOR, "grant": grant, "sub": "binh", "role": role}
        data |= {"scope": scope, "from": instant(start)} | ({"until": instant(until)} if until else {})
        return self.feed(self.world.event("scores", "grant.given.v1", f"grant:{grant}", data))

    def end(self, grant: str, until: str) -> int:
        data = {"occurred_at": TIME, "actor": ACTOR, "grant": grant, "until": instant(until), "reason": "x"}
        return self.feed(self.world.event("scores", "grant.ended.v1", f"grant:{grant}", data))

    def form(self, team: str, *members: tuple[str, str], time: str = TIME) -> int:
        data: dict[str, Any] = {
            "occurred_at": TIME,
            "actor": ACTOR,
            "team": team,
            "members": [
                {"person": sub, "role": role, "name": f"Trần {sub}", "department": "BTC"}
                for sub, role in members
            ],
        }
        return self.feed(self.world.event("inspections", "team.formed.v1", f"team:{team}", data, time=time))

    def hats(self, sub: str, at: str, position: int | None = None) -> list[str]:
        with self.engine.connect() as connection:
            return [grant.hat for grant in grants_of(connection, LEDGER, sub, day(at), position)]


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def instant(text: str) -> str:
    return f"{text}T00:00:00.000000Z"


@pytest.fixture
def book(sqlite_url: str) -> Iterator[Book]:
    engine = engine_for(sqlite_url)
    metadata.create_all(engine)
    made = Book(engine)
    made.feed(made.world.opened())
    yield made
    engine.dispose()


def test_the_opening_gives_settings_and_first_administrators_whatever_the_clock_says(book: Book) -> None:
    with book.engine.connect() as connection:
        settings = settings_of(connection, LEDGER)
        assert settings_of(connection, "hcmc/2021") is None
        assert known_ledgers(connection) == (settings,)
    assert settings is not None
    assert (settings.org, settings.cycle, settings.simulated) == ("hcmc", "2020", True)
    assert book.hats("an", "1999-01-01") == ["admin@ledger"]


def test_a_grant_holds_from_its_start_to_before_its_end(book: Book) -> None:
    book.give("g1", "department", "department:BTG", "2020-11-01", "2020-12-01")
    assert book.hats("binh", "2020-10-31") == []
    assert book.hats("binh", "2020-11-01") == ["department@department:BTG"]
    assert book.hats("binh", "2020-11-30") == ["department@department:BTG"]
    assert book.hats("binh", "2020-12-01") == []


def test_an_ended_grant_still_answers_who_was_allowed_then(book: Book) -> None:
    book.give("g1", "office", "ledger", "2020-11-01")
    ended = book.end("g1", "2020-11-15")
    assert book.hats("binh", "2020-11-14") == ["office@ledger"]
    assert book.hats("binh", "2020-11-15") == []
    assert book.hats("binh", "2020-11-20", position=ended) == ["office@ledger"]
    assert book.hats("binh", "2020-11-20", position=ended + 1) == []


def test_an_end_never_lengthens_a_grant(book: Book) -> None:
    book.give("g1", "office", "ledger", "2020-11-01", "2020-11-10")
    book.end("g1", "2020-12-31")
    assert book.hats("binh", "2020-11-11") == []


def test_as_known_before_its_position_a_grant_does_not_exist(book: Book) -> None:
    given = book.give("g1", "office", "ledger", "2020-11-01")
    assert book.hats("binh", "2020-11-02", position=given) == []
    assert book.hats("binh", "2020-11-02", position=given + 1) == ["office@ledger"]


def test_a_team_gives_its_people_their_roles(book: Book) -> None:
    book.form("DKT-1", ("l", "leader"), ("d", "deputy"), ("s", "secretary"), ("m", "member"))
    at = "2020-11-10"
    assert book.hats("l", at) == ["team_leader@team:DKT-1"]
    assert book.hats("s", at) == ["team_secretary@team:DKT-1"]
    assert book.hats("d", at) == book.hats("m", at) == ["team_member@team:DKT-1"]


def test_a_team_formed_anew_replaces_its_members_and_no_other_team(book: Book) -> None:
    book.form("DKT-1", ("l", "leader"))
    book.form("DKT-2", ("k", "leader"))
    again = book.form("DKT-1", ("n", "leader"), time="2020-11-20T00:00:00.000000Z")
    assert book.hats("l", "2020-11-19") == ["team_leader@team:DKT-1"]
    assert book.hats("l", "2020-11-20") == []
    assert book.hats("l", "2020-11-20", position=again) == ["team_leader@team:DKT-1"]
    assert book.hats("n", "2020-11-20") == ["team_leader@team:DKT-1"]
    assert book.hats("k", "2020-11-20") == ["team_leader@team:DKT-2"]


def test_an_event_that_is_not_interpreted_gives_nothing(book: Book) -> None:
    foreign = {"occurred_at": TIME, "actor": ACTOR, "grant": "g9", "sub": "binh", "role": "admin"}
    foreign |= {"scope": "ledger", "from": instant("2020-01-01")}
    book.feed(book.world.event("inspections", "grant.given.v1", "grant:g9", foreign))
    book.feed(book.world.event("scores", "grant.given.v1", "grant:g8", foreign | {"scope": None}))
    assert book.hats("binh", "2020-11-10") == []


def test_a_second_opening_changes_nothing(book: Book) -> None:
    book.feed(book.world.opened(name="Khác", admins=["mallory"]))
    assert book.hats("mallory", "2020-11-10") == []


def test_people_are_listed_with_their_names_and_hats(book: Book) -> None:
    book.give("g1", "office", "ledger", "2020-11-01")
    book.form("DKT-1", ("binh", "leader"))
    with book.engine.connect() as connection:
        listed = people(connection, LEDGER, day("2020-11-10"))
    assert [(person.sub, person.name) for person in listed] == [("an", ""), ("binh", "Trần binh")]
    assert [grant.role for grant in listed[1].grants] == ["office", "team_leader"]


def test_a_reset_forgets_one_ledger(book: Book) -> None:
    with write_transaction(book.engine) as connection:
        book.directory.reset(connection, LEDGER)
    assert book.hats("an", "2020-11-10") == []


def test_every_grant_that_was_ever_given_is_known_with_its_positions(book: Book) -> None:
    given = book.give("g1", "office", "ledger", "2020-11-01", "2020-12-31")
    ended = book.end("g1", "2020-11-15")
    with book.engine.connect() as connection:
        first, known = known_grants(connection, LEDGER)
        before, unended = known_grants(connection, LEDGER, ended)
        assert len(known_grants(connection, LEDGER, given)) == 1
    assert (first, first.grant.grant) == (before, "first-admin:1")
    assert (known.given, known.ended, known.grant.valid_until) == (given, ended, instant("2020-11-15"))
    assert (unended.ended, unended.grant.valid_until) == (None, instant("2020-12-31"))


def test_the_first_administrators_are_told_as_they_were_given_whatever_has_ended(book: Book) -> None:
    book.give("g1", "admin", "ledger", "2020-11-01")
    book.end("first-admin:1", "2020-11-15")
    with book.engine.connect() as connection:
        found = first_admins(connection, LEDGER)
    assert [(grant.grant, grant.sub, grant.valid_until) for grant in found] == [("first-admin:1", "an", None)]
    assert book.hats("an", "2020-11-15") == []
