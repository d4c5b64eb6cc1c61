"""gunicorn for every service: ``gunicorn -c python:shared.web.gunicorn_conf 'services.X.app:create_app()'``.

Threads, because server-sent events hold a connection each and a sync worker would be killed for it.
``BANGVANG_WEB_THREADS`` (32), ``BANGVANG_WEB_WORKERS`` (1), ``BANGVANG_ACCESS_LOG`` ("1" = JSON lines).
"""

from __future__ import annotations

import os
from typing import Any

worker_class = "gthread"
workers = int(os.environ.get("BANGVANG_WEB_WORKERS", "1"))
threads = int(os.environ.get("BANGVANG_WEB_THREADS", "32"))
timeout = 60
graceful_timeout = 15
keepalive = 5
control_socket_disable = True  # four servers on one machine would share one socket in the home folder
limit_request_line = 4094
limit_request_fields = 60
errorlog = "-"
accesslog = "-" if os.environ.get("BANGVANG_ACCESS_LOG") == "1" else None
# The query is left out: it may hold what should not stand in a log.
access_log_format = (
    '{"at":"%(t)s","from":"%(h)s","method":"%(m)s","path":"%(U)s",'
    '"status":"%(s)s","bytes":"%(B)s","us":"%(D)s"}'
)


def post_fork(server: Any, worker: Any) -> None:
    """Forget database connections that the parent opened: two processes must never share one."""
    app = getattr(worker.app, "callable", None)
    runtime = getattr(app, "extensions", {}).get("bangvang")
    if runtime is not None:
        runtime.engine.dispose(close=False)
