//! Every order type against bars: when it fills, and at what price.

use super::super::testkit::*;
use crate::domain::{Bps, Distance, OrderKind, OrderRequest, Side, Size, TimeInForce};
use crate::scenario::FillAt;

/// Opens 100, then the bar under test.
fn after_100(bar: [f64; 4]) -> Fixture {
    Fixture::new(hourly(ohlc(&[[100.0; 4], bar])))
}

/// Holding 5 bought at 100, with `bar` after the order was placed at tick 1.
fn holding(order: OrderRequest, rest: &[[f64; 4]]) -> Vec<String> {
    let mut rows = vec![[100.0; 4]; 2];
    rows.extend_from_slice(rest);
    let replay = Fixture::new(hourly(ohlc(&rows))).plan(vec![(0, place(buy("5"))), (1, place(order))]);
    fills(&replay).split_off(1)
}

#[test]
fn a_market_order_fills_at_the_next_open() {
    let replay = after_100([103.0, 110.0, 90.0, 95.0]).plan(vec![(0, place(buy("2")))]);
    assert_eq!(fills(&replay), ["1 buy 2 @ 103"]);
    assert_eq!(replay.final_equity, cash("984"));
    assert_eq!(replay.equity, [1000.0, 984.0]);
    assert_eq!(replay.fills[0].at, hour(1));
    assert_eq!(replay.orders[0].placed_at, hour(1));
}

#[test]
fn a_market_order_waits_for_a_bar_of_its_symbol() {
    let gap = vec![(0, 100.0, 100.0, 100.0, 100.0, 1.0), (2, 90.0, 90.0, 90.0, 90.0, 1.0)];
    let market = market_of("1h", vec![gap, flat(&[1.0, 1.0, 1.0])]);
    let replay = Fixture::new(market).plan(vec![(0, place(buy("1")))]);
    assert_eq!(fills(&replay), ["2 buy 1 @ 90"]);
}

#[test]
fn fill_at_close_fills_at_the_deciding_close() {
    let mut fixture = Fixture::new(hourly(ohlc(&[[100.0, 110.0, 90.0, 105.0], [50.0; 4]])));
    fixture.venue.fill_at = FillAt::Close;
    fixture.venue.taker_fee = Bps::from_f64(100.0);
    let replay = fixture.plan(vec![(0, place(buy("2")))]);
    assert_eq!(fills(&replay), ["0 buy 2 @ 105"]);
    assert_eq!(replay.fills[0].at, hour(1));
    // The mark of the deciding bar has paid the fee of 2.1 already.
    assert_eq!(replay.equity[0], 997.9);
    assert_eq!(replay.holdings[0].cash, cash("787.9"));
}

#[test]
fn a_quote_amount_spends_itself_fee_included() {
    let mut fixture = after_100([100.0; 4]);
    fixture.venue.taker_fee = Bps::from_f64(10.0);
    let all = OrderRequest::buy(A, Size::EquityShare(Bps::WHOLE), "all");
    let replay = fixture.plan(vec![(0, place(all))]);
    // 1000 / 100.1 = 9.99000999.
    assert_eq!(fills(&replay), ["1 buy 9.99000999 @ 100"]);
    let left = cash("1000") - replay.fills[0].notional - replay.fills[0].fee;
    assert!(!left.is_negative() && left < cash("0.00001"), "{left}");
    assert_eq!(ends(&replay), ["market filled filled"]);
    assert_eq!(replay.flags.cut_fills, 0);
}

#[test]
fn a_market_buy_that_opens_beyond_the_money_is_cut_and_says_so() {
    let replay = after_100([125.0; 4]).plan(vec![(0, place(buy("10")))]);
    assert_eq!(fills(&replay), ["1 buy 8 @ 125"]);
    assert_eq!(ends(&replay), ["market filled filled_cut"]);
    assert_eq!(replay.flags.cut_fills, 1);
    assert!(replay.orders[0].detail.contains("cut to 8"));
    assert_eq!(replay.orders[0].filled, qty("8"));
}

#[test]
fn a_buy_that_cannot_pay_for_one_step_is_rejected_at_the_fill() {
    let mut fixture = after_100([2000.0; 4]);
    fixture.market.symbols[0].instrument.quantity_step = qty("1");
    let replay = fixture.plan(vec![(0, place(buy("10")))]);
    assert_eq!(ends(&replay), ["market rejected cannot_pay"]);
    assert_eq!(replay.final_equity, cash("1000"));
    // And its money is free again.
    assert_eq!(replay.holdings.len(), 1);
}

#[test]
fn limit_orders_pay_the_maker_fee_and_no_slippage() {
    let mut fixture = Fixture::new(hourly(ohlc(&[[100.0; 4], [100.0, 101.0, 95.0, 98.0]])));
    fixture.venue.maker_fee = Bps::from_f64(50.0);
    fixture.venue.slippage = crate::scenario::Slippage::FixedBps { bps: Bps::from_f64(100.0) };
    let replay = fixture.plan(vec![(0, place(buy("2").of_kind(limit("96"))))]);
    assert_eq!(fills(&replay), ["1 buy 2 @ 96"]);
    assert_eq!(replay.fills[0].fee, cash("0.96"));
}

#[test]
fn limit_buys_take_the_better_open_and_need_a_touch() {
    let order = place(buy("2").of_kind(limit("96")));
    assert_eq!(fills(&after_100([94.0, 99.0, 93.0, 95.0]).plan(vec![(0, order)])), ["1 buy 2 @ 94"]);
    let missed = after_100([100.0, 101.0, 96.01, 98.0]).plan(vec![(0, order)]);
    assert_eq!(ends(&missed), ["limit cancelled window_end"]);
    let mut strict = after_100([100.0, 101.0, 96.0, 98.0]);
    assert_eq!(fills(&strict.plan(vec![(0, order)])), ["1 buy 2 @ 96"]);
    strict.venue.limit_needs_through = true;
    assert!(fills(&strict.plan(vec![(0, order)])).is_empty());
}

#[test]
fn sells_at_a_limit_and_take_profits_are_alike() {
    for kind in [limit("105"), OrderKind::TakeProfit { price: price("105") }] {
        let order = sell("5").of_kind(kind);
        assert_eq!(holding(order, &[[100.0, 106.0, 99.0, 100.0]]), ["2 sell 5 @ 105"]);
        assert_eq!(holding(order, &[[107.0, 108.0, 99.0, 100.0]]), ["2 sell 5 @ 107"]);
        assert!(holding(order, &[[100.0, 104.0, 99.0, 100.0]]).is_empty());
    }
}

#[test]
fn stops_fill_at_the_stop_or_the_gap_open() {
    let order = sell("5").of_kind(stop("95"));
    assert_eq!(holding(order, &[[100.0, 101.0, 94.0, 100.0]]), ["2 sell 5 @ 95"]);
    assert_eq!(holding(order, &[[90.0, 101.0, 89.0, 100.0]]), ["2 sell 5 @ 90"]);
    assert!(holding(order, &[[100.0, 101.0, 95.5, 100.0]]).is_empty());
    let up = after_100([100.0, 106.0, 99.0, 100.0]).plan(vec![(0, place(buy("2").of_kind(stop("105"))))]);
    assert_eq!(fills(&up), ["1 buy 2 @ 105"]);
}

#[test]
fn a_stop_buy_that_gaps_beyond_its_lock_is_cut() {
    let order = place(buy("9.5").of_kind(stop("105")));
    let replay = after_100([125.0, 125.0, 120.0, 120.0]).plan(vec![(0, order)]);
    assert_eq!(fills(&replay), ["1 buy 8 @ 125"]);
    assert_eq!(ends(&replay), ["stop filled filled_cut"]);
}

#[test]
fn stop_limits_take_rest_or_wait() {
    let kind = OrderKind::StopLimit { trigger: price("95"), price: price("93") };
    let order = sell("5").of_kind(kind);
    assert_eq!(holding(order, &[[100.0, 101.0, 90.0, 100.0]]), ["2 sell 5 @ 95"]);
    // Gaps below its limit; the next bar comes back to it.
    let rows = [[90.0, 92.0, 89.0, 91.0], [91.0, 94.0, 90.0, 92.0]];
    assert_eq!(holding(order, &rows), ["3 sell 5 @ 93"]);
    // Opens below and comes back in the same bar.
    assert_eq!(holding(order, &[[90.0, 94.0, 89.0, 91.0]]), ["2 sell 5 @ 93"]);
}

#[test]
fn a_stop_limits_slippage_stays_within_its_limit() {
    let mut fixture = after_100([100.0, 106.0, 99.0, 100.0]);
    fixture.venue.slippage = crate::scenario::Slippage::FixedBps { bps: Bps::from_percent(10.0) };
    let kind = OrderKind::StopLimit { trigger: price("105"), price: price("106") };
    assert_eq!(fills(&fixture.plan(vec![(0, place(buy("2").of_kind(kind)))])), ["1 buy 2 @ 106"]);
}

#[test]
fn a_trailing_stop_is_raised_after_its_bar_was_tested() {
    let kind = OrderKind::TrailingStop { distance: Distance::Absolute(price("5")) };
    let order = sell("5").of_kind(kind);
    // Placed at a close of 100: level 95. Bar 2 reaches 110 and falls to 96: above the old level; then the
    // level is 105, where bar 3 falls through.
    let rows = [[100.0, 110.0, 96.0, 108.0], [108.0, 108.0, 104.0, 106.0]];
    assert_eq!(holding(order, &rows), ["3 sell 5 @ 105"]);
    // In percent: 10 % under 110 is 99.
    let kind = OrderKind::TrailingStop { distance: Distance::Share(Bps::from_percent(10.0)) };
    let rows = [[100.0, 110.0, 96.0, 108.0], [108.0, 108.0, 99.0, 106.0]];
    assert_eq!(holding(sell("5").of_kind(kind), &rows), ["3 sell 5 @ 99"]);
}

#[test]
fn a_trailing_buy_follows_the_price_down() {
    let kind = OrderKind::TrailingStop { distance: Distance::Absolute(price("5")) };
    let rows = [[100.0; 4], [100.0, 102.0, 90.0, 91.0], [91.0, 96.0, 90.5, 95.0]];
    let replay = Fixture::new(hourly(ohlc(&rows))).plan(vec![(0, place(buy("2").of_kind(kind)))]);
    assert_eq!(fills(&replay), ["2 buy 2 @ 95"]);
    assert_eq!(replay.orders[0].trigger_price, Some(price("95")));
}

#[test]
fn the_participation_cap_makes_partial_fills() {
    let rows = vec![
        (0, 100.0, 100.0, 100.0, 100.0, 50.0),
        (1, 101.0, 101.0, 101.0, 101.0, 30.0),
        (2, 102.0, 102.0, 102.0, 102.0, 0.0),
        (3, 103.0, 103.0, 103.0, 103.0, 50.0),
    ];
    let mut fixture = Fixture::new(hourly(rows));
    fixture.venue.participation_cap = Some(Bps::from_percent(10.0));
    let replay = fixture.plan(vec![(0, place(buy("4"))), (0, place(buy("2")))]);
    // Bar 1 gives 3 to the first; bar 3 gives 1 to the first and 2 to the second.
    assert_eq!(fills(&replay), ["1 buy 3 @ 101", "3 buy 1 @ 103", "3 buy 2 @ 103"]);
    assert_eq!(ends(&replay), ["market filled filled", "market filled filled"]);
}

#[test]
fn a_capped_limit_waits_for_its_price_again() {
    let rows = vec![
        (0, 100.0, 100.0, 100.0, 100.0, 50.0),
        (1, 100.0, 100.0, 95.0, 99.0, 10.0),
        (2, 100.0, 100.0, 99.0, 100.0, 1000.0),
        (3, 100.0, 100.0, 94.0, 100.0, 1000.0),
    ];
    let mut fixture = Fixture::new(hourly(rows));
    fixture.venue.participation_cap = Some(Bps::from_percent(10.0));
    let replay = fixture.plan(vec![(0, place(buy("4").of_kind(limit("96"))))]);
    assert_eq!(fills(&replay), ["1 buy 1 @ 96", "3 buy 3 @ 96"]);
}

#[test]
fn a_capped_stop_is_a_market_order_once_triggered() {
    let rows = vec![
        (0, 100.0, 100.0, 100.0, 100.0, 1000.0),
        (1, 100.0, 100.0, 100.0, 100.0, 1000.0),
        (2, 100.0, 100.0, 94.0, 99.0, 20.0),
        (3, 99.0, 100.0, 98.0, 100.0, 1000.0),
    ];
    let mut fixture = Fixture::new(hourly(rows));
    fixture.venue.participation_cap = Some(Bps::from_percent(10.0));
    let replay = fixture.plan(vec![(0, place(buy("5"))), (1, place(sell("5").of_kind(stop("95"))))]);
    assert_eq!(fills(&replay), ["1 buy 5 @ 100", "2 sell 2 @ 95", "3 sell 3 @ 99"]);
}

#[test]
fn an_ioc_has_one_bar() {
    let order = OrderRequest { time_in_force: TimeInForce::Ioc, ..buy("2").of_kind(limit("96")) };
    let rows = [[100.0; 4], [100.0, 100.0, 97.0, 98.0], [98.0, 98.0, 90.0, 91.0]];
    let replay = Fixture::new(hourly(ohlc(&rows))).plan(vec![(0, place(order))]);
    assert_eq!(ends(&replay), ["limit expired time_in_force"]);
    assert_eq!(replay.orders[0].ended_at, hour(1));
}

#[test]
fn an_order_price_is_put_on_the_tick_half_up() {
    let mut fixture = after_100([100.0, 100.0, 95.0, 98.0]);
    fixture.market.symbols[0].instrument.price_tick = price("0.5");
    let replay = fixture.plan(vec![(0, place(buy("2").of_kind(limit("96.25"))))]);
    assert_eq!(fills(&replay), ["1 buy 2 @ 96.5"]);
    assert_eq!(replay.orders[0].limit_price, Some(price("96.5")));
}

#[test]
fn sells_by_amount_take_the_quantity_at_the_fill() {
    let order = OrderRequest { side: Side::Sell, ..OrderRequest::buy(A, Size::Quote(cash("200")), "part") };
    assert_eq!(holding(order, &[[80.0; 4]]), ["2 sell 2.5 @ 80"]);
}

#[test]
fn stops_come_before_limits_whatever_their_number() {
    let rows = [[100.0; 4], [100.0; 4], [100.0, 106.0, 94.0, 100.0]];
    let steps = vec![
        (0, place(buy("5"))),
        (1, place(sell("2").of_kind(limit("105")))),
        (1, place(sell("3").of_kind(stop("95")))),
        (1, place(buy("1").of_kind(limit("96")))),
    ];
    let replay = Fixture::new(hourly(ohlc(&rows))).plan(steps);
    assert_eq!(fills(&replay)[1..], ["2 sell 3 @ 95", "2 sell 2 @ 105", "2 buy 1 @ 96"]);
}

#[test]
fn market_orders_fill_by_number_and_money_from_an_earlier_sell_pays() {
    // 500 are locked for the second buy, which costs 600: the sell before it brings them.
    let rows = [[100.0; 4], [100.0; 4], [100.0; 4], [120.0; 4]];
    let steps = vec![(0, place(buy("5"))), (2, place(sell("5"))), (2, place(buy("5")))];
    let replay = Fixture::new(hourly(ohlc(&rows))).plan(steps);
    assert_eq!(fills(&replay)[1..], ["3 sell 5 @ 120", "3 buy 5 @ 120"]);
    assert_eq!(replay.flags.cut_fills, 0);
    assert_eq!(replay.round_trips.len(), 2);
}

#[test]
fn a_share_of_the_position_is_floored_to_the_step() {
    let mut fixture = Fixture::new(hourly(flat(&[100.0; 4])));
    fixture.market.symbols[0].instrument.quantity_step = qty("0.1");
    let third = OrderRequest::sell(A, Size::PositionShare(Bps::from_percent(33.0)), "third");
    let replay = fixture.plan(vec![(0, place(buy("5"))), (1, place(third))]);
    // 1.65 down to 1.6.
    assert_eq!(fills(&replay)[1..], ["2 sell 1.6 @ 100"]);
}

#[test]
fn the_rest_of_a_capped_close_fills_at_the_next_opens() {
    let rows = vec![(0, 99.0, 100.0, 99.0, 100.0, 20.0), (1, 101.0, 102.0, 101.0, 102.0, 90.0)];
    let mut fixture = Fixture::new(hourly(rows));
    fixture.venue.fill_at = FillAt::Close;
    fixture.venue.participation_cap = Some(Bps::from_percent(10.0));
    assert_eq!(fills(&fixture.plan(vec![(0, place(buy("5")))])), ["0 buy 2 @ 100", "1 buy 3 @ 101"]);
}
