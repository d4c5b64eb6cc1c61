"""The sandbox's set-up: what it has in common with the demonstration, and what is its own."""

from __future__ import annotations

import orjson
import pytest

from deploy.demo import words
from deploy.demo.command import Command
from deploy.demo.data import city_2020
from deploy.demo.sandbox import LEDGER, sandbox, system_of
from shared.access.directory import LedgerSettings
from shared.events.envelope import LEDGER as LEDGER_FORM


@pytest.fixture(scope="module")
def commands() -> tuple[Command, ...]:
    return sandbox(city_2020())


def bodies(commands: tuple[Command, ...], operation: str) -> list[dict[str, object]]:
    return [dict(command.body) for command in commands if command.operation == operation]


def test_its_name_says_that_it_is_one_and_its_rulebook_is_of_its_cycle(commands: tuple[Command, ...]) -> None:
    (cycle,) = bodies(commands, "open_cycle")
    (adopted,) = bodies(commands, "adopt_rulebook")
    assert cycle["name"] == words.SANDBOX
    assert "SÂN THỬ" in words.SANDBOX
    assert orjson.loads(str(adopted["rulebook"]))["rulebook"]["cycle"] == "thu-2020"


def test_every_department_that_scores_for_itself_has_a_service_account(commands: tuple[Command, ...]) -> None:
    systems = [body for body in bodies(commands, "give_grant") if body.get("account") == "service"]
    assert {body["scope"] for body in systems} == {
        f"department:{department.code}"
        for department in city_2020().departments
        if department.kind in ("department", "federation")
    }
    assert system_of("BTG") in {body["sub"] for body in systems}
    assert len({command.key for command in commands}) == len(commands)


def test_nothing_is_scored_inspected_decided_or_published(commands: tuple[Command, ...]) -> None:
    assert {command.service for command in commands} == {"scores"}
    assert {command.phase for command in commands} == {"setup"}


def test_a_sandbox_is_known_by_the_name_of_its_cycle() -> None:
    assert LEDGER_FORM.fullmatch(LEDGER)
    org, cycle = LEDGER.split("/")
    assert LedgerSettings(LEDGER, org, cycle, "n", "UTC", True, "t").trial
    assert not LedgerSettings("hcmc/2020", "hcmc", "2020", "n", "UTC", True, "t").trial
