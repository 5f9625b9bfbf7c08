//! What an agent owes to what it may remember: the same agent open and masked, window by window.

use super::lag::alone;
use super::observer::CancelOnly;
use super::{Prepared, ProgramProblem, Programs, RunError, RunObserver, prepare_with};
use crate::domain::{Metric, Timestamp};
use crate::metrics::Score;
use crate::scenario::{MaskSpec, Scenario, StrategyKind};
use crate::statistics::evidence::Interval;
use crate::tournament::standings::{Standings, StandingsSpec, shown_together, standings};
use crate::tournament::{self, Results, RunOptions, Scoring};

/// Names of the two entries of the comparison.
const SIDES: [&str; 2] = ["open", "masked"];

/// An agent that has seen true names, dates and prices, beside itself with a mask.
#[derive(Debug, Clone)]
pub struct MemoryReport {
    /// Name of the agent.
    pub agent: String,
    /// What the mask hides.
    pub mask: MaskSpec,
    /// Ranking metric of the scenario.
    pub ranking_metric: Metric,
    /// Score of the whole record, open and masked.
    pub scores: [Score; 2],
    /// What each window gave, in order of time.
    pub rows: Vec<MemoryRow>,
    /// The difference of the two records, with its interval; why there is none otherwise.
    pub difference: Result<MemoryDifference, String>,
    /// Windows that are needed to say more.
    pub windows_needed: usize,
}

/// A window, open and masked.
#[derive(Debug, Clone)]
pub struct MemoryRow {
    /// Number of the window.
    pub window: u32,
    /// When it begins.
    pub start: Timestamp,
    /// Score with nothing hidden.
    pub open: Score,
    /// Score with the mask.
    pub masked: Score,
}

impl MemoryRow {
    /// By how much it did better open; `None` where a score is no number.
    pub fn difference(&self) -> Option<f64> {
        Some(self.open.number()? - self.masked.number()?)
    }
}

/// By how much an agent does better open than masked.
#[derive(Debug, Clone, PartialEq)]
pub struct MemoryDifference {
    /// Open minus masked, in `unit`.
    pub difference: f64,
    /// Its 95 % interval.
    pub interval: Interval,
    /// Two-sided p-value of "there is no difference".
    pub p_value: f64,
    /// Unit of the difference: `percentage points per window`.
    pub unit: String,
}

impl MemoryReport {
    /// What the comparison says.
    pub fn sentence(&self) -> String {
        let (agent, windows) = (&self.agent, self.rows.len());
        let found = match &self.difference {
            Ok(found) => found,
            Err(reason) => return format!("`{agent}`: open and masked cannot be compared: {reason}"),
        };
        let Interval { low, high } = found.interval;
        let numbers = shown_together(&[found.difference, low, high]);
        let by = format!(
            "open minus masked is {} {}, 95 % interval {} to {}, over {windows} windows",
            numbers[0], found.unit, numbers[1], numbers[2]
        );
        if windows < self.windows_needed {
            return format!(
                "`{agent}`: too few windows to tell: {by}, and {} are needed",
                self.windows_needed
            );
        }
        match (low > 0.0, high < 0.0) {
            (true, _) => format!(
                "`{agent}` does better when it sees true names, dates and prices, and possibly remembers them: {by}"
            ),
            (_, true) => format!("`{agent}` does better masked, so that nothing speaks for memory: {by}"),
            _ => format!("`{agent}` does not do clearly better open than masked, no sign of memory: {by}"),
        }
    }
}

/// Runs an agent of the scenario that is a program in all windows, once with nothing hidden and once masked: by its own
/// `mask`, else by all of it. Answers are kept where `programs` keeps them.
///
/// # Errors
/// [`RunError::NoSuchAgent`], [`RunError::Programs`] for an agent that is no program, those of
/// [`prepare_with()`], and [`RunError::Interrupted`] where the observer cancels.
pub fn memory(
    scenario: &Scenario,
    agent: &str,
    programs: &Programs,
    options: RunOptions,
    observer: &dyn RunObserver,
) -> Result<MemoryReport, RunError> {
    let alone = alone(scenario, agent)?;
    let StrategyKind::Process(spec) = &alone.agents[0].strategy.kind else {
        return Err(RunError::Programs(vec![ProgramProblem {
            index: alone.agents[0].table,
            agent: alone.agents[0].name.clone(),
            message: "only a program can be shown a masked market".to_owned(),
            help: "name an agent of kind `process`".to_owned(),
        }]));
    };
    let mask = if spec.mask.is_none() { MaskSpec::ALL } else { spec.mask };
    let run = |mask: MaskSpec| -> Result<(Prepared, tournament::Tournament), RunError> {
        let prepared = prepare_with(&masked(&alone, mask), &[], programs)?;
        let found =
            tournament::run_entrants(&prepared.plan(), &prepared.own, &CancelOnly(observer), options)?;
        Ok((prepared, found))
    };
    let (prepared, open) = run(MaskSpec::default())?;
    let (_, hidden) = run(mask)?;
    let results = compared(&prepared.scenario, [&open, &hidden])?;
    let spec = StandingsSpec {
        metric: results.metric.clone(),
        seed: scenario.seed,
        ratings: Vec::new(),
        ..StandingsSpec::default()
    };
    let row = |window: usize| MemoryRow {
        window: open.windows[window].window.index,
        start: open.windows[window].start,
        open: results.matrix.scores(0)[window],
        masked: results.matrix.scores(1)[window],
    };
    Ok(MemoryReport {
        agent: agent.to_owned(),
        mask,
        ranking_metric: scenario.battle.ranking_metric.metric(),
        scores: [results.matrix.whole(0), results.matrix.whole(1)],
        rows: (0..open.windows.len()).map(row).collect(),
        difference: standings(&results.matrix, &spec)
            .map_err(|error| error.to_string())
            .and_then(|found| difference(&found)),
        windows_needed: spec.minimum_windows,
    })
}

/// Both runs of the agent as two agents of one tournament.
fn compared(scenario: &Scenario, runs: [&tournament::Tournament; 2]) -> Result<Results, RunError> {
    let windows = runs[0].windows.iter().map(|span| span.window.index.to_string()).collect();
    let summaries = runs.map(|run| vec![run.agents[0].summaries().collect()]).to_vec();
    let scoring = Scoring {
        metric: scenario.battle.ranking_metric,
        conventions: scenario.metrics,
        aggregate: scenario.battle.aggregate,
        min_trades: 0,
    };
    let matrix = scoring.matrix(SIDES.map(str::to_owned).to_vec(), windows, summaries)?;
    let ends = vec![vec![None; runs[0].windows.len()]; 2];
    Ok(Results::new(matrix, ends, scenario.battle.ranking_metric.as_str(), scenario.seed, None)?)
}

fn difference(found: &Standings) -> Result<MemoryDifference, String> {
    let test = found.pairs.tests.first().ok_or("neither has a score")?;
    // The test is of the first agent against the second.
    let lead = test.lead.ok_or("a score is infinite or absent, or the windows do not differ")?;
    let interval = lead.interval(0.95).map_err(|error| error.to_string())?;
    Ok(MemoryDifference {
        difference: lead.difference,
        interval,
        p_value: lead.p_value(),
        unit: found.lead_unit(),
    })
}

/// The scenario with this mask on its first agent.
fn masked(scenario: &Scenario, mask: MaskSpec) -> Scenario {
    let mut scenario = scenario.clone();
    if let StrategyKind::Process(spec) = &mut scenario.agents[0].strategy.kind {
        spec.mask = mask;
    }
    scenario
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(difference: f64, half: f64, windows: u32) -> MemoryReport {
        let row = |window| MemoryRow {
            window,
            start: Timestamp::default(),
            open: Score::Number(1.0 + difference),
            masked: Score::Number(1.0),
        };
        MemoryReport {
            agent: "gpt".to_owned(),
            mask: MaskSpec::ALL,
            ranking_metric: Metric::RoiPct,
            scores: [Score::Number(1.0); 2],
            rows: (0..windows).map(row).collect(),
            difference: Ok(MemoryDifference {
                difference,
                interval: Interval { low: difference - half, high: difference + half },
                p_value: 0.5,
                unit: "percentage points per window".to_owned(),
            }),
            windows_needed: 20,
        }
    }

    #[test]
    fn the_sentence_follows_from_the_interval() {
        let said = |difference, half, windows| report(difference, half, windows).sentence();
        assert_eq!(
            said(2.5, 1.0, 30),
            "`gpt` does better when it sees true names, dates and prices, and possibly remembers them: open minus masked \
             is 2.50 percentage points per window, 95 % interval 1.50 to 3.50, over 30 windows"
        );
        assert!(said(2.5, 3.0, 30).contains("no sign of memory"));
        assert!(said(-2.5, 1.0, 30).contains("does better masked"));
        assert!(said(2.5, 1.0, 19).contains("too few windows to tell"));
        assert_eq!(report(2.5, 1.0, 3).rows[0].difference(), Some(2.5));
        let none = MemoryReport { difference: Err("a reason".to_owned()), ..report(0.0, 0.0, 1) };
        assert_eq!(none.sentence(), "`gpt`: open and masked cannot be compared: a reason");
    }
}
