//! Brackets, in each reading of the bar.

use super::super::testkit::*;
use crate::domain::{Action, Bps, Bracket, Distance, OrderId, OrderRequest, Protection, Size};
use crate::scenario::Intrabar;

/// Stop 5 under, target 10 above the entry.
fn both() -> Option<Bracket> {
    let off = |text| Some(Protection::FromEntry(Distance::Absolute(price(text))));
    Some(Bracket { stop_loss: off("5"), take_profit: off("10"), trailing_stop: None })
}

fn entry() -> OrderRequest {
    OrderRequest { bracket: both(), ..buy("4") }
}

fn table(rows: &[[f64; 4]], intrabar: Intrabar) -> Fixture {
    let mut fixture = Fixture::new(hourly(ohlc(rows)));
    fixture.venue.intrabar = intrabar;
    fixture
}

#[test]
fn children_come_alive_with_the_entry_and_cancel_each_other() {
    let rows = [[100.0; 4], [100.0, 102.0, 98.0, 101.0], [101.0, 111.0, 100.0, 110.0], [90.0; 4]];
    let replay = table(&rows, Intrabar::Adverse).plan(vec![(0, place(entry()))]);
    assert_eq!(fills(&replay), ["1 buy 4 @ 100", "2 sell 4 @ 110"]);
    assert_eq!(
        ends(&replay),
        ["market filled filled", "stop cancelled bracket_sibling", "take_profit filled filled"]
    );
    assert_eq!(replay.orders[1].placed_at, hour(1));
    assert_eq!(replay.orders[1].trigger_price, Some(price("95")));
    assert_eq!(replay.final_equity, cash("1040"));
    assert_eq!(replay.round_trips[0].exit_reason, "take_profit");
}

#[test]
fn an_entry_at_the_open_has_the_whole_bar_after_it() {
    let replay =
        table(&[[100.0; 4], [100.0, 111.0, 98.0, 101.0]], Intrabar::Adverse).plan(vec![(0, place(entry()))]);
    assert_eq!(fills(&replay), ["1 buy 4 @ 100", "1 sell 4 @ 110"]);
    let replay =
        table(&[[100.0; 4], [100.0, 101.0, 94.0, 99.0]], Intrabar::Adverse).plan(vec![(0, place(entry()))]);
    assert_eq!(fills(&replay), ["1 buy 4 @ 100", "1 sell 4 @ 95"]);
}

#[test]
fn an_entry_inside_the_bar_tests_its_stop_but_not_its_target() {
    let order = entry().of_kind(limit("97"));
    // The high of 108 may have come before the limit was touched: the target of 107 waits.
    let rows = [[100.0; 4], [100.0, 108.0, 96.0, 101.0], [101.0, 107.0, 100.0, 106.0]];
    let replay = table(&rows, Intrabar::Adverse).plan(vec![(0, place(order))]);
    assert_eq!(fills(&replay), ["1 buy 4 @ 97", "2 sell 4 @ 107"]);
    let rows = [[100.0; 4], [100.0, 108.0, 91.0, 101.0]];
    let replay = table(&rows, Intrabar::Adverse).plan(vec![(0, place(order))]);
    assert_eq!(fills(&replay), ["1 buy 4 @ 97", "1 sell 4 @ 92"]);
    assert_eq!(replay.flags.ambiguous_bars, 0);
}

#[test]
fn a_limit_entry_that_opens_through_is_an_entry_at_the_open() {
    let order = entry().of_kind(limit("97"));
    let rows = [[100.0; 4], [96.0, 106.0, 95.0, 101.0]];
    let replay = table(&rows, Intrabar::Adverse).plan(vec![(0, place(order))]);
    assert_eq!(fills(&replay), ["1 buy 4 @ 96", "1 sell 4 @ 106"]);
}

#[test]
fn both_reached_is_adverse_by_default_and_counted() {
    let rows = [[100.0; 4], [100.0; 4], [100.0, 112.0, 94.0, 100.0]];
    let replay = table(&rows, Intrabar::Adverse).plan(vec![(0, place(entry()))]);
    assert_eq!(fills(&replay), ["1 buy 4 @ 100", "2 sell 4 @ 95"]);
    assert_eq!((replay.flags.ambiguous_bars, replay.flags.bars_without_detail), (1, 0));
}

#[test]
fn ohlc_path_goes_to_the_nearer_extreme_first() {
    // High 10 away, low 15 away: the target of 110 comes first.
    let near_high = [[100.0; 4], [100.0; 4], [100.0, 110.0, 85.0, 100.0]];
    let replay = table(&near_high, Intrabar::OhlcPath).plan(vec![(0, place(entry()))]);
    assert_eq!(fills(&replay), ["1 buy 4 @ 100", "2 sell 4 @ 110"]);
    assert_eq!(replay.flags.ambiguous_bars, 1);
    let near_low = [[100.0; 4], [100.0; 4], [100.0, 112.0, 94.0, 100.0]];
    let replay = table(&near_low, Intrabar::OhlcPath).plan(vec![(0, place(entry()))]);
    assert_eq!(fills(&replay), ["1 buy 4 @ 100", "2 sell 4 @ 95"]);
}

#[test]
fn on_a_path_a_target_waits_where_its_entry_was_inside_the_bar() {
    // Open 100, low 96, high 108: entry at 97 on the way down; that 107 came afterwards is a guess.
    let order = entry().of_kind(limit("97"));
    let rows = [[100.0; 4], [100.0, 108.0, 96.0, 101.0], [101.0, 107.5, 100.0, 101.0]];
    let replay = table(&rows, Intrabar::OhlcPath).plan(vec![(0, place(order))]);
    assert_eq!(fills(&replay), ["1 buy 4 @ 97", "2 sell 4 @ 107"]);
    // Its stop is tested on the rest of the path: 92 on the way down, not where the low came first.
    let rows = [[100.0; 4], [100.0, 109.0, 91.0, 101.0]];
    let replay = table(&rows, Intrabar::OhlcPath).plan(vec![(0, place(order))]);
    assert_eq!(fills(&replay), ["1 buy 4 @ 97", "1 sell 4 @ 92"]);
    let breakout = entry().of_kind(stop("105"));
    let rows = [[100.0; 4], [100.0, 109.0, 99.0, 106.0]];
    let replay = table(&rows, Intrabar::OhlcPath).plan(vec![(0, place(breakout))]);
    assert_eq!(fills(&replay), ["1 buy 4 @ 105"]);
    let replay = table(&rows, Intrabar::Adverse).plan(vec![(0, place(breakout))]);
    assert_eq!(fills(&replay), ["1 buy 4 @ 105", "1 sell 4 @ 100"]);
}

#[test]
fn on_a_path_a_target_follows_an_entry_at_the_open() {
    let rows = [[100.0; 4], [100.0, 111.0, 97.0, 99.0]];
    let replay = table(&rows, Intrabar::OhlcPath).plan(vec![(0, place(entry()))]);
    assert_eq!(fills(&replay), ["1 buy 4 @ 100", "1 sell 4 @ 110"]);
}

#[test]
fn a_trailing_stop_is_raised_after_its_bar_in_every_mode_but_detail() {
    let bracket = Bracket { trailing_stop: Some(Distance::Absolute(price("5"))), ..Bracket::default() };
    let order = OrderRequest { bracket: Some(bracket), ..buy("4") };
    // On its path the bar goes down to 97, up to 112 and back to 100: whether the stop had followed to 107 by
    // then nobody knows. The next bar meets it there.
    let rows = [[100.0; 4], [100.0, 112.0, 97.0, 110.0], [110.0, 110.0, 106.0, 106.0]];
    for intrabar in [Intrabar::Adverse, Intrabar::OhlcPath, Intrabar::Detail] {
        let replay = table(&rows, intrabar).plan(vec![(0, place(order))]);
        assert_eq!(fills(&replay), ["1 buy 4 @ 100", "2 sell 4 @ 107"], "{intrabar:?}");
        // Held at 100: the bar is tested against the old stop of 95.
        let rows = [[100.0; 4], [100.0; 4], [100.0, 110.0, 80.0, 85.0]];
        let replay = table(&rows, intrabar).plan(vec![(0, place(order))]);
        assert_eq!(fills(&replay), ["1 buy 4 @ 100", "2 sell 4 @ 95"], "{intrabar:?}");
    }
    // Finer bars tell: up to 110 first, and then down.
    let mut fixture = table(&[[100.0; 4], [100.0; 4], [100.0, 110.0, 80.0, 85.0]], Intrabar::Detail);
    let fine = [(4, 100.0, 110.0, 100.0, 109.0, 1.0), (5, 109.0, 109.0, 80.0, 85.0, 1.0)];
    fixture.market.symbols[0].detail = Some(bars("30m", &fine));
    let replay = fixture.plan(vec![(0, place(order))]);
    assert_eq!(fills(&replay), ["1 buy 4 @ 100", "2 sell 4 @ 105"]);
}

#[test]
fn a_bar_that_opens_through_a_price_fills_it_at_the_open_in_every_mode() {
    // Held at 100 with a stop at 95 and a target at 110; bars that open beyond one and later reach the other.
    for (last, at) in [([112.0, 112.0, 90.0, 95.0], "112"), ([94.0, 115.0, 93.0, 100.0], "94")] {
        for intrabar in [Intrabar::Adverse, Intrabar::OhlcPath, Intrabar::Detail] {
            for with_detail in [false, true] {
                let mut fixture = table(&[[100.0; 4], [100.0; 4], last], intrabar);
                let [open, high, low, close] = last;
                let fine = [(4, open, open, low, low, 1.0), (5, low, high, low, close, 1.0)];
                fixture.market.symbols[0].detail = with_detail.then(|| bars("30m", &fine));
                let replay = fixture.plan(vec![(0, place(entry()))]);
                assert_eq!(fills(&replay), ["1 buy 4 @ 100".to_owned(), format!("2 sell 4 @ {at}")]);
                assert_eq!(replay.flags.ambiguous_bars, 0, "the open decides");
            }
        }
    }
}

#[test]
fn an_open_counts_even_where_the_finer_bars_begin_later() {
    let mut fixture = table(&[[100.0; 4], [100.0; 4], [112.0, 112.0, 90.0, 95.0]], Intrabar::Detail);
    fixture.market.symbols[0].detail = Some(bars("30m", &[(5, 96.0, 97.0, 90.0, 95.0, 1.0)]));
    let replay = fixture.plan(vec![(0, place(entry()))]);
    assert_eq!(fills(&replay), ["1 buy 4 @ 100", "2 sell 4 @ 112"]);
}

#[test]
fn the_opens_of_all_symbols_come_before_anything_later() {
    // The second symbol opens through its limit, the first one reaches its buy stop later in its bar.
    let first = ohlc(&[[100.0; 4], [100.0; 4], [100.0, 106.0, 100.0, 106.0]]);
    let second = ohlc(&[[100.0; 4], [100.0; 4], [120.0; 4]]);
    for intrabar in [Intrabar::Adverse, Intrabar::OhlcPath, Intrabar::Detail] {
        let mut fixture = Fixture::new(market_of("1h", vec![first.clone(), second.clone()]));
        fixture.venue.intrabar = intrabar;
        let steps = vec![
            (0, place(OrderRequest { symbol: B, ..buy("5") })),
            (1, place(OrderRequest { symbol: B, ..sell("5").of_kind(limit("110")) })),
            (1, place(buy("4").of_kind(stop("105")))),
        ];
        let replay = fixture.plan(steps);
        assert_eq!(fills(&replay), ["1 buy 5 @ 100", "2 sell 5 @ 120", "2 buy 4 @ 105"], "{intrabar:?}");
    }
}

#[test]
fn levels_round_away_from_the_entry_at_eight_decimals_and_on_the_tick() {
    let share = |percent| Some(Protection::FromEntry(Distance::Share(Bps::from_percent(percent))));
    let trailing_stop = Some(Distance::Share(Bps::from_percent(1.0)));
    let bracket = Some(Bracket { stop_loss: share(2.5), take_profit: share(7.5), trailing_stop });
    let mut fixture = table(&[[1.38975123; 4], [1.38975123, 1.41, 1.38, 1.4], [1.4; 4]], Intrabar::Adverse);
    let levels = |fixture: &Fixture| {
        let replay = fixture.plan(vec![(0, place(OrderRequest { bracket, ..buy("4") }))]);
        let level = |i: usize| replay.orders[i].trigger_price.or(replay.orders[i].limit_price).unwrap();
        [level(1), level(2), level(3)]
    };
    // 1.3550074493; the trailing stop is 1 % under 1.41; 1.49398257225.
    assert_eq!(levels(&fixture), [price("1.35500744"), price("1.3959"), price("1.49398258")]);
    fixture.market.symbols[0].instrument.price_tick = price("0.001");
    assert_eq!(levels(&fixture), [price("1.355"), price("1.395"), price("1.494")]);
}

#[test]
fn levels_that_are_named_go_away_from_the_entry_too() {
    let at = |text| Some(Protection::At(price(text)));
    let bracket = Some(Bracket { stop_loss: at("95.3"), take_profit: at("104.6"), trailing_stop: None });
    let mut fixture = table(&[[100.0; 4]; 3], Intrabar::Adverse);
    fixture.market.symbols[0].instrument.price_tick = price("0.5");
    let replay = fixture.plan(vec![(0, place(OrderRequest { bracket, ..buy("4") }))]);
    assert_eq!(replay.orders[1].trigger_price, Some(price("95")));
    assert_eq!(replay.orders[2].limit_price, Some(price("105")));
}

#[test]
fn a_target_sells_nothing_that_was_bought_inside_the_bar() {
    // The cap lets the entry fill by 2 at 97; in the next bar 2 more fill inside it, and the high reaches the
    // target of 107: what was held before is sold there, the rest waits.
    let rows = vec![
        (0, 100.0, 100.0, 100.0, 100.0, 1000.0),
        (1, 100.0, 100.0, 97.0, 98.0, 20.0),
        (2, 98.0, 108.0, 96.0, 101.0, 1000.0),
        (3, 101.0, 109.0, 100.0, 101.0, 1000.0),
    ];
    for intrabar in [Intrabar::Adverse, Intrabar::OhlcPath] {
        let mut fixture = Fixture::new(hourly(rows.clone()));
        fixture.venue.participation_cap = Some(Bps::from_percent(10.0));
        fixture.venue.intrabar = intrabar;
        let replay = fixture.plan(vec![(0, place(entry().of_kind(limit("97"))))]);
        let sold = ["1 buy 2 @ 97", "2 buy 2 @ 97", "2 sell 2 @ 107", "3 sell 2 @ 107"];
        assert_eq!(fills(&replay), sold, "{intrabar:?}");
    }
}

#[test]
fn finer_bars_that_open_later_count_no_extreme_before_the_entry() {
    let mut fixture = table(&[[100.0; 4], [100.0, 120.0, 90.0, 100.0]], Intrabar::Detail);
    // Up to 120, down to 90, then an open of 98 that fills the limit: neither extreme was held.
    let fine = [
        (4, 100.0, 120.0, 99.0, 120.0, 1.0),
        (5, 120.0, 120.0, 99.5, 99.5, 1.0),
        (6, 98.0, 98.0, 90.0, 90.0, 1.0),
    ];
    fixture.market.symbols[0].detail = Some(bars("15m", &fine));
    let replay = fixture.plan(vec![(0, place(buy("4").of_kind(limit("98.5"))))]);
    assert_eq!(fills(&replay), ["1 buy 4 @ 98"]);
    assert_eq!((replay.round_trips[0].mfe, replay.round_trips[0].mae), (cash("0"), cash("0")));
}

#[test]
fn detail_replays_the_finer_bars() {
    let rows = [[100.0; 4], [100.0; 4], [100.0, 112.0, 94.0, 100.0], [100.0; 4]];
    let mut fixture = table(&rows, Intrabar::Detail);
    // In the third hour the high comes first.
    let fine = [
        (8, 100.0, 105.0, 100.0, 104.0, 1.0),
        (9, 104.0, 112.0, 103.0, 110.0, 1.0),
        (10, 110.0, 110.0, 94.0, 95.0, 1.0),
    ];
    fixture.market.symbols[0].detail = Some(bars("15m", &fine));
    let replay = fixture.plan(vec![(0, place(entry()))]);
    assert_eq!(fills(&replay), ["1 buy 4 @ 100", "2 sell 4 @ 110"]);
    assert_eq!((replay.flags.ambiguous_bars, replay.flags.bars_without_detail), (1, 0));
}

#[test]
fn detail_falls_back_to_adverse_and_counts() {
    let rows = [[100.0; 4], [100.0; 4], [100.0, 112.0, 94.0, 100.0]];
    let mut fixture = table(&rows, Intrabar::Detail);
    fixture.market.symbols[0].detail = Some(bars("15m", &[(0, 100.0, 100.0, 100.0, 100.0, 1.0)]));
    let replay = fixture.plan(vec![(0, place(entry()))]);
    assert_eq!(fills(&replay), ["1 buy 4 @ 100", "2 sell 4 @ 95"]);
    assert_eq!((replay.flags.ambiguous_bars, replay.flags.bars_without_detail), (1, 1));
}

#[test]
fn children_follow_a_partly_filled_entry_and_its_average_price() {
    let rows = vec![
        (0, 100.0, 100.0, 100.0, 100.0, 1000.0),
        (1, 100.0, 100.0, 100.0, 100.0, 20.0),
        (2, 104.0, 104.0, 104.0, 104.0, 1000.0),
        (3, 104.0, 104.0, 96.0, 100.0, 1000.0),
    ];
    let mut fixture = Fixture::new(hourly(rows));
    fixture.venue.participation_cap = Some(Bps::from_percent(10.0));
    let replay = fixture.plan(vec![(0, place(entry()))]);
    // Two at 100, two at 104: average 102, stop 97.
    assert_eq!(fills(&replay), ["1 buy 2 @ 100", "2 buy 2 @ 104", "3 sell 4 @ 97"]);
    assert_eq!(replay.orders[1].quantity, Some(qty("4")));
    assert_eq!(replay.round_trips.len(), 1);
}

#[test]
fn of_two_stops_the_one_that_the_price_reaches_first_is_taken() {
    // A stop at 95 and a trailing stop at 97: no path from 100 to 94 misses 97.
    let trailing_stop = Some(Distance::Absolute(price("3")));
    let bracket = Some(Bracket { take_profit: None, trailing_stop, ..both().unwrap() });
    let rows = [[100.0; 4], [100.0; 4], [100.0, 100.0, 94.0, 99.0]];
    let replay = table(&rows, Intrabar::Adverse).plan(vec![(0, place(OrderRequest { bracket, ..buy("4") }))]);
    assert_eq!(fills(&replay), ["1 buy 4 @ 100", "2 sell 4 @ 97"]);
    assert_eq!(replay.round_trips[0].exit_reason, "trailing_stop");
}

#[test]
fn a_reached_stop_takes_back_what_is_left_of_its_entry() {
    let rows = vec![
        (0, 100.0, 100.0, 100.0, 100.0, 1000.0),
        (1, 100.0, 100.0, 100.0, 100.0, 20.0),
        (2, 100.0, 100.0, 94.0, 96.0, 20.0),
        (3, 96.0, 96.0, 96.0, 96.0, 1000.0),
    ];
    let mut fixture = Fixture::new(hourly(rows));
    fixture.venue.participation_cap = Some(Bps::from_percent(10.0));
    let replay = fixture.plan(vec![(0, place(OrderRequest { bracket: both(), ..buy("8") }))]);
    // The cap leaves the stop nothing in the bar that reaches it; it sells at the next open, against no buy.
    assert_eq!(fills(&replay), ["1 buy 2 @ 100", "2 buy 2 @ 100", "3 sell 4 @ 96"]);
    assert_eq!(ends(&replay)[0], "market cancelled bracket_sibling");
}

#[test]
fn a_market_sell_takes_over_what_children_hold() {
    let mut steps = vec![(0, place(entry())), (2, place(OrderRequest::sell(A, Size::ALL, "exit")))];
    let rows = [[100.0; 4]; 5];
    let replay = table(&rows, Intrabar::Adverse).plan(steps.clone());
    assert_eq!(fills(&replay), ["1 buy 4 @ 100", "3 sell 4 @ 100"]);
    assert_eq!(
        ends(&replay)[1..3],
        ["stop cancelled position_closed", "take_profit cancelled position_closed"]
    );
    // Half of it: the children keep the other half.
    steps[1].1 = place(sell("2"));
    let rows = [[100.0; 4], [100.0; 4], [100.0; 4], [100.0; 4], [100.0, 100.0, 90.0, 90.0]];
    let replay = table(&rows, Intrabar::Adverse).plan(steps);
    assert_eq!(fills(&replay), ["1 buy 4 @ 100", "3 sell 2 @ 100", "4 sell 2 @ 95"]);
}

#[test]
fn resting_sells_do_not_share_with_children() {
    let steps = vec![(0, place(entry())), (1, place(sell("4").of_kind(limit("120"))))];
    let replay = table(&[[100.0; 4]; 3], Intrabar::Adverse).plan(steps);
    assert_eq!(ends(&replay)[3], "limit rejected INSUFFICIENT_BALANCE");
}

#[test]
fn a_child_that_its_agent_cancels_leaves_the_other() {
    let rows = [[100.0; 4], [100.0; 4], [100.0, 112.0, 94.0, 100.0]];
    let steps = vec![(0, place(entry())), (1, Action::Cancel(OrderId(2)))];
    let replay = table(&rows, Intrabar::Adverse).plan(steps);
    assert_eq!(fills(&replay), ["1 buy 4 @ 100", "2 sell 4 @ 110"]);
    let steps =
        vec![(0, place(entry())), (1, Action::CancelAll(A)), (1, place(sell("4").of_kind(limit("111"))))];
    let replay = table(&rows, Intrabar::Adverse).plan(steps);
    assert_eq!(fills(&replay), ["1 buy 4 @ 100", "2 sell 4 @ 111"], "their lock is free again");
}
