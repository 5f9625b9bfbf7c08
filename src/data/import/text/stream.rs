//! Streams a text of any size as rows, with bounded memory.
//!
//! Blocks of whole lines are parsed on all cores while earlier rows are consumed; only a few blocks are in
//! memory at a time. Invariant: rows are returned in the file's order.

use std::io::Read;
use std::path::Path;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::arrays::ArrayLines;
use super::container::{Compression, each_text};
use super::layout::TextLayout;
use crate::data::import::ImportError;
use crate::data::import::rows::Rows;
use crate::decode::MAX_LINE;

/// Bytes per block.
const BLOCK: usize = 2 << 20;
/// Blocks parsed in parallel.
const BATCH: usize = 4;

/// The form of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextForm {
    /// Lines of text.
    Lines,
    /// JSON arrays of arrays.
    Arrays,
}

/// Consumes rows, in order.
pub type RowHandler<'f> = &'f mut (dyn FnMut(Rows) -> Result<(), ImportError> + Send);

/// Passes all rows of a file to `feed`; `read` is called with the number of bytes of text read.
pub fn stream(
    path: &Path,
    packing: Compression,
    form: TextForm,
    layout: &TextLayout,
    feed: RowHandler<'_>,
    read: &(dyn Fn(u64) + Sync),
) -> Result<(), ImportError> {
    each_text(path, packing, &mut |text| match form {
        TextForm::Lines => blocks(path, text, layout, feed, read),
        TextForm::Arrays => blocks(path, &mut ArrayLines::new(text), layout, feed, read),
    })
}

fn blocks(
    path: &Path,
    text: &mut dyn Read,
    layout: &TextLayout,
    feed: RowHandler<'_>,
    read: &(dyn Fn(u64) + Sync),
) -> Result<(), ImportError> {
    let mut reader =
        Blocks { text, carry: Vec::new(), skip: layout.skip, skipped: 0, started: false, ended: false };
    let mut lines_before = 0;
    let mut parsed: Vec<Rows> = Vec::new();
    let mut batch = reader.batch().map_err(|error| reading(path, error))?;
    loop {
        read(batch.iter().map(|block| block.len() as u64).sum());
        // While this batch is parsed, the previous batch's rows are written and the next text is read.
        let last = std::mem::take(&mut parsed);
        let (mut taken, mut results, mut next) = (Ok(()), Vec::new(), Ok(Vec::new()));
        rayon::in_place_scope(|scope| {
            scope.spawn(|_| taken = last.into_iter().try_for_each(&mut *feed));
            scope.spawn(|_| results = batch.par_iter().map(|block| parse(layout, block)).collect());
            next = reader.batch();
        });
        taken?;
        for result in results {
            let first = reader.skipped + lines_before + 1;
            let (rows, lines) = result.map_err(|(at, problem)| bad(path, first + at, problem))?;
            lines_before += lines;
            parsed.push(rows);
        }
        batch = next.map_err(|error| reading(path, error))?;
        if batch.is_empty() {
            return parsed.into_iter().try_for_each(feed);
        }
    }
}

fn bad(path: &Path, line: u64, problem: String) -> ImportError {
    ImportError::BadLine { path: path.to_owned(), line, problem }
}

/// Parses a run of whole lines; returns the rows and the number of lines, or the index and problem of a bad
/// line.
fn parse(layout: &TextLayout, block: &[u8]) -> Result<(Rows, u64), (u64, String)> {
    match std::str::from_utf8(block) {
        Ok(text) => layout.parse(text),
        Err(error) => {
            let before = block[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
            Err((before as u64, "is not UTF-8 text".to_owned()))
        }
    }
}

/// Bad JSON and corrupt archives appear as read errors: reported as damage to the file.
fn reading(path: &Path, error: std::io::Error) -> ImportError {
    use std::io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    match error.kind() {
        InvalidData | InvalidInput | UnexpectedEof => ImportError::damaged(path, error),
        _ => ImportError::io("read", path, error),
    }
}

/// Cuts a text into blocks of whole lines, without the lines to skip.
struct Blocks<'r> {
    text: &'r mut dyn Read,
    /// An incomplete line at the end of the last block.
    carry: Vec<u8>,
    /// Lines still to skip, not counting blank ones, as in the probe that found the header.
    skip: u64,
    /// Lines skipped, including blank ones.
    skipped: u64,
    started: bool,
    ended: bool,
}

impl Blocks<'_> {
    fn batch(&mut self) -> std::io::Result<Vec<Vec<u8>>> {
        let mut batch = Vec::with_capacity(BATCH);
        while batch.len() < BATCH && !self.ended {
            let block = self.next()?;
            if !block.is_empty() {
                batch.push(block);
            }
        }
        Ok(batch)
    }

    fn next(&mut self) -> std::io::Result<Vec<u8>> {
        let mut text = std::mem::take(&mut self.carry);
        text.reserve(BLOCK);
        let wanted = BLOCK as u64;
        let read = (&mut *self.text).take(wanted).read_to_end(&mut text)?;
        self.ended = (read as u64) < wanted;
        if !self.started && text.starts_with(b"\xef\xbb\xbf") {
            text.drain(..3);
        }
        self.started = true;
        if !self.ended {
            let cut = text.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
            self.carry = text.split_off(cut);
            if self.carry.len() > MAX_LINE {
                let problem =
                    format!("a line is longer than {} MB: the file is not a table of rows", MAX_LINE >> 20);
                return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, problem));
            }
        }
        let mut start = 0;
        while self.skip > 0 && start < text.len() {
            let rest = &text[start..];
            let cut = rest.iter().position(|&byte| byte == b'\n').map_or(rest.len(), |at| at + 1);
            self.skip -= u64::from(!rest[..cut].trim_ascii().is_empty());
            self.skipped += 1;
            start += cut;
        }
        text.drain(..start);
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::super::clock::{Clock, TimeUnit};
    use super::super::layout::Values;
    use super::*;

    fn layout(skip: u64) -> TextLayout {
        let values = Values::Bars { prices: [1, 2, 3, 4], volume: Some(5), adjusted_close: None };
        TextLayout { skip, ..TextLayout::plain(Clock::Epoch(TimeUnit::Seconds), 0, values) }
    }

    fn all(text: &str, skip: u64) -> Result<Vec<i64>, ImportError> {
        let mut times = Vec::new();
        let mut feed = |rows: Rows| {
            times.extend(rows.times().iter().map(|at| at.micros() / 1_000_000));
            Ok(())
        };
        blocks(Path::new("x.csv"), &mut text.as_bytes(), &layout(skip), &mut feed, &|_| {})?;
        Ok(times)
    }

    #[test]
    fn many_blocks_keep_the_order_and_lose_no_line() {
        let mut text = String::from("banner\ntime,o,h,l,c,v\n");
        let rows = 300_000_i64; // about 12 MB: several batches
        for row in 0..rows {
            writeln!(text, "{},1.5,2.5,0.5,1.25,{row}.00000000", 1_600_000_000 + row).unwrap();
        }
        let times = all(&text, 2).unwrap();
        assert_eq!(times.len() as i64, rows);
        assert!(times.iter().zip(1_600_000_000..).all(|(at, expected)| *at == expected));
    }

    #[test]
    fn a_bad_line_far_down_is_counted_from_the_top() {
        let mut text = String::from("time,o,h,l,c,v\n");
        for _ in 0..200_000 {
            text.push_str("1600000000,1.5,2.5,0.5,1.25,100\n");
        }
        text.push_str("rubbish,1.5,2.5,0.5,1.25,100\n");
        let error = all(&text, 1).unwrap_err().to_string();
        assert_eq!(error, "`x.csv` line 200002: `rubbish` is not a time");
    }

    #[test]
    fn blank_lines_above_the_rows_do_not_count_but_are_counted() {
        let text = "banner\n\n \r\ntime,o,h,l,c,v\n\n1600000000,1,1,1,1,1\nrubbish,1,1,1,1,1\n";
        let error = all(text, 2).unwrap_err().to_string();
        assert_eq!(error, "`x.csv` line 7: `rubbish` is not a time");
        assert_eq!(all(&text[..text.len() - 18], 2).unwrap(), [1_600_000_000]);
    }

    #[test]
    fn an_oversized_line_is_refused() {
        let mut text = String::from("time,o,h,l,c,v\n1600000000,1,1,1,1,1\n");
        text.push_str(&"7".repeat(5 << 20));
        let error = all(&text, 1).unwrap_err().to_string();
        assert_eq!(
            error,
            "`x.csv` cannot be decoded: a line is longer than 1 MB: the file is not a table of rows"
        );
    }

    #[test]
    fn a_last_line_without_its_end_and_a_byte_order_mark_are_fine() {
        assert_eq!(
            all("\u{feff}1600000000,1,1,1,1,1\n1600000060,1,1,1,1,1", 0).unwrap(),
            [1_600_000_000, 1_600_000_060]
        );
        assert_eq!(all("only a header\n", 1).unwrap(), Vec::<i64>::new());
    }
}
