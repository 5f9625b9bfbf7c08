//! Reads `trades.parquet` back: an agent's round trips in exact values.

use std::collections::BTreeMap;
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_array::types::{Float64Type, TimestampMicrosecondType, UInt32Type, UInt64Type};

use super::columns::{self, numbers, strings};
use super::folders::agent_folder;
use super::{StoreError, money};
use crate::domain::{Cash, Price, Qty, Timestamp};

/// One stored round trip; see [`crate::engine::RoundTrip`].
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct TradeRow {
    /// The window's number.
    pub window: u32,
    /// Symbol traded.
    pub symbol: String,
    /// `closed` or `open`.
    pub state: String,
    /// `long` or `short`; absent in runs without an instrument on margin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub side: Option<String>,
    /// Time of the first fill.
    pub entry_at: Timestamp,
    /// Its tick, from 0 at the window's first; 0 for a position that was brought into the window.
    pub entry_tick: u64,
    /// Time of the last fill; of the last tick's close for an open one.
    pub exit_at: Timestamp,
    /// Tick of the exit.
    pub exit_tick: u64,
    /// Bought in all.
    pub quantity: Qty,
    /// Average price of the buys.
    pub entry_price: Price,
    /// Average price of the sells.
    pub exit_price: Price,
    /// Fees of all its fills.
    pub fees: Cash,
    /// Net of all fees.
    pub pnl: Cash,
    /// `pnl` over the cost of the buys, as a fraction.
    pub return_fraction: f64,
    /// Worst excursion, quote currency.
    pub mae: Cash,
    /// Best excursion, quote currency.
    pub mfe: Cash,
    /// Number of fills.
    pub fills: u32,
    /// Reason of the order that opened it.
    pub entry_reason: String,
    /// Reason of the order that closed it; `open` while open.
    pub exit_reason: String,
    /// Whether the first fill was at the close of its bar: then the bar of its day ended at `entry_at`. Known where
    /// all times of the file are midnights.
    #[serde(skip)]
    pub entered_at_close: bool,
    /// The same of the last fill, and of the close that values an open one.
    #[serde(skip)]
    pub exited_at_close: bool,
}

/// All round trips of an agent, in the file's order: by window, then by exit.
///
/// # Errors
/// Where the run has no such agent, or its file cannot be read or is not what it should be.
pub fn trades(run_folder: &Path, agent: &str) -> Result<Vec<TradeRow>, StoreError> {
    let path = agent_folder(run_folder, agent).join("trades.parquet");
    let mut rows = Vec::new();
    columns::read(&path, "table of trades", |batch| {
        rows.extend(rows_of(batch)?);
        Ok(())
    })?;
    if rows.iter().flat_map(|row| [row.entry_at, row.exit_at]).all(Timestamp::is_midnight) {
        mark_closes(&mut rows, &agent_folder(run_folder, agent).join("equity.parquet"))?;
    }
    Ok(rows)
}

/// Marks the fills at closes of bars. The equity curve has the open of every tick, or the numbers of those it has.
fn mark_closes(rows: &mut [TradeRow], curve: &Path) -> Result<(), StoreError> {
    let mut opens: BTreeMap<(u32, u64), Timestamp> = BTreeMap::new();
    if !rows.is_empty() {
        let mut next = (0, 0);
        columns::read(curve, "equity curve", |batch| {
            let (ts, windows) =
                (numbers::<TimestampMicrosecondType>(batch, "ts")?, numbers::<UInt32Type>(batch, "window")?);
            let ticks =
                batch.column_by_name("tick").map(|_| numbers::<UInt64Type>(batch, "tick")).transpose()?;
            for (row, (&window, &at)) in windows.iter().zip(ts).enumerate() {
                let counted = if next.0 == window { next.1 } else { 0 };
                let tick = ticks.map_or(counted, |ticks| ticks[row]);
                opens.insert((window, tick), Timestamp::from_micros(at));
                next = (window, tick + 1);
            }
            Ok(())
        })?;
    }
    for row in rows {
        // The close of a tick is the open of the next.
        let at = |tick: u64| opens.get(&(row.window, tick + 1)).copied();
        row.entered_at_close = at(row.entry_tick) == Some(row.entry_at);
        row.exited_at_close = at(row.exit_tick) == Some(row.exit_at);
    }
    Ok(())
}

fn rows_of(batch: &RecordBatch) -> Result<Vec<TradeRow>, String> {
    let text = |name| strings(batch, name);
    let money = |name| money::units(batch, name);
    let times = |name| numbers::<TimestampMicrosecondType>(batch, name);
    let ticks = |name| numbers::<UInt64Type>(batch, name);
    let (symbol, state) = (text("symbol")?, text("state")?);
    let sides = batch.column_by_name("side").map(|_| text("side")).transpose()?;
    let (entry_reason, exit_reason) = (text("entry_reason")?, text("exit_reason")?);
    let (window, fills) = (numbers::<UInt32Type>(batch, "window")?, numbers::<UInt32Type>(batch, "fills")?);
    let (entry_at, exit_at) = (times("entry_at")?, times("exit_at")?);
    let (entry_tick, exit_tick) = (ticks("entry_tick")?, ticks("exit_tick")?);
    let (quantity, fees, pnl) = (money("quantity")?, money("fees")?, money("pnl")?);
    let (entry_price, exit_price) = (money("entry_price")?, money("exit_price")?);
    let (mae, mfe) = (money("mae")?, money("mfe")?);
    let returns = numbers::<Float64Type>(batch, "return_fraction")?;
    let row = |i: usize| TradeRow {
        window: window[i],
        symbol: symbol[i].to_owned(),
        state: state[i].to_owned(),
        side: sides.as_ref().map(|sides| sides[i].to_owned()),
        entry_at: Timestamp::from_micros(entry_at[i]),
        entry_tick: entry_tick[i],
        exit_at: Timestamp::from_micros(exit_at[i]),
        exit_tick: exit_tick[i],
        quantity: Qty::from_units(quantity[i]),
        entry_price: Price::from_units(entry_price[i]),
        exit_price: Price::from_units(exit_price[i]),
        fees: Cash::from_units(fees[i]),
        pnl: Cash::from_units(pnl[i]),
        return_fraction: returns[i],
        mae: Cash::from_units(mae[i]),
        mfe: Cash::from_units(mfe[i]),
        fills: fills[i],
        entry_reason: entry_reason[i].to_owned(),
        exit_reason: exit_reason[i].to_owned(),
        entered_at_close: false,
        exited_at_close: false,
    };
    Ok((0..batch.num_rows()).map(row).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{RunWriter, fixture};

    #[test]
    fn decimals_and_times_read_back_exactly() {
        let out = tempfile::tempdir().unwrap();
        let mut tournament = fixture::tournament();
        let trip = &mut tournament.agents[0].windows[0].replay.round_trips[0];
        trip.quantity = "123456789012.00000001".parse().unwrap();
        trip.mae = "-0.00000001".parse().unwrap();
        let trip = trip.clone();
        let stored = RunWriter::open(out.path(), fixture::run()).unwrap().finish(&tournament).unwrap();
        let rows = trades(&stored.folder, "trend, fast").unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].quantity, trip.quantity);
        assert_eq!(rows[0].mae, trip.mae);
        assert_eq!(rows[0].pnl, trip.pnl);
        assert_eq!(rows[0].return_fraction.to_bits(), trip.return_fraction.to_bits());
        assert_eq!((rows[0].entry_at, rows[0].exit_at), (trip.entry_at, trip.exit_at));
        assert_eq!((rows[0].entry_tick, rows[0].exit_tick), (1, 3));
        assert_eq!((rows[0].symbol.as_str(), rows[0].exit_reason.as_str()), ("BTC", "cross"));
        assert!(trades(&stored.folder, "idle").unwrap().is_empty());
    }

    #[test]
    fn a_damaged_file_is_an_error_and_names_the_file() {
        let out = tempfile::tempdir().unwrap();
        let stored =
            RunWriter::open(out.path(), fixture::run()).unwrap().finish(&fixture::tournament()).unwrap();
        let path = stored.folder.join("agents/idle/trades.parquet");
        std::fs::write(&path, "not parquet").unwrap();
        let error = trades(&stored.folder, "idle").unwrap_err();
        assert!(error.to_string().contains("trades.parquet"), "{error}");
        assert!(matches!(trades(&stored.folder, "nobody"), Err(StoreError::Read { .. })));
    }
}
