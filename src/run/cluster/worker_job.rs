//! The file that tells a worker what to evaluate.
//!
//! Of the same program on both sides: numbers are exact (postcard), and another format is refused.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::super::RunError;
use crate::engine::Loop;
use crate::scenario::SweptValue;
use crate::store::StoreError;

/// Counts changes of the file.
const FORMAT: u32 = 2;
/// What messages call it.
const WHAT: &str = "job of a worker";

/// Jobs for one worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct WorkerJob {
    format: u32,
    version: String,
    /// What the scenario is called.
    pub title: PathBuf,
    /// Its text.
    pub text: String,
    /// Where its relative paths start.
    pub base_dir: PathBuf,
    /// The store that has its registered agents.
    pub out: PathBuf,
    /// Whether bars are replayed one by one.
    pub bar_by_bar: bool,
    /// Bytes that indicator columns may take.
    pub memory: u64,
    /// Combinations, each with indexes of windows.
    trials: Vec<(Vec<Value>, Vec<usize>)>,
}

/// A swept value; the type's own form is that of JSON, which does not tell kinds apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Value {
    Integer(i64),
    Number(f64),
    Boolean(bool),
    Word(String),
}

/// A combination, and indexes of the windows to evaluate it in.
pub(super) type WorkerTrial = (Vec<SweptValue>, Vec<usize>);

impl WorkerJob {
    /// Nothing to do yet for a scenario.
    pub fn of(title: &Path, text: &str, base_dir: &Path, out: &Path, engine: Loop, memory: usize) -> Self {
        Self {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            title: title.to_owned(),
            text: text.to_owned(),
            base_dir: base_dir.to_owned(),
            out: out.to_owned(),
            bar_by_bar: engine == Loop::BarByBar,
            memory: memory as u64,
            trials: Vec::new(),
        }
    }

    /// The same with these combinations.
    pub fn with(&self, trials: impl IntoIterator<Item = WorkerTrial>) -> Self {
        let values = |values: Vec<SweptValue>| values.into_iter().map(Value::from).collect();
        let trials = trials.into_iter().map(|(swept, windows)| (values(swept), windows)).collect();
        Self { trials, ..self.clone() }
    }

    /// What to evaluate.
    pub fn trials(&self) -> Vec<WorkerTrial> {
        let values = |values: &[Value]| values.iter().cloned().map(SweptValue::from).collect();
        self.trials.iter().map(|(swept, windows)| (values(swept), windows.clone())).collect()
    }

    /// The replay loop.
    pub const fn engine(&self) -> Loop {
        if self.bar_by_bar { Loop::BarByBar } else { Loop::Skip }
    }

    /// Writes the file.
    #[expect(clippy::expect_used, reason = "every field is a number, text, list or struct: nothing can fail")]
    pub fn write(&self, file: &Path) -> Result<(), StoreError> {
        let bytes = postcard::to_stdvec(self).expect("plain values");
        let hash = blake3::hash(&bytes);
        let whole = [&bytes[..], hash.as_bytes()].concat();
        fs::write(file, whole).map_err(|source| StoreError::Write { path: file.to_owned(), source })
    }

    /// Reads it.
    ///
    /// # Errors
    /// [`StoreError::Read`], and [`StoreError::Malformed`] for a file that is none of this version.
    pub fn read(file: &Path) -> Result<Self, RunError> {
        let whole = fs::read(file).map_err(|source| StoreError::Read { path: file.to_owned(), source })?;
        let found =
            whole.split_last_chunk::<32>().filter(|(bytes, hash)| *blake3::hash(bytes).as_bytes() == **hash);
        let job = found.and_then(|(bytes, _)| postcard::from_bytes::<Self>(bytes).ok());
        let job = job.filter(|job| job.format == FORMAT && job.version == env!("CARGO_PKG_VERSION"));
        let problem = "it is incomplete, or another version of the program has written it".to_owned();
        Ok(job.ok_or(StoreError::Malformed { path: file.to_owned(), what: WHAT, problem })?)
    }
}

impl From<SweptValue> for Value {
    fn from(value: SweptValue) -> Self {
        match value {
            SweptValue::Integer(value) => Self::Integer(value),
            SweptValue::Number(value) => Self::Number(value),
            SweptValue::Boolean(value) => Self::Boolean(value),
            SweptValue::Word(word) => Self::Word(word),
        }
    }
}

impl From<Value> for SweptValue {
    fn from(value: Value) -> Self {
        match value {
            Value::Integer(value) => Self::Integer(value),
            Value::Number(value) => Self::Number(value),
            Value::Boolean(value) => Self::Boolean(value),
            Value::Word(word) => Self::Word(word),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_read_back_exactly() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("job");
        let values = vec![
            SweptValue::Number(0.1 + 0.2),
            SweptValue::Integer(-3),
            SweptValue::Boolean(true),
            SweptValue::Word("market".to_owned()),
        ];
        let (title, base, out) = (Path::new("a.toml"), Path::new("/x"), Path::new("/y"));
        let job = WorkerJob::of(title, "text", base, out, Loop::BarByBar, 7);
        let job = job.with([(values.clone(), vec![0, 5])]);
        job.write(&file).unwrap();
        let back = WorkerJob::read(&file).unwrap();
        assert_eq!(back, job);
        assert_eq!(back.trials(), [(values, vec![0, 5])]);
        assert_eq!(back.engine(), Loop::BarByBar);
        let bytes = fs::read(&file).unwrap();
        for end in [0, 10, bytes.len() - 1] {
            fs::write(&file, &bytes[..end]).unwrap();
            assert!(WorkerJob::read(&file).is_err());
        }
    }
}
