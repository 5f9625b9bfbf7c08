//! All shared reference values, long series included, if the shared folder is present. The unit tests of each
//! metric contain the values of the short series, so that no metric is untested without it.

use crate::support::reference::{golden, numbers};
use tiltyard::internals::metrics::{
    Measure, Tails, alpha, beta, cagr, calmar_ratio, conditional_value_at_risk_95, deepest_fall,
    excess_kurtosis, information_ratio, kurtosis_biased, omega_ratio, per_period_rate, sharpe_ratio,
    skewness, skewness_biased, sortino_ratio, tail_ratio, ulcer_index, value_at_risk_95, volatility,
};

const EMPYRICAL: &str = "empyrical-reloaded 0.7.1";
const QUANTSTATS: &str = "quantstats 0.0.86";
const FFN: &str = "ffn 1.4.1";
const SCIPY: &str = "scipy 1.17.1";

fn curve(returns: &[f64]) -> Vec<f64> {
    let mut level = 1.0;
    let mut curve = vec![level];
    for r in returns {
        level *= 1.0 + r;
        curve.push(level);
    }
    curve
}

/// Library, its name of the metric, and our value: every pair whose definitions agree.
fn ours(returns: &[f64], benchmark: &[f64], a: f64) -> Vec<(&'static str, &'static str, Measure)> {
    let curve = curve(returns);
    let depth = deepest_fall(1.0, &curve[1..]).depth;
    let tails = Tails::of(returns).unwrap();
    let three = per_period_rate(0.03, a);
    vec![
        (EMPYRICAL, "cagr", cagr(returns, a)),
        (EMPYRICAL, "annual_volatility", volatility(returns, a)),
        (EMPYRICAL, "sharpe", sharpe_ratio(returns, 0.0, a)),
        (EMPYRICAL, "sharpe_rf_0_0001_per_period", sharpe_ratio(returns, 0.0001, a)),
        (EMPYRICAL, "sortino", sortino_ratio(returns, 0.0, a)),
        (EMPYRICAL, "sortino_mar_0_0002_per_period", sortino_ratio(returns, 0.0002, a)),
        (EMPYRICAL, "calmar", calmar_ratio(cagr(returns, a), depth)),
        (EMPYRICAL, "max_drawdown", Ok(depth)),
        (EMPYRICAL, "omega_threshold_0", omega_ratio(returns, 0.0)),
        (EMPYRICAL, "omega_required_0_05_annual", omega_ratio(returns, per_period_rate(0.05, a))),
        (EMPYRICAL, "tail_ratio", tail_ratio(&tails)),
        (EMPYRICAL, "var_hist_05", value_at_risk_95(&tails)),
        (EMPYRICAL, "cvar_hist_05", conditional_value_at_risk_95(&tails)),
        (EMPYRICAL, "alpha", alpha(returns, benchmark, 0.0, a)),
        (EMPYRICAL, "beta", beta(returns, benchmark)),
        (QUANTSTATS, "sharpe_rf_0_03_annual", sharpe_ratio(returns, three, a)),
        (QUANTSTATS, "sortino_rf_0_03_annual", sortino_ratio(returns, three, a)),
        (QUANTSTATS, "information_ratio_per_period", information_ratio(returns, benchmark)),
        (FFN, "ulcer_index_percent", ulcer_index(&curve).map(|index| index * 100.0)),
        (SCIPY, "skew_G1", skewness(returns)),
        (SCIPY, "skew_g1_biased", skewness_biased(returns)),
        (SCIPY, "kurtosis_g2_plus3_biased", kurtosis_biased(returns)),
        (SCIPY, "excess_kurtosis_G2", excess_kurtosis(returns)),
    ]
}

#[test]
fn every_series_at_both_annualisations() {
    let Some(golden) = golden() else { return };
    let metrics = &golden["metrics"];
    let mut compared = 0;
    for (name, series) in metrics["series"].as_object().unwrap() {
        let (returns, benchmark) = (numbers(series), numbers(&metrics["benchmarks"][name]));
        for a in [252_u32, 365] {
            let values = &metrics["values"][name][format!("annualisation_{a}")];
            for (library, metric, ours) in ours(&returns, &benchmark, f64::from(a)) {
                // Where the library gives NaN or infinity, our metric must be undefined.
                let Some(theirs) = values[library][metric].as_f64() else {
                    assert!(ours.is_err(), "{name} {library} {metric}: {ours:?}");
                    continue;
                };
                let value = ours.unwrap_or_else(|missing| panic!("{name} {library} {metric}: {missing}"));
                let tolerance = (1e-9 * theirs.abs()).max(1e-12);
                assert!(
                    (value - theirs).abs() <= tolerance,
                    "{name} {library} {metric}: {value}, not {theirs}"
                );
                compared += 1;
            }
        }
    }
    assert!(compared > 200, "only {compared} values compared");
}
