//! Layout of Binance's archive:
//! `{base}/data/{spot|futures/um}/{monthly|daily}/klines/{SYMBOL}/{INTERVAL}/{SYMBOL}-{INTERVAL}-{YYYY-MM[-DD]}.zip`.

use std::path::{Path, PathBuf};

use chrono::{Datelike, Days, Months, NaiveDate};

/// The market segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Venue {
    /// Spot market.
    Spot,
    /// USDT-margined perpetuals.
    Um,
}

impl Venue {
    const fn path(self) -> &'static str {
        match self {
            Self::Spot => "spot",
            Self::Um => "futures/um",
        }
    }
}

/// Period of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Period {
    /// A month, given by its first day.
    Month(NaiveDate),
    /// One UTC day.
    Day(NaiveDate),
}

impl Period {
    /// The periods that cover all days from `from` to `to`, both inclusive; complete months as monthly files.
    pub fn covering(from: NaiveDate, to: NaiveDate) -> Vec<Self> {
        let mut periods = Vec::new();
        let mut day = from;
        while day <= to {
            let month = Self::Month(day);
            let last = month.last();
            if day.day() == 1 && last <= to {
                periods.push(month);
                day = last;
            } else {
                periods.push(Self::Day(day));
            }
            let Some(next) = day.succ_opt() else { break };
            day = next;
        }
        periods
    }

    /// Its days as daily periods.
    pub fn days(self) -> Vec<Self> {
        let first = match self {
            Self::Month(first) | Self::Day(first) => first,
        };
        let last = self.last();
        let days = first.iter_days().take_while(|day| *day <= last);
        days.map(Self::Day).collect()
    }

    fn last(self) -> NaiveDate {
        match self {
            Self::Month(first) => {
                let next = first.with_day(1).and_then(|first| first.checked_add_months(Months::new(1)));
                next.and_then(|next| next.checked_sub_days(Days::new(1))).unwrap_or(first)
            }
            Self::Day(day) => day,
        }
    }

    const fn folder(self) -> &'static str {
        match self {
            Self::Month(_) => "monthly",
            Self::Day(_) => "daily",
        }
    }
}

impl std::fmt::Display for Period {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Month(first) => write!(f, "{}", first.format("%Y-%m")),
            Self::Day(day) => write!(f, "{day}"),
        }
    }
}

impl serde::Serialize for Period {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

/// One file of the archive.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Item {
    /// The market segment.
    pub venue: Venue,
    /// The symbol, in upper case.
    pub symbol: String,
    /// The interval in the archive's notation: `1m`, `1h`, `1d`.
    pub interval: String,
    /// Day or month the file covers.
    pub period: Period,
}

impl Item {
    /// Its path relative to the archive's root and to the download folder.
    pub fn path(&self) -> String {
        let Self { venue, symbol, interval, period } = self;
        let (venue, folder) = (venue.path(), period.folder());
        format!("data/{venue}/{folder}/klines/{symbol}/{interval}/{symbol}-{interval}-{period}.zip")
    }

    /// URL of the archive file.
    pub fn url(&self, base: &str) -> String {
        format!("{}/{}", base.trim_end_matches('/'), self.path())
    }

    /// Its path in a download folder.
    pub fn local_path(&self, folder: &Path) -> PathBuf {
        folder.join(self.path())
    }
}

/// Parses a day `2024-01-31`, or a month `2024-01` as its first or last day.
///
/// # Errors
/// Where the text is neither.
pub fn parse_day(text: &str, last: bool) -> Result<NaiveDate, String> {
    if let Ok(day) = text.parse::<NaiveDate>() {
        return Ok(day);
    }
    let first = format!("{text}-01").parse::<NaiveDate>();
    let first = first
        .map_err(|_| format!("`{text}` is neither a day such as 2024-01-31 nor a month such as 2024-01"))?;
    Ok(if last { Period::Month(first).last() } else { first })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covering(from: &str, to: &str) -> String {
        let periods = Period::covering(parse_day(from, false).unwrap(), parse_day(to, true).unwrap());
        periods.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn whole_months_are_months_and_the_rest_are_days() {
        assert_eq!(covering("2023-01", "2023-03"), "2023-01 2023-02 2023-03");
        assert_eq!(
            covering("2023-01-30", "2023-03-02"),
            "2023-01-30 2023-01-31 2023-02 2023-03-01 2023-03-02"
        );
        assert_eq!(
            covering("2024-02-01", "2024-02-28").split(' ').count(),
            28,
            "2024 has a 29th of February"
        );
        assert_eq!(covering("2023-12", "2024-01"), "2023-12 2024-01");
        assert_eq!(covering("2023-01-02", "2023-01-01"), "");
        assert_eq!(Period::Month(parse_day("2023-02", false).unwrap()).days().len(), 28);
    }

    #[test]
    fn addresses_are_those_of_the_archive() {
        let item = Item {
            venue: Venue::Spot,
            symbol: "BTCUSDT".into(),
            interval: "1m".into(),
            period: Period::Day(parse_day("2023-03-23", false).unwrap()),
        };
        assert_eq!(
            item.url("http://host/"),
            "http://host/data/spot/daily/klines/BTCUSDT/1m/BTCUSDT-1m-2023-03-23.zip"
        );
        let month =
            Item { venue: Venue::Um, period: Period::Month(parse_day("2023-03", false).unwrap()), ..item };
        assert_eq!(
            month.url("http://host"),
            "http://host/data/futures/um/monthly/klines/BTCUSDT/1m/BTCUSDT-1m-2023-03.zip"
        );
    }

    #[test]
    fn days_and_months_are_read() {
        assert_eq!(parse_day("2024-02", true).unwrap().to_string(), "2024-02-29");
        assert!(parse_day("2024", true).is_err());
    }
}
