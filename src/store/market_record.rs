//! The market of `run.json`: which bars were replayed, what the symbols are, and what the data check noticed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::{DayStart, Timestamp};
use crate::market::quality::{Finding, Severity};
use crate::market::{Market, Split, SymbolSeries};
use crate::scenario::{ActionRule, Delisted, GapRule, Scenario, Settings, WarmUp, instrument_settings};
use crate::tournament::WindowSpan;

/// Market data that was replayed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MarketRecord {
    /// BLAKE3 of the bars' content.
    pub digest: String,
    /// In the scenario's order.
    pub symbols: Vec<String>,
    /// In which prices are.
    pub quote_asset: String,
    /// Interval of the bars.
    pub interval: String,
    /// Open of the first bar of the first window.
    pub start: String,
    /// Close of the last bar of the last window.
    pub end: String,
    /// What each symbol is, its trading rules and the bars it has, in the scenario's order; none for a run of an older
    /// version.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instruments: Vec<InstrumentRecord>,
    /// What a position is worth once its symbol's bars have ended: `carry` or `write_off`.
    pub delisted: String,
    /// Where indicators get their history from: `before` or `inside`.
    pub warm_up: String,
    /// What was done about gaps in the bars: `keep`, `forward_fill` or `refuse`.
    pub gaps: String,
    /// What the data check noticed in the bars that were used, the gravest first for each symbol.
    pub findings: Vec<FindingRecord>,
    /// How much of the asset prices are for and quantities count in, by symbol, where that is not 1.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub units: BTreeMap<String, u32>,
    /// What became of corporate actions; none where there were none and the scenario says nothing of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actions: Option<ActionsRecord>,
    /// Where trading days begin: a time of day and its zone.
    #[serde(default = "midnight", skip_serializing_if = "is_midnight")]
    pub day: String,
    /// Findings of level error that the scenario accepts, of those that there are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accepted: Vec<String>,
}

/// A symbol's trading rules, and the bars of it in the replayed range.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InstrumentRecord {
    /// The symbol as results show it.
    pub symbol: String,
    /// What it is and its trading rules, as a scenario writes them.
    pub rules: Settings,
    /// Number of its bars.
    pub bars: usize,
    /// Open time of the first of them; none where there is none.
    pub first: Option<String>,
    /// Open time of the last of them.
    pub last: Option<String>,
}

/// Corporate actions of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActionsRecord {
    /// `apply`, or `adjusted` where the scenario says that the bars are.
    pub rule: String,
    /// Of the symbols with a file of actions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub symbols: Vec<SymbolActions>,
}

/// The actions of a symbol in the replayed range.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SymbolActions {
    /// The symbol.
    pub symbol: String,
    /// Splits as `2020-08-31 4:1`. Later bars are in the unit of the range's start.
    pub splits: Vec<String>,
    /// Number of dividends.
    pub dividends: usize,
}

impl ActionsRecord {
    fn new(scenario: &Scenario, market: &Market) -> Option<Self> {
        let rule = scenario.market.actions;
        let of = |series: &SymbolSeries| {
            let actions = series.actions.as_ref()?;
            let split = |one: &Split| format!("{} {}", date(one.at, market), one.ratio);
            Some(SymbolActions {
                symbol: series.instrument.symbol.to_string(),
                splits: actions.splits.iter().map(split).collect(),
                dividends: actions.dividends.len(),
            })
        };
        let symbols: Vec<SymbolActions> = market.symbols.iter().filter_map(of).collect();
        let says = !symbols.is_empty() || rule != ActionRule::Apply;
        says.then(|| Self { rule: rule.as_str().to_owned(), symbols })
    }
}

/// The date of a trading day's start.
fn date(at: Timestamp, market: &Market) -> String {
    let midnight = DayStart::UTC.start_of(market.day.day_of(at));
    midnight.to_string().chars().take(10).collect()
}

/// Something the data check noticed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FindingRecord {
    /// In whose bars.
    pub symbol: String,
    /// What: `gap`, `zero_volume`, ...
    pub kind: String,
    /// `info`, `warning` or `error`.
    pub severity: String,
    /// How many times.
    pub count: u64,
    /// Time of the first occurrence.
    pub at: Option<String>,
    /// Explanation, as a sentence.
    pub detail: String,
}

impl MarketRecord {
    /// Of the bars that a tournament replayed.
    pub(super) fn new(scenario: &Scenario, market: &Market, windows: &[WindowSpan]) -> Self {
        let start = windows.iter().map(|w| w.start).min().unwrap_or_default();
        let end = windows.iter().map(|w| w.end).max().unwrap_or_default();
        Self {
            digest: market.digest.clone(),
            symbols: market.symbols.iter().map(|s| s.instrument.symbol.to_string()).collect(),
            quote_asset: scenario.market.quote_asset.clone(),
            interval: market.interval.to_string(),
            start: start.to_string(),
            end: end.to_string(),
            instruments: market.symbols.iter().map(|series| instrument_record(series, start, end)).collect(),
            delisted: match scenario.market.delisted {
                Delisted::Carry => "carry",
                Delisted::WriteOff => "write_off",
            }
            .to_owned(),
            warm_up: match scenario.market.warm_up {
                WarmUp::Before => "before",
                WarmUp::Inside => "inside",
            }
            .to_owned(),
            gaps: match scenario.market.gaps {
                GapRule::Keep => "keep",
                GapRule::ForwardFill => "forward_fill",
                GapRule::Refuse => "refuse",
            }
            .to_owned(),
            findings: market.symbols.iter().flat_map(findings).chain(benchmark_findings(market)).collect(),
            units: units(market),
            actions: ActionsRecord::new(scenario, market),
            day: market.day.to_string(),
            accepted: accepted(market),
        }
    }
}

fn midnight() -> String {
    DayStart::UTC.to_string()
}

fn is_midnight(day: &str) -> bool {
    day.is_empty() || *day == midnight()
}

fn instrument_record(series: &SymbolSeries, start: Timestamp, end: Timestamp) -> InstrumentRecord {
    let opens = &series.bars.ts;
    let within = opens.partition_point(|&at| at < start)..opens.partition_point(|&at| at < end);
    let time = |at: Option<&Timestamp>| at.map(ToString::to_string);
    InstrumentRecord {
        symbol: series.instrument.symbol.to_string(),
        rules: instrument_settings(&series.instrument),
        bars: within.len(),
        first: time(opens[within.clone()].first()),
        last: time(opens[within].last()),
    }
}

fn units(market: &Market) -> BTreeMap<String, u32> {
    let instruments = market.symbols.iter().map(|series| &series.instrument);
    instruments.filter(|one| one.unit != 1).map(|one| (one.symbol.to_string(), one.unit)).collect()
}

/// Of level error there are only accepted findings: others stop the load.
fn accepted(market: &Market) -> Vec<String> {
    let compared = market.benchmark.iter().flat_map(|one| &one.findings);
    let all = market.symbols.iter().flat_map(|series| &series.findings).chain(compared);
    let grave = all.filter(|finding| finding.severity == Severity::Error);
    let mut kinds: Vec<String> = grave.map(|finding| finding.kind.as_str().to_owned()).collect();
    kinds.sort();
    kinds.dedup();
    kinds
}

fn findings(series: &SymbolSeries) -> impl Iterator<Item = FindingRecord> {
    series.findings.iter().map(|finding| finding_record(series.instrument.symbol.as_str(), finding))
}

fn benchmark_findings(market: &Market) -> impl Iterator<Item = FindingRecord> {
    let series = market.benchmark.iter();
    series.flat_map(|one| {
        one.findings.iter().map(|found| finding_record(one.instrument.symbol.as_str(), found))
    })
}

fn finding_record(symbol: &str, finding: &Finding) -> FindingRecord {
    FindingRecord {
        symbol: symbol.to_owned(),
        kind: finding.kind.as_str().to_owned(),
        severity: finding.severity.as_str().to_owned(),
        count: finding.count,
        at: finding.at.map(|at| at.to_string()),
        detail: finding.detail.clone(),
    }
}
