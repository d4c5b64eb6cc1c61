"""``quixstreams``: its own application reads the topic from the earliest offset to the end.

It polls through ``confluent-kafka``, which is C; JSON is read by ``orjson``.  The state is a plain object of
the process, which is faster than the library's own store in RocksDB.
"""

from __future__ import annotations

import logging
import uuid
from typing import Any

import orjson
from quixstreams import Application

from services.ranking.engine import body, compute, digest, evolve, initial
from tests.bench.contender import Done, Place, Work


def project(place: Place) -> Work:
    """From the first record to the standings."""
    logging.disable(logging.WARNING)

    def work() -> Done:
        state = initial(place.ledger)

        def take(event: dict[str, Any]) -> None:
            evolve(
                state,
                event["type"],
                event["source"],
                event["subject"],
                int(event["sequence"]),
                state.size,
                event["time"],
                event["data"],
            )

        application = Application(
            broker_address=place.bootstrap,
            consumer_group=f"bench-{uuid.uuid4().hex}",
            auto_offset_reset="earliest",
            auto_create_topics=False,
            loglevel=None,
            consumer_extra_config={"fetch.min.bytes": 1, "queued.max.messages.kbytes": 262_144},
        )
        topic = application.topic(place.topic, value_deserializer="bytes")
        application.dataframe(topic).apply(orjson.loads).update(take)
        application.run(count=place.size, collect=False)
        return Done(state.size, digest(body(compute(state))))

    return work
