//! Every indicator against a slow reference that looks at each row afresh, on generated bars.

use proptest::prelude::*;

use super::definitions::{empty_rows, slow_value};
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
