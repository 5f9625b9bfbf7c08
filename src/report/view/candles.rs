//! Prices for the charts of agents: candles, and the indicator lines that strategies look at.
//!
//! Owns how many of them a page carries. Lines have a value for each candle, so that times are in the page once.

use std::collections::HashMap;

use serde::Serialize;

use super::series::{Series, significant};
use super::trades::Trades;
use crate::store::{self, Candle, LineSeries, StoreError, StoredRun};

/// Symbols whose prices a page carries.
const SYMBOLS: usize = 24;
/// Points of all closes together, of runs without candles.
const POINTS: usize = 24_000;
/// Candles of all symbols together.
const CANDLES: usize = 9_000;
/// Values of all lines together.
const VALUES: usize = 90_000;
/// The same on a page of more agents than [`MANY`], which has little room.
const VALUES_OF_MANY: usize = 30_000;
const MANY: usize = 500;

/// One symbol's prices.
#[derive(Debug, Serialize)]
pub(in crate::report) struct Price {
    pub symbol: String,
    /// Closes, where there are no candles.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub close: Option<Series>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub candles: Option<Candles>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<Line>,
}

/// Candles as columns.
#[derive(Debug, Default, PartialEq, Serialize)]
pub(in crate::report) struct Candles {
    /// Seconds since the candle before (the first: since 1970).
    t: Vec<i64>,
    o: Vec<f64>,
    h: Vec<f64>,
    l: Vec<f64>,
    c: Vec<f64>,
}

impl Candles {
    /// When each one opens, in seconds since 1970.
    #[expect(clippy::cast_precision_loss, reason = "seconds of this century")]
    pub fn times(&self) -> Vec<f64> {
        self.opens().map(|at| at as f64).collect()
    }

    fn opens(&self) -> impl Iterator<Item = i64> {
        self.t.iter().scan(0, |at, step| {
            *at += step;
            Some(*at)
        })
    }

    /// Time, open, high, low, close; as many neighbours as one as leave at most `most`.
    #[expect(clippy::cast_precision_loss, reason = "seconds of this century")]
    pub fn gathered(&self, most: usize) -> Vec<[f64; 5]> {
        // Times are only passed on, here in seconds.
        let one = |(index, at): (usize, i64)| Candle {
            at,
            open: self.o[index],
            high: self.h[index],
            low: self.l[index],
            close: self.c[index],
        };
        let all: Vec<Candle> = self.opens().enumerate().map(one).collect();
        let columns = |one: Candle| [one.at as f64, one.open, one.high, one.low, one.close];
        gathered(&all, most).into_iter().map(columns).collect()
    }
}

/// An indicator line.
#[derive(Debug, PartialEq, Serialize)]
pub(in crate::report) struct Line {
    /// `sma(20)`.
    pub name: String,
    /// `price`, or what it shares an axis with.
    pub pane: String,
    /// Value at the close of each candle.
    pub v: Vec<Option<f64>>,
}

/// Prices of the symbols that somebody traded, the first ones where there are too many.
pub(super) fn prices(stored: &StoredRun, trades: &[Trades]) -> Result<Vec<Price>, StoreError> {
    let is_traded = |symbol: &str| trades.iter().any(|one| one.symbols.iter().any(|name| name == symbol));
    let mut all = store::candles(&stored.folder)?;
    if all.is_empty() {
        return closes(stored, is_traded);
    }
    all.retain(|series| is_traded(&series.symbol));
    all.truncate(SYMBOLS);
    let mut lines: HashMap<String, Vec<LineSeries>> = HashMap::new();
    for line in store::lines(&stored.folder)? {
        lines.entry(line.symbol.clone()).or_default().push(line);
    }
    let most = CANDLES / all.len().max(1);
    let mut room = if stored.run.agents.len() > MANY { VALUES_OF_MANY } else { VALUES };
    let price = |series: store::CandleSeries| {
        let gathered = gathered(&series.candles, most);
        let mut own = lines.remove(&series.symbol).unwrap_or_default();
        own.retain(|_| {
            let fits = room >= gathered.len();
            room -= if fits { gathered.len() } else { 0 };
            fits
        });
        Price {
            symbol: series.symbol,
            close: None,
            lines: own.into_iter().map(|line| along(line, &series.candles, &gathered)).collect(),
            candles: Some(columns(&gathered)),
        }
    };
    Ok(all.into_iter().map(price).collect())
}

fn closes(stored: &StoredRun, is_traded: impl Fn(&str) -> bool) -> Result<Vec<Price>, StoreError> {
    let mut all = store::prices(&stored.folder)?;
    all.retain(|series| is_traded(&series.symbol));
    all.truncate(SYMBOLS);
    let points = POINTS / all.len().max(1);
    let price = |series: store::PriceSeries| {
        let mut downsampler = store::Downsampler::new(series.points.len(), points.min(1_500));
        series.points.iter().for_each(|&(at, close)| downsampler.push(at, close));
        let close = Some(Series::new(downsampler.finish()));
        Price { symbol: series.symbol, close, candles: None, lines: Vec::new() }
    };
    Ok(all.into_iter().map(price).collect())
}

/// As many neighbours as one as leave at most `most`.
fn gathered(candles: &[Candle], most: usize) -> Vec<Candle> {
    let size = candles.len().div_ceil(most.max(1)).max(1);
    let one = |part: &[Candle]| {
        let (first, last) = (part[0], part[part.len() - 1]);
        part.iter().fold(Candle { close: last.close, ..first }, |all, next| Candle {
            high: all.high.max(next.high),
            low: all.low.min(next.low),
            ..all
        })
    };
    candles.chunks(size).map(one).collect()
}

fn columns(candles: &[Candle]) -> Candles {
    let mut all = Candles::default();
    let mut before = 0;
    for candle in candles {
        let seconds = candle.at.div_euclid(1_000_000);
        all.t.push(seconds - before);
        before = seconds;
        all.o.push(significant(candle.open));
        all.h.push(significant(candle.high));
        all.l.push(significant(candle.low));
        all.c.push(significant(candle.close));
    }
    all
}

/// The line's last value in each of the gathered candles.
fn along(line: LineSeries, candles: &[Candle], gathered: &[Candle]) -> Line {
    let mut values = vec![None; gathered.len()];
    let mut points = line.points.iter().peekable();
    let mut index = 0;
    for candle in candles {
        while gathered.get(index + 1).is_some_and(|next| next.at <= candle.at) {
            index += 1;
        }
        while points.peek().is_some_and(|point| point.0 < candle.at) {
            points.next();
        }
        if let Some(point) = points.next_if(|point| point.0 == candle.at) {
            values[index] = Some(significant(point.1));
        }
    }
    Line { name: line.line, pane: line.pane, v: values }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candles() -> Vec<Candle> {
        let one = |at: i32| {
            let price = f64::from(at);
            Candle { at: i64::from(at), open: price, high: price + 1.0, low: price - 1.0, close: price + 0.5 }
        };
        (0..5).map(one).collect()
    }

    #[test]
    fn neighbours_become_one_candle() {
        let found = gathered(&candles(), 3);
        assert_eq!(found[0], Candle { at: 0, open: 0.0, high: 2.0, low: -1.0, close: 1.5 });
        assert_eq!((found.len(), found[2].open), (3, 4.0));
        assert_eq!(gathered(&candles(), 100), candles());
    }

    #[test]
    fn a_picture_gathers_candles_once_more() {
        let all = columns(&candles());
        assert_eq!(all.gathered(100).len(), 5);
        let few = all.gathered(2);
        assert_eq!(few, [[0.0, 0.0, 3.0, -1.0, 2.5], [0.0, 3.0, 5.0, 2.0, 4.5]]);
    }

    #[test]
    fn a_line_has_the_last_value_of_each_candle() {
        let line = LineSeries {
            symbol: "A".to_owned(),
            line: "sma(2)".to_owned(),
            pane: "price".to_owned(),
            points: vec![(1, 10.0), (2, 20.0), (4, 40.0)],
        };
        let (all, few) = (candles(), gathered(&candles(), 3));
        assert_eq!(along(line, &all, &few).v, [Some(10.0), Some(20.0), Some(40.0)]);
    }
}
