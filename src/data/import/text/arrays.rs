//! Converts JSON arrays of arrays to lines: `[[1,2],[3,4]]` becomes `1,2` and `3,4`.
//!
//! A streaming filter, so that JSON candles go through the same parser as CSV. Keys and everything else
//! outside the innermost arrays are skipped. Invariant: a text that ends inside an array is an error, never a
//! shorter result.

use std::io::{self, Read};

use crate::decode::MAX_LINE;

/// A reader that converts the innermost arrays of a JSON text to lines.
pub struct ArrayLines<R> {
    inner: R,
    depth: usize,
    /// Text since the last `[`; discarded if the array turns out to contain arrays.
    row: Vec<u8>,
    in_row: bool,
    in_string: bool,
    /// Length of the string so far, wherever it is.
    string: usize,
    escaped: bool,
    ready: Vec<u8>,
    sent: usize,
    ended: bool,
}

impl<R: Read> ArrayLines<R> {
    /// Wraps a reader of JSON text.
    pub fn new(inner: R) -> Self {
        Self {
            inner,
            depth: 0,
            row: Vec::new(),
            in_row: false,
            in_string: false,
            string: 0,
            escaped: false,
            ready: Vec::new(),
            sent: 0,
            ended: false,
        }
    }

    fn take(&mut self, byte: u8) -> io::Result<()> {
        if self.in_string {
            let ends = byte == b'"' && !self.escaped;
            self.escaped = byte == b'\\' && !self.escaped;
            self.in_string = !ends;
            self.string += 1;
            if self.string > MAX_LINE {
                return Err(invalid("a string is longer than 1 MB, which no value of a candle is"));
            }
            return self.keep(byte);
        }
        match byte {
            b'"' => {
                (self.in_string, self.string) = (true, 0);
                self.keep(byte)?;
            }
            b'[' => {
                self.depth += 1;
                self.row.clear();
                self.in_row = true;
            }
            b']' => self.close()?,
            b'\n' | b'\r' | b' ' | b'\t' => {}
            _ => self.keep(byte)?,
        }
        Ok(())
    }

    fn keep(&mut self, byte: u8) -> io::Result<()> {
        if self.in_row {
            self.row.push(byte);
        }
        if self.row.len() > MAX_LINE {
            Err(invalid("an array is longer than 1 MB and cannot be a row"))
        } else {
            Ok(())
        }
    }

    fn close(&mut self) -> io::Result<()> {
        self.depth = self.depth.checked_sub(1).ok_or_else(|| invalid("a `]` without its `[`"))?;
        if self.in_row && !self.row.is_empty() {
            self.ready.append(&mut self.row);
            self.ready.push(b'\n');
        }
        self.in_row = false;
        Ok(())
    }

    fn refill(&mut self) -> io::Result<()> {
        let mut buffer = [0_u8; 16 * 1024];
        let read = self.inner.read(&mut buffer)?;
        for &byte in &buffer[..read] {
            self.take(byte)?;
        }
        if read == 0 {
            self.ended = true;
            if self.depth > 0 || self.in_string {
                return Err(invalid("the JSON text is truncated"));
            }
        }
        Ok(())
    }
}

fn invalid(problem: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, problem)
}

impl<R: Read> Read for ArrayLines<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.sent == self.ready.len() && !self.ended {
            self.ready.clear();
            self.sent = 0;
            self.refill()?;
        }
        let count = out.len().min(self.ready.len() - self.sent);
        out[..count].copy_from_slice(&self.ready[self.sent..self.sent + count]);
        self.sent += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(json: &str) -> io::Result<String> {
        let mut text = String::new();
        ArrayLines::new(json.as_bytes()).read_to_string(&mut text).map(|_| text)
    }

    #[test]
    fn innermost_arrays_are_lines() {
        assert_eq!(lines("[[1, 2.5],\n [3,\"4\"]]").unwrap(), "1,2.5\n3,\"4\"\n");
        assert_eq!(lines("[]").unwrap(), "");
        let kraken = r#"{"error":[],"result":{"XBT[USD]":[[1,"2"],[3,"4"]],"last":9}}"#;
        assert_eq!(lines(kraken).unwrap(), "1,\"2\"\n3,\"4\"\n");
    }

    #[test]
    fn a_truncated_text_is_an_error() {
        assert_eq!(lines("[[1,2],[3").unwrap_err().to_string(), "the JSON text is truncated");
        let long = "x".repeat(MAX_LINE + 1);
        for text in [format!("{{\"note\":\"{long}\",\"rows\":[[1,2]]}}"), format!("[[1,\"{long}\"]]")] {
            assert!(lines(&text).unwrap_err().to_string().contains("longer than 1 MB"));
        }
        assert!(lines(&format!("[[1,{}]]", "7".repeat(MAX_LINE))).unwrap_err().to_string().contains("1 MB"));
        assert_eq!(lines("[[1,2]]]").unwrap_err().to_string(), "a `]` without its `[`");
    }
}
