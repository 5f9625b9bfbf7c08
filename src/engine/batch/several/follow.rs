//! From signal to signal, the earliest of all symbols first; at one close in the order of the strategy's symbols.

use super::account::{Account, Setting};
use super::columns::BarRows;
use crate::domain::{Bps, SymbolId};
use crate::engine::batch::Ineligible;
use crate::engine::batch::decided::Wishes;
use crate::engine::batch::replay_summary::ReplaySummary;
use crate::strategy::BarDecisions;

/// One symbol's signals.
struct Signals<'d> {
    symbol: SymbolId,
    rows: &'d BarRows,
    entries: Wishes<'d>,
    exits: Wishes<'d>,
    /// The next bar at which it sends an order.
    next: Option<usize>,
}

impl Signals<'_> {
    /// Looks for the next order from bar `from` on; one of the last close never fills.
    fn look(&mut self, from: usize, last: usize, holds: bool) {
        let wishes = if holds { &mut self.exits } else { &mut self.entries };
        let rows = self.rows;
        self.next = wishes.next(rows.row_from(from), rows.row_from(last)).map(|row| rows.bar_of(row));
    }
}

/// Bars that all trials go through before the next, of so many columns as stay in the second cache; few in tests, so that small
/// markets have many such parts.
const TILE: usize = if cfg!(test) { 64 } else { 16 * 1024 };
const SHORTEST_TILE: usize = TILE / 16;

/// Takes the decisions of strategies, by symbol, through the window of so many bars, side by side; each entry is a share of the
/// equity.
pub(in crate::engine::batch) fn run<'d>(
    trials: impl Iterator<Item = (&'d [(SymbolId, BarDecisions<'d>)], Bps, Setting<'d>)>,
    bars: usize,
) -> Vec<Result<ReplaySummary, Ineligible>> {
    let mut followers: Vec<Result<Follower<'_>, Ineligible>> =
        trials.map(|(decisions, share, setting)| Follower::new(decisions, share, setting)).collect();
    let symbols = followers.iter().flatten().map(|follower| follower.all.len()).max().unwrap_or(1);
    let tile = (TILE / symbols).max(SHORTEST_TILE);
    for end in (tile..bars + tile).step_by(tile) {
        for slot in &mut followers {
            if let Ok(follower) = slot
                && let Err(why) = follower.advance(end)
            {
                *slot = Err(why);
            }
        }
    }
    followers.into_iter().map(|follower| follower?.finish()).collect()
}

/// A strategy in the middle of the window.
struct Follower<'d> {
    account: Account<'d>,
    all: Vec<Signals<'d>>,
    /// The last bar.
    last: usize,
}

impl<'d> Follower<'d> {
    fn new(
        decisions: &'d [(SymbolId, BarDecisions<'d>)],
        share: Bps,
        setting: Setting<'d>,
    ) -> Result<Self, Ineligible> {
        let last = setting.columns.len() - 1;
        let mut all = Vec::with_capacity(decisions.len());
        for (symbol, decisions) in decisions {
            let rows = &setting.columns.of(*symbol)?.rows;
            let wishes = |words| Wishes::new(words, decisions.once.as_deref());
            let (entries, exits) = (wishes(&*decisions.entries), wishes(&*decisions.exits));
            let mut signals = Signals { symbol: *symbol, rows, entries, exits, next: None };
            signals.look(0, last, false);
            all.push(signals);
        }
        Ok(Self { account: Account::new(setting, share), all, last })
    }

    /// Follows the signals of the bars before `end`.
    fn advance(&mut self, end: usize) -> Result<(), Ineligible> {
        let Self { account, all, last } = self;
        while let Some(bar) = all.iter().filter_map(|signals| signals.next).min().filter(|&bar| bar < end) {
            for signals in all.iter_mut().filter(|signals| signals.next == Some(bar)) {
                let holds = account.holds(signals.symbol);
                let wishes = if holds { &mut signals.exits } else { &mut signals.entries };
                wishes.send(signals.rows.row_from(bar));
                // What would wait, or be sent again without a bar, is not followed.
                if !signals.rows.has(bar + 1) {
                    return Err(Ineligible::Symbols);
                }
                account.order(bar, signals.symbol)?;
            }
            account.fill(bar + 1)?;
            for signals in all.iter_mut().filter(|signals| signals.next == Some(bar)) {
                signals.look(bar + 1, *last, account.holds(signals.symbol));
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<ReplaySummary, Ineligible> {
        if self.account.closes_at_end() {
            self.account.close_out()?;
        }
        self.account.finish()
    }
}
