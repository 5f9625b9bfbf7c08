//! Each refusal code through the engine, as a logged row.

use super::super::testkit::*;
use crate::domain::{Bps, OrderKind, OrderRequest, Side, Size, SymbolId};
use crate::scenario::RiskProfile;

fn still() -> Fixture {
    Fixture::new(hourly(flat(&[100.0; 6])))
}

fn ends_of(fixture: &Fixture, orders: &[OrderRequest]) -> Vec<String> {
    ends(&fixture.plan(orders.iter().map(|&order| (0, place(order))).collect()))
}

#[test]
fn unknown_and_silent_symbols() {
    let unknown = OrderRequest { symbol: SymbolId(7), ..buy("1") };
    assert_eq!(ends_of(&still(), &[unknown]), ["market rejected INVALID_SYMBOL"]);
    let late = vec![(1, 5.0, 5.0, 5.0, 5.0, 1.0), (3, 5.0, 5.0, 5.0, 5.0, 1.0)];
    let fixture = Fixture::new(market_of("1h", vec![flat(&[100.0; 4]), late]));
    let order = place(OrderRequest { symbol: B, ..buy("1") });
    let replay = fixture.plan(vec![(0, order), (1, order), (2, order)]);
    assert_eq!(
        ends(&replay),
        [
            "market rejected PRICE_NOT_AVAILABLE",
            "market filled filled",
            "market rejected PRICE_NOT_AVAILABLE"
        ]
    );
}

#[test]
fn bad_quantities_and_prices() {
    let mut fixture = still();
    fixture.market.symbols[0].instrument.quantity_step = qty("0.1");
    for order in [
        buy("0"),
        buy("-1"),
        buy("0.05"),
        buy("1").of_kind(limit("0")),
        buy("1").of_kind(limit("-3")),
        buy("0.1").of_kind(limit("1")),
        OrderRequest { size: Size::Quote(cash("0.5")), ..buy("1") },
        OrderRequest { size: Size::EquityShare(Bps::ZERO), ..buy("1") },
    ] {
        let found = ends_of(&fixture, &[order]);
        assert!(found[0].ends_with("rejected INVALID_QUANTITY"), "{order:?}: {found:?}");
    }
}

#[test]
fn balances() {
    let target = OrderKind::TakeProfit { price: price("120") };
    for order in [
        buy("10.1"),
        sell("1"),
        OrderRequest::sell(A, Size::ALL, "x"),
        OrderRequest::sell(A, Size::Qty(qty("1")), "x"),
        OrderRequest { reduce_only: true, ..buy("1") },
        buy("1").of_kind(target),
    ] {
        let found = ends_of(&still(), &[order]);
        assert!(found[0].ends_with("rejected INSUFFICIENT_BALANCE"), "{order:?}: {found:?}");
    }
}

#[test]
fn limits_of_the_default_profile() {
    let mut fixture = still();
    fixture.risk = RiskProfile::standard();
    assert_eq!(ends_of(&fixture, &[buy("5.1")]), ["market rejected ORDER_TOO_LARGE"]);
    assert_eq!(ends_of(&fixture, &[buy("2.6")]), ["market rejected POSITION_LIMIT_EXCEEDED"]);
    // What waits counts: 2 and 1 are more than 2.5.
    assert_eq!(
        ends_of(&fixture, &[buy("2"), buy("1")]),
        ["market filled filled", "market rejected POSITION_LIMIT_EXCEEDED"]
    );
    let small = buy("0.02").of_kind(limit("99"));
    let found = ends_of(&fixture, &[small; 51]);
    assert_eq!(found[50], "limit rejected TOO_MANY_OPEN_ORDERS");
    assert!(found[..50].iter().all(|end| end == "limit cancelled window_end"));
    // Market orders do not rest, but count for the rate.
    let found = ends_of(&fixture, &[buy("0.02"); 101]);
    assert_eq!(found[99..], ["market filled filled", "market rejected RATE_LIMITED"]);
}

#[test]
fn a_grown_position_can_always_be_sold() {
    let mut fixture = Fixture::new(hourly(flat(&[100.0, 100.0, 900.0, 900.0])));
    fixture.risk = RiskProfile::standard();
    let replay =
        fixture.plan(vec![(0, place(buy("2.5"))), (2, place(OrderRequest::sell(A, Size::ALL, "exit")))]);
    assert_eq!(fills(&replay), ["1 buy 2.5 @ 100", "3 sell 2.5 @ 900"]);
}

#[test]
fn size_to_limit_fills_the_allowed_part_and_flags_it() {
    let mut fixture = still();
    fixture.risk = RiskProfile { size_to_limit: true, ..RiskProfile::standard() };
    let replay = fixture.plan(vec![(0, place(buy("9")))]);
    assert_eq!(fills(&replay), ["1 buy 2.5 @ 100"]);
    assert_eq!(ends(&replay), ["market filled filled_cut"]);
    assert!(replay.orders[0].detail.contains("cut to quantity 2.5"), "{}", replay.orders[0].detail);
    assert_eq!(replay.flags.cut_fills, 0, "the wallet could have paid");
}

#[test]
fn nonsense_numbers_are_refused_quietly() {
    use crate::domain::{Bracket, Cash, Distance, Price, Protection, Qty};
    let huge = Price::from_units(i128::MAX);
    let far = Distance::Absolute(huge);
    let bracket = Bracket {
        stop_loss: Some(Protection::At(Price::from_units(i128::MIN))),
        take_profit: Some(Protection::FromEntry(far)),
        trailing_stop: Some(Distance::Share(Bps::from_f64(1e9))),
    };
    let orders = [
        OrderRequest { size: Size::Qty(Qty::from_units(i128::MAX)), ..buy("1") },
        OrderRequest { size: Size::Qty(Qty::from_units(i128::MIN)), ..sell("1") },
        OrderRequest { size: Size::Quote(Cash::from_units(i128::MAX)), ..buy("1") },
        OrderRequest { size: Size::Quote(Cash::from_units(i128::MIN)), side: Side::Sell, ..buy("1") },
        OrderRequest { size: Size::EquityShare(Bps::from_f64(1e9)), ..buy("1") },
        buy("1").of_kind(OrderKind::Stop { trigger: huge }),
        buy("1").of_kind(OrderKind::TrailingStop { distance: far }),
        OrderRequest { bracket: Some(bracket), ..buy("1") },
    ];
    let found = ends_of(&still(), &orders);
    assert!(found[..7].iter().all(|end| end.contains("rejected")), "{found:?}");
    assert_eq!(found[7], "market filled filled");
}
