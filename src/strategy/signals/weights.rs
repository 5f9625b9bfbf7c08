//! `mode = "weight"`: brings each symbol to its share of the equity.

use std::sync::Arc;

use super::known::Known;
use super::track::Track;
use crate::domain::{Bps, SymbolId};
use crate::scenario::{Rebalance, SignalTable, SignalsSpec};
use crate::strategy::context::{Ahead, NEVER};
use crate::strategy::search::Search;
use crate::strategy::{BarContext, Orders, Strategy, StrategyError, targets};

/// Trades a symbol when `rebalance` says so: when its weight changes, when a row names it, or at every bar. What is
/// known before the window's first decision is in force at it.
pub(super) struct TargetWeights {
    tracks: Vec<Track>,
    rebalance: Rebalance,
    drift: Bps,
    /// Reused at each decision.
    targets: Vec<(SymbolId, Bps)>,
}

impl TargetWeights {
    pub fn new(table: &Arc<SignalTable>, known: Known, spec: &SignalsSpec) -> Self {
        let tracks = Track::all(table, known);
        let targets = Vec::with_capacity(tracks.len());
        Self { tracks, rebalance: spec.rebalance, drift: spec.drift, targets }
    }
}

impl Strategy for TargetWeights {
    fn on_bar(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
        self.targets.clear();
        for track in &mut self.tracks {
            let news = track.advance(ctx.time());
            let Some(weight) = track.value else { continue };
            track.due |= match self.rebalance {
                Rebalance::OnChange => news.changed,
                Rebalance::OnRow => news.named,
                Rebalance::EveryBar => true,
            };
            if track.due && ctx.row(track.symbol).is_some() {
                track.due = false;
                self.targets.push((track.symbol, weight));
            }
        }
        targets::rebalance(ctx, &self.targets, self.drift, orders);
        Ok(())
    }
}

impl Search for TargetWeights {
    fn next_call(&mut self, ahead: &Ahead<'_>) -> usize {
        let rebalance = self.rebalance;
        let next = |track: &mut Track| {
            let later = match rebalance {
                Rebalance::OnChange => track.next_change(ahead),
                Rebalance::EveryBar if track.value.is_some() => ahead.next_bar(track.symbol),
                Rebalance::OnRow | Rebalance::EveryBar => track.next_row(ahead),
            };
            if track.due { later.min(ahead.next_bar(track.symbol)) } else { later }
        };
        self.tracks.iter_mut().map(next).min().unwrap_or(NEVER)
    }
}
