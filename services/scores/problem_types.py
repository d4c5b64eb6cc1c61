"""Problem types of the scores service."""

from __future__ import annotations

import re

from shared.rulebook.faults import MESSAGES
from shared.web.problem_types import ProblemType

_T = ProblemType
_OWN = (
    # --- position 0
    _T("bad-envelope", 422, "Không phải sự kiện hợp lệ", "Not a valid event",
       "Gửi đúng các byte đã ký, ở dạng chuẩn tắc.", "Send exactly the signed bytes, in canonical form."),
    _T("not-this-ledgers-opening", 422, "Không phải sự kiện mở sổ này", "Not this ledger's opening",
       "Gửi ledger.opened.v1 của đúng sổ trong địa chỉ.",
       "Send the ledger.opened.v1 of the ledger in the address."),
    _T("bad-opening", 422, "Sự kiện mở sổ chưa đúng", "The opening is not right",
       "Sửa nội dung rồi ký lại bằng khóa gốc.",
       "Correct its content, then sign it again with the root key."),
    _T("not-an-administrator", 403, "Không phải quản trị nêu trong sự kiện mở sổ", "Not an administrator",
       "Một quản trị có tên trong sự kiện mở sổ gửi.", "An administrator whom the opening names sends it."),
    _T("root-not-pinned", 403, "Khóa gốc chưa được ghim", "Root key not pinned",
       "Ghim vân tay khóa gốc của tổ chức trong roots.json.",
       "Pin the organisation's root fingerprint in roots.json."),
    _T("bad-signature", 403, "Chữ ký không đúng", "Bad signature",
       "Ký lại bằng khóa gốc.", "Sign it again with the root key."),
    _T("other-topic", 422, "Sổ dùng topic khác", "Another topic",
       "Mở sổ với topic của hệ thống này.", "Open the ledger with the topic of this installation."),
    _T("ledger-open", 409, "Sổ đã mở", "Ledger already open",
       "Một sổ chỉ mở một lần.", "A ledger opens once."),
    # --- cycle and rulebook
    _T("cycle-open", 409, "Chu kỳ đã mở", "Cycle already open",
       "Mỗi sổ có một chu kỳ.", "A ledger has one cycle."),
    _T("cycle-not-open", 409, "Chưa mở chu kỳ", "Cycle not open",
       "Mở chu kỳ trước.", "Open the cycle first."),
    _T("rulebook-adopted", 409, "Bộ tiêu chí đã ban hành", "Rulebook already adopted",
       "Muốn sửa thì ban hành phiên bản mới.", "A change needs a new version."),
    _T("rulebook-not-in-force", 409, "Bộ tiêu chí không còn áp dụng", "Rulebook not in force",
       "Đọc bộ tiêu chí đang áp dụng rồi gửi lại.", "Read the rulebook in force, then send again."),
    _T("amendment-incomplete", 422, "Sửa đổi chưa đủ căn cứ", "Amendment incomplete",
       "Nêu số quyết định, cách áp dụng và phiên bản cao hơn.",
       "Name the decision, the mode and a higher version."),
    _T("amendment-too-wide", 422, "Sửa đổi vượt phạm vi", "Amendment too wide",
       "Dùng mode re_evaluate_all, hoặc giữ nguyên khu vực, tổng điểm, mức tối đa, trọng số, giai đoạn.",
       "Use mode re_evaluate_all, or keep areas, totals, maxima, weights, stages and the set of leaves."),
    # --- the register and the grants
    _T("unit-exists", 409, "Đã có đơn vị mã này", "Unit exists",
       "Dùng mã khác; mã không dùng lại.", "Use another code; a code is never used again."),
    _T("department-exists", 409, "Đã có Ban, đơn vị mã này", "Department exists",
       "Dùng mã khác.", "Use another code."),
    _T("unknown-department", 422, "Không có Ban, đơn vị này", "Unknown department",
       "Kiểm tra mã trong danh sách.", "Check the code in the register."),
    _T("grant-exists", 409, "Đã có quyền mã này", "Grant exists",
       "Dùng mã khác.", "Use another code."),
    _T("unknown-grant", 404, "Không có quyền này", "Unknown grant",
       "Kiểm tra mã quyền.", "Check the grant's code."),
    _T("grant-ended", 409, "Quyền đã chấm dứt", "Grant ended",
       "Không cần làm gì nữa.", "There is nothing more to do."),
    _T("wrong-scope-kind", 422, "Phạm vi không hợp với vai trò", "Wrong kind of scope",
       "Dùng dạng phạm vi nêu trong lỗi.", "Use the form of scope that the error names."),
    # --- values, proposals, conditions
    _T("wrong-period", 422, "Sai thời kỳ", "Wrong period",
       "Ghi thời kỳ mà bộ tiêu chí nêu cho tiêu chí này.", "State the period that the rulebook names."),
    _T("period-not-wanted", 422, "Không cần thời kỳ", "Period not wanted",
       "Bỏ trường period với tiêu chí này.", "Leave period out for this criterion."),
    _T("reason-missing", 422, "Thiếu lý do", "Reason missing",
       "Nêu lý do thay đổi.", "Say why it changes."),
    _T("document-missing", 422, "Thiếu văn bản nguồn", "Source document missing",
       "Nêu số, ký hiệu văn bản của đơn vị được nhập hộ.", "Name the document that it is entered from."),
    _T("signoff-needed", 409, "Cần Trưởng Ban gửi", "The head submits",
       "Lưu nháp; Trưởng Ban (lãnh đạo đơn vị) gửi.", "Keep a draft; the head of the department submits it."),
    _T("entered-by-not-wanted", 422, "Không cần người nhập", "Entered-by not wanted",
       "Bỏ trường entered_by.", "Leave entered_by out."),
    # --- sheets, answers, evaluations, assignments
    _T("duplicate-row", 422, "Trùng dòng", "Duplicate row",
       "Mỗi tiêu chí một dòng.", "One row for each criterion."),
    _T("unknown-score", 404, "Không có điểm này", "Unknown score",
       "Kiểm tra số trong danh sách.", "Check the number in the list."),
    _T("not-on-behalf", 409, "Không phải điểm nhập hộ", "Not entered for another",
       "Không cần xác nhận.", "There is nothing to confirm."),
    _T("entry-answered", 409, "Đã trả lời", "Answered already",
       "Không cần làm gì nữa.", "There is nothing more to do."),
    _T("not-external", 422, "Không phải đánh giá ngoài", "Not an external evaluation",
       "Chọn tiêu chí chấm bằng đánh giá bên ngoài.", "Choose a criterion of stage external."),
    _T("duplicate-evaluation", 409, "Đánh giá đã nhận", "Evaluation received already",
       "Không cần gửi lại.", "There is no need to send it again."),
    _T("evaluation-exists", 409, "Đã có đánh giá", "There is an evaluation already",
       "Bản mới nêu supersedes và lý do.", "A new version says supersedes and why."),
    _T("unknown-evaluation", 422, "Không có đánh giá này", "Unknown evaluation",
       "Kiểm tra mã đánh giá.", "Check the evaluation's code."),
    _T("evaluation-acknowledged", 409, "Đã xác nhận nhận", "Acknowledged already",
       "Không cần làm gì nữa.", "There is nothing more to do."),
    _T("team-criterion", 422, "Tiêu chí của đoàn kiểm tra", "Criterion of the inspection team",
       "Chọn tiêu chí do Ban hoặc đơn vị chấm.", "Choose a criterion that a department scores."),
    _T("in-the-past", 422, "Trước thời điểm hiện tại", "In the past",
       "Chọn thời điểm từ nay về sau.", "Choose an instant from now on."),
    _T("evidence-missing", 422, "Thiếu minh chứng", "Evidence missing",
       "Gửi kèm tên, mã băm và dung lượng của minh chứng.", "Send name, digest and size of the evidence."),
    _T("duplicate-proposal", 409, "Đã đề nghị rồi", "Proposed already",
       "Một sự việc đề nghị một lần.", "One occurrence is proposed once."),
    _T("wrong-amount", 422, "Mức đề nghị chưa đúng", "Wrong amount",
       "Xem bước điểm và mức trần nêu trong lỗi.", "See the step and the cap that the error names."),
    _T("outside-period", 422, "Ngoài thời kỳ đánh giá", "Outside the period",
       "Chỉ sự việc trong kỳ được tính.", "Only what happened within the period counts."),
    _T("veto-in-force", 409, "Điều kiện đã có hiệu lực", "Condition in force already",
       "Không cần ghi lại.", "There is no need to record it again."),
    _T("veto-not-in-force", 409, "Điều kiện chưa có hiệu lực", "Condition not in force",
       "Không có gì để gỡ.", "There is nothing to lift."),
    # --- what is kept beside the ledger
    _T("not-a-body", 422, "Không phải đơn vị, Ban", "Not a body",
       "Viết unit:…, department:… hoặc office:….", "Write unit:…, department:… or office:…."),
    _T("given-twice", 422, "Ghi hai lần", "Given twice",
       "Mỗi ô ghi một lần.", "Give each cell once."),
    _T("too-many-drafts", 409, "Quá nhiều ô nháp", "Too many drafts",
       "Gửi hoặc bỏ bớt ô nháp.", "State some drafts, or remove some."),
)  # fmt: skip


def _general(message: str) -> str:
    """A fault's message without the places that only one file fills."""
    return re.sub(r"\{\w+\}", "…", message)


TYPES = (
    *_OWN,
    *(
        ProblemType(
            f"rulebook-{code.lower()}",
            422,
            f"Bộ tiêu chí: lỗi {code}",
            f"Rulebook: fault {code}",
            f"{_general(vi)}.",
            f"{_general(en)}.",
        )
        for code, (vi, en) in MESSAGES.items()
    ),
)
