"""Two positions side by side: as shown then, as known now, who moved, and by which events."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, render_template, request

from services.ranking.api.standings import entry_answer
from services.ranking.comparing import compare, comparison_body
from services.ranking.desk import Moment, View, asked_position, view
from services.ranking.pages.answers import private
from services.ranking.pages.differing import differing
from services.ranking.pages.frame import address, frame
from services.ranking.view import count, local_time
from shared.web.i18n import language, tr


@dataclass(frozen=True, slots=True)
class Choice:
    """A position that a reader may want to compare: what to ask for, and its words."""

    value: str
    words: str


def register(pages: Blueprint) -> None:
    """Register the page of comparisons."""

    @pages.get("/<org>/<cycle>/compare")
    def compared(org: str, cycle: str) -> Response:
        """``from`` and ``to``: positions, instants or freezes; by default the last publication and now."""
        seen = view(org, cycle)
        newest = seen.default_position()
        start = _asked(seen, "from", _before(seen, newest))
        end = _asked(seen, "to", newest)
        swapped = start > end
        first, second = sorted((start, end))
        found = compare(seen, first, second)
        tell = partial(entry_answer, seen, names=seen.book.names(seen.state))
        body = comparison_body(seen, found, tell)
        zone = ZoneInfo(seen.reader.ledger.timezone)
        return private(
            render_template(
                "ranking/compare.html",
                frame=frame(seen, "compare"),
                found=differing(body, seen.state.rulebook),
                ends=[
                    (
                        tr("Như đã hiện lúc đó", "As shown then"),
                        count(found.start.position, language()),
                        local_time(found.start.time, zone) if found.start.time else "",
                        found.start.digest,
                    ),
                    (
                        tr("Như biết bây giờ", "As known now")
                        if second == seen.size
                        else tr("Như đã hiện sau đó", "As shown later"),
                        count(found.end.position, language()),
                        local_time(found.end.time, zone) if found.end.time else "",
                        found.end.digest,
                    ),
                ],
                swapped=swapped,
                start=first,
                end=second,
                choices=_choices(seen),
                unit_link=lambda unit: address(seen.ledger, f"units/{unit}", at=second),
                at_link=lambda at: address(seen.ledger, "", at=at),
            )
        )


def _asked(seen: View, name: str, otherwise: int) -> int:
    asked = asked_position(seen, request.args.get(name))
    if isinstance(asked, Moment):
        return asked.position
    return otherwise if asked is None else asked


def _before(seen: View, newest: int) -> int:
    """The newest publication before ``newest``, else the very beginning."""
    return next((one.position for one in reversed(seen.publications) if one.position < newest), 0)


def _choices(seen: View) -> list[Choice]:
    """Publications, freezes and the newest position, for the two fields."""
    found = [
        Choice(str(one.position), tr("phiên bản {v}", "version {v}").format(v=one.version))
        for one in seen.publications
    ]
    if not seen.audience.published_only:
        found += [Choice(f"freeze:{one.name}", one.name) for one in seen.state.freezes]
        found.append(Choice(str(seen.size), tr("hiện nay", "now")))
    return found
