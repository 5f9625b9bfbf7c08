//! How much of an account's margin is taken, and how much is free.

use super::formulas;
use crate::domain::{Cash, MarginTerms, OrderId, Price, Qty, Side, SymbolId, Timestamp};
use crate::engine::outcome::{Posting, PostingKind};
use crate::engine::state::{State, symbol_id};
use crate::engine::working::Working;
use crate::scenario::MarginMode;

impl<'m> State<'m> {
    /// The terms of a symbol on margin; `None` for a spot asset.
    pub(in crate::engine) fn terms(&self, symbol: SymbolId) -> Option<&'m MarginTerms> {
        self.job.market.symbols.get(symbol.index())?.instrument.margin.as_deref()
    }

    /// Whether a symbol is on margin.
    pub(in crate::engine) fn on_margin(&self, symbol: SymbolId) -> bool {
        self.margin.is_some() && self.terms(symbol).is_some()
    }

    /// The symbols on margin that are held, with terms and signed quantity.
    pub(super) fn held_on_margin(&self) -> impl Iterator<Item = (SymbolId, &'m MarginTerms, Qty)> + '_ {
        let positions = self.ledger.positions().iter().enumerate();
        positions.filter(|(_, position)| !position.qty().is_zero()).filter_map(|(index, position)| {
            let symbol = symbol_id(index);
            Some((symbol, self.terms(symbol)?, position.qty()))
        })
    }

    /// Whether perpetual positions stand on their own margin.
    pub(super) fn is_isolated(&self, terms: &MarginTerms) -> bool {
        terms.is_perpetual() && self.job.risk.margin.mode == MarginMode::Isolated
    }

    /// Mark price as far as the bar has gone.
    pub(super) fn price_now(&self, symbol: SymbolId) -> Price {
        self.margin.as_ref().map_or(Price::ZERO, |book| book.prices[symbol.index()])
    }

    /// The margin of an isolated position.
    pub(super) fn set_aside(&self, symbol: SymbolId) -> Cash {
        self.margin.as_ref().map_or(Cash::ZERO, |book| book.set_aside[symbol.index()])
    }

    /// PnL of a position against its cost, without fees, at a price.
    pub(super) fn gain(&self, symbol: SymbolId, price: Price) -> Cash {
        formulas::gain(self.ledger.position(symbol), price)
    }

    /// What a position needs to be kept, at a price.
    pub(super) fn maintenance(&self, symbol: SymbolId, terms: &MarginTerms, price: Price) -> Cash {
        formulas::maintenance(terms, self.ledger.position(symbol), price)
    }

    /// Margin that a position takes at a price.
    pub(super) fn margin_of(&self, symbol: SymbolId, terms: &MarginTerms, price: Price) -> Cash {
        if self.is_isolated(terms) {
            return self.set_aside(symbol);
        }
        let notional = Cash::notional(price, self.ledger.position(symbol).qty().abs());
        if notional.is_zero() { notional } else { terms.initial(notional, self.job.risk.margin.max_leverage) }
    }

    /// Cash, gains of cross perpetuals and value of shares, with each symbol at what `price` says: what cross margin is
    /// tested against. Spot assets and isolated positions are no part of it, nor is what those set aside.
    pub(super) fn collateral(&self, price: impl Fn(SymbolId) -> Price) -> Cash {
        let mut total = self.ledger.cash();
        for (symbol, terms, qty) in self.held_on_margin() {
            total += match () {
                () if self.is_isolated(terms) => -self.set_aside(symbol),
                () if terms.is_perpetual() => self.gain(symbol, price(symbol)),
                () => Cash::notional(price(symbol), qty),
            };
        }
        total
    }

    /// Margin that nothing takes, with one symbol at a price of its own and without what one order takes.
    pub(in crate::engine) fn free_margin(
        &self,
        at: Option<(SymbolId, Price)>,
        without: Option<OrderId>,
    ) -> Cash {
        let price = |symbol| match at {
            Some((own, price)) if own == symbol => price,
            _ => self.price_now(symbol),
        };
        let held: Cash = self
            .held_on_margin()
            .filter(|(_, terms, _)| !self.is_isolated(terms))
            .map(|(symbol, terms, _)| self.margin_of(symbol, terms, price(symbol)))
            .sum();
        let orders = self.waiting.iter().filter(|order| Some(order.id) != without);
        let waiting: Cash = orders.map(|order| self.margin_of_order(order)).sum();
        self.collateral(price) - self.ledger.locked() - held - waiting
    }

    /// Margin that an open order takes: of what it would open at its price.
    fn margin_of_order(&self, order: &Working) -> Cash {
        let Some(terms) = self.terms(order.symbol) else { return Cash::ZERO };
        if order.reduce_only || order.unreserved || order.is_child() {
            return Cash::ZERO;
        }
        let step = self.job.market.series(order.symbol).instrument.quantity_step;
        let wanted = order.left.on_margin(order.price, step);
        let against = self.closable(order.symbol, order.side);
        let opens = if order.reverse { wanted } else { (wanted - against).max(Qty::ZERO) };
        let notional = crate::risk::notional(order.price, opens);
        if notional.is_zero() { notional } else { terms.initial(notional, self.job.risk.margin.max_leverage) }
    }

    /// The quantity that an order on this side can close.
    pub(in crate::engine) fn closable(&self, symbol: SymbolId, side: Side) -> Qty {
        let held = self.ledger.position(symbol).qty();
        let against = if side == Side::Buy { -held } else { held };
        against.max(Qty::ZERO)
    }

    /// What spot buys may spend: what is available, in an account on margin at most what is free.
    pub(in crate::engine) fn spendable(&self) -> Cash {
        let available = self.ledger.available();
        if self.margin.is_none() {
            available
        } else {
            available.min(self.free_margin(None, None)).max(Cash::ZERO)
        }
    }

    /// Posts an amount to the wallet and the log; nothing for nothing.
    pub(super) fn post(&mut self, symbol: Option<SymbolId>, kind: PostingKind, amount: Cash, at: Timestamp) {
        if amount.is_zero() {
            return;
        }
        self.ledger.post(amount);
        self.changed = true;
        self.postings.push(Posting { tick: self.tick, at, symbol, kind, amount });
    }
}
