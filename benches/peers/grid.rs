//! A parameter grid of `sma_cross` through the batch engine: `run.py` compares it with other libraries, and
//! the tables of `docs/performance.md` come from it.
//!
//! `grid BARS.parquet [--threads N] [--months N] [--combinations N] [--low-turnover] [--repeat N]` prints one
//! JSON object. Timed: shared columns, averages, replay and every metric; not timed: reading the file.
//! One-minute bars of BTCUSDT of 2023 (`--months`, default 12; above that 2022 too), fee 10 bp, the whole
//! wallet, fills at the next open, averages from the window's first bar. No minimum notional, so that every
//! cross trades; for more than a year, after which fees leave some wallets with less than the smallest
//! quantity, the default minimum of 1.

use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use tiltyard::internals::domain::{Bps, Cash, Instrument, Interval, Seed, Symbol, SymbolId};
use tiltyard::internals::engine::batch::{Batch, Prepared};
use tiltyard::internals::engine::{Job, Loop, Window};
use tiltyard::internals::indicator::{History, IndicatorCache};
use tiltyard::internals::market::{LoadRequest, Market, load};
use tiltyard::internals::metrics::{MetricInputs, Metrics, Sampled, measure, metrics_of};
use tiltyard::internals::scenario::{
    Delisted, GapRule, MarketSpec, MetricSpec, RiskProfile, StrategyKind, StrategySpec, VenueSpec, WarmUp,
};
use tiltyard::internals::strategy::{Setup, prepare};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |name: &str, default: usize| -> Result<usize, Failure> {
        match arguments.iter().position(|argument| argument == name) {
            Some(index) => Ok(arguments.get(index + 1).ok_or("a number is missing")?.parse()?),
            None => Ok(default),
        }
    };
    let path = arguments.first().ok_or("the path of a Parquet file is missing")?;
    let market = market(Path::new(path), number("--months", 12)?)?;
    let low_turnover = arguments.iter().any(|argument| argument == "--low-turnover");
    let grid = combinations(number("--combinations", 190)?, low_turnover);
    let mut best: Option<(Duration, Vec<Metrics>)> = None;
    for _ in 0..number("--repeat", 5)?.max(1) {
        let start = Instant::now();
        let metrics = replay(&market, &grid, number("--threads", 1)?.max(1))?;
        let took = start.elapsed();
        if best.as_ref().is_none_or(|(best, _)| took < *best) {
            best = Some((took, metrics));
        }
    }
    let (took, metrics) = best.ok_or("nothing ran")?;
    let rows = grid.iter().zip(&metrics).map(|(&(fast, slow), metrics)| {
        serde_json::json!([fast, slow, metrics.trades, metrics.final_equity.to_f64()])
    });
    let report = serde_json::json!({
        "name": "tiltyard",
        "bars": market.in_range.last - market.in_range.first,
        "seconds": took.as_secs_f64(),
        "peak_mb": peak_mb(),
        "combinations": rows.collect::<Vec<_>>(),
    });
    #[expect(clippy::print_stdout, reason = "this is a program")]
    {
        println!("{report}");
    }
    Ok(())
}

fn market(path: &Path, months: usize) -> Result<Market, Failure> {
    let mut instrument = Instrument::with_defaults(Symbol::new("BTCUSDT")?);
    if months <= 12 {
        instrument.min_notional = Cash::from_units(1);
    }
    let (year, month) = (2023 + months / 12, months % 12 + 1);
    let spec = MarketSpec {
        path: path.to_owned(),
        base_dir: ".".into(),
        instruments: vec![instrument],
        quote_asset: "USDT".into(),
        interval: Interval::MINUTE,
        start: Some(if months > 12 { "2022-01-01" } else { "2023-01-01" }.parse()?),
        end: Some(
            if months > 12 { "2024-01-01".to_owned() } else { format!("{year}-{month:02}-01") }.parse()?,
        ),
        warm_up: WarmUp::Inside,
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
        history_bars: 0,
        detail: false,
        benchmark: None,
    };
    Ok(load(&request)?)
}

/// The 190 combinations of fast 5..50 step 5 and slow 60..240 step 10 (low turnover: fast 100..1000 step 100,
/// slow 1000..10,000 step 500); for another count, a square of periods.
fn combinations(count: usize, low_turnover: bool) -> Vec<(u32, u32)> {
    let (fast, slow): (Vec<u32>, Vec<u32>) = match (count, low_turnover) {
        (190, false) => ((5..=50).step_by(5).collect(), (60..=240).step_by(10).collect()),
        (190, true) => ((100..=1000).step_by(100).collect(), (1000..=10_000).step_by(500).collect()),
        _ => {
            let side = (1_u32..).find(|side| (side * side) as usize >= count).unwrap_or(1);
            ((0..side).map(|i| 5 + i).collect(), (0..side).map(|i| 120 + 2 * i).collect())
        }
    };
    let pairs = slow.iter().flat_map(|&slow| fast.iter().map(move |&fast| (fast, slow)));
    pairs.take(count).collect()
}

fn replay(market: &Market, grid: &[(u32, u32)], threads: usize) -> Result<Vec<Metrics>, Failure> {
    let (venue, risk) = (VenueSpec::default(), RiskProfile::unlimited());
    let sampled = Sampled::of(market, market.in_range, None);
    let job = Job {
        market,
        window: Window { index: 0, ticks: market.in_range },
        venue: &venue,
        delisted: Delisted::Carry,
        starting_balance: "1000000".parse()?,
        carried: &[],
        risk: &risk,
    };
    let prepared = Batch { job, warm_up: WarmUp::Inside, samples: &sampled.ticks }.prepare()?;
    let done: Mutex<Vec<(usize, Metrics)>> = Mutex::new(Vec::with_capacity(grid.len()));
    let share = grid.len().div_ceil(threads).max(1);
    std::thread::scope(|scope| {
        for (number, part) in grid.chunks(share).enumerate() {
            let (prepared, job, sampled, done) = (&prepared, &job, &sampled, &done);
            scope.spawn(move || {
                let found = part_of(prepared, job, part, sampled);
                let found = found.into_iter().map(|(index, metrics)| (number * share + index, metrics));
                if let Ok(mut done) = done.lock() {
                    done.extend(found);
                }
            });
        }
    });
    let mut done = done.into_inner().map_err(|_| "a thread panicked")?;
    done.sort_by_key(|(index, _)| *index);
    Ok(done.into_iter().map(|(_, metrics)| metrics).collect())
}

/// Combinations that the batch engine does not support use the general engine.
fn part_of(
    prepared: &Prepared<'_>,
    job: &Job<'_>,
    grid: &[(u32, u32)],
    sampled: &Sampled,
) -> Vec<(usize, Metrics)> {
    let (market, metrics) = (job.market, MetricSpec::default());
    let spec = |&(fast, slow): &(u32, u32)| StrategySpec {
        kind: StrategyKind::SmaCross { fast, slow },
        symbols: vec![SymbolId(0)],
        timeframe: Interval::MINUTE,
        size: Bps::WHOLE,
        entries: Default::default(),
    };
    let specs: Vec<StrategySpec> = grid.iter().map(spec).collect();
    let (mut found, mut left) = (Vec::with_capacity(grid.len()), Vec::new());
    prepared.run(&specs, |index, outcome| match outcome {
        Ok(outcome) => {
            let observed = MetricInputs::of_condensed(outcome, market, sampled);
            found.push((index, metrics_of(&observed, &metrics)));
        }
        Err(_) => left.push(index),
    });
    for index in left {
        let cache = IndicatorCache::new();
        let ticks = job.window.ticks;
        let history = History { market, cache: &cache, ticks, warm_up: WarmUp::Inside };
        let setup = Setup { history, seed: Seed(1), agent: "grid", window: 0 };
        let replay = Loop::Skip.replay(job, prepare(&specs[index], &setup));
        found.push((index, measure(&replay, market, &metrics)));
    }
    found
}

/// Peak memory of this process, if the system reports it.
fn peak_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse::<f64>().ok().map(|kb| kb / 1024.0)
}
