"""Headers on every response: nothing from elsewhere, nothing inline, no framing, no sniffing."""

from __future__ import annotations

from flask import Flask, Response

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def install(app: Flask) -> None:
    """Set the headers on every response of ``app``."""

    @app.after_request
    def harden(response: Response) -> Response:
        stated = {name.lower() for name, _ in response.headers}
        response.headers.extend([(name, HEADERS[name]) for name in HEADERS if name.lower() not in stated])
        if response.mimetype == "text/html":
            # Pages differ by language, by who looks and by position: no cache may share them.
            response.headers.setdefault("Cache-Control", "private, no-cache")
        return response
