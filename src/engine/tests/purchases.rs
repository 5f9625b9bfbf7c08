//! Market buys that are paid with what the sells of the same open bring.

use super::super::testkit::*;
use crate::domain::{Action, Bps, OrderRequest, Size, SymbolId, TimeInForce};
use crate::scenario::FillAt;

/// Two symbols that stand still at 10 and 20, and 10 % higher from tick 3 on.
fn two() -> Fixture {
    let rows = |price: f64| flat(&[price, price, price, price * 1.1, price * 1.1, price * 1.1]);
    Fixture::new(market_of("1h", vec![rows(10.0), rows(20.0)]))
}

fn purchase(symbol: SymbolId, size: Size) -> Action {
    let buy = OrderRequest::buy(symbol, size, "test");
    place(OrderRequest { from_proceeds: true, ..buy })
}

fn sale(symbol: SymbolId) -> Action {
    place(OrderRequest::sell(symbol, Size::ALL, "test"))
}

#[test]
fn a_buy_placed_before_the_sale_that_pays_for_it_fills_after_it() {
    let steps =
        vec![(0, purchase(A, Size::Qty(qty("100")))), (1, purchase(B, Size::Qty(qty("50")))), (1, sale(A))];
    let replay = two().plan(steps);
    assert_eq!(fills(&replay), ["1 buy 100 @ 10", "2 sell 100 @ 10", "2 buy 50 @ 20"]);
    assert_eq!(replay.final_equity, cash("1100"));
}

#[test]
fn all_are_cut_by_one_factor_with_the_fee_counted() {
    let mut fixture = two();
    fixture.venue.taker_fee = Bps::from_f64(100.0);
    let steps = vec![(0, purchase(A, Size::Qty(qty("60")))), (0, purchase(B, Size::Qty(qty("20"))))];
    let replay = fixture.plan(steps);
    // 600 and 400 with a fee of 1 % cost 1010 of 1000.
    assert_eq!(fills(&replay), ["1 buy 59.40594059 @ 10", "1 buy 19.80198019 @ 20"]);
    assert!(!replay.left.cash.is_negative(), "{}", replay.left.cash);
    assert_eq!(replay.flags.cut_fills, 2);
    let detail =
        "cut to 59.40594059, as all buys of this open: they cost 1010.00000000, and there was 1000.00000000";
    assert_eq!(replay.orders[0].detail, detail);
}

#[test]
fn an_amount_is_cut_as_a_quantity_is() {
    let steps = vec![(0, purchase(A, Size::Quote(cash("900")))), (0, purchase(B, Size::Quote(cash("600"))))];
    assert_eq!(fills(&two().plan(steps)), ["1 buy 60 @ 10", "1 buy 20 @ 20"]);
}

#[test]
fn what_another_order_has_reserved_is_not_spent() {
    let resting = buy("50").of_kind(limit("8"));
    let steps = vec![(0, place(resting)), (1, purchase(B, Size::Qty(qty("50"))))];
    // 400 are reserved: 600 of 1000 are left.
    assert_eq!(fills(&two().plan(steps)), ["2 buy 30 @ 20"]);
}

#[test]
fn a_participation_cap_leaves_the_rest_for_the_next_opens() {
    let mut fixture = two();
    // 20 of a bar's volume of 1000.
    fixture.venue.participation_cap = Some(Bps::from_percent(2.0));
    let wanted = qty("50");
    let replay = fixture.plan(vec![(0, purchase(A, Size::Qty(wanted)))]);
    assert_eq!(replay.fills.len(), 3);
    assert_eq!(replay.orders[0].filled, wanted);
}

#[test]
fn with_fill_at_close_the_sells_of_the_same_close_pay() {
    let mut fixture = two();
    fixture.venue.fill_at = FillAt::Close;
    let steps =
        vec![(0, purchase(A, Size::Qty(qty("100")))), (1, purchase(B, Size::Qty(qty("60")))), (1, sale(A))];
    assert_eq!(fills(&fixture.plan(steps)), ["0 buy 100 @ 10", "1 sell 100 @ 10", "1 buy 50 @ 20"]);
}

#[test]
fn one_that_nothing_pays_for_ends_and_locks_nothing() {
    let purchase_ioc = OrderRequest {
        from_proceeds: true,
        time_in_force: TimeInForce::Ioc,
        ..OrderRequest::buy(B, Size::Qty(qty("1")), "test")
    };
    let steps = vec![(0, purchase(A, Size::Qty(qty("100")))), (1, place(purchase_ioc))];
    let replay = two().plan(steps);
    assert_eq!(fills(&replay), ["1 buy 100 @ 10"]);
    assert_eq!(replay.orders[1].end.as_str(), "cannot_pay");
}
