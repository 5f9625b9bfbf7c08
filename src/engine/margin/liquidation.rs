//! Liquidation: where on the way of a bar the margin is used up, and what the venue closes there.

use super::carry::Field;
use crate::domain::{Cash, MarginTerms, OrderStatus, Price, Qty, SymbolId, Timestamp};
use crate::engine::matching::Scope;
use crate::engine::outcome::PostingKind;
use crate::engine::state::{State, TradingState, symbol_id};
use crate::engine::{EndReason, ReplayStatus};

/// The way of one symbol's mark price.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leg {
    pub symbol: SymbolId,
    pub from: Price,
    pub to: Price,
}

impl Leg {
    /// The price after `step` of `steps`.
    fn at(&self, step: i128, steps: i128) -> Price {
        let moved = self.to.units() - self.from.units();
        let part = Qty::from_units(moved.abs()).rationed(Cash::from_units(step), Cash::from_units(steps));
        Price::from_units(self.from.units() + part.units() * moved.signum())
    }

    fn steps(&self) -> i128 {
        (self.to.units() - self.from.units()).abs()
    }
}

impl State<'_> {
    /// The way of each perpetual and share held against its holder, in the bar of `scope`.
    pub(super) fn adverse_legs(&self, scope: Scope) -> Vec<Leg> {
        let held = self.held_on_margin();
        held.filter_map(|(symbol, _, qty)| {
            let to = self.worst(scope, symbol, qty)?;
            Some(Leg { symbol, from: self.price_now(symbol), to })
        })
        .collect()
    }

    /// The worst mark of a symbol in the bar of `scope` for a position of this sign.
    fn worst(&self, scope: Scope, symbol: SymbolId, qty: Qty) -> Option<Price> {
        let field = if qty.is_negative() { Field::High } else { Field::Low };
        let series = self.job.market.series(symbol);
        let marked = series.margin.as_ref().is_some_and(|margin| margin.mark.is_some());
        match scope {
            Scope::Only(only) | Scope::Fine(only, _) if only != symbol => None,
            Scope::Fine(_, row) if !marked => {
                let fine = series.detail.as_ref()?;
                let value = if qty.is_negative() { fine.high[row] } else { fine.low[row] };
                Some(Price::from_f64(value))
            }
            _ => self.mark_at(symbol, self.fresh(symbol)?, field),
        }
    }

    /// Whether the margin is used up with these symbols at these prices, the others where they are now.
    fn is_used_up(&self, at: &[(SymbolId, Price)]) -> bool {
        let price = |symbol: SymbolId| {
            let own = at.iter().find(|(one, _)| *one == symbol);
            own.map_or_else(|| self.price_now(symbol), |&(_, price)| price)
        };
        let perpetuals = || self.held_on_margin().filter(|(_, terms, _)| terms.is_perpetual());
        let mut isolated = perpetuals().filter(|(_, terms, _)| self.is_isolated(terms));
        if isolated.any(|(symbol, terms, _)| self.is_lost(symbol, terms, price(symbol))) {
            return true;
        }
        let mut cross = perpetuals().filter(|(_, terms, _)| !self.is_isolated(terms)).peekable();
        if cross.peek().is_none() {
            return false;
        }
        let needed: Cash =
            cross.map(|(symbol, terms, _)| self.maintenance(symbol, terms, price(symbol))).sum();
        self.collateral(price) <= needed
    }

    /// Whether an isolated position has used up its margin at a price.
    fn is_lost(&self, symbol: SymbolId, terms: &MarginTerms, price: Price) -> bool {
        self.set_aside(symbol) + self.gain(symbol, price) <= self.maintenance(symbol, terms, price)
    }

    /// Whether a perpetual is held: without one nothing is liquidated inside a bar.
    pub(super) fn holds_perpetuals(&self) -> bool {
        self.held_on_margin().any(|(_, terms, _)| terms.is_perpetual())
    }

    /// Whether the account lives with a symbol at a price, the others at the ends of their ways.
    pub(super) fn survives_at(&self, symbol: SymbolId, price: Price, legs: &[Leg]) -> bool {
        let others = legs.iter().filter(|leg| leg.symbol != symbol).map(|leg| (leg.symbol, leg.to));
        let at: Vec<(SymbolId, Price)> = others.chain([(symbol, price)]).collect();
        !self.is_used_up(&at)
    }

    /// Whether the ways lead to a liquidation.
    pub(super) fn threatens(&self, legs: &[Leg]) -> bool {
        let ends: Vec<(SymbolId, Price)> = legs.iter().map(|leg| (leg.symbol, leg.to)).collect();
        self.is_used_up(&ends)
    }

    /// The prices at the first point of the ways at which the margin is used up.
    pub(super) fn first_used_up(&self, legs: &[Leg]) -> Option<Vec<(SymbolId, Price)>> {
        let steps = legs.iter().map(Leg::steps).max()?.max(1);
        let at = |step: i128| -> Vec<(SymbolId, Price)> {
            legs.iter().map(|leg| (leg.symbol, leg.at(step, steps))).collect()
        };
        if !self.is_used_up(&at(steps)) {
            return None;
        }
        let (mut lives, mut dies) = (-1, steps);
        while dies - lives > 1 {
            let middle = lives + (dies - lives) / 2;
            *(if self.is_used_up(&at(middle)) { &mut dies } else { &mut lives }) = middle;
        }
        Some(at(dies))
    }

    /// Goes the ways against the account; liquidates wherever its margin is used up.
    pub(super) fn liquidate_along(&mut self, scope: Scope, at: Timestamp) {
        while self.holds_perpetuals() {
            let legs = self.adverse_legs(scope);
            let Some(prices) = self.first_used_up(&legs) else { return };
            self.go_to(&prices);
            self.liquidate(at);
        }
    }

    /// Liquidates at the prices of now, if the margin is used up there.
    pub(super) fn liquidate_now(&mut self, at: Timestamp) {
        while self.holds_perpetuals() && self.is_used_up(&[]) {
            self.liquidate(at);
        }
    }

    /// Moves the prices of now.
    pub(super) fn go_to(&mut self, prices: &[(SymbolId, Price)]) {
        if let Some(book) = &mut self.margin {
            for (symbol, price) in prices {
                book.prices[symbol.index()] = *price;
            }
        }
    }

    /// Closes at the prices of now: isolated positions whose margin is used up; else, in a cross account, the one with
    /// the largest loss, after all open orders were cancelled.
    pub(super) fn liquidate(&mut self, at: Timestamp) {
        let lost = self.held_on_margin().find(|(symbol, terms, _)| {
            self.is_isolated(terms) && self.is_lost(*symbol, terms, self.price_now(*symbol))
        });
        if let Some((symbol, terms, _)) = lost {
            return self.liquidate_isolated(symbol, terms, at);
        }
        let now = at;
        self.end_where(now, OrderStatus::Cancelled, EndReason::Liquidation, |_| true);
        let cross =
            self.held_on_margin().filter(|(_, terms, _)| terms.is_perpetual() && !self.is_isolated(terms));
        let worst = cross.min_by_key(|&(symbol, ..)| (self.gain(symbol, self.price_now(symbol)), symbol));
        if let Some((symbol, terms, qty)) = worst {
            let price = self.price_now(symbol);
            self.close_by_venue(symbol, price, at);
            let fee = Cash::notional(price, qty.abs()).fee(terms.liquidation_fee);
            self.post(Some(symbol), PostingKind::LiquidationFee, -fee, at);
            self.flags.liquidations += 1;
        }
        if !self.holds_perpetuals() && !self.equity_at_now().is_positive() {
            self.end_bankrupt(at);
        }
    }

    /// The position is closed, and never takes more than its margin.
    fn liquidate_isolated(&mut self, symbol: SymbolId, terms: &MarginTerms, at: Timestamp) {
        let (price, margin) = (self.price_now(symbol), self.set_aside(symbol));
        let (gain, qty) = (self.gain(symbol, price), self.ledger.position(symbol).qty());
        self.close_by_venue(symbol, price, at);
        let fee = Cash::notional(price, qty.abs()).fee(terms.liquidation_fee);
        self.post(Some(symbol), PostingKind::LiquidationFee, -fee, at);
        let left = margin + gain - fee;
        if left.is_negative() {
            self.post(Some(symbol), PostingKind::Insurance, -left, at);
        }
        self.flags.liquidations += 1;
        if !self.equity_at_now().is_positive() {
            self.end_bankrupt(at);
        }
    }

    /// Equity with symbols on margin at the prices of now, spot assets at their last close or this bar's open.
    fn equity_at_now(&self) -> Cash {
        let positions = self.ledger.positions().iter().enumerate();
        let held = positions.filter(|(_, position)| !position.qty().is_zero());
        let worth =
            held.map(|(index, position)| Cash::notional(self.price_now(symbol_id(index)), position.qty()));
        self.ledger.net_cash() + worth.sum()
    }

    /// The account has come to nothing: everything is closed at the prices of now, the venue pays what lacks, and the
    /// agent is out.
    pub(super) fn end_bankrupt(&mut self, at: Timestamp) {
        self.end_where(at, OrderStatus::Cancelled, EndReason::Liquidation, |_| true);
        for index in 0..self.rows.len() {
            let symbol = symbol_id(index);
            let written_off = self.tick >= self.worthless_from[index];
            if !self.ledger.position(symbol).qty().is_zero() {
                let price = if written_off { Price::ZERO } else { self.price_now(symbol) };
                self.close_by_venue(symbol, price, at);
                self.flags.liquidations += 1;
            }
        }
        let lacking = -self.ledger.cash();
        if lacking.is_positive() {
            self.post(None, PostingKind::Insurance, lacking, at);
        }
        if self.ledger.cash().is_positive() {
            return;
        }
        if self.trading_state != TradingState::Out {
            self.put_out(ReplayStatus::Liquidated { at });
        }
    }
}
