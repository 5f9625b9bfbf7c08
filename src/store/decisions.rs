//! `decisions.parquet`: what agents that are programs have answered, in full.
//!
//! Owns its columns and how they become a recording again. Never decides what an answer means.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use arrow_array::types::UInt32Type;
use arrow_array::{Float64Array, RecordBatch, UInt32Array};
use arrow_schema::ArrowError;

use super::columns::{numbers, read, strings};
use super::table_file::{TableFile, TableOptions};
use super::tables::{Column, column, counts, counts_or_none, money_or_none, table, words, words_or_none};
use super::{StoreError, json};
use crate::domain::AgentName;
use crate::process::message::{Act, AgentMessage};
use crate::process::{Logs, Recording, ReplyKind, WindowRecording};

/// The file's name without its ending.
const NAME: &str = "decisions";
/// The kind of the row that has what a program wrote to stderr in its window.
const STDERR: &str = "stderr";

/// A row of the file.
struct Row<'a> {
    agent: &'a str,
    window: u32,
    decision: u64,
    kind: &'static str,
    observation: String,
    latency_us: u32,
    reply: &'a [u8],
}

impl Row<'_> {
    fn text(&self) -> Option<&str> {
        std::str::from_utf8(self.reply).ok()
    }

    fn act(&self) -> Option<Act> {
        match serde_json::from_slice(self.reply).ok()? {
            AgentMessage::Act(act) => Some(act),
            AgentMessage::Ready(_) => None,
        }
    }
}

/// Writes the table, and for each agent that wrote to stderr its log.
///
/// # Errors
/// Where a file cannot be written.
pub(super) fn write(folder: &Path, options: &TableOptions, recording: &Recording) -> Result<(), StoreError> {
    let empty = rows_table(&[]).map_err(StoreError::columns(folder))?;
    let mut file = TableFile::create(folder, NAME, options, &empty)?;
    for ((agent, window), recorded) in &recording.0 {
        file.write(rows_table(&rows(agent, *window, recorded)))?;
    }
    file.close()?;
    let errors = recording.0.iter().map(|(key, recorded)| (key, recorded.errors.as_str()));
    logs(folder, "stderr.log", errors)
}

/// Writes what modules have logged.
///
/// # Errors
/// Where a file cannot be written.
pub(super) fn write_logs(folder: &Path, all: &Logs) -> Result<(), StoreError> {
    logs(folder, "module.log", all.iter().map(|(key, text)| (key, text.as_str())))
}

/// A file for each agent that has written anything.
fn logs<'a>(
    folder: &Path,
    file: &str,
    all: impl Iterator<Item = (&'a (AgentName, u32), &'a str)>,
) -> Result<(), StoreError> {
    let mut texts: BTreeMap<&AgentName, String> = BTreeMap::new();
    for ((agent, window), written) in all.filter(|(_, text)| !text.is_empty()) {
        let text = texts.entry(agent).or_default();
        text.push_str(&format!("window {window}:\n{}\n", written.trim_end()));
    }
    texts.into_iter().try_for_each(|(agent, text)| {
        json::write_text(&super::folders::agent_folder(folder, agent.as_str()).join(file), &text)
    })
}

fn rows<'a>(agent: &'a AgentName, window: u32, recorded: &'a WindowRecording) -> Vec<Row<'a>> {
    let mut decision = 0;
    let mut rows: Vec<Row<'a>> = Vec::with_capacity(recorded.row_count() + 1);
    for (index, (row, reply)) in recorded.iter().enumerate() {
        let observation = blake3::Hash::from_bytes(row.observation).to_hex().to_string();
        // A fault that follows from a line is of the same decision.
        let same =
            rows.last().is_some_and(|last| row.kind == ReplyKind::Fault && last.observation == observation);
        decision += u64::from(index > 0 && !same);
        let (kind, latency_us) = (row.kind.as_str(), row.latency_us);
        rows.push(Row { agent: agent.as_str(), window, decision, kind, observation, latency_us, reply });
    }
    if !recorded.errors.is_empty() {
        let (observation, reply) = (String::new(), recorded.errors.as_bytes());
        rows.push(Row {
            agent: agent.as_str(),
            window,
            decision,
            kind: STDERR,
            observation,
            latency_us: 0,
            reply,
        });
    }
    rows
}

fn rows_table(rows: &[Row<'_>]) -> Result<RecordBatch, ArrowError> {
    let acts: Vec<Option<Act>> = rows.iter().map(Row::act).collect();
    let hex: Vec<Option<String>> =
        rows.iter().map(|row| row.text().is_none().then(|| hex(row.reply))).collect();
    let usage = || acts.iter().map(|act| act.as_ref()?.usage.as_ref());
    let all = || rows.iter();
    let number =
        |name, values: Vec<u32>| -> Column { column(name, false, Arc::new(UInt32Array::from(values))) };
    let confidence: Float64Array = acts.iter().map(|act| act.as_ref()?.confidence).collect();
    table(vec![
        words("agent", all().map(|row| row.agent)),
        number("window", all().map(|row| row.window).collect()),
        counts("decision", all().map(|row| row.decision)),
        words("kind", all().map(|row| row.kind)),
        words("observation", all().map(|row| row.observation.as_str())),
        words_or_none("reply", all().map(Row::text)),
        words_or_none("reply_hex", hex.iter().map(Option::as_deref)),
        number("latency_us", all().map(|row| row.latency_us).collect()),
        words_or_none("model", usage().map(|usage| usage?.model.as_deref())),
        counts_or_none("input_tokens", usage().map(|usage| Some(usage?.input_tokens))),
        counts_or_none("output_tokens", usage().map(|usage| Some(usage?.output_tokens))),
        counts_or_none("reasoning_tokens", usage().map(|usage| Some(usage?.reasoning_tokens))),
        money_or_none("cost", usage().map(|usage| usage?.cost))?,
        column("confidence", true, Arc::new(confidence)),
        words_or_none("note", acts.iter().map(|act| act.as_ref()?.note.as_deref())),
    ])
}

/// The recording of a run's folder.
///
/// # Errors
/// Where the run has none, or the file is not as it was written.
pub fn recording(folder: &Path) -> Result<Recording, StoreError> {
    let mut recording = Recording::default();
    read(&folder.join(format!("{NAME}.parquet")), "table of decisions", |batch| {
        let (windows, latency) =
            (numbers::<UInt32Type>(batch, "window")?, numbers::<UInt32Type>(batch, "latency_us")?);
        let (agents, kinds) = (strings(batch, "agent")?, strings(batch, "kind")?);
        let (observations, replies) = (strings(batch, "observation")?, strings(batch, "reply")?);
        let hex = strings(batch, "reply_hex")?;
        for row in 0..batch.num_rows() {
            let agent = AgentName::new(agents[row]).map_err(|error| error.to_string())?;
            let window = recording.0.entry((agent, windows[row])).or_default();
            let bytes = if hex[row].is_empty() { replies[row].as_bytes().to_vec() } else { unhex(hex[row])? };
            let wrong = || format!("row {row} is not as it was written");
            if kinds[row] == STDERR {
                window.errors = String::from_utf8(bytes).map_err(|_| wrong())?;
                continue;
            }
            let kind =
                ReplyKind::ALL.into_iter().find(|kind| kind.as_str() == kinds[row]).ok_or_else(wrong)?;
            let observation = blake3::Hash::from_hex(observations[row]).map_err(|_| wrong())?;
            window.push(*observation.as_bytes(), kind, latency[row], &bytes);
        }
        Ok(())
    })?;
    Ok(recording)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Result<Vec<u8>, String> {
    let digits = |at: usize| text.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    let bytes: Option<Vec<u8>> = (0..text.len()).step_by(2).map(digits).collect();
    bytes.ok_or_else(|| "a reply is not as it was written".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fixture;

    #[test]
    fn a_recording_reads_back_as_written_whatever_was_answered() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (AgentName::new("one").unwrap(), AgentName::new("two, too").unwrap());
        for agent in [&one, &two] {
            std::fs::create_dir_all(folder.path().join("agents").join(agent.as_str())).unwrap();
        }
        let mut first = WindowRecording::default();
        first.push([1; 32], ReplyKind::Line, 12, b"{\"type\":\"ready\",\"protocol\":1}");
        let act = b"{\"type\":\"act\",\"decision\":1,\"note\":\"up\",\"confidence\":0.5,\"usage\":{\"input_tokens\":3,\"cost\":\"0.25\"}}";
        first.push([2; 32], ReplyKind::Line, 34, act);
        first.push([3; 32], ReplyKind::Late, 99, b"");
        first.errors = "warning\n".to_owned();
        let mut second = WindowRecording::default();
        second.push([1; 32], ReplyKind::Line, 1, &[0xff, 0xfe, b'x']);
        second.push([1; 32], ReplyKind::Fault, 0, b"what it wrote is no message");
        let recording = Recording([((one, 0), first), ((two, 3), second)].into_iter().collect());
        write(folder.path(), &TableOptions { csv: true, ..fixture::table_options() }, &recording).unwrap();
        let read = super::recording(folder.path()).unwrap();
        assert_eq!(read, recording);
        assert_eq!(read.hash(), recording.hash());
        let log = std::fs::read_to_string(folder.path().join("agents/one/stderr.log")).unwrap();
        assert_eq!(log, "window 0:\nwarning\n");
        let csv = std::fs::read_to_string(folder.path().join("decisions.csv")).unwrap();
        assert!(csv.contains("0.25000000") && csv.contains("fffe78"), "{csv}");
    }

    #[test]
    fn its_columns_are_those_of_the_dictionary() {
        use crate::store::dictionary::{ResultTable, TableColumn};
        let schema = rows_table(&[]).unwrap().schema();
        let table = ResultTable::of_name(NAME).unwrap();
        assert_eq!(schema.fields().len(), table.columns.len());
        for (field, column) in schema.fields().iter().zip(table.columns) {
            let TableColumn::Fixed(doc) = column else { panic!("{column:?}") };
            assert_eq!((field.name().as_str(), field.is_nullable()), (doc.name, doc.nullable));
            assert!(doc.values.is_stored_as(field.data_type()), "{}", doc.name);
        }
    }
}
