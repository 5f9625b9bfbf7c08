//! Orders sent in the last minute of market time.

use std::collections::VecDeque;

use crate::domain::{Span, Timestamp};

/// Counts what one agent sent in `(now - 60 s, now]`, refused orders included.
#[derive(Debug, Clone, Default)]
pub struct RateCounter {
    sent: VecDeque<Timestamp>,
}

impl RateCounter {
    /// Notes one more order and returns how many there are in the minute that ends now, it included.
    pub fn count(&mut self, now: Timestamp) -> usize {
        while self.sent.front().is_some_and(|&at| at <= now - Span::MINUTE) {
            self.sent.pop_front();
        }
        self.sent.push_back(now);
        self.sent.len()
    }
}
