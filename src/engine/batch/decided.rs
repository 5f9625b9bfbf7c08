//! One strategy that decides by the bars alone, from decision to decision.

use super::Ineligible;
use super::protection::Protection;
use super::replay_summary::ReplaySummary;
use super::trader::{State, Terms, Trader};
use super::units::Share;
use crate::market::SymbolSeries;
use crate::strategy::BarDecisions;

/// Takes the searches of a strategy through the window.
pub(super) fn run(
    decisions: &mut dyn BarDecisions,
    series: &SymbolSeries,
    through: bool,
    share: Share,
    terms: &Terms<'_>,
) -> Result<ReplaySummary, Ineligible> {
    let mut trader = Trader::new(share, terms);
    let base = terms.columns.base;
    // An order of the last close never fills.
    let (end, last) = (base + terms.columns.len(), base + terms.columns.len() - 1);
    let mut row = base + terms.columns.origin;
    while trader.state == State::Flat {
        let Some(at) = decisions.next_entry(row).filter(|&at| at < last) else { break };
        row = at + 1;
        let Some(bracket) = decisions.enter(at) else { continue };
        trader.enter(at - base, terms);
        if trader.state != State::Long {
            continue;
        }
        let mut protection = Protection::new(&bracket, trader.entry_price(terms), series, through);
        let sale = decisions.next_exit(row, row).filter(|&at| at < last);
        let until = sale.map_or(end, |at| at + 1);
        match (protection.first_fill(row..until), sale) {
            (Some(fill), _) => {
                trader.sell_inside(&fill, terms);
                row = fill.row;
            }
            (None, Some(at)) => {
                decisions.leave(at);
                trader.leave(at - base, terms);
                row = at + 1;
            }
            (None, None) => break,
        }
    }
    trader.finish(terms)
}
