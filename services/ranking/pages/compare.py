"""Two positions side by side: as shown then, as known now, who moved, and by which events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, render_template, request

from services.ranking.api.standings import entry_answer
from services.ranking.comparing import compare, comparison_body
from services.ranking.desk import Moment, View, asked_position, shown_at, view
from services.ranking.history import Shown
from services.ranking.pages.answers import private
from services.ranking.pages.differing import differing
from services.ranking.pages.frame import address, frame
from services.ranking.view import count, local_time
from shared.web.i18n import language, tr
from shared.web.problem_types import problem_type
from shared.web.problems import Problem


@dataclass(frozen=True, slots=True)
class Choice:
    """A position that a reader may want to compare: what to ask for, and its words."""

    value: str
    words: str


@dataclass(frozen=True, slots=True)
class End:
    """One side: what was known there, its position as words, its time and its digest."""

    words: str
    position: str
    when: str
    digest: str
    href: str


def register(pages: Blueprint) -> None:
    """Register the page of comparisons."""

    @pages.get("/<org>/<cycle>/compare")
    def compared(org: str, cycle: str) -> Response:
        """``from`` and ``to``: positions, times or freezes; by default the last publication and now."""
        seen = view(org, cycle)
        newest = seen.default_position()
        asked: dict[str, int] = {}
        faults: dict[str, str] = {}
        for name, otherwise in (("from", _before(seen, newest)), ("to", newest)):
            asked[name] = otherwise
            try:
                found = _asked(seen, request.args.get(name, ""))
                if found is not None:
                    shown_at(seen, found)
                    asked[name] = found
            except Problem as problem:
                faults[name] = _words(problem)
        nothing = not seen.may_see(asked["from"])  # no second version is published yet
        answer = private(
            render_template(
                "ranking/compare.html",
                frame=frame(seen, "compare"),
                faults=faults,
                given={name: request.args.get(name) or str(asked[name]) for name in asked},
                choices=_choices(seen),
                at_link=lambda at: address(seen.ledger, "", at=at),
                api=f"/ranking/v1/{seen.ledger}/differences",
                **({} if faults or nothing else _compared(seen, asked["from"], asked["to"])),
            )
        )
        answer.status_code = 422 if faults else 200
        return answer


def _compared(seen: View, start: int, end: int) -> dict[str, Any]:
    first, second = sorted((start, end))
    found = compare(seen, first, second)
    tell = partial(entry_answer, seen, names=seen.book.names(seen.state))
    later = tr("Như biết bây giờ", "As known now")
    if second != seen.size:
        later = tr("Như đã hiện sau đó", "As shown later")
    return {
        "found": differing(comparison_body(seen, found, tell), seen.state.rulebook),
        "ends": [
            _end(seen, tr("Như đã hiện lúc đó", "As shown then"), found.start),
            _end(seen, later, found.end),
        ],
        "swapped": start > end,
        "start": first,
        "end_position": second,
        "unit_link": lambda unit: address(seen.ledger, f"units/{unit}", at=second),
    }


def _end(seen: View, words: str, shown: Shown) -> End:
    zone = ZoneInfo(seen.reader.ledger.timezone)
    return End(
        words,
        count(shown.position, language()),
        local_time(shown.time, zone) if shown.time else "",
        shown.digest,
        address(seen.ledger, "", at=shown.position),
    )


def _asked(seen: View, text: str) -> int | None:
    """The position that a field means; None when it is empty.  Raises the problems of a bad one."""
    asked = asked_position(seen, _with_zone(text.strip(), ZoneInfo(seen.reader.ledger.timezone)))
    return asked.position if isinstance(asked, Moment) else asked


def _with_zone(text: str, zone: ZoneInfo) -> str:
    """A local date and time (``20/11/2020 10:00``) as an instant with its zone; all else as it is."""
    for form in ("%d/%m/%Y %H:%M", "%d/%m/%Y", "%Y-%m-%dT%H:%M"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=zone).isoformat()
        except ValueError:
            continue
    return text


def _words(problem: Problem) -> str:
    """What is wrong, and what to do, for the field."""
    known = problem_type(problem.name)
    return tr(problem.vi or known.advice, problem.en or known.advice_en)


def _before(seen: View, newest: int) -> int:
    """The newest publication before ``newest``, else the very beginning."""
    return next((one.position for one in reversed(seen.publications) if one.position < newest), 0)


def _choices(seen: View) -> list[Choice]:
    """Publications, freezes, and the newest position last, for the two fields."""
    found = [
        Choice(str(one.position), tr("phiên bản {v}", "version {v}").format(v=one.version))
        for one in seen.publications
    ]
    if not seen.audience.published_only:
        found += [Choice(f"freeze:{one.name}", one.name) for one in seen.state.freezes]
        found.append(Choice(str(seen.size), tr("hiện nay", "now")))
    return found
