"""Runs divided over executors: the bytes of one machine."""

from __future__ import annotations

import filecmp
import os
import pickle
import signal
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
import tiltyard as ty
from conftest import differences, waves

SCENARIOS = ["sweep_sma_cross.toml", "league_of_twelve.toml"]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_processes_give_the_bytes_of_one(root: Path, tmp_path: Path, scenario: str) -> None:
    file = root / "scenarios" / scenario
    alone = ty.run(file, out=tmp_path / "alone")
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        divided = ty.run(file, out=tmp_path / "divided", executor=executor, shards=5)
    assert divided.id == alone.id
    assert not differences(filecmp.dircmp(alone.folder, divided.folder))


class Failing(ThreadPoolExecutor):
    """Every piece fails the first time."""

    def __init__(self) -> None:
        super().__init__(1)
        self.given: set[int] = set()

    def submit(self, function: Any, /, *args: Any, **kwargs: Any) -> Any:
        index = args[1]
        if index not in self.given:
            self.given.add(index)
            return super().submit(os.stat, "/no/such/file")
        return super().submit(function, *args, **kwargs)


def test_a_piece_that_fails_is_given_again(root: Path, tmp_path: Path) -> None:
    with Failing() as executor:
        found = ty.sweep(root / "scenarios" / SCENARIOS[0], out=tmp_path, executor=executor, shards=3)
    assert found.has_winner and executor.given == {0, 1, 2}


def swinging() -> ty.Market:
    return ty.Market.from_polars({"WAVE": waves(2000)})


def test_strategies_in_python_go_to_processes(tmp_path: Path) -> None:
    pytest.importorskip("loky")

    # Defined here, as in a notebook: other processes cannot import it.
    class Dips(ty.Strategy):
        def __init__(self, share: int = 20) -> None:
            self.share = share

        def on_bar(self, ctx: ty.Context) -> None:
            average, price = ctx.indicator("sma(24)", "WAVE"), ctx.price("WAVE")
            if average is None or price is None:
                return
            if ctx.flat("WAVE") and price < average:
                ctx.buy("WAVE", pct=self.share, reason="dip")
            elif not ctx.flat("WAVE") and price > average:
                ctx.close("WAVE")

    class Fails(ty.Strategy):
        def on_bar(self, ctx: ty.Context) -> None:
            if ctx.bars_since_start == 10:
                raise ValueError("no idea")

    agents = {"dips": Dips, "half": Dips(50), "hold": ty.BuyAndHold()}
    windows = {"kind": "sequential", "length": "10d"}
    alone = ty.tournament(swinging(), agents, windows, out=tmp_path / "alone")
    divided = ty.tournament(swinging(), agents, windows, out=tmp_path / "divided", processes=2)
    assert divided.id == alone.id
    assert not differences(filecmp.dircmp(alone.folder, divided.folder))
    assert len(divided.agents["dips"].trades) > 20 and divided.agents["half"].status == "completed"
    # A class that travels by value has left its file behind: its traceback says less than at home.
    failed = ty.tournament(swinging(), {"fails": Fails, "cash": ty.Cash()}, windows, processes=2).agents["fails"]
    assert failed.status == "forfeit" and "no idea" in failed.faults[0]


def test_processes_and_shards_are_counts(root: Path) -> None:
    file = root / "scenarios" / SCENARIOS[1]
    with pytest.raises(ty.TiltyardError, match="at least 1"):
        ty.run(file, processes=0)
    with ThreadPoolExecutor(1) as executor:
        with pytest.raises(ty.TiltyardError, match="at least 1"):
            ty.run(file, executor=executor, shards=0)
        with pytest.raises(ty.TiltyardError, match="or"):
            ty.run(file, executor=executor, processes=2)


def test_a_market_travels_exactly() -> None:
    market = swinging()
    again = pickle.loads(pickle.dumps(market))
    assert repr(again) == repr(market)
    assert again._held.table("WAVE").equals(market._held.table("WAVE"))


def test_dask(root: Path, tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    file = root / "scenarios" / SCENARIOS[0]
    alone = ty.run(file, out=tmp_path / "alone")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        with distributed.Client(cluster) as client:
            divided = ty.run(file, out=tmp_path / "divided", executor=client.get_executor(), shards=4)
    assert not differences(filecmp.dircmp(alone.folder, divided.folder))


def test_ray_with_killed_workers(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ray = pytest.importorskip("ray")
    import tiltyard.ray

    marks = str(tmp_path / "marks")
    Path(marks).mkdir()

    # Inside the test, so that it travels by value: workers do not see this file.
    def killed_once(work: Any, index: int, count: int) -> tuple[int, int]:
        file = Path(marks) / str(index)
        if not file.exists():
            file.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        from tiltyard._run import _shard

        return _shard(work, index, count)

    class Killing(tiltyard.ray.Executor):
        def submit(self, function: Any, *args: Any) -> Any:
            return super().submit(killed_once, *args)

    file = root / "scenarios" / SCENARIOS[0]
    alone = ty.run(file, out=tmp_path / "alone")
    # Workers import from the folder that Ray was started in, where the package's sources would come first.
    monkeypatch.chdir(tmp_path)
    ray.init(num_cpus=2, include_dashboard=False)
    try:
        divided = ty.run(file, out=tmp_path / "divided", executor=Killing(), shards=3)
    finally:
        ray.shutdown()
    assert not differences(filecmp.dircmp(alone.folder, divided.folder))
    assert len(list(Path(marks).iterdir())) == 3, "every worker was killed once"
