//! Bars in the unit of the range's start.

use super::ratio::Ratio;
use super::series::Split;
use crate::domain::{Price, Timestamp};
use crate::market::bars::Bars;
use crate::market::unit::{PRICE_CEILING, TOLERANCE};

/// How many units of `at` one unit of `start` has become; of an earlier `at`, the fraction that it was.
pub(super) fn ratio_at(splits: &[Split], start: Timestamp, at: Timestamp) -> Option<Ratio> {
    splits.iter().try_fold(Ratio::ONE, |ratio, split| {
        if start < split.at && split.at <= at {
            ratio.then(split.ratio)
        } else if at < split.at && split.at <= start {
            ratio.then(split.ratio.inverse())
        } else {
            Some(ratio)
        }
    })
}

/// Multiplies prices after the splits since `start`, and divides those before the splits until it.
pub(super) fn splits(bars: &mut Bars, splits: &[Split], start: Timestamp) -> Result<(), String> {
    let mut from = 0;
    let ends = splits.iter().map(|split| bars.first_row_from(split.at)).chain([bars.len()]);
    let ends: Vec<usize> = ends.collect();
    for end in ends {
        if end > from {
            let ratio = ratio_at(splits, start, bars.ts[from]);
            let ratio = ratio.ok_or_else(|| "hold splits whose product is no number".to_owned())?;
            if ratio != Ratio::ONE {
                scale(bars, from..end, ratio)?;
            }
        }
        from = from.max(end);
    }
    bars.round_prices();
    Ok(())
}

fn scale(bars: &mut Bars, rows: std::ops::Range<usize>, ratio: Ratio) -> Result<(), String> {
    for row in rows {
        let at = bars.ts[row];
        for price in [&mut bars.open[row], &mut bars.high[row], &mut bars.low[row], &mut bars.close[row]] {
            let before = *price;
            let after = ratio.of_price(Price::from_f64(before)).map(Price::to_f64);
            let exact = before * ratio.to_f64();
            let held = |after: &f64| *after <= PRICE_CEILING && (after - exact).abs() <= TOLERANCE * exact;
            *price = after.filter(held).ok_or_else(|| {
                format!("make a price of {exact} at {at}, which eight decimal places cannot hold")
            })?;
        }
        bars.volume[row] /= ratio.to_f64();
    }
    Ok(())
}
