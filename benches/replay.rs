//! Replay speed of both loops, in bars per second on one core.
//!
//! Workload: one seeded synthetic symbol, 525,600 one-minute bars (a year), fee 10 bp, next-open fills, the
//! whole wallet in and out. `prepared` is the loop only (including the searches of the skipping loop; columns
//! exist already); `complete` adds the indicator columns and every metric. Building the market is outside the
//! timed part. `skip` skips bars without events, `bars` visits each.

mod support;

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use support::{YEAR, years};
use tiltyard::internals::data::synth;
use tiltyard::internals::domain::{Bps, Cash, Instrument, Interval, Seed, SymbolId};
use tiltyard::internals::engine::{Job, Loop, Window};
use tiltyard::internals::indicator::{History, IndicatorCache};
use tiltyard::internals::market::{Market, SeriesBars};
use tiltyard::internals::metrics;
use tiltyard::internals::scenario::{
    Condition, Delisted, MetricSpec, Rebalance, RiskProfile, RuleDistance, RuleSet, SignalMode, SignalRows,
    SignalTable, SignalsSpec, Stamp, StrategyKind, StrategySpec, SymbolSignals, VenueSpec, WarmUp, expr,
};
use tiltyard::internals::strategy::{Setup, prepare};

#[expect(clippy::expect_used, reason = "a benchmark without its market has nothing to say")]
fn market() -> Market {
    let (symbol, bars) = years(1).remove(0);
    let series = SeriesBars::plain(Instrument::with_defaults(symbol), bars);
    Market::assemble(Interval::MINUTE, vec![series], None, None).expect("synthetic bars are sound")
}

/// The strategies of the workload, by name.
fn strategies() -> BTreeMap<&'static str, StrategyKind> {
    BTreeMap::from([
        ("cash", StrategyKind::Cash),
        ("buy_and_hold", StrategyKind::BuyAndHold),
        ("sma_cross_20_100", StrategyKind::SmaCross { fast: 20, slow: 100 }),
        ("sma_cross_500_5000", StrategyKind::SmaCross { fast: 500, slow: 5_000 }),
        ("donchian_600_300", StrategyKind::DonchianBreakout { entry: 600, exit: 300 }),
        ("rules", StrategyKind::Rules(Box::new(rules()))),
        ("signals_weights_daily", signals(SignalMode::Weight, 1_440)),
        ("signals_sides_hourly", signals(SignalMode::Side, 60)),
    ])
}

/// A row a minute, the value of which changes every so many rows.
fn signals(mode: SignalMode, rows: u32) -> StrategyKind {
    let start = synth::sample().start;
    let value = |row: u32| match ((row / rows).is_multiple_of(2), mode) {
        (true, SignalMode::Weight) => Bps::from_percent(90.0),
        (true, _) => Bps::WHOLE,
        (false, SignalMode::Weight) => Bps::from_percent(30.0),
        (false, _) => Bps::ZERO,
    };
    let at = |row: u32| start + Interval::MINUTE.span().times(i64::from(row));
    let values = (0..YEAR).map(|row| (at(row), value(row))).collect();
    let rows = SignalRows::Values(vec![SymbolSignals { symbol: SymbolId(0), values }]);
    StrategyKind::Signals(SignalsSpec {
        path: "signals.parquet".into(),
        stamped: Stamp::BarOpen,
        mode,
        rebalance: Rebalance::OnChange,
        drift: Bps::ZERO,
        table: Some(Arc::new(SignalTable { digest: String::new(), rows })),
    })
}

/// Buys pullbacks in an uptrend, with a stop and a target.
#[expect(clippy::expect_used, reason = "a benchmark without its rules has nothing to say")]
fn rules() -> RuleSet {
    let minute = Interval::MINUTE;
    let condition = |text: &str| Condition {
        text: text.to_owned(),
        timeframe: minute,
        expr: expr::parse(text, minute, minute).expect("a sound condition"),
    };
    let enter_all = ["rsi(14) < 25", "close > sma(2000)"].map(condition).into();
    let share = |percent| Some(RuleDistance::Share(Bps::from_percent(percent)));
    RuleSet {
        stop_loss: share(1.0),
        take_profit: share(2.0),
        max_hold_bars: Some(600),
        ..RuleSet::of(enter_all, vec![condition("rsi(14) > 65")])
    }
}

fn bench(c: &mut Criterion) {
    let market = market();
    let venue = VenueSpec::default();
    let risk = RiskProfile::unlimited();
    let job = Job {
        market: &market,
        window: Window { index: 0, ticks: market.in_range },
        venue: &venue,
        delisted: Delisted::Carry,
        starting_balance: Cash::from_units(10_000 * tiltyard::internals::domain::UNITS_PER_ONE),
        carried: &[],
        risk: &risk,
    };
    let mut group = c.benchmark_group("replay");
    group.throughput(Throughput::Elements(u64::from(YEAR))).sample_size(20);
    for (name, kind) in strategies() {
        let spec = StrategySpec::of(kind, vec![SymbolId(0)], Interval::MINUTE);
        let cache = IndicatorCache::new();
        let ready = setup(&market, &cache);
        for (way, name_of_way) in [(Loop::BarByBar, "bars"), (Loop::Skip, "skip")] {
            group.bench_function(format!("prepared/{name_of_way}/{name}"), |b| {
                b.iter_batched(
                    || prepare(&spec, &ready),
                    |strategy| black_box(way.replay(&job, strategy)),
                    BatchSize::LargeInput,
                );
            });
            group.bench_function(format!("complete/{name_of_way}/{name}"), |b| {
                b.iter_with_large_drop(|| {
                    let cache = IndicatorCache::new();
                    let replay = way.replay(&job, prepare(&spec, &setup(&market, &cache)));
                    let metrics = metrics::measure(&replay, &market, &MetricSpec::default());
                    (replay, metrics)
                });
            });
        }
    }
    group.finish();
}

fn setup<'m>(market: &'m Market, cache: &'m IndicatorCache) -> Setup<'m> {
    let history = History { market, cache, ticks: market.in_range, warm_up: WarmUp::Before };
    Setup { history, seed: Seed(1), agent: "bench", window: 0 }
}

criterion_group!(benches, bench);
criterion_main!(benches);
