//! The files of `[[context]]`: read, checked against the scenario's symbols, and given to it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::RunError;
use crate::domain::SymbolId;
use crate::scenario::{ContextRow, ContextTable, Scenario};
use crate::tables::{FileText, TextRows};

/// Reads the files, and says what of them no agent is told.
///
/// # Errors
/// [`RunError::Context`] with the first file that is wrong.
pub(super) fn read(scenario: &mut Scenario) -> Result<Vec<String>, RunError> {
    let mut notes = Vec::new();
    for index in 0..scenario.context.len() {
        let path = scenario.market.base_dir.join(&scenario.context[index].path);
        let rows = TextRows::read(&path).map_err(|error| RunError::Context {
            index,
            message: error.to_string(),
            help: error.help(),
        })?;
        let (table, unknown) = table(scenario, rows.texts);
        notes.extend(note(&scenario.context[index].path, &unknown));
        scenario.context[index].table = Some(Arc::new(table));
    }
    Ok(notes)
}

/// The rows of the scenario's symbols, and how many there are of each other symbol.
fn table(scenario: &Scenario, texts: Vec<FileText>) -> (ContextTable, BTreeMap<String, usize>) {
    let known = |name: &str| {
        let found = scenario.market.instruments.iter().position(|one| one.symbol.as_str() == name);
        found.and_then(|index| u16::try_from(index).ok()).map(SymbolId)
    };
    let mut unknown: BTreeMap<String, usize> = BTreeMap::new();
    let mut rows = Vec::with_capacity(texts.len());
    for FileText { at, symbol, title, body } in texts {
        let of = if symbol.is_empty() { None } else { known(&symbol) };
        if of.is_none() && !symbol.is_empty() {
            *unknown.entry(symbol).or_default() += 1;
            continue;
        }
        rows.push(ContextRow { at, symbol: of, title, body });
    }
    (ContextTable { digest: digest(scenario, &rows), rows }, unknown)
}

fn note(path: &Path, unknown: &BTreeMap<String, usize>) -> Option<String> {
    let rows: usize = unknown.values().sum();
    let first = unknown.keys().next()?;
    let more = if unknown.len() > 1 { format!(" and {} more", unknown.len() - 1) } else { String::new() };
    Some(format!(
        "context `{}`: {rows} rows are of {first}{more}, which the scenario does not have",
        path.display()
    ))
}

/// BLAKE3 over the rows, whatever the layout of the file.
fn digest(scenario: &Scenario, rows: &[ContextRow]) -> String {
    let mut hash = blake3::Hasher::new_derive_key("tiltyard 2026 context");
    for ContextRow { at, symbol, title, body } in rows {
        hash.update(&at.micros().to_le_bytes());
        let symbol = symbol.map_or("", |symbol| scenario.market.instrument(symbol).symbol.as_str());
        for text in [symbol, title, body] {
            hash.update(&(text.len() as u64).to_le_bytes());
            hash.update(text.as_bytes());
        }
    }
    hash.finalize().to_hex().to_string()
}
