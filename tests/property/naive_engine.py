"""A second implementation of the rules, as an oracle: slow, obvious, from the words of the format,
Fractions only.

It shares nothing with the engine: it reads the normalised JSON of the rulebook and the plain list of
stated events, and looks everything up again each time.  One rulebook, adopted before everything else; no
amendments, no derived vetoes.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

Json = dict[str, Any]
Event = tuple[str, str, str, Json]
NONE = "none"
RESCALED = "rescaled"


def leaves(nodes: list[Json]) -> list[Json]:
    return [leaf for node in nodes for leaf in (leaves(node["children"]) if "children" in node else [node])]


def rounded(value: Fraction, book: Json) -> Fraction:
    step, mode = Fraction(book["number"]["step"]), book["number"]["rounding"]
    low = (value / step).__floor__() * step
    high = low if low == value else low + step
    if mode == "DOWN":
        return low if value >= 0 else high
    if value - low != high - value:
        return low if value - low < high - value else high
    if mode == "HALF_UP":
        return high if value >= 0 else low
    return low if (low / step) % 2 == 0 else high


def how_many(value: Fraction, mode: str) -> int:
    low = value.__floor__()
    rest = value - low
    if mode == "floor" or rest == 0:
        return low
    if mode == "ceil":
        return low + 1
    if rest == Fraction(1, 2):
        return low + 1 if mode == "half_up" or low % 2 == 1 else low
    return low if rest < Fraction(1, 2) else low + 1


def text_number(value: Any) -> Fraction | None:
    """A decimal string, or None."""
    if not isinstance(value, str) or not value.isascii():
        return None
    digits = value.removeprefix("-")
    whole, point, part = digits.partition(".")
    if not whole.isdigit() or (len(whole) > 1 and whole[0] == "0") or len(whole) > 9:
        return None
    if point and (not part.isdigit() or len(part) > 6):
        return None
    return Fraction(value)


def inside(value: Fraction, row: Json) -> bool:
    tests = {
        "gt": lambda bound: value > bound,
        "gte": lambda bound: value >= bound,
        "lt": lambda bound: value < bound,
        "lte": lambda bound: value <= bound,
    }
    return all(tests[key](Fraction(row[key])) for key in tests if key in row)


def judged(book: Json, leaf: Json, area: str, stage: str, data: Json) -> Fraction | str:
    """Points, RESCALED, or NONE when the value is refused."""
    most = Fraction(leaf["max"][area])
    raw = stage in ("self", leaf["stage"])
    percent = leaf["input"] == "ladder" and leaf["ladder"]["unit"] == "percent"
    targets = leaf["input"] == "ratio" or percent
    value, target, state = data.get("value"), data.get("target"), data.get("state")
    if state is not None:
        if value is not None or target is not None:
            return NONE
        if not raw:
            return RESCALED if state == "NOT_APPLICABLE" and stage in ("standing", "appeal") else NONE
        if state != "NO_TARGET" or not targets:
            return NONE
        if leaf["no_target"] == "rescale":
            return RESCALED
        return most if leaf["no_target"] == "full" else Fraction(0)
    found = text_number(value)
    if found is None or (target is not None and not (raw and targets)):
        return NONE
    if not raw or (leaf["input"] == "direct" and "source_max" not in leaf):
        least = Fraction(leaf.get("min", {}).get(area, "0"))
        on_step = (found / Fraction(book["number"]["step"])).denominator == 1
        return found if on_step and least <= found <= most else NONE
    if "source_max" in leaf:
        top = Fraction(leaf["source_max"])
        points = most * found / top if 0 <= found <= top else None
    elif leaf["input"] == "count":
        whole = found.denominator == 1 and found >= 0
        points = min(most, found * Fraction(leaf["per"])) if whole else None
    elif leaf["input"] == "ratio":
        wanted = text_number(target)
        if wanted is None or wanted <= 0 or found < 0:
            return NONE
        points = most * min(Fraction(1), found / wanted)
    else:
        metric = found
        if target is not None:
            wanted = text_number(target)
            if wanted is None or wanted <= 0:
                return NONE
            metric = 100 * found / wanted
        ladder = leaf["ladder"]
        if ladder["domain"]["type"] == "integer" and metric.denominator != 1:
            return NONE
        if not inside(metric, ladder["domain"]):
            return NONE
        row = next(row for row in ladder["rows"] if inside(metric, row))
        points = most * Fraction(row["frac"])
    if points is None:
        return NONE
    return points if book["number"]["round_at"] == "total" else rounded(points, book)


def stated_values(book: Json, leaf: Json, area: str, events: list[Event]) -> list[list[Any]]:
    """Every value of a leaf in ledger order as [stage, points, alive]."""
    values: list[list[Any]] = []
    waiting: list[tuple[Json, list[Any]]] = []
    admitted: list[tuple[Json, list[Any]]] = []
    policies = book["policies"]

    def add(stage: str, data: Json, alive: bool = True) -> None:
        points = judged(book, leaf, area, stage, data)
        values.append([stage, points, alive and points != NONE])

    late: list[list[Any]] = []
    unconfirmed: list[tuple[Json, list[Any]]] = []

    def arrive(n: int, data: Json, value: list[Any]) -> None:
        """What may count from event ``n`` on does, unless it comes too late then."""
        seen = {event[0] for event in events[:n]}
        over = "round.closed.v1" in seen
        too_late = (
            over
            or ("conclusion.signed.v1" in seen and policies["score_after_conclusion"] == "refuse")
            or (
                "inspection.opened.v1" in seen
                and data["stage"] == "department"
                and policies["late_department_score"] == "refuse"
            )
        )
        if data["stage"] != "self" and too_late:
            value[2] = False
            late.append(value)
            if not (over and policies["score_after_round_closed"] == "refuse"):
                waiting.append((data, value))

    for n, (kind, _, _, data) in enumerate(events):
        if kind == "score.recorded.v1" and data["criterion"] == leaf["id"]:
            allowed = data["stage"] == leaf["stage"] != "inspection" or (
                data["stage"] == "self" and leaf["self"]
            )
            add(data["stage"], data, allowed)
            if (
                values[-1][2]
                and data.get("on_behalf_of")
                and policies["on_behalf_confirmation"] == "required"
            ):
                values[-1][2] = False
                unconfirmed.append((data, values[-1]))
            elif values[-1][2]:
                arrive(n, data, values[-1])
        if kind == "confirmed":
            named = [one for one in unconfirmed if any(one[0] is score for score in data["scores"])]
            for score, value in named:
                unconfirmed.remove((score, value))
                if len(value) == 3:
                    value[2] = True
                    arrive(n, score, value)
        if kind == "admitted":
            for score, value in [one for one in waiting if one[0] is data["score"] and len(one[1]) == 3]:
                value[2] = True
                waiting.remove((score, value))
                values = [one for one in values if one is not value] + [value]
                admitted.append((score, value))
        if kind == "admitted no longer":
            for score, value in [one for one in admitted if one[0] is data["score"] and len(one[1]) == 3]:
                value[2] = False
                admitted.remove((score, value))
                waiting.append((score, value))
        if kind == "score.withdrawn.v1" and data["criterion"] == leaf["id"]:
            standing = [one for one in values if one[0] == data["stage"] and len(one) == 3][-1:]
            over = "round.closed.v1" in {event[0] for event in events[:n]}
            idle = [*late, *(value for _, value in unconfirmed)]
            if not over or [one for one in standing if not one[2] and any(one is was for was in idle)]:
                withdraw(values, data["stage"])
        if kind == "decision.score_withdrawn.v1" and data["criterion"] == leaf["id"]:
            withdraw(values, data["stage"])
        if kind == "conclusion.signed.v1":
            for item in data["scores"]:
                if item["criterion"] == leaf["id"]:
                    add("inspection", item, leaf["stage"] == "inspection")
            for item in data["adjustments"]:
                if item["criterion"] == leaf["id"]:
                    fresh = True
                    if "from_effective" in item:
                        found = effective(book, leaf, values)
                        before = found if isinstance(found, Fraction) else None
                        stated = item["from_effective"]
                        fresh = before == (None if stated is None else Fraction(stated))
                    add("inspection", {"value": item["to"]}, leaf["stage"] != "inspection" and fresh)
        if kind == "decision.score.v1" and data["criterion"] == leaf["id"]:
            add(data["stage"], {"value": data.get("points"), "state": data.get("state")})
        for veto in book["vetoes"]:
            if leaf["stage"] != "inspection" or veto["effect"].get("inspection_leaves") != "zero":
                continue
            if starts(veto, kind, data) and not in_force(veto, events[: index_of(events, data)]):
                values.append([f"veto {veto['id']}", Fraction(0), True])
            if ends(veto, kind, data):
                for value in values:
                    if value[0] == f"veto {veto['id']}":
                        value[2] = False
    return values


def settled(book: Json, events: list[Event]) -> list[Event]:
    """The events as they count: entries on behalf where they are confirmed, vetoes by decision as vetoes.

    Every event keeps its position: what does not count leaves a blank there.
    """
    held = [
        n
        for n, (kind, _, _, data) in enumerate(events)
        if kind.startswith("decision.") and data.get("on_behalf_of") is not None
    ]
    found = list(events)
    if book["policies"]["on_behalf_confirmation"] == "required":
        for n in held:
            found[n] = ("blank", "", "", {})
        for n in held:
            answers = [
                m
                for m in range(n + 1, len(events))
                if events[m][0] == "decision.confirmed.v1" and events[m][3]["decision"] == n
            ]
            if answers:
                found[answers[0]] = events[n]
    for n, (kind, source, subject, data) in enumerate(found):
        if kind in ("decision.veto_recorded.v1", "decision.veto_lifted.v1"):
            found[n] = (kind.replace("decision.veto_", "veto."), source, subject, data)
        if kind == "decision.late_fact.v1":
            cited = events[data["fact"]] if data["fact"] < n else ("blank", "", "", {})
            late = cited[0] == "score.recorded.v1" and cited[2] == subject
            what = "admitted" if data["outcome"] == "accepted" else "admitted no longer"
            found[n] = (what if late else "blank", source, subject, {"score": cited[3]})
        if kind == "score.confirmed.v1":
            cited_ones = [events[number - 1] for number in data["scores"] if number <= n]
            scores = [one[3] for one in cited_ones if one[0] == "score.recorded.v1" and one[2] == subject]
            found[n] = ("confirmed", source, subject, {"scores": scores})
    return found


def register(events: list[Event], last: str) -> dict[str, Json]:
    """The register as it reads on the day ``last``: by unit its name, area, first and last day."""
    units: dict[str, Json] = {}
    for kind, _, subject, data in events:
        if kind == "unit.registered.v1":
            units[subject] = dict(data)
    for unit, row in units.items():
        said = [(kind, data) for kind, _, subject, data in events if subject == unit]
        for wanted, what in (("unit.renamed.v1", "name"), ("unit.moved.v1", "area")):
            days = sorted({data["valid_from"] for kind, data in said if kind == wanted})
            held = [day for day in days if day <= last]
            if held:
                row[what] = [
                    data[what] for kind, data in said if kind == wanted and data["valid_from"] == held[-1]
                ][-1]
        for kind, data in said:
            if kind == "unit.closed.v1":
                row["valid_to"] = data["last_day"]
    return {
        unit: row
        for unit, row in units.items()
        if row.get("valid_from", "0000") <= last <= row.get("valid_to", "9999")
    }


def index_of(events: list[Event], data: Json) -> int:
    return next(n for n, event in enumerate(events) if event[3] is data)


def withdraw(values: list[list[Any]], stage: str) -> None:
    """The latest value of the stage that was not withdrawn yet goes, whether it counted or not."""
    for value in reversed(values):
        if value[0] == stage and len(value) == 3:
            value[2] = False
            value.append("withdrawn")
            return


def effective(book: Json, leaf: Json, values: list[list[Any]]) -> Fraction | str:
    order = ["department", "external", "inspection", "standing", "appeal"]
    if book["policies"]["conclusion_outranks_department"] is False and leaf["stage"] != "inspection":
        order = ["inspection", "department", "external", "standing", "appeal"]
    for stage in reversed(order):
        same = [
            one
            for one in values
            if one[2] and (one[0] == stage or (stage == "standing" and one[0][:5] == "veto "))
        ]
        if same:
            points: Fraction | str = same[-1][1]
            return points
    return NONE


def starts(veto: Json, kind: str, data: Json) -> bool:
    recorded = veto["source"].get("recorded")
    if recorded is None or kind != recorded["event"] + ".v1":
        return False
    if recorded["event"] == "veto.recorded" and data.get("veto") != veto["id"]:
        return False
    return bool(data.get("document")) or recorded["document"] == "optional"


def ends(veto: Json, kind: str, data: Json) -> bool:
    recorded = veto["source"].get("recorded", {})
    if kind != recorded.get("lifted_by", "") + ".v1":
        return False
    return kind != "veto.lifted.v1" or data.get("veto") == veto["id"]


def in_force(veto: Json, events: list[Event]) -> bool:
    state = False
    for kind, _, _, data in events:
        if starts(veto, kind, data):
            state = True
        if ends(veto, kind, data):
            state = False
    return state


def adjustment(book: Json, part: str, events: list[Event]) -> tuple[Fraction, list[str], list[str]]:
    """Total, codes of duplicates, names of caps that took something off."""
    rules = book[part]
    total, duplicates, capped = Fraction(0), [], []
    for item in rules["items"]:
        seen: list[str] = []
        worth = Fraction(0)
        for kind, _, _, data in events:
            if kind != f"decision.{part}.v1" or data["code"] != item["code"] or data["outcome"] != "accepted":
                continue
            if data["occurrence_ref"] in seen:
                duplicates.append(item["code"])
                continue
            seen.append(data["occurrence_ref"])
            worth += Fraction(item["per"]) if "per" in item else Fraction(data["points"])
        if worth > Fraction(item["cap"]):
            worth = Fraction(item["cap"])
            capped.append(item["code"])
        total += worth
    if total > Fraction(rules["cap_total"]):
        total = Fraction(rules["cap_total"])
        capped.append("total")
    return total, sorted(set(duplicates), key=[item["code"] for item in rules["items"]].index), capped


def unit_result(book: Json, unit: str, area: str, events: list[Event]) -> Json:
    mine = [event for event in events if event[2] == unit or event[0] == "round.closed.v1"]
    applicable = [leaf for leaf in leaves(book["criteria"]) if area in leaf["max"]]
    points = {leaf["id"]: effective(book, leaf, stated_values(book, leaf, area, mine)) for leaf in applicable}
    missing = [name for name, value in points.items() if value == NONE]
    away = [name for name, value in points.items() if value == RESCALED]
    scored = [leaf for leaf in applicable if isinstance(points[leaf["id"]], Fraction)]
    p = sum((points[leaf["id"]] * Fraction(leaf["weight"]) for leaf in scored), Fraction(0))  # type: ignore[operator]
    m = sum((worth(leaf, area) for leaf in applicable if leaf["id"] not in away), Fraction(0))
    base = None
    if scored and not away:
        base = rounded(p, book)
    elif scored and m > 0:
        base = rounded(Fraction(book["total"][area]) * p / m, book)
    bonus, bonus_twice, bonus_caps = adjustment(book, "bonus", mine)
    penalty, penalty_twice, penalty_caps = adjustment(book, "penalty", mine)
    floor, cap = book["totals"]["floor"], Fraction(book["totals"]["classification_cap"])
    ranking = None if base is None else base + bonus - penalty
    reasons = [f"DUPLICATE:{code}" for code in bonus_twice + penalty_twice] + [
        f"RESCALED:{name}" for name in away
    ]
    reasons += [f"INCOMPLETE:{len(missing)}"] if missing else []
    reasons += [f"BONUS_CAP:{name}" for name in bonus_caps] + [f"PENALTY_CAP:{name}" for name in penalty_caps]
    if ranking is not None and floor is not None and ranking < Fraction(floor):
        ranking = Fraction(floor)
        reasons.append("FLOOR")
    classification = None if ranking is None else min(cap, ranking)
    if ranking != classification:
        reasons.append("CLAMP")
    refs = {
        item["ref"]
        for kind, _, _, data in mine
        if kind == "conclusion.signed.v1"
        for item in data["recognised_models"]
    }
    return {
        "unit": unit,
        "area": area,
        "points": points,
        "away": away,
        "missing": missing,
        "base": base,
        "bonus": bonus,
        "penalty": penalty,
        "ranking_score": ranking,
        "classification_score": classification,
        "reasons": reasons,
        "recognised_models": Fraction(len(refs)),
        "complete": not missing,
        "scored_max": sum((worth(leaf, area) for leaf in scored), Fraction(0)),
        "vetoes": [veto for veto in book["vetoes"] if in_force(veto, mine)],
        "broken": [],
        "last": [],
    }


def worth(leaf: Json, area: str) -> Fraction:
    return Fraction(leaf["max"][area]) * Fraction(leaf["weight"])


def group(book: Json, one: Json, name: str) -> tuple[Fraction, Fraction]:
    node = find(book["criteria"], name)
    value = most = Fraction(0)
    for leaf in leaves([node]):
        if leaf["id"] in one["points"] and leaf["id"] not in one["away"]:
            most += worth(leaf, one["area"])
            found = one["points"][leaf["id"]]
            value += found * Fraction(leaf["weight"]) if isinstance(found, Fraction) else 0
    return value, most


def find(nodes: list[Json], name: str) -> Json:
    for node in nodes:
        if node["id"] == name:
            return node
        if "children" in node:
            try:
                return find(node["children"], name)
            except KeyError:
                pass
    raise KeyError(name)


def measure(book: Json, one: Json, name: str) -> Fraction | None:
    if name.startswith("criterion:"):
        found = one["points"].get(name[10:], NONE)
        return found if isinstance(found, Fraction) else None
    if name.startswith("group:"):
        value, most = group(book, one, name[6:])
        return value if most > 0 else None
    found = one[name]
    return found if isinstance(found, Fraction) else None


def better(book: Json, a: Json, b: Json, events: list[Event], everyone: list[Json]) -> tuple[int, str]:
    """1 if a is before b, -1 if after, 0 if tied; and the step that said so."""
    steps = [{"by": book["totals"]["rank_by"], "order": "desc"}, *book["tie_breaks"]]
    for n, step in enumerate(steps):
        if step["by"] == "committee_decision":
            tied = [one for one in everyone if all(same(book, one, a, earlier) for earlier in steps[:n])]
            for kind, _, _, data in reversed(events):
                if kind != "decision.tie.v1" or data["area"] != a["area"]:
                    continue
                place = {unit: k for k, units in enumerate(data["order"]) for unit in units}
                if all(one["unit"] in place for one in tied):
                    difference = place[b["unit"]] - place[a["unit"]]
                    return (difference > 0) - (difference < 0), "committee_decision"
            continue
        x, y = measure(book, a, step["by"]), measure(book, b, step["by"])
        if x == y:
            continue
        if x is None or y is None:
            return (1 if y is None else -1), step["by"] if n else ""
        return (1 if (x > y) == (step["order"] == "desc") else -1), step["by"] if n else ""
    return 0, ""


def same(book: Json, a: Json, b: Json, step: Json) -> bool:
    return measure(book, a, step["by"]) == measure(book, b, step["by"])


def satisfied(
    book: Json, one: Json, ranked: list[Json], n: int, start: int, registered: int
) -> tuple[int, bool]:
    for level in range(start, len(book["classes"])):
        rule = book["classes"][level]
        if "gte" in rule:
            value = measure(book, one, rule["measure"])
            if value is None or value < Fraction(rule["gte"]):
                continue
        also = rule.get("also", {})
        if "base_gte" in also and one["base"] < Fraction(also["base_gte"]):
            continue
        if "every_group_gte_frac" in also:
            frac = Fraction(also["every_group_gte_frac"])
            values = [group(book, one, top["id"]) for top in book["criteria"]]
            if any(most > 0 and value < frac * most for value, most in values):
                continue
        tests = [(measure(book, one, test["measure"]), test) for test in also.get("measures", [])]
        if any(value is None or not inside(value, test) for value, test in tests):
            continue
        if "top_fraction" in rule or "top_count" in rule:
            k = rule.get("top_count")
            if k is None:
                size = n if rule["denominator"] == "units_ranked_in_area" else registered
                k = how_many(Fraction(rule["top_fraction"]) * size, rule["rounding"])
            above, tied = line([x for x in ranked if x["complete"]], k, rule["on_tie_at_boundary"])
            if one in tied:
                return level, True
            if one not in above:
                continue
        if "rank_lte" in rule:
            within = [x for x in ranked if x["complete"] and x["rank"] <= rule["rank_lte"]]
            places = len(within) if book["rank_style"] == "1223" else rule["rank_lte"]
            above, tied = line(within, places, rule["on_tie_at_boundary"])
            if one in tied:
                return level, True
            if one not in above:
                continue
        return level, False
    raise AssertionError


def line(ordered: list[Json], k: int, word: str) -> tuple[list[Json], list[Json]]:
    if k <= 0:
        return [], []
    if k >= len(ordered) or ordered[k - 1]["rank"] != ordered[k]["rank"]:
        return ordered[:k], []
    on_line = [one for one in ordered if one["rank"] == ordered[k]["rank"]]
    above = [one for one in ordered if one["rank"] < ordered[k]["rank"]]
    return {"expand": (above + on_line, []), "contract": (above, []), "decide": (above, on_line)}[word]


def area_result(book: Json, area: str, units: dict[str, Json], events: list[Event]) -> list[Json]:
    names = sorted(unit for unit, data in units.items() if data["area"] == area)
    rows = [unit_result(book, unit, area, events) for unit in names]
    ranked = [one for one in rows if one["base"] is not None]
    if book["policies"]["forfeited_unit_standing"] == "unranked":
        ranked = [
            one
            for one in ranked
            if not any(
                veto["source"].get("recorded", {}).get("event") == "decision.forfeit_confirmed"
                for veto in one["vetoes"]
            )
        ]
    for one in rows:
        one["rank"] = None
    for one in ranked:
        verdicts = [
            (other, *better(book, one, other, events, ranked)) for other in ranked if other is not one
        ]
        above = [other for other, verdict, _ in verdicts if verdict < 0]
        if book["rank_style"] == "1223":
            distinct = {
                frozenset(x["unit"] for x in ranked if x is y or better(book, x, y, events, ranked)[0] == 0)
                for y in above
            }
            one["rank"] = 1 + len(distinct)
        else:
            one["rank"] = 1 + len(above)
        parting = {step for _, verdict, step in verdicts if verdict != 0}
        chain = [step["by"] for step in book["tie_breaks"]]
        one["broken"] = [f"TIE_BROKEN:{by}" for by in chain if by in parting]
        one["tie"] = any(verdict == 0 for _, verdict, _ in verdicts)
    ranked.sort(key=lambda one: one["rank"])
    classify(book, rows, ranked)
    for one in rows:
        one["reasons"] = one["reasons"] + one["last"] + one["broken"] + (["TIE"] if one.get("tie") else [])
    return sorted(rows, key=lambda one: (one["rank"] is None, one["rank"] or 0, one["unit"]))


def classify(book: Json, rows: list[Json], ranked: list[Json]) -> None:
    order = [rule["id"] for rule in book["classes"]]
    quota_words: dict[str, list[str]] = {one["unit"]: [] for one in rows}
    tie_words: dict[str, list[str]] = {one["unit"]: [] for one in rows}
    for one in rows:
        one["level"] = None
        if not one["complete"] or one["base"] is None:
            continue
        level, tied = satisfied(book, one, ranked, len(ranked), 0, len(rows))
        ceilings = []
        for veto in one["vetoes"]:
            if "max_class" in veto["effect"]:
                name = veto["effect"]["max_class"]
                ceilings.append((len(order) if name == "unclassified" else order.index(name), veto["id"]))
        worst = max([ceiling for ceiling, _ in ceilings], default=0)
        if worst > level:
            one["last"] += [f"VETO:{name}" for ceiling, name in ceilings if ceiling == worst]
            if worst == len(order):
                continue
            level, tied = satisfied(book, one, ranked, len(ranked), worst, len(rows))
        if tied:
            tie_words[one["unit"]].append(f"TIE_AT_QUOTA:{order[level]}")
        else:
            one["level"] = level
    for level, name in enumerate(order):
        for quota in [quota for quota in book["quotas"] if quota["class"] == name]:
            e = [one for one in rows if one["level"] == level]
            e.sort(key=lambda one: (one["rank"] is None, one["rank"] or 0))
            for one in e:
                one["rank"] = one["rank"] or 10**6
            below = len([one for one in rows if one["level"] == level + 1])
            k = allowed(quota, len(e), below, len(ranked), len(rows))
            k = min(len(e), max(quota["min_per_area"], k))
            above, on_line = line(e, k, quota["on_tie_at_boundary"])
            for one in e:
                if one in on_line:
                    one["level"] = None
                    tie_words[one["unit"]].append(f"TIE_AT_QUOTA:{name}")
                elif one not in above:
                    quota_words[one["unit"]].append(f"QUOTA:{name}")
                    lower, open_line = satisfied(book, one, ranked, len(ranked), level + 1, len(rows))
                    one["level"] = None if open_line else lower
                    if open_line:
                        tie_words[one["unit"]].append(f"TIE_AT_QUOTA:{order[lower]}")
            for one in e:
                one["rank"] = None if one["rank"] == 10**6 else one["rank"]
    for one in rows:
        one["last"] += quota_words[one["unit"]] + tie_words[one["unit"]]
        one["class"] = None if one["level"] is None else order[one["level"]]


def allowed(quota: Json, e: int, below: int, ranked: int, registered: int) -> int:
    if "count" in quota:
        count: int = quota["count"]
        return count
    fraction, mode = Fraction(quota["fraction"]), quota["rounding"]
    if quota["denominator"].startswith("units_in_class:"):
        return [k for k in range(e + 1) if k <= how_many(fraction * (below + e - k), mode)][-1]
    return how_many(
        fraction * (ranked if quota["denominator"] == "units_ranked_in_area" else registered), mode
    )


def standings(book: Json, events: list[Event]) -> list[tuple[Any, ...]]:
    """Every open unit: area, rank, unit, total, class, base, bonus, penalty, complete, scored_max,
    reasons, missing, name.
    """
    events = settled(book, events)
    units = register(events, book["period"]["to"])
    return [
        (
            area["id"],
            one["rank"],
            one["unit"],
            one["ranking_score"],
            one["class"],
            one["base"],
            one["bonus"],
            one["penalty"],
            one["complete"],
            one["scored_max"],
            tuple(one["reasons"]),
            tuple(one["missing"]),
            units[one["unit"]]["name"],
        )
        for area in book["areas"]
        for one in area_result(book, area["id"], units, events)
    ]
