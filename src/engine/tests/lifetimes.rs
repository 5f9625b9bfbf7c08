//! How orders end: time in force, cancelling, the window's end, and money that is free again.

use super::super::testkit::*;
use crate::domain::{Action, OrderId, OrderRequest, Size, TimeInForce};
use crate::engine::{EndReason, ReplayStatus};

fn waiting(time_in_force: TimeInForce) -> OrderRequest {
    OrderRequest { time_in_force, ..buy("5").of_kind(limit("90")) }
}

/// 24 bars of the first day at 100, then one that falls to 80.
fn two_days() -> Table {
    let mut rows = vec![[100.0; 4]; 25];
    rows[24] = [100.0, 100.0, 80.0, 80.0];
    Table::new(hourly(ohlc(&rows)))
}

#[test]
fn a_day_order_dies_at_midnight_before_matching() {
    let replay = two_days().plan(vec![(3, place(waiting(TimeInForce::Day)))]);
    assert_eq!(ends(&replay), ["limit expired time_in_force"]);
    assert_eq!(replay.orders[0].ended_at, hour(24));
    assert!(replay.fills.is_empty());
}

#[test]
fn a_day_order_placed_at_midnight_belongs_to_the_new_day() {
    // The bar of hour 23 closes at 24:00.
    let replay = two_days().plan(vec![(23, place(waiting(TimeInForce::Day)))]);
    assert_eq!(fills(&replay), ["24 buy 5 @ 90"]);
}

#[test]
fn good_till_dies_at_its_time() {
    let until = |n| two_days().plan(vec![(3, place(waiting(TimeInForce::GoodTill(hour(n)))))]);
    assert_eq!(ends(&until(24)), ["limit expired time_in_force"]);
    assert_eq!(fills(&until(25)), ["24 buy 5 @ 90"]);
    assert_eq!(until(10).orders[0].ended_at, hour(10));
}

#[test]
fn gtc_waits_and_the_window_cancels_it() {
    assert_eq!(fills(&two_days().plan(vec![(3, place(waiting(TimeInForce::Gtc)))])), ["24 buy 5 @ 90"]);
    let far = buy("5").of_kind(limit("10"));
    let replay = two_days().plan(vec![(3, place(far)), (24, place(buy("1")))]);
    assert_eq!(ends(&replay), ["limit cancelled window_end", "market cancelled window_end"]);
    assert_eq!(replay.orders[0].ended_at, hour(25));
    assert_eq!(replay.final_equity, cash("1000"));
    assert_eq!(replay.status, ReplayStatus::Completed);
}

#[test]
fn cancelling_frees_the_money() {
    let first = buy("10").of_kind(limit("90"));
    let steps = vec![
        (0, place(first)),
        (0, place(buy("9").of_kind(limit("90")))),
        (1, Action::Cancel(OrderId(1))),
        (1, place(buy("9"))),
        (2, Action::CancelAll(A)),
    ];
    let replay = two_days().plan(steps);
    // 900 of 1000 are locked: 810 more are refused until the first is cancelled.
    assert_eq!(
        ends(&replay),
        ["limit cancelled agent", "limit rejected INSUFFICIENT_BALANCE", "market filled filled"]
    );
}

#[test]
fn close_cancels_and_sells_all() {
    let steps = vec![
        (0, place(buy("5"))),
        (1, place(sell("5").of_kind(limit("150")))),
        (2, Action::Close(A, "done")),
        (4, Action::Close(A, "again")),
    ];
    let replay = two_days().plan(steps);
    assert_eq!(fills(&replay), ["1 buy 5 @ 100", "3 sell 5 @ 100"]);
    assert_eq!(replay.orders[1].end, EndReason::Agent);
    assert_eq!(replay.orders.len(), 3, "a flat close places nothing");
    assert_eq!(replay.round_trips[0].exit_reason, "done");
}

#[test]
fn a_close_that_cannot_sell_keeps_the_protecting_orders() {
    let rows = vec![
        (0, 100.0, 100.0, 100.0, 100.0, 1.0),
        (1, 100.0, 100.0, 100.0, 100.0, 1.0),
        (3, 90.0, 90.0, 90.0, 90.0, 1.0),
    ];
    let table = Table::new(market_of("1h", vec![rows, flat(&[1.0; 4])]));
    let steps =
        vec![(0, place(buy("5"))), (1, place(sell("5").of_kind(stop("95")))), (2, Action::Close(A, "now"))];
    let replay = table.plan(steps);
    assert_eq!(fills(&replay), ["1 buy 5 @ 100", "3 sell 5 @ 90"]);
    assert_eq!(ends(&replay)[2], "market rejected PRICE_NOT_AVAILABLE");
}

#[test]
fn two_sells_cannot_sell_the_same_thing() {
    let half = OrderRequest { reduce_only: true, ..sell("4") };
    let steps = vec![
        (0, place(buy("5"))),
        (1, place(sell("3").of_kind(limit("150")))),
        (1, place(sell("3"))),
        (1, place(half)),
        (1, place(OrderRequest::sell(A, Size::ALL, "rest"))),
    ];
    let replay = two_days().plan(steps);
    assert_eq!(
        ends(&replay)[1..],
        [
            "limit cancelled window_end",
            "market rejected INSUFFICIENT_BALANCE",
            "market filled filled_cut",
            "market rejected INSUFFICIENT_BALANCE"
        ]
    );
    assert_eq!(fills(&replay), ["1 buy 5 @ 100", "2 sell 2 @ 100"]);
}
