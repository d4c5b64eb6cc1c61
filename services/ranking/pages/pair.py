"""Why one unit stands above another: the step that decides, then both side by side."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request

from services.ranking.desk import Moment, View, asked_position, shown_at, state_at, view
from services.ranking.explained import explanation_at, pair_at
from services.ranking.history import Shown
from services.ranking.pages.answers import private, redirect_to
from services.ranking.pages.frame import address, frame
from services.ranking.pages.pair_view import pair_view
from services.ranking.view import count
from shared.web.i18n import language, natural_key


@dataclass(frozen=True, slots=True)
class Choice:
    """An area and its units to choose from, by name."""

    label: str
    units: tuple[tuple[str, str], ...]


def register(pages: Blueprint) -> None:
    """Register the page of two units on ``pages``."""

    @pages.get("/<org>/<cycle>/pair")
    def pair(org: str, cycle: str) -> Response:
        """``?a=`` and ``?b=``, both of one area; without them, a choice of two."""
        seen = view(org, cycle)
        first, second = request.args.get("a", ""), request.args.get("b", "")
        asked = asked_position(seen, request.args.get("at"))
        if isinstance(asked, Moment):
            return redirect_to(address(seen.ledger, "pair", at=asked.position, a=first, b=second))
        position = seen.default_position() if asked is None else asked
        shown = shown_at(seen, position)
        made = None
        if first and second:
            found = pair_at(seen, position, first, second)
            stories = {unit: explanation_at(seen, position, unit) for unit in (first, second)}
            made = pair_view(found, stories, language())
        return private(
            render_template(
                "ranking/pair.html",
                frame=frame(seen, "", shown),
                pair=made,
                a=first,
                b=second,
                choices=_choices(seen, shown),
                position=count(position, language()),
                kept={name: request.args[name] for name in ("at", "lang") if name in request.args},
                address=lambda path, **query: address(seen.ledger, path, **query),
            )
        )


def _choices(seen: View, shown: Shown) -> list[Choice]:
    """The units whose whole rows the reader sees, by area."""
    body = seen.body(shown, state_at(seen, shown.position))
    return [
        Choice(
            area["label"],
            tuple(
                sorted(
                    ((row["unit"], row["name"]) for row in area["rows"] if "rank" in row),
                    key=lambda one: natural_key(one[1]),
                )
            ),
        )
        for area in body["areas"]
    ]
