//! Recorded data, where present: valid files load, invalid ones are refused for the right reason.

use std::fs;
use std::path::Path;

use super::fixture::{Want, recorded};
use crate::market::Market;

#[test]
fn minutes_resampled_to_hours_are_the_venue_s_own_hours() {
    let Some(folder) = recorded("binance") else { return };
    let made = Want::new(&folder.join("SOLUSDT_1m.parquet"), &["SOLUSDT"], "1h")
        .window("2022-01-01", "2022-04-01")
        .load()
        .unwrap();
    let venue = Want::new(&folder.join("SOLUSDT_1h.parquet"), &["SOLUSDT"], "1h")
        .window("2022-01-01", "2022-04-01")
        .load()
        .unwrap();
    let (made, venue) = (&made.symbols[0].bars, &venue.symbols[0].bars);
    let mut shared = 0;
    for (row, at) in venue.ts.iter().enumerate() {
        let Ok(other) = made.ts.binary_search(at) else { continue };
        let of = |bars: &crate::market::Bars, row| {
            [bars.open[row], bars.high[row], bars.low[row], bars.close[row]]
        };
        assert_eq!(of(made, other), of(venue, row), "{at}");
        let volumes = (made.volume[other], venue.volume[row]);
        assert!((volumes.0 - volumes.1).abs() <= 1e-12 * volumes.1.max(1.0), "{at}: {volumes:?}");
        shared += 1;
    }
    assert_eq!(shared, 90 * 24, "three whole months");
}

#[test]
fn three_minute_markets_share_a_clock() {
    let Some(folder) = recorded("binance") else { return };
    let market = Want::new(&folder, &["BTCUSDT", "ETHUSDT", "SOLUSDT"], "1m")
        .window("2023-03-24", "2023-03-25")
        .history(100)
        .load()
        .unwrap();
    // The venue halted for 80 minutes on that day; the gap is kept.
    assert_eq!(market.in_range.last - market.in_range.first, 1440 - 80);
    assert_eq!(market.in_range.first, 100);
    assert!(!market.trading_year.never_closes(), "a Friday");
}

#[test]
fn twenty_us_equities_of_different_ages() {
    let Some(folder) = recorded("us-equities-yahoo") else { return };
    let symbols = [
        "LMT", "IBM", "SBUX", "UNH", "ORCL", "ABT", "NVDA", "PLD", "AMZN", "SPG", "NEM", "C", "HON", "NKE",
        "MCD", "PG", "JNJ", "FDX", "ADBE", "BAC",
    ];
    let market =
        Want::new(&folder, &symbols, "1d").window("2015-01-01", "2020-01-01").history(200).load().unwrap();
    assert_eq!(market.symbols.len(), 20);
    assert_eq!(market.in_range, crate::market::TickRange { first: 200, last: 200 + 1258 });
    assert!(!market.trading_year.never_closes());
}

/// Every valid file on its own, except for the large ones (a debug build decodes slowly).
#[test]
fn every_smaller_valid_file_loads() {
    let Some(folder) = recorded("README.md").and_then(|readme| readme.parent().map(Path::to_owned)) else {
        return;
    };
    let pattern = folder.join("*/*_1[hd].parquet").display().to_string();
    let mut loaded = 0;
    for file in glob::glob(&pattern).unwrap().map(Result::unwrap) {
        let parent = file.parent().unwrap().file_name().unwrap().to_owned();
        if parent == "flawed" || fs::metadata(&file).unwrap().len() > 600_000 {
            continue;
        }
        let stem = file.file_stem().unwrap().to_str().unwrap();
        let (symbol, interval) = stem.rsplit_once('_').unwrap();
        let result = Want::new(&file, &[symbol], interval).load();
        assert!(result.is_ok(), "{}: {}", file.display(), result.unwrap_err());
        loaded += 1;
    }
    assert!(loaded > 50, "{loaded}");
}

fn refusal(part: &str, symbol: &str, interval: &str) -> Option<Vec<String>> {
    let path = recorded(part)?;
    let error =
        Want::new(&path, &[symbol], interval).load().map(|market: Market| market.clock.len()).unwrap_err();
    let messages = error.problems().iter().map(|problem| {
        assert!(!problem.help().is_empty());
        problem
            .to_string()
            .rsplit_once("parquet` ")
            .map(|(_, messages)| messages.to_owned())
            .unwrap_or_default()
    });
    Some(messages.collect())
}

#[test]
fn invalid_files_are_refused_with_the_right_error() {
    if let Some(messages) = refusal("flawed/us-equities-djia/HD_1d.parquet", "HD", "1d") {
        assert_eq!(messages.len(), 3, "{messages:?}");
        assert!(messages[0].ends_with("(2017-07-31T00:00:00Z): `open` is null"), "{messages:?}");
        assert!(
            messages.iter().any(|one| one.contains("(2009-04-17T00:00:00Z): `low` is `0`, not above zero"))
        );
        assert!(
            messages.iter().any(|one| one.contains("is outside low") && one.contains("12 rows")),
            "{messages:?}"
        );
    }
    if let Some(messages) = refusal("flawed/us-equities-djia/AAPL_1d.parquet", "AAPL", "1d") {
        assert!(messages.len() == 1 && messages[0].ends_with("2 rows have this problem"), "{messages:?}");
    }
    if let Some(messages) = refusal("flawed/empty/KAIAUSDT_1d.parquet", "KAIAUSDT", "1d") {
        assert_eq!(messages, ["has no rows"]);
    }
    if let Some(messages) = refusal("flawed/raw/BTCUSDT-lfs-pointer.parquet", "BTCUSDT", "1h") {
        assert_eq!(messages, ["is a Git LFS pointer, not the file itself"]);
    }
    if let Some(messages) = refusal("flawed/raw/HD_2006-01-01_to_2018-01-01.csv", "HD", "1d") {
        assert_eq!(messages.len(), 1);
    }
}
