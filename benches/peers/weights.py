#!/usr/bin/env python3
"""The same target weights with tiltyard and vectorbt: 50 symbols, ten years of days, rebalanced each month.

    python3 benches/peers/weights.py --tiltyard target/release/tiltyard [--work FOLDER]

Bars and weights are synthetic and seeded. See README.md beside this file.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

SYMBOLS, DAYS, SEED = 50, 3650, 7
CASH, FEE = 1_000_000.0, 0.001
PACKAGES = ["vectorbt==1.2.0", "pyarrow"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tiltyard", type=Path, default=Path("target/release/tiltyard"))
    parser.add_argument("--work", type=Path, default=Path("target/peers"), help="for the environment; made anew where absent")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.inside:
        return compare(arguments)
    python = arguments.work / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(arguments.work)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    command = [str(python), __file__, "--inside", "--tiltyard", str(arguments.tiltyard), "--work", str(arguments.work)]
    return subprocess.run(command, check=True)


def market():
    """Opens and closes of seeded random walks with a common factor; opens differ from the closes before."""
    import numpy
    import pandas

    draw = numpy.random.default_rng(SEED)
    common = draw.normal(0.0003, 0.008, (DAYS, 1))
    night = draw.normal(0.0, 0.004, (DAYS, SYMBOLS))
    day = common + draw.normal(0.0, 0.015, (DAYS, SYMBOLS))
    closes = 100 * numpy.exp(numpy.cumsum(night + day, axis=0))
    opens = numpy.round(closes * numpy.exp(-day), 8)
    closes = numpy.round(closes, 8)
    index = pandas.date_range("2014-01-01", periods=DAYS, freq="D", tz="UTC", name="ts")
    names = [f"S{number:02}" for number in range(SYMBOLS)]
    return pandas.DataFrame(opens, index, names), pandas.DataFrame(closes, index, names)


def weights(index, names, invested):
    """A row at the first day of each month: weights that add up to `invested`."""
    import numpy
    import pandas

    draw = numpy.random.default_rng(SEED + 1)
    days = index[index.day == 1]
    shares = numpy.round(draw.dirichlet(numpy.ones(SYMBOLS), len(days)) * invested, 6)
    # Rounding must not make the sum exceed what is invested.
    shares[:, -1] = numpy.maximum(0, numpy.round(shares[:, -1] - numpy.maximum(0, shares.sum(axis=1) - invested), 6))
    return pandas.DataFrame(shares, days, names)


def tiltyard(arguments, folder, invested):
    """Equity at each close, and the seconds that the run takes."""
    import pandas

    scenario = folder / "weights.toml"
    scenario.write_text(f"""
[scenario]
name = "weights-{int(100 * invested)}"

[market]
path = "bars"
symbols = "all"
interval = "1d"

[venue]
taker_fee_bps = {FEE * 10_000}

[[agents]]
name = "weights"
risk = "unlimited"
starting_balance = {CASH}
strategy = {{ kind = "signals", path = "weights.parquet", stamped = "bar_open", mode = "weight", rebalance = "on_row" }}
""")
    out = folder / "reports"
    started = time.perf_counter()
    subprocess.run([str(arguments.tiltyard.resolve()), "run", "weights.toml", "--out", str(out.resolve()), "--csv", "--quiet"],
                   cwd=folder, check=True)
    seconds = time.perf_counter() - started
    run = max((out / f"weights-{int(100 * invested)}").iterdir(), key=lambda path: path.stat().st_mtime)
    found = next(run.rglob("equity.csv"))
    frame = pandas.read_csv(found)
    return frame, seconds


def vectorbt(opens, closes, shares, marks):
    """Equity at each close; orders at the open after the deciding close, sells first, cash shared."""
    import numpy
    import vectorbt as vbt

    size = shares.reindex(opens.index).shift(1)
    started = time.perf_counter()
    portfolio = vbt.Portfolio.from_orders(
        closes, size=size, size_type="targetpercent", price=opens, val_price=marks, fees=FEE, init_cash=CASH,
        cash_sharing=True, group_by=True, call_seq="auto", freq="1D", min_size=numpy.nan,
    )
    value = portfolio.value()
    return value, time.perf_counter() - started


def compare(arguments):
    import numpy

    folder = arguments.work / "weights"
    (folder / "bars").mkdir(parents=True, exist_ok=True)
    opens, closes = market()
    for name in opens.columns:
        frame = opens[[name]].rename(columns={name: "open"})
        frame["high"] = numpy.maximum(opens[name], closes[name])
        frame["low"] = numpy.minimum(opens[name], closes[name])
        frame["close"] = closes[name]
        frame["volume"] = 1e6
        frame.reset_index().to_parquet(folder / "bars" / f"{name}_1d.parquet")
    print("| invested | vectorbt marks at | end, tiltyard | end, vectorbt | largest difference, bp | s, tiltyard | s, vectorbt |")
    print("|---|---|---|---|---|---|---|")
    for invested in (0.95, 1.0):
        shares = weights(opens.index, opens.columns, invested)
        shares.to_parquet(folder / "weights.parquet")
        ours, seconds = tiltyard(arguments, folder, invested)
        equity = ours["equity"].to_numpy()[-len(opens):]
        for name, marks in (("deciding close", -numpy.inf), ("fill price", numpy.inf)):
            theirs, other = vectorbt(opens, closes, shares, marks)
            value = theirs.to_numpy()
            gap = numpy.max(numpy.abs(equity - value) / value) * 10_000
            print(f"| {invested:.0%} | {name} | {equity[-1]:,.2f} | {value[-1]:,.2f} | {gap:.6f} | {seconds:.2f} | {other:.2f} |")


if __name__ == "__main__":
    main()
