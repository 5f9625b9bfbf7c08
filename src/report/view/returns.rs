//! Daily returns for charts: their distribution, rolling Sharpe and beta, exposure over time, and how agents move
//! together.

use std::collections::BTreeMap;

use serde::Serialize;

use super::daily::Daily;
use super::series::Series;
use super::trades::{Histogram, histogram};
use crate::metrics::{beta, correlation, mean, rolling_sharpe, standard_deviation};
use crate::report::table::NONE;
use crate::store::{AgentRecord, Downsampler, StoredRun};

/// Fewest daily returns that a distribution is drawn of.
const FEWEST: usize = 10;
/// Bounds of the window of rolling numbers, in returns; within them it is a fifth of all.
const ROLLING: (usize, usize) = (10, 90);
/// Fewest values that make a rolling curve.
const CURVE: usize = 8;
/// Points of each curve, of all agents together.
const POINTS: usize = 24_000;
/// Agents of the matrix of correlations.
const AGENTS: usize = 30;

/// One agent's daily returns as charts draw them.
#[derive(Debug, Clone, Default, Serialize)]
pub(in crate::report) struct Returns {
    /// Daily returns in percent.
    pub histogram: Histogram,
    /// Mean and standard deviation of the daily returns, percent.
    pub normal: Option<(f64, f64)>,
    /// How many returns the rolling numbers look back over.
    pub window: usize,
    /// Rolling annualised Sharpe ratio.
    pub sharpe: Series,
    /// Rolling beta against the benchmark, where that is not the agent itself.
    pub beta: Series,
    /// What is invested at the close of each day.
    pub exposure: Exposure,
    /// Return of each calendar year, percent.
    pub years: Vec<(i32, f64)>,
}

/// Values of positions at the close of each day, in percent of the equity.
#[derive(Debug, Clone, Default, Serialize)]
pub(in crate::report) struct Exposure {
    /// Of long positions.
    pub long: Series,
    /// Of short positions, negative; empty where there never was one.
    #[serde(skip_serializing_if = "Series::is_empty")]
    pub short: Series,
    /// Of both without signs; empty where it is that of long positions.
    #[serde(skip_serializing_if = "Series::is_empty")]
    pub gross: Series,
}

/// The charts of every agent, in the scenario's order; `held` are the days of a benchmark that is a symbol.
pub(super) fn returns(stored: &StoredRun, daily: &[Daily], held: Option<&Daily>) -> Vec<Returns> {
    let benchmark = stored.run.benchmark.as_ref();
    let benchmark = benchmark.and_then(|name| stored.run.agents.iter().position(|agent| agent.name == *name));
    let points = (POINTS / daily.len().max(1)).clamp(40, 700);
    let one = |(index, own): (usize, &Daily)| {
        let record = stored.run.agents.get(index).and_then(|agent| stored.agent(&agent.name));
        let against = benchmark.filter(|other| *other != index).and_then(|other| daily.get(other));
        of(own, record, against.or(held), points)
    };
    daily.iter().enumerate().map(one).collect()
}

fn of(own: &Daily, record: Option<&AgentRecord>, benchmark: Option<&Daily>, points: usize) -> Returns {
    let percent: Vec<f64> = own.returns.iter().map(|value| value * 100.0).collect();
    let enough = percent.len() >= FEWEST;
    let window = (own.returns.len() / 5).clamp(ROLLING.0, ROLLING.1);
    let per_year = record.and_then(|record| record.windows.first()).filter(|job| job.sampling == "daily");
    let per_year = per_year.map_or(365.0, |job| job.periods_per_year);
    let days = own.days.get(window - 1..).unwrap_or_default();
    let sharpe: Vec<(i64, f64)> = days
        .iter()
        .zip(rolling_sharpe(&own.returns, window, 0.0, per_year))
        .filter_map(|(day, value)| Some((*day, value.ok()?)))
        .collect();
    Returns {
        histogram: if enough { histogram(&percent) } else { Histogram::default() },
        normal: enough.then(|| normal(&percent)).flatten(),
        window,
        sharpe: curve(sharpe, points, 1e3),
        beta: benchmark
            .map_or_else(Series::default, |other| curve(rolling_beta(own, other, window), points, 1e4)),
        exposure: exposure(own, points),
        years: years(own),
    }
}

fn normal(percent: &[f64]) -> Option<(f64, f64)> {
    let rounded = |value: f64| (value * 1e6).round() / 1e6;
    let deviation = standard_deviation(percent).ok().filter(|deviation| *deviation > 0.0)?;
    Some((rounded(mean(percent).ok()?), rounded(deviation)))
}

fn exposure(own: &Daily, points: usize) -> Exposure {
    let is_short = own.short.iter().any(|share| *share > 0.0);
    // Three curves share the room of one.
    let points = if is_short { points / 2 } else { points };
    let drawn = |value: &dyn Fn(usize) -> f64| {
        curve(own.days.iter().enumerate().map(|(at, day)| (*day, value(at) * 100.0)).collect(), points, 100.0)
    };
    let some = |is_drawn: bool, value: &dyn Fn(usize) -> f64| {
        if is_drawn { drawn(value) } else { Series::default() }
    };
    Exposure {
        long: drawn(&|at| own.long[at]),
        short: some(is_short, &|at| -own.short[at]),
        gross: some(is_short, &|at| own.long[at] + own.short[at]),
    }
}

/// Beta of the last returns at each day that both have. The days of a window that the one lacks are left out of both;
/// an agent that stopped early has fewer.
fn rolling_beta(own: &Daily, benchmark: &Daily, window: usize) -> Vec<(i64, f64)> {
    let (mut days, mut pairs) = (Vec::new(), (Vec::new(), Vec::new()));
    let mut other = 0;
    for (day, value) in own.days.iter().zip(&own.returns) {
        let Some(ahead) = benchmark.days[other..].iter().position(|known| known == day) else { continue };
        other += ahead;
        days.push(*day);
        pairs.0.push(*value);
        pairs.1.push(benchmark.returns[other]);
        other += 1;
    }
    let days = days.get(window - 1..).unwrap_or_default();
    let pairs = pairs.0.windows(window).zip(pairs.1.windows(window));
    days.iter().zip(pairs).filter_map(|(day, (own, other))| Some((*day, beta(own, other).ok()?))).collect()
}

/// Thinned, and rounded to whole parts of `scale`; nothing where there are too few values for a curve.
fn curve(values: Vec<(i64, f64)>, points: usize, scale: f64) -> Series {
    if values.len() < CURVE {
        return Series::default();
    }
    let mut thinned = Downsampler::new(values.len(), points);
    values.iter().for_each(|&(day, value)| thinned.push(day * 86_400_000_000, value));
    Series::rounded(thinned.finish(), scale)
}

/// Compounded by calendar year.
fn years(own: &Daily) -> Vec<(i32, f64)> {
    let mut growth: BTreeMap<i32, f64> = BTreeMap::new();
    for (day, value) in own.days.iter().zip(&own.returns) {
        let at = crate::domain::Timestamp::from_micros(day * 86_400_000_000);
        let year = at.to_utc().format("%Y").to_string().parse().unwrap_or_default();
        *growth.entry(year).or_insert(1.0) *= 1.0 + value;
    }
    growth.into_iter().map(|(year, growth)| (year, ((growth - 1.0) * 1e4).round() / 100.0)).collect()
}

/// Correlations of daily returns between agents.
#[derive(Debug, Serialize)]
pub(in crate::report) struct Correlations {
    /// In the leaderboard's order.
    pub agents: Vec<String>,
    /// By agent, then by agent.
    pub cells: Vec<Vec<CorrelationCell>>,
    /// Agents that had no room.
    pub left_out: usize,
}

/// One cell of the matrix.
#[derive(Debug, Clone, Serialize)]
pub(in crate::report) struct CorrelationCell {
    /// `0.42`.
    pub text: String,
    /// `good` above zero, `bad` below, else nothing.
    pub tone: &'static str,
    /// Its absolute value.
    pub heat: f64,
}

/// The matrix; `None` where fewer than two agents have enough days in common.
pub(super) fn correlations(stored: &StoredRun, daily: &[Daily]) -> Option<Correlations> {
    let rows = &stored.leaderboard.rankings;
    let of = |name: &str| {
        let index = stored.run.agents.iter().position(|agent| agent.name == name)?;
        daily.get(index).filter(|own| own.days.len() >= FEWEST)
    };
    let known: Vec<(String, &Daily)> =
        rows.iter().filter_map(|row| Some((row.agent.clone(), of(&row.agent)?))).collect();
    if known.len() < 2 {
        return None;
    }
    let shown = &known[..known.len().min(AGENTS)];
    let cell = |own: &Daily, other: &Daily| {
        let found =
            if own.days == other.days { correlation(&own.returns, &other.returns).ok() } else { None };
        let tone = match found {
            Some(value) if value > 0.0 => "good",
            Some(_) => "bad",
            None => "none",
        };
        let text =
            found.map_or_else(|| NONE.to_owned(), |value| format!("{value:.2}").replace("-0.00", "0.00"));
        let heat = found.map_or(0.0, |value| (value.abs() * 100.0).round() / 100.0);
        CorrelationCell { text, tone, heat }
    };
    let cells = shown.iter().map(|(_, own)| shown.iter().map(|(_, other)| cell(own, other)).collect());
    Some(Correlations {
        agents: shown.iter().map(|(name, _)| name.clone()).collect(),
        cells: cells.collect(),
        left_out: known.len() - shown.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn daily(returns: Vec<f64>) -> Daily {
        let days = (19_760..).take(returns.len()).collect();
        Daily { days, long: vec![0.5; returns.len()], short: vec![0.0; returns.len()], returns }
    }

    #[test]
    fn the_rolling_window_fits_the_data() {
        let returns: Vec<f64> = (0..100).map(|i| f64::from(i % 7) * 0.01 - 0.025).collect();
        let found = of(&daily(returns), None, None, 700);
        assert_eq!(found.window, 20);
        assert_eq!(found.sharpe.seconds().len(), 81);
        assert_eq!(found.exposure.long.seconds()[0].1, 50.0);
        assert!(found.exposure.gross.is_empty(), "it is what is long");
        let (mean, deviation) = found.normal.unwrap();
        assert!((-2.5..3.5).contains(&mean) && deviation > 1.0);
        let few = of(&daily(vec![0.01; 9]), None, None, 700);
        assert!(few.normal.is_none() && few.sharpe.seconds().is_empty());
    }

    #[test]
    fn long_short_and_gross_exposure_are_apart() {
        let mut own = daily((0..40).map(f64::from).collect());
        own.short = vec![0.25; 40];
        let found = exposure(&own, 700);
        let first = |series: &Series| series.seconds()[0].1;
        assert_eq!([first(&found.long), first(&found.short), first(&found.gross)], [50.0, -25.0, 75.0]);
    }

    #[test]
    fn a_benchmark_with_more_days_is_compared_on_the_agent_s() {
        let other = daily((0..60).map(|i| f64::from(i % 5) * 0.01 - 0.02).collect());
        let mut own = daily(other.returns.iter().map(|value| value * 2.0).collect());
        (own.days, own.returns) = (own.days[7..50].to_vec(), own.returns[7..50].to_vec());
        let found = rolling_beta(&own, &other, 10);
        assert_eq!(found.len(), 34);
        assert!(found.iter().all(|point| (point.1 - 2.0).abs() < 1e-9));
    }

    #[test]
    fn beta_of_twice_the_benchmark_is_two() {
        let other = daily((0..40).map(|i| f64::from(i % 5) * 0.01 - 0.02).collect());
        let own = daily(other.returns.iter().map(|value| value * 2.0).collect());
        let found = of(&own, None, Some(&other), 700);
        assert!(found.beta.seconds().iter().all(|point| (point.1 - 2.0).abs() < 0.011));
        assert_eq!(found.years.len(), 1);
    }
}
