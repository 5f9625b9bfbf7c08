//! Every value of the section `selection` of the shared reference values, block lengths included, from the
//! copy in `golden/selection.json` (inputs and third-party values; it names the libraries and their
//! versions).

use serde_json::Value;
use tiltyard::internals::metrics::{excess_kurtosis, sharpe_ratio_per_period, skewness};
use tiltyard::internals::statistics::evidence::{
    Convention, Correction, HacGradient, McsStatistic, Panel, Recentring, Resamples, SharpeEstimate,
    Superiority, adjust, block_length, clopper_pearson, cscv, deflated_sharpe_ratio, expected_maximum_sharpe,
    expected_maximum_z, friedman, implied_independent_trials, index_steps, minimum_backtest_years,
    minimum_track_record_length, model_confidence_set, nemenyi, paired_t, probabilistic_sharpe_ratio,
    rejected, sharpe_difference_bootstrap, sharpe_difference_hac, sharpe_difference_memmel, sign_test, spa,
    stepm, trial_sharpe_ratios, wilcoxon, wilson,
};

const PSRLIB: &str = "rubenbriones/Probabilistic-Sharpe-Ratio @7c65ea51";
const PYPBO: &str = "esvhd/pypbo @ddbc6314";
const VECTORBT: &str = "vectorbt 1.2.0 (numba kernels)";
const HAC: &str = "majkee15/RobustSharpeRatioHAC @4859e906 (patched only for numpy 2 names)";
const MEMMEL: &str = "formula Memmel (2003), numpy only, NOT a library";

fn golden() -> Value {
    serde_json::from_str(include_str!("../golden/selection.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

fn counts(value: &Value) -> Vec<usize> {
    value.as_array().unwrap().iter().map(|v| usize::try_from(v.as_u64().unwrap()).unwrap()).collect()
}

fn flags(value: &Value) -> Vec<bool> {
    value.as_array().unwrap().iter().map(|v| v.as_bool().unwrap()).collect()
}

fn matrix(value: &Value) -> Vec<Vec<f64>> {
    value.as_array().unwrap().iter().map(numbers).collect()
}

/// Equal within relative `1e-9` or absolute `1e-12`.
fn close(found: f64, expected: &Value, what: &str) {
    near(found, expected.as_f64().unwrap(), 1e-9, what);
}

fn near(found: f64, expected: f64, relative: f64, what: &str) {
    let gap = (found - expected).abs();
    assert!(gap <= 1e-12 || gap <= relative * expected.abs(), "{what}: {found} is not {expected}");
}

fn all_close(found: &[f64], expected: &[f64], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    found.iter().zip(expected).for_each(|(a, b)| near(*a, *b, 1e-9, what));
}

fn trials(golden: &Value) -> Panel {
    Panel::new(matrix(&golden["trial_matrix"]["values_by_column"])).unwrap()
}

#[test]
fn probabilistic_sharpe_ratio_and_track_record() {
    let golden = golden();
    for (name, value) in golden["psr"]["values"].as_object().unwrap() {
        let returns = numbers(&golden["series"][name]);
        let own = SharpeEstimate::of(&returns).unwrap();
        let length = minimum_track_record_length(&own, 0.0, 0.95).unwrap().unwrap();
        let psr = |benchmark| probabilistic_sharpe_ratio(&own, benchmark).unwrap();
        close(psr(0.0), &value[PSRLIB]["psr_0"], name);
        close(psr(0.03), &value[PSRLIB]["psr_0.03"], name);
        close(own.standard_error().unwrap(), &value[PSRLIB]["sr_std"], name);
        close(length, &value[PSRLIB]["min_trl_0_95"], name);
        close(psr(0.0), &value[PYPBO]["psr_0_with_biased_moments"], name);
        close(length, &value[PYPBO]["min_trl_0_95"], name);
        // quantstats uses the adjusted moments.
        let quantstats = SharpeEstimate {
            skewness: skewness(&returns).unwrap(),
            kurtosis: excess_kurtosis(&returns).unwrap() + 3.0,
            ..own
        };
        let adjusted = probabilistic_sharpe_ratio(&quantstats, 0.0).unwrap();
        close(adjusted, &value["quantstats 0.0.86"]["psr_0_G1_G2_moments"], name);
    }
}

#[test]
fn deflated_sharpe_ratio_of_twelve_trials() {
    let golden = golden();
    let (panel, values) = (trials(&golden), &golden["dsr"]["values"]);
    let (ratios, variance) = trial_sharpe_ratios(&panel).unwrap();
    close(variance, &values[VECTORBT]["var_sharpe_ddof1"], "variance");
    close(expected_maximum_sharpe(variance, 12).unwrap(), &values[VECTORBT]["sr0"], "sr0");
    let deflated = |column: usize, n| {
        deflated_sharpe_ratio(&SharpeEstimate::of(panel.column(column)).unwrap(), variance, n).unwrap()
    };
    let all: Vec<f64> = (0..12).map(|column| deflated(column, 12)).collect();
    all_close(&all, &numbers(&values[VECTORBT]["dsr_per_column"]), "vectorbt");
    let best = counts(&serde_json::json!([golden["trial_matrix"]["best_column_by_sr"]]))[0];
    assert!(ratios.iter().all(|ratio| ratio.unwrap() <= ratios[best].unwrap()));
    close(deflated(best, 12), &values[PYPBO]["dsr_best"], "pypbo");
    close(expected_maximum_z(12).unwrap(), &values[PYPBO]["expected_max_z_N"], "expected maximum");
    let (estimate, bound) = minimum_backtest_years(12, 1.0).unwrap();
    all_close(&[estimate, bound], &numbers(&values[PYPBO]["min_btl_years_for_annual_sr_1"]), "MinBTL");
    // The reference's Euler constant has ten digits: tolerance 1e-8, as the file says.
    let independent = implied_independent_trials(&panel).unwrap();
    assert_eq!(independent, 10);
    let maximum = expected_maximum_sharpe(variance, independent).unwrap();
    near(maximum, values[PSRLIB]["expected_max_sr"].as_f64().unwrap(), 1e-8, "expected maximum");
    near(deflated(best, independent), values[PSRLIB]["dsr_best"].as_f64().unwrap(), 1e-8, "implied trials");
}

#[test]
fn overfitting_by_cross_validation() {
    let golden = golden();
    for (blocks, name) in [(6, "S=6"), (8, "S=8")] {
        let (found, value) = (cscv(&trials(&golden), blocks).unwrap(), &golden["pbo_cscv"]["values"][name]);
        assert_eq!(found.splits.len() as u64, value["n_combinations"].as_u64().unwrap());
        close(found.probability, &value["pbo"], name);
        close(found.loss_probability, &value["prob_oos_loss"], name);
        close(found.degradation_slope.unwrap(), &value["degradation_slope"], name);
        close(found.degradation_intercept.unwrap(), &value["degradation_intercept"], name);
        let logits: Vec<f64> = found.splits.iter().map(|split| split.logit).collect();
        all_close(&logits, &numbers(&value["logits_lexicographic"]), name);
        let winners: Vec<usize> = found.splits.iter().map(|split| split.winner).collect();
        assert_eq!(winners, counts(&value["is_best_index"]));
        let ranks: Vec<f64> = found.splits.iter().map(|split| split.rank).collect();
        assert_eq!(ranks, numbers(&value["oos_rank"]));
    }
}

/// Returns of five models, those in excess of the benchmark, and the stored resamples.
fn models(golden: &Value) -> (Panel, Panel, Resamples) {
    let section = &golden["spa_stepm_mcs"];
    let returns = Panel::new(matrix(&section["returns_models_by_column"])).unwrap();
    let excess = returns.less(&numbers(&section["returns_benchmark"])).unwrap();
    let indices: Vec<Vec<usize>> =
        section["bootstrap_indices"].as_array().unwrap().iter().map(counts).collect();
    let resamples = Resamples::from_indices(returns.rows(), &indices).unwrap();
    (returns, excess, resamples)
}

fn mcs(returns: &Panel, resamples: &Resamples, kind: McsStatistic) -> (Vec<f64>, Vec<usize>) {
    let set = model_confidence_set(returns, resamples, kind, Convention::Arch).unwrap();
    (set.p_values.clone(), set.members(0.1).unwrap())
}

fn by_column(values: &Value) -> Vec<f64> {
    (0..5).map(|column| values[column.to_string()].as_f64().unwrap()).collect()
}

#[test]
fn superiority_with_the_stored_resamples() {
    let golden = golden();
    let (_, excess, resamples) = models(&golden);
    let exact = &golden["spa_stepm_mcs"]["exact"];
    let mut simulated = Superiority::new(&excess, &resamples, 5.0, Convention::Arch).unwrap();
    let found = simulated.test();
    for (null, p, name) in [
        (Recentring::Lower, found.lower, "lower"),
        (Recentring::Consistent, found.consistent, "consistent"),
        (Recentring::Upper, found.upper, "upper"),
    ] {
        close(p, &exact["spa_pvalues"][name], name);
        let critical = simulated.critical_value(&[true; 5], null, 0.05).unwrap().unwrap();
        close(critical, &exact["spa_critical_values_5pct"][name], name);
    }
    let variances = numbers(&exact["omega2_stationary_closed_form"]);
    all_close(&simulated.long_run_variances(), &variances, "variance");
    assert_eq!(simulated.relevant(), flags(&exact["consistent_kept_columns"]));
    let superior = stepm(&excess, &resamples, 5.0, 0.05, Convention::Arch).unwrap();
    assert_eq!(superior, counts(&exact["stepm_superior_models_5pct"]));
}

#[test]
fn model_confidence_set_with_the_stored_resamples() {
    let golden = golden();
    let (returns, _, resamples) = models(&golden);
    let exact = &golden["spa_stepm_mcs"]["exact"];
    for (kind, name) in [(McsStatistic::Range, "mcs_R"), (McsStatistic::Max, "mcs_max")] {
        let (p_values, members) = mcs(&returns, &resamples, kind);
        all_close(&p_values, &by_column(&exact[format!("{name}_pvalues")]), name);
        assert_eq!(members, counts(&exact[format!("{name}_included_10pct")]));
    }
}

#[test]
fn our_own_resamples_agree_with_many_of_the_library() {
    let golden = golden();
    let (returns, excess, _) = models(&golden);
    let large = &golden["spa_stepm_mcs"]["large_B_20000"];
    let tolerance = large["abs_tolerance"].as_f64().unwrap();
    let resamples = Resamples::stationary(returns.rows(), 5.0, 20_000, [42; 32]).unwrap();
    let within = |found: f64, expected: f64, what: &str| {
        assert!((found - expected).abs() <= tolerance, "{what}: {found} is not {expected}");
    };
    let found = spa(&excess, &resamples, 5.0, Convention::Arch).unwrap();
    for (p, name) in [(found.lower, "lower"), (found.consistent, "consistent"), (found.upper, "upper")] {
        within(p, large["spa_pvalues"][name].as_f64().unwrap(), name);
    }
    for (kind, name) in [(McsStatistic::Range, "mcs_R_pvalues"), (McsStatistic::Max, "mcs_max_pvalues")] {
        let found = mcs(&returns, &resamples, kind).0;
        found.iter().zip(by_column(&large[name])).for_each(|(p, expected)| within(*p, expected, name));
    }
}

#[test]
fn index_step_of_the_stationary_bootstrap() {
    let step = &golden()["stationary_bootstrap_index_step"];
    let found = index_steps(
        &counts(&step["start_indices"]),
        &numbers(&step["uniforms"]),
        step["p"].as_f64().unwrap(),
    );
    assert_eq!(found, counts(&step["expected"]));
}

#[test]
fn block_lengths() {
    let golden = golden();
    for (name, value) in golden["block_length"]["values"].as_object().unwrap() {
        let found = block_length(&numbers(&golden["series"][name]));
        if name == "all_zero" {
            assert!(found.is_err(), "the library gives NaN");
            continue;
        }
        close(found.clone().unwrap().stationary, &value["optimal_block_stationary"], name);
        close(found.unwrap().circular, &value["optimal_block_circular"], name);
    }
}

#[test]
fn corrections_for_many_tests() {
    let section = &golden()["multiple_testing"];
    let (p_values, alpha) = (numbers(&section["p_values"]), section["alpha"].as_f64().unwrap());
    for (name, correction) in [
        ("bonferroni", Correction::Bonferroni),
        ("holm", Correction::Holm),
        ("hommel", Correction::Hommel),
        ("fdr_bh", Correction::BenjaminiHochberg),
        ("fdr_by", Correction::BenjaminiYekutieli),
    ] {
        let adjusted = adjust(&p_values, correction).unwrap();
        all_close(&adjusted, &numbers(&section["adjusted"][name]), name);
        if let Some(expected) = section["rejected"].get(name) {
            assert_eq!(rejected(&adjusted, alpha), flags(expected), "{name}");
        }
    }
}

#[test]
fn difference_of_sharpe_ratios() {
    let golden = golden();
    let (panel, values) = (trials(&golden), &golden["sharpe_difference"]["values"]);
    let columns = counts(&golden["sharpe_difference"]["input_columns_of_trial_matrix"]);
    let (a, b) = (panel.column(columns[0]), panel.column(columns[1]));
    // The library's last derivative has the wrong sign (see `HacGradient`): ours differs by 1.3 %.
    let hac = sharpe_difference_hac(a, b, HacGradient::RobustSharpeRatioHac).unwrap();
    let own = sharpe_difference_hac(a, b, HacGradient::LedoitWolf).unwrap();
    assert!((own.standard_error / hac.standard_error - 1.0).abs() < 0.015);
    all_close(&[hac.sharpe.0, hac.sharpe.1], &numbers(&values[HAC]["sr_ddof0"]), "ratios");
    close(-hac.difference, &values[HAC]["diff_second_minus_first"], "difference");
    close(hac.standard_error, &values[HAC]["hac_parzen_se"], "standard error");
    close(hac.p_value, &values[HAC]["p_value"], "p-value");
    let bandwidth = hac.bandwidth.unwrap();
    close(bandwidth, &values[HAC]["bandwidth_2_6614_alphaT_pow_0_2"], "bandwidth");
    let alpha = (bandwidth / 2.6614).powi(5) / 480.0;
    close(alpha, &values[HAC]["andrews_alpha_hat"], "alpha");
    let bootstrap = sharpe_difference_bootstrap(a, b, 5, 2000, [7; 32]).unwrap();
    let expected = values[HAC]["studentized_circular_block_bootstrap_b5_M2000_p"].as_f64().unwrap();
    let tolerance = values[HAC]["bootstrap_abs_tolerance"].as_f64().unwrap();
    assert!((bootstrap.p_value - expected).abs() <= tolerance, "{bootstrap:?}");

    let memmel = sharpe_difference_memmel(a, b).unwrap();
    let value = &values[MEMMEL];
    all_close(&[memmel.sharpe.0, memmel.sharpe.1], &numbers(&value["sr_ddof1"]), "ratios");
    assert_eq!(memmel.sharpe.0, sharpe_ratio_per_period(a, 0.0).unwrap());
    close(memmel.standard_error * memmel.standard_error, &value["var_of_difference"], "variance");
    close(memmel.difference / memmel.standard_error, &value["z_first_minus_second"], "z");
    close(memmel.p_value, &value["p_two_sided"], "p-value");
}

#[test]
fn paired_window_tests() {
    let golden = golden();
    let section = &golden["paired_window_tests"];
    let windows = matrix(&section["score_matrix_windows_by_agents"]);
    let column = |agent: usize| windows.iter().map(|row| row[agent]).collect::<Vec<f64>>();
    let scores = Panel::new((0..5).map(column).collect()).unwrap();
    let (a, b) = (scores.column(0), scores.column(1));
    let (scipy, statsmodels) = (&section["values"]["scipy 1.17.1"], &section["values"]["statsmodels 0.15.0"]);

    let ranked = friedman(&scores).unwrap();
    close(ranked.statistic, &scipy["friedman_chi2"], "Friedman");
    close(ranked.p_value, &scipy["friedman_p"], "Friedman");
    let t = paired_t(a, b).unwrap();
    all_close(&[t.statistic.unwrap(), t.p_value], &numbers(&scipy["paired_t_0_vs_1"]), "t");
    let signed = wilcoxon(a, b).unwrap();
    let expected = numbers(&scipy["wilcoxon_0_vs_1_exact_or_auto"]);
    all_close(&[signed.statistic, signed.p_value], &expected, "Wilcoxon");
    let wins = a.iter().zip(b).filter(|(a, b)| a > b).count();
    let losses = a.iter().zip(b).filter(|(a, b)| a < b).count();
    close(sign_test(wins, losses), &scipy["sign_test_p_0_vs_1"], "sign test");

    let share = wilson(wins, 36, 0.95).unwrap();
    all_close(&[share.low, share.high], &numbers(&statsmodels["wilson_95_win_share_0_vs_1"]), "Wilson");
    let exact = clopper_pearson(wins, 36, 0.95).unwrap();
    all_close(&[exact.low, exact.high], &numbers(&statsmodels["clopper_pearson_95"]), "Clopper-Pearson");

    let expected = matrix(&section["values"]["scikit-posthocs 0.17.1"]["nemenyi_p_matrix"]);
    for (found, expected) in nemenyi(&scores).unwrap().iter().zip(&expected) {
        all_close(found, expected, "Nemenyi");
    }
}
