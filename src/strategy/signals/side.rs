//! `mode = "side"`: in while the value is 1, out while it is 0, on margin short while it is -1.

use std::sync::Arc;

use super::known::Known;
use super::track::Track;
use crate::domain::{Bps, OrderRequest, Side, Size};
use crate::scenario::SignalTable;
use crate::strategy::builtin::moves::{entry_of, leave, may_turn};
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

    /// The tracks to be traded at this bar, with the side to be on; `None` for out.
    fn due<'a>(&'a self, ctx: &'a BarContext<'_>) -> impl Iterator<Item = (&'a Track, Option<Side>)> {
        let due = self.tracks.iter().filter(|track| track.due && ctx.row(track.symbol).is_some());
        due.map(|track| {
            let value = track.value.unwrap_or(Bps::ZERO);
            let side = if value < Bps::ZERO { Side::Sell } else { Side::Buy };
            (track, (value != Bps::ZERO).then_some(side))
        })
    }
}

impl Strategy for Sides {
    fn on_bar(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
        for track in &mut self.tracks {
            track.due |= track.advance(ctx.time()).changed;
        }
        for (track, _) in self.due(ctx).filter(|(_, side)| side.is_none()) {
            leave(ctx, track.symbol, "signal_out", orders);
        }
        for (track, side) in self.due(ctx).filter_map(|(track, side)| Some((track, side?))) {
            if may_turn(ctx, track.symbol, side) {
                let entry = entry_of(track.symbol, side, Size::EquityShare(self.size), "signal_in");
                // A position on the other side is closed first, by the same order.
                let reverse = !ctx.position(track.symbol).is_flat();
                orders.place(OrderRequest { from_proceeds: true, reverse, ..entry });
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
