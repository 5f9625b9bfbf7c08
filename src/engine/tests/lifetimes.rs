//! How orders end: time in force, cancelling, the window's end, and money that is free again.

use super::super::testkit::*;
use crate::domain::{
    Action, Bps, Bracket, Distance, OrderId, OrderKind, OrderRequest, Protection, Size, TimeInForce,
};
use crate::engine::{EndReason, ReplayStatus};

fn waiting(time_in_force: TimeInForce) -> OrderRequest {
    OrderRequest { time_in_force, ..buy("5").of_kind(limit("90")) }
}

/// 24 bars of the first day at 100, then one that falls to 80.
fn two_days() -> Fixture {
    let mut rows = vec![[100.0; 4]; 25];
    rows[24] = [100.0, 100.0, 80.0, 80.0];
    Fixture::new(hourly(ohlc(&rows)))
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
    let fixture = Fixture::new(market_of("1h", vec![rows, flat(&[1.0; 4])]));
    let steps =
        vec![(0, place(buy("5"))), (1, place(sell("5").of_kind(stop("95")))), (2, Action::Close(A, "now"))];
    let replay = fixture.plan(steps);
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

#[test]
fn a_stop_limit_lives_as_long_as_its_time_in_force() {
    // Placed before hour 3: hour 3 gaps below its limit, hour 24 comes back to it.
    let rows: Vec<[f64; 4]> = (0..26)
        .map(|h| match h {
            0..3 => [100.0; 4],
            3..24 => [90.0, 91.0, 89.0, 90.0],
            _ => [90.0, 95.0, 90.0, 94.0],
        })
        .collect();
    let fixture = Fixture::new(hourly(ohlc(&rows)));
    let kind = OrderKind::StopLimit { trigger: price("95"), price: price("93") };
    let run = |time_in_force| {
        let order = OrderRequest { time_in_force, ..sell("5").of_kind(kind) };
        let replay = fixture.plan(vec![(0, place(buy("5"))), (2, place(order))]);
        (fills(&replay).get(1).cloned().unwrap_or_default(), replay.orders[1].ended_at)
    };
    assert_eq!(run(TimeInForce::Gtc), ("24 sell 5 @ 93".to_owned(), hour(24)));
    assert_eq!(run(TimeInForce::Day), (String::new(), hour(24)));
    assert_eq!(run(TimeInForce::Ioc), (String::new(), hour(3)));
    assert_eq!(run(TimeInForce::GoodTill(hour(20))), (String::new(), hour(20)));
    assert_eq!(run(TimeInForce::GoodTill(hour(25))), ("24 sell 5 @ 93".to_owned(), hour(24)));
}

#[test]
fn buy_stops_and_trailing_buys_end_with_their_day() {
    let mut fixture = two_days();
    fixture.market = hourly(ohlc(
        &(0..26).map(|h| if h < 24 { [100.0; 4] } else { [100.0, 106.0, 99.0, 105.0] }).collect::<Vec<_>>(),
    ));
    let trailing = OrderKind::TrailingStop { distance: Distance::Absolute(price("4")) };
    for (kind, at) in [(stop("105"), "105"), (trailing, "104")] {
        let run = |time_in_force| {
            fixture.plan(vec![(2, place(OrderRequest { time_in_force, ..buy("5").of_kind(kind) }))])
        };
        assert_eq!(fills(&run(TimeInForce::Gtc)), [format!("24 buy 5 @ {at}")]);
        assert_eq!(ends(&run(TimeInForce::Day))[0].split_once(' ').unwrap().1, "expired time_in_force");
        assert_eq!(ends(&run(TimeInForce::Ioc))[0].split_once(' ').unwrap().1, "expired time_in_force");
    }
}

#[test]
fn an_expired_entry_leaves_the_bracket_of_what_it_bought() {
    let rows = vec![
        (0, 100.0, 100.0, 100.0, 100.0, 1000.0),
        (1, 100.0, 100.0, 100.0, 100.0, 20.0),
        (2, 100.0, 100.0, 94.0, 96.0, 1000.0),
    ];
    let mut fixture = Fixture::new(hourly(rows));
    fixture.venue.participation_cap = Some(Bps::from_percent(10.0));
    let stop_loss = Some(Protection::FromEntry(Distance::Absolute(price("5"))));
    let bracket = Some(Bracket { stop_loss, ..Bracket::default() });
    let order = OrderRequest { bracket, time_in_force: TimeInForce::Ioc, ..buy("8") };
    let replay = fixture.plan(vec![(0, place(order))]);
    assert_eq!(fills(&replay), ["1 buy 2 @ 100", "2 sell 2 @ 95"]);
    assert_eq!(ends(&replay), ["market expired time_in_force", "stop filled filled"]);
}
