"""Bars from data frames, without a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from . import _tiltyard
from ._errors import TiltyardError

#: Names that the column of times may have, the usual one first.
_TIMES = ("ts", "timestamp", "time", "datetime", "date", "open_time", "index")
_INTERVALS = {
    60: "1m", 180: "3m", 300: "5m", 900: "15m", 1800: "30m", 3600: "1h", 7200: "2h", 14400: "4h", 21600: "6h",
    28800: "8h", 43200: "12h", 86400: "1d", 604800: "1w",
}


class Market:
    """Bars of several symbols in memory.

    A frame has a column of times (`ts`, `timestamp`, `time`, `date` or its index) and the columns `open`, `high`, `low`,
    `close` and `volume`. Each row is a bar, stamped with its open time in UTC, the oldest first.

    >>> import datetime as dt, polars as pl, tiltyard as ty
    >>> days = pl.datetime_range(dt.datetime(2024, 1, 1), dt.datetime(2024, 3, 1), "1d", eager=True)
    >>> frame = pl.DataFrame({"ts": days}).with_columns(
    ...     open=100.0, high=101.0, low=99.0, close=100.0, volume=10.0)
    >>> ty.Market.from_polars({"MINE": frame})
    <Market: MINE, 61 bars of 1d>
    """

    def __init__(self, held: _tiltyard.Held) -> None:
        self._held = held

    @classmethod
    def from_arrow(cls, tables: Mapping[str, Any], interval: str | None = None) -> Market:
        """From anything that offers an Arrow stream (`__arrow_c_stream__`): tables of pyarrow, frames of polars, ..

        `interval` is that of the bars (`"1m"`, `"1h"`, `"1d"`); by default the usual distance of the first frame's rows.
        """
        if not tables:
            raise TiltyardError("a market has at least one symbol")
        streams = {symbol: _stream(symbol, table) for symbol, table in tables.items()}
        if interval is None:
            interval = _interval(next(iter(streams.values())))
        readers = {symbol: table.to_reader() for symbol, table in streams.items()}
        return cls(_tiltyard.hold(readers, interval))

    @classmethod
    def from_polars(cls, frames: Mapping[str, Any], interval: str | None = None) -> Market:
        """From polars frames."""
        return cls.from_arrow(frames, interval)

    @classmethod
    def from_pandas(cls, frames: Mapping[str, Any], interval: str | None = None) -> Market:
        """From pandas frames; the index holds the times where no column does."""
        tables = {}
        for symbol, frame in frames.items():
            names = {str(name).lower() for name in frame.columns}
            if not names & set(_TIMES):
                frame = frame.rename_axis("ts").reset_index()
            tables[symbol] = pa.Table.from_pandas(frame, preserve_index=False)
        return cls.from_arrow(tables, interval)

    @property
    def symbols(self) -> list[str]:
        """The names of the symbols."""
        return list(self._held.symbols)

    @property
    def interval(self) -> str:
        """The interval of the bars."""
        return self._held.interval

    def __reduce__(self) -> tuple[Any, ...]:
        """To other processes the bars go as tables."""
        return Market.from_arrow, ({symbol: self._held.table(symbol) for symbol in self.symbols}, self.interval)

    def __repr__(self) -> str:
        counts = set(self._held.symbols.values())
        bars = f"{counts.pop()} bars" if len(counts) == 1 else f"{min(counts)} to {max(counts)} bars"
        return f"<Market: {', '.join(self.symbols)}, {bars} of {self.interval}>"


def _stream(symbol: str, table: Any) -> pa.Table:
    if isinstance(table, pa.Table):
        return table
    if hasattr(table, "__arrow_c_stream__"):
        return pa.table(table)
    raise TiltyardError(
        f"{symbol}: {type(table).__name__} offers no Arrow stream; use Market.from_pandas, or convert it to a table"
    )


def _interval(table: pa.Table) -> str:
    names = {name.lower(): name for name in table.column_names}
    column = next((names[name] for name in _TIMES if name in names), None)
    if column is None or table.num_rows < 2:
        raise TiltyardError("the interval of the bars cannot be seen; give `interval`, for example \"1h\"")
    times = table.column(column).slice(0, 1000).cast(pa.timestamp("s"), safe=False).cast(pa.int64()).to_pylist()
    gaps = sorted(after - before for before, after in zip(times, times[1:]))
    usual = gaps[len(gaps) // 2]
    if usual not in _INTERVALS:
        raise TiltyardError(f"bars {usual} seconds apart are of no usual interval; give `interval`, for example \"1h\"")
    return _INTERVALS[usual]
