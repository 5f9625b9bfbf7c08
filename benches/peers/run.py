#!/usr/bin/env python3
"""The same parameter grid with tiltyard, vectorbt and backtesting.py, side by side, on one machine.

    python3 benches/peers/run.py BARS.parquet [--threads 1 2] [--slow-combinations 2] [--work FOLDER]

BARS.parquet has one-minute bars of BTCUSDT that cover 2023 (columns ts, open, high, low, close, volume).
See README.md beside this file.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
FAST, SLOW = list(range(5, 51, 5)), list(range(60, 241, 10))
CASH, FEE = 1_000_000.0, 0.001
PACKAGES = ["vectorbt==1.2.0", "backtesting==0.6.6", "pyarrow"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bars", type=Path)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--slow-combinations", type=int, default=2, help="how many backtesting.py replays")
    parser.add_argument("--work", type=Path, default=Path("target/peers"), help="for the environment; made anew where absent")
    parser.add_argument("--ours", type=Path, help="the built example `grid`; built with cargo where not given")
    parser.add_argument("--peer", choices=["vectorbt", "backtesting"], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.peer:
        return print(json.dumps(globals()[arguments.peer](arguments)))
    python = environment(arguments.work)
    ours = arguments.ours or build()
    rows, reference = [], None
    for threads in arguments.threads:
        result = tiltyard(ours, arguments.bars, threads)
        reference = reference or result["combinations"]
        rows.append((f"tiltyard, {threads} thread{'s' if threads > 1 else ''}", result))
    for peer in ("vectorbt", "backtesting"):
        command = [python, __file__, str(arguments.bars), "--peer", peer]
        command += ["--slow-combinations", str(arguments.slow_combinations)]
        result = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
        rows.append((result["name"], result))
    return table(rows, reference)


def environment(work):
    """A virtual environment with the peers; its Python."""
    python = work / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(work)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    return str(python)


def build():
    command = ["cargo", "build", "--release", "--example", "grid", "--message-format", "json"]
    lines = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    made = [json.loads(line).get("executable") for line in lines if '"grid"' in line]
    return Path([path for path in made if path][-1])


def tiltyard(binary, bars, threads):
    command = [str(binary), str(bars), "--threads", str(threads)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def year(path):
    import pandas

    frame = pandas.read_parquet(path).set_index("ts").sort_index()
    frame = frame.loc["2023-01-01":"2023-12-31 23:59"]
    frame.index = frame.index.tz_localize(None)
    return frame


def peak_mb():
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def vectorbt(_arguments):
    import numpy
    import vectorbt as vbt

    frame = year(_arguments.bars)
    close, opens = frame["close"], frame["open"]

    def go(fasts, slows):
        out = []
        for slow in slows:
            fast_ma = vbt.MA.run(close, fasts, short_name="fast")
            slow_ma = vbt.MA.run(close, [slow] * len(fasts), short_name="slow")
            up = fast_ma.ma_crossed_above(slow_ma).vbt.fshift(1, fill_value=False)
            down = fast_ma.ma_crossed_below(slow_ma).vbt.fshift(1, fill_value=False)
            folio = vbt.Portfolio.from_signals(
                close, up, down, price=opens, size=numpy.inf, fees=FEE, init_cash=CASH, freq="1min"
            )
            trades, equity = folio.trades.closed.count().to_numpy(), folio.final_value().to_numpy()
            folio.sharpe_ratio(), folio.max_drawdown(), folio.trades.win_rate(), folio.trades.profit_factor()
            out += [[f, slow, int(t), float(e)] for f, t, e in zip(fasts, trades, equity)]
        return out

    go(FAST[:2], SLOW[:1])  # compiles
    start = time.perf_counter()
    combinations = go(FAST, SLOW)
    seconds = time.perf_counter() - start
    return result(f"vectorbt {vbt.__version__}", len(frame), seconds, combinations)


def backtesting(arguments):
    import warnings

    warnings.filterwarnings("ignore")
    import backtesting as library
    from backtesting.lib import FractionalBacktest, crossover

    frame = year(arguments.bars).rename(columns=str.capitalize)

    def mean(values, n):
        import pandas

        return pandas.Series(values).rolling(n).mean()

    class Cross(library.Strategy):
        fast, slow = 5, 60

        def init(self):
            self.quick, self.calm = self.I(mean, self.data.Close, self.fast), self.I(mean, self.data.Close, self.slow)

        def next(self):
            if crossover(self.quick, self.calm) and not self.position:
                self.buy(size=0.9999999)
            elif crossover(self.calm, self.quick) and self.position:
                self.position.close()

    pairs = [(f, s) for s in SLOW[::-1] for f in FAST[::-1]][: arguments.slow_combinations]
    combinations = []
    library.backtesting._tqdm = lambda it, **_: it
    start = time.perf_counter()
    for fast, slow in pairs:
        test = FractionalBacktest(frame, Cross, cash=CASH, commission=FEE, fractional_unit=1e-8)
        stats = test.run(fast=fast, slow=slow)
        combinations.append([fast, slow, int(stats["# Trades"]), float(stats["Equity Final [$]"])])
    seconds = time.perf_counter() - start
    return result(f"backtesting.py {library.__version__}", len(frame), seconds, combinations)


def result(name, bars, seconds, combinations):
    return {
        "name": name,
        "bars": bars,
        "seconds": seconds,
        "peak_mb": peak_mb(),
        "combinations": combinations,
    }


def table(rows, reference):
    wanted = {(fast, slow): (trades, equity) for fast, slow, trades, equity in reference}
    base = rate(rows[0][1])
    print("| | combinations | seconds | million bar evaluations/s | ratio | peak MB | trades | largest difference of a final equity, of the starting one |")
    print("|---|---:|---:|---:|---:|---:|---|---:|")
    agreed = True
    for name, found in rows:
        pairs = [(wanted[f, s], (t, e)) for f, s, t, e in found["combinations"]]
        trades = sum(abs(w[0] - g[0]) for w, g in pairs)
        total = sum(w[0] for w, _ in pairs)
        worst = max(abs(g[1] - w[1]) for w, g in pairs) / CASH
        # A tie of two averages may fall otherwise in floats: one trade in ten thousand.
        agreed &= trades <= total / 10_000 and worst <= 1e-5
        counts = f"{total:,} as ours" if trades == 0 else f"{trades} of {total:,} differ"
        print(
            f"| {name} | {len(pairs)} | {found['seconds']:.3f} | {rate(found):,.2f} | {base / rate(found):,.1f} "
            f"| {found['peak_mb']:,.0f} | {counts} | {worst:.1e} |"
        )
    print("\nTrade counts and final equities agree." if agreed else "\nThe results DIFFER.")
    return 0 if agreed else 1


def rate(found):
    return len(found["combinations"]) * found["bars"] / found["seconds"] / 1e6


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("NUMBA_NUM_THREADS", "1")
    sys.exit(main())
