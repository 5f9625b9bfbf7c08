//! How many bars an indicator needs before its value can be relied on.

use crate::domain::{IndicatorSpec, Interval};

/// Bars of its own timeframe that `spec` needs, the newest included.
///
/// Windowed indicators need their window. Recursive ones never quite forget their seed: four periods leave
/// less than 0.04 % of the weight on it for an exponential average (`(1 - 2 / (n + 1))^(4n)`, about
/// `e^-8`), and about 2 % for Wilder's (`(1 - 1 / n)^(4n)`, about `e^-4`). The directional index smooths
/// what is smoothed already and asks for twice that.
pub fn bars_needed(spec: IndicatorSpec) -> u32 {
    match spec {
        IndicatorSpec::Field(_) => 1,
        IndicatorSpec::Sma { n }
        | IndicatorSpec::BollingerUpper { n, .. }
        | IndicatorSpec::BollingerLower { n, .. }
        | IndicatorSpec::Stddev { n }
        | IndicatorSpec::VolumeSma { n } => n,
        IndicatorSpec::DonchianHigh { n } | IndicatorSpec::DonchianLow { n } | IndicatorSpec::Roc { n } => {
            n.saturating_add(1)
        }
        IndicatorSpec::Ema { n } | IndicatorSpec::Rsi { n } | IndicatorSpec::Atr { n } => n.saturating_mul(4),
        IndicatorSpec::Adx { n } => n.saturating_mul(8),
        IndicatorSpec::MacdLine { slow, .. } => slow.saturating_mul(4),
        IndicatorSpec::MacdSignal { slow, signal, .. } => slow.saturating_add(signal).saturating_mul(4),
    }
}

/// Whether a value depends on all rows since its column's start, and not only on a window of its own. Two such lines
/// can be compared only where they begin together.
pub const fn remembers_its_start(spec: IndicatorSpec) -> bool {
    match spec {
        IndicatorSpec::Ema { .. }
        | IndicatorSpec::Rsi { .. }
        | IndicatorSpec::Atr { .. }
        | IndicatorSpec::Adx { .. }
        | IndicatorSpec::MacdLine { .. }
        | IndicatorSpec::MacdSignal { .. } => true,
        IndicatorSpec::Field(_)
        | IndicatorSpec::Sma { .. }
        | IndicatorSpec::BollingerUpper { .. }
        | IndicatorSpec::BollingerLower { .. }
        | IndicatorSpec::Stddev { .. }
        | IndicatorSpec::VolumeSma { .. }
        | IndicatorSpec::DonchianHigh { .. }
        | IndicatorSpec::DonchianLow { .. }
        | IndicatorSpec::Roc { .. } => false,
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
    use crate::domain::{BarField, Span, Thousandths};

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
        ];
        for (spec, need) in needs {
            assert_eq!(bars_needed(spec), need, "{spec:?}");
        }
        assert_eq!(bars_needed(IndicatorSpec::Ema { n: u32::MAX }), u32::MAX);
    }

    #[test]
    fn a_coarser_timeframe_has_a_bar_in_the_making() {
        let hour = Interval::new(Span::from_seconds(3600)).unwrap();
        assert_eq!(bars_in_the_making(hour, Interval::MINUTE), 1);
        assert_eq!(bars_in_the_making(hour, hour), 0);
    }
}
