"""What the scores service states beside values is told in words: for people, in both languages."""

from __future__ import annotations

from typing import Any

import pytest

from services.ranking.words import Names, describe

NAMES = Names(
    units={"QH-Q02": "Quận Đoàn 2", "QH-TPTD": "Thành Đoàn Thủ Đức"},
    departments={"TNXP": "Lực lượng TNXP", "BTG": "Ban Tuyên giáo", "NTN": "Nhà Thiếu nhi"},
)
PAPER = {"document": "QĐ 5"}
NEXT = {"valid_from": "2021-01-01", **PAPER}
CLOSED = {"last_day": "2020-12-31", "reason": "sáp nhập", **PAPER}

TOLD: list[tuple[str, dict[str, Any], str, str]] = [
    (
        "unit.renamed.v1",
        {"name": "Đoàn phường", **NEXT},
        "Quận Đoàn 2 mang tên Đoàn phường từ ngày 01/01/2021",
        "Quận Đoàn 2 is called Đoàn phường from 2021-01-01 on",
    ),
    (
        "unit.moved.v1",
        {"area": "LLVT", **NEXT},
        "Quận Đoàn 2 chuyển sang khu vực LLVT từ ngày 01/01/2021",
        "Quận Đoàn 2 belongs to area LLVT from 2021-01-01 on",
    ),
    (
        "unit.closed.v1",
        {"successors": ["QH-TPTD"], **CLOSED},
        "Quận Đoàn 2 kết thúc sau ngày 31/12/2020; kế thừa: Thành Đoàn Thủ Đức",
        "Quận Đoàn 2 closes after 2020-12-31; succeeded by Thành Đoàn Thủ Đức",
    ),
    (
        "unit.closed.v1",
        {"successors": [], **CLOSED},
        "Quận Đoàn 2 kết thúc sau ngày 31/12/2020",
        "Quận Đoàn 2 closes after 2020-12-31",
    ),
    (
        "scoring.assigned.v1",
        {"criterion": "1.2", "owner": "BTG", "from": "2020-10-01T00:00:00.000000Z", **PAPER},
        "Giao Ban Tuyên giáo chấm tiêu chí 1.2, theo QĐ 5",
        "Ban Tuyên giáo is to score criterion 1.2, by QĐ 5",
    ),
    (
        "scoring.due_set.v1",
        {"stage": "self", "due": "2020-10-24T17:00:00.000000Z", **PAPER},
        "Hạn tự chấm: trước 2020-10-24T17:00:00.000000Z",
        "Self scores are due before 2020-10-24T17:00:00.000000Z",
    ),
    (
        "scoring.due_set.v1",
        {"stage": "external", "criterion": "7.3", "due": "2020-10-24T17:00:00.000000Z", **PAPER},
        "Hạn đánh giá ngoài tiêu chí 7.3: trước 2020-10-24T17:00:00.000000Z",
        "External evaluations of 7.3 are due before 2020-10-24T17:00:00.000000Z",
    ),
    (
        "scoring.completed.v1",
        {"department": "BTG", "criteria": 4},
        "Ban Tuyên giáo đã chấm đủ 4 tiêu chí của Quận Đoàn 2",
        "Ban Tuyên giáo has scored all 4 criteria of Quận Đoàn 2",
    ),
    (
        "scoring.reopened.v1",
        {"department": "BTG", "criteria": ["1.1", "1.2"]},
        "Ban Tuyên giáo lại thiếu tiêu chí 1.1, 1.2 của Quận Đoàn 2",
        "Ban Tuyên giáo lacks 1.1, 1.2 of Quận Đoàn 2 again",
    ),
    (
        "selfassessment.submitted.v1",
        {"values": 21, "changed": 2},
        "Quận Đoàn 2 nộp phiếu tự chấm, 21 tiêu chí",
        "Quận Đoàn 2 submits its self scores, 21 criteria",
    ),
    (
        "evaluation.received.v1",
        {"evaluation": "DG-1", "criterion": "7.3", "authors": ["NTN", "BTG"], "units": 24},
        "Nhận đánh giá của Nhà Thiếu nhi, Ban Tuyên giáo về tiêu chí 7.3, 24 đơn vị",
        "Evaluation by Nhà Thiếu nhi, Ban Tuyên giáo received: criterion 7.3, 24 units",
    ),
    (
        "evaluation.acknowledged.v1",
        {"evaluation": "DG-1"},
        "Quận Đoàn 2 đã đọc đánh giá DG-1",
        "Quận Đoàn 2 has read evaluation DG-1",
    ),
    (
        "score.recorded.v1",
        {"criterion": "1.2", "stage": "department", "value": "5.5", "responsible": "TNXP"},
        "Lực lượng TNXP chấm Quận Đoàn 2, tiêu chí 1.2: 5,5",
        "Lực lượng TNXP scored Quận Đoàn 2, criterion 1.2: 5.5",
    ),
    (
        "score.recorded.v1",
        {
            "criterion": "1.2",
            "stage": "department",
            "value": "5.5",
            "responsible": "TNXP",
            "on_behalf_of": "TNXP",
        },
        "Lực lượng TNXP chấm Quận Đoàn 2, tiêu chí 1.2: 5,5 (nhập hộ)",
        "Lực lượng TNXP scored Quận Đoàn 2, criterion 1.2: 5.5 (entered on its behalf)",
    ),
    (
        "score.confirmed.v1",
        {"scores": [4, 5], "responsible": "TNXP"},
        "Lực lượng TNXP xác nhận 2 điểm nhập hộ cho Quận Đoàn 2",
        "Lực lượng TNXP confirms 2 scores of Quận Đoàn 2 entered on its behalf",
    ),
    (
        "score.disputed.v1",
        {"score": 4, "text": "chúng tôi cho 3", "responsible": "TNXP"},
        "Lực lượng TNXP không công nhận điểm nhập hộ cho Quận Đoàn 2: chúng tôi cho 3",
        "Lực lượng TNXP disputes a score of Quận Đoàn 2 entered on its behalf: chúng tôi cho 3",
    ),
    (
        "submission.received.v1",
        {"manifest": [{}, {}], "missing": ["MODELS"], "on_time": False},
        "Quận Đoàn 2 gửi hồ sơ: 2 tài liệu, còn thiếu 1, trễ hạn",
        "Quận Đoàn 2 sent its pack: 2 documents, 1 still missing, late",
    ),
    (
        "submission.file_received.v1",
        {"pack": 7, "document": "REPORT", "on_time": True},
        "Đã nhận tệp REPORT của hồ sơ số 7, Quận Đoàn 2",
        "File REPORT of pack 7 of Quận Đoàn 2 has come",
    ),
    (
        "submission.file_received.v1",
        {"pack": 7, "document": "REPORT", "on_time": False},
        "Đã nhận tệp REPORT của hồ sơ số 7, Quận Đoàn 2, trễ hạn",
        "File REPORT of pack 7 of Quận Đoàn 2 has come, late",
    ),
    (
        "submission.assessed.v1",
        {"pack": 7, "findings": [{"document": "REPORT", "outcome": "accepted"}]},
        "Hồ sơ số 7 của Quận Đoàn 2: đầy đủ, dùng được",
        "Pack 7 of Quận Đoàn 2: full and usable",
    ),
    (
        "submission.assessed.v1",
        {"pack": 7, "findings": [{"document": "MODELS", "outcome": "unusable"}]},
        "Hồ sơ số 7 của Quận Đoàn 2: thiếu hoặc không dùng được MODELS",
        "Pack 7 of Quận Đoàn 2: missing or unusable MODELS",
    ),
    (
        "submission.forwarded.v1",
        {"pack": 7, "members": ["NV-1", "NV-2"]},
        "Thư ký chuyển hồ sơ số 7 của Quận Đoàn 2 đến 2 thành viên",
        "Pack 7 of Quận Đoàn 2 is forwarded to 2 members",
    ),
    (
        "forfeit.case_opened.v1",
        {"due": "2020-11-06T17:00:00.000000Z", "missing": ["MODELS"]},
        "Quận Đoàn 2 không gửi đầy đủ hồ sơ trước 2020-11-06T17:00:00.000000Z (thiếu MODELS): "
        "trình Ban Thường vụ",
        "Quận Đoàn 2 sent no full pack before 2020-11-06T17:00:00.000000Z (missing MODELS): "
        "a case for the Standing Committee",
    ),
    (
        "adjustment.disputed.v1",
        {"conclusion": 7, "criterion": "1.2", "text": "có minh chứng"},
        "Quận Đoàn 2 không đồng ý điều chỉnh tiêu chí 1.2: có minh chứng",
        "Quận Đoàn 2 disputes the adjustment of 1.2: có minh chứng",
    ),
    (
        "site.declared.v1",
        {"ready": False},
        "Quận Đoàn 2 chưa sẵn sàng phòng làm việc",
        "Quận Đoàn 2 says that the place is not ready yet",
    ),
    (
        "party_committee.answered.v1",
        {"attends": True},
        "Cấp ủy Quận Đoàn 2 dự kiểm tra",
        "The party committee of Quận Đoàn 2 attends",
    ),
    (
        "conclusion.delegated.v1",
        {"person": "NV-2", "document": "12-UQ"},
        "Trưởng đoàn ủy quyền cho NV-2 kết luận tại Quận Đoàn 2, theo 12-UQ",
        "The leader lets NV-2 conclude at Quận Đoàn 2, by 12-UQ",
    ),
    (
        "inspection.reschedule_requested.v1",
        {"reason": "cấp ủy bận"},
        "Quận Đoàn 2 đề nghị đổi lịch: cấp ủy bận",
        "Quận Đoàn 2 asks for another session: cấp ủy bận",
    ),
    (
        "inspection.reschedule_declined.v1",
        {"request": 4, "reason": "hết buổi"},
        "Trưởng đoàn giữ lịch kiểm tra Quận Đoàn 2: hết buổi",
        "The leader keeps the session at Quận Đoàn 2: hết buổi",
    ),
]


@pytest.mark.parametrize(("type_", "data", "vi", "en"), TOLD)
def test_what_happened_is_one_sentence_in_each_language(
    type_: str, data: dict[str, Any], vi: str, en: str
) -> None:
    words = describe(type_, "QH-Q02", data, NAMES)
    assert (words.vi, words.en) == (vi, en)


@pytest.mark.parametrize("type_", sorted({one[0] for one in TOLD}))
def test_an_event_of_odd_data_is_named_as_what_it_is(type_: str) -> None:
    odd = {"criteria": 3.5, "last_day": "x", "valid_from": "x", "successors": 3, "stage": "x"}
    assert describe(type_, "QH-Q02", odd, NAMES).vi == f"Sự kiện chưa hiểu: {type_} (QH-Q02)"


@pytest.mark.parametrize(
    ("type_", "subject", "data", "vi", "en"),
    [
        (
            "calendar.adopted.v1",
            "*",
            {"calendar": "lich-2020", "version": 2},
            "Ban hành lịch lich-2020, phiên bản 2",
            "Calendar lich-2020, version 2, adopted",
        ),
        (
            "team.member_nominated.v1",
            "team:DKT-1",
            {"department": "BTG", "person": "NV-9"},
            "BTG cử NV-9 vào đoàn DKT-1",
            "BTG names NV-9 for team DKT-1",
        ),
        (
            "team.member_withdrawn.v1",
            "team:DKT-1",
            {"person": "NV-9", "reason": "ốm"},
            "Rút NV-9 khỏi đoàn DKT-1: ốm",
            "NV-9 is withdrawn from team DKT-1: ốm",
        ),
    ],
)
def test_the_plan_of_a_round_is_told_by_calendar_and_team(
    type_: str, subject: str, data: dict[str, Any], vi: str, en: str
) -> None:
    words = describe(type_, subject, data, NAMES)
    assert (words.vi, words.en) == (vi, en)
