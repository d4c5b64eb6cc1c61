"""What would have changed the class or the rank, in words.  Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from services.ranking.engine.counterfactual import Change, Counterfactual, LeafChanges
from services.ranking.explaining.phrases import amount, capital, class_label, criterion, say
from services.ranking.explaining.steps import LEAVES, Step
from services.ranking.words import Words


def counterfactual_story(found: Counterfactual) -> tuple[Step, ...]:
    """For each leaf, what more of it and what less of it would have changed."""
    steps: list[Step] = []
    for leaf in found.leaves:
        if leaf.points is None:
            words = say("{c}: không có điểm để thay đổi.", "{c}: no points to change.",
                        c=capital(criterion(leaf.criterion, found.rules)))  # fmt: skip
            steps.append(Step(LEAVES, leaf.criterion, words))
            continue
        steps.append(Step(LEAVES, leaf.criterion, change_words(leaf, found, up=True)))
        steps.append(Step(LEAVES, leaf.criterion, change_words(leaf, found, up=False)))
    return tuple(steps)


def change_words(leaf: LeafChanges, found: Counterfactual, *, up: bool) -> Words:
    """One direction of one leaf: "Thêm 0,25 ở 3.2 thì đổi phân loại; dưới 1,50 không đổi thứ hạng."."""
    if leaf.points == (leaf.max if up else leaf.min):
        end = Words("cao nhất", "highest") if up else Words("thấp nhất", "lowest")
        return say("{c} đã ở mức {e}.", "{c} is at its {e} already.", c=leaf.criterion, e=end)
    classes, ranks = (leaf.class_up, leaf.rank_up) if up else (leaf.class_down, leaf.rank_down)
    of_class = None if classes is None else _Said(classes, _CLASS, class_label(classes.class_id, found.rules))
    of_rank = None if ranks is None else _Said(ranks, _RANK, _rank(ranks))
    if of_class is None and of_rank is None:
        verb = Words("Thêm", "More") if up else Words("Bớt", "Less")
        return say("{v} bao nhiêu ở {c} cũng không đổi phân loại, thứ hạng.",
                   "{v} in {c}, however much, changes neither class nor rank.", v=verb,
                   c=leaf.criterion)  # fmt: skip
    said = [one for one in (of_class, of_rank) if one is not None]
    nearest = min(said, key=lambda one: abs(one.change.by))
    scale = found.rules.number.scale
    words = say("{v} {x} ở {c} thì đổi {w} ({k})", "{x} {v} in {c} changes the {w} ({k})",
                v=Words("Thêm", "more") if up else Words("Bớt", "less"), c=leaf.criterion,
                x=amount(abs(nearest.change.by), scale), w=nearest.what, k=nearest.then)  # fmt: skip
    if len(said) == 1:
        return say("{s}; không mức nào đổi {w}.", "{s}; no value changes the {w}.", s=words,
                   w=_RANK if nearest is of_class else _CLASS)  # fmt: skip
    other = said[0] if said[1] is nearest else said[1]
    if other.change.by == nearest.change.by:
        return say("{s} và {w} ({k}).", "{s} and the {w} ({k}).", s=words, w=other.what, k=other.then)
    return say("{s}; dưới {x} không đổi {w}.", "{s}; nothing below {x} changes the {w}.", s=words,
               x=amount(abs(other.change.by), scale), w=other.what)  # fmt: skip


_CLASS: Final = Words("phân loại", "class")
_RANK: Final = Words("thứ hạng", "rank")


@dataclass(frozen=True, slots=True)
class _Said:
    """A change, what it is a change of, and what that would be then."""

    change: Change
    what: Words
    then: Words


def _rank(change: Change) -> Words:
    text = "–" if change.rank is None else str(change.rank)
    return Words(text, text)
