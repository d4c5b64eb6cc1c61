"""What a service says of itself is what it does: schemathesis over its own OpenAPI document.

Every operation gets requests that fit its schema and requests that do not, by people of several roles.  None
may be answered with a server error, or with a status, type or form that the document does not name.  Fixed
seed.
"""

from __future__ import annotations

import re
import uuid
import zlib
from collections import defaultdict
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.support.deciding import rulebook
from tests.support.town import ADMIN, LEDGER, START, Town

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
VALUES = r"/(scores|bonuses|penalties)(/batch)?$"
"""Commands asked first: once units have moved and criteria have other owners, hardly any is accepted."""
SEEDED = settings(derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
PEOPLE = (ADMIN, "vanphong", "btg", "btg", "truong.btg", "bithu.q01", "kiemtra", "nguoi.la", None)
KNOWN: dict[str, tuple[str, ...]] = {
    "unit": ("QH-Q01", "QH-Q03", "LLVT-BTL"),
    "criterion": ("1.2", "1.1", "1.3", "2.2"),
    "owner": ("BTG", "VP", "TST"),
    "department": ("BTG", "VP", "TST"),
    "entered_by": ("VP",),
    "area": ("QH", "LLVT"),
    "kind": ("urban_district",),
    "body": ("unit:QH-Q01", "department:BTG", "office:TST"),
    "stage": ("department", "self"),
    "veto": ("V1",),
    "value": ("0", "5", "1"),
    "role": ("department", "unit", "office"),
    "scope": ("department:BTG", "unit:QH-Q01"),
    "rulebook": (rulebook().digest,),
    "occurred_at": (START,),
    "from": (START,),
    "until": ("2021-01-01T00:00:00.000000Z",),
    "occurred_on": ("2020-05-19",),
    "sub": ("chi.hai", "anh.ba"),
    "url": ("http://127.0.0.1:9/hook", "https://ban.example/hook"),
    **dict.fromkeys(("basis", "document", "reason", "external_ref", "label", "text"), ("Đối chiếu hồ sơ",)),
    "name": ("Quận 12", "minh-chung.pdf"),
    "valid_from": ("2021-01-01",),
    "valid_to": ("2021-12-31",),
    "last_day": ("2021-06-30",),
    "due": ("2020-12-31T00:00:00.000000Z",),
}
"""Words of the cycle, put in place of made-up ones: else nothing would come past the first rule."""


def check_document(town: Town, service: str, subtests: pytest.Subtests, examples: int) -> set[str]:
    """Ask everything of ``service`` that its document names; the commands that were accepted at least once.

    ``examples``: requests of each kind for each operation.
    """
    document = schemathesis.openapi.from_wsgi(f"/{service}/openapi.json", town.apps[service])
    seen: dict[str, set[int]] = defaultdict(set)
    operations = [found.ok() for found in document.get_all_operations()]
    for operation in sorted(operations, key=lambda one: not re.search(VALUES, one.path)):
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            with subtests.test(operation=operation.label, mode=mode.value):
                _examine(operation, mode, town, examples, seen)
    return {label for label, statuses in seen.items() if 201 in statuses}


def _examine(
    operation: Any, mode: GenerationMode, town: Town, examples: int, seen: dict[str, set[int]]
) -> None:
    """Send requests of one kind to one operation, by anybody; note what was answered."""

    @settings(SEEDED, max_examples=examples)
    @given(case=operation.as_strategy(mode), who=st.sampled_from(PEOPLE), elsewhere=st.integers(0, 9))
    def ask(case: Case, who: str | None, elsewhere: int) -> None:
        fitting = mode is GenerationMode.POSITIVE
        if operation.path.endswith("/stream"):
            return  # it never ends
        if operation.path.endswith("/clock") and who == ADMIN:
            who = "btg"  # a clock moved to the year 9999 would end every grant
        headers = _headers_of(town, who)
        if fitting:
            headers["Idempotency-Key"] = uuid.uuid4().hex
            case.headers.pop("Acting-As", None)
        case.body = _seasoned(case.body, whole=fitting)
        case.query = _seasoned(case.query, whole=fitting)
        org, cycle = LEDGER.split("/")
        place = {"org": org, "cycle": cycle} if fitting or elsewhere else {}
        case.path_parameters = {**_seasoned(case.path_parameters, whole=fitting), **place}
        answer = case.call(headers=headers)
        case.validate_response(answer, checks=list(CHECKS))
        seen[operation.label].add(answer.status_code)

    with suppress(Unsatisfiable):  # nothing in it can be wrong
        ask()


def _headers_of(town: Town, who: str | None) -> dict[str, str]:
    """The bearer token of somebody, or nothing."""
    if who is None:
        return {}
    if who not in town.tokens:
        town.tokens[who] = town.issuer.issue(who)
    return {"Authorization": f"Bearer {town.tokens[who]}"}


def _seasoned(value: Any, *, whole: bool) -> Any:
    """``value`` with words of the cycle in place of made-up ones: all of them, or about three quarters."""
    if isinstance(value, list):
        return [_seasoned(item, whole=whole) for item in value]
    if not isinstance(value, dict):
        return value
    found = {name: _word(name, item, whole=whole) for name, item in value.items()}
    if whole and {"unit", "criterion", "stage"} <= found.keys() and "version" not in found:
        found.pop("state", None)  # exactly one of the two, which no schema can say
        found.setdefault("value", "1")
    return found


def _word(name: str, item: Any, *, whole: bool) -> Any:
    known = KNOWN.get(name)
    if known is None or not isinstance(item, str):
        return _seasoned(item, whole=whole)
    chosen = zlib.crc32(item.encode("utf-8", "replace"))
    return item if chosen % 4 == 0 and not whole else known[chosen // 4 % len(known)]
