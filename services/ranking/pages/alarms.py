"""The shadow's open alarms as the decisions and publications pages tell them."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from services.ranking.desk import View, desk
from services.ranking.shadow.alarms import open_alarms
from services.ranking.view import count, local_time
from shared.database import read_transaction
from shared.web.i18n import language, tr


@dataclass(frozen=True, slots=True)
class Told:
    """One alarm: what differs, at which position, since when."""

    words: str
    position: str
    since: str


def told_alarms(seen: View) -> list[Told]:
    """What is open in the ledger, oldest first; for who sees everything, else nothing."""
    if not seen.audience.everything:
        return []
    zone = ZoneInfo(seen.reader.ledger.timezone)
    with read_transaction(desk().engine) as connection:
        found = open_alarms(connection, seen.ledger)
    return [Told(tr(*one.words), count(one.position, language()), local_time(one.at, zone)) for one in found]
