"""``bangvang explain``: why a unit stands where it stands, from ranking's own database."""

from __future__ import annotations

from collections.abc import Iterable

import click
import orjson
from rich.console import Console
from rich.table import Table

from services.ranking.cli.compare import open_ledger
from services.ranking.cli.replay import ledger_name
from services.ranking.engine.counterfactual import counterfactual
from services.ranking.engine.explain import Explanation, explain
from services.ranking.engine.explanation_body import counterfactual_body, explanation_body
from services.ranking.explaining import Step, counterfactual_story, story
from services.ranking.explaining.steps import TERMS, TITLES, TOTAL
from services.ranking.explaining.sums import term_name
from services.ranking.words import Words
from shared.rulebook.number import exact

POINTS = Words("Điểm", "Points")
POSITIONS = Words("Vị trí", "Positions")


@click.command("explain")
@click.argument("ledger", metavar="ORG/CYCLE", callback=ledger_name)
@click.argument("unit")
@click.option("--at", help="A position, an instant with zone, or freeze:NAME (default: newest).")
@click.option("--changes", is_flag=True, help="Also the smallest changes that would have made a difference.")
@click.option("--lang", "language", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
@click.option("--database", help="Database URL (default: the ranking service's own).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def explain_command(
    ledger: str,
    unit: str,
    at: str | None,
    changes: bool,
    language: str,
    database: str | None,
    as_json: bool,
) -> None:
    """Print every term of a unit's total, and why it has its class and rank.

    The amounts add up exactly to the total; each names the positions of the events that it rests on.
    """
    with open_ledger(database, ledger) as here:
        state = here.history.state_at(here.size if at is None else here.position(at))
    found = explain(state, unit)
    if found is None:
        raise click.ClickException(f"{ledger} has no open unit {unit!r} at position {state.size}")
    changed = counterfactual(state, unit) if changes else None
    if as_json:
        answer = explanation_body(found)
        if changed is not None:
            answer["counterfactual"] = counterfactual_body(changed)
        click.echo(orjson.dumps(answer, option=orjson.OPT_INDENT_2).decode())
        return
    click.echo(f"{found.unit} {found.name} · {found.area_label} · {found.position}")
    Console().print(_terms(found, language))
    _print((step for step in story(found) if step.section != TERMS), language)
    if changed is not None:
        _print(counterfactual_story(changed), language)


def _terms(found: Explanation, language: str) -> Table:
    """The sum: what, how much, and the positions behind it."""
    table = Table(show_footer=True)
    total = "–" if found.ranking_score is None else exact(found.ranking_score, found.scale)
    table.add_column(TITLES[TERMS].in_(language), footer=TITLES[TOTAL].in_(language))
    table.add_column(POINTS.in_(language), footer=total, justify="right", no_wrap=True)
    table.add_column(POSITIONS.in_(language), justify="right")
    for term in found.terms:
        name = term_name(term.kind, term.ref, found.rules).in_(language)
        positions = ", ".join(str(position) for position in term.positions)
        table.add_row(name, exact(term.amount, found.scale), positions)
    return table


def _print(steps: Iterable[Step], language: str) -> None:
    """One line each, under the section's name; the positions at the end."""
    before = ""
    for step in steps:
        if step.section != before:
            click.echo(f"\n{TITLES[step.section].in_(language)}")
            before = step.section
        positions = "".join(f" [{position}]" for position in step.positions)
        click.echo(f"  {step.words.in_(language)}{positions}")
