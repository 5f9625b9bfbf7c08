"""Agents: built-in strategies by name, and strategies written in Python."""

from __future__ import annotations

import copy
import functools
import hashlib
import inspect
from collections.abc import Callable
from typing import Any

from ._tiltyard import Context, Needs

__all__ = ["Agent", "BuiltIn", "BuyAndHold", "Cash", "Rules", "SmaCross", "Strategy"]


class Strategy:
    """A strategy of one's own. A new object plays each window; `on_bar` is called at the close of each bar.

    >>> import tiltyard as ty
    >>> class Dips(ty.Strategy):
    ...     def on_bar(self, ctx):
    ...         for symbol in ctx.symbols:
    ...             rsi = ctx.indicator("rsi(14)", symbol)
    ...             if rsi is not None and rsi < 30 and ctx.flat(symbol):
    ...                 ctx.buy(symbol, pct=20, stop_loss_pct=3)

    An exception forfeits the window; its traceback stands in the results. Use no clock and no random numbers but
    `ctx.random()`: the same bars must give the same orders.
    """

    def declare(self, needs: Needs) -> None:
        """Says what the strategy reads. What is not declared is found when it is first asked for: the run then begins
        again."""

    def on_bar(self, ctx: Context) -> None:
        """Looks at the market and the account, and orders."""
        raise NotImplementedError(f"{type(self).__name__} has no method `on_bar`")

    def end(self, ctx: Context) -> None:
        """Called once at the close of the window's last bar; nothing can be ordered any more."""


class BuiltIn:
    """A built-in strategy, or any other that a scenario can describe: `BuiltIn("sma_cross", fast=10, slow=30)`."""

    def __init__(self, kind: str, **parameters: Any) -> None:
        self.kind = kind
        self.parameters = parameters

    def table(self) -> dict[str, Any]:
        """As the `strategy` of a scenario's agent."""
        return {"kind": self.kind, **self.parameters}

    def __repr__(self) -> str:
        parameters = "".join(f", {name}={value!r}" for name, value in self.parameters.items())
        return f"BuiltIn({self.kind!r}{parameters})"


class BuyAndHold(BuiltIn):
    """Buys at the first bar and holds."""

    def __init__(self, **parameters: Any) -> None:
        super().__init__("buy_and_hold", **parameters)


class Cash(BuiltIn):
    """Never trades."""

    def __init__(self, **parameters: Any) -> None:
        super().__init__("cash", **parameters)


class SmaCross(BuiltIn):
    """Holds while the fast moving average is above the slow one."""

    def __init__(self, fast: int, slow: int, **parameters: Any) -> None:
        super().__init__("sma_cross", fast=fast, slow=slow, **parameters)


class Rules(BuiltIn):
    """Conditions in the rule language: `Rules(enter_all=["rsi(14) < 30"], exit_any=["rsi(14) > 60"])`."""

    def __init__(self, **parameters: Any) -> None:
        super().__init__("rules", **parameters)


class Agent:
    """A strategy with a risk profile and a starting balance. `version` names a strategy in Python in the run's identity;
    by default it is a hash of its source."""

    def __init__(
        self,
        strategy: Strategy | type[Strategy] | BuiltIn | Callable[[], Strategy] | dict[str, Any],
        *,
        risk: str | None = None,
        starting_balance: Any = None,
        description: str | None = None,
        version: str | None = None,
    ) -> None:
        self.strategy = strategy
        self.risk = risk
        self.starting_balance = starting_balance
        self.description = description
        self.version = version

    @classmethod
    def of(cls, thing: Any) -> Agent:
        """An agent, or a strategy alone with the default risk profile and balance."""
        return thing if isinstance(thing, cls) else cls(thing)

    @property
    def is_own(self) -> bool:
        """Whether its strategy is written in Python."""
        return not isinstance(self.strategy, (BuiltIn, dict))

    def table(self, name: str) -> dict[str, Any]:
        """As an `[[agents]]` table, without the strategy of one written in Python."""
        balance = None if self.starting_balance is None else str(self.starting_balance)
        table: dict[str, Any] = {
            "name": name,
            "risk": self.risk,
            "starting_balance": balance,
            "description": self.description,
        }
        if isinstance(self.strategy, BuiltIn):
            table["strategy"] = self.strategy.table()
        elif isinstance(self.strategy, dict):
            table["strategy"] = self.strategy
        return table

    def factory(self) -> Callable[[], Any]:
        """Makes a fresh strategy for each window."""
        strategy = self.strategy
        if isinstance(strategy, Strategy) or not callable(strategy):
            if not hasattr(strategy, "on_bar"):
                raise TypeError(f"{strategy!r} has no method `on_bar`")
            return functools.partial(copy.deepcopy, strategy)
        return strategy

    def named_version(self) -> str:
        """The version, or a hash of the source."""
        if self.version is not None:
            return self.version
        of = self.strategy if inspect.isclass(self.strategy) or inspect.isfunction(self.strategy) else type(self.strategy)
        try:
            text = inspect.getsource(of)
        except (OSError, TypeError):
            return "1"
        state = repr(sorted(vars(self.strategy).items())) if isinstance(self.strategy, Strategy) else ""
        return hashlib.sha256((text + state).encode()).hexdigest()[:16]
