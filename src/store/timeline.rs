//! A finished battle at any time of it: equity, positions and ranks, from what the run left on disk.
//!
//! Owns reading the curves back and ranking by them. Never simulates. Invariant: at a window's end the ranks
//! are those of `battles.json`.

use std::collections::BTreeMap;

use arrow_array::types::{Decimal128Type, TimestampMicrosecondType, UInt32Type};
use serde::Serialize;

use super::columns::{numbers, read, strings};
use super::stored::agent_folder;
use super::{JobRecord, PositionRecord, StoreError, StoredRun, TradeRow, trades};
use crate::domain::{Cash, Interval, Price, Qty, Span, Timestamp};
use crate::engine::batch::ClosedTrade;
use crate::metrics::{self, DatedExtremes, Drawdown, MetricInputs, Sample, Sampling, Score};
use crate::scenario::{MetricSpec, MetricsProfile, RankingMetric};
use crate::tournament::score;

/// One battle with what its agents left behind, ready to be asked.
#[derive(Debug)]
pub struct Timeline {
    /// The window's number.
    pub window: u32,
    /// Open of its first bar.
    pub start: Timestamp,
    /// Close of its last bar.
    pub end: Timestamp,
    /// By what it is ranked.
    pub ranking_metric: String,
    tie_break: Vec<String>,
    /// Whether a fill bears the time of the close that it was decided on.
    at_close: bool,
    interval: Span,
    conventions: MetricSpec,
    agents: Vec<AgentFilm>,
}

/// One agent of it.
#[derive(Debug)]
struct AgentFilm {
    name: String,
    start: Cash,
    sampling: Sampling,
    periods_per_year: f64,
    /// Opens of the bars, with equity and cash at their closes.
    curve: Vec<(Timestamp, Cash, Cash)>,
    /// Held at the start.
    carried: BTreeMap<String, Qty>,
    /// What of `start` that was.
    carried_worth: Cash,
    /// Time, symbol and change of the quantity of every fill.
    fills: Vec<(Timestamp, String, Qty)>,
    trades: Vec<TradeRow>,
}

/// A battle at one time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Snapshot {
    /// The time.
    pub at: Timestamp,
    /// Best first.
    pub agents: Vec<AgentSnapshot>,
}

/// One agent at one time of a battle.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AgentSnapshot {
    /// From 1; shared by agents that neither the metric nor the tie-break tells apart.
    pub rank: u32,
    /// Who.
    pub agent: String,
    /// The ranking metric so far; null where it is no number.
    pub score: Option<f64>,
    /// What it is worth.
    pub equity: Cash,
    /// Of it, in cash.
    pub cash: Cash,
    /// Percent.
    pub roi_pct: f64,
    /// Base quantity by symbol.
    pub positions: BTreeMap<String, Qty>,
}

impl Timeline {
    /// Reads a window of a stored run.
    ///
    /// # Errors
    /// [`StoreError::NoSuchWindow`], and where a file of the run cannot be read.
    pub fn load(stored: &StoredRun, window: u32) -> Result<Self, StoreError> {
        let run = &stored.run;
        let span = run.windows.iter().find(|record| record.index == window).ok_or_else(|| {
            StoreError::NoSuchWindow { run: run.run_id.clone(), window, windows: run.windows.len() }
        })?;
        let malformed = |what: &str| StoreError::Malformed {
            path: stored.folder.join("run.json"),
            what: "run",
            problem: format!("`{what}` is not a time or interval"),
        };
        let time = |text: &str| text.parse::<Timestamp>().map_err(|_| malformed(text));
        let interval: Interval = run.market.interval.parse().map_err(|_| malformed(&run.market.interval))?;
        Ok(Self {
            window,
            start: time(&span.start)?,
            end: time(&span.end)?,
            ranking_metric: run.ranking_metric.clone(),
            tie_break: run.tie_break.clone(),
            at_close: run.costs.fill_at == "close",
            interval: interval.span(),
            conventions: conventions(stored),
            agents: agents(stored, window)?,
        })
    }

    /// The battle as it stood at a time, by the bars that had closed by then.
    pub fn at(&self, at: Timestamp) -> Snapshot {
        let mut agents: Vec<(Vec<Score>, AgentSnapshot)> =
            self.agents.iter().map(|agent| self.agent_at(agent, at)).collect();
        agents.sort_by(|(one, a), (two, b)| better(one, two).then_with(|| a.agent.cmp(&b.agent)));
        let mut ranked: Vec<AgentSnapshot> = Vec::with_capacity(agents.len());
        for place in 0..agents.len() {
            let tied = place > 0 && agents[place].0 == agents[place - 1].0;
            let rank = if tied { ranked[place - 1].rank } else { place as u32 + 1 };
            ranked.push(AgentSnapshot { rank, ..agents[place].1.clone() });
        }
        Snapshot { at, agents: ranked }
    }

    /// So many evenly spaced times of the battle, the last of them its end.
    pub fn times(&self, count: u32) -> Vec<Timestamp> {
        let (whole, bar) = ((self.end - self.start).micros(), self.interval.micros().max(1));
        let count = i64::from(count.max(1)).min((whole / bar).max(1));
        let place = |step: i64| self.start + Span::from_micros(whole * step / count / bar * bar);
        (1..=count).map(|step| if step == count { self.end } else { place(step) }).collect()
    }

    /// What ranks an agent, and how it stands.
    fn agent_at(&self, agent: &AgentFilm, at: Timestamp) -> (Vec<Score>, AgentSnapshot) {
        let known = agent.curve.partition_point(|(open, _, _)| *open + self.interval <= at);
        let (equity, cash) = match agent.curve[..known].last() {
            Some((_, equity, cash)) => (*equity, *cash),
            None => (agent.start, agent.start - agent.carried_worth),
        };
        let happened = |time: Timestamp| time < at || (time == at && (self.at_close || at >= self.end));
        let mut positions = agent.carried.clone();
        for (_, symbol, change) in agent.fills.iter().filter(|fill| happened(fill.0)) {
            *positions.entry(symbol.clone()).or_default() += *change;
        }
        positions.retain(|_, quantity| !quantity.is_zero());
        let measured = metrics::metrics_of(&observed(self, agent, known, &happened), &self.conventions);
        let value = |metric: &str| {
            let known = RankingMetric::ALL.into_iter().find(|known| known.as_str() == metric);
            known.map_or(Score::Absent, |known| score(&measured, known, &self.conventions))
        };
        let ladder = self.tie_break.iter().filter(|rung| *rung != "name");
        let keys: Vec<Score> =
            std::iter::once(&self.ranking_metric).chain(ladder).map(|metric| value(metric)).collect();
        let moment = AgentSnapshot {
            rank: 0,
            agent: agent.name.clone(),
            score: keys[0].number(),
            equity,
            cash,
            roi_pct: value("roi_pct").number().unwrap_or(0.0),
            positions,
        };
        (keys, moment)
    }
}

/// Better first, one after the other.
fn better(one: &[Score], two: &[Score]) -> std::cmp::Ordering {
    one.iter()
        .zip(two)
        .map(|(a, b)| a.better_first(b))
        .find(|order| order.is_ne())
        .unwrap_or(std::cmp::Ordering::Equal)
}

/// What the statistics see of an agent until `known` bars of its curve have closed.
fn observed(
    film: &Timeline,
    agent: &AgentFilm,
    known: usize,
    happened: &impl Fn(Timestamp) -> bool,
) -> MetricInputs {
    let curve = &agent.curve[..known];
    let close = |place: usize| curve[place].0 + film.interval;
    let is_point = |place: usize| {
        agent.sampling == Sampling::PerBar
            || curve.get(place + 1).is_none_or(|next| next.0.utc_day() != curve[place].0.utc_day())
    };
    let points: Vec<usize> = (0..curve.len()).filter(|place| is_point(*place)).collect();
    let equity: Vec<f64> = curve.iter().map(|(_, equity, _)| equity.to_f64()).collect();
    let start = agent.start.to_f64();
    let (fall, extremes) = metrics::walk(start, &equity);
    let at = |place: Option<usize>| place.map_or(film.start, close);
    let acted = curve.iter().any(|(_, equity, cash)| equity != cash)
        || agent.fills.iter().any(|fill| happened(fill.0));
    let closed = agent.trades.iter().filter(|trade| trade.state == "closed" && happened(trade.exit_at));
    MetricInputs {
        starting_balance: agent.start,
        final_equity: curve.last().map_or(agent.start, |(_, equity, _)| *equity),
        fees: Cash::ZERO,
        sample: Sample {
            sampling: agent.sampling,
            periods_per_year: agent.periods_per_year,
            length: curve.last().map_or(Span::default(), |last| length(film, agent.sampling, last.0)),
            curve: std::iter::once(start).chain(points.iter().map(|place| equity[*place])).collect(),
            times: std::iter::once(film.start).chain(points.iter().map(|place| close(*place))).collect(),
        },
        drawdown: Drawdown::dated(fall, at),
        extremes: DatedExtremes::dated(extremes, at),
        acted,
        trades: closed
            .map(|trade| ClosedTrade {
                pnl: trade.pnl,
                return_fraction: trade.return_fraction,
                seconds: (trade.exit_at - trade.entry_at).seconds(),
            })
            .collect(),
        // What no ranking metric looks at.
        notional: 0.0,
        ticks: curve.len(),
        ticks_in_market: 0,
        ticks_touched: 0,
        bar_seconds: film.interval.seconds(),
    }
}

/// Length of the window until the close of a bar; where sampling is daily at least the UTC days it spans, as when the
/// run was measured.
fn length(film: &Timeline, sampling: Sampling, open: Timestamp) -> Span {
    let elapsed = open + film.interval - film.start;
    let whole_days = Span::DAY.times(open.utc_day() - film.start.utc_day() + 1);
    if sampling == Sampling::Daily { elapsed.max(whole_days) } else { elapsed }
}

/// The conventions of the run: its definitions, and the rates that its own scenario says.
fn conventions(stored: &StoredRun) -> MetricSpec {
    let text = crate::decode::read_text(&stored.folder.join("scenario.toml")).unwrap_or_default();
    let table: toml::Table = text.parse().unwrap_or_default();
    let rate = |key: &str| {
        let value = table.get("metrics").and_then(|metrics| metrics.get(key));
        #[expect(clippy::cast_precision_loss, reason = "a rate of -1 to 1")]
        value.and_then(|value| value.as_float().or_else(|| value.as_integer().map(|whole| whole as f64)))
    };
    let own = |profile: &MetricsProfile| profile.as_str() == stored.run.metrics_profile;
    MetricSpec {
        risk_free_rate: rate("risk_free_rate").unwrap_or(0.0),
        minimum_acceptable_return: rate("minimum_acceptable_return").unwrap_or(0.0),
        periods_per_year: None,
        profile: MetricsProfile::ALL.into_iter().find(own).unwrap_or_default(),
    }
}

fn agents(stored: &StoredRun, window: u32) -> Result<Vec<AgentFilm>, StoreError> {
    let entrants = stored.run.agents.iter().zip(&stored.agents);
    let films = entrants.filter_map(|(entrant, record)| {
        let job: &JobRecord = record.windows.iter().find(|job| job.window == window)?;
        let held = entrant.registered.iter().flat_map(|registered| &registered.positions);
        Some(agent(stored, &record.agent, job, held.collect()))
    });
    films.collect()
}

fn agent(
    stored: &StoredRun,
    name: &str,
    job: &JobRecord,
    held: Vec<&PositionRecord>,
) -> Result<AgentFilm, StoreError> {
    let folder = agent_folder(&stored.folder, name);
    let mut curve = Vec::new();
    read(&folder.join("equity.parquet"), "equity curve", |batch| {
        let windows = numbers::<UInt32Type>(batch, "window")?;
        let ts = numbers::<TimestampMicrosecondType>(batch, "ts")?;
        let equity = numbers::<Decimal128Type>(batch, "equity")?;
        let cash = numbers::<Decimal128Type>(batch, "cash")?;
        let own = (0..batch.num_rows()).filter(|row| windows[*row] == job.window);
        curve.extend(own.map(|row| {
            (Timestamp::from_micros(ts[row]), Cash::from_units(equity[row]), Cash::from_units(cash[row]))
        }));
        Ok(())
    })?;
    let mut fills = Vec::new();
    read(&folder.join("fills.parquet"), "table of fills", |batch| {
        let windows = numbers::<UInt32Type>(batch, "window")?;
        let at = numbers::<TimestampMicrosecondType>(batch, "at")?;
        let quantity = numbers::<Decimal128Type>(batch, "quantity")?;
        let (symbol, side) = (strings(batch, "symbol")?, strings(batch, "side")?);
        for row in (0..batch.num_rows()).filter(|row| windows[*row] == job.window) {
            let units = if side[row] == "buy" { quantity[row] } else { -quantity[row] };
            fills.push((Timestamp::from_micros(at[row]), symbol[row].to_owned(), Qty::from_units(units)));
        }
        Ok(())
    })?;
    let mut own = trades(&stored.folder, name)?;
    own.retain(|trade| trade.window == job.window);
    Ok(AgentFilm {
        name: name.to_owned(),
        start: job.starting_balance.parse().unwrap_or(Cash::ZERO),
        sampling: if job.sampling == "daily" { Sampling::Daily } else { Sampling::PerBar },
        periods_per_year: job.periods_per_year,
        curve,
        carried: held.iter().map(|one| (one.symbol.clone(), quantity_of(one))).collect(),
        carried_worth: held.iter().map(|one| Cash::notional(mark_of(one), quantity_of(one))).sum(),
        fills,
        trades: own,
    })
}

fn quantity_of(held: &PositionRecord) -> Qty {
    held.quantity.parse().unwrap_or_default()
}

fn mark_of(held: &PositionRecord) -> Price {
    held.mark.parse().unwrap_or_default()
}
