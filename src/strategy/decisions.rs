//! Strategies whose decisions are functions of the bars alone, as searches for the next one.
//!
//! What the batch engine asks instead of calling a strategy bar by bar. Invariant: an account that is flat, or holds
//! what was bought, as the searches are told, gets the orders that [`Strategy::on_bar`](super::Strategy::on_bar) gives.

use super::Setup;
use super::builtin::{breakout, reversion};
use super::rules::RuleDecisions;
use crate::domain::Bracket;
use crate::market::Row;
use crate::scenario::{Entries, RuleSet, StrategyKind, StrategySpec};

/// Where a strategy of one symbol buys while it is flat, and where it sells what it holds.
pub trait BarDecisions {
    /// The first row from `from` on at whose close it buys at the market, holding nothing.
    fn next_entry(&mut self, from: Row) -> Option<Row>;

    /// The first row from `from` on at whose close it sells all, bought at the open of row `opened`.
    fn next_exit(&mut self, from: Row, opened: Row) -> Option<Row>;

    /// It buys at the close of a row that [`Self::next_entry`] named: the protective orders of the entry. `None` where
    /// one of their levels has no value: nothing is ordered then.
    fn enter(&mut self, row: Row) -> Option<Bracket>;

    /// It sells at the close of a row that [`Self::next_exit`] named.
    fn leave(&mut self, row: Row);
}

/// Whether a strategy of one symbol can be asked for [`BarDecisions`].
pub fn decides_by_bars(spec: &StrategySpec) -> bool {
    let decides = match &spec.kind {
        StrategyKind::RsiReversion { entry_below, exit_above, .. } => entry_below <= exit_above,
        StrategyKind::BollingerReversion { .. } | StrategyKind::DonchianBreakout { .. } => true,
        StrategyKind::Rules(rules) => keeps_whole_positions(rules),
        _ => false,
    };
    decides && spec.symbols.len() == 1 && spec.entries == Entries::default()
}

/// Whether rules buy at the market, once a position, sell all of it, and never read it.
fn keeps_whole_positions(rules: &RuleSet) -> bool {
    rules.entry.is_none()
        && rules.exit_parts.is_empty()
        && rules.max_entries == 1
        && rules.max_positions != Some(0)
        && rules.short.is_none()
        && !rules.expressions().into_iter().any(crate::scenario::Expr::reads_position)
}

/// The searches of a strategy, with its indicator columns computed for the window of `setup`; `None` where it does not
/// [`decides_by_bars`].
pub fn bar_decisions<'m>(spec: &StrategySpec, setup: &Setup<'m>) -> Option<Box<dyn BarDecisions + 'm>> {
    if !decides_by_bars(spec) {
        return None;
    }
    match &spec.kind {
        StrategyKind::RsiReversion { period, entry_below, exit_above } => {
            reversion::by_rsi(spec, setup, *period, *entry_below, *exit_above).decisions()
        }
        StrategyKind::BollingerReversion { period, width } => {
            reversion::by_bollinger(spec, setup, *period, *width).decisions()
        }
        StrategyKind::DonchianBreakout { entry, exit } => {
            breakout::by_donchian(spec, setup, *entry, *exit).decisions()
        }
        StrategyKind::Rules(rules) => {
            Some(Box::new(RuleDecisions::new(rules, *spec.symbols.first()?, setup)))
        }
        _ => None,
    }
}
