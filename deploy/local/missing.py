"""What the machine lacks: installed through apt when that is allowed, else named with the line to run."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence

from rich.console import Console

PROGRESS = Console(stderr=True)


class MissingError(RuntimeError):
    """Something that must be installed by hand; the message holds the exact line to run."""


def apt_prefix() -> list[str] | None:
    """The words before ``apt-get`` that let it install, or None when this person may not (or has no apt)."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    asked = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
    return ["sudo", "-n"] if asked.returncode == 0 else None


def apt_line(packages: Sequence[str]) -> str:
    """The line a person runs to install ``packages``."""
    return "sudo apt-get update && sudo apt-get install -y --no-install-recommends " + " ".join(packages)


def apt_install(packages: Sequence[str], purpose: str) -> None:
    """Install Debian ``packages``, or raise :class:`MissingError` that says how to."""
    prefix = apt_prefix()
    by_hand = MissingError(f"{purpose} is missing. Install it with:\n\n    {apt_line(packages)}\n")
    if prefix is None:
        raise by_hand
    # env: sudo drops variables, and debconf must not ask.
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "Acquire::Retries=3"]
    with PROGRESS.status(f"Installing {', '.join(packages)} through apt …"):
        for step in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
            done = subprocess.run([*apt, *step], capture_output=True, text=True, check=False)
            if done.returncode != 0 and step[0] == "install":
                raise MissingError(f"{by_hand}\napt-get said:\n{done.stderr.strip()[-2000:]}")
