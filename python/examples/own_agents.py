"""Three strategies in Python on the bundled sample, ranked: `python python/examples/own_agents.py` from the checkout."""

from __future__ import annotations

from pathlib import Path

import tiltyard as ty

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "sample"


class Dips(ty.Strategy):
    """Buys what has fallen, sells what has recovered."""

    def on_bar(self, ctx: ty.Context) -> None:
        for symbol in ctx.symbols:
            rsi = ctx.indicator("rsi(14)", symbol)
            if rsi is None:
                continue
            if rsi < 30 and ctx.flat(symbol):
                ctx.buy(symbol, pct=20, stop_loss_pct=3)
            elif rsi > 60 and not ctx.flat(symbol):
                ctx.close(symbol)


class Breakout(ty.Strategy):
    """Buys the highest close of a number of bars, with a trailing stop."""

    def __init__(self, bars: int = 48) -> None:
        self.bars = bars

    def declare(self, needs: ty.Needs) -> None:
        needs.bars(self.bars)

    def on_bar(self, ctx: ty.Context) -> None:
        for symbol in ctx.symbols:
            close = ctx.bars(symbol).close
            if ctx.flat(symbol) and len(close) > self.bars and close[-1] == close[-self.bars :].max():
                ctx.buy(symbol, pct=25, trailing_stop_pct=4)


def main() -> None:
    """Prints the leaderboard."""
    run = ty.tournament(
        {"path": str(SAMPLE), "symbols": ["ALPHA", "BRAVO", "CHARLIE"], "interval": "1h"},
        {"dips": Dips, "breakout": Breakout(72), "hold": ty.BuyAndHold(), "trend": ty.SmaCross(20, 60)},
        {"kind": "sequential", "length": "14d"},
        name="own-agents-in-python",
    )
    print(run.leaderboard.to_pandas()[["rank", "agent", "score", "roi_pct", "max_drawdown_pct", "trades"]])
    print("winner:", run.winner or "nobody is more than luck")


if __name__ == "__main__":
    main()
