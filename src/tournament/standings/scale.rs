//! On which scale the scores of two records are subtracted.
//!
//! Every scale keeps the order of the scores, so a test on it never contradicts the leaderboard. What it buys is a
//! difference that a test can take: growth is compared by its rate a window, as years of compounding would let one
//! lucky window decide; a profit factor by the share of gains in all that was won and lost, which has no end at
//! infinity; a drawdown by its cube root, because records of equal agents differ by a factor rather than by points.

use crate::metrics::Score;
use crate::scenario::RankingMetric;

/// The range a score can take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// The score itself.
    Plain,
    /// The score over the number of windows.
    PerWindow,
    /// Growth in percent, as the constant growth a window that gives it, in percent.
    GrowthPerWindow,
    /// `x / (1 + x)`.
    Share,
    /// The cube root.
    CubeRoot,
}

impl Scale {
    /// For records scored by this metric.
    pub(super) const fn of(metric: RankingMetric) -> Self {
        match metric {
            RankingMetric::RoiPct => Self::GrowthPerWindow,
            RankingMetric::TotalPnl => Self::PerWindow,
            RankingMetric::ProfitFactor => Self::Share,
            RankingMetric::MaxDrawdownPct => Self::CubeRoot,
            RankingMetric::SharpeRatio
            | RankingMetric::SortinoRatio
            | RankingMetric::CalmarRatio
            | RankingMetric::WinRate => Self::Plain,
        }
    }

    /// The score of a record of so many windows on this scale; NaN where there is none.
    pub(super) fn of_score(self, score: Score, windows: usize) -> f64 {
        let Some(value) = score.value() else { return f64::NAN };
        match self {
            Self::Plain => value,
            Self::PerWindow => value / windows as f64,
            Self::GrowthPerWindow => (signed_root(1.0 + value / 100.0, windows as f64) - 1.0) * 100.0,
            Self::Share if value == f64::INFINITY => 1.0,
            Self::Share => value / (1.0 + value),
            Self::CubeRoot => libm::cbrt(value),
        }
    }

    /// Back to the metric, at the nearest end where it has one.
    pub(super) fn to_metric(self, value: f64, windows: usize) -> f64 {
        match self {
            Self::Plain => value,
            Self::PerWindow => value * windows as f64,
            Self::GrowthPerWindow => {
                (libm::pow((1.0 + value / 100.0).max(0.0), windows as f64) - 1.0) * 100.0
            }
            Self::Share if value >= 1.0 => f64::INFINITY,
            Self::Share => value.max(0.0) / (1.0 - value.max(0.0)),
            Self::CubeRoot => value.min(0.0) * value * value,
        }
    }

    /// The range of a metric by its name, where it has two ends.
    pub(super) fn range_of(metric: &str) -> Option<(f64, f64)> {
        match metric {
            "win_rate" => Some((0.0, 100.0)),
            "max_drawdown_pct" => Some((-100.0, 0.0)),
            _ => None,
        }
    }

    /// The ends of this scale for a metric of this range.
    pub(super) fn ends(self, range: Option<(f64, f64)>) -> Option<(f64, f64)> {
        match self {
            Self::Share => Some((0.0, 1.0)),
            Self::CubeRoot => Some((libm::cbrt(-100.0), 0.0)),
            Self::Plain => range,
            Self::PerWindow | Self::GrowthPerWindow => None,
        }
    }

    /// Whether differences are reported on this scale; the others are reported in units of the metric.
    pub(super) const fn is_shown(self) -> bool {
        matches!(self, Self::Plain | Self::PerWindow | Self::GrowthPerWindow)
    }
}

/// The n-th root, with the sign of the value: equity below zero keeps its order.
fn signed_root(value: f64, n: f64) -> f64 {
    libm::pow(value.abs(), 1.0 / n).copysign(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Scale; 5] =
        [Scale::Plain, Scale::PerWindow, Scale::GrowthPerWindow, Scale::Share, Scale::CubeRoot];

    #[test]
    fn every_scale_keeps_the_order_and_leads_back() {
        for scale in ALL {
            let scores: &[f64] = match scale {
                Scale::Share => &[0.0, 0.3, 1.0, 7.5],
                Scale::CubeRoot => &[-80.0, -10.0, -0.5, 0.0],
                Scale::GrowthPerWindow => &[-100.0, -30.0, 0.0, 12.0, 500.0],
                _ => &[-3.0, 0.0, 4.5],
            };
            let on: Vec<f64> = scores.iter().map(|&score| scale.of_score(Score::of(score), 12)).collect();
            assert!(on.windows(2).all(|pair| pair[0] < pair[1]), "{scale:?}: {on:?}");
            for (score, value) in scores.iter().zip(&on) {
                let back = scale.to_metric(*value, 12);
                assert!((back - score).abs() < 1e-9, "{scale:?}: {back} is not {score}");
            }
        }
    }

    #[test]
    fn worked_by_hand() {
        // 21 % in two windows is 10 % a window; a profit factor of 3 is three quarters; losses of 150 % keep their
        // sign.
        assert!((Scale::GrowthPerWindow.of_score(Score::of(21.0), 2) - 10.0).abs() < 1e-12);
        assert_eq!(Scale::Share.of_score(Score::of(3.0), 2), 0.75);
        assert_eq!(Scale::Share.of_score(Score::PlusInfinity, 2), 1.0);
        assert_eq!(Scale::Share.to_metric(1.2, 2), f64::INFINITY);
        assert!(Scale::GrowthPerWindow.of_score(Score::of(-150.0), 2) < -100.0);
        assert!(Scale::Plain.of_score(Score::Absent, 2).is_nan());
    }
}
