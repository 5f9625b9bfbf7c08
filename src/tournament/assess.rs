//! From the scores of a tournament to its standings and its format, with the work they took.
//!
//! Owns the one way there, whether the scores were just made or come from a stored run. Never replays. Invariant:
//! a stored run and the tournament that it was written from give the same assessment.

use std::fmt;

use super::formats::{Exit, Field, FormatError, FormatView, view};
use super::outcome::Tournament;
use super::remembered::remembered;
use super::repeats::{Repeated, repeated};
use super::standings::{Fold, Records, ScoreMatrix, Standings, StandingsError, StandingsSpec, standings};
use crate::domain::{AgentName, Seed, counted};
use crate::engine::ReplayStatus;
use crate::metrics::Summary;
use crate::scenario::{Aggregate, Benchmark, MetricSpec, RankingMetric, Scenario, TournamentSpec};

/// The scores of a tournament, with what its standings need to know besides.
#[derive(Debug, Clone)]
pub struct Results {
    /// Agents x windows, by the ranking metric; more is better.
    pub matrix: ScoreMatrix,
    /// When each agent first went out.
    pub exits: Vec<Option<Exit>>,
    /// The ranking metric's name.
    pub metric: String,
    /// The scenario's seed.
    pub seed: Seed,
    /// Index of the benchmark.
    pub benchmark: Option<usize>,
}

/// How much was replayed, and how much that says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    /// Number of agents.
    pub agents: usize,
    /// Number of windows.
    pub windows: usize,
    /// Replays: one an agent and window.
    pub replays: usize,
    /// Pairs of agents that they compare.
    pub pairings: usize,
}

/// What a tournament says.
#[derive(Debug, Clone)]
pub struct Assessment {
    /// With which settings.
    pub spec: TournamentSpec,
    /// Places, intervals, ratings, tests, verdict; why there are none otherwise.
    pub standings: Result<Standings, StandingsError>,
    /// The format's view.
    pub view: FormatView,
    /// Work that the assessment took.
    pub work: Work,
}

impl Results {
    /// Of a tournament that was just run.
    ///
    /// # Errors
    /// [`StandingsError`] for scores that are no matrix, which no tournament gives.
    pub fn of(tournament: &Tournament, scenario: &Scenario) -> Result<Self, StandingsError> {
        let entries = tournament.agents.iter().map(|agent| (&agent.name, agent.repeat_of.as_ref()));
        let entries = entries.map(|(name, of)| (name.as_str(), of.map(AgentName::as_str)));
        let played = repeated(entries.clone());
        let windows = tournament.windows.iter().map(|span| span.window.index.to_string()).collect();
        let ends = |agent: &super::AgentResult| -> Vec<Option<Exit>> {
            agent
                .windows
                .iter()
                .map(|window| exit(&window.replay.status, window.replay.window.index))
                .collect()
        };
        let ends: Vec<Vec<Option<Exit>>> = tournament.agents.iter().map(ends).collect();
        let summaries: Vec<Vec<Summary>> =
            tournament.agents.iter().map(|agent| agent.summaries().collect()).collect();
        let battle = &scenario.battle;
        let scoring = Scoring {
            metric: battle.ranking_metric,
            conventions: scenario.metrics,
            aggregate: battle.aggregate,
            min_trades: battle.min_trades,
        };
        let benchmark = scenario.report.benchmark.as_ref().map(Benchmark::name);
        let all: Vec<(&str, Option<&str>)> = entries.collect();
        let rows = tournament.leaderboard.rankings.iter().map(|row| all[row.agent]);
        let order: Vec<&str> = rows.map(|(name, of)| of.unwrap_or(name)).collect();
        let remembered = remembered(scenario, &tournament.windows);
        let matrix = scoring.of_entries(&played, windows, &summaries)?.with_tie_order(&order);
        let matrix = matrix.with_remembered(first_known(&played, &remembered))?;
        Self::new(matrix, ends_of(&played, &ends), battle.ranking_metric.as_str(), scenario.seed, benchmark)
    }

    /// From scores, and how each agent went out in each window.
    ///
    /// # Errors
    /// [`StandingsError`] for marks that do not fit the scores.
    pub fn new(
        matrix: ScoreMatrix,
        ends: Vec<Vec<Option<Exit>>>,
        metric: &str,
        seed: Seed,
        benchmark: Option<&str>,
    ) -> Result<Self, StandingsError> {
        let benchmark = benchmark.and_then(|name| matrix.agents().iter().position(|agent| agent == name));
        let flags = ends.iter().map(|ends| ends.iter().map(Option::is_some).collect()).collect();
        let exits = ends.into_iter().map(|ends| ends.into_iter().flatten().min()).collect();
        let matrix = matrix.with_disqualified(flags)?;
        Ok(Self { matrix, exits, metric: metric.to_owned(), seed, benchmark })
    }

    /// The tournament in its format.
    ///
    /// # Errors
    /// [`FormatError`] where there are too few agents or windows for the format.
    pub fn view(&self, spec: &TournamentSpec) -> Result<FormatView, FormatError> {
        view(&spec.format, &Field::new(&self.matrix, self.exits.clone(), self.seed, spec.alpha))
    }

    /// How much was replayed for them.
    pub fn work(&self) -> Work {
        let (agents, windows) = (self.matrix.agents().len(), self.matrix.windows().len());
        Work { agents, windows, replays: agents * windows, pairings: agents * agents.saturating_sub(1) / 2 }
    }
}

/// How agents are scored over several windows.
#[derive(Debug, Clone, Copy)]
pub struct Scoring {
    /// Metric agents are ranked by.
    pub metric: RankingMetric,
    /// By which conventions.
    pub conventions: MetricSpec,
    /// How windows become one score.
    pub aggregate: Aggregate,
    /// Agents with fewer closed round trips are not ranked.
    pub min_trades: u32,
}

impl Scoring {
    /// The scores of the agents behind these entries, by what the windows of each entry left behind (entries x windows).
    ///
    /// # Errors
    /// [`StandingsError`] for summaries that are no matrix.
    pub fn of_entries(
        self,
        played: &[Repeated<&str>],
        windows: Vec<String>,
        summaries: &[Vec<Summary>],
    ) -> Result<ScoreMatrix, StandingsError> {
        let names = played.iter().map(|agent| agent.name.to_owned()).collect();
        let each = played.iter().map(|agent| agent.each(|entry| summaries[entry].clone())).collect();
        self.matrix(names, windows, each)
    }

    /// The scores of agents by what their windows left behind (agents x repeats x windows; agents have the same number
    /// of repeats, or one).
    ///
    /// # Errors
    /// [`StandingsError`] for summaries that are no matrix.
    pub fn matrix(
        self,
        agents: Vec<String>,
        windows: Vec<String>,
        summaries: Vec<Vec<Vec<Summary>>>,
    ) -> Result<ScoreMatrix, StandingsError> {
        let Self { metric, conventions, aggregate, min_trades } = self;
        let unranked = summaries.iter().map(|repeats| {
            let trades: u64 = repeats.iter().flatten().map(|window| window.trades.count).sum();
            let enough = trades >= u64::from(min_trades) * repeats.len() as u64;
            (!enough).then(|| format!("fewer than {min_trades} trades"))
        });
        let unranked = unranked.collect();
        let most = summaries.iter().map(Vec::len).max().unwrap_or_default();
        let in_repeat = |number: usize| {
            summaries.iter().map(|repeats| repeats[number.min(repeats.len() - 1)].clone()).collect()
        };
        let summaries = (0..most).map(in_repeat).collect();
        let matrix = ScoreMatrix::of_records(agents, windows, Records { summaries, metric, conventions })?;
        let matrix = match aggregate {
            Aggregate::Record => matrix,
            Aggregate::Mean => matrix.folded(Fold::Mean),
            Aggregate::Median => matrix.folded(Fold::Median),
        };
        matrix.with_unranked(unranked)
    }
}

/// What is known of any repeat of each agent: that of the first of which anything is.
pub fn first_known<T: Clone>(played: &[Repeated<&str>], entries: &[Option<T>]) -> Vec<Option<T>> {
    played.iter().map(|agent| agent.entries.iter().find_map(|&entry| entries[entry].clone())).collect()
}

/// How each agent went out in each window, in whichever of its repeats it went out first.
pub fn ends_of(played: &[Repeated<&str>], entries: &[Vec<Option<Exit>>]) -> Vec<Vec<Option<Exit>>> {
    let windows = entries.first().map_or(0, Vec::len);
    let first = |agent: &Repeated<&str>, window: usize| {
        agent.entries.iter().filter_map(|&entry| entries[entry][window].clone()).min()
    };
    played.iter().map(|agent| (0..windows).map(|window| first(agent, window)).collect()).collect()
}

/// When and how a replay ended before its window.
fn exit(status: &ReplayStatus, window: u32) -> Option<Exit> {
    let at = match status {
        ReplayStatus::Completed => return None,
        ReplayStatus::Disqualified { at, .. }
        | ReplayStatus::Liquidated { at }
        | ReplayStatus::Forfeit { at, .. } => at,
    };
    Some(Exit { at: at.to_string(), window: window as usize, status: status.as_str().to_owned() })
}

/// Standings and format of these results.
///
/// # Errors
/// [`FormatError`] where there are too few agents or windows for the format.
pub fn assess(results: &Results, spec: &TournamentSpec) -> Result<Assessment, FormatError> {
    Ok(Assessment {
        view: results.view(spec)?,
        standings: standings(&results.matrix, &settings(results, spec)),
        spec: spec.clone(),
        work: results.work(),
    })
}

/// The settings of the standings.
pub(super) fn settings(results: &Results, spec: &TournamentSpec) -> StandingsSpec {
    StandingsSpec {
        metric: results.metric.clone(),
        higher_is_better: true,
        alpha: spec.alpha,
        level: spec.level,
        resamples: usize::try_from(spec.resamples).unwrap_or(usize::MAX),
        seed: results.seed,
        ratings: spec.ratings.clone(),
        benchmark: results.benchmark,
        ..StandingsSpec::default()
    }
}

/// `432 replays for 66 pairings over 36 windows`.
impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted = |n: usize, what: &str| counted(n as u64, what);
        write!(
            f,
            "{} for {} over {}",
            counted(self.replays, "replay"),
            counted(self.pairings, "pairing"),
            counted(self.windows, "window")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::TournamentFormat;
    use crate::tournament::testing::{agent, metrics, result, scenario};
    use crate::tournament::{Leaderboard, leaderboard};

    /// Agents with these returns, a window each.
    fn tournament(rows: &[(&str, &[f64])], scenario: &Scenario) -> Tournament {
        let window = |value: &f64| result(metrics(*value));
        let agents: Vec<_> =
            rows.iter().map(|(name, returns)| agent(name, returns.iter().map(window).collect())).collect();
        let windows = (0..rows[0].1.len()).map(|_| crate::tournament::WindowSpan {
            window: agents[0].windows[0].replay.window,
            start: crate::domain::Timestamp::default(),
            end: crate::domain::Timestamp::default(),
            regime: None,
        });
        let board: Leaderboard = leaderboard(&agents, &scenario.battle, &scenario.metrics);
        Tournament {
            windows: windows.collect(),
            agents,
            battles: Vec::new(),
            leaderboard: board,
            benchmark: None,
        }
    }

    #[test]
    fn the_work_is_agents_times_windows() {
        let work = Work { agents: 12, windows: 36, replays: 432, pairings: 66 };
        assert_eq!(work.to_string(), "432 replays for 66 pairings over 36 windows");
        let one = Work { agents: 2, windows: 1, replays: 2, pairings: 1 };
        assert_eq!(one.to_string(), "2 replays for 1 pairing over 1 window");
    }

    #[test]
    fn results_lead_to_standings_and_format() {
        let mut scenario = scenario(&["a", "b"], RankingMetric::RoiPct);
        scenario.report.benchmark = Some(Benchmark::Agent(AgentName::new("b").unwrap()));
        let mut tournament = tournament(&[("a", &[0.1, 0.2]), ("b", &[0.2, 0.4])], &scenario);
        let at = crate::domain::Timestamp::default();
        tournament.agents[0].windows[1].replay.status =
            ReplayStatus::Forfeit { at, reason: "no reason".to_owned() };
        let results = Results::of(&tournament, &scenario).unwrap();
        assert_eq!(results.benchmark, Some(1));
        assert_eq!(results.exits[0].as_ref().unwrap().at, "1970-01-01T00:00:00Z");
        assert_eq!(results.matrix.disqualified_windows(0), 1);
        let spec = TournamentSpec { format: TournamentFormat::Survival, ..TournamentSpec::default() };
        let found = assess(&results, &spec).unwrap();
        assert_eq!(found.view.winner(), Some("b"));
        assert_eq!(found.work, Work { agents: 2, windows: 2, replays: 4, pairings: 1 });
        assert_eq!(found.standings.unwrap().rows[0].agent, 1);
        let league = TournamentFormat::League { seasons: 3, divisions: 1 };
        assert!(assess(&results, &TournamentSpec { format: league, ..spec }).is_err());
    }
}
