//! Slippage through the engine: always adverse, on market-like fills only.

use super::super::testkit::*;
use crate::domain::{Bps, OrderRequest, Size};
use crate::scenario::Slippage;

fn table(slippage: Slippage) -> Fixture {
    let mut fixture = Fixture::new(hourly(flat(&[100.0; 6])));
    fixture.venue.slippage = slippage;
    fixture
}

#[test]
fn fixed_slippage_is_against_both_sides() {
    let fixed = Slippage::FixedBps { bps: Bps::from_f64(50.0) };
    let replay = table(fixed).plan(vec![(0, place(buy("2"))), (2, place(sell("2")))]);
    assert_eq!(fills(&replay), ["1 buy 2 @ 100.5", "3 sell 2 @ 99.5"]);
    assert_eq!(replay.fills[0].raw_price, price("100"));
    assert_eq!(replay.final_equity, cash("998"));
}

#[test]
fn stops_slip_and_limits_do_not() {
    let fixed = Slippage::FixedBps { bps: Bps::from_f64(50.0) };
    let mut fixture = table(fixed);
    fixture.market = hourly(ohlc(&[[100.0; 4], [100.0; 4], [100.0, 100.0, 90.0, 95.0]]));
    let steps = vec![
        (0, place(buy("2"))),
        (1, place(sell("2").of_kind(stop("95")))),
        (1, place(buy("1").of_kind(limit("92")))),
    ];
    // 95 less 0.5 %.
    assert_eq!(fills(&fixture.plan(steps)), ["1 buy 2 @ 100.5", "2 sell 2 @ 94.525", "2 buy 1 @ 92"]);
}

#[test]
fn volume_share_goes_by_the_order_and_the_day_before() {
    let model = Slippage::VolumeShare { factor: 0.1, floor: Bps::ZERO, cap: Bps::from_f64(1000.0) };
    // One bar of 100 * 1000 before the fill: 0.1 * 500 / 100000 = 5 bp.
    let replay = table(model).plan(vec![(0, place(buy("5")))]);
    assert_eq!(fills(&replay), ["1 buy 5 @ 100.05"]);
    // By amount: the same notional, the quantity at the slipped price.
    let amount = OrderRequest::buy(A, Size::Quote(cash("500")), "x");
    let replay = table(model).plan(vec![(0, place(amount))]);
    assert_eq!(fills(&replay), ["1 buy 4.99750124 @ 100.05"]);
}

#[test]
fn square_root_needs_a_history() {
    let model = Slippage::SquareRoot { factor: 1.0, cap: Bps::from_f64(100.0) };
    // The first fill has no return to go by: the cap. Then the price has stood still: no volatility.
    let replay = table(model).plan(vec![(0, place(buy("1"))), (2, place(buy("1")))]);
    assert_eq!(fills(&replay), ["1 buy 1 @ 101", "3 buy 1 @ 100"]);
}
