//! Parameter grids through the batch engine, in bar evaluations (bars times combinations) per second on one
//! core.
//!
//! Workload: one seeded synthetic symbol, 525,600 one-minute bars (a year), `sma_cross`, fee 10 bp, next-open
//! fills, the whole wallet in and out, all metrics. `turning` (high turnover) has the 190 combinations of
//! fast 5..50 step 5 and slow 60..240 step 10; `calm` (low turnover) those of fast 100..1000 step 100 and
//! slow 1000..10,000 step 500. Shared columns and averages are inside the timed part, building the market is
//! not.

mod support;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use support::{YEAR, year};
use tiltyard::internals::domain::{Bps, Cash, Instrument, Interval, SymbolId, UNITS_PER_ONE};
use tiltyard::internals::engine::batch::Batch;
use tiltyard::internals::engine::{Job, Window};
use tiltyard::internals::market::{Market, SeriesBars};
use tiltyard::internals::metrics::{MetricInputs, Sampled, metrics_of};
use tiltyard::internals::scenario::{
    Delisted, MetricSpec, RiskProfile, StrategyKind, StrategySpec, VenueSpec, WarmUp,
};

#[expect(clippy::expect_used, reason = "a benchmark without its market has nothing to say")]
fn market() -> Market {
    let (symbol, bars) = year();
    let mut instrument = Instrument::with_defaults(symbol);
    instrument.min_notional = Cash::from_units(1);
    let series = SeriesBars::plain(instrument, bars);
    Market::assemble(Interval::MINUTE, vec![series], None, None).expect("synthetic bars are sound")
}

fn grid(fast: impl Iterator<Item = u32> + Clone, slow: impl Iterator<Item = u32>) -> Vec<StrategySpec> {
    slow.flat_map(|slow| fast.clone().map(move |fast| StrategyKind::SmaCross { fast, slow }))
        .map(|kind| StrategySpec {
            kind,
            symbols: vec![SymbolId(0)],
            timeframe: Interval::MINUTE,
            size: Bps::WHOLE,
            entries: Default::default(),
        })
        .collect()
}

fn bench(c: &mut Criterion) {
    let market = market();
    let (venue, risk) = (VenueSpec::default(), RiskProfile::unlimited());
    let job = Job {
        market: &market,
        window: Window { index: 0, ticks: market.in_range },
        venue: &venue,
        delisted: Delisted::Carry,
        starting_balance: Cash::from_units(1_000_000 * UNITS_PER_ONE),
        carried: &[],
        risk: &risk,
    };
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
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
