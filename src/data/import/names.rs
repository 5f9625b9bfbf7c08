//! Parses file names and column names.

use chrono_tz::Tz;

use crate::domain::Interval;

/// The interval in a part of a name: `15m`, `4h`, `1D`, `daily`. `1M` is a month, which is not an interval
/// here.
pub fn interval(part: &str) -> Option<Interval> {
    let lower = part.to_ascii_lowercase();
    let text = match lower.as_str() {
        "minute" | "minutes" => "1m",
        "hour" | "hourly" | "h" => "1h",
        "day" | "daily" | "d" => "1d",
        "second" => "1s",
        "week" | "weekly" | "w" => "1w",
        _ if part.ends_with('M') => return None,
        // MetaTrader: M15, H4, D1, W1; MN1 is a month.
        other if other.len() > 1 && matches!(other.as_bytes()[0], b'm' | b'h' | b'd' | b'w') => {
            let (unit, count) = other.split_at(1);
            if !count.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            return format!("{count}{unit}").parse().ok();
        }
        other => other.trim_end_matches("in").trim_end_matches("rs").trim_end_matches('r'),
    };
    text.parse().ok()
}

/// An interval in minutes, as in Kraken's file names.
pub fn minutes(part: &str) -> Option<Interval> {
    let count: u32 = part.parse().ok()?;
    format!("{count}m").parse().ok()
}

/// A file name without its extensions.
pub fn stem(name: &str) -> &str {
    let mut stem = name;
    for ending in [".gz", ".zip", ".csv", ".txt", ".json", ".feather", ".arrow", ".parquet", ".data"] {
        let cut = stem.len().saturating_sub(ending.len());
        if stem.is_char_boundary(cut) && stem[cut..].eq_ignore_ascii_case(ending) && cut > 0 {
            stem = &stem[..cut];
        }
    }
    stem
}

/// Symbol and interval from a name in this project's form: `BTCUSDT_1h`, `BTCUSDT-1h-2023-01`.
pub fn symbol_and_interval(stem: &str) -> (Option<String>, Option<Interval>) {
    let cuts = stem.match_indices(['_', '-']).map(|(at, _)| at).filter(|&at| at > 0);
    let mut found = cuts.filter_map(|at| {
        let part = stem[at + 1..].split(['_', '-']).next().unwrap_or_default();
        interval(part).map(|interval| (stem[..at].to_owned(), interval))
    });
    match found.next_back() {
        Some((symbol, interval)) => (Some(plain_symbol(&symbol)), Some(interval)),
        None => (lone_symbol(stem), None),
    }
}

/// The only part of a name that is neither a date nor an interval, in upper case: `nvda-2014`, `daily-KO`,
/// `DIS_2006-01-01_to_2018-01-01`. `None` where there are several, or none.
fn lone_symbol(stem: &str) -> Option<String> {
    let filler = |part: &str| {
        part.bytes().all(|byte| byte.is_ascii_digit())
            || ["to", "from", "ohlc", "ohlcv", "max", "history", "historical", "merged", "prices", "data"]
                .contains(&part.to_ascii_lowercase().as_str())
            || interval(part).is_some()
    };
    let mut parts = stem.split(['_', '-', ' ']).filter(|part| !filler(part));
    let only = parts.next()?;
    parts.next().is_none().then(|| plain_symbol(only))
}

/// A symbol in this project's form: upper case, without a slash between base and quote.
pub fn plain_symbol(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, '/' | ':' | ' ')).collect::<String>().to_ascii_uppercase()
}

/// Parses a time zone of the IANA database.
pub fn zone(text: &str) -> Result<Tz, String> {
    text.parse()
        .map_err(|_| format!("`{text}` is not a time zone such as UTC, America/New_York or Europe/Berlin"))
}

/// The role of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Open time of a bar, or time of a trade.
    Time,
    /// Open of the bar.
    Open,
    /// High of the bar.
    High,
    /// Low of the bar.
    Low,
    /// Close of the bar.
    Close,
    /// Volume in the base asset.
    Volume,
    /// Price of a trade.
    Price,
    /// Best bid price.
    Bid,
    /// Best ask price.
    Ask,
    /// Close adjusted for splits and dividends.
    AdjustedClose,
    /// Name of the traded pair.
    Symbol,
}

impl Role {
    /// Column names for this role in the form of [`bare`]; the first one that a file has wins.
    const fn headings(self) -> &'static [&'static str] {
        match self {
            Self::Time => &[
                "ts",
                "timestamp",
                "opentime",
                "datetime",
                "date",
                "time",
                "unix",
                "unixtime",
                "unixtimestamp",
                "epoch",
                "gmttime",
                "dateutc",
                "datetimeutc",
                "timestamputc",
                "timeutc",
                "starttime",
                "start",
                "bartime",
                "t",
                "dtyyyymmdd",
            ],
            Self::Open => &["open", "o", "openprice", "openingprice"],
            Self::High => &["high", "h", "highprice", "max"],
            Self::Low => &["low", "l", "lowprice", "min"],
            Self::Close => &["close", "c", "closeprice", "closingprice", "last"],
            Self::Volume => &[
                "volume",
                "vol",
                "v",
                "volumebase",
                "basevolume",
                "volumefrom",
                "tickvol",
                "tickvolume",
                "qty",
                "quantity",
                "amount",
                "size",
                "tradesize",
            ],
            Self::Price => &["price", "p", "tradeprice", "lastprice"],
            Self::Bid => &["bid", "bidprice", "bestbid"],
            Self::Ask => &["ask", "askprice", "bestask", "offer"],
            Self::AdjustedClose => &["adjclose", "adjustedclose", "closeadj"],
            Self::Symbol => &["symbol", "ticker", "pair", "instrument", "name", "tic"],
        }
    }

    /// Parses a key of `--map`.
    pub fn from_key(key: &str) -> Option<Self> {
        let all = [
            Self::Time,
            Self::Open,
            Self::High,
            Self::Low,
            Self::Close,
            Self::Volume,
            Self::Price,
            Self::Bid,
            Self::Ask,
            Self::AdjustedClose,
            Self::Symbol,
        ];
        let key = bare(key);
        all.into_iter().find(|role| role.headings().contains(&key.as_str()))
    }

    /// Index of the first column with one of these names.
    pub fn index(self, headings: &[&str]) -> Option<usize> {
        let bare: Vec<String> = headings.iter().map(|heading| bare(heading)).collect();
        self.headings().iter().find_map(|wanted| bare.iter().position(|heading| heading == wanted))
    }
}

/// A column name reduced to lower-case letters and digits: `<OPEN>` and `Adj Close*` become `open` and
/// `adjclose`.
pub fn bare(heading: &str) -> String {
    heading.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(stem: &str) -> (Option<String>, Option<String>) {
        let (symbol, interval) = symbol_and_interval(stem);
        (symbol, interval.map(|interval| interval.to_string()))
    }

    #[test]
    fn names_contain_symbol_and_interval() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(named("BTCUSDT-1m-2023-03-23"), (some("BTCUSDT"), some("1m")));
        assert_eq!(named("btcusd_1h"), (some("BTCUSD"), some("1h")));
        assert_eq!(named("nvda-2014"), (some("NVDA"), None));
        assert_eq!(named("orcl-2003-2005"), (some("ORCL"), None));
        assert_eq!(named("daily-KO").0, some("KO"));
        assert_eq!(named("DIS_2006-01-01_to_2018-01-01"), (some("DIS"), None));
        assert_eq!(named("KO"), (some("KO"), None));
        assert_eq!(named("Coinbase_BTCUSD_d").1, some("1d"));
        assert_eq!(named("EURUSD_H1"), (some("EURUSD"), some("1h")));
        assert_eq!(named("EURUSD_M15_202001020000_202312292345"), (some("EURUSD"), some("15m")));
        assert_eq!(named("Bitcoin Historical Data").0, some("BITCOIN"));
        assert_eq!(named("my prices of things"), (None, None));
    }

    #[test]
    fn extensions_are_removed() {
        assert_eq!(stem("UNITTEST_BTC-8m.json.gz"), "UNITTEST_BTC-8m");
        assert_eq!(stem("BRK.B.csv"), "BRK.B");
        assert_eq!(stem(".csv"), ".csv");
    }

    #[test]
    fn words_of_time() {
        let text = |part: &str| interval(part).map(|interval| interval.to_string());
        assert_eq!(text("daily").as_deref(), Some("1d"));
        assert_eq!(text("5min").as_deref(), Some("5m"));
        assert_eq!(text("1hr").as_deref(), Some("1h"));
        assert_eq!(
            (text("H1").as_deref(), text("M15").as_deref(), text("D1").as_deref()),
            (Some("1h"), Some("15m"), Some("1d"))
        );
        assert_eq!((text("MN1"), text("W1").as_deref(), text("deal")), (None, Some("1w"), None));
        assert_eq!(text("1M"), None);
        assert_eq!(text("7m"), None);
        assert_eq!(minutes("1440").unwrap().to_string(), "1d");
        assert_eq!(minutes("x"), None);
    }

    #[test]
    fn headings_of_many_vendors() {
        let header = ["Date", "Open", "High", "Low", "Close", "Adj Close", "Volume"];
        assert_eq!(Role::Close.index(&header), Some(4));
        assert_eq!(Role::AdjustedClose.index(&header), Some(5));
        assert_eq!(Role::Time.index(&["<DATE>", "<OPEN>"]), Some(0));
        assert_eq!(Role::from_key("ts"), Some(Role::Time));
        assert_eq!(Role::from_key("nonsense"), None);
    }
}
