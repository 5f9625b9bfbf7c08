"""The compiled part of the package."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

__version__: str

class Held:
    @property
    def symbols(self) -> dict[str, int]: ...
    @property
    def interval(self) -> str: ...
    def table(self, symbol: str) -> pa.Table: ...

class ClosedBars:
    """Closed bars as arrays of equal length, the newest last."""

    @property
    def open(self) -> npt.NDArray[np.float64]: ...
    @property
    def high(self) -> npt.NDArray[np.float64]: ...
    @property
    def low(self) -> npt.NDArray[np.float64]: ...
    @property
    def close(self) -> npt.NDArray[np.float64]: ...
    @property
    def volume(self) -> npt.NDArray[np.float64]: ...
    @property
    def timestamp(self) -> npt.NDArray[np.int64]:
        """Open time in microseconds since 1970 (UTC)."""
    def __len__(self) -> int: ...

class Needs:
    """What a strategy says that it reads."""

    def bars(self, count: int, timeframe: str = "") -> None:
        """So many bars before the window's first can be read, of the scenario's interval or of a coarser timeframe."""
    def indicator(self, text: str) -> None:
        """An indicator in the words of the rule language."""
    def look_back(self, bars: int) -> None:
        """Every indicator has its values also so many bars before the first decision."""
    def symbols(self, names: list[str]) -> None:
        """Trades these symbols only."""

class Context:
    """A bar, the account and the indicators at a strategy's decision."""

    @property
    def symbols(self) -> list[str]:
        """The names of the symbols that the strategy trades, in the scenario's order."""
    @property
    def timestamp(self) -> int:
        """The close of this bar, the instant of the decision, in microseconds since 1970 (UTC)."""
    @property
    def open_timestamp(self) -> int:
        """When this bar opened, in microseconds since 1970 (UTC)."""
    @property
    def bars_since_start(self) -> int:
        """Bars since the window's first, which is 0."""
    @property
    def equity(self) -> float:
        """Cash and positions, marked at the last closes, in quote currency."""
    @property
    def cash(self) -> float:
        """Quote currency, the part that open orders lock included."""
    @property
    def available(self) -> float:
        """Quote currency that no open order locks."""
    @property
    def exact_equity(self) -> str:
        """The equity to its last digit, as text for `decimal.Decimal`."""
    @property
    def exact_cash(self) -> str:
        """The cash to its last digit, as text for `decimal.Decimal`."""
    def bar(self, symbol: str) -> tuple[float, float, float, float, float] | None:
        """The symbol's bar that closed just now as (open, high, low, close, volume); `None` where it has none."""
    def price(self, symbol: str) -> float | None:
        """The close of that bar; `None` where there is none."""
    def position(self, symbol: str) -> float:
        """Quantity held, below zero for a short position."""
    def entry_price(self, symbol: str) -> float | None:
        """Average price paid, without fees; `None` while nothing is held."""
    def flat(self, symbol: str) -> bool:
        """Whether nothing is held."""
    def bars_held(self, symbol: str) -> int:
        """Bars that the position has lived through, its first included; 0 while nothing is held."""
    def indicator(self, text: str, symbol: str) -> float | None:
        """An indicator in the words of the rule language at the newest closed bar; `None` while it warms up."""
    def indicator_values(self, text: str, symbol: str) -> npt.NDArray[np.float64]:
        """All values of an indicator so far, the newest last; NaN where it had none."""
    def bars(self, symbol: str, timeframe: str = "") -> ClosedBars:
        """The closed bars so far, of the scenario's interval or of a coarser timeframe such as `"4h"`."""
    def open_orders(self, symbol: str) -> list[dict[str, Any]]:
        """The symbol's open orders, oldest first."""
    def random(self) -> float:
        """The next random number in [0, 1), from a stream that belongs to this agent, window and bar."""
    def buy(
        self,
        symbol: str,
        *,
        pct: float | None = None,
        amount: float | None = None,
        qty: float | None = None,
        limit: float | None = None,
        stop: float | None = None,
        trailing_pct: float | None = None,
        stop_loss: float | None = None,
        stop_loss_pct: float | None = None,
        take_profit: float | None = None,
        take_profit_pct: float | None = None,
        trailing_stop_pct: float | None = None,
        time_in_force: str | None = None,
        reason: str | None = None,
    ) -> None:
        """Buys, at the market unless `limit`, `stop` or `trailing_pct` says otherwise. The size is one of `pct` (of the
        equity), `amount` (quote currency, fee included) and `qty`."""
    def sell(
        self,
        symbol: str,
        *,
        pct: float | None = None,
        qty: float | None = None,
        limit: float | None = None,
        stop: float | None = None,
        trailing_pct: float | None = None,
        time_in_force: str | None = None,
        reason: str | None = None,
    ) -> None:
        """Sells: `pct` of the position (all of it by default), or `qty`."""
    def close(self, symbol: str, *, reason: str | None = None) -> None:
        """Cancels the symbol's open orders and sells all that is held of it at the market."""
    def cancel(self, order: int) -> None:
        """Cancels one open order by its `id`; does nothing where it has ended."""
    def cancel_all(self, symbol: str) -> None:
        """Cancels all open orders of a symbol."""

def hold(tables: dict[str, Any], interval: str) -> Held: ...
def run(
    request: dict[str, Any],
    agents: list[dict[str, Any]],
    bars: Held | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Path, list[str], bool | None]: ...
def check(request: dict[str, Any]) -> list[str]: ...
def shard(
    request: dict[str, Any], agents: list[dict[str, Any]], bars: Held | None, index: int, count: int
) -> tuple[int, int]: ...
def metrics(
    values: list[float],
    kind: str,
    periods_per_year: float,
    risk_free_rate: float,
    minimum_acceptable_return: float,
    profile: str,
    benchmark: list[float] | None = None,
) -> str: ...
def rank(
    agents: list[str], windows: list[str], scores: list[list[float | None]], options: dict[str, Any]
) -> str: ...
def evidence(
    names: list[str], returns: list[list[float]], options: dict[str, Any], benchmark: list[float] | None = None
) -> str: ...
