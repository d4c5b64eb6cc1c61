"""From the normalised form to the :class:`~shared.rulebook.model.Rulebook`, by the standard library alone."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from shared.rulebook import normalise, number
from shared.rulebook.checks import bounds
from shared.rulebook.faults import Report, RulebookFault
from shared.rulebook.model import (
    AdjustmentItem,
    AdjustmentRules,
    AppealKind,
    Appeals,
    Area,
    Attendees,
    Class,
    Group,
    Grouping,
    Identity,
    Invited,
    Ladder,
    LadderRow,
    Leaf,
    MeasureTest,
    Numbers,
    Period,
    Quota,
    RequiredDocument,
    Rulebook,
    Share,
    Stage,
    Subordinates,
    TieBreak,
    Totals,
    Veto,
)
from shared.rulebook.tree import Json


def read(document: bytes) -> Rulebook:
    """The rulebook of a normalised form, checked again in full.

    Raises :class:`RulebookFault`: R001 when the bytes are not the canonical normalised form, else as
    the loader does.
    """
    report = Report()
    try:
        data = json.loads(document.decode("utf-8"), parse_float=_no_float, parse_constant=_no_float)
        canonical = normalise.canonical(data) == document
    except (ValueError, RecursionError):
        canonical = False
    if not canonical:
        report.add("R001", (), why="canonical JSON")
        raise RulebookFault(report.errors)
    data = normalise.normalise(data, report)
    if not report.errors and normalise.canonical(data) != document:
        report.add("R001", (), why="not normalised")
    if report.errors:
        raise RulebookFault(report.errors)
    return from_normalised(data)


def _no_float(text: str) -> Any:
    raise ValueError(f"a float in a rulebook: {text}")


def from_normalised(data: Json) -> Rulebook:
    """The model of a normalised form that is already known to be free of faults."""
    document = normalise.canonical(data)
    nodes = tuple(_node(node, ()) for node in data["criteria"])
    groups = tuple(node for node in nodes if isinstance(node, Group))
    leaves = tuple(leaf for node in nodes for leaf in (node.leaves if isinstance(node, Group) else (node,)))
    areas = tuple(
        Area(one["id"], one["label"], number.parse(data["total"][one["id"]])) for one in data["areas"]
    )
    totals = data["totals"]
    figures = data["number"]
    return Rulebook(
        document=document,
        digest=normalise.digest(document),
        identity=Identity(
            **{key: value for key, value in data["rulebook"].items() if not key.startswith("x-")}
        ),
        period=_period(data["period"]),
        periods={name: _period(span) for name, span in data["periods"].items()},
        areas=areas,
        number=Numbers(
            number.parse(figures["step"]), figures["scale"], figures["rounding"], figures["round_at"]
        ),
        stages=tuple(
            Stage(one["id"], one["label"], one.get("by"), one["id"] != "self") for one in data["stages"]
        ),
        labels=dict(data["labels"]),
        groups=groups,
        leaves=leaves,
        leaf={leaf.id: leaf for leaf in leaves},
        group={group.id: group for top in groups for group in _within(top)},
        area={area.id: area for area in areas},
        bonus=_adjustment(data["bonus"]),
        penalty=_adjustment(data["penalty"]),
        totals=Totals(
            None if totals["floor"] is None else number.parse(totals["floor"]),
            number.parse(totals["classification_cap"]),
            totals["rank_by"],
        ),
        classes=tuple(_class(one) for one in data["classes"]),
        quotas=tuple(
            Quota(
                one["class"], _share(one, "fraction", "count"), one["min_per_area"], one["on_tie_at_boundary"]
            )
            for one in data["quotas"]
        ),
        vetoes=tuple(_veto(one) for one in data["vetoes"]),
        tie_breaks=tuple(TieBreak(one["by"], one.get("order")) for one in data["tie_breaks"]),
        rank_style=data["rank_style"],
        rank_lists=tuple(data["rank_lists"]),
        groupings=tuple(Grouping(one["id"], one["label"], one["attribute"]) for one in data["groupings"]),
        policies={key: value for key, value in data["policies"].items() if not key.startswith("x-")},
        appeals=_appeals(data["appeals"]),
        required_documents=tuple(
            RequiredDocument(one["id"], one["label"], _names(one, "areas"))
            for one in data["required_documents"]
        ),
        attendees=_attendees(data["attendees"]) if "attendees" in data else None,
    )


def _period(span: Json) -> Period:
    return Period(date.fromisoformat(span["from"]), date.fromisoformat(span["to"]))


def _names(item: Json, key: str) -> tuple[str, ...] | None:
    return tuple(item[key]) if key in item else None


def _node(node: Json, above: tuple[str, ...]) -> Group | Leaf:
    if "children" not in node:
        return _leaf(node, above)
    children = tuple(_node(child, (*above, node["id"])) for child in node["children"])
    leaves = tuple(leaf for one in children for leaf in (one.leaves if isinstance(one, Group) else (one,)))
    return Group(node["id"], node["label"], children, leaves)


def _within(group: Group) -> list[Group]:
    below = [inner for one in group.children if isinstance(one, Group) for inner in _within(one)]
    return [group, *below]


def _leaf(node: Json, above: tuple[str, ...]) -> Leaf:
    ladder = node.get("ladder")
    return Leaf(
        id=node["id"],
        label=node["label"],
        owner=node["owner"],
        stage=node["stage"],
        self_scored=node["self"],
        input=node["input"],
        max={area: number.parse(text) for area, text in node["max"].items()},
        min={area: number.parse(text) for area, text in node.get("min", {}).items()},
        weight=number.parse(node["weight"]),
        groups=above,
        ladder=None if ladder is None else _ladder(ladder),
        per=number.parse(node["per"]) if "per" in node else None,
        source_max=number.parse(node["source_max"]) if "source_max" in node else None,
        no_target=node.get("no_target"),
        joint=tuple(node.get("with", ())),
        entered_by=tuple(node.get("entered_by", ())),
        deliver_to=node.get("deliver_to"),
        period=node.get("period"),
    )


def _ladder(ladder: Json) -> Ladder:
    return Ladder(
        ladder["metric"],
        ladder["unit"],
        ladder["domain"]["type"] == "integer",
        bounds(ladder["domain"]),
        tuple(LadderRow(bounds(row), number.parse(row["frac"])) for row in ladder["rows"]),
    )


def _adjustment(part: Json) -> AdjustmentRules:
    items = tuple(
        AdjustmentItem(
            one["code"],
            one["label"],
            number.parse(one["per"]) if "per" in one else None,
            number.parse(one["cap"]),
        )
        for one in part["items"]
    )
    return AdjustmentRules(number.parse(part["cap_total"]), part["require_evidence"], items)


def _share(one: Json, fraction: str, count: str) -> Share:
    return Share(
        number.parse(one[fraction]) if fraction in one else None,
        one.get(count),
        one.get("denominator"),
        one.get("rounding"),
    )


def _class(one: Json) -> Class:
    also = one.get("also", {})
    ranked = "top_fraction" in one or "top_count" in one
    return Class(
        id=one["id"],
        label=one["label"],
        gte=number.parse(one["gte"]) if "gte" in one else None,
        measure=one.get("measure"),
        base_gte=number.parse(also["base_gte"]) if "base_gte" in also else None,
        every_group_gte_frac=(
            number.parse(also["every_group_gte_frac"]) if "every_group_gte_frac" in also else None
        ),
        measures=tuple(MeasureTest(test["measure"], bounds(test)) for test in also.get("measures", ())),
        rank_lte=one.get("rank_lte"),
        top=_share(one, "top_fraction", "top_count") if ranked else None,
        on_tie_at_boundary=one.get("on_tie_at_boundary", "expand"),
    )


def _veto(one: Json) -> Veto:
    recorded = one["source"].get("recorded", {})
    derived = one["source"].get("derived", {})
    effect = one["effect"]
    return Veto(
        id=one["id"],
        label=one["label"],
        event=recorded.get("event"),
        document_required=recorded.get("document") == "required",
        lifted_by=recorded.get("lifted_by"),
        rule=derived.get("rule"),
        as_of=derived.get("as_of"),
        max_class=effect.get("max_class"),
        zeroes_inspection=effect.get("inspection_leaves") == "zero",
        appeal_right_lost=effect.get("appeal_right") == "lost",
    )


def _appeals(one: Json) -> Appeals:
    return Appeals(
        one["term_counts_from"],
        one["term_day_count"],
        one["result_may_go_down"],
        one["forfeit_itself_appealable"],
        tuple(
            AppealKind(name, kind["term_days"], kind["decided_by"], tuple(kind["corrections"]))
            for name, kind in sorted(one["kinds"].items())
            if not name.startswith("x-")
        ),
    )


def _attendees(one: Json) -> Attendees:
    return Attendees(
        tuple(one["required_roles"]),
        tuple(Invited(item["role"], _names(item, "areas")) for item in one["invited"]),
        tuple(
            Subordinates(item["count"], tuple(item["class_in"]), item["shortage_allowed_with_reason"])
            for item in one["subordinates"]
        ),
        {area: tuple(kinds) for area, kinds in one["must_cover"].items()},
        one["class_year"],
    )
