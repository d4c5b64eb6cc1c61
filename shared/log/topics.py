"""The topic: nothing in it expires, nothing is compacted, its partitions are never changed.

Partitions added to a keyed topic would move keys, and a ledger must lie in one partition for ever.
"""

from __future__ import annotations

from typing import Any

from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import TopicAlreadyExistsError

from shared.log import client

REQUIRED = {"retention.ms": "-1", "retention.bytes": "-1", "cleanup.policy": "delete"}


class WrongTopic(RuntimeError):
    """A topic exists with settings under which it cannot be a ledger."""


def ensure_topic(bootstrap: str, topic: str, *, partitions: int, replication: int = 1) -> bool:
    """Make the topic if there is none, else check it; True when it was made now.

    With three replicas or more, two must have a record before it counts.  Raises :class:`WrongTopic`.
    """
    configs = dict(REQUIRED)
    if replication >= 3:
        configs["min.insync.replicas"] = "2"
    spec = {"num_partitions": partitions, "replication_factor": replication, "configs": configs}
    with_admin = client.admin(bootstrap)
    try:
        if topic in with_admin.list_topics():
            _check(with_admin, topic, partitions)
            return False
        try:
            with_admin.create_topics({topic: spec}, wait_for_metadata=True)
        except TopicAlreadyExistsError:
            _check(with_admin, topic, partitions)
            return False
        return True
    finally:
        with_admin.close()


def verify_topic(bootstrap: str, topic: str, *, partitions: int) -> None:
    """Raise :class:`WrongTopic` unless the topic exists with the settings of a ledger."""
    with_admin = client.admin(bootstrap)
    try:
        if topic not in with_admin.list_topics():
            raise WrongTopic(f"there is no topic {topic}")
        _check(with_admin, topic, partitions)
    finally:
        with_admin.close()


def _check(with_admin: Any, topic: str, partitions: int) -> None:
    (described,) = with_admin.describe_topics([topic])
    found = len(described["partitions"])
    if found != partitions:
        raise WrongTopic(f"{topic} has {found} partitions, not {partitions}: they are never changed")
    resource = ConfigResource(ConfigResourceType.TOPIC, topic, dict.fromkeys(REQUIRED))
    answer = with_admin.describe_configs([resource], config_filter="all")
    settings = answer["topic"][topic]
    for name, due in REQUIRED.items():
        entry = settings.get(name)
        value = entry.get("value") if isinstance(entry, dict) else entry
        if str(value) != due:
            raise WrongTopic(f"{topic} has {name}={value}, but a ledger needs {due}")
