//! The beginning and the end of a text of any length.

use std::collections::VecDeque;

/// Bytes kept of each.
const KEPT: usize = 1 << 15;
/// Characters of the end that a message quotes.
const QUOTED: usize = 600;

/// What a program wrote to stderr: the first and the last bytes, and how many there were.
#[derive(Debug, Clone, Default)]
pub struct Tail {
    head: Vec<u8>,
    end: VecDeque<u8>,
    skipped: u64,
}

impl Tail {
    /// Appends output; keeps its beginning and its end.
    pub fn add(&mut self, bytes: &[u8]) {
        let room = KEPT - self.head.len();
        let (head, rest) = bytes.split_at(room.min(bytes.len()));
        self.head.extend(head);
        self.end.extend(rest);
        let over = self.end.len().saturating_sub(KEPT);
        self.end.drain(..over);
        self.skipped += over as u64;
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.head.is_empty()
    }

    /// All that is kept, with a line that says what is not.
    pub fn text(&self) -> String {
        let mut text = String::from_utf8_lossy(&self.head).into_owned();
        if self.skipped > 0 {
            text.push_str(&format!("\n[{} bytes left out]\n", self.skipped));
        }
        let end: Vec<u8> = self.end.iter().copied().collect();
        text.push_str(&String::from_utf8_lossy(&end));
        text
    }

    /// The last lines, for a message; `None` where nothing was written.
    pub fn quoted(&self) -> Option<String> {
        let bytes: Vec<u8> = self.head.iter().chain(&self.end).copied().collect();
        let text = String::from_utf8_lossy(&bytes);
        let text = text.trim();
        let from = text.char_indices().rev().nth(QUOTED - 1).map_or(0, |(index, _)| index);
        (!text.is_empty()).then(|| text[from..].trim().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_text_is_whole() {
        let mut tail = Tail::default();
        assert_eq!(tail.quoted(), None);
        tail.add(b"Traceback\n");
        tail.add(b"ValueError: no\n");
        assert_eq!(tail.text(), "Traceback\nValueError: no\n");
        assert_eq!(tail.quoted().unwrap(), "Traceback\nValueError: no");
    }

    #[test]
    fn of_an_endless_text_both_ends_stay() {
        let mut tail = Tail::default();
        tail.add(b"first ");
        (0..100_000).for_each(|_| tail.add(b"xxxxxxxxxx"));
        tail.add(b" last");
        let text = tail.text();
        assert!(text.starts_with("first xxx") && text.ends_with("xxx last"));
        assert!(text.contains("bytes left out"));
        assert!(text.len() < 2 * KEPT + 100);
        assert!(tail.quoted().unwrap().ends_with("xxx last"));
    }
}
