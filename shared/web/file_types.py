"""Problem types of files that people send: why one is not taken, and what may be wrong with a cell."""

from __future__ import annotations

from shared.web.problem_types import ProblemType

_T = ProblemType
TYPES = (
    # --- the file as a whole
    _T("file-empty", 422, "Tệp trống", "Empty file",
       "Điền ít nhất một ô rồi gửi lại.", "Fill in at least one cell, then send it again."),
    _T("file-too-large", 413, "Tệp quá lớn", "File too large",
       "Bỏ hình ảnh, hàng, cột thừa hoặc chia tệp; giới hạn nêu trong lỗi.",
       "Remove what is not needed, or split it; the error names the limit."),
    _T("file-type", 422, "Loại tệp không nhận", "File type not taken",
       "Lưu lại dạng .xlsx hoặc CSV UTF-8, không mật khẩu.", "Save it as .xlsx or CSV UTF-8, no password."),
    _T("file-broken", 422, "Không đọc được tệp", "File cannot be read",
       "Mở bằng Excel hoặc LibreOffice, lưu lại rồi gửi lại.",
       "Open it in Excel or LibreOffice, save it again, then send it."),
    _T("unknown-encoding", 422, "Không rõ bảng mã", "Unknown encoding",
       "Lưu lại dạng CSV UTF-8 hoặc .xlsx.", "Save it as CSV UTF-8 or .xlsx."),
    # --- a cell
    _T("heading-missing", 422, "Thiếu hàng tiêu đề", "Headings missing",
       "Dùng tệp mẫu, hoặc xóa trang tính thừa.", "Use the template, or delete a sheet too many."),
    _T("column-unknown", 422, "Cột lạ", "Unknown column",
       "Sửa tên cột như trong tệp mẫu, hoặc xóa cột.", "Name it as in the template, or delete it."),
    _T("column-twice", 422, "Cột trùng", "Column twice",
       "Xóa bớt một cột.", "Delete one of them."),
    _T("row-twice", 422, "Hàng trùng", "Row twice",
       "Giữ một hàng cho mỗi đơn vị.", "Keep one row for each unit."),
    _T("hidden-cell", 422, "Ô đang ẩn", "Hidden cell",
       "Bỏ ẩn để xem lại rồi gửi, hoặc gõ lại giá trị trên trang.",
       "Show it and look, or type the value on the page."),
    _T("merged-cell", 422, "Ô bị trộn", "Merged cell",
       "Bỏ trộn và gõ giá trị cho từng ô.", "Unmerge it and type a value in each cell."),
    _T("formula", 422, "Ô chứa công thức", "Formula",
       "Dán dạng giá trị (Paste Special, Values).", "Paste it as a value (Paste Special, Values)."),
    _T("error-value", 422, "Ô chứa lỗi của Excel", "Error value",
       "Gõ lại giá trị.", "Type the value again."),
    _T("legacy-font", 422, "Phông chữ cũ (TCVN3, VNI)", "Legacy font (TCVN3, VNI)",
       "Chuyển sang Unicode bằng UniKey rồi gửi lại.", "Convert it to Unicode with UniKey, then send it."),
    _T("ambiguous-number", 422, "Số đọc được hai cách", "Ambiguous number",
       "Gõ lại không dùng dấu phân cách hàng nghìn.", "Type it without separators of thousands."),
    _T("percent-format", 422, "Ô định dạng phần trăm", "Percent format",
       "Đổi định dạng ô thành Number rồi gõ lại.", "Format it as a number and type it again."),
    _T("date-not-number", 422, "Ngày ở ô số", "A date for a number",
       "Đổi định dạng ô thành Number rồi gõ lại.", "Format it as a number and type it again."),
)  # fmt: skip
