//! `tiltyard metrics` end to end: series in CSV and Parquet files, the JSON that the program prints, and the
//! libraries' values for the same numbers.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use crate::support::reference::{golden, numbers};
use crate::support::stage::Stage;
use arrow_array::{ArrayRef, Date32Array, Float64Array, RecordBatch};
use parquet::arrow::ArrowWriter;
use serde_json::Value;

/// 1 January 2021, in days since 1970.
const FIRST_DAY: i32 = 18_628;

/// One column after a column of days.
fn write_csv(path: &Path, name: &str, values: &[f64]) {
    let mut text = format!("date,{name}\n");
    for (day, value) in (FIRST_DAY..).zip(values) {
        let date = chrono::DateTime::from_timestamp(i64::from(day) * 86_400, 0).unwrap();
        text.push_str(&format!("{},{value:e}\n", date.format("%Y-%m-%d")));
    }
    std::fs::write(path, text).unwrap();
}

fn write_parquet(path: &Path, name: &str, values: &[f64]) {
    let days = FIRST_DAY..FIRST_DAY + i32::try_from(values.len()).unwrap();
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("date", Arc::new(Date32Array::from_iter_values(days))),
        (name, Arc::new(Float64Array::from(values.to_vec()))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

/// Writes both files of a series; `name` has no extension.
fn write(stage: &Stage, name: &str, column: &str, values: &[f64]) {
    write_csv(&stage.path(&format!("{name}.csv")), column, values);
    write_parquet(&stage.path(&format!("{name}.parquet")), column, values);
}

/// The JSON answer without file names.
fn answer(stage: &Stage, words: &str) -> Value {
    let mut answer: Value = serde_json::from_str(&stage.result(words)).unwrap();
    let keys = answer.as_object_mut().unwrap();
    keys.remove("file");
    keys.remove("benchmark");
    answer
}

#[track_caller]
fn same(what: &str, ours: &Value, theirs: f64, tolerance: f64) {
    let value = ours.as_f64().unwrap_or_else(|| panic!("{what}: {ours}, not {theirs}"));
    assert!((value - theirs).abs() <= (tolerance * theirs.abs()).max(1e-12), "{what}: {value}, not {theirs}");
}

const KEYS: [&str; 17] = [
    "roi_pct",
    "cagr_pct",
    "volatility_pct",
    "sharpe_ratio",
    "sortino_ratio",
    "calmar_ratio",
    "max_drawdown_pct",
    "ulcer_index_pct",
    "omega_ratio",
    "tail_ratio",
    "var_95_pct",
    "cvar_95_pct",
    "skew",
    "kurtosis",
    "alpha",
    "beta",
    "information_ratio",
];

/// What libraries' fractions are multiplied by for our key.
fn percent(key: &str) -> f64 {
    if key.ends_with("_pct") { 100.0 } else { 1.0 }
}

/// A library's names of our keys, for the metrics that it has.
fn called(profile: &str) -> Vec<(&'static str, &'static str)> {
    let mut names = vec![
        ("cagr_pct", "cagr"),
        ("volatility_pct", "annual_volatility"),
        ("sharpe_ratio", "sharpe"),
        ("sortino_ratio", "sortino"),
        ("calmar_ratio", "calmar"),
        ("max_drawdown_pct", "max_drawdown"),
        ("omega_ratio", "omega_threshold_0"),
        ("tail_ratio", "tail_ratio"),
        ("beta", "beta"),
    ];
    names.extend(match profile {
        "empyrical" => vec![
            ("roi_pct", "total_return"),
            ("var_95_pct", "var_hist_05"),
            ("cvar_95_pct", "cvar_hist_05"),
            ("alpha", "alpha"),
            ("information_ratio", "excess_sharpe_per_period"),
        ],
        "quantstats" => vec![
            ("roi_pct", "total_return"),
            ("ulcer_index_pct", "ulcer_index"),
            ("var_95_pct", "var_gaussian_95"),
            ("cvar_95_pct", "cvar_gaussian_95"),
            ("skew", "skew"),
            ("kurtosis", "excess_kurtosis"),
            ("alpha", "alpha_arithmetic"),
            ("information_ratio", "information_ratio_per_period"),
        ],
        _ => vec![
            ("var_95_pct", "var_hist_05"),
            ("cvar_95_pct", "cvar_hist_05"),
            ("alpha", "alpha"),
            ("information_ratio", "information_ratio_per_period"),
        ],
    });
    names
}

#[test]
fn metrics_of_returns_in_csv_and_parquet_match_each_library_profile() {
    let Some(golden) = golden() else { return };
    let stage = Stage::new();
    let metrics = &golden["metrics"];
    for (name, series) in metrics["series"].as_object().unwrap() {
        write(&stage, name, "returns", &numbers(series));
        write(&stage, "benchmark", "returns", &numbers(&metrics["benchmarks"][name]));
        for (profile, library) in [
            ("empyrical", "empyrical-reloaded 0.7.1"),
            ("quantstats", "quantstats 0.0.86"),
            ("vectorbt", "vectorbt 1.2.0 (numba kernels)"),
        ] {
            let words = |ending: &str| {
                format!(
                    "metrics {name}.{ending} --column returns --periods-per-year 252 \
                     --benchmark benchmark.{ending} --profile {profile} --json"
                )
            };
            let ours = answer(&stage, &words("csv"));
            assert_eq!(ours, answer(&stage, &words("parquet")), "{name} {profile}");
            assert_eq!((&ours["profile"], &ours["kind"]), (&profile.into(), &"returns".into()));
            for (key, theirs) in called(profile) {
                let what = format!("{name} {library} {key}");
                match metrics["values"][name]["annualisation_252"][library][theirs].as_f64() {
                    Some(value) => same(&what, &ours[key], value * percent(key), 1e-9),
                    None => {
                        assert!(ours[key].is_null(), "{what}: {}", ours[key]);
                        assert!(ours["missing"][key].is_string(), "{what} has no reason");
                    }
                }
            }
        }
    }
}

#[test]
fn an_equity_curve_under_the_backtesting_profile() {
    let Some(golden) = golden() else { return };
    let stage = Stage::new();
    let theirs = &golden["trades"]["values"]["backtesting 0.6.6"];
    write(&stage, "curve", "equity", &numbers(&golden["trades"]["equity"]));
    write(&stage, "market", "close", &numbers(&golden["trades"]["close"]));
    for ending in ["csv", "parquet"] {
        let ours = answer(
            &stage,
            &format!(
                "metrics curve.{ending} --column equity --periods-per-year 365 \
                 --benchmark market.{ending} --profile backtesting --json"
            ),
        );
        assert_eq!((&ours["returns"], &ours["kind"]), (&399.into(), &"equity".into()));
        for (key, theirs_key, unit) in [
            ("roi_pct", "Return [%]", 1.0),
            ("cagr_pct", "CAGR [%]", 1.0),
            ("volatility_pct", "Volatility (Ann.) [%]", 1.0),
            ("sharpe_ratio", "Sharpe Ratio", 1.0),
            ("sortino_ratio", "Sortino Ratio", 1.0),
            ("calmar_ratio", "Calmar Ratio", 1.0),
            ("max_drawdown_pct", "Max. Drawdown [%]", 1.0),
            ("alpha", "Alpha [%]", 100.0),
            ("beta", "Beta", 1.0),
        ] {
            same(theirs_key, &ours[key], theirs[theirs_key].as_f64().unwrap() / unit, 1e-9);
        }
    }
}

#[test]
fn own_definitions_and_the_risk_free_rate() {
    let Some(golden) = golden() else { return };
    let stage = Stage::new();
    let returns = numbers(&golden["metrics"]["series"]["short_normal"]);
    let theirs = &golden["metrics"]["values"]["short_normal"]["annualisation_252"];
    write(&stage, "fund", "returns", &returns);
    let ours = answer(&stage, "metrics fund.csv --column returns --periods-per-year 252 --rf 0.03 --json");
    same(
        "Sharpe",
        &ours["sharpe_ratio"],
        theirs["quantstats 0.0.86"]["sharpe_rf_0_03_annual"].as_f64().unwrap(),
        1e-9,
    );
    // The risk-free rate is not Sortino's threshold unless it is given as such.
    same(
        "Sortino",
        &ours["sortino_ratio"],
        theirs["empyrical-reloaded 0.7.1"]["sortino"].as_f64().unwrap(),
        1e-9,
    );
    let ulcer = theirs["ffn 1.4.1"]["ulcer_index_percent"].as_f64().unwrap();
    same("ulcer index", &ours["ulcer_index_pct"], ulcer, 1e-9);
    same("kurtosis", &ours["kurtosis"], theirs["scipy 1.17.1"]["excess_kurtosis_G2"].as_f64().unwrap(), 1e-9);
    for key in KEYS {
        let missing = ours["missing"].get(key).is_some();
        assert_ne!(ours[key].is_f64(), missing, "{key}: {}", ours[key]);
    }
    assert_eq!(ours["missing"]["alpha"], "no benchmark");
}

#[test]
fn errors_state_their_location_and_exit_with_2() {
    let stage = Stage::new();
    stage.write("bad.csv", "date,returns\n2024-01-01,0.1\n2024-01-02,1.5%\n");
    stage.write("sound.csv", "date,returns\n2024-01-01,0.1\n2024-01-02,-0.1\n");
    stage.write("short.csv", "returns\n0.1\n");
    stage.write("odd.csv", "date,x\n2024-01-01,1\n2024-01-02,2\n");
    let a = "--periods-per-year 252";
    for (words, said) in [
        (format!("metrics bad.csv --column returns {a}"), "line 3, column `returns`: `1.5%` is not a number"),
        (format!("metrics sound.csv --column retuns {a}"), "did you mean `returns`?"),
        (format!("metrics odd.csv --column x {a}"), "set --kind returns or --kind equity"),
        (format!("metrics gone.csv --column returns {a}"), "cannot read `gone.csv`"),
        (
            format!("metrics sound.csv --column returns {a} --benchmark short.csv"),
            "the series has 2 returns and the benchmark `short.csv` has 1",
        ),
        ("metrics sound.csv --column returns".to_owned(), "--periods-per-year"),
        (format!("metrics sound.csv --column returns {a} --profile ffn"), "known: tiltyard, empyrical"),
    ] {
        let found = stage.run(&words);
        let text = found.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!((found.code, found.stdout.as_str()), (Some(2), ""), "{words}\n{}", found.stderr);
        assert!(text.contains(said), "{words}\n{}", found.stderr);
    }
    let levels = stage.result(&format!("metrics odd.csv --column x --kind equity {a} --json"));
    assert_eq!(serde_json::from_str::<Value>(&levels).unwrap()["roi_pct"], 100.0);
}

#[test]
fn undefined_metrics_are_null_with_a_reason() {
    let stage = Stage::new();
    stage.write("flat.csv", "equity\n100\n100\n100\n");
    stage.write("one.csv", "returns,\n,\n0.1,\n");
    let flat = answer(&stage, "metrics flat.csv --column equity --periods-per-year 252 --json");
    assert_eq!((&flat["roi_pct"], &flat["max_drawdown_pct"]), (&0.0.into(), &0.0.into()));
    for (key, reason) in [
        ("sharpe_ratio", "no dispersion in the returns"),
        ("sortino_ratio", "no return below the threshold"),
        ("calmar_ratio", "no drawdown"),
        ("beta", "no benchmark"),
    ] {
        assert_eq!((&flat[key], &flat["missing"][key]), (&Value::Null, &reason.into()), "{key}");
    }
    let one = answer(&stage, "metrics one.csv --column returns --periods-per-year 252 --json");
    assert_eq!(
        (&one["returns"], &one["missing"]["sharpe_ratio"]),
        (&1.into(), &"too few return periods".into())
    );
}
