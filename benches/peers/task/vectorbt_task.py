import itertools
import sys

import numpy as np
import pandas as pd
import vectorbt as vbt

bars = pd.read_parquet(sys.argv[1]).set_index("ts").tz_localize(None).loc["2022":"2023"]
pairs = list(itertools.product(range(10, 51, 10), range(60, 241, 20)))
fasts, slows = zip(*pairs)


def portfolio(frame, pairs):
    fasts, slows = zip(*pairs)
    close = frame["close"]
    fast = vbt.MA.run(close, fasts, short_name="fast")
    slow = vbt.MA.run(close, slows, short_name="slow")
    # Decided at a close, filled at the next open.
    entries = fast.ma_crossed_above(slow).vbt.fshift(1, fill_value=False)
    exits = fast.ma_crossed_below(slow).vbt.fshift(1, fill_value=False)
    price = frame["open"]
    return vbt.Portfolio.from_signals(
        close, entries, exits, price=price, size=np.inf, fees=0.001, init_cash=10_000, freq="1h"
    )


def daily_sharpe(folio):
    return folio.value().resample("1D").last().pct_change().vbt.returns(freq="1D", year_freq="365D").sharpe_ratio()


whole = portfolio(bars, pairs)
sharpe = daily_sharpe(whole).to_numpy()
best = int(np.nanargmax(sharpe))
print("best:", pairs[best], "Sharpe", round(sharpe[best], 2))

# Walk-forward: select on 180 days, test on the next 30. The test begins with the bars that its averages need.
tested = []
start = bars.index[0]
while start + pd.Timedelta(days=210) <= bars.index[-1] + pd.Timedelta(hours=1):
    middle, end = start + pd.Timedelta(days=180), start + pd.Timedelta(days=210)
    train = bars.loc[start : middle - pd.Timedelta(hours=1)]
    chosen = int(np.nanargmax(daily_sharpe(portfolio(train, pairs)).to_numpy()))
    warm = bars.loc[middle - pd.Timedelta(hours=pairs[chosen][1] + 1) : end - pd.Timedelta(hours=1)]
    value = portfolio(warm, [pairs[chosen]]).value().loc[middle:]
    tested.append(value.resample("1D").last().pct_change().dropna())
    start += pd.Timedelta(days=30)
outside = pd.concat(tested)
print("out of sample:", round(outside.mean() / outside.std() * 365**0.5, 2), "in", len(tested), "rounds")
whole.iloc[best].plot().write_html("vectorbt.html")
