//! `tiltyard rank` and `tiltyard evidence` end to end: third-party values (named with their versions in
//! `golden/`) are reproduced from tables in CSV and in Parquet.

use std::fs::File;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;
use serde_json::Value;

const ELO_PER_NAT: f64 = 400.0 / std::f64::consts::LN_10;

fn selection() -> Value {
    serde_json::from_str(include_str!("../golden/selection.json")).unwrap()
}

fn ratings() -> Value {
    serde_json::from_str(include_str!("../golden/ratings.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

fn matrix(value: &Value) -> Vec<Vec<f64>> {
    value.as_array().unwrap().iter().map(numbers).collect()
}

fn transposed(rows: &[Vec<f64>]) -> Vec<Vec<f64>> {
    (0..rows[0].len()).map(|column| rows.iter().map(|row| row[column]).collect()).collect()
}

#[track_caller]
fn near(found: &Value, expected: f64, relative: f64) {
    let found = found.as_f64().unwrap();
    let gap = (found - expected).abs();
    assert!(gap <= 1e-12 || gap <= relative * expected.abs(), "{found} is not {expected}");
}

/// Stdout of a command on a table of these columns (`t0`, `t1`, ..), which must be the same from CSV and from
/// Parquet.
fn said(columns: &[Vec<f64>], words: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let (csv, parquet) = (folder.path().join("table.csv"), folder.path().join("table.parquet"));
    write_csv(&csv, columns);
    write_parquet(&parquet, columns);
    let [from_csv, from_parquet] = [csv, parquet].map(|file| run(&file, words));
    assert_eq!(from_csv, from_parquet);
    from_csv
}

fn run(file: &Path, words: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_tiltyard"))
        .arg(words[0])
        .arg(file)
        .args(&words[1..])
        .output()
        .unwrap();
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn json(columns: &[Vec<f64>], words: &[&str]) -> Value {
    serde_json::from_str(&said(columns, &[words, &["--json"]].concat())).unwrap()
}

fn names(columns: &[Vec<f64>]) -> Vec<String> {
    (0..columns.len()).map(|k| format!("t{k}")).collect()
}

fn write_csv(path: &Path, columns: &[Vec<f64>]) {
    let mut text = format!("window,{}\n", names(columns).join(","));
    for row in 0..columns[0].len() {
        let values: Vec<String> = columns.iter().map(|column| column[row].to_string()).collect();
        text += &format!("w{row},{}\n", values.join(","));
    }
    std::fs::write(path, text).unwrap();
}

fn write_parquet(path: &Path, columns: &[Vec<f64>]) {
    let labels = StringArray::from_iter_values((0..columns[0].len()).map(|row| format!("w{row}")));
    let mut arrays: Vec<(String, ArrayRef)> = vec![("window".to_owned(), Arc::new(labels))];
    for (name, column) in names(columns).into_iter().zip(columns) {
        arrays.push((name, Arc::new(Float64Array::from(column.clone()))));
    }
    let batch = RecordBatch::try_from_iter(arrays).unwrap();
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

/// The row of agent `t<k>`.
fn row(standings: &Value, agent: usize) -> &Value {
    let name = format!("t{agent}");
    standings["standings"].as_array().unwrap().iter().find(|row| row["agent"] == name.as_str()).unwrap()
}

/// The pair of two agents, with a sign of -1 where their order is reversed.
fn pair(standings: &Value, a: usize, b: usize) -> (&Value, f64) {
    let [a, b] = [a, b].map(|agent| format!("t{agent}"));
    let pairs = standings["pairs"].as_array().unwrap();
    let is = |pair: &&Value, a: &str, b: &str| pair["a"] == a && pair["b"] == b;
    match pairs.iter().find(|pair| is(pair, &a, &b)) {
        Some(pair) => (pair, 1.0),
        None => (pairs.iter().find(|pair| is(pair, &b, &a)).unwrap(), -1.0),
    }
}

#[test]
fn tests_over_windows() {
    let golden = &selection()["paired_window_tests"];
    let columns = transposed(&matrix(&golden["score_matrix_windows_by_agents"]));
    let found = json(&columns, &["rank", "--resamples", "100"]);
    let scipy = &golden["values"]["scipy 1.17.1"];
    near(&found["friedman"]["statistic"], scipy["friedman_chi2"].as_f64().unwrap(), 1e-9);
    near(&found["friedman"]["p_value"], scipy["friedman_p"].as_f64().unwrap(), 1e-9);
    // The test of records allows for dependent windows: its difference is that of the means, its standard
    // error is at least that of the paired t test.
    let t = numbers(&scipy["paired_t_0_vs_1"]);
    let (first, sign) = pair(&found, 0, 1);
    let means = [0, 1].map(|agent| columns[agent].iter().sum::<f64>() / columns[agent].len() as f64);
    near(&first["difference"], sign * (means[0] - means[1]), 1e-9);
    let found_t = first["t"].as_f64().unwrap();
    assert!(found_t.signum() == (sign * t[0]).signum() && found_t.abs() <= t[0].abs() * (1.0 + 1e-9));
    assert!(first["p_value"].as_f64().unwrap() >= t[1]);
    let nemenyi = matrix(&golden["values"]["scikit-posthocs 0.17.1"]["nemenyi_p_matrix"]);
    for (a, row) in nemenyi.iter().enumerate() {
        for (b, p_value) in row.iter().enumerate().filter(|(b, _)| *b != a) {
            near(&pair(&found, a, b).0["p_nemenyi"], *p_value, 1e-9);
        }
    }
}

#[test]
fn ratings_with_ties() {
    let golden = ratings();
    let columns = transposed(&matrix(&golden["ranks_with_ties"]));
    let words = ["rank", "--lower-is-better", "--ratings", "all", "--resamples", "20"];
    let found = json(&columns, &words);
    let davidson = &golden["ties"]["davidson_1970"];
    let theta =
        numbers(&davidson["statsmodels 0.15.0 GLM Poisson log-linear form (Fienberg 1979)"]["theta_centred"]);
    let weng_lin =
        matrix(&golden["weng_lin_openskill"]["values"]["PlackettLuce.with_ties"]["final_mu_sigma"]);
    let glicko2 = &golden["glicko2"]["values"]["skillratings 0.29.2 (Rust) tolerance 1e-12"];
    let glicko2 = matrix(&glicko2["final_rating_rd_vol"]);
    for agent in 0..5 {
        let rated = &row(&found, agent)["ratings"];
        near(&rated["bradley_terry"]["rating"], 1500.0 + ELO_PER_NAT * theta[agent], 1e-9);
        near(&rated["weng_lin"]["rating"], weng_lin[agent][0], 1e-9);
        near(&rated["weng_lin"]["deviation"], weng_lin[agent][1], 1e-9);
        near(&rated["glicko2"]["rating"], glicko2[agent][0], 1e-9);
        near(&rated["glicko2"]["deviation"], glicko2[agent][1], 1e-9);
        for system in ["bradley_terry", "plackett_luce", "elo", "glicko2", "trueskill", "weng_lin"] {
            let bar = |end: &str| rated[system][end].as_f64().unwrap();
            assert!(bar("low") < bar("high") && bar("std_error") > 0.0, "{system}");
        }
    }
}

#[test]
fn ratings_without_ties() {
    let golden = ratings();
    let columns = transposed(&matrix(&golden["ranks_no_ties"]));
    let words = [
        "rank",
        "--lower-is-better",
        "--ratings",
        "bradley_terry,plackett_luce,trueskill",
        "--resamples",
        "20",
    ];
    let found = json(&columns, &words);
    let choix = &golden["bradley_terry"]["values"]["choix 0.4.1 ilsr_pairwise"];
    let (pairwise, rankings) =
        (numbers(choix), numbers(&golden["plackett_luce"]["values"]["choix 0.4.1 ilsr_rankings"]));
    // trueskill 0.4.5: relative tolerance 1e-6, as the file says.
    let trueskill = matrix(&golden["trueskill"]["values"]["no_ties"]["final_mu_sigma"]);
    for agent in 0..5 {
        let rated = &row(&found, agent)["ratings"];
        near(&rated["bradley_terry"]["rating"], 1500.0 + ELO_PER_NAT * pairwise[agent], 1e-9);
        near(&rated["plackett_luce"]["rating"], 1500.0 + ELO_PER_NAT * rankings[agent], 1e-9);
        near(&rated["trueskill"]["rating"], trueskill[agent][0], 1e-6);
        near(&rated["trueskill"]["deviation"], trueskill[agent][1], 1e-6);
    }
}

#[test]
fn the_winner_of_twelve_trials() {
    let golden = selection();
    let columns = matrix(&golden["trial_matrix"]["values_by_column"]);
    let dsr = &golden["dsr"]["values"];
    let (vectorbt, pypbo) = (&dsr["vectorbt 1.2.0 (numba kernels)"], &dsr["esvhd/pypbo @ddbc6314"]);
    let psrlib = &dsr["rubenbriones/Probabilistic-Sharpe-Ratio @7c65ea51"];
    for (blocks, name) in [("6", "S=6"), ("8", "S=8")] {
        let found = json(&columns, &["evidence", "--blocks", blocks, "--resamples", "100"]);
        let best = golden["trial_matrix"]["best_column_by_sr"].as_u64().unwrap();
        assert_eq!(found["trial"], format!("t{best}"));
        near(&found["dsr"], pypbo["dsr_best"].as_f64().unwrap(), 1e-9);
        near(&found["dsr_threshold"], vectorbt["sr0"].as_f64().unwrap(), 1e-9);
        near(&found["sharpe_variance"], vectorbt["var_sharpe_ddof1"].as_f64().unwrap(), 1e-9);
        assert_eq!(found["implied_independent_trials"], 10);
        // The reference's Euler constant has ten digits: tolerance 1e-8, as the file says.
        near(&found["dsr_independent"], psrlib["dsr_best"].as_f64().unwrap(), 1e-8);
        let value = &golden["pbo_cscv"]["values"][name];
        near(&found["pbo"], value["pbo"].as_f64().unwrap(), 1e-9);
        near(&found["loss_probability"], value["prob_oos_loss"].as_f64().unwrap(), 1e-9);
        near(&found["degradation_slope"], value["degradation_slope"].as_f64().unwrap(), 1e-9);
        near(&found["degradation_intercept"], value["degradation_intercept"].as_f64().unwrap(), 1e-9);
        assert_eq!(found["pbo_splits"], value["n_combinations"]);
        let logits = numbers(&value["logits_lexicographic"]);
        near(&found["logits"]["mean"], logits.iter().sum::<f64>() / logits.len() as f64, 1e-9);
    }
}

#[test]
fn a_single_series_and_its_track_record() {
    let golden = selection();
    for (name, value) in golden["psr"]["values"].as_object().unwrap() {
        let columns = vec![numbers(&golden["series"][name])];
        let found = json(&columns, &["evidence", "--resamples", "20"]);
        let expected = &value["rubenbriones/Probabilistic-Sharpe-Ratio @7c65ea51"];
        near(&found["psr"], expected["psr_0"].as_f64().unwrap(), 1e-9);
        near(&found["min_track_record_periods"], expected["min_trl_0_95"].as_f64().unwrap(), 1e-9);
        assert_eq!(found["defensible"], false, "one trial is no search");
    }
}

#[test]
fn models_against_a_benchmark() {
    let golden = &selection()["spa_stepm_mcs"];
    let mut columns = matrix(&golden["returns_models_by_column"]);
    columns.push(numbers(&golden["returns_benchmark"]));
    let words = ["evidence", "--benchmark", "t5", "--resamples", "5000", "--alpha", "0.1"];
    let found = json(&columns, &words);
    assert_eq!(found["columns"], 5);
    // arch 8.0.0 finds one superior model at 5 %, and keeps three in the set at 10 %, with 20,000 resamples
    // of its own. Ours studentises and corrects for few rows, so only the outcome can be compared.
    let best = golden["exact"]["stepm_superior_models_5pct"][0].as_u64().unwrap();
    assert_eq!(found["superior"].as_array().unwrap()[0], format!("t{best}"));
    let spa = &found["spa"];
    assert_eq!(spa["best"], format!("t{best}"));
    assert!(spa["p_value"].as_f64().unwrap() < 0.05);
    let set = &found["confidence_set"];
    assert_eq!(set["p_values"][format!("t{best}")], 1.0);
    for kept in golden["exact"]["mcs_R_included_10pct"].as_array().unwrap() {
        let name = format!("t{}", kept.as_u64().unwrap());
        assert!(set["members"].as_array().unwrap().contains(&Value::from(name)), "{set}");
    }
}

#[test]
fn identical_agents_tie_exactly() {
    let golden = &selection()["paired_window_tests"];
    let mut columns = transposed(&matrix(&golden["score_matrix_windows_by_agents"]));
    columns.extend([columns[1].clone(), columns[1].clone()]);
    let found = json(&columns, &["rank", "--ratings", "all", "--resamples", "100"]);
    let without_name = |agent: usize| {
        let mut row = row(&found, agent).clone();
        row["agent"] = Value::Null;
        row
    };
    assert_eq!(without_name(1), without_name(5));
    assert_eq!(without_name(1), without_name(6));
    for (a, b) in [(1, 5), (1, 6), (5, 6)] {
        let (pair, _) = pair(&found, a, b);
        assert_eq!((&pair["p_value"], &pair["p_holm"]), (&Value::from(1.0), &Value::from(1.0)));
        assert_eq!(pair["beats_probability"], 0.5);
    }
    assert_ne!(found["verdict"]["outcome"], "called");
}

#[test]
fn the_table_as_csv_has_the_rows_of_the_json() {
    let golden = &selection()["paired_window_tests"];
    let columns = transposed(&matrix(&golden["score_matrix_windows_by_agents"]));
    let words = ["rank", "--resamples", "50"];
    let found = json(&columns, &words);
    let text = said(&columns, &[&words[..], &["--csv"]].concat());
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 6);
    for (line, row) in lines[1..].iter().zip(found["standings"].as_array().unwrap()) {
        let values: Vec<&str> = line.split(',').collect();
        assert_eq!(
            (values[0], values[1]),
            (row["rank"].to_string().as_str(), row["agent"].as_str().unwrap())
        );
        assert_eq!(values[2].parse::<f64>().unwrap(), row["score"].as_f64().unwrap());
        assert_eq!(row["score"], row["mean_score"]);
    }
}

/// A file with one row per agent, as the store writes `scores.csv`, gives the same as one with one row per
/// window.
#[test]
fn scores_are_read_in_either_orientation() {
    let golden = &selection()["paired_window_tests"];
    let columns = transposed(&matrix(&golden["score_matrix_windows_by_agents"]));
    let folder = tempfile::tempdir().unwrap();
    let (upright, lying) = (folder.path().join("upright.csv"), folder.path().join("scores.csv"));
    write_csv(&upright, &columns);
    let write_lying = |head: &str, name: &dyn Fn(usize) -> String| {
        let windows: Vec<String> = (0..columns[0].len()).map(|window| window.to_string()).collect();
        let mut text = format!("{head},{}\n", windows.join(","));
        for (agent, column) in columns.iter().enumerate() {
            let values: Vec<String> = column.iter().map(f64::to_string).collect();
            text += &format!("{},{}\n", name(agent), values.join(","));
        }
        std::fs::write(&lying, text).unwrap();
    };
    let words = ["rank", "--resamples", "50", "--json"];
    let expected: Value = serde_json::from_str(&run(&upright, &words)).unwrap();
    let named = |agent: usize| format!("t{agent}");
    write_lying("agent", &named);
    let found: Value = serde_json::from_str(&run(&lying, &words)).unwrap();
    assert_eq!(found, expected);
    let turned = run(&lying, &[&words[..], &["--rows", "windows"]].concat());
    let turned: Value = serde_json::from_str(&turned).unwrap();
    assert_eq!(turned["standings"].as_array().unwrap().len(), columns[0].len());
    // Numbered columns, named rows and no indication of the orientation: an error asks for it.
    write_lying("name", &named);
    let refused = Command::new(env!("CARGO_BIN_EXE_tiltyard")).arg("rank").arg(&lying).output().unwrap();
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(refused.status.code() == Some(2) && said.contains("unclear which are the agents"), "{said}");
    let output = run(&lying, &[&words[..], &["--rows", "agents"]].concat());
    assert_eq!(serde_json::from_str::<Value>(&output).unwrap(), expected);
    write_lying("agent", &|_| "same".to_owned());
    let refused = Command::new(env!("CARGO_BIN_EXE_tiltyard")).arg("rank").arg(&lying).output().unwrap();
    assert!(String::from_utf8(refused.stderr).unwrap().contains("two agents with the name `same`"));
}

/// Draws times 1e-300: their squares underflow to 0, which once made any difference significant.
#[test]
fn tiny_scores_are_not_more_significant_than_others() {
    let mut state = 7_u64;
    let mut draw = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let plain: Vec<Vec<f64>> = (0..2).map(|_| (0..30).map(|_| draw()).collect()).collect();
    let words = ["rank", "--resamples", "50"];
    let expected = json(&plain, &words);
    for scale in [1e-300, 1e-165, 1e290] {
        let scaled: Vec<Vec<f64>> =
            plain.iter().map(|column| column.iter().map(|score| score * scale).collect()).collect();
        let found = json(&scaled, &words);
        assert_eq!(found["verdict"]["outcome"], "not_distinguishable", "{scale}");
        near(&found["verdict"]["p_value"], expected["verdict"]["p_value"].as_f64().unwrap(), 1e-6);
        assert!(found["verdict"]["lead_low"].as_f64().unwrap() < 0.0);
    }
}

/// What `rank` says about this text, or why it refuses it.
fn ranked(text: &str, words: &[&str]) -> Result<String, String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("scores.csv");
    std::fs::write(&file, text).unwrap();
    let output =
        Command::new(env!("CARGO_BIN_EXE_tiltyard")).arg("rank").arg(&file).args(words).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

/// pandas leaves the head of an index empty: rows may be agents or windows.
#[test]
fn an_empty_label_head_is_recognised_or_asked_for() {
    let names = |json: &str| -> Vec<String> {
        let found: Value = serde_json::from_str(json).unwrap();
        found["standings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["agent"].as_str().unwrap().to_owned())
            .collect()
    };
    let upright = ",trend,hold\nw0,3,1\nw1,4,2\nw2,5,1\n";
    assert_eq!(names(&ranked(upright, &["--json"]).unwrap()), ["trend", "hold"]);
    let dated = ",trend,hold\n2024-01-01,3,1\n2024-02-01,4,2\n";
    assert_eq!(names(&ranked(dated, &["--json"]).unwrap()), ["trend", "hold"]);
    for lying in [",w0,w1,w2\ntrend,3,4,5\nhold,1,2,1\n", ",spring,summer\ntrend,3,4\nhold,1,2\n"] {
        let said = ranked(lying, &[]).unwrap_err();
        assert!(said.contains("it is unclear which are the"), "{said}");
        assert_eq!(names(&ranked(lying, &["--json", "--rows", "agents"]).unwrap()), ["trend", "hold"]);
    }
}

#[test]
fn opposite_infinities_are_not_said_to_be_no_scores() {
    let text = "window,a,b\nw0,inf,inf\nw1,-inf,-inf\nw2,1,2\n";
    let said = ranked(text, &[]).unwrap_err();
    assert!(said.contains("agent `a` has scores of plus and of minus infinity"), "{said}");
    assert!(said.contains("--aggregate median"), "{said}");
    assert!(ranked(text, &["--aggregate", "median"]).unwrap().contains("b"));
}

#[test]
fn huge_scores_neither_overflow_nor_fill_the_screen() {
    let text: String =
        (0..24).map(|w| format!("w{w},1.5e308,{}\n", 1.4e308 + f64::from(w) * 1e305)).collect();
    let text = format!("window,a,b\n{text}");
    let table = ranked(&text, &[]).unwrap();
    assert!(table.contains("1.50e308") && table.lines().all(|line| line.len() < 250), "{table}");
    let found: Value = serde_json::from_str(&ranked(&text, &["--json"]).unwrap()).unwrap();
    near(&found["standings"][0]["score"], 1.5e308, 1e-12);
    near(&found["standings"][0]["mean_score"], 1.5e308, 1e-12);
    assert_eq!(found["verdict"]["leader"], "a");
}

/// Agents that win nearly always, and that fell by nearly everything.
#[test]
fn intervals_stay_within_the_range_of_the_metric() {
    let rates = |w: usize| if w.is_multiple_of(12) { (0.0, 100.0) } else { (100.0, 100.0) };
    let falls = |w: usize| if w.is_multiple_of(12) { (-99.9, -1.0) } else { (-70.0, -100.0) };
    for (metric, of, range) in [
        ("win_rate", &rates as &dyn Fn(usize) -> (f64, f64), 0.0..=100.0),
        ("max_drawdown_pct", &falls as &dyn Fn(usize) -> (f64, f64), -100.0..=0.0),
    ] {
        let rows: String = (0..24).map(|w| format!("w{w},{},{}\n", of(w).0, of(w).1)).collect();
        let json = ranked(&format!("window,a,b\n{rows}"), &["--json", "--metric", metric]).unwrap();
        let found: Value = serde_json::from_str(&json).unwrap();
        for row in found["standings"].as_array().unwrap() {
            for key in ["score_low", "score_high", "mean_score_low", "mean_score_high"] {
                assert!(range.contains(&row[key].as_f64().unwrap()), "{metric} {key}: {row}");
            }
            assert!(row["score_low"].as_f64().unwrap() < row["score_high"].as_f64().unwrap(), "{row}");
        }
        let verdict = &found["verdict"];
        assert!(
            verdict["lead_low"].as_f64().unwrap() > -100.0 && verdict["lead_high"].as_f64().unwrap() < 100.0
        );
    }
}
