"""Problem types of the ranking service."""

from __future__ import annotations

from shared.web.problem_types import ProblemType

_T = ProblemType
TYPES = (
    # --- reading
    _T("position-ahead", 422, "Vị trí chưa có trong sổ cái", "Position beyond the ledger",
       "Chọn vị trí không quá vị trí hiện nay.", "Choose a position up to the present one."),
    _T("time-ahead", 422, "Thời điểm ở tương lai", "Time in the future",
       "Chọn thời điểm không sau bây giờ.", "Choose a time not later than now."),
    _T("bad-position", 422, "Vị trí không hợp lệ", "Not a position",
       "Ghi số vị trí, hoặc thời điểm có múi giờ như 2020-11-20T10:00:00Z.",
       "Give a number, or an instant with its zone such as 2020-11-20T10:00:00Z."),
    _T("not-public", 403, "Bảng này chưa công bố", "Not published",
       "Xem phiên bản đã công bố, hoặc đăng nhập bằng tài khoản có quyền xem bảng chưa công bố.",
       "Read a published version, or sign in with an account that may see unpublished standings."),
    _T("not-yet-visible", 503, "Chưa thấy trong bảng", "Not yet in the view",
       "Thử lại sau ít giây.", "Try again in a few seconds."),
    _T("unknown-engine", 422, "Không có máy tính điểm này", "Unknown engine",
       "Bỏ tham số engine, hoặc dùng phiên bản nêu trong câu trả lời.",
       "Leave out engine, or use the version that answers name."),
    _T("unknown-event", 404, "Không có sự kiện này", "Unknown event",
       "Sự kiện vừa ghi có thể cần vài giây để vào sổ cái.",
       "A new event may need some seconds to reach the ledger."),
    _T("unknown-version", 404, "Không có phiên bản này", "Unknown version",
       "Xem danh sách các phiên bản đã công bố.", "See the list of published versions."),
    # --- decisions of the Standing Committee
    _T("already-confirmed", 409, "Đã xác nhận rồi", "Already confirmed",
       "Không cần ghi lại.", "There is no need to state it again."),
    _T("nothing-to-lift", 409, "Không có gì để gỡ", "Nothing to lift",
       "Đơn vị không bị xác nhận mất quyền kiểm tra.", "No forfeit of the unit is in force."),
    _T("too-few-units", 422, "Cần ít nhất hai đơn vị", "Too few units",
       "Thứ tự chỉ có nghĩa với các đơn vị bằng nhau.", "An order is for units that are equal."),
    _T("repeated-unit", 422, "Đơn vị nêu hai lần", "Unit named twice",
       "Nêu mỗi đơn vị một lần.", "Name each unit once."),
    # --- publishing
    _T("nothing-to-publish", 409, "Chưa có gì để công bố", "Nothing to publish",
       "Cần bộ tiêu chí và ít nhất một đơn vị.", "A rulebook and at least one unit are needed."),
    _T("nothing-changed", 409, "Không có gì mới", "Nothing changed",
       "Bảng xếp hạng vẫn như phiên bản gần nhất.", "The standings are those of the last version."),
    _T("standings-moved", 409, "Bảng đã thay đổi", "The standings moved",
       "Xem lại bảng hiện nay rồi công bố.", "Look at the present standings, then publish."),
    _T("open-gap", 422, "Còn thiếu sự kiện", "An open gap",
       "Chờ sự kiện thiếu vào sổ; xem cảnh báo của bộ chuyển.",
       "Wait for the missing event; see the relay's alarms."),
    _T("not-understood", 422, "Có sự kiện chưa hiểu được", "Events not understood",
       "Nâng cấp phần mềm rồi công bố.", "Upgrade the software, then publish."),
    _T("illustrative-rulebook", 422, "Bộ tiêu chí chỉ để minh họa", "Illustrative rulebook",
       "Chỉ công bố trong bản trình diễn.", "Publish it in a demonstration only."),
)  # fmt: skip
