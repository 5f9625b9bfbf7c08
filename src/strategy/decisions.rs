//! Strategies whose decisions are functions of the bars alone, as bits.
//!
//! What the batch engine reads instead of calling a strategy bar by bar. Invariant: an account that is flat, or holds
//! what was bought, gets the orders that [`Strategy::on_bar`](super::Strategy::on_bar) gives.

use super::builtin::{breakout, reversion};
use super::{Setup, rules};
use crate::domain::Bracket;
use crate::market::Row;
use crate::scenario::{Entries, RuleSet, StrategyKind, StrategySpec};

/// Where a strategy of one symbol buys while it is flat, and where it sells what it holds: a bit for each row, in blocks of
/// 64, up to the end of its window. Bits before the window mean nothing.
pub struct BarDecisions<'m> {
    /// Rows at whose close it buys at the market, holding nothing.
    pub entries: Vec<u64>,
    /// Rows at whose close it sells all that it holds.
    pub exits: Vec<u64>,
    /// For a strategy that sends an order again only after its condition has been false at the close of one of its bars:
    /// the rows at which those close.
    pub once: Option<Vec<u64>>,
    /// Sells at the latest so many bars after the bar of the purchase, that one included.
    pub max_hold_bars: Option<u32>,
    /// The protective orders of an entry at the close of a row. `None` where one of their levels has no value: nothing is
    /// ordered then.
    pub bracket: Box<dyn Fn(Row) -> Option<Bracket> + 'm>,
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

/// The decisions of a strategy, with its indicator columns computed for the window of `setup`; `None` where it does not
/// [`decides_by_bars`].
pub fn bar_decisions<'m>(spec: &StrategySpec, setup: &Setup<'m>) -> Option<BarDecisions<'m>> {
    if !decides_by_bars(spec) {
        return None;
    }
    match &spec.kind {
        StrategyKind::RsiReversion { period, entry_below, exit_above } => {
            reversion::by_rsi(spec, setup, *period, *entry_below, *exit_above).decisions(setup)
        }
        StrategyKind::BollingerReversion { period, width } => {
            reversion::by_bollinger(spec, setup, *period, *width).decisions(setup)
        }
        StrategyKind::DonchianBreakout { entry, exit } => {
            breakout::by_donchian(spec, setup, *entry, *exit).decisions(setup)
        }
        StrategyKind::Rules(rules) => Some(rules::decisions(rules, *spec.symbols.first()?, setup)),
        _ => None,
    }
}
