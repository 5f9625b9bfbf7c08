"""Ray as an executor: `tiltyard.run(scenario, executor=tiltyard.ray.Executor())`. Needs `pip install ray`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Executor:
    """Gives work to a Ray cluster. `options` are those of a remote function (`num_cpus`, `resources`, ..); a worker that
    is killed is replaced by Ray, up to `max_retries` times."""

    def __init__(self, **options: Any) -> None:
        import ray

        if not ray.is_initialized():
            ray.init()
        self._ray = ray
        self._options = {"num_cpus": 1, "max_retries": 3, **options}

    def submit(self, function: Callable[..., Any], *args: Any) -> _Future:
        """Runs the function on a worker."""
        remote = self._ray.remote(**self._options)(function)
        return _Future(self._ray, remote.remote(*args))


class _Future:
    def __init__(self, ray: Any, reference: Any) -> None:
        self._ray = ray
        self._reference = reference

    def result(self) -> Any:
        """What the function has returned."""
        return self._ray.get(self._reference)
