"""The web process of a service as a child of the tests: gunicorn over what a test has set up."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from shared.settings import Settings

PROJECT = Path(__file__).resolve().parents[2]


def serve(settings: Settings, service: str) -> tuple[subprocess.Popen[bytes], str]:
    """gunicorn of ``service`` on a free port, and its address, once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"),
            *("--threads", "16", "--graceful-timeout", "1", "--log-level", "warning", "--no-control-socket"),
            f"services.{service}.app:create_app()",
        ],
        cwd=PROJECT,
        env={
            "PATH": "/usr/bin:/bin",
            "BANGVANG_DATA": str(settings.data),
            "BANGVANG_DATABASE_URL": settings.database_url,
            "BANGVANG_DEMO": "1",
        },
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(200):
        try:
            with urllib.request.urlopen(f"{address}/{service}/livez", timeout=2):
                return process, address
        except (urllib.error.URLError, OSError):
            if process.poll() is not None:
                raise RuntimeError("gunicorn has ended") from None
            time.sleep(0.1)
    process.kill()
    raise RuntimeError("gunicorn did not become ready")
