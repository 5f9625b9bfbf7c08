//! The strategy of an agent: its kind and parameters.

use serde::Serialize;

use super::{ProcessSpec, RecordedSpec, RuleSet, SignalsSpec, WasmSpec};
use crate::domain::{Bps, Interval, Qty, SymbolId};

/// A `strategy = { kind = .., .. }` value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StrategySpec {
    /// The kind and its own parameters.
    pub kind: StrategyKind,
    /// Symbols to trade (default: all of the scenario), each independently unless the kind says otherwise.
    pub symbols: Vec<SymbolId>,
    /// Timeframe of its indicators (default: the scenario's interval; a multiple of it).
    pub timeframe: Interval,
    /// Share of equity, at the close of the decision bar, that an entry spends including the fee.
    pub size: Bps,
    /// Which sides it trades, and a fixed quantity. Left out of a run's identity where nothing of it is written.
    #[serde(skip_serializing_if = "Entries::is_default")]
    pub entries: Entries,
}

impl StrategySpec {
    /// Of a kind, on these symbols: each entry long, with all of the equity.
    pub fn of(kind: StrategyKind, symbols: Vec<SymbolId>, timeframe: Interval) -> Self {
        Self { kind, symbols, timeframe, size: Bps::WHOLE, entries: Entries::default() }
    }
}

/// Which sides a strategy enters, and for how much where that is no share of the equity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Entries {
    /// Long, short, or both.
    pub direction: Direction,
    /// Base quantity of each entry; `None` where `size` says how much.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Qty>,
}

impl Entries {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// The sides that a strategy trades.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Long positions only.
    #[default]
    Long,
    /// Short positions only: what would close a long position opens one.
    Short,
    /// Both: what closes the one side opens the other.
    Both,
}

impl Direction {
    /// Whether it opens long positions.
    pub const fn goes_long(self) -> bool {
        !matches!(self, Self::Short)
    }

    /// Whether it opens short positions.
    pub const fn goes_short(self) -> bool {
        !matches!(self, Self::Long)
    }

    /// As written in the scenario.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Long => "long",
            Self::Short => "short",
            Self::Both => "both",
        }
    }
}

/// The kinds with their parameters; periods are in bars of the strategy's timeframe.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StrategyKind {
    /// Holds cash and never trades.
    Cash,
    /// Buys once, as soon as possible, and never sells. `size` is split evenly over the symbols.
    BuyAndHold,
    /// Buys when SMA(fast) crosses above SMA(slow), sells when it crosses below.
    SmaCross {
        /// Period of the fast average, in bars.
        fast: u32,
        /// Period of the slow average, in bars.
        slow: u32,
    },
    /// As `SmaCross`, with exponential averages.
    EmaCross {
        /// Period of the fast average, in bars.
        fast: u32,
        /// Period of the slow average, in bars.
        slow: u32,
    },
    /// Buys when the MACD line crosses above its signal line, sells when it crosses below.
    Macd {
        /// Period of the fast average, in bars.
        fast: u32,
        /// Period of the slow average, in bars.
        slow: u32,
        /// Period of the signal line, in bars.
        signal: u32,
    },
    /// Buys when RSI falls below `entry_below`, sells when it rises above `exit_above`.
    RsiReversion {
        /// Period of the RSI, in bars.
        period: u32,
        /// RSI level below which it buys.
        entry_below: f64,
        /// RSI level above which it sells.
        exit_above: f64,
    },
    /// Buys when the close falls below the lower Bollinger band, sells when it is back above the middle band.
    BollingerReversion {
        /// Period of the bands, in bars.
        period: u32,
        /// Width in standard deviations.
        width: f64,
    },
    /// Buys when the close rises above the highest high of `entry` bars, sells when it falls below the lowest
    /// low of `exit` bars.
    DonchianBreakout {
        /// Period of the upper channel, in bars.
        entry: u32,
        /// Period of the lower channel, in bars.
        exit: u32,
    },
    /// Every `rebalance` bars, holds the `top` symbols by rate of change over `lookback` bars, if it is
    /// positive.
    Momentum {
        /// Period of the rate of change, in bars.
        lookback: u32,
        /// Number of symbols to hold; `size` is split evenly over them.
        top: u32,
        /// Bars between decisions.
        rebalance: u32,
    },
    /// Places `levels` limit buys below its starting price, `spacing` apart; each one that fills is sold one
    /// spacing higher, then placed again. `size` is split evenly over the levels.
    Grid {
        /// Number of levels.
        levels: u32,
        /// Distance between levels, as a share of the starting price.
        spacing: Bps,
    },
    /// Buys for `size` every `every` bars at any price.
    Dca {
        /// Bars between buys.
        every: u32,
    },
    /// Enters and exits at random: on each bar it switches with a probability of `turnover` divided by the
    /// bars of a day.
    Random {
        /// Expected number of entries and exits per day.
        turnover: f64,
        /// Seed of its random stream; derived from the agent's name where `None`.
        seed: Option<u64>,
    },
    /// Conditions written in the scenario.
    Rules(Box<RuleSet>),
    /// A program decides.
    Process(ProcessSpec),
    /// A program has decided in a stored run.
    Recorded(RecordedSpec),
    /// A WebAssembly module decides.
    Wasm(WasmSpec),
    /// Decisions from a file.
    Signals(SignalsSpec),
    /// A strategy of the program that runs the scenario. Never read from a file; its version stands for what it does.
    Own {
        /// Given by the program.
        version: String,
    },
}

impl StrategyKind {
    /// The kind as written in scenarios and results; `own` for a strategy of the program that runs the scenario.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Cash => "cash",
            Self::BuyAndHold => "buy_and_hold",
            Self::SmaCross { .. } => "sma_cross",
            Self::EmaCross { .. } => "ema_cross",
            Self::Macd { .. } => "macd",
            Self::RsiReversion { .. } => "rsi_reversion",
            Self::BollingerReversion { .. } => "bollinger_reversion",
            Self::DonchianBreakout { .. } => "donchian_breakout",
            Self::Momentum { .. } => "momentum",
            Self::Grid { .. } => "grid",
            Self::Dca { .. } => "dca",
            Self::Random { .. } => "random",
            Self::Rules(_) => "rules",
            Self::Process(_) => "process",
            Self::Recorded(_) => "recorded",
            Self::Wasm(_) => "wasm",
            Self::Signals(_) => "signals",
            Self::Own { .. } => "own",
        }
    }

    /// The program that decides, or that has decided in a stored run.
    pub fn program(&self) -> Option<&ProcessSpec> {
        match self {
            Self::Process(spec) => Some(spec),
            Self::Recorded(spec) => spec.program.as_deref(),
            _ => None,
        }
    }

    /// What identifies the content of the file that it reads; `None` for one without a file, or before it was read.
    pub fn file_digest(&self) -> Option<&str> {
        match self {
            Self::Signals(spec) => spec.table.as_ref().map(|table| table.digest.as_str()),
            Self::Wasm(spec) => spec.digest.as_deref(),
            _ => None,
        }
    }
}
