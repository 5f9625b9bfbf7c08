//! What an agent does: a strategy kind with its parameters.

use serde::Serialize;

use super::RuleSet;
use crate::domain::{Bps, Interval, SymbolId};

/// A `strategy = { kind = .., .. }` value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StrategySpec {
    /// The kind and its own parameters.
    pub kind: StrategyKind,
    /// The symbols it trades (default: all of the scenario), each on its own unless the kind says otherwise.
    pub symbols: Vec<SymbolId>,
    /// The bars its indicators read (default: the scenario's interval; a multiple of it).
    pub timeframe: Interval,
    /// Share of the equity at the deciding close that an entry spends, fee included.
    pub size: Bps,
}

/// The kinds with their parameters; periods are in bars of the strategy's timeframe.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StrategyKind {
    /// Never trades.
    Cash,
    /// Buys once at the first chance, never sells. `size` is split evenly over the symbols.
    BuyAndHold,
    /// Buys when SMA(fast) crosses above SMA(slow), sells when it crosses below.
    SmaCross {
        /// Bars of the fast average.
        fast: u32,
        /// Bars of the slow average.
        slow: u32,
    },
    /// The same with exponential averages.
    EmaCross {
        /// Bars of the fast average.
        fast: u32,
        /// Bars of the slow average.
        slow: u32,
    },
    /// Buys when the MACD line crosses above its signal, sells when it crosses below.
    Macd {
        /// Bars of the fast average.
        fast: u32,
        /// Bars of the slow average.
        slow: u32,
        /// Bars of the signal's average.
        signal: u32,
    },
    /// Buys when RSI falls below `entry_below`, sells when it rises above `exit_above`.
    RsiReversion {
        /// Bars.
        period: u32,
        /// Buy below this.
        entry_below: f64,
        /// Sell above this.
        exit_above: f64,
    },
    /// Buys when the close falls below the lower band, sells when it is back above the middle.
    BollingerReversion {
        /// Bars.
        period: u32,
        /// Standard deviations.
        width: f64,
    },
    /// Buys when the close breaks the highest high of `entry` bars, sells under the lowest low of `exit` bars.
    DonchianBreakout {
        /// Bars of the upper channel.
        entry: u32,
        /// Bars of the lower channel.
        exit: u32,
    },
    /// Every `rebalance` bars holds the `top` symbols by rate of change over `lookback` bars, where it is positive.
    Momentum {
        /// Bars.
        lookback: u32,
        /// How many symbols to hold; `size` is split evenly over them.
        top: u32,
        /// Bars between decisions.
        rebalance: u32,
    },
    /// Rests `levels` limit buys below the price of its start, `spacing` apart; each that fills is sold one
    /// spacing higher, then rests again. `size` is split evenly over the levels.
    Grid {
        /// How many.
        levels: u32,
        /// Between levels, of the starting price.
        spacing: Bps,
    },
    /// Buys for `size` every `every` bars, whatever the price.
    Dca {
        /// Bars between buys.
        every: u32,
    },
    /// Enters and leaves at random: each bar it toggles with a chance of `turnover` a day over the bars of a day.
    Random {
        /// Expected entries and exits a day.
        turnover: f64,
        /// Its own stream; the agent's name where not given.
        seed: Option<u64>,
    },
    /// Conditions written in the scenario.
    Rules(RuleSet),
    /// A strategy of the program that runs the scenario. Never read from a file; its version stands for what it does.
    Own {
        /// Given by the program.
        version: String,
    },
}
