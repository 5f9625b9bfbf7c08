"""What the tests share."""

from __future__ import annotations

import datetime as dt
import filecmp
import math
from pathlib import Path

import polars as pl
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


def waves(bars: int, interval: str = "1h") -> pl.DataFrame:
    """A price that swings by a tenth around 100 every 48 bars."""
    step = {"1m": dt.timedelta(minutes=1), "1h": dt.timedelta(hours=1), "1d": dt.timedelta(days=1)}[interval]
    times = [dt.datetime(2023, 1, 1) + i * step for i in range(bars)]
    close = [100.0 + 10.0 * math.sin(i * math.tau / 48) for i in range(bars)]
    opened = [close[max(0, i - 1)] for i in range(bars)]
    return pl.DataFrame(
        {
            "ts": times,
            "open": opened,
            "high": [max(a, b) + 0.5 for a, b in zip(opened, close)],
            "low": [min(a, b) - 0.5 for a, b in zip(opened, close)],
            "close": close,
            "volume": [1000.0] * bars,
        }
    )


def differences(found: filecmp.dircmp[str]) -> list[str]:
    """Names of the files of two folders that are not the same in both."""
    here = [*found.diff_files, *found.left_only, *found.right_only, *found.funny_files]
    return here + [name for inner in found.subdirs.values() for name in differences(inner)]
