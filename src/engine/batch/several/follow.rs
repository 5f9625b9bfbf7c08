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

/// Takes the decisions of a strategy, by symbol, through the window; each entry is a share of the equity.
pub(in crate::engine::batch) fn follow(
    decisions: &[(SymbolId, BarDecisions<'_>)],
    share: Bps,
    setting: Setting<'_>,
) -> Result<ReplaySummary, Ineligible> {
    let (columns, last) = (setting.columns, setting.columns.len() - 1);
    let mut account = Account::new(setting, share);
    let mut all = Vec::with_capacity(decisions.len());
    for (symbol, decisions) in decisions {
        let rows = &columns.of(*symbol)?.rows;
        let wishes = |words| Wishes::new(words, decisions.once.as_deref());
        let (entries, exits) = (wishes(&*decisions.entries), wishes(&*decisions.exits));
        let mut signals = Signals { symbol: *symbol, rows, entries, exits, next: None };
        signals.look(0, last, false);
        all.push(signals);
    }
    while let Some(bar) = all.iter().filter_map(|signals| signals.next).min() {
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
            signals.look(bar + 1, last, account.holds(signals.symbol));
        }
    }
    if setting.job.venue.close_at_end {
        account.close_out()?;
    }
    account.finish()
}
