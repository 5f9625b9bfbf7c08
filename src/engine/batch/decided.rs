//! One strategy that decides by the bars alone, from decision to decision.

use super::Ineligible;
use super::protection::Protection;
use super::replay_summary::ReplaySummary;
use super::trader::{State, Terms, Trader};
use super::units::Share;
use crate::market::{BLOCK, Row, SymbolSeries};
use crate::strategy::BarDecisions;

/// Takes the decisions of a strategy through the window.
pub(super) fn run(
    decisions: &BarDecisions<'_>,
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
    let once = decisions.once.as_deref();
    let mut entries = Wishes { words: &decisions.entries, once, sent: None };
    let mut exits = Wishes { words: &decisions.exits, once, sent: None };
    while trader.state == State::Flat {
        let Some(at) = entries.next(row, last) else { break };
        row = at + 1;
        let Some(bracket) = (decisions.bracket)(at) else { continue };
        entries.sent = Some(at);
        trader.enter(at - base, terms);
        if trader.state != State::Long {
            continue;
        }
        let mut protection = Protection::new(&bracket, trader.entry_price(terms), series, through);
        let too_long = decisions.max_hold_bars.map(|most| (row + most as usize).saturating_sub(1).max(row));
        let latest = too_long.filter(|&at| at < last);
        // What comes after the latest bar is of no interest.
        let sale = exits.next(row, latest.unwrap_or(last)).or(latest);
        let until = sale.map_or(end, |at| at + 1);
        match (protection.first_fill(row..until), sale) {
            (Some(fill), _) => {
                trader.sell_inside(&fill, terms);
                row = fill.row;
            }
            (None, Some(at)) => {
                exits.sent = Some(at);
                trader.leave(at - base, terms);
                row = at + 1;
            }
            (None, None) => break,
        }
    }
    trader.finish(terms)
}

/// The rows at which an order would be sent.
pub(super) struct Wishes<'d> {
    /// A bit for each row, in blocks.
    pub words: &'d [u64],
    /// Where the bars close at one of which the condition must have been false since the order was sent.
    pub once: Option<&'d [u64]>,
    /// The row at which it was sent last.
    pub sent: Option<Row>,
}

impl Wishes<'_> {
    /// The first from `from` on, before `end`.
    pub fn next(&self, from: Row, end: Row) -> Option<Row> {
        let from = match (self.once, self.sent) {
            (Some(closes), Some(sent)) => {
                let off = first(sent + 1, end, |block| closes[block] & !self.words[block])?;
                from.max(off + 1)
            }
            _ => from,
        };
        first(from, end, |block| self.words[block])
    }
}

/// The first row of `from..end` whose bit is set.
#[inline(always)]
fn first(from: Row, end: Row, word: impl Fn(usize) -> u64) -> Option<Row> {
    if from >= end {
        return None;
    }
    let mut bits = word(from / BLOCK) & u64::MAX << (from % BLOCK);
    let mut block = from / BLOCK;
    while bits == 0 {
        block += 1;
        if block * BLOCK >= end {
            return None;
        }
        bits = word(block);
    }
    let row = block * BLOCK + bits.trailing_zeros() as usize;
    (row < end).then_some(row)
}
