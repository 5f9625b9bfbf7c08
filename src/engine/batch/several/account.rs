//! The account of one trial on several symbols: its wallet, and what the risk checks let it order.

use super::columns::{SeveralColumns, SymbolColumns};
use super::curve::Curve;
use crate::domain::{Bps, Cash, DayStart, Price, Qty, Side, SymbolId};
use crate::engine::Job;
use crate::engine::batch::Ineligible;
use crate::engine::batch::replay_summary::{ClosedTrade, ReplaySummary};
use crate::engine::batch::trader::DailyLoss;
use crate::engine::batch::units::{FillCost, LIMIT, Share, price_units, to_f64};
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
    /// The limit on the day's loss.
    pub daily_loss: Option<DailyLoss<'g>>,
    /// What a fill at the market loses.
    pub slippage: Bps,
    /// Whether no other limit can refuse or cut an entry.
    pub is_free: bool,
}

/// What is held of a symbol, in units.
#[derive(Debug, Clone, Copy, Default)]
struct Position {
    qty: i64,
    /// Notional and fee of its fill.
    spent: i64,
    /// The bar of its fill.
    bar: usize,
}

/// An order that fills at the next open.
#[derive(Debug, Clone, Copy)]
enum Pending {
    /// Buys for an amount, which is locked.
    Buy(SymbolId, i64),
    /// Buys a quantity that a limit has cut; its cost at the deciding close is locked.
    BuyQty(SymbolId, Qty, i64),
    /// Sells all.
    Sell(SymbolId),
}

/// An account in the middle of the window.
#[derive(Debug)]
pub(super) struct Account<'g> {
    setting: Setting<'g>,
    share: Share,
    size: Bps,
    cash: i64,
    locked: i64,
    pending: Vec<Pending>,
    /// By symbol.
    positions: Vec<Position>,
    curve: Curve<'g>,
    fees: i128,
    notional: f64,
    trades: Vec<ClosedTrade>,
    /// Bars in which anything was held at any time, up to the first that is not counted yet.
    touched: usize,
    uncounted: usize,
    /// How many symbols are held, and the bar since which any is.
    holding: usize,
    holds_since: usize,
    /// Equity at the day's start, as far as days have been counted.
    day_start: i64,
    days: usize,
    sent: u32,
}

impl<'g> Account<'g> {
    pub fn new(setting: Setting<'g>, size: Bps) -> Self {
        // Within the limits, as was looked at once for all trials.
        let cash = i64::try_from(setting.job.starting_balance.units()).unwrap_or(0);
        let symbols = setting.columns.count();
        Self {
            setting,
            share: Share::new(size),
            size,
            cash,
            locked: 0,
            pending: Vec::with_capacity(symbols),
            positions: vec![Position::default(); symbols],
            curve: Curve::new(setting.columns, setting.samples, cash),
            fees: 0,
            // The sum of no fills, as a sum of floats begins.
            notional: std::iter::empty::<f64>().sum(),
            trades: Vec::new(),
            touched: 0,
            uncounted: 0,
            holding: 0,
            holds_since: 0,
            day_start: cash,
            days: 0,
            sent: 0,
        }
    }

    /// Whether what is held at the end is sold there.
    pub fn closes_at_end(&self) -> bool {
        self.setting.job.venue.close_at_end
    }

    /// Whether anything of a symbol is held.
    pub fn holds(&self, symbol: SymbolId) -> bool {
        self.positions[symbol.index()].qty != 0
    }

    /// Sends a market order at the close of a bar: for a share of the equity, or to sell all that is held.
    pub fn order(&mut self, bar: usize, symbol: SymbolId) -> Result<(), Ineligible> {
        self.sent += 1;
        if self.holds(symbol) {
            self.pending.push(Pending::Sell(symbol));
            return Ok(());
        }
        self.count_days(bar)?;
        let columns = self.setting.columns.of(symbol)?;
        let equity = self.curve.equity_at(bar)?;
        let limit = self.setting.job.risk.orders_per_minute;
        let loses = self
            .setting
            .daily_loss
            .is_some_and(|loss| equity - self.day_start <= -loss.limit.of(self.day_start));
        if !self.setting.is_free {
            return self.order_checked(bar, symbol, equity);
        }
        let amount = self.share.of(equity);
        let close = price_units(columns.prices.closes().close[bar]);
        let is_enough =
            columns.fees.is_ample(amount) || amount > 0 && columns.fees.is_large_enough(amount, close);
        if is_enough
            && amount <= self.cash - self.locked
            && !loses
            && limit.is_none_or(|most| self.sent <= most)
        {
            self.locked += amount;
            self.pending.push(Pending::Buy(symbol, amount));
        }
        Ok(())
    }

    /// The same through the risk checks, one by one.
    fn order_checked(&mut self, bar: usize, symbol: SymbolId, equity: i64) -> Result<(), Ineligible> {
        let job = self.setting.job;
        let close = self.setting.columns.of(symbol)?.prices.closes().close[bar];
        let close = Price::from_units(price_units(close).into());
        let cash = |units: i64| Cash::from_units(units.into());
        let equity = cash(equity);
        let intent = OrderIntent {
            instrument: &job.market.series(symbol).instrument,
            side: Side::Buy,
            size: OrderQty::Amount(equity.share(self.size)).bounded(),
            price: close,
            fee: job.venue.taker_fee,
            rests: false,
            reduce_only: false,
            from_proceeds: false,
        };
        // Its words are in no result.
        let losses = Losses {
            day_start: cash(self.day_start),
            peak: equity,
            streak: LossStreak::default(),
            day: DayStart::UTC,
        };
        let now = AccountState {
            equity,
            available: cash(self.cash - self.locked),
            held: Qty::ZERO,
            free: Qty::ZERO,
            close,
            waiting_buys: Cash::ZERO,
            resting: 0,
            sent: self.sent as usize,
            losses,
        };
        let Ok(accepted) = check(job.risk, &intent, &now) else { return Ok(()) };
        let units = |cash: Cash| i64::try_from(cash.units()).map_err(|_| Ineligible::TooLarge);
        let lock = units(accepted.lock_cash)?;
        self.locked += lock;
        self.pending.push(match accepted.size {
            OrderQty::Amount(amount) => Pending::Buy(symbol, units(amount)?),
            OrderQty::Qty(qty) => Pending::BuyQty(symbol, qty, lock),
        });
        Ok(())
    }

    /// Fills what was ordered at the open of a bar.
    pub fn fill(&mut self, bar: usize) -> Result<(), Ineligible> {
        self.sent = 0;
        if self.pending.is_empty() {
            return Ok(());
        }
        self.count_days(bar)?;
        self.curve.leave(bar)?;
        let mut pending = std::mem::take(&mut self.pending);
        for order in pending.drain(..) {
            match order {
                Pending::Buy(symbol, amount) => self.buy(bar, symbol, amount)?,
                Pending::BuyQty(symbol, qty, lock) => self.buy_qty(bar, symbol, qty, lock)?,
                Pending::Sell(symbol) => {
                    let columns = self.setting.columns.of(symbol)?;
                    self.sell(bar, symbol, columns, columns.prices.sell(bar), false)?;
                }
            }
        }
        self.pending = pending;
        debug_assert_eq!(self.locked, 0, "every order has ended");
        Ok(())
    }

    fn buy(&mut self, bar: usize, symbol: SymbolId, amount: i64) -> Result<(), Ineligible> {
        let columns = self.setting.columns.of(symbol)?;
        self.locked -= amount;
        let (qty, cost) = columns.fees.buy(amount, columns.prices.buy[bar]).ok_or(Ineligible::TooLarge)?;
        if qty > 0 { self.post_buy(bar, symbol, qty, cost) } else { Ok(()) }
    }

    fn buy_qty(&mut self, bar: usize, symbol: SymbolId, wanted: Qty, lock: i64) -> Result<(), Ineligible> {
        let columns = self.setting.columns.of(symbol)?;
        let job = self.setting.job;
        let (fee, step) = (job.venue.taker_fee, job.market.series(symbol).instrument.quantity_step);
        let price = Price::from_units(columns.prices.buy[bar].into());
        let budget = Cash::from_units((self.cash - self.locked + lock).into());
        self.locked -= lock;
        let cost = crate::risk::notional(price, wanted).with_fee(fee);
        let qty = if cost <= budget { wanted } else { Qty::affordable(budget, price, fee, step) };
        if qty.is_positive() {
            let qty = i64::try_from(qty.units()).map_err(|_| Ineligible::TooLarge)?;
            let cost = columns.fees.cost(columns.prices.buy[bar], qty).ok_or(Ineligible::TooLarge)?;
            return self.post_buy(bar, symbol, qty, cost);
        }
        Ok(())
    }

    fn post_buy(&mut self, bar: usize, symbol: SymbolId, qty: i64, cost: FillCost) -> Result<(), Ineligible> {
        let spent = cost.notional + cost.fee;
        self.cash -= spent;
        self.positions[symbol.index()] = Position { qty, spent, bar };
        if self.holding == 0 {
            self.holds_since = bar;
        }
        self.holding += 1;
        self.post(cost);
        self.curve.note(bar, self.cash, symbol, qty)
    }

    fn post(&mut self, cost: FillCost) {
        self.notional += to_f64(cost.notional);
        self.fees += i128::from(cost.fee);
    }

    fn sell(
        &mut self,
        bar: usize,
        symbol: SymbolId,
        columns: &SymbolColumns<'_>,
        price: i64,
        at_close: bool,
    ) -> Result<(), Ineligible> {
        let sold = std::mem::take(&mut self.positions[symbol.index()]);
        let cost = columns.fees.cost(price, sold.qty).ok_or(Ineligible::TooLarge)?;
        let proceeds = cost.notional - cost.fee;
        self.cash += proceeds;
        if self.cash >= LIMIT {
            return Err(Ineligible::TooLarge);
        }
        self.post(cost);
        let clock = self.setting.columns.clock;
        let exit = if at_close { clock[bar] + self.setting.job.market.interval.span() } else { clock[bar] };
        let pnl = proceeds - sold.spent;
        self.trades.push(ClosedTrade {
            pnl: Cash::from_units(pnl.into()),
            return_fraction: if sold.spent > 0 { to_f64(pnl) / to_f64(sold.spent) } else { 0.0 },
            seconds: (exit - clock[sold.bar]).seconds(),
        });
        self.holding -= 1;
        if self.holding == 0 {
            self.touch(bar);
        }
        self.curve.note(bar, self.cash, symbol, 0)
    }

    /// Sells all that is held at the last close.
    pub fn close_out(&mut self) -> Result<(), Ineligible> {
        let last = self.setting.columns.len() - 1;
        if self.positions.iter().all(|position| position.qty == 0) {
            return Ok(());
        }
        self.curve.leave(last)?;
        for index in 0..self.positions.len() {
            let symbol = SymbolId(u16::try_from(index).unwrap_or(u16::MAX));
            if self.holds(symbol) {
                let columns = self.setting.columns.of(symbol)?;
                let close = Price::from_units(price_units(columns.prices.closes().close[last]).into());
                let price = close.slipped(self.setting.slippage, false).units();
                let price = i64::try_from(price).map_err(|_| Ineligible::TooLarge)?;
                self.sell(last, symbol, columns, price, true)?;
            }
        }
        Ok(())
    }

    /// Counts the bars in which anything was held, up to this one.
    fn touch(&mut self, bar: usize) {
        self.touched += bar + 1 - self.holds_since.max(self.uncounted);
        self.uncounted = bar + 1;
    }

    /// Counts the days that end before bar `until`: the equity at the last one's close is what a loss is measured from.
    fn count_days(&mut self, until: usize) -> Result<(), Ineligible> {
        let Some(loss) = self.setting.daily_loss else { return Ok(()) };
        while let Some(&end) = loss.day_ends.get(self.days).filter(|&&end| end < until) {
            self.days += 1;
            self.day_start = self.curve.equity_at(end)?;
        }
        Ok(())
    }

    /// The window's end.
    pub fn finish(mut self) -> Result<ReplaySummary, Ineligible> {
        let end = self.setting.columns.len();
        self.curve.leave(end)?;
        if self.holding > 0 {
            self.touch(end - 1);
        }
        let final_equity = self.curve.equity_at(end - 1)?;
        let end_of_curve = self.curve.finish()?;
        Ok(ReplaySummary {
            starting_balance: self.setting.job.starting_balance,
            final_equity: Cash::from_units(final_equity.into()),
            fees: Cash::from_units(self.fees),
            notional: self.notional,
            curve: end_of_curve.samples,
            fall: end_of_curve.fall,
            extremes: end_of_curve.extremes,
            trades: self.trades,
            ticks: end,
            ticks_in_market: end_of_curve.held,
            ticks_touched: self.touched,
        })
    }
}
