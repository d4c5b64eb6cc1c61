"""Words of the story.  Invented; in Vietnamese because the ledger's official text is."""

from __future__ import annotations

from typing import Any, Final

CYCLE: Final = "Đánh giá, phân loại và xếp hạng thi đua năm 2020"
SANDBOX: Final = "SÂN THỬ: chấm điểm thi đua năm 2020"
SYSTEM: Final = "Phần mềm của {name}"
ROUND: Final[dict[str, Any]] = {
    "round": "DOT-2020",
    "first_day": "2020-11-09",
    "last_day": "2020-11-20",
    "calendar": "lich-2020",
    "document_days_before": 3,
}
PLAN: Final = "Kế hoạch kiểm tra năm 2020"
REPORT: Final = "{number:02d}-BC/{body}"
DISPUTED: Final = "Báo cáo của đơn vị ghi số khác; đề nghị Văn phòng đối chiếu lại."
PROPOSERS: Final[dict[str, tuple[str, ...]]] = {
    "T1": ("BTG", "BTNTH"),
    "T2": ("BMT", "BQT"),
    "P1": ("BTC", "BTG"),
    "P2": ("BTC", "BMT"),
}
"""Who may propose an occurrence of each code."""
BASIS: Final = {
    "T1": "Mô hình, giải pháp được công nhận theo hồ sơ {ref}",
    "T2": "Đơn vị đăng cai hoạt động cấp Thành theo hồ sơ {ref}",
    "P1": "Báo cáo gửi trễ hạn theo hồ sơ {ref}",
    "P2": "Vắng họp không phép theo biên bản {ref}",
}
STRENGTHS: Final = (
    "Triển khai đầy đủ chương trình công tác năm; hoạt động tình nguyện có chiều sâu.",
    "Tổ chức cơ sở Đoàn ổn định, cán bộ sâu sát đoàn viên; thông tin báo cáo nền nếp.",
    "Bám sát nhiệm vụ chính trị của đơn vị, nhiều hoạt động chăm lo thiết thực.",
    "Chủ động chuyển đổi cách làm trong thời gian giãn cách, giữ được nhịp sinh hoạt chi đoàn.",
)
LIMITATIONS: Final = (
    "Một số chỉ tiêu phát triển đoàn viên chưa đạt; cần rà soát lại danh sách chi đoàn.",
    "Sinh hoạt chi đoàn ở một số nơi còn hình thức.",
    "Công tác lưu trữ minh chứng chưa kịp thời.",
    "Chưa có giải pháp bền vững cho thanh niên công nhân ở trọ.",
)
ORIENTATIONS: Final = (
    "Tập trung nâng chất lượng sinh hoạt chi đoàn và chuyển đổi số trong năm 2021.",
    "Đẩy mạnh hỗ trợ thanh niên khởi nghiệp, gắn với nhiệm vụ của đơn vị.",
    "Ưu tiên chăm lo thanh niên công nhân, củng cố lực lượng cán bộ Đoàn.",
    "Nhân rộng các mô hình hay, hoàn thành sớm chỉ tiêu Đoàn tham gia xây dựng Đảng.",
)
AMENDED: Final = "Bổ sung phần định hướng theo ý kiến của cấp ủy đơn vị sau buổi kiểm tra."
MODELS: Final = (
    "Đội hình phản ứng nhanh hỗ trợ người dân",
    "Ngày thứ Bảy vì đoàn viên",
    "Góc đọc sách trong khu nhà trọ",
    "Chi đoàn không giấy tờ",
    "Tuyến đường xanh do thanh niên tự quản",
)
ADJUSTED: Final = (
    "Đối chiếu hồ sơ tại đơn vị: số liệu minh chứng khác số đã chấm.",
    "Bổ sung kết quả quý III sau khi kiểm tra sổ theo dõi.",
    "Thống nhất lại cách tính với đơn vị tại buổi làm việc.",
)
SCHOOL: Final = "TDLTT"
"""The school that names people for the teams (plan III.5)."""
NOMINATION: Final = "45-CV/TDLTT"
WITHDRAWN: Final = "Đi công tác đột xuất trong thời gian kiểm tra."
BRIEFINGS: Final = (
    ("BTG", "priority", "QH-Q02", "Đề nghị đoàn xem kỹ việc nắm bắt dư luận trong thanh niên nhà trọ."),
    ("BMT", "note", "LLVT", "Đối chiếu số công trình thanh niên với sổ theo dõi của đơn vị."),
    (
        "BCNLD",
        "bonus",
        "CNLD-TN08",
        "Đơn vị đề nghị ghi nhận mô hình chăm lo công nhân; xem tại chỗ.",
    ),
    ("BTC", "penalty", "CNLD-TN08", "Hai báo cáo quý gửi trễ; nghe đơn vị giải trình."),
)
"""Of each item: the department, what it is about, the unit or the area, the text."""
LAST_YEAR: Final = "112-KL/ĐKT năm 2019"
SUBORDINATES: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "QH-Q02": (
        ("ward_commune_township", "EXCELLENT"),
        ("armed_forces", "EXCELLENT"),
        ("workers", "GOOD"),
        ("ward_commune_township", "COMPLETED"),
        ("ward_commune_township", "GOOD"),
    ),
    "CNLD-TN08": (("workers", "EXCELLENT"), ("workers", "EXCELLENT"), ("workers", "GOOD")),
    "LLVT-BTL": (
        ("armed_forces", "EXCELLENT"),
        ("armed_forces", "EXCELLENT"),
        ("armed_forces", "GOOD"),
        ("armed_forces", "GOOD"),
    ),
}
"""Kind and class of the units below, those that attend first."""
SUBORDINATE: Final = "Đoàn cơ sở thử nghiệm {number:02d}"
SUBCLASS: Final = "Bảng xếp loại cơ sở trực thuộc năm 2020"
ATTENDEE: Final = "Người dự thử nghiệm {number:02d}"
SECRETARY: Final = "Bí thư thử nghiệm {number:02d}"
SHORTAGE: Final = "Đơn vị chỉ có ba cơ sở trực thuộc."
CONSENT: Final = "Ý kiến của cấp ủy bằng văn bản"
MODEL: Final = {
    "title": "Ngày thứ Bảy vì đoàn viên",
    "text": "Mỗi tháng một buổi giải quyết việc của đoàn viên ngay tại nơi làm việc, nơi ở.",
}
MINUTES: Final = (
    ("introduction", "Trưởng đoàn giới thiệu thành phần, mục đích và nội dung làm việc."),
    ("question", "Đơn vị theo dõi việc khắc phục hạn chế năm 2019 như thế nào?"),
    ("answer", "Ban Thường vụ đơn vị giao từng việc, rà soát hằng quý, có sổ theo dõi."),
    ("party_committee", "Cấp ủy đánh giá cao hoạt động Đoàn và sẽ hỗ trợ kinh phí năm 2021."),
)
FINDING: Final = "Triển khai đủ các nội dung trọng tâm; có phân công, kiểm tra và báo cáo kết quả."
ASSESSED: Final = "Mô hình do cơ sở đề xuất, dễ nhân rộng, đoàn viên tham gia đều."
REMEDIED: Final = "Đã rà soát xong danh sách, số liệu khớp với sổ đoàn viên."
DELEGATION: Final = "18-UQ/ĐKT"
OBJECTS: Final = "Số cuộc kiểm tra trong kết luận thiếu hai cuộc của quý IV; đề nghị xem lại."
REFLECTION: Final = "Qua đợt kiểm tra, tôi học được cách cơ sở tổ chức việc nhỏ thành nền nếp."
OVERRIDDEN: Final = "Ban chưa gửi điểm; đơn vị và cấp ủy đã có mặt đầy đủ, Trưởng đoàn cho tiến hành."
ASKS: Final = "Cấp ủy đơn vị bận công tác trong buổi đã xếp."
KEPT: Final = "Đoàn không còn buổi trống trong tuần; cấp ủy cử người dự thay."
MOVED: Final = "Cấp ủy đơn vị bận công tác, đề nghị đổi lịch; Trưởng đoàn đồng ý."
FILE: Final = "TÀI LIỆU MINH HỌA\n{label}\nĐơn vị: {name} ({unit})\n"
NO_PACK: Final = "Hồ sơ không đầy đủ đúng hạn; Ban Thường vụ đã xác nhận không kiểm tra."
OUTAGE: Final = "Hệ thống không truy cập được do sự cố đường truyền."
FORFEITED: Final = "Xác nhận đơn vị không gửi đầy đủ tài liệu đúng hạn; không tiến hành kiểm tra."
DECLINED: Final = "Hệ thống gián đoạn tối ngày cuối hạn; không xem là trễ hạn, vẫn tiến hành kiểm tra."
FREEZE: Final = "Bảng tạm tính trình phiên họp Ban Thường vụ."
EXCEPTED: Final = "Đồng ý công bố khi chưa có điểm kiểm tra; đơn vị chưa được phân loại."
MEETING: Final = "Phiên họp Ban Thường vụ ngày {day}"
DOCUMENT: Final = "{number:02d}-MH/BTV"
ACCEPTED: Final = {
    "bonus": "Đồng ý ghi nhận điểm thưởng theo đề xuất.",
    "penalty": "Đồng ý trừ điểm theo đề xuất.",
}
REFUSED: Final = "Không đồng ý: minh chứng chưa đủ căn cứ."
UPHELD: Final = "Đã đối chiếu hồ sơ: giữ nguyên điều chỉnh theo kết luận của Trưởng đoàn."
NOT_APPLICABLE: Final = "Đơn vị chưa có Nhà Thiếu nhi trong năm 2020: tiêu chí không áp dụng."
DECIDED: Final = {
    "standing": "Ban Thường vụ thống nhất điều chỉnh sau khi xem xét kết luận kiểm tra.",
    "appeal": "Kết quả xem xét khiếu nại: điều chỉnh theo hồ sơ đối chiếu.",
}
