//! Every table of the file and its keys.

use super::choices::choice_docs;
use super::instruments::{INSTRUMENT_TERMS, LEVERAGE};
use super::metric::METRIC;
use super::sweep::SWEEP;
use super::{Fallback, KeyDoc, Range, TableDoc, ValueType, VariantDoc};
use super::{number, optional, percent, required, with_default};
use super::{validation, windows};
use crate::scenario::catalogue;
use crate::scenario::{
    Acceptable, ActionRule, Aggregate, Calendar, Delisted, EquityRows, FillAt, FormatKind, GapRule, Intrabar,
    MarginMode, MetricsProfile, MoneyColumns, OnBreach, RatingSystem, ReportFormat, TieBreak, WalletChoice,
    WarmUp,
};

/// Name of the built-in risk profile of agents that name none.
pub(in crate::scenario) const DEFAULT_PROFILE: &str = "default";
/// Name of the built-in risk profile without limits.
pub(in crate::scenario) const UNLIMITED_PROFILE: &str = "unlimited";

const TEXTS: ValueType = ValueType::List { of: &ValueType::Text, min: 0, unique: true };
const COUNT: ValueType = ValueType::Integer { min: 1, max: 1_000_000 };
const PERCENT: ValueType = percent();
const PERCENT_LIMIT: ValueType = ValueType::Limit(&PERCENT);
const COUNT_LIMIT: ValueType = ValueType::Limit(&COUNT);
const ACCEPTABLE: ValueType = ValueType::Choice { noun: "finding", choices: choice_docs::<Acceptable> };
/// Maximum `unit` of a symbol.
const LARGEST_UNIT: u64 = 1_000_000_000;
/// A starting balance. Its maximum, together with those of prices and quantities, keeps every product in
/// range.
const BALANCE: ValueType = ValueType::Amount { zero: false, most: Some(1_000_000_000_000_000) };
const FEE: ValueType = ValueType::BasisPoints(Range::from_to(0.0, 10_000.0));

/// The whole file.
pub const ROOT: TableDoc = TableDoc {
    doc: "A tiltyard scenario: market data, agents, trading rules and ranking.",
    keys: &[
        required("scenario", ValueType::Table(&SCENARIO), "Name, description and seed of the scenario."),
        required("market", ValueType::Table(&MARKET), "Market data to replay."),
        optional(
            "venue",
            ValueType::Table(&VENUE),
            "its defaults",
            "How orders fill, with fees and slippage.",
        ),
        optional(
            "instruments",
            ValueType::Named(&INSTRUMENT_TERMS),
            "spot assets",
            "What the symbols are: spot assets, shares on margin, perpetual futures.",
        ),
        optional("risk", ValueType::Named(&RISK), "none", "Named risk profiles for agents."),
        required("agents", ValueType::Tables(&AGENT), "The agents; at least one."),
        optional("context", ValueType::Tables(&CONTEXT), "none", "Files of texts that programs are told."),
        optional("battle", ValueType::Table(&BATTLE), "its defaults", "Windows and ranking."),
        optional(
            "tournament",
            ValueType::Table(&TOURNAMENT),
            "no standings",
            "Tournament format, and settings of the statistical tests.",
        ),
        optional("sweep", ValueType::Table(&SWEEP), "none", "Parameter search for one agent."),
        KeyDoc {
            name: "validation",
            value: ValueType::Tagged { tag: "kind", noun: "validation", variants: validation::variants },
            fallback: Fallback::Described("none"),
            doc: "Out-of-sample validation of the sweep.",
        },
        optional("metrics", ValueType::Table(&METRICS), "its defaults", "Conventions of the metrics."),
        optional("report", ValueType::Table(&REPORT), "its defaults", "Report formats and benchmark."),
    ],
};

const SCENARIO: TableDoc = TableDoc {
    doc: "Name, description and seed of the scenario.",
    keys: &[
        required("name", ValueType::Name, "Name of the scenario and of its folder under `reports/`."),
        with_default(
            "seed",
            ValueType::Integer { min: 0, max: u64::MAX },
            "1",
            "Random seed; the same seed gives the same results.",
        ),
        with_default("description", ValueType::Text, "\"\"", "Description."),
        optional(
            "rematch_of",
            ValueType::Text,
            "none",
            "The run that this is a rematch of; `tiltyard battle rematch` writes it.",
        ),
    ],
};

const MARKET: TableDoc = TableDoc {
    doc: "Market data to replay.",
    keys: &[
        required("path", ValueType::Path, "A file, a folder or a glob of Parquet bars."),
        required(
            "symbols",
            ValueType::Symbols,
            "The symbols, as the data names them; `\"all\"` for those of the folder, or with patterns such as \
             `\"*USDT\"`.",
        ),
        optional(
            "interval",
            ValueType::Interval,
            "that of the preset if `battle.windows` is one; otherwise required",
            "Bar interval of the replay; resampled from finer bars if necessary.",
        ),
        optional(
            "start",
            ValueType::Time,
            "the data's first bar",
            "Start (inclusive): open time of the first bar to replay.",
        ),
        optional(
            "end",
            ValueType::Time,
            "the data's last bar",
            "End (exclusive): bars that open at or after this time are not replayed.",
        ),
        with_default("quote", ValueType::Name, "\"USD\"", "The currency of wallets and prices."),
        with_default(
            "warm_up",
            ValueType::Choice { noun: "warm-up", choices: choice_docs::<WarmUp> },
            "\"before\"",
            "Source of the history for indicators at the start of a window.",
        ),
        with_default(
            "delisted",
            ValueType::Choice { noun: "treatment", choices: choice_docs::<Delisted> },
            "\"carry\"",
            "Value of a position after its symbol's bars have ended for good.",
        ),
        with_default(
            "gaps",
            ValueType::Choice { noun: "gap rule", choices: choice_docs::<GapRule> },
            "\"keep\"",
            "Treatment of gaps in a symbol's bars; a venue's closed hours are not gaps.",
        ),
        optional(
            "calendar",
            ValueType::Choice { noun: "calendar", choices: choice_docs::<Calendar> },
            "detected from the bars",
            "Trading hours: decide which missing bars are gaps, and the periods per year.",
        ),
        with_default(
            "actions",
            ValueType::Choice { noun: "treatment of corporate actions", choices: choice_docs::<ActionRule> },
            "\"apply\"",
            "Splits and cash dividends.",
        ),
        with_default(
            "day",
            ValueType::DayStart,
            "\"00:00 UTC\"",
            "Where trading days begin: for daily returns, daily loss limits, `day` orders, and as the zone of rules that name none. \
             A time of day with a zone, or a market: `utc`, `forex`, `cme`, `nyse`, `nasdaq`, `lse`, `xetra`, `jpx`, `hkex`, `asx`.",
        ),
        with_default(
            "accept",
            ValueType::List { of: &ACCEPTABLE, min: 0, unique: true },
            "[]",
            "Data findings of level error to accept; the results are marked.",
        ),
        optional("instruments", ValueType::Named(&INSTRUMENT), "their defaults", "Trading rules by symbol."),
    ],
};

const INSTRUMENT: TableDoc = TableDoc {
    doc: "A symbol's trading rules.",
    keys: &[
        optional("base", ValueType::Name, "the symbol's own name", "Base asset."),
        with_default(
            "unit",
            ValueType::Integer { min: 1, max: LARGEST_UNIT },
            "1",
            "Quantity of the asset that a price refers to, a power of ten: prices are multiplied by it, volumes divided.",
        ),
        with_default(
            "price_tick",
            ValueType::Amount { zero: false, most: None },
            "\"0.00000001\"",
            "Order prices are multiples of this.",
        ),
        with_default(
            "quantity_step",
            ValueType::Amount { zero: false, most: None },
            "\"0.00000001\"",
            "Quantities are multiples of this.",
        ),
        with_default(
            "min_notional",
            ValueType::Amount { zero: true, most: None },
            "\"1\"",
            "Smallest notional of an order, in the quote currency.",
        ),
    ],
};

/// `[venue]`: how orders fill.
pub(in crate::scenario) const VENUE: TableDoc = TableDoc {
    doc: "How orders fill, with fees and slippage.",
    keys: &[
        with_default("taker_fee_bps", FEE, "10", "Fee of market orders and triggered stops."),
        with_default("maker_fee_bps", FEE, "10", "Fee of resting orders."),
        KeyDoc {
            name: "slippage",
            value: ValueType::Tagged { tag: "model", noun: "slippage model", variants: slippage_models },
            fallback: Fallback::Variant("none"),
            doc: "Price slippage of market orders and triggered stops; always adverse.",
        },
        with_default(
            "fill_at",
            ValueType::Choice { noun: "fill time", choices: choice_docs::<FillAt> },
            "\"next_open\"",
            "When market orders fill.",
        ),
        with_default(
            "intrabar",
            ValueType::Choice { noun: "intrabar rule", choices: choice_docs::<Intrabar> },
            "\"adverse\"",
            "Which order fills if a bar reaches both a stop and a target.",
        ),
        with_default(
            "limit_needs_through",
            ValueType::Boolean,
            "false",
            "Limit orders fill only if the price goes through the limit.",
        ),
        with_default(
            "participation_cap_pct",
            PERCENT_LIMIT,
            "false",
            "Maximum share of a bar's volume that the agent may fill.",
        ),
        with_default(
            "close_at_end",
            ValueType::Boolean,
            "false",
            "Sell open positions at the end of the window, with taker fee and slippage.",
        ),
    ],
};

const FACTOR: ValueType = number(1_000.0);
const CAP: KeyDoc = with_default("cap_bps", FEE, "1000", "Most.");

/// The slippage models.
pub(in crate::scenario) const SLIPPAGE_MODELS: &[VariantDoc] = &[
    VariantDoc { name: "none", doc: "No slippage.", keys: &[] },
    VariantDoc {
        name: "fixed_bps",
        doc: "A constant.",
        keys: &[required("bps", FEE, "Slippage in basis points.")],
    },
    VariantDoc {
        name: "volume_share",
        doc: "factor * order notional / average daily notional of the last 24 h.",
        keys: &[
            with_default("factor", FACTOR, "0.1", "The factor."),
            with_default("floor_bps", FEE, "1", "Least."),
            CAP,
        ],
    },
    VariantDoc {
        name: "square_root",
        doc: "factor * daily volatility * sqrt(order quantity / volume of the last 24 h); the volatility is the root \
              of the sum of squared returns from close to close over 20 days, by the days that they cover.",
        keys: &[with_default("factor", FACTOR, "1", "The factor."), CAP],
    },
];

fn slippage_models() -> Vec<VariantDoc> {
    SLIPPAGE_MODELS.to_vec()
}

/// `[risk.NAME]`: a risk profile.
pub(in crate::scenario) const RISK: TableDoc = TableDoc {
    doc: "A risk profile. Missing keys have the values of the profile `default`; `false` turns a limit off.",
    keys: &[
        with_default(
            "max_order_size_pct",
            PERCENT_LIMIT,
            "50",
            "Maximum order size, in percent of the equity.",
        ),
        with_default(
            "max_position_size_pct",
            PERCENT_LIMIT,
            "25",
            "Maximum position size, in percent of the equity.",
        ),
        with_default("max_open_orders", COUNT_LIMIT, "50", "Maximum number of resting orders."),
        with_default(
            "daily_loss_limit_pct",
            PERCENT_LIMIT,
            "20",
            "Maximum loss since 00:00 UTC, in percent of the equity at that time.",
        ),
        with_default(
            "max_drawdown_pct",
            PERCENT_LIMIT,
            "false",
            "Maximum drawdown from the peak of the equity, in percent.",
        ),
        with_default(
            "max_consecutive_losses",
            COUNT_LIMIT,
            "false",
            "Maximum number of consecutive losing round trips.",
        ),
        with_default(
            "orders_per_minute",
            COUNT_LIMIT,
            "100",
            "Maximum number of orders per minute of market time.",
        ),
        with_default(
            "on_breach",
            ValueType::Choice { noun: "breach action", choices: choice_docs::<OnBreach> },
            "\"halt_new\"",
            "What happens when a loss limit is reached.",
        ),
        with_default(
            "size_to_limit",
            ValueType::Boolean,
            "false",
            "Reduce an order to the largest size that passes instead of refusing it.",
        ),
        with_default(
            "max_leverage",
            LEVERAGE,
            "1",
            "Maximum gross notional over the equity, in instruments on margin.",
        ),
        with_default(
            "allow_short",
            ValueType::Boolean,
            "false",
            "Whether a sell may open a short position, in instruments on margin.",
        ),
        with_default(
            "margin_mode",
            ValueType::Choice { noun: "margin mode", choices: choice_docs::<MarginMode> },
            "\"cross\"",
            "What stands behind a perpetual position.",
        ),
    ],
};

const AGENT: TableDoc = TableDoc {
    doc: "An agent: a strategy with its own wallet and risk profile.",
    keys: &[
        unless_registered("name", ValueType::Name, "Unique; also the name of its result folder."),
        optional(
            "registered",
            ValueType::Text,
            "none",
            "A registered agent; provides strategy, risk, balance, description and tags unless they are set here.",
        ),
        optional(
            "version",
            ValueType::Integer { min: 1, max: 1_000_000 },
            "the newest",
            "Version of the registered agent.",
        ),
        optional(
            "wallet",
            ValueType::Choice { noun: "wallet", choices: choice_docs::<WalletChoice> },
            "fresh",
            "Wallet of the registered agent.",
        ),
        with_default("description", ValueType::Text, "\"\"", "Description."),
        with_default("tags", TEXTS, "[]", "Tags."),
        with_default(
            "starting_balance",
            BALANCE,
            "\"10000.00\"",
            "Starting balance of each window, in quote currency.",
        ),
        with_default("risk", ValueType::Text, "\"default\"", "`default`, `unlimited`, or one of `[risk.*]`."),
        unless_registered("strategy", STRATEGY, "Strategy of the agent."),
    ],
};

const STRATEGY: ValueType =
    ValueType::Tagged { tag: "kind", noun: "strategy kind", variants: catalogue::strategy_variants };

/// A key that is required unless the agent is a registered one.
const fn unless_registered(name: &'static str, value: ValueType, doc: &'static str) -> KeyDoc {
    KeyDoc { name, value, fallback: Fallback::RequiredWithout("registered"), doc }
}

/// A strategy on its own, as the registry stores it.
pub(in crate::scenario) const ONE_STRATEGY: TableDoc =
    TableDoc { doc: "A strategy.", keys: &[required("strategy", STRATEGY, "Strategy of the agent.")] };

/// Risk profiles on their own.
pub(in crate::scenario) const RISKS: TableDoc =
    TableDoc { doc: "Risk profiles.", keys: &[required("risk", ValueType::Named(&RISK), "Risk profiles.")] };

/// A `[[context]]` table.
const CONTEXT: TableDoc = TableDoc {
    doc: "A file of texts: news, filings, messages. Each is told to the agents that are programs at their first decision at \
          which it is known.",
    keys: &[required(
        "path",
        ValueType::Path,
        "Parquet, Arrow or CSV with the columns `ts`, `symbol`, `title`, `body`, sorted by time; a relative path starts at \
         the scenario's folder.",
    )],
};

/// A file of agents for the registry.
pub(in crate::scenario) const ROSTER: TableDoc = TableDoc {
    doc: "Agents for the registry.",
    keys: &[
        optional("risk", ValueType::Named(&RISK), "none", "Named risk profiles for agents."),
        required("agents", ValueType::Tables(&MEMBER), "The agents; at least one."),
    ],
};

const MEMBER: TableDoc = TableDoc {
    doc: "One agent for the registry.",
    keys: &[
        required("name", ValueType::Name, "Unique among the active agents."),
        with_default("description", ValueType::Text, "\"\"", "Description."),
        with_default("tags", TEXTS, "[]", "Tags."),
        optional("color", ValueType::Text, "none", "Colour in charts, as `#rrggbb`."),
        with_default("starting_balance", BALANCE, "\"10000.00\"", "Starting balance, in quote currency."),
        with_default("risk", ValueType::Text, "\"default\"", "`default`, `unlimited`, or one of `[risk.*]`."),
        required("strategy", STRATEGY, "Strategy of the agent."),
    ],
};

/// A condition of a `rules` strategy with its own timeframe.
pub(in crate::scenario) const CONDITION: TableDoc = TableDoc {
    doc: "A condition with its timeframe.",
    keys: &[
        required("when", ValueType::Text, "The expression."),
        optional("timeframe", ValueType::Interval, "the strategy's", "Timeframe of the condition."),
        optional(
            "share_pct",
            percent(),
            "100",
            "Share of the position that it sells; in `exit_any` only. Each part is sold once for a position.",
        ),
    ],
};

const TIE_BREAK: ValueType = ValueType::Choice { noun: "tie-break", choices: choice_docs::<TieBreak> };

const BATTLE: TableDoc = TableDoc {
    doc: "Windows and ranking.",
    keys: &[
        with_default("ranking_metric", METRIC, "\"roi_pct\"", "Metric that ranks the agents."),
        KeyDoc {
            name: "windows",
            value: ValueType::Tagged { tag: "kind", noun: "kind of windows", variants: windows::variants },
            fallback: Fallback::Variant("whole"),
            doc: "How the range is divided into windows.",
        },
        with_default(
            "tie_break",
            ValueType::List { of: &TIE_BREAK, min: 0, unique: true },
            "[\"name\"]",
            "Tie-breaks between equal scores, in this order; the name is always last.",
        ),
        with_default(
            "aggregate",
            ValueType::Choice { noun: "aggregate", choices: choice_docs::<Aggregate> },
            "\"record\"",
            "How several windows are combined to one score.",
        ),
        with_default(
            "min_trades",
            ValueType::Integer { min: 0, max: 1_000_000 },
            "0",
            "Agents with fewer closed round trips over all windows are not ranked.",
        ),
        with_default(
            "repeats",
            ValueType::Integer { min: 1, max: 100 },
            "1",
            "How often each agent that is a program or a module (`process`, `recorded`, `wasm`) plays every window: as \
             `NAME.1`, `NAME.2` and so on, each with a seed of its own. It is ranked by the mean of its repeats.",
        ),
    ],
};

const FORMAT_KIND: ValueType =
    ValueType::Choice { noun: "tournament format", choices: choice_docs::<FormatKind> };
const RATING: ValueType = ValueType::Choice { noun: "rating system", choices: choice_docs::<RatingSystem> };
const AGENT_NAMES: ValueType = ValueType::List { of: &ValueType::Text, min: 1, unique: true };
const ROUNDS: ValueType = ValueType::Integer { min: 1, max: 1_000 };

const TOURNAMENT: TableDoc = TableDoc {
    doc: "Standings over all windows: tournament format and settings of the statistical tests.",
    keys: &[
        with_default(
            "format",
            FORMAT_KIND,
            "\"round_robin\"",
            "Tournament format; it evaluates the scores without further replays.",
        ),
        with_default(
            "alpha",
            ValueType::Number(Range::above(0.0, 0.5)),
            "0.05",
            "Significance level: the probability of calling a winner among equal agents.",
        ),
        with_default(
            "level",
            ValueType::Number(Range::above(0.0, 0.9999)),
            "0.95",
            "Confidence level of the intervals, as a fraction.",
        ),
        with_default(
            "resamples",
            ValueType::Integer { min: 100, max: 100_000 },
            "1000",
            "Number of bootstrap resamples for intervals and tests.",
        ),
        with_default(
            "ratings",
            ValueType::List { of: &RATING, min: 0, unique: true },
            "[\"bradley_terry\"]",
            "Rating systems, in this order.",
        ),
        optional("baselines", AGENT_NAMES, "none", "Gauntlet: the agents that the others must beat."),
        with_default("seasons", ROUNDS, "3", "League: number of seasons; each has its own windows."),
        with_default("divisions", ROUNDS, "2", "League: number of divisions; each has at least two agents."),
        optional(
            "rounds",
            ROUNDS,
            "log2 of the number of agents",
            "Swiss: number of rounds; each has its own windows.",
        ),
        optional(
            "seeds",
            AGENT_NAMES,
            "from the scores of a first block of windows",
            "Knockout: the best seeds, best first; the others are drawn.",
        ),
    ],
};

const METRICS: TableDoc = TableDoc {
    doc: "Conventions of the metrics.",
    keys: &[
        with_default(
            "risk_free_rate",
            ValueType::Number(Range::above(-1.0, 1.0)),
            "0",
            "Per year, as a fraction: 0.05 is 5 %.",
        ),
        with_default(
            "minimum_acceptable_return",
            ValueType::Number(Range::above(-1.0, 1.0)),
            "0",
            "Sortino's threshold per year, as a fraction: 0.05 is 5 %.",
        ),
        optional(
            "periods_per_year",
            number(1_000_000.0),
            "365, 260 or 252 by `market.calendar`; measured if that is not set",
            "Return periods per year.",
        ),
        with_default(
            "profile",
            ValueType::Choice { noun: "metrics profile", choices: choice_docs::<MetricsProfile> },
            "\"tiltyard\"",
            "Library whose metric definitions are used.",
        ),
    ],
};

const FORMAT: ValueType = ValueType::Choice { noun: "report format", choices: choice_docs::<ReportFormat> };

const REPORT: TableDoc = TableDoc {
    doc: "Additional report formats, and the benchmark.",
    keys: &[
        with_default(
            "formats",
            ValueType::List { of: &FORMAT, min: 0, unique: true },
            "[]",
            "Formats to write in addition to JSON and Parquet.",
        ),
        optional(
            "benchmark",
            ValueType::Text,
            "none",
            "Benchmark of the agents: one of them, or a symbol that is bought and held. A symbol of the market's files that is not among `symbols` is loaded for this alone.",
        ),
        with_default(
            "money",
            ValueType::Choice { noun: "type of money columns", choices: choice_docs::<MoneyColumns> },
            "\"decimal\"",
            "Type of the money columns in Parquet files. CSV files have all digits in any case.",
        ),
        optional(
            "equity",
            ValueType::Choice { noun: "choice of rows", choices: choice_docs::<EquityRows> },
            "`bars`; `daily` if the agents have more than 20 million bars together",
            "Bars that have a row in `equity.parquet`. No metric depends on it.",
        ),
    ],
};
