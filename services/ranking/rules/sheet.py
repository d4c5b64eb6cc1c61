"""A rulebook as the page shows it: plain values in one language, ready to print.  Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from services.ranking.explaining.phrases import amount, capital, measure, say, stage
from services.ranking.rules import words as say_rule
from services.ranking.rules.phrases import code_words
from services.ranking.rules.policies import Policy, policies
from services.ranking.view import Chip
from services.ranking.words import Words
from shared.rulebook import Leaf, Rulebook
from shared.rulebook.model import AdjustmentRules, Group

Owner = Callable[[str], str]
"""The name of a body that scores."""


@dataclass(frozen=True, slots=True)
class CriterionLine:
    """A criterion, or the head of a group.  ``maxima``: by area, "–" where it does not apply.

    ``notes``: weight, lowest points, joint authors, period and what happens without a target.
    """

    id: str
    label: str
    group: bool
    depth: int
    maxima: tuple[str, ...]
    owner: str = ""
    stage: str = ""
    input: str = ""
    rows: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Adjustments:
    """Bonus or penalty: the cap over all items, and each item with its worth and its cap."""

    title: str
    cap: str
    evidence: bool
    items: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True, slots=True)
class ClassLine:
    """A class, its conditions and its quota in words."""

    chip: Chip
    conditions: tuple[str, ...]
    quota: str


@dataclass(frozen=True, slots=True)
class VetoLine:
    """A veto: when it is in force and what it does."""

    id: str
    label: str
    source: str
    effects: str


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """An open question, its answer, whether that departs from the default, and the other answers."""

    name: str
    asks: str
    answer: str
    default: str
    chosen: bool
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AppealLine:
    """A kind of appeal: term, who decides, what it can bring."""

    kind: str
    term: int
    decided_by: str
    corrections: str


@dataclass(frozen=True, slots=True)
class RulebookSheet:
    """The whole rulebook.  ``areas``: the columns of maxima, narrowed to one area where only it is asked."""

    id: str
    version: str
    status: str
    illustrative: bool
    digest: str
    cycle: str
    period: str
    numbers: str
    areas: tuple[tuple[str, str, str], ...]
    criteria: tuple[CriterionLine, ...]
    adjustments: tuple[Adjustments, ...]
    totals: tuple[str, ...]
    classes: tuple[ClassLine, ...]
    vetoes: tuple[VetoLine, ...]
    ties: tuple[str, ...]
    rank_style: str
    rank_lists: str
    policies: tuple[PolicyLine, ...]
    appeals: tuple[AppealLine, ...]
    appeal_terms: str
    documents: tuple[tuple[str, str], ...]


def rulebook_sheet(rulebook: Rulebook, owner: Owner, language: str, area: str = "") -> RulebookSheet:
    """``rulebook`` in words; ``area``: only what applies there, "" for all areas."""

    def text(words: Words) -> str:
        return words.in_(language)

    writer = _Writer(
        rulebook, owner, language, tuple(one.id for one in rulebook.areas if area in ("", one.id))
    )
    quotas = {one.class_id: text(say_rule.quota_words(one, rulebook)) for one in rulebook.quotas}
    return RulebookSheet(
        id=rulebook.identity.id,
        version=rulebook.identity.version,
        status=text(code_words(rulebook.identity.status)),
        illustrative=rulebook.identity.status == "illustrative",
        digest=rulebook.digest,
        cycle=rulebook.identity.cycle,
        period=f"{rulebook.period.start:%d/%m/%Y} – {rulebook.period.end:%d/%m/%Y}",
        numbers=text(_numbers(rulebook)),
        areas=tuple(
            (one.id, one.label, text(amount(one.total))) for one in rulebook.areas if area in ("", one.id)
        ),
        criteria=tuple(writer.lines(rulebook.groups, 0)),
        adjustments=(
            writer.adjustments(Words("Điểm thưởng", "Bonus"), rulebook.bonus),
            writer.adjustments(Words("Điểm trừ", "Penalty"), rulebook.penalty),
        ),
        totals=tuple(text(one) for one in _totals(rulebook)),
        classes=tuple(
            ClassLine(
                Chip(one.label, place),
                tuple(text(condition) for condition in say_rule.class_conditions(one, rulebook)),
                quotas.get(one.id, ""),
            )
            for place, one in enumerate(rulebook.classes)
        ),
        vetoes=tuple(
            VetoLine(
                one.id,
                one.label,
                text(say_rule.veto_source(one)),
                text(say_rule.veto_effects(one, rulebook)),
            )
            for one in rulebook.vetoes
        ),
        ties=tuple(text(say_rule.tie_words(step, rulebook)) for step in rulebook.tie_breaks),
        rank_style=text(say_rule.style_words(rulebook.rank_style)),
        rank_lists=", ".join(text(say_rule.list_words(name, rulebook)) for name in rulebook.rank_lists),
        policies=tuple(_policy(one, language) for one in policies(rulebook)),
        appeals=tuple(
            AppealLine(
                text(code_words(kind.id)),
                kind.term_days,
                text(code_words(kind.decided_by)),
                text(say_rule.corrections_words(kind)),
            )
            for kind in rulebook.appeals.kinds
        ),
        appeal_terms=text(_appeal_terms(rulebook)),
        documents=tuple(
            (
                one.label,
                "" if one.areas is None else ", ".join(rulebook.area[code].label for code in one.areas),
            )
            for one in rulebook.required_documents
            if area == "" or one.areas is None or area in one.areas
        ),
    )


class _Writer:
    """The lines of one rulebook for some of its areas."""

    def __init__(self, rulebook: Rulebook, owner: Owner, language: str, areas: tuple[str, ...]) -> None:
        self.rulebook = rulebook
        self.owner = owner
        self.language = language
        self.areas = areas

    def text(self, words: Words) -> str:
        return words.in_(self.language)

    def lines(self, nodes: tuple[Group | Leaf, ...], depth: int) -> Iterator[CriterionLine]:
        """Groups and criteria in file order, those that apply in none of the areas left out."""
        for node in nodes:
            if isinstance(node, Leaf):
                if any(area in node.max for area in self.areas):
                    yield self.leaf(node, depth)
                continue
            below = tuple(self.lines(node.children, depth + 1))
            if below:
                yield CriterionLine(node.id, node.label, True, depth, self.group_maxima(node))
                yield from below

    def group_maxima(self, group: Group) -> tuple[str, ...]:
        sums = (
            [leaf.max[area] * leaf.weight for leaf in group.leaves if area in leaf.max] for area in self.areas
        )
        return tuple(self.text(amount(sum(one, Fraction(0)))) if one else "–" for one in sums)

    def leaf(self, leaf: Leaf, depth: int) -> CriterionLine:
        return CriterionLine(
            id=leaf.id,
            label=leaf.label,
            group=False,
            depth=depth,
            maxima=tuple(
                self.text(amount(leaf.max[area])) if area in leaf.max else "–" for area in self.areas
            ),
            owner=", ".join(self.owner(code) for code in (leaf.owner, *leaf.joint)),
            stage=self.text(stage(leaf.stage, self.rulebook)),
            input=self.text(capital(say_rule.input_words(leaf, self.rulebook))),
            rows=tuple((self.text(reach), self.text(part)) for reach, part in say_rule.ladder_rows(leaf)),
            notes=tuple(self.text(note) for note in self.notes(leaf)),
        )

    def notes(self, leaf: Leaf) -> Iterator[Words]:
        if leaf.weight != 1:
            yield say("trọng số {w}", "weight {w}", w=amount(leaf.weight))
        for area in self.areas:
            if leaf.min.get(area):
                yield say("thấp nhất {m} ({a})", "at least {m} ({a})", m=amount(leaf.min[area]), a=area)
        if leaf.no_target is not None:
            yield say("không giao chỉ tiêu: {m}", "without a target: {m}", m=code_words(leaf.no_target))
        if leaf.period is not None:
            period = self.rulebook.periods[leaf.period]
            yield say("thời kỳ {a} – {b}", "period {a} – {b}", a=f"{period.start:%d/%m/%Y}",
                      b=f"{period.end:%d/%m/%Y}")  # fmt: skip
        if leaf.entered_by:
            yield say("có thể nhập thay: {b}", "may be entered by {b}",
                      b=", ".join(self.owner(code) for code in leaf.entered_by))  # fmt: skip

    def adjustments(self, title: Words, rules: AdjustmentRules) -> Adjustments:
        scale = self.rulebook.number.scale
        free = Words("theo quyết định", "as decided")
        return Adjustments(
            self.text(title),
            self.text(amount(rules.cap_total, scale)),
            rules.require_evidence,
            tuple(
                (
                    item.code,
                    item.label,
                    self.text(free if item.per is None else amount(item.per, scale)),
                    self.text(amount(item.cap, scale)),
                )
                for item in rules.items
            ),
        )


def _numbers(rulebook: Rulebook) -> Words:
    rules = rulebook.number
    return say("Bước điểm {s}, {r}, làm tròn {a}", "A step of {s}, {r}, rounded {a}", s=amount(rules.step),
               r=code_words(rules.rounding), a=code_words(rules.round_at))  # fmt: skip


def _totals(rulebook: Rulebook) -> Iterator[Words]:
    rules, scale = rulebook.totals, rulebook.number.scale
    yield Words("Tổng điểm = điểm cơ bản + thưởng − trừ", "Total = base + bonus − penalty")
    if rules.floor is not None:
        yield say("Tổng điểm không dưới {f}", "The total is never below {f}", f=amount(rules.floor, scale))
    yield say("Điểm phân loại không quá {c}; xếp hạng dùng {m}",
              "The classification score is at most {c}; ranks go by {m}",
              c=amount(rules.classification_cap, scale), m=measure(rules.rank_by, rulebook))  # fmt: skip


def _appeal_terms(rulebook: Rulebook) -> Words:
    rules = rulebook.appeals
    down = (
        Words("kết quả có thể thấp hơn", "the result may go down")
        if rules.result_may_go_down
        else Words("kết quả không thấp hơn", "the result never goes down")
    )
    return say("Thời hạn tính từ {f}, theo {d}; {g}", "Terms count from {f}, in {d}; {g}",
               f=code_words(rules.term_counts_from), d=code_words(rules.term_day_count), g=down)  # fmt: skip


def _policy(policy: Policy, language: str) -> PolicyLine:
    return PolicyLine(
        policy.name,
        policy.asks.in_(language),
        policy.answer.in_(language),
        policy.default.in_(language),
        policy.chosen,
        tuple(one.in_(language) for one in policy.others),
    )
