"""Given items of departments, when somebody reads them, then a team reads its own and a unit none."""

from __future__ import annotations

from services.inspections.briefings import Item, readable
from services.inspections.commands import FormTeam, Schedule
from shared.access import Audience
from tests.support.inspected import MEMBERS, OFFICE, Place, scheduled

AREAS = {"QH-Q01": "QH", "QH-Q03": "QH", "LLVT-BTL": "LLVT"}
OF_UNIT = Item(1, "t", "BTG", "note", "Quận 1", "btg", unit="QH-Q01")
OF_OTHER = Item(2, "t", "BMT", "note", "Quận 3", "bmt", unit="QH-Q03")
OF_AREA = Item(3, "t", "BMT", "note", "Cả khu vực", "bmt", area="QH")
ELSEWHERE = Item(4, "t", "BMT", "note", "Lực lượng vũ trang", "bmt", area="LLVT")
ALL = [ELSEWHERE, OF_AREA, OF_OTHER, OF_UNIT]


def read(audience: Audience, *bodies: str, place: Place | None = None) -> list[Item]:
    return readable(ALL, (place or scheduled()).state, AREAS, audience, bodies)


def test_who_sees_everything_reads_every_item_in_its_order() -> None:
    assert read(Audience(everything=True)) == ALL


def test_a_team_reads_what_is_about_its_units_and_their_areas() -> None:
    assert read(Audience(teams=frozenset({"DKT-1"}))) == [OF_AREA, OF_UNIT]


def test_a_team_without_a_session_reads_nothing() -> None:
    assert read(Audience(teams=frozenset({"DKT-2"}))) == []


def test_a_unit_that_is_given_to_another_team_takes_its_items_with_it() -> None:
    other = tuple({**one, "person": f"{one['person']}-2"} for one in MEMBERS)
    place = scheduled().when(FormTeam("DKT-2", other), OFFICE)
    place = place.when(Schedule("QH-Q01", "DKT-2", "2020-11-10", "MORNING", reason="Đổi đoàn"), OFFICE)
    assert read(Audience(teams=frozenset({"DKT-1"})), place=place) == []
    assert read(Audience(teams=frozenset({"DKT-2"})), place=place) == [OF_AREA, OF_UNIT]


def test_a_department_reads_its_own_items_and_a_unit_none() -> None:
    assert read(Audience(departments=frozenset({"BTG"})), "BTG") == [OF_UNIT]
    assert read(Audience(units=frozenset({"QH-Q01"}))) == []
