//! Order rate: orders sent in the last minute of market time.

use std::collections::VecDeque;

use crate::domain::{Span, Timestamp};

/// Counts the orders of one agent in `(now - 60 s, now]`, including refused ones.
#[derive(Debug, Clone, Default)]
pub struct RateCounter {
    sent: VecDeque<Timestamp>,
}

impl RateCounter {
    /// Records one order and returns the number in the minute up to `now`, including it.
    pub fn count(&mut self, now: Timestamp) -> usize {
        while self.sent.front().is_some_and(|&at| at <= now - Span::MINUTE) {
            self.sent.pop_front();
        }
        self.sent.push_back(now);
        self.sent.len()
    }
}
