//! The deepest falls of a curve, in one pass. Also the root mean square of all falls (ulcer index).
//!
//! Owns no time: positions are indexes into the curve, which `measure` turns into instants.

use super::missing::{Measure, Missing};
use super::moments::finite;
use crate::engine::batch::{Extremes, FallTracker, IndexedDrawdown};

/// Points looked at together: a block that neither makes a new high nor a new low is passed over whole.
const BLOCK: usize = 64;
/// Independent extremes within a block, so that the processor compares them side by side.
const LANES: usize = 8;

/// The deepest fall of `start` followed by `curve`; of equally deep ones the first.
pub fn deepest_fall(start: f64, curve: &[f64]) -> IndexedDrawdown {
    walk(start, curve).0
}

/// The `most` deepest falls of `start` followed by `curve`, deepest first. A fall lasts from a peak until the peak
/// is reached again, so that no two overlap.
pub fn worst_falls(start: f64, curve: &[f64], most: usize) -> Vec<IndexedDrawdown> {
    tracked(start, curve, most).0
}

/// The deepest fall of `start` followed by `curve`, with the extremes of that curve.
pub fn walk(start: f64, curve: &[f64]) -> (IndexedDrawdown, Extremes) {
    let (worst, extremes) = tracked(start, curve, 1);
    (worst.first().copied().unwrap_or(IndexedDrawdown::NONE), extremes)
}

fn tracked(start: f64, curve: &[f64], most: usize) -> (Vec<IndexedDrawdown>, Extremes) {
    let mut tracker = FallTracker::new(start, most);
    let (blocks, rest) = curve.as_chunks::<BLOCK>();
    for (number, block) in blocks.iter().enumerate() {
        let (low, high) = extremes(block);
        if !tracker.passes_over(low, high) {
            tracker.walk(block, number * BLOCK);
        }
    }
    tracker.walk(rest, curve.len() - rest.len());
    tracker.finish()
}

fn extremes(block: &[f64; BLOCK]) -> (f64, f64) {
    let (lanes, _) = block.as_chunks::<LANES>();
    let (mut lows, mut highs) = ([f64::INFINITY; LANES], [f64::NEG_INFINITY; LANES]);
    for chunk in lanes {
        for lane in 0..LANES {
            lows[lane] = if chunk[lane] < lows[lane] { chunk[lane] } else { lows[lane] };
            highs[lane] = if chunk[lane] > highs[lane] { chunk[lane] } else { highs[lane] };
        }
    }
    (lows.into_iter().fold(f64::INFINITY, f64::min), highs.into_iter().fold(f64::NEG_INFINITY, f64::max))
}

/// `sqrt(sum(DD^2) / n)` over the `n` points of the curve, whose first is the starting balance, with `DD` the
/// value over the peak so far, minus one (Martin and McCann 1989). Taken on the SAMPLED curve, as the
/// libraries do with their return series. As `ffn.to_ulcer_index`, as a fraction.
///
/// # Errors
/// [`Missing::TooFewReturns`] for a curve without a second point, [`Missing::ZeroDivisor`] where it starts at 0.
pub fn ulcer_index(curve: &[f64]) -> Measure {
    if curve.len() < 2 {
        return Err(Missing::TooFewReturns);
    }
    if curve[0] <= 0.0 {
        return Err(Missing::ZeroDivisor);
    }
    let mut peak = curve[0];
    let squares: f64 = curve
        .iter()
        .map(|&value| {
            peak = if value > peak { value } else { peak };
            let fall = value / peak - 1.0;
            fall * fall
        })
        .sum();
    finite((squares / super::moments::count(curve)).sqrt())
}

#[cfg(test)]
mod tests {
    use super::super::golden::{ALL_ZERO, MIXED_WITH_FLAT_DAYS, MONOTONE_LOSS, SHORT_NORMAL, close, curve};
    use super::*;

    /// The definition, word for word; slow.
    fn oracle(start: f64, curve: &[f64]) -> IndexedDrawdown {
        let mut worst = IndexedDrawdown { depth: 0.0, peak: None, trough: None, recovered: None };
        let at = |i: usize| if i == 0 { start } else { curve[i - 1] };
        let (mut peak, mut trough) = (0, 0);
        for end in 1..=curve.len() {
            let top = (0..end).map(at).fold(f64::NEG_INFINITY, f64::max);
            let depth = at(end) / top - 1.0;
            if depth < worst.depth {
                worst.depth = depth;
                trough = end;
                // The start of the last unbroken stay at the top before the fall.
                peak = (0..end).rfind(|&i| at(i) == top).unwrap();
                while peak > 0 && at(peak - 1) == top {
                    peak -= 1;
                }
            }
        }
        worst.peak = peak.checked_sub(1);
        worst.trough = trough.checked_sub(1);
        worst.recovered =
            (trough + 1..=curve.len()).find(|&i| trough > 0 && at(i) >= at(peak)).map(|i| i - 1);
        worst
    }

    #[test]
    fn worked_by_hand() {
        // From 100: 120 is the peak, 90 the trough, 120 again at index 4. 90 / 120 - 1 = -0.25.
        let fall = deepest_fall(100.0, &[110.0, 120.0, 90.0, 100.0, 120.0, 100.0]);
        assert_eq!(
            fall,
            IndexedDrawdown { depth: -0.25, peak: Some(1), trough: Some(2), recovered: Some(4) }
        );
    }

    #[test]
    fn the_worst_falls_come_deepest_first_and_equal_ones_in_order() {
        // Falls of 10 %, 20 %, 10 % and one of 50 % that is still open.
        let curve = [90.0, 100.0, 80.0, 100.0, 90.0, 110.0, 55.0, 60.0];
        let falls = worst_falls(100.0, &curve, 3);
        let indexes: Vec<_> = falls.iter().map(|fall| (fall.peak, fall.trough, fall.recovered)).collect();
        assert_eq!(
            indexes,
            [(Some(5), Some(6), None), (Some(1), Some(2), Some(3)), (None, Some(0), Some(1))]
        );
        assert_eq!(worst_falls(100.0, &curve, 9).len(), 4);
        assert_eq!(worst_falls(100.0, &curve, 0), []);
        assert_eq!(worst_falls(100.0, &[101.0, 102.0], 3), []);
    }

    #[test]
    fn the_starting_balance_is_the_first_peak() {
        let fall = deepest_fall(100.0, &[80.0, 90.0]);
        assert_eq!(
            fall,
            IndexedDrawdown { depth: 80.0 / 100.0 - 1.0, peak: None, trough: Some(0), recovered: None }
        );
    }

    #[test]
    fn an_open_fall_counts_to_the_end() {
        let fall = deepest_fall(100.0, &[120.0, 108.0, 121.0, 100.0]);
        assert_eq!((fall.peak, fall.trough, fall.recovered), (Some(2), Some(3), None));
    }

    #[test]
    fn blocks_agree_with_single_steps() {
        // A walk of whole steps: plateaus, touches of the peak, and equal depths all happen.
        let mut state = 1_u64;
        for length in [0, 1, 63, 64, 65, 128, 300, 1000] {
            for _ in 0..20 {
                let mut level = 100.0;
                let walk: Vec<f64> = (0..length)
                    .map(|_| {
                        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695);
                        level += [-1.0, 0.0, 0.0, 1.0][(state >> 62) as usize];
                        level
                    })
                    .collect();
                assert_eq!(deepest_fall(100.0, &walk), oracle(100.0, &walk));
            }
        }
    }

    #[test]
    fn empyrical_reloaded_0_7_1() {
        let depth = |r: &[f64]| Ok(deepest_fall(1.0, &curve(r)[1..]).depth);
        close(depth(&SHORT_NORMAL), -0.024_177_193_826_671_897);
        close(depth(&MIXED_WITH_FLAT_DAYS), -0.185_802_434_956_023_7);
        close(depth(&MONOTONE_LOSS), -0.275_591_778_189_780_4);
    }

    #[test]
    fn ulcer_worked_by_hand() {
        // Falls 0, 0, -0.2, -0.1: sqrt((0.04 + 0.01) / 4).
        close(ulcer_index(&[90.0, 100.0, 80.0, 90.0]), 0.111_803_398_874_989_5);
    }

    #[test]
    fn ulcer_of_ffn_1_4_1() {
        close(ulcer_index(&curve(&SHORT_NORMAL)), 0.008_058_128_269_618_254);
        close(ulcer_index(&curve(&MIXED_WITH_FLAT_DAYS)), 0.110_821_202_542_677_4);
        close(ulcer_index(&curve(&MONOTONE_LOSS)), 0.165_573_479_406_741_2);
        close(ulcer_index(&curve(&ALL_ZERO)), 0.0);
    }

    #[test]
    fn empty_single_and_flat() {
        let never = IndexedDrawdown { depth: 0.0, peak: None, trough: None, recovered: None };
        assert_eq!(deepest_fall(100.0, &[]), never);
        assert_eq!(deepest_fall(100.0, &[100.0; 200]), never);
        assert_eq!(ulcer_index(&[]), Err(Missing::TooFewReturns));
        assert_eq!(ulcer_index(&[100.0]), Err(Missing::TooFewReturns));
        assert_eq!(ulcer_index(&[0.0, 1.0]), Err(Missing::ZeroDivisor));
    }
}
