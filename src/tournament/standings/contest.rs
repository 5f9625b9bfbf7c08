//! Every two agents against each other, by the scores of their whole records.
//!
//! Owns the choice of the test: the difference of two records in units of its standard error where both scores are
//! numbers (of drawdowns by exchanged windows), and the share of resamples in which one is above the other where
//! that has no standard error: a score is
//! infinite, or a median stands among equal values. An infinite score must also come from windows that are infinite
//! more often than the other agent's, by Fisher's exact test. A score that does not exist is behind all others and is
//! tested against none. Invariants: the p-value counts against the agent that
//! the leaderboard has behind; equal scores have a p-value of 1.

use std::ops::Range;

use rayon::prelude::*;
use statrs::distribution::{DiscreteCDF, Hypergeometric};

use super::exchange::Exchanges;
use super::matrix::{Fold, ScoreMatrix};
use super::scale::Scale;
use crate::metrics::{Score, Summary, quantile};
use crate::statistics::evidence::{
    Correction, EvidenceError, Influence, Interval, ResampledRanks, Resamples, Studentised, adjust,
};

/// The test of one pair of agents among all pairs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairTest {
    /// Index of the first agent.
    pub a: u32,
    /// Index of the second, after the first.
    pub b: u32,
    /// Lead of `a` over `b`, in the direction in which more is better; `None` where it has no standard error.
    pub lead: Option<Lead>,
    /// Two-sided; `None` where one of the agents has no score.
    pub p_value: Option<f64>,
    /// The same among all pairs (Holm).
    pub holm: Option<f64>,
    /// In how many windows either of them acted: the observations that the test rests on.
    pub windows: u32,
}

/// By how much one record leads another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lead {
    /// In the units of [`Scale`]: for growth and PnL a window, else of the metric.
    pub difference: f64,
    test: Studentised,
    /// From the scale of the test to the units of the report.
    factor: f64,
    /// No lead is wider than this, where the metric has a range.
    widest: Option<f64>,
}

impl Lead {
    /// Two-sided interval of this level; that of `1 - alpha` excludes 0 exactly where the p-value is under alpha.
    ///
    /// # Errors
    /// [`EvidenceError::OutOfRange`] for a level that is no probability.
    pub fn interval(&self, level: f64) -> Result<Interval, EvidenceError> {
        let half = self.test.critical(level)? * self.test.error * self.factor;
        Ok(match self.widest.filter(|&widest| self.difference.abs() < widest) {
            Some(widest) => within(self.difference, half, widest),
            None => Interval { low: self.difference - half, high: self.difference + half },
        })
    }

    /// The same lead seen from the other agent.
    #[must_use]
    pub fn turned(self) -> Self {
        Self { difference: -self.difference, test: self.test.turned(), ..self }
    }

    /// In units of its standard error; `None` where no window changes it.
    pub fn statistic(&self) -> Option<f64> {
        self.test.statistic()
    }

    /// Two-sided, of "there is no lead".
    pub fn p_value(&self) -> f64 {
        self.test.p_value
    }

    /// The difference on the scale of the test.
    pub(super) const fn test(&self) -> &Studentised {
        &self.test
    }
}

/// The interval between `-widest` and `widest` by Fisher's transformation: it excludes 0 exactly where `value -+ half`
/// does.
fn within(value: f64, half: f64, widest: f64) -> Interval {
    let centre = libm::atanh(value / widest);
    let half = if value == 0.0 { half / widest } else { half * centre / value };
    Interval { low: widest * libm::tanh(centre - half), high: widest * libm::tanh(centre + half) }
}

/// The index of a pair in the order (0, 1), (0, 2), .. (1, 2), ..
pub(super) fn pair_index(agents: usize, a: usize, b: usize) -> Option<usize> {
    let (low, high) = (a.min(b), a.max(b));
    (low < high && high < agents).then(|| low * agents - low * (low + 1) / 2 + high - low - 1)
}

/// All records with what their windows have to do with them.
pub(super) struct Contest<'a> {
    matrix: &'a ScoreMatrix,
    /// Scores of the whole records.
    pub records: Vec<Score>,
    /// On the scale of the test; `None` where a score is no number.
    pub influences: Vec<Option<Influence>>,
    /// Places in resampled records.
    pub resampled: ResampledRanks,
    resamples: usize,
    exchanges: Option<Exchanges>,
    /// The width of the metric's range.
    widest: Option<f64>,
}

impl<'a> Contest<'a> {
    /// Of a matrix of which more is better.
    pub(super) fn new(
        matrix: &'a ScoreMatrix,
        resamples: &Resamples,
        range: Option<(f64, f64)>,
    ) -> Result<Self, EvidenceError> {
        let agents = 0..matrix.agents().len();
        let draws: Vec<&[u32]> = resamples.iter().collect();
        let record = |agent: usize| -> Vec<Score> {
            draws.iter().map(|draw| matrix.record(agent, draw.iter().map(|&w| w as usize))).collect()
        };
        let resampled: Vec<Vec<Score>> = agents.clone().into_par_iter().map(record).collect();
        let records: Vec<Score> = agents.clone().map(|agent| matrix.whole(agent)).collect();
        let windows: Vec<usize> = (0..matrix.windows().len()).collect();
        Ok(Self {
            influences: agents.into_par_iter().map(|agent| influence(matrix, agent, &windows)).collect(),
            resampled: ResampledRanks::new(&records, &resampled)?,
            resamples: draws.len(),
            exchanges: exchanges(matrix, windows.len()),
            widest: range.map(|(low, high)| high - low),
            records,
            matrix,
        })
    }

    /// The agent with the best record; of equals the first as ties are broken.
    pub(super) fn leader(&self) -> usize {
        let better = |agent: usize, best: usize| match self.records[agent].cmp(&self.records[best]) {
            std::cmp::Ordering::Equal => self.tie_rank(agent) < self.tie_rank(best),
            order => order.is_gt(),
        };
        (1..self.records.len()).fold(0, |best, agent| if better(agent, best) { agent } else { best })
    }

    /// The tie-break rank of an agent among agents of equal score.
    pub(super) fn tie_rank(&self, agent: usize) -> usize {
        self.matrix.tie_rank(agent)
    }

    /// All pairs, in the order (0, 1), (0, 2), .. (1, 2), .., with Holm's correction.
    pub(super) fn pairs(&self) -> Result<Vec<PairTest>, EvidenceError> {
        let agents = self.records.len();
        let row = |a: usize| (a + 1..agents).map(move |b| self.pair(a, b)).collect::<Vec<PairTest>>();
        let mut pairs: Vec<PairTest> = (0..agents).into_par_iter().flat_map_iter(row).collect();
        let known: Vec<f64> = pairs.iter().filter_map(|pair| pair.p_value).collect();
        let mut adjusted = adjust(&known, Correction::Holm)?.into_iter();
        for pair in &mut pairs {
            pair.holm = pair.p_value.and_then(|_| adjusted.next());
        }
        Ok(pairs)
    }

    /// One pair, not corrected.
    pub(super) fn pair(&self, a: usize, b: usize) -> PairTest {
        let scores = (self.records[a], self.records[b]);
        let all = 0..self.matrix.windows().len();
        let test = match &self.exchanges {
            Some(exchanges) => exchanged(self.matrix, exchanges, (a, b), all),
            None => self.influences[a].as_ref().zip(self.influences[b].as_ref()).map(|(a, b)| a.less(b)),
        };
        let lead = test.and_then(|test| lead(self.matrix.scale(), scores, test, self.widest));
        let p_value = match (scores, &lead) {
            ((Score::Absent, _) | (_, Score::Absent), _) => None,
            ((a, b), _) if a == b => Some(1.0),
            (_, Some(lead)) => Some(lead.test.p_value),
            ((one, other), None) => Some(self.share_p(a, b, one > other).max(self.exact_p(a, b))),
        };
        let windows = self.windows_of_evidence(a, b) as u32;
        PairTest { a: a as u32, b: b as u32, lead, p_value, holm: None, windows }
    }

    /// Twice the share of resamples in which the one in front is not above the other, ties as half.
    fn share_p(&self, a: usize, b: usize, first_leads: bool) -> f64 {
        let beats = self.resampled.beats(a, b);
        let against = if first_leads { 1.0 - beats } else { beats };
        let count = self.resamples as f64;
        (2.0 * (1.0 + against * count) / (count + 1.0)).min(1.0)
    }

    /// Fisher's exact test of how often a window is as infinite as the record: twice the smaller tail. All resamples of
    /// an agent whose every window is infinite are infinite too, so their share alone would take luck for certainty.
    /// Nothing is asked of finite scores.
    fn exact_p(&self, a: usize, b: usize) -> f64 {
        let records = [self.records[a], self.records[b]];
        let Some(infinite) = records.into_iter().find(|score| score.number().is_none()) else { return 0.0 };
        let [one, other] = [a, b].map(|agent| {
            let scored = self.matrix.scores(agent).iter().filter(|score| **score != Score::Absent);
            scored.fold((0, 0), |(hits, all), score| (hits + u64::from(*score == infinite), all + 1))
        });
        doubled_tail(one, other)
    }

    /// An infinite score rests on the windows in which its own agent acted.
    fn windows_of_evidence(&self, a: usize, b: usize) -> usize {
        let own = |agent: usize| match self.influences[agent] {
            Some(_) => usize::MAX,
            None => self.matrix.acted_windows(agent),
        };
        self.matrix.windows_of_evidence(a, b).min(own(a)).min(own(b))
    }
}

/// Twice the smaller tail of the hypergeometric distribution, at most 1: `hits` of `all` in two samples.
fn doubled_tail((hits, all): (u64, u64), (other_hits, other_all): (u64, u64)) -> f64 {
    let Ok(law) = Hypergeometric::new(all + other_all, hits + other_hits, all) else { return 1.0 };
    let at_least = if hits == 0 { 1.0 } else { law.sf(hits - 1) };
    (2.0 * law.cdf(hits).min(at_least)).min(1.0)
}

/// Draws of exchanged windows, where records are compared by them.
fn exchanges(matrix: &ScoreMatrix, windows: usize) -> Option<Exchanges> {
    (matrix.scale() == Scale::CubeRoot).then(|| Exchanges::new(windows, matrix.agents().len()))
}

/// The test of two drawdowns over these windows.
fn exchanged(
    matrix: &ScoreMatrix,
    exchanges: &Exchanges,
    (a, b): (usize, usize),
    windows: Range<usize>,
) -> Option<Studentised> {
    let Fold::Record(records) = matrix.fold() else { return None };
    let of = |agent: usize| -> Vec<&[Summary]> {
        records.summaries.iter().map(|repeat| &repeat[agent][windows.clone()]).collect()
    };
    Some(exchanges.test(&of(a), &of(b), matrix.scale()))
}

/// The lead of the first of two records over the same windows, where both are numbers.
fn lead(scale: Scale, scores: (Score, Score), test: Studentised, widest: Option<f64>) -> Option<Lead> {
    let told = scores.0.number()? - scores.1.number()?;
    let (difference, factor) = match test.value {
        value if scale.is_shown() || value == 0.0 => (value, 1.0),
        value => (told, told / value),
    };
    Some(Lead { difference, test, factor, widest })
}

/// The lead of `a` over `b` in the records of these windows, where both scores are numbers.
pub fn lead_over(matrix: &ScoreMatrix, a: usize, b: usize, windows: Range<usize>) -> Option<Lead> {
    let scores = [a, b].map(|agent| matrix.record(agent, windows.clone()));
    let test = match exchanges(matrix, windows.len()) {
        Some(exchanges) => exchanged(matrix, &exchanges, (a, b), windows),
        None => {
            let windows: Vec<usize> = windows.collect();
            let [a, b] = [a, b].map(|agent| influence(matrix, agent, &windows));
            a.zip(b).map(|(a, b)| a.less(&b))
        }
    };
    test.and_then(|test| lead(matrix.scale(), (scores[0], scores[1]), test, None))
}

/// How an agent's record of these windows hangs on each of them; nothing where its score is no number, or is none
/// without one of the windows.
pub(super) fn influence(matrix: &ScoreMatrix, agent: usize, windows: &[usize]) -> Option<Influence> {
    let scale = matrix.scale();
    let whole = matrix.record(agent, windows.iter().copied()).number()?;
    if *matrix.fold() == Fold::Median {
        let scores: Vec<Score> = windows.iter().map(|&window| matrix.scores(agent)[window]).collect();
        return influence_on_median(whole, &scores);
    }
    let without = |left_out: usize| {
        let rest = windows
            .iter()
            .enumerate()
            .filter(|(position, _)| *position != left_out)
            .map(|(_, &window)| window);
        scale.of_score(matrix.record(agent, rest), windows.len() - 1)
    };
    let without: Vec<f64> = (0..windows.len()).map(without).collect();
    Influence::new(scale.of_score(Score::Number(whole), windows.len()), &without)
}

/// A median moves by one over twice the density with each value above it, and back with each below (leaving values
/// out one by one says nothing about a median). The density is that between the quantiles `1/2 -+ h`, with
/// Bofinger's (1975) `h`.
fn influence_on_median(median: f64, scores: &[Score]) -> Option<Influence> {
    let known: Vec<f64> = scores.iter().filter_map(|score| score.value()).collect();
    let n = known.len() as f64;
    let h = (BOFINGER * libm::pow(n, -0.2)).min(0.45);
    let ends = [quantile(&known, 0.5 - h).ok()?, quantile(&known, 0.5 + h).ok()?];
    // Values that repeat around the median have no density there.
    let mut near: Vec<f64> = known.into_iter().filter(|value| (ends[0]..=ends[1]).contains(value)).collect();
    near.sort_by(f64::total_cmp);
    if near.windows(2).any(|pair| pair[0] == pair[1]) {
        return None;
    }
    let half_step = (ends[1] - ends[0]) / (4.0 * h);
    // Only known values move it: as much more as they are fewer.
    let step = half_step * scores.len() as f64 / n;
    let influence = |score: &Score| match score.value() {
        Some(value) if value > median => step,
        Some(value) if value < median => -step,
        _ => 0.0,
    };
    Influence::weighing(median, scores.iter().map(influence).collect())
}

/// `(4.5 phi(0)^4)^(1/5)`, of the normal distribution.
const BOFINGER: f64 = 0.648_098;

#[cfg(test)]
mod tests {
    use super::{doubled_tail, within};

    #[test]
    fn a_lead_stays_in_its_range_and_crosses_zero_where_the_test_does() {
        // A lead of 40 points of 100 with a half width of 90: 100 tanh(0.42365 -+ 0.95321).
        let wide = within(40.0, 90.0, 100.0);
        assert!((wide.low - -48.50).abs() < 0.01 && (wide.high - 88.02).abs() < 0.01, "{wide:?}");
        assert!(within(40.0, 40.1, 100.0).low < 0.0 && within(40.0, 39.9, 100.0).low > 0.0);
        let none = within(0.0, 150.0, 100.0);
        assert!(none.low > -100.0 && none.high < 100.0 && none.low == -none.high);
    }

    #[test]
    fn tails_worked_by_hand() {
        // 24 of 24 against 21 of 24: C(24, 3) / C(48, 3) = 2024 / 17296, twice.
        assert!((doubled_tail((24, 24), (21, 24)) - 2.0 * 2024.0 / 17296.0).abs() < 1e-12);
        assert_eq!(doubled_tail((5, 10), (5, 10)), 1.0);
        assert_eq!(doubled_tail((0, 0), (3, 5)), 1.0);
    }
}
