"""Runs divided over executors: the bytes of one machine."""

from __future__ import annotations

import filecmp
import os
import signal
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
import tiltyard as ty
from conftest import differences

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


def test_what_cannot_be_divided_is_refused(root: Path) -> None:
    with ThreadPoolExecutor(1) as executor, pytest.raises(ty.TiltyardError, match="divided"):
        ty.run(root / "scenarios" / SCENARIOS[1], agents={"own": ty.Strategy}, executor=executor)


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
    def killed_once(request: dict[str, Any], index: int, count: int) -> tuple[int, int]:
        file = Path(marks) / str(index)
        if not file.exists():
            file.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        from tiltyard._run import _shard

        return _shard(request, index, count)

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
