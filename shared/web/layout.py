"""What every page has: static addresses with their content's hash, the banners, who is signed in."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, render_template, request, send_from_directory, url_for
from werkzeug.exceptions import NotFound

from shared.access.directory import known_ledgers
from shared.access.tokens import TokenError
from shared.database import read_transaction
from shared.web.i18n import language, tr
from shared.web.runtime import reading_principal, runtime

STATIC = Path(__file__).parent / "static"
TEMPLATES = Path(__file__).parent / "templates"


def ledgers_page(title: str, page: str) -> str:
    """A list of the ledgers that this service knows, each leading to the endpoint ``page``."""
    with read_transaction(runtime().engine) as connection:
        ledgers = known_ledgers(connection)
    return render_template("ledgers.html", title=title, page=page, ledgers=ledgers)


def install(app: Flask, service: str, own_static: Path | None) -> None:
    """Serve ``/{service}/static`` and make the layout's helpers known to the templates of ``app``.

    ``own_static``: the service's own folder; it is looked into first, then the shared one.
    """
    folders = (own_static, STATIC) if own_static is not None else (STATIC,)

    def static(filename: str) -> Response:
        folder = _folder_of(folders, filename)
        if folder is None:
            raise NotFound
        return send_from_directory(folder, filename)

    def asset(name: str) -> str:
        """Address of a static file; it changes with the file, so that browsers may keep it for ever."""
        folder = _folder_of(folders, name)
        if folder is None:
            raise FileNotFoundError(name)
        return url_for("static", filename=name, v=_digest(folder, name))

    app.add_url_rule(f"/{service}/static/<path:filename>", endpoint="static", view_func=static)
    app.jinja_env.globals.update(asset=asset, static_url=asset)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True

    @app.context_processor
    def layout() -> dict[str, Any]:
        return {
            "language": language(),
            "t": tr,
            "demo": runtime().settings.demo,
            "simulated": any_simulated(),
            "people_url": _people_url(),
            "signed_in_as": _signed_in_as(),
        }


def any_simulated() -> bool:
    """Whether any ledger of this service runs on a scenario clock: pages have to say so."""
    with read_transaction(runtime().engine) as connection:
        return any(ledger.simulated for ledger in known_ledgers(connection))


def _signed_in_as() -> str | None:
    """Whom the demonstration shows the page to; a bad token is reported by the view, not by the head."""
    if not runtime().settings.demo:
        return None
    try:
        who = reading_principal()
    except TokenError:
        return None
    return who.sub if who else None


def _people_url() -> str | None:
    """The person chooser (ranking shows it, for all services of the origin), or None when it is off."""
    if not runtime().settings.demo:
        return None
    return "/ranking/demo/people?" + urlencode({"next": request.full_path.rstrip("?")})


def _folder_of(folders: tuple[Path, ...], name: str) -> Path | None:
    for folder in folders:
        file = (folder / name).resolve()
        if file.is_relative_to(folder.resolve()) and file.is_file():
            return folder
    return None


@cache
def _digest(folder: Path, name: str) -> str:
    return hashlib.sha256((folder / name).read_bytes()).hexdigest()[:12]
