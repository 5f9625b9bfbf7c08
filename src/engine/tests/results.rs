//! What a replay leaves behind: trips, excursions, holdings, flags, curves.

use super::super::testkit::*;
use crate::domain::{Bps, Bracket, Cash, Distance, OrderId, OrderOrigin, OrderRequest, Protection, Size};
use crate::engine::{ExitState, exact_curve};
use crate::scenario::{Delisted, FillAt};

#[test]
fn a_round_trip_with_its_excursions() {
    let rows = [
        [100.0; 4],
        [100.0, 104.0, 97.0, 101.0], // entry at the open: counts
        [101.0, 112.0, 95.0, 110.0], // whole
        [108.0, 140.0, 60.0, 109.0], // exit at the open: only 108 counts
    ];
    let mut fixture = Fixture::new(hourly(ohlc(&rows)));
    fixture.venue.taker_fee = Bps::from_f64(100.0);
    let replay = fixture.plan(vec![(0, place(buy("2"))), (2, place(sell("2")))]);
    let trip = &replay.round_trips[0];
    assert_eq!((trip.state, trip.fills, trip.quantity), (ExitState::Closed, 2, qty("2")));
    assert_eq!((trip.entry_price, trip.exit_price), (price("100"), price("108")));
    // 216 - 200 - 2 - 2.16.
    assert_eq!((trip.pnl, trip.fees), (cash("11.84"), cash("4.16")));
    assert!((trip.return_fraction - 11.84 / 202.0).abs() < 1e-12);
    // Low 95, high 112 against 100, two units.
    assert_eq!((trip.mae, trip.mfe), (cash("-10"), cash("24")));
    assert_eq!((trip.entry_at, trip.exit_at), (hour(1), hour(3)));
    assert_eq!((trip.entry_tick, trip.exit_tick), (1, 3));
    assert_eq!(replay.ticks_in_market, 2);
    assert_eq!(replay.fees, cash("4.16"));
    assert_eq!(replay.fills[1].realised_pnl, Some(cash("11.84")));
}

#[test]
fn entries_inside_a_bar_do_not_count_its_extremes() {
    let rows = [[100.0; 4], [100.0, 130.0, 90.0, 100.0], [100.0, 101.0, 99.0, 100.0]];
    let replay = Fixture::new(hourly(ohlc(&rows))).plan(vec![(0, place(buy("1").of_kind(limit("95"))))]);
    let trip = &replay.round_trips[0];
    assert_eq!((trip.state, trip.mae, trip.mfe), (ExitState::Open, cash("0"), cash("6")));
    assert_eq!((trip.pnl, trip.exit_reason), (cash("5"), "open"));
}

#[test]
fn fills_at_the_close_count_the_exit_bar_and_not_the_entry_bar() {
    let rows = [[100.0, 150.0, 50.0, 100.0], [100.0, 120.0, 90.0, 110.0], [110.0; 4]];
    let mut fixture = Fixture::new(hourly(ohlc(&rows)));
    fixture.venue.fill_at = FillAt::Close;
    let replay = fixture.plan(vec![(0, place(buy("1"))), (1, place(sell("1")))]);
    assert_eq!((replay.round_trips[0].mae, replay.round_trips[0].mfe), (cash("-10"), cash("20")));
}

#[test]
fn scale_ins_and_partial_exits_are_one_trip() {
    let rows = flat(&[100.0, 100.0, 110.0, 120.0, 120.0, 90.0]);
    let steps =
        vec![(0, place(buy("1"))), (1, place(buy("1"))), (2, place(sell("1"))), (4, place(sell("1")))];
    let replay = Fixture::new(hourly(rows)).plan(steps);
    assert_eq!(replay.round_trips.len(), 1);
    let trip = &replay.round_trips[0];
    assert_eq!((trip.fills, trip.entry_price, trip.exit_price), (4, price("105"), price("105")));
    assert_eq!(trip.pnl, Cash::ZERO);
}

#[test]
fn holdings_and_the_exact_curve_agree_with_the_marks() {
    let fixture = Fixture::new(hourly(flat(&[100.0, 101.0, 99.5, 102.25, 98.0])));
    let replay = fixture.plan(vec![(0, place(buy("3.3"))), (2, place(sell("1.1")))]);
    assert_eq!(replay.holdings.iter().map(|h| h.tick).collect::<Vec<_>>(), [0, 1, 3]);
    let curve = exact_curve(&fixture.job(), &replay);
    assert_eq!(curve.last(), Some(&replay.final_equity));
    for (exact, mark) in curve.iter().zip(&replay.equity) {
        assert!((exact.to_f64() - mark).abs() < 1e-9);
    }
}

#[test]
fn close_at_end_sells_at_the_last_close_with_cost() {
    let mut fixture = Fixture::new(hourly(ohlc(&[[100.0; 4], [100.0, 100.0, 100.0, 110.0]])));
    fixture.venue.close_at_end = true;
    fixture.venue.taker_fee = Bps::from_f64(100.0);
    let replay = fixture.plan(vec![(0, place(buy("2"))), (1, place(buy("1")))]);
    assert_eq!(fills(&replay), ["1 buy 2 @ 100", "1 sell 2 @ 110"]);
    assert_eq!(ends(&replay)[1], "market cancelled window_end");
    assert_eq!(replay.orders[2].origin, OrderOrigin::WindowEnd);
    assert_eq!(replay.fills[1].at, hour(2));
    // 1000 - 202 + 220 - 2.2.
    assert_eq!(replay.final_equity, cash("1015.8"));
    assert_eq!(replay.equity[1], 1015.8);
    assert_eq!(replay.round_trips[0].state, ExitState::Closed);
}

/// The first symbol ends after tick 2, the second goes on.
fn ending() -> Fixture {
    let rows = flat(&[100.0, 100.0, 80.0]);
    Fixture::new(market_of("1h", vec![rows, flat(&[1.0; 6])]))
}

#[test]
fn a_delisted_symbol_is_carried_and_flagged() {
    let replay = ending().plan(vec![(0, place(buy("5"))), (3, place(sell("5")))]);
    assert_eq!(replay.flags.delisted, [A]);
    assert_eq!(replay.equity, [1000.0, 1000.0, 900.0, 900.0, 900.0, 900.0]);
    assert_eq!(ends(&replay)[1], "market rejected PRICE_NOT_AVAILABLE");
}

#[test]
fn or_written_off_from_the_next_tick() {
    let mut fixture = ending();
    fixture.delisted = Delisted::WriteOff;
    fixture.venue.close_at_end = true;
    let replay = fixture.plan(vec![(0, place(buy("5")))]);
    assert_eq!(replay.equity, [1000.0, 1000.0, 900.0, 500.0, 500.0, 500.0]);
    assert_eq!(replay.final_equity, cash("500"));
    assert_eq!(replay.round_trips[0].pnl, cash("-500"));
    assert_eq!(exact_curve(&fixture.job(), &replay)[3], cash("500"));
    fixture.delisted = Delisted::Carry;
    assert_eq!(fills(&fixture.plan(vec![(0, place(buy("5")))]))[1], "5 sell 5 @ 80");
}

#[test]
fn a_window_starts_and_ends_where_it_says() {
    let mut fixture = Fixture::new(hourly(flat(&[10.0, 20.0, 30.0, 40.0])));
    fixture.first = 2;
    let replay = fixture.plan(vec![(0, place(buy("1")))]);
    assert_eq!(fills(&replay), ["3 buy 1 @ 40"]);
    assert_eq!(replay.equity.len(), 2);
}

#[test]
fn a_strategy_sees_its_account_at_the_close() {
    let fixture = Fixture::new(hourly(flat(&[100.0, 100.0, 110.0])));
    let mut seen = Vec::new();
    let strategy = |ctx: &crate::strategy::BarContext<'_>, out: &mut crate::strategy::Orders| {
        if ctx.bars_since_start() == 0 {
            out.push(place(buy("2")));
            out.push(place(OrderRequest { size: Size::Quote(cash("50")), ..buy("1") }.of_kind(limit("50"))));
        }
        let position = ctx.position(A);
        seen.push((
            ctx.equity(),
            ctx.available(),
            position.qty,
            position.opened_tick,
            ctx.open_orders(A).len(),
        ));
        Ok(())
    };
    fixture.run(Box::new(strategy));
    assert_eq!(
        seen,
        [
            (cash("1000"), cash("1000"), qty("0"), 0, 0),
            (cash("1000"), cash("750"), qty("2"), 1, 1),
            (cash("1020"), cash("750"), qty("2"), 1, 1)
        ]
    );
}

#[test]
fn orders_are_numbered_as_their_agent_expects() {
    let off = |text| Some(Protection::FromEntry(Distance::Absolute(price(text))));
    let bracket = Some(Bracket { stop_loss: off("5"), take_profit: off("9"), trailing_stop: None });
    let entry = OrderRequest { bracket, ..buy("2") };
    for fill_at in [FillAt::NextOpen, FillAt::Close] {
        let mut fixture = Fixture::new(hourly(flat(&[100.0, 100.0, 100.0, 94.0, 94.0])));
        fixture.venue.fill_at = fill_at;
        let mut working = Vec::new();
        let strategy = |ctx: &crate::strategy::BarContext<'_>, out: &mut crate::strategy::Orders| {
            if ctx.bars_since_start() == 0 {
                assert!(ctx.open_orders(A).is_empty());
                // The second is refused and keeps its number.
                [entry, buy("0"), buy("1").of_kind(limit("50"))]
                    .into_iter()
                    .for_each(|order| out.place(order));
            }
            let open = ctx.open_orders(A);
            let works =
                |id| open.iter().any(|order| order.id == id || order.origin == OrderOrigin::Bracket(id));
            working.push([1, 2, 3].map(|id| works(OrderId(id))));
            Ok(())
        };
        let replay = fixture.run(Box::new(strategy));
        assert_eq!(replay.orders[2].kind, "limit");
        let both = [true, false, true];
        // The bracket's stop fills at tick 3.
        assert_eq!(working, [[false; 3], both, both, [false, false, true], [false, false, true]]);
    }
}

#[test]
fn the_participation_cap_holds_at_the_end_and_what_is_left_is_flagged() {
    let mut rows = flat(&[100.0; 4]);
    rows[3].5 = 20.0;
    let mut fixture = Fixture::new(hourly(rows));
    fixture.venue.participation_cap = Some(Bps::from_percent(10.0));
    fixture.venue.close_at_end = true;
    let replay = fixture.plan(vec![(0, place(buy("5")))]);
    assert_eq!(fills(&replay), ["1 buy 5 @ 100", "3 sell 2 @ 100"]);
    assert_eq!(ends(&replay)[1], "market cancelled unsold_at_end");
    assert_eq!(replay.flags.unsold_at_end, [A]);
    let trip = &replay.round_trips[0];
    assert_eq!((trip.state, trip.exit_reason), (ExitState::Open, "unsold_at_end"));
    assert_eq!(replay.final_equity, cash("1000"));
    // Nothing is left of the last bar where the agent has taken it already.
    let replay = fixture.plan(vec![(0, place(buy("5"))), (2, place(buy("4")))]);
    assert_eq!(fills(&replay), ["1 buy 5 @ 100", "3 buy 2 @ 100"]);
    assert_eq!(ends(&replay)[2], "market cancelled unsold_at_end");
    // A bar that gives enough leaves nothing to flag.
    fixture.market = hourly(flat(&[100.0; 4]));
    let replay = fixture.plan(vec![(0, place(buy("5")))]);
    assert!(replay.flags.unsold_at_end.is_empty());
    assert_eq!(replay.round_trips[0].exit_reason, "window_end");
}
