"""What the scripts of the other libraries share: bars, signals, and the answer to `run.py`.

All libraries get the same signals, computed here in numpy: once for all combinations that share an indicator, and from exact
sums, so that two averages that are equal are equal in floats too. Signals are part of the timed work.
"""

import functools
import json
import os
import sys
import time

os.environ.update(OMP_NUM_THREADS="1", NUMBA_NUM_THREADS="1", RAYON_NUM_THREADS="1", RAPTORBT_NO_VERSION_CHECK="1")

import numpy
import pandas

from families import CALM, CEILING, FAMILIES, TREND, grid


def main(name, replay, at_once):
    """`replay(frame, fee, part)` gives rows of `[index, trades, final equity]`; `at_once` is how many combinations are fastest."""
    frame, family, indices = year(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3])

    def go(indices):
        signals = Signals(frame, family)
        rows = []
        for start in range(0, len(indices), at_once):
            part = [(index, *signals.of(index)) for index in indices[start : start + at_once]]
            rows += replay(frame, FAMILIES[family]["fee"], part)
        return rows

    if "--compile" in sys.argv:
        go(indices[:2])
    started, busy = time.perf_counter(), time.process_time()
    rows = go(indices)
    seconds, busy = time.perf_counter() - started, time.process_time() - busy
    print(json.dumps({"name": name, "seconds": seconds, "cpu": busy, "peak_mb": peak_mb(), "rows": rows}))


def year(path):
    frame = pandas.read_parquet(path).set_index("ts").sort_index()
    frame = frame.loc["2023-01-01":"2023-12-31 23:59"]
    frame.index = frame.index.tz_localize(None)
    return frame


def peak_mb():
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class Signals:
    """Entries and exits at deciding closes."""

    def __init__(self, frame, family):
        self.close, self.values, self.decide = frame["close"].to_numpy(), grid(family), getattr(self, family)
        cents = numpy.rint(self.close * 100).astype(numpy.int64)
        if not numpy.array_equal(cents / 100, self.close):
            sys.exit("prices are not whole cents")
        self.sums, self.squares = totals(cents), totals(cents * cents)
        self.mean, self.deviation = functools.cache(self.mean), functools.cache(self.deviation)
        self.strength = functools.cache(lambda period: wilder_rsi(self.close, period))

    def mean(self, period):
        return padded((self.sums[period:] - self.sums[:-period]) / (100 * period), period)

    def deviation(self, period):
        """Of the population. The sum of squares of a year wraps around 64 bits; differences of it are exact nevertheless."""
        first, second = (total[period:] - total[:-period] for total in (self.sums, self.squares))
        return padded(numpy.sqrt(period * second - first * first) / (100 * period), period)

    def of(self, index):
        """Entries, exits, stop and target of a combination; the last two as fractions, or none."""
        return self.decide(*self.values[index])

    def cross(self, slow, fast):
        fast, slow = self.mean(fast), self.mean(slow)
        return crosses(fast, slow), crosses(slow, fast), None, None

    def rsi(self, period, below, above):
        rsi = self.strength(period)
        return rsi < below, rsi > above, None, None

    def bollinger(self, period, width):
        middle = self.mean(period)
        return self.close < middle - width * self.deviation(period), self.close > middle, None, None

    def stops(self, stop, target):
        up, down, _, _ = self.cross(CALM, TREND)
        return up & (self.strength(14) < CEILING), down, stop / 100, target / 100


def totals(values):
    return numpy.concatenate([[0], numpy.cumsum(values)])


def padded(values, period):
    return numpy.concatenate([numpy.full(period - 1, numpy.nan), values])


def crosses(a, b):
    """Where a is above b, and was not one bar earlier."""
    out = numpy.zeros(len(a), dtype=bool)
    out[1:] = (a[1:] > b[1:]) & (a[:-1] <= b[:-1])
    return out


def wilder_rsi(close, period):
    """Wilder's RSI: both averages begin as means of the first `period` changes."""
    change = numpy.diff(close)

    def smoothed(values):
        seeded = numpy.concatenate([[values[:period].mean()], values[period:]])
        return pandas.Series(seeded).ewm(alpha=1 / period, adjust=False).mean().to_numpy()

    up, down = smoothed(numpy.maximum(change, 0)), smoothed(numpy.maximum(-change, 0))
    total = up + down
    rsi = numpy.divide(100 * up, total, out=numpy.full(len(total), 50.0), where=total > 0)
    return numpy.concatenate([numpy.full(period, numpy.nan), rsi])
