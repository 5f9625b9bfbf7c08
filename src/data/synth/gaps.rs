//! Gaps in synthetic bars, on request.

use super::draw::Stream;
use crate::domain::{Seed, Symbol};
use crate::market::Bars;

/// Mean length of a gap, in bars.
const MEAN_BARS: f64 = 6.0;

/// Removes about this share (`0 ..= 0.9`) of the bars, in gaps of random length; the first and the last bar
/// are kept. Equal seeds and symbols give equal gaps.
pub fn with_gaps(bars: &Bars, seed: Seed, symbol: &Symbol, share: f64) -> Bars {
    let share = share.clamp(0.0, 0.9);
    let mut draws = Stream::new(seed.key(&["synth", "holes", symbol.as_str()]));
    let mut kept = Bars::with_capacity(bars.interval, bars.len());
    // Per bar, the probability that a gap begins; each of its bars ends it with probability 1 / MEAN_BARS.
    let begins = share / (MEAN_BARS * (1.0 - share));
    let mut inside = false;
    for row in 0..bars.len() {
        inside = if inside { draws.uniform() >= 1.0 / MEAN_BARS } else { draws.uniform() < begins };
        if !inside || row == 0 || row + 1 == bars.len() {
            let values = [bars.open[row], bars.high[row], bars.low[row], bars.close[row], bars.volume[row]];
            kept.push(bars.ts[row], values);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Interval, Timestamp};

    #[test]
    fn about_the_given_share_is_removed_deterministically() {
        let mut bars = Bars::with_capacity(Interval::MINUTE, 100_000);
        for n in 0..100_000 {
            bars.push(Timestamp::from_micros(n * 60_000_000), [1.0; 5]);
        }
        let symbol = Symbol::new("X").unwrap();
        let punched = with_gaps(&bars, Seed(7), &symbol, 0.1);
        let gone = 1.0 - punched.len() as f64 / bars.len() as f64;
        assert!((0.08..0.12).contains(&gone), "{gone}");
        assert_eq!(punched, with_gaps(&bars, Seed(7), &symbol, 0.1));
        assert_ne!(punched, with_gaps(&bars, Seed(8), &symbol, 0.1));
        assert_eq!(with_gaps(&bars, Seed(7), &symbol, 0.0), bars);
        assert_eq!((punched.ts[0], punched.ts.last()), (bars.ts[0], bars.ts.last()));
    }
}
