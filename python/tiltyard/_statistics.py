"""Metrics, rankings and evidence for results of other programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from . import _tiltyard
from ._errors import TiltyardError


#: What a report of metrics says besides them.
_CONVENTIONS = {
    "file", "column", "kind", "profile", "periods_per_year", "risk_free_rate", "minimum_acceptable_return", "returns",
    "start", "end", "benchmark", "benchmark_column", "missing",
}


def _numbers(values: Iterable[Any]) -> list[float]:
    return [float(value) for value in values]


def metrics(
    returns: Iterable[float] | None = None,
    *,
    equity: Iterable[float] | None = None,
    periods_per_year: float,
    risk_free_rate: float = 0.0,
    minimum_acceptable_return: float = 0.0,
    benchmark: Iterable[float] | None = None,
    profile: str = "tiltyard",
) -> dict[str, float | None]:
    """The metrics of returns (fractions: 0.01 is 1 %), or of equity levels. `None` where a metric does not exist.

    Rates are per year, as fractions. `profile` takes the definitions of another library (`quantstats`, ..).
    """
    if (returns is None) == (equity is None):
        raise TiltyardError("give `returns` or `equity`")
    values, kind = (returns, "returns") if returns is not None else (equity, "equity")
    text = _tiltyard.metrics(
        _numbers(values or ()),
        kind,
        periods_per_year,
        risk_free_rate,
        minimum_acceptable_return,
        profile,
        None if benchmark is None else _numbers(benchmark),
    )
    found: dict[str, Any] = json.loads(text)
    return {name: value for name, value in found.items() if name not in _CONVENTIONS}


def rank(
    scores: Mapping[str, Sequence[float | None]],
    *,
    windows: Sequence[str] | None = None,
    metric: str = "score",
    lower_is_better: bool = False,
    aggregate: str = "mean",
    alpha: float = 0.05,
    level: float = 0.95,
    ratings: Sequence[str] = ("bradley_terry",),
    benchmark: str | None = None,
    resamples: int = 1000,
    seed: int = 0,
    minimum_windows: int = 20,
) -> dict[str, Any]:
    """Standings of agents by their scores in the same windows: places, intervals, ratings, tests, and whether anybody may
    be called the winner."""
    rows = {name: [None if value is None else float(value) for value in row] for name, row in scores.items()}
    count = max((len(row) for row in rows.values()), default=0)
    options = {
        "metric": metric,
        "lower_is_better": lower_is_better,
        "aggregate": aggregate,
        "alpha": alpha,
        "level": level,
        "ratings": list(ratings),
        "benchmark": benchmark,
        "resamples": resamples,
        "seed": seed,
        "minimum_windows": minimum_windows,
    }
    names = list(windows) if windows is not None else [str(number) for number in range(1, count + 1)]
    found: dict[str, Any] = json.loads(_tiltyard.rank(list(rows), names, list(rows.values()), options))
    return found


def evidence(
    trials: Mapping[str, Iterable[float]],
    *,
    periods_per_year: float,
    winner: str | None = None,
    benchmark: Iterable[float] | None = None,
    tried: int | None = None,
    blocks: int = 10,
    alpha: float = 0.05,
    resamples: int = 1000,
    seed: int = 0,
) -> dict[str, Any]:
    """Whether the best of many trials is more than luck, by their returns in the same periods: deflated Sharpe ratio,
    probability of overfitting, tests against the benchmark. `tried` is the number of trials in all, where not all are
    given."""
    names = list(trials)
    if winner is not None and winner not in names:
        raise TiltyardError(f"no trial `{winner}`")
    options = {
        "winner": None if winner is None else names.index(winner),
        "trials": tried,
        "periods_per_year": periods_per_year,
        "blocks": blocks,
        "alpha": alpha,
        "resamples": resamples,
        "seed": seed,
    }
    text = _tiltyard.evidence(
        names,
        [_numbers(values) for values in trials.values()],
        options,
        None if benchmark is None else _numbers(benchmark),
    )
    found: dict[str, Any] = json.loads(text)
    return found
