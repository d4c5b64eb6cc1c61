"""The server's settings: threads for streams, no shared database connections, a log without queries."""

from __future__ import annotations

import json
from types import SimpleNamespace

from shared.web import gunicorn_conf
from tests.support.web import Tiny


def test_a_fork_forgets_the_parents_connections(service: Tiny) -> None:
    pool = service.engine.pool
    gunicorn_conf.post_fork(None, SimpleNamespace(app=SimpleNamespace(callable=service.app)))
    assert service.engine.pool is not pool
    gunicorn_conf.post_fork(None, SimpleNamespace(app=SimpleNamespace(callable=None)))


def test_the_access_log_is_json_without_query() -> None:
    line = json.loads(gunicorn_conf.access_log_format)
    assert "query" not in line
    assert "%(q)s" not in gunicorn_conf.access_log_format
    assert gunicorn_conf.worker_class == "gthread"
    assert gunicorn_conf.threads > 1
