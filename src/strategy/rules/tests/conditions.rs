//! What conditions say, bar by bar.

use super::fixture::{Bar, condition, history, hourly, interval, market};
use crate::domain::SymbolId;
use crate::indicator::{BitCursor, IndicatorCache};
use crate::market::Market;
use crate::scenario::WarmUp;
use crate::strategy::rules::compile::{Compiler, NodeId, Program};
use crate::strategy::rules::scan::Scan;
use crate::strategy::rules::warm_up::needs;

/// The rows of the first symbol at which the condition holds.
fn holds(text: &str, market: &Market) -> Vec<usize> {
    let cache = IndicatorCache::new();
    let rules = super::fixture::rule_set(&[text], &[]);
    let needs = needs(&rules, interval("1h"));
    let mut compiler = Compiler::new(history(market, &cache), SymbolId(0), &needs);
    let node = compiler.add(&condition(text).expr);
    let program = compiler.finish();
    let rows = market.symbols[0].bars.len();
    let holds: Vec<usize> = (0..rows).filter(|&row| program.holds(node, row)).collect();
    assert_eq!(found(&program, node, rows), holds, "{text} for many rows at once");
    holds
}

/// The same rows by the search.
fn found(program: &Program<'_>, node: NodeId, rows: usize) -> Vec<usize> {
    let mut scan = Scan::new(program, &[node], true, BitCursor::until(rows));
    let mut from = 0;
    std::iter::from_fn(|| {
        let row = scan.next(program, from)?;
        from = row + 1;
        Some(row)
    })
    .collect()
}

fn holds_on(text: &str, closes: &[f64]) -> Vec<usize> {
    holds(text, &market(&[hourly(closes)]))
}

/// Eight hours: two whole bars of 4h and the first hours of a third.
const CLIMB: [f64; 10] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0];

#[test]
fn a_cross_is_not_is_above_known_defect_9() {
    let closes = [9.0, 11.0, 12.0, 9.0, 10.0, 11.0];
    assert_eq!(holds_on("close > 10", &closes), [1, 2, 5]);
    assert_eq!(holds_on("close crosses_above 10", &closes), [1, 5]);
    assert_eq!(holds_on("close crosses_below 10", &closes), [3]);
    // Above from the first bar on is no cross.
    assert_eq!(holds_on("close crosses_above 10", &[11.0, 12.0, 13.0]), [0; 0]);
}

#[test]
fn an_unavailable_average_never_becomes_another_known_defect_9() {
    // Ten bars: sma(3) exists from row 2, sma(50) never. Whatever is asked of it, the answer is no.
    for text in [
        "close > sma(50)",
        "close < sma(50)",
        "close != sma(50)",
        "not close > sma(50)",
        "sma(3) crosses_above sma(50)",
        "close > min(sma(3), sma(50))",
        "close > max(sma(50), sma(3))",
        "abs(sma(50)) >= 0",
        "close > 0 * sma(50)",
        "-sma(50) < 0",
    ] {
        assert_eq!(holds_on(text, &CLIMB), [0; 0], "{text}");
    }
    assert_eq!(holds_on("close > sma(3)", &CLIMB), [2, 3, 4, 5, 6, 7, 8, 9]);
}

#[test]
fn volume_conditions_can_pass_known_defect_9() {
    let volumes = [1.0, 1.0, 1.0, 5.0, 1.0];
    let bars = (0..).zip(volumes).map(|(hour, volume)| Bar { hour, close: 1.0, volume }).collect();
    // Row 3: the average of (1, 1, 5) is 7/3; 5 > 3.5. Row 4: 1 > 3.5 fails. Row 2: 1 > 1.5 fails.
    assert_eq!(holds("volume > 1.5 * volume_sma(3)", &market(&[bars])), [3]);
}

#[test]
fn a_coarse_condition_sees_the_last_closed_bar_only_known_defect_4() {
    // The 4h bars close with rows 3 (at 4) and 7 (at 8); rows 8 and 9 belong to one in the making.
    assert_eq!(holds_on("close@4h > 0", &CLIMB), [3, 4, 5, 6, 7, 8, 9]);
    assert_eq!(holds_on("close@4h == 4", &CLIMB), [3, 4, 5, 6]);
    assert_eq!(holds_on("close@4h == 8", &CLIMB), [7, 8, 9]);
    assert_eq!(holds_on("close@1d > 0", &CLIMB), [0; 0]);
}

#[test]
fn a_coarse_cross_happens_at_one_base_bar() {
    // 4h closes: 4, 8, 6. Above 5 from row 7, crossed there alone.
    let closes = [1.0, 2.0, 3.0, 4.0, 9.0, 9.0, 9.0, 8.0, 1.0, 1.0, 1.0, 6.0];
    assert_eq!(holds_on("close@4h crosses_above 5", &closes), [7]);
    assert_eq!(holds_on("close@4h > 5", &closes), [7, 8, 9, 10, 11]);
    assert_eq!(holds_on("close@4h crosses_below 7", &closes), [11]);
}

#[test]
fn a_cross_of_two_timeframes_counts_the_finer_ones_bars() {
    // close@4h: none until row 3, then 5 until row 6, then 9.
    // Rows:          0    1    2    3    4    5    6    7    8
    let closes = [1.0, 1.0, 1.0, 5.0, 4.0, 6.0, 7.0, 9.0, 10.0];
    // Row 5: 4 <= 5 before, 6 > 5 now. Row 8: 9 <= 9 before, 10 > 9 now. Row 7: 9 > 9 fails.
    assert_eq!(holds_on("close crosses_above close@4h", &closes), [5, 8]);
    // Row 4: 5 >= 5 before, 4 < 5 now.
    assert_eq!(holds_on("close crosses_below close@4h", &closes), [4]);
    // As `close@4h + 0 * close` reads the base timeframe, the cross may fall on any base bar.
    assert_eq!(holds_on("close@4h + 0 * close crosses_above 8", &closes), [7]);
}

#[test]
fn a_cross_of_two_coarse_timeframes_looks_back_along_the_finer() {
    // Daily close of day 0: 24. The 4h bars of day 1 close at hours 27 (20), 31 (30), 35 (40).
    let mut closes: Vec<f64> = (1..=24).map(f64::from).collect();
    closes.extend([20.0; 4]);
    closes.extend([30.0; 4]);
    closes.extend([40.0; 4]);
    assert_eq!(holds_on("close@4h crosses_above close@1d", &closes), [31]);
    assert_eq!(holds_on("close@4h > close@1d", &closes), [31, 32, 33, 34, 35]);
    // At row 27 the 4h bar before closed with row 23, when the day closed at 24: 24 >= 24, then 20 < 24.
    assert_eq!(holds_on("close@4h crosses_below close@1d", &closes), [27]);
}

#[test]
fn ago_counts_bars_of_its_own_timeframe() {
    assert_eq!(holds_on("ago(close, 2) == close - 2", &CLIMB), [2, 3, 4, 5, 6, 7, 8, 9]);
    // One bar of 4h before the newest closed one: 4, from row 7 on.
    assert_eq!(holds_on("ago(close@4h, 1) == 4", &CLIMB), [7, 8, 9]);
    // Mixed: one base bar back, both sides as they were seen then. At row 7: close 7, close@4h still 4.
    assert_eq!(holds_on("ago(close - close@4h, 1) == 3", &CLIMB), [7]);
    assert_eq!(holds_on("ago(ago(close, 1), 1) == ago(close, 2)", &CLIMB), [2, 3, 4, 5, 6, 7, 8, 9]);
}

#[test]
fn looks_back_add_up_along_their_own_timeframes() {
    // 4h closes: 4, 8 .. 24 with rows 3, 7 .. 23, then 20, 30, 40 with rows 27, 31, 35. The day: 24.
    let mut closes: Vec<f64> = (1..=24).map(f64::from).collect();
    closes.extend([20.0; 4]);
    closes.extend([30.0; 4]);
    closes.extend([40.0; 4]);
    let text = |sum: u32| format!("ago(close@1d + ago(close@4h, 1), 1) == {sum}");
    // Row 27: one 4h bar back is row 23, where the day is 24 and the 4h bar before was 20.
    // Row 31: back to row 27, 24 and 24. Row 35: back to row 31, 24 and 20.
    assert_eq!(holds_on(&text(44), &closes), [27, 28, 29, 30, 35]);
    assert_eq!(holds_on(&text(48), &closes), [31, 32, 33, 34]);
    // Until row 26 one 4h bar back lies before the close of the day, with row 23.
    let after = holds_on("ago(close@1d + 0 * close@4h, 1) == 24", &closes);
    assert_eq!(after, [27, 28, 29, 30, 31, 32, 33, 34, 35]);
}

#[test]
fn ago_of_a_cross_is_the_cross_of_then() {
    let closes = [9.0, 11.0, 12.0, 12.0];
    assert_eq!(holds_on("ago(close crosses_above 10, 2)", &closes), [3]);
    let coarse = [1.0, 2.0, 3.0, 4.0, 9.0, 9.0, 9.0, 8.0, 8.0, 8.0, 8.0, 8.0, 8.0];
    // The 4h close crosses 5 with the bar that closed at row 7: one 4h bar ago from row 11 on.
    assert_eq!(holds_on("ago(close@4h crosses_above 5, 1)", &coarse), [11, 12]);
}

#[test]
fn bars_of_a_gap_that_close_at_once_are_two_bars_still() {
    // 4h bars [0, 4) and [4, 8): hours 3 to 6 lack, so that both close with hour 7.
    let bars = [(0, 1.0), (1, 2.0), (2, 3.0), (7, 8.0), (8, 9.0)];
    let bars = bars.map(|(hour, close)| Bar { hour, close, volume: 1.0 }).to_vec();
    let market = market(&[bars]);
    assert_eq!(holds("close@4h == 8", &market), [3, 4]);
    assert_eq!(holds("ago(close@4h, 1) == 3", &market), [3, 4]);
    assert_eq!(holds("close@4h crosses_above 5", &market), [3]);
}

#[test]
fn logic_has_three_values() {
    // T holds, F fails, and U, over an average that does not exist, does neither.
    let (t, f, u) = ("close > 0", "close < 0", "close > sma(50)");
    let cases = [
        (format!("{t} and {u}"), false),
        (format!("{f} and {u}"), false),
        (format!("not ({f} and {u})"), true),
        (format!("not ({u} and {f})"), true),
        (format!("not ({t} and {u})"), false),
        (format!("not ({u} and {t})"), false),
        (format!("{t} or {u}"), true),
        (format!("{u} or {t}"), true),
        (format!("{f} or {u}"), false),
        (format!("not ({f} or {u})"), false),
        (format!("not ({u} or {f})"), false),
        (format!("not ({u})"), false),
        (format!("not not ({u})"), false),
        (format!("not ({u} and {u})"), false),
        (format!("{t} and not {f}"), true),
        (format!("not {t} or {f}"), false),
    ];
    for (text, wanted) in cases {
        assert_eq!(!holds_on(&text, &[1.0]).is_empty(), wanted, "{text}");
    }
}

#[test]
fn undefined_statistics_have_no_value() {
    for text in ["close / (close - close) > 0", "close * 1e308 * 10 > 0", "not close / 0 > 0"] {
        assert_eq!(holds_on(text, &CLIMB), [0; 0], "{text}");
    }
}

#[test]
fn arithmetic_is_reckoned_as_written() {
    // close 1 .. 10.
    assert_eq!(holds_on("close * 2 - 1 == 7", &CLIMB), [3]);
    assert_eq!(holds_on("close / 4 >= 2.25", &CLIMB), [8, 9]);
    assert_eq!(holds_on("abs(close - 5) <= 1", &CLIMB), [3, 4, 5]);
    assert_eq!(holds_on("min(close, 3) == 3 and max(close, 4) == 4", &CLIMB), [2, 3]);
    assert_eq!(holds_on("-close > -3 or close != close", &CLIMB), [0, 1]);
}

#[test]
fn the_remainder_is_that_of_whole_parts() {
    assert_eq!(holds_on("close % 3 == 0", &CLIMB), [2, 5, 8]);
    assert_eq!(holds_on("-close % 4 == -1", &CLIMB), [0, 4, 8]);
    assert_eq!(holds_on("close % (close - 3) >= 0", &CLIMB), [0, 1, 3, 4, 5, 6, 7, 8, 9]);
}

#[test]
fn an_indicator_of_an_indicator_begins_after_both() {
    // ROC(1) of 1 2 3 4 is - 100 50 33.3 in percent; its average over two bars begins with row 2, at 75.
    assert_eq!(holds_on("sma(roc(1), 2) == 75", &CLIMB), [2]);
    assert_eq!(holds_on("sma(roc(1), 2) > 0", &CLIMB), [2, 3, 4, 5, 6, 7, 8, 9]);
    // The highest close of two bars is the last while prices rise.
    assert_eq!(holds_on("highest(close - 1, 2) == close - 1", &CLIMB), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    // Bars of 4h close at 4 and 8: their mean is 6 from row 7 on.
    assert_eq!(holds_on("sma(close * 2, 2)@4h == 12", &CLIMB), [7, 8, 9]);
}

#[test]
fn another_symbol_is_read_as_it_is_known_at_each_close() {
    // The first symbol has a bar each hour, the second at hours 0, 3 and 4 only, with closes 10, 20, 5.
    let sparse = [(0, 10.0), (3, 20.0), (4, 5.0)].map(|(hour, close)| Bar { hour, close, volume: 1.0 });
    let market = market(&[hourly(&CLIMB), sparse.to_vec()]);
    assert_eq!(holds("close@(B) == 10", &market), [0, 1, 2]);
    assert_eq!(holds("close@(B) == 20", &market), [3]);
    assert_eq!(holds("close@(B) < close + 1", &market), [4, 5, 6, 7, 8, 9]);
    // Its bar of 4h closes with hour 3.
    assert_eq!(holds("close@4h(B) == 20", &market), [3, 4, 5, 6, 7, 8, 9]);
    // `ago` and crosses count bars of the symbol that is traded.
    assert_eq!(holds("ago(close@(B), 2) == 10", &market), [2, 3, 4]);
    assert_eq!(holds("close@(B) crosses_above 15", &market), [3]);
    assert_eq!(holds("close@(B) crosses_below close", &market), [5]);
    // An average over the other symbol's own bars: (10 + 20) / 2 from hour 3 on, then 12.5.
    assert_eq!(holds("sma(2)@(B) == 15", &market), [3]);
    assert_eq!(holds("sma(2)@(B) == 12.5", &market), [4, 5, 6, 7, 8, 9]);
    // Naming the traded symbol itself changes nothing.
    assert_eq!(holds("close@(A) crosses_above 4.5", &market), [4]);
}

#[test]
fn a_symbol_that_begins_later_has_no_value_before() {
    let later = (6..10).map(|hour| Bar { hour, close: 3.0, volume: 1.0 }).collect();
    let market = market(&[hourly(&CLIMB), later]);
    assert_eq!(holds("close@(B) != 100", &market), [6, 7, 8, 9]);
    assert_eq!(holds("not close@(B) > 100 and sma(2)@(B) == 3", &market), [7, 8, 9]);
}

#[test]
fn the_local_time_is_that_of_the_close() {
    // Hours from 1970-01-01 00:00 on, a Thursday: the bar of hour 0 closes at 1:00.
    assert_eq!(holds_on("hour == 3", &CLIMB), [2]);
    assert_eq!(holds_on("time_of_day >= 8:30 and minute == 0", &CLIMB), [8, 9]);
    assert_eq!(holds_on("weekday == 4", &CLIMB), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert_eq!(holds_on("ago(hour, 2) == 3", &CLIMB), [4]);
    assert_eq!(holds_on("hour crosses_above 4", &CLIMB), [4]);
}

#[test]
fn a_cut_future_changes_nothing_before_the_cut() {
    let closes: Vec<f64> = (0..60_u32).map(|i| f64::from(50 + (i * 37) % 23)).collect();
    let texts = [
        "close crosses_above sma(5)",
        "close@4h > ema(3)@4h or rsi(4) < 40",
        "ago(close - close@4h, 3) > 0",
        "close@4h crosses_below sma(2)@1d",
        "not macd(2, 5) crosses_above macd_signal(2, 5, 3)@4h",
    ];
    for text in texts {
        let whole = holds_on(text, &closes);
        for cut in 1..closes.len() {
            let before: Vec<usize> = whole.iter().copied().filter(|&row| row < cut).collect();
            assert_eq!(holds_on(text, &closes[..cut]), before, "{text} cut at {cut}");
        }
        assert!(!whole.is_empty() && whole.len() < closes.len(), "{text} says nothing");
    }
}

#[test]
fn inside_a_window_the_bars_before_it_are_not_seen() {
    let market = market(&[hourly(&CLIMB)]);
    let cache = IndicatorCache::new();
    let text = "ago(close, 2) > 0";
    let seen = |warm_up_from: WarmUp| -> Vec<usize> {
        let mut window = history(&market, &cache);
        window.ticks.first = 5;
        window.warm_up = warm_up_from;
        let need = needs(&super::fixture::rule_set(&[text], &[]), interval("1h"));
        let mut compiler = Compiler::new(window, SymbolId(0), &need);
        let node = compiler.add(&condition(text).expr);
        let program = compiler.finish();
        (5..10).filter(|&row| program.holds(node, row)).collect()
    };
    assert_eq!(seen(WarmUp::Before), [5, 6, 7, 8, 9]);
    assert_eq!(seen(WarmUp::Inside), [7, 8, 9]);
}
