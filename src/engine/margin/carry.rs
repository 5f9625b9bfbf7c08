//! What holding costs: funding, borrow fee and interest; and the margin call at a day's close.

use super::formulas;
use crate::domain::{Cash, MarginKind, OrderOrigin, Price, Side, SymbolId, Timestamp};
use crate::engine::outcome::PostingKind;
use crate::engine::state::{State, TradingState, symbol_id};
use crate::engine::working::Working;
use crate::market::FundingRate;

impl State<'_> {
    /// Before anything fills: the funding between the last bar and this one, then the prices of the open.
    pub(super) fn open_bar_on_margin(&mut self) {
        self.set_prices_of_close(self.tick.checked_sub(1));
        let (from, open) = (self.paid_to(), self.open_time());
        let before_open = Timestamp::from_micros(open.micros() - 1);
        self.pay_funding(from, before_open);
        for index in 0..self.rows.len() {
            let symbol = symbol_id(index);
            let price = self.fresh(symbol).and_then(|row| self.mark_at(symbol, row, Field::Open));
            if let (Some(price), Some(book)) = (price, &mut self.margin) {
                book.prices[index] = price;
            }
        }
    }

    /// After the fills of the open: the funding of the bar.
    pub(super) fn pay_funding_of_bar(&mut self) {
        let (from, close) = (self.paid_to(), self.close_time());
        self.pay_funding(from, Timestamp::from_micros(close.micros() - 1));
    }

    /// The bar has been matched: prices are those of the close, and what accrues until the next day is posted where
    /// this is the last bar of its day.
    pub(super) fn close_bar_on_margin(&mut self) {
        self.set_prices_of_close(Some(self.tick));
        if let Some(days) = self.days_until_next() {
            self.accrue(days);
        }
    }

    /// The prices of now are those of a tick's close.
    fn set_prices_of_close(&mut self, tick: Option<usize>) {
        let Some(tick) = tick else { return };
        for index in 0..self.rows.len() {
            let symbol = symbol_id(index);
            let price = match self.rows[index][tick].row() {
                _ if tick >= self.worthless_from[index] => Some(Price::ZERO),
                Some(row) => self.mark_at(symbol, row, Field::Close),
                None => None,
            };
            if let (Some(price), Some(book)) = (price, &mut self.margin) {
                book.prices[index] = price;
            }
        }
    }

    fn paid_to(&self) -> Timestamp {
        self.margin.as_ref().map_or(self.open_time(), |book| book.paid_to)
    }

    /// A price of the mark bar beside a row; of the row itself where there is no mark.
    pub(super) fn mark_at(&self, symbol: SymbolId, row: usize, field: Field) -> Option<Price> {
        let series = self.job.market.series(symbol);
        let mark = series.margin.as_ref().and_then(|margin| margin.mark.as_ref());
        let bars = mark.unwrap_or(&series.bars);
        let value = match field {
            Field::Open => bars.open[row],
            Field::High => bars.high[row],
            Field::Low => bars.low[row],
            Field::Close => bars.close[row],
        };
        // History before the range has no mark.
        value.is_finite().then(|| Price::from_f64(value))
    }

    /// Pays what is due after `from` (or at it) up to `to`, in order of time and then of symbols.
    fn pay_funding(&mut self, from: Timestamp, to: Timestamp) {
        if to < from {
            return;
        }
        let just_before = Timestamp::from_micros(from.micros() - 1);
        let mut due: Vec<(FundingRate, SymbolId)> = Vec::new();
        for (symbol, ..) in self.held_on_margin() {
            let margin = self.job.market.series(symbol).margin.as_ref();
            let payments = margin.map_or(&[][..], |margin| margin.payments(just_before, to));
            due.extend(payments.iter().map(|&payment| (payment, symbol)));
        }
        due.sort_by_key(|(payment, symbol)| (payment.at, *symbol));
        for (payment, symbol) in due {
            let held = self.ledger.position(symbol).qty();
            let amount = formulas::funding(self.price_now(symbol), held, payment.rate);
            self.post(Some(symbol), PostingKind::Funding, amount, payment.at);
        }
        if let Some(book) = &mut self.margin {
            book.paid_to = Timestamp::from_micros(to.micros() + 1);
        }
    }

    /// The days from this tick to the next one on a later UTC day; `None` where the next tick is on the same day. The
    /// last tick of the window ends its own days.
    fn days_until_next(&self) -> Option<i64> {
        let next = self.tick + 1;
        let next = (next < self.job.window.ticks.last).then(|| self.open_at(next));
        formulas::days_settled(self.open_time(), self.close_time(), next)
    }

    /// Posts the borrow fee of each short in shares, and the interest on negative cash.
    fn accrue(&mut self, days: i64) {
        let shares: Vec<_> = self
            .held_on_margin()
            .filter(|(_, terms, qty)| terms.kind == MarginKind::Shares && qty.is_negative())
            .map(|(symbol, terms, qty)| (symbol, terms.borrow_fee, qty))
            .collect();
        let at = self.close_time();
        for (symbol, rate, qty) in shares {
            let amount = formulas::borrow_fee(self.price_now(symbol), qty, rate, days);
            self.post(Some(symbol), PostingKind::BorrowFee, amount, at);
        }
        let cash = self.ledger.cash();
        let rates = self.job.market.symbols.iter().filter_map(|series| series.instrument.margin.as_ref());
        let rate = rates.map(|terms| terms.interest).max().unwrap_or_default();
        self.post(None, PostingKind::Interest, formulas::interest(cash, rate, days), at);
    }

    /// At the mark: an account without equity is out, and at a day's close one below its maintenance margin is called.
    pub(in crate::engine) fn watch_margin(&mut self) {
        self.watch_bankruptcy();
        if self.days_until_next().is_some() && self.trading_state == TradingState::Active {
            self.call_margin();
        }
    }

    /// An account that is worth nothing at the mark is out.
    pub(in crate::engine) fn watch_bankruptcy(&mut self) {
        if self.equity_now <= 1e-6 + self.equity_now.abs() * 1e-9 && !self.exact_equity().is_positive() {
            self.end_bankrupt(self.close_time());
            self.mark();
        }
    }

    /// Orders what brings the account back to its maintenance margin: the largest positions in shares are cut at the
    /// next open.
    fn call_margin(&mut self) {
        let held: Vec<_> = self
            .held_on_margin()
            .filter(|(_, terms, _)| !self.is_isolated(terms))
            .map(|(symbol, terms, qty)| {
                let price = self.price_now(symbol);
                (symbol, terms, qty, Cash::notional(price, qty.abs()), self.maintenance(symbol, terms, price))
            })
            .collect();
        let needed: Cash = held.iter().map(|one| one.4).sum();
        let mut lacking = needed - self.collateral(|symbol| self.price_now(symbol));
        if !lacking.is_positive() {
            return;
        }
        let mut shares: Vec<_> = held.into_iter().filter(|one| one.1.kind == MarginKind::Shares).collect();
        shares.sort_by_key(|&(symbol, _, _, notional, _)| (std::cmp::Reverse(notional), symbol));
        for (symbol, _, qty, notional, maintenance) in shares {
            let waits = |o: &Working| o.symbol == symbol && o.origin == OrderOrigin::Risk;
            if !lacking.is_positive() || notional.is_zero() || self.waiting.iter().any(waits) {
                continue;
            }
            // Closing a share of the position frees that share of its maintenance, less the fee.
            let freed = maintenance - notional.fee(self.job.venue.taker_fee);
            let step = self.job.market.series(symbol).instrument.quantity_step;
            let enough = lacking < freed;
            let part =
                if enough { qty.abs().rationed(lacking, freed).floor_to(step) + step } else { qty.abs() };
            let part = part.min(qty.abs());
            lacking -= if enough { lacking } else { freed.max(Cash::ZERO) };
            let side = if qty.is_negative() { Side::Buy } else { Side::Sell };
            self.place_own((symbol, side), part, OrderOrigin::Risk, "margin_call");
        }
    }
}

/// A price of a bar.
#[derive(Debug, Clone, Copy)]
pub(super) enum Field {
    Open,
    High,
    Low,
    Close,
}
