//! How many bars an indicator needs before its value can be relied on.

use crate::domain::{IndicatorSpec, Interval, Span};

/// Bars of its own timeframe that `spec` needs, the newest included.
///
/// Windowed indicators need their window. Recursive ones never quite forget their seed: four periods leave
/// less than 0.04 % of the weight on it for an exponential average (`(1 - 2 / (n + 1))^(4n)`, about
/// `e^-8`), and about 2 % for Wilder's (`(1 - 1 / n)^(4n)`, about `e^-4`). The directional index smooths
/// what is smoothed already and asks for twice that. VWAP needs its session: a day has 25 hours at most. An indicator of
/// a column needs its own bars of values of that column.
pub fn bars_needed(spec: &IndicatorSpec, timeframe: Interval) -> u32 {
    match *spec {
        IndicatorSpec::Field(_) | IndicatorSpec::Obv | IndicatorSpec::LocalTime { .. } => 1,
        IndicatorSpec::Sma { n }
        | IndicatorSpec::BollingerUpper { n, .. }
        | IndicatorSpec::BollingerLower { n, .. }
        | IndicatorSpec::Stddev { n }
        | IndicatorSpec::VolumeSma { n }
        | IndicatorSpec::Highest { n }
        | IndicatorSpec::Lowest { n }
        | IndicatorSpec::Stochastic { n }
        | IndicatorSpec::Cci { n } => n,
        IndicatorSpec::DonchianHigh { n }
        | IndicatorSpec::DonchianLow { n }
        | IndicatorSpec::Roc { n }
        | IndicatorSpec::Mfi { n } => n.saturating_add(1),
        IndicatorSpec::Ema { n } | IndicatorSpec::Rsi { n } | IndicatorSpec::Atr { n } => n.saturating_mul(4),
        IndicatorSpec::Adx { n } => n.saturating_mul(8),
        IndicatorSpec::MacdLine { slow, .. } => slow.saturating_mul(4),
        IndicatorSpec::MacdSignal { slow, signal, .. } => slow.saturating_add(signal).saturating_mul(4),
        IndicatorSpec::Vwap { .. } => bars_of(LONGEST_DAY, timeframe),
        IndicatorSpec::Over { ref indicator, ref source } => {
            let inner = source.columns().map(|column| bars_needed(column, timeframe)).max().unwrap_or(1);
            bars_needed(indicator, timeframe).saturating_add(inner - 1)
        }
    }
}

/// The day on which clocks are set back.
const LONGEST_DAY: Span = Span::from_seconds(25 * 3_600);

/// As many bars as cover a span.
fn bars_of(span: Span, timeframe: Interval) -> u32 {
    let bars = (span.micros() + timeframe.micros() - 1) / timeframe.micros();
    u32::try_from(bars).unwrap_or(u32::MAX)
}

/// Whether a value depends on all rows since its column's start, and not only on a window of its own. Two such lines
/// can be compared only where they begin together.
pub fn remembers_its_start(spec: &IndicatorSpec) -> bool {
    match spec {
        IndicatorSpec::Ema { .. }
        | IndicatorSpec::Rsi { .. }
        | IndicatorSpec::Atr { .. }
        | IndicatorSpec::Adx { .. }
        | IndicatorSpec::MacdLine { .. }
        | IndicatorSpec::MacdSignal { .. }
        | IndicatorSpec::Obv => true,
        IndicatorSpec::Over { indicator, source } => {
            remembers_its_start(indicator) || source.columns().any(remembers_its_start)
        }
        IndicatorSpec::Field(_)
        | IndicatorSpec::Sma { .. }
        | IndicatorSpec::BollingerUpper { .. }
        | IndicatorSpec::BollingerLower { .. }
        | IndicatorSpec::Stddev { .. }
        | IndicatorSpec::VolumeSma { .. }
        | IndicatorSpec::DonchianHigh { .. }
        | IndicatorSpec::DonchianLow { .. }
        | IndicatorSpec::Roc { .. }
        | IndicatorSpec::Highest { .. }
        | IndicatorSpec::Lowest { .. }
        | IndicatorSpec::Stochastic { .. }
        | IndicatorSpec::Cci { .. }
        | IndicatorSpec::Mfi { .. }
        | IndicatorSpec::Vwap { .. }
        | IndicatorSpec::LocalTime { .. } => false,
    }
}

/// Bars to add to a need in a timeframe coarser than the scenario's interval: a window may begin inside one
/// of its bars, and that bar, counted among those before the window, is not closed yet.
pub fn bars_in_the_making(timeframe: Interval, base: Interval) -> u32 {
    u32::from(timeframe > base)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{BarField, Formula, Thousandths, Zone};

    #[test]
    fn windows_need_their_length_and_recursions_a_multiple() {
        let k = Thousandths(2000);
        let needs = [
            (IndicatorSpec::Field(BarField::Close), 1),
            (IndicatorSpec::Sma { n: 20 }, 20),
            (IndicatorSpec::BollingerUpper { n: 20, k }, 20),
            (IndicatorSpec::BollingerLower { n: 20, k }, 20),
            (IndicatorSpec::Stddev { n: 7 }, 7),
            (IndicatorSpec::VolumeSma { n: 9 }, 9),
            (IndicatorSpec::DonchianHigh { n: 20 }, 21),
            (IndicatorSpec::DonchianLow { n: 10 }, 11),
            (IndicatorSpec::Roc { n: 5 }, 6),
            (IndicatorSpec::Ema { n: 50 }, 200),
            (IndicatorSpec::Rsi { n: 14 }, 56),
            (IndicatorSpec::Atr { n: 14 }, 56),
            (IndicatorSpec::Adx { n: 14 }, 112),
            (IndicatorSpec::MacdLine { fast: 12, slow: 26 }, 104),
            (IndicatorSpec::MacdSignal { fast: 12, slow: 26, signal: 9 }, 140),
            (IndicatorSpec::Highest { n: 20 }, 20),
            (IndicatorSpec::Stochastic { n: 14 }, 14),
            (IndicatorSpec::Cci { n: 20 }, 20),
            (IndicatorSpec::Mfi { n: 14 }, 15),
            (IndicatorSpec::Obv, 1),
            (IndicatorSpec::Vwap { zone: Zone::UTC }, 1_500),
        ];
        for (spec, need) in needs {
            assert_eq!(bars_needed(&spec, Interval::MINUTE), need, "{spec:?}");
        }
        assert_eq!(bars_needed(&IndicatorSpec::Ema { n: u32::MAX }, Interval::MINUTE), u32::MAX);
        assert_eq!(bars_needed(&IndicatorSpec::Vwap { zone: Zone::UTC }, Interval::DAY), 2);
    }

    #[test]
    fn an_indicator_of_a_column_needs_the_sum_of_both() {
        // Three values of rsi(14), of which the first needs 56 bars.
        let smooth = IndicatorSpec::Sma { n: 3 }.over(Formula::Column(IndicatorSpec::Rsi { n: 14 }));
        assert_eq!(bars_needed(&smooth, Interval::MINUTE), 58);
        let twice = IndicatorSpec::Highest { n: 5 }.over(Formula::Column(smooth.clone()));
        assert_eq!(bars_needed(&twice, Interval::MINUTE), 62);
        assert!(remembers_its_start(&smooth) && remembers_its_start(&twice));
        let forgets = IndicatorSpec::Sma { n: 3 }.over(Formula::Column(IndicatorSpec::Roc { n: 1 }));
        assert!(!remembers_its_start(&forgets));
    }

    #[test]
    fn a_coarser_timeframe_has_a_bar_in_the_making() {
        let hour = Interval::new(Span::from_seconds(3600)).unwrap();
        assert_eq!(bars_in_the_making(hour, Interval::MINUTE), 1);
        assert_eq!(bars_in_the_making(hour, hour), 0);
    }
}
