"""Runs, tournaments, sweeps and signals."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from . import _tiltyard, _toml
from ._agents import Agent
from ._errors import TiltyardError
from ._market import Market
from ._results import Run, Sweep

Scenario = str | Path | Mapping[str, Any]


class _Progress:
    """A bar on a terminal or in a notebook; nothing where the output goes to a file."""

    def __init__(self, shown: bool | None) -> None:
        self._notebook: Any = None
        self._in_notebook = "ipykernel" in sys.modules
        self._shown = self._in_notebook or sys.stderr.isatty() if shown is None else shown
        self._last = ""

    def __call__(self, done: int, total: int) -> None:
        if not self._shown or not done:
            return
        if self._in_notebook and total:
            self._show_in_notebook(done, total)
            return
        width = 30
        if total:
            filled = min(width, width * done // total)
            text = f"\r[{'#' * filled}{' ' * (width - filled)}] {done} of {total}"
        else:
            text = f"\r{done} jobs"
        if text != self._last:
            print(text, end="", file=sys.stderr, flush=True)
            self._last = text

    def _show_in_notebook(self, done: int, total: int) -> None:
        if self._notebook is None or self._notebook.total != total:
            import IPython.display

            bar: Any = IPython.display.ProgressBar
            self._notebook = bar(total)
            self._notebook.display()
        if self._notebook.progress != done:
            self._notebook.progress = done

    def end(self) -> None:
        if self._last:
            print(file=sys.stderr)


def _text(scenario: Scenario) -> tuple[str, str, Path]:
    """The text, what it is called, and the folder that its paths start at."""
    if isinstance(scenario, Mapping):
        return _toml.scenario(scenario), "scenario", Path()
    if isinstance(scenario, str) and "\n" in scenario:
        return scenario, "scenario", Path()
    file = Path(scenario)
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise TiltyardError(f"the scenario `{file}` cannot be read: {error.strerror}") from error
    return text, str(file), file.parent


def _request(scenario: Scenario, out: Path, threads: int | None, replay: str | None, fresh: bool) -> dict[str, Any]:
    text, title, folder = _text(scenario)
    return {
        "text": text,
        "title": title,
        "folder": folder,
        "out": out,
        "threads": threads,
        "helper": shutil.which("tiltyard"),
        "replay": replay,
        "fresh": fresh,
        "outcomes": None,
    }


def run(
    scenario: Scenario,
    *,
    agents: Mapping[str, Any] | None = None,
    market: Market | None = None,
    out: str | Path | None = None,
    threads: int | None = None,
    progress: bool | None = None,
    replay: str | None = None,
    fresh: bool = False,
    processes: int | None = None,
    executor: Any = None,
    shards: int | None = None,
    outcomes: str | Path | None = None,
) -> Run:
    """Replays a scenario and ranks its agents.

    `scenario` is a file, a text or a dictionary; a scenario with a `[sweep]` gives a :class:`Sweep`. `agents` are agents
    beside those of the scenario, by name: strategies in Python, or :class:`Agent`. `market` is bars in memory in place of
    the files that the scenario names. The run is stored in `out`, by default a new temporary folder. No result depends on
    `threads`; strategies in Python are replayed on one in each process. Ctrl-C stops a run; a sweep goes on where it was
    when it is called again with the same `out`.

    `processes` replays strategies in Python on so many cores of this machine (needs `pip install loky`).

    `executor` divides the work over other processes or machines: anything with the `submit` of
    `concurrent.futures.Executor`, such as Dask's `client.get_executor()` or :class:`tiltyard.ray.Executor`. It is given
    `shards` pieces (8 by default), which publish in the folder `outcomes` (by default in `out`) that all of them must see;
    a piece that fails is given again. Strategies and bars in memory travel with each piece, so they must pickle. The
    result is that of one machine, byte for byte (docs/clusters.md).
    """
    own = {name: Agent.of(agent) for name, agent in (agents or {}).items()}
    folder = Path(tempfile.mkdtemp(prefix="tiltyard-")) if out is None else Path(out)
    request = _request(scenario, folder, threads, replay, fresh)
    described = {name: agent for name, agent in own.items() if not agent.is_own}
    for name, agent in described.items():
        request["text"] += "\n" + _toml.scenario({"agents": [agent.table(name)]})
    given = [
        {
            "table": "\n".join(_toml.scenario({"agents": [agent.table(name)]}).splitlines()[1:]),
            "name": name,
            "version": agent.named_version(),
            "factory": agent.factory(),
        }
        for name, agent in own.items()
        if agent.is_own
    ]
    bar = _Progress(progress)
    try:
        if processes is not None:
            if executor is not None:
                raise TiltyardError("give `processes` or `executor`")
            executor, shards = _processes(processes), shards or processes
        if executor is not None:
            request["outcomes"] = str(outcomes if outcomes is not None else folder / ".packs")
            _divide(executor, (request, given, market), 8 if shards is None else shards, bar)
        stored, notes, has_winner = _tiltyard.run(request, given, market._held if market else None, bar)
    finally:
        bar.end()
    if has_winner is None:
        return Run(stored, notes)
    return Sweep(stored, notes, has_winner)


def _processes(count: int) -> Any:
    """Processes of this machine. They take classes and functions that are defined in a notebook."""
    if count < 1:
        raise TiltyardError("`processes` is at least 1")
    try:
        import loky
    except ImportError as error:
        raise TiltyardError("`processes` needs the package loky: pip install loky") from error
    return loky.get_reusable_executor(max_workers=count)


_Work = tuple[dict[str, Any], list[dict[str, Any]], Market | None]


def _shard(work: _Work, index: int, count: int) -> tuple[int, int]:
    """A piece of a divided run, on whatever machine."""
    request, given, market = work
    return _tiltyard.shard(request, given, market._held if market else None, index, count)


def _divide(executor: Any, work: _Work, shards: int, bar: _Progress) -> None:
    """Computes all shards. One that fails is given twice more: what it has published is not computed again."""
    if shards < 1:
        raise TiltyardError("`shards` is at least 1")
    request, given, market = work
    here = {"folder": str(Path(request["folder"]).absolute()), "out": str(Path(request["out"]).absolute())}
    work = ({**request, **here}, given, market)
    waiting = dict.fromkeys(range(shards), 0)
    while waiting:
        futures = {index: executor.submit(_shard, work, index, shards) for index in waiting}
        for index, future in futures.items():
            try:
                future.result()
            except TiltyardError:
                raise
            except Exception:
                waiting[index] += 1
                if waiting[index] > 2:
                    raise
            else:
                del waiting[index]
                bar(shards - len(waiting), shards)


def tournament(
    market: Market | Mapping[str, Any],
    agents: Mapping[str, Any],
    windows: Mapping[str, Any] | str = "whole",
    *,
    name: str = "tournament",
    ranking_metric: str = "sharpe_ratio",
    interval: str | None = None,
    tables: Mapping[str, Any] | None = None,
    **options: Any,
) -> Run:
    """A tournament of agents on a market, without a scenario file.

    With two agents or more there are standings. `market` is bars in memory, or a `[market]` table. `windows` is a `[battle] windows` table such as
    `{"kind": "rolling", "length": "30d", "step": "30d"}`, or the name of one. `tables` are more tables of the scenario
    (`venue`, `risk`, `metrics`, ..); `options` go to :func:`run`.
    """
    held = market if isinstance(market, Market) else None
    if held is not None:
        table = {"path": "memory", "symbols": held.symbols, "interval": interval or held.interval}
    else:
        table = dict(market)  # type: ignore[arg-type]
    more = dict(tables or {})
    table.update(more.pop("market", {}))
    battle = {"ranking_metric": ranking_metric, "windows": {"kind": windows} if isinstance(windows, str) else windows}
    battle.update(more.pop("battle", {}))
    scenario = {
        "scenario": {"name": name, **more.pop("scenario", {})},
        "market": table,
        "battle": battle,
        **more,
    }
    if len(agents) > 1:
        scenario.setdefault("tournament", {"format": "round_robin"})
    return run(scenario, agents=agents, market=held, **options)


def backtest_signals(
    market: Market,
    *,
    weights: Any = None,
    sides: Any = None,
    stamped: str = "bar_close",
    name: str = "signals",
    starting_balance: Any = None,
    risk: str = "unlimited",
    tables: Mapping[str, Any] | None = None,
    **options: Any,
) -> Run:
    """Trades a frame of target weights, or of sides: a column of times, and a column for each symbol (wide), or the
    columns `symbol` and `weight` (or `side`; long).

    `stamped` says what the times are (docs/own_agents.md): `bar_close` by default, so that a row is traded at the next
    open.
    """
    if (weights is None) == (sides is None):
        raise TiltyardError("give `weights` or `sides`")
    import pyarrow as pa
    import pyarrow.feather as feather

    frame = weights if weights is not None else sides
    if hasattr(frame, "rename_axis"):
        frame = pa.Table.from_pandas(frame.rename_axis("ts").reset_index() if "ts" not in frame.columns else frame)
    table = pa.table(frame)
    with tempfile.TemporaryDirectory(prefix="tiltyard-") as folder:
        file = Path(folder) / "signals.arrow"
        feather.write_feather(table, str(file), compression="uncompressed")
        strategy = {"kind": "signals", "path": str(file), "stamped": stamped}
        agent = Agent(strategy, risk=risk, starting_balance=starting_balance)
        return tournament(market, {name: agent}, name=name, tables=tables, **options)


def sweep(
    scenario: Scenario,
    *,
    market: Market | None = None,
    out: str | Path | None = None,
    threads: int | None = None,
    progress: bool | None = None,
    processes: int | None = None,
    executor: Any = None,
    shards: int | None = None,
    outcomes: str | Path | None = None,
) -> Sweep:
    """Searches the parameters of a scenario's `[sweep]`. Outcomes are kept in `out`: the same call goes on where a
    stopped one was. `processes`, `executor`, `shards` and `outcomes` divide it as those of :func:`run`."""
    found = run(
        scenario,
        market=market,
        out=out,
        threads=threads,
        progress=progress,
        processes=processes,
        executor=executor,
        shards=shards,
        outcomes=outcomes,
    )
    if not isinstance(found, Sweep):
        raise TiltyardError("the scenario has no `[sweep]`; use `run`")
    return found


def check(scenario: Scenario, *, threads: int | None = None) -> list[str]:
    """Checks a scenario and its data without replaying it. Mistakes are an exception; what comes back are notes."""
    with tempfile.TemporaryDirectory(prefix="tiltyard-") as folder:
        notes: Sequence[str] = _tiltyard.check(_request(scenario, Path(folder), threads, None, False))
        return list(notes)
