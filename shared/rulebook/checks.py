"""What the shape alone cannot say: sums, stages, ladders, classes, quotas, vetoes (rulebook format §12).

Works on a walked file (:mod:`shared.rulebook.form`), so every value already has its type.  One small
function per part of the file; all of them always run, so that an author sees every fault at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any, Final

from shared.rulebook import number
from shared.rulebook.faults import Path, Report
from shared.rulebook.model import STAGES, TEAM, Bounds
from shared.rulebook.tree import Json, groups_of, leaves_of, takes_target

_BOUND_KEYS: Final = ("gt", "gte", "lt", "lte")
_DERIVED: Final = ("subordinates_not_classified", "self_score_not_submitted")
_DENOMINATORS: Final = ("units_ranked_in_area", "units_registered_in_area")


def check_tree(data: Json, report: Report) -> None:
    """Checks of the criteria as they are written, before any default is filled in."""
    for leaf, path in leaves_of(data["criteria"]):
        _leaf_input(leaf, path, report)
    for one, path in _numbered(data["classes"], "classes"):
        for key in ("denominator", "rounding"):
            if key in one and "top_fraction" not in one:
                report.add("R054", (*path, key))


@dataclass(frozen=True, slots=True)
class Register:
    """The unit register as far as a rulebook rests on it: its columns, and its units where they are at hand.

    A unit is its area and its first and last valid day, "" when unbounded.
    """

    columns: tuple[str, ...] = ("area", "kind", "name", "successor", "valid_from", "valid_to")
    units: tuple[tuple[str, str, str], ...] | None = None

    def open_on(self, day: str) -> dict[str, int] | None:
        """How many units are open in each area on ``day``; None when the units are not at hand."""
        if self.units is None:
            return None
        found: dict[str, int] = {}
        for area, first, last in self.units:
            if first <= day and (not last or day <= last):
                found[area] = found.get(area, 0) + 1
        return found


REGISTER: Final = Register()
"""The register of a ledger: the columns of ``unit.registered`` that hold one value."""


def check(data: Json, report: Report, register: Register = REGISTER) -> None:
    """Every other check, on the normalised form."""
    for rule in _RULES:
        rule(data, report)
    _groupings(data, register, report)
    _small_areas(data, register, report)


def _numbered(items: list[Any], *path: str | int) -> Iterator[tuple[Any, Path]]:
    for n, item in enumerate(items):
        yield item, (*path, n)


def _unique(items: Iterator[tuple[Json, Path]], key: str, report: Report) -> None:
    seen: set[str] = set()
    for item, path in items:
        if item[key] in seen:
            report.add("R006", (*path, key), id=item[key])
        seen.add(item[key])


def _ids(data: Json, report: Report) -> None:
    def nodes() -> Iterator[tuple[Json, Path]]:
        yield from groups_of(data["criteria"])
        yield from leaves_of(data["criteria"])

    def items() -> Iterator[tuple[Json, Path]]:
        yield from _numbered(data["bonus"]["items"], "bonus", "items")
        yield from _numbered(data["penalty"]["items"], "penalty", "items")

    _unique(nodes(), "id", report)
    _unique(items(), "code", report)
    for part in ("areas", "classes", "vetoes", "groupings", "required_documents"):
        _unique(_numbered(data[part], part), "id", report)
    for one, path in _numbered(data["classes"], "classes"):
        if one["id"] == "unclassified":
            report.add("R006", (*path, "id"), id=one["id"])


def _periods(data: Json, report: Report) -> None:
    spans = [(("period",), data["period"])]
    spans += [(("periods", name), span) for name, span in data["periods"].items()]  # type: ignore[misc]
    for path, span in spans:
        if span["from"] > span["to"]:
            report.add("R063", path)
    for leaf, where in leaves_of(data["criteria"]):
        if "period" in leaf and leaf["period"] not in data["periods"]:
            report.add("R063", (*where, "period"))


def _areas(data: Json, report: Report) -> None:
    known = {area["id"] for area in data["areas"]}
    for area, path in _numbered(data["areas"], "areas"):
        if area["id"] not in data["total"]:
            report.add("R010", path, a=area["id"])
    for name in data["total"]:
        if name not in known:
            report.add("R010", ("total", name), a=name)
    for nodes in (groups_of(data["criteria"]), leaves_of(data["criteria"])):
        for node, path in nodes:
            for key in ("max", "min"):
                for name in node.get(key, {}):
                    if name not in known or (key == "min" and name not in node["max"]):
                        report.add("R010", (*path, key, name), a=name)


def _sums(data: Json, report: Report) -> None:
    for area in data["areas"]:
        name = area["id"]
        total = data["total"].get(name)
        found = sum((_worth(leaf, name) for leaf, _ in leaves_of(data["criteria"])), Fraction(0))
        if total is not None and found != number.parse(total):
            report.add("R011", ("total", name), a=name, x=number.show(found, 0), y=total)
    for group, path in groups_of(data["criteria"]):
        leaves = [leaf for leaf, _ in leaves_of(group["children"])]
        if not leaves:
            report.add("R014", path, c=group["id"])
        if "max" in group:
            names = {name for leaf in leaves for name in leaf["max"]} | set(group["max"])
            for name in sorted(names):
                summed = sum((_worth(leaf, name) for leaf in leaves), Fraction(0))
                if number.parse(group["max"].get(name, "0")) != summed:
                    report.add("R012", (*path, "max"), g=group["id"])


def _worth(leaf: Json, area: str) -> Fraction:
    return number.parse(leaf["max"].get(area, "0")) * number.parse(leaf["weight"])


def _leaves(data: Json, report: Report) -> None:
    step = number.parse(data["number"]["step"])
    for leaf, path in leaves_of(data["criteria"]):
        name = leaf["id"]
        if not leaf["max"]:
            report.add("R014", path, c=name)
        for area, text in leaf["max"].items():
            value = number.parse(text)
            if value <= 0 or (step > 0 and not number.on_step(value, step)):
                report.add("R013", (*path, "max", area))
        for area, text in leaf.get("min", {}).items():
            value = number.parse(text)
            if leaf["input"] != "direct" or value > 0 or (step > 0 and not number.on_step(value, step)):
                report.add("R016", (*path, "min", area))
        if number.parse(leaf["weight"]) < 0:
            report.add("R015", (*path, "weight"))
        if "owner" not in leaf:
            report.add("R020", path, c=name)
        if (leaf.get("owner") == TEAM) != (leaf["stage"] == "inspection"):
            report.add("R021", (*path, "stage"), c=name)


def _leaf_input(leaf: Json, path: Path, report: Report) -> None:
    name, kind = leaf["id"], leaf["input"]
    if kind == "ladder" and "ladder" not in leaf:
        report.add("R033", path, c=name)
    if kind != "ladder" and "ladder" in leaf:
        report.add("R037", (*path, "ladder"), c=name)
    if (kind == "count") != ("per" in leaf) or ("per" in leaf and number.parse(leaf["per"]) <= 0):
        report.add("R034", (*path, "per"), c=name)
    if "no_target" in leaf and not takes_target(leaf):
        report.add("R035", (*path, "no_target"), c=name)
    if "source_max" in leaf and (
        kind != "direct" or leaf["stage"] != "external" or number.parse(leaf["source_max"]) <= 0
    ):
        report.add("R036", (*path, "source_max"), c=name)
    if "min" in leaf and kind != "direct":
        report.add("R016", (*path, "min"))
    if "ladder" in leaf:
        _ladder(name, leaf["ladder"], (*path, "ladder"), report)


def bounds(row: Json) -> Bounds:
    """The bounds that a row, a domain or a class test states."""
    return Bounds(**{key: number.parse(row[key]) for key in _BOUND_KEYS if key in row})


def _ladder(name: str, ladder: Json, path: Path, report: Report) -> None:
    rows = [bounds(row) for row in ladder["rows"]]
    domain = bounds(ladder["domain"])
    integer = ladder["domain"]["type"] == "integer"
    fractions = [number.parse(row["frac"]) for row in ladder["rows"]]
    for n, (row, frac) in enumerate(zip(ladder["rows"], fractions, strict=True)):
        where: Path = (*path, "rows", n)
        if not 0 <= frac <= 1:
            report.add("R032", (*where, "frac"), c=name, n=n + 1)
        stated = [key for key in _BOUND_KEYS if key in row]
        if not stated or len(stated) > 2 or {"gt", "gte"} <= set(stated) or {"lt", "lte"} <= set(stated):
            report.add("R002", where, k=" ".join(stated) or "-")
    reached: set[int] = set()
    for point in _samples([domain, *rows], integer):
        if not domain.holds(point):
            continue
        hit = next((n for n, row in enumerate(rows) if row.holds(point)), None)
        if hit is None:
            report.add("R030", (*path, "rows"), c=name, x=number.show(point, 0))
            break
        reached.add(hit)
    else:
        for n in range(len(rows)):
            if n not in reached:
                report.add("R031", (*path, "rows", n), c=name, n=n + 1)
    pairs = list(pairwise(fractions))
    if any(a < b for a, b in pairs) and any(a > b for a, b in pairs):
        report.add("W001", (*path, "rows"), c=name)


def _samples(intervals: list[Bounds], integer: bool) -> list[Fraction]:
    """One point in every region that the bounds cut the line into, so that testing them tests all of it."""
    stated = {value for one in intervals for value in (one.gt, one.gte, one.lt, one.lte) if value is not None}
    cuts = sorted(stated) or [Fraction(0)]
    points = {cuts[0] - 1, cuts[-1] + 1, *cuts, *((a + b) / 2 for a, b in pairwise(cuts))}
    if integer:
        whole = {Fraction(cut.numerator // cut.denominator) for cut in cuts}
        points = {base + near for base in whole for near in (-1, 0, 1, 2)}
    return sorted(points)


def _stages(data: Json, report: Report) -> None:
    if [stage["id"] for stage in data["stages"]] != list(STAGES):
        report.add("R022", ("stages",))
    for stage, path in _numbered(data["stages"], "stages"):
        if stage.get("official", stage["id"] != "self") != (stage["id"] != "self"):
            report.add("R022", (*path, "official"))


def _numbers(data: Json, report: Report) -> None:
    step = number.parse(data["number"]["step"])
    digits = number.decimals(step)
    if step <= 0 or digits is None or digits > data["number"]["scale"]:
        report.add("R040", ("number", "step"))


def _amounts(data: Json, report: Report) -> None:
    step = number.parse(data["number"]["step"])

    def amount(text: str, path: Path) -> None:
        value = number.parse(text)
        if value < 0 or (step > 0 and not number.on_step(value, step)):
            report.add("R041", path)

    for part in ("bonus", "penalty"):
        cap = data[part]["cap_total"]
        amount(cap, (part, "cap_total"))
        for item, path in _numbered(data[part]["items"], part, "items"):
            amount(item["cap"], (*path, "cap"))
            if "per" in item:
                amount(item["per"], (*path, "per"))
            if number.parse(item["cap"]) > number.parse(cap):
                report.add("W002", (*path, "cap"), code=item["code"])
    if data["totals"]["floor"] is not None and step > 0:
        for key in ("floor", "classification_cap"):
            if not number.on_step(number.parse(data["totals"][key]), step):
                report.add("R041", ("totals", key))


def _measures(data: Json, report: Report) -> None:
    known = {f"group:{group['id']}" for group, _ in groups_of(data["criteria"])}
    known |= {f"criterion:{leaf['id']}" for leaf, _ in leaves_of(data["criteria"])}

    def measure(name: str, path: Path) -> None:
        if ":" in name and name not in known:
            report.add("R052", path, m=name)

    measure(data["totals"]["rank_by"], ("totals", "rank_by"))
    for one, path in _numbered(data["classes"], "classes"):
        if "measure" in one:
            measure(one["measure"], (*path, "measure"))
        for test, where in _numbered(one.get("also", {}).get("measures", []), *path, "also", "measures"):
            measure(test["measure"], (*where, "measure"))
            if not any(key in test for key in _BOUND_KEYS):
                report.add("R003", where, k="gte")
    for step, path in _numbered(data["tie_breaks"], "tie_breaks"):
        measure(step["by"], (*path, "by"))


_CONDITIONS: Final = ("gte", "also", "rank_lte", "top_count", "top_fraction")


def _classes(data: Json, report: Report) -> None:
    classes = data["classes"]
    lowest: dict[str, Fraction] = {}
    for one, path in _numbered(classes, "classes"):
        if "measure" in one and "gte" not in one:
            report.add("R003", path, k="gte")
        if "gte" in one:
            value = number.parse(one["gte"])
            if one["measure"] in lowest and value >= lowest[one["measure"]]:
                report.add("R050", (*path, "gte"))
            lowest[one["measure"]] = value
        ranked = [key for key in ("rank_lte", "top_count", "top_fraction") if key in one]
        if len(ranked) > 1:
            report.add("R054", (*path, ranked[1]))
        if "on_tie_at_boundary" in one and not ranked:
            report.add("R054", (*path, "on_tie_at_boundary"))
        if "top_fraction" in one:
            _share(one["top_fraction"], one, path, _DENOMINATORS, report)
    last = classes[-1]
    if any(key in last for key in _CONDITIONS):
        report.add("R051", ("classes", len(classes) - 1))
    for one, path in _numbered(classes[:-1], "classes"):
        if not any(key in one for key in _CONDITIONS):
            report.add("R051", path)


def _share(fraction: str, holder: Json, path: Path, allowed: tuple[str, ...], report: Report) -> None:
    if not 0 <= number.parse(fraction) <= 1 or "rounding" not in holder:
        report.add("R054", path)
    denominator = holder.get("denominator", "")
    if denominator not in allowed and not (
        denominator.startswith("units_in_class:") and allowed is not _DENOMINATORS
    ):
        report.add("R054", (*path, "denominator"))


def _quotas(data: Json, report: Report) -> None:
    order = [one["id"] for one in data["classes"]]
    held = [quota["class"] for quota in data["quotas"]]
    for quota, path in _numbered(data["quotas"], "quotas"):
        name = quota["class"]
        if name not in order[:-1] or held.count(name) > 1 or ("fraction" in quota) == ("count" in quota):
            report.add("R054", path)
        if "fraction" in quota:
            _share(quota["fraction"], quota, path, (*_DENOMINATORS, "units_in_class"), report)
        elif "denominator" in quota or "rounding" in quota:
            report.add("R054", path)
        denominator = quota.get("denominator", "")
        if denominator.startswith("units_in_class:") and name in order[:-1]:
            below = order[order.index(name) + 1]
            if denominator != f"units_in_class:{below}" or below in held:
                report.add("R055", (*path, "denominator"))


def _small_areas(data: Json, register: Register, report: Report) -> None:
    """W003: a quota whose rounding leaves nothing in a small area, unless ``min_per_area`` prevents that.

    With the units at hand, each area with all its open units ranked; else the largest area of which it is
    true.
    """
    census = register.open_on(data["period"]["to"])
    for quota, path in _numbered(data["quotas"], "quotas"):
        if "fraction" not in quota or quota["min_per_area"] > 0 or "rounding" not in quota:
            continue
        fraction = number.parse(quota["fraction"])
        # The last place of units_in_class is itself a unit that leaves the class counted.
        spare = 1 if quota.get("denominator", "").startswith("units_in_class:") else 0

        def none_of(n: int, fraction: Fraction = fraction, spare: int = spare, quota: Json = quota) -> bool:
            return number.to_count(fraction * max(0, n - spare), quota["rounding"]) == 0

        if census is not None:
            for area in data["areas"]:
                n = census.get(area["id"], 0)
                if n and none_of(n):
                    report.add("W003", path, n=n)
        elif none_of(_LARGEST_AREA):
            report.add("W003", path, n=f">= {_LARGEST_AREA}")
        elif none_of(1):
            report.add("W003", path, n=_last(none_of))


_LARGEST_AREA: Final = 1_000_000


def _last(none_of: Callable[[int], bool]) -> int:
    """The largest n that leaves nothing; more units never leave less."""
    low, high = 1, _LARGEST_AREA
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if none_of(middle) else (low, middle)
    return low


def _groupings(data: Json, register: Register, report: Report) -> None:
    for one, path in _numbered(data["groupings"], "groupings"):
        if one["attribute"] not in register.columns:
            report.add("R058", (*path, "attribute"))


def _ties(data: Json, report: Report) -> None:
    steps = [step["by"] for step in data["tie_breaks"]]
    final = bool(steps) and steps[-1] == "committee_decision"
    needed = data["rank_style"] == "1234" or any(
        one.get("on_tie_at_boundary") == "decide" for one in (*data["quotas"], *data["classes"])
    )
    if len(set(steps)) != len(steps) or "committee_decision" in steps[:-1] or (needed and not final):
        report.add("R053", ("tie_breaks",))
    for step, path in _numbered(data["tie_breaks"], "tie_breaks"):
        if (step["by"] == "committee_decision") == ("order" in step):
            report.add("R053", path)


def _lists(data: Json, report: Report) -> None:
    groupings = {f"grouping:{one['id']}" for one in data["groupings"]}
    for name, path in _numbered(data["rank_lists"], "rank_lists"):
        if name not in ("area", "criterion", "group", "overall") and name not in groupings:
            allowed = ", ".join(("area", "criterion", "group", "overall", *sorted(groupings)))
            report.add("R005", path, v=name, list=allowed)
    if "overall" in data["rank_lists"]:
        totals = {number.parse(text) for text in data["total"].values()}
        if len(totals) > 1:
            report.add("R057", ("rank_lists",))


def _vetoes(data: Json, report: Report) -> None:
    leaves = {leaf["id"] for leaf, _ in leaves_of(data["criteria"])}
    classes = {one["id"] for one in data["classes"]} | {"unclassified"}
    for veto, path in _numbered(data["vetoes"], "vetoes"):
        source, effect = veto["source"], veto["effect"]
        rule = source.get("derived", {}).get("rule")
        known = rule is None or rule in _DERIVED or rule.removeprefix("criterion_is_zero:") in leaves
        if (
            ("recorded" in source) == ("derived" in source)
            or not known
            or not ({"max_class", "inspection_leaves", "appeal_right"} & effect.keys())
            or effect.get("max_class", "unclassified") not in classes
        ):
            report.add("R060", path, id=veto["id"])


def _people(data: Json, report: Report) -> None:
    areas = {area["id"] for area in data["areas"]}
    classes = {one["id"] for one in data["classes"]}
    attendees = data.get("attendees", {"invited": [], "subordinates": [], "must_cover": {}})
    for part, items in (
        ("required_documents", data["required_documents"]),
        ("attendees", attendees["invited"]),
    ):
        for n, item in enumerate(items):
            if not set(item.get("areas", ())) <= areas:
                report.add("R064", (part, n) if part == "required_documents" else (part, "invited", n))
    for n, item in enumerate(attendees["subordinates"]):
        if not set(item["class_in"]) <= classes:
            report.add("R064", ("attendees", "subordinates", n))
    if not set(attendees["must_cover"]) <= areas:
        report.add("R064", ("attendees", "must_cover"))


_RULES: Final[tuple[Callable[[Json, Report], None], ...]] = (
    _ids,
    _periods,
    _areas,
    _numbers,
    _stages,
    _sums,
    _leaves,
    _amounts,
    _measures,
    _classes,
    _quotas,
    _ties,
    _lists,
    _vetoes,
    _people,
)
