//! Crossing strategies that are long and short on margin: the batch engine against the skipping loop, in bar evaluations
//! (bars times combinations) per second on one core.
//!
//! Workload: one seeded synthetic symbol, 525,600 one-minute bars (a year), a perpetual future with funding every eight
//! hours, `sma_cross` with `direction = "both"` at half the equity, fee 10 bp, all metrics. `batch` has 100 combinations of
//! fast 10..100 and slow 200..2000, `skipping` every tenth of them. Indicators are inside the timed part.

mod support;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use support::{YEAR, years};
use tiltyard::internals::domain::{
    Bps, Cash, InitialMargin, Instrument, Interval, MaintenanceBasis, MarginKind, MarginTerms, Rate, Seed,
    Span, SymbolId, Timestamp, UNITS_PER_ONE,
};
use tiltyard::internals::engine::batch::Batch;
use tiltyard::internals::engine::{Job, Window, replay_skipping};
use tiltyard::internals::indicator::{History, IndicatorCache};
use tiltyard::internals::market::{Bars, FundingRate, MarginSeries, Market, SeriesBars};
use tiltyard::internals::metrics::{MetricInputs, Sampled, metrics_of};
use tiltyard::internals::scenario::{
    Delisted, Direction, Entries, MetricSpec, RiskProfile, StrategyKind, StrategySpec, VenueSpec, WarmUp,
};
use tiltyard::internals::strategy::{Setup, prepare};

fn terms() -> MarginTerms {
    MarginTerms {
        kind: MarginKind::Perpetual,
        initial: InitialMargin::Leverage(Bps::from_percent(2_000.0)),
        maintenance: MarginTerms::brackets(&[(None, Bps::from_percent(0.5))]),
        maintenance_on: MaintenanceBasis::Mark,
        liquidation_fee: Bps::ZERO,
        borrow_fee: Bps::ZERO,
        interest: Bps::ZERO,
        funding: None,
        mark: None,
        zero_funding_gaps: false,
    }
}

/// A payment of a basis point every eight hours.
fn funding(bars: &Bars) -> Vec<FundingRate> {
    let (first, last) = (bars.ts[0], bars.ts[bars.len() - 1]);
    let step = Span::from_seconds(8 * 3_600);
    let times = (1..).map(|n| first + step.times(n)).take_while(|at: &Timestamp| *at < last);
    times.filter_map(|at| Some(FundingRate { at, rate: Rate::from_fraction(0.000_1)? })).collect()
}

#[expect(clippy::expect_used, reason = "a benchmark without its market has nothing to say")]
fn market() -> Market {
    let (symbol, bars) = years(1).remove(0);
    let mut instrument = Instrument::with_defaults(symbol);
    instrument.margin = Some(Box::new(terms()));
    let margin = Some(Box::new(MarginSeries { funding: funding(&bars), mark: None }));
    let series = SeriesBars { margin, ..SeriesBars::plain(instrument, bars) };
    Market::assemble(Interval::MINUTE, vec![series], None, None).expect("synthetic bars are sound")
}

fn specs() -> Vec<StrategySpec> {
    let pairs = (1..=10).flat_map(|slow| (1..=10).map(move |fast| (10 * fast, 200 * slow)));
    let spec = |(fast, slow)| StrategySpec {
        kind: StrategyKind::SmaCross { fast, slow },
        symbols: vec![SymbolId(0)],
        timeframe: Interval::MINUTE,
        size: Bps::from_percent(50.0),
        entries: Entries { direction: Direction::Both, quantity: None },
    };
    pairs.map(spec).collect()
}

fn setup<'a>(market: &'a Market, cache: &'a IndicatorCache) -> Setup<'a> {
    let history = History { market, cache, ticks: market.in_range, warm_up: WarmUp::Before };
    Setup { history, seed: Seed(1), agent: "one", window: 0 }
}

fn bench(c: &mut Criterion) {
    let market = market();
    let venue = VenueSpec::default();
    let mut risk = RiskProfile::unlimited();
    risk.margin.allow_short = true;
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
    let specs = specs();
    let few: Vec<StrategySpec> = specs.iter().step_by(10).cloned().collect();
    let mut group = c.benchmark_group("margin");
    group.throughput(Throughput::Elements(u64::from(YEAR) * specs.len() as u64)).sample_size(10);
    group.bench_function("batch", |b| {
        b.iter(|| {
            let cache = IndicatorCache::new();
            let batch = Batch { job, warm_up: WarmUp::Before, samples: &sampled.ticks };
            let Ok(prepared) = batch.prepare() else { return };
            for spec in &specs {
                if let Ok(outcome) = prepared.follow(spec, &setup(&market, &cache)) {
                    let observed = MetricInputs::of_condensed(outcome, &market, &sampled);
                    black_box(metrics_of(&observed, &MetricSpec::default()));
                }
            }
        });
    });
    group.throughput(Throughput::Elements(u64::from(YEAR) * few.len() as u64));
    group.bench_function("skipping", |b| {
        b.iter(|| {
            let cache = IndicatorCache::new();
            for spec in &few {
                let replay = replay_skipping(&job, prepare(spec, &setup(&market, &cache)));
                let observed = MetricInputs::of(&replay, &market, None);
                black_box(metrics_of(&observed, &MetricSpec::default()));
            }
        });
    });
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
