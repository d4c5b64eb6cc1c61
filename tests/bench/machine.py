"""What a measure was taken on, and contenders that take turns."""

from __future__ import annotations

import gc
import os
import platform
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("kafka-python", "orjson", "cryptography", "sqlalchemy", "flask")


def machine() -> str:
    """Processor, cores, and the versions that matter."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    processor = next(names, platform.machine())
    return f"{processor}, {os.cpu_count()} cores; Python {platform.python_version()}, {versions}"


def measure(contenders: dict[str, Callable[[], object]], runs: int) -> dict[str, list[float]]:
    """Seconds of each contender in each run; one warm-up, then they take turns."""
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for turn in range(runs + 1):
        for name, work in contenders.items():
            gc.collect()
            began = time.perf_counter()
            work()
            if turn:
                seconds[name].append(time.perf_counter() - began)
    return seconds
