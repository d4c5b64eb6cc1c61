"""Other units as an explanation may name them.  Pure."""

from __future__ import annotations

from typing import Final

from services.ranking.engine.explain import Peer
from services.ranking.explaining.phrases import amount, say
from services.ranking.words import Words
from shared.rulebook.model import Rulebook

ANOTHER: Final = Words("một đơn vị khác", "another unit")


def peer_words(peer: Peer, rules: Rulebook) -> Words:
    if peer.unit is None:
        return ANOTHER
    name = peer.name or peer.unit
    if peer.total is None:
        return Words(name, name)
    return say("{n} ({t})", "{n} ({t})", n=name, t=amount(peer.total, rules.number.scale))
