//! How much history conditions ask for.

use super::fixture::{interval, rule_set};
use crate::strategy::rules::warm_up;
use crate::strategy::rules::warm_up::needs;

/// The need of one condition, as `timeframe=bars` pairs.
fn need(text: &str) -> String {
    let need = warm_up(&rule_set(&[text], &[]), interval("1h"));
    need.iter().map(|(timeframe, bars)| format!("{timeframe}={bars}")).collect::<Vec<_>>().join(" ")
}

#[test]
fn the_largest_need_counts_by_timeframe() {
    assert_eq!(need("1 < 2"), "");
    assert_eq!(need("close > sma(20)"), "1h=20");
    assert_eq!(need("ema(50) > sma(20)"), "1h=200");
    // A coarse bar may be in the making when the window begins.
    assert_eq!(need("close > ema(10)@1d"), "1h=1 1d=41");
}

#[test]
fn crosses_and_ago_look_further_back() {
    assert_eq!(need("close crosses_above sma(20)"), "1h=21");
    assert_eq!(need("ago(sma(20), 5) > 0"), "1h=25");
    assert_eq!(need("ago(sma(20) crosses_above sma(30), 5)"), "1h=36");
    // Five hours back are at most two bars of 4h, and the cross's hour counts as hours.
    assert_eq!(need("ago(close + close@4h, 5) > 0"), "1h=6 4h=4");
    assert_eq!(need("close crosses_above sma(9)@4h"), "1h=2 4h=11");
}

#[test]
fn lines_that_remember_their_start_begin_together() {
    let begins = |enter: &[&str], exit: &[&str]| -> Vec<u32> {
        needs(&rule_set(enter, exit), interval("1h")).into_values().collect()
    };
    // The close and the SMA have their own needs, both EMAs that of the longer one, cross included.
    assert_eq!(begins(&["close > sma(7)", "ema(5) crosses_above ema(20)"], &[]), [1, 7, 81, 81]);
    // In any condition, but each timeframe for itself; one that looks deeper takes the others along.
    assert_eq!(begins(&["ema(5) > 1"], &["ema(10)@4h > 1", "ago(ema(6), 7) > 1"]), [31, 31, 41]);
}

#[test]
fn steps_over_coarse_bars_that_mix_timeframes_ask_for_the_bars_between() {
    // Three bars of 4h back, and up to two more: 20 hours.
    assert_eq!(need("ago(close@4h + close@1d, 3) > 0"), "1h=20 4h=5 1d=3");
}

#[test]
fn the_needs_of_indicators_inside_one_another_add_up() {
    // Three values of an RSI that needs 56 bars; the highest of five of those.
    assert_eq!(need("sma(rsi(14), 3) > 1"), "1h=58");
    assert_eq!(need("highest(sma(rsi(14), 3), 5) > 1"), "1h=62");
    assert_eq!(need("stoch_d(14, 3, 3) > 1"), "1h=18");
    assert_eq!(need("ago(sma(rsi(14), 3)@4h, 2) > 1"), "1h=16 4h=61");
    // A session of 25 hours at most; another symbol needs what it reads.
    assert_eq!(need("close > vwap"), "1h=25");
    assert_eq!(need("close > sma(30)@4h(B)"), "1h=1 4h=31");
    assert_eq!(need("hour == 3"), "1h=1");
}

#[test]
fn balances_of_volume_begin_together() {
    let begins =
        |enter: &[&str]| -> Vec<u32> { needs(&rule_set(enter, &[]), interval("1h")).into_values().collect() };
    // The balance by itself, and the one that its average is made of.
    assert_eq!(begins(&["obv > sma(obv, 20)"]), [20, 20]);
    assert_eq!(begins(&["obv > sma(obv, 20)", "ema(10) > 1"]), [40, 40, 40]);
}

#[test]
fn exits_need_history_too() {
    let need = warm_up(&rule_set(&["close > sma(5)"], &["close < sma(30)"]), interval("1h"));
    assert_eq!(need.into_iter().collect::<Vec<_>>(), [(interval("1h"), 30)]);
}
