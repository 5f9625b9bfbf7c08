//! One parameterisation in one window: its wallet, curve and round trips.
//!
//! Owns what an entry and an exit do. Decides nothing: the caller says at which closes to enter and to exit.
//! Invariant: where the general engine might differ it stops and reports it.

use super::Ineligible;
use super::drawdowns::Falls;
use super::protection::ProtectiveFill;
use super::replay_summary::{ClosedTrade, ReplaySummary};
use super::segment::{Closes, Segment};
use super::shared_columns::SharedColumns;
use super::units::{FeeSchedule, FillCost, LIMIT, Share, notional, price_units, to_f64};
use crate::domain::{Bps, Cash, Liquidity, Price, Qty, Span};

/// What is the same for all parameterisations of a grid.
#[derive(Debug)]
pub(super) struct Terms<'g> {
    pub columns: &'g SharedColumns<'g>,
    pub closes: Closes<'g>,
    pub fees: &'g FeeSchedule,
    /// What targets pay, where the engine knows it.
    pub maker_fees: Option<&'g FeeSchedule>,
    pub start: i64,
    /// Places at which the equity is sampled, ascending.
    pub samples: &'g [usize],
    pub close_at_end: bool,
    pub daily_loss: Option<DailyLoss<'g>>,
    pub slippage: Bps,
    pub interval: Span,
}

/// The limit on the loss since 00:00 UTC.
#[derive(Debug, Clone, Copy)]
pub(super) struct DailyLoss<'g> {
    pub limit: Share,
    /// The last bars of the window's days, but for the last day.
    pub day_ends: &'g [usize],
}

/// A wallet in the middle of the window.
#[derive(Debug)]
pub(super) struct Trader {
    share: Share,
    pub state: State,
    /// Whether an entry was refused: from then on it may be flat though the lines say otherwise.
    pub refused: bool,
    cash: i64,
    qty: i64,
    /// Notional and fee of what is held.
    spent: i64,
    /// The bar since which cash and quantity are unchanged.
    since: usize,
    cash_now: f64,
    qty_now: f64,
    fees: i128,
    notional: f64,
    held: usize,
    touched: usize,
    sampled: usize,
    curve: Vec<f64>,
    falls: Falls,
    trades: Vec<ClosedTrade>,
    /// Equity at the day's start, as far as days have been counted; only under a limit on the day's loss.
    day_start: i64,
    days: usize,
}

/// Whether a trader continues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// It holds nothing.
    Flat,
    /// It holds something.
    Long,
    /// It has too little for any order, for ever.
    Spent,
    /// The general engine has to say what happens.
    Stopped(Ineligible),
}

impl Trader {
    pub fn new(share: Share, terms: &Terms<'_>) -> Self {
        let start = to_f64(terms.start);
        let mut curve = Vec::with_capacity(terms.samples.len() + 1);
        curve.push(start);
        Self {
            share,
            state: State::Flat,
            refused: false,
            cash: terms.start,
            qty: 0,
            spent: 0,
            since: terms.columns.origin,
            cash_now: start,
            qty_now: 0.0,
            fees: 0,
            // The sum of no fills, as a sum of floats begins.
            notional: std::iter::empty::<f64>().sum(),
            held: 0,
            touched: 0,
            sampled: 0,
            curve,
            falls: Falls::new(start),
            trades: Vec::new(),
            day_start: terms.start,
            days: 0,
        }
    }

    /// Enters at the close of bar `at`: the buy fills at the next open. It holds nothing now.
    #[inline(always)]
    pub fn enter(&mut self, at: usize, terms: &Terms<'_>) {
        let amount = self.share.of(self.cash);
        if !terms.fees.is_ample(amount) && !self.may_order(amount, at, terms) {
            return;
        }
        let fill = at + 1;
        if let Some(loss) = &terms.daily_loss {
            self.count_days(at, loss, terms);
            // While flat the equity is the cash.
            if self.cash - self.day_start <= -loss.limit.of(self.day_start) {
                self.refused = true;
                return;
            }
            self.count_days(fill, loss, terms);
        }
        let Some((qty, cost)) = terms.fees.buy(amount, terms.columns.buy[fill]) else {
            return self.stop(Ineligible::TooLarge);
        };
        if qty <= 0 {
            self.refused = true;
            return;
        }
        self.sample(fill, terms);
        self.spent = cost.notional + cost.fee;
        self.cash -= self.spent;
        self.qty = qty;
        self.qty_now = to_f64(qty);
        self.post(cost, fill);
        if self.state == State::Flat {
            self.state = State::Long;
        }
    }

    /// Leaves at the close of bar `at`: all is sold at the next open. It holds something now.
    #[inline(always)]
    pub fn leave(&mut self, at: usize, terms: &Terms<'_>) {
        let fill = at + 1;
        self.sample(fill, terms);
        if let Some(loss) = &terms.daily_loss {
            self.count_days(fill, loss, terms);
        }
        self.held += fill - self.since;
        self.touched += fill + 1 - self.since;
        self.sell(terms.columns.sell(fill), fill, terms.fees, terms);
    }

    /// The price that was paid for what is held.
    pub fn entry_price(&self, terms: &Terms<'_>) -> Price {
        Price::from_units(terms.columns.buy[self.since].into())
    }

    /// A protective order sells all that it holds inside a bar.
    pub fn sell_inside(&mut self, fill: &ProtectiveFill, terms: &Terms<'_>) {
        let (price, fees) = match fill.liquidity {
            Liquidity::Maker => (fill.raw, terms.maker_fees),
            Liquidity::Taker => (fill.raw.slipped(terms.slippage, false), Some(terms.fees)),
        };
        let (Ok(price), Some(fees)) = (i64::try_from(price.units()), fees) else {
            return self.stop(Ineligible::TooLarge);
        };
        let bar = fill.row - terms.columns.base;
        self.sample(bar, terms);
        if let Some(loss) = &terms.daily_loss {
            self.count_days(bar, loss, terms);
        }
        self.held += bar - self.since;
        self.touched += bar + 1 - self.since;
        self.sell(price, bar, fees, terms);
    }

    /// Sells all at a bar whose mark then is the cash.
    #[inline(always)]
    fn sell(&mut self, price: i64, fill: usize, fees: &FeeSchedule, terms: &Terms<'_>) {
        let Some(cost) = fees.cost(price, self.qty) else {
            return self.stop(Ineligible::TooLarge);
        };
        let held = Segment { from: self.since, to: fill, cash: self.cash_now, qty: self.qty_now };
        let proceeds = cost.notional - cost.fee;
        self.cash += proceeds;
        if self.cash >= LIMIT {
            return self.stop(Ineligible::TooLarge);
        }
        let clock = terms.columns.clock;
        let (pnl, spent) = (proceeds - self.spent, self.spent);
        self.trades.push(ClosedTrade {
            pnl: Cash::from_units(pnl.into()),
            return_fraction: if spent > 0 { to_f64(pnl) / to_f64(spent) } else { 0.0 },
            seconds: (clock[fill] - clock[self.since]).seconds(),
        });
        (self.qty, self.qty_now) = (0, 0.0);
        self.post(cost, fill);
        self.falls.trip(held, self.cash_now, &terms.closes);
        if self.state == State::Long {
            self.state = State::Flat;
        }
    }

    /// After a fill.
    #[inline(always)]
    fn post(&mut self, cost: FillCost, fill: usize) {
        self.notional += to_f64(cost.notional);
        self.fees += i128::from(cost.fee);
        self.since = fill;
        self.cash_now = to_f64(self.cash);
    }

    /// Takes the samples of the bars before `until`.
    #[inline(always)]
    fn sample(&mut self, until: usize, terms: &Terms<'_>) {
        while let Some(&bar) = terms.samples.get(self.sampled).filter(|&&bar| bar < until) {
            let close = price_units(terms.closes.close[bar]);
            let Some(notional) = notional(close, self.qty) else { return self.stop(Ineligible::TooLarge) };
            self.curve.push(to_f64(self.cash + notional));
            self.sampled += 1;
        }
    }

    /// Counts the days that end before bar `until`: the equity at the last one's close is what a loss is
    /// measured from.
    fn count_days(&mut self, until: usize, loss: &DailyLoss<'_>, terms: &Terms<'_>) {
        while let Some(&end) = loss.day_ends.get(self.days).filter(|&&end| end < until) {
            self.days += 1;
            let close = price_units(terms.closes.close[end]);
            match terms.fees.cost(close, self.qty) {
                Some(cost) if self.cash + cost.notional < LIMIT => self.day_start = self.cash + cost.notional,
                _ => return self.stop(Ineligible::TooLarge),
            }
        }
    }

    /// The minimum order, looked at closely. A wallet that will never reach it is spent.
    #[cold]
    #[inline(never)]
    fn may_order(&mut self, amount: i64, at: usize, terms: &Terms<'_>) -> bool {
        if terms.fees.is_hopeless(amount) {
            self.state = State::Spent;
            return false;
        }
        if !terms.fees.is_large_enough(amount, price_units(terms.closes.close[at])) {
            self.refused = true;
            return false;
        }
        true
    }

    #[cold]
    pub fn stop(&mut self, why: Ineligible) {
        self.state = State::Stopped(why);
    }

    /// The window's end.
    pub fn finish(mut self, terms: &Terms<'_>) -> Result<ReplaySummary, Ineligible> {
        let end = terms.columns.len();
        let close_out = self.state == State::Long && terms.close_at_end;
        if self.state == State::Long {
            self.held += end - self.since;
            self.touched += end - self.since;
            if close_out {
                // What is sold at the last close is not held after it.
                self.held -= 1;
                self.close_out(end - 1, terms);
            } else {
                let segment = Segment { from: self.since, to: end, cash: self.cash_now, qty: self.qty_now };
                self.falls.hold(segment, &terms.closes);
            }
        }
        self.sample(end, terms);
        if let State::Stopped(why) = self.state {
            return Err(why);
        }
        let close = Price::from_units(price_units(terms.closes.close[end - 1]).into());
        let cash = |units: i64| Cash::from_units(units.into());
        let (fall, extremes) = self.falls.finish(&terms.closes, terms.columns.origin);
        Ok(ReplaySummary {
            starting_balance: cash(terms.start),
            final_equity: cash(self.cash) + Cash::notional(close, Qty::from_units(self.qty.into())),
            fees: Cash::from_units(self.fees),
            notional: self.notional,
            curve: self.curve,
            fall,
            extremes,
            trades: self.trades,
            ticks: end - terms.columns.origin,
            ticks_in_market: self.held,
            ticks_touched: self.touched,
        })
    }

    /// Sells at the last close, whose mark then is what the sale brought.
    fn close_out(&mut self, last: usize, terms: &Terms<'_>) {
        self.sample(last, terms);
        let raw = Price::from_units(price_units(terms.closes.close[last]).into());
        let Ok(price) = i64::try_from(raw.slipped(terms.slippage, false).units()) else {
            return self.stop(Ineligible::TooLarge);
        };
        let (clock, entry) = (terms.columns.clock, self.since);
        self.sell(price, last, terms.fees, terms);
        // To its bar's close, where the others go from open to open.
        if let Some(trade) = self.trades.last_mut() {
            trade.seconds = (clock[last] + terms.interval - clock[entry]).seconds();
        }
    }
}
