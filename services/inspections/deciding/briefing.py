"""What a department, or the Office, tells the teams to look at (plan III.3).  Pure."""

from __future__ import annotations

from services.inspections.commands import IssueBriefing
from services.inspections.deciding.asking import book_of, open_unit
from services.inspections.known import Known
from shared.access import Target
from shared.deciding import Caller, without_none
from shared.decisions import Refused
from shared.events import Draft


def issue_briefing(known: Known, command: IssueBriefing, caller: Caller) -> Draft:
    """One item, about one unit or about every unit of an area.

    A department speaks for itself; the Office for any, its own items included.
    """
    speaker = caller.authorise(Target(), "inspections.issue_briefing")
    own = speaker.scope.removeprefix("department:")
    if speaker.role != "office" and command.department != own:
        raise Refused(
            "other-department",
            f"Chỉ được nêu lưu ý của {own}.",
            f"Only items of {own} may be stated.",
            field="department",
            value=command.department,
            status=403,
        )
    if (command.unit is None) == (command.area is None):
        raise Refused(
            "unit-or-area",
            "Nêu một đơn vị (unit) hoặc một khu vực (area).",
            "Name one unit or one area.",
            field="unit",
        )
    if command.unit is not None:
        open_unit(known, command.unit)
    elif all(area.id != command.area for area in book_of(known).areas):
        raise Refused(
            "unknown-area",
            f"Bộ tiêu chí không có khu vực “{command.area}”.",
            f'The rulebook has no area "{command.area}".',
            field="area",
            value=command.area,
        )
    data = {
        **speaker.facts(responsible=command.department, base_position=known.base_position),
        "department": command.department,
        "about": command.about,
        "text": command.text,
        **without_none(area=command.area),
    }
    return Draft("briefing.issued.v1", command.unit or "*", data)
