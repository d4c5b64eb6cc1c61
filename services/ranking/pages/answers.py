"""What every page of ranking answers with."""

from __future__ import annotations

from flask import Response, redirect


def redirect_to(target: str) -> Response:
    """A plain redirect to ``target``, an address of this site."""
    answer = redirect(target, 302)
    return Response(answer.get_data(), answer.status_code, dict(answer.headers))


def private(html: str) -> Response:
    """A page that no shared cache may keep: it depends on who asks."""
    answer = Response(html, mimetype="text/html")
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Vary"] = "Cookie, Authorization"
    return answer
