//! LEAN factor files: splits and dividends by date.
//!
//! A line is `date, price factor, split factor, reference price`; its factors apply to all dates up to and
//! including its own, back to the previous line (LEAN, `FactorFile`). Adjusted price = raw price * price
//! factor * split factor; adjusted volume = raw volume / split factor.

use std::path::Path;

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::ImportError;
use super::text::{fields, number};
use crate::domain::{Interval, Timestamp};
use crate::market::Bars;

/// A symbol's adjustment factors, by date.
#[derive(Debug, Clone, PartialEq)]
pub struct Factors {
    /// Last date of validity, price factor times split factor, split factor; sorted by date.
    lines: Vec<(NaiveDate, f64, f64)>,
    /// Time zone of the dates.
    zone: Tz,
    daily: bool,
}

impl Factors {
    /// Reads a factor file for bars of this interval from an exchange in this time zone.
    ///
    /// # Errors
    /// Where it is missing or a line cannot be parsed.
    pub fn read(path: &Path, interval: Interval, zone: Tz) -> Result<Self, ImportError> {
        let text = crate::decode::read_text(path).map_err(|source| ImportError::io("read", path, source))?;
        let mut lines = Vec::new();
        for (at, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
            lines.push(parse(line).ok_or_else(|| ImportError::BadLine {
                path: path.to_owned(),
                line: at,
                problem: "is not `date,price factor,split factor,price`".to_owned(),
            })?);
        }
        lines.sort_by_key(|&(date, _, _)| date);
        Ok(Self { lines, zone, daily: interval >= Interval::DAY })
    }

    /// Adjusts all prices and volumes; bars after the last line are unchanged.
    pub fn apply(&self, bars: &mut Bars) {
        for row in 0..bars.len() {
            let date = self.session(bars.ts[row]);
            let line = self.lines.partition_point(|&(last, _, _)| last < date);
            let Some(&(_, price, split)) = self.lines.get(line) else { continue };
            for column in [&mut bars.open, &mut bars.high, &mut bars.low, &mut bars.close] {
                column[row] *= price;
            }
            bars.volume[row] /= split;
        }
    }

    /// The date of a bar's session; for daily bars, the UTC date of its time.
    fn session(&self, at: Timestamp) -> NaiveDate {
        if self.daily { at.to_utc().date_naive() } else { at.to_utc().with_timezone(&self.zone).date_naive() }
    }
}

fn parse(line: &str) -> Option<(NaiveDate, f64, f64)> {
    let fields = fields(line, b',');
    let date = NaiveDate::parse_from_str(fields.first()?, "%Y%m%d").ok()?;
    let (price, split) = (number(fields.get(1)?)?, number(fields.get(2)?)?);
    (price > 0.0 && split > 0.0).then_some((date, price * split, split))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_and_dividends_are_adjusted_for() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.csv");
        // Up to 2014-06-06 there is a 7-for-1 split to adjust for; a dividend follows after 2014-08-06.
        std::fs::write(&path, "20140606,0.9,0.142857142857,645.57\n20140806,0.95,1,94.97\n20501231,1,1,0")
            .unwrap();
        let factors = Factors::read(&path, Interval::DAY, Tz::America__New_York).unwrap();
        let mut bars = Bars::with_capacity(Interval::DAY, 3);
        for day in ["2014-06-06", "2014-06-09", "2014-08-07"] {
            bars.push(day.parse().unwrap(), [700.0, 700.0, 700.0, 700.0, 10.0]);
        }
        factors.apply(&mut bars);
        assert!((bars.close[0] - 700.0 * 0.9 * 0.142857142857).abs() < 1e-9);
        assert!((bars.volume[0] - 70.0).abs() < 1e-6);
        assert!((bars.close[1] - 665.0).abs() < 1e-9);
        assert_eq!((bars.close[2], bars.volume[2]), (700.0, 10.0));
    }

    #[test]
    fn the_session_of_an_evening_bar_is_the_exchange_s_date() {
        let factors = Factors { lines: Vec::new(), zone: Tz::America__New_York, daily: false };
        // 00:30 UTC is 20:30 on the previous day in New York.
        let date = factors.session("2014-06-07T00:30:00".parse().unwrap());
        assert_eq!(date.to_string(), "2014-06-06");
    }

    #[test]
    fn a_broken_line_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.csv");
        std::fs::write(&path, "20140606,0.9,1,1\nrubbish").unwrap();
        let error = Factors::read(&path, Interval::DAY, Tz::UTC).unwrap_err().to_string();
        assert!(error.ends_with("line 2: is not `date,price factor,split factor,price`"), "{error}");
    }
}
