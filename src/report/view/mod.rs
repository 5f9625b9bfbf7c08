//! What a report shows of a run, before it has a form: facts, tables, thinned series.
//!
//! Owns which numbers are shown and how they are rounded. Reads the store alone; the same folder gives the same
//! view. Never knows whether the view becomes HTML, Markdown or a picture.

mod about;
mod agent;
#[cfg(test)]
mod agreement;
mod board;
mod candles;
mod compare;
mod costs;
mod course;
mod curves;
mod daily;
mod format;
mod ranks;
mod returns;
mod series;
mod standings;
mod stitched;
mod sweep;
mod trade_groups;
mod trades;
pub(super) mod verdict;

use rayon::prelude::*;
use serde::Serialize;

use about::About;
pub(super) use agent::Agent;
use board::{Board, Cutoff};
pub(super) use candles::{Candles, Line, Price};
pub(super) use compare::Comparison;
use costs::{CostChart, Costs};
pub(super) use curves::{Curve, Curves};
use daily::{Daily, DailyReader};
use format::Format;
use ranks::Ranks;
pub(super) use ranks::Scores;
use returns::Correlations;
pub(super) use returns::{Exposure, Returns};
use series::Series;
use standings::Standings;
pub(super) use stitched::Stitched;
use sweep::Sweep;
pub(super) use sweep::SweepCharts;
pub(super) use trades::{Histogram, RoundTrip, Trades};
use verdict::Verdict;

use crate::domain::Timestamp;
use crate::store::{self, StoreError, StoredRun};

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
    /// The tournament in its format.
    pub format: Option<Format>,
    pub sweep: Option<Sweep>,
    /// What trading and holding cost, by kind.
    pub costs: Option<Costs>,
    /// How the agents' daily returns move together.
    pub correlations: Option<Correlations>,
    /// What charts are drawn from.
    #[serde(skip)]
    pub charts: Charts,
}

/// What charts are drawn from. Lists of agents are in the scenario's order.
#[derive(Debug, Serialize)]
pub(super) struct Charts {
    pub quote: String,
    pub agents: Vec<String>,
    /// Of more agents than this, charts draw the first of the leaderboard until others are chosen.
    pub drawn: usize,
    pub windows: Vec<Window>,
    pub curves: Curves,
    pub prices: Vec<Price>,
    /// Round trips of each agent. Pages write them themselves, as some are compressed.
    #[serde(skip)]
    pub trades: Vec<Trades>,
    /// Daily returns of each agent, written in the same way.
    #[serde(skip)]
    pub returns: Vec<Returns>,
    /// Rank of each agent in each window, where there are several.
    pub ranks: Vec<Vec<Option<u32>>>,
    pub sweep: Option<SweepCharts>,
    pub costs: Option<CostChart>,
    /// What the agents are measured against.
    pub benchmark: Option<BenchmarkCurve>,
}

/// The benchmark in the charts.
#[derive(Debug, Serialize)]
pub(super) struct BenchmarkCurve {
    /// The agent's or the symbol's name.
    pub name: String,
    /// The agent that it is.
    pub agent: Option<usize>,
    /// A symbol's value as an index, 100 at the first window's start.
    pub curve: Option<Series>,
    /// With what an agent starts, so that a window's curve begins there.
    pub start: f64,
}

/// One window's name, and its ends in seconds since 1970.
#[derive(Debug, Serialize)]
pub(super) struct Window {
    pub number: u32,
    pub from: String,
    pub to: String,
    pub start: i64,
    pub end: i64,
}

impl View {
    /// Reads what the store holds of a run.
    pub fn read(stored: &StoredRun) -> Result<Self, StoreError> {
        let rows = &stored.leaderboard.rankings;
        let sweep = sweep::sweep(stored)?;
        let costs = costs::costs(stored)?;
        let mut charts = Charts::read(stored, sweep.as_ref().map(|sweep| sweep.charts.clone()))?;
        charts.costs = costs.as_ref().map(|costs| costs.chart.clone());
        let mut agents: Vec<Agent> = rows
            .par_iter()
            .filter_map(|row| stored.agent(&row.agent).map(|record| agent::agent(stored, row, record)))
            .collect();
        for agent in &mut agents {
            if let Some(own) = charts.trades.get_mut(agent.index) {
                agent.groups = std::mem::take(&mut own.groups);
            }
            agent.goes_short =
                charts.returns.get(agent.index).is_some_and(|own| !own.exposure.short.is_empty());
        }
        Ok(Self {
            about: about::about(stored),
            verdict: verdict::verdict(stored),
            metric: crate::report::wording::head(&stored.leaderboard.ranking_metric).to_owned(),
            board: board::board(stored),
            cutoffs: board::cutoffs(stored),
            agents,
            ranks: ranks::ranks(stored),
            standings: standings::standings(stored),
            format: format::format(stored),
            sweep,
            costs,
            correlations: returns::correlations(stored, &charts.curves.daily),
            charts,
        })
    }
}

impl Charts {
    fn read(stored: &StoredRun, sweep: Option<SweepCharts>) -> Result<Self, StoreError> {
        let names: Vec<String> = stored.run.agents.iter().map(|agent| agent.name.clone()).collect();
        let trades: Vec<Trades> = names
            .par_iter()
            .map(|name| Ok(trades::trades(stored.trades(name)?, names.len())))
            .collect::<Result<_, StoreError>>()?;
        let curves = Curves::read(stored)?;
        Ok(Self {
            quote: stored.run.market.quote_asset.clone(),
            windows: stored.run.windows.iter().map(window).collect(),
            returns: returns::returns(stored, &curves.daily, held_days(stored)?.as_ref()),
            ranks: ranks::by_window(stored),
            curves,
            prices: candles::prices(stored, &trades)?,
            benchmark: benchmark(stored),
            agents: names,
            drawn: curves::DRAWN,
            trades,
            sweep,
            costs: None,
        })
    }
}

fn window(record: &store::WindowRecord) -> Window {
    let (from, to) = crate::report::numbers::range(&record.start, &record.end);
    let seconds = |at: &str| at.parse::<Timestamp>().map_or(0, |at| at.micros().div_euclid(1_000_000));
    Window { number: record.index, from, to, start: seconds(&record.start), end: seconds(&record.end) }
}

fn benchmark(stored: &StoredRun) -> Option<BenchmarkCurve> {
    let run = &stored.run;
    let name = run.benchmark.clone()?;
    let point = |(at, index): (&String, &f64)| Some((at.parse::<Timestamp>().ok()?.micros(), *index));
    let curve = run
        .benchmark_held
        .as_ref()
        .map(|held| Series::new(held.curve.at.iter().zip(&held.curve.index).filter_map(point).collect()));
    let agent = run.agents.iter().position(|agent| agent.name == name).filter(|_| curve.is_none());
    let start = run.agents.first().and_then(|agent| agent.starting_balance.parse().ok()).unwrap_or_default();
    Some(BenchmarkCurve { name, agent, curve, start })
}

/// The days of a benchmark that is a symbol.
fn held_days(stored: &StoredRun) -> Result<Option<Daily>, StoreError> {
    let mut reader = DailyReader::of(stored.run.market.day.parse().unwrap_or_default());
    let mut window = None;
    store::held_curve(&stored.folder, |row| {
        if window.replace(row.window) != Some(row.window) {
            reader.start_window(100.0);
        }
        reader.take(&row);
    })?;
    Ok(window.map(|_| reader.finish()))
}
