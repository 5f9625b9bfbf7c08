"""raptorbt: `run.py` starts it with the bars, a family and the indices of its combinations."""

import sys

from peer import main

import raptorbt

from families import CASH


def replay(frame, fee, part):
    columns = [frame[name].to_numpy() for name in ("open", "high", "low", "close", "volume")]
    times = frame.index.as_unit("ns").asi8
    items = [item(fee, *combination) for combination in part]
    rows = []
    for index, found in raptorbt.batch_single_backtest(times, *columns, items):
        rows.append([int(index), found.metrics.total_closed_trades, found.metrics.end_value])
    return rows


def item(fee, index, entries, exits, stop, target):
    config = raptorbt.BacktestConfig(initial_capital=CASH, fees=fee, fill_timing="next_bar_open", session_minutes=0)
    if stop is not None:
        config.set_fixed_stop(stop)
        config.set_fixed_target(target)
    return raptorbt.BatchSingleItem(str(index), entries, exits, symbol="BTCUSDT", config=config)


if __name__ == "__main__":
    sys.exit(main(f"raptorbt {raptorbt.__version__}", replay, at_once=5))
