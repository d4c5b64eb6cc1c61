"""ETags (RFC 9110): a standing's tag is made of its digest, status and representation."""

from __future__ import annotations

import hashlib

from flask import Response, request

from shared.web.problems import Problem


def standings_tag(digest: str, status: str, representation: str) -> str:
    """The tag of one representation of one standing: same bytes, same tag, on any machine.

    ``representation`` names whatever else changes the bytes: audience, language, media type.
    """
    form = hashlib.sha256(f"{status}\n{representation}".encode()).hexdigest()[:16]
    return f"{digest}.{form}"


def tagged(response: Response, tag: str, *, immutable: bool = False) -> Response:
    """``response`` with ``tag``, or 304 without a body when the caller has it already.

    ``immutable``: only for a public representation pinned to a position; everything else is private.
    """
    response.set_etag(tag)
    response.headers["Cache-Control"] = (
        "public, max-age=31536000, immutable" if immutable else "private, no-cache"
    )
    response.make_conditional(request.environ)
    return response


def require_match(tag: str) -> None:
    """Raise 428 without ``If-Match`` and 412 when it does not name ``tag``, the state as it is now."""
    if "If-Match" not in request.headers:
        raise Problem("precondition-required")
    if not request.if_match.contains(tag):
        raise Problem("precondition-failed", headers={"ETag": f'"{tag}"'}, extra={"etag": tag})
