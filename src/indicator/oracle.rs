//! Every indicator against a slow reference that looks at each row afresh, on generated bars.

use std::cmp::Ordering;

use proptest::prelude::*;

use super::{compute, remembers_its_start};
use crate::domain::{
    BarField, BinaryOp, Formula, IndicatorSpec, Interval, Literal, Thousandths, TimePart, Timestamp, Zone,
};
use crate::market::Bars;

/// One of every kind; periods as given.
fn all_specs(n: u32, fast: u32, signal: u32, k: Thousandths) -> Vec<IndicatorSpec> {
    let slow = fast + n;
    vec![
        IndicatorSpec::Field(BarField::Open),
        IndicatorSpec::Field(BarField::High),
        IndicatorSpec::Field(BarField::Low),
        IndicatorSpec::Field(BarField::Close),
        IndicatorSpec::Field(BarField::Volume),
        IndicatorSpec::Sma { n },
        IndicatorSpec::Ema { n },
        IndicatorSpec::Rsi { n },
        IndicatorSpec::MacdLine { fast, slow },
        IndicatorSpec::MacdSignal { fast, slow, signal },
        IndicatorSpec::BollingerUpper { n, k },
        IndicatorSpec::BollingerLower { n, k },
        IndicatorSpec::Atr { n },
        IndicatorSpec::Adx { n },
        IndicatorSpec::DonchianHigh { n },
        IndicatorSpec::DonchianLow { n },
        IndicatorSpec::Roc { n },
        IndicatorSpec::Stddev { n },
        IndicatorSpec::VolumeSma { n },
        IndicatorSpec::Highest { n },
        IndicatorSpec::Lowest { n },
        IndicatorSpec::Stochastic { n },
        IndicatorSpec::Cci { n },
        IndicatorSpec::Mfi { n },
        IndicatorSpec::Obv,
        IndicatorSpec::Vwap { zone: Zone::UTC },
        IndicatorSpec::LocalTime { part: TimePart::Minute, zone: Zone::UTC },
        IndicatorSpec::Sma { n }.over(moves()),
        IndicatorSpec::Ema { n }.over(moves()),
        IndicatorSpec::Stddev { n }.over(moves()),
        IndicatorSpec::Lowest { n }.over(moves()),
        IndicatorSpec::Sma { n: fast }.over(Formula::Column(IndicatorSpec::Rsi { n })),
        IndicatorSpec::Highest { n: fast }.over(Formula::Column(IndicatorSpec::Obv)),
    ]
}

/// `close - open * 1`: of any sign.
fn moves() -> Formula {
    let field = |field| Formula::Column(IndicatorSpec::Field(field));
    let one = Formula::Number(Literal::new(1.0));
    let open = Formula::binary(BinaryOp::Multiply, field(BarField::Open), one);
    Formula::binary(BinaryOp::Subtract, field(BarField::Close), open)
}

/// How many rows have no value.
fn empty_rows(spec: &IndicatorSpec) -> usize {
    let rows = match *spec {
        IndicatorSpec::Field(_)
        | IndicatorSpec::Obv
        | IndicatorSpec::Vwap { .. }
        | IndicatorSpec::LocalTime { .. } => 0,
        IndicatorSpec::Over { ref indicator, ref source } => {
            return empty_rows(indicator) + source.columns().map(empty_rows).max().unwrap_or(0);
        }
        IndicatorSpec::Sma { n }
        | IndicatorSpec::Ema { n }
        | IndicatorSpec::BollingerUpper { n, .. }
        | IndicatorSpec::BollingerLower { n, .. }
        | IndicatorSpec::Stddev { n }
        | IndicatorSpec::VolumeSma { n }
        | IndicatorSpec::Highest { n }
        | IndicatorSpec::Lowest { n }
        | IndicatorSpec::Stochastic { n }
        | IndicatorSpec::Cci { n } => n - 1,
        IndicatorSpec::Rsi { n }
        | IndicatorSpec::Atr { n }
        | IndicatorSpec::DonchianHigh { n }
        | IndicatorSpec::DonchianLow { n }
        | IndicatorSpec::Roc { n }
        | IndicatorSpec::Mfi { n } => n,
        IndicatorSpec::Adx { n } => 2 * n - 1,
        IndicatorSpec::MacdLine { fast, slow } => fast.max(slow) - 1,
        IndicatorSpec::MacdSignal { fast, slow, signal } => fast.max(slow) + signal - 2,
    };
    rows as usize
}

/// The value at row `row` from the definition, by recursion where the definition is recursive.
fn slow_value(spec: &IndicatorSpec, bars: &Bars, row: usize) -> f64 {
    let window = |column: &[f64], n: u32| column[row + 1 - n as usize..=row].to_vec();
    match *spec {
        IndicatorSpec::Field(BarField::Open) => bars.open[row],
        IndicatorSpec::Field(BarField::High) => bars.high[row],
        IndicatorSpec::Field(BarField::Low) => bars.low[row],
        IndicatorSpec::Field(BarField::Close) => bars.close[row],
        IndicatorSpec::Field(BarField::Volume) => bars.volume[row],
        IndicatorSpec::Sma { n } => mean(&window(&bars.close, n)),
        IndicatorSpec::VolumeSma { n } => mean(&window(&bars.volume, n)),
        IndicatorSpec::Stddev { n } => deviation(&window(&bars.close, n)),
        IndicatorSpec::BollingerUpper { n, k } => {
            let closes = window(&bars.close, n);
            mean(&closes) + f64::from(k.0) / 1e3 * deviation(&closes)
        }
        IndicatorSpec::BollingerLower { n, k } => {
            let closes = window(&bars.close, n);
            mean(&closes) - f64::from(k.0) / 1e3 * deviation(&closes)
        }
        IndicatorSpec::Ema { n } => slow_ema(&|at| bars.close[at], 0, n as usize, row),
        IndicatorSpec::MacdLine { fast, slow } => {
            slow_value(&IndicatorSpec::Ema { n: fast }, bars, row)
                - slow_value(&IndicatorSpec::Ema { n: slow }, bars, row)
        }
        IndicatorSpec::MacdSignal { fast, slow, signal } => {
            let line = |at: usize| slow_value(&IndicatorSpec::MacdLine { fast, slow }, bars, at);
            slow_ema(&line, slow as usize - 1, signal as usize, row)
        }
        IndicatorSpec::Rsi { n } => {
            let change = |at: usize| bars.close[at] - bars.close[at - 1];
            let gain = wilder(&|at| change(at).max(0.0), 1, n as usize, row);
            let loss = wilder(&|at| (-change(at)).max(0.0), 1, n as usize, row);
            if gain + loss == 0.0 { 50.0 } else { 100.0 - 100.0 / (1.0 + gain / loss) }
        }
        IndicatorSpec::Atr { n } => wilder(&|at| true_range(bars, at), 1, n as usize, row),
        IndicatorSpec::Adx { n } => slow_adx(bars, n as usize, row),
        IndicatorSpec::DonchianHigh { n } => {
            bars.high[row - n as usize..row].iter().copied().fold(f64::MIN, f64::max)
        }
        IndicatorSpec::DonchianLow { n } => {
            bars.low[row - n as usize..row].iter().copied().fold(f64::MAX, f64::min)
        }
        IndicatorSpec::Roc { n } => {
            let before = bars.close[row - n as usize];
            (bars.close[row] - before) / before * 100.0
        }
        IndicatorSpec::Highest { n } => highest(&window(&bars.high, n)),
        IndicatorSpec::Lowest { n } => lowest(&window(&bars.low, n)),
        IndicatorSpec::Stochastic { n } => {
            let (high, low) = (highest(&window(&bars.high, n)), lowest(&window(&bars.low, n)));
            if high == low { 50.0 } else { (bars.close[row] - low) / (high - low) * 100.0 }
        }
        IndicatorSpec::Cci { n } => {
            let prices: Vec<f64> = (row + 1 - n as usize..=row).map(|at| typical(bars, at)).collect();
            let off = prices.iter().map(|price| (price - mean(&prices)).abs()).collect::<Vec<_>>();
            if prices.iter().all(|price| *price == prices[0]) {
                return 0.0;
            }
            (prices[prices.len() - 1] - mean(&prices)) / (0.015 * mean(&off))
        }
        IndicatorSpec::Mfi { n } => {
            let flow = |at: usize, rises: bool| match typical(bars, at).partial_cmp(&typical(bars, at - 1)) {
                Some(Ordering::Greater) if rises => typical(bars, at) * bars.volume[at],
                Some(Ordering::Less) if !rises => typical(bars, at) * bars.volume[at],
                _ => 0.0,
            };
            let flows = |rises: bool| (row + 1 - n as usize..=row).map(|at| flow(at, rises)).sum::<f64>();
            let (up, down) = (flows(true), flows(false));
            if up + down == 0.0 { 50.0 } else { 100.0 - 100.0 / (1.0 + up / down) }
        }
        IndicatorSpec::Obv => (1..=row).fold(bars.volume[0], |balance, at| {
            balance + bars.volume[at] * (bars.close[at] - bars.close[at - 1]).signum() * up_or_down(bars, at)
        }),
        // The bars are minutes of one day.
        IndicatorSpec::Vwap { .. } => {
            let volume: f64 = bars.volume[..=row].iter().sum();
            (0..=row).map(|at| typical(bars, at) * bars.volume[at]).sum::<f64>() / volume
        }
        IndicatorSpec::LocalTime { .. } => ((row + 1) % 60) as f64,
        IndicatorSpec::Over { ref indicator, ref source } => {
            // A definition that reads a field, over bars whose fields are the source.
            let skip = source.columns().map(empty_rows).max().unwrap_or(0);
            let of = |at: usize| slow_formula(source, bars, at);
            let mut made = Bars::with_capacity(bars.interval, row + 1 - skip);
            for at in skip..=row {
                made.push(bars.ts[at], [of(at); 5]);
            }
            slow_value(indicator, &made, row - skip)
        }
    }
}

fn slow_formula(formula: &Formula, bars: &Bars, row: usize) -> f64 {
    match formula {
        Formula::Column(spec) => slow_value(spec, bars, row),
        Formula::Number(number) => number.value(),
        Formula::Binary { op: BinaryOp::Subtract, left, right } => {
            slow_formula(left, bars, row) - slow_formula(right, bars, row)
        }
        Formula::Binary { op: BinaryOp::Multiply, left, right } => {
            slow_formula(left, bars, row) * slow_formula(right, bars, row)
        }
        other => panic!("{other:?} is not among the cases"),
    }
}

fn highest(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::MIN, f64::max)
}

fn lowest(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::MAX, f64::min)
}

fn typical(bars: &Bars, row: usize) -> f64 {
    (bars.high[row] + bars.low[row] + bars.close[row]) / 3.0
}

/// 0 where the close has not moved.
fn up_or_down(bars: &Bars, row: usize) -> f64 {
    if bars.close[row] == bars.close[row - 1] { 0.0 } else { 1.0 }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn deviation(values: &[f64]) -> f64 {
    let mean = mean(values);
    (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64).sqrt()
}

fn slow_ema(of: &dyn Fn(usize) -> f64, skip: usize, n: usize, row: usize) -> f64 {
    let values: Vec<f64> = (skip..=row).map(of).collect();
    let factor = 2.0 / (n as f64 + 1.0);
    values[n..].iter().fold(mean(&values[..n]), |average, value| factor * value + (1.0 - factor) * average)
}

fn wilder(of: &dyn Fn(usize) -> f64, skip: usize, n: usize, row: usize) -> f64 {
    let values: Vec<f64> = (skip..=row).map(of).collect();
    values[n..]
        .iter()
        .fold(mean(&values[..n]), |average, value| average * (1.0 - 1.0 / n as f64) + value / n as f64)
}

fn true_range(bars: &Bars, row: usize) -> f64 {
    let before = bars.close[row - 1];
    (bars.high[row] - bars.low[row]).max((bars.high[row] - before).abs()).max((bars.low[row] - before).abs())
}

fn slow_adx(bars: &Bars, n: usize, row: usize) -> f64 {
    let up = |at: usize| {
        let (up, down) = (bars.high[at] - bars.high[at - 1], bars.low[at - 1] - bars.low[at]);
        if up > down && up > 0.0 { up } else { 0.0 }
    };
    let down = |at: usize| {
        let (up, down) = (bars.high[at] - bars.high[at - 1], bars.low[at - 1] - bars.low[at]);
        if down > up && down > 0.0 { down } else { 0.0 }
    };
    let smoothed = |of: &dyn Fn(usize) -> f64, at: usize| {
        let first: f64 = (1..n).map(of).sum();
        (n..=at).fold(first, |sum, row| sum - sum / n as f64 + of(row))
    };
    let mut average = 0.0;
    for at in n..=row {
        let range = smoothed(&|row| true_range(bars, row), at);
        let (plus, minus) = (smoothed(&up, at), smoothed(&down, at));
        let index = (range > 0.0 && plus + minus > 0.0)
            .then(|| ((plus / range - minus / range) / (plus / range + minus / range)).abs() * 100.0);
        if at < 2 * n {
            average += index.unwrap_or(0.0) / n as f64;
        } else if let Some(index) = index {
            average += (index - average) / n as f64;
        }
    }
    average
}

prop_compose! {
    /// Bars in hundredths, with flat stretches, jumps and bars without volume.
    fn any_bars()(moves in prop::collection::vec(
        (prop_oneof![Just(0_i32), -300..300_i32, -3_000..3_000_i32], 0..200_i32, 0..200_i32, 0..1_000_000_u32),
        0..90,
    )) -> Bars {
        let mut bars = Bars::with_capacity(Interval::MINUTE, moves.len());
        let mut price = 20_000;
        for (row, (change, above, below, volume)) in (0_i64..).zip(moves) {
            let open = price;
            price = (price + change).max(300);
            bars.ts.push(Timestamp::from_micros(row * Interval::MINUTE.micros()));
            bars.open.push(f64::from(open) / 100.0);
            bars.high.push(f64::from(open.max(price) + above) / 100.0);
            bars.low.push(f64::from(open.min(price) - below) / 100.0);
            bars.close.push(f64::from(price) / 100.0);
            bars.volume.push(f64::from(volume) / 1000.0);
        }
        bars
    }
}

/// Whether a value depends on its own period only, which a session is not.
fn forgets_its_start(spec: &IndicatorSpec) -> bool {
    !remembers_its_start(spec) && !matches!(spec, IndicatorSpec::Vwap { .. })
}

fn same_bits(left: &[f64], right: &[f64]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(l, r)| l.to_bits() == r.to_bits())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn every_value_is_the_definition_s(bars in any_bars(), n in 1..15_u32, fast in 1..8_u32, signal in 1..6_u32) {
        for spec in all_specs(n, fast, signal, Thousandths(1_500)) {
            let column = compute(&spec, &bars, 0..bars.len());
            prop_assert_eq!(column.len(), bars.len());
            for (row, &value) in column.iter().enumerate() {
                if row < empty_rows(&spec) {
                    prop_assert!(value.is_nan(), "{:?} at {}: {}", spec, row, value);
                } else {
                    let wanted = slow_value(&spec, &bars, row);
                    // Losses near nothing: the reference's 100 - 100 / (1 + gain / loss) cancels there.
                    if wanted.is_nan() {
                        // A session without volume has no price.
                        prop_assert!(value.is_nan(), "{:?} at {}: {}", spec, row, value);
                        continue;
                    }
                    let allowed = 1e-7 * wanted.abs().max(1.0);
                    prop_assert!((value - wanted).abs() <= allowed, "{:?} at {}: {} for {}", spec, row, value, wanted);
                }
            }
        }
    }

    #[test]
    fn the_future_changes_nothing(bars in any_bars(), n in 1..15_u32, cut in 0..90_usize, from in 0..30_usize) {
        let from = from.min(bars.len());
        let cut = cut.clamp(from, bars.len().max(from)).min(bars.len());
        let mut shorter = bars.clone();
        for column in [
            &mut shorter.open, &mut shorter.high, &mut shorter.low, &mut shorter.close, &mut shorter.volume,
        ] {
            column.truncate(cut);
        }
        shorter.ts.truncate(cut);
        for spec in all_specs(n, 3, 4, Thousandths(2_000)) {
            let whole = compute(&spec, &bars, from..bars.len());
            let before = compute(&spec, &shorter, from..cut);
            prop_assert!(same_bits(&whole[..cut - from], &before), "{:?}", spec);
        }
    }

    #[test]
    fn windowed_indicators_forget_where_they_started(bars in any_bars(), n in 1..15_u32, from in 0..60_usize) {
        let from = from.min(bars.len());
        for spec in all_specs(n, 3, 4, Thousandths(2_000)).into_iter().filter(forgets_its_start) {
            let whole = compute(&spec, &bars, 0..bars.len());
            let later = compute(&spec, &bars, from..bars.len());
            let skip = empty_rows(&spec).min(later.len());
            prop_assert!(same_bits(&whole[from + skip..], &later[skip..]), "{:?}", spec);
        }
    }
}

#[test]
fn a_range_beyond_the_bars_is_cut() {
    let bars = super::fixture::bars();
    for spec in all_specs(3, 2, 2, Thousandths(1_000)) {
        assert_eq!(compute(&spec, &bars, 50..100).len(), 10, "{spec:?}");
        assert_eq!(compute(&spec, &bars, 70..100).len(), 0, "{spec:?}");
    }
}

#[test]
fn a_period_of_nothing_counts_as_one() {
    let bars = super::fixture::bars();
    for (zero, one) in all_specs(0, 0, 0, Thousandths(0)).into_iter().zip(all_specs(1, 0, 1, Thousandths(0)))
    {
        let last = |spec: &IndicatorSpec| *compute(spec, &bars, 0..60).last().unwrap();
        assert!(!f64::is_nan(last(&zero)), "{zero:?}");
        assert!(!f64::is_nan(last(&one)), "{one:?}");
    }
}
