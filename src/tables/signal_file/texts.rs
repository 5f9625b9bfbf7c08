//! Tables of texts: news, filings, messages.

use std::path::Path;

use super::SignalFileError;
use super::grid::Grid;
use crate::domain::Timestamp;

const COLUMNS: [&str; 3] = ["symbol", "title", "body"];

/// Texts in the order of time, and at one time in the file's order.
pub struct TextRows {
    /// At least one.
    pub texts: Vec<FileText>,
}

/// One text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileText {
    /// When it was known.
    pub at: Timestamp,
    /// The symbol's name as written; empty for none.
    pub symbol: String,
    /// Headline.
    pub title: String,
    /// The text itself.
    pub body: String,
}

impl TextRows {
    /// Reads a table with a column of times, and `title` or `body` or both; `symbol` may be left out.
    ///
    /// # Errors
    /// [`SignalFileError`] with the first problem, and where it is.
    pub fn read(path: &Path) -> Result<Self, SignalFileError> {
        let grid = Grid::read(path)?;
        let time = grid.time_column()?;
        let help = "its columns can be ts, symbol, title, body";
        for column in (0..grid.names.len()).filter(|&column| column != time && !grid.is_index(column)) {
            let name = &grid.names[column];
            if !COLUMNS.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                return Err(SignalFileError::columns(path, format!("has an unknown column `{name}`"), help));
            }
        }
        let column = |name: &str| grid.column(name).map(|index| grid.texts(index)).transpose();
        let [symbols, titles, bodies] = [column("symbol")?, column("title")?, column("body")?];
        if titles.is_none() && bodies.is_none() {
            return Err(SignalFileError::columns(path, "has no column `title` or `body`", help));
        }
        let cell = |column: &Option<Vec<String>>, row: usize| {
            column.as_ref().map_or_else(String::new, |column| column[row].clone())
        };
        let text = |(row, at): (usize, Timestamp)| {
            let text = FileText {
                at,
                symbol: cell(&symbols, row),
                title: cell(&titles, row),
                body: cell(&bodies, row),
            };
            match text.title.is_empty() && text.body.is_empty() {
                true => {
                    Err(grid.refuse(row, "has no text", "write a `title` or a `body`, or leave the row out"))
                }
                false => Ok(text),
            }
        };
        let texts = grid.times(time)?.into_iter().enumerate().map(text).collect::<Result<_, _>>()?;
        Ok(Self { texts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<FileText>, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("news.csv");
        std::fs::write(&file, text).unwrap();
        TextRows::read(&file).map(|rows| rows.texts).map_err(|error| error.to_string())
    }

    #[test]
    fn texts_are_read_with_or_without_a_symbol() {
        let found = read("ts,symbol,title,body\n2023-05-01T06:30:00Z,ALPHA,Up,\"It rose,\nsharply\"\n2023-05-01T07:00:00Z,,Rates,\n").unwrap();
        assert_eq!((found[0].symbol.as_str(), found[0].body.as_str()), ("ALPHA", "It rose,\nsharply"));
        assert_eq!(
            (found[1].symbol.as_str(), found[1].title.as_str(), found[1].body.as_str()),
            ("", "Rates", "")
        );
        assert_eq!(read("time,body\n2023-05-01,one\n").unwrap()[0].title, "");
    }

    #[test]
    fn what_is_no_table_of_texts_is_refused() {
        let why = |text: &str| read(text).unwrap_err();
        assert!(why("ts,symbol\n2023-05-01,ALPHA\n").contains("has no column `title` or `body`"));
        assert!(why("ts,title,mood\n2023-05-01,Up,3\n").contains("has an unknown column `mood`"));
        assert!(why("ts,title\n2023-05-01,\n").contains("has no text"));
        assert!(why("ts,title\n2023-05-02,b\n2023-05-01,a\n").contains("comes after"));
        assert!(why("title\na\n").contains("has no column of times"));
    }
}
