"""What every page has: static addresses with their content's hash, the banners, who is signed in."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, url_for

from shared.access.directory import known_ledgers
from shared.web.runtime import reading_principal, runtime

STATIC = Path(__file__).parent / "static"
TEMPLATES = Path(__file__).parent / "templates"


@cache
def _digest(folder: Path, name: str) -> str:
    return hashlib.sha256((folder / name).read_bytes()).hexdigest()[:12]


def asset(name: str) -> str:
    """Address of a static file; it changes with the file, so that browsers may keep it for ever."""
    return url_for("static", filename=name, v=_digest(STATIC, name))


def install(app: Flask) -> None:
    """Make the layout's helpers known to the templates of ``app``."""
    app.jinja_env.globals.update(asset=asset)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True

    @app.context_processor
    def layout() -> dict[str, Any]:
        current = runtime()
        who = reading_principal() if current.settings.demo else None
        return {"demo": current.settings.demo, "signed_in_as": who.sub if who else None}


def any_simulated() -> bool:
    """Whether any ledger of this service runs on a scenario clock: pages have to say so."""
    with runtime().engine.connect() as connection:
        return any(ledger.simulated for ledger in known_ledgers(connection))
