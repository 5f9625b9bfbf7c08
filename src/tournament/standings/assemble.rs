//! From scores to standings.
//!
//! - More is made better first: a metric of which less is better changes its sign, and changes it back on the way
//!   out.
//! - Agents are ordered by the score of their whole record. Equal scores share their place and the next places are
//!   skipped; the tie-break orders rows, it never earns a place. An agent without a score is behind all others.
//! - Nothing is made up for a score that does not exist. Window by window (wins, mean rank, ratings) agents meet
//!   where both have one.
//! - Error bars resample whole windows (stationary bootstrap), the same for all agents, in blocks as long as the
//!   scores ask for.
//! - An agent that is not ranked is named and takes part in nothing.

use super::benchmark::{BenchmarkEvidence, against_benchmark};
use super::contest::{Contest, PairTest};
use super::error::StandingsError;
use super::matrix::ScoreMatrix;
use super::rating::{RatingTable, rate, unconnected};
use super::scale::Scale;
use super::settings::StandingsSpec;
use super::verdict::{Verdict, verdict};
use crate::metrics::Score;
use crate::statistics::evidence::{
    Convention, EvidenceError, Friedman, Influence, Interval, McsStatistic, Panel, Ranks, Resamples,
    friedman, model_confidence_set, nemenyi, wilson, window_block_length,
};
use crate::statistics::ratings::{ABSENT, PairCounts, competition_ranks, win_groups};

/// What a whole tournament says. Lists and matrices are in the order of `agents` unless they say otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct Standings {
    /// The settings they were made with.
    pub spec: StandingsSpec,
    /// How a record is scored.
    pub fold: &'static str,
    /// The scale on which records were compared.
    pub scale: Scale,
    /// Names of the agents that are ranked, in the order of the matrix.
    pub agents: Vec<String>,
    /// Names of the agents that are not, with the reasons.
    pub unranked: Vec<(String, String)>,
    /// Why their scores may be remembered rather than earned: windows begin before the training cutoff of a model.
    pub remembered: Vec<Option<String>>,
    /// Names of the windows, in order.
    pub windows: Vec<String>,
    /// Names of the windows in which no agent has a score.
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
    /// Whether any agent ranks differently from the others, in the windows in which all have a score. Its mean ranks
    /// count from the worst.
    pub friedman: Result<Friedman, EvidenceError>,
    /// The model confidence set's p-value of each agent: it is in the set of size alpha if this is above alpha.
    /// `None` for an agent whose score is no number.
    pub confidence_set: Result<Vec<Option<f64>>, EvidenceError>,
    /// All against the benchmark, where there is one that is ranked.
    pub benchmark: Option<BenchmarkEvidence>,
}

/// One agent's row.
#[derive(Debug, Clone, PartialEq)]
pub struct AgentStanding {
    /// Its index in `agents`.
    pub agent: usize,
    /// From 1, by the score of the record; equal scores share it.
    pub rank: usize,
    /// Score of the whole record.
    pub score: Score,
    /// Its interval; `None` where the score is no number.
    pub interval: Option<Interval>,
    /// Mean of the windows' scores that exist; `None` without any or where one is infinite.
    pub mean_score: Option<f64>,
    /// Confidence interval of the mean.
    pub mean_interval: Option<Interval>,
    /// Mean rank over the windows in which it has a score: 1 is the best, ties share the mean rank. `None` without any.
    pub mean_rank: Option<f64>,
    /// Lower and upper end of its rank interval.
    pub rank_interval: (usize, usize),
    /// Share of resamples in which it is first; a shared first place counts in parts.
    pub first_probability: f64,
    /// Windows times opponents that it beat.
    pub wins: usize,
    /// With which it tied.
    pub ties: usize,
    /// To which it lost.
    pub losses: usize,
    /// Windows in which it has a score and no agent a better one.
    pub first_places: usize,
    /// Windows in which it has a score.
    pub scored_windows: usize,
    /// Windows in which it acted.
    pub acted_windows: usize,
    /// Windows in which it was disqualified or forfeited.
    pub disqualified_windows: usize,
}

/// Agent against agent.
#[derive(Debug, Clone, PartialEq)]
pub struct PairTable {
    /// Wins and ties, window by window.
    pub counts: PairCounts,
    /// Probability that an agent is above another in another such set of windows, in the order of `tests`.
    pub beats: Vec<f64>,
    /// The tests of all pairs, in the order (0, 1), (0, 2), .. (1, 2), ..
    pub tests: Vec<PairTest>,
    /// Nemenyi's p-values of all pairs, by mean ranks in the windows in which all have a score.
    pub nemenyi: Result<Vec<Vec<f64>>, EvidenceError>,
}

/// Standings of these scores.
///
/// # Errors
/// [`StandingsError::Setting`] for a setting out of range, [`StandingsError::NoSuchBenchmark`],
/// [`StandingsError::NoWindows`], [`StandingsError::NoneRanked`].
pub fn standings(matrix: &ScoreMatrix, spec: &StandingsSpec) -> Result<Standings, StandingsError> {
    spec.check()?;
    let all = matrix.agents().len();
    if let Some(index) = spec.benchmark.filter(|&index| index >= all) {
        return Err(StandingsError::NoSuchBenchmark { index, agents: all });
    }
    let (ranked, kept) = matrix.ranked();
    let unranked: Vec<(String, String)> = (0..all)
        .filter_map(|agent| Some((matrix.agents()[agent].clone(), matrix.unranked(agent)?.to_owned())))
        .collect();
    if kept.is_empty() {
        return Err(StandingsError::NoneRanked { reason: unranked[0].1.clone() });
    }
    let matrix = if spec.higher_is_better { ranked } else { ranked.reversed() };
    let agents = kept.len();
    if matrix.windows().is_empty() || (0..agents).all(|agent| matrix.scored_windows(agent) == 0) {
        return Err(StandingsError::NoWindows);
    }
    if (0..agents).all(|agent| matrix.whole(agent).is_absent()) {
        return Err(no_record(&matrix));
    }
    let block_length = block_length(&matrix);
    let key = spec.seed.key(&["standings"]);
    let resamples = Resamples::stationary(matrix.windows().len(), block_length, spec.resamples, key)?;
    let contest = Contest::new(&matrix, &resamples, spec.range())?;
    let ranks = window_ranks(&matrix);
    let counts = PairCounts::from_ranks(&ranks).map_err(|_| StandingsError::NoWindows)?;
    let full_ranks = full_ranks(&ranks);
    let confidence_set = confidence_set(&contest.influences, &resamples);
    let set = confidence_set.clone().unwrap_or_else(|_| vec![None; agents]);
    let tests = contest.pairs()?;
    let rows = StandingsRows { matrix: &matrix, spec, contest: &contest, ranks: &ranks };
    let benchmark = spec.benchmark.and_then(|index| kept.iter().position(|&agent| agent == index));
    Ok(Standings {
        spec: spec.clone(),
        fold: matrix.fold().as_str(),
        scale: matrix.scale(),
        agents: matrix.agents().to_vec(),
        unranked,
        remembered: (0..agents).map(|agent| matrix.remembered(agent).map(str::to_owned)).collect(),
        windows: matrix.windows().to_vec(),
        unscored_windows: matrix.unscored_windows().iter().map(|&w| matrix.windows()[w].clone()).collect(),
        block_length,
        verdict: verdict(&contest, &set, matrix.windows().len(), spec),
        rows: rows.rows(&counts, &contest.resampled.ranks(spec.level)?)?,
        ratings: spec.ratings.iter().map(|&kind| rate(kind, &ranks, &resamples, spec.level)).collect(),
        win_groups: win_groups(&counts),
        pairs: PairTable {
            beats: tests
                .iter()
                .map(|pair| contest.resampled.beats(pair.a as usize, pair.b as usize))
                .collect(),
            counts,
            tests,
            nemenyi: full_ranks.as_ref().map_err(Clone::clone).and_then(nemenyi),
        },
        friedman: full_ranks.as_ref().map_err(Clone::clone).and_then(friedman),
        confidence_set,
        benchmark: benchmark
            .map(|index| against_benchmark(&contest.influences, index, &resamples, block_length, spec)),
    })
}

/// Why no agent has a score over all windows though some have scores in them.
fn no_record(matrix: &ScoreMatrix) -> StandingsError {
    let has = |agent: usize, wanted: Score| matrix.scores(agent).contains(&wanted);
    let opposed = (0..matrix.agents().len())
        .find(|&agent| has(agent, Score::PlusInfinity) && has(agent, Score::MinusInfinity));
    opposed.map_or(StandingsError::NoWindows, |agent| StandingsError::OppositeInfinities {
        agent: matrix.agents()[agent].clone(),
        fold: matrix.fold().as_str(),
    })
}

/// The block length that the windows' scores ask for: of agents that have a number in every window.
fn block_length(matrix: &ScoreMatrix) -> f64 {
    let column =
        |agent: usize| matrix.scores(agent).iter().map(|score| score.number()).collect::<Option<Vec<f64>>>();
    let columns: Vec<Vec<f64>> = (0..matrix.agents().len()).filter_map(column).collect();
    Panel::new(columns).map_or(1.0, |panel| window_block_length(&panel))
}

/// Places of every window (windows x agents), 0 the best; [`ABSENT`] without a score.
fn window_ranks(matrix: &ScoreMatrix) -> Vec<Vec<u32>> {
    let column = |window: usize| -> Vec<Score> {
        (0..matrix.agents().len()).map(|agent| matrix.scores(agent)[window]).collect()
    };
    (0..matrix.windows().len()).map(|window| competition_ranks(&column(window))).collect()
}

/// Ranks of the windows in which all agents have one, as a panel in which more is better: for rank tests.
fn full_ranks(ranks: &[Vec<u32>]) -> Result<Panel, EvidenceError> {
    let agents = ranks.first().map_or(0, Vec::len);
    let full: Vec<&Vec<u32>> = ranks.iter().filter(|row| !row.contains(&ABSENT)).collect();
    if full.len() < 2 {
        return Err(EvidenceError::TooFew {
            what: "windows in which all agents have a score",
            found: full.len(),
            least: 2,
        });
    }
    Panel::new((0..agents).map(|agent| full.iter().map(|row| -f64::from(row[agent])).collect()).collect())
}

/// The set of those whose score is a number, by what each window has to do with it.
fn confidence_set(
    influences: &[Option<Influence>],
    resamples: &Resamples,
) -> Result<Vec<Option<f64>>, EvidenceError> {
    let columns: Vec<Vec<f64>> = influences.iter().flatten().map(Influence::series).collect();
    let set =
        model_confidence_set(&Panel::new(columns)?, resamples, McsStatistic::Range, Convention::Standard)?;
    let mut p_values = set.p_values.into_iter();
    Ok(influences.iter().map(|known| known.as_ref().and_then(|_| p_values.next())).collect())
}

/// What the rows are made of.
struct StandingsRows<'a> {
    matrix: &'a ScoreMatrix,
    spec: &'a StandingsSpec,
    contest: &'a Contest<'a>,
    ranks: &'a [Vec<u32>],
}

impl StandingsRows<'_> {
    /// Best first; agents of equal rank in tie-break order.
    fn rows(&self, counts: &PairCounts, ranks: &[Ranks]) -> Result<Vec<AgentStanding>, StandingsError> {
        let games = counts.totals();
        let row = |agent: usize| -> Result<AgentStanding, StandingsError> {
            let found = &ranks[agent];
            let [wins, ties, losses] = games[agent].map(|count| count as usize);
            let mean = self.mean(agent);
            Ok(AgentStanding {
                agent,
                rank: found.observed,
                score: self.oriented(self.contest.records[agent]),
                interval: self.interval(agent)?,
                mean_score: mean.as_ref().map(|mean| self.spec.oriented(mean.score())),
                mean_interval: mean
                    .map(|mean| self.turned(&mean, self.matrix.scored_windows(agent)))
                    .transpose()?,
                mean_rank: self.mean_rank(agent),
                rank_interval: (found.best, found.worst),
                first_probability: found.first_probability,
                wins,
                ties,
                losses,
                first_places: self.ranks.iter().filter(|row| row[agent] == 0).count(),
                scored_windows: self.matrix.scored_windows(agent),
                acted_windows: self.matrix.acted_windows(agent),
                disqualified_windows: self.matrix.disqualified_windows(agent),
            })
        };
        let mut rows = (0..ranks.len()).map(row).collect::<Result<Vec<_>, _>>()?;
        rows.sort_by_key(|row| (row.rank, self.matrix.tie_rank(row.agent)));
        Ok(rows)
    }

    fn oriented(&self, score: Score) -> Score {
        if self.spec.higher_is_better { score } else { score.reversed() }
    }

    /// The interval of an agent's score, as the metric has it.
    fn interval(&self, agent: usize) -> Result<Option<Interval>, EvidenceError> {
        let Some(influence) = &self.contest.influences[agent] else { return Ok(None) };
        let windows = self.matrix.windows().len();
        let found = self.bounded(influence, self.matrix.scale(), self.matrix.scored_windows(agent))?;
        let ends = [found.low, found.high].map(|end| self.matrix.scale().to_metric(end, windows));
        let ends = ends.map(|end| self.spec.oriented(end));
        Ok(Some(Interval { low: ends[0].min(ends[1]), high: ends[0].max(ends[1]) }))
    }

    /// The mean of the scores that exist, with the influence of each.
    fn mean(&self, agent: usize) -> Option<Influence> {
        let scores = self.matrix.scores(agent);
        let known: Option<Vec<f64>> =
            scores.iter().filter(|score| !score.is_absent()).map(|score| score.number()).collect();
        match known?[..] {
            [] => None,
            [one] => Influence::weighing(one, vec![0.0; 2]),
            ref known => Influence::of_mean(known),
        }
    }

    /// The interval of a score on a scale. Where the scale has two ends it is that of the log odds of the place
    /// between them, so that it cannot leave them.
    fn bounded(&self, of: &Influence, scale: Scale, windows: usize) -> Result<Interval, EvidenceError> {
        let found = of.studentised();
        let ends = scale.ends(self.spec.range());
        let Some((low, high)) = ends.filter(|(low, high)| (*low..=*high).contains(&found.value)) else {
            return found.interval(self.spec.level);
        };
        let share = (found.value - low) / (high - low);
        let error = found.error / (high - low);
        if error == 0.0 && scale == Scale::Plain && (share == 0.0 || share == 1.0) {
            // Every window is at the end: each is one observation of it.
            let all = wilson(if share == 1.0 { windows } else { 0 }, windows, self.spec.level)?;
            return Ok(Interval { low: low + (high - low) * all.low, high: low + (high - low) * all.high });
        }
        let half = found.critical(self.spec.level)? * error;
        let shares = if share == 0.0 || share == 1.0 {
            // At an end there are no odds; the interval reaches inwards from there.
            [(share - half).max(0.0), (share + half).min(1.0)]
        } else {
            let odds = libm::log(share / (1.0 - share));
            let half = half / (share * (1.0 - share));
            [odds - half, odds + half].map(|odds| 1.0 / (1.0 + libm::exp(-odds)))
        };
        Ok(Interval { low: low + (high - low) * shares[0], high: low + (high - low) * shares[1] })
    }

    fn turned(&self, of: &Influence, windows: usize) -> Result<Interval, EvidenceError> {
        let found = self.bounded(of, Scale::Plain, windows)?;
        let ends = [found.low, found.high].map(|end| self.spec.oriented(end));
        Ok(Interval { low: ends[0].min(ends[1]), high: ends[0].max(ends[1]) })
    }

    /// Mean rank of an agent over the windows in which it has one; ties share their mean rank.
    fn mean_rank(&self, agent: usize) -> Option<f64> {
        let rank = |row: &Vec<u32>| {
            let own = row[agent];
            let sharing = row.iter().filter(|&&other| other == own).count();
            (own != ABSENT).then(|| f64::from(own) + (sharing as f64 + 1.0) / 2.0)
        };
        let ranks: Vec<f64> = self.ranks.iter().filter_map(rank).collect();
        (!ranks.is_empty()).then(|| ranks.iter().sum::<f64>() / ranks.len() as f64)
    }
}

impl Standings {
    /// Why agents of different groups cannot be rated together, in words; nothing where all can.
    pub fn unconnected(&self) -> Option<String> {
        (self.win_groups.len() > 1).then(|| unconnected(&self.win_groups, &self.agents))
    }

    /// The test of two agents, and whether it has them the other way round; nothing of an agent against itself.
    pub fn pair(&self, a: usize, b: usize) -> Option<(&PairTest, f64, bool)> {
        let index = super::contest::pair_index(self.agents.len(), a, b)?;
        Some((self.pairs.tests.get(index)?, *self.pairs.beats.get(index)?, a > b))
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
        assert_eq!((best.mean_score, best.mean_rank), (Some(3.5), Some(1.25)));
        assert_eq!((best.wins, best.ties, best.losses, best.first_places), (3, 1, 0, 2));
        let last = &found.rows[2];
        assert_eq!((last.wins, last.ties, last.losses, last.first_places), (0, 0, 4, 0));
        // 1 against 0: one win and one tie of two.
        assert_eq!(found.pairs.counts.win_rate(1, 0), Some(0.75));
        assert_eq!(found.pairs.counts.win_rate(1, 1), None);
        // Agents 0 and 1 beat 2 always.
        assert_eq!(found.win_groups, [vec![0, 1], vec![2]]);
        assert!(found.unconnected().unwrap().contains("a0, a1 | a2"));
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
            assert_eq!(found.pair(0, twin).unwrap().1, 0.5);
            assert_eq!(found.pairs.counts.win_rate(0, twin), Some(0.5));
            assert_eq!(found.pairs.nemenyi.as_ref().unwrap()[0][twin], 1.0);
            let set = found.confidence_set.as_ref().unwrap();
            assert_eq!(set[0], set[twin]);
            for rows in &found.ratings {
                let rated = rows.ratings.as_ref().unwrap();
                assert_eq!(rated[0], rated[twin], "{:?}", rows.system);
            }
        }
        for (a, b) in [(0, 3), (0, 4), (3, 4)] {
            let (test, beats, _) = found.pair(a, b).unwrap();
            assert_eq!((test.p_value, test.holm, beats), (Some(1.0), Some(1.0), 0.5));
        }
    }

    #[test]
    fn lower_is_better_only_reverses_the_order() {
        let columns = lucky(2, 30, &[0.5, 0.0, -0.5]);
        let turned = columns.iter().map(|column| column.iter().map(|x| -x).collect()).collect();
        let more = of(&matrix(columns));
        let less = StandingsSpec { higher_is_better: false, ..StandingsSpec::default() };
        let less = standings(&matrix(turned), &less).unwrap();
        assert_eq!((order(&more), &more.ratings), (order(&less), &less.ratings));
        assert_eq!(more.verdict, less.verdict);
        for (a, b) in more.rows.iter().zip(&less.rows) {
            assert_eq!(a.score.reversed(), b.score);
            let (a, b) = (a.interval.unwrap(), b.interval.unwrap());
            assert_eq!((-a.low, -a.high), (b.high, b.low));
        }
    }

    #[test]
    fn a_missing_score_is_left_out() {
        let mut scores: Vec<Vec<Option<f64>>> = lucky(3, 24, &[0.0, 0.0, 0.0])
            .into_iter()
            .map(|column| column.into_iter().map(Some).collect())
            .collect();
        let known: f64 = (0..24).filter(|w| *w != 5).filter_map(|w| scores[1][w]).sum::<f64>() / 23.0;
        scores[1][5] = None;
        // What others did in that window does not matter to it.
        for other in [-4.0, 9.0] {
            scores[2][5] = Some(other);
            let found = of(&holed(scores.clone()));
            let row = found.rows.iter().find(|row| row.agent == 1).unwrap();
            assert!((row.score.number().unwrap() - known).abs() < 1e-12);
            assert_eq!((row.scored_windows, row.wins + row.ties + row.losses), (23, 46));
        }
    }

    #[test]
    fn infinite_scores_stand_outside_all_numbers() {
        let endless = f64::INFINITY;
        let scores = vec![vec![Some(1.0); 3], vec![Some(0.0), Some(endless), None], vec![Some(-endless); 3]];
        let found = of(&holed(scores));
        assert_eq!(order(&found), [(1, 1), (0, 2), (2, 3)]);
        assert_eq!((found.rows[0].score, found.rows[0].interval), (Score::PlusInfinity, None));
        assert_eq!((found.rows[0].mean_score, found.rows[0].wins, found.rows[0].losses), (None, 3, 1));
        assert_eq!(found.confidence_set.as_ref().map(Vec::len).unwrap_or(3), 3);
    }

    #[test]
    fn unranked_agents_are_named_and_excluded() {
        let columns = lucky(8, 30, &[0.0, 1.0, 5.0]);
        let reasons = vec![None, None, Some("fewer than 5 trades".to_owned())];
        let found = of(&matrix(columns.clone()).with_unranked(reasons).unwrap());
        let two = of(&matrix(columns[..2].to_vec()));
        assert_eq!(found.unranked, [("a2".to_owned(), "fewer than 5 trades".to_owned())]);
        assert_eq!((found.rows, found.verdict, found.ratings), (two.rows, two.verdict, two.ratings));
        let none = matrix(columns).with_unranked(vec![Some("x".to_owned()); 3]).unwrap();
        assert!(matches!(
            standings(&none, &StandingsSpec::default()),
            Err(StandingsError::NoneRanked { .. })
        ));
    }

    #[test]
    fn an_agent_without_scores_is_last_and_an_empty_window_is_left_out() {
        let scores = vec![vec![None; 3], vec![Some(1.0), None, Some(2.0)], vec![Some(3.0), None, Some(2.0)]];
        let found = of(&holed(scores));
        assert_eq!(order(&found), [(2, 1), (1, 2), (0, 3)]);
        assert_eq!((found.rows[2].mean_score, found.rows[2].interval), (None, None));
        assert_eq!((found.windows.len(), found.unscored_windows.clone()), (3, vec!["w1".to_owned()]));
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
            assert_eq!(found.pairs.tests.len(), agents * (agents - 1) / 2);
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
