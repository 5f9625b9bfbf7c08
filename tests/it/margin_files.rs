//! Funding rates and mark prices in files: what they must cover, and what is said where they do not.

use std::path::Path;

use crate::support::loaded::Loaded;
use crate::testkit::{bars, hour, ohlc};
use tiltyard::internals::domain::Rate;
use tiltyard::internals::engine::PostingKind;
use tiltyard::internals::market::{FundingRate, LoadRequest, load, write_bars, write_funding};
use tiltyard::internals::scenario::Scenario;

/// Two days of hours around 100, with rates at these hours and a mark that lacks the hours from `marks` on.
fn folder(rates: &[i64], marks: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let rows: Vec<[f64; 4]> = (0..48).map(|n| [100.0 + f64::from(n % 7); 4]).collect();
    write_bars(&folder.path().join("bars/A_1h.parquet"), &bars("1h", &ohlc(&rows))).unwrap();
    write_bars(&folder.path().join("mark/A_1h.parquet"), &bars("1h", &ohlc(&rows[..marks]))).unwrap();
    let rate = Rate::from_fraction(0.000_1).unwrap();
    let rows: Vec<FundingRate> = rates.iter().map(|&n| FundingRate { at: hour(n), rate }).collect();
    write_funding(&folder.path().join("funding/A.parquet"), &rows).unwrap();
    folder
}

fn text(keys: &str) -> String {
    format!(
        "[scenario]\nname = \"files\"\n[market]\npath = \"bars\"\nsymbols = [\"A\"]\ninterval = \"1h\"\n\
         accept = [\"gap\", \"invented\"]\n\
         [instruments.A]\nkind = \"perpetual\"\nmax_leverage = 10\nmaintenance = [{{ rate_pct = 0.5 }}]\n{keys}\n\
         [risk.free]\nmax_order_size_pct = false\nmax_position_size_pct = false\n\
         [[agents]]\nname = \"hold\"\nrisk = \"free\"\nstrategy = {{ kind = \"buy_and_hold\", size_pct = 50 }}\n\
         [battle]\nwindows = {{ kind = \"whole\" }}\n"
    )
}

/// What loading the market says, with its remedy.
fn refused(folder: &Path, keys: &str) -> (String, String) {
    let scenario = Scenario::parse(&text(keys), folder).unwrap().0;
    let frames = std::collections::BTreeMap::new();
    let request = LoadRequest {
        spec: &scenario.market,
        frames: &frames,
        history_bars: 0,
        detail: false,
        benchmark: None,
    };
    let error = load(&request).unwrap_err();
    (error.to_string(), error.help())
}

#[test]
fn a_held_perpetual_pays_the_vendor_s_rates() {
    let folder = folder(&[0, 8, 16, 24, 32, 40, 48], 48);
    let loaded = Loaded::parse(folder.path(), &text("funding = \"funding\"\nmark = \"mark\""));
    let replay = loaded.replay();
    // Bought at hour 1: paid at 8, 16, 24, 32 and 40, at the mark of each hour.
    let quantity = replay.fills[0].quantity.to_f64();
    let paid: Vec<f64> = replay.postings.iter().map(|one| one.amount.to_f64()).collect();
    let by_hand: Vec<f64> =
        [8, 16, 24, 32, 40].map(|n: i64| -quantity * (100.0 + (n % 7) as f64) * 0.000_1).to_vec();
    assert_eq!(paid.len(), by_hand.len());
    assert!(paid.iter().zip(&by_hand).all(|(ours, hand)| (ours - hand).abs() < 1e-8), "{paid:?} {by_hand:?}");
    assert!(replay.postings.iter().all(|one| one.kind == PostingKind::Funding));
}

#[test]
fn rates_that_end_inside_the_window_are_refused_with_the_date() {
    let folder = folder(&[0, 8, 16, 24], 48);
    let (problem, help) = refused(folder.path(), "funding = \"funding\"");
    assert!(
        problem.contains("end at 1970-01-02T00:00:00Z, before the window's end at 1970-01-03T00:00:00Z"),
        "{problem}"
    );
    assert!(help.contains("funding_gaps = \"zero\""), "{help}");
    let text = text("funding = \"funding\"\nfunding_gaps = \"zero\"");
    let loaded = Loaded::parse(folder.path(), &text);
    let findings = &loaded.market.symbols[0].findings;
    assert!(findings.iter().any(|one| one.kind.as_str() == "funding_gap"), "{findings:?}");
    assert_eq!(loaded.replay().postings.len(), 3);
}

#[test]
fn missing_files_and_marks_name_path_and_date() {
    let folder = folder(&[0, 8, 16, 24, 32, 40], 30);
    let (problem, _) = refused(folder.path(), "funding = \"no/such\"");
    assert!(problem.contains("the funding rates of `A` (`no/such`)"), "{problem}");
    let (problem, help) = refused(folder.path(), "funding = \"funding\"\nmark = \"mark\"");
    assert!(
        problem.contains("the mark prices of `A` (`mark`) have no bar at 1970-01-02T06:00:00Z"),
        "{problem}"
    );
    assert!(help.contains("remove `mark`"), "{help}");
    let (problem, _) = refused(folder.path(), "funding = \"funding\"\nmark = \"nowhere\"");
    assert!(problem.contains("the mark prices of `A` (`nowhere`)"), "{problem}");
}
