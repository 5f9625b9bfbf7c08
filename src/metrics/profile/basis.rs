//! What of a window a profile's ranking metrics are taken on: which curve, which threshold, which gains and losses.

use super::super::dated::{DatedExtremes, Drawdown};
use super::super::inputs::MetricInputs;
use super::super::sharpe::per_period_rate;
use super::super::sums::OtherSums;
use crate::scenario::{MetricSpec, MetricsProfile};

/// The inputs of one profile.
#[derive(Debug, Clone, Copy)]
pub struct Basis {
    profile: MetricsProfile,
    /// Below which a return counts as downside, per period.
    pub threshold: f64,
}

impl Basis {
    /// Of the scenario's conventions, with so many periods a year.
    pub fn of(spec: &MetricSpec, periods_per_year: f64) -> Self {
        Self { profile: spec.profile, threshold: threshold(spec, periods_per_year) }
    }

    /// The deepest drawdown and the extremes of the curve that the profile looks at: of every bar, or of the sample.
    pub fn walk(&self, observed: &MetricInputs) -> (Drawdown, DatedExtremes) {
        match self.profile {
            MetricsProfile::Tiltyard | MetricsProfile::Backtesting => (observed.drawdown, observed.extremes),
            MetricsProfile::Empyrical | MetricsProfile::Quantstats => observed.sample.walk(0),
            MetricsProfile::Vectorbt => observed.sample.walk(1),
        }
    }

    /// Gains and losses where the profile does not take them of trades' PnL.
    pub fn other(&self, observed: &MetricInputs, returns: &[f64]) -> OtherSums {
        match self.profile {
            MetricsProfile::Tiltyard | MetricsProfile::Empyrical | MetricsProfile::Vectorbt => {
                OtherSums::default()
            }
            MetricsProfile::Quantstats => OtherSums::of(returns.iter().copied()),
            MetricsProfile::Backtesting => {
                OtherSums::of(observed.trades.iter().map(|trade| trade.return_fraction))
            }
        }
    }
}

/// Sortino's threshold per period.
pub fn threshold(spec: &MetricSpec, periods_per_year: f64) -> f64 {
    match spec.profile {
        MetricsProfile::Tiltyard | MetricsProfile::Empyrical | MetricsProfile::Vectorbt => {
            per_period_rate(spec.minimum_acceptable_return, periods_per_year)
        }
        MetricsProfile::Quantstats => per_period_rate(spec.risk_free_rate, periods_per_year),
        MetricsProfile::Backtesting => 0.0,
    }
}
