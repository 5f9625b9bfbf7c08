//! `run.json`: what a run was, in words that need neither the scenario nor the data.
//!
//! Owns the description of the run; never a result of an agent, never a wall-clock time, so that the same
//! identity gives the same bytes.

use serde::{Deserialize, Serialize};

use super::{HeldRecord, MarketRecord, RunId, lines};
use crate::domain::SymbolId;
use crate::engine::SEMANTICS_VERSION;
use crate::market::Market;
use crate::scenario::{
    AgentSpec, EquityRows, FillAt, Intrabar, MarketSpec, Registered, Scenario, Settings, Slippage,
    StrategyKind, TieBreak, VenueSpec, WalletChoice, risk_settings, strategy_settings,
};
use crate::tournament::{Tournament, WindowSpan, unused_ticks};

/// Version of the run folder's format. A reader refuses nothing that it can still parse.
pub const FORMAT_VERSION: u32 = 1;

/// What a run was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// Version of the folder's format.
    pub format_version: u32,
    /// The id as shown: 12 characters of the identity.
    pub run_id: String,
    /// All 64 characters.
    pub identity: String,
    /// The scenario's name.
    pub scenario: String,
    /// What it is for.
    pub description: String,
    /// The run that it is a rematch of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rematch_of: Option<String>,
    /// Of the engine.
    pub semantics_version: u32,
    /// Of the program that wrote the folder.
    pub tiltyard_version: String,
    /// The scenario's seed.
    pub seed: u64,
    /// By what the agents are ranked.
    pub ranking_metric: String,
    /// What decides between equal scores.
    pub tie_break: Vec<String>,
    /// Whose definitions made the metrics: `tiltyard`, or a library's.
    #[serde(default)]
    pub metrics_profile: String,
    /// Risk-free rate of the metrics, per year, as a fraction.
    #[serde(default)]
    pub risk_free_rate: f64,
    /// Minimum acceptable return of the metrics, per year, as a fraction.
    #[serde(default)]
    pub minimum_acceptable_return: f64,
    /// The agent or symbol that the agents are measured against.
    #[serde(default)]
    pub benchmark: Option<String>,
    /// The record of the benchmark, where that is a symbol; none for a run of an older version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub benchmark_held: Option<HeldRecord>,
    /// Which bars have a row in `equity.parquet`.
    #[serde(default, skip_serializing_if = "EquityRows::are_bars")]
    pub equity: EquityRows,
    /// Market data that was replayed.
    pub market: MarketRecord,
    /// What trading cost and how orders filled.
    pub costs: CostRecord,
    /// Windows of the run, in order.
    pub windows: Vec<WindowRecord>,
    /// Who took part, in the scenario's order.
    pub agents: Vec<EntrantRecord>,
    /// What a reader should know.
    pub flags: FlagRecord,
}

/// What trading cost and how orders filled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CostRecord {
    /// In basis points.
    pub taker_fee_bps: f64,
    /// In basis points.
    pub maker_fee_bps: f64,
    /// In words: `none`, `fixed 5 bp`.
    pub slippage: String,
    /// `next_open` or `close`.
    pub fill_at: String,
    /// `adverse`, `ohlc_path` or `detail`.
    pub intrabar: String,
    /// Whether a touch is no fill for a limit order.
    pub limit_needs_through: bool,
    /// Largest share of a bar's volume that the agent may take, percent; none where there is no cap.
    pub participation_cap_pct: Option<f64>,
    /// Whether open positions are sold at a window's end.
    pub close_at_end: bool,
}

/// One window of the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WindowRecord {
    /// Its number, from 0.
    pub index: u32,
    /// Open of its first bar.
    pub start: String,
    /// Close of its last bar.
    pub end: String,
    /// How many ticks of the clock.
    pub ticks: usize,
    /// What the market was like before it, where the windows were drawn by that: `up_calm`, ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regime: Option<String>,
}

/// One agent as the scenario has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EntrantRecord {
    /// Name of the agent.
    pub name: String,
    /// What it is.
    pub description: String,
    /// Labels for filtering.
    pub tags: Vec<String>,
    /// Its kind of strategy; `own` for one of the program that made the run.
    pub strategy: String,
    /// The version of such a strategy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// BLAKE3 of the rows of its file, for one that trades signals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signals: Option<String>,
    /// BLAKE3 of its file, for one that is a WebAssembly module.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    /// Parameters of its strategy that were in force, defaults included, as a scenario writes them; none for a run of
    /// an older version.
    #[serde(default, skip_serializing_if = "Settings::is_empty")]
    pub parameters: Settings,
    /// Indicators that its strategy looks at, as rules write them; none where the scenario does not say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<String>,
    /// Its risk profile.
    pub risk: String,
    /// Limits of that profile, as a scenario writes them; none for a run of an older version.
    #[serde(default, skip_serializing_if = "Settings::is_empty")]
    pub limits: Settings,
    /// Quote currency, eight decimal places; for an agent that continues with its existing wallet the quote currency
    /// in it.
    pub starting_balance: String,
    /// Where it comes from, when that is the registry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registered: Option<RegisteredRecord>,
}

/// A registered agent's part in a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegisteredRecord {
    /// Its id in the registry.
    pub id: String,
    /// Its name there.
    pub name: String,
    /// Version of the registered agent.
    pub version: u32,
    /// What the scenario said otherwise than the registry, by key.
    pub overrides: Vec<String>,
    /// `fresh` or `existing`.
    pub wallet: String,
    /// The end of the run that it continues from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    /// The positions that it starts with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub positions: Vec<PositionRecord>,
}

/// A position that an agent starts with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PositionRecord {
    /// Symbol traded.
    pub symbol: String,
    /// Base quantity, eight decimal places.
    pub quantity: String,
    /// Paid for it, without fees; quote currency, eight decimal places.
    pub cost: String,
    /// What one unit counts at the run's start, eight decimal places.
    pub mark: String,
}

/// What a reader should know, over all agents and windows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlagRecord {
    /// Settings that flatter the results, as written in the scenario.
    pub optimistic: Vec<String>,
    /// Symbols whose bars ended for good inside a window.
    pub delisted: Vec<String>,
    /// Bars in which a stop and a target were both reached.
    pub ambiguous_bars: u64,
    /// Of those, without finer bars under `intrabar = "detail"`.
    pub bars_without_detail: u64,
    /// Buys cut to what the wallet could pay.
    pub cut_fills: u64,
    /// Symbols of which `close_at_end` could not sell all in some window, because of the participation cap.
    #[serde(default)]
    pub unsold_at_end: Vec<String>,
    /// Bars of the range that lie in no window, where they are more than a tenth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unused: Option<UnusedRecord>,
    /// Agents of the scenario that did not take part, one sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<String>,
}

/// Bars that no window has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnusedRecord {
    /// Number of bars outside every window.
    pub bars: usize,
    /// Number of bars in the range.
    pub of: usize,
}

impl RunRecord {
    /// Of a finished tournament.
    pub fn new(id: &RunId, scenario: &Scenario, market: &Market, tournament: &Tournament) -> Self {
        Self {
            format_version: FORMAT_VERSION,
            run_id: id.to_string(),
            identity: id.full(),
            scenario: scenario.name.clone(),
            description: scenario.description.clone(),
            rematch_of: scenario.rematch_of.clone(),
            semantics_version: SEMANTICS_VERSION,
            tiltyard_version: env!("CARGO_PKG_VERSION").to_owned(),
            seed: scenario.seed.0,
            ranking_metric: scenario.battle.ranking_metric.as_str().to_owned(),
            tie_break: scenario.battle.tie_break.iter().map(tie_break).collect(),
            metrics_profile: scenario.metrics.profile.as_str().to_owned(),
            risk_free_rate: scenario.metrics.risk_free_rate,
            minimum_acceptable_return: scenario.metrics.minimum_acceptable_return,
            benchmark: scenario.report.benchmark.as_ref().map(|one| one.name().to_owned()),
            benchmark_held: tournament
                .benchmark
                .as_ref()
                .map(|found| HeldRecord::new(found, market, tournament)),
            equity: EquityRows::default(),
            market: MarketRecord::new(scenario, market, &tournament.windows),
            costs: cost_record(&scenario.venue),
            windows: tournament.windows.iter().map(window_record).collect(),
            agents: scenario.agents.iter().map(|agent| entrant_record(agent, &scenario.market)).collect(),
            flags: flag_record(scenario, market, tournament),
        }
    }
}

fn tie_break(level: &TieBreak) -> String {
    match level {
        TieBreak::Metric(metric) => metric.as_str().to_owned(),
        TieBreak::Name => "name".to_owned(),
    }
}

fn cost_record(venue: &VenueSpec) -> CostRecord {
    CostRecord {
        taker_fee_bps: venue.taker_fee.to_f64(),
        maker_fee_bps: venue.maker_fee.to_f64(),
        slippage: slippage(venue.slippage),
        fill_at: match venue.fill_at {
            FillAt::NextOpen => "next_open",
            FillAt::Close => "close",
        }
        .to_owned(),
        intrabar: match venue.intrabar {
            Intrabar::Adverse => "adverse",
            Intrabar::OhlcPath => "ohlc_path",
            Intrabar::Detail => "detail",
        }
        .to_owned(),
        limit_needs_through: venue.limit_needs_through,
        participation_cap_pct: venue.participation_cap.map(|cap| cap.to_f64() / 100.0),
        close_at_end: venue.close_at_end,
    }
}

fn slippage(model: Slippage) -> String {
    match model {
        Slippage::None => "none".to_owned(),
        Slippage::FixedBps { bps } => format!("fixed {bps} bp"),
        Slippage::VolumeShare { factor, floor, cap } => {
            format!("volume share x {factor}, {floor} to {cap} bp")
        }
        Slippage::SquareRoot { factor, cap } => format!("square root x {factor}, up to {cap} bp"),
    }
}

fn window_record(span: &WindowSpan) -> WindowRecord {
    let ticks = span.window.ticks;
    WindowRecord {
        index: span.window.index,
        start: span.start.to_string(),
        end: span.end.to_string(),
        ticks: ticks.last - ticks.first,
        regime: span.regime.map(|regime| regime.as_str().to_owned()),
    }
}

fn entrant_record(agent: &AgentSpec, market: &MarketSpec) -> EntrantRecord {
    let kind = &agent.strategy.kind;
    let digest = kind.file_digest().map(str::to_owned);
    EntrantRecord {
        name: agent.name.to_string(),
        description: agent.description.clone(),
        tags: agent.tags.clone(),
        strategy: kind.as_str().to_owned(),
        version: match kind {
            StrategyKind::Own { version } => Some(version.clone()),
            _ => None,
        },
        signals: digest.clone().filter(|_| matches!(kind, StrategyKind::Signals(_))),
        module: digest.filter(|_| matches!(kind, StrategyKind::Wasm(_))),
        risk: agent.risk.name.clone(),
        parameters: strategy_settings(&agent.strategy, market),
        lines: lines::names(&agent.strategy, market),
        limits: risk_settings(&agent.risk),
        starting_balance: agent.starting_balance.to_string(),
        registered: agent.registered.as_ref().map(|registered| registered_record(registered, market)),
    }
}

fn registered_record(registered: &Registered, market: &MarketSpec) -> RegisteredRecord {
    let positions = registered.existing().into_iter().flat_map(|wallet| &wallet.positions);
    RegisteredRecord {
        id: registered.id.clone(),
        name: registered.name.clone(),
        version: registered.version,
        overrides: registered.overrides.iter().map(|&key| key.to_owned()).collect(),
        wallet: registered
            .existing()
            .map_or(WalletChoice::Fresh, |_| WalletChoice::Existing)
            .as_str()
            .to_owned(),
        as_of: registered.existing().and_then(|wallet| wallet.as_of).map(|at| at.to_string()),
        positions: positions
            .map(|(symbol, position)| PositionRecord {
                symbol: market.instrument(*symbol).symbol.to_string(),
                quantity: position.quantity.to_string(),
                cost: position.cost.to_string(),
                mark: position.mark.to_string(),
            })
            .collect(),
    }
}

fn flag_record(scenario: &Scenario, market: &Market, tournament: &Tournament) -> FlagRecord {
    let mut flags = FlagRecord::default();
    if scenario.venue.fill_at == FillAt::Close {
        flags.optimistic.push("fill_at = \"close\"".to_owned());
    }
    let (mut delisted, mut unsold): (Vec<SymbolId>, Vec<SymbolId>) = (Vec::new(), Vec::new());
    for result in tournament.agents.iter().flat_map(|agent| &agent.windows) {
        let of = &result.replay.flags;
        delisted.extend(&of.delisted);
        unsold.extend(&of.unsold_at_end);
        flags.ambiguous_bars += of.ambiguous_bars;
        flags.bars_without_detail += of.bars_without_detail;
        flags.cut_fills += of.cut_fills;
    }
    let names = |mut ids: Vec<SymbolId>| -> Vec<String> {
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().map(|id| market.series(id).instrument.symbol.to_string()).collect()
    };
    (flags.delisted, flags.unsold_at_end) = (names(delisted), names(unsold));
    flags.left_out = scenario.left_out.iter().map(ToString::to_string).collect();
    let range = market.in_range;
    let (unused, of) = (unused_ticks(&tournament.windows, range), range.last - range.first);
    flags.unused = (unused * 10 > of).then_some(UnusedRecord { bars: unused, of });
    flags
}
