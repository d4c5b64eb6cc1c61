"""Small parts of a rulebook's sentences in both languages: values, rounding, denominators, events.  Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from services.ranking.words import Words

_CODES: Final[Mapping[str, Words]] = {
    "HALF_UP": Words("làm tròn nửa lên", "halves away from zero"),
    "HALF_EVEN": Words("làm tròn nửa về số chẵn", "halves to the even step"),
    "DOWN": Words("cắt bỏ phần lẻ", "cut toward zero"),
    "leaf": Words("ở từng tiêu chí", "at each criterion"),
    "total": Words("ở tổng cơ bản", "at the base only"),
    "floor": Words("làm tròn xuống", "rounded down"),
    "ceil": Words("làm tròn lên", "rounded up"),
    "half_up": Words("làm tròn nửa lên", "rounded half up"),
    "half_even": Words("làm tròn nửa về số chẵn", "rounded half to even"),
    "units_ranked_in_area": Words("số đơn vị được xếp hạng của khu vực", "the ranked units of the area"),
    "units_registered_in_area": Words("số đơn vị của khu vực", "the units of the area"),
    "expand": Words("giữ cả nhóm đồng hạng", "a tie on the line stays whole"),
    "contract": Words("không giữ nhóm đồng hạng", "a tie on the line falls whole"),
    "decide": Words("đồng hạng tại mức thì Ban Thường vụ quyết định", "a tie on the line is decided"),
    "position": Words("tại vị trí đang xét", "at the position looked at"),
    "inspection_opened": Words("khi bắt đầu kiểm tra", "when the inspection is opened"),
    "round_closed": Words("khi đợt kiểm tra kết thúc", "when the round is closed"),
    "subordinates_not_classified": Words(
        "đơn vị chưa xếp loại cơ sở trực thuộc", "the unit has not classified its subordinate units"
    ),
    "self_score_not_submitted": Words("đơn vị chưa tự chấm điểm", "the unit has not scored itself"),
    "veto.recorded": Words("được ghi nhận", "it is recorded"),
    "veto.lifted": Words("được gỡ", "it is lifted"),
    "decision.forfeit_confirmed": Words("Ban Thường vụ xác nhận", "the Standing Committee confirms it"),
    "decision.forfeit_lifted": Words("Ban Thường vụ gỡ xác nhận", "the Standing Committee lifts it"),
    "unclassified": Words("không phân loại", "no class"),
    "rescale": Words("bỏ khỏi phép cộng, phần còn lại quy đổi", "leaves the sum, and the rest is scaled up"),
    "full": Words("tính điểm tối đa", "counts as the maximum"),
    "zero": Words("tính 0 điểm", "counts as 0"),
    "asc": Words("thấp hơn xếp trên", "the lower one first"),
    "desc": Words("cao hơn xếp trên", "the higher one first"),
    "standing_committee": Words("Ban Thường vụ", "the Standing Committee"),
    "standing_board": Words("Thường trực", "the standing board"),
    "notice_received": Words("ngày nhận thông báo", "the day the notice is received"),
    "notice_issued": Words("ngày ban hành thông báo", "the day the notice is issued"),
    "calendar": Words("ngày lịch", "calendar days"),
    "working": Words("ngày làm việc", "working days"),
    "arithmetic": Words("Cộng, tính sai", "Arithmetic"),
    "wrong_data": Words("Số liệu sai", "Wrong data"),
    "wrong_rule": Words("Áp dụng sai quy định", "Wrong rule"),
    "wrong_procedure": Words("Sai quy trình", "Wrong procedure"),
    "judgement": Words("Nhận định, đánh giá", "Judgement"),
    "recompute": Words("tính lại", "recomputation"),
    "score": Words("điểm tiêu chí", "a criterion's score"),
    "adjustment": Words("điều chỉnh theo kết luận", "an adjustment"),
    "bonus": Words("điểm thưởng", "a bonus"),
    "penalty": Words("điểm trừ", "a penalty"),
    "veto": Words("điều kiện khống chế", "a veto"),
    "forfeit": Words("xác nhận không kiểm tra", "a forfeit"),
    "amendment": Words("sửa bộ tiêu chí", "an amendment"),
    "reinspect": Words("kiểm tra lại", "a new inspection"),
    "prospective": Words("chỉ áp dụng cho điểm ghi về sau", "for later values only"),
    "re_evaluate_all": Words("tính lại mọi điểm đã ghi", "every value is judged again"),
    "illustrative": Words("minh họa", "illustrative"),
    "adopted": Words("chính thức", "adopted"),
    "direct": Words("nhập điểm", "points are stated"),
    "ladder": Words("theo thang", "a ladder"),
    "count": Words("đếm số việc", "a count"),
    "ratio": Words("đạt trên chỉ tiêu", "achieved over target"),
    "department": Words("Ban, đơn vị sự nghiệp chấm", "department"),
    "external": Words("đánh giá được cung cấp", "external evaluation"),
    "inspection": Words("kiểm tra", "inspection"),
    "required": Words("bắt buộc", "required"),
    "optional": Words("không bắt buộc", "optional"),
    "lost": Words("mất", "lost"),
    "decimal": Words("số thập phân", "decimal"),
    "integer": Words("số nguyên", "integer"),
}  # fmt: skip
"""What the codes of the format mean; one that stands in several places reads well in all of them."""


def code_words(code: str) -> Words:
    """The meaning of a code of the format; an unknown one stays itself."""
    return _CODES.get(code, Words(code, code))


def listed(parts: Iterable[Words], separator: str = "; ") -> Words:
    """Several texts as one."""
    every = tuple(parts)
    return Words(separator.join(one.vi for one in every), separator.join(one.en for one in every))
