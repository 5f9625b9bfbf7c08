//! The full simulations on which the winner rule is based: `cargo run --release --example
//! calling_simulation`.
//!
//! Prints, as Markdown: how often a winner is called among equal agents, how often the truly better agent is
//! called, and how often intervals contain the true value. `TILTYARD_TOURNAMENTS` sets the number of
//! tournaments per cell (default 2,000); names of parts as arguments (`claims`, `odd`, `power`, `limit`,
//! `coverage`, `ratios`, `five`) play only those. `tests/it/calling_simulation.rs` is a shorter version.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a program that prints its results")]

mod world;

use rayon::prelude::*;
use tiltyard::internals::scenario::RankingMetric;
use tiltyard::internals::tournament::standings::ScoreMatrix;
use world::{Kind, Odd, alone, called, judge, tournament, truth};

const WINDOWS: [usize; 3] = [24, 48, 120];
const METRICS: [RankingMetric; 4] = [
    RankingMetric::RoiPct,
    RankingMetric::SharpeRatio,
    RankingMetric::ProfitFactor,
    RankingMetric::MaxDrawdownPct,
];
/// Ratios like the Sharpe ratio, played a quarter as often.
const OTHERS: [RankingMetric; 2] = [RankingMetric::SortinoRatio, RankingMetric::CalmarRatio];
/// Metrics whose true value for a record is known.
const COVERED: [RankingMetric; 4] =
    [RankingMetric::RoiPct, RankingMetric::SharpeRatio, RankingMetric::WinRate, RankingMetric::ProfitFactor];

fn main() {
    let count: u64 =
        std::env::var("TILTYARD_TOURNAMENTS").ok().and_then(|text| text.parse().ok()).unwrap_or(2000);
    let bound = 0.05 + 3.0 * (0.05 * 0.95 / count as f64).sqrt();
    println!("{count} tournaments a cell; alpha 0.05; bound {bound:.4}\n");
    // Two agents are the hardest case: with more the leader has to beat every one of them.
    let fewer = count.div_ceil(4);
    let parts: [(&str, &dyn Fn()); 7] = [
        ("claims", &|| claims(count, 2, &METRICS)),
        ("odd", &|| odd(count)),
        ("power", &|| [2, 4].into_iter().for_each(|agents| power(count, agents))),
        ("limit", &|| drawdown_limit(count)),
        ("coverage", &|| coverage(count)),
        ("ratios", &|| claims(fewer, 2, &OTHERS)),
        ("five", &|| claims(fewer, 5, &METRICS)),
    ];
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    for (name, play) in parts {
        if wanted.is_empty() || wanted.iter().any(|part| part == name) {
            play();
        }
    }
}

/// Heads of a table of windows and these metrics, under a title.
fn heads(title: &str, first: &[&str], metrics: &[RankingMetric]) {
    let names = metrics.iter().map(|metric| metric.as_str());
    let all: Vec<&str> = first.iter().copied().chain(names).collect();
    println!("{title}\n\n| {} |\n|{}", all.join(" | "), "---|".repeat(all.len()));
}

/// How many of the seeds, in percent.
fn share(count: u64, is: impl Fn(u64) -> bool + Sync) -> String {
    let found = (0..count).into_par_iter().filter(|seed| is(*seed)).count();
    percent(found as u64, count)
}

fn percent(n: u64, count: u64) -> String {
    format!("{:.1}", n as f64 * 100.0 / count as f64)
}

/// How often anybody is called who is not truly better.
fn claims(count: u64, agents: usize, metrics: &[RankingMetric]) {
    let title = format!(
        "Claims among {agents} agents, % of {count} (in brackets: those that name a truly better agent)"
    );
    heads(&title, &["kind", "windows"], metrics);
    for kind in Kind::EQUALS {
        for windows in WINDOWS {
            let cell = |&metric: &RankingMetric| {
                let play = |seed: u64| {
                    let leader = called(&judge(&tournament(kind, seed, agents, windows, metric), seed));
                    let right = |leader| kind.differs(metric) && kind.is_best(leader, agents);
                    leader.map_or([0, 0], |leader| if right(leader) { [0, 1] } else { [1, 0] })
                };
                let [wrong, right] =
                    (0..count).into_par_iter().map(play).reduce(|| [0, 0], |a, b| [a[0] + b[0], a[1] + b[1]]);
                let wrong = percent(wrong, count);
                if right == 0 { wrong } else { format!("{wrong} ({})", percent(right, count)) }
            };
            let cells: Vec<String> = metrics.iter().map(cell).collect();
            println!("| {kind:?} | {windows} | {} |", cells.join(" | "));
        }
    }
    println!();
}

/// The same where scores are infinite or medians stand among equal values; and how often a better agent is called.
fn odd(count: u64) {
    println!(
        "Claims among 2 agents of infinite scores and of medians, %, and how often the better is called\n"
    );
    println!("| kind | windows | equals | better by 1 sd |\n|---|---|---|---|");
    for kind in Odd::ALL {
        for windows in WINDOWS {
            let claim = |lead: f64| {
                share(count, |seed| {
                    let leader = called(&judge(&kind.tournament(seed, windows, lead), seed));
                    if lead > 0.0 { leader == Some(1) } else { leader.is_some() }
                })
            };
            println!("| {kind:?} | {windows} | {} | {} |", claim(0.0), claim(1.0));
        }
    }
    println!();
}

/// How often the best of so many is called.
fn power(count: u64, agents: usize) {
    let title = format!("The better by one standard deviation a window, of {agents}, is called, %");
    heads(&title, &["windows"], &METRICS);
    for windows in WINDOWS {
        let cell = |metric: RankingMetric| {
            share(count, |seed| {
                let found = judge(&tournament(Kind::Better, seed, agents, windows, metric), seed);
                called(&found) == Some(agents - 1)
            })
        };
        println!("| {windows} | {} |", METRICS.map(cell).join(" | "));
    }
    println!();
}

/// How often the best would be called by its drawdown if the distribution of the ratio of two drawdowns were known.
fn drawdown_limit(count: u64) {
    println!("By max drawdown if the distribution of the ratio of two drawdowns of equals were known, %\n");
    println!("| windows | of 2 | of 4 |\n|---|---|---|");
    let metric = RankingMetric::MaxDrawdownPct;
    let depth = |matrix: &ScoreMatrix, agent: usize| -matrix.whole(agent).number().unwrap();
    for windows in WINDOWS {
        let ratio = |seed: u64| {
            let matrix = tournament(Kind::Equal, seed, 2, windows, metric);
            (depth(&matrix, 0) / depth(&matrix, 1)).ln().abs()
        };
        let mut ratios: Vec<f64> = (0..count).into_par_iter().map(ratio).collect();
        ratios.sort_by(f64::total_cmp);
        let critical = ratios[ratios.len() * 95 / 100];
        let cell = |agents: usize| {
            share(count, |seed| {
                let matrix = tournament(Kind::Better, seed, agents, windows, metric);
                let best = depth(&matrix, agents - 1);
                (0..agents - 1).all(|other| (depth(&matrix, other) / best).ln() > critical)
            })
        };
        println!("| {windows} | {} |", [2, 4].map(cell).join(" | "));
    }
    println!();
}

/// How often the interval of a record's score holds the truth.
fn coverage(count: u64) {
    heads("Intervals of level 95 % that hold the truth, %", &["windows", "mean a window"], &COVERED);
    for windows in WINDOWS {
        for mean in [0.0, 0.3] {
            let cell = |metric: RankingMetric| {
                let truth = truth(windows, mean, metric);
                share(count, |seed| {
                    let found = judge(&alone(seed, windows, mean, metric), seed).rows[0].interval;
                    found.is_some_and(|interval| interval.low <= truth && truth <= interval.high)
                })
            };
            println!("| {windows} | {mean} sd | {} |", COVERED.map(cell).join(" | "));
        }
    }
    println!();
}
