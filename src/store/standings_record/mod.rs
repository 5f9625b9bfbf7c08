//! `standings.json` and `standings.csv`: what a whole tournament says, as stored and as `--json` and `--csv` print it.
//!
//! Owns the keys, their order and the form of the values: agents by name, scores in the metric's own units, shares
//! and probabilities as fractions, a value that does not exist as null with its reason under `missing`. Keys may be
//! added; none is ever renamed without a new format version. Never computes a statistic.

mod convert;
mod rows_csv;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::StoreError;

pub(super) use convert::Missing;

/// Version of this form; counts changes that a reader must know.
pub const STANDINGS_FORMAT_VERSION: u32 = 2;

/// `standings.json`: the standings of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StandingsRecord {
    /// Version of this form.
    pub format_version: u32,
    /// What the scores are: `sharpe_ratio`.
    pub metric: String,
    /// Whether more of it is better.
    pub higher_is_better: bool,
    /// How a record is scored: `record`, `mean` or `median`.
    #[serde(default)]
    pub aggregate: String,
    /// Unit of leads and differences: `percentage points per window`.
    #[serde(default)]
    pub lead_unit: String,
    /// How many windows there are.
    pub windows: usize,
    /// Names of the windows in which no agent has a score.
    pub unscored_windows: Vec<String>,
    /// Significance level: the probability of calling a winner among equal agents.
    pub alpha: f64,
    /// Confidence level of the intervals of scores, ranks and ratings.
    pub interval_level: f64,
    /// How often windows were resampled.
    pub resamples: usize,
    /// Mean length of the resampled blocks, in windows.
    pub block_length: f64,
    /// From which the resamples were drawn.
    pub seed: u64,
    /// Under this many windows nothing is called.
    pub minimum_windows: usize,
    /// Who may be called the winner.
    pub verdict: VerdictRecord,
    /// One row an agent, best first.
    pub standings: Vec<StandingRecord>,
    /// Agents that are not ranked and take part in no test.
    #[serde(default)]
    pub not_ranked: Vec<NotRankedRecord>,
    /// One entry a rating system, in the order asked for.
    pub ratings: Vec<RatingSystemRecord>,
    /// Groups of agents within which ratings exist, the stronger first; one group: all can be rated together.
    pub win_groups: Vec<Vec<String>>,
    /// Why agents of different groups cannot be rated together, in words; null where all can.
    pub unconnected: Option<String>,
    /// One entry a pair, in the order of the rows: `a` stands above `b`. Of more than 200 agents, the pairs of the best
    /// 200 and those of the leader.
    pub pairs: Vec<PairRecord>,
    /// Friedman's test of "all agents are alike".
    pub friedman: Option<FriedmanRecord>,
    /// All others against the benchmark; null without one.
    pub benchmark: Option<BenchmarkRecord>,
    /// Why a value is null, by its name.
    pub missing: BTreeMap<String, String>,
}

/// An agent that is not ranked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotRankedRecord {
    /// Name of the agent.
    pub agent: String,
    /// Why: `fewer than 20 trades`.
    pub reason: String,
}

/// Who may be called the winner.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VerdictRecord {
    /// `called`, `not_distinguishable`, `insufficient_windows` or `one_agent`.
    pub outcome: String,
    /// The same in one plain sentence.
    pub sentence: String,
    /// The agent with the best record; of equals the first as the scenario breaks ties, else by name.
    pub leader: String,
    /// The rival that is hardest to tell apart from it; null for one agent or one window.
    pub rival: Option<String>,
    /// Lead over that rival, in `lead_unit`; at least 0. Null where a score is infinite.
    pub lead: Option<f64>,
    /// Lower end of its interval of coverage 1 - alpha.
    pub lead_low: Option<f64>,
    /// Upper end of the interval.
    pub lead_high: Option<f64>,
    /// p-value of the two-sided test against that rival: the largest of all rivals.
    pub p_value: Option<f64>,
    /// The agents that cannot be distinguished, best first; empty unless `not_distinguishable`.
    pub group: Vec<String>,
    /// About how many windows would resolve it; null where no number would, or nothing is to be resolved.
    pub windows_needed: Option<u64>,
    /// How many windows there would have to be; null unless `insufficient_windows`.
    pub windows_least: Option<usize>,
    /// The agents that acted in too few windows to be compared with the leader.
    #[serde(default)]
    pub too_rare: Vec<String>,
}

/// One agent's row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StandingRecord {
    /// From 1, by the score of the record; equal scores share it.
    pub rank: usize,
    /// Name of the agent.
    pub agent: String,
    /// Score of the whole record; null where it has none or it is infinite.
    #[serde(default)]
    pub score: Option<f64>,
    /// `infinity` or `-infinity` where the score is that; null otherwise.
    #[serde(default)]
    pub score_infinite: Option<String>,
    /// Lower end of its interval; null where it has none.
    #[serde(default)]
    pub score_low: Option<f64>,
    /// Upper end; null also where it has no end.
    #[serde(default)]
    pub score_high: Option<f64>,
    /// Mean of the windows' scores that exist; null without any or where one is infinite.
    pub mean_score: Option<f64>,
    /// Lower end of its interval.
    pub mean_score_low: Option<f64>,
    /// Upper end of the interval.
    pub mean_score_high: Option<f64>,
    /// Mean rank over the windows in which it has a score; 1 is the best, ties share the mean rank.
    pub mean_rank: Option<f64>,
    /// Lower end of the rank interval.
    pub rank_low: usize,
    /// Upper end of the rank interval.
    pub rank_high: usize,
    /// Share of resamples in which it is first; a tie for first counts in parts.
    pub first_probability: f64,
    /// Windows times opponents that it beat.
    pub wins: usize,
    /// With which it tied.
    pub ties: usize,
    /// To which it lost.
    pub losses: usize,
    /// Windows in which no agent was better.
    pub first_places: usize,
    /// Windows in which it has a score.
    pub scored_windows: usize,
    /// Windows in which it acted.
    #[serde(default)]
    pub acted_windows: usize,
    /// Windows in which it was disqualified or forfeited.
    pub disqualified_windows: usize,
    /// p-value in the model confidence set: above alpha it cannot be distinguished from the best.
    pub confidence_set_p: Option<f64>,
    /// Its rating by system; no entry where the system has none.
    pub ratings: BTreeMap<String, RatingRecord>,
}

/// One rating with its error bar.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RatingRecord {
    /// On the system's scale.
    pub rating: f64,
    /// Lower end of its bar, from resampled windows; null where fewer than two resamples could be rated.
    pub low: Option<f64>,
    /// Upper end of the interval.
    pub high: Option<f64>,
    /// Standard deviation over the resamples.
    pub std_error: Option<f64>,
    /// The system's own deviation, which takes games for independent; null where it has none.
    pub deviation: Option<f64>,
}

/// One rating system.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RatingSystemRecord {
    /// `bradley_terry`, `plackett_luce`, `elo`, `glicko2`, `trueskill` or `weng_lin`.
    pub system: String,
    /// Why it rates no agent; null otherwise.
    pub reason: Option<String>,
    /// Resamples that the bars come from: fewer than `resamples` where rating all of them would take too long.
    #[serde(default)]
    pub resamples: usize,
    /// Those of them that could not be rated. If there are many, the bars are too narrow.
    pub failed_resamples: usize,
}

/// One pair of agents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PairRecord {
    /// The one that stands above.
    pub a: String,
    /// The second agent.
    pub b: String,
    /// Share of windows in which `a` beat `b`, ties as half.
    pub win_rate: Option<f64>,
    /// Probability that `a` is above `b` in another such set of windows.
    pub beats_probability: f64,
    /// Lead of `a` in `lead_unit`, positive where `a` is better; null where a score is infinite or absent.
    pub difference: Option<f64>,
    /// The same in units of its standard error; null where no window changes it.
    pub t: Option<f64>,
    /// Two-sided p-value; null where one of them has no score.
    pub p_value: Option<f64>,
    /// Windows in which either acted: what the test rests on. Under `minimum_windows` it shows nothing.
    #[serde(default)]
    pub windows: usize,
    /// The same among all pairs (Holm).
    pub p_holm: Option<f64>,
    /// Nemenyi's p-value, by mean ranks.
    pub p_nemenyi: Option<f64>,
}

/// Friedman's test for any difference between agents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FriedmanRecord {
    /// Chi-squared statistic of the test.
    pub statistic: f64,
    /// p-value of the statistic.
    pub p_value: f64,
}

/// All others against the benchmark.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BenchmarkRecord {
    /// The benchmark's name.
    pub agent: String,
    /// Hansen's test of "no agent beats the benchmark".
    pub spa: Option<SpaRecord>,
    /// The agents named as better while a false one is named with probability alpha at most (StepM).
    pub superior: Option<Vec<String>>,
}

/// Hansen's test of superior predictive ability.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpaRecord {
    /// Who has the largest statistic.
    pub best: String,
    /// The studentised statistic.
    pub statistic: f64,
    /// The p-value to report.
    pub p_value: f64,
    /// Lower (liberal) bound of the p-value.
    pub p_lower: f64,
    /// Conservative p-value (Reality Check).
    pub p_upper: f64,
}

impl StandingsRecord {
    /// The bytes of `standings.json`, final newline included.
    ///
    /// # Errors
    /// [`StoreError::Json`], which no standings cause.
    pub fn to_json(&self) -> Result<String, StoreError> {
        super::json::pretty("the standings", self)
    }
}
