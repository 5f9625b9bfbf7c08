//! Parameter grids through the batch engine, in bar evaluations (bars times combinations) per second on one
//! core.
//!
//! Workload: one seeded synthetic symbol, 525,600 one-minute bars (a year), `sma_cross`, fee 10 bp, next-open
//! fills, the whole wallet in and out, all metrics. `turning` (high turnover) has the 190 combinations of
//! fast 5..50 step 5 and slow 60..240 step 10; `calm` (low turnover) those of fast 100..1000 step 100 and
//! slow 1000..10,000 step 500. `rsi`, `bollinger`, `donchian` and `rules` are 100 combinations of ten values of two
//! parameters each; `rules` sweeps a threshold and a stop, with target, trailing stop and holding limit. `three` and `ten` are
//! 100 crossing pairs (fast 5..50, slow 60..240) on so many symbols that share the wallet, 30 and 9 % of it an order;
//! their bars are those of all symbols. Shared columns,
//! averages and indicators are inside the timed part, building the market is not.

mod support;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use support::{YEAR, years};
use tiltyard::internals::domain::{Bps, Cash, Instrument, Interval, Seed, SymbolId, UNITS_PER_ONE};
use tiltyard::internals::engine::batch::Batch;
use tiltyard::internals::engine::{Job, Window};
use tiltyard::internals::indicator::{History, IndicatorCache};
use tiltyard::internals::market::{Market, SeriesBars};
use tiltyard::internals::metrics::{MetricInputs, Sampled, metrics_of};
use tiltyard::internals::scenario::{
    Condition, Delisted, MetricSpec, RiskProfile, RuleDistance, RuleSet, StrategyKind, StrategySpec,
    VenueSpec, WarmUp, expr,
};
use tiltyard::internals::strategy::Setup;

#[expect(clippy::expect_used, reason = "a benchmark without its market has nothing to say")]
fn market(symbols: usize) -> Market {
    let series = years(symbols).into_iter().map(|(symbol, bars)| {
        let mut instrument = Instrument::with_defaults(symbol);
        instrument.min_notional = Cash::from_units(1);
        SeriesBars::plain(instrument, bars)
    });
    Market::assemble(Interval::MINUTE, series.collect(), None, None).expect("synthetic bars are sound")
}

fn grid(fast: impl Iterator<Item = u32> + Clone, slow: impl Iterator<Item = u32>) -> Vec<StrategySpec> {
    slow.flat_map(|slow| fast.clone().map(move |fast| StrategyKind::SmaCross { fast, slow }))
        .map(spec)
        .collect()
}

/// Ten values of each of two parameters.
fn hundred(kind: impl Fn(u32, u32) -> StrategyKind) -> Vec<StrategySpec> {
    let pairs = (1..=10).flat_map(|a| (1..=10).map(move |b| (a, b)));
    pairs.map(|(a, b)| spec(kind(a, b))).collect()
}

fn spec(kind: StrategyKind) -> StrategySpec {
    StrategySpec::of(kind, vec![SymbolId(0)], Interval::MINUTE)
}

#[expect(clippy::expect_used, reason = "a benchmark without its rules has nothing to say")]
fn condition(text: &str) -> Condition {
    let minute = Interval::MINUTE;
    Condition {
        text: text.to_owned(),
        timeframe: minute,
        expr: expr::parse(text, minute, minute).expect("a sound condition"),
    }
}

/// Buys pullbacks in an uptrend, with everything that protects a position.
fn rules(threshold: u32, stop: u32) -> StrategyKind {
    let share = |percent| Some(RuleDistance::Share(Bps::from_percent(percent)));
    let enter = [format!("rsi(14) < {}", 20 + threshold), "close > sma(2000)".to_owned()];
    StrategyKind::Rules(Box::new(RuleSet {
        stop_loss: share(f64::from(stop) / 5.0),
        take_profit: share(2.0),
        trailing_stop: share(1.5),
        max_hold_bars: Some(600),
        ..RuleSet::of(enter.iter().map(|text| condition(text)).collect(), vec![condition("rsi(14) > 65")])
    }))
}

fn job<'a>(market: &'a Market, venue: &'a VenueSpec, risk: &'a RiskProfile) -> Job<'a> {
    Job {
        market,
        window: Window { index: 0, ticks: market.in_range },
        venue,
        delisted: Delisted::Carry,
        starting_balance: Cash::from_units(1_000_000 * UNITS_PER_ONE),
        carried: &[],
        risk,
    }
}

fn bench(c: &mut Criterion) {
    let market = market(1);
    let (venue, risk) = (VenueSpec::default(), RiskProfile::unlimited());
    let job = job(&market, &venue, &risk);
    let sampled = Sampled::of(&market, market.in_range, None);
    let grids = [
        ("turning", grid((5..=50).step_by(5), (60..=240).step_by(10))),
        ("calm", grid((100..=1000).step_by(100), (1000..=10_000).step_by(500))),
    ];
    let mut group = c.benchmark_group("sweep");
    for (name, specs) in &grids {
        group.throughput(Throughput::Elements(u64::from(YEAR) * specs.len() as u64)).sample_size(20);
        group.bench_function(*name, |b| {
            b.iter(|| {
                let batch = Batch { job, warm_up: WarmUp::Before, samples: &sampled.ticks };
                let Ok(prepared) = batch.prepare() else { return };
                prepared.run(specs, |_, outcome| {
                    if let Ok(outcome) = outcome {
                        let observed = MetricInputs::of_condensed(outcome, &market, &sampled);
                        black_box(metrics_of(&observed, &MetricSpec::default()));
                    }
                });
            });
        });
    }
    let decided = [
        (
            "rsi",
            hundred(|a, b| StrategyKind::RsiReversion {
                period: 5 + a,
                entry_below: f64::from(20 + b),
                exit_above: 70.0,
            }),
        ),
        (
            "bollinger",
            hundred(|a, b| StrategyKind::BollingerReversion {
                period: 10 * a,
                width: 1.0 + f64::from(b) / 5.0,
            }),
        ),
        ("donchian", hundred(|a, b| StrategyKind::DonchianBreakout { entry: 20 * a, exit: 10 * b })),
        ("rules", hundred(rules)),
    ];
    for (name, specs) in &decided {
        group.throughput(Throughput::Elements(u64::from(YEAR) * specs.len() as u64)).sample_size(10);
        group.bench_function(*name, |b| b.iter(|| follow(&job, &sampled, specs)));
    }
    group.finish();
}

/// Takes strategies through the window.
fn follow(job: &Job<'_>, sampled: &Sampled, specs: &[StrategySpec]) {
    let (market, cache, ticks) = (job.market, IndicatorCache::new(), job.window.ticks);
    let history = History { market, cache: &cache, ticks, warm_up: WarmUp::Before };
    let setup = Setup { history, seed: Seed(1), agent: "one", window: 0 };
    let batch = Batch { job: *job, warm_up: WarmUp::Before, samples: &sampled.ticks };
    let Ok(prepared) = batch.prepare() else { return };
    let trials: Vec<_> = specs.iter().map(|spec| (spec, setup)).collect();
    prepared.follow_all(&trials, |_, outcome| {
        if let Ok(outcome) = outcome {
            let observed = MetricInputs::of_condensed(outcome, market, sampled);
            black_box(metrics_of(&observed, &MetricSpec::default()));
        }
    });
}

/// Symbols that share a wallet.
fn several(c: &mut Criterion) {
    let mut group = c.benchmark_group("sweep");
    for (name, symbols, percent) in [("three", 3_u16, 30.0), ("ten", 10, 9.0)] {
        let market = market(symbols.into());
        let (venue, risk) = (VenueSpec::default(), RiskProfile::unlimited());
        let job = job(&market, &venue, &risk);
        let sampled = Sampled::of(&market, market.in_range, None);
        let mut specs = hundred(|a, b| StrategyKind::SmaCross { fast: 5 * a, slow: 40 + 20 * b });
        for spec in &mut specs {
            spec.symbols = (0..symbols).map(SymbolId).collect();
            spec.size = Bps::from_percent(percent);
        }
        let bars = u64::from(YEAR) * u64::from(symbols) * specs.len() as u64;
        group.throughput(Throughput::Elements(bars)).sample_size(10);
        group.bench_function(name, |b| b.iter(|| follow(&job, &sampled, &specs)));
    }
    group.finish();
}

criterion_group!(benches, bench, several);
criterion_main!(benches);
