#!/usr/bin/env python3
"""How time and memory of the complete program grow with combinations, bars, symbols and agents: a table for each.

    python3 benches/growth.py [--binary target/release/tiltyard] [--only DIMENSION ..] [--work FOLDER] [--threads 1]

All data is synthetic and made in FOLDER, which is removed at the end unless it is given. A slope is that of a line through the
logarithms: 1 means ten times as much for ten times as many, 0.5 about three times as much. `step` is between two rows; `slope`
below a table is the least-squares fit of its last three rows, where starting the program and reading the bars no longer dominate.
"""

import argparse
import math
import shutil
import tempfile
from pathlib import Path

from load import ROOT, Bench

GIGABYTE = 1_000  # in the MB that a case measures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=Path, default=ROOT / "target/release/tiltyard")
    parser.add_argument("--only", nargs="+", choices=list(DIMENSIONS), default=list(DIMENSIONS))
    parser.add_argument("--work", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--largest", type=int, help="leave out larger cases")
    arguments = parser.parse_args()
    work = arguments.work or Path(tempfile.mkdtemp(prefix="tiltyard-growth-"))
    work.mkdir(parents=True, exist_ok=True)
    bench = Bench(arguments.binary.resolve(), work, runs=0, scale=1.0)
    try:
        for name in arguments.only:
            title, sizes, case = DIMENSIONS[name]
            sizes = [size for size in sizes if size <= (arguments.largest or size)]
            table(bench, name, title, sizes, case, arguments.threads)
    finally:
        if not arguments.work:
            shutil.rmtree(work, ignore_errors=True)


def table(bench, name, title, sizes, case, threads):
    print(f"\n### {title}\n\n| {name} | seconds | CPU-seconds | step | peak MB | step | MB written |")
    print("|---:|---:|---:|---:|---:|---:|---:|", flush=True)
    found = []
    for size in sizes:
        folder = bench.folder("case")
        (folder / "growth.toml").write_text(case(bench, size))
        words = ["run", "growth.toml", "--quiet", "--threads", threads, "--out", folder / "reports"]
        cost = bench.cost(f"{size} {name}", words, folder, folder / "reports")
        shutil.rmtree(folder)
        found.append((size, cost.cpu, cost.peak_mb))
        time, memory = (step(found, column) for column in (1, 2))
        print(
            f"| {size:,} | {cost.seconds:.2f} | {cost.cpu:.2f} | {time} | {cost.peak_mb:,.0f} | {memory} | {cost.written_mb:,.0f} |",
            flush=True,
        )
    last = found[-3:]
    print(f"\nSlope of the last {len(last)} rows: CPU-seconds {slope(last, 1):.2f}, memory {slope(last, 2):.2f}.", end=" ")
    large = [f"{size:,}" for size, _, memory in found if memory > GIGABYTE]
    print(f"Above 1 GB: {', '.join(large) or 'none'}.", flush=True)


def step(found, column):
    return f"{slope(found[-2:], column):.2f}" if len(found) > 1 else ""


def slope(rows, column):
    """Of the logarithm of a column on that of the size, by least squares."""
    x, y = [math.log(row[0]) for row in rows], [math.log(row[column]) for row in rows]
    middle, level = sum(x) / len(x), sum(y) / len(y)
    spread = sum((a - middle) ** 2 for a in x)
    return sum((a - middle) * (b - level) for a, b in zip(x, y)) / spread if spread else math.nan


def market(path, interval):
    return f'[scenario]\nname = "growth"\n[market]\npath = "{path}"\nsymbols = "all"\ninterval = "{interval}"\n'


def crosses(fast, slow, size_pct=20):
    """A sweep of `fast` x `slow` pairs."""
    return f"""[[agents]]
name = "grid"
risk = "unlimited"
strategy = {{ kind = "sma_cross", fast = 5, slow = 500, size_pct = {size_pct} }}
[sweep]
agent = "grid"
search = "grid"
[sweep.parameters]
fast = {list(range(5, 5 + fast))}
slow = {list(range(500, 500 + slow))}
"""


def combinations(bench, count):
    fast = 10 if count <= 100 else 100
    return market(bench.bars("1m", 100_000), "1m") + crosses(fast, count // fast)


def bars(bench, count):
    return market(bench.bars("1m", count), "1m") + crosses(10, 10)


def symbols(bench, count):
    return market(bench.bars("1h", 10_000, count), "1h") + crosses(10, 10, size_pct=1)


def agents(bench, count):
    rows = (
        f'[[agents]]\nname = "agent-{n:04}"\nstrategy = {{ kind = "sma_cross", fast = {3 + n % 40}, slow = {50 + n // 40} }}\n'
        for n in range(count)
    )
    return market(bench.bars("1h", 10_000), "1h") + "".join(rows)


DIMENSIONS = {
    "combinations": ("Crosses of one symbol, 100,000 bars", [10, 100, 1_000, 10_000, 100_000], combinations),
    "bars": ("100 crosses of one symbol", [10_000, 100_000, 1_000_000, 10_000_000], bars),
    "symbols": ("100 crosses of symbols that share a wallet, 10,000 bars each", [1, 10, 100], symbols),
    "agents": ("Agents of one symbol, 10,000 bars, one window", [1, 10, 100, 1_000, 2_000], agents),
}

if __name__ == "__main__":
    main()
