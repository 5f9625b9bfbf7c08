//! What is left of an agent's result where its decisions come late.

use super::observer::CancelOnly;
use super::{Prepared, RunError, RunObserver};
use crate::domain::Metric;
use crate::metrics::{Metrics, Score, value_of};
use crate::scenario::{AgentSpec, Benchmark, Scenario};
use crate::tournament::{self, RunOptions, TournamentPlan};

/// Where every delay leaves less of a score, most often a look ahead made it.
const SUSPICIOUS: f64 = 0.5;
/// Where a delay makes more of a score, most often the agent knows bars still further ahead.
const BETTER_LATE: f64 = 3.0;

/// An agent with its decisions delayed by more and more bars.
#[derive(Debug, Clone)]
pub struct LagReport {
    /// Name of the agent.
    pub agent: String,
    /// Ranking metric of the scenario.
    pub ranking_metric: Metric,
    /// Without a delay, then by length of delay.
    pub rows: Vec<LagRow>,
}

/// The result with one length of delay.
#[derive(Debug, Clone)]
pub struct LagRow {
    /// Delay in bars.
    pub bars: usize,
    /// The score over all windows.
    pub score: Score,
    /// What the agent did over all windows, one after the other.
    pub record: Metrics,
}

impl LagReport {
    /// The part of the undelayed score that a row has left; `None` where that score is no gain to lose.
    pub fn kept(&self, row: &LagRow) -> Option<f64> {
        kept(self.rows.first()?.score, row.score)
    }

    /// The same of the total return.
    pub fn kept_return(&self, row: &LagRow) -> Option<f64> {
        let roi = |row: &LagRow| value_of(&row.record, Metric::RoiPct).map_or(Score::Absent, Score::of);
        kept(roi(self.rows.first()?), roi(row))
    }

    /// What the delays say together. An edge that no delay leaves comes from knowing the next bar; one that some delay
    /// takes and a longer one leaves is chance; one that grows with a delay comes from knowing later bars.
    pub fn sentence(&self) -> String {
        let Some(metric) = self.metric() else { return self.no_edge() };
        let late = self.rows.iter().skip(1).filter_map(|row| Some((row.bars, self.kept_of(metric, row)?)));
        verdict(&format!("of the {} of `{}`", metric.info().title, self.agent), &late.collect::<Vec<_>>())
    }

    fn no_edge(&self) -> String {
        let gain = |row: &LagRow| Some((row.bars, value_of(&row.record, Metric::RoiPct).ok()?));
        let late = self.rows.iter().skip(1).filter_map(gain).filter(|&(_, roi)| roi > 0.0);
        let start = format!("`{}` gains nothing without a delay", self.agent);
        match late.max_by(|a, b| a.1.total_cmp(&b.1)) {
            Some((bars, roi)) => format!(
                "{start}, and {} with {}: chance, or rows that are stamped too early",
                percent(roi / 100.0),
                delay(bars)
            ),
            None => format!("{start}: there is no edge to lose"),
        }
    }

    /// What is compared: the ranking metric, or the total return where that metric is no gain to lose.
    fn metric(&self) -> Option<Metric> {
        let first = self.rows.first()?;
        let usable = |metric: &Metric| self.kept_of(*metric, first).is_some();
        [self.ranking_metric, Metric::RoiPct].into_iter().find(usable)
    }

    fn kept_of(&self, metric: Metric, row: &LagRow) -> Option<f64> {
        if metric == self.ranking_metric { self.kept(row) } else { self.kept_return(row) }
    }
}

/// What delays leave `of` a score, by bars of delay, the shortest first.
fn verdict(of: &str, late: &[(usize, f64)]) -> String {
    let most = late.iter().max_by(|a, b| a.1.total_cmp(&b.1));
    let (Some(&(bars, kept)), Some(&(best_bars, best))) = (late.first(), most) else { return String::new() };
    let (shortest, longer) = (delay(bars), delay(best_bars));
    if best >= BETTER_LATE {
        return format!(
            "{longer} leaves {} {of}: most often a look ahead of more than a bar, or rows that are stamped too early",
            percent(best)
        );
    }
    if kept >= SUSPICIOUS {
        return format!("{shortest} leaves {} {of}: no sign of a look ahead", percent(kept));
    }
    let taken = if kept <= 0.0 { "all".to_owned() } else { percent(1.0 - kept) };
    if best >= SUSPICIOUS {
        let left = percent(best);
        return format!(
            "{shortest} takes {taken} {of}, but {longer} leaves {left}: chance rather than a look ahead"
        );
    }
    format!("{shortest} takes {taken} {of}: most often a look ahead")
}

fn delay(bars: usize) -> String {
    match bars {
        1 => "one bar of delay".to_owned(),
        bars => format!("{bars} bars of delay"),
    }
}

fn kept(whole: Score, part: Score) -> Option<f64> {
    let whole = whole.number().filter(|&whole| whole > 0.0)?;
    part.number().map(|part| part / whole)
}

fn percent(part: f64) -> String {
    format!("{:.0} %", 100.0 * part)
}

/// Replays an agent of the scenario in all windows, without a delay and with its decisions delayed by each number of
/// `bars`. It sees the market as it was so many bars ago, and its account as it is.
///
/// ```
/// use tiltyard::prelude::*;
/// use tiltyard::run::lag;
///
/// let source = ScenarioSource::read("scenarios/daily_rotation.toml".as_ref(), &NoRegistry)?;
/// let prepared = prepare(&source.scenario, &[])?;
/// let name = source.scenario.agents[0].name.as_str();
/// let found = lag(&prepared, name, &[1, 5], RunOptions::default(), &NoProgress)?;
/// println!("{}", found.sentence());
/// # Ok::<(), RunError>(())
/// ```
///
/// # Errors
/// [`RunError::NoSuchAgent`], and [`RunError::Interrupted`] where the observer cancels.
pub fn lag(
    prepared: &Prepared,
    agent: &str,
    bars: &[usize],
    options: RunOptions,
    observer: &dyn RunObserver,
) -> Result<LagReport, RunError> {
    let scenario = alone(&prepared.scenario, agent)?;
    let plan = TournamentPlan { scenario: &scenario, ..prepared.plan() };
    let mut delays = vec![0];
    delays.extend(bars);
    delays.sort_unstable();
    delays.dedup();
    let row = |&bars: &usize| {
        let mut own = prepared.own.clone();
        own.delay(scenario.agents[0].name.clone(), bars);
        let found = tournament::run_entrants(&plan, &own, &CancelOnly(observer), options)?;
        let score = found.leaderboard.rankings.iter().find(|row| row.agent == 0);
        let score = score.map_or(Score::Absent, |row| row.score);
        let record = found.agents.into_iter().next().map(|agent| agent.record);
        Ok(record.map(|record| LagRow { bars, score, record }))
    };
    let rows = delays.iter().map(row).collect::<Result<Vec<_>, RunError>>()?;
    Ok(LagReport {
        agent: agent.to_owned(),
        ranking_metric: scenario.battle.ranking_metric.metric(),
        rows: rows.into_iter().flatten().collect(),
    })
}

/// The scenario with this agent, and with the one that is the benchmark.
pub(super) fn alone(scenario: &Scenario, name: &str) -> Result<Scenario, RunError> {
    // Of an agent that is repeated, the first.
    let called = |agent: &&AgentSpec| {
        agent.name.as_str() == name || agent.repeat_of.as_ref().is_some_and(|of| of.as_str() == name)
    };
    let agent = scenario.agents.iter().find(called);
    let agent = agent.ok_or_else(|| RunError::NoSuchAgent {
        name: name.to_owned(),
        known: scenario.agents.iter().map(|agent| agent.name.to_string()).collect(),
    })?;
    let benchmark = match &scenario.report.benchmark {
        Some(Benchmark::Agent(other)) if *other != agent.name => {
            scenario.agents.iter().find(|agent| agent.name == *other)
        }
        _ => None,
    };
    let agents = [agent].into_iter().chain(benchmark).cloned().collect();
    Ok(Scenario { agents, sweep: None, validation: None, tournament: None, ..scenario.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_delays_are_heard() {
        for (late, end) in [
            (&[(1, 0.1), (5, 0.15)][..], "one bar of delay takes 90 % of it: most often a look ahead"),
            (&[(1, -0.1)], "one bar of delay takes all of it: most often a look ahead"),
            (&[(1, 0.1), (5, 0.75)], "but 5 bars of delay leaves 75 %: chance rather than a look ahead"),
            (&[(1, 0.75), (5, 0.1)], "one bar of delay leaves 75 % of it: no sign of a look ahead"),
            (&[(1, 4.5)], "a look ahead of more than a bar, or rows that are stamped too early"),
        ] {
            let said = verdict("of it", late);
            assert!(said.ends_with(end), "{said}");
        }
    }
}
