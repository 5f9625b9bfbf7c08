//! One indicator's values, and comparisons of 64 of them at once.

use std::ops::Range;
use std::sync::OnceLock;

use super::NOTHING;
use super::bits::word;
use crate::market::{BLOCK, Bounds, Row, ZoneMap};

/// Values of an indicator by row of its symbol's bars. Immutable; the bounds of its blocks are made when
/// first asked for.
#[derive(Debug)]
pub struct Column {
    first: Row,
    values: Box<[f64]>,
    blocks: OnceLock<ZoneMap>,
}

impl Column {
    /// Of values of which the first stands at row `first`.
    pub fn new(first: Row, values: Vec<f64>) -> Self {
        Self { first, values: values.into(), blocks: OnceLock::new() }
    }

    /// Range of rows that have a value.
    pub fn rows(&self) -> Range<Row> {
        self.first..self.first + self.values.len()
    }

    /// All values, the first at the first of [`Self::rows`].
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The value at a row; NaN outside.
    pub fn at(&self, row: Row) -> f64 {
        let index = row.checked_sub(self.first);
        index.and_then(|index| self.values.get(index)).copied().unwrap_or(NOTHING)
    }

    /// Bytes of memory.
    pub fn bytes(&self) -> usize {
        // With its blocks, whether they are made already or not: two numbers for 64.
        size_of_val(&*self.values) + size_of_val(&*self.values) / 32
    }

    /// Bounds of the values of a block.
    pub fn bounds(&self, block: usize) -> Bounds {
        self.blocks.get_or_init(|| ZoneMap::of(&self.values, self.first)).bounds(block)
    }

    /// The values of a block less `shift` rows: in the column itself, or in `buffer`, filled up with NaN,
    /// where it does not hold all of them.
    #[inline]
    pub fn chunk<'a>(&'a self, block: usize, shift: usize, buffer: &'a mut [f64; BLOCK]) -> &'a [f64; BLOCK] {
        let index = (block * BLOCK).checked_sub(shift + self.first);
        let inside = index.and_then(|index| self.values.get(index..index + BLOCK));
        if let Some(inside) = inside.and_then(|inside| inside.as_array()) {
            return inside;
        }
        for (index, value) in buffer.iter_mut().enumerate() {
            *value = (block * BLOCK + index).checked_sub(shift).map_or(NOTHING, |row| self.at(row));
        }
        buffer
    }

    /// Where in a block it is above `other`. No value is above nothing.
    pub fn above(&self, other: &Self, block: usize) -> u64 {
        let (mine, theirs) = (self.bounds(block), other.bounds(block));
        match () {
            () if mine.low > theirs.high => u64::MAX,
            () if mine.high <= theirs.low => 0,
            () => self.compare(other, block, |left, right| left > right),
        }
    }

    /// Where in a block it is at or above `other`.
    pub fn at_least(&self, other: &Self, block: usize) -> u64 {
        let (mine, theirs) = (self.bounds(block), other.bounds(block));
        match () {
            () if mine.low >= theirs.high => u64::MAX,
            () if mine.high < theirs.low => 0,
            () => self.compare(other, block, |left, right| left >= right),
        }
    }

    /// Where in a block it crosses above `other`: above it, and at or below it the row before.
    pub fn crosses_above(&self, other: &Self, block: usize) -> u64 {
        let now = self.above(other, block);
        if now == 0 {
            return 0;
        }
        let before = (block * BLOCK).checked_sub(1).is_some_and(|row| other.at(row) >= self.at(row));
        // Where every value is a number, it is at or below wherever it is not above.
        let numbers = self.bounds(block) != Bounds::NONE && other.bounds(block) != Bounds::NONE;
        let below = if numbers { !now } else { other.at_least(self, block) };
        now & (below << 1 | u64::from(before))
    }

    /// Where in a block it crosses above and below `other`: what [`Self::crosses_above`] says both ways, of values that are
    /// read once.
    pub fn crosses(&self, other: &Self, block: usize) -> (u64, u64) {
        let (mine, theirs) = (self.bounds(block), other.bounds(block));
        let (above, below) = match () {
            () if mine.low > theirs.high => (u64::MAX, 0),
            () if mine.high < theirs.low => (0, u64::MAX),
            () => {
                let (mut left, mut right) = ([0.0; BLOCK], [0.0; BLOCK]);
                let (left, right) = (self.chunk(block, 0, &mut left), other.chunk(block, 0, &mut right));
                (word(|index| left[index] > right[index]), word(|index| left[index] < right[index]))
            }
        };
        let before = (block * BLOCK).checked_sub(1);
        let was = |test: fn(f64, f64) -> bool| before.is_some_and(|row| test(self.at(row), other.at(row)));
        // As above.
        let numbers = mine != Bounds::NONE && theirs != Bounds::NONE;
        let (at_most, at_least) = match numbers {
            true => (!above, !below),
            false => (other.at_least(self, block), self.at_least(other, block)),
        };
        let up = above & (at_most << 1 | u64::from(was(|left, right| left <= right)));
        (up, below & (at_least << 1 | u64::from(was(|left, right| left >= right))))
    }

    fn compare(&self, other: &Self, block: usize, test: impl Fn(f64, f64) -> bool) -> u64 {
        let (mut left, mut right) = ([0.0; BLOCK], [0.0; BLOCK]);
        let (left, right) = (self.chunk(block, 0, &mut left), other.chunk(block, 0, &mut right));
        word(|index| test(left[index], right[index]))
    }

    /// Where in a block it is above a number.
    pub fn above_number(&self, number: f64, block: usize) -> u64 {
        let Bounds { low, high } = self.bounds(block);
        match () {
            () if low > number => u64::MAX,
            () if high <= number => 0,
            () => self.ask(block, |value| value > number),
        }
    }

    /// Where in a block it is below a number.
    pub fn below_number(&self, number: f64, block: usize) -> u64 {
        let Bounds { low, high } = self.bounds(block);
        match () {
            () if high < number => u64::MAX,
            () if low >= number => 0,
            () => self.ask(block, |value| value < number),
        }
    }

    fn ask(&self, block: usize, test: impl Fn(f64) -> bool) -> u64 {
        let mut buffer = [0.0; BLOCK];
        let chunk = self.chunk(block, 0, &mut buffer);
        word(|index| test(chunk[index]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two columns with different beginnings that touch, cross, part for whole blocks, and have gaps.
    fn columns() -> (Column, Column) {
        let wave = |row: usize| ((row * row) % 13) as f64 + if row > 400 { 50.0 } else { 0.0 };
        let gap = |row: usize, value: f64| if (200..210).contains(&row) { f64::NAN } else { value };
        let one = (10..900).map(|row| gap(row, wave(row))).collect();
        let two = (70..700).map(|row| (row % 11) as f64 + if row > 600 { 200.0 } else { 0.0 }).collect();
        (Column::new(10, one), Column::new(70, two))
    }

    #[test]
    fn notes_match_their_rows() {
        let (one, two) = columns();
        for block in 0..16 {
            let slow = |test: &dyn Fn(f64, f64) -> bool| {
                word(|index| test(one.at(block * BLOCK + index), two.at(block * BLOCK + index)))
            };
            assert_eq!(one.above(&two, block), slow(&|a, b| a > b));
            assert_eq!(one.at_least(&two, block), slow(&|a, b| a >= b));
            assert_eq!(two.above(&one, block), slow(&|a, b| b > a));
            assert_eq!(two.at_least(&one, block), slow(&|a, b| b >= a));
            let crosses = word(|index| {
                let row = block * BLOCK + index;
                row > 0 && one.at(row) > two.at(row) && one.at(row - 1) <= two.at(row - 1)
            });
            assert_eq!(one.crosses_above(&two, block), crosses);
            assert_eq!(one.crosses(&two, block), (crosses, two.crosses_above(&one, block)));
            for number in [-1.0, 0.0, 5.0, 12.0, 50.0, 62.0, 1e9] {
                assert_eq!(one.above_number(number, block), slow(&|a, _| a > number));
                assert_eq!(one.below_number(number, block), slow(&|a, _| a < number));
            }
        }
    }

    #[test]
    fn chunks_are_shifted_and_filled_up() {
        let (one, _) = columns();
        for (block, shift) in [(0, 0), (0, 5), (1, 0), (1, 60), (3, 64), (13, 0), (14, 1), (20, 0)] {
            let mut buffer = [0.0; BLOCK];
            let chunk = one.chunk(block, shift, &mut buffer);
            for (index, value) in chunk.iter().enumerate() {
                let wanted = (block * BLOCK + index).checked_sub(shift).map_or(f64::NAN, |row| one.at(row));
                assert_eq!(value.to_bits(), wanted.to_bits());
            }
        }
    }
}
