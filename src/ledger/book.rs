//! The wallet of one agent: quote currency, positions, and the locked part of both.

use super::{LedgerError, Position};
use crate::domain::{Bps, Cash, Price, Qty, SymbolId};

/// Quote currency and positions of one agent.
#[derive(Debug, Clone)]
pub struct Ledger {
    pub(super) cash: Cash,
    locked: Cash,
    pub(super) positions: Vec<Position>,
    pub(super) fees: Cash,
    pub(super) realised: Cash,
    /// Cost of the perpetuals held, which no cash was paid for; negative for shorts.
    pub(super) owed: Cash,
}

/// The result of a buy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purchase {
    /// `quantity * price`, half up at eight decimal places.
    pub notional: Cash,
    /// Fee on the notional, half up at eight decimal places.
    pub fee: Cash,
}

/// The result of a sell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sale {
    /// `quantity * price`, half up at eight decimal places.
    pub notional: Cash,
    /// Fee on the notional, half up at eight decimal places.
    pub fee: Cash,
    /// Realised PnL: notional less fee, less the shares of cost and entry fees of the quantity sold.
    pub realised: Cash,
}

/// Largest balance, 10^20: the limit of the stored format.
const MAX_CASH: Cash = Cash::MAX;

impl Ledger {
    /// A wallet with `cash` and an empty position in each of `symbols` symbols.
    pub fn new(cash: Cash, symbols: usize) -> Self {
        Self {
            cash,
            locked: Cash::ZERO,
            positions: vec![Position::default(); symbols],
            fees: Cash::ZERO,
            realised: Cash::ZERO,
            owed: Cash::ZERO,
        }
    }

    /// This wallet with positions carried over from an earlier run.
    #[must_use]
    pub fn holding(mut self, positions: impl Iterator<Item = (SymbolId, Position)>) -> Self {
        for (symbol, position) in positions {
            self.positions[symbol.index()] = position;
        }
        self
    }

    /// Quote currency, including the locked part.
    pub const fn cash(&self) -> Cash {
        self.cash
    }

    /// Quote currency locked for open buy orders.
    pub const fn locked(&self) -> Cash {
        self.locked
    }

    /// Unlocked quote currency.
    pub fn available(&self) -> Cash {
        self.cash - self.locked
    }

    /// Total fees paid.
    pub const fn fees(&self) -> Cash {
        self.fees
    }

    /// Total realised PnL.
    pub const fn realised(&self) -> Cash {
        self.realised
    }

    /// A symbol's position.
    pub fn position(&self, symbol: SymbolId) -> &Position {
        &self.positions[symbol.index()]
    }

    /// All positions, indexed by symbol.
    pub fn positions(&self) -> &[Position] {
        &self.positions
    }

    /// Locks quote currency for an open buy order.
    ///
    /// # Errors
    /// [`LedgerError::CashShort`] where less is available; [`LedgerError::NotPositive`] below zero.
    pub fn lock_cash(&mut self, amount: Cash) -> Result<(), LedgerError> {
        non_negative(amount.units())?;
        if amount > self.available() {
            return Err(LedgerError::CashShort { need: amount, have: self.available() });
        }
        self.locked += amount;
        Ok(())
    }

    /// Unlocks quote currency of a buy order that ended; at most the locked amount.
    pub fn unlock_cash(&mut self, amount: Cash) {
        self.locked -= amount.clamp(Cash::ZERO, self.locked);
    }

    /// Locks a quantity for an open sell order.
    ///
    /// # Errors
    /// [`LedgerError::QtyShort`] where less is free; [`LedgerError::NotPositive`] below zero.
    pub fn lock_qty(&mut self, symbol: SymbolId, qty: Qty) -> Result<(), LedgerError> {
        non_negative(qty.units())?;
        let position = &mut self.positions[symbol.index()];
        if qty > position.free() {
            return Err(LedgerError::QtyShort { need: qty, have: position.free() });
        }
        position.locked += qty;
        Ok(())
    }

    /// Unlocks a quantity of a sell order that ended; at most the locked quantity.
    pub fn unlock_qty(&mut self, symbol: SymbolId, qty: Qty) {
        let position = &mut self.positions[symbol.index()];
        position.locked -= qty.clamp(Qty::ZERO, position.locked);
    }

    /// Posts a buy: pays notional and fee, after unlocking `release` of the locked money.
    ///
    /// # Errors
    /// [`LedgerError::CashShort`] where the available money plus `release` does not cover the cost,
    /// [`LedgerError::TooLarge`] where the position would exceed [`Qty::MAX_POSITION`]. Then nothing has
    /// changed, and `release` is still locked.
    pub fn buy(
        &mut self,
        symbol: SymbolId,
        qty: Qty,
        price: Price,
        fee_rate: Bps,
        release: Cash,
    ) -> Result<Purchase, LedgerError> {
        positive(qty.units())?;
        non_negative(release.units())?;
        let notional = Cash::notional(price, qty);
        let fee = notional.fee(fee_rate);
        let release = release.min(self.locked);
        let usable = self.available() + release;
        if notional + fee > usable {
            return Err(LedgerError::CashShort { need: notional + fee, have: usable });
        }
        if self.positions[symbol.index()].qty() + qty > Qty::MAX_POSITION {
            return Err(LedgerError::TooLarge { what: "a quantity" });
        }
        self.locked -= release;
        self.cash -= notional + fee;
        self.fees += fee;
        self.positions[symbol.index()].add(qty, notional, fee);
        Ok(Purchase { notional, fee })
    }

    /// Posts a sell, after unlocking `release` of the locked quantity.
    ///
    /// # Errors
    /// [`LedgerError::QtyShort`] where the free quantity plus `release` is less than `qty`;
    /// [`LedgerError::CashShort`] where the fee exceeds the notional plus the available money (a sale that brings more than
    /// its fee is always posted, also where an account on margin has negative cash), [`LedgerError::TooLarge`] where the
    /// balance would exceed the largest amount. Then nothing has changed.
    pub fn sell(
        &mut self,
        symbol: SymbolId,
        qty: Qty,
        price: Price,
        fee_rate: Bps,
        release: Qty,
    ) -> Result<Sale, LedgerError> {
        positive(qty.units())?;
        non_negative(release.units())?;
        let available = self.available();
        let position = &mut self.positions[symbol.index()];
        let release = release.min(position.locked);
        let usable = position.free() + release;
        if qty > usable {
            return Err(LedgerError::QtyShort { need: qty, have: usable });
        }
        let notional = Cash::notional(price, qty);
        let fee = notional.fee(fee_rate);
        if notional < fee && available + notional < fee {
            return Err(LedgerError::CashShort { need: fee, have: available + notional });
        }
        if self.cash + notional > MAX_CASH {
            return Err(LedgerError::TooLarge { what: "a balance" });
        }
        position.locked -= release;
        let (cost, entry_fees) = position.take(qty);
        let realised = notional - fee - cost - entry_fees;
        self.cash += notional - fee;
        self.fees += fee;
        self.realised += realised;
        Ok(Sale { notional, fee, realised })
    }
}

fn positive(units: i128) -> Result<(), LedgerError> {
    if units > 0 { Ok(()) } else { Err(LedgerError::NotPositive) }
}

fn non_negative(units: i128) -> Result<(), LedgerError> {
    if units >= 0 { Ok(()) } else { Err(LedgerError::NotPositive) }
}
