"""``bangvang replay --all``: every ledger, several partitions at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict

import click
import orjson

from services.ranking.at_once import Found, Part, at_once

Compare = Callable[[Found], str | None]
"""What differs from what the service says, or None."""


def replay_all(parts: Sequence[Part], processes: int, compare: Compare | None, *, as_json: bool) -> None:
    """Replay ``parts``, print a line for each ledger and the totals; exit code 1 when one differs."""
    began = time.perf_counter()
    found: list[Found] = []
    faults: list[str] = []
    for number, ledgers in enumerate(at_once(parts, processes), 1):
        found += ledgers
        for one in ledgers:
            fault = compare(one) if compare else None
            if fault is not None:
                faults.append(f"{one.ledger}: {fault}")
            if not as_json:
                click.echo(f"{one.ledger}  {one.size}  {one.root}  {one.digest}  {one.seconds:.3f} s")
        seconds = time.perf_counter() - began
        left = seconds / number * (len(parts) - number)
        done = sum(one.size for one in found)
        click.echo(
            f"{number} of {len(parts)} parts, {done / seconds:,.0f} events/s, about {left:.0f} s left",
            err=True,
        )
    seconds = time.perf_counter() - began
    events = sum(one.size for one in found)
    if as_json:
        found.sort(key=lambda one: one.ledger)
        ledgers_told = [asdict(one) | {"seconds": f"{one.seconds:.3f}"} for one in found]
        answer = {"ledgers": ledgers_told, "events": events, "seconds": f"{seconds:.3f}", "faults": faults}
        click.echo(orjson.dumps(answer, option=orjson.OPT_INDENT_2).decode())
    else:
        click.echo(
            f"{len(found)} ledgers, {events} events, {seconds:.3f} s, {events / seconds:,.0f} events/s, "
            f"{processes} processes"
        )
    for fault in faults:
        click.echo(f"MISMATCH     {fault}", err=True)
    if faults:
        raise SystemExit(1)
