//! Time and memory of complete standings: agents by windows, 1,000 resamples.
//!
//! `cargo bench --bench standings`; `-- 500 100` for one size. Reports seconds on all cores and the process'
//! peak memory.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a program that prints its results")]

use std::time::Instant;

#[path = "calling/world.rs"]
#[expect(dead_code, reason = "shared with the simulations")]
mod world;

use tiltyard::internals::scenario::{RankingMetric, RatingSystem};
use tiltyard::internals::tournament::standings::{StandingsSpec, standings};
use world::{Kind, tournament};

fn main() {
    let asked: Vec<usize> = std::env::args().filter_map(|text| text.parse().ok()).collect();
    let sizes = match asked[..] {
        [agents, windows] => vec![(agents, windows)],
        _ => vec![(60, 36), (120, 36), (240, 36), (500, 100), (2000, 50)],
    };
    println!("agents  windows  metric            ratings  seconds  peak MiB");
    for (agents, windows) in sizes {
        for metric in [RankingMetric::RoiPct, RankingMetric::ProfitFactor, RankingMetric::MaxDrawdownPct] {
            for ratings in [vec![RatingSystem::BradleyTerry], RatingSystem::ALL.to_vec()] {
                let matrix = tournament(Kind::Rare, 1, agents, windows, metric);
                let spec = StandingsSpec { ratings, ..StandingsSpec::default() };
                let started = Instant::now();
                let found = standings(&matrix, &spec).unwrap();
                let seconds = started.elapsed().as_secs_f64();
                let systems = found.ratings.len();
                println!(
                    "{agents:>6}  {windows:>7}  {:<16}  {systems:>7}  {seconds:>7.2}  {:>8}",
                    metric.as_str(),
                    peak().map_or_else(|| "?".to_owned(), |peak| peak.to_string())
                );
            }
        }
    }
}

/// Peak resident memory of this process so far in MiB, if the system reports it.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib / 1024)
}
