//! `rsi_reversion` and `bollinger_reversion`: buy what has fallen far, sell what has come back.

use std::collections::BTreeMap;
use std::ops::Range;

use super::on_state::{self, OnState, Reasons, Signal, Which, above, named};
use crate::domain::{BarField, IndicatorSpec, Interval, SymbolId};
use crate::indicator::{Feed, word};
use crate::market::BLOCK;
use crate::scenario::{StrategyKind, StrategySpec};
use crate::strategy::{Setup, reader};

/// `rsi_reversion`: enters while RSI(`period`, default 14) is below `entry_below` (30) and nothing is held,
/// leaves while it is above `exit_above` (70). Warm-up: 4 `period` bars. Acts when a bar of the timeframe
/// closes; see [`OnState`] for refused orders.
pub(in crate::strategy) fn by_rsi<'m>(
    spec: &StrategySpec,
    setup: &Setup<'m>,
    period: u32,
    entry_below: f64,
    exit_above: f64,
) -> OnState<Rsi<'m>> {
    let reasons = Reasons { entry: "rsi_low", exit: "rsi_high" };
    OnState::new(spec, setup, reasons, |symbol| Rsi {
        rsi: reader::open(spec, setup, symbol, &IndicatorSpec::Rsi { n: period }),
        period,
        entry_below,
        exit_above,
    })
}

/// `bollinger_reversion`: enters while the close is below SMA(`period`, default 20) less `width` (2)
/// standard deviations and nothing is held, leaves while it is above SMA(`period`). Warm-up: `period` bars.
/// Acts when a bar of the timeframe closes; see [`OnState`] for refused orders.
pub(in crate::strategy) fn by_bollinger<'m>(
    spec: &StrategySpec,
    setup: &Setup<'m>,
    period: u32,
    width: f64,
) -> OnState<Bollinger<'m>> {
    let reasons = Reasons { entry: "below_band", exit: "above_middle" };
    OnState::new(spec, setup, reasons, |symbol| Bollinger::new(spec, setup, symbol, (period, width)))
}

/// Computes the entries of all widths of a period in one pass over the columns that they share, for strategies that are prepared
/// next.
pub(in crate::strategy) fn share_bands<'s>(specs: impl Iterator<Item = &'s StrategySpec>, setup: &Setup<'_>) {
    type Widths<'s> = Vec<(&'s StrategySpec, f64)>;
    let mut groups: BTreeMap<(SymbolId, Interval, u32), Widths<'_>> = BTreeMap::new();
    for spec in specs {
        let StrategyKind::BollingerReversion { period, width } = spec.kind else { continue };
        for &symbol in &spec.symbols {
            groups.entry((symbol, spec.timeframe, period)).or_default().push((spec, width));
        }
    }
    for ((symbol, timeframe, period), mut widths) in groups {
        widths.sort_by(|a, b| a.1.total_cmp(&b.1));
        widths.dedup_by_key(|(_, width)| width.to_bits());
        if widths.len() > 1 {
            let band = |(spec, width)| Bollinger::new(spec, setup, symbol, (period, width));
            let bands: Vec<Bollinger<'_>> = widths.into_iter().map(band).collect();
            let key = |band: &Bollinger<'_>| {
                let [entry, _] = band.conditions();
                reader::words_key(setup, symbol, named(timeframe, &entry))
            };
            let keys: Vec<_> = bands.iter().map(key).collect();
            setup.history.cache.bits_together(&keys, || entries_of(&bands, reader::blocks(setup, symbol)));
        }
    }
}

/// The words of the entries of bands of one period, the narrowest first. What is not below a band is not below a wider one:
/// rounding keeps the order of their distances.
fn entries_of(bands: &[Bollinger<'_>], blocks: Range<usize>) -> Vec<Vec<u64>> {
    let mut all = vec![vec![0; blocks.end]; bands.len()];
    for block in blocks {
        for (words, band) in all.iter_mut().zip(bands) {
            words[block] = on_state::holds(band, Which::Entry, block);
            if words[block] == 0 {
                break;
            }
        }
    }
    all
}

/// The signal of `rsi_reversion`.
pub(in crate::strategy) struct Rsi<'m> {
    rsi: Feed<'m>,
    period: u32,
    entry_below: f64,
    exit_above: f64,
}

impl Signal for Rsi<'_> {
    fn feed(&self) -> &Feed<'_> {
        &self.rsi
    }

    fn conditions(&self) -> [String; 2] {
        let Self { period, entry_below, exit_above, .. } = self;
        [format!("rsi({period}) < {entry_below:?}"), format!("rsi({period}) > {exit_above:?}")]
    }

    fn enters(&self, row: usize) -> bool {
        self.rsi.at(row) < self.entry_below
    }

    fn exits(&self, row: usize) -> bool {
        self.rsi.at(row) > self.exit_above
    }

    fn enters_in(&self, block: usize) -> u64 {
        self.rsi.column().map_or(0, |rsi| rsi.below_number(self.entry_below, block))
    }

    fn exits_in(&self, block: usize) -> u64 {
        self.rsi.column().map_or(0, |rsi| rsi.above_number(self.exit_above, block))
    }
}

/// The signal of `bollinger_reversion`. The band is made of its parts, which all widths share.
pub(in crate::strategy) struct Bollinger<'m> {
    close: Feed<'m>,
    middle: Feed<'m>,
    deviation: Feed<'m>,
    period: u32,
    /// The lower band's distance from the middle, in deviations, negative; a width is kept to a thousandth.
    lower: f64,
}

impl<'m> Bollinger<'m> {
    fn new(spec: &StrategySpec, setup: &Setup<'m>, symbol: SymbolId, (period, width): (u32, f64)) -> Self {
        Self {
            close: reader::open(spec, setup, symbol, &IndicatorSpec::Field(BarField::Close)),
            middle: reader::open(spec, setup, symbol, &IndicatorSpec::Sma { n: period }),
            deviation: reader::open(spec, setup, symbol, &IndicatorSpec::Stddev { n: period }),
            period,
            lower: -(width * 1000.0).round() / 1000.0,
        }
    }
}

impl Signal for Bollinger<'_> {
    fn feed(&self) -> &Feed<'_> {
        &self.close
    }

    fn conditions(&self) -> [String; 2] {
        let Self { period, lower, .. } = self;
        [format!("close < band({period}, {lower:?})"), format!("close > sma({period})")]
    }

    fn enters(&self, row: usize) -> bool {
        self.close.at(row) < self.middle.at(row) + self.lower * self.deviation.at(row)
    }

    fn exits(&self, row: usize) -> bool {
        self.close.at(row) > self.middle.at(row)
    }

    fn enters_in(&self, block: usize) -> u64 {
        let columns = [&self.close, &self.middle, &self.deviation].map(Feed::column);
        let [Some(close), Some(middle), Some(deviation)] = columns else { return 0 };
        let mut buffers = [[0.0; BLOCK]; 3];
        let [a, b, c] = &mut buffers;
        let (close, middle, deviation) =
            (close.chunk(block, 0, a), middle.chunk(block, 0, b), deviation.chunk(block, 0, c));
        word(|bit| close[bit] < middle[bit] + self.lower * deviation[bit])
    }

    fn exits_in(&self, block: usize) -> u64 {
        above(&self.close, &self.middle, block)
    }
}

#[cfg(test)]
mod tests {
    use crate::scenario::StrategyKind;
    use crate::strategy::testing::{Paper, closes, market, play, played, spec};

    const RSI: StrategyKind = StrategyKind::RsiReversion { period: 1, entry_below: 30.0, exit_above: 70.0 };

    #[test]
    fn rsi_of_one_bar_is_the_last_move() {
        // RSI(1) is 0 after a fall and 100 after a rise: - 100 0 0 100 100 0.
        let market = market(&[closes(&[5.0, 6.0, 5.0, 4.0, 5.0, 6.0, 5.0])]);
        let log = play(&spec(RSI, 1), &market, &mut Paper::new("1000"));
        assert_eq!(played(&log), [(2, "buy rsi_low"), (4, "close rsi_high"), (6, "buy rsi_low")]);
    }

    #[test]
    fn a_refused_entry_waits_for_its_condition_to_end() {
        // RSI(1): - 0 0 0 100 0; the buy of tick 1 is refused, ticks 2 and 3 keep still, tick 5 tries again.
        let market = market(&[closes(&[9.0, 8.0, 7.0, 6.0, 7.0, 6.0, 5.0])]);
        let mut paper = Paper::new("1000").refusing_buys(0..4);
        let log = play(&spec(RSI, 1), &market, &mut paper);
        assert_eq!(played(&log), [(1, "buy rsi_low"), (5, "buy rsi_low")]);
    }

    #[test]
    fn an_entry_condition_met_while_held_does_not_use_up_the_next() {
        // Bought at tick 1, held through the fall at 2, sold after the rise at 3, bought again after 4.
        let market = market(&[closes(&[9.0, 8.0, 7.0, 8.0, 7.0, 7.5])]);
        let log = play(&spec(RSI, 1), &market, &mut Paper::new("1000"));
        let wanted = [(1, "buy rsi_low"), (3, "close rsi_high"), (4, "buy rsi_low"), (5, "close rsi_high")];
        assert_eq!(played(&log), wanted);
    }

    #[test]
    fn bollinger_buys_below_the_band_and_sells_above_the_middle() {
        // n = 3, width 1. Tick 3: 10 10 4: mean 8, deviation 2.83, band 5.17 > 4: enters.
        // Tick 4: 10 4 5: mean 6.33: stays. Tick 5: 4 5 7: mean 5.33 < 7: leaves.
        let kind = StrategyKind::BollingerReversion { period: 3, width: 1.0 };
        let market = market(&[closes(&[10.0, 10.0, 10.0, 4.0, 5.0, 7.0, 7.0])]);
        let log = play(&spec(kind, 1), &market, &mut Paper::new("1000"));
        assert_eq!(played(&log), [(3, "buy below_band"), (5, "close above_middle")]);
    }

    #[test]
    fn a_width_is_kept_to_a_thousandth() {
        // n = 2: 10 and 8, mean 9, deviation 1: at 1.0004, kept as 1, the band is 8, which is not above the close.
        let market = market(&[closes(&[10.0, 8.0, 8.0])]);
        let plays = |width| {
            let kind = StrategyKind::BollingerReversion { period: 2, width };
            !play(&spec(kind, 1), &market, &mut Paper::new("1000")).is_empty()
        };
        assert!(!plays(1.0) && !plays(0.9996) && plays(0.999));
    }
}
