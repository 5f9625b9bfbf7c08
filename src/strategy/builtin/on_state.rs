//! Strategies that enter while one condition holds and leave while another does.

use super::moves::Moves;
use crate::domain::{Interval, SymbolId};
use crate::indicator::{BitCursor, Feed};
use crate::market::Row;
use crate::scenario::StrategySpec;
use crate::strategy::context::{Ahead, NEVER};
use crate::strategy::decisions::BarDecisions;
use crate::strategy::search::Search;
use crate::strategy::{BarContext, Orders, Setup, Strategy, StrategyError, reader};

/// The two conditions of one symbol. A missing value fulfils none.
pub(in crate::strategy) trait Signal: Send {
    /// One of its feeds, which all have its timeframe.
    fn feed(&self) -> &Feed<'_>;
    /// What its entry and its exit ask, of which indicators.
    fn conditions(&self) -> [String; 2];
    /// Whether to be in.
    fn enters(&self, row: usize) -> bool;
    /// Whether to be out.
    fn exits(&self, row: usize) -> bool;
    /// Where in a block of rows [`Self::enters`]; asked only where the rows of the feeds are the base rows.
    fn enters_in(&self, block: usize) -> u64;
    /// Where in a block of rows [`Self::exits`]; asked likewise.
    fn exits_in(&self, block: usize) -> u64;
}

/// Where in a block one feed is above another; nowhere where their rows are not the base rows.
pub(super) fn above(feed: &Feed<'_>, other: &Feed<'_>, block: usize) -> u64 {
    let columns = feed.column().zip(other.column());
    columns.map_or(0, |(mine, theirs)| mine.above(theirs, block))
}

/// Acts on the STATE of a signal, each symbol on its own, when a bar of the timeframe closes.
///
/// With `direction = "short"` the exit condition sells short and the entry condition closes; with `"both"` each closes
/// the one side and opens the other. Long: enters while the entry condition holds, nothing is held and no buy waits; leaves while the exit
/// condition holds and something is held. Each order is sent once: a refused or rejected one is sent again
/// only after its condition has been false in between.
pub(in crate::strategy) struct OnState<S> {
    watched: Vec<Watched<S>>,
    moves: Moves,
    timeframe: Interval,
    reasons: Reasons,
}

/// What the orders are logged as.
#[derive(Clone, Copy)]
pub(super) struct Reasons {
    pub entry: &'static str,
    pub exit: &'static str,
}

struct Watched<S> {
    symbol: SymbolId,
    signal: S,
    entry: Wish,
    exit: Wish,
    /// The first row that has not been looked at.
    unseen: Row,
}

/// The name of a condition in a timeframe. How far back the columns of an indicator begin follows from both.
pub(super) fn named(timeframe: Interval, condition: &str) -> String {
    format!("{timeframe:?} {condition}")
}

/// One of the two orders, and its condition seen from afar.
struct Wish {
    /// Whether it may be sent: its condition has been false since it was sent last.
    ready: bool,
    on: BitCursor,
    off: BitCursor,
}

/// Which condition of a signal.
#[derive(Clone, Copy)]
pub(super) enum Which {
    Entry,
    Exit,
}

impl<S: Signal> OnState<S> {
    pub(super) fn new(
        spec: &StrategySpec,
        setup: &Setup<'_>,
        reasons: Reasons,
        of: impl Fn(SymbolId) -> S,
    ) -> Self {
        let wish = |symbol| {
            let cursor = reader::cursor(setup, symbol);
            Wish { ready: true, on: cursor.clone(), off: cursor }
        };
        let watch = |&symbol| Watched {
            symbol,
            signal: of(symbol),
            entry: wish(symbol),
            exit: wish(symbol),
            unseen: setup.history.market.series(symbol).row_from(setup.history.ticks.first),
        };
        let watched = spec.symbols.iter().map(watch).collect();
        Self { watched, moves: Moves::of(spec), timeframe: spec.timeframe, reasons }
    }
}

impl<S: Signal> OnState<S> {
    /// Its decisions as bits; `None` for several symbols.
    pub(in crate::strategy) fn decisions<'m>(self, setup: &Setup<'_>) -> Option<BarDecisions<'m>> {
        let [Watched { symbol, signal, .. }] = <[_; 1]>::try_from(self.watched).ok()?;
        let name = |condition: &str| named(self.timeframe, condition);
        let words = |which, condition: String| {
            reader::shared_words(setup, symbol, name(&condition), |block| holds(&signal, which, block))
        };
        let [entry, exit] = signal.conditions();
        let closes = |block| signal.feed().clock().closes(block);
        let closes = reader::shared_words(setup, symbol, name("closes"), closes);
        Some(BarDecisions::plain(words(Which::Entry, entry), words(Which::Exit, exit), Some(closes)))
    }
}

impl Wish {
    /// The next row from `from` on at which it would be sent; rows from `unseen` on were not looked at.
    fn next<S: Signal>(&mut self, signal: &S, which: Which, unseen: Row, from: Row) -> Option<Row> {
        let from = match self.ready {
            true => from,
            false => from.max(self.next_off(signal, which, unseen)? + 1),
        };
        self.on.next(from, |block| holds(signal, which, block))
    }

    /// The next row from `from` on at which its condition is false.
    fn next_off<S: Signal>(&mut self, signal: &S, which: Which, from: Row) -> Option<Row> {
        self.off.next(from, |block| signal.feed().clock().closes(block) & !holds(signal, which, block))
    }
}

/// Where in a block bars close and a condition holds.
pub(super) fn holds<S: Signal>(signal: &S, which: Which, block: usize) -> u64 {
    match (signal.feed().column().is_some(), which) {
        (true, Which::Entry) => signal.enters_in(block),
        (true, Which::Exit) => signal.exits_in(block),
        (false, Which::Entry) => reader::where_closed(signal.feed(), block, |row| signal.enters(row)),
        (false, Which::Exit) => reader::where_closed(signal.feed(), block, |row| signal.exits(row)),
    }
}

impl<S: Signal> Watched<S> {
    /// Makes up for the rows before `row` that were passed over: a condition may have been false in them.
    fn catch_up(&mut self, row: Row) {
        if self.unseen < row {
            for (wish, which) in [(&mut self.entry, Which::Entry), (&mut self.exit, Which::Exit)] {
                wish.ready = wish.ready
                    || wish.next_off(&self.signal, which, self.unseen).is_some_and(|off| off < row);
            }
        }
        self.unseen = row + 1;
    }

    /// The next row from `from` on at which anything would be sent.
    fn next(&mut self, from: Row, moves: Moves, ctx: &BarContext<'_>) -> Option<Row> {
        let (enters, leaves) = (moves.may_go_up(ctx, self.symbol), moves.may_go_down(ctx, self.symbol));
        let Self { signal, entry, exit, unseen, .. } = self;
        let entry = enters.then(|| entry.next(signal, Which::Entry, *unseen, from)).flatten();
        let exit = leaves.then(|| exit.next(signal, Which::Exit, *unseen, from)).flatten();
        entry.into_iter().chain(exit).min()
    }
}

impl<S: Signal> Strategy for OnState<S> {
    fn on_bar(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
        for watched in &mut self.watched {
            let Some(row) = ctx.row(watched.symbol) else { continue };
            watched.catch_up(row);
            if !watched.signal.feed().just_closed(row) {
                continue;
            }
            let (enters, exits) = (watched.signal.enters(row), watched.signal.exits(row));
            watched.entry.ready |= !enters;
            watched.exit.ready |= !exits;
            if enters && watched.entry.ready {
                let sent = self.moves.up(ctx, watched.symbol, self.reasons.entry, orders);
                watched.entry.ready = !sent;
            }
            if exits && watched.exit.ready {
                let sent = self.moves.down(ctx, watched.symbol, self.reasons.exit, orders);
                watched.exit.ready = !sent;
            }
        }
        Ok(())
    }
}

impl<S: Signal> Search for OnState<S> {
    fn next_call(&mut self, ahead: &Ahead<'_>) -> usize {
        let moves = self.moves;
        let next = |watched: &mut Watched<S>| {
            let row = watched.next(ahead.next_row(watched.symbol), moves, ahead);
            ahead.tick_of(watched.symbol, row)
        };
        self.watched.iter_mut().map(next).min().unwrap_or(NEVER)
    }
}
