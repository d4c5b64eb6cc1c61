"""Every deviation says what it is about in both languages, by names that people know."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.inspections.attendance_words import deviation_words, kinds_of, role_words, roles_of
from tests.support.deciding import rulebook

REGISTERED = [{"code": "P01", "name": "Đoàn phường 1", "kind": "bloc"}]


@pytest.mark.parametrize(
    ("code", "vi", "en"),
    [
        ("ROLE_MISSING.full_time_cadres", "Cán bộ Đoàn chuyên trách", "Full-time cadres"),
        ("INVITED_MISSING.internal_affairs_specialist", "Phòng Nội vụ", "internal affairs"),
        ("SUBORDINATES_UNREGISTERED", "2 + 2", "2 + 2"),
        ("SUBORDINATE_UNKNOWN.P09", "P09", "P09"),
        ("SUBORDINATE_TWICE.P01", "Đoàn phường 1", "Đoàn phường 1"),
        ("CLASS_UNKNOWN.P01", "Đoàn phường 1", "Đoàn phường 1"),
        ("CLASS_YEAR.P01", "năm 2020", "of 2020"),
        ("TOO_FEW.EXCELLENT", "2 Bí thư", "than 2"),
        ("TOO_FEW.GOOD-COMPLETED", "Hoàn thành tốt nhiệm vụ / Hoàn thành nhiệm vụ", "/"),
        ("TOO_FEW_EXPLAINED.GOOD-COMPLETED", "đã nêu lý do", "a reason is given"),
        ("TOO_MANY", "Nhiều", "More"),
        ("NOT_COVERED.armed_forces", "Lực lượng vũ trang", "Armed forces"),
        ("KIND_UNREGISTERED.workers", "Công nhân lao động", "Workers"),
        ("SOMETHING_NEW.P01", "SOMETHING_NEW.P01", "SOMETHING_NEW.P01"),
    ],
)
def test_a_deviation_has_words(code: str, vi: str, en: str) -> None:
    found = deviation_words(code, rulebook(), REGISTERED)
    assert vi in found[0]
    assert en in found[1]


def test_the_roles_of_an_area_are_the_rulebooks_and_the_specialist_is_asked_of_districts_alone() -> None:
    assert "internal_affairs_specialist" in roles_of(rulebook(), "QH")
    assert "internal_affairs_specialist" not in roles_of(rulebook(), "LLVT")
    assert roles_of(replace(rulebook(), attendees=None), "QH") == roles_of(None, "QH") == []


def test_a_kind_that_the_unit_has_used_stays_to_choose_and_an_unknown_role_keeps_its_code() -> None:
    assert kinds_of(rulebook(), REGISTERED)[-1] == "bloc"
    assert role_words("observer") == ("observer", "observer")
