"""``make bench``: every measure of docs/performance.md, one after the other."""

from __future__ import annotations

import subprocess
import sys

MEASURES = ("bench_history", "bench_visible", "bench_compute", "bench_scores")


def main() -> int:
    """Run each measure in a process of its own, so that none warms up the next; the first failure's code."""
    for name in MEASURES:
        print(f"\n## {name}\n", flush=True)
        code = subprocess.run([sys.executable, "-m", f"tests.bench.{name}"], check=False).returncode
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
