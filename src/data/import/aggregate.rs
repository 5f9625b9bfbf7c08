//! Aggregates trades to bars.
//!
//! A bar opens at its bucket's start in UTC and holds the first, highest, lowest and last price and the total
//! volume; a bucket without trades has no bar. Trades with equal times keep the file's order (reversed if the
//! file is newest first). Memory depends on the number of bars, not of trades: beyond [`KEPT`] bars the
//! oldest are released.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::ImportError;
use super::rows::Trades;
use crate::domain::{Interval, Timestamp};
use crate::market::Bars;

/// Maximum number of bars kept open for late trades.
const KEPT: usize = 1_000_000;

/// Sort key of a trade: its time, its file's number, its position in the file.
type TradeKey = (Timestamp, u32, i64);

/// A bar under construction.
#[derive(Debug, Clone, Copy)]
struct OpenBar {
    first: TradeKey,
    last: TradeKey,
    open: f64,
    high: f64,
    low: f64,
    close: f64,
    volume: f64,
}

/// Aggregates one symbol's trades, file by file.
pub struct Aggregator {
    interval: Interval,
    bars: BTreeMap<Timestamp, OpenBar>,
    /// Bars up to this time have been released.
    released: Option<Timestamp>,
    /// The file with the latest trade so far, and the time of that trade.
    reached: Option<(PathBuf, Timestamp)>,
    file: Option<Current>,
    files: u32,
    kept: usize,
}

/// The file being read.
struct Current {
    path: PathBuf,
    newest_first: bool,
    order: i64,
    first: Timestamp,
    last: Timestamp,
}

impl Aggregator {
    /// An aggregator for bars of this interval.
    pub const fn new(interval: Interval) -> Self {
        Self {
            interval,
            bars: BTreeMap::new(),
            released: None,
            reached: None,
            file: None,
            files: 0,
            kept: KEPT,
        }
    }

    /// Adds trades of a file; returns finished bars.
    pub fn push(&mut self, path: &Path, trades: &Trades) -> Result<Option<Bars>, ImportError> {
        let (Some(&first), Some(&last)) = (trades.ts.first(), trades.ts.last()) else { return Ok(None) };
        let file = self.file.get_or_insert_with(|| Current {
            path: path.to_owned(),
            newest_first: last < first,
            order: 0,
            first,
            last: first,
        });
        let step = if file.newest_first { -1 } else { 1 };
        for row in 0..trades.ts.len() {
            let at = trades.ts[row];
            file.order += step;
            (file.first, file.last) = (file.first.min(at), file.last.max(at));
            let bucket = self.interval.floor(at);
            if self.released.is_some_and(|released| bucket <= released) {
                return Err(ImportError::LateTrade { path: path.to_owned(), at });
            }
            add(&mut self.bars, bucket, (at, self.files, file.order), trades.price[row], trades.volume[row]);
        }
        Ok((self.bars.len() > self.kept).then(|| self.release(self.kept / 2)))
    }

    /// Ends a file; files of a symbol must not overlap in time.
    pub fn end_file(&mut self) -> Result<(), ImportError> {
        let Some(file) = self.file.take() else { return Ok(()) };
        if let Some((first, reached)) = &self.reached
            && file.first < *reached
        {
            return Err(ImportError::OverlappingTrades {
                first: first.clone(),
                second: file.path,
                at: file.first,
            });
        }
        self.files += 1;
        self.reached = Some((file.path, file.last));
        Ok(())
    }

    /// All remaining bars.
    pub fn finish(mut self) -> Bars {
        self.release(0)
    }

    /// Releases the oldest bars until `keep` are left.
    fn release(&mut self, keep: usize) -> Bars {
        let count = self.bars.len().saturating_sub(keep);
        let mut done = Bars::with_capacity(self.interval, count);
        for _ in 0..count {
            let Some((at, aggregator)) = self.bars.pop_first() else { break };
            done.push(
                at,
                [aggregator.open, aggregator.high, aggregator.low, aggregator.close, aggregator.volume],
            );
            self.released = Some(at);
        }
        done
    }
}

fn add(bars: &mut BTreeMap<Timestamp, OpenBar>, bucket: Timestamp, at: TradeKey, price: f64, volume: f64) {
    let fresh =
        OpenBar { first: at, last: at, open: price, high: price, low: price, close: price, volume: 0.0 };
    let bar = bars.entry(bucket).or_insert(fresh);
    if at < bar.first {
        (bar.first, bar.open) = (at, price);
    }
    if at >= bar.last {
        (bar.last, bar.close) = (at, price);
    }
    bar.high = bar.high.max(price);
    bar.low = bar.low.min(price);
    bar.volume += volume;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trades(rows: &[(i64, f64, f64)]) -> Trades {
        let mut trades = Trades::default();
        for &(second, price, volume) in rows {
            trades.push(Timestamp::from_micros(second * 1_000_000), price, volume);
        }
        trades
    }

    const ROWS: [(i64, f64, f64); 6] =
        [(10, 5.0, 1.0), (10, 6.0, 1.0), (59, 4.0, 2.0), (59, 4.5, 1.0), (61, 7.0, 1.0), (200, 8.0, 0.5)];

    fn expected() -> Bars {
        let mut bars = Bars::with_capacity(Interval::MINUTE, 3);
        bars.push(Timestamp::from_micros(0), [5.0, 6.0, 4.0, 4.5, 5.0]);
        bars.push(Timestamp::from_micros(60_000_000), [7.0, 7.0, 7.0, 7.0, 1.0]);
        bars.push(Timestamp::from_micros(180_000_000), [8.0, 8.0, 8.0, 8.0, 0.5]);
        bars
    }

    #[test]
    fn either_direction_gives_the_same_bars() {
        let mut forward = Aggregator::new(Interval::MINUTE);
        forward.push(Path::new("a"), &trades(&ROWS)).unwrap();
        assert_eq!(forward.finish(), expected());
        let mut rows = ROWS;
        rows.reverse();
        let mut backward = Aggregator::new(Interval::MINUTE);
        backward.push(Path::new("a"), &trades(&rows)).unwrap();
        assert_eq!(backward.finish(), expected());
    }

    #[test]
    fn a_bar_may_span_two_files_but_the_files_may_not_overlap() {
        let mut aggregator = Aggregator::new(Interval::MINUTE);
        aggregator.push(Path::new("a"), &trades(&ROWS[..3])).unwrap();
        aggregator.end_file().unwrap();
        aggregator.push(Path::new("b"), &trades(&ROWS[3..])).unwrap();
        aggregator.end_file().unwrap();
        aggregator.push(Path::new("c"), &trades(&[(100, 1.0, 1.0)])).unwrap();
        let error = aggregator.end_file().unwrap_err().to_string();
        assert_eq!(error, "trades in `c` begin before those in `b` end, at 1970-01-01T00:01:40Z");
        assert_eq!(
            {
                let mut two = Aggregator::new(Interval::MINUTE);
                two.push(Path::new("a"), &trades(&ROWS[..3])).unwrap();
                two.end_file().unwrap();
                two.push(Path::new("b"), &trades(&ROWS[3..])).unwrap();
                two.finish()
            },
            expected()
        );
    }

    #[test]
    fn old_bars_are_released_and_late_trades_refused() {
        let mut aggregator = Aggregator { kept: 10, ..Aggregator::new(Interval::MINUTE) };
        let rows: Vec<_> = (0..20).map(|minute| (minute * 60, 1.0, 1.0)).collect();
        let done = aggregator.push(Path::new("a"), &trades(&rows)).unwrap().unwrap();
        assert_eq!(done.len(), 15);
        let error = aggregator.push(Path::new("a"), &trades(&[(0, 1.0, 1.0)])).unwrap_err();
        assert!(error.to_string().contains("long before"), "{error}");
        assert_eq!(aggregator.finish().len(), 5);
    }
}
