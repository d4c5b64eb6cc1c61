"""What a measure was taken on."""

from __future__ import annotations

import os
import platform
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
