"""The catalogue of problem types (RFC 9457): stable names, usual status, titles and advice in two languages.

Each has a page at ``/{service}/problems/{name}``.  A service adds its own with :func:`declare`.
"""

from __future__ import annotations

from dataclasses import dataclass

URN = "urn:bangvang:problem:"


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One entry of the catalogue: its name, usual status, title and what to do, in two languages."""

    name: str
    status: int
    title: str
    title_en: str
    advice: str
    advice_en: str

    @property
    def urn(self) -> str:
        """The stable ``type``."""
        return URN + self.name


_CATALOGUE: dict[str, ProblemType] = {}


def declare(*types: ProblemType) -> None:
    """Add ``types`` to the catalogue; services declare their own.  Raises ``ValueError`` on a new meaning."""
    for entry in types:
        if _CATALOGUE.setdefault(entry.name, entry) != entry:
            raise ValueError(f"problem type declared twice: {entry.name}")


def catalogue() -> tuple[ProblemType, ...]:
    """Every problem type, by name."""
    return tuple(_CATALOGUE[name] for name in sorted(_CATALOGUE))


_FALLBACK = {
    403: ("Không được phép", "Not allowed"),
    404: ("Không tìm thấy", "Not found"),
    409: ("Tình trạng hiện tại không cho phép", "Not possible in the present state"),
    422: ("Giá trị chưa đúng", "A value is not right"),
}


def problem_type(name: str, status: int = 422) -> ProblemType:
    """The catalogue's entry, or a plain one for a rule that nobody declared, titled by its status."""
    known = _CATALOGUE.get(name)
    if known is not None:
        return known
    title, title_en = _FALLBACK.get(status, ("Yêu cầu bị từ chối", "The request was refused"))
    return ProblemType(
        name, status, title, title_en, "Xem chi tiết ở từng lỗi.", "See the details of each error."
    )


_T = ProblemType
declare(
    # --- the request itself
    _T("malformed-json", 400, "JSON không hợp lệ", "Malformed JSON",
       "Gửi một đối tượng JSON, mã UTF-8.", "Send one JSON object in UTF-8."),
    _T("not-an-object", 400, "Không phải đối tượng JSON", "Not a JSON object",
       "Gửi một đối tượng JSON.", "Send one JSON object."),
    _T("duplicate-key", 400, "Trường lặp lại", "Duplicate key",
       "Mỗi trường chỉ ghi một lần.", "Give each key once."),
    _T("unsupported-media-type", 415, "Kiểu nội dung không được nhận", "Unsupported media type",
       "Gửi Content-Type: application/json, UTF-8.", "Send Content-Type: application/json in UTF-8."),
    _T("body-too-large", 413, "Nội dung quá lớn", "Body too large",
       "Chia nhỏ rồi gửi lại.", "Send it in smaller pieces."),
    _T("not-found", 404, "Không tìm thấy", "Not found",
       "Kiểm tra lại địa chỉ.", "Check the address."),
    _T("method-not-allowed", 405, "Phương thức không được dùng", "Method not allowed",
       "Xem tài liệu API của dịch vụ.", "See the API documents of the service."),
    _T("bad-request", 400, "Yêu cầu không hợp lệ", "Bad request",
       "Xem tài liệu API của dịch vụ.", "See the API documents of the service."),
    _T("internal-error", 500, "Lỗi của hệ thống", "Internal error",
       "Chưa ghi nhận gì. Thử lại sau; nếu vẫn lỗi, báo quản trị.",
       "Nothing was stored. Try again later; if it persists, tell an administrator."),
    _T("not-ready", 503, "Chưa sẵn sàng", "Not ready",
       "Chưa ghi nhận gì. Thử lại sau ít giây.", "Nothing was stored. Try again in a few seconds."),
    _T("clock-skew", 503, "Đồng hồ lệch", "Clock skew",
       "Hệ thống từ chối ký khi đồng hồ lệch quá 30 giây. Báo quản trị.",
       "The service refuses to sign while its clock differs by more than 30 s. Tell an administrator."),
    # --- who and what
    _T("token-missing", 401, "Thiếu mã đăng nhập", "Token missing",
       "Gửi Authorization: Bearer ….", "Send Authorization: Bearer …."),
    _T("token-malformed", 401, "Mã đăng nhập không hợp lệ", "Token malformed",
       "Đăng nhập lại.", "Sign in again."),
    _T("token-unknown-key", 401, "Khóa ký không rõ", "Unknown signing key",
       "Đăng nhập lại ở đúng nơi cấp mã.", "Sign in again at the right issuer."),
    _T("token-expired", 401, "Mã đăng nhập đã hết hạn", "Token expired",
       "Đăng nhập lại.", "Sign in again."),
    _T("token-not-yet-valid", 401, "Mã đăng nhập chưa có hiệu lực", "Token not yet valid",
       "Kiểm tra đồng hồ của nơi cấp mã.", "Check the clock of the issuer."),
    _T("token-wrong-issuer", 401, "Mã đăng nhập không dành cho hệ thống này", "Token of another issuer",
       "Đăng nhập ở đúng nơi cấp mã.", "Sign in at the right issuer."),
    _T("no-grant", 403, "Chưa được phân quyền", "No grant",
       "Liên hệ quản trị để được phân quyền.", "Ask an administrator for a grant."),
    _T("wrong-role", 403, "Không đúng vai trò", "Wrong role",
       "Việc này thuộc vai trò khác.", "This is for another role."),
    _T("wrong-scope", 403, "Ngoài phạm vi được giao", "Outside the scope",
       "Kiểm tra đơn vị, tiêu chí, đoàn kiểm tra được giao.", "Check the unit, criterion or team assigned."),
    _T("hat-not-held", 403, "Không có tư cách này", "Role not held",
       "Sửa hoặc bỏ tiêu đề Acting-As.", "Correct or drop the header Acting-As."),
    _T("hat-needed", 400, "Cần nêu tư cách", "Name the role you act in",
       "Gửi tiêu đề Acting-As: vai_trò@phạm_vi.", "Send the header Acting-As: role@scope."),
    # --- commands
    _T("idempotency-key-missing", 400, "Thiếu Idempotency-Key", "Idempotency-Key missing",
       "Gửi một khóa mới cho mỗi lệnh, giữ nguyên khi gửi lại.",
       "Send a new key for each command, the same key when sending again."),
    _T("idempotency-key-invalid", 400, "Idempotency-Key không hợp lệ", "Idempotency-Key invalid",
       "Từ 1 đến 128 ký tự ASCII in được.", "1 to 128 printable ASCII characters."),
    _T("idempotency-key-reused", 422, "Idempotency-Key đã dùng cho nội dung khác", "Idempotency-Key reused",
       "Dùng khóa mới cho lệnh mới.", "Use a new key for a new command."),
    _T("unknown-ledger", 404, "Không có sổ này", "Unknown ledger",
       "Kiểm tra tổ chức và chu kỳ trong địa chỉ.", "Check organisation and cycle in the address."),
    _T("beyond-ledger", 409, "Sổ chưa có tới vị trí này", "Beyond the ledger",
       "Thử lại sau; nếu trước đây đã thấy vị trí này, hãy hỏi người vận hành.",
       "Try again later; if that position was seen before, ask whoever runs the service."),
    _T("precondition-required", 428, "Cần If-Match", "If-Match needed",
       "Đọc lại rồi gửi kèm If-Match.", "Read again, then send If-Match."),
    _T("precondition-failed", 412, "Đã có thay đổi", "Changed meanwhile",
       "Đọc lại bản mới rồi quyết định lại.", "Read the new version, then decide again."),
    # --- values
    _T("invalid-fields", 422, "Có trường chưa đúng", "Fields are not right",
       "Sửa từng trường theo danh sách lỗi.", "Correct each field in the list of errors."),
    _T("unknown-field", 422, "Trường không rõ", "Unknown field",
       "Bỏ trường này đi hoặc sửa tên.", "Remove the field or correct its name."),
    _T("missing-field", 422, "Thiếu trường", "Missing field",
       "Bổ sung trường còn thiếu.", "Add the missing field."),
    _T("not-a-decimal", 422, "Không phải số thập phân", "Not a decimal",
       "Viết điểm dạng chuỗi thập phân, ví dụ “8.25”.", 'Write points as a decimal string such as "8.25".'),
    _T("too-many-decimals", 422, "Quá nhiều chữ số thập phân", "Too many decimals",
       "Nhiều nhất 6 chữ số sau dấu chấm.", "At most 6 digits after the point."),
    _T("too-many-digits", 422, "Quá nhiều chữ số", "Too many digits",
       "Nhiều nhất 9 chữ số trước dấu chấm.", "At most 9 digits before the point."),
    _T("above-maximum", 422, "Vượt điểm tối đa", "Above the maximum",
       "Nhập giá trị không quá mức tối đa của tiêu chí.", "Give a value up to the criterion's maximum."),
    _T("below-minimum", 422, "Dưới mức tối thiểu", "Below the minimum",
       "Nhập giá trị từ mức tối thiểu trở lên.", "Give a value from the minimum up."),
    _T("off-step", 422, "Không đúng bước điểm", "Off the step",
       "Nhập bội số của bước điểm.", "Give a multiple of the step."),
    _T("unknown-unit", 422, "Không có đơn vị này", "Unknown unit",
       "Kiểm tra mã đơn vị trong danh sách.", "Check the unit's code in the register."),
    _T("unknown-criterion", 422, "Không có tiêu chí này", "Unknown criterion",
       "Kiểm tra mã tiêu chí trong bộ tiêu chí đang áp dụng.", "Check the code in the rulebook in force."),
)  # fmt: skip
