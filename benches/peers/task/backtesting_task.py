import sys
import warnings

import pandas as pd
from backtesting import Strategy
from backtesting.lib import FractionalBacktest, crossover

warnings.filterwarnings("ignore")
bars = pd.read_parquet(sys.argv[1]).set_index("ts").tz_localize(None).loc["2022":"2023"].rename(columns=str.capitalize)


def mean(values, length):
    return pd.Series(values).rolling(length).mean()


class Cross(Strategy):
    fast, slow = 10, 60
    trade_from = None

    def init(self):
        self.quick = self.I(mean, self.data.Close, self.fast)
        self.calm = self.I(mean, self.data.Close, self.slow)

    def next(self):
        if self.trade_from is not None and self.data.index[-1] < self.trade_from:
            return
        if crossover(self.quick, self.calm) and not self.position:
            self.buy(size=0.9999)
        elif crossover(self.calm, self.quick) and self.position:
            self.position.close()


def backtest(frame):
    return FractionalBacktest(frame, Cross, cash=10_000, commission=0.001, fractional_unit=1e-8)


def optimise(frame):
    grid = {"fast": list(range(10, 51, 10)), "slow": list(range(60, 241, 20))}
    return backtest(frame).optimize(maximize="Sharpe Ratio", **grid)


stats = optimise(bars)
best = stats._strategy
print("best:", (best.fast, best.slow), "Sharpe", round(stats["Sharpe Ratio"], 2))

# Walk-forward: select on 180 days, test on the next 30. The test begins with the bars that its averages need.
tested = []
start = bars.index[0]
while start + pd.Timedelta(days=210) <= bars.index[-1] + pd.Timedelta(hours=1):
    middle, end = start + pd.Timedelta(days=180), start + pd.Timedelta(days=210)
    chosen = optimise(bars.loc[start : middle - pd.Timedelta(hours=1)])._strategy
    warm = bars.loc[middle - pd.Timedelta(hours=chosen.slow + 1) : end - pd.Timedelta(hours=1)]
    found = backtest(warm).run(fast=chosen.fast, slow=chosen.slow, trade_from=middle)
    equity = found._equity_curve["Equity"].loc[middle:]
    tested.append(equity.resample("1D").last().pct_change().dropna())
    start += pd.Timedelta(days=30)
outside = pd.concat(tested)
print("out of sample:", round(outside.mean() / outside.std() * 365**0.5, 2), "in", len(tested), "rounds")
test = backtest(bars)
test.run(fast=best.fast, slow=best.slow)
test.plot(filename="backtesting.html", open_browser=False)
