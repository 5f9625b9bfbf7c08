//! Which formula an [`IndicatorSpec`] names. The formulas are in files by family.

use std::ops::Range;
use std::sync::Arc;

use super::directional::{Ranges, adx, atr};
use super::exact::Sums;
use super::{average, band, cci, composed, donchian, macd, mfi, obv, roc, rsi, session, stochastic};
use crate::domain::{BarField, IndicatorSpec, Thousandths};
use crate::market::Bars;

/// The column of `spec` over `rows` of `bars` (cut to the bars that there are): one value a row, NaN while
/// the indicator warms up.
///
/// How many rows that takes: none for a field, OBV and the local time, `n - 1` for averages, deviations, bands, extremes
/// and CCI, `n` for RSI, ATR, ROC, MFI and the Donchian channel, `2 n - 1` for ADX, `max(fast, slow) - 1` for the MACD
/// line and `signal - 1` more for its signal. An indicator of a column begins so long after that column. A period of 0
/// counts as 1.
///
/// A value depends on the rows of the range up to its own. SMA, standard deviation, Bollinger, Donchian, extremes,
/// stochastic, CCI, MFI, ROC and the volume average depend on their own period only: wherever the range starts, the
/// value is the same to the last bit. So it is with VWAP from the range's second session on. EMA, MACD, RSI, ATR and ADX
/// remember their range's start, ever more faintly; OBV counts from it.
pub fn compute(spec: &IndicatorSpec, bars: &Bars, rows: Range<usize>) -> Vec<f64> {
    let sums = |name| Arc::new(Sums::of(field(bars, name), rows.clone()));
    compute_with(spec, bars, rows.clone(), &sums)
}

/// [`compute`] with sums over a field that reach over the rows at least, made here or by somebody before.
pub(super) fn compute_with(
    spec: &IndicatorSpec,
    bars: &Bars,
    rows: Range<usize>,
    sums: &dyn Fn(BarField) -> Arc<Sums>,
) -> Vec<f64> {
    let end = rows.end.min(bars.len());
    let rows = rows.start.min(end)..end;
    let close = &bars.close[rows.clone()];
    match *spec {
        IndicatorSpec::Field(name) => field(bars, name)[rows].to_vec(),
        IndicatorSpec::Sma { n } => sums(BarField::Close).means(close, rows, period(n)),
        IndicatorSpec::Ema { n } => average::ema(close, period(n)),
        IndicatorSpec::Rsi { n } => rsi::rsi(close, period(n)),
        IndicatorSpec::MacdLine { fast, slow } => macd::line(close, period(fast), period(slow)),
        IndicatorSpec::MacdSignal { fast, slow, signal } => {
            macd::signal(close, period(fast), period(slow), period(signal))
        }
        IndicatorSpec::BollingerUpper { n, k } => {
            let means = sums(BarField::Close).means(close, rows.clone(), period(n));
            band::bollinger(&means, close, period(n), width(k))
        }
        IndicatorSpec::BollingerLower { n, k } => {
            let means = sums(BarField::Close).means(close, rows.clone(), period(n));
            band::bollinger(&means, close, period(n), -width(k))
        }
        IndicatorSpec::Atr { n } => atr(ranges(bars, rows), period(n)),
        IndicatorSpec::Adx { n } => adx(ranges(bars, rows), period(n)),
        IndicatorSpec::DonchianHigh { n } => donchian::highest_before(&bars.high[rows], period(n)),
        IndicatorSpec::DonchianLow { n } => donchian::lowest_before(&bars.low[rows], period(n)),
        IndicatorSpec::Roc { n } => roc::roc(close, period(n)),
        IndicatorSpec::Stddev { n } => band::stddev(close, period(n)),
        IndicatorSpec::VolumeSma { n } => {
            sums(BarField::Volume).means(&bars.volume[rows.clone()], rows, period(n))
        }
        IndicatorSpec::Highest { n } => donchian::highest(&bars.high[rows], period(n)),
        IndicatorSpec::Lowest { n } => donchian::lowest(&bars.low[rows], period(n)),
        IndicatorSpec::Stochastic { n } => stochastic::stochastic(ranges(bars, rows), period(n)),
        IndicatorSpec::Cci { n } => cci::cci(ranges(bars, rows), period(n)),
        IndicatorSpec::Mfi { n } => mfi::mfi(ranges(bars, rows.clone()), &bars.volume[rows], period(n)),
        IndicatorSpec::Obv => obv::obv(close, &bars.volume[rows]),
        IndicatorSpec::Vwap { zone } => session::vwap(bars, rows, zone),
        IndicatorSpec::LocalTime { part, zone } => session::local_time(bars, rows, part, zone),
        IndicatorSpec::Over { ref indicator, ref source } => {
            let column = |spec: &IndicatorSpec| compute_with(spec, bars, rows.clone(), sums);
            composed::over(indicator, &composed::formula(source, rows.len(), &column))
        }
    }
}

fn period(n: u32) -> usize {
    n.max(1) as usize
}

/// A band's width in standard deviations.
pub(super) fn width(k: Thousandths) -> f64 {
    f64::from(k.0) / 1000.0
}

/// A field of the bars.
pub(super) fn field(bars: &Bars, name: BarField) -> &[f64] {
    match name {
        BarField::Open => &bars.open,
        BarField::High => &bars.high,
        BarField::Low => &bars.low,
        BarField::Close => &bars.close,
        BarField::Volume => &bars.volume,
    }
}

fn ranges(bars: &Bars, rows: Range<usize>) -> Ranges<'_> {
    Ranges { high: &bars.high[rows.clone()], low: &bars.low[rows.clone()], close: &bars.close[rows] }
}
