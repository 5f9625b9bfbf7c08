//! `sweep.json`: the search of a sweep, its choice, and the evidence for it.
//!
//! Owns the names of the fields and their units. Never a wall-clock time: the same identity gives the same
//! bytes.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::{SelectionRecord, score_record};
use crate::metrics::Score;
use crate::sweep::Plateau;

/// Version of the format of a sweep's files.
pub const SWEEP_FORMAT: u32 = 1;

/// `sweep.json`: the trials of a sweep and their evaluation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SweepRecord {
    /// Version of the format.
    pub format_version: u32,
    /// The run's id.
    pub run_id: String,
    /// The scenario's name.
    pub scenario: String,
    /// Whose parameters were swept.
    pub agent: String,
    /// How combinations were chosen.
    pub search: String,
    /// By what trials are ranked: of the whole record, or its mean or median over the windows, as the scenario
    /// aggregates.
    pub objective: String,
    /// How many windows.
    pub windows: usize,
    /// What was swept, in the file's order.
    pub parameters: Vec<SweptRecord>,
    /// What a combination had to fulfil.
    pub conditions: Vec<String>,
    /// How many trials there were, and what became of them.
    pub trials: TrialCounts,
    /// Why the first of the refused combinations was; absent where none was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused_because: Option<String>,
    /// The best trial; null where none has a score.
    pub winner: Option<WinnerRecord>,
    /// Evidence for the choice; null if there is none.
    pub evidence: Option<SelectionRecord>,
    /// Why there is none.
    pub evidence_missing: Option<String>,
    /// How choices did in windows that they were not made by; null where the scenario does not validate.
    pub validation: Option<ValidationRecord>,
}

/// A swept parameter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SweptRecord {
    /// Its path, and its column in `results.parquet`.
    pub path: String,
    /// Its listed values, or `{"continuous": {"from", "to", "log"}}`.
    pub values: Value,
}

/// What became of trials and combinations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialCounts {
    /// All that were tried, pruned and failed ones too: what the evidence is corrected for.
    pub tried: usize,
    /// Of them, replayed in all windows.
    pub complete: usize,
    /// Of them, given up before all windows.
    pub pruned: usize,
    /// Of them, with a window that the agent could not finish.
    pub failed: usize,
    /// Combinations that the conditions excluded.
    pub excluded: usize,
    /// Combinations that the agent could not have.
    pub refused: usize,
}

/// The best trial.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WinnerRecord {
    /// Index of the trial, from 0.
    pub trial: u32,
    /// Its values, in the parameters' order.
    pub values: Vec<Value>,
    /// The score of its record; null where it is infinite.
    pub score: Option<f64>,
    /// Why it is not a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score_missing: Option<String>,
    /// How its neighbours did; null where it has none.
    pub plateau: Option<Plateau>,
}

impl WinnerRecord {
    /// The score, infinities included.
    pub fn known_score(&self) -> Score {
        score_record::score(self.score, self.score_missing.as_deref())
    }
}

/// How choices did in windows that they were not made by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ValidationRecord {
    /// `walk_forward`, `purged_k_fold` or `cpcv`, with its numbers.
    pub spec: Value,
    /// Splits in order of time.
    pub splits: Vec<SplitRecord>,
    /// Mean over the splits of the choices' scores where they were made; null where it is infinite or there is none.
    pub in_sample: Option<f64>,
    /// `+infinity` or `-infinity` where it is that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_sample_missing: Option<String>,
    /// The same where they were tested.
    pub out_of_sample: Option<f64>,
    /// `+infinity` or `-infinity` where it is that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub out_of_sample_missing: Option<String>,
    /// Slope of the second on the first over the splits.
    pub slope: Option<f64>,
    /// Mean score of each way through all folds (combinatorial only).
    pub paths: Vec<Option<f64>>,
    /// `+infinity` or `-infinity` for each way whose mean is that; absent where none is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paths_missing: Vec<Option<String>>,
}

/// One split into training and test windows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SplitRecord {
    /// Windows that chose.
    pub train: Vec<usize>,
    /// Windows that tested.
    pub test: Vec<usize>,
    /// Number of trials compared.
    pub trials: usize,
    /// What was chosen, in the parameters' order; null where nothing had a score.
    pub values: Option<Vec<Value>>,
    /// The score of its record where it was chosen; null where it is infinite or there is none.
    pub in_sample: Option<f64>,
    /// `+infinity` or `-infinity` where it is that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_sample_missing: Option<String>,
    /// The score of its record where it was tested.
    pub out_of_sample: Option<f64>,
    /// `+infinity` or `-infinity` where it is that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub out_of_sample_missing: Option<String>,
}

impl ValidationRecord {
    /// Mean score where the choices were made, infinities included.
    pub fn known_in_sample(&self) -> Score {
        score_record::score(self.in_sample, self.in_sample_missing.as_deref())
    }

    /// The same where they were tested.
    pub fn known_out_of_sample(&self) -> Score {
        score_record::score(self.out_of_sample, self.out_of_sample_missing.as_deref())
    }

    /// The scores of the ways through all folds that exist, infinities included.
    pub fn known_paths(&self) -> Vec<Score> {
        let reason = |index: usize| self.paths_missing.get(index).and_then(Option::as_deref);
        let paths = self.paths.iter().enumerate();
        let scores = paths.map(|(index, path)| score_record::score(*path, reason(index)));
        scores.filter(|score| !score.is_absent()).collect()
    }
}

impl SplitRecord {
    /// The score where it was chosen, infinities included.
    pub fn known_in_sample(&self) -> Score {
        score_record::score(self.in_sample, self.in_sample_missing.as_deref())
    }

    /// The same where it was tested.
    pub fn known_out_of_sample(&self) -> Score {
        score_record::score(self.out_of_sample, self.out_of_sample_missing.as_deref())
    }
}
