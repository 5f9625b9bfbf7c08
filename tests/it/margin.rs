//! Accounts on margin, worked by hand.

use crate::support::on_margin::{allow, perpetual, put_on_margin, shares};
use crate::testkit::*;
use tiltyard::internals::domain::{
    Action, Bracket, Distance, OrderKind, OrderRequest, Protection, Side, Size, Timestamp,
};
use tiltyard::internals::engine::{Loop, PostingKind, Replay, ReplayStatus, exact_curve};
use tiltyard::internals::scenario::MarginMode;

/// Both loops, the bar-by-bar one given.
fn run(fixture: &Fixture, steps: Vec<(usize, Action)>) -> Replay {
    let job = fixture.job();
    let [slow, fast] = [Loop::BarByBar, Loop::Skip].map(|way| replay_own(&job, way, plan(steps.clone())));
    assert_eq!(format!("{slow:?}"), format!("{fast:?}"));
    slow
}

fn postings(replay: &Replay) -> Vec<String> {
    let row = |one: &tiltyard::internals::engine::Posting| {
        format!("{} {} {}", one.tick, one.kind.as_str(), one.amount)
    };
    replay.postings.iter().map(row).collect()
}

fn one(prices: Vec<TestBar>, leverage: f64, mode: MarginMode) -> Fixture {
    let mut fixture = Fixture::new(hourly(prices));
    put_on_margin(&mut fixture, 0, perpetual(20.0, &[(None, 1.0)], 50.0), &[]);
    allow(&mut fixture, leverage, mode);
    fixture
}

#[test]
fn an_order_through_zero_closes_then_opens() {
    let fixture = one(flat(&[100.0, 100.0, 110.0, 110.0, 90.0]), 5.0, MarginMode::Cross);
    let replay = run(&fixture, vec![(0, place(buy("4"))), (1, place(sell("10")))]);
    assert_eq!(fills(&replay), ["1 buy 4 @ 100", "2 sell 4 @ 110", "2 sell 6 @ 110"]);
    assert_eq!(ends(&replay), ["market filled filled", "market filled filled"]);
    let trips: Vec<_> =
        replay.round_trips.iter().map(|trip| (trip.side, trip.pnl, trip.mae, trip.mfe)).collect();
    // Six short from 110 to 90: 120 of gain, never under water.
    let long = (Side::Buy, cash("40"), cash("0"), cash("40"));
    assert_eq!(trips, [long, (Side::Sell, cash("120"), cash("0"), cash("120"))]);
    assert_eq!(replay.final_equity, cash("1160"));
    assert_eq!(replay.holdings.last().unwrap().cash, cash("1040"), "a short perpetual brings no cash");
}

#[test]
fn reduce_only_and_close_end_a_short() {
    let fixture = one(flat(&[100.0, 100.0, 90.0, 90.0, 80.0]), 5.0, MarginMode::Cross);
    let reduce = OrderRequest { reduce_only: true, ..buy("9") };
    let replay = run(&fixture, vec![(0, place(sell("4"))), (1, place(reduce))]);
    assert_eq!(fills(&replay), ["1 sell 4 @ 100", "2 buy 4 @ 90"], "{:?}", replay.orders);
    let replay = run(&fixture, vec![(0, place(sell("4"))), (2, Action::Close(A, "enough"))]);
    assert_eq!(fills(&replay), ["1 sell 4 @ 100", "3 buy 4 @ 90"]);
}

#[test]
fn a_short_is_stopped_above_and_taken_below() {
    let bars = ohlc(&[[100.0; 4], [100.0, 101.0, 99.0, 100.0], [100.0, 106.0, 99.0, 104.0], [104.0; 4]]);
    let fixture = one(bars, 5.0, MarginMode::Cross);
    let share = |percent| Some(Protection::FromEntry(Distance::percent(percent)));
    let bracket = Bracket { stop_loss: share(5.0), take_profit: share(10.0), trailing_stop: None };
    let replay = run(&fixture, vec![(0, place(OrderRequest { bracket: Some(bracket), ..sell("4") }))]);
    assert_eq!(fills(&replay), ["1 sell 4 @ 100", "2 buy 4 @ 105"]);
    assert_eq!(ends(&replay)[1..], ["stop filled filled", "take_profit cancelled bracket_sibling"]);
    // Trailing: the low of 90 brings the stop to 94.5.
    let bars = ohlc(&[[100.0; 4], [100.0, 100.0, 90.0, 91.0], [91.0, 95.0, 91.0, 95.0], [95.0; 4]]);
    let fixture = one(bars, 5.0, MarginMode::Cross);
    let bracket = Bracket { trailing_stop: Some(Distance::percent(5.0)), ..Bracket::default() };
    let replay = run(&fixture, vec![(0, place(OrderRequest { bracket: Some(bracket), ..sell("4") }))]);
    assert_eq!(fills(&replay), ["1 sell 4 @ 100", "2 buy 4 @ 94.5"]);
}

#[test]
fn refusals_name_their_reason() {
    let mut fixture = one(flat(&[100.0; 4]), 3.0, MarginMode::Cross);
    let replay = run(&fixture, vec![(0, place(buy("31")))]);
    assert_eq!(ends(&replay), ["market rejected INSUFFICIENT_MARGIN"]);
    fixture.risk.margin.allow_short = false;
    let replay = run(&fixture, vec![(0, place(sell("1")))]);
    assert_eq!(ends(&replay), ["market rejected INSUFFICIENT_BALANCE"]);
    assert!(replay.orders[0].detail.contains("`allow_short` of risk profile `unlimited` is false"));
}

/// The worked example of docs/semantics.md, to the cent.
#[test]
fn an_isolated_long_is_liquidated_where_margin_and_pnl_meet_maintenance() {
    // 10 at 100 with a leverage of 10: a margin of 100. 100 + 10 (P - 100) = 1 % of 10 P: P = 900 / 9.9 = 90.9090909.
    let bars = ohlc(&[[100.0; 4], [100.0; 4], [100.0, 101.0, 90.0, 95.0], [95.0; 4]]);
    let mut fixture = one(bars, 10.0, MarginMode::Isolated);
    fixture.venue.taker_fee = tiltyard::internals::domain::Bps::from_f64(10.0);
    let replay = run(&fixture, vec![(0, place(buy("10")))]);
    assert_eq!(fills(&replay), ["1 buy 10 @ 100", "2 sell 10 @ 90.9090909"]);
    // 1000 - 1 fee - 90.909091 - 0.5 % of 909.090909 = 903.545454.
    assert_eq!(postings(&replay), ["2 liquidation_fee -4.54545455"]);
    assert_eq!(replay.final_equity, cash("903.54545445"));
    assert_eq!(replay.status, ReplayStatus::Completed);
    assert_eq!(replay.flags.liquidations, 1);
    assert_eq!(replay.orders[1].reason, "liquidation");
}

#[test]
fn a_bar_that_opens_beyond_liquidates_at_the_open_and_the_venue_pays_the_gap() {
    let mut fixture = one(flat(&[100.0, 100.0, 80.0, 80.0]), 10.0, MarginMode::Isolated);
    let replay = run(&fixture, vec![(0, place(buy("10")))]);
    assert_eq!(fills(&replay), ["1 buy 10 @ 100", "2 sell 10 @ 80"]);
    // 100 of margin, 200 of loss, 4 of fee: 104 are the venue's.
    assert_eq!(postings(&replay), ["2 liquidation_fee -4.00000000", "2 insurance 104.00000000"]);
    assert_eq!(replay.final_equity, cash("900"));
    // Across the account, ten times all of it: nothing is left, and the agent is out.
    allow(&mut fixture, 10.0, MarginMode::Cross);
    let replay = run(&fixture, vec![(0, place(buy("100"))), (2, place(buy("1")))]);
    assert_eq!(postings(&replay), ["2 liquidation_fee -40.00000000", "2 insurance 1040.00000000"]);
    assert_eq!((replay.final_equity, replay.status.as_str()), (cash("0"), "liquidated"));
    assert_eq!(replay.orders.len(), 2, "it decides no more");
}

#[test]
fn a_bankrupt_account_sells_its_spot_assets_before_the_venue_pays() {
    let first = flat(&[100.0, 100.0, 60.0, 60.0]);
    let mut fixture = Fixture::new(market_of("1h", vec![first, flat(&[100.0; 4])]));
    put_on_margin(&mut fixture, 0, perpetual(20.0, &[(None, 1.0)], 0.0), &[]);
    allow(&mut fixture, 10.0, MarginMode::Cross);
    let spot = OrderRequest { symbol: B, ..buy("5") };
    let replay = run(&fixture, vec![(0, place(spot)), (0, place(buy("40")))]);
    // 500 of cash and 500 of B; 1,600 lost: 1,100 less than nothing, of which B bears 500 and the venue 600.
    assert_eq!(fills(&replay)[2..], ["2 sell 40 @ 60", "2 sell 5 @ 100"]);
    assert_eq!(postings(&replay), ["2 insurance 600.00000000"]);
    assert_eq!((replay.final_equity, replay.status.as_str()), (cash("0"), "liquidated"));
    assert!(replay.holdings.last().unwrap().quantities.iter().all(|qty| qty.is_zero()));
}

#[test]
fn a_stop_before_the_liquidation_price_is_taken_first() {
    let bars = ohlc(&[[100.0; 4], [100.0; 4], [100.0, 101.0, 80.0, 95.0], [95.0; 4]]);
    let fixture = one(bars, 10.0, MarginMode::Isolated);
    let at = |level: &str| OrderRequest { kind: stop(level), reduce_only: true, ..sell("10") };
    let replay = run(&fixture, vec![(0, place(buy("10"))), (1, place(at("91")))]);
    assert_eq!(fills(&replay)[1], "2 sell 10 @ 91");
    assert!(replay.postings.is_empty());
    let replay = run(&fixture, vec![(0, place(buy("10"))), (1, place(at("90")))]);
    assert_eq!(fills(&replay)[1], "2 sell 10 @ 90.9090909");
    assert_eq!(ends(&replay)[1], "stop cancelled position_closed");
}

#[test]
fn cross_liquidation_closes_the_largest_loss_and_cancels_all_orders() {
    // Two longs of 30 at 100 with 1000: on the way to 80 and 88 together the margin is used up near the end.
    let first = ohlc(&[[100.0; 4], [100.0; 4], [100.0, 100.0, 80.0, 90.0], [90.0; 4]]);
    let second = ohlc(&[[100.0; 4], [100.0; 4], [100.0, 100.0, 88.0, 95.0], [95.0; 4]]);
    let mut fixture = Fixture::new(market_of("1h", vec![first, second]));
    for index in 0..2 {
        put_on_margin(&mut fixture, index, perpetual(20.0, &[(None, 1.0)], 0.0), &[]);
    }
    allow(&mut fixture, 10.0, MarginMode::Cross);
    let other = OrderRequest { symbol: B, ..buy("30") };
    let far = OrderRequest { kind: limit("50"), ..buy("1") };
    let replay = run(&fixture, vec![(0, place(buy("30"))), (0, place(other)), (1, place(far))]);
    assert_eq!(ends(&replay)[2], "limit cancelled liquidation");
    let closed: Vec<_> = replay.fills[2..].iter().map(|fill| fill.symbol).collect();
    assert_eq!(closed, [A], "the second one is enough margin for itself then");
    assert_eq!(replay.flags.liquidations, 1);
    assert!(!replay.final_equity.is_negative());
}

#[test]
fn funding_is_paid_on_what_is_held_then_at_the_mark() {
    let mut fixture = one(flat(&[100.0, 100.0, 110.0, 120.0, 120.0, 120.0]), 5.0, MarginMode::Cross);
    let at = |n| hour(n);
    let due = [(at(1), 0.001), (at(2), 0.001), (at(3), -0.002), (at(5), 0.01)];
    put_on_margin(&mut fixture, 0, perpetual(20.0, &[(None, 1.0)], 0.0), &due);
    // Opened at the open of hour 1, so it pays there; closed at the open of hour 5, so it does not.
    let replay = run(&fixture, vec![(0, place(buy("4"))), (4, Action::Close(A, "out"))]);
    let wanted = ["1 funding -0.40000000", "2 funding -0.44000000", "3 funding 0.96000000"];
    assert_eq!(postings(&replay), wanted);
    assert_eq!(replay.final_equity, cash("1080.12"));
    // A short receives what a long pays.
    let replay = run(&fixture, vec![(0, place(sell("4"))), (4, Action::Close(A, "out"))]);
    assert_eq!(
        replay.postings.iter().map(|one| one.amount).sum::<tiltyard::internals::domain::Cash>(),
        cash("-0.12")
    );
}

#[test]
fn funding_between_two_bars_is_paid_at_the_last_mark() {
    let rows = vec![
        (0, 100.0, 100.0, 100.0, 100.0, 1000.0),
        (1, 100.0, 100.0, 100.0, 100.0, 1000.0),
        (9, 130.0, 130.0, 130.0, 130.0, 1000.0),
    ];
    let mut fixture = Fixture::new(hourly(rows));
    put_on_margin(&mut fixture, 0, perpetual(20.0, &[(None, 1.0)], 0.0), &[(hour(8), 0.001)]);
    allow(&mut fixture, 5.0, MarginMode::Cross);
    let replay = run(&fixture, vec![(0, place(buy("4"))), (1, Action::Close(A, "out"))]);
    assert_eq!(postings(&replay), ["2 funding -0.40000000"], "held until the bar after the gap opened");
}

#[test]
fn shares_pay_for_what_they_borrow_by_actual_days() {
    // Daily bars on Thursday, Friday and Monday: 1970-01-01 was a Thursday.
    let rows = [0_i64, 1, 4].map(|day| (day, 100.0, 100.0, 100.0, 100.0, 1000.0));
    let mut fixture = Fixture::new(market_of("1d", vec![rows.to_vec()]));
    put_on_margin(&mut fixture, 0, shares(50.0, 30.0, 3.65, 7.3), &[]);
    allow(&mut fixture, 2.0, MarginMode::Cross);
    let replay = run(&fixture, vec![(0, place(sell("10")))]);
    // 1000 short at 3.65 %: 0.1 a day; Friday to Monday is three days, the last day is one.
    assert_eq!(postings(&replay), ["1 borrow_fee -0.30000000", "2 borrow_fee -0.10000000"]);
    assert_eq!(replay.holdings[1].cash, cash("1999.7"), "shares sold short bring their price");
    let replay = run(&fixture, vec![(0, place(buy("15")))]);
    // 500 of negative cash at 7.3 %: 0.1 a day, then of 500.3.
    assert_eq!(postings(&replay), ["1 interest -0.30000000", "2 interest -0.10006000"]);
}

#[test]
fn a_margin_call_cuts_the_largest_position_at_the_next_open() {
    let rows = |closes: [f64; 4]| -> Vec<TestBar> {
        (0..4).map(|day| (day as i64, closes[day], closes[day], closes[day], closes[day], 1000.0)).collect()
    };
    let mut fixture = Fixture::new(market_of("1d", vec![rows([100.0, 100.0, 70.0, 70.0])]));
    put_on_margin(&mut fixture, 0, shares(50.0, 30.0, 0.0, 0.0), &[]);
    allow(&mut fixture, 2.0, MarginMode::Cross);
    let replay = run(&fixture, vec![(0, place(buy("19")))]);
    // Equity 1330 - 900 = 430... at 70: 1000 - 19 * 30 = 430, maintenance 399: no call.
    assert_eq!(replay.fills.len(), 1);
    let mut fixture = Fixture::new(market_of("1d", vec![rows([100.0, 100.0, 65.0, 65.0])]));
    put_on_margin(&mut fixture, 0, shares(50.0, 30.0, 0.0, 0.0), &[]);
    allow(&mut fixture, 2.0, MarginMode::Cross);
    fixture.market.symbols[0].instrument.quantity_step = qty("1");
    let replay = run(&fixture, vec![(0, place(buy("19")))]);
    // At 65: equity 335, maintenance 370.5: 35.5 lack of 19.5 a share: 1.82, 2 are sold.
    assert_eq!(fills(&replay), ["1 buy 19 @ 100", "3 sell 2 @ 65"]);
    assert_eq!(replay.orders[1].reason, "margin_call");
}

#[test]
fn a_short_squeeze_never_takes_more_than_everything() {
    let mut fixture = Fixture::new(market_of("1d", vec![flat(&[100.0, 100.0, 400.0, 400.0, 100.0])]));
    put_on_margin(&mut fixture, 0, shares(50.0, 30.0, 0.0, 0.0), &[]);
    allow(&mut fixture, 2.0, MarginMode::Cross);
    let replay = run(&fixture, vec![(0, place(sell("10")))]);
    assert_eq!(replay.status.as_str(), "liquidated");
    assert_eq!(replay.final_equity, cash("0"));
    assert!(replay.equity.iter().all(|mark| *mark >= 0.0));
    let insured: Vec<_> = replay.postings.iter().filter(|one| one.kind == PostingKind::Insurance).collect();
    assert_eq!(insured.len(), 1);
    assert_eq!(insured[0].amount, cash("2000"));
}

#[test]
fn a_turn_is_one_order_of_its_own_size() {
    let fixture = one(flat(&[100.0, 100.0, 110.0, 110.0]), 2.0, MarginMode::Cross);
    let turn = OrderRequest {
        reverse: true,
        reduce_only: false,
        ..OrderRequest::sell(A, Size::Qty(qty("3")), "turn")
    };
    let replay = run(&fixture, vec![(0, place(buy("5"))), (1, place(turn))]);
    assert_eq!(fills(&replay), ["1 buy 5 @ 100", "2 sell 5 @ 110", "2 sell 3 @ 110"]);
    let curve = exact_curve(&fixture.job(), &replay);
    assert_eq!(curve.last(), Some(&cash("1050")));
}

#[test]
fn a_position_is_tested_along_the_path_of_the_bar() {
    // Up first, then down: the target at 105 is reached before the liquidation at 90.9.
    let bars = ohlc(&[[100.0; 4], [100.0; 4], [100.0, 106.0, 80.0, 95.0], [95.0; 4]]);
    let mut fixture = one(bars, 10.0, MarginMode::Isolated);
    fixture.venue.intrabar = tiltyard::internals::scenario::Intrabar::OhlcPath;
    let target = OrderRequest {
        kind: OrderKind::TakeProfit { price: price("105") },
        ..OrderRequest::sell(A, Size::ALL, "t")
    };
    let replay = run(&fixture, vec![(0, place(buy("10"))), (1, place(target))]);
    assert_eq!(fills(&replay)[1], "2 sell 10 @ 105");
    let replay = run(&fixture, vec![(0, place(buy("10")))]);
    assert_eq!(fills(&replay)[1], "2 sell 10 @ 90.9090909");
    let _ = Timestamp::default();
}
