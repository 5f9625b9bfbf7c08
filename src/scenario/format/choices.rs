//! The names that scenario files use for the variants of enums.

use crate::scenario::{
    Acceptable, ActionRule, Aggregate, Calendar, Delisted, EquityRows, FillAt, FormatKind, GapRule, Intrabar,
    Isolation, MetricsProfile, MoneyColumns, OnBreach, OnTimeout, RankingMetric, RatingSystem, Rebalance,
    ReportFormat, SignalMode, Stamp, TieBreak, Transport, WalletChoice, WarmUp,
};

/// A variant's name and its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChoiceDoc {
    /// As written in the file.
    pub name: &'static str,
    /// What it means.
    pub doc: &'static str,
}

/// An enum that is written as a word in scenario files.
pub trait Choice: Copy + 'static {
    /// Every variant with its name and meaning, in the order of the documentation.
    const ALL: &'static [(Self, &'static str, &'static str)];
}

/// Names and meanings of an enum's variants.
pub fn choice_docs<T: Choice>() -> Vec<ChoiceDoc> {
    T::ALL.iter().map(|&(_, name, doc)| ChoiceDoc { name, doc }).collect()
}

impl Choice for WarmUp {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Before, "before", "indicators read bars before the window, if the data has them"),
        (Self::Inside, "inside", "indicators start at the window's first bar"),
    ];
}

impl Choice for WalletChoice {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Fresh, Self::Fresh.as_str(), "the starting balance"),
        (
            Self::Existing,
            Self::Existing.as_str(),
            "the balances and positions after its last run with an existing wallet",
        ),
    ];
}

impl Choice for OnTimeout {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Forfeit, "forfeit", "the agent forfeits the window"),
        (Self::Hold, "hold", "the agent orders nothing; its late answer is dropped"),
    ];
}

impl Choice for Transport {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Pipes, "pipes", "lines over the standard input and output of its `command`"),
        (Self::Http, "http", "it plays sessions of `tiltyard serve`; it has no `command`"),
    ];
}

impl Choice for Isolation {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (
            Self::Sandbox,
            "sandbox",
            "it reads its own and its interpreter's files, writes to its working folder, and opens and starts \
             nothing else (Linux)",
        ),
        (Self::None, "none", "it may do whatever the user may do who starts the run"),
    ];
}

impl Choice for Stamp {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (
            Self::BarOpen,
            Self::BarOpen.as_str(),
            "the open time of the bar that a row was computed from; known at that bar's close",
        ),
        (
            Self::BarClose,
            Self::BarClose.as_str(),
            "the close time of the bar that a row was computed from; known then",
        ),
        (Self::KnownAt, Self::KnownAt.as_str(), "any time; a row acts at the first decision from then on"),
    ];
}

impl Choice for SignalMode {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (
            Self::Weight,
            Self::Weight.as_str(),
            "the share of the equity that a symbol should have, from 0 to 1; on margin also negative, for short",
        ),
        (Self::Side, Self::Side.as_str(), "1 for in, 0 for out; on margin -1 for short"),
        (Self::Orders, Self::Orders.as_str(), "an order"),
    ];
}

impl Choice for Rebalance {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::OnChange, Self::OnChange.as_str(), "a symbol whose weight has changed"),
        (
            Self::OnRow,
            Self::OnRow.as_str(),
            "the symbols that a row names, also where the weight is the same",
        ),
        (Self::EveryBar, Self::EveryBar.as_str(), "every symbol at every bar"),
    ];
}

impl Choice for ActionRule {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (
            Self::Apply,
            Self::Apply.as_str(),
            "those of a file `SYMBOL_actions.csv` or `.parquet` beside the bars: splits change the unit of later bars, \
             dividends are paid",
        ),
        (Self::Adjusted, Self::Adjusted.as_str(), "the bars are adjusted already; no such file is read"),
    ];
}

impl Choice for MoneyColumns {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Decimal, Self::Decimal.as_str(), "exact decimals of eight places"),
        (Self::Float, Self::Float.as_str(), "64-bit floats, the nearest to each amount"),
    ];
}

impl Choice for Delisted {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (
            Self::Carry,
            "carry",
            "a symbol whose bars end for good keeps its last close as its value and is flagged",
        ),
        (Self::WriteOff, "write_off", "its value is zero from then on"),
    ];
}

impl Choice for GapRule {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Keep, "keep", "the symbol is not tradable at ticks without a bar"),
        (
            Self::ForwardFill,
            "forward_fill",
            "flat bars at the last close, which value positions and feed indicators but are not tradable",
        ),
        (Self::Refuse, "refuse", "data with gaps is refused"),
    ];
}

impl Choice for Calendar {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::RoundTheClock, Self::RoundTheClock.as_str(), "round the clock, including weekends"),
        (Self::Weekdays, Self::Weekdays.as_str(), "day and night, from Sunday evening to Friday evening"),
        (Self::Sessions, Self::Sessions.as_str(), "in sessions, on exchange days"),
    ];
}

impl Choice for Acceptable {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Gap, Self::Gap.as_str(), "days or weeks without bars"),
        (Self::Invented, Self::Invented.as_str(), "long runs of bars without trades"),
        (Self::Split, Self::Split.as_str(), "an unadjusted split"),
        (Self::Identity, Self::Identity.as_str(), "another asset under the same symbol"),
    ];
}

impl Choice for FillAt {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::NextOpen, "next_open", "at the open of the symbol's next bar"),
        (Self::Close, "close", "at the close of the deciding bar; reports mark this as optimistic"),
    ];
}

impl Choice for Intrabar {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Adverse, "adverse", "the stop fills: the worse case for the trader"),
        (Self::OhlcPath, "ohlc_path", "price path: open, nearer extreme, other extreme, close"),
        (
            Self::Detail,
            "detail",
            "replays the finer bars of the data; without them as adverse, counted in the report",
        ),
    ];
}

impl Choice for OnBreach {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::HaltNew, "halt_new", "new buys are refused; positions may be kept or sold"),
        (Self::Flatten, "flatten", "all positions are closed at the next open; flat until the day ends"),
        (
            Self::Disqualify,
            "disqualify",
            "all positions are closed; no trading for the rest of the window; the loss is kept",
        ),
    ];
}

impl Choice for RankingMetric {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        ranked_by(0),
        ranked_by(1),
        ranked_by(2),
        ranked_by(3),
        ranked_by(4),
        ranked_by(5),
        ranked_by(6),
        ranked_by(7),
    ];
}

/// The ranking metric of this index, as the catalogue of metrics says.
const fn ranked_by(index: usize) -> (RankingMetric, &'static str, &'static str) {
    let metric = RankingMetric::ALL[index];
    (metric, metric.as_str(), metric.metric().info().doc)
}

impl Choice for Aggregate {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Record, Self::Record.as_str(), "the metric of the record: all windows chained"),
        (Self::Mean, Self::Mean.as_str(), "the mean of the windows' scores"),
        (Self::Median, Self::Median.as_str(), "the median of the windows' scores"),
    ];
}

impl Choice for TieBreak {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        tie_break(0),
        tie_break(1),
        tie_break(2),
        tie_break(3),
        tie_break(4),
        tie_break(5),
        tie_break(6),
        tie_break(7),
        (Self::Name, "name", "by name, A first"),
    ];
}

/// The tie-break for the ranking metric at this index.
const fn tie_break(index: usize) -> (TieBreak, &'static str, &'static str) {
    let (metric, name, doc) = <RankingMetric as Choice>::ALL[index];
    (TieBreak::Metric(metric), name, doc)
}

impl Choice for MetricsProfile {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Tiltyard, Self::Tiltyard.as_str(), "our own"),
        (Self::Empyrical, Self::Empyrical.as_str(), "as empyrical-reloaded 0.7.1"),
        (Self::Quantstats, Self::Quantstats.as_str(), "as quantstats 0.0.86"),
        (Self::Vectorbt, Self::Vectorbt.as_str(), "as vectorbt 1.2.0"),
        (Self::Backtesting, Self::Backtesting.as_str(), "as backtesting 0.6.6"),
    ];
}

impl Choice for FormatKind {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::RoundRobin, Self::RoundRobin.as_str(), "every pair of agents in every window"),
        (Self::Gauntlet, Self::Gauntlet.as_str(), "challengers against named baselines"),
        (Self::League, Self::League.as_str(), "seasons and divisions; promotion requires a significant test"),
        (Self::Swiss, Self::Swiss.as_str(), "agents with equal points meet; each round has its own windows"),
        (
            Self::Knockout,
            Self::Knockout.as_str(),
            "the loser of a match is eliminated; each round has its own windows",
        ),
        (Self::Survival, Self::Survival.as_str(), "agents rank by how long they are not disqualified"),
    ];
}

impl Choice for RatingSystem {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (
            Self::BradleyTerry,
            Self::BradleyTerry.as_str(),
            "fitted to all pairs at once, with Davidson's ties",
        ),
        (Self::PlackettLuce, Self::PlackettLuce.as_str(), "fitted to all rankings at once"),
        (Self::Elo, Self::Elo.as_str(), "updated after each window, as in chess"),
        (Self::Glicko2, Self::Glicko2.as_str(), "updated after each window, with a rating deviation"),
        (Self::TrueSkill, Self::TrueSkill.as_str(), "updated after each window, with a rating deviation"),
        (Self::WengLin, Self::WengLin.as_str(), "updated after each window, with a rating deviation"),
    ];
}

impl Choice for EquityRows {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Bars, Self::Bars.as_str(), "every bar"),
        (
            Self::Daily,
            Self::Daily.as_str(),
            "of each day the last bar, and those of the highest equity, the lowest and the deepest drawdown",
        ),
        (
            Self::Events,
            Self::Events.as_str(),
            "bars at which cash or positions changed, and the last of the window",
        ),
    ];
}

impl Choice for ReportFormat {
    const ALL: &'static [(Self, &'static str, &'static str)] = &[
        (Self::Json, "json", "always written"),
        (Self::Parquet, "parquet", "always written"),
        (Self::Csv, "csv", "the Parquet files also as CSV"),
        (
            Self::Spreadsheet,
            "spreadsheet",
            "the Parquet files also as CSV; in all CSV files a ' stands before text that a spreadsheet takes for a formula",
        ),
        (Self::Html, "html", "one self-contained page"),
        (Self::Markdown, "markdown", "for pull requests and chats"),
    ];
}
