"""What an inspection looks at (plan II), in the plan's order.  Pure.

A finding names its content by a code; one that is not listed here is as good and stands behind these.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Content:
    """``code`` as findings have it; ``vi`` and ``en``: its words."""

    code: str
    vi: str
    en: str


CONTENTS: Final = (
    Content(
        "II.1",
        "Triển khai chương trình công tác Đoàn và phong trào thanh thiếu nhi thành phố",
        "The City Union's programme",
    ),
    Content("II.2", "Nhiệm vụ chính trị tại địa phương, đơn vị", "Political tasks at the locality and unit"),
    Content("II.3", "Các nội dung chỉ đạo của cấp ủy", "Directions of the party committee"),
    Content(
        "II.4",
        "Chương trình công tác Đoàn và phong trào thanh thiếu nhi tại đơn vị",
        "The unit's own programme",
    ),
    Content("II.5", "Kết quả các mô hình, giải pháp trong năm", "Models and solutions of the year"),
    Content(
        "II.6",
        "Khắc phục hạn chế, tồn tại của năm trước",
        "Limitations of the year before, and how they were remedied",
    ),
)
_PLACE: Final = {one.code: place for place, one in enumerate(CONTENTS)}


def order_of(code: str) -> tuple[int, str]:
    """Sort key: the plan's order, then codes of one's own."""
    return (_PLACE.get(code, len(CONTENTS)), code)


def content_of(code: str) -> Content:
    """The content ``code``; one that the plan does not list is called by its code."""
    place = _PLACE.get(code)
    return Content(code, code, code) if place is None else CONTENTS[place]
