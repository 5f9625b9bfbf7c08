#!/usr/bin/env python3
"""The same task with tiltyard, vectorbt and backtesting.py: lines of the script, seconds, what it prints.

    python benches/peers/task.py BTCUSDT_1h.parquet

The task: load two years of hourly bars, sweep 50 pairs of moving averages, find the best, select by walk-forward (180 days,
then 30 that were not looked at), plot. Needs Python with `tiltyard[polars,plot]`, `vectorbt==1.2.0`, `backtesting==0.6.6`.
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TASKS = Path(__file__).resolve().parent / "task"


def main() -> None:
    bars = Path(sys.argv[1]).resolve()
    print("| | lines | seconds | CPU-seconds | what it prints |\n|---|---:|---:|---:|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name in ("tiltyard", "vectorbt", "backtesting"):
            script = TASKS / f"{name}_task.py"
            # Twice: the first may compile.
            for _ in range(2):
                before, start = cpu(), time.perf_counter()
                done = subprocess.run(
                    [sys.executable, script, bars], cwd=folder, capture_output=True, text=True, check=False
                )
                seconds = time.perf_counter() - start
                used = cpu() - before
            if done.returncode:
                sys.exit(f"{name}: {done.stderr[-2000:]}")
            said = "; ".join(done.stdout.strip().splitlines())
            print(f"| {name} | {lines(script)} | {seconds:.1f} | {used:.1f} | {said} |", flush=True)


def lines(script: Path) -> int:
    """Lines that say something."""
    texts = (line.strip() for line in script.read_text().splitlines())
    return sum(1 for text in texts if text and not text.startswith("#"))


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
