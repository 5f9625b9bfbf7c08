//! What file names and column headings say.

use chrono_tz::Tz;

use crate::domain::Interval;

/// The interval that a part of a name says: `15m`, `4h`, `1D`, `daily`. `1M` is a month, and no interval here.
pub fn interval(part: &str) -> Option<Interval> {
    let lower = part.to_ascii_lowercase();
    let text = match lower.as_str() {
        "minute" | "minutes" => "1m",
        "hour" | "hourly" | "h" => "1h",
        "day" | "daily" | "d" => "1d",
        "second" => "1s",
        "week" | "weekly" | "w" => "1w",
        _ if part.ends_with('M') => return None,
        other => other.trim_end_matches("in").trim_end_matches("rs").trim_end_matches('r'),
    };
    text.parse().ok()
}

/// Minutes, as Kraken names its files.
pub fn minutes(part: &str) -> Option<Interval> {
    let count: u32 = part.parse().ok()?;
    format!("{count}m").parse().ok()
}

/// A file's name without its endings.
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

/// The symbol and interval that a name of the project's own kind says: `BTCUSDT_1h`, `BTCUSDT-1h-2023-01`.
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

/// The only part of a name that is neither a date nor an interval, in capitals: `nvda-2014`, `daily-KO`,
/// `DIS_2006-01-01_to_2018-01-01`. `None` where there are several, or none.
fn lone_symbol(stem: &str) -> Option<String> {
    let filler = |part: &str| {
        part.bytes().all(|byte| byte.is_ascii_digit())
            || ["to", "from", "ohlc", "ohlcv", "max", "history", "merged", "prices", "data"]
                .contains(&part.to_ascii_lowercase().as_str())
            || interval(part).is_some()
    };
    let mut parts = stem.split(['_', '-', ' ']).filter(|part| !filler(part));
    let only = parts.next()?;
    parts.next().is_none().then(|| plain_symbol(only))
}

/// A symbol as this project names files: capitals, without a slash between base and quote.
pub fn plain_symbol(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, '/' | ':' | ' ')).collect::<String>().to_ascii_uppercase()
}

/// A time zone of the IANA database.
pub fn zone(text: &str) -> Result<Tz, String> {
    text.parse()
        .map_err(|_| format!("`{text}` is not a time zone such as UTC, America/New_York or Europe/Berlin"))
}

/// What a column is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Open time of a bar, or time of a trade.
    Time,
    /// First price.
    Open,
    /// Highest price.
    High,
    /// Lowest price.
    Low,
    /// Last price.
    Close,
    /// Base quantity.
    Volume,
    /// Price of a trade.
    Price,
    /// Best price offered.
    Bid,
    /// Best price asked.
    Ask,
    /// Close after splits and dividends.
    AdjustedClose,
    /// The symbol.
    Symbol,
}

impl Role {
    /// Headings for it, lower case, letters and digits only; the first that a file has wins.
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

    /// By the key of `--map`.
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

    /// Place of the first heading that means this.
    pub fn place(self, headings: &[&str]) -> Option<usize> {
        let bare: Vec<String> = headings.iter().map(|heading| bare(heading)).collect();
        self.headings().iter().find_map(|wanted| bare.iter().position(|heading| heading == wanted))
    }
}

/// A heading's letters and digits in lower case: `<OPEN>` and `Adj Close*` are `open` and `adjclose`.
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
    fn names_say_symbol_and_interval() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(named("BTCUSDT-1m-2023-03-23"), (some("BTCUSDT"), some("1m")));
        assert_eq!(named("btcusd_1h"), (some("BTCUSD"), some("1h")));
        assert_eq!(named("nvda-2014"), (some("NVDA"), None));
        assert_eq!(named("orcl-2003-2005"), (some("ORCL"), None));
        assert_eq!(named("daily-KO").0, some("KO"));
        assert_eq!(named("DIS_2006-01-01_to_2018-01-01"), (some("DIS"), None));
        assert_eq!(named("KO"), (some("KO"), None));
        assert_eq!(named("Coinbase_BTCUSD_d").1, some("1d"));
        assert_eq!(named("my prices of things"), (None, None));
    }

    #[test]
    fn endings_are_cut() {
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
        assert_eq!(text("1M"), None);
        assert_eq!(text("7m"), None);
        assert_eq!(minutes("1440").unwrap().to_string(), "1d");
        assert_eq!(minutes("x"), None);
    }

    #[test]
    fn headings_of_many_vendors() {
        let header = ["Date", "Open", "High", "Low", "Close", "Adj Close", "Volume"];
        assert_eq!(Role::Close.place(&header), Some(4));
        assert_eq!(Role::AdjustedClose.place(&header), Some(5));
        assert_eq!(Role::Time.place(&["<DATE>", "<OPEN>"]), Some(0));
        assert_eq!(Role::from_key("ts"), Some(Role::Time));
        assert_eq!(Role::from_key("nonsense"), None);
    }
}
