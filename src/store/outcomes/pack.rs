//! One pack: a Parquet file of (job, outcome), sorted by job, with what it is in its footer.
//!
//! Row groups are small, so that many packs can be read side by side in little memory.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, BinaryArray, FixedSizeBinaryArray, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use serde::{Deserialize, Serialize};

use super::super::StoreError;
use crate::decode::{Batches, DecodeError, ParquetFile, Selection, guarded};
use crate::domain::{Shard, Timestamp};
use crate::sweep::JobKey;

/// Counts changes of what is in packs: their columns, their footer, the bytes of outcomes.
pub const PACK_FORMAT: u32 = 3;
/// Key of the footer's entry.
const INFO: &str = "tiltyard";
/// Bytes of outcomes in a row group.
const GROUP_BYTES: usize = 1 << 18;
/// Rows of a row group.
const GROUP_ROWS: usize = 4_096;
/// Rows that are decoded at once.
const BATCH_ROWS: usize = 256;
/// What messages call it.
const WHAT: &str = "pack of outcomes";

/// What kind of jobs a pack has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobsOf {
    /// A trial of a sweep in a window.
    Sweep,
    /// An agent in a window, with its curve and logs.
    Tournament,
    /// The scores of an agent in a window.
    Scores,
}

/// What a pack is, and how far the shard was that wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackInfo {
    /// Format of the pack, [`PACK_FORMAT`].
    pub format: u32,
    /// Version of tiltyard that wrote it.
    pub version: String,
    /// Kind of jobs it has.
    pub jobs_of: JobsOf,
    /// Name of the scenario.
    pub scenario: String,
    /// Identity of the run the shard worked on.
    pub run: String,
    /// Number of the shard, from 0.
    pub shard: u32,
    /// How many shards there are.
    pub shards: u32,
    /// Jobs of the whole run.
    pub jobs: u64,
    /// Jobs of the shard.
    pub own_jobs: u64,
    /// Of the pack's outcomes, those of agents that could not go on.
    pub failed: u64,
    /// Jobs that the process has computed so far, this pack included.
    pub computed: u64,
    /// When the process began to compute.
    pub started_at: Timestamp,
    /// When the pack was made.
    pub published_at: Timestamp,
    /// Whether all jobs of the shard have been published with this pack.
    pub finished: bool,
}

impl PackInfo {
    /// The shard that wrote it; all jobs where the numbers are no shard.
    pub fn shard(&self) -> Shard {
        Shard::new(self.shard, self.shards).unwrap_or(Shard::WHOLE)
    }
}

/// An outcome on its way into a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackRow {
    /// Key of the job.
    pub key: JobKey,
    /// Its outcome, encoded.
    pub outcome: Vec<u8>,
    /// Whether the agent could not go on.
    pub failed: bool,
}

/// The bytes of a pack of these outcomes, and its name: their hash. A job that comes twice is written once.
///
/// # Errors
/// [`StoreError::Parquet`], in practice for lack of memory.
pub(super) fn encode(info: &PackInfo, rows: &mut Vec<PackRow>) -> Result<(String, Vec<u8>), StoreError> {
    rows.sort_by_key(|row| row.key);
    rows.dedup();
    let failed = rows.iter().filter(|row| row.failed).count() as u64;
    let bytes =
        write(&PackInfo { failed, ..info.clone() }, rows).map_err(StoreError::parquet(Path::new(WHAT)))?;
    Ok((name_of(blake3::hash(&bytes)), bytes))
}

/// The file name of a pack whose bytes have this hash.
fn name_of(hash: blake3::Hash) -> String {
    format!("{}.parquet", hash.to_hex())
}

/// Whether a file name is that of a pack.
pub(super) fn is_pack(name: &str) -> bool {
    let hash = name.strip_suffix(".parquet");
    let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    hash.is_some_and(|hash| hash.len() == 64 && hash.bytes().all(digit))
}

fn write(info: &PackInfo, rows: &[PackRow]) -> Result<Vec<u8>, ParquetError> {
    let text = serde_json::to_string(info).map_err(|error| ParquetError::External(Box::new(error)))?;
    let properties = WriterProperties::builder()
        .set_created_by("tiltyard".to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_dictionary_enabled(false)
        .set_statistics_enabled(parquet::file::properties::EnabledStatistics::None)
        .set_key_value_metadata(Some(vec![KeyValue::new(INFO.to_owned(), text)]))
        .build();
    let schema = Arc::new(Schema::new(vec![
        Field::new("job", DataType::FixedSizeBinary(32), false),
        Field::new("outcome", DataType::Binary, false),
    ]));
    let mut writer = ArrowWriter::try_new(Vec::new(), Arc::clone(&schema), Some(properties))?;
    let mut rest = rows;
    while !rest.is_empty() {
        let (group, more) = rest.split_at(group_end(rest));
        let jobs = FixedSizeBinaryArray::try_from_iter(group.iter().map(|row| row.key.0))?;
        let outcomes = BinaryArray::from_iter_values(group.iter().map(|row| row.outcome.as_slice()));
        writer
            .write(&RecordBatch::try_new(Arc::clone(&schema), vec![Arc::new(jobs), Arc::new(outcomes)])?)?;
        writer.flush()?;
        rest = more;
    }
    writer.into_inner()
}

/// How many of the rows go into the next row group; at least one.
fn group_end(rows: &[PackRow]) -> usize {
    let mut bytes = 0;
    let fits = |row: &&PackRow| {
        bytes += row.outcome.len();
        bytes <= GROUP_BYTES
    };
    rows.iter().take(GROUP_ROWS).take_while(fits).count().max(1)
}

/// A pack whose footer has been read. What it says of row groups is read again when they are: of very many packs it would not
/// stay small.
#[derive(Debug, Clone)]
pub struct Pack {
    /// Its file name, the hash of its bytes.
    pub name: String,
    /// What messages call it: its place with its name.
    pub title: String,
    /// What it is.
    pub info: PackInfo,
    /// The file on this machine.
    pub(super) path: PathBuf,
    rows: u64,
}

impl Pack {
    /// Reads the footer of a file.
    ///
    /// # Errors
    /// Where it cannot be read, or is no pack of this version.
    pub(super) fn open(path: &Path, title: String) -> Result<Self, StoreError> {
        let failed = |error| StoreError::undecoded(Path::new(&title), WHAT, error);
        let file = ParquetFile::open(path).map_err(failed)?;
        let entries = file.metadata().metadata().file_metadata().key_value_metadata();
        let entry = entries.into_iter().flatten().find(|entry| entry.key == INFO);
        let text = entry.and_then(|entry| entry.value.as_deref()).unwrap_or_default();
        let found = serde_json::from_str::<serde_json::Value>(text).ok();
        let format = found.as_ref().and_then(|info| info.get("format")?.as_u64());
        if format != Some(u64::from(PACK_FORMAT)) {
            return Err(StoreError::PackFormat { pack: title, found: format, known: PACK_FORMAT });
        }
        let info = serde_json::from_str(text).map_err(StoreError::malformed(Path::new(&title), WHAT))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let rows = file.metadata().metadata().file_metadata().num_rows();
        Ok(Self { name, title, info, path: path.to_owned(), rows: u64::try_from(rows).unwrap_or(0) })
    }

    /// Compares the bytes with the hash in the name.
    ///
    /// # Errors
    /// [`StoreError::PackChanged`] where they differ.
    pub fn verify(&self) -> Result<(), StoreError> {
        let failed = |source| StoreError::Read { path: self.path.clone(), source };
        let mut hash = blake3::Hasher::new();
        hash.update_reader(File::open(&self.path).map_err(failed)?).map_err(failed)?;
        match name_of(hash.finalize()) == self.name {
            true => Ok(()),
            false => Err(StoreError::PackChanged { pack: self.title.clone() }),
        }
    }

    /// How many outcomes it has.
    pub const fn len(&self) -> u64 {
        self.rows
    }

    /// Whether it has none: a shard whose last outcomes were published before.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Hands over the keys of its jobs, in order.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn keys(&self, mut take: impl FnMut(JobKey)) -> Result<(), StoreError> {
        let selection = Selection { columns: Some(&[0]), groups: None };
        let batches = self.batches(GROUP_ROWS, selection)?;
        for batch in batches {
            let batch = batch.map_err(|error| self.undecoded(error))?;
            for key in keys(&batch).map_err(|error| self.undecoded(error))? {
                take(key);
            }
        }
        Ok(())
    }

    /// Its outcomes, in order.
    pub(super) fn rows(&self) -> Result<PackCursor<'_>, StoreError> {
        let batches = self.batches(BATCH_ROWS, Selection::default())?;
        let mut cursor =
            PackCursor { pack: self, batches, keys: Vec::new(), outcomes: None, at: 0, last: None };
        cursor.load()?;
        Ok(cursor)
    }

    fn batches(&self, rows: usize, selection: Selection<'_>) -> Result<Batches, StoreError> {
        let file = ParquetFile::open(&self.path);
        file.and_then(|file| file.batches(rows, selection)).map_err(|error| self.undecoded(error))
    }

    fn undecoded(&self, error: DecodeError) -> StoreError {
        StoreError::undecoded(Path::new(&self.title), WHAT, error)
    }
}

/// The keys of a batch.
fn keys(batch: &RecordBatch) -> Result<Vec<JobKey>, DecodeError> {
    guarded(|| {
        let column = batch.column_by_name("job").and_then(|column| column.as_fixed_size_binary_opt());
        let column = column.ok_or_else(|| DecodeError::content("it has no column `job` of keys"))?;
        let key = |bytes: Option<&[u8]>| bytes.and_then(|bytes| bytes.try_into().ok()).map(JobKey);
        let keys: Option<Vec<JobKey>> = column.iter().map(key).collect();
        keys.ok_or_else(|| DecodeError::content("a key has another length"))
    })
}

/// Reads a pack row by row; stands at one row, or after the last.
pub(super) struct PackCursor<'p> {
    pack: &'p Pack,
    batches: Batches,
    keys: Vec<JobKey>,
    outcomes: Option<BinaryArray>,
    at: usize,
    last: Option<JobKey>,
}

impl PackCursor<'_> {
    /// The row: key and outcome.
    pub fn row(&self) -> Option<(JobKey, &[u8])> {
        let outcomes = self.outcomes.as_ref()?;
        Some((*self.keys.get(self.at)?, outcomes.value(self.at)))
    }

    /// Goes to the next row.
    pub fn advance(&mut self) -> Result<(), StoreError> {
        self.at += 1;
        if self.at >= self.keys.len() { self.load() } else { Ok(()) }
    }

    /// Decodes the next batch.
    fn load(&mut self) -> Result<(), StoreError> {
        self.at = 0;
        self.keys.clear();
        self.outcomes = None;
        let Some(batch) = self.batches.next() else { return Ok(()) };
        let batch = batch.map_err(|error| self.pack.undecoded(error))?;
        let (keys, outcomes) = guarded(|| {
            let outcomes = batch.column_by_name("outcome").and_then(|column| column.as_binary_opt::<i32>());
            let outcomes = outcomes.filter(|column| column.null_count() == 0);
            let outcomes =
                outcomes.ok_or_else(|| DecodeError::content("it has no column `outcome` of bytes"))?;
            Ok((keys(&batch)?, outcomes.clone()))
        })
        .map_err(|error| self.pack.undecoded(error))?;
        let mut before = self.last;
        if keys.iter().any(|key| before.replace(*key).is_some_and(|before| before >= *key)) {
            return Err(self.pack.undecoded(DecodeError::content("its jobs are not in order")));
        }
        self.last = before;
        (self.keys, self.outcomes) = (keys, Some(outcomes));
        Ok(())
    }
}
