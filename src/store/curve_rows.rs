//! Reads `equity.parquet` back: an agent's curve, window by window, part by part.

use std::ops::Range;
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_array::types::{Float64Type, TimestampMicrosecondType, UInt32Type};

use super::folders::agent_folder;
use super::{StoreError, columns, money};
use crate::domain::Cash;

/// One row of a curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurveRow {
    /// The window's number.
    pub window: u32,
    /// Open of the bar, microseconds since 1970.
    pub at: i64,
    /// Marked at the close, quote currency.
    pub equity: f64,
    /// Below its peak in this window, as a fraction; at most 0.
    pub drawdown: f64,
    /// Of the equity, in cash.
    pub cash: f64,
    /// Value of long positions.
    pub long: f64,
    /// Value of short positions, positive; 0 in runs of older versions, which do not have it.
    pub short: f64,
}

/// Hands an agent's curve to `take`, row by row: by window, then by time.
///
/// # Errors
/// Where the agent's file cannot be read or is not what it should be.
pub fn curve(run_folder: &Path, agent: &str, mut take: impl FnMut(CurveRow)) -> Result<(), StoreError> {
    let path = agent_folder(run_folder, agent).join("equity.parquet");
    columns::read(&path, "table of equity", |batch| each(batch, 0..batch.num_rows(), &mut take))
}

fn each(batch: &RecordBatch, rows: Range<usize>, take: &mut impl FnMut(CurveRow)) -> Result<(), String> {
    let window = columns::numbers::<UInt32Type>(batch, "window")?;
    let at = columns::numbers::<TimestampMicrosecondType>(batch, "ts")?;
    let equity = money::units(batch, "equity")?;
    let cash = money::units(batch, "cash")?;
    let drawdown = columns::numbers::<Float64Type>(batch, "drawdown")?;
    let signed = |name: &str| batch.column_by_name(name).map(|_| money::units(batch, name));
    let positions = signed("net").transpose()?.zip(signed("gross").transpose()?);
    // Cash changes at fills alone.
    let mut held = (0, 0.0);
    for row in rows {
        let equity = Cash::from_units(equity[row]).to_f64();
        if cash[row] != held.0 {
            held = (cash[row], Cash::from_units(cash[row]).to_f64());
        }
        let cash = held.1;
        // What is not cash is invested, where there is no margin.
        let (long, short) = positions.as_ref().map_or((equity - cash, 0.0), |(net, gross)| {
            let half = |units: i128| Cash::from_units(units).to_f64() / 2.0;
            (half(gross[row] + net[row]), half(gross[row] - net[row]))
        });
        take(CurveRow {
            window: window[row],
            at: at[row],
            equity,
            drawdown: drawdown[row],
            cash,
            long,
            short,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{RunWriter, fixture};

    #[test]
    fn a_curve_reads_back_as_written() {
        let out = tempfile::tempdir().unwrap();
        let stored =
            RunWriter::open(out.path(), fixture::run()).unwrap().finish(&fixture::tournament()).unwrap();
        let mut rows = Vec::new();
        curve(&stored.folder, "trend, fast", |row| rows.push(row)).unwrap();
        assert_eq!(rows.len(), 5);
        assert_eq!((rows[4].window, rows[4].equity), (0, 101.5));
        assert_eq!(rows[4].at, fixture::day(5).micros());
        assert!((rows[4].drawdown - (101.5 / 103.98 - 1.0)).abs() < 1e-15);
        assert!(matches!(curve(&stored.folder, "nobody", |_| ()), Err(StoreError::Read { .. })));
    }
}
