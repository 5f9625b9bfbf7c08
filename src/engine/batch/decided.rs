//! Strategies that decide by the bars alone, from decision to decision.
//!
//! They go through the window side by side: all of them through some thousand bars, whose columns then stay in the second
//! cache, before the next.

use super::Ineligible;
use super::protection::Protection;
use super::replay_summary::ReplaySummary;
use super::trader::{State, Terms, Trader};
use super::units::Share;
use crate::market::{BLOCK, Row, SymbolSeries};
use crate::strategy::BarDecisions;

/// Rows that all go through before the next; few in tests, so that small markets have many such parts.
const TILE: usize = if cfg!(test) { BLOCK / 2 } else { 64 * BLOCK };

/// What protective orders meet: the bars, and whether a target needs a price beyond its own.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bars<'m> {
    pub series: &'m SymbolSeries,
    pub through: bool,
}

/// Takes the decisions of strategies, each with its share of the equity, through the window.
pub(super) fn run<'d>(
    trials: impl Iterator<Item = (&'d BarDecisions<'d>, Share)>,
    bars: Bars<'d>,
    terms: &Terms<'_>,
) -> Vec<Result<ReplaySummary, Ineligible>> {
    let (base, end) = (terms.columns.base, terms.columns.base + terms.columns.len());
    let mut followers: Vec<Follower<'_>> =
        trials.map(|(decisions, share)| Follower::new(decisions, share, bars, terms)).collect();
    for tile in (base..end).step_by(TILE) {
        for follower in &mut followers {
            follower.advance((tile + TILE).min(end), terms);
        }
    }
    followers.into_iter().map(|follower| follower.trader.finish(terms)).collect()
}

/// A strategy in the middle of the window.
struct Follower<'d> {
    decisions: &'d BarDecisions<'d>,
    bars: Bars<'d>,
    trader: Trader,
    entries: Wishes<'d>,
    exits: Wishes<'d>,
    /// The first row that has not been looked at.
    row: Row,
    protection: Option<Protection<'d>>,
    /// The row at which it sells at the latest.
    latest: Option<Row>,
}

impl<'d> Follower<'d> {
    fn new(decisions: &'d BarDecisions<'d>, share: Share, bars: Bars<'d>, terms: &Terms<'_>) -> Self {
        let once = decisions.once.as_deref();
        Self {
            decisions,
            bars,
            trader: Trader::new(share, terms),
            entries: Wishes::new(&decisions.entries, once),
            exits: Wishes::new(&decisions.exits, once),
            row: terms.columns.base + terms.columns.origin,
            protection: None,
            latest: None,
        }
    }

    /// Goes on to a row, whose own decision is not made yet.
    fn advance(&mut self, until: Row, terms: &Terms<'_>) {
        while self.row < until {
            match self.trader.state {
                State::Flat => self.enter(until, terms),
                State::Long => self.leave(until, terms),
                State::Spent | State::Stopped(_) => return,
            }
        }
    }

    /// The next entry before `until`.
    #[inline(always)]
    fn enter(&mut self, until: Row, terms: &Terms<'_>) {
        let base = terms.columns.base;
        // An order of the last close never fills.
        let last = base + terms.columns.len() - 1;
        let Some(at) = self.entries.next(self.row, until.min(last)) else {
            self.row = until;
            return;
        };
        self.row = at + 1;
        let bracket = match &self.decisions.bracket {
            None => None,
            Some(bracket) => match bracket(at) {
                None => return,
                some => some,
            },
        };
        self.entries.send(at);
        self.trader.enter(at - base, terms);
        if self.trader.state != State::Long {
            return;
        }
        let Bars { series, through } = self.bars;
        self.protection =
            bracket.map(|bracket| Protection::new(&bracket, self.trader.entry_price(terms), series, through));
        let most = self.decisions.max_hold_bars;
        let too_long = most.map(|most| (self.row + most as usize).saturating_sub(1).max(self.row));
        self.latest = too_long.filter(|&at| at < last);
    }

    /// The end of the position, if it comes before `until`.
    #[inline(always)]
    fn leave(&mut self, until: Row, terms: &Terms<'_>) {
        let base = terms.columns.base;
        let last = base + terms.columns.len() - 1;
        // What comes after the latest bar is of no interest.
        let decided = self.exits.next(self.row, self.latest.unwrap_or(last).min(until));
        let sale = decided.or(self.latest.filter(|&at| at < until));
        let rows = self.row..sale.map_or(until, |at| at + 1);
        match (self.protection.as_mut().and_then(|protection| protection.first_fill(rows)), sale) {
            (Some(fill), _) => {
                self.trader.sell_inside(&fill, terms);
                self.row = fill.row;
            }
            (None, Some(at)) => {
                self.exits.send(at);
                self.trader.leave(at - base, terms);
                self.row = at + 1;
            }
            (None, None) => self.row = until,
        }
    }
}

/// The rows at which an order would be sent.
pub(super) struct Wishes<'d> {
    /// A bit for each row, in blocks.
    words: &'d [u64],
    /// Where the bars close at one of which the condition must have been false since the order was sent.
    once: Option<&'d [u64]>,
    /// The row at which it was sent last, or a later one up to which the condition has not been false since.
    sent: Option<Row>,
    /// The first row at which it may be sent again.
    ready: Row,
}

impl<'d> Wishes<'d> {
    /// Before the first order.
    pub fn new(words: &'d [u64], once: Option<&'d [u64]>) -> Self {
        Self { words, once, sent: None, ready: 0 }
    }

    /// The order is sent at the close of a row.
    #[inline(always)]
    pub fn send(&mut self, row: Row) {
        self.sent = self.once.map(|_| row);
    }

    /// The first from `from` on, before `end`.
    #[inline(always)]
    pub fn next(&mut self, from: Row, end: Row) -> Option<Row> {
        if let (Some(closes), Some(sent)) = (self.once, self.sent) {
            match first(sent + 1, end, |block| closes[block] & !self.words[block]) {
                Some(off) => (self.sent, self.ready) = (None, off + 1),
                None => {
                    self.sent = Some(sent.max(end.saturating_sub(1)));
                    return None;
                }
            }
        }
        first(from.max(self.ready), end, |block| self.words[block])
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
