//! Rounds and seasons: disjoint blocks of windows, and what a match in one of them says.

use std::cmp::Ordering;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{Field, FormatError};

/// The windows from `first` to `last`, both included, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowRange {
    /// First index (inclusive).
    pub first: usize,
    /// Last index (inclusive).
    pub last: usize,
}

/// Windows cut into consecutive blocks whose sizes differ by one at most, the larger first: each round has
/// windows that no other has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blocks(Vec<Range<usize>>);

impl Blocks {
    /// So many blocks.
    ///
    /// # Errors
    /// [`FormatError::TooFewWindows`] where there are fewer windows than blocks.
    pub fn cut(
        windows: usize,
        count: usize,
        format: &'static str,
        part: &'static str,
    ) -> Result<Self, FormatError> {
        if windows < count {
            return Err(FormatError::TooFewWindows { format, part, found: windows, least: count });
        }
        let mut start = 0;
        let block = |number: usize| {
            let length = windows / count + usize::from(number < windows % count);
            start += length;
            start - length..start
        };
        Ok(Self((0..count).map(block).collect()))
    }

    /// The blocks, in order of time.
    pub fn iter(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        self.0.iter().cloned()
    }
}

impl From<&Range<usize>> for WindowRange {
    /// Of a block, which is never empty.
    fn from(block: &Range<usize>) -> Self {
        Self { first: block.start, last: block.end.saturating_sub(1) }
    }
}

/// Who of two has the larger score of these windows: `Less` for the first, as in a sort.
pub(super) fn meet(field: &Field, a: usize, b: usize, windows: &Range<usize>) -> Ordering {
    field.score(b, windows.clone()).cmp(&field.score(a, windows.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_disjoint_and_even() {
        let blocks: Vec<_> = Blocks::cut(11, 3, "league", "season").unwrap().iter().collect();
        assert_eq!(blocks, [0..4, 4..8, 8..11]);
        assert_eq!(WindowRange::from(&blocks[2]), WindowRange { first: 8, last: 10 });
        let error = Blocks::cut(2, 3, "swiss", "round").unwrap_err();
        assert_eq!(error.to_string(), "swiss needs `3` windows, a fresh one for each round; there are `2`");
    }
}
