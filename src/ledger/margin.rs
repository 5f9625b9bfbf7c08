//! Trades on margin: signed positions, and postings that are no trades.
//!
//! A perpetual's notional never moves: its cost is kept apart in `owed`, and closing pays the difference. Shares move
//! their price. Both count their result the same way: realised PnL is what the closed part brought, less its share of
//! the cost and of the entry fees, less the fee.

use super::book::{Ledger, Purchase, Sale};
use super::{LedgerError, Position};
use crate::domain::{Bps, Cash, Price, Qty, Side, SymbolId};

/// A trade that opens or closes a part of a position on margin.
#[derive(Debug, Clone, Copy)]
pub struct MarginTrade {
    /// Symbol traded.
    pub symbol: SymbolId,
    /// Buy or sell.
    pub side: Side,
    /// Quantity; positive.
    pub qty: Qty,
    /// Price of a unit.
    pub price: Price,
    /// Fee rate on the notional.
    pub fee: Bps,
    /// Whether it is a perpetual future, whose notional moves no cash.
    pub perpetual: bool,
}

impl Ledger {
    /// Posts a trade that opens or adds to a position on the trade's side.
    ///
    /// # Errors
    /// [`LedgerError::NotPositive`] for no quantity or a position on the other side, [`LedgerError::TooLarge`] where the
    /// position or the balance would exceed the largest. Then nothing has changed.
    pub fn open_on_margin(&mut self, trade: &MarginTrade) -> Result<Purchase, LedgerError> {
        let position = &mut self.positions[trade.symbol.index()];
        if !trade.qty.is_positive() || closable(position, trade.side).is_positive() {
            return Err(LedgerError::NotPositive);
        }
        let notional = Cash::notional(trade.price, trade.qty);
        let fee = notional.fee(trade.fee);
        let (qty, cost) = match trade.side {
            Side::Buy => (trade.qty, notional),
            Side::Sell => (-trade.qty, -notional),
        };
        let held = position.qty() + qty;
        if held > Qty::MAX_POSITION || -held > Qty::MAX_POSITION {
            return Err(LedgerError::TooLarge { what: "a quantity" });
        }
        let paid = if trade.perpetual { Cash::ZERO } else { cost };
        let cash = self.cash - paid - fee;
        if cash.abs() > Cash::MAX {
            return Err(LedgerError::TooLarge { what: "a balance" });
        }
        position.add(qty, cost, fee);
        (self.cash, self.fees) = (cash, self.fees + fee);
        self.owed += cost - paid;
        Ok(Purchase { notional, fee })
    }

    /// Posts a trade that closes a part of a position on the other side.
    ///
    /// # Errors
    /// [`LedgerError::QtyShort`] where less can be closed, [`LedgerError::NotPositive`] for no quantity,
    /// [`LedgerError::TooLarge`] where the balance would exceed the largest. Then nothing has changed.
    pub fn close_on_margin(&mut self, trade: &MarginTrade) -> Result<Sale, LedgerError> {
        let position = &mut self.positions[trade.symbol.index()];
        let most = closable(position, trade.side);
        if !trade.qty.is_positive() {
            return Err(LedgerError::NotPositive);
        }
        if trade.qty > most {
            return Err(LedgerError::QtyShort { need: trade.qty, have: most });
        }
        let notional = Cash::notional(trade.price, trade.qty);
        let fee = notional.fee(trade.fee);
        let proceeds = if trade.side == Side::Sell { notional } else { -notional };
        let mut left = *position;
        let (cost, entry_fees) = left.take_signed(trade.qty, most);
        let brought = if trade.perpetual { proceeds - cost } else { proceeds };
        let cash = self.cash + brought - fee;
        if cash.abs() > Cash::MAX {
            return Err(LedgerError::TooLarge { what: "a balance" });
        }
        *position = left;
        let realised = proceeds - cost - entry_fees - fee;
        (self.cash, self.fees) = (cash, self.fees + fee);
        self.owed -= if trade.perpetual { cost } else { Cash::ZERO };
        self.realised += realised;
        Ok(Sale { notional, fee, realised })
    }

    /// Posts an amount that is no trade: funding, interest, a fee, insurance. Positive amounts are received.
    pub fn post(&mut self, amount: Cash) {
        self.cash += amount;
    }

    /// Quote currency less what the perpetuals held were opened for: with the value of all positions it makes the
    /// equity.
    pub fn net_cash(&self) -> Cash {
        self.cash - self.owed
    }

    /// What the perpetuals held were opened for; negative for shorts.
    pub const fn owed(&self) -> Cash {
        self.owed
    }
}

/// The quantity that a trade on this side can close.
pub(super) fn closable(position: &Position, side: Side) -> Qty {
    let held = match side {
        Side::Buy => -position.qty(),
        Side::Sell => position.qty(),
    };
    held.max(Qty::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: SymbolId = SymbolId(0);

    fn cash(text: &str) -> Cash {
        text.parse().unwrap()
    }

    fn trade(side: Side, qty: &str, price: &str, perpetual: bool) -> MarginTrade {
        let (qty, price) = (qty.parse().unwrap(), price.parse().unwrap());
        MarginTrade { symbol: S, side, qty, price, fee: Bps::from_f64(10.0), perpetual }
    }

    #[test]
    fn a_short_perpetual_gains_what_the_price_falls() {
        let mut ledger = Ledger::new(cash("1000"), 1);
        ledger.open_on_margin(&trade(Side::Sell, "10", "100", true)).unwrap();
        // Only the fee of 1 has moved.
        assert_eq!((ledger.cash(), ledger.owed()), (cash("999"), cash("-1000")));
        assert_eq!(ledger.position(S).average_price(), "100".parse().unwrap());
        assert_eq!(
            ledger.position(S).unrealised("90".parse().unwrap()),
            cash("99"),
            "100 less the entry fee"
        );
        let closed = ledger.close_on_margin(&trade(Side::Buy, "4", "90", true)).unwrap();
        // 4 * 10 - 0.36 fee - 0.4 of the entry fee.
        assert_eq!(closed.realised, cash("39.24"));
        assert_eq!(ledger.cash(), cash("1038.64"));
        ledger.close_on_margin(&trade(Side::Buy, "6", "110", true)).unwrap();
        assert_eq!((ledger.cash(), ledger.owed()), (cash("977.98"), Cash::ZERO));
        assert_eq!(cash("1000") + ledger.realised(), ledger.cash());
    }

    #[test]
    fn shorted_shares_bring_cash_and_cost_it_back() {
        let mut ledger = Ledger::new(cash("1000"), 1);
        ledger.open_on_margin(&trade(Side::Sell, "10", "100", false)).unwrap();
        assert_eq!((ledger.cash(), ledger.owed()), (cash("1999"), Cash::ZERO));
        ledger.close_on_margin(&trade(Side::Buy, "10", "110", false)).unwrap();
        assert_eq!(ledger.cash(), cash("897.9"));
        assert_eq!(cash("1000") + ledger.realised(), ledger.cash());
    }

    #[test]
    fn a_trade_never_passes_zero() {
        let mut ledger = Ledger::new(cash("1000"), 1);
        ledger.open_on_margin(&trade(Side::Buy, "3", "100", true)).unwrap();
        assert!(ledger.open_on_margin(&trade(Side::Sell, "1", "100", true)).is_err());
        assert!(ledger.close_on_margin(&trade(Side::Sell, "4", "100", true)).is_err());
        assert!(ledger.close_on_margin(&trade(Side::Buy, "1", "100", true)).is_err());
    }
}
