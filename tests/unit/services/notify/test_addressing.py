"""Given the register's events, when a notice is sent on a day, then it goes to who stands in that place."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import given as for_all
from hypothesis import strategies as st

from services.notify.addressing import REGISTER, Recipient, recipients_on
from shared.events import Draft

LAST = date(2020, 12, 31)
CITY = Recipient("QH-TPTD", "Thành Đoàn Thủ Đức")


def registered(unit: str, **more: Any) -> Draft:
    return Draft("unit.registered.v1", unit, {"name": f"Đoàn {unit}", "area": "QH", "kind": "x", **more})


def closed(unit: str, last_day: date, *successors: str) -> Draft:
    return Draft("unit.closed.v1", unit, {"last_day": last_day.isoformat(), "successors": list(successors)})


THREE = [registered(unit) for unit in ("QH-Q02", "QH-Q09", "QH-TDU")]
MERGER = [
    *THREE,
    registered("QH-TPTD", valid_from="2021-01-01", name=CITY.name),
    *[closed(one.subject, LAST, "QH-TPTD") for one in THREE],
]


@for_all(st.integers(-400, 400))
def test_the_notices_of_the_three_districts_go_to_thu_duc_city_from_its_first_day_on(days: int) -> None:
    recipients = recipients_on(LAST + timedelta(days=days), MERGER)
    for one in THREE:
        assert recipients(one.subject) == ((CITY,) if days > 0 else ())
    assert recipients("QH-TPTD") == ()


def test_a_successor_is_written_to_by_the_name_it_bears_that_day() -> None:
    renamed = Draft("unit.renamed.v1", "QH-TPTD", {"name": "Đoàn mới", "valid_from": "2021-06-01"})
    told = [*MERGER, renamed]
    names = [recipients_on(day, told)("QH-Q02")[0].name for day in (date(2021, 5, 31), date(2021, 6, 1))]
    assert names == [CITY.name, "Đoàn mới"]


def test_a_successor_that_closed_since_gives_way_to_its_own_and_not_before() -> None:
    told = [*MERGER, registered("QH-A"), closed("QH-TPTD", date(2022, 1, 31), "QH-A")]
    assert recipients_on(date(2022, 1, 31), told)("QH-Q02") == (CITY,)
    assert recipients_on(date(2022, 2, 1), told)("QH-Q02") == (Recipient("QH-A", "Đoàn QH-A"),)


def test_a_dissolved_unit_has_nobody_else_to_write_to() -> None:
    assert recipients_on(date(2021, 1, 1), [registered("QH-Q02"), closed("QH-Q02", LAST)])("QH-Q02") == ()


def test_a_unit_that_an_imported_register_ends_is_followed_by_the_one_it_names() -> None:
    told = [registered("LLVT-CC", valid_to="2018-08-01", successor="LLVT-CATP"), registered("LLVT-CATP")]
    assert [one.unit for one in recipients_on(LAST, told)("LLVT-CC")] == ["LLVT-CATP"]


def test_everything_that_is_read_of_the_register_is_known_here() -> None:
    assert {draft.type for draft in MERGER} < set(REGISTER)
    assert recipients_on(LAST, [])("QH-X") == ()
