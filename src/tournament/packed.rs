//! A replay with its logs as bytes: what a tournament of thousands of agents holds until it is stored, in a fifth of the
//! memory.
//!
//! Invariant: the whole replay, its number for each tick aside, is read back as it was.

use crate::engine::{Replay, equity_at};
use crate::market::{Market, TickRange};
use crate::metrics::{Sample, Sampled};

/// What stands for a replay's logs.
#[derive(Debug)]
pub(crate) struct Packed {
    /// All of the replay.
    bytes: Box<[u8]>,
    /// The starting balance, then the equity at each close that returns are sampled at: records are made of them.
    levels: Box<[f64]>,
}

impl Packed {
    /// Of a replay, whose equity is sampled at these ticks.
    pub(super) fn new(replay: &Replay, market: &Market, sampled: &Sampled) -> Self {
        let start = std::iter::once(replay.starting_balance);
        let levels = start.chain(equity_at(replay, market, sampled.ticks.iter().copied()));
        let levels = levels.map(|level| level.to_f64()).collect();
        Self { bytes: packed(replay), levels }
    }

    /// The replay.
    #[expect(clippy::expect_used, reason = "the bytes were made of a replay by this program")]
    pub(super) fn whole(&self) -> Replay {
        let bytes = lz4_flex::decompress_size_prepended(&self.bytes).expect("a replay's bytes");
        postcard::from_bytes(&bytes).expect("a replay's bytes")
    }

    /// The sampled equity, as [`Sample::of_replay`] takes it from the replay.
    pub(super) fn sample(&self, market: &Market, window: TickRange, periods_per_year: Option<f64>) -> Sample {
        Sampled::of(market, window, periods_per_year).sample(self.levels.to_vec())
    }
}

/// A replay's logs as bytes.
#[expect(clippy::expect_used, reason = "every field is a number, text, list or struct: nothing can fail")]
pub(crate) fn packed(replay: &Replay) -> Box<[u8]> {
    let bytes = postcard::to_stdvec(replay).expect("plain values");
    lz4_flex::compress_prepend_size(&bytes).into_boxed_slice()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::testing::{daily_market, round_trip};
    use crate::tournament::testing::{metrics, result};

    #[test]
    fn a_packed_replay_is_whole_and_its_sample_is_at_hand() {
        let market = daily_market(40);
        let mut replay = result(metrics(0.1)).replay;
        replay.round_trips = vec![round_trip(&market, 0, 2, 30), round_trip(&market, 2, 3, -150)];
        let (ticks, sample) = (replay.window.ticks, Sample::of_replay(&replay, &market, None));
        let packed = Packed::new(&replay, &market, &Sampled::of(&market, ticks, None));
        assert_eq!(packed.whole(), replay);
        assert_eq!(packed.sample(&market, ticks, None), sample);
    }
}
