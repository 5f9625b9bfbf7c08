//! `mode = "side"`: in while the value is 1, out while it is 0.

use std::sync::Arc;

use super::known::Known;
use super::track::Track;
use crate::domain::{Bps, OrderRequest, Size};
use crate::scenario::SignalTable;
use crate::strategy::builtin::moves::{leave, may_enter};
use crate::strategy::context::{Ahead, NEVER};
use crate::strategy::search::Search;
use crate::strategy::{BarContext, Orders, Strategy, StrategyError};

/// Buys for `size` of the equity when a symbol's value becomes 1, and sells all of it when it becomes 0; sells come
/// first and pay for the buys. What is known before the window's first decision acts at it. A refused buy is not
/// repeated before the value has been 0.
pub(super) struct Sides {
    tracks: Vec<Track>,
    size: Bps,
}

impl Sides {
    pub fn new(table: &Arc<SignalTable>, known: Known, size: Bps) -> Self {
        Self { tracks: Track::all(table, known), size }
    }

    /// The tracks to be traded at this bar, with their value.
    fn due<'a>(&'a self, ctx: &'a BarContext<'_>) -> impl Iterator<Item = (&'a Track, bool)> {
        let due = self.tracks.iter().filter(|track| track.due && ctx.row(track.symbol).is_some());
        due.map(|track| (track, track.value.is_some_and(|value| value != Bps::ZERO)))
    }
}

impl Strategy for Sides {
    fn on_bar(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
        for track in &mut self.tracks {
            track.due |= track.advance(ctx.time()).changed;
        }
        for (track, _) in self.due(ctx).filter(|(_, is_in)| !is_in) {
            leave(ctx, track.symbol, "signal_out", orders);
        }
        for (track, _) in self.due(ctx).filter(|(_, is_in)| *is_in) {
            if may_enter(ctx, track.symbol) {
                let buy = OrderRequest::buy(track.symbol, Size::EquityShare(self.size), "signal_in");
                orders.place(OrderRequest { from_proceeds: true, ..buy });
            }
        }
        for track in &mut self.tracks {
            track.due &= ctx.row(track.symbol).is_none();
        }
        Ok(())
    }
}

impl Search for Sides {
    fn next_call(&mut self, ahead: &Ahead<'_>) -> usize {
        let next = |track: &mut Track| {
            let later = track.next_change(ahead);
            if track.due { later.min(ahead.next_bar(track.symbol)) } else { later }
        };
        self.tracks.iter_mut().map(next).min().unwrap_or(NEVER)
    }
}
