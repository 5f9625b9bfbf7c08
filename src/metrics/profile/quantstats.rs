//! As `quantstats` 0.0.86: value at risk of a normal distribution, alpha by simple multiplication, the statistics
//! of trades taken on return periods.

use super::super::calmar::calmar_ratio;
use super::super::missing::{Measure, Missing};
use super::super::moments::{count, dispersion, finite, is_constant, mean};
use super::super::series::{ReturnSeries, SeriesMetrics, fall};
use super::super::sharpe::per_period_rate;
use super::super::sortino::sortino_ratio;
use crate::scenario::MetricSpec;

/// The 5 % quantile of the standard normal distribution.
const QUANTILE_05: f64 = -1.644_853_626_951_472_6;
/// Its density there over 5 %: how far out the mean of the worst 5 % lies.
const EXPECTED_BEYOND: f64 = 2.062_712_807_507_426;

/// The series' metrics. Sortino's threshold is the risk-free rate, as the library has no other.
pub fn series(series: &ReturnSeries, spec: &MetricSpec, ours: SeriesMetrics) -> SeriesMetrics {
    let depth = fall(&series.curve);
    let a = series.periods_per_year;
    SeriesMetrics {
        sortino_ratio: series.measured(|r| sortino_ratio(r, per_period_rate(spec.risk_free_rate, a), a)),
        max_drawdown: depth,
        calmar_ratio: calmar_ratio(ours.cagr, depth),
        ulcer_index: ulcer_index(&series.curve),
        var_95: series.measured(value_at_risk_95),
        cvar_95: series.measured(conditional_value_at_risk_95),
        ..ours
    }
}

/// `sqrt(sum(DD^2) / (n - 1))` over `n` returns.
fn ulcer_index(curve: &[f64]) -> Measure {
    if curve.len() < 3 {
        return Err(Missing::TooFewReturns);
    }
    let n = count(curve) - 1.0;
    // Ours divides the same sum, whose first term is 0, by the n + 1 points of the curve.
    let ours = super::super::drawdown::ulcer_index(curve)?;
    finite(ours * ((n + 1.0) / (n - 1.0)).sqrt())
}

/// `mean + z05 * std(ddof = 1)`.
fn value_at_risk_95(returns: &[f64]) -> Measure {
    finite(mean(returns)? + QUANTILE_05 * dispersion(returns)?)
}

/// `mean - phi(z05) / 0.05 * std(ddof = 1)`; equal returns are their own expectation.
fn conditional_value_at_risk_95(returns: &[f64]) -> Measure {
    if is_constant(returns) {
        return mean(returns);
    }
    finite(mean(returns)? - EXPECTED_BEYOND * dispersion(returns)?)
}

/// `(mean(r) - beta * mean(b)) * A`.
pub fn alpha(returns: &[f64], benchmark: &[f64], beta: f64, periods_per_year: f64) -> Measure {
    finite((mean(returns)? - beta * mean(benchmark)?) * periods_per_year)
}

/// What the library says of periods where we speak of trades: a win is a period that gained.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Periods {
    /// Periods that gained, of those that moved.
    pub win_rate: Measure,
    /// Sum of gains over sum of losses.
    pub profit_factor: Measure,
    /// Mean gain over mean loss.
    pub payoff_ratio: Measure,
    /// `(payoff * W - (1 - W)) / payoff`.
    pub kelly: Measure,
    /// Periods that moved, of all, rounded up to whole percents.
    pub exposure: Measure,
}

/// The statistics of periods.
pub fn periods(returns: &Result<Vec<f64>, Missing>) -> Periods {
    match returns {
        Ok(returns) => of_periods(returns),
        Err(missing) => {
            let none = Err(*missing);
            Periods { win_rate: none, profit_factor: none, payoff_ratio: none, kelly: none, exposure: none }
        }
    }
}

fn of_periods(returns: &[f64]) -> Periods {
    let gains: Vec<f64> = returns.iter().copied().filter(|&r| r > 0.0).collect();
    let losses: Vec<f64> = returns.iter().copied().filter(|&r| r < 0.0).collect();
    let (won, moved) = (count(&gains), count(&gains) + count(&losses));
    let win_rate = if moved == 0.0 { Err(Missing::NoDispersion) } else { Ok(won / moved) };
    let lost: f64 = losses.iter().sum::<f64>().abs();
    let profit_factor =
        if lost == 0.0 { Err(Missing::NoDownside) } else { finite(gains.iter().sum::<f64>() / lost) };
    let payoff_ratio = match (gains.is_empty(), losses.is_empty()) {
        (_, true) => Err(Missing::NoDownside),
        (true, _) => Err(Missing::NoUpside),
        _ => mean(&gains).and_then(|gain| finite(gain / mean(&losses)?.abs())),
    };
    let kelly = win_rate.and_then(|wins| {
        let payoff = payoff_ratio?;
        finite((payoff * wins - (1.0 - wins)) / payoff)
    });
    let exposure = if returns.is_empty() {
        Err(Missing::TooFewReturns)
    } else {
        Ok((moved / count(returns) * 100.0).ceil() / 100.0)
    };
    Periods { win_rate, profit_factor, payoff_ratio, kelly, exposure }
}
