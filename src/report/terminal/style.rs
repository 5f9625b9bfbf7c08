//! What a terminal can show, and the few signs whose form depends on it.

use crate::metrics::Score;
use crate::report::table::{INFINITY, MINUS_INFINITY, NONE};

/// What the output can show. The command line decides; this room only obeys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// ANSI colours and bold type.
    pub colour: bool,
    /// Signs beyond ASCII.
    pub unicode: bool,
    /// Columns of the terminal; `None` where the output is no terminal: then nothing is left out.
    pub width: Option<usize>,
}

impl Style {
    /// For pipes and files: plain ASCII, no colour, as wide as it gets.
    pub const PLAIN: Self = Self { colour: false, unicode: false, width: None };

    /// Stands for a value that does not exist.
    pub(super) const fn none(self) -> &'static str {
        if self.unicode { "–" } else { "-" }
    }

    /// An infinite score.
    pub(super) const fn infinity(self) -> &'static str {
        if self.unicode { "∞" } else { "inf" }
    }

    /// An infinite score below all numbers.
    pub(super) const fn minus_infinity(self) -> &'static str {
        if self.unicode { "-∞" } else { "-inf" }
    }

    /// The text of a page's cell with the signs that this output has.
    pub(super) fn cell(self, text: &str) -> String {
        let sign = match text {
            NONE => self.none(),
            INFINITY => self.infinity(),
            MINUS_INFINITY => self.minus_infinity(),
            text => text,
        };
        sign.to_owned()
    }

    /// A score as it is shown: an infinity by its sign.
    pub(super) fn score(self, score: Score, form: impl Fn(f64) -> String) -> String {
        match score {
            Score::Absent => self.none().to_owned(),
            Score::Number(value) => form(value),
            Score::PlusInfinity => self.infinity().to_owned(),
            Score::MinusInfinity => self.minus_infinity().to_owned(),
        }
    }

    /// Between the parts of a line.
    pub(super) const fn separator(self) -> &'static str {
        if self.unicode { " · " } else { " | " }
    }

    /// The line under a table's head.
    pub(super) const fn rule(self) -> char {
        if self.unicode { '─' } else { '-' }
    }

    /// In bold, where there is such a thing.
    pub fn bold(self, text: &str) -> String {
        if self.colour { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}
