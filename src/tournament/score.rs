//! The number that a ranking metric ranks by, in the units it is shown in.

use super::outcome::Tournament;
use crate::metrics::Metrics;
use crate::scenario::RankingMetric;

/// The metric's value: percentages as percent; `None` where it does not exist. Larger is better for all of
/// them: the drawdown is at most 0, so nearer to 0 is larger.
pub fn score(metrics: &Metrics, metric: RankingMetric) -> Option<f64> {
    let measure = match metric {
        RankingMetric::RoiPct => metrics.total_return.map(percent),
        RankingMetric::TotalPnl => Ok(metrics.total_pnl.to_f64()),
        RankingMetric::SharpeRatio => metrics.sharpe_ratio,
        RankingMetric::SortinoRatio => metrics.sortino_ratio,
        RankingMetric::CalmarRatio => metrics.calmar_ratio,
        RankingMetric::MaxDrawdownPct => Ok(percent(metrics.max_drawdown.depth)),
        RankingMetric::WinRate => metrics.win_rate.map(percent),
        RankingMetric::ProfitFactor => metrics.profit_factor,
    };
    measure.ok()
}

/// A fraction as percent.
pub(super) fn percent(fraction: f64) -> f64 {
    fraction * 100.0
}

impl Tournament {
    /// The score matrix: one row an agent, one column a window, `None` where the metric does not exist.
    pub fn scores(&self, metric: RankingMetric) -> Vec<Vec<Option<f64>>> {
        let of = |agent: &super::AgentResult| {
            agent.windows.iter().map(|window| score(&window.metrics, metric)).collect()
        };
        self.agents.iter().map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Missing;
    use crate::tournament::testing::metrics;

    #[test]
    fn fractions_become_percent() {
        let mut metrics = metrics(Ok(0.125));
        metrics.max_drawdown.depth = -0.25;
        metrics.win_rate = Ok(0.5);
        assert_eq!(score(&metrics, RankingMetric::RoiPct), Some(12.5));
        assert_eq!(score(&metrics, RankingMetric::MaxDrawdownPct), Some(-25.0));
        assert_eq!(score(&metrics, RankingMetric::WinRate), Some(50.0));
        assert_eq!(score(&metrics, RankingMetric::TotalPnl), Some(1250.0));
    }

    #[test]
    fn what_does_not_exist_is_none() {
        let mut metrics = metrics(Ok(0.0));
        metrics.sharpe_ratio = Err(Missing::NoDispersion);
        assert_eq!(score(&metrics, RankingMetric::SharpeRatio), None);
    }
}
