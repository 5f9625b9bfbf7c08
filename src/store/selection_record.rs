//! What remains of the winner of a search, as stored and as `tiltyard evidence --json` prints it.
//!
//! Owns the keys, their order and the form of the values: trials by name, Sharpe ratios per period unless a key says
//! `annual`, probabilities as fractions, a value that does not exist as null with its reason under `missing`. Never
//! computes a statistic beyond quantiles of the logits for showing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::StoreError;
use super::standings_record::{Missing, SpaRecord};
use crate::metrics::quantile;
use crate::statistics::evidence::{Overfitting, SelectionEvidence, SelectionSpec, TrialSet};

/// Version of this form; counts changes that a reader must know.
pub const SELECTION_FORMAT_VERSION: u32 = 1;

/// Width of a bar of the histogram of logits.
const BIN: f64 = 0.5;

/// The winner of a search, whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SelectionRecord {
    /// Version of this form.
    pub format_version: u32,
    /// The trial that was picked.
    pub trial: String,
    /// Whether it may be believed: `dsr` at least 0.95, `pbo` at most 0.2, the SPA p-value under 0.05.
    pub defensible: bool,
    /// The same in one plain sentence.
    pub verdict: String,
    /// What speaks against it.
    pub doubts: Vec<String>,
    /// Trials that the search made, failed and pruned ones included.
    pub trials: usize,
    /// Trials whose returns are known.
    pub columns: usize,
    /// Periods of each.
    pub periods: usize,
    /// Periods in a year.
    pub periods_per_year: f64,
    /// The winner's Sharpe ratio per period.
    pub sharpe_ratio: f64,
    /// The same times the root of the periods in a year.
    pub sharpe_ratio_annual: f64,
    /// Biased skewness of its returns.
    pub skew: f64,
    /// Biased NON-excess kurtosis of its returns: 3 for a normal distribution.
    pub kurtosis: f64,
    /// The probability that its true Sharpe ratio is above 0, if it had not been picked.
    pub psr: Option<f64>,
    /// The same after the search, all its trials counted.
    pub dsr: Option<f64>,
    /// The Sharpe ratio that luck alone finds in so many trials.
    pub dsr_threshold: Option<f64>,
    /// Variance of the trials' Sharpe ratios.
    pub sharpe_variance: Option<f64>,
    /// How many independent trials the correlated ones are worth.
    pub implied_independent_trials: Option<usize>,
    /// DSR with that many trials.
    pub dsr_independent: Option<f64>,
    /// Periods after which the same Sharpe ratio has a PSR of 0.95; null where no record is long enough.
    pub min_track_record_periods: Option<f64>,
    /// The same in years.
    pub min_track_record_years: Option<f64>,
    /// Probability of backtest overfitting: the share of splits whose winner is no better than the median out of
    /// sample.
    pub pbo: Option<f64>,
    /// Blocks that it was taken over.
    pub pbo_blocks: usize,
    /// Splits that these make.
    pub pbo_splits: usize,
    /// Share of splits whose winner lost out of sample.
    pub loss_probability: Option<f64>,
    /// Slope of out-of-sample on in-sample Sharpe ratios of the splits' winners.
    pub degradation_slope: Option<f64>,
    /// Intercept of the degradation regression.
    pub degradation_intercept: Option<f64>,
    /// The splits' logits.
    pub logits: Option<LogitRecord>,
    /// Mean length of the resampled blocks, in periods.
    pub block_length: f64,
    /// How often periods were resampled.
    pub resamples: usize,
    /// From which the resamples were drawn.
    pub seed: u64,
    /// What the trials had to beat: the benchmark's name, or null for 0.
    pub benchmark: Option<String>,
    /// Hansen's test of "no trial beats it".
    pub spa: Option<SpaRecord>,
    /// The trials named as better while a false one is named with probability alpha at most (StepM).
    pub superior: Option<Vec<String>>,
    /// Significance level of StepM and of the confidence set.
    pub alpha: f64,
    /// The model confidence set, by mean return.
    pub confidence_set: Option<ConfidenceSetRecord>,
    /// Why a value is null, by its name.
    pub missing: BTreeMap<String, String>,
}

/// The logits of all splits: `ln(w / (1 - w))` with w the relative rank out of sample; 0 or less is no better than
/// the median.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogitRecord {
    /// Mean of the values.
    pub mean: f64,
    /// Type-7 quantiles: 5 %.
    pub q05: f64,
    /// 25 % quantile.
    pub q25: f64,
    /// 50 % quantile.
    pub median: f64,
    /// 75 % quantile.
    pub q75: f64,
    /// 95 % quantile.
    pub q95: f64,
    /// Bars of width 0.5, from the lowest to the highest that holds any.
    pub histogram: Vec<LogitBar>,
}

/// One bin of the histogram.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogitBar {
    /// Lower edge of the bin, exclusive.
    pub over: f64,
    /// Upper edge of the bin, inclusive.
    pub to: f64,
    /// Number of splits in the bin.
    pub splits: usize,
}

/// The model confidence set among the best.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConfidenceSetRecord {
    /// How many trials were compared: those with the highest mean returns, and the winner.
    pub compared: usize,
    /// The trials that cannot be distinguished from the best, in order.
    pub members: Vec<String>,
    /// The p-value of every trial compared, by its name.
    pub p_values: BTreeMap<String, f64>,
}

impl SelectionRecord {
    /// Of this assessment of the trials of these names.
    pub fn new(
        found: &SelectionEvidence,
        spec: &SelectionSpec,
        names: &[String],
        benchmark: Option<&str>,
        periods_per_year: f64,
    ) -> Self {
        let mut missing = Missing::default();
        let name = |trial: usize| names.get(trial).cloned().unwrap_or_else(|| trial.to_string());
        let deflated = missing.known("dsr", found.deflated.as_ref());
        let independent = missing.known("dsr_independent", found.deflated_independent.as_ref());
        let record = missing.known("min_track_record_periods", found.minimum_track_record.as_ref());
        let periods = record.copied().flatten();
        if record.is_some() && periods.is_none() {
            let reason = "the Sharpe ratio is not above 0: no record is long enough".to_owned();
            missing.0.insert("min_track_record_periods".to_owned(), reason);
        }
        let overfitting = missing.known("pbo", found.overfitting.as_ref());
        let spa = missing.known("spa", found.spa.as_ref());
        let superior = missing.known("superior", found.superior.as_ref());
        let set = missing.known("confidence_set", found.confidence_set.as_ref());
        Self {
            format_version: SELECTION_FORMAT_VERSION,
            trial: name(found.winner),
            defensible: found.defensible(),
            verdict: found.sentence(&name(found.winner)),
            doubts: found.doubts(),
            trials: found.trials,
            columns: found.columns,
            periods: found.periods,
            periods_per_year,
            sharpe_ratio: found.sharpe.sharpe,
            sharpe_ratio_annual: found.sharpe.sharpe * periods_per_year.sqrt(),
            skew: found.sharpe.skewness,
            kurtosis: found.sharpe.kurtosis,
            psr: missing.known("psr", found.psr.as_ref()).copied(),
            dsr: deflated.map(|deflated| deflated.probability),
            dsr_threshold: deflated.map(|deflated| deflated.threshold),
            sharpe_variance: deflated.map(|deflated| deflated.variance),
            implied_independent_trials: independent.map(|deflated| deflated.trials),
            dsr_independent: independent.map(|deflated| deflated.probability),
            min_track_record_periods: periods,
            min_track_record_years: periods.map(|periods| periods / periods_per_year),
            pbo: overfitting.map(|found| found.probability),
            pbo_blocks: found.blocks,
            pbo_splits: overfitting.map_or(0, |found| found.splits.len()),
            loss_probability: overfitting.map(|found| found.loss_probability),
            degradation_slope: overfitting.and_then(|found| found.degradation_slope),
            degradation_intercept: overfitting.and_then(|found| found.degradation_intercept),
            logits: overfitting.and_then(LogitRecord::new),
            block_length: found.block_length,
            resamples: spec.resamples,
            seed: spec.seed.0,
            benchmark: benchmark.map(str::to_owned),
            spa: spa.map(|spa| SpaRecord {
                best: name(spa.best),
                statistic: spa.statistic,
                p_value: spa.consistent,
                p_lower: spa.lower,
                p_upper: spa.upper,
            }),
            superior: superior.map(|named| named.iter().map(|&trial| name(trial)).collect()),
            alpha: spec.alpha,
            confidence_set: set.map(|set| ConfidenceSetRecord::new(set, name)),
            missing: missing.0,
        }
    }

    /// As JSON, final newline included.
    ///
    /// # Errors
    /// [`StoreError::Json`], which no assessment causes.
    pub fn to_json(&self) -> Result<String, StoreError> {
        super::json::pretty("the evidence", self)
    }
}

impl LogitRecord {
    /// `None` for no splits.
    fn new(found: &Overfitting) -> Option<Self> {
        let logits: Vec<f64> = found.splits.iter().map(|split| split.logit).collect();
        let at = |share: f64| quantile(&logits, share).ok();
        Some(Self {
            mean: crate::metrics::mean(&logits).ok()?,
            q05: at(0.05)?,
            q25: at(0.25)?,
            median: at(0.5)?,
            q75: at(0.75)?,
            q95: at(0.95)?,
            histogram: histogram(&logits),
        })
    }
}

/// Bars that include their upper end, so that 0 counts among the overfitted.
#[expect(clippy::cast_possible_truncation, reason = "logits are small")]
fn histogram(logits: &[f64]) -> Vec<LogitBar> {
    let mut bars: BTreeMap<i64, usize> = BTreeMap::new();
    for logit in logits {
        *bars.entry((logit / BIN).ceil() as i64).or_default() += 1;
    }
    let ends = bars.keys().next().copied().zip(bars.keys().next_back().copied());
    let bar = |bin: i64| LogitBar {
        over: (bin - 1) as f64 * BIN,
        to: bin as f64 * BIN,
        splits: bars.get(&bin).copied().unwrap_or(0),
    };
    ends.map_or_else(Vec::new, |(first, last)| (first..=last).map(bar).collect())
}

impl ConfidenceSetRecord {
    fn new(set: &TrialSet, name: impl Fn(usize) -> String) -> Self {
        let p_values = set.compared.iter().zip(&set.p_values);
        Self {
            compared: set.compared.len(),
            members: set.members.iter().map(|&trial| name(trial)).collect(),
            p_values: p_values.map(|(&trial, p)| (name(trial), *p)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::evidence::{Panel, assess_selection};

    /// Three trials over 40 periods, the second better by far.
    fn record(columns: usize) -> SelectionRecord {
        let column = |k: usize| {
            let noise = |i: usize| (i * (7 + 4 * k) % 41) as f64 / 41.0 - 0.5;
            (0..40).map(|i| noise(i) + if k == 1 { 0.4 } else { 0.0 }).collect()
        };
        let returns = Panel::new((0..columns).map(column).collect()).unwrap();
        let names: Vec<String> = ["slow", "fast", "mid"].iter().map(|name| (*name).to_owned()).collect();
        let spec = SelectionSpec { blocks: 4, resamples: 100, ..SelectionSpec::default() };
        let found = assess_selection(&returns, &spec).unwrap();
        SelectionRecord::new(&found, &spec, &names, None, 252.0)
    }

    #[test]
    fn the_record_reads_back_and_has_a_version() {
        let record = record(3);
        let json = record.to_json().unwrap();
        assert!(json.starts_with("{\n  \"format_version\": 1,\n  \"trial\": \"fast\",\n"), "{json}");
        assert_eq!(serde_json::from_str::<SelectionRecord>(&json).unwrap(), record);
        assert_eq!((record.columns, record.periods, record.pbo_splits), (3, 40, 6));
        assert!((record.sharpe_ratio_annual / record.sharpe_ratio - 252.0_f64.sqrt()).abs() < 1e-12);
        assert_eq!(record.confidence_set.unwrap().compared, 3);
        assert!(record.missing.is_empty(), "{:?}", record.missing);
    }

    #[test]
    fn undefined_metrics_are_null_with_a_reason() {
        let record = record(1);
        assert_eq!((record.dsr, record.pbo, record.logits.is_none()), (None, None, true));
        for key in ["dsr", "dsr_independent", "pbo", "confidence_set"] {
            assert!(record.missing.contains_key(key), "{key}: {:?}", record.missing);
        }
        assert!(!record.defensible);
    }

    #[test]
    fn bars_include_their_upper_end() {
        let bars = histogram(&[-0.6, 0.0, 0.0, 0.1, 1.3]);
        let counts: Vec<(f64, usize)> = bars.iter().map(|bar| (bar.to, bar.splits)).collect();
        assert_eq!(counts, [(-0.5, 1), (0.0, 2), (0.5, 1), (1.0, 0), (1.5, 1)]);
        assert!(histogram(&[]).is_empty());
    }
}
