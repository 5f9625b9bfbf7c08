#!/usr/bin/env python3
"""Large tournaments, sweeps, registries and scenarios: time, memory and bytes written, one row a case.

    python3 benches/load.py [--binary target/release/tiltyard] [--only CASE ..] [--work FOLDER] [--runs 2000]

Everything is synthetic and made in FOLDER (a few GB), which is removed at the end unless it is given. `page` is the time that
headless Chromium needs until the page has loaded and its first chart is drawn; it is left out where node or Chromium is missing.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import namedtuple
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=Path, default=ROOT / "target/release/tiltyard")
    parser.add_argument("--only", nargs="+", choices=list(CASES), default=list(CASES))
    parser.add_argument("--work", type=Path)
    parser.add_argument("--runs", type=int, default=2_000, help="runs of the store that is checked")
    parser.add_argument("--scale", type=float, default=1.0, help="a share of every number of agents, windows and trials")
    arguments = parser.parse_args()
    work = arguments.work or Path(tempfile.mkdtemp(prefix="tiltyard-load-"))
    work.mkdir(parents=True, exist_ok=True)
    bench = Bench(arguments.binary.resolve(), work, arguments.runs, arguments.scale)
    print("| case | seconds | CPU seconds | peak MB | MB written | page |\n|---|---:|---:|---:|---:|---|", flush=True)
    try:
        for case in arguments.only:
            CASES[case](bench)
    finally:
        if not arguments.work:
            shutil.rmtree(work, ignore_errors=True)


Cost = namedtuple("Cost", "seconds cpu peak_mb written_mb")


class Bench:
    """Runs the program in a folder of its own for each case, and prints what it took."""

    def __init__(self, binary, work, runs, scale):
        self.binary, self.work, self.runs, self.scale = binary, work, runs, scale

    def scaled(self, number):
        return max(1, int(number * self.scale))

    def folder(self, name):
        folder = self.work / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        return folder

    def bars(self, interval, count, symbols="LOAD"):
        out = self.work / f"bars-{interval}-{count}-{symbols}"
        if not out.exists():
            words = ["data", "synth", "--out", out, "--seed", "7", "--symbols", symbols, "--bars", count, "--interval", interval]
            self.quietly(words, self.work)
        return out

    def quietly(self, words, folder):
        subprocess.run([self.binary, *map(str, words)], cwd=folder, check=True, capture_output=True)

    def measure(self, name, words, folder, out=None, codes=(0,)):
        """Runs one command; prints its row."""
        cost = self.cost(name, words, folder, out, codes)
        written = f"{cost.written_mb:,.0f}" if out else ""
        print(f"| {name} | {cost.seconds:.1f} | {cost.cpu:.1f} | {cost.peak_mb:,.0f} | {written} | {page(out)} |", flush=True)

    def cost(self, name, words, folder, out=None, codes=(0,)):
        with open(folder / "stdout", "w") as stdout, open(folder / "stderr", "w") as stderr:
            started = time.monotonic()
            child = subprocess.Popen([self.binary, *map(str, words)], cwd=folder, stdout=stdout, stderr=stderr)
            _, status, used = os.wait4(child.pid, 0)
            child.returncode = status
        seconds, code = time.monotonic() - started, os.waitstatus_to_exitcode(status)
        if code not in codes:
            sys.exit(f"{name}: exit code {code}\n{(folder / 'stderr').read_text()[:2000]}")
        return Cost(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1e3, size(out) / 1e6 if out else 0)


def size(folder):
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def page(out):
    """Size of the newest report, and how long Chromium takes to show it."""
    pages = sorted(out.rglob("report.html"), key=lambda path: path.stat().st_mtime) if out else []
    if not pages:
        return ""
    opened = ""
    node, chromium = shutil.which("node"), shutil.which("chromium")
    modules = os.environ.get("BROWSER_SCRATCH")
    if node and chromium and modules and (Path(modules) / "node_modules").exists():
        done = subprocess.run([node, "--input-type=module", "-e", OPEN, str(pages[-1]), chromium], cwd=modules,
                              capture_output=True, text=True)
        opened = f", {done.stdout.strip()} s" if done.returncode == 0 else f", {done.stderr.strip()[-80:]}"
    return f"{pages[-1].stat().st_size / 1e6:.1f} MB{opened}"


OPEN = """
import { chromium } from "playwright-core";
const [file, executablePath] = process.argv.slice(1);
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
const page = await browser.newPage();
const started = Date.now();
await page.goto("file://" + file, { timeout: 170000 });
await page.locator("#equity-chart").scrollIntoViewIfNeeded();
await page.waitForFunction(() => window.tiltyard?.charts.get("equity")?.instance, null, { timeout: 170000 });
console.log(((Date.now() - started) / 1000).toFixed(1));
await browser.close();
"""


def scenario(folder, name, path, interval, agents, windows, more=""):
    text = f'[scenario]\nname = "{name}"\nseed = 1\n[market]\npath = "{path}"\nsymbols = ["LOAD"]\ninterval = "{interval}"\n'
    text += f"[battle]\nwindows = {windows}\n{more}"
    for number in range(agents):
        fast, slow = 3 + number % 40, 50 + number // 40
        text += f'[[agents]]\nname = "agent-{number:05}"\nstrategy = {{ kind = "sma_cross", fast = {fast}, slow = {slow} }}\n'
    (folder / f"{name}.toml").write_text(text)
    return f"{name}.toml"


def run(bench, title, name, path, interval, agents, windows, more=""):
    folder = bench.folder(name)
    file = scenario(folder, name, path, interval, agents, windows, more)
    out = folder / "reports"
    bench.measure(title, ["run", file, "--out", out, "--quiet"], folder, out)
    shutil.rmtree(folder)


def agents_50(bench):
    agents = bench.scaled(2_000)
    windows = '{ kind = "sequential", length = "30d", count = 50 }'
    run(bench, f"{agents:,} agents x 50 windows", "agents-50", bench.bars("1h", 36_500), "1h", agents, windows)


def agents_1(bench):
    agents = bench.scaled(2_000)
    run(bench, f"{agents:,} agents x 1 window", "agents-1", bench.bars("1h", 36_500), "1h", agents, '{ kind = "whole" }')


def trials(bench):
    side = max(2, int((bench.scaled(40_000)) ** 0.5))
    windows = '{ kind = "sequential", length = "30d", count = 12 }'
    sweep = f'[sweep]\nagent = "agent-00000"\nsearch = "grid"\n[sweep.parameters]\nfast = {{ from = 2, to = {side + 1}, step = 1 }}\n'
    sweep += f"slow = {{ from = {side + 10}, to = {2 * side + 9}, step = 1 }}\n"
    run(bench, f"{side * side:,} trials x 12 windows", "trials", bench.bars("1h", 9_000), "1h", 1, windows, sweep)


def windows_20000(bench):
    count = bench.scaled(20_000)
    # One window begins at each hour.
    windows = '{ kind = "rolling", length = "30d", step = "1h" }'
    run(bench, f"1 agent x {count:,} windows", "windows", bench.bars("1h", 720 + count - 1), "1h", 1, windows)


def bars_10m(bench):
    count = bench.scaled(10_000_000)
    run(bench, f"{count:,} bars x 5 agents", "bars", bench.bars("1m", count), "1m", 5, '{ kind = "whole" }')


def registered(bench):
    folder = bench.folder("registered")
    known = bench.scaled(5_000)
    roster = "".join(
        f'[[agents]]\nname = "agent-{n}"\nstarting_balance = "1000"\nstrategy = {{ kind = "sma_cross", fast = 5, slow = {20 + n % 200} }}\n'
        for n in range(known))
    (folder / "roster.toml").write_text(roster)
    bench.quietly(["agent", "import", "roster.toml", "--out", "reports"], folder)
    path = bench.bars("1h", 36_500)
    for count in (bench.scaled(250), bench.scaled(500), bench.scaled(1_000)):
        text = f'[scenario]\nname = "r"\n[market]\npath = "{path}"\nsymbols = ["LOAD"]\ninterval = "1h"\n'
        text += "".join(f'[[agents]]\nregistered = "agent-{n}"\n' for n in range(count))
        (folder / "r.toml").write_text(text)
        bench.measure(f"check of {count:,} of {known:,} registered agents", ["check", "r.toml"], folder)
    shutil.rmtree(folder)


def store(bench):
    folder, runs = bench.folder("store"), bench.scaled(bench.runs)
    path = bench.bars("1d", 400)
    for seed in range(runs):
        text = f'[scenario]\nname = "s"\nseed = {seed}\n[market]\npath = "{path}"\nsymbols = ["LOAD"]\ninterval = "1d"\n'
        text += '[[agents]]\nname = "a"\nstrategy = { kind = "buy_and_hold" }\n'
        (folder / "s.toml").write_text(text)
        bench.quietly(["run", "s.toml", "--quiet"], folder)
    bench.measure(f"store check of {runs:,} runs", ["store", "check"], folder)
    bench.measure(f"store prune of {runs:,} runs", ["store", "prune"], folder)
    shutil.rmtree(folder)


def texts(bench):
    folder = bench.folder("texts")
    path = bench.bars("1h", 36_500)
    head = f'[scenario]\nname = "t"\n[market]\npath = "{path}"\nsymbols = ["LOAD"]\ninterval = "1h"\n'
    agent = '[[agents]]\nname = "a"\nstrategy = { kind = "buy_and_hold" }\n'
    profiles, keys, lines = bench.scaled(20_000), bench.scaled(50_000), bench.scaled(2_000)
    cases = {
        f"{profiles:,} unused risk profiles": (head + agent + "".join(f"[risk.profile-{n}]\nmax_open_orders = 3\n" for n in range(profiles)), (0,)),
        f"{keys:,} unknown keys": (head + "".join(f"unknown_{n} = 1\n" for n in range(keys)) + agent, (2,)),
        f"{lines:,} lines that are not TOML": (head + "".join(f"this is line {n}\n" for n in range(lines)) + agent, (2,)),
    }
    for name, (text, codes) in cases.items():
        (folder / "t.toml").write_text(text)
        bench.measure(f"check of {name}", ["check", "t.toml"], folder, codes=codes)
    shutil.rmtree(folder)


def twelve(bench):
    """Twelve agents in windows of 90 days, one a week: two years of minutes, three symbols."""
    folder = bench.folder("twelve")
    days = max(90, bench.scaled(731))
    path = bench.bars("1m", days * 1440, "3")
    text = f'[scenario]\nname = "twelve"\nseed = 1\n[market]\npath = "{path}"\nsymbols = "all"\ninterval = "1m"\n'
    text += '[battle]\nwindows = { kind = "rolling", length = "90d", step = "7d" }\n'
    text += "".join(f'[[agents]]\nname = "agent-{number:02}"\nstrategy = {{ {words} }}\n' for number, words in enumerate(TWELVE))
    (folder / "twelve.toml").write_text(text)
    out = folder / "reports"
    windows = (days - 90) // 7 + 1
    bench.measure(f"12 agents x {windows} windows x 3 symbols, {days} days of minutes", ["run", "twelve.toml", "--out", out, "--quiet"], folder, out)
    shutil.rmtree(folder)


def memory(bench):
    """A sweep and a tournament whose indicators would need more than the limit."""
    head = f'[scenario]\nname = "m"\n[market]\npath = "{bench.bars("1m", bench.scaled(1_000_000))}"\nsymbols = ["LOAD"]\ninterval = "1m"\n'
    sweep = '[[agents]]\nname = "a"\nstrategy = { kind = "rsi_reversion" }\n[sweep]\nagent = "a"\nsearch = "grid"\n'
    sweep += '[sweep.parameters]\nperiod = { from = 5, to = 104, step = 1 }\nentry_below = [25, 30]\n'
    rows = "".join(f'[[agents]]\nname = "a{n}"\nstrategy = {{ kind = "ema_cross", fast = {5 + n}, slow = {200 + n} }}\n' for n in range(50))
    for name, text in (("200 trials of 100 RSI", sweep), ("50 agents with two averages each", rows)):
        for limit in ([], ["--memory", "512MB"], ["--memory", "128MB"]):
            folder = bench.folder("memory")
            (folder / "m.toml").write_text(head + text)
            out = folder / "reports"
            title = " ".join([f"{name}, 1,000,000 bars", *limit])
            bench.measure(title, ["run", "m.toml", "--out", out, "--quiet", *limit], folder, out)
    shutil.rmtree(folder)


TWELVE = [
    'kind = "buy_and_hold"',
    'kind = "sma_cross", fast = 20, slow = 100',
    'kind = "sma_cross", fast = 60, slow = 600',
    'kind = "ema_cross", fast = 12, slow = 48',
    'kind = "ema_cross", fast = 10, slow = 40, timeframe = "1h"',
    'kind = "macd", timeframe = "15m"',
    'kind = "rsi_reversion", period = 14',
    'kind = "bollinger_reversion", period = 60, width = 2.5',
    'kind = "donchian_breakout", timeframe = "1h"',
    'kind = "rules", enter_all = ["rsi(14) < 30", "close > sma(600)"], exit_any = ["rsi(14) > 60"], stop_loss_pct = 2, take_profit_pct = 3',
    'kind = "rules", enter_all = ["close > sma(50)@1h"], exit_any = ["close < sma(50)@1h"], trailing_stop_pct = 4, max_hold_bars = 2880',
    'kind = "random", turnover = 1',
]


CASES = {
    "agents-50": agents_50,
    "agents-1": agents_1,
    "trials": trials,
    "windows": windows_20000,
    "bars": bars_10m,
    "twelve": twelve,
    "memory": memory,
    "registered": registered,
    "store": store,
    "texts": texts,
}

if __name__ == "__main__":
    main()
