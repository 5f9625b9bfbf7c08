//! A parameter grid through the batch engine: `run.py` compares it with other libraries, and the table "The engine
//! alone" of `docs/performance.md` comes from it.
//!
//! `grid BARS.parquet [--family cross|calm|rsi|bollinger|donchian|stops|rules|three|ten] [--threads N] [--months N]
//! [--combinations N] [--repeat N]` prints one JSON object: of the repetitions the shortest counts, and `digest` is equal where all
//! metrics are. Timed: shared columns, indicators, replay and every metric; not timed: reading the file.
//! One-minute bars of BTCUSDT of 2023 (`--months`, default 12; above that 2022 too), fills at the next open, indicators from the
//! window's first bar. No minimum notional, so that every
//! cross trades; for more than a year, after which fees leave some wallets with less than the smallest
//! quantity, the default minimum of 1. `three` has ETHUSDT and SOLUSDT from the same folder beside it, `ten` a year of synthetic bars.

mod grids;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use grids::{Grid, grid};
use tiltyard::internals::data::synth;
use tiltyard::internals::domain::{Bps, Cash, Instrument, Interval, Seed, Symbol};
use tiltyard::internals::engine::batch::{Batch, Prepared};
use tiltyard::internals::engine::{Job, Loop, Window};
use tiltyard::internals::indicator::{History, IndicatorCache};
use tiltyard::internals::market::{LoadRequest, Market, SeriesBars, load};
use tiltyard::internals::metrics::{MetricInputs, Metrics, Sampled, measure, metrics_of};
use tiltyard::internals::scenario::{
    Delisted, GapRule, MarketSpec, MetricSpec, RiskProfile, StrategySpec, VenueSpec, WarmUp,
};
use tiltyard::internals::strategy::{Setup, prepare};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let after = |name: &str| {
        let index = arguments.iter().position(|argument| argument == name)?;
        Some(arguments.get(index + 1).map(String::as_str).ok_or("a value is missing"))
    };
    let number = |name: &str, default: usize| -> Result<usize, Failure> {
        after(name).map_or(Ok(default), |value| Ok(value?.parse()?))
    };
    let path = arguments.first().ok_or("the path of a Parquet file is missing")?;
    let grid = grid(after("--family").transpose()?.unwrap_or("cross"), number("--combinations", 190)?)?;
    let market = match grid.symbols {
        10 => synthetic(grid.symbols)?,
        _ => market(Path::new(path), grid.symbols, number("--months", 12)?)?,
    };
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
    let rows = metrics
        .iter()
        .enumerate()
        .map(|(index, metrics)| serde_json::json!([index, metrics.trades, metrics.final_equity.to_f64()]));
    let bars = market.in_range.last - market.in_range.first;
    let evaluations = (bars * grid.specs.len() * usize::from(grid.symbols)) as f64;
    let report = serde_json::json!({
        "name": "tiltyard",
        "bars": bars,
        "seconds": took.as_secs_f64(),
        "million_bar_evaluations_per_second": evaluations / took.as_secs_f64() / 1e6,
        "peak_mb": peak_mb(),
        "digest": digest(&metrics),
        "combinations": rows.collect::<Vec<_>>(),
    });
    #[expect(clippy::print_stdout, reason = "this is a program")]
    {
        println!("{report}");
    }
    Ok(())
}

fn instrument(symbol: &str) -> Result<Instrument, Failure> {
    Ok(Instrument { min_notional: Cash::from_units(1), ..Instrument::with_defaults(Symbol::new(symbol)?) })
}

fn market(path: &Path, symbols: u16, months: usize) -> Result<Market, Failure> {
    let names = ["BTCUSDT", "ETHUSDT", "SOLUSDT"].into_iter().take(symbols.into());
    let mut instruments = names.map(instrument).collect::<Result<Vec<_>, _>>()?;
    if months > 12 {
        instruments = vec![Instrument::with_defaults(Symbol::new("BTCUSDT")?)];
    }
    let folder = path.parent().filter(|_| symbols > 1).unwrap_or(path);
    let (year, month) = (2023 + months / 12, months % 12 + 1);
    let spec = MarketSpec {
        path: folder.to_owned(),
        base_dir: ".".into(),
        instruments,
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

/// A year of one-minute bars of seeded synthetic symbols.
fn synthetic(symbols: u16) -> Result<Market, Failure> {
    let mut spec = synth::sample();
    let first = spec.symbols[0].clone();
    let named = |number| -> Result<_, Failure> {
        Ok(synth::SynthSymbol { symbol: Symbol::new(&format!("S{number}"))?, ..first.clone() })
    };
    spec.symbols = (0..symbols).map(named).collect::<Result<_, _>>()?;
    (spec.interval, spec.bars) = (Interval::MINUTE, 525_600);
    let series = synth::generate(&spec)
        .into_iter()
        .map(|(symbol, bars)| Ok(SeriesBars::plain(instrument(symbol.as_str())?, bars)))
        .collect::<Result<_, Failure>>()?;
    Ok(Market::assemble(Interval::MINUTE, series, None, None)?)
}

fn replay(market: &Market, grid: &Grid, threads: usize) -> Result<Vec<Metrics>, Failure> {
    let fee = Bps::from_f64(grid.fee_bps);
    let venue = VenueSpec { taker_fee: fee, maker_fee: fee, ..VenueSpec::default() };
    let risk = RiskProfile::unlimited();
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
    let cache = IndicatorCache::new();
    let history = History { market, cache: &cache, ticks: job.window.ticks, warm_up: WarmUp::Inside };
    let setup = Setup { history, seed: Seed(1), agent: "grid", window: 0 };
    let done: Mutex<Vec<(usize, Metrics)>> = Mutex::new(Vec::with_capacity(grid.specs.len()));
    let share = grid.specs.len().div_ceil(threads).max(1);
    std::thread::scope(|scope| {
        for (number, part) in grid.specs.chunks(share).enumerate() {
            let (prepared, job, setup, sampled, done) = (&prepared, &job, &setup, &sampled, &done);
            scope.spawn(move || {
                let found = part_of(prepared, job, setup, part, sampled);
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
    setup: &Setup<'_>,
    specs: &[StrategySpec],
    sampled: &Sampled,
) -> Vec<(usize, Metrics)> {
    let (market, metrics) = (job.market, MetricSpec::default());
    let (mut found, mut left) = (Vec::with_capacity(specs.len()), Vec::new());
    let note = |index, outcome| match outcome {
        Ok(outcome) => {
            let observed = MetricInputs::of_condensed(outcome, market, sampled);
            found.push((index, metrics_of(&observed, &metrics)));
        }
        Err(_) => left.push(index),
    };
    if specs.first().is_some_and(|spec| prepared.follows(spec)) {
        prepared.follow_all(&specs.iter().map(|spec| (spec, *setup)).collect::<Vec<_>>(), note);
    } else {
        prepared.run(specs, note);
    }
    for index in left {
        let replay = Loop::Skip.replay(job, prepare(&specs[index], setup));
        found.push((index, measure(&replay, market, &metrics)));
    }
    found
}

/// Of every bit of all metrics.
fn digest(metrics: &[Metrics]) -> String {
    let mut hasher = DefaultHasher::new();
    format!("{metrics:?}").hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Peak memory of this process, if the system reports it.
fn peak_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse::<f64>().ok().map(|kb| kb / 1024.0)
}
