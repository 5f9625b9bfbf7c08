//! What every indicator is by its definition, looked at row by row: the slow reference of the fast columns.

use std::cmp::Ordering;

use crate::domain::{BarField, BinaryOp, Formula, IndicatorSpec};
use crate::market::Bars;

/// How many rows have no value.
pub(super) fn empty_rows(spec: &IndicatorSpec) -> usize {
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
pub(super) fn slow_value(spec: &IndicatorSpec, bars: &Bars, row: usize) -> f64 {
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
