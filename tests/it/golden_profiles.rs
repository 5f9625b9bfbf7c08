//! Every compatibility profile against all values of its library, if the shared folder is present. The unit
//! tests of `src/metrics/profile/` cover the short series without it.

use crate::support::reference::{golden, numbers};
use serde_json::Value;
use tiltyard::internals::metrics::{
    Measure, Relative, ReturnSeries, SeriesMetrics, relative, series_metrics,
};
use tiltyard::internals::scenario::{MetricSpec, MetricsProfile};

/// The library's name of each metric, and our value.
fn named(total: Measure, own: &SeriesMetrics, against: &Relative) -> Vec<(&'static str, Measure)> {
    vec![
        ("total_return", total),
        ("cagr", own.cagr),
        ("annual_volatility", own.volatility),
        ("sharpe", own.sharpe_ratio),
        ("sortino", own.sortino_ratio),
        ("calmar", own.calmar_ratio),
        ("max_drawdown", Ok(own.max_drawdown)),
        ("ulcer_index", own.ulcer_index),
        ("omega_threshold_0", own.omega_ratio),
        ("tail_ratio", own.tail_ratio),
        ("var_hist_05", own.var_95),
        ("cvar_hist_05", own.cvar_95),
        ("var_gaussian_95", own.var_95),
        ("cvar_gaussian_95", own.cvar_95),
        ("skew", own.skew),
        ("excess_kurtosis", own.kurtosis),
        ("alpha", against.alpha),
        ("alpha_arithmetic", against.alpha),
        ("beta", against.beta),
        ("information_ratio_per_period", against.information_ratio),
        ("excess_sharpe_per_period", against.information_ratio),
        ("r_squared", against.correlation.map(|correlation| correlation * correlation)),
        ("up_capture", against.up_capture),
        ("down_capture", against.down_capture),
    ]
}

#[track_caller]
fn same(what: &str, ours: Measure, theirs: f64) {
    let value = ours.unwrap_or_else(|missing| panic!("{what}: {missing}, not {theirs}"));
    let tolerance = (1e-9 * theirs.abs()).max(1e-12);
    assert!((value - theirs).abs() <= tolerance, "{what}: {value}, not {theirs}");
}

#[test]
fn series_metrics_of_three_libraries() {
    let Some(golden) = golden() else { return };
    let metrics = &golden["metrics"];
    let libraries = [
        (MetricsProfile::Empyrical, "empyrical-reloaded 0.7.1"),
        (MetricsProfile::Quantstats, "quantstats 0.0.86"),
        (MetricsProfile::Vectorbt, "vectorbt 1.2.0 (numba kernels)"),
    ];
    let mut compared = [0; 3];
    for (name, series) in metrics["series"].as_object().unwrap() {
        for a in [252_u32, 365] {
            let of = |value: &Value| ReturnSeries::of_returns(numbers(value), f64::from(a));
            let (series, benchmark) = (of(series), of(&metrics["benchmarks"][name]));
            for ((profile, library), compared) in libraries.iter().zip(&mut compared) {
                let spec = MetricSpec { profile: *profile, ..MetricSpec::default() };
                let theirs = &metrics["values"][name][format!("annualisation_{a}")][library];
                let against = relative(&series, &benchmark, &spec);
                let own = series_metrics(&series, &spec);
                for (metric, ours) in named(series.total_return(), &own, &against) {
                    let what = format!("{name} {a} {library} {metric}");
                    // The reference used the library's default of 252 days for these, whatever the
                    // annualisation.
                    if a != 252 && metric.ends_with("_capture") {
                        continue;
                    }
                    match &theirs[metric] {
                        // The library has no such metric.
                        Value::Null => {}
                        // NaN, infinity or an error: our metric must be undefined.
                        Value::String(_) => assert!(ours.is_err(), "{what}: {ours:?}"),
                        value => {
                            same(&what, ours, value.as_f64().unwrap());
                            *compared += 1;
                        }
                    }
                }
                if *profile == MetricsProfile::Quantstats {
                    let three = MetricSpec { risk_free_rate: 0.03, ..spec };
                    let with_rate = series_metrics(&series, &three);
                    for (metric, ours) in [
                        ("sharpe_rf_0_03_annual", with_rate.sharpe_ratio),
                        ("sortino_rf_0_03_annual", with_rate.sortino_ratio),
                    ] {
                        match theirs[metric].as_f64() {
                            Some(value) => same(&format!("{name} {a} {metric}"), ours, value),
                            None => assert!(ours.is_err(), "{name} {a} {metric}: {ours:?}"),
                        }
                    }
                }
            }
        }
    }
    assert!(compared.iter().all(|&count| count >= 120), "only {compared:?} values compared");
}

#[test]
fn the_equity_curve_as_backtesting_sees_it() {
    let Some(golden) = golden() else { return };
    let trades = &golden["trades"];
    let theirs = &trades["values"]["backtesting 0.6.6"];
    let of = |key: &str| {
        let levels = numbers(&trades[key]);
        let days = f64::from(u32::try_from(levels.len()).unwrap() - 1);
        ReturnSeries::of_curve(levels, 365.0).lasting_days(days)
    };
    let (equity, close) = (of("equity"), of("close"));
    let spec = MetricSpec { profile: MetricsProfile::Backtesting, ..MetricSpec::default() };
    let own = series_metrics(&equity, &spec);
    let against = relative(&equity, &close, &spec);
    let pct = |measure: Measure| measure.map(|fraction| fraction * 100.0);
    for (metric, ours) in [
        ("Return [%]", pct(equity.total_return())),
        ("Buy & Hold Return [%]", pct(close.total_return())),
        ("CAGR [%]", pct(own.cagr)),
        ("Volatility (Ann.) [%]", pct(own.volatility)),
        ("Sharpe Ratio", own.sharpe_ratio),
        ("Sortino Ratio", own.sortino_ratio),
        ("Calmar Ratio", own.calmar_ratio),
        ("Max. Drawdown [%]", pct(Ok(own.max_drawdown))),
        ("Alpha [%]", pct(against.alpha)),
        ("Beta", against.beta),
    ] {
        same(metric, ours, theirs[metric].as_f64().unwrap());
    }
}
