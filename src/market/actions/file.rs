//! Reads a file of actions: CSV or Parquet, one row an ex-date.
//!
//! Columns `date`, and `split` or `dividend` or both, under these or other usual names. Zero and nothing say that there is
//! none. Several rows may have one date.

use std::path::Path;

use super::ratio::Ratio;
use super::series::{ActionSeries, Dividend, Split};
use crate::decode::{DecodeError, ParquetFile, Selection, guarded, read_text};
use crate::domain::{DayStart, Price, Timestamp};
use crate::market::texts;

const DATE: &[&str] = &["date", "ex_date", "ex-date", "exdate", "ts", "timestamp"];
const SPLIT: &[&str] = &["split", "splits", "stock splits", "stock_splits", "ratio", "split_ratio"];
const DIVIDEND: &[&str] = &["dividend", "dividends", "cash", "amount"];
/// Rows per decoded batch.
const BATCH_ROWS: usize = 65_536;

/// Cells of the columns, in the order of the file.
type Rows = Vec<Vec<String>>;

/// The actions of a file in order of time; an error says what is wrong with the actions of the symbol.
pub(super) fn read(path: &Path, day: DayStart) -> Result<ActionSeries, String> {
    let is_csv = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv"));
    let (heads, rows) = if is_csv { csv(path)? } else { parquet(path)? };
    let column = |names: &[&str]| {
        names.iter().find_map(|name| heads.iter().position(|head| head.trim().eq_ignore_ascii_case(name)))
    };
    let date = column(DATE).ok_or("have no column `date`")?;
    let (split, dividend) = (column(SPLIT), column(DIVIDEND));
    if split.is_none() && dividend.is_none() {
        return Err("have neither a column `split` nor a column `dividend`".to_owned());
    }
    let mut all = ActionSeries::default();
    for (index, row) in rows.iter().enumerate() {
        let number = index + if is_csv { 2 } else { 1 };
        let in_row = |problem: String| format!("have in row {number} {problem}");
        let cell = |column: Option<usize>| {
            let text = column.and_then(|column| row.get(column)).map_or("", |text| text.trim());
            Some(text).filter(|text| !is_nothing(text))
        };
        let (split, dividend) = (cell(split), cell(dividend));
        if split.is_none() && dividend.is_none() {
            continue;
        }
        let at = cell(Some(date)).ok_or_else(|| in_row("no date".to_owned()))?;
        let at =
            starts(at, day).ok_or_else(|| in_row(format!("`{at}`, which is no date such as 2024-01-31")))?;
        if let Some(text) = split {
            all.splits.push(Split { at, ratio: text.parse::<Ratio>().map_err(in_row)? });
        }
        if let Some(text) = dividend {
            let amount = text.parse::<Price>().map_err(|error| in_row(format!("a dividend: {error}")))?;
            if amount.units() < 0 {
                return Err(in_row(format!("the dividend `{text}` below zero")));
            }
            all.dividends.push(Dividend { at, amount });
        }
    }
    all.splits.sort_by_key(|split| split.at);
    all.dividends.sort_by_key(|dividend| dividend.at);
    match all.splits.windows(2).find(|pair| pair[0].at == pair[1].at) {
        Some(pair) => Err(format!("have two splits on the day of {}", pair[0].at)),
        None => Ok(all),
    }
}

/// Whether a cell says that there is no action.
fn is_nothing(text: &str) -> bool {
    text.is_empty()
        || text.bytes().all(|byte| matches!(byte, b'0' | b'.'))
        || text.eq_ignore_ascii_case("nan")
}

/// Start of the trading day of a date; a time after it is not looked at.
fn starts(text: &str, day: DayStart) -> Option<Timestamp> {
    let date: Timestamp = text.get(..10)?.parse().ok()?;
    Some(day.start_of(date.utc_day()))
}

fn csv(path: &Path) -> Result<(Vec<String>, Rows), String> {
    let text = read_text(path).map_err(|error| format!("cannot be read: {error}"))?;
    let cells = |line: &str| line.split(',').map(|cell| cell.trim().trim_matches('"').to_owned()).collect();
    let mut lines =
        text.trim_start_matches('\u{feff}').lines().filter(|line| !line.trim().is_empty()).map(cells);
    let heads = lines.next().ok_or("are in an empty file")?;
    Ok((heads, lines.collect()))
}

fn parquet(path: &Path) -> Result<(Vec<String>, Rows), String> {
    let failed = |error: DecodeError| format!("cannot be read: {error}");
    guarded(|| -> Result<(Vec<String>, Rows), DecodeError> {
        let file = ParquetFile::open(path)?;
        let heads: Vec<String> = file.schema().fields().iter().map(|field| field.name().clone()).collect();
        let mut rows = Vec::new();
        for batch in file.batches(BATCH_ROWS, Selection::default())? {
            let batch = batch?;
            let columns: Vec<Vec<Option<String>>> = batch
                .columns()
                .iter()
                .map(|column| texts(column).unwrap_or_else(|| vec![None; batch.num_rows()]))
                .collect();
            let row =
                |row: usize| columns.iter().map(|column| column[row].clone().unwrap_or_default()).collect();
            rows.extend((0..batch.num_rows()).map(row));
        }
        Ok((heads, rows))
    })
    .map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<ActionSeries, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("X_actions.csv");
        std::fs::write(&path, text).unwrap();
        read(&path, DayStart::UTC)
    }

    #[test]
    fn both_usual_forms_are_read() {
        let own = of("date,split,dividend\n2020-08-31,4:1,\n\n2020-08-07,,0.82\n").unwrap();
        let other = of(
            "Date,Dividends,Stock Splits\n2020-08-07 00:00:00-04:00,0.82,0.0\n2020-08-31,0.0,4.0\n2020-09-01,0.0,0.0\n",
        );
        assert_eq!(Ok(&own), other.as_ref());
        assert_eq!(
            (own.splits[0].ratio.to_string(), own.splits[0].at),
            ("4:1".to_owned(), "2020-08-31".parse().unwrap())
        );
        assert_eq!(own.dividends[0].amount, "0.82".parse().unwrap());
    }

    #[test]
    fn what_is_wrong_is_named_with_its_row() {
        for (text, problem) in [
            ("", "are in an empty file"),
            ("day,split\n", "have no column `date`"),
            ("date,price\n2020-01-01,1\n", "have neither a column `split` nor a column `dividend`"),
            ("date,split\n31.8.2020,4\n", "have in row 2 `31.8.2020`, which is no date"),
            ("date,split\n2020-01-01,four\n", "have in row 2 the split `four`, which is no ratio"),
            (
                "date,dividend\n2020-01-01,0.123456789\n",
                "have in row 2 a dividend: `0.123456789` has more than 8",
            ),
            ("date,dividend\n2020-01-01,-1\n", "have in row 2 the dividend `-1` below zero"),
            ("date,split\n2020-01-01,2\n2020-01-01,3\n", "have two splits on the day of"),
        ] {
            let found = of(text).unwrap_err();
            assert!(found.starts_with(problem), "{found}");
        }
    }
}
