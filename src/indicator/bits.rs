//! Conditions as bits, 64 rows a word, and the search for the next one that holds.
//!
//! Word `b` tells of rows `64 b` to `64 b + 63`, bit `i` of row `64 b + i`: the blocks of [`BLOCK`] rows.

use crate::market::{BLOCK, Row};

/// The word of a test: bit `i` is set where `test(i)` holds, `i` from 0 to 63. With the widest comparisons of this
/// processor, which all give the same bits.
#[inline]
pub fn word(test: impl Fn(usize) -> bool) -> u64 {
    #[cfg(target_arch = "x86_64")]
    if let Some(simd) = *AVX2.get_or_init(pulp::x86::V3::try_new) {
        return pulp::Simd::vectorize(simd, Word(test));
    }
    compare(test)
}

/// Runs a longer piece of work compiled for this processor; floats are the same whatever its instructions.
pub(super) fn widest<W: pulp::WithSimd>(work: W) -> W::Output {
    pulp::Arch::new().dispatch(work)
}

/// Looked up once: asking the processor takes longer than a word.
#[cfg(target_arch = "x86_64")]
static AVX2: std::sync::OnceLock<Option<pulp::x86::V3>> = std::sync::OnceLock::new();

struct Word<T>(T);

impl<T: Fn(usize) -> bool> pulp::WithSimd for Word<T> {
    type Output = u64;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> u64 {
        compare(self.0)
    }
}

#[inline(always)]
fn compare(test: impl Fn(usize) -> bool) -> u64 {
    // The compiler makes several comparisons at once of this.
    (0..BLOCK).fold(0, |word, bit| word | u64::from(test(bit)) << bit)
}

/// The indexes of the set bits, lowest first.
pub fn set_bits(mut word: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = (word != 0).then_some(word.trailing_zeros() as usize);
        word &= word.wrapping_sub(1);
        bit
    })
}

/// A search that only goes forward: the next row at which a bit is set, asked from ever later rows. Looks at
/// each word about once, however often it is asked.
#[derive(Debug, Clone)]
pub struct BitCursor {
    /// One past the last row that can be found.
    end: Row,
    /// The answer, and from which row on it holds.
    answer: Option<(Row, Option<Row>)>,
    /// The word last looked at.
    seen: Option<(usize, u64)>,
}

impl BitCursor {
    /// Finds rows before `end`.
    pub const fn until(end: Row) -> Self {
        Self { end, answer: None, seen: None }
    }

    /// The first row at or after `from` whose bit is set; `word` gives the bits of a block and must always
    /// give the same.
    pub fn next(&mut self, from: Row, word: impl FnMut(usize) -> u64) -> Option<Row> {
        if let Some((since, found)) = self.answer
            && since <= from
            && found.is_none_or(|found| found >= from)
        {
            return found;
        }
        let found = self.search(from, word);
        self.answer = Some((from, found));
        found
    }

    fn search(&mut self, from: Row, mut word: impl FnMut(usize) -> u64) -> Option<Row> {
        let mut mask = u64::MAX << (from % BLOCK);
        for block in from / BLOCK..self.end.div_ceil(BLOCK) {
            let bits = match self.seen {
                Some((seen, bits)) if seen == block => bits,
                _ => word(block),
            };
            self.seen = Some((block, bits));
            if bits & mask != 0 {
                let found = block * BLOCK + (bits & mask).trailing_zeros() as usize;
                return (found < self.end).then_some(found);
            }
            mask = u64::MAX;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_has_one_bit_per_bar() {
        for bit in 0..BLOCK {
            assert_eq!(word(|i| i == bit), 1 << bit);
        }
        assert_eq!(word(|_| true), u64::MAX);
        assert_eq!(set_bits(0b1010_0001).collect::<Vec<_>>(), [0, 5, 7]);
        assert_eq!(set_bits(u64::MAX).count(), 64);
    }

    /// Every seventh row, and none from 300 on.
    fn sevenths(block: usize) -> u64 {
        word(|i| (block * BLOCK + i).is_multiple_of(7) && block * BLOCK + i < 300)
    }

    #[test]
    fn a_cursor_finds_the_same_rows_as_a_full_scan() {
        for end in [0, 1, 64, 100, 140, 141, 1000] {
            let mut cursor = BitCursor::until(end);
            for from in [0, 0, 1, 7, 8, 63, 64, 65, 128, 133, 134, 260, 299, 400, 2000] {
                let slow = (from..end).find(|row| row % 7 == 0 && *row < 300);
                assert_eq!(cursor.next(from, sevenths), slow, "from {from} to {end}");
                assert_eq!(cursor.next(from, |_| unreachable!("the answer stands")), slow);
            }
        }
    }

    #[test]
    fn a_scout_looks_at_each_word_once() {
        let mut looked = Vec::new();
        let mut cursor = BitCursor::until(1000);
        for from in 0..1000 {
            cursor.next(from, |block| {
                looked.push(block);
                sevenths(block)
            });
        }
        assert_eq!(looked, (0..16).collect::<Vec<_>>());
    }

    #[test]
    fn a_scout_that_is_sent_back_searches_anew() {
        let mut cursor = BitCursor::until(1000);
        assert_eq!(cursor.next(130, sevenths), Some(133));
        assert_eq!(cursor.next(3, sevenths), Some(7));
    }
}
