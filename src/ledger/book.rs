//! The wallet of one agent: quote currency, positions, and what of both is locked.

use super::{LedgerError, Position};
use crate::domain::{Bps, Cash, Price, Qty, SymbolId};

/// Quote currency and positions of one agent.
#[derive(Debug, Clone)]
pub struct Ledger {
    cash: Cash,
    locked: Cash,
    positions: Vec<Position>,
    fees: Cash,
    realised: Cash,
}

/// What a buy cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purchase {
    /// `quantity * price`, half up at eight places.
    pub notional: Cash,
    /// Fee on it, half up at eight places.
    pub fee: Cash,
}

/// What a sale brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sale {
    /// `quantity * price`, half up at eight places.
    pub notional: Cash,
    /// Fee on it, half up at eight places.
    pub fee: Cash,
    /// Notional less fee, less its shares of the cost and of the entry fees.
    pub realised: Cash,
}

/// Largest balance, 10^20: what the store can hold.
const MOST_CASH: Cash = Cash::LARGEST;

impl Ledger {
    /// A wallet of `cash`, and no position in any of `symbols` symbols.
    pub fn new(cash: Cash, symbols: usize) -> Self {
        Self {
            cash,
            locked: Cash::ZERO,
            positions: vec![Position::default(); symbols],
            fees: Cash::ZERO,
            realised: Cash::ZERO,
        }
    }

    /// The same wallet holding what an earlier run left behind.
    #[must_use]
    pub fn holding(mut self, positions: impl Iterator<Item = (SymbolId, Position)>) -> Self {
        for (symbol, position) in positions {
            self.positions[symbol.index()] = position;
        }
        self
    }

    /// Quote currency, locked part included.
    pub const fn cash(&self) -> Cash {
        self.cash
    }

    /// Quote currency promised to waiting buys.
    pub const fn locked(&self) -> Cash {
        self.locked
    }

    /// Quote currency that is free.
    pub fn available(&self) -> Cash {
        self.cash - self.locked
    }

    /// Fees paid in all.
    pub const fn fees(&self) -> Cash {
        self.fees
    }

    /// Realised PnL of all sales.
    pub const fn realised(&self) -> Cash {
        self.realised
    }

    /// A symbol's position.
    pub fn position(&self, symbol: SymbolId) -> &Position {
        &self.positions[symbol.index()]
    }

    /// All positions, by symbol.
    pub fn positions(&self) -> &[Position] {
        &self.positions
    }

    /// Promises quote currency to a waiting buy.
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

    /// Frees quote currency of a buy that ended; never more than is locked.
    pub fn unlock_cash(&mut self, amount: Cash) {
        self.locked -= amount.clamp(Cash::ZERO, self.locked);
    }

    /// Promises a quantity to a waiting sell.
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

    /// Frees a quantity of a sell that ended; never more than is locked.
    pub fn unlock_qty(&mut self, symbol: SymbolId, qty: Qty) {
        let position = &mut self.positions[symbol.index()];
        position.locked -= qty.clamp(Qty::ZERO, position.locked);
    }

    /// Buys, paying notional and fee; `release` of the locked money is freed for it first.
    ///
    /// # Errors
    /// [`LedgerError::CashShort`] where what is free and `release` together do not pay, [`LedgerError::TooLarge`]
    /// where the position would be larger than [`Qty::MOST_HELD`]; then nothing has changed, `release` is still
    /// locked.
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
        if self.positions[symbol.index()].qty() + qty > Qty::MOST_HELD {
            return Err(LedgerError::TooLarge { what: "a quantity" });
        }
        self.locked -= release;
        self.cash -= notional + fee;
        self.fees += fee;
        self.positions[symbol.index()].add(qty, notional, fee);
        Ok(Purchase { notional, fee })
    }

    /// Sells; `release` of the locked quantity is freed for it first.
    ///
    /// # Errors
    /// [`LedgerError::QtyShort`] where what is free and `release` together are less than `qty`;
    /// [`LedgerError::CashShort`] where a fee above the notional could not be paid, [`LedgerError::TooLarge`] where
    /// the balance would be more than can be held. Then nothing has changed.
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
        if available + notional < fee {
            return Err(LedgerError::CashShort { need: fee, have: available + notional });
        }
        if self.cash + notional > MOST_CASH {
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
