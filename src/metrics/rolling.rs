//! Sharpe's ratio of the last returns at each point of a series.

use super::missing::Measure;
use super::sharpe::sharpe_ratio;

/// How many returns a value looks back over.
pub const ROLLING_RETURNS: usize = 30;

/// The annualised Sharpe ratio of each run of `span` returns in a row, one value for each return from the
/// `span`-th on; none where there are fewer. `risk_free` is per period. As `quantstats.stats.rolling_sharpe` but
/// for the runs that are not whole yet.
pub fn rolling_sharpe(returns: &[f64], span: usize, risk_free: f64, periods_per_year: f64) -> Vec<Measure> {
    if span == 0 {
        return Vec::new();
    }
    returns.windows(span).map(|run| sharpe_ratio(run, risk_free, periods_per_year)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::golden::{ALL_ZERO, SHORT_NORMAL, close};
    use super::super::missing::Missing;
    use super::*;

    #[test]
    fn each_value_is_that_of_its_run() {
        let rolling = rolling_sharpe(&SHORT_NORMAL, 10, 0.0001, 252.0);
        assert_eq!(rolling.len(), 21);
        close(rolling[20], sharpe_ratio(&SHORT_NORMAL[20..], 0.0001, 252.0).unwrap());
        // The whole series is one run: the value of empyrical-reloaded 0.7.1.
        close(rolling_sharpe(&SHORT_NORMAL, 30, 0.0, 252.0)[0], 4.181_106_494_591_906);
    }

    #[test]
    fn worked_by_hand() {
        let rolling = rolling_sharpe(&[0.01, 0.03, 0.03], 2, 0.0, 4.0);
        close(rolling[0], 2.0 * std::f64::consts::SQRT_2);
        assert_eq!(rolling[1], Err(Missing::NoDispersion));
    }

    #[test]
    fn too_few_and_equal_returns() {
        assert_eq!(rolling_sharpe(&[], 5, 0.0, 252.0), []);
        assert_eq!(rolling_sharpe(&[0.1], 5, 0.0, 252.0), []);
        assert_eq!(rolling_sharpe(&[0.1], 0, 0.0, 252.0), []);
        assert_eq!(rolling_sharpe(&ALL_ZERO, 60, 0.0, 252.0), [Err(Missing::NoDispersion)]);
    }
}
