#!/usr/bin/env python3
"""What the engine costs from Python: a grid against the command line, bars handed over, an agent in Python, signals.

    python benches/python.py BARS.parquet [TILTYARD]

BARS.parquet has one-minute bars of BTCUSDT that cover 2023; TILTYARD is the program (release build), by default
target/release/tiltyard. Needs the package of a release build with its extra `polars`. Each figure is the median of five.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import tiltyard as ty

ROOT = Path(__file__).resolve().parents[1]
BARS = Path(sys.argv[1]).resolve()
PROGRAM = Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "target/release/tiltyard"
YEAR = {"start": "2023-01-01", "end": "2024-01-01"}


class Watches(ty.Strategy):
    """Looks up one indicator at every bar."""

    def on_bar(self, ctx: ty.Context) -> None:
        ctx.indicator("rsi(14)", "BTCUSDT")


class Silent(ty.Strategy):
    """Does nothing at every bar."""

    def on_bar(self, ctx: ty.Context) -> None:
        pass


def median(work: Callable[[], Any]) -> float:
    times = []
    for _ in range(5):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    year = pl.col("ts").dt.year() == 2023
    frame = pl.read_parquet(BARS).filter(year).rechunk()
    print(f"{len(frame):,} bars, Python {sys.version.split()[0]}, tiltyard {ty.__version__}\n")
    print("| | median of 5 | per bar |\n|---|---:|---:|")

    def row(name: str, seconds: float, note: str = "") -> None:
        print(f"| {name} | {1000 * seconds:,.1f} ms | {note} |", flush=True)

    seconds = median(lambda: ty.Market.from_polars({"BTCUSDT": frame}, "1m"))
    row("bars from polars", seconds)
    market = ty.Market.from_polars({"BTCUSDT": frame}, "1m")

    def play(agents: dict[str, Any]) -> Callable[[], Any]:
        return lambda: ty.tournament(market, agents, name="speed", tables={"market": YEAR}, progress=False)

    empty = median(play({"idle": ty.Cash()}))
    row("a run of cash, all files written", empty)
    for name, agent in (("on_bar, nothing looked up", Silent), ("on_bar, one indicator looked up", Watches)):
        seconds = median(play({"own": agent}))
        beyond = seconds - empty
        row(name, seconds, f"{len(frame) / beyond / 1e6:.2f} million bars/s beyond the run of cash")

    weights = frame.select("ts", BTCUSDT=(pl.int_range(pl.len()) // 1440 % 2).cast(pl.Float64))
    signals = median(
        lambda: ty.backtest_signals(market, weights=weights, stamped="bar_open", tables={"market": YEAR}, progress=False)
    )
    row("a frame of as many weights", signals, f"{1000 * (signals - empty):.1f} ms beyond the run of cash")

    scenario = {
        "scenario": {"name": "grid"},
        "market": {"path": str(BARS), "symbols": ["BTCUSDT"], "interval": "1m", **YEAR},
        "agents": [{"name": "trend", "risk": "unlimited", "strategy": {"kind": "sma_cross", "fast": 5, "slow": 60}}],
        "sweep": {
            "agent": "trend",
            "search": "grid",
            "objective": "sharpe_ratio",
            "parameters": {"fast": {"from": 5, "to": 50, "step": 5}, "slow": {"from": 60, "to": 240, "step": 10}},
        },
        "battle": {"ranking_metric": "sharpe_ratio", "windows": {"kind": "whole"}},
    }

    def from_python() -> None:
        with tempfile.TemporaryDirectory() as out:
            ty.sweep(scenario, out=out, progress=False)

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "grid.toml"
        file.write_text(ty._toml.scenario(scenario))

        def from_line() -> None:
            with tempfile.TemporaryDirectory() as out:
                subprocess.run([PROGRAM, "run", file, "--out", out, "--quiet"], check=True, capture_output=True)

        line, python = median(from_line), median(from_python)
    row("grid of 190, command line", line)
    row("grid of 190, from Python", python, f"{100 * (python / line - 1):+.1f} %")


if __name__ == "__main__":
    main()
