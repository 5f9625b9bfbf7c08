//! Price jumps: outliers, bad prints, splits, another asset under the same symbol.
//!
//! Returns are logarithmic, close to close. An outlier has a robust z-score above [`OUTLIER_Z`]: its distance
//! from the median over 1.4826 times the median absolute deviation (Iglewicz and Hoaglin 1993), which, unlike
//! the standard deviation, a few extremes do not inflate.

use super::finding::{Finding, FindingKind, Severity, words};
use super::series::Series;
use crate::scenario::Calendar;

/// High because returns have fat tails: correct minute bars reach scores above 100, hourly bars above 25.
const OUTLIER_Z: f64 = 50.0;
/// Minimum absolute log return of a bad print: up by half, or down by a third. Real price shocks that reverse
/// within a bar reach this size: banks in January 2009, most coins in May 2021.
const SPIKE: f64 = 0.4;
/// Share of the jump that may remain after the reversal.
const SPIKE_LEFT: f64 = 0.25;
/// ln(20): a jump of over 95 %.
const IDENTITY: f64 = 2.995_732_273_553_991;
/// Minimum length of a gap that may separate two assets, in microseconds.
const IDENTITY_GAP: i64 = 24 * 3_600_000_000;
/// Common splits, new shares per old one. Three for two is left out: bad news looks the same.
const SPLITS: [f64; 9] = [2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 10.0, 15.0, 20.0];
/// Maximum relative distance of the day's open from the ratio.
const SPLIT_NEAR: f64 = 0.04;

/// Findings about returns.
pub fn check(series: &Series<'_>) -> Vec<Finding> {
    if series.len() < 3 {
        return Vec::new();
    }
    let returns: Vec<f64> =
        (1..series.len()).map(|index| libm::log(series.close(index) / series.close(index - 1))).collect();
    let identities = identities(series, &returns);
    let splits = if series.calendar == Calendar::Sessions { splits(series) } else { Vec::new() };
    let spikes = spikes(&returns);
    let explained = |index: &usize| identities.contains(index) || splits.iter().any(|(at, _)| at == index);
    let outliers: Vec<usize> = outliers(&returns).into_iter().filter(|index| !explained(index)).collect();
    [
        outlier_finding(series, &returns, &outliers),
        spike_finding(series, &returns, &spikes),
        split_finding(series, &splits),
        identity_finding(series, &identities),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Indexes of bars whose return is an outlier.
fn outliers(returns: &[f64]) -> Vec<usize> {
    let mut values = returns.to_vec();
    let middle = median(&mut values);
    values.iter_mut().for_each(|value| *value = (*value - middle).abs());
    let spread = 1.4826 * median(&mut values);
    // If most returns are zero, the spread is meaningless.
    if spread <= 0.0 {
        return Vec::new();
    }
    let far = |(_, r): &(usize, &f64)| (*r - middle).abs() > OUTLIER_Z * spread;
    returns.iter().enumerate().filter(far).map(|(index, _)| index + 1).collect()
}

/// The upper median; changes the order.
fn median(values: &mut [f64]) -> f64 {
    let middle = values.len() / 2;
    let (_, median, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    *median
}

/// Indexes of bars that jump and reverse in the next bar.
fn spikes(returns: &[f64]) -> Vec<usize> {
    let bad = |pair: &[f64]| pair[0].abs() > SPIKE && (pair[0] + pair[1]).abs() < SPIKE_LEFT * pair[0].abs();
    returns.windows(2).enumerate().filter(|(_, pair)| bad(pair)).map(|(index, _)| index + 1).collect()
}

/// Indexes of bars that follow a gap with a jump of over 95 %.
fn identities(series: &Series<'_>, returns: &[f64]) -> Vec<usize> {
    let least = IDENTITY_GAP.max(2 * series.bars.interval.micros());
    let other = |index: &usize| {
        // The first trade of a new asset may be far from its first close.
        let opening = || libm::log(series.open(*index) / series.close(index - 1));
        (series.at(*index) - series.at(index - 1)).micros() > least
            && (returns[index - 1].abs() > IDENTITY || opening().abs() > IDENTITY)
    };
    (1..series.len()).filter(other).collect()
}

/// Indexes and ratios of bars whose open differs from the last close by a split's ratio.
fn splits(series: &Series<'_>) -> Vec<(usize, f64)> {
    let ratio = |index: usize| {
        let jump = series.close(index - 1) / series.open(index);
        let near = |ratio: f64| (jump / ratio - 1.0).abs() < SPLIT_NEAR;
        let forward = SPLITS.into_iter().find(|&split| near(split));
        forward.or_else(|| SPLITS.into_iter().map(|split| 1.0 / split).find(|&split| near(split)))
    };
    let stays = |index: usize, split: f64| {
        // The close must be there too: a split does not reverse.
        (series.close(index - 1) / series.close(index) / split - 1.0).abs() < 0.2
    };
    (1..series.len())
        .filter_map(|index| Some((index, ratio(index)?)))
        .filter(|&(index, split)| stays(index, split))
        .collect()
}

fn percent(log: f64) -> String {
    format!("{:+.1} %", 100.0 * (libm::exp(log) - 1.0))
}

fn outlier_finding(series: &Series<'_>, returns: &[f64], indexes: &[usize]) -> Option<Finding> {
    let &first = indexes.first()?;
    let largest =
        indexes.iter().copied().max_by(|a, b| returns[a - 1].abs().total_cmp(&returns[b - 1].abs()))?;
    let detail = format!(
        "robust z-score over {OUTLIER_Z}; the largest is {} at {}",
        percent(returns[largest - 1]),
        series.at(largest)
    );
    Some(series.finding(FindingKind::Outlier, Severity::Info, indexes.len() as u64, first, detail))
}

fn spike_finding(series: &Series<'_>, returns: &[f64], indexes: &[usize]) -> Option<Finding> {
    let &first = indexes.first()?;
    let detail = format!("{} and back in the next bar", percent(returns[first - 1]));
    Some(series.finding(FindingKind::Spike, Severity::Warning, indexes.len() as u64, first, detail))
}

fn split_finding(series: &Series<'_>, indexes: &[(usize, f64)]) -> Option<Finding> {
    let &(first, split) = indexes.first()?;
    let ratio = if split > 1.0 { format!("{split} for 1") } else { format!("1 for {:.3}", 1.0 / split) };
    let ratio = ratio.trim_end_matches('0').trim_end_matches('.').to_owned();
    let detail = format!(
        "opens at {} after a close of {}: a split of about {ratio} that is not adjusted for",
        series.open(first),
        series.close(first - 1)
    );
    Some(series.finding(FindingKind::Split, Severity::Error, indexes.len() as u64, first, detail))
}

fn identity_finding(series: &Series<'_>, indexes: &[usize]) -> Option<Finding> {
    let &first = indexes.first()?;
    let gap = words((series.at(first) - series.at(first - 1)).micros());
    let detail = format!(
        "from {} to {} after {gap} without bars: another asset under the same name",
        series.close(first - 1),
        series.open(first)
    );
    Some(series.finding(FindingKind::Identity, Severity::Error, indexes.len() as u64, first, detail))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Interval, Timestamp};
    use crate::market::Bars;

    const HOUR: i64 = 3_600_000_000;

    /// Five values with irregular returns.
    const USUAL: [f64; 5] = [0.0, 0.7, 0.2, 1.1, 0.5];

    /// Hourly bars around 100 with returns of half a percent, and other closes where `change` returns one.
    fn hours(change: impl Fn(i64) -> Option<f64>) -> Bars {
        let mut bars = Bars::with_capacity("1h".parse().unwrap(), 0);
        for n in 0..500 {
            let usual = 100.0 + USUAL[n as usize % 5];
            let price = change(n).unwrap_or(usual);
            bars.push(Timestamp::from_micros(n * HOUR), [price, price, price, price, 1.0]);
        }
        bars
    }

    fn found(bars: &Bars) -> Vec<(&'static str, u64, usize)> {
        check(&Series::new(bars, None)).iter().map(|f| (f.kind.as_str(), f.count, f.row.unwrap())).collect()
    }

    #[test]
    fn valid_series_have_no_findings() {
        assert_eq!(found(&hours(|_| None)), []);
    }

    #[test]
    fn a_bad_print_reverses() {
        let spike = hours(|n| (n == 200).then_some(250.0));
        assert_eq!(found(&spike), [("outlier", 2, 200), ("spike", 1, 200)]);
        let crash = hours(|n| (n >= 200).then(|| 60.0 + USUAL[n as usize % 5]));
        assert_eq!(found(&crash), [("outlier", 1, 200)]);
    }

    #[test]
    fn another_asset_follows_a_gap() {
        let mut other = hours(|n| (n >= 200).then(|| 0.001 + 0.000_01 * USUAL[n as usize % 5]));
        assert_eq!(found(&other), [("outlier", 1, 200)], "without a hole it is a crash");
        for at in &mut other.ts[200..] {
            *at = Timestamp::from_micros(at.micros() + 438 * HOUR);
        }
        let findings = check(&Series::new(&other, None));
        assert_eq!(found(&other), [("identity", 1, 200)]);
        assert!(findings[0].detail.contains("after 18.3 days without bars"), "{}", findings[0].detail);
    }

    #[test]
    fn a_split_is_reported_only_in_markets_with_sessions() {
        let mut bars = Bars::with_capacity(Interval::DAY, 0);
        for day in (0..400_i64).filter(|day| (day + 3) % 7 < 5) {
            let price = (if day < 200 { 700.0 } else { 100.0 }) * (1.0 + 0.01 * USUAL[day as usize % 5]);
            bars.push(Timestamp::from_micros(day * 24 * HOUR), [price, price, price, price, 1.0]);
        }
        let findings = check(&Series::new(&bars, None));
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].kind, FindingKind::Split);
        assert!(findings[0].detail.contains("about 7 for 1"), "{}", findings[0].detail);
    }
}
