//! Indicators of other columns.
//!
//! A source may be negative, and may have no value in some rows (a warm-up, a division by zero). An indicator is
//! computed over each stretch of rows with values as if its column began and ended there: a windowed one has no value
//! where any of its window is missing, a recursive one begins anew after a gap.

use super::operators::{binary_of, call_of, finite};
use super::windows::{deviation, each, mean};
use super::{NOTHING, average, donchian, macd, roc, rsi};
use crate::domain::{Formula, IndicatorSpec};

/// The values of a formula in so many rows, of the columns that it names.
pub(super) fn formula(
    formula: &Formula,
    rows: usize,
    column: &dyn Fn(&IndicatorSpec) -> Vec<f64>,
) -> Vec<f64> {
    let of = |part: &Formula| self::formula(part, rows, column);
    match formula {
        Formula::Number(number) => vec![number.value(); rows],
        Formula::Column(spec) => column(spec),
        Formula::Negate(part) => of(part).into_iter().map(|value| -value).collect(),
        Formula::Binary { op, left, right } => {
            let mut left = of(left);
            left.iter_mut().zip(of(right)).for_each(|(value, right)| *value = binary_of(*op, *value, right));
            left
        }
        Formula::Call { function, args } => {
            let args: Vec<Vec<f64>> = args.iter().map(of).collect();
            (0..rows).map(|row| call_of(*function, args.iter().map(|arg| arg[row]))).collect()
        }
    }
}

/// The indicator over `source` in place of the field that it reads by itself.
pub(super) fn over(indicator: &IndicatorSpec, source: &[f64]) -> Vec<f64> {
    let mut out = Vec::with_capacity(source.len());
    for stretch in source.chunk_by(|before, now| before.is_nan() == now.is_nan()) {
        match stretch.first() {
            Some(first) if !first.is_nan() => out.extend(whole(indicator, stretch).into_iter().map(finite)),
            _ => out.resize(out.len() + stretch.len(), NOTHING),
        }
    }
    out
}

/// Over values that are all numbers.
fn whole(indicator: &IndicatorSpec, values: &[f64]) -> Vec<f64> {
    let period = |n: u32| n.max(1) as usize;
    match *indicator {
        IndicatorSpec::Sma { n } => each(values, period(n), mean),
        IndicatorSpec::Ema { n } => average::ema_of(values, period(n)),
        IndicatorSpec::Rsi { n } => rsi::rsi(values, period(n)),
        IndicatorSpec::Roc { n } => roc::roc(values, period(n)),
        IndicatorSpec::Stddev { n } => each(values, period(n), deviation),
        IndicatorSpec::Highest { n } => donchian::highest(values, period(n)),
        IndicatorSpec::Lowest { n } => donchian::lowest(values, period(n)),
        IndicatorSpec::BollingerUpper { n, k } => bollinger(values, period(n), f64::from(k.0) / 1000.0),
        IndicatorSpec::BollingerLower { n, k } => bollinger(values, period(n), -f64::from(k.0) / 1000.0),
        IndicatorSpec::MacdLine { fast, slow } => macd::line_of(values, period(fast), period(slow)),
        IndicatorSpec::MacdSignal { fast, slow, signal } => {
            macd::signal_of(values, period(fast), period(slow), period(signal))
        }
        // The others read more than one field: the language gives them no source.
        _ => vec![NOTHING; values.len()],
    }
}

fn bollinger(values: &[f64], n: usize, width: f64) -> Vec<f64> {
    each(values, n, |window| mean(window) + width * deviation(window))
}

#[cfg(test)]
mod tests {
    use super::super::compute;
    use super::super::fixture::{assert_near, bars};
    use super::*;
    use crate::domain::{BarField, BinaryOp, Literal, Thousandths};

    fn column(spec: IndicatorSpec) -> Formula {
        Formula::Column(spec)
    }

    fn last(spec: IndicatorSpec) -> f64 {
        *compute(&spec, &bars(), 0..60).last().unwrap()
    }

    #[test]
    fn by_hand() {
        // Rows without a value part the column: windows of two in (1 3) and (5 9 8).
        let gap = f64::NAN;
        let source = [1.0, 3.0, gap, 5.0, 9.0, 8.0];
        let out = over(&IndicatorSpec::Sma { n: 2 }, &source);
        assert!([0, 2, 3].iter().all(|&row| out[row].is_nan()), "{out:?}");
        assert_eq!([out[1], out[4], out[5]], [2.0, 7.0, 8.5]);
        // An exponential average begins anew: seed (5 + 9) / 2, then 7 + 2/3 * (8 - 7).
        let out = over(&IndicatorSpec::Ema { n: 2 }, &source);
        assert_eq!([out[1], out[4]], [2.0, 7.0]);
        assert_near(out[5], 7.0 + 2.0 / 3.0);
    }

    #[test]
    fn an_infinite_change_is_no_value() {
        let out = over(&IndicatorSpec::Roc { n: 1 }, &[0.0, 5.0, 10.0]);
        assert!(out[1].is_nan());
        assert_eq!(out[2], 100.0);
    }

    #[test]
    fn a_formula_is_computed_row_by_row() {
        let field = |field| column(IndicatorSpec::Field(field));
        let range = Formula::binary(BinaryOp::Subtract, field(BarField::High), field(BarField::Low));
        let half = Formula::binary(BinaryOp::Divide, range, Formula::Number(Literal::new(2.0)));
        let bars = bars();
        let out = formula(&half, 2, &|spec| compute(spec, &bars, 5..7));
        assert_eq!(out, [(bars.high[5] - bars.low[5]) / 2.0, (bars.high[6] - bars.low[6]) / 2.0]);
    }

    #[test]
    fn as_talib() {
        // TA-Lib 0.8.1 (Python wrapper 0.8.2), row 59 of each.
        let rsi = || column(IndicatorSpec::Rsi { n: 14 });
        let volume = || column(IndicatorSpec::Field(BarField::Volume));
        // SMA(RSI(C, 14), 3)
        assert_near(last(IndicatorSpec::Sma { n: 3 }.over(rsi())), 34.958_391_501_840_595);
        // EMA(RSI(C, 14), 5)
        assert_near(last(IndicatorSpec::Ema { n: 5 }.over(rsi())), 35.370_773_984_147_66);
        // RSI(RSI(C, 14), 7)
        assert_near(last(IndicatorSpec::Rsi { n: 7 }.over(rsi())), 35.827_904_846_164_78);
        // STDDEV(RSI(C, 14), 10, 1)
        assert_near(last(IndicatorSpec::Stddev { n: 10 }.over(rsi())), 2.531_265_981_191_457_3);
        // BBANDS(RSI(C, 14), 20, 2, 2)
        assert_near(
            last(IndicatorSpec::BollingerUpper { n: 20, k: Thousandths(2_000) }.over(rsi())),
            53.679_198_590_608_49,
        );
        // ROC(RSI(C, 14), 5)
        assert_near(last(IndicatorSpec::Roc { n: 5 }.over(rsi())), -14.504_076_413_513_111);
        // MAX(RSI(C, 14), 20)
        assert_near(last(IndicatorSpec::Highest { n: 20 }.over(rsi())), 53.240_503_990_317_69);
        // EMA(V, 10)
        assert_near(last(IndicatorSpec::Ema { n: 10 }.over(volume())), 55.5);
        // MAX(OBV(C, V), 20)
        assert_near(last(IndicatorSpec::Highest { n: 20 }.over(column(IndicatorSpec::Obv))), 19.0);
        // EMA(V, 5) - EMA(V, 12)
        assert_near(last(IndicatorSpec::MacdLine { fast: 5, slow: 12 }.over(volume())), 3.5);
        // STOCH(H, L, C, fastk_period=14, slowk_period=3, slowd_period=3): slowk, slowd
        let fast = column(IndicatorSpec::Stochastic { n: 14 });
        let slow = IndicatorSpec::Sma { n: 3 }.over(fast);
        assert_near(last(slow.clone()), 9.239_834_239_834_142);
        assert_near(last(IndicatorSpec::Sma { n: 3 }.over(column(slow))), 11.964_526_214_526_108);
    }

    #[test]
    fn a_column_of_the_indicator_s_own_field_is_the_indicator() {
        let sma = IndicatorSpec::Sma { n: 3 };
        assert_eq!(sma.clone().over(column(IndicatorSpec::Field(BarField::Close))), sma);
        let volume = sma.clone().over(column(IndicatorSpec::Field(BarField::Volume)));
        assert_eq!(volume, IndicatorSpec::VolumeSma { n: 3 });
        let high = IndicatorSpec::Highest { n: 3 };
        assert_eq!(high.clone().over(column(IndicatorSpec::Field(BarField::High))), high);
        assert_eq!(high.over(column(IndicatorSpec::Field(BarField::Close))).depth(), 2);
        assert_eq!(sma.over(column(IndicatorSpec::Rsi { n: 14 })).depth(), 2);
    }

    #[test]
    fn every_indicator_of_one_series_can_be_computed_over_another() {
        let k = Thousandths(2_000);
        for spec in [
            IndicatorSpec::Sma { n: 3 },
            IndicatorSpec::Ema { n: 3 },
            IndicatorSpec::Rsi { n: 3 },
            IndicatorSpec::Roc { n: 3 },
            IndicatorSpec::Stddev { n: 3 },
            IndicatorSpec::MacdLine { fast: 3, slow: 5 },
            IndicatorSpec::MacdSignal { fast: 3, slow: 5, signal: 2 },
            IndicatorSpec::BollingerUpper { n: 3, k },
            IndicatorSpec::BollingerLower { n: 3, k },
        ] {
            // Over the close as a made column it is what it is by itself.
            let bars = bars();
            let (own, other) = (compute(&spec, &bars, 0..60), over(&spec, &bars.close));
            for (row, (own, other)) in own.iter().zip(&other).enumerate() {
                assert_eq!(own.is_nan(), other.is_nan(), "{spec:?} at {row}");
                if !own.is_nan() {
                    assert_near(*other, *own);
                }
            }
        }
    }
}
