//! The scores of a tournament: one for each agent in each window, and how those of several windows become one.
//!
//! Owns the check of shape; whoever holds a `ScoreMatrix` checks no more. Never decides whether more is better, and
//! never makes a score up: what is absent stays absent.

use super::error::StandingsError;
use super::scale::Scale;
use crate::metrics::{Score, Summary, score};
use crate::scenario::{MetricSpec, RankingMetric};

/// How a record of several windows is scored.
#[derive(Debug, Clone, PartialEq)]
pub enum Fold {
    /// The metric of the windows one after the other.
    Record(Records),
    /// The mean of the windows' scores that exist.
    Mean,
    /// Median of the scores.
    Median,
}

/// What the windows left behind, and the metric of records.
#[derive(Debug, Clone, PartialEq)]
pub struct Records {
    /// One entry a repeat, each agents x windows: an agent that plays every window several times has a record in each,
    /// and scores their mean; the others are the same in all.
    pub summaries: Vec<Vec<Vec<Summary>>>,
    /// Metric the score is computed from.
    pub metric: RankingMetric,
    /// By which conventions.
    pub conventions: MetricSpec,
}

impl Fold {
    /// As `[battle] aggregate` has it.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Record(_) => "record",
            Self::Mean => "mean",
            Self::Median => "median",
        }
    }
}

/// Scores of agents over windows, as the ranking metric gives them.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreMatrix {
    agents: Vec<String>,
    windows: Vec<String>,
    /// Agents x windows.
    scores: Vec<Vec<Score>>,
    /// Agents x windows.
    acted: Vec<Vec<bool>>,
    /// Agents x windows.
    disqualified: Vec<Vec<bool>>,
    /// Why an agent is not ranked.
    unranked: Vec<Option<String>>,
    /// Why an agent's scores may be remembered rather than earned.
    remembered: Vec<Option<String>>,
    /// Place of each agent among agents of equal score.
    ties: Vec<usize>,
    fold: Fold,
    /// Whether every sign is turned.
    turned: bool,
}

impl ScoreMatrix {
    /// `agents` and `windows` by their names, in order; `scores` one list an agent (agents x windows). Nobody is
    /// disqualified, everybody is ranked, and an agent acted wherever it has a score.
    ///
    /// # Errors
    /// [`StandingsError::NoAgents`], [`StandingsError::Shape`].
    pub fn new(
        agents: Vec<String>,
        windows: Vec<String>,
        scores: Vec<Vec<Score>>,
        fold: Fold,
    ) -> Result<Self, StandingsError> {
        if agents.is_empty() {
            return Err(StandingsError::NoAgents);
        }
        check_shape("scores", &scores, agents.len(), windows.len())?;
        let acted = scores.iter().map(|row| row.iter().map(|score| !score.is_absent()).collect()).collect();
        let disqualified = vec![vec![false; windows.len()]; agents.len()];
        let (unranked, remembered) = (vec![None; agents.len()], vec![None; agents.len()]);
        let ties = by_name(&agents);
        let turned = false;
        Ok(Self { agents, windows, scores, acted, disqualified, unranked, remembered, ties, fold, turned })
    }

    /// Of what the windows left behind (agents x windows); an agent acted where its summary says so.
    ///
    /// # Errors
    /// As [`ScoreMatrix::new`].
    pub fn of_records(
        agents: Vec<String>,
        windows: Vec<String>,
        records: Records,
    ) -> Result<Self, StandingsError> {
        for summaries in &records.summaries {
            check_shape("summaries", summaries, agents.len(), windows.len())?;
        }
        let cells = |agent: usize, window: usize| records.summaries.iter().map(move |of| &of[agent][window]);
        let of = |summary: &Summary| score(summary, records.metric, &records.conventions);
        let rows = |agent: usize| (0..windows.len()).map(move |window| (agent, window));
        let scores =
            (0..agents.len()).map(|agent| rows(agent).map(|(a, w)| mean(cells(a, w).map(of))).collect());
        let has_acted = |(agent, window)| cells(agent, window).any(|window| !window.is_idle());
        let acted = (0..agents.len()).map(|agent| rows(agent).map(has_acted).collect()).collect();
        let scores = scores.collect();
        Self::new(agents, windows, scores, Fold::Record(records))?.with_acted(acted)
    }

    /// The same scores of windows, records scored another way.
    #[must_use]
    pub fn folded(self, fold: Fold) -> Self {
        Self { fold, ..self }
    }

    /// The same with what each agent did (agents x windows): whether it acted at all.
    ///
    /// # Errors
    /// [`StandingsError::Shape`].
    pub fn with_acted(mut self, flags: Vec<Vec<bool>>) -> Result<Self, StandingsError> {
        check_shape("flags", &flags, self.agents.len(), self.windows.len())?;
        self.acted = flags;
        Ok(self)
    }

    /// The same scores with these marks (agents x windows): which agent was disqualified or forfeited where. A
    /// mark changes no number: the agent stays with its loss.
    ///
    /// # Errors
    /// [`StandingsError::Shape`].
    pub fn with_disqualified(mut self, flags: Vec<Vec<bool>>) -> Result<Self, StandingsError> {
        check_shape("flags", &flags, self.agents.len(), self.windows.len())?;
        self.disqualified = flags;
        Ok(self)
    }

    /// The same where these agents are not ranked, for these reasons: they are named, and take part in no test.
    ///
    /// # Errors
    /// [`StandingsError::Shape`].
    pub fn with_unranked(mut self, reasons: Vec<Option<String>>) -> Result<Self, StandingsError> {
        self.check_reasons(&reasons)?;
        self.unranked = reasons;
        Ok(self)
    }

    /// The same where scores of these agents may be remembered, for these reasons: a verdict that rests on them says so.
    ///
    /// # Errors
    /// [`StandingsError::Shape`].
    pub fn with_remembered(mut self, reasons: Vec<Option<String>>) -> Result<Self, StandingsError> {
        self.check_reasons(&reasons)?;
        self.remembered = reasons;
        Ok(self)
    }

    fn check_reasons(&self, reasons: &[Option<String>]) -> Result<(), StandingsError> {
        let (found, expected) = (reasons.len(), self.agents.len());
        match found == expected {
            true => Ok(()),
            false => Err(StandingsError::Shape { what: "reasons", agent: 0, found, expected }),
        }
    }

    /// The same agents over some of the windows, of whose scores nothing is said to be remembered.
    #[must_use]
    pub fn of_windows(&self, kept: &[usize]) -> Self {
        fn of<T: Clone>(rows: &[Vec<T>], kept: &[usize]) -> Vec<Vec<T>> {
            rows.iter().map(|row| picked(row, kept)).collect()
        }
        Self {
            windows: picked(&self.windows, kept),
            scores: of(&self.scores, kept),
            acted: of(&self.acted, kept),
            disqualified: of(&self.disqualified, kept),
            remembered: vec![None; self.agents.len()],
            fold: match &self.fold {
                Fold::Record(records) => {
                    let summaries = records.summaries.iter().map(|repeat| of(repeat, kept)).collect();
                    Fold::Record(Records { summaries, ..*records })
                }
                fold => fold.clone(),
            },
            ..self.clone()
        }
    }

    /// The same where agents of equal score stand in this order of names, as a leaderboard has broken their tie;
    /// without
    /// it in the order of their names.
    #[must_use]
    pub fn with_tie_order(mut self, names: &[&str]) -> Self {
        let by_name = by_name(&self.agents);
        let position = |agent: &String| names.iter().position(|name| name == agent).unwrap_or(names.len());
        let mut order: Vec<usize> = (0..self.agents.len()).collect();
        order.sort_by_key(|&agent| (position(&self.agents[agent]), by_name[agent]));
        order.iter().enumerate().for_each(|(position, &agent)| self.ties[agent] = position);
        self
    }

    /// The tie-break rank of an agent among agents of equal score.
    pub(super) fn tie_rank(&self, agent: usize) -> usize {
        self.ties[agent]
    }

    /// Names of the agents, in order.
    pub fn agents(&self) -> &[String] {
        &self.agents
    }

    /// Names of the windows, in order.
    pub fn windows(&self) -> &[String] {
        &self.windows
    }

    /// How records are scored.
    pub const fn fold(&self) -> &Fold {
        &self.fold
    }

    /// One agent's scores, in the order of the windows.
    pub fn scores(&self, agent: usize) -> &[Score] {
        &self.scores[agent]
    }

    /// The score of the record that these windows make, in this order.
    pub fn record(&self, agent: usize, windows: impl Iterator<Item = usize> + Clone) -> Score {
        let scores = &self.scores[agent];
        match &self.fold {
            Fold::Record(records) => {
                let of = |repeat: &Vec<Vec<Summary>>| {
                    let record = Summary::record(windows.clone().map(|window| repeat[agent][window]));
                    score(&record, records.metric, &records.conventions)
                };
                let score = mean(records.summaries.iter().map(of));
                if self.turned { score.reversed() } else { score }
            }
            Fold::Mean => Score::mean(windows.map(|window| scores[window])),
            Fold::Median => Score::median(windows.map(|window| scores[window])),
        }
    }

    /// The score of the whole record.
    pub fn whole(&self, agent: usize) -> Score {
        self.record(agent, 0..self.windows.len())
    }

    /// In how many windows an agent was disqualified.
    pub fn disqualified_windows(&self, agent: usize) -> usize {
        self.disqualified[agent].iter().filter(|flag| **flag).count()
    }

    /// Why an agent is not ranked; nothing for one that is.
    pub fn unranked(&self, agent: usize) -> Option<&str> {
        self.unranked[agent].as_deref()
    }

    /// Why an agent's scores may be remembered; nothing where they cannot be.
    pub(super) fn remembered(&self, agent: usize) -> Option<&str> {
        self.remembered[agent].as_deref()
    }

    /// On which scale records are compared.
    pub(super) const fn scale(&self) -> Scale {
        match &self.fold {
            Fold::Record(records) if !self.turned => Scale::of(records.metric),
            Fold::Record(_) | Fold::Mean | Fold::Median => Scale::Plain,
        }
    }

    /// How many windows say anything about two agents: those in which either acted, and no more than either has
    /// scores in where a record is made of those.
    pub fn windows_of_evidence(&self, a: usize, b: usize) -> usize {
        let either = self.acted[a].iter().zip(&self.acted[b]).filter(|(a, b)| **a || **b).count();
        either.min(self.counted_windows(a)).min(self.counted_windows(b))
    }

    /// In how many windows an agent acted.
    pub(super) fn acted_windows(&self, agent: usize) -> usize {
        self.acted[agent].iter().filter(|acted| **acted).count()
    }

    /// How many windows count for an agent's record.
    fn counted_windows(&self, agent: usize) -> usize {
        match &self.fold {
            Fold::Record(records) if !is_of_trades(records.metric) => self.windows.len(),
            Fold::Record(_) | Fold::Mean | Fold::Median => self.scored_windows(agent),
        }
    }

    /// In how many windows an agent has a score.
    pub(super) fn scored_windows(&self, agent: usize) -> usize {
        self.scores[agent].iter().filter(|score| !score.is_absent()).count()
    }

    /// Windows in which no agent has a score.
    pub(super) fn unscored_windows(&self) -> Vec<usize> {
        let none = |&window: &usize| self.scores.iter().all(|row| row[window].is_absent());
        (0..self.windows.len()).filter(none).collect()
    }

    /// The same with every sign turned: for metrics of which less is better.
    pub(super) fn reversed(mut self) -> Self {
        self.scores.iter_mut().flatten().for_each(|score| *score = score.reversed());
        self.turned = !self.turned;
        self
    }

    /// The agents that are ranked, with their indices in this matrix.
    pub(super) fn ranked(&self) -> (Self, Vec<usize>) {
        let kept: Vec<usize> = (0..self.agents.len()).filter(|&a| self.unranked[a].is_none()).collect();
        let ranked = Self {
            agents: picked(&self.agents, &kept),
            windows: self.windows.clone(),
            scores: picked(&self.scores, &kept),
            acted: picked(&self.acted, &kept),
            disqualified: picked(&self.disqualified, &kept),
            unranked: picked(&self.unranked, &kept),
            remembered: picked(&self.remembered, &kept),
            ties: picked(&self.ties, &kept),
            fold: match &self.fold {
                Fold::Record(records) => {
                    let summaries = records.summaries.iter().map(|repeat| picked(repeat, &kept)).collect();
                    Fold::Record(Records { summaries, ..*records })
                }
                Fold::Mean => Fold::Mean,
                Fold::Median => Fold::Median,
            },
            turned: self.turned,
        };
        (ranked, kept)
    }
}

/// Whether a metric is made of round trips, so that windows without one say nothing.
const fn is_of_trades(metric: RankingMetric) -> bool {
    matches!(metric, RankingMetric::WinRate | RankingMetric::ProfitFactor)
}

/// The mean of the repeats' scores; of one it is that, to the last bit.
fn mean(mut scores: impl Iterator<Item = Score> + Clone) -> Score {
    let all = scores.clone();
    match (scores.next(), scores.next()) {
        (Some(only), None) => only,
        _ => Score::mean(all),
    }
}

/// The position of each agent in name order.
fn by_name(agents: &[String]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..agents.len()).collect();
    order.sort_by(|&a, &b| agents[a].cmp(&agents[b]));
    let mut positions = vec![0; agents.len()];
    order.into_iter().enumerate().for_each(|(position, agent)| positions[agent] = position);
    positions
}

fn picked<T: Clone>(all: &[T], kept: &[usize]) -> Vec<T> {
    kept.iter().map(|&position| all[position].clone()).collect()
}

fn check_shape<T>(
    what: &'static str,
    rows: &[Vec<T>],
    agents: usize,
    windows: usize,
) -> Result<(), StandingsError> {
    let wrong = |agent, found| StandingsError::Shape { what, agent, found, expected: windows };
    if rows.len() != agents {
        return Err(wrong(rows.len().min(agents), 0));
    }
    match rows.iter().position(|row| row.len() != windows) {
        Some(agent) => Err(wrong(agent, rows[agent].len())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::holed;
    use super::*;

    fn names(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn bad_shapes_are_errors() {
        let matrix = |scores| ScoreMatrix::new(names(&["a", "b"]), names(&["w0", "w1"]), scores, Fold::Mean);
        assert_eq!(ScoreMatrix::new(vec![], vec![], vec![], Fold::Mean), Err(StandingsError::NoAgents));
        let one = Score::Number(1.0);
        let short = matrix(vec![vec![one, Score::Absent], vec![one]]).unwrap_err();
        assert_eq!(short.to_string(), "scores of agent `1`: `1` where there are `2` windows");
        assert!(matrix(vec![vec![one, one]]).is_err());
    }

    #[test]
    fn ties_are_broken_by_a_given_order_or_by_name() {
        let one = vec![Score::Number(1.0)];
        let scores = vec![one.clone(), one.clone(), one];
        let matrix = ScoreMatrix::new(names(&["c", "a", "b"]), names(&["w"]), scores, Fold::Mean).unwrap();
        let positions = |matrix: &ScoreMatrix| [0, 1, 2].map(|agent| matrix.tie_rank(agent));
        assert_eq!(positions(&matrix), [2, 0, 1]);
        assert_eq!(positions(&matrix.with_tie_order(&["b", "c"])), [1, 2, 0]);
    }

    #[test]
    fn records_are_made_of_the_scores_that_exist() {
        let mean = holed(vec![vec![Some(1.0), None, Some(4.0)], vec![Some(2.0), Some(f64::INFINITY), None]]);
        assert_eq!(mean.whole(0), Score::Number(2.5));
        assert_eq!(mean.record(0, [2, 2, 1].into_iter()), Score::Number(4.0));
        assert_eq!((mean.whole(1), mean.record(1, 2..3)), (Score::PlusInfinity, Score::Absent));
        assert_eq!((mean.windows_of_evidence(0, 1), mean.scored_windows(0)), (2, 2));
    }

    #[test]
    fn marks_are_counted_and_the_unranked_are_left_out() {
        let matrix = holed(vec![vec![Some(1.0), None], vec![None, None]]);
        assert_eq!(matrix.unscored_windows(), [1]);
        let marked = matrix.clone().with_disqualified(vec![vec![false, false], vec![true, true]]).unwrap();
        assert_eq!((marked.disqualified_windows(0), marked.disqualified_windows(1)), (0, 2));
        assert!(matrix.clone().with_disqualified(vec![vec![true]]).is_err());
        let few = matrix.with_unranked(vec![Some("fewer than 5 trades".to_owned()), None]).unwrap();
        let (ranked, kept) = few.ranked();
        assert_eq!((ranked.agents(), kept), (&names(&["a1"])[..], vec![1]));
    }
}
