//! The catalogue of built-in strategies: description, parameters, warm-up.
//!
//! Owns the parameters' names, types, ranges and defaults. The parser, the JSON schema and `tiltyard
//! strategies` are generated from it. Periods are in bars of the strategy's timeframe.

use super::format::{BUDGET, CURRENCY, MASK, MODEL};
use super::format::{ENTRY, Fallback, KeyDoc, RANGES, Range, TableDoc, ValueType, VariantDoc};
use super::format::{choice_docs, number, optional, percent, period, required, with_default};
use super::{Direction, Isolation, OnTimeout, Rebalance, SignalMode, Stamp, Transport};

/// A parameter of a strategy. Serialised as `name`, `type`, `required`, `default`, `range`, `doc`.
pub type ParameterDoc = KeyDoc;

/// A strategy kind.
#[derive(Debug, Clone, Copy, serde::Serialize)]
pub struct StrategyDoc {
    /// As written in `strategy = { kind = ".." }`.
    pub kind: &'static str,
    /// One-line summary for the catalogue.
    pub summary: &'static str,
    /// Full description of its behaviour.
    pub description: &'static str,
    /// All parameters, including the common ones.
    pub parameters: &'static [ParameterDoc],
    /// History it needs before its first decision.
    pub warm_up: &'static str,
    /// A value of the `strategy` key with its most used parameters, in TOML.
    pub example: &'static str,
}

const SYMBOLS: KeyDoc = optional(
    "symbols",
    ValueType::List { of: &ValueType::Name, min: 1, unique: true },
    "all of the scenario",
    "Symbols to trade, each independently unless the kind says otherwise.",
);
const TIMEFRAME: KeyDoc = optional(
    "timeframe",
    ValueType::Interval,
    "the scenario's interval",
    "Bar interval of its periods; a multiple of the scenario's interval.",
);
const SIZE_DOC: &str = "Share of the equity for an entry, fee included.";

const fn size(default: &'static str) -> KeyDoc {
    with_default("size_pct", percent(), default, SIZE_DOC)
}

const SIZE: KeyDoc = size("20");

/// Shares of the equity above 100 % are for instruments on margin.
const LEVERED: ValueType = ValueType::Percent(Range::above(0.0, 100_000.0));
const LEVERED_SIZE: KeyDoc = with_default(
    "size_pct",
    LEVERED,
    "20",
    "Share of the equity for an entry, fee included; more than 100 only on margin, up to 100 x `max_leverage`.",
);
const QUANTITY: KeyDoc = optional(
    "quantity",
    ValueType::Amount { zero: false, most: None },
    "`size_pct` of the equity",
    "Base quantity of an entry, in place of `size_pct`.",
);
const DIRECTION: KeyDoc = with_default(
    "direction",
    ValueType::Choice { noun: "direction", choices: choice_docs::<Direction> },
    "\"long\"",
    "Sides that it trades; short only in instruments on margin, with `allow_short` in the risk profile.",
);

/// The `size_pct` key of strategies that split the size over several entries.
const fn shared_size(default: &'static str, doc: &'static str) -> KeyDoc {
    with_default("size_pct", percent(), default, doc)
}
const FAST_DOC: &str = "Bars of the fast average; fewer than `slow`.";
const SLOW_DOC: &str = "Bars of the slow average.";

const CONDITIONS: ValueType = ValueType::List { of: &ValueType::Condition, min: 1, unique: false };
const NO_CONDITIONS: ValueType = ValueType::List { of: &ValueType::Condition, min: 0, unique: false };
const BARS: ValueType = ValueType::Integer { min: 1, max: 10_000_000 };
const BELOW_PRICE: ValueType = ValueType::Percent(Range::above(0.0, 99.0));

const MILLISECONDS: ValueType = ValueType::Integer { min: 1, max: 86_400_000 };

const FUEL: ValueType = ValueType::Integer { min: 1, max: 1_000_000_000_000 };

/// The `decide` table of a `process` and of a `wasm`.
const DECIDE: TableDoc = TableDoc {
    doc: "When a program decides: at a close at which any of its keys holds. At every bar where it is empty.",
    keys: &[
        optional(
            "every",
            ValueType::Interval,
            "never",
            "At the first close at or after each multiple of this span, in UTC; a multiple of the scenario's interval.",
        ),
        optional(
            "on",
            ValueType::Condition,
            "never",
            "At each close at which this condition holds for any of its symbols.",
        ),
        with_default(
            "on_fill",
            ValueType::Boolean,
            "false",
            "At the close of each bar in which one of its orders filled.",
        ),
    ],
};

/// Every kind, in the order of the documentation.
pub const STRATEGIES: &[StrategyDoc] = &[
    StrategyDoc {
        kind: "cash",
        summary: "never trades",
        description: "Keeps its starting balance: the baseline with a return of zero.",
        parameters: &[],
        warm_up: "none",
        example: r#"{ kind = "cash" }"#,
    },
    StrategyDoc {
        kind: "buy_and_hold",
        summary: "buys once and never sells",
        description: "Buys each symbol at its first bar of the window and holds it to the end. `size_pct` is split \
                      evenly over the symbols; if a buy is refused, its part stays in cash.",
        parameters: &[
            SYMBOLS,
            TIMEFRAME,
            shared_size("100", "Share of the equity for all symbols together, fee included."),
        ],
        warm_up: "none",
        example: r#"{ kind = "buy_and_hold" }"#,
    },
    StrategyDoc {
        kind: "sma_cross",
        summary: "trades the crosses of two simple moving averages",
        description: "Buys when SMA(`fast`) crosses above SMA(`slow`), sells when it crosses below.",
        parameters: &[
            period("fast", "20", FAST_DOC),
            period("slow", "100", SLOW_DOC),
            SYMBOLS,
            TIMEFRAME,
            LEVERED_SIZE,
            QUANTITY,
            DIRECTION,
        ],
        warm_up: "`slow` + 1 bars",
        example: r#"{ kind = "sma_cross", fast = 20, slow = 100, size_pct = 20 }"#,
    },
    StrategyDoc {
        kind: "ema_cross",
        summary: "trades the crosses of two exponential moving averages",
        description: "Buys when EMA(`fast`) crosses above EMA(`slow`), sells when it crosses below. Both start with \
                      the warm-up of the slower.",
        parameters: &[
            period("fast", "12", FAST_DOC),
            period("slow", "26", SLOW_DOC),
            SYMBOLS,
            TIMEFRAME,
            LEVERED_SIZE,
            QUANTITY,
            DIRECTION,
        ],
        warm_up: "4 x `slow` + 1 bars",
        example: r#"{ kind = "ema_cross", fast = 12, slow = 26, timeframe = "4h" }"#,
    },
    StrategyDoc {
        kind: "macd",
        summary: "trades the crosses of the MACD line and its signal",
        description: "Buys when EMA(`fast`) - EMA(`slow`) crosses above its own EMA(`signal`), sells when it \
                      crosses below. Line and signal start at the same bar.",
        parameters: &[
            period("fast", "12", FAST_DOC),
            period("slow", "26", SLOW_DOC),
            period("signal", "9", "Bars of the signal's average."),
            SYMBOLS,
            TIMEFRAME,
            LEVERED_SIZE,
            QUANTITY,
            DIRECTION,
        ],
        warm_up: "4 x (`slow` + `signal`) + 1 bars",
        example: r#"{ kind = "macd", fast = 12, slow = 26, signal = 9 }"#,
    },
    StrategyDoc {
        kind: "rsi_reversion",
        summary: "buys at low RSI and sells at high RSI",
        description: "Buys while Wilder's RSI is below `entry_below` and nothing is held, sells while it is above \
                      `exit_above`. After an order, the condition must become false before the next order.",
        parameters: &[
            period("period", "14", "Bars of the RSI."),
            with_default(
                "entry_below",
                ValueType::Number(Range::from_to(0.0, 100.0)),
                "30",
                "Buy below this.",
            ),
            with_default(
                "exit_above",
                ValueType::Number(Range::from_to(0.0, 100.0)),
                "70",
                "Sell above this.",
            ),
            SYMBOLS,
            TIMEFRAME,
            LEVERED_SIZE,
            QUANTITY,
            DIRECTION,
        ],
        warm_up: "4 x `period` bars",
        example: r#"{ kind = "rsi_reversion", period = 14, entry_below = 30, exit_above = 70 }"#,
    },
    StrategyDoc {
        kind: "bollinger_reversion",
        summary: "buys below the lower Bollinger band and sells at the middle",
        description: "Buys while the close is below SMA(`period`) - `width` standard deviations and nothing is \
                      held, sells while it is above SMA(`period`). After an order, the condition must become false \
                      before the next order.",
        parameters: &[
            period("period", "20", "Bars of the average and the standard deviation."),
            with_default(
                "width",
                number(100.0),
                "2",
                "Width in standard deviations, with at most three decimal places.",
            ),
            SYMBOLS,
            TIMEFRAME,
            LEVERED_SIZE,
            QUANTITY,
            DIRECTION,
        ],
        warm_up: "`period` bars",
        example: r#"{ kind = "bollinger_reversion", period = 20, width = 2 }"#,
    },
    StrategyDoc {
        kind: "donchian_breakout",
        summary: "buys at new highs and sells at new lows",
        description: "Buys while the close is above the highest high of the `entry` bars before and nothing is \
                      held, sells while it is below the lowest low of the `exit` bars before. After an order, the \
                      condition must become false before the next order.",
        parameters: &[
            period("entry", "20", "Bars of the upper channel."),
            period("exit", "10", "Bars of the lower channel."),
            SYMBOLS,
            TIMEFRAME,
            LEVERED_SIZE,
            QUANTITY,
            DIRECTION,
        ],
        warm_up: "the longer of `entry` and `exit`, + 1 bars",
        example: r#"{ kind = "donchian_breakout", entry = 20, exit = 10 }"#,
    },
    StrategyDoc {
        kind: "momentum",
        summary: "holds the strongest symbols by rate of change",
        description: "Every `rebalance` bars selects the `top` symbols with the highest positive rate of change over \
                      `lookback` bars; ties go to the scenario's order. Sells the others, then buys each new symbol \
                      for an equal part of `size_pct`, or what is available if that is less. Existing positions are \
                      not resized. A symbol without a bar at the decision is not ranked; if held, it keeps its slot. \
                      A refused buy is not repeated before the next decision.",
        parameters: &[
            period("lookback", "24", "Bars of the rate of change."),
            with_default(
                "top",
                ValueType::Integer { min: 1, max: 65_535 },
                "1",
                "Number of symbols to hold.",
            ),
            period("rebalance", "24", "Bars between decisions."),
            SYMBOLS,
            TIMEFRAME,
            with_default(
                "size_pct",
                LEVERED,
                "20",
                "Share of the equity of all `top` symbols together: each entry spends 1/`top` of it.",
            ),
            DIRECTION,
        ],
        warm_up: "`lookback` + 1 bars",
        example: r#"{ kind = "momentum", lookback = 24, top = 2, rebalance = 24 }"#,
    },
    StrategyDoc {
        kind: "grid",
        summary: "places limit buys below its starting price and sells each one level higher",
        description: "Places `levels` limit buys below its starting price, `spacing_pct` of that price apart, rounded \
                      half up to the price tick. Each fill is sold one spacing higher, rounded up to the tick. After \
                      its buy or its sale has ended, a level places its buy again at the first close above it; a \
                      refused buy is tried again when an order of its symbol has ended and at the first bar of \
                      the next trading day. Each buy gets an equal part of `size_pct`, or what is available if that is \
                      less. A spacing too narrow for distinct level prices is refused. There are no levels at or \
                      below 0.",
        parameters: &[
            with_default("levels", ValueType::Integer { min: 1, max: 1_000 }, "5", "Number of levels."),
            with_default(
                "spacing_pct",
                BELOW_PRICE,
                "1",
                "Distance between levels, in percent of the starting price.",
            ),
            SYMBOLS,
            TIMEFRAME,
            shared_size(
                "20",
                "Share of the equity of all levels of a symbol together: each buy spends 1/`levels` of it.",
            ),
        ],
        warm_up: "none",
        example: r#"{ kind = "grid", levels = 5, spacing_pct = 1 }"#,
    },
    StrategyDoc {
        kind: "dca",
        summary: "buys at fixed times, whatever the price",
        description: "Buys each symbol for `size_pct`, or what is available if that is less, with the first \
                      bar of the timeframe that closes in the window and each `every`-th after it, counted in the \
                      symbol's own bars. Places no order below the minimum notional, does not repeat a refused \
                      order, never sells.",
        parameters: &[period("every", "24", "Bars between buys."), SYMBOLS, TIMEFRAME, size("2")],
        warm_up: "none",
        example: r#"{ kind = "dca", every = 24, size_pct = 2 }"#,
    },
    StrategyDoc {
        kind: "random",
        summary: "enters and exits at random",
        description: "At each bar it enters or exits with a probability of `turnover` divided by the bars of a day. \
                      Shows the effect of luck and fees alone; seeded, so the same on every run.",
        parameters: &[
            with_default("turnover", number(1_440.0), "2", "Expected entries and exits per day."),
            optional(
                "seed",
                ValueType::Integer { min: 0, max: u64::MAX },
                "from the scenario's seed and the agent's name",
                "Seed of its random decisions.",
            ),
            SYMBOLS,
            TIMEFRAME,
            SIZE,
        ],
        warm_up: "none",
        example: r#"{ kind = "random", turnover = 2, seed = 7 }"#,
    },
    StrategyDoc {
        kind: "rules",
        summary: "trades by conditions on indicators, written in the scenario",
        description: "Enters at the close of any bar at which all of `enter_all` are true and there is neither a \
                      position nor an open entry. Exits when any of `exit_any` is true, a protective level is \
                      reached, or `max_hold_bars` have passed. A condition on a coarser timeframe holds from the \
                      close of its bar to the next close; a cross is true only at the close of a bar of the finest \
                      timeframe that it reads. A refused entry does not count towards `max_positions`. A condition is \
                      a text such as \"rsi(14) < 30\", or \
                      { when = \"..\", timeframe = \"4h\" }; one of `exit_any` with a `share_pct` sells a part, once \
                      for a position (docs/rules.md).",
        parameters: &[
            KeyDoc {
                name: "enter_all",
                value: CONDITIONS,
                fallback: Fallback::RequiredWithout("enter_short_all"),
                doc: "All must be true for an entry.",
            },
            with_default("exit_any", NO_CONDITIONS, "[]", "Any one triggers an exit."),
            optional(
                "enter_short_all",
                CONDITIONS,
                "no short positions",
                "All must be true for a short entry; in instruments on margin, with `allow_short` in the risk profile.",
            ),
            with_default(
                "exit_short_any",
                NO_CONDITIONS,
                "[]",
                "Any one triggers an exit from a short position.",
            ),
            optional("stop_loss_pct", BELOW_PRICE, "none", "Stop distance below the entry price."),
            optional(
                "take_profit_pct",
                ValueType::Percent(Range::above(0.0, 10_000.0)),
                "none",
                "Target distance above the entry price.",
            ),
            optional(
                "trailing_stop_pct",
                BELOW_PRICE,
                "none",
                "Stop distance below the highest price since entry.",
            ),
            optional(
                "stop_loss",
                ValueType::Table(&RANGES),
                "none",
                "The same in average true ranges: { atr = 14, times = 2.5 }.",
            ),
            optional(
                "take_profit",
                ValueType::Table(&RANGES),
                "none",
                "Target distance in average true ranges.",
            ),
            optional(
                "trailing_stop",
                ValueType::Table(&RANGES),
                "none",
                "Trailing distance in average true ranges.",
            ),
            optional("max_hold_bars", BARS, "none", "Exits after this many bars of the scenario's interval."),
            optional(
                "max_positions",
                ValueType::Integer { min: 1, max: 65_535 },
                "none",
                "Maximum number of symbols held at once.",
            ),
            ENTRY,
            with_default(
                "max_entries",
                ValueType::Integer { min: 1, max: 1_000 },
                "1",
                "Maximum number of entries into one position. Each follows the conditions of `enter_all`, while no buy waits.",
            ),
            optional(
                "add_size_pct",
                percent(),
                "`size_pct`",
                "Share of the equity for each entry after a position's first, fee included.",
            ),
            optional(
                "zone",
                ValueType::Zone,
                "that of `[market] day`: UTC",
                "Time zone of `time_of_day`, `hour`, `minute` and `weekday`, and of the days that are sessions of `vwap`.",
            ),
            SYMBOLS,
            TIMEFRAME,
            LEVERED_SIZE,
        ],
        warm_up: "the longest of its indicators per timeframe; all averages start with it",
        example: r#"{ kind = "rules", enter_all = ["rsi(14) < 30"], exit_any = ["rsi(14) > 55"] }"#,
    },
    StrategyDoc {
        kind: "process",
        summary: "asks a program, in any language",
        description: "Starts a program for each window and asks it for each decision, in JSON lines over its standard \
                      input and output (`tiltyard schema --agent`, docs/own_agents.md). A program that breaks the \
                      protocol, ends, or is silent for longer than `decision_ms` + `margin_ms` forfeits the window.",
        parameters: &[
            KeyDoc {
                fallback: Fallback::RequiredWithout("transport"),
                ..required(
                    "command",
                    ValueType::List { of: &ValueType::Text, min: 1, unique: false },
                    "The program and its arguments. Those that name a file start at the scenario's folder.",
                )
            },
            optional(
                "transport",
                ValueType::Choice { noun: "transport", choices: choice_docs::<Transport> },
                "\"pipes\"",
                "How messages come to it and back.",
            ),
            optional(
                "decide",
                ValueType::Table(&DECIDE),
                "as the program says, else every bar",
                "When it decides.",
            ),
            with_default("decision_ms", MILLISECONDS, "2000", "Milliseconds for a decision."),
            with_default("margin_ms", MILLISECONDS, "500", "Milliseconds granted beyond `decision_ms`."),
            with_default(
                "handshake_ms",
                MILLISECONDS,
                "10000",
                "Milliseconds from its start to its `ready`.",
            ),
            optional(
                "window_ms",
                MILLISECONDS,
                "none",
                "Milliseconds of all decisions of a window together.",
            ),
            with_default(
                "on_timeout",
                ValueType::Choice { noun: "consequence", choices: choice_docs::<OnTimeout> },
                "\"forfeit\"",
                "What silence means.",
            ),
            with_default(
                "env",
                ValueType::List { of: &ValueType::Text, min: 0, unique: true },
                "[]",
                "Environment variables that it sees besides `PATH`.",
            ),
            with_default("network", ValueType::Boolean, "false", "Whether it may open sockets."),
            with_default("processes", ValueType::Boolean, "false", "Whether it may start processes."),
            with_default(
                "memory_mb",
                ValueType::Integer { min: 16, max: 1_000_000 },
                "2048",
                "Megabytes of memory that it may use.",
            ),
            with_default(
                "cpu_s",
                ValueType::Integer { min: 1, max: 1_000_000 },
                "600",
                "Seconds of processor time that it may use in a window.",
            ),
            with_default(
                "isolation",
                ValueType::Choice { noun: "isolation", choices: choice_docs::<Isolation> },
                "\"sandbox\"",
                "How it is kept apart from the rest of the machine.",
            ),
            with_default(
                "optional",
                ValueType::Boolean,
                "false",
                "Leaves the agent out, with a notice, where its program cannot be started.",
            ),
            MODEL,
            CURRENCY,
            BUDGET,
            MASK,
            SYMBOLS,
        ],
        warm_up: "what it declares, and the warm-up of `decide.on`",
        example: r#"{ kind = "process", command = ["python3", "agent.py"], decide = { every = "1d" } }"#,
    },
    StrategyDoc {
        kind: "wasm",
        summary: "asks a WebAssembly module, inside this program",
        description: "Calls a module for each decision, with a binary message in its memory (docs/own_agents.md, \
                      `examples/agents/wasm/`). It exports `memory`, `buf` and `on_bar`, and may import `tiltyard.log` \
                      and `tiltyard.random` only. A module that traps, gives a malformed answer, or uses more fuel or \
                      memory than it may forfeits the window. A run's identity has the file's content.",
        parameters: &[
            required("path", ValueType::Path, "The module; a relative path starts at the scenario's folder."),
            optional("decide", ValueType::Table(&DECIDE), "every bar", "When it decides."),
            with_default(
                "bars",
                ValueType::Integer { min: 1, max: 10_000 },
                "1",
                "Closed bars of each symbol in a message, the newest last.",
            ),
            KeyDoc {
                doc: "Interval of these bars; a multiple of the scenario's.",
                ..optional(
                    "timeframe",
                    ValueType::Interval,
                    "`decide.every`, else the scenario's interval",
                    "",
                )
            },
            with_default(
                "indicators",
                ValueType::List { of: &ValueType::Text, min: 0, unique: true },
                "[]",
                "Indicators in the language of rules, such as \"rsi(14)@4h\", for each symbol.",
            ),
            with_default(
                "decision_fuel",
                FUEL,
                "10000000",
                "Fuel for a decision, about one unit an instruction.",
            ),
            optional("window_fuel", FUEL, "none", "Fuel of all decisions of a window together."),
            with_default(
                "memory_mb",
                ValueType::Integer { min: 1, max: 4_096 },
                "16",
                "Megabytes of memory that it may have.",
            ),
            SYMBOLS,
        ],
        warm_up: "its bars and indicators, and the warm-up of `decide.on`",
        example: r#"{ kind = "wasm", path = "agent.wasm", bars = 20 }"#,
    },
    StrategyDoc {
        kind: "recorded",
        summary: "decides as a program did in a stored run",
        description: "Takes the answers of a `process` from the recording of a stored run: no program is started. What \
                      the agent would be told must be what the program was told; the first decision that differs stops \
                      the run.",
        parameters: &[
            required(
                "run",
                ValueType::Text,
                "The run: its id or the beginning of it, its folder, or a scenario's name for its latest run.",
            ),
            optional("agent", ValueType::Text, "the agent's own", "The name of the agent in that run."),
            SYMBOLS,
        ],
        warm_up: "as the program",
        example: r#"{ kind = "recorded", run = "my-run" }"#,
    },
    StrategyDoc {
        kind: "signals",
        summary: "trades what a file of weights, sides or orders says",
        description: "Reads a Parquet, Arrow or CSV file of signals: long (`ts, symbol, value`) or wide (`ts` and a \
                      column for each symbol). A row acts at the first decision at which it is known, never before; \
                      the last rows before a window are in force at its start. `weight`: brings a symbol to its share \
                      of the equity at the deciding close, sells before buys; where the money is short, all buys \
                      are cut in the same proportion. `side`: buys for `size_pct` when the value becomes 1, sells when \
                      it becomes 0. `orders` (`ts, symbol, side, type, price, trigger, quantity` or `amount, tif`): \
                      places each order once; orders from before a window are not placed. A run's identity has the \
                      file's content.",
        parameters: &[
            required("path", ValueType::Path, "The file; a relative path starts at the scenario's folder."),
            with_default(
                "mode",
                ValueType::Choice { noun: "mode", choices: choice_docs::<SignalMode> },
                "\"weight\"",
                "What a row says.",
            ),
            with_default(
                "stamped",
                ValueType::Choice { noun: "stamp", choices: choice_docs::<Stamp> },
                "\"bar_open\"",
                "What the time of a row is.",
            ),
            optional(
                "rebalance",
                ValueType::Choice { noun: "rebalancing", choices: choice_docs::<Rebalance> },
                "\"on_change\"",
                "What is traded at a decision; for `mode = \"weight\"`.",
            ),
            optional(
                "drift_pct",
                ValueType::Percent(Range::from_to(0.0, 100.0)),
                "0",
                "Trades only where a weight is off by more points than this; for `mode = \"weight\"`.",
            ),
            SYMBOLS,
            KeyDoc {
                doc: "Interval of the bars that rows are stamped by; a multiple of the scenario's.",
                ..TIMEFRAME
            },
            optional(
                "size_pct",
                percent(),
                "20",
                "Share of the equity for an entry, fee included; for `mode = \"side\"`.",
            ),
        ],
        warm_up: "none",
        example: r#"{ kind = "signals", path = "weights.csv", mode = "weight" }"#,
    },
];

/// The kinds as variants of the `strategy` table.
pub(super) fn strategy_variants() -> Vec<VariantDoc> {
    STRATEGIES
        .iter()
        .map(|strategy| VariantDoc {
            name: strategy.kind,
            doc: strategy.description,
            keys: strategy.parameters,
        })
        .collect()
}
