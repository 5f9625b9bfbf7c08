//! Reads a delimited text file.

use std::io::Read as _;
use std::path::Path;

use ::csv::{ReaderBuilder, StringRecord, Trim};

use super::table::{Wanted, column_indexes, distinct};
use super::{NamedColumn, NumberTable, RowNumber, TableError, labels};
use crate::data::import::number;
use crate::decode::{MAX_TABLE_TEXT, open_regular};

/// Reads the file.
pub(super) fn read(path: &Path, wanted: Wanted<'_>) -> Result<NumberTable, TableError> {
    let text = text(path)?;
    let records = records(path, &text)?;
    let (first, rest) = records.split_first().ok_or_else(|| no_rows(path))?;
    let has_header = is_header(first, rest);
    let rows = if has_header { rest } else { &records };
    if rows.is_empty() {
        return Err(no_rows(path));
    }
    let names = names(path, first, rows, has_header)?;
    distinct(path, &names)?;
    let label = is_label(&names, rows).then_some(0);
    let columns = column_indexes(path, &names, label, wanted.columns)?
        .into_iter()
        .map(|index| column((path, &text), &names[index], (rows, index), wanted.infinities))
        .collect::<Result<Vec<_>, _>>()?;
    if columns.is_empty() {
        return Err(TableError::NoNumbers { path: path.to_owned() });
    }
    let labels: Option<Vec<String>> = label.map(|index| fields(rows, index).map(str::to_owned).collect());
    let times = labels.as_deref().and_then(|labels| labels::times(&names[0], labels));
    let label_name = label.filter(|_| has_header).map(|index| names[index].clone());
    Ok(NumberTable { labels, times, columns, label_name, has_header })
}

/// The file as text, without a byte-order mark.
pub fn text(path: &Path) -> Result<String, TableError> {
    let not_text = |problem: String| TableError::NotText { path: path.to_owned(), problem };
    let mut bytes = Vec::new();
    let file = open_regular(path).map_err(TableError::read(path))?;
    file.take(MAX_TABLE_TEXT + 1).read_to_end(&mut bytes).map_err(TableError::read(path))?;
    if bytes.len() as u64 > MAX_TABLE_TEXT {
        return Err(TableError::TooLarge { path: path.to_owned(), most: MAX_TABLE_TEXT });
    }
    if let Some(at) = bytes.iter().position(|&byte| byte == 0) {
        return Err(not_text(format!("byte {at} is zero")));
    }
    let text = String::from_utf8(bytes)
        .map_err(|error| not_text(format!("byte {} is not UTF-8", error.utf8_error().valid_up_to())))?;
    if text.starts_with("version https://git-lfs") {
        return Err(not_text("it is a Git LFS pointer to a file that was not fetched".to_owned()));
    }
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// All non-blank lines, each with as many fields as the first.
pub fn records(path: &Path, text: &str) -> Result<Vec<StringRecord>, TableError> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .delimiter(delimiter(text))
        .from_reader(text.as_bytes());
    let mut records: Vec<StringRecord> = Vec::new();
    for record in reader.records() {
        let record = record
            .map_err(|error| TableError::NotText { path: path.to_owned(), problem: error.to_string() })?;
        let expected = records.first().map_or(record.len(), StringRecord::len);
        if record.len() != expected {
            let (path, found) = (path.to_owned(), record.len());
            return Err(TableError::Ragged { path, at: line(text, &record), found, expected });
        }
        records.push(record);
    }
    Ok(records)
}

/// The most frequent of comma, semicolon and tab in the first line.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |delimiter: u8| first.bytes().filter(|&byte| byte == delimiter).count();
    // `max_by_key` returns the last maximum: a comma where all are equal.
    [b'\t', b';', b','].into_iter().max_by_key(|&delimiter| count(delimiter)).unwrap_or(b',')
}

/// Whether the first line is a header.
fn is_header(first: &StringRecord, rest: &[StringRecord]) -> bool {
    let behind: Vec<&str> = first.iter().skip(1).filter(|field| !field.is_empty()).collect();
    let head = first.get(0).unwrap_or_default();
    if behind.is_empty() {
        return number(head).is_none() && !labels::is_time(head);
    }
    if behind.iter().any(|field| number(field).is_none()) {
        return true;
    }
    let worded = head.is_empty() || (number(head).is_none() && !labels::is_time(head));
    let all: Vec<&str> = if worded { behind } else { first.iter().collect() };
    are_consecutive(&all) && (worded || rest.iter().flatten().any(|field| field.contains('.')))
}

/// Whether the fields are consecutive integers.
fn are_consecutive(fields: &[&str]) -> bool {
    let whole: Option<Vec<i64>> = fields.iter().map(|field| field.parse().ok()).collect();
    whole.is_some_and(|whole| whole.windows(2).all(|pair| pair[0].checked_add(1) == Some(pair[1])))
}

/// The column names, without a last column that has neither a name nor values, as a trailing delimiter on
/// every line creates.
fn names(
    path: &Path,
    first: &StringRecord,
    rows: &[StringRecord],
    has_header: bool,
) -> Result<Vec<String>, TableError> {
    let mut count = first.len();
    let blank = |index: usize| fields(rows, index).all(str::is_empty);
    while count > 1 && (!has_header || first[count - 1].is_empty()) && blank(count - 1) {
        count -= 1;
    }
    if !has_header {
        return Ok((1..=count).map(|index| format!("column_{index}")).collect());
    }
    let unnamed = (1..count).find(|&index| first[index].is_empty());
    match unnamed {
        Some(index) => Err(TableError::UnnamedColumn { path: path.to_owned(), number: index + 1 }),
        None => Ok(first.iter().take(count).map(str::to_owned).collect()),
    }
}

fn is_label(names: &[String], rows: &[StringRecord]) -> bool {
    let named = names.len() > 1 && labels::names_rows(&names[0]);
    named || labels::are_words(fields(rows, 0))
}

fn column(
    (path, text): (&Path, &str),
    name: &str,
    (rows, index): (&[StringRecord], usize),
    infinities: bool,
) -> Result<NamedColumn, TableError> {
    let value = |row: &StringRecord| {
        let field = row.get(index).unwrap_or_default();
        let at = || (path.to_owned(), line(text, row), name.to_owned(), field.to_owned());
        match number(field) {
            Some(known) if known.is_finite() => Ok(Some(known)),
            Some(known) if known.is_nan() => Ok(None),
            Some(known) if infinities => Ok(Some(known)),
            Some(_) => {
                let (path, at, column, value) = at();
                Err(TableError::NotFinite { path, at, column, value })
            }
            None => {
                let (path, at, column, value) = at();
                Err(TableError::NotANumber { path, at, column, value })
            }
        }
    };
    let values = rows.iter().map(value).collect::<Result<_, _>>()?;
    Ok(NamedColumn { name: name.to_owned(), values })
}

fn fields(rows: &[StringRecord], index: usize) -> impl Iterator<Item = &str> {
    rows.iter().map(move |row| row.get(index).unwrap_or_default())
}

/// The line on which a record begins. The CSV reader's own count is one too low after CRLF, and does not
/// include skipped blank lines.
fn line(text: &str, record: &StringRecord) -> RowNumber {
    let before = record.position().and_then(|at| usize::try_from(at.byte()).ok()).unwrap_or(0);
    let ends = |text: &str| text.bytes().filter(|&byte| byte == b'\n').count() as u64;
    let skipped = text
        .get(before..)
        .map_or(0, |rest| ends(&rest[..rest.len() - rest.trim_start_matches(['\r', '\n']).len()]));
    RowNumber::Line(1 + ends(text.get(..before).unwrap_or_default()) + skipped)
}

/// The lines on which records begin, in one pass over the text.
pub fn lines(text: &str, records: &[StringRecord]) -> Vec<u64> {
    let bytes = text.as_bytes();
    let (mut seen, mut line) = (0, 1);
    let mut of = |record: &StringRecord| {
        let at = record.position().and_then(|at| usize::try_from(at.byte()).ok()).unwrap_or(seen);
        let at = at.min(bytes.len());
        let blank = bytes[at..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        line += bytes[seen..at + blank].iter().filter(|&&byte| byte == b'\n').count() as u64;
        seen = at + blank;
        line
    };
    records.iter().map(&mut of).collect()
}

fn no_rows(path: &Path) -> TableError {
    TableError::NoRows { path: path.to_owned() }
}
