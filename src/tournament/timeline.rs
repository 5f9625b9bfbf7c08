//! A finished battle at any time of it: equity, positions and ranks, from what its agents left behind.
//!
//! Owns the cut of a window at a time, and the ranking of what was measured until then. Never simulates, never reads a
//! file. Invariant: at a window's end the ranks are those of the battle.

use std::collections::BTreeMap;

use serde::Serialize;

use super::ranking::better_keys;
use super::score::score;
use crate::domain::{Cash, DayStart, Qty, Span, Timestamp};
use crate::engine::batch::ClosedTrade;
use crate::metrics::{self, DatedExtremes, Drawdown, MetricInputs, Sample, Sampling, Score};
use crate::scenario::{MetricSpec, RankingMetric};
use crate::statistics::{Ranked, ranked};

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
    pub ranking_metric: RankingMetric,
    /// The metrics that tell equal scores apart.
    pub tie_break: Vec<RankingMetric>,
    /// Whether a fill bears the time of the close that it was decided on.
    pub at_close: bool,
    /// Length of a bar.
    pub interval: Span,
    /// Where trading days begin.
    pub day: DayStart,
    /// Conventions of the metrics.
    pub conventions: MetricSpec,
    /// In the scenario's order.
    pub agents: Vec<AgentTimeline>,
}

/// One agent of it.
#[derive(Debug)]
pub struct AgentTimeline {
    /// Name of the agent.
    pub name: String,
    /// Equity at the start.
    pub start: Cash,
    /// How returns are sampled.
    pub sampling: Sampling,
    /// Return periods in a year.
    pub periods_per_year: f64,
    /// Opens of the bars, with equity and cash at their closes.
    pub curve: Vec<(Timestamp, Cash, Cash)>,
    /// Held at the start.
    pub carried: BTreeMap<String, Qty>,
    /// What of `start` that was.
    pub carried_worth: Cash,
    /// Time, symbol and change of the quantity of every fill.
    pub fills: Vec<(Timestamp, String, Qty)>,
    /// Closed round trips by the time of their exit.
    pub trades: Vec<(Timestamp, ClosedTrade)>,
    /// Index of the bar and amount of every posting that is no fill; `None` in a run of spot assets.
    pub postings: Option<Vec<(usize, Cash)>>,
}

/// A battle at one time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Snapshot {
    /// Instant of the snapshot.
    pub at: Timestamp,
    /// Rows, best first.
    pub agents: Vec<AgentSnapshot>,
}

/// One agent at one time of a battle.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AgentSnapshot {
    /// From 1; shared by agents that neither the metric nor the tie-break tells apart.
    pub rank: u32,
    /// Name of the agent.
    pub agent: String,
    /// The ranking metric so far; null where it is no number.
    pub score: Option<f64>,
    /// What it is worth.
    pub equity: Cash,
    /// Of it, in cash.
    pub cash: Cash,
    /// Return on investment in percent.
    pub roi_pct: f64,
    /// Base quantity by symbol; negative for a short position.
    pub positions: BTreeMap<String, Qty>,
    /// Funding, borrow fees, interest, liquidation fees and insurance so far, which its cash includes; only in runs with
    /// an instrument on margin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub posted: Option<Cash>,
}

impl Timeline {
    /// The battle as it stood at a time, by the bars that had closed by then.
    pub fn at(&self, at: Timestamp) -> Snapshot {
        let mut agents: Vec<(Vec<Score>, AgentSnapshot)> =
            self.agents.iter().map(|agent| self.agent_at(agent, at)).collect();
        agents.sort_by(|(_, a), (_, b)| a.agent.cmp(&b.agent));
        let order = ranked(0..agents.len(), |a, b| better_keys(&agents[a].0, &agents[b].0));
        let snapshot = |row: Ranked| AgentSnapshot { rank: row.rank(), ..agents[row.index].1.clone() };
        let agents = order.into_iter().map(snapshot).collect();
        Snapshot { at, agents }
    }

    /// So many evenly spaced times of the battle, the last of them its end.
    pub fn times(&self, count: u32) -> Vec<Timestamp> {
        let (whole, bar) = ((self.end - self.start).micros(), self.interval.micros().max(1));
        let count = i64::from(count.max(1)).min((whole / bar).max(1));
        let instant = |step: i64| self.start + Span::from_micros(whole * step / count / bar * bar);
        (1..=count).map(|step| if step == count { self.end } else { instant(step) }).collect()
    }

    /// What ranks an agent, and how it stands.
    fn agent_at(&self, agent: &AgentTimeline, at: Timestamp) -> (Vec<Score>, AgentSnapshot) {
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
        let value = |metric: RankingMetric| score(&measured, metric, &self.conventions);
        let keys: Vec<Score> = std::iter::once(&self.ranking_metric)
            .chain(&self.tie_break)
            .map(|&metric| value(metric))
            .collect();
        let snapshot = AgentSnapshot {
            rank: 0,
            agent: agent.name.clone(),
            score: keys[0].number(),
            equity,
            cash,
            roi_pct: value(RankingMetric::RoiPct).number().unwrap_or(0.0),
            positions,
            posted: agent.postings.as_ref().map(|all| posted(all, known)),
        };
        (keys, snapshot)
    }
}

/// The sum of what was posted in the first bars.
fn posted(all: &[(usize, Cash)], bars: usize) -> Cash {
    all.iter().filter(|(bar, _)| *bar < bars).map(|(_, amount)| *amount).sum()
}

/// What the statistics see of an agent until `known` bars of its curve have closed.
fn observed(
    timeline: &Timeline,
    agent: &AgentTimeline,
    known: usize,
    happened: &impl Fn(Timestamp) -> bool,
) -> MetricInputs {
    let curve = &agent.curve[..known];
    let close = |index: usize| curve[index].0 + timeline.interval;
    let is_point = |index: usize| {
        agent.sampling == Sampling::PerBar
            || curve
                .get(index + 1)
                .is_none_or(|next| timeline.day.day_of(next.0) != timeline.day.day_of(curve[index].0))
    };
    let points: Vec<usize> = (0..curve.len()).filter(|index| is_point(*index)).collect();
    let equity: Vec<f64> = curve.iter().map(|(_, equity, _)| equity.to_f64()).collect();
    let start = agent.start.to_f64();
    let (fall, extremes) = metrics::walk(start, &equity);
    let at = |index: Option<usize>| index.map_or(timeline.start, close);
    let acted = curve.iter().any(|(_, equity, cash)| equity != cash)
        || agent.fills.iter().any(|fill| happened(fill.0));
    let closed = agent.trades.iter().filter(|(exit_at, _)| happened(*exit_at));
    MetricInputs {
        starting_balance: agent.start,
        final_equity: curve.last().map_or(agent.start, |(_, equity, _)| *equity),
        fees: Cash::ZERO,
        sample: Sample {
            sampling: agent.sampling,
            periods_per_year: agent.periods_per_year,
            length: curve.last().map_or(Span::default(), |last| length(timeline, agent.sampling, last.0)),
            curve: std::iter::once(start).chain(points.iter().map(|index| equity[*index])).collect(),
            times: std::iter::once(timeline.start).chain(points.iter().map(|index| close(*index))).collect(),
        },
        drawdown: Drawdown::dated(fall, at),
        extremes: DatedExtremes::dated(extremes, at),
        acted,
        trades: closed.map(|(_, trade)| *trade).collect(),
        // What no ranking metric looks at.
        notional: 0.0,
        ticks: curve.len(),
        ticks_in_market: 0,
        ticks_touched: 0,
        bar_seconds: timeline.interval.seconds(),
    }
}

/// Length of the window until the close of a bar; where sampling is daily at least the trading days it spans, as when the
/// run was measured.
fn length(timeline: &Timeline, sampling: Sampling, open: Timestamp) -> Span {
    let elapsed = open + timeline.interval - timeline.start;
    let whole_days = Span::DAY.times(timeline.day.day_of(open) - timeline.day.day_of(timeline.start) + 1);
    if sampling == Sampling::Daily { elapsed.max(whole_days) } else { elapsed }
}
