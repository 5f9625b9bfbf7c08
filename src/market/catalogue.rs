//! Finds files by symbol and interval, from the files' names.
//!
//! Owns the naming rule: `SYMBOL_INTERVAL`, `SYMBOL-INTERVAL` or `SYMBOL`, case-insensitive, with anything
//! after the interval naming a part (`BTCUSDT-1h-2023-01`). Opens a file only if its name does not state the
//! interval.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::MarketError;
use super::actions::is_action_file;
use super::file::BarFile;
use super::locate::Located;
use crate::domain::{Interval, Symbol};

/// Minimum Jaro-Winkler similarity of a suggested name.
const NEAR: f64 = 0.75;

/// A parsed file name.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Name {
    /// Everything before the interval.
    symbol: String,
    /// `None` where no part of the name is an interval.
    interval: Option<Interval>,
}

/// The located files with their parsed names.
#[derive(Debug)]
pub(super) struct Catalogue {
    root: PathBuf,
    entries: Vec<(Name, PathBuf)>,
}

impl Catalogue {
    /// Parses the names; opens no file.
    pub fn of(located: Located) -> Self {
        let entries = located.files.into_iter().map(|file| (parse(&file), file));
        let entries = entries.filter(|(name, _)| !is_action_file(&name.symbol)).collect();
        Self { root: located.root, entries }
    }

    /// The symbols that the files' names say, sorted, each once; a date after a symbol is no part of it.
    pub fn symbols(&self) -> Vec<String> {
        let name = |(name, _): &(Name, PathBuf)| undated(&name.symbol).unwrap_or(&name.symbol).to_owned();
        let mut symbols: Vec<String> = self.entries.iter().map(name).collect();
        symbols.sort();
        symbols.dedup();
        symbols
    }

    /// The files of a symbol by interval, finest first. `alone` says that this is the only symbol asked for;
    /// a single file then serves it under any name.
    pub fn files_of(
        &self,
        symbol: &Symbol,
        alone: bool,
    ) -> Result<BTreeMap<Option<Interval>, Vec<&Path>>, MarketError> {
        let exact = |name: &str| name == symbol.as_str();
        let alike = |name: &str| name.eq_ignore_ascii_case(symbol.as_str());
        let mut chosen = self.matching(exact);
        if chosen.is_empty() {
            chosen = self.matching(alike);
        }
        if chosen.is_empty() && alone && self.entries.len() == 1 {
            chosen = self.entries.iter().collect();
        }
        if chosen.is_empty() {
            return Err(self.not_found(symbol));
        }
        let mut by_interval: BTreeMap<Option<Interval>, Vec<&Path>> = BTreeMap::new();
        for (name, file) in chosen {
            let interval = match name.interval {
                Some(interval) => Some(interval),
                None => BarFile::open(file)?.spacing()?,
            };
            by_interval.entry(interval).or_default().push(file);
        }
        Ok(by_interval)
    }

    /// Entries with a matching symbol; if there are none, entries whose symbol is followed by a date
    /// (`BTCUSDT-2023-01`).
    fn matching(&self, fits: impl Fn(&str) -> bool) -> Vec<&(Name, PathBuf)> {
        let whole: Vec<_> = self.entries.iter().filter(|(name, _)| fits(&name.symbol)).collect();
        if !whole.is_empty() {
            return whole;
        }
        self.entries.iter().filter(|(name, _)| undated(&name.symbol).is_some_and(&fits)).collect()
    }

    fn not_found(&self, symbol: &Symbol) -> MarketError {
        let mut found: Vec<String> = self.entries.iter().map(|(name, _)| name.symbol.clone()).collect();
        found.sort();
        found.dedup();
        let suggestion = nearest(symbol.as_str(), &found);
        MarketError::SymbolNotFound { symbol: symbol.clone(), root: self.root.clone(), found, suggestion }
    }
}

fn parse(file: &Path) -> Name {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let cuts = stem.match_indices(['_', '-']).map(|(at, _)| at).filter(|&at| at > 0);
    let mut named = cuts.filter_map(|at| {
        let part = stem[at + 1..].split(['_', '-']).next().unwrap_or_default();
        interval(part).map(|interval| Name { symbol: stem[..at].to_owned(), interval: Some(interval) })
    });
    named.next_back().unwrap_or(Name { symbol: stem.clone(), interval: None })
}

/// Parses `15m`, `4h`, `1D`; `1M` is a month to most vendors, which is not an interval here.
fn interval(part: &str) -> Option<Interval> {
    let minutes = !part.ends_with('M');
    minutes.then(|| part.to_ascii_lowercase().parse().ok()).flatten()
}

/// The name without a trailing date (year, optionally month and day).
fn undated(name: &str) -> Option<&str> {
    let starts = name.match_indices(['_', '-']).map(|(at, _)| at).filter(|&at| at > 0);
    let is_date = |text: &str| {
        let mut parts = text.split(['_', '-']);
        let year = parts.next().is_some_and(|year| year.len() == 4 && digits(year));
        year && parts.all(|part| part.len() == 2 && digits(part))
    };
    starts.map(|at| name.split_at(at)).find(|(_, rest)| is_date(&rest[1..])).map(|(symbol, _)| symbol)
}

fn digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn nearest(wanted: &str, found: &[String]) -> Option<String> {
    let wanted = wanted.to_ascii_uppercase();
    let score = |name: &String| strsim::jaro_winkler(&wanted, &name.to_ascii_uppercase());
    let best = found.iter().max_by(|a, b| score(a).total_cmp(&score(b)))?;
    (score(best) >= NEAR).then(|| best.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(file: &str) -> (String, Option<String>) {
        let name = parse(Path::new(file));
        (name.symbol, name.interval.map(|interval| interval.to_string()))
    }

    fn catalogue(files: &[&str]) -> Catalogue {
        Catalogue::of(Located { root: "d".into(), files: files.iter().map(PathBuf::from).collect() })
    }

    fn symbol(name: &str) -> Symbol {
        Symbol::new(name).unwrap()
    }

    #[test]
    fn names_contain_symbol_and_interval() {
        let interval = |text: &str| Some(text.to_owned());
        assert_eq!(named("d/BTCUSDT_1h.parquet"), ("BTCUSDT".into(), interval("1h")));
        assert_eq!(named("BTC-USD_1D.parquet"), ("BTC-USD".into(), interval("1d")));
        assert_eq!(named("BTCUSDT-15m-2023-01.parquet"), ("BTCUSDT".into(), interval("15m")));
        assert_eq!(named("1INCH_60m_2023-01.parquet"), ("1INCH".into(), interval("1h")));
        assert_eq!(named("BRK.B.parquet"), ("BRK.B".into(), None));
        assert_eq!(named("BTCUSDT_1M.parquet"), ("BTCUSDT_1M".into(), None));
        assert_eq!(named("4h.parquet"), ("4h".into(), None));
    }

    #[test]
    fn parts_and_cases_of_a_symbol_are_found() {
        let files = ["BTC_1h_2023-01.parquet", "BTC_1h_2023-02.parquet", "BTC_1m.parquet", "ETH_1h.parquet"];
        let catalogue = catalogue(&files);
        let found = catalogue.files_of(&symbol("btc"), false).unwrap();
        let counts: Vec<_> = found.iter().map(|(i, files)| (i.unwrap().to_string(), files.len())).collect();
        assert_eq!(counts, [("1m".to_owned(), 1), ("1h".to_owned(), 2)]);
    }

    #[test]
    fn the_exact_case_goes_first() {
        let catalogue = catalogue(&["a_1h.parquet", "A_1h.parquet"]);
        let found = catalogue.files_of(&symbol("A"), false).unwrap();
        assert_eq!(found.into_values().collect::<Vec<_>>(), [[Path::new("A_1h.parquet")]]);
    }

    #[test]
    fn a_date_after_a_symbol_is_ignored() {
        assert_eq!(undated("BTCUSDT-2023-01"), Some("BTCUSDT"));
        assert_eq!(undated("BTC-USD_2023"), Some("BTC-USD"));
        assert_eq!(undated("SPX-500"), None);
        assert_eq!(undated("BTCUSDT"), None);
    }

    #[test]
    fn a_missing_symbol_gets_a_suggestion() {
        let catalogue = catalogue(&["BTCUSDT_1h.parquet", "ETHUSDT_1h.parquet", "SOLUSDT_1h.parquet"]);
        let error = catalogue.files_of(&symbol("ETHUSTD"), false).unwrap_err();
        assert_eq!(
            error.to_string(),
            "no file for symbol `ETHUSTD` in `d`, which has `BTCUSDT`, `ETHUSDT`, `SOLUSDT`"
        );
        assert_eq!(error.help(), "did you mean `ETHUSDT`?");
        let error = catalogue.files_of(&symbol("QQQ"), true).unwrap_err();
        assert!(error.help().contains("`QQQ_1h.parquet`"), "{}", error.help());
    }

    #[test]
    fn a_single_file_serves_a_single_symbol() {
        let catalogue = catalogue(&["prices_1h.parquet"]);
        assert!(catalogue.files_of(&symbol("GOLD"), true).is_ok());
        assert!(catalogue.files_of(&symbol("GOLD"), false).is_err());
    }
}
