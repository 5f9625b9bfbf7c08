//! `tournament.json`: the format's view of a tournament, with its settings and the work it took.
//!
//! Owns the keys, and the way back from a stored run to the scores that any other format can be derived from. Never
//! computes a place. The standings have a file of their own.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{JobRecord, StoreError, StoredRun};
use crate::domain::Seed;
use crate::metrics::{Score, Summary};
use crate::scenario::{
    Aggregate, MetricSpec, MetricsProfile, RankingMetric, RatingSystem, TournamentFormat, TournamentSpec,
};
use crate::tournament::formats::{Exit, FormatView};
use crate::tournament::standings::{Fold, ScoreMatrix, StandingsError};
use crate::tournament::{Assessment, Results, Scoring, Work};

/// Version of this form; counts changes that a reader must know.
pub const TOURNAMENT_FORMAT_VERSION: u32 = 1;

/// A tournament in its format.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TournamentRecord {
    /// Version of this form.
    pub format_version: u32,
    /// What it was asked for.
    pub settings: TournamentSettings,
    /// How much was replayed.
    pub work: WorkRecord,
    /// Windows by the regime before them; empty where they were not drawn by that.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub strata: BTreeMap<String, usize>,
    /// What the places prove and what they do not.
    pub proves: String,
    /// Why there are no standings; null where there are.
    pub standings_missing: Option<String>,
    /// The places and how they came about; `format` says in which format.
    pub view: FormatView,
}

/// The settings of a tournament that do not depend on its format.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TournamentSettings {
    /// Significance level: the probability of calling a winner among equal agents.
    pub alpha: f64,
    /// Coverage of the intervals.
    pub level: f64,
    /// Number of bootstrap resamples of the windows.
    pub resamples: u32,
    /// Rating systems, in the order asked for.
    pub ratings: Vec<String>,
    /// The agent that others are measured against.
    pub benchmark: Option<String>,
}

/// How much was replayed for how many comparisons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkRecord {
    /// Agents.
    pub agents: usize,
    /// Windows.
    pub windows: usize,
    /// Replays: one an agent and window.
    pub replays: usize,
    /// Pairs of agents.
    pub pairings: usize,
    /// The same in words: `432 replays for 66 pairings over 36 windows`.
    pub text: String,
}

impl From<&Work> for WorkRecord {
    fn from(work: &Work) -> Self {
        let Work { agents, windows, replays, pairings } = *work;
        Self { agents, windows, replays, pairings, text: work.to_string() }
    }
}

impl TournamentRecord {
    /// Of an assessment; `regimes` are those before the windows, where they were drawn by that.
    pub fn new(found: &Assessment, benchmark: Option<&str>, regimes: impl Iterator<Item = String>) -> Self {
        Self {
            format_version: TOURNAMENT_FORMAT_VERSION,
            settings: TournamentSettings {
                alpha: found.spec.alpha,
                level: found.spec.level,
                resamples: found.spec.resamples,
                ratings: found.spec.ratings.iter().map(|system| system.as_str().to_owned()).collect(),
                benchmark: benchmark.map(str::to_owned),
            },
            work: (&found.work).into(),
            strata: strata(regimes),
            proves: found.view.proves().to_owned(),
            standings_missing: found.standings.as_ref().err().map(StandingsError::to_string),
            view: found.view.clone(),
        }
    }

    /// The same tournament in another view.
    #[must_use]
    pub fn with_view(self, view: FormatView) -> Self {
        Self { proves: view.proves().to_owned(), view, ..self }
    }

    /// The bytes of `tournament.json`, final newline included.
    ///
    /// # Errors
    /// [`StoreError::Json`], which no tournament causes.
    pub fn to_json(&self) -> Result<String, StoreError> {
        super::json::pretty("the tournament", self)
    }
}

impl TournamentSettings {
    /// The same settings for another format.
    pub fn with_format(&self, format: TournamentFormat) -> TournamentSpec {
        TournamentSpec {
            format,
            alpha: self.alpha,
            level: self.level,
            resamples: self.resamples,
            ratings: self.ratings.iter().filter_map(|name| RatingSystem::from_name(name)).collect(),
        }
    }
}

/// Windows by regime, those that occur.
fn strata(regimes: impl Iterator<Item = String>) -> BTreeMap<String, usize> {
    let mut strata = BTreeMap::new();
    for regime in regimes {
        *strata.entry(regime).or_default() += 1;
    }
    strata
}

impl StoredRun {
    /// The scores of the run, from which standings and any format follow without a replay. `benchmark` is an agent.
    ///
    /// # Errors
    /// [`StandingsError`] for files that do not fit together.
    pub fn results(&self, benchmark: Option<&str>) -> Result<Results, StandingsError> {
        let names: Vec<String> = self.agents.iter().map(|agent| agent.agent.clone()).collect();
        let windows: Vec<String> = self.battles.iter().map(|battle| battle.window.to_string()).collect();
        let ends = self.agents.iter().map(|agent| agent.windows.iter().map(exit).collect()).collect();
        let summaries: Option<Vec<Vec<Summary>>> =
            self.agents.iter().map(|agent| agent.windows.iter().map(|job| job.summary).collect()).collect();
        let matrix = match (self.scoring(), summaries) {
            (Some(scoring), Some(summaries)) => scoring.matrix(names, windows, summaries)?,
            // A run of an older version: scores of windows are all there is.
            _ => ScoreMatrix::new(names.clone(), windows, self.window_scores(&names), Fold::Mean)?,
        };
        let order: Vec<&str> = self.leaderboard.rankings.iter().map(|row| row.agent.as_str()).collect();
        let matrix = matrix.with_tie_order(&order);
        Results::new(matrix, ends, &self.run.ranking_metric, Seed(self.run.seed), benchmark)
    }

    /// How its agents are scored; nothing in a run of an older version.
    fn scoring(&self) -> Option<Scoring> {
        let named = |name: &str| Aggregate::ALL.into_iter().find(|aggregate| aggregate.as_str() == name);
        let metric =
            RankingMetric::ALL.into_iter().find(|metric| metric.as_str() == self.run.ranking_metric)?;
        let profiles = MetricsProfile::ALL.into_iter();
        Some(Scoring {
            metric,
            conventions: MetricSpec {
                risk_free_rate: self.run.risk_free_rate,
                minimum_acceptable_return: self.run.minimum_acceptable_return,
                profile: profiles.into_iter().find(|one| one.as_str() == self.run.metrics_profile)?,
                ..MetricSpec::default()
            },
            aggregate: named(&self.leaderboard.aggregate)?,
            min_trades: self.leaderboard.min_trades,
        })
    }

    fn window_scores(&self, names: &[String]) -> Vec<Vec<Score>> {
        let score = |agent: &String| {
            let place = |battle: &super::BattleRecord| {
                let found = battle.rankings.iter().find(|place| place.agent == *agent);
                found.map_or(Score::Absent, super::PlaceRecord::known_score)
            };
            self.battles.iter().map(place).collect()
        };
        names.iter().map(score).collect()
    }
}

/// When and how a job ended before its window: `status_detail` ends with the time.
fn exit(job: &JobRecord) -> Option<Exit> {
    if job.status == "completed" {
        return None;
    }
    let at = job.status_detail.as_deref().and_then(|detail| detail.rsplit_once(" at "));
    Some(Exit {
        at: at.map_or_else(String::new, |(_, at)| at.to_owned()),
        window: job.window as usize,
        status: job.status.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::ReplayStatus;
    use crate::store::{RunWriter, fixture};
    use crate::tournament::assess;

    #[test]
    fn a_stored_run_gives_the_results_it_was_written_from() {
        let out = tempfile::tempdir().unwrap();
        let (scenario, mut tournament) = (fixture::scenario(), fixture::tournament());
        tournament.agents[1].windows[0].replay.status =
            ReplayStatus::Forfeit { at: fixture::day(3), reason: "stopped at its end".to_owned() };
        let stored = RunWriter::open(out.path(), fixture::run()).unwrap().finish(&tournament).unwrap();
        let made = Results::of(&tournament, &scenario).unwrap();
        let read = stored.results(None).unwrap();
        assert_eq!(read.matrix, made.matrix);
        assert_eq!(read.exits, made.exits);
        assert_eq!(read.exits[1].as_ref().unwrap().at, "2024-01-03T00:00:00Z");
        assert_eq!((read.seed, read.metric, read.benchmark), (made.seed, made.metric, made.benchmark));
        assert_eq!(stored.results(Some("idle")).unwrap().benchmark, Some(1));
    }

    #[test]
    fn the_record_reads_back_and_keeps_its_settings() {
        let results = Results::of(&fixture::tournament(), &fixture::scenario()).unwrap();
        let spec = TournamentSpec { alpha: 0.1, ratings: RatingSystem::ALL.to_vec(), ..Default::default() };
        let found = assess(&results, &spec).unwrap();
        let regimes = ["up_calm", "down_volatile", "up_calm"].map(str::to_owned);
        let record = TournamentRecord::new(&found, Some("idle"), regimes.into_iter());
        let text = record.to_json().unwrap();
        assert_eq!(serde_json::from_str::<TournamentRecord>(&text).unwrap(), record);
        assert_eq!(record.strata["up_calm"], 2);
        assert_eq!(record.work.text, "2 replays for 1 pairing over 1 window");
        assert_eq!(record.settings.with_format(TournamentFormat::RoundRobin), spec);
        let other = results.view(&record.settings.with_format(TournamentFormat::Survival)).unwrap();
        let seen = record.clone().with_view(other);
        assert!(seen.view.name() == "survival" && seen.work == record.work && seen.proves != record.proves);
        let plain = TournamentRecord::new(&found, None, std::iter::empty()).to_json().unwrap();
        assert!(!plain.contains("strata"), "{plain}");
    }
}
