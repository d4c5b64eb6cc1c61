"""``bangvang diff`` and ``bangvang whatif``: two boards side by side, from ranking's own database."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO, NoReturn

import click
import orjson
from marshmallow import ValidationError
from rich.console import Console
from rich.table import Table

from services.ranking.cli.replay import SERVICE, ledger_name
from services.ranking.desk import FREEZE
from services.ranking.engine import compute
from services.ranking.engine.classes import QuotaLine
from services.ranking.engine.difference import (
    AreaDifference,
    Difference,
    LeafValue,
    Relation,
    Side,
    difference,
    difference_body,
    head,
)
from services.ranking.history import Histories, History, PositionAhead
from services.ranking.projections import newest
from services.ranking.schemas import WhatIfCommand
from services.ranking.what_if.what_ifs import Answer, ask
from shared.database import engine_for, read_transaction
from shared.decisions import Fault, Refused
from shared.events.envelope import instant
from shared.rulebook.number import show
from shared.rulebook.stated import stated_rulebook
from shared.settings import Settings
from shared.web.faults import faults_of
from shared.web.json_provider import StrictJsonError, loads_object

NO_POSITION = "neither a position, freeze:NAME nor an instant with zone"
NUMBER = re.compile(r"0|[1-9]\d{0,14}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Local:
    """One ledger of the database, up to ``size`` events."""

    history: History
    size: int

    def position(self, text: str) -> int:
        """The position that ``text`` names: a number, ``freeze:NAME`` or an instant with zone."""
        if NUMBER.fullmatch(text):
            return int(text)
        if text.startswith(FREEZE):
            for freeze in self.history.state_at(self.size).freezes:
                if freeze.name == text.removeprefix(FREEZE):
                    return freeze.at
            raise click.ClickException(f"there is no {text}")
        try:
            moment = datetime.fromisoformat(text)
        except ValueError as error:
            raise click.ClickException(f"{text!r}: {NO_POSITION}") from error
        if moment.tzinfo is None:
            raise click.ClickException(f"{text!r}: {NO_POSITION}")
        return min(self.history.position_at(instant(moment.astimezone(UTC))), self.size)


@contextmanager
def open_ledger(database: str | None, ledger: str) -> Iterator[Local]:
    """One ledger of ranking's database, this service's own if none is named.

    Raises :class:`click.ClickException` for a ledger that it does not know and a position that lies ahead.
    """
    engine = engine_for(database or Settings.from_env().service_database_url(SERVICE))
    try:
        with read_transaction(engine) as connection:
            latest = newest(connection, ledger)
        if latest is None:
            raise click.ClickException(f"the ranking database knows no ledger {ledger}")
        yield Local(Histories(engine).of(ledger), latest.position)
    except PositionAhead as error:
        raise click.ClickException(str(error)) from error
    finally:
        engine.dispose()


@click.command()
@click.argument("ledger", metavar="ORG/CYCLE", callback=ledger_name)
@click.argument("start", metavar="FROM")
@click.argument("end", metavar="[TO]", required=False)
@click.option("--database", help="Database URL (default: the ranking service's own).")
@click.option("--json", "as_json", is_flag=True, help="Print the whole difference as JSON.")
def diff(ledger: str, start: str, end: str | None, database: str | None, as_json: bool) -> None:
    """Say what differs between the standings at two positions.

    FROM and TO are positions, instants with zone, or freeze:NAME; TO is the newest position if left out.
    """
    with open_ledger(database, ledger) as here:
        first = here.position(start)
        second = here.size if end is None else here.position(end)
        found = difference(*(compute(here.history.state_at(position)) for position in (first, second)))
    if as_json:
        click.echo(_json({"from": first, "to": second, **difference_body(found)}))
        return
    click.echo(f"position {first} -> {second}")
    _print(found)


@click.command()
@click.argument("ledger", metavar="ORG/CYCLE", callback=ledger_name)
@click.option("--facts", type=click.File("rb"), help='JSON {"facts": [...]}, as POST what-ifs takes it.')
@click.option("--rulebook", type=click.File("rb"), help="A candidate rulebook, YAML.")
@click.option("--at", type=click.IntRange(min=0), help="Base position (default: newest).")
@click.option("--database", help="Database URL (default: the ranking service's own).")
@click.option("--json", "as_json", is_flag=True, help="Print document and differences as JSON.")
def whatif(
    ledger: str,
    facts: BinaryIO | None,
    rulebook: BinaryIO | None,
    at: int | None,
    database: str | None,
    as_json: bool,
) -> None:
    """Suppose facts or another rulebook, and say what would change.  Nothing is stored anywhere.

    Exit code 1 when a fact could not be stated; every fault is named.
    """
    try:
        command = _question(facts, rulebook, at)
        candidate = stated_rulebook(command["rulebook"]) if "rulebook" in command else None
        with open_ledger(database, ledger) as here:
            base = command.get("at", here.size)
            answer = ask(here.history, here.size, base, command["facts"], candidate)
    except Refused as refused:
        _refuse(refused.faults)
    except StrictJsonError as error:
        raise click.ClickException(error.en) from error
    if as_json:
        click.echo(_json(_answer_body(answer)))
        return
    what_if = answer.trial.what_if
    click.echo(f"what-if  {what_if.address}")
    click.echo(f"before   {what_if.before_digest} at position {what_if.base_position}")
    click.echo(f"after    {what_if.after_digest}")
    _print(answer.trial.difference)
    if answer.now is not None:
        click.echo(f"\nnow, at position {answer.newest}")
        _print(answer.now.difference)
    for fault in answer.refused_now:
        click.echo(f"not possible at position {answer.newest}: {fault.field}: {fault.en}")


def _question(facts: BinaryIO | None, rulebook: BinaryIO | None, at: int | None) -> dict[str, Any]:
    """The command, checked as the API checks it."""
    given: dict[str, Any] = {} if facts is None else loads_object(facts.read())
    if rulebook is not None:
        given["rulebook"] = rulebook.read().decode("utf-8", "replace")
    if at is not None:
        given["at"] = at
    schema = WhatIfCommand()
    try:
        command: dict[str, Any] = schema.load(given)
    except ValidationError as error:
        raise Refused.many(faults_of(error.messages, schema, given)) from error
    return command


def _refuse(faults: tuple[Fault, ...]) -> NoReturn:
    for fault in faults:
        click.echo(f"{fault.field}: {fault.en}", err=True)
    raise SystemExit(1)


def _answer_body(answer: Answer) -> dict[str, Any]:
    trial, now = answer.trial, answer.now
    return {
        "digest": trial.what_if.address,
        "document": trial.what_if.document(),
        "difference": difference_body(trial.difference),
        "newest": answer.newest,
        "now": None if now is None else difference_body(now.difference),
    }


def _json(value: Mapping[str, Any]) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


# --- in words ---------------------------------------------------------------------------------------------


def _print(found: Difference) -> None:
    counts = head(found)
    click.echo(
        f"{counts['units']} units examined, {counts['changed']} changed, {counts['skipped']} skipped; "
        f"{counts['marks_changed']} of {counts['marks']} marks, {counts['ranks_changed']} ranks, "
        f"{counts['classes_changed']} classes, {counts['pairs_changed']} pairs changed"
    )
    if found.changed:
        Console().print(_units(found))
    for area in found.areas:
        for line in _class_lines(area):
            click.echo(f"{area.area:<6}{line}")
        for pair in area.pairs:
            click.echo(
                f"{area.area:<6}{pair.upper} {pair.after.order} {pair.lower}{_by(pair.after)}; "
                f"before: {pair.before.order}{_by(pair.before)}"
            )


def _units(found: Difference) -> Table:
    table = Table(title_justify="left")
    for name in ("unit", "rank", "total", "class", "moved by", "marks"):
        table.add_column(name, justify="right" if name in ("rank", "total") else "left")
    for unit in found.changed:
        before, after = unit.before, unit.after
        table.add_row(
            unit.unit,
            _change(before and before.rank, after and after.rank),
            _change(_total(before, found.scale), _total(after, found.scale)),
            _change(before and before.class_id, after and after.class_id),
            unit.moved_by,
            "; ".join(
                f"{mark.criterion} {_change(_mark(mark.before, found.scale), _mark(mark.after, found.scale))}"
                for mark in unit.marks
            ),
        )
    return table


def _class_lines(area: AreaDifference) -> Iterator[str]:
    """Each cell of the class matrix off its diagonal, and the quota lines that moved."""
    for old, row in zip(area.old, area.counts, strict=True):
        for new, count in zip(area.new, row, strict=True):
            if count and old != new:
                yield f"{count} from {old or '-'} to {new or '-'}"
    if area.quotas_before != area.quotas_after:
        yield f"quotas {_quotas(area.quotas_before)} -> {_quotas(area.quotas_after)}"


def _quotas(lines: tuple[QuotaLine, ...]) -> str:
    return ", ".join(f"{one.class_id} {one.kept} of {one.candidates}" for one in lines) or "none"


def _by(relation: Relation) -> str:
    return "" if relation.by is None else f" by {relation.by}"


def _change(before: object, after: object) -> str:
    old, new = ("-" if side is None else str(side) for side in (before, after))
    return old if old == new else f"{old} -> {new}"


def _mark(value: LeafValue | None, scale: int) -> str | None:
    if value is None:
        return None
    return value.state if value.points is None else show(value.points, scale)


def _total(side: Side | None, scale: int) -> str | None:
    if side is None or side.ranking_score is None:
        return None
    return show(side.ranking_score, scale)
