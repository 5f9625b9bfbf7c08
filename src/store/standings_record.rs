//! `standings.json` and `standings.csv`: what a whole tournament says, as stored and as `--json` and `--csv` print it.
//!
//! Owns the keys, their order and the form of the values: agents by name, scores in the metric's own units, shares
//! and probabilities as fractions, a value that does not exist as null with its reason under `missing`. Keys may be
//! added; none is ever renamed without a new format version. Never computes a statistic.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{StoreError, csv};
use crate::metrics::Score;
use crate::tournament::standings::{AgentStanding, BenchmarkEvidence, Outcome, RatingTable, Standings};

/// Version of this form; counts changes that a reader must know.
pub const STANDINGS_FORMAT_VERSION: u32 = 2;

/// Of so many agents, the best, every pair has an entry; all have one with the leader.
const PAIRED: usize = 200;

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
    /// Of these standings.
    pub fn new(standings: &Standings) -> Self {
        let spec = &standings.spec;
        let names = |group: &Vec<usize>| group.iter().map(|&agent| standings.agents[agent].clone()).collect();
        let mut missing = Missing::default();
        Self {
            format_version: STANDINGS_FORMAT_VERSION,
            metric: spec.metric.clone(),
            higher_is_better: spec.higher_is_better,
            aggregate: standings.fold.to_owned(),
            lead_unit: standings.lead_unit(),
            windows: standings.windows.len(),
            unscored_windows: standings.unscored_windows.clone(),
            alpha: spec.alpha,
            interval_level: spec.level,
            resamples: spec.resamples,
            block_length: standings.block_length,
            seed: spec.seed.0,
            minimum_windows: spec.minimum_windows,
            verdict: VerdictRecord::new(standings),
            standings: rows(standings, &mut missing),
            not_ranked: standings
                .unranked
                .iter()
                .map(|(agent, reason)| NotRankedRecord { agent: agent.clone(), reason: reason.clone() })
                .collect(),
            ratings: standings.ratings.iter().map(|table| system(table, &standings.agents)).collect(),
            win_groups: standings.win_groups.iter().map(names).collect(),
            unconnected: standings.unconnected(),
            pairs: pairs(standings, &mut missing),
            friedman: missing
                .known("friedman", standings.friedman.as_ref())
                .map(|test| FriedmanRecord { statistic: test.statistic, p_value: test.p_value }),
            benchmark: standings
                .benchmark
                .as_ref()
                .map(|found| BenchmarkRecord::new(found, &standings.agents, &mut missing)),
            missing: missing.0,
        }
    }

    /// The bytes of `standings.json`, final newline included.
    ///
    /// # Errors
    /// [`StoreError::Json`], which no standings cause.
    pub fn to_json(&self) -> Result<String, StoreError> {
        super::json::pretty("the standings", self)
    }

    /// The bytes of `standings.csv`: one line an agent, best first, three columns a rating system.
    pub fn to_csv(&self) -> String {
        let systems: Vec<&str> = self.ratings.iter().map(|system| system.system.as_str()).collect();
        let rated = systems
            .iter()
            .flat_map(|name| [(*name).to_owned(), format!("{name}_low"), format!("{name}_high")]);
        let mut text = csv::line(COLUMNS.iter().map(|name| (*name).to_owned()).chain(rated));
        for row in &self.standings {
            text.push_str(&csv::line(row.csv_values(&systems)));
        }
        text
    }
}

const COLUMNS: [&str; 21] = [
    "rank",
    "agent",
    "score",
    "score_infinite",
    "score_low",
    "score_high",
    "mean_score",
    "mean_score_low",
    "mean_score_high",
    "mean_rank",
    "rank_low",
    "rank_high",
    "first_probability",
    "wins",
    "ties",
    "losses",
    "first_places",
    "scored_windows",
    "acted_windows",
    "disqualified_windows",
    "confidence_set_p",
];

/// Reasons for values that are null.
#[derive(Default)]
pub(super) struct Missing(pub(super) BTreeMap<String, String>);

impl Missing {
    /// The value, or its reason noted.
    pub(super) fn known<T, E: ToString>(&mut self, what: &str, value: Result<T, E>) -> Option<T> {
        value.map_err(|error| self.0.insert(what.to_owned(), error.to_string())).ok()
    }
}

impl VerdictRecord {
    fn new(standings: &Standings) -> Self {
        let verdict = &standings.verdict;
        let name = |agent: usize| standings.agents[agent].clone();
        let rival = verdict.rival.as_ref();
        let lead = rival.and_then(|rival| rival.lead);
        let interval = lead.and_then(|lead| lead.interval(1.0 - standings.spec.alpha).ok());
        let (outcome, group, needed, least, rare) = match &verdict.outcome {
            Outcome::Called => ("called", vec![], None, None, vec![]),
            Outcome::NotDistinguishable { group, windows_needed } => {
                ("not_distinguishable", group.clone(), *windows_needed, None, vec![])
            }
            Outcome::InsufficientWindows { least, rare } => {
                ("insufficient_windows", vec![], None, Some(*least), rare.clone())
            }
            Outcome::OneAgent => ("one_agent", vec![], None, None, vec![]),
        };
        let in_group = standings.rows.iter().filter(|row| group.contains(&row.agent));
        Self {
            outcome: outcome.to_owned(),
            sentence: standings.sentence(),
            leader: name(verdict.leader),
            rival: rival.map(|rival| name(rival.agent)),
            lead: lead.map(|lead| lead.difference),
            lead_low: interval.map(|interval| interval.low),
            lead_high: interval.map(|interval| interval.high),
            p_value: rival.map(|rival| rival.p_value),
            group: in_group.map(|row| name(row.agent)).collect(),
            windows_needed: needed,
            windows_least: least,
            too_rare: rare.iter().map(|rival| name(rival.agent)).collect(),
        }
    }
}

fn rows(standings: &Standings, missing: &mut Missing) -> Vec<StandingRecord> {
    let set = missing.known("confidence_set_p", standings.confidence_set.as_ref());
    standings
        .rows
        .iter()
        .map(|row| StandingRecord::new(row, standings, set.and_then(|p_values| p_values[row.agent])))
        .collect()
}

impl StandingRecord {
    fn new(row: &AgentStanding, standings: &Standings, confidence_set_p: Option<f64>) -> Self {
        let rated = |table: &RatingTable| {
            let rated = table.ratings.as_ref().ok()?[row.agent]?;
            let record = RatingRecord {
                rating: rated.rating,
                low: rated.bar.map(|bar| bar.lower),
                high: rated.bar.map(|bar| bar.upper),
                std_error: rated.bar.map(|bar| bar.std_error),
                deviation: rated.deviation,
            };
            Some((table.system.as_str().to_owned(), record))
        };
        Self {
            rank: row.rank,
            agent: standings.agents[row.agent].clone(),
            score: row.score.number(),
            score_infinite: infinite(row.score).map(str::to_owned),
            score_low: row.interval.map(|interval| interval.low).filter(|end| end.is_finite()),
            score_high: row.interval.map(|interval| interval.high).filter(|end| end.is_finite()),
            mean_score: row.mean_score,
            mean_score_low: row.mean_interval.map(|interval| interval.low),
            mean_score_high: row.mean_interval.map(|interval| interval.high),
            mean_rank: row.mean_rank,
            rank_low: row.rank_interval.0,
            rank_high: row.rank_interval.1,
            first_probability: row.first_probability,
            wins: row.wins,
            ties: row.ties,
            losses: row.losses,
            first_places: row.first_places,
            scored_windows: row.scored_windows,
            acted_windows: row.acted_windows,
            disqualified_windows: row.disqualified_windows,
            confidence_set_p,
            ratings: standings.ratings.iter().filter_map(rated).collect(),
        }
    }

    fn csv_values(&self, systems: &[&str]) -> Vec<String> {
        let mut values = vec![
            self.rank.to_string(),
            self.agent.clone(),
            csv::float(self.score),
            self.score_infinite.clone().unwrap_or_default(),
            csv::float(self.score_low),
            csv::float(self.score_high),
            csv::float(self.mean_score),
            csv::float(self.mean_score_low),
            csv::float(self.mean_score_high),
            csv::float(self.mean_rank),
            self.rank_low.to_string(),
            self.rank_high.to_string(),
            csv::float(Some(self.first_probability)),
            self.wins.to_string(),
            self.ties.to_string(),
            self.losses.to_string(),
            self.first_places.to_string(),
            self.scored_windows.to_string(),
            self.acted_windows.to_string(),
            self.disqualified_windows.to_string(),
            csv::float(self.confidence_set_p),
        ];
        for system in systems {
            let rated = self.ratings.get(*system);
            let ends = [rated.map(|r| r.rating), rated.and_then(|r| r.low), rated.and_then(|r| r.high)];
            values.extend(ends.map(csv::float));
        }
        values
    }
}

fn system(table: &RatingTable, agents: &[String]) -> RatingSystemRecord {
    RatingSystemRecord {
        system: table.system.as_str().to_owned(),
        reason: table.reason(agents),
        resamples: table.resamples,
        failed_resamples: table.failed_resamples,
    }
}

/// How an infinite score is written.
const fn infinite(score: Score) -> Option<&'static str> {
    match score {
        Score::PlusInfinity => Some("infinity"),
        Score::MinusInfinity => Some("-infinity"),
        Score::Number(_) | Score::Absent => None,
    }
}

/// Pairs, the better-placed agent first.
fn pairs(standings: &Standings, missing: &mut Missing) -> Vec<PairRecord> {
    let table = &standings.pairs;
    let order: Vec<usize> = standings.rows.iter().map(|row| row.agent).collect();
    let nemenyi = if order.len() > 1 { missing.known("nemenyi", table.nemenyi.as_ref()) } else { None };
    let pair = |a: usize, b: usize| {
        let (test, beats, turned) = standings.pair(a, b)?;
        let lead = test.lead.map(|lead| if turned { lead.turned() } else { lead });
        Some(PairRecord {
            a: standings.agents[a].clone(),
            b: standings.agents[b].clone(),
            win_rate: table.counts.win_rate(a, b),
            beats_probability: if turned { 1.0 - beats } else { beats },
            difference: lead.map(|lead| lead.difference),
            t: lead.and_then(|lead| lead.statistic()),
            p_value: test.p_value,
            p_holm: test.holm,
            windows: test.windows as usize,
            p_nemenyi: nemenyi.map(|p_values| p_values[a][b]),
        })
    };
    let kept = |i: usize, j: usize| i == 0 || j < PAIRED;
    (0..order.len())
        .flat_map(|i| (i + 1..order.len()).map(move |j| (i, j)))
        .filter(|&(i, j)| kept(i, j))
        .filter_map(|(i, j)| pair(order[i], order[j]))
        .collect()
}

impl BenchmarkRecord {
    fn new(found: &BenchmarkEvidence, agents: &[String], missing: &mut Missing) -> Self {
        let spa = missing.known("spa", found.spa.as_ref());
        let superior = missing.known("superior", found.superior.as_ref());
        Self {
            agent: agents[found.benchmark].clone(),
            spa: spa.map(|spa| SpaRecord {
                best: agents[spa.best].clone(),
                statistic: spa.statistic,
                p_value: spa.consistent,
                p_lower: spa.lower,
                p_upper: spa.upper,
            }),
            superior: superior.map(|named| named.iter().map(|&agent| agents[agent].clone()).collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tournament::standings::{Fold, RatingSystem, ScoreMatrix, StandingsSpec, standings};

    /// Three agents over 24 windows: `b` is better than `a` by 1 or 3 in turn, `c` is a copy of `a`.
    pub(crate) fn record(ratings: Vec<RatingSystem>) -> StandingsRecord {
        let a: Vec<Score> = (0..24).map(|i| Score::of(f64::from(i * 7 % 5) - 2.0)).collect();
        let b = a
            .iter()
            .enumerate()
            .map(|(i, x)| Score::of(x.number().unwrap() + if i % 4 == 0 { -1.0 } else { 3.0 }))
            .collect();
        let names = ["a", "b, the best", "c"].map(str::to_owned).to_vec();
        let windows = (0..24).map(|i| i.to_string()).collect();
        let matrix = ScoreMatrix::new(names, windows, vec![a.clone(), b, a], Fold::Mean).unwrap();
        let spec = StandingsSpec { ratings, benchmark: Some(0), resamples: 50, ..StandingsSpec::default() };
        StandingsRecord::new(&standings(&matrix, &spec).unwrap())
    }

    #[test]
    fn the_record_reads_back_and_has_a_version() {
        let record = record(RatingSystem::ALL.to_vec());
        let json = record.to_json().unwrap();
        assert!(json.starts_with("{\n  \"format_version\": 2,\n  \"metric\": \"score\",\n"));
        assert_eq!(serde_json::from_str::<StandingsRecord>(&json).unwrap(), record);
        assert_eq!((record.windows, record.standings.len(), record.pairs.len()), (24, 3, 3));
        assert_eq!(record.verdict.outcome, "called");
        assert_eq!(record.verdict.rival.as_deref(), Some("a"));
        assert!(record.missing.is_empty(), "{:?}", record.missing);
    }

    #[test]
    fn pairs_count_from_the_better_one() {
        let record = record(vec![]);
        let names: Vec<(&str, &str)> = record.pairs.iter().map(|p| (p.a.as_str(), p.b.as_str())).collect();
        assert_eq!(names, [("b, the best", "a"), ("b, the best", "c"), ("a", "c")]);
        let first = &record.pairs[0];
        // 18 of 24 windows by 3, 6 by -1: mean 2.
        assert_eq!((first.win_rate, first.difference), (Some(0.75), Some(2.0)));
        assert!(first.t.unwrap() > 0.0 && first.beats_probability > 0.5);
        let twins = &record.pairs[2];
        assert_eq!((twins.win_rate, twins.difference, twins.t), (Some(0.5), Some(0.0), None));
        assert_eq!((twins.p_holm, twins.p_nemenyi), (Some(1.0), Some(1.0)));
    }

    #[test]
    fn the_csv_has_a_line_an_agent_and_three_columns_a_system() {
        let record = record(vec![RatingSystem::Elo, RatingSystem::BradleyTerry]);
        let text = record.to_csv();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].ends_with(
            ",confidence_set_p,elo,elo_low,elo_high,bradley_terry,bradley_terry_low,bradley_terry_high"
        ));
        assert!(lines[1].starts_with("1,\"b, the best\",") && lines.len() == 4);
        let columns = lines[0].split(',').count();
        assert!(lines[2..].iter().all(|line| line.split(',').count() == columns));
    }

    /// The columns of the CSV are the keys of a row, in the same order.
    #[test]
    fn columns_are_the_keys() {
        let json = serde_json::to_string(&record(vec![]).standings[0]).unwrap();
        let mut rest = json.as_str();
        for name in COLUMNS {
            let at = rest.find(&format!("\"{name}\":")).unwrap();
            rest = &rest[at..];
        }
    }

    #[test]
    fn undefined_metrics_are_null_with_a_reason() {
        let matrix = ScoreMatrix::new(
            vec!["x".to_owned(), "y".to_owned()],
            vec!["w".to_owned()],
            vec![vec![Score::of(1.0)], vec![Score::of(2.0)]],
            Fold::Mean,
        );
        let record = StandingsRecord::new(&standings(&matrix.unwrap(), &StandingsSpec::default()).unwrap());
        assert_eq!(record.verdict.outcome, "insufficient_windows");
        assert_eq!((record.verdict.lead, record.verdict.windows_least), (None, Some(20)));
        let reasons: Vec<&str> = record.missing.keys().map(String::as_str).collect();
        assert_eq!(reasons, ["confidence_set_p", "friedman", "nemenyi"]);
        assert!(record.standings[0].ratings.is_empty());
        assert!(record.unconnected.unwrap().contains("y | x"));
    }
}
