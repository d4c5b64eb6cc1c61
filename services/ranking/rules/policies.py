"""The policies of a rulebook in words (format §10): what each one asks, and what each answer means.  Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from services.ranking.words import Words
from shared.rulebook import Rulebook
from shared.rulebook.form import POLICIES

_COMMITTEE = Words("Ban Thường vụ", "the Standing Committee")
_YES, _NO = Words("có", "yes"), Words("không", "no")
_REFUSED = Words("không nhận", "refused")
_SUCCESSOR = Words("đơn vị kế thừa", "its successor")

_MEANINGS: Final[Mapping[str, tuple[Words, Mapping[str | bool, Words]]]] = {
    "deadline_day_count": (
        Words("Hạn gửi hồ sơ đếm theo", "The deadline of the pack counts in"),
        {"calendar": Words("ngày lịch", "calendar days"), "working": Words("ngày làm việc", "working days")},
    ),
    "deadline_measured_by": (
        Words("Hồ sơ coi là đã gửi khi", "A pack is sent when"),
        {
            "manifest_received": Words(
                "máy chủ nhận danh mục đầy đủ", "the server has its complete list of files"
            ),
            "last_file_received": Words("máy chủ nhận tệp cuối cùng", "the server has its last file"),
        },
    ),
    "after_reschedule": (
        Words("Đổi lịch kiểm tra thì hạn gửi hồ sơ", "When an inspection is moved, the deadline"),
        {
            "recompute_while_open": Words(
                "tính lại khi còn hạn; đã trễ thì giữ nguyên", "moves along, unless it was missed"
            ),
            "always": Words("luôn tính lại", "always moves along"),
            "keep_first": Words("giữ hạn đầu tiên", "stays the first one"),
        },
    ),
    "pack_incomplete_is": (
        Words("Hồ sơ thiếu tài liệu", "An incomplete pack"),
        {
            "not_sent": Words("coi như không gửi", "counts as not sent"),
            "warning": Words("chỉ cảnh báo", "is only warned of"),
        },
    ),
    "forfeited_unit_standing": (
        Words("Đơn vị không được kiểm tra", "A unit that forfeits its inspection"),
        {
            "ranked": Words("vẫn được xếp hạng", "is ranked all the same"),
            "unranked": Words("không xếp hạng", "is not ranked"),
        },
    ),
    "forfeit_confirmed_by": (
        Words("Xác nhận không kiểm tra", "A forfeit is confirmed by"),
        {"standing_committee": _COMMITTEE},
    ),
    "bonus_decided_by": (
        Words("Điểm thưởng, điểm trừ do ai quyết định", "Bonus and penalty are decided by"),
        {
            "standing_committee": _COMMITTEE,
            "standing_board": Words("Thường trực", "the standing board"),
        },
    ),
    "late_department_score": (
        Words(
            "Điểm của Ban, đơn vị sự nghiệp đến sau khi bắt đầu kiểm tra",
            "A department's score after the inspection was opened",
        ),
        {
            "flag_and_override": Words("được tính, đánh dấu là trễ", "counts and is marked as late"),
            "refuse": Words(
                "không tính, trừ khi Ban Thường vụ cho tính", "does not count unless the Committee decides so"
            ),
            "accept": Words("được tính như mọi điểm khác", "counts like any other"),
        },
    ),
    "gate_override_by": (
        Words("Cho kiểm tra khi còn thiếu điểm", "An inspection may be opened despite missing scores by"),
        {"team_leader": Words("Trưởng đoàn", "the team's leader"), "standing_committee": _COMMITTEE},
    ),
    "conclusion_outranks_department": (
        Words("Điều chỉnh theo kết luận kiểm tra thay điểm đã chấm", "An adjustment outranks first scores"),
        {True: _YES, False: _NO},
    ),
    "score_after_conclusion": (
        Words("Điểm đến sau kết luận kiểm tra", "A score after the conclusion"),
        {
            "record_only": Words("được ghi nhận", "is recorded"),
            "refuse": Words("không tính, trừ khi Ban Thường vụ cho tính", "does not count unless decided so"),
        },
    ),
    "score_after_round_closed": (
        Words("Điểm đến sau khi đợt kiểm tra kết thúc", "A score after the round was closed"),
        {
            "needs_decision": Words("chỉ tính khi Ban Thường vụ quyết định", "counts only by decision"),
            "refuse": _REFUSED,
        },
    ),
    "score_after_publication": (
        Words("Thay đổi sau khi công bố", "What changes after a publication"),
        {"revision_only": Words("chỉ thấy ở phiên bản mới", "is seen in a new version only")},
    ),
    "signoff": (
        Words("Xác nhận của lãnh đạo nơi chấm", "Sign-off by a department's head"),
        {
            "none": Words("không cần", "is not asked for"),
            "head": Words("cần, trước khi điểm được tính", "is needed before its scores count"),
        },
    ),
    "on_behalf_confirmation": (
        Words("Điểm, quyết định do Văn phòng nhập thay", "What the Office entered on behalf"),
        {
            "optional": Words("được tính ngay", "counts at once"),
            "required": Words(
                "chờ nơi chịu trách nhiệm, hoặc một thành viên, xác nhận",
                "waits for a confirmation by the body responsible, or by a member of the Committee",
            ),
        },
    ),
    "reflection_scope": (
        Words("Bài thu hoạch viết cho", "A reflection report is written for"),
        {
            "round": Words("cả đợt kiểm tra", "the whole round"),
            "inspection": Words("từng cuộc kiểm tra", "each inspection"),
        },
    ),
    "attendee_deviation": (
        Words("Thành phần tham dự không đúng", "Attendees that differ from the rule"),
        {"warn": Words("chỉ cảnh báo", "are only warned of")},
    ),
    "conflict_of_interest": (
        Words("Thành viên đoàn thuộc đơn vị được kiểm tra", "A team member of the inspected unit"),
        {"flag": Words("được đánh dấu", "is marked"), "refuse": _REFUSED},
    ),
    "closed_unit_notice_to": (
        Words("Thông báo của đơn vị đã giải thể gửi", "The notice of a closed unit goes to"),
        {"successor": _SUCCESSOR},
    ),
    "closed_unit_appeals_by": (
        Words("Khiếu nại cho đơn vị đã giải thể do", "For a closed unit an appeal is made by"),
        {"successor": _SUCCESSOR, "last_secretary": Words("bí thư cuối cùng", "its last secretary")},
    ),
    "witness_for_publication": (
        Words("Chữ ký của bên chứng kiến khi công bố", "A witness's signature for a publication"),
        {"required": Words("bắt buộc", "is required"), "optional": Words("không bắt buộc", "is optional")},
    ),
    "live_visibility": (
        Words("Bảng chưa công bố cho ai xem", "Unpublished standings are seen by"),
        {
            "restricted": Words("chỉ người có trách nhiệm", "those who are concerned only"),
            "public": Words("mọi người", "everybody"),
        },
    ),
}
_GRACE = Words("Số phút châm chước khi tải hồ sơ lên", "Minutes of grace for an upload")


@dataclass(frozen=True, slots=True)
class Policy:
    """An open question of the rules, the answer chosen, and whether it is the default one.

    ``others``: the answers that were not chosen, in words, the default first.
    """

    name: str
    asks: Words
    answer: Words
    default: Words
    chosen: bool
    others: tuple[Words, ...]


def policies(rulebook: Rulebook) -> Iterator[Policy]:
    """Every policy in the order of the format."""
    for name, values in POLICIES.items():
        stated = rulebook.policies[name]
        yield Policy(
            name,
            policy_name(name),
            policy_answer(name, stated),
            policy_answer(name, values[0]),
            stated != values[0],
            tuple(policy_answer(name, value) for value in values if value != stated),
        )
    grace = "upload_grace_minutes"
    minutes = rulebook.policies[grace]
    yield Policy(grace, _GRACE, policy_answer(grace, minutes), policy_answer(grace, 0), minutes != 0, ())


def policy_name(name: str) -> Words:
    """What a policy asks; an unknown name stays itself."""
    return (
        _GRACE if name == "upload_grace_minutes" else _MEANINGS[name][0] if name in _MEANINGS else _same(name)
    )


def policy_answer(name: str, value: object) -> Words:
    """What an answer means; an unknown one stays itself."""
    known = _MEANINGS[name][1] if name in _MEANINGS else {}
    return known[value] if isinstance(value, str | bool) and value in known else _same(str(value))


def _same(text: str) -> Words:
    return Words(text, text)
