"""The columns of a file of scores: which criteria a body fills in, and how a heading names one.  Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.scores.kept.bodies import OFFICE, UNIT, Body
from services.scores.state import State
from shared.files.values import plain
from shared.rulebook import Leaf, Rulebook
from shared.rulebook.model import TEAM

VALUE, TARGET, BASIS = "value", "target", "basis"
UNIT_HEADING: Final = "Mã đơn vị"
NAME_HEADING: Final = "Tên đơn vị"
UNIT_HEADINGS: Final = ("ma don vi", "unit", "ma dv")
RULEBOOK_HEADING: Final = "Bộ tiêu chí"
_IGNORED: Final = (*map(plain, (NAME_HEADING, RULEBOOK_HEADING)), "don vi", "name", "stt", "khu vuc", "area")
_PARTS: Final = {
    "": VALUE,
    "diem": VALUE,
    "gia tri": VALUE,
    "dat": VALUE,
    "value": VALUE,
    "chi tieu": TARGET,
    "target": TARGET,
    "can cu": BASIS,
    "basis": BASIS,
}
_HEADING = re.compile(r"(\S+)(?:\s+(.+))?")


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what of which criterion stands in it."""

    criterion: str
    part: str

    @property
    def heading(self) -> str:
        """Its name in our templates: ``1.1``, ``1.1 chỉ tiêu``, ``1.1 căn cứ``."""
        return {VALUE: self.criterion, TARGET: f"{self.criterion} chỉ tiêu"}.get(
            self.part, f"{self.criterion} căn cứ"
        )


def leaves_of(book: Rulebook, state: State, body: Body, moment: str) -> tuple[Leaf, ...]:
    """The criteria that ``body`` fills in at the instant ``moment``, in order of the rulebook.

    A unit its self-scored ones; a department those it owns or is joint author of; the Office those of the
    department that it may enter for it.
    """
    if body.kind == UNIT:
        unit = state.units.get(body.code)
        area = unit.area if unit is not None else ""
        return tuple(leaf for leaf in book.leaves if leaf.self_scored and area in leaf.max)
    found = [leaf for leaf in book.leaves if leaf.owner != TEAM and body.code in state.owners(leaf, moment)]
    if body.kind == OFFICE:
        offices = set(state.offices)
        found = [
            leaf for leaf in found if not offices.isdisjoint({*state.owners(leaf, moment), *leaf.entered_by})
        ]
    return tuple(found)


def stage_of(leaf: Leaf, body: Body) -> str:
    """The stage at which ``body`` states its value of ``leaf``."""
    return "self" if body.kind == UNIT else leaf.stage


def columns_of(leaves: Sequence[Leaf]) -> tuple[Column, ...]:
    """The columns of a template for ``leaves``."""
    return tuple(
        Column(leaf.id, part)
        for leaf in leaves
        for part in ((VALUE, TARGET, BASIS) if leaf.takes_target else (VALUE, BASIS))
    )


def named(heading: str, book: Rulebook) -> Column | None:
    """The column that ``heading`` names; None when it names no criterion of ``book``."""
    found = _HEADING.fullmatch(heading.strip())
    if found is None:
        return None
    part = _PARTS.get(plain(found.group(2) or ""))
    code = found.group(1)
    leaf = book.leaf.get(code) or next((one for one in book.leaves if plain(one.id) == plain(code)), None)
    return Column(leaf.id, part) if leaf is not None and part is not None else None


def ignored(heading: str) -> bool:
    """Whether a column is there for people only."""
    return plain(heading) in _IGNORED
