//! Postings calculated by hand.

use super::{Ledger, LedgerError};
use crate::domain::{Bps, Cash, Price, Qty, SymbolId};

const A: SymbolId = SymbolId(0);

fn cash(text: &str) -> Cash {
    text.parse().unwrap()
}

fn qty(text: &str) -> Qty {
    text.parse().unwrap()
}

fn price(text: &str) -> Price {
    text.parse().unwrap()
}

fn ledger() -> Ledger {
    Ledger::new(cash("1000"), 2)
}

#[test]
fn a_round_trip_realises_price_difference_less_all_fees() {
    let mut book = ledger();
    // 2 * 100 = 200, fee 0.1 % = 0.2.
    book.buy(A, qty("2"), price("100"), Bps::from_f64(10.0), Cash::ZERO).unwrap();
    assert_eq!(book.cash(), cash("799.8"));
    // 2 * 110 = 220, fee 0.22; realised 220 - 0.22 - 200 - 0.2 = 19.58.
    let sale = book.sell(A, qty("2"), price("110"), Bps::from_f64(10.0), Qty::ZERO).unwrap();
    assert_eq!(sale.realised, cash("19.58"));
    assert_eq!(book.cash(), cash("1019.58"));
    assert_eq!(book.fees(), cash("0.42"));
    assert_eq!(*book.position(A), super::Position::default());
}

#[test]
fn scale_ins_average_and_partial_exits_share_cost_and_fees() {
    let mut book = ledger();
    let fee = Bps::from_f64(100.0);
    book.buy(A, qty("1"), price("100"), fee, Cash::ZERO).unwrap();
    book.buy(A, qty("2"), price("130"), fee, Cash::ZERO).unwrap();
    // Cost 360, average 120, entry fees 1 + 2.6 = 3.6.
    assert_eq!(book.position(A).average_price(), price("120"));
    assert_eq!(book.position(A).entry_fees(), cash("3.6"));
    // Sell 1 at 150: 150 - 1.5 - 120 - 1.2 = 27.3.
    assert_eq!(book.sell(A, qty("1"), price("150"), fee, Qty::ZERO).unwrap().realised, cash("27.3"));
    assert_eq!(book.position(A).cost(), cash("240"));
    // Unrealised at 150: 300 - 240 - 2.4.
    assert_eq!(book.position(A).unrealised(price("150")), cash("57.6"));
}

#[test]
fn selling_in_thirds_leaves_no_remainder() {
    let mut book = ledger();
    book.buy(A, qty("0.00000003"), price("33333333.33333333"), Bps::from_f64(10.0), Cash::ZERO).unwrap();
    for _ in 0..3 {
        book.sell(A, qty("0.00000001"), price("33333333.33333333"), Bps::ZERO, Qty::ZERO).unwrap();
    }
    assert!(book.position(A).cost().is_zero() && book.position(A).entry_fees().is_zero());
    assert_eq!(book.realised(), book.cash() - cash("1000"));
}

#[test]
fn a_refused_posting_changes_nothing() {
    let mut book = ledger();
    let before = format!("{book:?}");
    assert!(matches!(
        book.buy(A, qty("11"), price("100"), Bps::ZERO, Cash::ZERO),
        Err(LedgerError::CashShort { .. })
    ));
    assert!(matches!(
        book.sell(A, qty("1"), price("100"), Bps::ZERO, Qty::ZERO),
        Err(LedgerError::QtyShort { .. })
    ));
    assert_eq!(book.buy(A, Qty::ZERO, price("1"), Bps::ZERO, Cash::ZERO), Err(LedgerError::NotPositive));
    assert_eq!(book.lock_cash(cash("-1")), Err(LedgerError::NotPositive));
    assert!(book.lock_cash(cash("1000.00000001")).is_err());
    assert_eq!(format!("{book:?}"), before);
}

#[test]
fn locked_money_is_spent_only_by_its_release() {
    let mut book = ledger();
    book.lock_cash(cash("950")).unwrap();
    assert_eq!(book.available(), cash("50"));
    assert!(book.buy(A, qty("1"), price("100"), Bps::ZERO, cash("49")).is_err());
    assert_eq!(book.locked(), cash("950"));
    book.buy(A, qty("1"), price("100"), Bps::ZERO, cash("50")).unwrap();
    assert_eq!((book.locked(), book.available()), (cash("900"), Cash::ZERO));
    book.lock_qty(A, qty("0.6")).unwrap();
    assert!(book.sell(A, qty("0.5"), price("100"), Bps::ZERO, Qty::ZERO).is_err());
    book.sell(A, qty("0.5"), price("100"), Bps::ZERO, qty("0.1")).unwrap();
    assert_eq!(book.position(A).free(), Qty::ZERO);
    assert_eq!(book.position(A).qty(), qty("0.5"));
}

#[test]
fn a_fee_above_the_notional_cannot_make_the_wallet_negative() {
    let mut book = Ledger::new(cash("10"), 1);
    book.buy(A, qty("1"), price("10"), Bps::ZERO, Cash::ZERO).unwrap();
    assert!(book.sell(A, qty("1"), price("10"), Bps::from_percent(150.0), Qty::ZERO).is_err());
    assert_eq!(book.position(A).qty(), qty("1"));
}
