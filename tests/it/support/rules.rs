//! Random rule sets, of every form of the rule language. All derived from a seed.

use super::cases::Dice;
use tiltyard::internals::domain::{Bps, IndicatorSpec, Interval, Symbol};
use tiltyard::internals::market::Market;
use tiltyard::internals::scenario::expr::{self, Surroundings, Symbols};
use tiltyard::internals::scenario::{
    AtrMultiple, Condition, EntryKind, EntryOrder, EntryTime, Expr, PartialExit, RuleDistance, RulePrice,
    RuleSet, Series,
};

/// A timeframe of so many intervals.
pub fn times(interval: Interval, times: i64) -> Interval {
    Interval::new(interval.span().times(times)).unwrap()
}

/// Conditions over one and several timeframes, with look-backs, undefined values, and logic.
const CONDITIONS: [&str; 51] = [
    "close > sma(3)",
    "sma(2) < sma(7)",
    "close >= sma(4)",
    "close <= ema(5)",
    "close crosses_above sma(5)",
    "sma(2) crosses_below sma(6)",
    "close crosses_above 100",
    "rsi(3) < 40",
    "60 < rsi(3)",
    "50 > rsi(4)",
    "rsi(3) >= 55",
    "close < bollinger_lower(4, 1)",
    "volume > volume_sma(3)",
    "ago(close, 2) < close",
    "ago(close > sma(3), 3) and close < ago(high, 1)",
    "not close > sma(3)",
    "close > sma(3) or rsi(2) < 30",
    "close > sma(3) and (rsi(2) < 70 or low == open)",
    "abs(close - open) > 0.2",
    "max(close, ago(close, 1), ago(close, 2)) > donchian_high(5)",
    "min(low, sma(50)) < close",
    "close / volume != 2",
    "-roc(3) > 0.1",
    "close@COARSE > sma(3)@COARSE",
    "close crosses_above sma(2)@COARSE",
    "close@COARSE crosses_below sma(2)@COARSE",
    "ago(close@COARSE, 1) < close",
    "ago(close@COARSE, 2) < ago(close@COARSE, 1)",
    "rsi(2)@COARSE > 50 and close < sma(3)",
    "not ago(close@COARSE crosses_above sma(2)@COARSE, 1)",
    "sma(rsi(3), 2) < 45",
    "ema(volume, 3) < volume",
    "obv > sma(obv, 4)",
    "obv >= highest(obv, 3)@COARSE",
    "close > keltner_upper(4, 3, 0.5)",
    "stoch_k(5, 2) crosses_above stoch_d(5, 2, 2)",
    "cci(4) < -50 or mfi(3) > 70",
    "close < vwap",
    "close@COARSE > vwap@COARSE",
    "stddev(close - open, 4) < stddev(close - open, 9)",
    "roc(sma(3), 2) > 0 and close % 2 < 1.5",
    "hour % 3 == 1",
    "time_of_day >= 9:30 and weekday <= 3",
    "not ago(hour < 12, 2)",
    "close@(OTHER) > sma(3)@(OTHER)",
    "close@(OTHER) crosses_above ema(4)@(OTHER)",
    "ago(close@(OTHER), 2) < close@COARSE(OTHER)",
    "rsi(3)@COARSE(OTHER) > 50 and close > sma(4)",
    "close@COARSE(OTHER) crosses_below sma(2)@COARSE(OTHER)",
    "bars_held == 0 or unrealised_pct > 0.5",
    "bars_held % 5 == 0",
];

/// What only an exit can say.
const EXITS: [&str; 4] = [
    "bars_held >= 7",
    "unrealised_pct > 1.5",
    "unrealised_pct < -0.8 and close < sma(3)",
    "bars_held > 3 and close@(OTHER) < sma(3)@(OTHER)",
];

fn condition(dice: &mut Dice, market: &Market, texts: &[&str]) -> Condition {
    let base = market.interval;
    let coarse = times(base, [4, 24][dice.below(2) as usize]);
    let symbols: Vec<Symbol> = market.symbols.iter().map(|one| one.instrument.symbol.clone()).collect();
    let other = &symbols[dice.below(symbols.len() as u64) as usize];
    let text = texts[dice.below(texts.len() as u64) as usize]
        .replace("COARSE", &coarse.to_string())
        .replace("OTHER", other.as_str());
    let timeframe = if dice.one_in(4) { times(base, 4) } else { base };
    let surroundings = Surroundings {
        zone: "America/New_York".parse().unwrap(),
        symbols: Symbols::Of(&symbols),
        position: true,
        ..Surroundings::bars(timeframe, base)
    };
    Condition {
        expr: expr::parse_condition(&text, &surroundings).unwrap(),
        timeframe: surroundings.timeframe,
        text,
    }
}

fn exit_condition(dice: &mut Dice, market: &Market) -> Condition {
    if dice.one_in(4) { condition(dice, market, &EXITS) } else { condition(dice, market, &CONDITIONS) }
}

/// A distance in percent, or in ranges of a timeframe.
fn distance(dice: &mut Dice, base: Interval) -> RuleDistance {
    if dice.one_in(2) {
        return RuleDistance::Share(Bps::from_percent(dice.between(0.1, 6.0)));
    }
    let indicator = IndicatorSpec::Atr { n: 1 + dice.below(5) as u32 };
    let atr = Expr::Series(Series::own(indicator, times(base, [1, 4][dice.below(2) as usize])));
    RuleDistance::Ranges(AtrMultiple { atr, times: dice.between(0.1, 4.0) })
}

fn entry_price(dice: &mut Dice, base: Interval) -> RulePrice {
    let texts = ["low", "high + 0.1", "sma(3)", "highest(4)", "close / (hour % 3)"];
    if dice.one_in(2) {
        return RulePrice::Offset(distance(dice, base));
    }
    let text = texts[dice.below(texts.len() as u64) as usize];
    let expr = expr::parse_number(text, &Surroundings::bars(base, base)).unwrap();
    RulePrice::Value { text: text.to_owned(), expr }
}

fn entry(dice: &mut Dice, base: Interval) -> EntryOrder {
    let kind = match dice.below(3) {
        0 => EntryKind::Limit { price: entry_price(dice, base) },
        1 => EntryKind::Stop { trigger: entry_price(dice, base) },
        _ => EntryKind::StopLimit { trigger: entry_price(dice, base), limit: entry_price(dice, base) },
    };
    let time_in_force = match dice.below(5) {
        0 => EntryTime::Gtc,
        1 => EntryTime::Day,
        2 => EntryTime::Ioc,
        3 => EntryTime::Bars(1 + dice.below(9) as u32),
        _ => EntryTime::Span(base.span().times(1 + dice.below(9) as i64)),
    };
    EntryOrder { kind, time_in_force }
}

/// Random rules, of every form, for the symbols of a market.
pub fn rule_set(dice: &mut Dice, market: &Market) -> RuleSet {
    let base = market.interval;
    let level = |dice: &mut Dice| dice.one_in(3).then(|| distance(dice, base));
    let enter_all = (0..1 + dice.below(2)).map(|_| condition(dice, market, &CONDITIONS)).collect();
    let exit_any = (0..dice.below(3)).map(|_| exit_condition(dice, market)).collect();
    let part = |dice: &mut Dice| PartialExit {
        condition: exit_condition(dice, market),
        share: Bps::from_percent([50.0, 25.0, 90.0][dice.below(3) as usize]),
    };
    RuleSet {
        exit_parts: if dice.one_in(3) {
            (0..1 + dice.below(2)).map(|_| part(dice)).collect()
        } else {
            vec![]
        },
        stop_loss: level(dice),
        take_profit: level(dice),
        trailing_stop: level(dice),
        max_hold_bars: dice.one_in(3).then(|| 1 + dice.below(30) as u32),
        max_positions: dice.one_in(3).then(|| 1 + dice.below(2) as u32),
        entry: dice.one_in(3).then(|| entry(dice, base)),
        max_entries: if dice.one_in(3) { 2 + dice.below(3) as u32 } else { 1 },
        add_size: dice.one_in(3).then(|| Bps::from_percent([3.0, 40.0][dice.below(2) as usize])),
        ..RuleSet::of(enter_all, exit_any)
    }
}
