//! A Sharpe ratio deflated by the search that found it.
//!
//! Bailey and Lopez de Prado (2014), "The Deflated Sharpe Ratio", Journal of Portfolio Management 40(5): the
//! best of N trials without skill has an expected Sharpe ratio above 0, and the winner must beat that. Failed
//! and pruned trials count among the N: the caller says how many there were.

use super::error::{EvidenceError, at_least};
use super::numeric::{centred, dot, normal_quantile, real};
use super::panel::Panel;
use super::psr::{SharpeEstimate, probabilistic_sharpe_ratio};
use crate::metrics::{Missing, is_constant, sharpe_ratio_per_period, standard_deviation};

/// Euler's constant.
const EULER_GAMMA: f64 = 0.577_215_664_901_532_9;

/// Expected largest of `trials` standard normal draws:
/// `(1 - c) Phi^-1(1 - 1/N) + c Phi^-1(1 - 1/(N e))`, c Euler's constant.
///
/// # Errors
/// [`EvidenceError::TooFew`] under two trials.
pub fn expected_maximum_z(trials: usize) -> Result<f64, EvidenceError> {
    at_least("trials", trials, 2)?;
    let n = real(trials);
    // The lower tail of 1/N is the upper tail of 1 - 1/N, without its rounding.
    let upper = |tail: f64| -normal_quantile(tail);
    Ok((1.0 - EULER_GAMMA) * upper(1.0 / n) + EULER_GAMMA * upper(1.0 / (n * std::f64::consts::E)))
}

/// Expected largest Sharpe ratio of `trials` trials without skill whose Sharpe ratios vary by `variance`.
///
/// # Errors
/// [`EvidenceError::TooFew`] under two trials, [`EvidenceError::OutOfRange`] for a negative variance.
pub fn expected_maximum_sharpe(variance: f64, trials: usize) -> Result<f64, EvidenceError> {
    if !(variance >= 0.0 && variance.is_finite()) {
        return Err(EvidenceError::OutOfRange { what: "variance", value: variance });
    }
    Ok(variance.sqrt() * expected_maximum_z(trials)?)
}

/// DSR: `PSR(s0)` with `s0` the expected largest Sharpe ratio of the search. `variance` is that of the
/// trials' Sharpe ratios per period (`ddof = 1`).
///
/// # Errors
/// As [`expected_maximum_sharpe`] and [`probabilistic_sharpe_ratio`].
pub fn deflated_sharpe_ratio(
    best: &SharpeEstimate,
    variance: f64,
    trials: usize,
) -> Result<f64, EvidenceError> {
    probabilistic_sharpe_ratio(best, expected_maximum_sharpe(variance, trials)?)
}

/// Sharpe ratio per period of every trial, and their variance (`ddof = 1`). A trial that never moved has no
/// Sharpe ratio: it is `None` and left out of the variance, though it still counts as a trial.
///
/// # Errors
/// [`EvidenceError::NoStatistic`] where fewer than two trials have a ratio.
pub fn trial_sharpe_ratios(trials: &Panel) -> Result<(Vec<Option<f64>>, f64), EvidenceError> {
    let ratio = |column: &Vec<f64>| sharpe_ratio_per_period(column, 0.0).ok();
    let ratios: Vec<Option<f64>> = trials.columns().iter().map(ratio).collect();
    let known: Vec<f64> = ratios.iter().copied().flatten().collect();
    let deviation = standard_deviation(&known)?;
    Ok((ratios, deviation * deviation))
}

/// How many independent trials these correlated ones are worth: `rho + (1 - rho) N`, rounded up, with `rho`
/// the mean correlation of all pairs (Bailey and Lopez de Prado 2014, appendix 3). Columns without dispersion
/// are left out.
///
/// # Errors
/// [`EvidenceError::NoStatistic`] under two columns with dispersion.
pub fn implied_independent_trials(trials: &Panel) -> Result<usize, EvidenceError> {
    let moving: Vec<Vec<f64>> =
        trials.columns().iter().filter(|column| !is_constant(column)).map(|column| unit(column)).collect();
    if moving.len() < 2 {
        return Err(Missing::NoDispersion.into());
    }
    let n = real(moving.len());
    // |sum of u|^2 is the sum of all products of two, own squares included: no pair need be looked at.
    let row = |row: usize| moving.iter().map(|column| column[row]).sum::<f64>();
    let total: Vec<f64> = (0..trials.rows()).map(row).collect();
    let own: f64 = moving.iter().map(|column| dot(column, column)).sum();
    let rho = (dot(&total, &total) - own) / (n * (n - 1.0));
    // As the reference does: the whole part and one more. At least one trial, at most all of them.
    let implied = (rho + (1.0 - rho) * n).floor() + 1.0;
    Ok(implied.clamp(1.0, n) as usize)
}

/// The column centred and of length 1: the product of two is their correlation.
fn unit(column: &[f64]) -> Vec<f64> {
    let centred = centred(column);
    let length = dot(&centred, &centred).sqrt();
    centred.iter().map(|value| value / length).collect()
}

/// MinBTL: years of history under which the best of `trials` trials without skill is expected to show the
/// given annual Sharpe ratio, as the estimate `(E[max] / s)^2` and its upper bound `2 ln(N) / s^2` (Bailey,
/// Borwein, Lopez de Prado and Zhu 2014, "Pseudo-Mathematics and Financial Charlatanism", Notices of the AMS
/// 61(5)).
///
/// # Errors
/// [`EvidenceError::TooFew`] under two trials, [`EvidenceError::OutOfRange`] for a ratio that is not
/// positive.
pub fn minimum_backtest_years(trials: usize, annual_sharpe: f64) -> Result<(f64, f64), EvidenceError> {
    if !(annual_sharpe > 0.0 && annual_sharpe.is_finite()) {
        return Err(EvidenceError::OutOfRange { what: "positive Sharpe ratio", value: annual_sharpe });
    }
    let estimate = expected_maximum_z(trials)? / annual_sharpe;
    Ok((estimate * estimate, 2.0 * libm::log(real(trials)) / (annual_sharpe * annual_sharpe)))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{close, noisy};
    use super::*;

    #[test]
    fn reference_library_for_twelve_trials() {
        // esvhd/pypbo @ddbc6314.
        close(expected_maximum_z(12).unwrap(), 1.664_811_387_974_936_4);
        let (estimate, bound) = minimum_backtest_years(12, 1.0).unwrap();
        close(estimate, 2.771_596_957_531_034);
        close(bound, 4.969_813_299_576_001);
        // vectorbt 1.2.0: variance 0.004253..., expected maximum 0.108573...
        close(expected_maximum_sharpe(0.004_253_233_842_339_555, 12).unwrap(), 0.108_573_707_577_370_42);
    }

    #[test]
    fn more_trials_deflate_more() {
        let best = SharpeEstimate { sharpe: 0.2, periods: 250, skewness: 0.0, kurtosis: 3.0 };
        let deflated = |trials| deflated_sharpe_ratio(&best, 0.005, trials).unwrap();
        assert!(deflated(2) > deflated(20) && deflated(20) > deflated(2000));
        // No variance among the trials: nothing was selected by luck.
        close(
            deflated_sharpe_ratio(&best, 0.0, 50).unwrap(),
            probabilistic_sharpe_ratio(&best, 0.0).unwrap(),
        );
    }

    #[test]
    fn copies_are_worth_fewer_trials_than_strangers() {
        let strangers = noisy(1, 400, &[0.0; 10]);
        assert!(implied_independent_trials(&strangers).unwrap() >= 9);
        let copies = Panel::new(vec![strangers.column(0).to_vec(); 10]).unwrap();
        // Correlation about 0.9: 0.9 + 0.1 * 2 = 1.1, rounded up.
        let close_copy = noisy(1, 400, &[0.0, 0.0]);
        let blend = |a: f64, b: f64| a + 0.4 * b;
        let mixed =
            close_copy.column(0).iter().zip(close_copy.column(1)).map(|(a, b)| blend(*a, *b)).collect();
        let pair = Panel::new(vec![close_copy.column(0).to_vec(), mixed]).unwrap();
        assert_eq!(implied_independent_trials(&pair), Ok(2));
        // Correlation 1: 1 + 0 * 10 = 1, and one more by the reference's rounding.
        assert!(implied_independent_trials(&copies).unwrap() <= 2);
    }

    #[test]
    fn the_mean_correlation_is_that_of_all_pairs() {
        // One factor in all: correlations about 0.5.
        let draws = noisy(2, 300, &[0.0; 9]);
        let shared = |column: &Vec<f64>| column.iter().zip(draws.column(0)).map(|(a, b)| a + b).collect();
        let panel = Panel::new(draws.columns()[1..].iter().map(shared).collect()).unwrap();
        let units: Vec<Vec<f64>> = panel.columns().iter().map(|column| unit(column)).collect();
        let pairs = (0..8).flat_map(|i| (0..i).map(move |j| (i, j)));
        let rho = pairs.map(|(i, j)| dot(&units[i], &units[j])).sum::<f64>() / 28.0;
        assert!((0.3..0.7).contains(&rho));
        let expected = (rho + (1.0 - rho) * 8.0).floor() as usize + 1;
        assert_eq!(implied_independent_trials(&panel), Ok(expected));
    }

    #[test]
    fn invalid_inputs_are_errors() {
        assert!(expected_maximum_z(1).is_err());
        assert!(expected_maximum_sharpe(-1.0, 5).is_err());
        assert!(minimum_backtest_years(5, 0.0).is_err());
        let flat = Panel::new(vec![vec![0.0; 9], vec![0.0; 9]]).unwrap();
        assert!(trial_sharpe_ratios(&flat).is_err());
        assert!(implied_independent_trials(&flat).is_err());
        let one_flat = Panel::new(vec![vec![0.0; 3], vec![1.0, 2.0, 3.0], vec![1.0, 2.0, 6.0]]).unwrap();
        assert_eq!(trial_sharpe_ratios(&one_flat).unwrap().0[0], None);
    }
}
