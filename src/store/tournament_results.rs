//! From a stored run back to the scores that any other format can be derived from.

use super::{AgentRecord, JobRecord, RankingRecord, StoredRun};
use crate::domain::Seed;
use crate::metrics::{Score, Summary};
use crate::scenario::{Aggregate, MetricSpec, MetricsProfile, RankingMetric};
use crate::tournament::formats::Exit;
use crate::tournament::standings::{Fold, ScoreMatrix, StandingsError};
use crate::tournament::{Results, Scoring, ends_of, first_known, repeated};

impl StoredRun {
    /// The scores of the run, from which standings and any format follow without a replay. `benchmark` is an agent.
    ///
    /// # Errors
    /// [`StandingsError`] for files that do not fit together.
    pub fn results(&self, benchmark: Option<&str>) -> Result<Results, StandingsError> {
        let entry = |agent: &'_ AgentRecord| (agent.agent.clone(), agent.repeat_of.clone());
        let entries: Vec<(String, Option<String>)> = self.agents.iter().map(entry).collect();
        let played = repeated(entries.iter().map(|(name, of)| (name.as_str(), of.as_deref())));
        let windows: Vec<String> = self.battles.iter().map(|battle| battle.window.to_string()).collect();
        let ends: Vec<Vec<Option<Exit>>> =
            self.agents.iter().map(|agent| agent.windows.iter().map(exit).collect()).collect();
        let summaries: Option<Vec<Vec<Summary>>> =
            self.agents.iter().map(|agent| agent.windows.iter().map(|job| job.summary).collect()).collect();
        let matrix = match (self.scoring(), summaries) {
            (Some(scoring), Some(summaries)) => scoring.of_entries(&played, windows, &summaries)?,
            // A run of an older version: scores of windows are all there is, and no agent is repeated.
            _ => {
                let names: Vec<String> = entries.iter().map(|(name, _)| name.clone()).collect();
                let scores = self.window_scores(&names);
                ScoreMatrix::new(names, windows, scores, Fold::Mean)?
            }
        };
        let agent_of = |row: &'_ RankingRecord| {
            let entry = entries.iter().find(|(name, _)| *name == row.agent);
            entry.and_then(|(_, of)| of.clone()).unwrap_or_else(|| row.agent.clone())
        };
        let order: Vec<String> = self.leaderboard.rankings.iter().map(agent_of).collect();
        let order: Vec<&str> = order.iter().map(String::as_str).collect();
        let matrix =
            matrix.with_tie_order(&order).with_remembered(first_known(&played, &self.remembered()))?;
        let ends = ends_of(&played, &ends);
        Results::new(matrix, ends, &self.run.ranking_metric, Seed(self.run.seed), benchmark)
    }

    /// Why scores of its agents may be remembered, in the agents' order.
    fn remembered(&self) -> Vec<Option<String>> {
        let reason = |agent: &AgentRecord| {
            let row = self.leaderboard.rankings.iter().find(|row| row.agent == agent.agent)?;
            row.remembered()
        };
        self.agents.iter().map(reason).collect()
    }

    /// How its agents are scored; nothing in a run of an older version.
    fn scoring(&self) -> Option<Scoring> {
        let named = |name: &str| Aggregate::ALL.into_iter().find(|aggregate| aggregate.as_str() == name);
        let metric = RankingMetric::of_key(&self.run.ranking_metric)?;
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
            let ranked = |battle: &super::BattleRecord| {
                let found = battle.rankings.iter().find(|ranked| ranked.agent == *agent);
                found.map_or(Score::Absent, super::RankRecord::known_score)
            };
            self.battles.iter().map(ranked).collect()
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
    use crate::scenario::{RatingSystem, TournamentFormat, TournamentSpec};
    use crate::store::TournamentRecord;
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
