//! A replay with its logs as bytes: what a tournament of thousands of agents holds until it is stored, in a third of the
//! memory.
//!
//! Invariant: the whole replay, its number for each tick aside, is read back as it was.

use std::borrow::Cow;

use super::outcome::WindowResult;
use super::scored::read_at;
use crate::engine::Replay;

impl WindowResult {
    /// Keeps the logs as bytes. Of the holdings those at `sampled` ticks remain, which ascend: records are made of them.
    #[expect(clippy::expect_used, reason = "every field is a number, text, list or struct: nothing can fail")]
    pub(super) fn pack(&mut self, sampled: &[usize]) {
        self.replay.equity = Vec::new();
        let bytes = postcard::to_stdvec(&self.replay).expect("plain values");
        let holdings = read_at(&self.replay.holdings, sampled);
        self.free_logs();
        self.replay.holdings = holdings;
        self.packed = Some(bytes.into_boxed_slice());
    }

    /// The replay with its logs, as long as they have not been freed.
    #[expect(clippy::expect_used, reason = "the bytes were made of a replay by this program")]
    pub fn whole(&self) -> Cow<'_, Replay> {
        match &self.packed {
            Some(bytes) => Cow::Owned(postcard::from_bytes(bytes).expect("a replay's bytes")),
            None => Cow::Borrowed(&self.replay),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::testing::{daily_market, round_trip};
    use crate::tournament::testing::{metrics, result};

    #[test]
    fn a_packed_replay_is_whole_and_its_samples_are_at_hand() {
        let market = daily_market(40);
        let mut one = result(metrics(0.1));
        one.replay.round_trips = vec![round_trip(&market, 0, 2, 30), round_trip(&market, 2, 3, -150)];
        let whole = Replay { equity: Vec::new(), ..one.replay.clone() };
        let last = whole.holdings.last().unwrap().clone();
        one.pack(&[9]);
        assert_eq!(*one.whole(), whole);
        assert_eq!((one.replay.holdings.as_slice(), one.replay.round_trips.len()), ([last].as_slice(), 0));
        one.free_logs();
        assert!(one.whole().round_trips.is_empty());
    }
}
