//! Zone map of a column: minimum and maximum of each block of 64 rows, so that a search can skip blocks.
//!
//! Blocks start at multiples of 64 of the row index, wherever a column begins, so that blocks of all columns
//! of a symbol cover the same rows. Invariant: a block's bounds hold for each of its values; a partial block,
//! or one with NaN, has no bounds and must be scanned.

use std::sync::OnceLock;

use super::Row;

/// Rows per block.
pub const BLOCK: usize = 64;
/// Number of independent running extremes within a block, for vectorisation.
const LANES: usize = 8;

/// Minimum and maximum per block of a column.
#[derive(Debug, Clone, PartialEq)]
pub struct ZoneMap {
    first: usize,
    bounds: Box<[Bounds]>,
}

/// Bounds on every value of a block.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// No value is below it.
    pub low: f64,
    /// No value is above it.
    pub high: f64,
}

impl Bounds {
    /// No information: all values are possible.
    pub const NONE: Self = Self { low: f64::NEG_INFINITY, high: f64::INFINITY };
}

impl ZoneMap {
    /// Builds the map of a column whose first value is at row `first`.
    pub fn of(values: &[f64], first: Row) -> Self {
        let whole = first.next_multiple_of(BLOCK);
        let values = values.get(whole - first..).unwrap_or_default();
        let bounds = values.as_chunks::<BLOCK>().0.iter().map(bounds).collect();
        Self { first: whole / BLOCK, bounds }
    }

    /// The bounds of block `block`: rows `64 * block` to `64 * block + 63`.
    pub fn bounds(&self, block: usize) -> Bounds {
        let index = block.checked_sub(self.first);
        index.and_then(|index| self.bounds.get(index)).copied().unwrap_or(Bounds::NONE)
    }

    /// Memory used, in bytes.
    pub fn bytes(&self) -> usize {
        size_of_val(&*self.bounds)
    }
}

fn bounds(block: &[f64; BLOCK]) -> Bounds {
    let (mut lows, mut highs, mut bad) = ([f64::INFINITY; LANES], [f64::NEG_INFINITY; LANES], [0_u64; LANES]);
    for chunk in block.as_chunks::<LANES>().0 {
        for lane in 0..LANES {
            let value = chunk[lane];
            lows[lane] = if value < lows[lane] { value } else { lows[lane] };
            highs[lane] = if value > highs[lane] { value } else { highs[lane] };
            bad[lane] |= u64::from(value.is_nan());
        }
    }
    if bad.into_iter().any(|lane| lane > 0) {
        return Bounds::NONE;
    }
    Bounds {
        low: lows.into_iter().fold(f64::INFINITY, f64::min),
        high: highs.into_iter().fold(f64::NEG_INFINITY, f64::max),
    }
}

/// Zone maps of the lows and of the highs, built on first use.
#[derive(Debug, Default)]
pub struct HighLowIndex {
    pub(super) lows: OnceLock<ZoneMap>,
    pub(super) highs: OnceLock<ZoneMap>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_lie_at_multiples_of_their_length_wherever_the_column_begins() {
        // Rows 60 to 199: blocks 1 and 2 are complete, 0 and 3 are not.
        let values: Vec<f64> = (60..200).map(f64::from).collect();
        let blocks = ZoneMap::of(&values, 60);
        assert_eq!(blocks.bounds(0), Bounds::NONE);
        assert_eq!(blocks.bounds(1), Bounds { low: 64.0, high: 127.0 });
        assert_eq!(blocks.bounds(2), Bounds { low: 128.0, high: 191.0 });
        assert_eq!(blocks.bounds(3), Bounds::NONE);
        assert_eq!(blocks.bounds(99), Bounds::NONE);
    }

    #[test]
    fn extremes_are_found_in_every_lane() {
        for index in 0..BLOCK {
            let mut values = [5.0; BLOCK];
            values[index] = 9.0;
            values[(index + 31) % BLOCK] = 1.0;
            assert_eq!(ZoneMap::of(&values, 0).bounds(0), Bounds { low: 1.0, high: 9.0 });
        }
    }

    #[test]
    fn blocks_with_nan_have_no_bounds() {
        let mut values = [5.0; 2 * BLOCK];
        values[BLOCK - 1] = f64::NAN;
        let blocks = ZoneMap::of(&values, 0);
        assert_eq!(blocks.bounds(0), Bounds::NONE);
        assert_eq!(blocks.bounds(1), Bounds { low: 5.0, high: 5.0 });
        assert_eq!(ZoneMap::of(&[], 7).bounds(0), Bounds::NONE);
    }
}
