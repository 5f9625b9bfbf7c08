//! Decisions that are functions of the bars alone, as bits.
//!
//! What the batch engine reads instead of calling a strategy bar by bar. Invariant: an account that is flat, or holds
//! what was bought, gets the orders that [`Strategy::on_bar`](super::Strategy::on_bar) gives.

use std::sync::Arc;

use crate::domain::Bracket;
use crate::market::Row;

/// The protective orders of an entry at the close of a row; `None` where one of their levels has no value.
pub type BracketAt<'m> = Box<dyn Fn(Row) -> Option<Bracket> + 'm>;

/// Where a strategy of one symbol buys while it is flat, and where it sells what it holds: a bit for each row, in blocks of
/// 64, up to the end of its window. Bits before the window mean nothing. With a `direction` other than long an entry is
/// where the signal points up, an exit where it points down.
pub struct BarDecisions<'m> {
    /// Rows at whose close it buys at the market, holding nothing.
    pub entries: Arc<[u64]>,
    /// Rows at whose close it sells all that it holds.
    pub exits: Arc<[u64]>,
    /// For a strategy that sends an order again only after its condition has been false at the close of one of its bars:
    /// the rows at which those close.
    pub once: Option<Arc<[u64]>>,
    /// Sells at the latest so many bars after the bar of the purchase, that one included.
    pub max_hold_bars: Option<u32>,
    /// Where it has protective orders, those of an entry. Where one of their levels has no value nothing is ordered.
    pub bracket: Option<BracketAt<'m>>,
}

impl BarDecisions<'_> {
    /// Decisions without protective orders and without a limit on the holding time.
    pub fn plain(entries: Arc<[u64]>, exits: Arc<[u64]>, once: Option<Arc<[u64]>>) -> Self {
        Self { entries, exits, once, max_hold_bars: None, bracket: None }
    }
}
