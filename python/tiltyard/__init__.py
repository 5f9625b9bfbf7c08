"""Replays recorded market history for many isolated trading agents at once, and ranks them.

The engine, the checks and the statistics are those of the program `tiltyard`; a run from here is the run of the command
line, byte for byte.

>>> import tiltyard as ty
>>> round(ty.metrics([0.01, -0.02, 0.03], periods_per_year=252)["max_drawdown_pct"], 9)
-2.0
"""

from ._agents import Agent, BuiltIn, BuyAndHold, Cash, Rules, SmaCross, Strategy
from ._errors import Diagnostic, TiltyardError
from ._market import Market
from ._results import AgentResult, Run, Sweep, Table
from ._run import backtest_signals, check, run, sweep, tournament
from ._statistics import evidence, metrics, rank
from ._tiltyard import ClosedBars, Context, Needs, __version__

__all__ = [
    "Agent",
    "AgentResult",
    "BuiltIn",
    "BuyAndHold",
    "Cash",
    "ClosedBars",
    "Context",
    "Diagnostic",
    "Market",
    "Needs",
    "Rules",
    "Run",
    "SmaCross",
    "Strategy",
    "Sweep",
    "Table",
    "TiltyardError",
    "__version__",
    "backtest_signals",
    "check",
    "evidence",
    "metrics",
    "rank",
    "run",
    "sweep",
    "tournament",
]
