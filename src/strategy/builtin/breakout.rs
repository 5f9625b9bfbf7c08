//! `donchian_breakout`: buy what leaves its range upward, sell what leaves it downward.

use super::on_state::{OnState, Reasons, Signal, above};
use crate::domain::{BarField, IndicatorSpec};
use crate::indicator::Feed;
use crate::scenario::StrategySpec;
use crate::strategy::{Setup, reader};

/// `donchian_breakout`: enters while the close is above the highest high of the `entry` (default 20) bars
/// before and nothing is held, leaves while it is below the lowest low of the `exit` (10) bars before.
/// Warm-up: the longer of the two, and the bar itself. Acts when a bar of the timeframe closes; see
/// [`OnState`] for refused orders.
pub(in crate::strategy) fn by_donchian<'m>(
    spec: &StrategySpec,
    setup: &Setup<'m>,
    entry: u32,
    exit: u32,
) -> OnState<Donchian<'m>> {
    let reasons = Reasons { entry: "breakout_up", exit: "breakout_down" };
    OnState::new(spec, setup, reasons, |symbol| Donchian {
        close: reader::open(spec, setup, symbol, &IndicatorSpec::Field(BarField::Close)),
        high: reader::open(spec, setup, symbol, &IndicatorSpec::DonchianHigh { n: entry }),
        low: reader::open(spec, setup, symbol, &IndicatorSpec::DonchianLow { n: exit }),
        periods: [entry, exit],
    })
}

/// The signal of `donchian_breakout`.
pub(in crate::strategy) struct Donchian<'m> {
    close: Feed<'m>,
    high: Feed<'m>,
    low: Feed<'m>,
    /// Of the high and of the low.
    periods: [u32; 2],
}

impl Signal for Donchian<'_> {
    fn feed(&self) -> &Feed<'_> {
        &self.close
    }

    fn conditions(&self) -> [String; 2] {
        let [entry, exit] = self.periods;
        [format!("close > donchian_high({entry})"), format!("close < donchian_low({exit})")]
    }

    fn enters(&self, row: usize) -> bool {
        self.close.at(row) > self.high.at(row)
    }

    fn exits(&self, row: usize) -> bool {
        self.close.at(row) < self.low.at(row)
    }

    fn enters_in(&self, block: usize) -> u64 {
        above(&self.close, &self.high, block)
    }

    fn exits_in(&self, block: usize) -> u64 {
        above(&self.low, &self.close, block)
    }
}

#[cfg(test)]
mod tests {
    use crate::scenario::StrategyKind;
    use crate::strategy::testing::{Paper, closes, market, play, played, spec};

    #[test]
    fn buys_the_new_high_and_sells_the_new_low() {
        // Bars open at the close before. Tick 3: 8 is above the highs 6 and 6: enters. Tick 5: 7 is below
        // the low of the bar before, min(8, 9) = 8: leaves.
        let kind = StrategyKind::DonchianBreakout { entry: 2, exit: 1 };
        let market = market(&[closes(&[5.0, 6.0, 5.0, 8.0, 9.0, 7.0, 7.0])]);
        let log = play(&spec(kind, 1), &market, &mut Paper::new("1000"));
        assert_eq!(played(&log), [(3, "buy breakout_up"), (5, "close breakout_down")]);
    }

    #[test]
    fn a_touch_is_no_breakout() {
        let kind = StrategyKind::DonchianBreakout { entry: 2, exit: 1 };
        let market = market(&[closes(&[5.0, 6.0, 5.0, 6.0, 6.0])]);
        assert!(play(&spec(kind, 1), &market, &mut Paper::new("1000")).is_empty());
    }
}
