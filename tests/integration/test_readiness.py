"""/readyz of a service on a real broker: behind, caught up, and without a broker at all."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from services.scores.app import create_app
from shared.house import open_house
from shared.log.intake import Intake
from shared.settings import Settings
from tests.support.logged import PARTITIONS, write_raw


def answer(settings: Settings) -> tuple[int, dict[str, dict[str, Any]]]:
    """What a fresh web process answers."""
    house = open_house("scores", settings)
    try:
        response = create_app(house).test_client().get("/scores/readyz?verbose")
        return response.status_code, response.get_json()["checks"]
    finally:
        house.engine.dispose()


def settings_of(folder: Path, bootstrap: str, topic: str) -> Settings:
    return Settings.from_env(
        {"BANGVANG_DATA": str(folder), "BANGVANG_KAFKA": bootstrap, "BANGVANG_TOPIC": topic}
    )


def test_a_service_is_ready_when_its_intake_has_read_the_log(
    tmp_path: Path, kafka_bootstrap: str, topic: str
) -> None:
    settings = settings_of(tmp_path, kafka_bootstrap, topic)
    status, checks = answer(settings)
    assert status == 200, checks
    assert set(checks) == {"database", "kafka", "caught-up", "not-halted"}

    write_raw(kafka_bootstrap, topic, [b"anything"])
    status, checks = answer(settings)
    assert status == 503
    assert checks["kafka"]["ok"]
    assert checks["caught-up"] == {"ok": False, "text": "intake is 1 records behind"}

    house = open_house("scores", settings)
    intake = Intake(house.engine, bootstrap=kafka_bootstrap, topic=topic, roots={}, partitions=PARTITIONS)
    limit = time.monotonic() + 30
    while not intake.step():
        assert time.monotonic() < limit
    intake.close()
    house.engine.dispose()
    assert answer(settings)[0] == 200


def test_a_service_without_its_broker_says_so_before_a_probe_gives_up(tmp_path: Path) -> None:
    began = time.monotonic()
    status, checks = answer(settings_of(tmp_path, "127.0.0.1:1", "evaluation-events"))
    assert status == 503
    assert checks["database"]["ok"]
    assert not checks["kafka"]["ok"]
    assert time.monotonic() - began < 5
