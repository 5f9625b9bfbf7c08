//! CSV for spreadsheets: text that they would take for a formula is marked as text.
//!
//! A cell that begins with `=`, `+`, `-`, `@`, a tab or a carriage return and is not a number gets a `'` before it, as
//! spreadsheets mark text. Numbers, also negative ones, stay as they are. (OWASP, \"CSV Injection\".)

use std::fs;
use std::path::Path;

use super::{StoreError, csv};

/// The first characters of a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// The same lines with every formula marked as text. Text that is no CSV stays as it is.
pub fn for_spreadsheets(text: &str) -> String {
    let mut reader =
        ::csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut lines = String::with_capacity(text.len());
    for record in reader.records() {
        let Ok(record) = record else { return text.to_owned() };
        lines.push_str(&csv::line(record.iter().map(marked)));
    }
    lines
}

fn marked(cell: &str) -> String {
    let formula = cell.starts_with(FORMULA) && cell.parse::<f64>().is_err();
    if formula { format!("'{cell}") } else { cell.to_owned() }
}

/// Marks the formulas in all CSV files below a folder that nobody reads yet.
pub(super) fn mark_all(folder: &Path) -> Result<(), StoreError> {
    for entry in fs::read_dir(folder).map_err(StoreError::read(folder))? {
        let path = entry.map_err(StoreError::read(folder))?.path();
        if path.is_dir() {
            mark_all(&path)?;
        } else if path.extension().is_some_and(|ending| ending == "csv") {
            let text = fs::read_to_string(&path).map_err(StoreError::read(&path))?;
            let marked = for_spreadsheets(&text);
            if marked != text {
                fs::write(&path, marked).map_err(StoreError::write(&path))?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_text_and_numbers_stay() {
        let text =
            "agent,score,reason\n=cmd|' /C calc'!A0,-1.5,\"+1,2\"\n@b,-inf,-\nplain,+2,\"a \"\"b\"\"\"\n";
        assert_eq!(
            for_spreadsheets(text),
            "agent,score,reason\n'=cmd|' /C calc'!A0,-1.5,\"'+1,2\"\n'@b,-inf,'-\nplain,+2,\"a \"\"b\"\"\"\n"
        );
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("agents")).unwrap();
        let file = folder.path().join("agents/fills.csv");
        fs::write(&file, "reason\n=1+1\n").unwrap();
        mark_all(folder.path()).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "reason\n'=1+1\n");
    }
}
