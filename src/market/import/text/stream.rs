//! A text of any size as rows, with bounded memory.
//!
//! Blocks of whole lines are parsed on all cores while the rows before them are taken away; a few blocks are
//! in memory at a time, whatever the file's size. Invariant: rows come out in the file's order.

use std::io::Read;
use std::path::Path;

use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use super::arrays::ArrayLines;
use super::container::{Packing, each_text};
use super::layout::Layout;
use crate::market::import::ImportError;
use crate::market::import::rows::Rows;

/// Bytes of a block.
const BLOCK: usize = 2 << 20;
/// Blocks that are parsed together.
const BATCH: usize = 4;

/// What surrounds the lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Nothing: lines.
    Lines,
    /// JSON arrays of arrays.
    Arrays,
}

/// Takes rows away, in order, and hears how many bytes of text were read.
pub type Feed<'f> = &'f mut (dyn FnMut(Rows) -> Result<(), ImportError> + Send);

/// Reads all rows of a file and hands them to `feed`; `read` hears of the bytes of text that were read.
pub fn stream(
    path: &Path,
    packing: Packing,
    form: Form,
    layout: &Layout,
    feed: Feed<'_>,
    read: &(dyn Fn(u64) + Sync),
) -> Result<(), ImportError> {
    each_text(path, packing, &mut |text| match form {
        Form::Lines => blocks(path, text, layout, feed, read),
        Form::Arrays => blocks(path, &mut ArrayLines::new(text), layout, feed, read),
    })
}

/// A run of whole lines.
struct Block {
    text: Vec<u8>,
    /// Number of its first line, from 1.
    line: u64,
}

fn blocks(
    path: &Path,
    text: &mut dyn Read,
    layout: &Layout,
    feed: Feed<'_>,
    read: &(dyn Fn(u64) + Sync),
) -> Result<(), ImportError> {
    let mut reader = Blocks { text, carry: Vec::new(), line: 1, skip: layout.skip, ended: false };
    let mut parsed: Vec<Rows> = Vec::new();
    loop {
        let batch = reader.batch().map_err(|error| reading(path, error))?;
        if batch.is_empty() {
            return parsed.into_iter().try_for_each(feed);
        }
        read(batch.iter().map(|block| block.text.len() as u64).sum());
        let parse = || batch.par_iter().map(|block| parse(path, layout, block)).collect::<Vec<_>>();
        let take = || std::mem::take(&mut parsed).into_iter().try_for_each(&mut *feed);
        // The rows of the last batch are written while this one is parsed.
        let (taken, results) = rayon::join(take, parse);
        taken?;
        parsed = results.into_iter().collect::<Result<_, _>>()?;
    }
}

fn parse(path: &Path, layout: &Layout, block: &Block) -> Result<Rows, ImportError> {
    let bad = |line: u64, problem: String| ImportError::BadLine { path: path.to_owned(), line, problem };
    let text = std::str::from_utf8(&block.text).map_err(|error| {
        bad(block.line + newlines(&block.text[..error.valid_up_to()]), "is not UTF-8 text".into())
    })?;
    layout.parse(text).map_err(|(at, problem)| bad(block.line + at, problem))
}

/// Bad JSON and bad archives show while reading: they are the file's fault, not the system's.
fn reading(path: &Path, error: std::io::Error) -> ImportError {
    use std::io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    match error.kind() {
        InvalidData | InvalidInput | UnexpectedEof => ImportError::damaged(path, error),
        _ => ImportError::io("read", path, error),
    }
}

struct Blocks<'r> {
    text: &'r mut dyn Read,
    /// The beginning of a line whose end is not read yet.
    carry: Vec<u8>,
    line: u64,
    skip: u64,
    ended: bool,
}

impl Blocks<'_> {
    fn batch(&mut self) -> std::io::Result<Vec<Block>> {
        let mut batch = Vec::with_capacity(BATCH);
        while batch.len() < BATCH && !self.ended {
            if let Some(block) = self.next()? {
                batch.push(block);
            }
        }
        Ok(batch)
    }

    /// The next block without the lines to skip; `None` where nothing of it is left.
    fn next(&mut self) -> std::io::Result<Option<Block>> {
        let mut text = std::mem::take(&mut self.carry);
        text.reserve(BLOCK);
        let wanted = BLOCK as u64;
        let read = (&mut *self.text).take(wanted).read_to_end(&mut text)?;
        self.ended = (read as u64) < wanted;
        if self.line == 1 && text.starts_with(b"\xef\xbb\xbf") {
            text.drain(..3);
        }
        if !self.ended {
            let cut = text.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
            self.carry = text.split_off(cut);
        }
        while self.skip > 0 && !text.is_empty() {
            let cut = text.iter().position(|&byte| byte == b'\n').map_or(text.len(), |at| at + 1);
            text.drain(..cut);
            self.skip -= 1;
            self.line += 1;
        }
        let line = self.line;
        self.line += newlines(&text);
        Ok((!text.is_empty()).then_some(Block { text, line }))
    }
}

fn newlines(text: &[u8]) -> u64 {
    text.iter().map(|&byte| u64::from(byte == b'\n')).sum()
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::super::clock::{Clock, Unit};
    use super::super::layout::Values;
    use super::*;

    fn layout(skip: u64) -> Layout {
        let values = Values::Bars { prices: [1, 2, 3, 4], volume: Some(5), adjusted_close: None };
        Layout { skip, ..Layout::plain(Clock::Epoch(Unit::Seconds), 0, values) }
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
    fn a_last_line_without_its_end_and_a_byte_order_mark_are_fine() {
        assert_eq!(
            all("\u{feff}1600000000,1,1,1,1,1\n1600000060,1,1,1,1,1", 0).unwrap(),
            [1_600_000_000, 1_600_000_060]
        );
        assert_eq!(all("only a header\n", 1).unwrap(), Vec::<i64>::new());
    }
}
