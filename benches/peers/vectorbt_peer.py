"""vectorbt: `run.py` starts it with the bars, a family and the indices of its combinations."""

import sys

from peer import main

import numpy
import vectorbt as vbt
from vectorbt.portfolio.enums import StopEntryPrice

from families import CASH


def replay(frame, fee, part):
    index, entries, exits, stops, targets = zip(*part)
    entries, exits = numpy.column_stack(entries), numpy.column_stack(exits)
    common = {"size": numpy.inf, "fees": fee, "init_cash": CASH, "freq": "1min"}
    if stops[0] is None:
        entries, exits = later(entries), later(exits)
        folio = vbt.Portfolio.from_signals(frame["close"], entries, exits, price=frame["open"], **common)
    else:
        # vectorbt tests stops from the bar after the entry on. An entry at the deciding bar, at the price of the next open, has
        # its stop and target tested in the bar that it fills in, as in tiltyard.
        folio = vbt.Portfolio.from_signals(
            frame["close"], entries, exits, price=frame["open"].shift(-1), sl_stop=numpy.array([stops]),
            tp_stop=numpy.array([targets]), stop_entry_price=StopEntryPrice.FillPrice, open=frame["open"],
            high=frame["high"], low=frame["low"], **common,
        )
    trades, equity = folio.trades.closed.count().to_numpy(), folio.final_value().to_numpy()
    folio.sharpe_ratio(), folio.max_drawdown(), folio.trades.win_rate(), folio.trades.profit_factor()
    return [[i, int(t), float(e)] for i, t, e in zip(index, trades, equity)]


def later(signals):
    """Decided at a close, filled at the next open."""
    return numpy.concatenate([numpy.zeros_like(signals[:1]), signals[:-1]])


if __name__ == "__main__":
    sys.exit(main(f"vectorbt {vbt.__version__}", replay, at_once=1))
