//! The account of one trial on margin: what it holds, its curve, and what is due while it holds it.

use super::columns::{Accrual, Due, MarginColumns, Phase};
use crate::domain::{Cash, MarginKind, MarginTerms, Price, Qty, SymbolId};
use crate::engine::Job;
use crate::engine::batch::Ineligible;
use crate::engine::batch::drawdowns::Falls;
use crate::engine::batch::replay_summary::{ClosedTrade, ReplaySummary};
use crate::engine::batch::segment::Segment;
use crate::engine::batch::trader::Terms;
use crate::engine::batch::units::{LIMIT, price_units};
use crate::engine::margin::formulas;
use crate::ledger::{Ledger, Position};
use crate::scenario::MarginMode;

/// The batch's only symbol.
pub(super) const SYMBOL: SymbolId = SymbolId(0);

/// A test of the margin closer than this many units is left to the general engine.
const CLOSE_CALL: Cash = Cash::from_units(16);

/// What a trial needs of its job.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting<'g> {
    /// Wallet, limits, venue and market.
    pub job: &'g Job<'g>,
    /// Prices, samples and days of all trials.
    pub terms: &'g Terms<'g>,
    /// Marks and payments of all trials.
    pub columns: &'g MarginColumns<'g>,
    /// Of the symbol.
    pub margin: &'g MarginTerms,
}

/// The position that is open.
#[derive(Debug, Clone, Copy)]
pub(super) struct OpenPosition {
    /// The bar of its fill.
    pub bar: usize,
    /// Notional and fee of the fill.
    pub spent: Cash,
}

/// An account in the middle of the window.
#[derive(Debug)]
pub(super) struct Account<'g> {
    /// What it is replayed on.
    pub setting: Setting<'g>,
    /// Its wallet, as in the replay loops.
    pub ledger: Ledger,
    /// Margin of an isolated position.
    pub set_aside: Cash,
    /// The position that is open.
    pub open: Option<OpenPosition>,
    /// The bar since whose close cash and quantity are unchanged.
    since: usize,
    cash: f64,
    qty: f64,
    /// The next of the columns' payments.
    next_due: usize,
    sampled: usize,
    curve: Vec<f64>,
    falls: Falls,
    /// Notional of all fills, added up in their order.
    pub notional: f64,
    trades: Vec<ClosedTrade>,
    held: usize,
    touched: usize,
    /// The first bar after those counted in `touched`.
    touched_to: usize,
    /// Equity at the day's start, as far as days have been counted; only under a limit on the day's loss.
    pub day_start: Cash,
    days: usize,
}

impl<'g> Account<'g> {
    pub fn new(setting: Setting<'g>) -> Self {
        let start = setting.job.starting_balance;
        let mut curve = Vec::with_capacity(setting.terms.samples.len() + 1);
        curve.push(start.to_f64());
        Self {
            setting,
            ledger: Ledger::new(start, 1),
            set_aside: Cash::ZERO,
            open: None,
            since: setting.terms.columns.origin,
            cash: start.to_f64(),
            qty: 0.0,
            next_due: 0,
            sampled: 0,
            curve,
            falls: Falls::new(start.to_f64()),
            // The sum of no fills, as a sum of floats begins.
            notional: std::iter::empty::<f64>().sum(),
            trades: Vec::new(),
            held: 0,
            touched: 0,
            touched_to: 0,
            day_start: start,
            days: 0,
        }
    }

    pub fn position(&self) -> &Position {
        self.ledger.position(SYMBOL)
    }

    /// Whether the position stands on its own margin.
    pub fn is_isolated(&self) -> bool {
        self.setting.margin.is_perpetual() && self.setting.job.risk.margin.mode == MarginMode::Isolated
    }

    /// The last price at the close of a bar.
    pub fn close(&self, bar: usize) -> Price {
        Price::from_units(price_units(self.setting.terms.closes.close[bar]).into())
    }

    /// Exact equity at a price.
    pub fn equity_at(&self, price: Price) -> Cash {
        self.ledger.net_cash() + Cash::notional(price, self.position().qty())
    }

    /// Cash and the gain of a cross perpetual, or the value of shares: what margin is tested against.
    pub fn collateral(&self, price: Price) -> Cash {
        let position = self.position();
        let held = match () {
            () if self.is_isolated() => -self.set_aside,
            () if self.setting.margin.is_perpetual() => formulas::gain(position, price),
            () => Cash::notional(price, position.qty()),
        };
        self.ledger.cash() + held
    }

    /// Margin that the position takes at a price.
    pub fn margin_taken(&self, price: Price) -> Cash {
        if self.is_isolated() {
            return self.set_aside;
        }
        let notional = Cash::notional(price, self.position().qty().abs());
        let leverage = self.setting.job.risk.margin.max_leverage;
        if notional.is_zero() { notional } else { self.setting.margin.initial(notional, leverage) }
    }

    /// Margin that nothing takes, at a price.
    pub fn free_margin(&self, price: Price) -> Cash {
        let taken = if self.is_isolated() { Cash::ZERO } else { self.margin_taken(price) };
        self.collateral(price) - taken
    }

    /// Posts what is due before a phase of a bar.
    pub fn settle(&mut self, bar: usize, phase: Phase) -> Result<(), Ineligible> {
        let columns = self.setting.columns;
        while let Some(due) = columns.due.get(self.next_due).filter(|due| (due.bar, due.phase) < (bar, phase))
        {
            self.next_due += 1;
            if !self.position().qty().is_zero() {
                self.pay(due)?;
            }
        }
        Ok(())
    }

    fn pay(&mut self, due: &Due) -> Result<(), Ineligible> {
        let (qty, terms) = (self.position().qty(), self.setting.margin);
        let days = match due.what {
            Accrual::Funding(rate) => {
                return self.post(due.bar, formulas::funding(due.mark, qty, rate));
            }
            Accrual::Days(days) => days,
        };
        let shares = terms.kind == MarginKind::Shares;
        if shares && qty.is_negative() {
            self.post(due.bar, formulas::borrow_fee(due.mark, qty, terms.borrow_fee, days))?;
        }
        self.post(due.bar, formulas::interest(self.ledger.cash(), terms.interest, days))?;
        // A margin call, or nearly one.
        let needed = formulas::maintenance(terms, self.position(), due.mark) + CLOSE_CALL;
        if shares && self.collateral(due.mark) < needed { Err(Ineligible::Liquidation) } else { Ok(()) }
    }

    fn post(&mut self, bar: usize, amount: Cash) -> Result<(), Ineligible> {
        if amount.is_zero() {
            return Ok(());
        }
        self.leave_bars(bar)?;
        self.ledger.post(amount);
        self.note()
    }

    /// Cash and quantity change in a bar: what they were until its close before is on the curve.
    pub fn leave_bars(&mut self, bar: usize) -> Result<(), Ineligible> {
        self.sample(bar);
        self.count_days(bar);
        if bar > self.since {
            if self.position().qty().is_zero() {
                self.falls.flat(self.since, self.cash);
            } else {
                self.survive(self.since, bar)?;
                let held = Segment { from: self.since, to: bar, cash: self.cash, qty: self.qty };
                self.falls.hold(held, &self.setting.terms.closes);
                self.held += bar - self.since;
            }
            self.since = bar;
        }
        Ok(())
    }

    /// Notes cash and quantity after a change.
    pub fn note(&mut self) -> Result<(), Ineligible> {
        let (cash, qty) = (self.ledger.net_cash(), self.position().qty());
        let fits = |units: i128| units.abs() < i128::from(LIMIT);
        if !fits(cash.units()) || !fits(qty.units()) {
            return Err(Ineligible::TooLarge);
        }
        if qty.is_zero() && cash <= CLOSE_CALL {
            return Err(Ineligible::Liquidation);
        }
        (self.cash, self.qty) = (cash.to_f64(), qty.to_f64());
        Ok(())
    }

    /// That the position outlives the bars `from..to`: at their worst price the account is above its maintenance margin,
    /// and so it is at any other.
    pub fn survive(&self, from: usize, to: usize) -> Result<(), Ineligible> {
        let (position, columns, terms) = (self.position(), self.setting.columns, self.setting.margin);
        let short = position.qty().is_negative();
        let mark = columns.worst_mark(from, to, short);
        let above = match terms.is_perpetual() {
            false => Cash::MAX,
            true if self.is_isolated() => {
                self.set_aside + formulas::gain(position, mark) - formulas::maintenance(terms, position, mark)
            }
            true => self.collateral(mark) - formulas::maintenance(terms, position, mark),
        };
        let equity = self.equity_at(columns.worst_price(from, to, short));
        if above.min(equity) <= CLOSE_CALL { Err(Ineligible::Liquidation) } else { Ok(()) }
    }

    /// Takes the samples of the bars before `until`.
    fn sample(&mut self, until: usize) {
        let samples = self.setting.terms.samples;
        while let Some(&bar) = samples.get(self.sampled).filter(|&&bar| bar < until) {
            self.curve.push(self.equity_at(self.close(bar)).to_f64());
            self.sampled += 1;
        }
    }

    /// Counts the days that end before bar `until`: the equity at the last one's close is what a loss is measured from.
    pub fn count_days(&mut self, until: usize) {
        let Some(loss) = self.setting.terms.daily_loss else { return };
        while let Some(&end) = loss.day_ends.get(self.days).filter(|&&end| end < until) {
            self.days += 1;
            self.day_start = self.equity_at(self.close(end));
        }
    }

    /// The position was closed at a bar's open, or at its close.
    pub fn trade_closed(&mut self, bar: usize, pnl: Cash, at_close: bool) {
        let Some(open) = self.open.take() else { return };
        let terms = self.setting.terms;
        let clock = terms.columns.clock;
        let exit = if at_close { clock[bar] + terms.interval } else { clock[bar] };
        let return_fraction = if open.spent.is_positive() { pnl.to_f64() / open.spent.to_f64() } else { 0.0 };
        let seconds = (exit - clock[open.bar]).seconds();
        self.trades.push(ClosedTrade { pnl, return_fraction, seconds });
        self.touch(open.bar, bar);
    }

    /// Counts the bars from an entry to an exit, each once.
    fn touch(&mut self, entry: usize, exit: usize) {
        let from = entry.max(self.touched_to);
        if exit >= from {
            self.touched += exit + 1 - from;
            self.touched_to = exit + 1;
        }
    }

    /// The window's end.
    pub fn finish(mut self) -> Result<ReplaySummary, Ineligible> {
        let terms = self.setting.terms;
        let (columns, end) = (terms.columns, terms.columns.len());
        self.leave_bars(end)?;
        if let Some(open) = self.open {
            self.touch(open.bar, end - 1);
        }
        let (fall, extremes) = self.falls.finish(&terms.closes, columns.origin);
        let position = self.ledger.position(SYMBOL).qty();
        let close = Price::from_units(price_units(terms.closes.close[end - 1]).into());
        Ok(ReplaySummary {
            starting_balance: self.setting.job.starting_balance,
            final_equity: self.ledger.net_cash() + Cash::notional(close, position),
            fees: self.ledger.fees(),
            notional: self.notional,
            curve: self.curve,
            fall,
            extremes,
            trades: self.trades,
            ticks: end - columns.origin,
            ticks_in_market: self.held,
            ticks_touched: self.touched,
        })
    }

    /// The quantity that is held, without its sign.
    pub fn held_qty(&self) -> Qty {
        self.position().qty().abs()
    }
}
