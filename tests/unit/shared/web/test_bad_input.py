"""Each bad input gets its own problem document, and nothing is stored."""

from __future__ import annotations

import io
from typing import Any

import orjson
import pytest
import time_machine

from shared.web.app import MAX_BODY
from shared.web.faults import shown
from tests.support.web import GOOD, SCORES, Tiny


def raw(value: str) -> bytes:
    """A good body with ``value`` written as it is."""
    return b'{"unit":"QH-Q01","criterion":"1.1","value":' + value.encode() + b"}"


FIELD_FAULTS: list[tuple[str, Any, str, str, Any]] = [
    ("unknown field", {**GOOD, "points": "1"}, "unknown-field", "points", "1"),
    ("missing field", {"unit": "QH-Q01", "value": "1"}, "missing-field", "criterion", None),
    ("null", {**GOOD, "value": None}, "null-not-allowed", "value", None),
    ("unknown unit", {**GOOD, "unit": "QH-Q99"}, "unknown-unit", "unit", "QH-Q99"),
    ("unknown criterion", {**GOOD, "criterion": "9.9"}, "unknown-criterion", "criterion", "9.9"),
    ("no code", {**GOOD, "unit": "Quận 1"}, "not-a-code", "unit", "Quận 1"),
    ("above the maximum", {**GOOD, "value": "10.25"}, "above-maximum", "value", "10.25"),
    ("off the step", {**GOOD, "value": "8.3"}, "off-step", "value", "8.3"),
    ("decimal comma", {**GOOD, "value": "8,5"}, "not-a-decimal", "value", "8,5"),
    ("NaN as text", {**GOOD, "value": "NaN"}, "not-a-decimal", "value", "NaN"),
    ("infinity as text", {**GOOD, "value": "Infinity"}, "not-a-decimal", "value", "Infinity"),
    ("exponent as text", {**GOOD, "value": "1e400"}, "not-a-decimal", "value", "1e400"),
    ("exponent as number", raw("1e400"), "not-a-decimal", "value", "1e400"),
    ("a number", raw("8.25"), "not-a-decimal", "value", "8.25"),
    ("an integer", raw("8"), "not-a-decimal", "value", 8),
    ("a huge integer", raw("9" * 400), "not-a-decimal", "value", "9" * 200 + "…"),
    ("true", raw("true"), "not-a-decimal", "value", True),
    ("30 decimals", {**GOOD, "value": "8." + "1" * 30}, "too-many-decimals", "value", "8." + "1" * 30),
    ("12 digits", {**GOOD, "value": "1" * 12}, "too-many-digits", "value", "1" * 12),
    ("a plus sign", {**GOOD, "value": "+8"}, "not-a-decimal", "value", "+8"),
    ("a leading zero", {**GOOD, "value": "08"}, "not-a-decimal", "value", "08"),
    ("white space", {**GOOD, "value": " 8"}, "not-a-decimal", "value", " 8"),
    ("other digits", {**GOOD, "value": "８"}, "not-a-decimal", "value", "８"),
    ("empty", {**GOOD, "value": ""}, "not-a-decimal", "value", ""),
    ("an object", {**GOOD, "value": {"a": 1}}, "not-a-decimal", "value", None),
    ("long text", {**GOOD, "reason": "x" * 1001}, "wrong-length", "reason", "x" * 200 + "…"),
    ("no text", {**GOOD, "reason": 7}, "not-text", "reason", 7),
]


@pytest.mark.parametrize(
    ("body", "rule", "field", "value"), [case[1:] for case in FIELD_FAULTS], ids=[c[0] for c in FIELD_FAULTS]
)
def test_a_bad_field_is_named_with_its_rule(
    service: Tiny, body: Any, rule: str, field: str, value: Any
) -> None:
    answer = service.send(body)
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    problem = answer.get_json(force=True)
    assert problem["type"] == f"urn:bangvang:problem:{rule}"
    assert problem["status"] == 422
    assert problem["title"]
    assert problem["detail"]
    assert problem["detail_en"]
    assert problem["detail"] != problem["detail_en"]
    (fault,) = problem["errors"]
    assert (fault["field"], fault["value"], fault["rule"]) == (field, value, rule)
    assert fault["message"]
    assert fault["message"] != fault["message_en"]
    assert service.facts() == 0


def test_the_whole_document_is_as_promised(service: Tiny) -> None:
    assert service.send({**GOOD, "value": "8,5"}).get_json(force=True) == {
        "type": "urn:bangvang:problem:not-a-decimal",
        "title": "Không phải số thập phân",
        "status": 422,
        "detail": "Dùng dấu chấm thập phân khi gửi qua API: “8.5”.",
        "detail_en": 'Send a decimal point, not a comma: "8.5".',
        "errors": [
            {
                "field": "value",
                "value": "8,5",
                "rule": "not-a-decimal",
                "message": "Dùng dấu chấm thập phân khi gửi qua API: “8.5”.",
                "message_en": 'Send a decimal point, not a comma: "8.5".',
            }
        ],
    }


def test_several_faults_come_together(service: Tiny) -> None:
    problem = service.send({"value": "8,5", "points": "1"}).get_json(force=True)
    assert problem["type"] == "urn:bangvang:problem:invalid-fields"
    assert [(fault["field"], fault["rule"]) for fault in problem["errors"]] == [
        ("criterion", "missing-field"),
        ("points", "unknown-field"),
        ("unit", "missing-field"),
        ("value", "not-a-decimal"),
    ]


@pytest.mark.parametrize(
    ("body", "name"),
    [
        (raw("NaN"), "malformed-json"),
        (raw("Infinity"), "malformed-json"),
        (raw("-Infinity"), "malformed-json"),
        (b"{", "malformed-json"),
        (b"", "malformed-json"),
        (b"\xff\xfe{}", "malformed-json"),
        (b"\xef\xbb\xbf{}", "malformed-json"),
        (b"[" * 100_000, "malformed-json"),
        (b'{"unit":"QH-Q01","unit":"QH-Q02"}', "duplicate-key"),
        (b'{"reason":{"a":1,"a":2}}', "duplicate-key"),
        (b"[]", "not-an-object"),
        (b'"8.25"', "not-an-object"),
        (b"null", "not-an-object"),
    ],
)
def test_what_is_no_strict_json_object_is_refused(service: Tiny, body: bytes, name: str) -> None:
    answer = service.send(body)
    problem = answer.get_json(force=True)
    assert (answer.status_code, problem["type"]) == (400, f"urn:bangvang:problem:{name}")
    assert service.facts() == 0


def test_nan_is_told_what_to_write_instead(service: Tiny) -> None:
    assert "8.25" in service.send(raw("NaN")).get_json(force=True)["detail"]


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16", ""]
)
def test_another_media_type_is_refused(service: Tiny, kind: str) -> None:
    answer = service.client.post(SCORES, headers=service.headers(), data=raw('"8"'), content_type=kind)
    assert answer.status_code == 415
    assert answer.get_json(force=True)["type"] == "urn:bangvang:problem:unsupported-media-type"


@pytest.mark.parametrize(
    ("role", "scope", "name"),
    [
        ("department", "department:BTC", "wrong-scope"),
        ("auditor", "ledger", "wrong-role"),
        ("unit", "unit:QH-Q01", "wrong-role"),
        ("admin", "ledger", "wrong-role"),
        ("department", ".", "wrong-scope"),
    ],
)
def test_the_wrong_role_or_scope_is_refused(service: Tiny, role: str, scope: str, name: str) -> None:
    service.grant("binh", role, scope)
    answer = service.send(sub="binh")
    problem = answer.get_json(force=True)
    assert (answer.status_code, problem["type"]) == (403, f"urn:bangvang:problem:{name}")
    assert service.facts() == 0


def test_without_a_grant_nothing_is_allowed(service: Tiny) -> None:
    answer = service.send(sub="nobody")
    assert (answer.status_code, answer.get_json(force=True)["type"][-8:]) == (403, "no-grant")


def test_a_grant_of_tomorrow_is_no_grant(service: Tiny) -> None:
    service.grant("binh", "department", "department:BTG", start="2020-11-09T02:00:00.000001Z")
    assert service.send(sub="binh").get_json(force=True)["type"].endswith(":no-grant")


def test_several_hats_have_to_be_told_apart(service: Tiny) -> None:
    service.grant("spec-btg", "office", "ledger")
    problem = service.send().get_json(force=True)
    assert problem["type"].endswith(":hat-needed")
    assert problem["choices"] == ["department@department:BTG", "office@ledger"]
    answer = service.send(Acting_As="office@ledger")
    assert answer.status_code == 201
    data = answer.get_json()["receipts"][0]["data"]
    assert data["actor"] == {"sub": "spec-btg", "role": "office", "scope": "ledger"}
    assert (data["responsible"], data["on_behalf_of"]) == ("BTG", "BTG")


def test_a_hat_that_is_not_held_is_refused(service: Tiny) -> None:
    answer = service.send(Acting_As="admin@ledger")
    assert answer.get_json(force=True)["type"].endswith(":hat-not-held")


def test_without_a_token_the_answer_is_401_with_a_challenge(service: Tiny) -> None:
    answer = service.client.post(SCORES, json=GOOD, headers={"Idempotency-Key": "k"})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="bangvang"'
    assert answer.get_json(force=True)["type"].endswith(":token-missing")


def test_an_expired_token_is_refused(service: Tiny) -> None:
    with time_machine.travel(1_600_000_000, tick=False) as clock:
        headers = service.headers()
        clock.shift(13 * 3600)
        answer = service.client.post(SCORES, json=GOOD, headers=headers)
    assert answer.status_code == 401
    assert answer.get_json(force=True)["type"].endswith(":token-expired")
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("header", ["Basic YTpi", "Bearer", "Bearer x", "Bearer a.b.c"])
def test_a_bad_authorization_header_is_refused(service: Tiny, header: str) -> None:
    headers = {"Authorization": header, "Idempotency-Key": "k"}
    answer = service.client.post(SCORES, json=GOOD, headers=headers)
    assert answer.status_code == 401


OWN_PAGE = {"Origin": "http://localhost", "Idempotency-Key": "k1", "Content-Type": "application/json"}


@pytest.mark.parametrize(
    "change",
    [
        {"Origin": "http://elsewhere.example"},
        {"Origin": None},
        {"Origin": "null"},
        {"Idempotency-Key": None},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_a_cookie_carries_no_command_that_another_site_could_send(
    demo: Tiny, change: dict[str, str | None]
) -> None:
    client = demo.client
    client.set_cookie("bangvang_demo", demo.issuer.issue("spec-btg"))
    headers = {name: value for name, value in {**OWN_PAGE, **change}.items() if value is not None}
    answer = client.post(SCORES, data=orjson.dumps(GOOD), headers=headers)
    assert answer.status_code == 401
    assert demo.facts() == 0


def test_a_cookie_carries_a_command_of_our_own_page_in_the_demonstration_only(
    demo: Tiny, service: Tiny
) -> None:
    for made, status in ((demo, 201), (service, 401)):
        client = made.client
        client.set_cookie("bangvang_demo", made.issuer.issue("spec-btg"))
        assert client.post(SCORES, data=orjson.dumps(GOOD), headers=OWN_PAGE).status_code == status


def test_a_cookie_carries_a_file_of_our_own_page_as_bare_octets_and_of_no_other(demo: Tiny) -> None:
    client = demo.client
    client.set_cookie("bangvang_demo", demo.issuer.issue("spec-btg"))
    octets = {**OWN_PAGE, "Content-Type": "application/octet-stream"}
    # 415: who it is was believed, and this route takes no file.
    assert client.post(SCORES, data=b"x", headers=octets).status_code == 415
    for change in ({"Origin": "http://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert client.post(SCORES, data=b"x", headers={**octets, **change}).status_code == 401


def test_a_bad_token_is_an_error_whatever_the_cookie_says(demo: Tiny) -> None:
    client = demo.client
    client.set_cookie("bangvang_demo", demo.issuer.issue("spec-btg"))
    headers = {**OWN_PAGE, "Authorization": "Bearer x.y.z"}
    assert client.post(SCORES, data=orjson.dumps(GOOD), headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("key", "name"),
    [
        (None, "idempotency-key-missing"),
        ("", "idempotency-key-missing"),
        ("x" * 129, "idempotency-key-invalid"),
        ("a b", "idempotency-key-invalid"),
    ],
)
def test_a_command_needs_a_good_key(service: Tiny, key: str | None, name: str) -> None:
    answer = service.send(key=key)
    assert (answer.status_code, answer.get_json(force=True)["type"]) == (
        400,
        f"urn:bangvang:problem:{name}",
    )


def test_an_unknown_ledger_is_404(service: Tiny) -> None:
    answer = service.send(path="/scores/v1/hcmc/2021/scores")
    assert (answer.status_code, answer.get_json(force=True)["type"][-14:]) == (404, "unknown-ledger")


def test_a_body_over_the_limit_is_413(service: Tiny) -> None:
    for body in (b" " * (MAX_BODY + 1), b'{"reason":"' + b"x" * MAX_BODY + b'"}'):
        answer = service.send(body)
        assert answer.status_code == 413
        assert answer.get_json(force=True)["type"] == "urn:bangvang:problem:body-too-large"
    assert service.facts() == 0


def test_a_chunked_body_over_the_limit_is_413_too(service: Tiny) -> None:
    body = b'{"reason":"' + b"x" * (2 * MAX_BODY)
    answer = service.client.post(
        SCORES,
        headers=service.headers(),
        content_type="application/json",
        input_stream=io.BytesIO(body),
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert answer.status_code == 413
    assert answer.get_json(force=True)["type"] == "urn:bangvang:problem:body-too-large"


def test_a_chunked_body_within_the_limit_is_read(service: Tiny) -> None:
    answer = service.client.post(
        SCORES,
        headers=service.headers(),
        content_type="application/json",
        input_stream=io.BytesIO(orjson.dumps(GOOD)),
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert answer.status_code == 201


def test_a_route_may_have_a_smaller_limit(service: Tiny) -> None:
    answer = service.send({"name": "x" * 3000}, path="/scores/v1/hcmc/2020/cycle", sub="an")
    assert answer.status_code == 413


def test_an_unknown_address_and_a_wrong_method_are_problems_too(service: Tiny) -> None:
    lost = service.client.get("/scores/v1/nowhere")
    assert (lost.status_code, lost.get_json(force=True)["type"][-9:]) == (404, "not-found")
    wrong = service.client.delete(SCORES)
    assert wrong.status_code == 405
    assert "POST" in wrong.headers["Allow"]


def test_an_error_of_ours_tells_nothing_of_the_inside(service: Tiny) -> None:
    answer = service.client.get("/scores/broken")
    assert answer.status_code == 500
    assert b"secret" not in answer.data
    assert answer.get_json(force=True)["type"].endswith(":internal-error")


def test_an_integer_that_no_json_number_holds_is_repeated_as_text() -> None:
    assert [shown(value) for value in (2**53 - 1, 2**53, -(2**70), True, None)] == [
        2**53 - 1,
        "9007199254740992",
        "-1180591620717411303424",
        True,
        None,
    ]
