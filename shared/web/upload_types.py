"""Problem types of files that are uploaded and kept: why one is not taken, or not handed out."""

from __future__ import annotations

from shared.web.problem_types import ProblemType

_T = ProblemType
TYPES = (
    _T("evidence-name", 422, "Tên tệp chưa đúng", "The file's name is not right",
       "Đổi tên tệp rồi gửi lại.", "Rename the file and send it again."),
    _T("evidence-empty", 422, "Tệp trống", "The file is empty",
       "Kiểm tra lại tệp; tệp 0 byte không chứng minh được gì.", "Check the file: 0 bytes prove nothing."),
    _T("evidence-too-large", 413, "Tệp quá lớn", "The file is too large",
       "Nén hoặc tách tệp rồi gửi lại.", "Compress or split the file, then send it again."),
    _T("evidence-type", 422, "Loại tệp không được nhận", "This type of file is not taken",
       "Chuyển sang PDF, Word, Excel, ảnh hoặc văn bản.", "Make it PDF, Word, Excel, an image or text."),
    _T("evidence-mismatch", 422, "Nội dung không đúng loại tệp", "The content is not of that type",
       "Mở thử, lưu lại đúng định dạng rồi gửi.", "Open it, save it in the right format, send that."),
    _T("evidence-protected", 422, "Tệp có mật khẩu", "The file is locked by a password",
       "Bỏ mật khẩu rồi gửi lại.", "Take the password off and send it again."),
    _T("evidence-macros", 422, "Tệp chứa macro", "The file holds macros",
       "Lưu lại dạng không có macro.", "Save it without macros."),
    _T("evidence-unpacked-size", 422, "Tệp nén quá lớn khi mở", "The file unpacks to too much",
       "Tách hoặc thu nhỏ nội dung.", "Split the content or make it smaller."),
    _T("evidence-infected", 422, "Tệp bị báo nhiễm virus", "The virus scanner objects",
       "Làm sạch máy và tệp rồi gửi lại.", "Clean the machine and the file, then send it again."),
    _T("evidence-gone", 410, "Nội dung tệp không còn", "The content is gone",
       "Tệp đã được nhận nhưng nội dung không còn ở nơi lưu. Báo quản trị khôi phục từ bản sao lưu.",
       "It was taken, and its content is gone. An administrator restores it from the backup."),
    _T("evidence-damaged", 410, "Nội dung tệp bị hỏng", "The content is damaged",
       "Nội dung không còn khớp mã băm nên không được gửi ra. Báo quản trị khôi phục từ bản sao lưu.",
       "It no longer has its digest and is not handed out. An administrator restores it from the backup."),
    _T("storage-unreachable", 503, "Nơi lưu tệp chưa sẵn sàng", "The storage cannot be reached",
       "Chưa nhận tệp. Thử lại sau ít phút.", "The file was not taken. Try again in a few minutes."),
    _T("scanner-unreachable", 503, "Chưa quét được virus", "The virus scanner cannot be reached",
       "Chưa nhận tệp. Thử lại sau ít phút.", "The file was not taken. Try again in a few minutes."),
)  # fmt: skip
