"""What if: hypothetical facts or a candidate rulebook, and what they would change.  Never in the ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, render_template, request

from services.ranking.desk import View, view
from services.ranking.engine.difference import difference_body
from services.ranking.explaining.phrases import stage as stage_words
from services.ranking.pages.acting import hats
from services.ranking.pages.answers import private
from services.ranking.pages.decisions import choices_of, units_of
from services.ranking.pages.differing import differing
from services.ranking.pages.frame import address, frame
from services.ranking.view import count, local_time, number
from services.ranking.what_if.trying import OPERATION, recalled, recent
from services.ranking.what_if.what_ifs import Kept, holds
from services.ranking.words import Names
from shared.rulebook import Rulebook
from shared.web.i18n import language, tr


@dataclass(frozen=True, slots=True)
class Asked:
    """A what-if in the list of recent ones."""

    href: str
    words: str
    changed: str
    position: str
    who: str
    when: str


def register(pages: Blueprint) -> None:
    """Register the form with the recent what-ifs, and the page of one."""

    @pages.get("/<org>/<cycle>/what-if")
    def what_if(org: str, cycle: str) -> Response:
        """A form that asks, and what was asked before; for those who may try."""
        seen = view(org, cycle)
        asked = recent(seen)
        names = seen.book.names(seen.state)
        rulebook = seen.state.rulebook
        again = recalled(seen, request.args["again"])[0] if "again" in request.args else None
        return private(
            render_template(
                "ranking/what_if.html",
                frame=frame(seen, "what-if"),
                api=f"/ranking/v1/{seen.ledger}/what-ifs",
                see=f"/ranking/{seen.ledger}/what-if/{{digest}}" + ("?lang=en" if language() == "en" else ""),
                size=count(seen.size, language()),
                kinds=[(kind, tr(*words)) for kind, words in _KINDS.items()],
                units=units_of(seen.state, names),
                choices=None if rulebook is None else choices_of(rulebook),
                stages=[] if rulebook is None else _stages(rulebook),
                said=[(name, tr(*words)) for name, words in _SAID.items()],
                given=_given() if again is None else again.document["facts"],
                at=request.args.get("at", "") if again is None else again.document["base_position"],
                candidate=None if again is None else again.candidate,
                hats=hats(seen, OPERATION),
                asked=[_asked(seen, kept, names) for kept in asked],
            )
        )

    @pages.get("/<org>/<cycle>/what-if/<digest>")
    def what_if_result(org: str, cycle: str, digest: str) -> Response:
        """One what-if: what it would change at its base position, and now."""
        seen = view(org, cycle)
        kept, answer = recalled(seen, digest)
        names = seen.book.names(seen.state)
        rulebook = kept.candidate or seen.state.rulebook
        now = None if answer.now is None else differing(difference_body(answer.now.difference), rulebook)
        trial = answer.trial.what_if
        return private(
            render_template(
                "ranking/what_if_result.html",
                frame=frame(seen, "what-if"),
                asked=_asked(seen, kept, names),
                facts=[fact_words(fact, names) for fact in kept.document["facts"]],
                kept=kept,
                candidate=kept.candidate,
                holds=holds(kept, answer),
                base=count(trial.base_position, language()),
                trial=trial,
                newest=count(answer.newest, language()),
                found=differing(difference_body(answer.trial.difference), rulebook),
                now=now,
                refused=[tr(fault.vi, fault.en) for fault in answer.refused_now],
                again=address(seen.ledger, "what-if", again=kept.digest),
                base_links=_unit_links(seen, trial.base_position),
                now_links=_unit_links(seen, answer.newest),
                at_link=lambda at: address(seen.ledger, "", at=at),
            )
        )


def _unit_links(seen: View, at: int) -> Callable[[str], str]:
    return lambda unit: address(seen.ledger, f"units/{unit}", at=at)


def _stages(rulebook: Rulebook) -> list[tuple[str, str]]:
    return [(one.id, stage_words(one.id, rulebook).in_(language())) for one in rulebook.stages]


def _given() -> list[dict[str, str]]:
    """The first line as a link to the form fills it in: ``?kind=bonus&unit=…``."""
    if "kind" not in request.args:
        return []
    return [{name: value for name, value in request.args.items() if name not in ("at", "lang")}]


def _asked(seen: View, kept: Kept, names: Names) -> Asked:
    document = kept.document
    words = [fact_words(fact, names) for fact in document["facts"]]
    if document["candidate"] is not None:
        words.insert(0, tr("bộ tiêu chí dự thảo", "a candidate rulebook"))
    more = "" if len(words) <= 2 else f" + {len(words) - 2}"
    return Asked(
        href=address(seen.ledger, f"what-if/{kept.digest}"),
        words="; ".join(words[:2]) + more,
        changed=str(document["difference"]["changed"]),
        position=count(document["base_position"], language()),
        who=kept.made_by,
        when=local_time(kept.made_at, ZoneInfo(seen.reader.ledger.timezone)),
    )


_KINDS = {
    "score": ("Điểm tiêu chí", "Score"),
    "withdraw_score": ("Rút điểm tiêu chí", "Score withdrawn"),
    "bonus": ("Điểm thưởng", "Bonus"),
    "penalty": ("Điểm trừ", "Penalty"),
    "veto": ("Khống chế", "Veto"),
    "veto_lifted": ("Gỡ khống chế", "Veto lifted"),
    "forfeit": ("Không kiểm tra", "Forfeit"),
    "forfeit_lifted": ("Gỡ không kiểm tra", "Forfeit lifted"),
    "tie": ("Phân định đồng hạng", "Tie decided"),
    "late_fact": ("Tính điểm trễ", "Late score counts"),
}


_SAID = {
    "NOT_APPLICABLE": ("không áp dụng", "not applicable"),
    "NO_TARGET": ("không giao chỉ tiêu", "no target"),
    "refused": ("không duyệt", "refused"),
}


def fact_words(fact: Mapping[str, Any], names: Names) -> str:
    """A hypothetical fact in one line of the request's language."""
    about = names.unit(fact["unit"]) if "unit" in fact else str(fact.get("area", ""))
    said = [tr(*_KINDS[fact["kind"]])]
    said += [str(fact[name]) for name in ("criterion", "code", "veto", "fact") if name in fact]
    value = fact.get("points", fact.get("value"))
    if value is not None:
        said.append(f"= {number(value, language())}")
    said += [tr(*_SAID[word]) for word in (fact.get("state"), fact.get("outcome")) if word in _SAID]
    if "order" in fact:
        said.append(" > ".join(" = ".join(group) for group in fact["order"]))
    return f"{about}: {' '.join(said)}"
