"""The OpenAPI document is valid and says what the service does."""

from __future__ import annotations

import re

from markupsafe import escape
from openapi_spec_validator import OpenAPIV31SpecValidator

from shared.web.problems import ProblemType, catalogue, declare, document, problem_type
from tests.support.web import Tiny

PATH = "/scores/v1/{org}/{cycle}/scores"


def test_the_document_is_valid_openapi_3_1(service: Tiny) -> None:
    spec = service.client.get("/scores/openapi.json").get_json()
    assert spec["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(spec).validate()


def test_a_decimal_is_a_string_with_a_pattern(service: Tiny) -> None:
    spec = service.client.get("/scores/openapi.json").get_json()
    value = spec["components"]["schemas"]["RecordScore"]["properties"]["value"]
    assert value["type"] == "string"
    for good, bad in (("8.25", "8,25"), ("-0.5", "08"), ("0", "1e3"), ("123456789.123456", "1\n")):
        assert re.search(value["pattern"], good)
        assert not re.search(value["pattern"].replace("$", r"\Z"), bad)


def test_a_command_says_its_headers_its_refusals_and_that_it_needs_a_token(service: Tiny) -> None:
    spec = service.client.get("/scores/openapi.json").get_json()
    operation = spec["paths"][PATH]["post"]
    headers = {
        entry["name"]: entry["required"] for entry in operation["parameters"] if entry["in"] == "header"
    }
    assert headers == {"Idempotency-Key": True, "Acting-As": False}
    assert operation["security"] == [{"bearer": []}]
    for status in ("400", "401", "403", "404", "409", "413", "415", "422", "503"):
        assert "application/problem+json" in operation["responses"][status]["content"], status
    receipts = operation["responses"]["201"]["content"]["application/json"]["schema"]
    assert receipts == {"$ref": "#/components/schemas/Receipts"}
    assert spec["components"]["schemas"]["RecordScore"]["additionalProperties"] is False


def test_the_documents_page_shows_each_operation_and_field(service: Tiny) -> None:
    page = service.client.get("/scores/docs").text
    assert PATH in page
    for name in ("unit", "criterion", "value", "Idempotency-Key"):
        assert f"<code>{name}</code>" in page


def test_every_problem_type_has_a_page_in_two_languages(service: Tiny) -> None:
    listing = service.client.get("/scores/problems/").text
    for entry in catalogue():
        assert f"<code>{entry.name}</code>" in listing
        page = service.client.get(f"/scores/problems/{entry.name}").text
        assert entry.urn in page
        assert escape(entry.title_en) in page
    assert service.client.get("/scores/problems/absent").status_code == 404


def test_a_problem_type_keeps_its_meaning() -> None:
    known = problem_type("off-step")
    declare(known)
    changed = ProblemType("off-step", 400, "x", "x", "x", "x")
    try:
        declare(changed)
    except ValueError:
        pass
    else:
        raise AssertionError("a second meaning was accepted")
    assert problem_type("off-step") == known


def test_a_rule_that_nobody_declared_still_has_a_document() -> None:
    made = document("round-closed", status=409)
    assert (made["type"], made["status"]) == ("urn:bangvang:problem:round-closed", 409)
