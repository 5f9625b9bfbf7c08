//! Extremes over windows: Donchian's channel, and the highest and lowest of the last bars.
//!
//! The channel leaves the current bar out, so that its close can break it. A value depends on its own `n`
//! rows only. A window lies in two blocks of its length at most: its extreme is the one of the first block
//! from the window's start on, or the one of the second up to the window's end (van Herk 1992, Gil and
//! Werman 1993).

use super::NOTHING;

/// Highest of the `n` values before each row; first at index `n`.
pub(super) fn highest_before(values: &[f64], n: usize) -> Vec<f64> {
    extremes(values, n, n, higher)
}

/// Lowest of the `n` values before each row; first at index `n`.
pub(super) fn lowest_before(values: &[f64], n: usize) -> Vec<f64> {
    extremes(values, n, n, lower)
}

/// Highest of the last `n` values, that of the row included; first at index `n - 1`.
pub(super) fn highest(values: &[f64], n: usize) -> Vec<f64> {
    extremes(values, n, n - 1, higher)
}

/// Lowest of the last `n` values, that of the row included; first at index `n - 1`.
pub(super) fn lowest(values: &[f64], n: usize) -> Vec<f64> {
    extremes(values, n, n - 1, lower)
}

fn higher(a: f64, b: f64) -> f64 {
    if b > a { b } else { a }
}

fn lower(a: f64, b: f64) -> f64 {
    if b < a { b } else { a }
}

/// The extreme of each window of `n` values, the first window's at index `first`.
fn extremes(values: &[f64], n: usize, first: usize, pick: impl Fn(f64, f64) -> f64) -> Vec<f64> {
    let mut out = vec![NOTHING; values.len()];
    // From each value of the block before on to its end, and from a block's begin up to each of its values.
    let (mut from_here, mut up_to_here): (Vec<f64>, Vec<f64>) = (Vec::new(), Vec::new());
    let lag = first + 1 - n;
    for (number, block) in values.chunks(n).enumerate() {
        accumulate(&mut up_to_here, block.iter(), &pick);
        // Of the windows that end in this block the last begins in it too.
        let slots = out.get_mut(lag + number * n..).unwrap_or_default();
        let windows = from_here.get(1..).unwrap_or_default().iter().zip(&up_to_here);
        for (slot, (&first, &second)) in slots.iter_mut().zip(windows) {
            *slot = pick(first, second);
        }
        if block.len() == n {
            accumulate(&mut from_here, block.iter().rev(), |later, earlier| pick(earlier, later));
            from_here.reverse();
            if let Some(slot) = slots.get_mut(n - 1) {
                *slot = pick(from_here[0], up_to_here[n - 1]);
            }
        }
    }
    out
}

/// The extremes of the values so far.
fn accumulate<'v>(
    out: &mut Vec<f64>,
    mut values: impl Iterator<Item = &'v f64>,
    pick: impl Fn(f64, f64) -> f64,
) {
    out.clear();
    let Some(&first) = values.next() else { return };
    let mut extreme = first;
    out.push(extreme);
    out.extend(values.map(|&value| {
        extreme = pick(extreme, value);
        extreme
    }));
}

#[cfg(test)]
mod tests {
    use super::super::fixture::bars;
    use super::*;

    #[test]
    fn by_hand() {
        // The two before: (3 1) 3, (1 2) 2, (2 5) 5; lowest 1, 1, 2.
        let values = [3.0, 1.0, 2.0, 5.0, 4.0];
        let (high, low) = (highest_before(&values, 2), lowest_before(&values, 2));
        assert!(high[1].is_nan() && low[1].is_nan());
        assert_eq!(high[2..], [3.0, 2.0, 5.0]);
        assert_eq!(low[2..], [1.0, 1.0, 2.0]);
    }

    #[test]
    fn the_last_bars_include_this_one() {
        // (3) 3, (3 1) 3, (1 2) 2, (2 5) 5, (5 4) 5.
        let values = [3.0, 1.0, 2.0, 5.0, 4.0];
        let (high, low) = (highest(&values, 2), lowest(&values, 2));
        assert!(high[0].is_nan() && low[0].is_nan());
        assert_eq!(high[1..], [3.0, 2.0, 5.0, 5.0]);
        assert_eq!(low[1..], [1.0, 1.0, 2.0, 4.0]);
        assert_eq!(highest(&values, 1), values);
        assert_eq!(highest(&values, 5)[4], 5.0);
        assert!(highest(&values, 6).iter().all(|value| value.is_nan()));
    }

    #[test]
    fn every_window_has_its_own_extreme() {
        let values: Vec<f64> = (0..137_u32).map(|row| f64::from(row * row % 61)).collect();
        for n in (1..140).chain([1000]) {
            let slow = |end: usize| values[(end + 1) - n..=end].iter().copied().reduce(f64::max);
            let (with, before) = (highest(&values, n), highest_before(&values, n));
            for row in 0..values.len() {
                let wanted = (row + 1 >= n).then(|| slow(row)).flatten();
                assert_eq!(wanted, Some(with[row]).filter(|value| !value.is_nan()), "{n} {row}");
                let wanted = (row >= n).then(|| slow(row - 1)).flatten();
                assert_eq!(wanted, Some(before[row]).filter(|value| !value.is_nan()), "{n} {row}");
            }
        }
    }

    #[test]
    fn as_talib() {
        // TA-Lib 0.8.1 (Python wrapper 0.8.2): MAX(H, 20)[59], at row 59 and so for row 60 here; the
        // channel of row 20 is MAX(H, 20)[19], MIN(L, 20)[19].
        let bars = bars();
        assert_eq!(highest_before(&bars.high, 20)[20], 102.32);
        assert_eq!(lowest_before(&bars.low, 20)[20], 93.69);
        assert_eq!(highest_before(&bars.high, 20)[27], 101.94);
        assert_eq!(lowest_before(&bars.low, 20)[27], 90.74);
    }
}
