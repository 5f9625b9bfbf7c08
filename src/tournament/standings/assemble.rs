//! From scores to standings.
//!
//! - More is made better first: a metric of which less is better changes its sign, and changes it back on the way
//!   out.
//! - A missing score is the worst of its window. Where places count (mean rank, wins, ratings, Friedman) the agent
//!   is last there, behind all that have a score; where sizes count (means, tests of means) it gets the lowest score
//!   of the window. A window in which nobody has a score is left out for all.
//! - Agents are ordered by mean score. Equal means share their place and the next places are skipped; the name
//!   orders rows, it never earns a place. An agent without any score is behind all others.
//! - Error bars resample whole windows (stationary bootstrap) in blocks as long as the scores ask for.

use super::benchmark::{BenchmarkEvidence, against_benchmark};
use super::error::StandingsError;
use super::matrix::ScoreMatrix;
use super::rating::{RatingTable, rate, unconnected};
use super::settings::StandingsSpec;
use super::verdict::{Verdict, verdict};
use crate::metrics::quantile;
use crate::tournament::evidence::{
    Convention, EvidenceError, Friedman, Interval, McsStatistic, PairTest, Panel, RankEvidence, Resamples,
    friedman, mean_ranks, model_confidence_set, nemenyi, pairwise_holm, rank_evidence, window_block_length,
};
use crate::tournament::ratings::{PairCounts, win_groups, window_ranks};

/// What a whole tournament says. Lists and matrices are in the order of the matrix' agents unless they say
/// otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct Standings {
    /// The settings they were made with.
    pub spec: StandingsSpec,
    /// Names of the agents, in the order of the matrix.
    pub agents: Vec<String>,
    /// Names of the windows that count, in order.
    pub windows: Vec<String>,
    /// Names of the windows left out because no agent has a score there.
    pub unscored_windows: Vec<String>,
    /// Mean length of the blocks of windows that were resampled.
    pub block_length: f64,
    /// Who may be called the winner.
    pub verdict: Verdict,
    /// One row an agent, best first.
    pub rows: Vec<AgentStanding>,
    /// One table a rating system, in the order asked for.
    pub ratings: Vec<RatingTable>,
    /// The groups within which ratings exist, the stronger first; one where all can be rated together.
    pub win_groups: Vec<Vec<usize>>,
    /// Agent against agent.
    pub pairs: PairTable,
    /// Whether any agent ranks differently from the others. Its mean ranks count from the worst.
    pub friedman: Result<Friedman, EvidenceError>,
    /// The model confidence set's p-value of each agent: it is in the set of size alpha if this is above alpha.
    pub confidence_set: Result<Vec<f64>, EvidenceError>,
    /// All against the benchmark, where there is one.
    pub benchmark: Option<BenchmarkEvidence>,
}

/// One agent's row.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentStanding {
    /// Its index in the matrix.
    pub agent: usize,
    /// From 1, by mean score; equal means share it.
    pub rank: usize,
    /// Mean score over the windows; `None` where it has none in any.
    pub mean_score: Option<f64>,
    /// Its interval from resampled windows; `None` likewise.
    pub interval: Option<Interval>,
    /// Mean place in the windows: 1 is the best, ties share.
    pub mean_rank: f64,
    /// The best and the worst place of the interval of its rank.
    pub rank_interval: (usize, usize),
    /// Share of resamples in which it is first; a shared first place counts in parts.
    pub first_probability: f64,
    /// Windows times opponents that it beat.
    pub wins: usize,
    /// With which it tied.
    pub ties: usize,
    /// To which it lost.
    pub losses: usize,
    /// Windows in which nobody was better.
    pub first_places: usize,
    /// Windows in which it has a score.
    pub scored_windows: usize,
    /// Windows in which it was disqualified or forfeited.
    pub disqualified_windows: usize,
}

/// Agent against agent.
#[derive(Debug, Clone, PartialEq)]
pub struct PairTable {
    /// `win_rates[a][b]`: share of windows in which `a` beat `b`, ties as half; `None` on the diagonal.
    pub win_rates: Vec<Vec<Option<f64>>>,
    /// `beats[a][b]`: probability that `a` beats `b` in the mean of another such set of windows.
    pub beats: Vec<Vec<f64>>,
    /// Paired t tests of all pairs with Holm's correction, in the order (0, 1), (0, 2), .. (1, 2), ..; differences
    /// in the direction in which more is better.
    pub tests: Result<Vec<PairTest>, EvidenceError>,
    /// Nemenyi's p-values of all pairs, by mean ranks.
    pub nemenyi: Result<Vec<Vec<f64>>, EvidenceError>,
}

/// Standings of these scores.
///
/// # Errors
/// [`StandingsError::Setting`] for a setting out of range, [`StandingsError::NoSuchBenchmark`],
/// [`StandingsError::NoWindows`].
pub fn standings(matrix: &ScoreMatrix, spec: &StandingsSpec) -> Result<Standings, StandingsError> {
    spec.check()?;
    let agents = matrix.agents().len();
    if let Some(index) = spec.benchmark.filter(|&index| index >= agents) {
        return Err(StandingsError::NoSuchBenchmark { index, agents });
    }
    let kept = matrix.scored_windows();
    if kept.is_empty() {
        return Err(StandingsError::NoWindows);
    }
    let known: Vec<Vec<Option<f64>>> =
        (0..agents).map(|agent| oriented(matrix, agent, &kept, spec)).collect();
    let scores = Panel::from_scores(&known)?;
    let ranks = window_ranks(&known).map_err(|_| StandingsError::NoWindows)?;
    let places = places(&ranks)?;
    let block_length = window_block_length(&scores);
    let key = spec.seed.key(&["standings"]);
    let resamples = Resamples::stationary(scores.rows(), block_length, spec.resamples, key)?;
    let counts = PairCounts::from_ranks(&ranks).map_err(|_| StandingsError::NoWindows)?;
    let evidence = rank_evidence(&scores, &resamples, spec.level)?;
    let table = Table { matrix, spec, known: &known, scores: &scores, ranks: &ranks, resamples: &resamples };
    let name = |windows: Vec<usize>| windows.into_iter().map(|w| matrix.windows()[w].clone()).collect();
    let unscored = (0..matrix.windows().len()).filter(|window| !kept.contains(window)).collect();
    Ok(Standings {
        spec: spec.clone(),
        agents: matrix.agents().to_vec(),
        verdict: verdict(&scores, &resamples, spec)?,
        rows: table.rows(&counts, &evidence, &mean_ranks(&places))?,
        ratings: spec.ratings.iter().map(|&kind| rate(kind, &ranks, &resamples, spec.level)).collect(),
        win_groups: win_groups(&counts),
        pairs: PairTable {
            win_rates: (0..agents).map(|a| (0..agents).map(|b| counts.win_rate(a, b)).collect()).collect(),
            beats: evidence.beats,
            tests: pairwise_holm(&scores),
            nemenyi: nemenyi(&places),
        },
        friedman: friedman(&places),
        confidence_set: confidence_set(&scores, &resamples),
        benchmark: spec
            .benchmark
            .map(|benchmark| against_benchmark(&scores, benchmark, &resamples, block_length, spec)),
        windows: name(kept),
        unscored_windows: name(unscored),
        block_length,
    })
}

/// An agent's scores in the windows that count, more being better.
fn oriented(matrix: &ScoreMatrix, agent: usize, windows: &[usize], spec: &StandingsSpec) -> Vec<Option<f64>> {
    let scores = matrix.scores(agent);
    windows.iter().map(|&window| scores[window].map(|score| spec.oriented(score))).collect()
}

/// Ranks as a panel of which more is better: for tests that take places.
fn places(ranks: &[Vec<u32>]) -> Result<Panel, EvidenceError> {
    let agents = ranks.first().map_or(0, Vec::len);
    Panel::new((0..agents).map(|agent| ranks.iter().map(|row| -f64::from(row[agent])).collect()).collect())
}

fn confidence_set(scores: &Panel, resamples: &Resamples) -> Result<Vec<f64>, EvidenceError> {
    let set = model_confidence_set(scores, resamples, McsStatistic::Range, Convention::Standard)?;
    Ok(set.p_values)
}

/// What the rows are made of.
struct Table<'a> {
    matrix: &'a ScoreMatrix,
    spec: &'a StandingsSpec,
    /// Scores in the windows that count, more being better.
    known: &'a [Vec<Option<f64>>],
    /// The same with missing ones filled.
    scores: &'a Panel,
    ranks: &'a [Vec<u32>],
    resamples: &'a Resamples,
}

impl Table<'_> {
    /// Best first; agents with the same place by name.
    fn rows(
        &self,
        counts: &PairCounts,
        evidence: &RankEvidence,
        ranks_from_worst: &[f64],
    ) -> Result<Vec<AgentStanding>, StandingsError> {
        let means: Vec<Option<f64>> = self.means();
        let row = |agent: usize| -> Result<AgentStanding, StandingsError> {
            let found = &evidence.ranks[agent];
            let [wins, ties, losses] = self.games(counts, agent);
            Ok(AgentStanding {
                agent,
                rank: 1 + means.iter().filter(|other| **other > means[agent]).count(),
                mean_score: means[agent].map(|mean| self.spec.oriented(mean)),
                interval: means[agent].map(|_| self.interval(agent)).transpose()?,
                mean_rank: self.known.len() as f64 + 1.0 - ranks_from_worst[agent],
                rank_interval: (found.best, found.worst),
                first_probability: found.first_probability,
                wins,
                ties,
                losses,
                first_places: self.ranks.iter().filter(|row| row[agent] == 0).count(),
                scored_windows: self.known[agent].iter().flatten().count(),
                disqualified_windows: self.matrix.disqualified_windows(agent),
            })
        };
        let mut rows = (0..self.known.len()).map(row).collect::<Result<Vec<_>, _>>()?;
        let names = self.matrix.agents();
        rows.sort_by(|a, b| a.rank.cmp(&b.rank).then_with(|| names[a.agent].cmp(&names[b.agent])));
        Ok(rows)
    }

    /// Mean scores, more being better; `None` (less than any) for an agent without any score.
    fn means(&self) -> Vec<Option<f64>> {
        let means = self.scores.means().into_iter().zip(self.known);
        means.map(|(mean, known)| known.iter().any(Option::is_some).then_some(mean)).collect()
    }

    /// The interval of an agent's mean score, as the metric has it.
    fn interval(&self, agent: usize) -> Result<Interval, EvidenceError> {
        let means = self.resamples.means(self.scores.column(agent));
        let tail = (1.0 - self.spec.level) / 2.0;
        let ends =
            [quantile(&means, tail)?, quantile(&means, 1.0 - tail)?].map(|end| self.spec.oriented(end));
        Ok(Interval { low: ends[0].min(ends[1]), high: ends[0].max(ends[1]) })
    }

    /// Wins, ties and losses.
    fn games(&self, counts: &PairCounts, agent: usize) -> [usize; 3] {
        let sum = |count: &dyn Fn(usize) -> f64| (0..counts.agents()).map(count).sum::<f64>() as usize;
        [
            sum(&|other| counts.wins(agent, other)),
            sum(&|other| counts.ties(agent, other)),
            sum(&|other| counts.wins(other, agent)),
        ]
    }
}

impl Standings {
    /// Why agents of different groups cannot be rated together, in words; nothing where all can.
    pub fn unconnected(&self) -> Option<String> {
        (self.win_groups.len() > 1).then(|| unconnected(&self.win_groups, &self.agents))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{holed, lucky, matrix};
    use super::super::{Outcome, RatingSystem, ScoreMatrix};
    use super::*;

    fn of(matrix: &ScoreMatrix) -> Standings {
        standings(matrix, &StandingsSpec::default()).unwrap()
    }

    /// The rows' agents and ranks, best first.
    fn order(found: &Standings) -> Vec<(usize, usize)> {
        found.rows.iter().map(|row| (row.agent, row.rank)).collect()
    }

    #[test]
    fn worked_by_hand() {
        // Window 0: 3 > 2 > 1. Window 1: 0 and 1 tie at 4 before 2. Means 3, 3.5, 1.5.
        let columns = vec![vec![2.0, 4.0], vec![3.0, 4.0], vec![1.0, 2.0]];
        let found = of(&matrix(columns));
        assert_eq!(order(&found), [(1, 1), (0, 2), (2, 3)]);
        let best = &found.rows[0];
        assert_eq!((best.mean_score, best.mean_rank), (Some(3.5), 1.25));
        assert_eq!((best.wins, best.ties, best.losses, best.first_places), (3, 1, 0, 2));
        let last = &found.rows[2];
        assert_eq!((last.wins, last.ties, last.losses, last.first_places), (0, 0, 4, 0));
        // 1 against 0: one win and one tie of two.
        assert_eq!(found.pairs.win_rates[1][0], Some(0.75));
        assert_eq!(found.pairs.win_rates[1][1], None);
        // Agents 0 and 1 beat 2 always.
        assert_eq!(found.win_groups, [vec![0, 1], vec![2]]);
        assert!(found.unconnected().unwrap().contains("a0, a1 > a2"));
    }

    #[test]
    fn twins_share_every_number() {
        let mut columns = lucky(1, 36, &[0.2, 0.0, -0.3]);
        columns.extend([columns[0].clone(), columns[0].clone()]);
        let spec = StandingsSpec {
            ratings: RatingSystem::ALL.to_vec(),
            benchmark: Some(1),
            resamples: 200,
            ..StandingsSpec::default()
        };
        let found = standings(&matrix(columns), &spec).unwrap();
        let row = |agent: usize| found.rows.iter().find(|row| row.agent == agent).unwrap();
        for twin in [3, 4] {
            assert_eq!(AgentStanding { agent: 0, ..row(twin).clone() }, *row(0));
            assert_eq!(found.pairs.beats[0][twin], 0.5);
            assert_eq!(found.pairs.win_rates[0][twin], Some(0.5));
            assert_eq!(found.pairs.nemenyi.as_ref().unwrap()[0][twin], 1.0);
            let set = found.confidence_set.as_ref().unwrap();
            assert_eq!(set[0], set[twin]);
            for table in &found.ratings {
                let rated = table.ratings.as_ref().unwrap();
                assert_eq!(rated[0], rated[twin], "{:?}", table.system);
            }
        }
        let tests = found.pairs.tests.as_ref().unwrap();
        let between: Vec<_> =
            tests.iter().filter(|pair| [0, 3, 4].contains(&pair.a) && [3, 4].contains(&pair.b)).collect();
        assert_eq!(between.len(), 3);
        assert!(between.iter().all(|pair| pair.test.p_value == 1.0 && pair.holm == 1.0));
    }

    #[test]
    fn less_is_better_turns_the_table_and_nothing_else() {
        let columns = lucky(2, 30, &[0.5, 0.0, -0.5]);
        let turned = columns.iter().map(|column| column.iter().map(|x| -x).collect()).collect();
        let more = of(&matrix(columns));
        let less = StandingsSpec { higher_is_better: false, ..StandingsSpec::default() };
        let less = standings(&matrix(turned), &less).unwrap();
        assert_eq!((order(&more), &more.ratings), (order(&less), &less.ratings));
        assert_eq!(more.verdict, less.verdict);
        for (a, b) in more.rows.iter().zip(&less.rows) {
            assert_eq!(a.mean_score.map(|mean| -mean), b.mean_score);
            let (a, b) = (a.interval.unwrap(), b.interval.unwrap());
            assert_eq!((-a.low, -a.high), (b.high, b.low));
        }
    }

    #[test]
    fn a_missing_score_is_the_worst_of_its_window() {
        let mut holes: Vec<Vec<Option<f64>>> = lucky(3, 24, &[0.0, 0.0, 0.0])
            .into_iter()
            .map(|column| column.into_iter().map(Some).collect())
            .collect();
        holes[1][5] = None;
        holes[2][5] = Some(-4.0);
        let found = of(&holed(holes.clone()));
        let holed_row = found.rows.iter().find(|row| row.agent == 1).unwrap();
        assert_eq!(holed_row.scored_windows, 23);
        // As if it had the worst score of the window, but it loses to the one that has it.
        holes[1][5] = Some(-4.0);
        let filled = of(&holed(holes));
        let filled_row = filled.rows.iter().find(|row| row.agent == 1).unwrap();
        assert_eq!(holed_row.mean_score, filled_row.mean_score);
        assert_eq!(holed_row.interval, filled_row.interval);
        assert_eq!((holed_row.ties, filled_row.ties), (0, 1));
        assert_eq!(holed_row.losses, filled_row.losses + 1);
    }

    #[test]
    fn an_agent_without_scores_is_last_and_an_empty_window_is_left_out() {
        let holes = vec![vec![None; 3], vec![Some(1.0), None, Some(2.0)], vec![Some(3.0), None, Some(2.0)]];
        let found = of(&holed(holes));
        assert_eq!(order(&found), [(2, 1), (1, 2), (0, 3)]);
        assert_eq!((found.rows[2].mean_score, found.rows[2].interval), (None, None));
        assert_eq!((found.windows.len(), found.unscored_windows.clone()), (2, vec!["w1".to_owned()]));
        assert_eq!(found.rows[1].mean_score, Some(1.5));
        let nobody = holed(vec![vec![None, None]; 2]);
        assert_eq!(standings(&nobody, &StandingsSpec::default()), Err(StandingsError::NoWindows));
    }

    #[test]
    fn the_disqualified_stay_with_their_loss() {
        let columns = lucky(4, 30, &[0.0, -1.0]);
        let plain = of(&matrix(columns.clone()));
        let mut flags = vec![vec![false; 30]; 2];
        flags[1][3] = true;
        let marked = of(&matrix(columns).with_disqualified(flags).unwrap());
        assert_eq!(marked.rows[1].disqualified_windows, 1);
        let unmarked: Vec<AgentStanding> =
            marked.rows.iter().map(|row| AgentStanding { disqualified_windows: 0, ..row.clone() }).collect();
        assert_eq!(unmarked, plain.rows);
    }

    #[test]
    fn every_cast_of_agents_gives_standings() {
        for (agents, windows) in [(1, 1), (1, 30), (2, 1), (2, 2), (3, 2), (2, 30)] {
            let found = of(&matrix(lucky(5, windows, &vec![0.0; agents])));
            assert_eq!(found.rows.len(), agents);
            assert_eq!(found.pairs.tests.is_ok(), agents > 1 && windows > 1);
            assert_eq!(found.friedman.is_ok(), agents > 2 && windows > 1);
        }
        let flat = of(&matrix(vec![vec![0.0; 30]; 3]));
        assert!(flat.rows.iter().all(|row| row.rank == 1 && row.rank_interval == (1, 3)));
        assert!(matches!(flat.verdict.outcome, Outcome::NotDistinguishable { windows_needed: None, .. }));
        // All tie always: the tie parameter has no bound, so nobody is rated.
        assert!(flat.ratings[0].ratings.is_err());
    }

    #[test]
    fn impossible_settings_are_refused() {
        let scores = matrix(lucky(6, 5, &[0.0, 0.0]));
        let no_such = StandingsSpec { benchmark: Some(2), ..StandingsSpec::default() };
        assert_eq!(
            standings(&scores, &no_such),
            Err(StandingsError::NoSuchBenchmark { index: 2, agents: 2 })
        );
        let alpha = StandingsSpec { alpha: 1.0, ..StandingsSpec::default() };
        assert!(matches!(standings(&scores, &alpha), Err(StandingsError::Setting(_))));
    }

    #[test]
    fn the_number_of_threads_does_not_matter() {
        let scores = matrix(lucky(7, 40, &[0.1, 0.0, 0.2, -0.1]));
        let spec = StandingsSpec { ratings: RatingSystem::ALL.to_vec(), ..StandingsSpec::default() };
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| standings(&scores, &spec)).unwrap()
        };
        assert_eq!(with(1), with(3));
    }
}
