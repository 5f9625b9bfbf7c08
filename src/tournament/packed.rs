//! A replay with its logs as bytes: what a tournament of thousands of agents holds until it is stored, in a fifth of the
//! memory.
//!
//! Invariant: the whole replay, its number for each tick aside, is read back as it was.

use std::borrow::Cow;

use super::outcome::WindowResult;
use crate::engine::{Replay, equity_at};
use crate::market::{Market, TickRange};
use crate::metrics::{Sample, Sampled};

/// What stands for a replay's logs.
#[derive(Debug)]
pub(crate) struct Packed {
    /// All of the replay; empty once it is freed.
    pub(super) bytes: Box<[u8]>,
    /// The starting balance, then the equity at each close that returns are sampled at: records are made of them.
    levels: Box<[f64]>,
}

impl Packed {
    /// The sampled equity, as [`Sample::of_replay`] takes it from the replay.
    pub(super) fn sample(&self, market: &Market, window: TickRange, periods_per_year: Option<f64>) -> Sample {
        Sampled::of(market, window, periods_per_year).sample(self.levels.to_vec())
    }
}

impl WindowResult {
    /// Keeps the logs as bytes.
    #[expect(clippy::expect_used, reason = "every field is a number, text, list or struct: nothing can fail")]
    pub(super) fn pack(&mut self, market: &Market, sampled: &Sampled) {
        self.replay.equity = Vec::new();
        let start = std::iter::once(self.replay.starting_balance);
        let levels = start.chain(equity_at(&self.replay, market, sampled.ticks.iter().copied()));
        let levels = levels.map(|level| level.to_f64()).collect();
        let bytes = postcard::to_stdvec(&self.replay).expect("plain values");
        let bytes = lz4_flex::compress_prepend_size(&bytes).into_boxed_slice();
        self.free_logs();
        self.packed = Some(Packed { bytes, levels });
    }

    /// The replay with its logs, as long as they have not been freed.
    #[expect(clippy::expect_used, reason = "the bytes were made of a replay by this program")]
    pub fn whole(&self) -> Cow<'_, Replay> {
        match &self.packed {
            Some(packed) if !packed.bytes.is_empty() => {
                let bytes = lz4_flex::decompress_size_prepended(&packed.bytes).expect("a replay's bytes");
                Cow::Owned(postcard::from_bytes(&bytes).expect("a replay's bytes"))
            }
            _ => Cow::Borrowed(&self.replay),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::testing::{daily_market, round_trip};
    use crate::tournament::testing::{metrics, result};

    #[test]
    fn a_packed_replay_is_whole_and_its_sample_is_at_hand() {
        let market = daily_market(40);
        let mut one = result(metrics(0.1));
        one.replay.round_trips = vec![round_trip(&market, 0, 2, 30), round_trip(&market, 2, 3, -150)];
        let whole = Replay { equity: Vec::new(), ..one.replay.clone() };
        let ticks = one.replay.window.ticks;
        let sample = Sample::of_replay(&one.replay, &market, None);
        one.pack(&market, &Sampled::of(&market, ticks, None));
        assert_eq!(*one.whole(), whole);
        assert!(one.replay.round_trips.is_empty());
        assert_eq!(one.packed.as_ref().unwrap().sample(&market, ticks, None), sample);
        one.free_logs();
        assert!(one.whole().round_trips.is_empty());
        assert_eq!(one.packed.as_ref().unwrap().sample(&market, ticks, None), sample);
    }
}
