//! The columns of a text, and the conversion of a line to a row.

use super::clock::Clock;
use super::number::Decimals;
use crate::data::import::rows::{Kind, Rows};
use crate::domain::Timestamp;

/// Maximum number of fields of a line.
const MAX_FIELDS: usize = 64;

/// The layout of a text of rows.
#[derive(Debug, Clone, PartialEq)]
pub struct TextLayout {
    /// Field delimiter; fields may be quoted.
    pub delimiter: u8,
    /// Number of lines before the first row: banner and header.
    pub skip: u64,
    /// Format of times.
    pub clock: Clock,
    /// Index of the time column.
    pub time: usize,
    /// Index of the time of day, where it is a separate column.
    pub time_of_day: Option<usize>,
    /// Indexes of the values.
    pub values: Values,
    /// Divisor of prices (LEAN's equities: 10,000).
    pub price_scale: f64,
    /// How numbers are written.
    pub decimals: Decimals,
    /// A column that must be constant, and its value: the symbol.
    pub constant: Option<(usize, String)>,
}

/// Column indexes of the values.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// One bar a row.
    Bars {
        /// Open, high, low, close.
        prices: [usize; 4],
        /// Volume in the base asset; 0 where there is none.
        volume: Option<usize>,
        /// Adjusted close, to which all prices are scaled.
        adjusted_close: Option<usize>,
    },
    /// One trade a row.
    Trades {
        /// Price, or the midpoint of bid and ask.
        price: TradePrice,
        /// Quantity in the base asset; 0 where there is none.
        volume: Option<usize>,
    },
}

/// The price of a tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TradePrice {
    /// Read from this column.
    Column(usize),
    /// The midpoint of bid and ask.
    Middle(usize, usize),
}

impl TextLayout {
    /// A comma-separated layout without a header.
    pub fn plain(clock: Clock, time: usize, values: Values) -> Self {
        Self {
            delimiter: b',',
            skip: 0,
            clock,
            time,
            time_of_day: None,
            values,
            price_scale: 1.0,
            decimals: Decimals::Plain,
            constant: None,
        }
    }

    /// Bars or trades.
    pub const fn kind(&self) -> Kind {
        match self.values {
            Values::Bars { .. } => Kind::Bars,
            Values::Trades { .. } => Kind::Trades,
        }
    }

    /// Number of fields of a line that are needed.
    fn width(&self) -> usize {
        let last = match &self.values {
            Values::Bars { prices, volume, adjusted_close } => {
                prices.iter().chain(volume).chain(adjusted_close).copied().max()
            }
            Values::Trades { price, volume } => {
                let price = match *price {
                    TradePrice::Column(index) => index,
                    TradePrice::Middle(bid, ask) => bid.max(ask),
                };
                Some(price.max(volume.unwrap_or(0)))
            }
        };
        let constant = self.constant.as_ref().map(|(index, _)| *index);
        let others = [Some(self.time), self.time_of_day, constant, last];
        others.into_iter().flatten().max().unwrap_or(0) + 1
    }

    /// Parses all lines of a text; returns the rows and the number of lines. An error has the index of its
    /// line in the text, from 0.
    pub fn parse(&self, text: &str) -> Result<(Rows, u64), (u64, String)> {
        let mut rows = Rows::none(self.kind(), text.len() / 48);
        let width = self.width().min(MAX_FIELDS);
        let mut fields = [""; MAX_FIELDS];
        let mut lines = 0;
        for (at, line) in (0_u64..).zip(text.lines()) {
            lines = at + 1;
            if line.trim_ascii().is_empty() {
                continue;
            }
            self.line(line, &mut fields[..width], &mut rows).map_err(|problem| (at, problem))?;
        }
        Ok((rows, lines))
    }

    fn line<'l>(&self, line: &'l str, fields: &mut [&'l str], rows: &mut Rows) -> Result<(), String> {
        let width = fields.len();
        let found = split(line, self.delimiter, fields);
        if found < width {
            return Err(format!("has {found} fields, where {width} are needed"));
        }
        if let Some((index, expected)) = &self.constant
            && fields[*index] != expected
        {
            let found = fields[*index];
            return Err(format!(
                "is of `{found}`, but earlier lines are of `{expected}`: a file must have one symbol only"
            ));
        }
        let at = self.instant(fields)?;
        match (rows, &self.values) {
            (Rows::Bars(bars), Values::Bars { prices, volume, adjusted_close }) => {
                let mut row = [0.0; 5];
                for (value, index) in row.iter_mut().zip(prices) {
                    *value = self.price(fields[*index])?;
                }
                row[4] = volume.map_or(Ok(0.0), |index| self.volume(fields[index]))?;
                if let Some(index) = adjusted_close {
                    adjust(&mut row, self.value(fields[*index])?);
                }
                bars.push(at, row);
            }
            (Rows::Trades(trades), Values::Trades { price, volume }) => {
                let price = match *price {
                    TradePrice::Column(index) => self.price(fields[index])?,
                    TradePrice::Middle(bid, ask) => {
                        self.price(fields[bid])?.midpoint(self.price(fields[ask])?)
                    }
                };
                trades.push(at, price, volume.map_or(Ok(0.0), |index| self.volume(fields[index]))?);
            }
            // `Rows::none` created rows of this layout's kind.
            (Rows::Bars(_), Values::Trades { .. }) | (Rows::Trades(_), Values::Bars { .. }) => {}
        }
        Ok(())
    }

    fn instant(&self, fields: &[&str]) -> Result<Timestamp, String> {
        match self.time_of_day {
            None => self.clock.read(fields[self.time]),
            Some(index) => self.clock.read(&format!("{} {}", fields[self.time], fields[index])),
        }
    }

    fn value(&self, field: &str) -> Result<f64, String> {
        self.decimals.number(field).ok_or_else(|| format!("`{field}` is not a number"))
    }

    fn volume(&self, field: &str) -> Result<f64, String> {
        self.decimals.volume(field).ok_or_else(|| format!("`{field}` is not a number"))
    }

    fn price(&self, field: &str) -> Result<f64, String> {
        self.value(field).map(|price| if self.price_scale == 1.0 { price } else { price / self.price_scale })
    }
}

/// Scales a bar's prices so that its close is the adjusted close.
fn adjust(row: &mut [f64; 5], adjusted_close: f64) {
    let factor = adjusted_close / row[3];
    for price in &mut row[..3] {
        *price *= factor;
    }
    row[3] = adjusted_close;
    // Rounding must not move the close out of the bar's range.
    row[1] = row[1].max(row[3]);
    row[2] = row[2].min(row[3]);
}

/// Splits a line into its first fields, trimmed and unquoted; returns the number of fields found, at most the
/// length of `fields`.
pub fn split<'l>(line: &'l str, delimiter: u8, fields: &mut [&'l str]) -> usize {
    let bytes = line.as_bytes();
    let (mut start, mut found, mut quoted) = (0, 0, false);
    for (at, &byte) in bytes.iter().enumerate() {
        if byte == b'"' {
            quoted = !quoted;
        } else if byte == delimiter && !quoted {
            if found == fields.len() {
                return found;
            }
            fields[found] = bare(&line[start..at]);
            (start, found) = (at + 1, found + 1);
            if found == fields.len() {
                return found;
            }
        }
    }
    if found < fields.len() {
        fields[found] = bare(&line[start..]);
        found += 1;
    }
    found
}

fn bare(field: &str) -> &str {
    let field = field.trim_ascii();
    field.strip_prefix('"').and_then(|inner| inner.strip_suffix('"')).unwrap_or(field)
}

/// All fields of a line.
pub fn fields(line: &str, delimiter: u8) -> Vec<&str> {
    let mut all = [""; MAX_FIELDS];
    let found = split(line, delimiter, &mut all);
    all[..found].to_vec()
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use super::super::clock::TimeUnit;
    use super::*;

    fn bars() -> TextLayout {
        let values = Values::Bars { prices: [1, 2, 3, 4], volume: Some(5), adjusted_close: None };
        TextLayout::plain(Clock::Epoch(TimeUnit::Seconds), 0, values)
    }

    #[test]
    fn fields_may_be_quoted_and_padded() {
        assert_eq!(fields("a, \"b,c\" ,d\r", b','), ["a", "b,c", "d"]);
        assert_eq!(fields("a;;", b';'), ["a", "", ""]);
        let mut two = [""; 2];
        assert_eq!(split("a,b,c", b',', &mut two), 2);
        assert_eq!(two, ["a", "b"]);
    }

    #[test]
    fn a_line_becomes_a_row() {
        let Rows::Bars(read) =
            bars().parse("1706659200,1,2,0.5,1.5,10,7\n\n1706659260,,2,,1.5,0,1\n").unwrap().0
        else {
            panic!("bars expected")
        };
        assert_eq!(read.len(), 2);
        assert_eq!((read.open[0], read.high[0], read.low[0], read.close[0]), (1.0, 2.0, 0.5, 1.5));
        assert!(read.open[1].is_nan() && read.low[1].is_nan());
    }

    #[test]
    fn a_bad_line_is_reported_with_number_and_reason() {
        let problem = |text: &str| bars().parse(text).unwrap_err();
        assert_eq!(problem("1706659200,1,2,0.5,1.5,10\nx,1,2,3,4,5"), (1, "`x` is not a time".to_owned()));
        assert_eq!(problem("1706659200,1,2,0.5"), (0, "has 4 fields, where 6 are needed".to_owned()));
        assert_eq!(problem("1706659200,1,2,0.5,abc,10"), (0, "`abc` is not a number".to_owned()));
        let mut named = bars();
        named.constant = Some((6, "BTCUSD".to_owned()));
        let other = named.parse("1706659200,1,2,0.5,1.5,10,ETHUSD").unwrap_err().1;
        assert_eq!(
            other,
            "is of `ETHUSD`, but earlier lines are of `BTCUSD`: a file must have one symbol only"
        );
    }

    #[test]
    fn scaled_and_adjusted_prices() {
        let mut lean = bars();
        lean.price_scale = 10_000.0;
        let Rows::Bars(read) = lean.parse("1706659200,136300,162500,135000,162500,6315000").unwrap().0 else {
            panic!("bars expected")
        };
        assert_eq!((read.open[0], read.high[0], read.volume[0]), (13.63, 16.25, 6_315_000.0));
        let mut row = [10.0, 12.0, 8.0, 10.0, 100.0];
        adjust(&mut row, 5.0);
        assert_eq!(row, [5.0, 6.0, 4.0, 5.0, 100.0]);
    }

    #[test]
    fn quotes_become_midpoints_and_date_and_time_may_be_separate() {
        let layout = TextLayout {
            time_of_day: Some(1),
            ..TextLayout::plain(
                Clock::Text(Tz::UTC),
                0,
                Values::Trades { price: TradePrice::Middle(2, 3), volume: None },
            )
        };
        let Rows::Trades(read) = layout.parse("2024-01-31,09:30:00,1.0,2.0").unwrap().0 else {
            panic!("trades expected")
        };
        assert_eq!((read.ts[0].to_string().as_str(), read.price[0]), ("2024-01-31T09:30:00Z", 1.5));
    }
}
