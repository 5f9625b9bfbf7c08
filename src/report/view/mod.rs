//! What a report shows of a run, before it has a form: facts, tables, thinned series.
//!
//! Owns which numbers are shown and how they are rounded. Reads the store alone; the same folder gives the same
//! view. Never knows whether the view becomes HTML, Markdown or a picture.

mod about;
mod agent;
#[cfg(test)]
mod agreement;
mod board;
mod compare;
mod course;
mod curves;
mod ranks;
mod series;
mod standings;
mod sweep;
mod trades;
pub(super) mod verdict;

use std::collections::HashMap;

use serde::Serialize;

use about::About;
pub(super) use agent::Agent;
use board::{Board, Cutoff};
pub(super) use compare::Comparison;
pub(super) use course::Rolling;
pub(super) use curves::{Curve, Curves};
use ranks::Ranks;
pub(super) use ranks::Scores;
use series::Series;
use standings::Standings;
use sweep::{Sweep, SweepCharts};
pub(super) use trades::Trades;
use verdict::Verdict;

use crate::store::{self, AgentRecord, StoreError, StoredRun};

/// Symbols whose prices a page carries.
const SYMBOLS: usize = 24;
/// Points of all prices together.
const PRICES: usize = 24_000;

/// A run as reports show it.
#[derive(Debug, Serialize)]
pub(super) struct View {
    pub about: About,
    pub verdict: Verdict,
    /// By what the agents are ranked.
    pub metric: String,
    pub board: Board,
    /// The standings before and after each training cutoff.
    pub cutoffs: Vec<Cutoff>,
    /// In the leaderboard's order. Pages render them one by one.
    #[serde(skip)]
    pub agents: Vec<Agent>,
    pub ranks: Option<Ranks>,
    pub standings: Option<Standings>,
    pub sweep: Option<Sweep>,
    /// What charts are drawn from.
    #[serde(skip)]
    pub charts: Charts,
}

/// What charts are drawn from. Lists of agents are in the scenario's order.
#[derive(Debug, Serialize)]
pub(super) struct Charts {
    pub quote: String,
    pub agents: Vec<String>,
    pub windows: Vec<Window>,
    pub curves: Curves,
    pub prices: Vec<Price>,
    pub trades: Vec<Trades>,
    /// Rolling Sharpe ratios.
    pub rolling: Vec<Rolling>,
    pub sweep: Option<SweepCharts>,
}

/// One window's name.
#[derive(Debug, Serialize)]
pub(super) struct Window {
    pub number: u32,
    pub from: String,
    pub to: String,
}

/// One symbol's closes.
#[derive(Debug, Serialize)]
pub(super) struct Price {
    pub symbol: String,
    pub close: Series,
}

impl View {
    /// Reads what the store holds of a run.
    pub fn read(stored: &StoredRun) -> Result<Self, StoreError> {
        let rows = &stored.leaderboard.rankings;
        let records: HashMap<&str, &AgentRecord> =
            stored.agents.iter().map(|record| (record.agent.as_str(), record)).collect();
        let agents = rows.iter().filter_map(|row| {
            records.get(row.agent.as_str()).map(|record| agent::agent(stored, row, record))
        });
        let sweep = sweep::sweep(stored)?;
        let charts = Charts::read(stored, sweep.as_ref().map(|sweep| sweep.charts.clone()))?;
        Ok(Self {
            about: about::about(stored),
            verdict: verdict::verdict(stored),
            metric: stored.leaderboard.ranking_metric.clone(),
            board: board::board(stored),
            cutoffs: board::cutoffs(stored),
            agents: agents.collect(),
            ranks: ranks::ranks(stored),
            standings: standings::standings(stored),
            sweep,
            charts,
        })
    }
}

impl Charts {
    fn read(stored: &StoredRun, sweep: Option<SweepCharts>) -> Result<Self, StoreError> {
        let names: Vec<String> = stored.run.agents.iter().map(|agent| agent.name.clone()).collect();
        let trades: Vec<Trades> = names
            .iter()
            .map(|name| Ok(trades::trades(stored.trades(name)?, names.len())))
            .collect::<Result<_, StoreError>>()?;
        Ok(Self {
            quote: stored.run.market.quote_asset.clone(),
            windows: stored.run.windows.iter().map(window).collect(),
            curves: Curves::read(stored)?,
            prices: prices(stored, &trades)?,
            rolling: names
                .iter()
                .map(|name| {
                    stored.agent(name).map(|record| course::rolling(record, names.len())).unwrap_or_default()
                })
                .collect(),
            agents: names,
            trades,
            sweep,
        })
    }
}

fn window(record: &store::WindowRecord) -> Window {
    let (from, to) = crate::report::numbers::range(&record.start, &record.end);
    Window { number: record.index, from, to }
}

/// Closes of the symbols that somebody traded, the first ones where there are too many.
fn prices(stored: &StoredRun, trades: &[Trades]) -> Result<Vec<Price>, StoreError> {
    let traded = |symbol: &str| trades.iter().any(|one| one.symbols.iter().any(|name| name == symbol));
    let mut all = store::prices(&stored.folder)?;
    all.retain(|series| traded(&series.symbol));
    all.truncate(SYMBOLS);
    let points = PRICES / all.len().max(1);
    let price = |series: store::PriceSeries| {
        let mut downsampler = store::Downsampler::new(series.points.len(), points.min(1_500));
        series.points.iter().for_each(|&(at, close)| downsampler.push(at, close));
        Price { symbol: series.symbol, close: Series::new(downsampler.finish()) }
    };
    Ok(all.into_iter().map(price).collect())
}
