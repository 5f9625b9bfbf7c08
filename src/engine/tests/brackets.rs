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

fn table(rows: &[[f64; 4]], intrabar: Intrabar) -> Table {
    let mut table = Table::new(hourly(ohlc(rows)));
    table.venue.intrabar = intrabar;
    table
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
fn on_a_path_an_entry_inside_the_bar_can_reach_its_target_later() {
    // Open 100, low 96, high 108: entry at 97 on the way down, target 107 on the way up.
    let rows = [[100.0; 4], [100.0, 108.0, 96.0, 101.0]];
    let replay = table(&rows, Intrabar::OhlcPath).plan(vec![(0, place(entry().of_kind(limit("97"))))]);
    assert_eq!(fills(&replay), ["1 buy 4 @ 97", "1 sell 4 @ 107"]);
}

#[test]
fn on_a_path_a_trailing_stop_follows_inside_the_bar() {
    let bracket = Bracket { trailing_stop: Some(Distance::Absolute(price("5"))), ..Bracket::default() };
    let order = OrderRequest { bracket: Some(bracket), ..buy("4") };
    // Low 97 first (the high is farther), then 112, then down to the close of 100: the stop, by then at 107,
    // is hit on the last leg.
    let rows = [[100.0; 4], [100.0, 112.0, 97.0, 100.0]];
    let replay = table(&rows, Intrabar::OhlcPath).plan(vec![(0, place(order))]);
    assert_eq!(fills(&replay), ["1 buy 4 @ 100", "1 sell 4 @ 107"]);
    // Read adversely the raised stop is tested from the next bar on.
    let replay = table(&rows, Intrabar::Adverse).plan(vec![(0, place(order))]);
    assert_eq!(fills(&replay), ["1 buy 4 @ 100"]);
}

#[test]
fn detail_replays_the_finer_bars() {
    let rows = [[100.0; 4], [100.0; 4], [100.0, 112.0, 94.0, 100.0], [100.0; 4]];
    let mut table = table(&rows, Intrabar::Detail);
    // In the third hour the high comes first.
    let fine = [
        (8, 100.0, 105.0, 100.0, 104.0, 1.0),
        (9, 104.0, 112.0, 103.0, 110.0, 1.0),
        (10, 110.0, 110.0, 94.0, 95.0, 1.0),
    ];
    table.market.symbols[0].detail = Some(bars("15m", &fine));
    let replay = table.plan(vec![(0, place(entry()))]);
    assert_eq!(fills(&replay), ["1 buy 4 @ 100", "2 sell 4 @ 110"]);
    assert_eq!((replay.flags.ambiguous_bars, replay.flags.bars_without_detail), (1, 0));
}

#[test]
fn detail_falls_back_to_adverse_and_counts() {
    let rows = [[100.0; 4], [100.0; 4], [100.0, 112.0, 94.0, 100.0]];
    let mut table = table(&rows, Intrabar::Detail);
    table.market.symbols[0].detail = Some(bars("15m", &[(0, 100.0, 100.0, 100.0, 100.0, 1.0)]));
    let replay = table.plan(vec![(0, place(entry()))]);
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
    let mut table = Table::new(hourly(rows));
    table.venue.participation_cap = Some(Bps::from_percent(10.0));
    let replay = table.plan(vec![(0, place(entry()))]);
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
    let mut table = Table::new(hourly(rows));
    table.venue.participation_cap = Some(Bps::from_percent(10.0));
    let replay = table.plan(vec![(0, place(OrderRequest { bracket: both(), ..buy("8") }))]);
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
