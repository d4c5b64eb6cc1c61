"""Addresses of the pages of one ledger, in the language that was asked for."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from services.inspections.pages.frame import Frame


def to(seen: Frame, page: str, /, **about: str | int) -> str:
    """The address of the endpoint ``page`` of this ledger."""
    ledger = seen.reader.ledger
    asked: dict[str, Any] = {"org": ledger.org, "cycle": ledger.cycle, **about}
    if "lang" in request.args:
        asked["lang"] = request.args["lang"]
    return url_for(f"inspections_pages.{page}", **asked)


def command(seen: Frame, path: str) -> str:
    """The address of a command of this ledger."""
    return f"/inspections/v1/{seen.ledger}/{path}"
