//! The reference platform's known defects in engine, risk, venue and ledger: a test for each shows that it
//! cannot occur here.

use crate::testkit::*;
use tiltyard::internals::domain::{Bps, OrderKind, OrderRequest, Size, TimeInForce};
use tiltyard::internals::scenario::{RiskProfile, Slippage};
use tiltyard::internals::strategy::{BarContext, Orders};

/// Defect 1: a sell without a position is filled; balances become negative.
#[test]
fn defect_1_a_sell_without_a_position_is_refused() {
    let fixture = Fixture::new(hourly(flat(&[100.0; 4])));
    let kinds = [OrderKind::Market, limit("90"), stop("110"), OrderKind::TakeProfit { price: price("1") }];
    let steps = kinds.iter().map(|&kind| (0, place(sell("1").of_kind(kind)))).collect();
    let replay = fixture.plan(steps);
    assert!(replay.fills.is_empty());
    assert!(
        ends(&replay).iter().all(|end| end.ends_with("rejected INSUFFICIENT_BALANCE")),
        "{:?}",
        ends(&replay)
    );
    assert_eq!(replay.final_equity, cash("1000"));
}

/// Defect 2: an order that fails while resting orders are processed leaves money locked, stays active, and
/// fills twice.
#[test]
fn defect_2_an_order_that_fails_at_its_fill_ends_and_frees_its_money() {
    // Two stop buys; at the gap open of 5000 the money does not pay for a single step.
    let rows = ohlc(&[[100.0; 4], [5000.0; 4], [100.0; 4], [100.0; 4]]);
    let mut fixture = Fixture::new(hourly(rows));
    fixture.market.symbols[0].instrument.quantity_step = qty("1");
    let order = buy("4").of_kind(stop("110"));
    let mut free = Vec::new();
    let strategy = |ctx: &BarContext<'_>, orders: &mut Orders| {
        if ctx.bars_since_start() == 0 {
            [order, order].into_iter().for_each(|order| orders.place(order));
        }
        free.push(ctx.available());
        Ok(())
    };
    let replay = fixture.run(Box::new(strategy));
    assert_eq!(ends(&replay), ["stop rejected cannot_pay", "stop rejected cannot_pay"]);
    assert!(replay.fills.is_empty(), "neither then nor at the next touch");
    assert_eq!(free, [cash("1000"); 4]);
}

/// Defect 3: a symbol with a missing bar is valued at 0 for that tick.
#[test]
fn defect_3_a_missing_bar_carries_the_last_close() {
    let gap = vec![
        (0, 100.0, 100.0, 100.0, 100.0, 1.0),
        (1, 100.0, 100.0, 100.0, 100.0, 1.0),
        (3, 100.0, 100.0, 100.0, 100.0, 1.0),
    ];
    let fixture = Fixture::new(market_of("1h", vec![gap, flat(&[1.0; 4])]));
    let replay = fixture.plan(vec![(0, place(buy("5")))]);
    assert_eq!(replay.equity, [1000.0; 4]);
    assert!(replay.flags.delisted.is_empty());
}

/// Defect 4, engine part: no bar is known or traded on before it has closed.
#[test]
fn defect_4_a_decision_at_a_close_never_trades_inside_that_bar() {
    let rows = ohlc(&[[100.0, 200.0, 10.0, 100.0], [101.0, 101.0, 101.0, 101.0]]);
    let steps = vec![(0, place(buy("1"))), (0, place(buy("1").of_kind(limit("50"))))];
    let replay = Fixture::new(hourly(rows)).plan(steps);
    assert_eq!(fills(&replay), ["1 buy 1 @ 101"]);
    assert_eq!(replay.fills[0].at, replay.orders[0].placed_at);
}

/// Defect 5: a limit order fills at the close plus slippage, worse than its limit; stops and targets ignore
/// high and low.
#[test]
fn defect_5_limits_are_kept_and_extremes_trigger() {
    let rows = ohlc(&[
        [100.0; 4],
        [100.0, 101.0, 95.0, 100.0],
        [100.0, 111.0, 99.0, 100.0],
        [100.0, 100.0, 89.0, 100.0],
    ]);
    let mut fixture = Fixture::new(hourly(rows));
    fixture.venue.slippage = Slippage::FixedBps { bps: Bps::from_percent(5.0) };
    let steps = vec![
        (0, place(buy("2").of_kind(limit("96")))),
        (1, place(sell("1").of_kind(OrderKind::TakeProfit { price: price("110") }))),
        (1, place(sell("1").of_kind(stop("90")))),
    ];
    // All closes are 100. The stop at 90 slips by 5 %.
    assert_eq!(fills(&fixture.plan(steps)), ["1 buy 2 @ 96", "2 sell 1 @ 110", "3 sell 1 @ 85.5"]);
}

/// Defect 6: `max_order_size_pct` refuses the exit of a position that has grown.
#[test]
fn defect_6_a_grown_position_can_be_closed() {
    let mut fixture = Fixture::new(hourly(flat(&[100.0, 100.0, 1000.0, 1000.0])));
    fixture.risk = RiskProfile::standard();
    let replay =
        fixture.plan(vec![(0, place(buy("2.5"))), (2, place(OrderRequest::sell(A, Size::ALL, "exit")))]);
    assert_eq!(fills(&replay), ["1 buy 2.5 @ 100", "3 sell 2.5 @ 1000"]);
}

/// Defect 11, engine part: a replay is a pure function; repeated or concurrent replays change nothing.
#[test]
fn defect_11_a_replay_depends_on_nothing_but_its_job() {
    let rows = ohlc(&[[100.0; 4], [100.0, 104.0, 96.0, 99.0], [99.0, 103.0, 90.0, 95.0], [95.0; 4]]);
    let fixture = Fixture::new(hourly(rows));
    let day = OrderRequest { time_in_force: TimeInForce::Day, ..buy("3").of_kind(limit("97")) };
    let steps = vec![(0, place(day)), (1, place(sell("1").of_kind(stop("92"))))];
    let once = format!("{:?}", fixture.plan(steps.clone()));
    let threads: Vec<String> = std::thread::scope(|scope| {
        let jobs: Vec<_> =
            (0..4).map(|_| scope.spawn(|| format!("{:?}", fixture.plan(steps.clone())))).collect();
        jobs.into_iter().map(|job| job.join().unwrap()).collect()
    });
    assert!(threads.iter().all(|run| *run == once));
}
