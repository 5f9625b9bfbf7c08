//! The score of an agent: of one window, or of all of them by the scenario's rule.

use super::outcome::{AgentResult, Tournament};
use crate::metrics::{Measure, Metrics, Missing, Score, Summary, ranked_value};
use crate::scenario::{Aggregate, MetricSpec, RankingMetric};

/// The metric's score of what was measured: a window's, or a record's.
pub fn score(metrics: &Metrics, metric: RankingMetric, spec: &MetricSpec) -> Score {
    crate::metrics::score(&metrics.record.summary, metric, spec)
}

/// The metric's value in the units it is shown in; why there is none otherwise.
///
/// # Errors
/// [`Missing`], also where there is a score: an infinite one, or that of an idle agent.
pub fn shown(metrics: &Metrics, metric: RankingMetric, spec: &MetricSpec) -> Measure {
    ranked_value(&metrics.record.summary, metric, spec)
}

/// The score over several windows, which are in order of time.
pub fn score_over(
    windows: impl Iterator<Item = Summary> + Clone,
    aggregate: Aggregate,
    metric: RankingMetric,
    spec: &MetricSpec,
) -> Score {
    let each = || windows.clone().map(|window| crate::metrics::score(&window, metric, spec));
    match aggregate {
        Aggregate::Record => crate::metrics::score(&Summary::record(windows.clone()), metric, spec),
        Aggregate::Mean => Score::mean(each()),
        Aggregate::Median => Score::median(each()),
    }
}

/// The score of an agent by all its repeats: the mean of their records' scores, or the mean or median over the windows
/// of the mean of their scores in each.
pub fn score_of_repeats(
    repeats: &[&AgentResult],
    aggregate: Aggregate,
    metric: RankingMetric,
    conventions: &MetricSpec,
) -> Score {
    let over = |one: &&AgentResult| score_over(one.summaries(), aggregate, metric, conventions);
    let [first, _, ..] = repeats else { return repeats.first().map_or(Score::Absent, over) };
    let window = |number: usize| {
        Score::mean(repeats.iter().map(|one| score(&one.windows[number].metrics, metric, conventions)))
    };
    match aggregate {
        Aggregate::Record => Score::mean(repeats.iter().map(over)),
        Aggregate::Mean => Score::mean((0..first.windows.len()).map(window)),
        Aggregate::Median => Score::median((0..first.windows.len()).map(window)),
    }
}

/// Why the score over several windows is not shown as a number: the reason of the whole record, or that of a window
/// which makes the mean or median what it is.
pub fn why_over(
    windows: impl Iterator<Item = Summary> + Clone,
    aggregate: Aggregate,
    metric: RankingMetric,
    spec: &MetricSpec,
) -> Option<Missing> {
    let why = |summary: &Summary| ranked_value(summary, metric, spec).err();
    if aggregate == Aggregate::Record {
        return why(&Summary::record(windows));
    }
    let total = score_over(windows.clone(), aggregate, metric, spec);
    if total.number().is_some() {
        return None;
    }
    // Without a score over all: infinities of both signs met, or no window has a score.
    let decides = |window: &Summary| {
        let own = crate::metrics::score(window, metric, spec);
        own.is_infinite() && (total.is_absent() || own == total)
    };
    windows.clone().find(decides).as_ref().and_then(why).or_else(|| windows.clone().find_map(|one| why(&one)))
}

impl AgentResult {
    /// The summaries of its windows, in order.
    pub fn summaries(&self) -> impl Iterator<Item = Summary> + Clone {
        self.windows.iter().map(|window| window.metrics.record.summary)
    }
}

impl Tournament {
    /// The score matrix: one row an agent, one column a window.
    pub fn scores(&self, metric: RankingMetric, spec: &MetricSpec) -> Vec<Vec<Score>> {
        let of = |agent: &AgentResult| {
            agent.windows.iter().map(|window| score(&window.metrics, metric, spec)).collect()
        };
        self.agents.iter().map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tournament::testing::{agent, result, returns};

    #[test]
    fn one_rule_for_record_mean_and_median() {
        let all = agent("a", [0.5, -0.5, 0.2].map(|gain| result(returns(&[gain]))).into());
        let score = |aggregate| {
            score_over(all.summaries(), aggregate, RankingMetric::RoiPct, &MetricSpec::default())
                .number()
                .unwrap()
        };
        // 1.5 * 0.5 * 1.2 - 1; (50 - 50 + 20) / 3; 20.
        assert!((score(Aggregate::Record) - -10.0).abs() < 1e-9);
        assert!((score(Aggregate::Mean) - 20.0 / 3.0).abs() < 1e-9);
        assert!((score(Aggregate::Median) - 20.0).abs() < 1e-9);
    }

    #[test]
    fn repeats_score_their_mean() {
        let one = agent("a.1", [0.10, -0.10].map(|gain| result(returns(&[gain]))).into());
        let other = agent("a.2", [0.30, 0.20].map(|gain| result(returns(&[gain]))).into());
        let score = |aggregate| {
            score_of_repeats(&[&one, &other], aggregate, RankingMetric::RoiPct, &MetricSpec::default())
                .number()
                .unwrap()
        };
        // (1.1 * 0.9 - 1 + 1.3 * 1.2 - 1) / 2; windows of 20 and 5 on average.
        assert!((score(Aggregate::Record) - 27.5).abs() < 1e-9);
        assert!((score(Aggregate::Mean) - 12.5).abs() < 1e-9);
        assert!((score(Aggregate::Median) - 12.5).abs() < 1e-9);
    }
}
