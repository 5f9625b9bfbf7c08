#!/usr/bin/env python3
"""The same parameter grids with tiltyard, vectorbt, raptorbt and backtesting.py, side by side, on one machine.

    python3 benches/peers/run.py BARS.parquet [--families cross rsi bollinger stops] [--peers vectorbt raptorbt backtesting]

BARS.parquet has one-minute bars of BTCUSDT that cover 2023 (columns ts, open, high, low, close, volume).
See README.md beside this file.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from families import CASH, FAMILIES, grid, thinned, tiltyard

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PACKAGES = ["vectorbt==1.2.0", "raptorbt==0.13.4", "backtesting==0.6.6", "pyarrow"]
PEERS = ["vectorbt", "raptorbt", "backtesting"]
HEAD = """| | combinations | seconds | CPU-seconds | million bar evaluations/s | ratio | peak MB | round trips | largest difference of a final equity, of the starting one |
|---|---:|---:|---:|---:|---:|---:|---|---:|"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bars", type=Path)
    parser.add_argument("--families", nargs="+", choices=list(FAMILIES), default=list(FAMILIES))
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=PEERS)
    parser.add_argument("--slow-combinations", type=int, default=2, help="how many of a family backtesting.py replays")
    parser.add_argument("--repeat", type=int, default=3, help="runs of tiltyard, of which the best counts")
    parser.add_argument("--binary", type=Path, default=ROOT / "target/release/tiltyard")
    parser.add_argument("--work", type=Path, default=ROOT / "target/peers", help="for the environment and the runs")
    parser.add_argument("--grid", type=Path, help="the built example `grid`: adds a row without the program around")
    arguments = parser.parse_args()
    if Path(sys.prefix).resolve() != arguments.work.resolve():
        python = environment(arguments.work)
        os.execv(python, [python, *sys.argv])
    agreed = True
    for family in arguments.families:
        print(f"\n### {FAMILIES[family]['title']}, fee {FAMILIES[family]['fee'] * 10_000:g} bp\n\n{HEAD}", flush=True)
        bars = arguments.bars.resolve()
        ours, others = tiltyard(arguments.binary.resolve(), family, bars, arguments.work / "runs" / family, arguments.repeat)
        wanted = {index: (trades, equity) for index, trades, equity in ours["rows"]}
        row(ours, wanted, ours)
        row(others, wanted, ours)
        if arguments.grid:
            row(example(arguments.grid, bars, family), wanted, ours)
        for peer in arguments.peers:
            agreed &= row(replayed(peer, bars, family, arguments.slow_combinations), wanted, ours)
    print("\nTrade counts and final equities agree." if agreed else "\nResults DIFFER where a row says so.")
    return 0 if agreed else 1


def environment(work):
    """A virtual environment with the peers in the versions above; its Python."""
    python = work / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(work)], check=True)
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    return str(python)


def replayed(peer, bars, family, slow):
    indices = thinned(family, slow) if peer == "backtesting" else range(len(grid(family)))
    command = [sys.executable, str(HERE / f"{peer}_peer.py"), str(bars), family, json.dumps(list(indices))]
    command += ["--compile"] if peer == "vectorbt" else []
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def example(binary, bars, family):
    """The batch engine alone, on one thread: what its own program prints."""
    command = [str(binary), str(bars), "--family", family]
    found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return {**found, "name": "tiltyard, the engine alone", "cpu": found["seconds"], "rows": found["combinations"]}


def row(found, wanted, ours):
    """Prints it; whether it agrees."""
    pairs = [(wanted[index], (trades, equity)) for index, trades, equity in found["rows"]]
    differing = sum(abs(w[0] - g[0]) for w, g in pairs)
    total = sum(w[0] for w, _ in pairs)
    same = largest((w, g) for w, g in pairs if w[0] == g[0])
    counts = f"the same {total:,}" if differing == 0 else f"{differing:,} of {total:,} differ"
    worst = f"{same:.1e}" if differing == 0 else f"{same:.1e}; {largest(pairs):.1e} where round trips differ"
    print(
        f"| {found['name']} | {len(pairs)} | {found['seconds']:.3f} | {found['cpu']:.3f} | {rate(found, ours):,.2f} "
        f"| {rate(ours, ours) / rate(found, ours):,.1f} | {found['peak_mb']:,.0f} | {counts} | {worst} |",
        flush=True,
    )
    # Two values that are equal in exact arithmetic may differ in floats: one round trip in ten thousand.
    return differing <= total / 10_000 and same <= 1e-5


def largest(pairs):
    return max((abs(g[1] - w[1]) for w, g in pairs), default=0) / CASH


def rate(found, ours):
    """Of CPU-seconds, which what else runs on the machine changes least."""
    return len(found["rows"]) * ours["bars"] / found["cpu"] / 1e6


if __name__ == "__main__":
    sys.exit(main())
