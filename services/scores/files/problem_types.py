"""Problem types of files of scores; those of any file: :mod:`shared.web.file_types`."""

from __future__ import annotations

from shared.web.problem_types import ProblemType

_T = ProblemType
TYPES = (
    # --- the file as a whole
    _T("template-of-another", 409, "Tệp mẫu của nơi khác", "Template of another",
       "Tải tệp mẫu mới rồi chép số sang.", "Fetch a new template and copy your numbers into it."),
    _T("body-not-wanted", 422, "Không cần body", "Body not wanted",
       "Danh sách đơn vị, Ban không thuộc một nơi nào: bỏ body.", "A register has no body: leave it out."),
    # --- an upload
    _T("unknown-upload", 404, "Không có tệp này", "Unknown upload",
       "Tệp chưa xác nhận được giữ 30 ngày; tải lên lại.",
       "What is not confirmed is kept for 30 days; upload it again."),
    _T("upload-confirmed", 409, "Đã xác nhận", "Confirmed already",
       "Tải lên tệp mới để thay đổi tiếp.", "Upload another file for further changes."),
    _T("too-many-uploads", 409, "Quá nhiều tệp chờ", "Too many files waiting",
       "Xác nhận bớt, hoặc chờ tệp cũ hết hạn.", "Confirm some, or wait until old ones are forgotten."),
    _T("too-many-mends", 409, "Sửa quá nhiều ô", "Too many cells mended",
       "Sửa trong tệp rồi tải lên lại.", "Mend the file and upload it again."),
    _T("unknown-cell", 422, "Không có ô này", "Unknown cell",
       "Nêu trang tính và ô của tệp, ví dụ C7.", "Name a sheet and a cell of the file, such as C7."),
    _T("nothing-new", 409, "Không có gì mới", "Nothing new",
       "Mọi giá trị trong tệp đã ghi; không cần xác nhận.", "All of it stands already; nothing to confirm."),
    # --- a cell
    _T("criterion-not-yours", 422, "Tiêu chí của nơi khác", "Another body's criterion",
       "Xóa cột này.", "Delete the column."),
    _T("unit-missing", 422, "Thiếu mã đơn vị", "Unit missing",
       "Ghi mã đơn vị của hàng.", "Say which unit the row is about."),
    _T("not-your-unit", 422, "Hàng của đơn vị khác", "Another unit's row",
       "Xóa hàng này.", "Delete the row."),
)  # fmt: skip
