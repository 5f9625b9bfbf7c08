//! Merges sorted packs into one stream of outcomes, in memory that does not grow with their number of jobs.
//!
//! Up to [`FAN_IN`] packs are read side by side; more are merged in passes over temporary files. Jobs that several packs
//! have must have the same outcome in each.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;

use super::super::StoreError;
use super::pack::{Pack, PackCursor};
use super::sorted_run::{RunCursor, RunFile};
use crate::sweep::JobKey;

/// Packs that are read side by side; each takes about half a megabyte.
const FAN_IN: usize = 64;

/// What was merged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Merged {
    /// Distinct jobs.
    pub jobs: u64,
    /// Outcomes that another pack had too.
    pub repeated: u64,
}

/// Hands the outcomes of all packs to `take`, in the order of their keys, each once. Every pack is checked against its
/// name first.
///
/// # Errors
/// [`StoreError::PackChanged`], [`StoreError::PacksDiffer`] naming both packs, and what `take` fails with.
pub fn merge_packs(
    packs: &[Pack],
    mut take: impl FnMut(JobKey, &[u8]) -> Result<(), StoreError>,
) -> Result<Merged, StoreError> {
    packs.iter().try_for_each(Pack::verify)?;
    let titles: Vec<&str> = packs.iter().map(|pack| pack.title.as_str()).collect();
    let mut runs: Vec<RunCursor> = Vec::new();
    let mut rest = (0_u32..).zip(packs).collect::<Vec<_>>();
    while rest.len() + runs.len() > FAN_IN {
        let first = rest.len().min(FAN_IN);
        let mut group: Vec<Cursor<'_>> = Vec::new();
        for (number, pack) in rest.drain(..first) {
            group.push(Cursor::Pack(number, pack.rows()?));
        }
        let room = FAN_IN - first;
        group.extend(runs.drain(..runs.len().min(room)).map(Cursor::Run));
        runs.push(run_of(group, &titles)?);
    }
    let mut last: Vec<Cursor<'_>> = runs.into_iter().map(Cursor::Run).collect();
    for (number, pack) in rest {
        last.push(Cursor::Pack(number, pack.rows()?));
    }
    let mut merged = Merged::default();
    merged.repeated = merge(last, &titles, |key, _, outcome| {
        merged.jobs += 1;
        take(key, outcome)
    })?;
    Ok(merged)
}

/// Merges some of the sources into a temporary file.
fn run_of(group: Vec<Cursor<'_>>, titles: &[&str]) -> Result<RunCursor, StoreError> {
    let failed = |source: io::Error| StoreError::Write { path: std::env::temp_dir(), source };
    let mut file = RunFile::create().map_err(failed)?;
    merge(group, titles, |key, pack, outcome| file.push(key, pack, outcome).map_err(failed))?;
    file.finish().map_err(failed)
}

/// A source of sorted outcomes.
enum Cursor<'p> {
    Pack(u32, PackCursor<'p>),
    Run(RunCursor),
}

impl Cursor<'_> {
    fn row(&self) -> Option<(JobKey, u32, &[u8])> {
        match self {
            Self::Pack(number, cursor) => cursor.row().map(|(key, outcome)| (key, *number, outcome)),
            Self::Run(cursor) => cursor.row(),
        }
    }

    fn advance(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Pack(_, cursor) => cursor.advance(),
            Self::Run(cursor) => {
                cursor.advance().map_err(|source| StoreError::Read { path: std::env::temp_dir(), source })
            }
        }
    }
}

/// Takes the least key of all sources again and again; gives the number of outcomes that came more than once.
fn merge(
    mut sources: Vec<Cursor<'_>>,
    titles: &[&str],
    mut take: impl FnMut(JobKey, u32, &[u8]) -> Result<(), StoreError>,
) -> Result<u64, StoreError> {
    let key = |(index, source): (usize, &Cursor<'_>)| Some(Reverse((source.row()?.0, index)));
    let mut heap: BinaryHeap<_> = sources.iter().enumerate().filter_map(key).collect();
    let (mut repeated, mut outcome, mut origin, mut before) = (0, Vec::new(), 0, None);
    while let Some(Reverse((key, index))) = heap.pop() {
        let Some((_, pack, bytes)) = sources[index].row() else { continue };
        if before == Some(key) {
            repeated += 1;
            if outcome != bytes {
                return Err(differ(key, titles, origin, pack));
            }
        } else {
            outcome.clear();
            outcome.extend_from_slice(bytes);
            (origin, before) = (pack, Some(key));
            take(key, pack, bytes)?;
        }
        sources[index].advance()?;
        if let Some((key, ..)) = sources[index].row() {
            heap.push(Reverse((key, index)));
        }
    }
    Ok(repeated)
}

fn differ(key: JobKey, titles: &[&str], first: u32, second: u32) -> StoreError {
    let title = |pack: u32| titles.get(pack as usize).copied().unwrap_or_default().to_owned();
    StoreError::PacksDiffer { job: key.to_string(), first: title(first), second: title(second) }
}
