"""The notice of a unit's published standing: a page for people and the same facts as JSON.  Pure.

The same publication gives the same bytes, whenever and however often it is written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined

from services.notify.addressing import Recipients
from services.notify.decider import Document, Publication, message_id
from shared.deciding import without_none
from shared.events.envelope import parse_instant
from shared.rulebook import Rulebook

STATUS_WORDS = {
    "UNOFFICIAL": "TẠM TÍNH - chưa phải kết quả chính thức",
    "OFFICIAL": "CHÍNH THỨC",
}
UNCLASSIFIED = "chưa phân loại"
UNRANKED = "chưa xếp hạng"

_templates = Environment(
    loader=PackageLoader("services.notify", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Notice:
    """One unit's notice, ready to be written: ``html`` and ``json`` side by side."""

    document: Document
    html: bytes
    json: bytes


def notices(
    ledger: str,
    title: str,
    timezone: str,
    publication: Publication,
    standings: Mapping[str, Any],
    rulebook: Rulebook,
    recipients: Recipients,
) -> Iterator[Notice]:
    """A notice for every open unit of ``standings``, in the order of the board.

    ``title``: name of the ledger for people.  ``rulebook``: the one that the publication pins; its words
    are used for classes, groups and criteria.  ``recipients``: who receives it where the unit is closed.
    """
    for area in standings["areas"]:
        for row in area["rows"]:
            yield _notice(ledger, title, timezone, publication, standings, area, row, rulebook, recipients)


def _notice(
    ledger: str,
    title: str,
    timezone: str,
    publication: Publication,
    standings: Mapping[str, Any],
    area: Mapping[str, Any],
    row: Mapping[str, Any],
    rulebook: Rulebook,
    recipients: Recipients,
) -> Notice:
    unit = row["unit"]
    received_by = recipients(unit)
    addressed_to = tuple(one.unit for one in received_by)
    classes = {one.id: one.label for one in rulebook.classes}
    # A rank of an incomplete unit is only how it stood while the rest was missing: no notice states one.
    ranked = row["rank"] is not None and row["complete"]
    facts = {
        "kind": "standing",
        "ledger": ledger,
        "message_id": message_id(ledger, publication.version, unit),
        "publication": {
            "version": publication.version,
            "status": publication.status,
            "position": publication.position,
            "root": publication.root,
            "digest": publication.digest,
            "rulebook": publication.rulebook,
            "engine": standings["engine"],
            "time": publication.time,
        },
        "provisional": dict(standings["provisional"]),
        "area": area["area"],
        "ranked_in_area": sum(1 for one in area["rows"] if one["rank"] is not None),
        "standing": dict(row),
        **without_none(addressed_to=addressed_to),
    }
    words = {
        "title": title,
        "status": STATUS_WORDS[publication.status],
        "illustrative": standings["status"] == "illustrative",
        "area": area["label"],
        "received_by": ", ".join(f"{one.name} ({one.unit})" for one in received_by),
        "class": classes.get(row["class"], UNCLASSIFIED),
        "rank": str(row["rank"]) if ranked else UNRANKED,
        "ranked": ranked,
        "time": parse_instant(publication.time)
        .astimezone(ZoneInfo(timezone))
        .strftime("%H giờ %M, ngày %d/%m/%Y"),
        "groups": [
            {
                "label": rulebook.group[one["group"]].label if one["group"] in rulebook.group else "",
                "group": one["group"],
                "value": points(one["value"]),
                "max": points(one["max"]),
            }
            for one in row["groups"]
        ],
        "missing": [
            f"{code} {rulebook.leaf[code].label}" if code in rulebook.leaf else code
            for code in row["missing"]
        ],
        **{name: points(row[name]) for name in ("total", "base", "bonus", "penalty")},
    }
    html = _templates.get_template("notify/notice.html").render(facts=facts, words=words).encode("utf-8")
    digest = "sha256:" + hashlib.sha256(html).hexdigest()
    document = Document(unit, f"{unit}.html", digest, len(html), addressed_to)
    facts["document"] = {"name": document.name, "sha256": document.sha256, "size": document.size}
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
    return Notice(document, html, text.encode("utf-8"))


def points(value: str | None) -> str:
    """Points as people read them, with a decimal comma; a dash for none."""
    return "–" if value is None else value.replace(".", ",").replace("-", "\u2212")
