//! Every table of the file and its keys.

use super::choices::choice_docs;
use super::metric::METRIC;
use super::sweep::SWEEP;
use super::{Fallback, KeyDoc, Range, TableDoc, ValueType, VariantDoc};
use super::{number, optional, percent, required, with_default};
use super::{validation, windows};
use crate::scenario::catalogue;
use crate::scenario::{
    Acceptable, Aggregate, Calendar, Delisted, FillAt, FormatKind, GapRule, Intrabar, MetricsProfile,
    OnBreach, RatingSystem, ReportFormat, TieBreak, WalletChoice, WarmUp,
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
    doc: "A tiltyard scenario: which market, which agents, under which rules, ranked by what.",
    keys: &[
        required("scenario", ValueType::Table(&SCENARIO), "What the scenario is."),
        required("market", ValueType::Table(&MARKET), "Which bars it replays."),
        optional("venue", ValueType::Table(&VENUE), "its defaults", "How orders fill and what a fill costs."),
        optional("risk", ValueType::Named(&RISK), "none", "Risk profiles that agents refer to by name."),
        required("agents", ValueType::Tables(&AGENT), "Who takes part; at least one."),
        optional("battle", ValueType::Table(&BATTLE), "its defaults", "Windows and ranking."),
        optional(
            "tournament",
            ValueType::Table(&TOURNAMENT),
            "no standings",
            "In which format the windows are seen, and how sure a winner has to be.",
        ),
        optional("sweep", ValueType::Table(&SWEEP), "none", "Parameters of an agent to try many values for."),
        KeyDoc {
            name: "validation",
            value: ValueType::Tagged { tag: "kind", noun: "validation", variants: validation::variants },
            fallback: Fallback::Described("none"),
            doc: "How the sweep is tried on windows that it was not chosen by.",
        },
        optional("metrics", ValueType::Table(&METRICS), "its defaults", "Conventions of the statistics."),
        optional("report", ValueType::Table(&REPORT), "its defaults", "What is written."),
    ],
};

const SCENARIO: TableDoc = TableDoc {
    doc: "What the scenario is.",
    keys: &[
        required("name", ValueType::Name, "Its name, and that of its folder under `reports/`."),
        with_default(
            "seed",
            ValueType::Integer { min: 0, max: u64::MAX },
            "1",
            "Where all randomness comes from.",
        ),
        with_default("description", ValueType::Text, "\"\"", "What it is for."),
        optional(
            "rematch_of",
            ValueType::Text,
            "none",
            "The run that this is a rematch of; `tiltyard battle rematch` writes it.",
        ),
    ],
};

const MARKET: TableDoc = TableDoc {
    doc: "Which bars the scenario replays.",
    keys: &[
        required("path", ValueType::Path, "A file, a folder or a glob of Parquet bars."),
        required(
            "symbols",
            ValueType::List { of: &ValueType::Name, min: 1, unique: true },
            "The symbols, as the data names them.",
        ),
        optional(
            "interval",
            ValueType::Interval,
            "the preset's, where `battle.windows` is one; else it must be given",
            "The bars that agents see; made from finer bars where only those are there.",
        ),
        optional("start", ValueType::Time, "the data's first bar", "First bar open to replay."),
        optional("end", ValueType::Time, "the data's last bar", "No bar that opens at or after this."),
        with_default("quote", ValueType::Name, "\"USD\"", "The currency of wallets and prices."),
        with_default(
            "warm_up",
            ValueType::Choice { noun: "warm-up", choices: choice_docs::<WarmUp> },
            "\"before\"",
            "Where indicators get their history from.",
        ),
        with_default(
            "delisted",
            ValueType::Choice { noun: "treatment", choices: choice_docs::<Delisted> },
            "\"carry\"",
            "What a position is worth once its symbol's bars have ended for good.",
        ),
        with_default(
            "gaps",
            ValueType::Choice { noun: "gap rule", choices: choice_docs::<GapRule> },
            "\"keep\"",
            "What is done about holes in a symbol's bars; closed hours of a venue are none.",
        ),
        optional(
            "calendar",
            ValueType::Choice { noun: "calendar", choices: choice_docs::<Calendar> },
            "told from the bars",
            "When the market trades: decides which missing bars are holes, and how many periods a year has.",
        ),
        with_default(
            "accept",
            ValueType::List { of: &ACCEPTABLE, min: 0, unique: true },
            "[]",
            "Findings of level error that do not stop the run; its results are marked.",
        ),
        optional("instruments", ValueType::Named(&INSTRUMENT), "their defaults", "Trading rules by symbol."),
    ],
};

const INSTRUMENT: TableDoc = TableDoc {
    doc: "A symbol's trading rules.",
    keys: &[
        optional("base", ValueType::Name, "the symbol's own name", "The asset that is bought and sold."),
        with_default(
            "unit",
            ValueType::Integer { min: 1, max: LARGEST_UNIT },
            "1",
            "How much of the asset a price is for: prices are the data's times this, volumes divided by it. A power of ten.",
        ),
        with_default(
            "price_tick",
            ValueType::Amount { zero: false, most: None },
            "\"0.00000001\"",
            "Order prices lie on multiples of this.",
        ),
        with_default(
            "quantity_step",
            ValueType::Amount { zero: false, most: None },
            "\"0.00000001\"",
            "Quantities lie on multiples of this.",
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
    doc: "How orders fill and what a fill costs.",
    keys: &[
        with_default("taker_fee_bps", FEE, "10", "Fee on fills that take liquidity."),
        with_default("maker_fee_bps", FEE, "10", "Fee on fills of resting orders."),
        KeyDoc {
            name: "slippage",
            value: ValueType::Tagged { tag: "model", noun: "slippage model", variants: slippage_models },
            fallback: Fallback::Variant("none"),
            doc: "How far a market-like fill lands from the raw price, always against the trader.",
        },
        with_default(
            "fill_at",
            ValueType::Choice { noun: "fill time", choices: choice_docs::<FillAt> },
            "\"next_open\"",
            "When a market order fills.",
        ),
        with_default(
            "intrabar",
            ValueType::Choice { noun: "intrabar rule", choices: choice_docs::<Intrabar> },
            "\"adverse\"",
            "Which side a bar takes that reaches both a stop and a target.",
        ),
        with_default(
            "limit_needs_through",
            ValueType::Boolean,
            "false",
            "A limit order needs a price through its own, not only at it.",
        ),
        with_default(
            "participation_cap_pct",
            PERCENT_LIMIT,
            "false",
            "Largest share of a bar's volume that one fill may take.",
        ),
        with_default(
            "close_at_end",
            ValueType::Boolean,
            "false",
            "Open positions are sold at the window's end, at the taker's cost.",
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
        doc: "Always the same.",
        keys: &[required("bps", FEE, "How much, in basis points.")],
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
    doc: "A risk profile. What it leaves out is as in the profile `default`; `false` turns a limit off.",
    keys: &[
        with_default("max_order_size_pct", PERCENT_LIMIT, "50", "Largest order, of the equity."),
        with_default("max_position_size_pct", PERCENT_LIMIT, "25", "Largest position, of the equity."),
        with_default("max_open_orders", COUNT_LIMIT, "50", "Most resting orders at once."),
        with_default(
            "daily_loss_limit_pct",
            PERCENT_LIMIT,
            "20",
            "Largest loss since 00:00 UTC, of the equity then.",
        ),
        with_default("max_drawdown_pct", PERCENT_LIMIT, "false", "Largest fall from the peak of the equity."),
        with_default("max_consecutive_losses", COUNT_LIMIT, "false", "Most losing round trips in a row."),
        with_default("orders_per_minute", COUNT_LIMIT, "100", "Most orders in a minute of market time."),
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
            "Cut an order to the largest size that passes instead of refusing it.",
        ),
    ],
};

const AGENT: TableDoc = TableDoc {
    doc: "One agent with a wallet of its own.",
    keys: &[
        unless_registered("name", ValueType::Name, "Unique; also the name of its result folder."),
        optional(
            "registered",
            ValueType::Text,
            "none",
            "A registered agent: its strategy, risk, balance, description and tags hold where none are written here.",
        ),
        optional(
            "version",
            ValueType::Integer { min: 1, max: 1_000_000 },
            "the newest",
            "Which version of the registered agent.",
        ),
        optional(
            "wallet",
            ValueType::Choice { noun: "wallet", choices: choice_docs::<WalletChoice> },
            "fresh",
            "What the registered agent starts with.",
        ),
        with_default("description", ValueType::Text, "\"\"", "What it is."),
        with_default("tags", TEXTS, "[]", "Labels for grouping."),
        with_default(
            "starting_balance",
            BALANCE,
            "\"10000.00\"",
            "Quote currency in its wallet at each window's start.",
        ),
        with_default("risk", ValueType::Text, "\"default\"", "`default`, `unlimited`, or one of `[risk.*]`."),
        unless_registered("strategy", STRATEGY, "How it decides."),
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
    TableDoc { doc: "A strategy.", keys: &[required("strategy", STRATEGY, "How it decides.")] };

/// Risk profiles on their own.
pub(in crate::scenario) const RISKS: TableDoc =
    TableDoc { doc: "Risk profiles.", keys: &[required("risk", ValueType::Named(&RISK), "Risk profiles.")] };

/// A file of agents for the registry.
pub(in crate::scenario) const ROSTER: TableDoc = TableDoc {
    doc: "Agents for the registry.",
    keys: &[
        optional("risk", ValueType::Named(&RISK), "none", "Risk profiles that agents refer to by name."),
        required("agents", ValueType::Tables(&MEMBER), "The agents; at least one."),
    ],
};

const MEMBER: TableDoc = TableDoc {
    doc: "One agent for the registry.",
    keys: &[
        required("name", ValueType::Name, "Unique among the active agents."),
        with_default("description", ValueType::Text, "\"\"", "What it is."),
        with_default("tags", TEXTS, "[]", "Labels for grouping."),
        optional("color", ValueType::Text, "none", "How it is drawn, as `#rrggbb`."),
        with_default("starting_balance", BALANCE, "\"10000.00\"", "Quote currency in its wallet."),
        with_default("risk", ValueType::Text, "\"default\"", "`default`, `unlimited`, or one of `[risk.*]`."),
        required("strategy", STRATEGY, "How it decides."),
    ],
};

/// A condition of a `rules` strategy with its own timeframe.
pub(in crate::scenario) const CONDITION: TableDoc = TableDoc {
    doc: "An expression with the bars it reads.",
    keys: &[
        required("when", ValueType::Text, "The expression."),
        optional("timeframe", ValueType::Interval, "the strategy's", "The bars it reads."),
    ],
};

const TIE_BREAK: ValueType = ValueType::Choice { noun: "tie-break", choices: choice_docs::<TieBreak> };

const BATTLE: TableDoc = TableDoc {
    doc: "Over which windows the agents compete and by what they are ranked.",
    keys: &[
        with_default("ranking_metric", METRIC, "\"roi_pct\"", "What ranks the agents."),
        KeyDoc {
            name: "windows",
            value: ValueType::Tagged { tag: "kind", noun: "kind of windows", variants: windows::variants },
            fallback: Fallback::Variant("whole"),
            doc: "Which parts of the range are battles of their own.",
        },
        with_default(
            "tie_break",
            ValueType::List { of: &TIE_BREAK, min: 0, unique: true },
            "[\"name\"]",
            "What decides between equal scores, in this order; the name always comes last.",
        ),
        with_default(
            "aggregate",
            ValueType::Choice { noun: "aggregate", choices: choice_docs::<Aggregate> },
            "\"record\"",
            "How the results of several windows become one score.",
        ),
        with_default(
            "min_trades",
            ValueType::Integer { min: 0, max: 1_000_000 },
            "0",
            "Agents with fewer closed round trips over all windows are not ranked.",
        ),
    ],
};

const FORMAT_KIND: ValueType =
    ValueType::Choice { noun: "tournament format", choices: choice_docs::<FormatKind> };
const RATING: ValueType = ValueType::Choice { noun: "rating system", choices: choice_docs::<RatingSystem> };
const AGENT_NAMES: ValueType = ValueType::List { of: &ValueType::Text, min: 1, unique: true };
const ROUNDS: ValueType = ValueType::Integer { min: 1, max: 1_000 };

const TOURNAMENT: TableDoc = TableDoc {
    doc: "Standings over all windows: in which format they are seen, and how sure a winner has to be.",
    keys: &[
        with_default(
            "format",
            FORMAT_KIND,
            "\"round_robin\"",
            "A view of the scores; nothing is replayed for it.",
        ),
        with_default(
            "alpha",
            ValueType::Number(Range::above(0.0, 0.5)),
            "0.05",
            "Share of tournaments among equals in which a winner may be called.",
        ),
        with_default(
            "level",
            ValueType::Number(Range::above(0.0, 0.9999)),
            "0.95",
            "Coverage of the intervals, as a fraction.",
        ),
        with_default(
            "resamples",
            ValueType::Integer { min: 100, max: 100_000 },
            "1000",
            "How often windows are resampled for intervals and tests.",
        ),
        with_default(
            "ratings",
            ValueType::List { of: &RATING, min: 0, unique: true },
            "[\"bradley_terry\"]",
            "By which systems agents are rated, in this order.",
        ),
        optional("baselines", AGENT_NAMES, "none", "Of a gauntlet: the agents that the others must beat."),
        with_default("seasons", ROUNDS, "3", "Of a league: each has windows of its own."),
        with_default("divisions", ROUNDS, "2", "Of a league: each has at least two agents."),
        optional(
            "rounds",
            ROUNDS,
            "as many as one agent needs to beat all",
            "Of a Swiss tournament: each has windows of its own.",
        ),
        optional(
            "seeds",
            AGENT_NAMES,
            "played for on windows of their own",
            "Of a knockout: the best seeds, best first; the others follow by lot.",
        ),
    ],
};

const METRICS: TableDoc = TableDoc {
    doc: "Conventions of the statistics.",
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
            "365, 260 or 252 by `market.calendar`; measured where that is not given",
            "Return periods in a year.",
        ),
        with_default(
            "profile",
            ValueType::Choice { noun: "metrics profile", choices: choice_docs::<MetricsProfile> },
            "\"tiltyard\"",
            "Whose definitions the metrics follow, where libraries differ.",
        ),
    ],
};

const FORMAT: ValueType = ValueType::Choice { noun: "report format", choices: choice_docs::<ReportFormat> };

const REPORT: TableDoc = TableDoc {
    doc: "What is written, besides the JSON and Parquet that every run writes.",
    keys: &[
        with_default(
            "formats",
            ValueType::List { of: &FORMAT, min: 0, unique: true },
            "[]",
            "Further forms of the results.",
        ),
        optional(
            "benchmark",
            ValueType::Text,
            "none",
            "What the agents are measured against: one of them, or a symbol that is bought and held.",
        ),
    ],
};
