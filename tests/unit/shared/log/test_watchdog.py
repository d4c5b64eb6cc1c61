"""The watchdog ends what hangs and leaves alone what lives or has ended."""

from __future__ import annotations

import subprocess
import sys

from shared.log.watchdog import EXIT_STUCK, Watchdog


def test_only_a_loop_that_is_late_ends_the_process() -> None:
    now, ended = [0.0], []
    watchdog = Watchdog(10, monotonic=lambda: now[0], end=ended.append)
    watchdog.beat("relay")
    watchdog.beat("intake")
    watchdog.beat("done")
    watchdog.leave("done")
    now[0] = 9
    watchdog.beat("intake")
    watchdog.check()
    assert ended == []
    now[0] = 11
    watchdog.check()
    assert len(ended) == 1
    assert "relay" in ended[0]


def _run(code: str) -> subprocess.CompletedProcess[str]:
    start = (
        "import time\nfrom shared.log.watchdog import Watchdog\n"
        "watchdog = Watchdog(0.2)\nwatchdog.beat('intake')\nwatchdog.start()\n"
    )
    command = [sys.executable, "-c", start + code]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def test_a_stuck_process_ends_with_its_tracebacks() -> None:
    done = _run("time.sleep(60)")
    assert done.returncode == EXIT_STUCK
    assert "intake has not come round" in done.stderr
    assert "<string>" in done.stderr


def test_a_stopped_watchdog_ends_nothing() -> None:
    assert _run("watchdog.stop()\ntime.sleep(0.6)").returncode == 0
