"""``bangvang load``: the 2020 cycle of the city, posted through the public API as the people of the story.

Every command has a key of its own that is the same on every run: a second run states nothing twice and goes
on where the first one stopped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from deploy.demo import words
from deploy.demo.client import Client, NotSeen, Refusal
from deploy.demo.command import Command, filled
from deploy.demo.data import city_2020
from deploy.demo.scenario import ADMIN, AMENDED, AUDITOR, PHASES, phases_of, scenario
from deploy.ledger import Opening, open_ledger
from shared.access.local_issuer import LocalIssuer
from shared.settings import SERVICES, Settings

LEDGER: Final = "hcmc/2020"
STARTS: Final = "2020-10-05T00:00:00.000000Z"
OUT: Final = Console(soft_wrap=True)

ROUTES: Final[Mapping[str, str]] = {
    "open_cycle": "cycle",
    "adopt_rulebook": "rulebook",
    "register_department": "departments/batch",
    "register_unit": "units/batch",
    "give_grant": "grants",
    "set_due": "due",
    "submit_sheet": "sheets",
    "record_score": "scores/batch",
    "record_evaluation": "evaluations",
    "acknowledge_evaluation": "evaluations/5.1-1/acknowledge",
    "confirm_scores": "entries/confirm",
    "dispute_score": "entries/dispute",
    "propose_bonus": "bonuses",
    "propose_penalty": "penalties",
    "record_veto": "vetoes",
    "adopt_calendar": "calendars",
    "open_round": "rounds",
    "form_team": "teams",
    "schedule": "schedule/batch",
    "nominate_member": "teams/{team}/nominations",
    "withdraw_member": "teams/{team}/nominations/withdraw",
    "issue_briefing": "briefings",
    "carry_limitations": "limitations",
    "register_subordinates": "subordinates",
    "declare_attendance": "attendance",
    "declare_site": "site",
    "answer_party_committee": "party-committee",
    "register_model": "models",
    "receive_pack": "packs",
    "assess_pack": "packs/{pack}/assess",
    "forward_pack": "packs/{pack}/forward",
    "ask_reschedule": "reschedules",
    "decline_reschedule": "reschedules/{request}/decline",
    "record_outage": "outages",
    "open_case": "cases",
    "open_inspection": "inspections/open",
    "record_minutes": "minutes",
    "record_finding": "findings",
    "assess_model": "models/assess",
    "assess_limitation": "limitations/assess",
    "delegate_conclusion": "conclusions/delegate",
    "sign_conclusion": "conclusions",
    "amend_conclusion": f"conclusions/{AMENDED}/amend",
    "acknowledge_adjustment": "adjustments/acknowledge",
    "dispute_adjustment": "adjustments/dispute",
    "submit_reflection": "reflections",
    "decide_bonus": "decisions/bonus",
    "decide_penalty": "decisions/penalty",
    "decide_score": "decisions/score",
    "decide_forfeit": "decisions/forfeit",
    "decide_exception": "decisions/exception",
    "freeze": "freezes",
    "close_round": f"rounds/{words.ROUND['round']}/close",
    "publish": "publish",
}
"""Path of each operation's command below the ledger; what is in braces, the command's ``path`` fills."""

TITLES: Final[Mapping[str, str]] = {
    "setup": "Cycle, rulebook, register, grants",
    "round": "Teams and schedule",
    "self-scores": "Self scores of 66 units",
    "body-scores": "Scores of departments and others",
    "packs": "Document packs",
    "proposals": "Bonus, penalty, veto",
    "inspections": "Inspections and conclusions",
    "decisions": "Decisions, end of the round",
    "publication": "Publication and notices",
}


class LoadError(click.ClickException):
    """The story could not be told to its end; the message says which command was refused, and why."""


@dataclass(slots=True)
class Tally:
    """What a run has done: commands and events stated, commands that had been answered before."""

    commands: int = 0
    replays: int = 0
    events: int = 0
    phases: list[str] = field(default_factory=list)
    numbers: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """Of the events that each command stated and later ones name, by its key."""


@click.command("load")
@click.option("--origin", help="Address of the services; default BANGVANG_ORIGIN.")
@click.option("--until", type=click.Choice(PHASES), help="Stop after this phase.")
def load(origin: str | None, until: str | None) -> None:
    """Post the 2020 demo cycle through the public API.

    A second run adds nothing and goes on where the first one stopped.
    """
    settings = Settings.from_env()
    main(origin or settings.origin, settings, until=until)


def main(origin: str, settings: Settings, until: str | None = None) -> None:
    """Open the demonstration's ledger and post its story.  Raises :class:`LoadError`."""
    opening = Opening(LEDGER, words.CYCLE, "Asia/Ho_Chi_Minh", "simulated", (ADMIN,), starts=STARTS)
    with OUT.status(f"Opening {LEDGER} …"):
        said = open_ledger(settings, opening, origin)
    OUT.print(said)
    client = Client(origin, LEDGER, LocalIssuer(settings.issuer, settings.local_jwks()))
    try:
        files = city_2020()
        tally = tell(client, scenario(files), until)
        if PHASES[-1] in tally.phases:
            await_notices(client, len(files.open_units))
        OUT.print(summary(tally, board(client)))
    except (Refusal, NotSeen) as error:
        raise LoadError(str(error)) from error
    finally:
        client.close()


def tell(client: Client, commands: Sequence[Command], until: str | None = None) -> Tally:
    """Post ``commands`` in order, phase by phase, to the phase ``until`` (None: all)."""
    tally = Tally()
    columns = (TextColumn("{task.description:34}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=OUT) as progress:
        for phase, part in phases_of(commands).items():
            if not part:
                continue
            task = progress.add_task(TITLES[phase], total=len(part))
            _begin(client, part)
            for command in part:
                _state(client, command, tally)
                progress.advance(task)
            tally.phases.append(phase)
            if phase == until:
                break
    client.await_seen()
    return tally


def _begin(client: Client, part: Sequence[Command]) -> None:
    """Before a phase: all services have read all there is, and their clocks stand at its start."""
    client.await_seen()
    for service in SERVICES:
        _clock(client, service, part[0].at)


def _state(client: Client, command: Command, tally: Tally) -> None:
    _clock(client, command.service, command.at)
    if command.operation == "publish":
        _settled(client)
    stated = client.command(
        command.service,
        ROUTES[command.operation].format(**filled(command.path, tally.numbers)),
        filled(command.body, tally.numbers),
        sub=command.sub,
        acting_as=command.acting_as,
        key=command.key,
        already=command.already,
    )
    tally.commands += 1
    tally.numbers[command.key] = stated.numbers
    tally.replays += stated.replay
    tally.events += 0 if stated.replay else stated.events
    for document, content in command.files.items():
        path = f"packs/{stated.numbers[0]}/files/{document}/upload"
        tally.events += client.send_file(path, content, sub=command.sub, acting_as=command.acting_as)


def _clock(client: Client, service: str, at: str) -> None:
    client.move_clock(service, at, sub=ADMIN, acting_as="admin@ledger")


def _settled(client: Client) -> None:
    """What is published must be what everybody has stated: wait until the standings hold all of it."""
    client.await_seen("ranking")
    board(client)


def await_notices(client: Client, units: int) -> None:
    """Wait for the notices of the publication, one event per unit; say so when they do not come."""
    try:
        with OUT.status("Notices …"):
            client.await_seen("ranking", size=client.stated + units)
    except NotSeen as error:
        OUT.print(f"The notices of the publication are not all there yet: {error}")


def board(client: Client) -> dict[str, Any]:
    """The standings that hold everything stated so far, as the auditor sees them."""
    answer: dict[str, Any] = {}
    for source, number in sorted(client.numbers.items()):
        after = f"{source}:{number}"
        answer = client.get("ranking", "standings", sub=AUDITOR, acting_as="auditor@ledger", after=after)
    return answer


def summary(tally: Tally, standings: Mapping[str, Any]) -> Table:
    """What was done and what the board says, for the terminal."""
    table = Table(title=f"{LEDGER} at position {standings.get('position', 0)}", title_justify="left")
    for name in ("area", "units", "first", "total", "complete"):
        table.add_column(name)
    for area in standings.get("areas", ()):
        rows = area["rows"]
        first = rows[0] if rows else {"name": "", "total": ""}
        complete = sum(bool(row.get("complete")) for row in rows)
        table.add_row(
            area["area"], str(len(rows)), first["name"], str(first["total"]), f"{complete}/{len(rows)}"
        )
    done = f"{tally.commands} commands, {tally.events} new events"
    table.caption = f"{done}, {tally.replays} answered before" if tally.replays else done
    table.caption_justify = "left"
    return table
