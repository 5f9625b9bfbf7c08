//! The account of one trial on several symbols: wallet, curve and round trips.

use super::columns::{SeveralColumns, SymbolColumns};
use crate::domain::{Bps, Cash, Price, Qty, Side, SymbolId};
use crate::engine::Job;
use crate::engine::batch::Ineligible;
use crate::engine::batch::fall_tracker::FallTracker;
use crate::engine::batch::replay_summary::{ClosedTrade, IndexedDrawdown, ReplaySummary};
use crate::engine::batch::segment::BLOCK;
use crate::engine::batch::units::{LIMIT, price_units};
use crate::ledger::{Ledger, LedgerError};
use crate::risk::{AccountState, LossStreak, Losses, OrderIntent, OrderQty, check};

/// What a trial needs of its job.
#[derive(Debug, Clone, Copy)]
pub(in crate::engine::batch) struct Setting<'g> {
    /// Wallet, limits, venue and market.
    pub job: &'g Job<'g>,
    /// Bars of all symbols.
    pub columns: &'g SeveralColumns<'g>,
    /// Bars at which the equity is sampled, ascending.
    pub samples: &'g [usize],
    /// The last bars of the days, where a loss of the day is limited.
    pub day_ends: &'g [usize],
    /// What a fill at the market loses.
    pub slippage: Bps,
}

/// An order that fills at the next open.
#[derive(Debug, Clone, Copy)]
struct Pending {
    symbol: SymbolId,
    side: Side,
    size: OrderQty,
    lock_cash: Cash,
    lock_qty: Qty,
}

/// An open round trip.
#[derive(Debug, Clone, Copy)]
struct OpenTrip {
    bar: usize,
    spent: Cash,
}

/// What is held of one symbol, as floats of whole units.
#[derive(Debug, Clone, Copy)]
struct Part {
    symbol: SymbolId,
    qty: f64,
}

/// Cash and positions from a bar on.
#[derive(Debug, Clone, Copy)]
struct Holding {
    bar: usize,
    cash: f64,
    /// Where its parts begin in the list of all.
    first: usize,
}

/// An account in the middle of the window.
#[derive(Debug)]
pub(super) struct Account<'g> {
    setting: Setting<'g>,
    ledger: Ledger,
    pending: Vec<Pending>,
    /// By symbol.
    open: Vec<Option<OpenTrip>>,
    holdings: Vec<Holding>,
    parts: Vec<Part>,
    sampled: usize,
    curve: Vec<f64>,
    falls: FallTracker,
    notional: f64,
    trades: Vec<ClosedTrade>,
    /// First and last bar of each round trip.
    touched: Vec<(usize, usize)>,
    held: usize,
    /// Equity at the day's start, as far as days have been counted.
    day_start: Cash,
    days: usize,
}

impl<'g> Account<'g> {
    pub fn new(setting: Setting<'g>) -> Self {
        let (start, symbols) = (setting.job.starting_balance, setting.columns.symbols.len());
        let mut curve = Vec::with_capacity(setting.samples.len() + 1);
        curve.push(start.to_f64());
        Self {
            setting,
            ledger: Ledger::new(start, symbols),
            pending: Vec::with_capacity(symbols),
            open: vec![None; symbols],
            holdings: vec![Holding { bar: 0, cash: start.to_f64(), first: 0 }],
            parts: Vec::new(),
            sampled: 0,
            curve,
            falls: FallTracker::new(start.to_f64(), 1),
            // The sum of no fills, as a sum of floats begins.
            notional: std::iter::empty::<f64>().sum(),
            trades: Vec::new(),
            touched: Vec::new(),
            held: 0,
            day_start: start,
            days: 0,
        }
    }

    /// Whether anything of a symbol is held.
    pub fn holds(&self, symbol: SymbolId) -> bool {
        !self.ledger.position(symbol).qty().is_zero()
    }

    fn columns(&self, symbol: SymbolId) -> Result<&'g SymbolColumns<'g>, Ineligible> {
        self.setting.columns.of(symbol).ok_or(Ineligible::Symbols)
    }

    /// Exact equity of what is held now at the closes of a bar.
    fn equity_at(&self, bar: usize) -> Cash {
        let held = self.parts_now().iter();
        let worth = held.map(|part| match self.setting.columns.of(part.symbol) {
            Some(columns) => Cash::notional(columns.close_at(bar), self.ledger.position(part.symbol).qty()),
            None => Cash::ZERO,
        });
        self.ledger.cash() + worth.sum()
    }

    fn parts_now(&self) -> &[Part] {
        let first = self.holdings.last().map_or(0, |now| now.first);
        &self.parts[first..]
    }

    /// Sends a market order at the close of a bar: a share of the equity, or all that is held. The risk checks pass, cut or
    /// refuse it.
    pub fn order(&mut self, bar: usize, symbol: SymbolId, side: Side, share: Bps) -> Result<(), Ineligible> {
        self.count_days(bar)?;
        let job = self.setting.job;
        let close = self.columns(symbol)?.close_at(bar);
        let equity = self.equity_at(bar);
        let position = self.ledger.position(symbol);
        let size = match side {
            Side::Buy => OrderQty::Amount(equity.share(share)),
            Side::Sell => OrderQty::Qty(position.qty()),
        };
        let intent = OrderIntent {
            instrument: &job.market.series(symbol).instrument,
            side,
            size: size.bounded(),
            price: close,
            fee: job.venue.taker_fee,
            rests: false,
            reduce_only: false,
            from_proceeds: false,
        };
        let now = AccountState {
            equity,
            available: self.ledger.available(),
            held: position.qty(),
            free: position.free(),
            close,
            waiting_buys: Cash::ZERO,
            resting: 0,
            sent: self.pending.len() + 1,
            losses: Losses { day_start: self.day_start, peak: equity, streak: LossStreak::default() },
        };
        let Ok(accepted) = check(job.risk, &intent, &now) else { return Ok(()) };
        let locked = self.ledger.lock_cash(accepted.lock_cash);
        locked.and_then(|()| self.ledger.lock_qty(symbol, accepted.lock_qty)).map_err(too_large)?;
        let (size, lock_cash, lock_qty) = (accepted.size, accepted.lock_cash, accepted.lock_qty);
        self.pending.push(Pending { symbol, side, size, lock_cash, lock_qty });
        Ok(())
    }

    /// Fills what was ordered at the open of a bar.
    pub fn fill(&mut self, bar: usize) -> Result<(), Ineligible> {
        if self.pending.is_empty() {
            return Ok(());
        }
        self.leave_bars(bar)?;
        for order in std::mem::take(&mut self.pending) {
            let up = order.side == Side::Buy;
            let price = self.columns(order.symbol)?.fill_at(bar, self.setting.slippage, up);
            match order.side {
                Side::Buy => self.buy(bar, &order, price)?,
                Side::Sell => self.sell(bar, &order, price, false)?,
            }
        }
        self.note(bar)
    }

    fn buy(&mut self, bar: usize, order: &Pending, price: Price) -> Result<(), Ineligible> {
        let (job, symbol) = (self.setting.job, order.symbol);
        let (fee, step) = (job.venue.taker_fee, job.market.series(symbol).instrument.quantity_step);
        let (wanted, budget) = match order.size {
            OrderQty::Amount(amount) => (Qty::affordable(amount, price, fee, step), amount),
            OrderQty::Qty(qty) => (qty, order.lock_cash + self.ledger.available()),
        };
        let cost = crate::risk::notional(price, wanted).with_fee(fee);
        let qty = if cost <= budget { wanted } else { Qty::affordable(budget, price, fee, step) };
        if !qty.is_positive() {
            self.ledger.unlock_cash(order.lock_cash);
            return Ok(());
        }
        match self.ledger.buy(symbol, qty, price, fee, order.lock_cash) {
            Ok(bought) => {
                self.notional += bought.notional.to_f64();
                self.open[symbol.index()] = Some(OpenTrip { bar, spent: bought.notional + bought.fee });
                Ok(())
            }
            Err(error) => Err(too_large(error)),
        }
    }

    fn sell(&mut self, bar: usize, order: &Pending, price: Price, at_close: bool) -> Result<(), Ineligible> {
        let (symbol, fee) = (order.symbol, self.setting.job.venue.taker_fee);
        let qty = self.ledger.position(symbol).qty();
        let sold = self.ledger.sell(symbol, qty, price, fee, order.lock_qty).map_err(too_large)?;
        self.notional += sold.notional.to_f64();
        let Some(open) = self.open[symbol.index()].take() else { return Ok(()) };
        let clock = self.setting.columns.clock;
        let exit = if at_close { clock[bar] + self.setting.job.market.interval.span() } else { clock[bar] };
        let spent = open.spent;
        let return_fraction = if spent.is_positive() { sold.realised.to_f64() / spent.to_f64() } else { 0.0 };
        let seconds = (exit - clock[open.bar]).seconds();
        self.trades.push(ClosedTrade { pnl: sold.realised, return_fraction, seconds });
        self.touched.push((open.bar, bar));
        Ok(())
    }

    /// Sells all that is held at the last close.
    pub fn close_out(&mut self) -> Result<(), Ineligible> {
        let last = self.setting.columns.len() - 1;
        if self.parts_now().is_empty() {
            return Ok(());
        }
        self.leave_bars(last)?;
        for symbol in self.parts_now().iter().map(|part| part.symbol).collect::<Vec<_>>() {
            let price = self.columns(symbol)?.close_at(last).slipped(self.setting.slippage, false);
            let (size, lock_cash) = (OrderQty::Qty(Qty::ZERO), Cash::ZERO);
            let order = Pending { symbol, side: Side::Sell, size, lock_cash, lock_qty: Qty::ZERO };
            self.sell(last, &order, price, true)?;
        }
        self.note(last)
    }

    /// Cash and positions change in a bar: what they were until its close before is on the curve.
    fn leave_bars(&mut self, bar: usize) -> Result<(), Ineligible> {
        self.sample(bar);
        self.count_days(bar)?;
        let Some(&now) = self.holdings.last() else { return Ok(()) };
        if bar == now.bar {
            return Ok(());
        }
        let parts = &self.parts[now.first..];
        if parts.is_empty() {
            self.falls.walk(&[now.cash], now.bar);
            return Ok(());
        }
        self.held += bar - now.bar;
        let held = parts.iter().filter_map(|part| Some((part.qty, self.setting.columns.of(part.symbol)?)));
        walk(&mut self.falls, now, &held.collect::<Vec<_>>(), bar);
        Ok(())
    }

    /// Notes cash and positions after the fills of a bar.
    fn note(&mut self, bar: usize) -> Result<(), Ineligible> {
        if self.holdings.last().is_some_and(|last| last.bar == bar)
            && let Some(last) = self.holdings.pop()
        {
            self.parts.truncate(last.first);
        }
        let first = self.parts.len();
        let fits = |units: i128| units.abs() < i128::from(LIMIT);
        for (index, position) in self.ledger.positions().iter().enumerate() {
            if !fits(position.qty().units()) {
                return Err(Ineligible::TooLarge);
            }
            if !position.qty().is_zero() {
                let symbol = SymbolId(u16::try_from(index).unwrap_or(u16::MAX));
                self.parts.push(Part { symbol, qty: position.qty().to_f64() });
            }
        }
        if !fits(self.ledger.cash().units()) {
            return Err(Ineligible::TooLarge);
        }
        self.holdings.push(Holding { bar, cash: self.ledger.cash().to_f64(), first });
        Ok(())
    }

    /// Takes the samples of the bars before `until`.
    fn sample(&mut self, until: usize) {
        while let Some(&bar) = self.setting.samples.get(self.sampled).filter(|&&bar| bar < until) {
            self.curve.push(self.equity_at(bar).to_f64());
            self.sampled += 1;
        }
    }

    /// Counts the days that end before bar `until`: the equity at the last one's close is what a loss is measured from.
    fn count_days(&mut self, until: usize) -> Result<(), Ineligible> {
        while let Some(&end) = self.setting.day_ends.get(self.days).filter(|&&end| end < until) {
            self.days += 1;
            self.day_start = self.equity_at(end);
        }
        Ok(())
    }

    /// The window's end.
    pub fn finish(mut self) -> Result<ReplaySummary, Ineligible> {
        let end = self.setting.columns.len();
        self.leave_bars(end)?;
        for open in self.open.iter().flatten() {
            self.touched.push((open.bar, end - 1));
        }
        let (worst, extremes) = std::mem::replace(&mut self.falls, FallTracker::new(0.0, 0)).finish();
        let start = self.setting.job.starting_balance;
        let level = |bar: Option<usize>| bar.map_or(start.to_f64(), |bar| self.exact_at(bar).to_f64());
        let fall = worst.first().copied().unwrap_or(IndexedDrawdown::NONE).between(level);
        let extremes = extremes.at_levels(level);
        let final_equity = self.equity_at(end - 1);
        Ok(ReplaySummary {
            starting_balance: start,
            final_equity,
            fees: self.ledger.fees(),
            notional: self.notional,
            curve: self.curve,
            fall,
            extremes,
            trades: self.trades,
            ticks: end,
            ticks_in_market: self.held,
            ticks_touched: union(self.touched),
        })
    }

    /// Exact equity at the closes of an earlier bar.
    fn exact_at(&self, bar: usize) -> Cash {
        let next = self.holdings.partition_point(|holding| holding.bar <= bar);
        let Some(holding) = self.holdings[..next].last() else { return self.setting.job.starting_balance };
        let end = self.holdings.get(next).map_or(self.parts.len(), |after| after.first);
        let units = |value: f64| i128::from(price_units(value));
        let worth = self.parts[holding.first..end].iter().map(|part| {
            let close = self.setting.columns.of(part.symbol).map_or(Price::ZERO, |columns| columns.close_at(bar));
            Cash::notional(close, Qty::from_units(units(part.qty)))
        });
        Cash::from_units(units(holding.cash)) + worth.sum()
    }
}

/// The curve from a holding's first bar to `end`, block by block.
fn walk(falls: &mut FallTracker, now: Holding, held: &[(f64, &SymbolColumns<'_>)], end: usize) {
    let mut from = now.bar;
    let mut values = [0.0; BLOCK];
    while from < end {
        let block = from / BLOCK;
        let to = ((block + 1) * BLOCK).min(end);
        // Rounding keeps order: in the order of the sum, bounds of the terms give bounds of the sum.
        let (mut low, mut high) = (now.cash, now.cash);
        for (qty, columns) in held {
            low += qty * columns.lows[block];
            high += qty * columns.highs[block];
        }
        if !falls.passes_over(low, high) {
            let values = &mut values[..to - from];
            values.fill(now.cash);
            for (qty, columns) in held {
                for (value, close) in values.iter_mut().zip(&columns.close[from..to]) {
                    *value += qty * close;
                }
            }
            falls.walk(values, from);
        }
        from = to;
    }
}

/// How many bars lie in at least one of these ranges, ends included.
fn union(mut ranges: Vec<(usize, usize)>) -> usize {
    ranges.sort_unstable();
    let (mut count, mut next) = (0, 0);
    for (first, last) in ranges {
        let from = first.max(next);
        if last >= from {
            count += last + 1 - from;
            next = last + 1;
        }
    }
    count
}

/// The ledger refuses only what is too large here.
fn too_large(_: LedgerError) -> Ineligible {
    Ineligible::TooLarge
}
