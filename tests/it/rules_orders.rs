//! What a `rules` strategy can order: entries by limit, stop and stop-limit order with a time in force, levels in
//! average true ranges, entries into a position, exits in parts. Every price and quantity is worked out by hand, and
//! both loops give the same bytes.

use crate::support::loaded::Loaded;
use tiltyard::internals::domain::{Interval, Price, Qty, Side, Timestamp};
use tiltyard::internals::engine::{OrderRow, Replay};
use tiltyard::internals::market::{Bars, write_bars};

/// Hours: open, high, low, close.
type Hours<'a> = &'a [[f64; 4]];

/// The first agent's replay, from this instant on: 10,000 to begin with, no fees, no slippage, half of the equity an
/// entry.
fn replay_from(start: &str, hours: Hours<'_>, strategy: &str) -> Replay {
    let folder = tempfile::tempdir().unwrap();
    let interval: Interval = "1h".parse().unwrap();
    let first: Timestamp = start.parse().unwrap();
    let mut bars = Bars::with_capacity(interval, hours.len());
    for (hour, [open, high, low, close]) in (0_i64..).zip(hours) {
        bars.push(first + interval.span().times(hour), [*open, *high, *low, *close, 1_000.0]);
    }
    write_bars(&folder.path().join("bars/AAA_1h.parquet"), &bars).unwrap();
    let text = format!(
        "[scenario]\nname = \"orders\"\n[market]\npath = \"bars\"\nsymbols = [\"AAA\"]\ninterval = \"1h\"\n\
         [venue]\ntaker_fee_bps = 0\nmaker_fee_bps = 0\nslippage = {{ model = \"none\" }}\n\
         [[agents]]\nname = \"one\"\nrisk = \"unlimited\"\n[agents.strategy]\nkind = \"rules\"\n{strategy}\n"
    );
    Loaded::parse(folder.path(), &text).replay()
}

fn replay(hours: Hours<'_>, strategy: &str) -> Replay {
    replay_from("2023-01-02T00:00:00Z", hours, &format!("size_pct = 50\n{strategy}"))
}

/// An hour without a move.
fn still(price: f64) -> [f64; 4] {
    [price; 4]
}

fn price(text: &str) -> Price {
    text.parse().unwrap()
}

fn qty(text: &str) -> Qty {
    text.parse().unwrap()
}

/// Tick, price and quantity of each fill.
fn fills(replay: &Replay) -> Vec<(usize, Price, Qty)> {
    replay.fills.iter().map(|fill| (fill.tick, fill.price, fill.quantity)).collect()
}

/// How an order ended, and the hour of it.
fn ended(order: &OrderRow) -> (&str, &str, i64) {
    let hour = (order.ended_at.micros() - first_hour()) / 3_600_000_000;
    (order.status.as_str(), order.end.as_str(), hour)
}

fn first_hour() -> i64 {
    "2023-01-02T00:00:00Z".parse::<Timestamp>().unwrap().micros()
}

/// The one order of an entry at the close of the first hour, at 100.
fn first<'r>(replay: &'r Replay, kind: &str) -> &'r OrderRow {
    let order = &replay.orders[0];
    assert_eq!((order.kind, order.side, order.reason), (kind, Side::Buy, "rule_entry"));
    order
}

const AT_100: &str = "enter_all = [\"close == 100\"]\n";

#[test]
fn a_limit_waits_below_the_deciding_close() {
    // 1 % below 100. Hour 1 stays above it, hour 2 opens above and falls through: 5,000 / 99.
    let hours = [still(100.0), [100.5, 101.0, 99.5, 100.5], [99.2, 99.4, 98.8, 99.1], still(99.1)];
    let replay = replay(&hours, &format!("{AT_100}entry = {{ order = \"limit\", offset_pct = 1 }}"));
    assert_eq!(first(&replay, "limit").limit_price, Some(price("99")));
    assert_eq!(fills(&replay), [(2, price("99"), qty("50.5050505"))]);
    assert_eq!(replay.orders.len(), 1, "{:?}", replay.orders);
}

#[test]
fn a_limit_price_is_any_expression() {
    // The deciding low, 97, less half of the range of 6 is 94. Hour 2 opens below: it fills at the open.
    let hours = [[100.0, 103.0, 97.0, 100.0], [99.0, 99.0, 95.0, 99.0], [93.0, 95.0, 92.0, 94.0]];
    let entry = "entry = { order = \"limit\", price = \"low - (high - low) / 2\" }";
    let replay = replay(&hours, &format!("{AT_100}{entry}"));
    assert_eq!(first(&replay, "limit").limit_price, Some(price("94")));
    assert_eq!(fills(&replay), [(2, price("93"), qty("53.76344086"))]);
}

#[test]
fn a_price_without_a_value_is_no_entry() {
    for text in ["sma(50)", "close / 0", "close - 100", "-close"] {
        let entry = format!("{AT_100}entry = {{ order = \"limit\", price = \"{text}\" }}");
        assert_eq!(replay(&[still(100.0); 4], &entry).orders.len(), 0, "{text}");
    }
}

#[test]
fn a_buy_stop_waits_above_the_deciding_close() {
    // Ranges of 2 an hour: half of one is 1, so that 101 triggers. Hour 3 reaches it inside, at 101.
    let calm = [99.5, 101.0, 99.0, 99.5];
    let deciding = [99.5, 100.5, 98.5, 100.0];
    let entry = "entry = { order = \"stop\", offset = { atr = 2, times = 0.5 } }";
    let hours = [calm, calm, deciding, [100.5, 103.0, 100.0, 102.0], still(102.0)];
    let inside = replay(&hours, &format!("{AT_100}{entry}"));
    assert_eq!(first(&inside, "stop").trigger_price, Some(price("101")));
    assert_eq!(fills(&inside), [(3, price("101"), qty("49.50495049"))]);
    // A bar that opens beyond it fills at its open.
    let hours = [calm, calm, deciding, [104.0, 105.0, 103.0, 104.0], still(104.0)];
    let beyond = replay(&hours, &format!("{AT_100}{entry}"));
    assert_eq!(fills(&beyond), [(3, price("104"), qty("48.07692307"))]);
}

#[test]
fn a_stop_limit_pays_no_more_than_its_limit() {
    // Triggered at 101, 1 % above 100; at most 101.505, 0.5 % above that.
    let entry = "entry = { order = \"stop_limit\", offset_pct = 1, limit_offset_pct = 0.5 }";
    let strategy = format!("{AT_100}{entry}");
    let inside = replay(&[still(100.0), [100.2, 101.2, 100.1, 101.1], still(101.1)], &strategy);
    let order = first(&inside, "stop_limit");
    assert_eq!((order.trigger_price, order.limit_price), (Some(price("101")), Some(price("101.505"))));
    assert_eq!(fills(&inside), [(1, price("101"), qty("49.50495049"))]);
    // Opens beyond the limit: from then on it rests as a limit order, which hour 2 reaches from above.
    let hours = [still(100.0), [103.0, 104.0, 102.0, 103.0], [102.5, 102.6, 101.0, 101.2], still(101.2)];
    let beyond = replay(&hours, &strategy);
    assert_eq!(fills(&beyond), [(2, price("101.505"), qty("49.25865720"))]);
    // Without a limit of its own it is the trigger.
    let entry = "entry = { order = \"stop_limit\", price = \"high + 1\" }";
    let bare = replay(&hours, &format!("{AT_100}{entry}"));
    let order = first(&bare, "stop_limit");
    assert_eq!((order.trigger_price, order.limit_price), (Some(price("101")), Some(price("101"))));
}

#[test]
fn a_day_order_ends_with_the_utc_day() {
    // Decided at 22:00: the bars of 22:00 and 23:00 do not reach 99, that of midnight would.
    let mut hours = vec![still(101.0); 21];
    hours.extend([still(100.0), still(101.0), still(101.0), still(98.0), still(98.0)]);
    let entry = "entry = { order = \"limit\", offset_pct = 1, time_in_force = \"day\" }";
    let replay = replay(&hours, &format!("{AT_100}{entry}"));
    assert_eq!(ended(first(&replay, "limit")), ("expired", "time_in_force", 24));
    assert_eq!(fills(&replay), []);
}

#[test]
fn an_immediate_order_has_one_bar() {
    let entry = "entry = { order = \"limit\", offset_pct = 1, time_in_force = \"ioc\" }";
    let strategy = format!("{AT_100}{entry}");
    let missed = replay(&[still(100.0), still(99.5), still(98.0), still(98.0)], &strategy);
    assert_eq!(first(&missed, "limit").status.as_str(), "expired");
    assert_eq!(fills(&missed), []);
    let reached = replay(&[still(100.0), [99.5, 99.5, 98.0, 98.5], still(98.0)], &strategy);
    assert_eq!(fills(&reached), [(1, price("99"), qty("50.5050505"))]);
}

#[test]
fn an_order_is_good_till_bars_or_a_span_have_passed() {
    // Decided at 1:00: two bars are those of 1:00 and 2:00, and the bar of 3:00 comes too late.
    let waits = |key: &str| format!("{AT_100}entry = {{ order = \"limit\", offset_pct = 1, {key} }}");
    let late = [still(100.0), still(99.5), still(99.5), still(98.0), still(98.0)];
    let in_time = [still(100.0), still(99.5), [99.5, 99.5, 98.0, 98.5], still(98.0)];
    for (key, ends) in [("good_till_bars = 2", 3), ("good_till = \"2h\"", 3), ("good_till = \"90m\"", 3)] {
        let expired = replay(&late, &waits(key));
        assert_eq!(ended(first(&expired, "limit")), ("expired", "time_in_force", ends), "{key}");
        assert_eq!(fills(&expired), [], "{key}");
        assert_eq!(fills(&replay(&in_time, &waits(key))), [(2, price("99"), qty("50.5050505"))], "{key}");
    }
    assert_eq!(fills(&replay(&late, &waits("good_till_bars = 3"))), [(3, price("98"), qty("51.02040816"))]);
}

#[test]
fn an_expired_entry_is_ordered_again_at_the_next_signal() {
    // One bar each: decided at 1:00 and, the first having ended, at 3:00.
    let hours = [still(100.0), still(101.0), still(100.0), still(98.0), still(98.0)];
    let entry = "entry = { order = \"limit\", offset_pct = 1, good_till_bars = 1 }";
    let replay = replay(&hours, &format!("{AT_100}{entry}"));
    assert_eq!(replay.orders.len(), 2);
    assert_eq!(fills(&replay), [(3, price("98"), qty("51.02040816"))]);
}

#[test]
fn levels_in_ranges_are_fixed_at_the_entry() {
    // Ranges of 2 an hour. Bought at the open of 100.4: stop 3 below, target 6 above; later ranges change nothing.
    let calm = [99.5, 101.0, 99.0, 99.5];
    let hours = [
        calm,
        calm,
        [99.5, 100.5, 98.5, 100.0],
        [100.4, 104.0, 99.0, 103.0],
        [103.0, 105.0, 97.5, 98.0],
        [98.0, 98.5, 97.0, 97.2],
        still(97.2),
    ];
    let levels = "stop_loss = { atr = 2, times = 1.5 }\ntake_profit = { atr = 2, times = 3 }";
    let replay = replay(&hours, &format!("{AT_100}{levels}"));
    assert_eq!(replay.orders[1].trigger_price, Some(price("97.4")));
    assert_eq!(replay.orders[2].limit_price, Some(price("106.4")));
    // 5,000 / 100.4; hour 5 falls through the stop.
    let bought = qty("49.80079681");
    assert_eq!(fills(&replay), [(3, price("100.4"), bought), (5, price("97.4"), bought)]);
}

#[test]
fn a_trailing_stop_in_ranges_follows_the_best_price() {
    // 2 behind: 98.4 at the entry; after the high of 104 it is 102, which hour 4 opens above and falls through.
    let calm = [99.5, 101.0, 99.0, 99.5];
    let deciding = [99.5, 100.5, 98.5, 100.0];
    let hours =
        [calm, calm, deciding, [100.4, 104.0, 99.0, 103.0], [103.0, 103.5, 101.0, 101.5], still(101.5)];
    let replay = replay(&hours, &format!("{AT_100}trailing_stop = {{ atr = 2, times = 1 }}"));
    let bought = qty("49.80079681");
    assert_eq!(fills(&replay), [(3, price("100.4"), bought), (4, price("102"), bought)]);
}

#[test]
fn there_is_no_entry_before_its_levels_have_a_value() {
    // The average of two ranges begins with the third bar, and a range of nothing is no distance.
    let levels = "stop_loss = { atr = 2, times = 1.5 }";
    let early = [still(100.0), still(100.0), still(100.0), still(100.0)];
    assert_eq!(replay(&early, &format!("{AT_100}{levels}")).orders.len(), 0);
    let moving = [100.0, 101.0, 99.0, 100.0];
    let orders = replay(&[moving; 4], &format!("{AT_100}{levels}")).orders;
    assert_eq!(orders[0].placed_at, "2023-01-02T03:00:00Z".parse().unwrap());
}

#[test]
fn entries_are_added_up_to_the_most_each_with_its_size() {
    // Nothing moves, so that the equity stays 10,000: 20 % and twice 10 % of it at 50.
    let strategy = "enter_all = [\"close < 60\"]\nsize_pct = 20\nadd_size_pct = 10\nmax_entries = 3\n\
                    stop_loss_pct = 10\nexit_any = [\"bars_held == 6\"]";
    let replay = replay_from("2023-01-02T00:00:00Z", &[still(50.0); 9], strategy);
    let entries: Vec<_> = replay.orders.iter().filter(|order| order.side == Side::Buy).collect();
    let reasons: Vec<&str> = entries.iter().map(|order| order.reason).collect();
    // The position is closed at the open of hour 7; the next is entered at that hour's close.
    assert_eq!(reasons, ["rule_entry", "rule_add", "rule_add", "rule_entry", "rule_add"]);
    let bought: Vec<_> = fills(&replay);
    assert_eq!(
        bought[..3],
        [(1, price("50"), qty("40")), (2, price("50"), qty("20")), (3, price("50"), qty("20"))]
    );
    assert_eq!((bought[3].0, bought[3].2), (7, qty("80")));
    // Each entry has a stop of its own, of its own quantity.
    let stops = replay.orders.iter().filter(|order| order.reason == "stop_loss");
    let quantities: Vec<_> = stops.take(3).map(|order| order.quantity).collect();
    assert_eq!(quantities, [Some(qty("40")), Some(qty("20")), Some(qty("20"))]);
}

#[test]
fn an_entry_that_came_to_nothing_does_not_count() {
    // Limits 1 % below for one bar each. That of hour 1 is missed in hour 2 and open until its end: the next follows at
    // the close of hour 3 and is reached.
    let hours = [still(50.0), [49.0; 4], still(50.0), still(50.0), [50.0, 50.0, 49.0, 50.0], still(50.0)];
    let strategy = "enter_all = [\"close >= 49\"]\nsize_pct = 20\nmax_entries = 2\n\
                    entry = { order = \"limit\", offset_pct = 1, good_till_bars = 1 }";
    let replay = replay_from("2023-01-02T00:00:00Z", &hours, strategy);
    // The first fills at the open of 49, below its limit; the position may be added to once.
    let ticks: Vec<usize> = replay.fills.iter().map(|fill| fill.tick).collect();
    assert_eq!(ticks, [1, 4]);
    assert_eq!(replay.orders.len(), 3, "{:?}", replay.orders);
}

#[test]
fn a_position_is_sold_in_parts_each_once() {
    // Bought at 100: half is sold after 105, half of the rest after 110, the rest below 95.
    let hours = [100.0, 100.0, 105.0, 106.0, 110.0, 111.0, 94.0, 94.0].map(still);
    let exits = "exit_any = [{ when = \"unrealised_pct >= 5\", share_pct = 50 }, \
                 { when = \"unrealised_pct >= 10\", share_pct = 50 }, \"close < 95\"]";
    let replay = replay(&hours, &format!("enter_all = [\"close == 100 and bars_held == 0\"]\n{exits}"));
    assert_eq!(
        fills(&replay),
        [
            (1, price("100"), qty("50")),
            (3, price("106"), qty("25")),
            (5, price("111"), qty("12.5")),
            (7, price("94"), qty("12.5")),
        ]
    );
    let reasons: Vec<&str> = replay.orders.iter().map(|order| order.reason).collect();
    assert_eq!(reasons, ["rule_entry", "rule_exit_part", "rule_exit_part", "rule_exit"]);
}

#[test]
fn a_part_leaves_the_stop_of_the_rest() {
    // Half is sold at 106; the stop at 90 has the other half left.
    let hours =
        [still(100.0), still(100.0), still(105.0), still(106.0), still(91.0), still(89.0), still(89.0)];
    let exits = "exit_any = [{ when = \"unrealised_pct >= 5\", share_pct = 50 }]\nstop_loss_pct = 10";
    let replay = replay(&hours, &format!("enter_all = [\"close == 100 and bars_held == 0\"]\n{exits}"));
    let wanted = [(1, price("100"), qty("50")), (3, price("106"), qty("25")), (5, price("89"), qty("25"))];
    assert_eq!(fills(&replay), wanted);
}

#[test]
fn local_time_follows_the_clocks_of_its_zone() {
    // 10:00 in New York is 15:00 UTC, and 14:00 from 2023-03-12 to 2023-11-04.
    let strategy = "enter_all = [\"time_of_day == 10:00\"]\nexit_any = [\"bars_held >= 1\"]\n\
                    zone = \"America/New_York\"";
    for (start, wanted) in [
        ("2023-03-10T00:00:00Z", ["10T15", "11T15", "12T14", "13T14"]),
        ("2023-11-03T00:00:00Z", ["03T14", "04T14", "05T15", "06T15"]),
    ] {
        let replay = replay_from(start, &[still(50.0); 96], strategy);
        let entries = replay.orders.iter().filter(|order| order.side == Side::Buy);
        let times: Vec<String> = entries.map(|order| order.placed_at.to_string()[8..13].to_owned()).collect();
        assert_eq!(times, wanted);
    }
}
