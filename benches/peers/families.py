"""The families of parameter grids that `run.py` compares: their parameters, their scenarios, and tiltyard's results.

A combination is known by its index in `grid(family)`; results are rows of `[index, trades, final equity]`.
"""

import itertools
import json
import os
import shutil
import subprocess
import sys
import time

CASH = 1_000_000.0
TREND, CALM, CEILING = 20, 120, 70  # `stops`: periods of the crossing it trades, and the RSI above which it does not enter

# `fee` is a fraction. It is smaller where a grid trades so often that 10 bp would leave nothing of the balance: final equities
# that are all zero would agree with anything.
FAMILIES = {
    "cross": {
        "title": "`sma_cross`",
        "fee": 0.001,
        "strategy": 'kind = "sma_cross"',
        "parameters": {"slow": list(range(60, 241, 10)), "fast": list(range(5, 51, 5))},
    },
    "rsi": {
        "title": "`rsi_reversion`",
        "fee": 0.0001,
        "strategy": 'kind = "rsi_reversion"',
        "parameters": {
            "period": [7, 14, 21, 28],
            "entry_below": [20, 25, 30, 35, 40],
            "exit_above": [60, 65, 70, 75, 80],
        },
    },
    "bollinger": {
        "title": "`bollinger_reversion`",
        "fee": 0.0001,
        "strategy": 'kind = "bollinger_reversion"',
        "parameters": {"period": list(range(10, 101, 10)), "width": [1 + step / 4 for step in range(10)]},
    },
    # A position is held from one crossing to the opposite one at most, so that no bar can both stop it out and decide the next
    # entry: libraries with one order a bar then trade alike.
    "stops": {
        "title": "`rules` with stop and target",
        "fee": 0.0001,
        "strategy": f'kind = "rules", enter_all = ["sma({TREND}) crosses_above sma({CALM})", "rsi(14) < {CEILING}"]'
        f', exit_any = ["sma({TREND}) crosses_below sma({CALM})"]',
        "parameters": {
            "stop_loss_pct": [step / 10 for step in range(1, 11)],
            "take_profit_pct": [step / 5 for step in range(1, 11)],
        },
    },
}


def grid(family):
    """Every combination, as a tuple of values in the order of the family's parameters."""
    return list(itertools.product(*FAMILIES[family]["parameters"].values()))


def thinned(family, count):
    """Indices of `count` combinations that are spread over the grid."""
    total = len(grid(family))
    return sorted({(2 * number + 1) * total // (2 * count) for number in range(min(count, total))})


def scenario(family, bars, only=None):
    """A sweep of the grid, or of one combination."""
    spec = FAMILIES[family]
    rows = spec["parameters"] if only is None else {key: [value] for key, value in zip(spec["parameters"], only)}
    first = "".join(f", {key} = {values[0]}" for key, values in rows.items())
    swept = "".join(f"{key} = {values}\n" for key, values in rows.items())
    bps = round(spec["fee"] * 10_000)
    return f"""[scenario]
name = "{family}"
[market]
path = {json.dumps(str(bars))}
symbols = ["BTCUSDT"]
interval = "1m"
start = 2023-01-01
end = 2024-01-01
warm_up = "inside"
instruments.BTCUSDT = {{ min_notional = "0.00000001" }}
[venue]
taker_fee_bps = {bps}
maker_fee_bps = {bps}
[[agents]]
name = "grid"
starting_balance = "{CASH:.0f}"
risk = "unlimited"
strategy = {{ {spec["strategy"]}{first}, size_pct = 100 }}
[sweep]
agent = "grid"
search = "grid"
objective = "sharpe_ratio"
[sweep.parameters]
{swept}"""


def tiltyard(binary, family, bars, folder, repeat=3):
    """The complete program on one thread, reading and writing included; and what is left of it without a sweep of the winner alone,
    which reads the same bars and writes the same run."""
    whole = fastest(binary, scenario(family, bars), folder, repeat)
    found = results(family, folder / "reports" / family)
    winner = found.pop("winner")
    one = fastest(binary, scenario(family, bars, only=grid(family)[winner]), folder, repeat)
    rest = {key: max(whole[key] - one[key], 1e-3) for key in ("seconds", "cpu")}
    rows = [row for row in found["rows"] if row[0] != winner]
    return [
        {"name": "tiltyard, complete program", **whole, **found},
        {"name": "tiltyard, all but the winner", **whole, **rest, **found, "rows": rows},
    ]


def fastest(binary, text, folder, repeat):
    """Of `repeat` runs the one with the fewest CPU-seconds."""
    runs = []
    for _ in range(repeat):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "scenario.toml").write_text(text)
        words = [binary, "run", "scenario.toml", "--quiet", "--threads", "1", "--out", "reports"]
        with open(folder / "stderr", "w") as stderr:
            started = time.perf_counter()
            child = subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL, stderr=stderr)
            _, status, used = os.wait4(child.pid, 0)
        seconds, child.returncode = time.perf_counter() - started, os.waitstatus_to_exitcode(status)
        if child.returncode:
            sys.exit(f"exit code {child.returncode}\n{(folder / 'stderr').read_text()[:2000]}")
        runs.append({"seconds": seconds, "cpu": used.ru_utime + used.ru_stime, "peak_mb": used.ru_maxrss / 1024})
    return min(runs, key=lambda run: run["cpu"])


def results(family, store):
    """Round trips and final equities of every trial, by the index of its combination."""
    import pyarrow.parquet

    run = next(store.glob("*/results.parquet"))
    trials = pyarrow.parquet.read_table(run)
    swept = [name for name in trials.column_names if name.startswith("strategy.")]
    values = list(zip(*(trials[name].to_pylist() for name in swept)))
    windows = pyarrow.parquet.read_table(run.with_name("windows.parquet"), columns=["trial", "trades", "final_equity"])
    rows = [[row["trial"], row["trades"], float(row["final_equity"])] for row in windows.to_pylist()]
    for wanted, found in zip(grid(family), values, strict=True):
        if wanted != found:
            sys.exit(f"{family}: the trials are not in the order of the grid: {found} for {wanted}")
    winner = trials["rank"].to_pylist().index(1)
    market = json.loads(run.with_name("run.json").read_text())["market"]
    return {"rows": rows, "winner": winner, "bars": market["instruments"][0]["bars"]}
