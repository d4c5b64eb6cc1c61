"""RFC 9457 problem details: one shape for every error, whoever found it.

``type`` is a stable URN; each has a page at ``/{service}/problems/{name}`` that says it in two languages.
``detail`` is Vietnamese, ``detail_en`` English; ``errors`` has one entry per bad field.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from flask import Flask, Response, render_template, request
from marshmallow import ValidationError
from werkzeug.exceptions import HTTPException

from shared.access import AccessDenied, HatNeeded
from shared.access.tokens import TokenError
from shared.clock import ClockNotSet, ClockSkewed
from shared.database import DatabaseBusy
from shared.decisions import Fault, Refused
from shared.events.keys import KeyMissing
from shared.store.idempotency import KeyReused
from shared.web.faults import shown
from shared.web.json_provider import StrictJsonError

URN = "urn:bangvang:problem:"
CONTENT_TYPE = "application/problem+json"
_log = logging.getLogger(__name__)


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


class Problem(Exception):
    """An error that the web layer itself states; services raise it for what is not a refused command.

    ``name``: a type of the catalogue.  ``vi``, ``en``: what happened here; default: the type's advice.
    ``extra``: further members of the document.
    """

    def __init__(
        self,
        name: str,
        vi: str | None = None,
        en: str | None = None,
        *,
        status: int | None = None,
        faults: Iterable[Fault] = (),
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(en or name)
        self.name = name
        self.vi = vi
        self.en = en
        self.status = status
        self.faults = tuple(faults)
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})


_CATALOGUE: dict[str, ProblemType] = {}


def declare(*types: ProblemType) -> None:
    """Add ``types`` to the catalogue; services declare their own.  Raises ``ValueError`` on a new meaning."""
    for entry in types:
        if _CATALOGUE.setdefault(entry.name, entry) != entry:
            raise ValueError(f"problem type declared twice: {entry.name}")


def catalogue() -> tuple[ProblemType, ...]:
    """Every problem type, by name."""
    return tuple(_CATALOGUE[name] for name in sorted(_CATALOGUE))


def problem_type(name: str, status: int = 422) -> ProblemType:
    """The catalogue's entry, or a plain one for a rule that nobody declared."""
    return _CATALOGUE.get(name) or ProblemType(
        name,
        status,
        "Yêu cầu bị từ chối",
        "The request was refused",
        "Xem chi tiết ở từng lỗi.",
        "See the details of each error.",
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


def document(
    name: str,
    *,
    status: int | None = None,
    vi: str | None = None,
    en: str | None = None,
    faults: Iterable[Fault] = (),
    extra: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The problem document as an object."""
    entry = problem_type(name, status or 422)
    value: dict[str, Any] = {
        "type": entry.urn,
        "title": entry.title,
        "status": status or entry.status,
        "detail": vi or entry.advice,
        "detail_en": en or entry.advice_en,
    }
    errors = [
        {
            "field": fault.field,
            "value": shown(fault.value),
            "rule": fault.rule,
            "message": fault.vi,
            "message_en": fault.en,
        }
        for fault in faults
    ]
    if errors:
        value["errors"] = errors
    value.update(extra or {})
    return value


def wants_page() -> bool:
    """Whether the caller is a browser on a page, not a client of the API."""
    parts = request.path.split("/", 3)
    if len(parts) > 2 and parts[2] in ("v1", "livez", "readyz", "metrics", "openapi.json"):
        return False
    best = request.accept_mimetypes.best_match(["application/problem+json", "application/json", "text/html"])
    return best == "text/html"


def respond(value: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """The response of a problem document: JSON, or a page for somebody who looks at pages."""
    status = int(value["status"])
    page = _page(value) if wants_page() else None
    if page is not None:
        response = Response(page, status, mimetype="text/html")
    else:
        response = Response(orjson.dumps(value), status, content_type=CONTENT_TYPE)
    response.headers["Cache-Control"] = "no-store"
    for key, text in (headers or {}).items():
        response.headers[key] = text
    return response


def _page(value: Mapping[str, Any]) -> str | None:
    """The problem as a page, or None when not even that can be made (the layout asks the database)."""
    try:
        return render_template("error.html", problem=value)
    except Exception:
        _log.exception("the page of a problem could not be made")
        return None


def refusal(error: Refused) -> Problem:
    """The problem that a decider's refusal is."""
    if len(error.faults) == 1:
        only = error.faults[0]
        return Problem(error.rule, only.vi, only.en, status=error.status, faults=error.faults)
    return invalid_fields(error.faults, status=error.status)


def invalid_fields(faults: Iterable[Fault], *, status: int = 422) -> Problem:
    """One problem for several faults; its type is their common rule, else ``invalid-fields``."""
    every = tuple(faults)
    rules = {fault.rule for fault in every}
    name = rules.pop() if len(rules) == 1 else "invalid-fields"
    if len(every) == 1:
        return Problem(name, every[0].vi, every[0].en, status=status, faults=every)
    return Problem(
        name,
        f"Có {len(every)} lỗi; chưa ghi nhận gì.",
        f"{len(every)} errors; nothing was stored.",
        status=status,
        faults=every,
    )


def install(app: Flask) -> None:
    """Answer every error of ``app`` with a problem document."""

    @app.errorhandler(Problem)
    def on_problem(error: Problem) -> Response:
        value = document(
            error.name,
            status=error.status,
            vi=error.vi,
            en=error.en,
            faults=error.faults,
            extra=error.extra,
        )
        return respond(value, error.headers)

    @app.errorhandler(Refused)
    def on_refused(error: Refused) -> Response:
        return on_problem(refusal(error))

    @app.errorhandler(StrictJsonError)
    def on_json(error: StrictJsonError) -> Response:
        return respond(document(error.rule, vi=error.vi, en=error.en))

    @app.errorhandler(TokenError)
    def on_token(error: TokenError) -> Response:
        challenge = 'Bearer realm="bangvang"'
        if error.reason != "token-missing":
            challenge += ', error="invalid_token"'
        return respond(document(error.reason), {"WWW-Authenticate": challenge})

    @app.errorhandler(AccessDenied)
    def on_denied(error: AccessDenied) -> Response:
        return respond(document(error.reason, vi=error.vi, en=error.en))

    @app.errorhandler(HatNeeded)
    def on_hat(error: HatNeeded) -> Response:
        choices = ", ".join(error.choices)
        return respond(
            document(
                "hat-needed",
                vi=f"Tài khoản có nhiều tư cách; gửi Acting-As với một trong: {choices}.",
                en=f"Several roles fit; send Acting-As with one of: {choices}.",
                extra={"choices": list(error.choices)},
            )
        )

    @app.errorhandler(KeyReused)
    def on_reused(error: KeyReused) -> Response:
        return respond(document("idempotency-key-reused"))

    @app.errorhandler(ClockSkewed)
    def on_skew(error: ClockSkewed) -> Response:
        _log.error("refusing to sign: %s", error)
        return respond(document("clock-skew"), {"Retry-After": "30"})

    @app.errorhandler(ClockNotSet)
    @app.errorhandler(DatabaseBusy)
    @app.errorhandler(KeyMissing)
    def on_not_ready(error: Exception) -> Response:
        _log.warning("not ready: %s", error)
        return respond(document("not-ready"), {"Retry-After": "2"})

    @app.errorhandler(ValidationError)
    def on_validation(error: ValidationError) -> Response:
        sentence = str(error)
        return respond(document("invalid-fields", vi=f"Dữ liệu chưa đúng: {sentence}", en=sentence))

    @app.errorhandler(HTTPException)
    def on_http(error: HTTPException) -> Response:
        if error.code is not None and 300 <= error.code < 400:
            return Response(error.get_response().get_data(), error.code, dict(error.get_headers()))
        names = {
            404: "not-found",
            405: "method-not-allowed",
            412: "precondition-failed",
            413: "body-too-large",
            415: "unsupported-media-type",
            428: "precondition-required",
            500: "internal-error",
            503: "not-ready",
        }
        status = error.code or 500
        name = names.get(status, "bad-request" if status < 500 else "internal-error")
        headers = {key: text for key, text in error.get_headers() if key in ("Allow", "Retry-After")}
        return respond(document(name, status=status), headers)

    @app.errorhandler(Exception)
    def on_anything(error: Exception) -> Response:
        _log.exception("unhandled error at %s %s", request.method, request.path, exc_info=error)
        return respond(document("internal-error"))
