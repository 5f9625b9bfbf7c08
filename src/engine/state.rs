//! Everything that changes while one agent goes through one window.

use std::cell::OnceCell;

use super::due_dividends::{self, DueDividend};
use super::job::Job;
use super::margin::MarginBook;
use super::open_trip::OpenTrip;
use super::outcome::Posting;
use super::trigger_band::TriggerBand;
use super::working::{NEVER, Working};
use super::{FillRow, Flags, Holding, OrderRow, ReplayStatus, RoundTrip};
use crate::domain::{Cash, OrderId, Price, Qty, RefusalCode, Side, SymbolId, Timestamp};
use crate::ledger::{Ledger, Position};
use crate::market::{Row, TickRow};
use crate::risk::{LossStreak, RateCounter};
use crate::scenario::Delisted;
use crate::venue::TradingDay;

/// Whether the agent may act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TradingState {
    /// It decides and its orders are checked.
    Active,
    /// It decides but every order is refused with this code until the trading day ends.
    Halted(RefusalCode),
    /// It decides no more.
    Out,
}

/// The orders of a bracket that live together: they share one lock and one quantity.
#[derive(Debug, Clone, Copy)]
pub(super) struct Group {
    /// The entry order.
    pub entry: OrderId,
    /// Symbol of the entry.
    pub symbol: SymbolId,
    /// Side of the children: they sell what was bought, and buy back what was sold short.
    pub side: Side,
    /// What the children may still sell; exactly this is locked.
    pub left: Qty,
    /// The part of it that was bought inside the bar being matched: no target sells it in that bar, for the high may
    /// have come before.
    pub fresh: Qty,
    /// Number of child orders still open.
    pub alive: u32,
}

/// A held symbol as the marking loop needs it.
#[derive(Debug, Clone, Copy)]
pub(super) struct HeldSymbol {
    pub symbol: SymbolId,
    pub qty: f64,
}

/// How much of a symbol's bar the agent has taken, for the participation cap.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Participation {
    /// The bar's row and one; 0 before the first.
    pub row: Row,
    pub qty: Qty,
}

/// One agent in one window. Methods are spread over the files of this room, by step.
pub(super) struct State<'m> {
    pub job: &'m Job<'m>,
    // Market columns, by symbol.
    pub closes: Vec<&'m [f64]>,
    pub rows: Vec<&'m [TickRow]>,
    /// Of each symbol, looked at when slippage first asks.
    pub trading_days: Vec<OnceCell<TradingDay>>,
    /// When the window opens, where its ticks follow each other without a gap.
    pub even_from: Option<Timestamp>,
    /// The first tick at which a symbol is worth nothing.
    pub worthless_from: Vec<usize>,
    // Money.
    pub ledger: Ledger,
    pub cash: f64,
    pub held: Vec<HeldSymbol>,
    /// Whether cash or positions changed since the last holding was noted.
    pub changed: bool,
    /// Of an account in whose market any instrument is on margin.
    pub margin: Option<Box<MarginBook>>,
    // The instant.
    pub tick: usize,
    pub equity_now: f64,
    // Orders.
    pub waiting: Vec<Working>,
    pub markets: usize,
    pub next_expiry: Timestamp,
    /// By symbol with waiting orders; rebuilt when stale.
    pub bands: Vec<TriggerBand>,
    pub bands_stale: bool,
    /// Orders that have ended, by symbol.
    pub ended: Vec<u64>,
    pub groups: Vec<Group>,
    pub taken: Vec<Participation>,
    pub picked: Vec<OrderId>,
    /// Whether the bar being matched has brackets whose entry filled inside it.
    pub born: bool,
    /// Number of the pass over a bar.
    pub pass: u64,
    /// The bar in which an ambiguity was last counted, by symbol; the row and one.
    pub ambiguous: Vec<Row>,
    // Rules.
    pub trading_state: TradingState,
    pub next_day: Timestamp,
    pub day_start: Cash,
    pub day_floor: f64,
    pub peak: f64,
    pub peak_tick: Option<usize>,
    pub streak: LossStreak,
    pub rate: RateCounter,
    // Results.
    pub status: ReplayStatus,
    pub orders: Vec<OrderRow>,
    pub fills: Vec<FillRow>,
    pub postings: Vec<Posting>,
    /// Dividends of the window in order of time, and how many have been paid.
    pub dividends: Vec<DueDividend>,
    pub dividends_paid: usize,
    pub open_trips: Vec<Option<OpenTrip>>,
    pub trips: Vec<RoundTrip>,
    pub holdings: Vec<Holding>,
    pub equity: Vec<f64>,
    pub ticks_in_market: usize,
    pub flags: Flags,
}

impl<'m> State<'m> {
    pub(super) fn new(job: &'m Job<'m>) -> Self {
        let count = job.market.symbols.len();
        let ticks = job.window.ticks;
        let start = job.starting_equity();
        let held = job
            .carried
            .iter()
            .map(|(symbol, p)| (*symbol, Position::carried(p.quantity, p.cost, p.entry_fees)));
        let mut state = Self {
            job,
            closes: job.market.symbols.iter().map(|s| s.bars.close.as_slice()).collect(),
            rows: job.market.symbols.iter().map(|s| s.rows.as_slice()).collect(),
            trading_days: vec![OnceCell::new(); count],
            even_from: even_from(job),
            worthless_from: vec![usize::MAX; count],
            ledger: Ledger::new(job.starting_balance, count).holding(held),
            cash: job.starting_balance.to_f64(),
            held: Vec::with_capacity(count),
            changed: true,
            margin: job.on_margin().then(|| Box::new(MarginBook::new(count, job.market.clock[ticks.first]))),
            tick: ticks.first,
            equity_now: start.to_f64(),
            waiting: Vec::new(),
            markets: 0,
            next_expiry: NEVER,
            bands: Vec::with_capacity(count),
            bands_stale: false,
            ended: vec![0; count],
            groups: Vec::new(),
            taken: vec![Participation::default(); count],
            picked: Vec::new(),
            born: false,
            pass: 0,
            ambiguous: vec![0; count],
            trading_state: TradingState::Active,
            next_day: Timestamp::from_micros(i64::MIN),
            day_start: start,
            day_floor: f64::NEG_INFINITY,
            peak: start.to_f64(),
            peak_tick: None,
            streak: LossStreak::default(),
            rate: RateCounter::default(),
            status: ReplayStatus::Completed,
            orders: Vec::new(),
            fills: Vec::new(),
            postings: Vec::new(),
            dividends: due_dividends::due(job),
            dividends_paid: 0,
            open_trips: (0..count).map(|_| None).collect(),
            trips: Vec::new(),
            holdings: Vec::new(),
            equity: Vec::with_capacity(ticks.last - ticks.first),
            ticks_in_market: 0,
            flags: Flags::default(),
        };
        state.carry_trips();
        state.find_delisted();
        state.start_day();
        state
    }

    /// Flags the symbols whose bars end for good inside the window.
    fn find_delisted(&mut self) {
        for index in 0..self.rows.len() {
            let symbol = symbol_id(index);
            if let Some(tick) = delisted_from(self.job, symbol) {
                self.flags.delisted.push(symbol);
                if self.job.delisted == Delisted::WriteOff {
                    self.worthless_from[index] = tick;
                }
            }
        }
    }

    /// When this tick's bars opened.
    pub(super) fn open_time(&self) -> Timestamp {
        self.open_at(self.tick)
    }

    /// When a tick's bars open.
    pub(super) fn open_at(&self, tick: usize) -> Timestamp {
        match self.even_from {
            Some(first) => {
                first + self.job.market.interval.span().times((tick - self.job.window.ticks.first) as i64)
            }
            None => self.job.market.clock[tick],
        }
    }

    /// When this tick's bars close and decisions are made.
    pub(super) fn close_time(&self) -> Timestamp {
        self.open_time() + self.job.market.interval.span()
    }

    /// A symbol's own row at this tick; `None` while it has no bar.
    pub(super) fn fresh(&self, symbol: SymbolId) -> Option<Row> {
        self.job.market.series(symbol).row_at(self.tick).fresh()
    }

    /// What one unit of a symbol is worth at a tick's close: its last close, nothing once written off or
    /// before its first bar.
    pub(super) fn mark_price(&self, symbol: SymbolId, tick: usize) -> Price {
        let index = symbol.index();
        match self.job.market.series(symbol).row_at(tick).row() {
            Some(row) if tick < self.worthless_from[index] => Price::from_f64(self.closes[index][row]),
            _ => Price::ZERO,
        }
    }
}

/// When the window opens, where no bar is missing in it: ticks are at least an interval apart, so that the
/// first and the last tell.
fn even_from(job: &Job<'_>) -> Option<Timestamp> {
    let (market, ticks) = (job.market, job.window.ticks);
    let first = *market.clock.get(ticks.first)?;
    let steps = ticks.last.checked_sub(ticks.first + 1)? as i64;
    (market.clock.get(ticks.last - 1)? == &(first + market.interval.span().times(steps))).then_some(first)
}

/// The tick after a symbol's last bar, where its bars end for good inside the window.
pub(super) fn delisted_from(job: &Job<'_>, symbol: SymbolId) -> Option<usize> {
    let market = job.market;
    let &last = market.series(symbol).bars.ts.last()?;
    let (first, end) = (market.clock[job.window.ticks.first], market.clock[job.window.ticks.last - 1]);
    // A position may be carried into a window in which its symbol has no bar any more.
    let counts = last >= first || job.carries(symbol);
    (counts && last < end).then(|| market.first_tick_from(last) + 1)
}

/// A symbol's id from its index.
#[expect(clippy::cast_possible_truncation, reason = "a scenario has far fewer than 2^16 symbols")]
pub(super) const fn symbol_id(index: usize) -> SymbolId {
    SymbolId(index as u16)
}
