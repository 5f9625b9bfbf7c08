"""backtesting.py: `run.py` starts it with the bars, a family and the indices of its combinations."""

import sys
import warnings

from peer import main

import backtesting
import numpy
from backtesting.lib import FractionalBacktest

from families import CASH

warnings.filterwarnings("ignore")
backtesting.backtesting._tqdm = lambda rows, **_: rows


class Signalled(backtesting.Strategy):
    entries = exits = stop = target = None

    def init(self):
        self.up, self.down = self.I(lambda: self.entries * 1.0), self.I(lambda: self.exits * 1.0)
        # Levels count from the price of the entry, the next open; an order of this library has to state them before it fills.
        self.fill = self.I(lambda: numpy.append(self.data.Open[1:], numpy.nan))

    def next(self):
        if self.position:
            if self.down[-1]:
                self.position.close()
        elif self.up[-1]:
            fill = self.fill[-1]
            levels = {} if self.stop is None else {"sl": fill * (1 - self.stop), "tp": fill * (1 + self.target)}
            self.buy(size=0.9999999, **levels)


def replay(frame, fee, part):
    frame = frame.rename(columns=str.capitalize)
    rows = []
    for index, entries, exits, stop, target in part:
        test = FractionalBacktest(frame, Signalled, cash=CASH, commission=fee, fractional_unit=1e-8)
        stats = test.run(entries=entries, exits=exits, stop=stop, target=target)
        rows.append([index, int(stats["# Trades"]), float(stats["Equity Final [$]"])])
    return rows


if __name__ == "__main__":
    sys.exit(main(f"backtesting.py {backtesting.__version__}", replay, at_once=1))
