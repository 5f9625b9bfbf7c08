//! How much of the benchmark's rises and falls a series takes part in (Morningstar's capture ratios).

use super::cagr::cagr;
use super::missing::{Measure, Missing};
use super::moments::finite;

/// Growth per year in the periods in which the benchmark rose, over the benchmark's in the same. As
/// `empyrical.up_capture`.
///
/// # Errors
/// [`Missing::NoUpside`] where the benchmark never rose, else as [`cagr`].
pub fn up_capture(returns: &[f64], benchmark: &[f64], periods_per_year: f64) -> Measure {
    capture(returns, benchmark, periods_per_year, |b| b > 0.0, Missing::NoUpside)
}

/// The same for the periods in which it fell. As `empyrical.down_capture`.
///
/// # Errors
/// [`Missing::NoDownside`] where the benchmark never fell, else as [`cagr`].
pub fn down_capture(returns: &[f64], benchmark: &[f64], periods_per_year: f64) -> Measure {
    capture(returns, benchmark, periods_per_year, |b| b < 0.0, Missing::NoDownside)
}

fn capture(
    returns: &[f64],
    benchmark: &[f64],
    periods_per_year: f64,
    counts: fn(f64) -> bool,
    none: Missing,
) -> Measure {
    let pairs = || returns.iter().zip(benchmark).filter(|(_, b)| counts(**b));
    let (own, other): (Vec<f64>, Vec<f64>) = pairs().map(|(&r, &b)| (r, b)).unzip();
    if other.is_empty() {
        return Err(none);
    }
    let growth = cagr(&other, periods_per_year)?;
    finite(cagr(&own, periods_per_year)? / growth)
}

#[cfg(test)]
mod tests {
    use super::super::golden::{ALL_ZERO, SHORT_NORMAL, SHORT_NORMAL_BENCHMARK, close};
    use super::*;

    #[test]
    fn worked_by_hand() {
        // One rise of 10 % of which 5 % were taken, one fall of 10 % of which 2 %; one period a year.
        let (returns, benchmark) = ([0.05, -0.02, 0.3], [0.1, -0.1, 0.0]);
        close(up_capture(&returns, &benchmark, 1.0), 0.5);
        close(down_capture(&returns, &benchmark, 1.0), 0.2);
    }

    #[test]
    fn empyrical_reloaded_0_7_1() {
        close(up_capture(&SHORT_NORMAL, &SHORT_NORMAL_BENCHMARK, 252.0), 0.171_396_366_495_551_96);
        close(down_capture(&SHORT_NORMAL, &SHORT_NORMAL_BENCHMARK, 252.0), 0.030_915_253_385_013_712);
    }

    #[test]
    fn a_benchmark_that_never_moves() {
        assert_eq!(up_capture(&SHORT_NORMAL, &ALL_ZERO, 252.0), Err(Missing::NoUpside));
        assert_eq!(down_capture(&SHORT_NORMAL, &ALL_ZERO, 252.0), Err(Missing::NoDownside));
        assert_eq!(down_capture(&[], &[], 252.0), Err(Missing::NoDownside));
    }
}
