//! The full simulations on which the winner rule is based: `cargo run --release --example
//! calling_simulation`.
//!
//! Prints, as Markdown: how often a winner is called among equal agents, how often the truly better agent is
//! called, and how often intervals contain the true value. `TILTYARD_TOURNAMENTS` sets the number of
//! tournaments per cell (default 2,000). `tests/it/calling_simulation.rs` is a shorter version.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a program that prints its results")]

mod world;

use rayon::prelude::*;
use tiltyard::scenario::RankingMetric;
use world::{Kind, alone, called, judge, tournament, truth};

const WINDOWS: [usize; 3] = [24, 48, 120];
const METRICS: [RankingMetric; 6] = [
    RankingMetric::RoiPct,
    RankingMetric::SharpeRatio,
    RankingMetric::ProfitFactor,
    RankingMetric::MaxDrawdownPct,
    RankingMetric::SortinoRatio,
    RankingMetric::CalmarRatio,
];

fn main() {
    let count: u64 =
        std::env::var("TILTYARD_TOURNAMENTS").ok().and_then(|text| text.parse().ok()).unwrap_or(2000);
    let bound = 0.05 + 3.0 * (0.05 * 0.95 / count as f64).sqrt();
    println!("{count} tournaments a cell; alpha 0.05; bound {bound:.4}\n");
    for agents in [2, 5] {
        claims(count, agents);
    }
    power(count);
    coverage(count);
}

/// How often an agent is called that is not truly better.
fn claims(count: u64, agents: usize) {
    println!("Claims among {agents} agents, % (in brackets: those that name a truly better agent)\n");
    println!("| kind | windows | {} |", METRICS.map(RankingMetric::as_str).join(" | "));
    println!("|---|---|{}", "---|".repeat(METRICS.len()));
    for kind in Kind::EQUALS {
        for windows in WINDOWS {
            let cell = |metric: RankingMetric| {
                let play = |seed: u64| {
                    let leader = called(&judge(&tournament(kind, seed, agents, windows, metric), seed));
                    let right = |leader| kind.differs(metric) && kind.is_best(leader, agents);
                    leader.map_or([0, 0], |leader| if right(leader) { [0, 1] } else { [1, 0] })
                };
                let [wrong, right] =
                    (0..count).into_par_iter().map(play).reduce(|| [0, 0], |a, b| [a[0] + b[0], a[1] + b[1]]);
                let percent = |n: u64| format!("{:.1}", n as f64 * 100.0 / count as f64);
                if right == 0 { percent(wrong) } else { format!("{} ({})", percent(wrong), percent(right)) }
            };
            println!("| {kind:?} | {windows} | {} |", METRICS.map(cell).join(" | "));
        }
    }
    println!();
}

/// How often the better of four agents is called.
fn power(count: u64) {
    println!("The better by one standard deviation a window, of four, is called, %\n");
    println!("| windows | {} |", METRICS.map(RankingMetric::as_str).join(" | "));
    println!("|---|{}", "---|".repeat(METRICS.len()));
    for windows in WINDOWS {
        let cell = |metric: RankingMetric| {
            let found = (0..count)
                .into_par_iter()
                .filter(|&seed| {
                    called(&judge(&tournament(Kind::Better, seed, 4, windows, metric), seed)) == Some(3)
                })
                .count();
            format!("{:.1}", found as f64 * 100.0 / count as f64)
        };
        println!("| {windows} | {} |", METRICS.map(cell).join(" | "));
    }
    println!();
}

/// How often the interval of a record's score contains the true value.
fn coverage(count: u64) {
    println!("Intervals of level 95 % that hold the truth, %\n");
    println!("| windows | mean a window | roi_pct | sharpe_ratio |");
    println!("|---|---|---|---|");
    for windows in WINDOWS {
        for mean in [0.0, 0.3] {
            let cell = |metric: RankingMetric| {
                let truth = truth(windows, mean, metric);
                let holds = |seed: &u64| {
                    let interval =
                        judge(&alone(*seed, windows, mean, metric), *seed).rows[0].interval.unwrap();
                    interval.low <= truth && truth <= interval.high
                };
                let held = (0..count).into_par_iter().filter(holds).count();
                format!("{:.1}", held as f64 * 100.0 / count as f64)
            };
            println!(
                "| {windows} | {mean} sd | {} | {} |",
                cell(RankingMetric::RoiPct),
                cell(RankingMetric::SharpeRatio)
            );
        }
    }
}
