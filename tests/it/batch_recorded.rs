//! The batch engine against the bar-by-bar engine on recorded minutes, where present.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test fails by panicking and says where it skips"
)]

use std::path::PathBuf;

use tiltyard::internals::domain::{Instrument, Interval, Seed, Symbol, SymbolId};
use tiltyard::internals::engine::batch::Batch;
use tiltyard::internals::engine::{Job, Window, replay};
use tiltyard::internals::indicator::{History, IndicatorCache};
use tiltyard::internals::market::{LoadRequest, Market, load};
use tiltyard::internals::metrics::{MetricInputs, Sampled, metrics_of};
use tiltyard::internals::scenario::{
    Delisted, GapRule, MarketSpec, MetricSpec, RiskProfile, StrategyKind, StrategySpec, VenueSpec, WarmUp,
};
use tiltyard::internals::strategy::{Setup, prepare};

/// January 2023 with a little history.
fn market() -> Option<Market> {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared"));
    let shared = std::env::var_os("TILTYARD_SHARED").map_or_else(beside, PathBuf::from);
    let path = shared.join("data/binance/BTCUSDT_1m.parquet");
    if !path.exists() {
        eprintln!("skipped: no recorded data at {}", path.display());
        return None;
    }
    let spec = MarketSpec {
        path,
        base_dir: ".".into(),
        instruments: vec![Instrument::with_defaults(Symbol::new("BTCUSDT").unwrap())],
        quote_asset: "USDT".into(),
        interval: Interval::MINUTE,
        start: Some("2023-01-01".parse().unwrap()),
        end: Some("2023-02-01".parse().unwrap()),
        warm_up: WarmUp::Before,
        delisted: Delisted::Carry,
        gaps: GapRule::default(),
        calendar: None,
        accept: Vec::new(),
        actions: Default::default(),
        day: Default::default(),
    };
    let request = LoadRequest {
        spec: &spec,
        frames: &Default::default(),
        history_bars: 2_000,
        detail: false,
        benchmark: None,
    };
    Some(load(&request).unwrap())
}

#[test]
fn a_month_of_recorded_minutes() {
    let Some(market) = market() else { return };
    let (venue, risk) = (VenueSpec::default(), RiskProfile::unlimited());
    let ticks = market.in_range;
    let job = Job {
        market: &market,
        window: Window { index: 0, ticks },
        venue: &venue,
        delisted: Delisted::Carry,
        starting_balance: "10000".parse().unwrap(),
        carried: &[],
        risk: &risk,
    };
    let kinds = [
        StrategyKind::SmaCross { fast: 5, slow: 60 },
        StrategyKind::SmaCross { fast: 50, slow: 240 },
        StrategyKind::SmaCross { fast: 300, slow: 2_000 },
        StrategyKind::EmaCross { fast: 12, slow: 26 },
        StrategyKind::Macd { fast: 12, slow: 26, signal: 9 },
    ];
    let specs = kinds.map(|kind| StrategySpec::of(kind, vec![SymbolId(0)], Interval::MINUTE));
    let sampled = Sampled::of(&market, ticks, None);
    let prepared = Batch { job, warm_up: WarmUp::Before, samples: &sampled.ticks }.prepare().unwrap();
    let mut taken = 0;
    prepared.run(&specs, |index, outcome| {
        let found = MetricInputs::of_condensed(outcome.unwrap(), &market, &sampled);
        let cache = IndicatorCache::new();
        let history = History { market: &market, cache: &cache, ticks, warm_up: WarmUp::Before };
        let setup = Setup { history, seed: Seed(1), agent: "one", window: 0 };
        let wanted = MetricInputs::of(&replay(&job, prepare(&specs[index], &setup)), &market, None);
        assert_eq!(found, wanted, "{:?}", specs[index]);
        let metrics = |observed| format!("{:?}", metrics_of(observed, &MetricSpec::default()));
        assert_eq!(metrics(&found), metrics(&wanted));
        taken += 1;
    });
    assert_eq!(taken, specs.len());
}
