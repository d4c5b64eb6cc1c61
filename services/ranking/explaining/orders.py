"""Ranks, neighbours, and what parts two units.  Pure."""

from __future__ import annotations

from services.ranking.engine.difference import ABOVE, BELOW, UNRANKED
from services.ranking.engine.explain import Neighbour, RankStory
from services.ranking.engine.pair import Pair, TermPair
from services.ranking.engine.ranks import COMMITTEE
from services.ranking.explaining.peers import peer_words
from services.ranking.explaining.phrases import amount, capital, measure, measured, say, signed
from services.ranking.explaining.steps import RANK, TERMS, TOTAL, Step
from services.ranking.explaining.sums import term_name
from services.ranking.words import Words
from shared.rulebook.model import Rulebook


def rank_words(found: RankStory, rules: Rulebook) -> Words:
    """The rank, and what ranks."""
    return say("Xếp hạng {r} theo {m}: {v}.", "Rank {r} by {m}: {v}.", r=found.rank,
               m=measure(found.measure, rules),
               v=measured(found.measure, found.value, rules))  # fmt: skip


def neighbour_words(one: Neighbour, story: RankStory, rules: Rulebook) -> Words:
    """A unit next in order, and what parts it from this one."""
    where = (
        Words("Ngay trên", "Just above")
        if one in story.above
        else Words("Cùng hạng", "Level")
        if one in story.level
        else Words("Ngay dưới", "Just below")
    )
    name = say("{w}: {p}", "{w}: {p}", w=where, p=peer_words(one.peer, rules))
    return say("{n}{x}.", "{n}{x}.", n=name, x=_parted(one, rules))


def _parted(one: Neighbour, rules: Rulebook) -> Words:
    if one.by is None:
        return Words(", không bước nào phân định được", ", and no step of the chain parts them")
    if one.by == COMMITTEE and one.decision is not None:
        return say(", theo quyết định của Ban Thường vụ ở vị trí {d}",
                   ", by the Standing Committee's decision at position {d}", d=one.decision)  # fmt: skip
    by = measure(one.by, rules)
    if one.peer.unit is None:
        return say(", khác nhau ở {m}", ", parted by {m}", m=by)
    return say(", khác nhau ở {m}: {a} so với {b} của đơn vị này",
               ", parted by {m}: {a} against this unit's {b}", m=by,
               a=measured(one.by, one.other, rules), b=measured(one.by, one.own, rules))  # fmt: skip


def pair_story(found: Pair) -> tuple[Step, ...]:
    """Who is above and by what, then every term in which the two differ."""
    rules = found.rules
    steps = [Step(RANK, "", order_words(found), () if found.decision is None else (found.decision,))]
    steps += [Step(TERMS, term.ref, pair_term_words(term, found)) for term in found.terms if term.difference]
    if found.difference is not None:
        words = say("Cộng lại, {a} so với {b}: {x}.", "In sum, {a} against {b}: {x}.", a=found.first.name,
                    b=found.second.name, x=signed(found.difference, rules.number.scale))  # fmt: skip
        steps.append(Step(TOTAL, "", words))
    return tuple(steps)


def order_words(found: Pair) -> Words:
    """Which of the two is above, and the step that says so."""
    rules, by = found.rules, found.by or ""
    above, below = found.first.name, found.second.name
    values = (found.first_value, found.second_value)
    if found.order == BELOW:
        above, below, values = below, above, (values[1], values[0])
    if found.order not in (ABOVE, BELOW):
        return say("{a} và {b} cùng hạng: không bước nào phân định được.",
                   "{a} and {b} are level: no step of the chain parts them.", a=above, b=below)  # fmt: skip
    if found.by == UNRANKED:
        return say("{a} được xếp hạng, {b} thì chưa.", "{a} is ranked, {b} is not.", a=above, b=below)
    if found.by == COMMITTEE:
        return say("{a} trên {b} theo quyết định của Ban Thường vụ ở vị trí {d}.",
                   "{a} is above {b} by the Standing Committee's decision at position {d}.", a=above,
                   b=below, d="–" if found.decision is None else found.decision)  # fmt: skip
    return say("{a} trên {b} nhờ {m}: {x} so với {y}.", "{a} is above {b} by {m}: {x} against {y}.", a=above,
               b=below, m=measure(by, rules), x=measured(by, values[0], rules),
               y=measured(by, values[1], rules))  # fmt: skip


def pair_term_words(term: TermPair, found: Pair) -> Words:
    """One term of both, and the difference that it makes."""
    scale = found.rules.number.scale
    first, second = (Words("–", "–") if x is None else amount(x, scale) for x in (term.first, term.second))
    return say("{n}: {a} và {b}, chênh {d}.", "{n}: {a} and {b}, a difference of {d}.",
               n=capital(term_name(term.kind, term.ref, found.rules)), a=first, b=second,
               d=signed(term.difference, scale))  # fmt: skip
