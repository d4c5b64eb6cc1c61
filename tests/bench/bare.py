"""What a command of the scores service is measured against: Flask and SQLAlchemy, one row in, one commit.

No token, no rule, no signature, no number, no idempotency.  The engine is the suite's own, so the row is as
durable as an event.
"""

from __future__ import annotations

import os
from http import HTTPStatus

from flask import Flask, request
from sqlalchemy import Column, Identity, Integer, MetaData, String, Table, insert

from shared.database import engine_for, write_transaction

DATABASE = "BENCH_DATABASE_URL"

_metadata = MetaData()
_scores = Table(
    "bare_scores",
    _metadata,
    Column("number", Integer, Identity(), primary_key=True),
    Column("unit", String(64), nullable=False),
    Column("criterion", String(64), nullable=False),
    Column("stage", String(16), nullable=False),
    Column("value", String(32), nullable=False),
)


def create_app() -> Flask:
    """The app; its database is named in the environment."""
    app = Flask(__name__)
    engine = engine_for(os.environ[DATABASE])
    _metadata.create_all(engine)

    @app.post("/scores")
    def record() -> tuple[dict[str, int], int]:
        given = request.get_json()
        row = {name: given[name] for name in ("unit", "criterion", "stage", "value")}
        with write_transaction(engine) as connection:
            number = connection.execute(insert(_scores), row).inserted_primary_key
        assert number is not None
        return {"number": number[0]}, HTTPStatus.CREATED

    @app.get("/livez")
    def alive() -> str:
        return "ok"

    return app
