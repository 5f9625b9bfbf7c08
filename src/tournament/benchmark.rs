//! Agents against the scenario's benchmark, one of them or a symbol that is bought and held: in one window, and over
//! all of them one after the other.

use rayon::prelude::*;

use super::outcome::{BenchmarkResult, WindowResult};
use super::plan::TournamentPlan;
use crate::domain::{AgentName, SymbolId};
use crate::market::{Market, TickRange};
use crate::metrics::{
    Metrics, Missing, ReturnSeries, Sample, record_metrics, relative, series_metrics, series_of,
};
use crate::scenario::Benchmark;

/// Adds the metrics against the benchmark, where the scenario names one. `results` are those of all agents in one
/// window, in the scenario's order.
pub(super) fn measure_against(
    plan: &TournamentPlan<'_>,
    mut results: Vec<WindowResult>,
) -> Vec<WindowResult> {
    let Some(benchmark) = benchmark(plan, &results) else { return results };
    for result in &mut results {
        let own = series(plan, result);
        result.metrics.relative = relative(&own, &benchmark, &plan.scenario.metrics);
    }
    results
}

/// The benchmark's returns over the same closes as the agents'.
fn benchmark(plan: &TournamentPlan<'_>, results: &[WindowResult]) -> Option<ReturnSeries> {
    let index_of = |name: &AgentName| plan.scenario.agents.iter().position(|agent| agent.name == *name);
    match plan.scenario.report.benchmark.as_ref()? {
        Benchmark::Agent(name) => results.get(index_of(name)?).map(|result| series(plan, result)),
        symbol => {
            let ticks = results.first()?.replay.window.ticks;
            let (start, closes) = held(plan.market, symbol, ticks)?;
            Some(sampled(plan, start, &closes, ticks))
        }
    }
}

/// The metrics of each agent over all its windows, with those against the benchmark. One list of windows an agent, in
/// the scenario's order.
pub(super) fn records(plan: &TournamentPlan<'_>, agents: &[Vec<WindowResult>]) -> Vec<Option<Metrics>> {
    let benchmark = benchmark_returns(plan, agents);
    agents.par_iter().map(|windows| record(plan, windows, benchmark.as_ref())).collect()
}

fn record(
    plan: &TournamentPlan<'_>,
    windows: &[WindowResult],
    benchmark: Option<&Returns>,
) -> Option<Metrics> {
    let measured: Vec<&Metrics> = windows.iter().map(|window| &window.metrics).collect();
    let (spec, bar) = (&plan.scenario.metrics, plan.market.interval.span().seconds());
    if measured.len() < 2 {
        return record_metrics(&measured, Ok(Vec::new()), bar, spec);
    }
    let returns = joined(windows.iter().map(|window| series(plan, window).returns));
    let mut record = record_metrics(&measured, returns.clone(), bar, spec)?;
    if let Some(benchmark) = benchmark {
        let own = series_of(&record.record, returns);
        let other = series_of(&record.record, benchmark.clone());
        record.relative = relative(&own, &other, spec);
    }
    Some(record)
}

/// The benchmark's own record; `None` where the scenario has none, or it is an agent. `records` are those of the agents.
pub(super) fn held_record(
    plan: &TournamentPlan<'_>,
    agents: &[Vec<WindowResult>],
    records: &[Option<Metrics>],
) -> Option<BenchmarkResult> {
    let symbol = plan.scenario.report.benchmark.as_ref().filter(|one| !matches!(one, Benchmark::Agent(_)))?;
    let length = &records.iter().flatten().next()?.record;
    let series = series_of(length, benchmark_returns(plan, agents)?);
    let ticks = agents.first()?.iter().map(|window| window.replay.window.ticks);
    let series = ReturnSeries { finest_depth: depth(plan.market, symbol, ticks)?, ..series };
    let metrics = series_metrics(&series, &plan.scenario.metrics);
    Some(BenchmarkResult { symbol: symbol.clone(), total_return: series.total_return(), metrics })
}

/// The deepest fall of the chained windows, at most 0.
fn depth(market: &Market, symbol: &Benchmark, windows: impl Iterator<Item = TickRange>) -> Option<f64> {
    let (mut before, mut peak, mut deepest) = (1.0_f64, 1.0_f64, 0.0_f64);
    for ticks in windows {
        let (start, closes) = held(market, symbol, ticks)?;
        for close in &closes {
            let level = before * close / start;
            peak = peak.max(level);
            deepest = deepest.min(level / peak - 1.0);
        }
        before *= closes.last().map_or(1.0, |close| close / start);
    }
    Some(deepest)
}

/// Returns, or why there are none.
type Returns = Result<Vec<f64>, Missing>;

/// The benchmark's returns over all windows.
fn benchmark_returns(plan: &TournamentPlan<'_>, agents: &[Vec<WindowResult>]) -> Option<Returns> {
    let windows = agents.first()?.len();
    let index_of = |name: &AgentName| plan.scenario.agents.iter().position(|agent| agent.name == *name);
    match plan.scenario.report.benchmark.as_ref()? {
        Benchmark::Agent(name) => {
            let own = agents.get(index_of(name)?)?;
            Some(joined(own.iter().map(|window| series(plan, window).returns)))
        }
        symbol => {
            let series = (0..windows).map(|window| {
                let ticks = agents[0][window].replay.window.ticks;
                let (start, closes) = held(plan.market, symbol, ticks)?;
                Some(sampled(plan, start, &closes, ticks).returns)
            });
            series.collect::<Option<Vec<Returns>>>().map(|all| joined(all.into_iter()))
        }
    }
}

/// One after the other; nothing where a part has none.
fn joined(parts: impl Iterator<Item = Returns>) -> Returns {
    parts.collect::<Result<Vec<Vec<f64>>, Missing>>().map(|parts| parts.concat())
}

fn series(plan: &TournamentPlan<'_>, result: &WindowResult) -> ReturnSeries {
    let periods_per_year = plan.scenario.metrics.periods_per_year;
    let sample = match &result.packed {
        Some(packed) => packed.sample(plan.market, result.replay.window.ticks, periods_per_year),
        None => Sample::of_replay(&result.replay, plan.market, periods_per_year),
    };
    sample.series(0.0)
}

fn sampled(plan: &TournamentPlan<'_>, start: f64, levels: &[f64], ticks: TickRange) -> ReturnSeries {
    let periods_per_year = plan.scenario.metrics.periods_per_year;
    Sample::of(start, levels, plan.market, ticks, periods_per_year).series(0.0)
}

/// The open of a symbol's first bar of the window, at which it is bought, and its close at each tick; the open
/// until that bar, the last close where it has no bar. `None` where the window has no bar of it, and for an agent.
pub fn held(market: &Market, benchmark: &Benchmark, ticks: TickRange) -> Option<(f64, Vec<f64>)> {
    match benchmark {
        Benchmark::Agent(_) => None,
        Benchmark::Symbol { id, .. } => traded(market, *id, ticks),
        Benchmark::Untraded(_) => market.benchmark.as_ref()?.levels(market, ticks),
    }
}

fn traded(market: &Market, symbol: SymbolId, ticks: TickRange) -> Option<(f64, Vec<f64>)> {
    let series = market.series(symbol);
    let rows = &series.rows[ticks.first..ticks.last];
    let start = series.bars.open[rows.iter().find_map(|row| row.fresh())?];
    let mut level = start;
    let levels = rows.iter().map(|row| {
        if let Some(row) = row.fresh() {
            level = series.bars.close[row];
        }
        level
    });
    Some((start, levels.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Instrument, Interval, Symbol};
    use crate::market::{Bars, SymbolSeries, TickRow};
    use crate::metrics::testing::{daily_market, replay};
    use crate::metrics::{Relative, measure};
    use crate::scenario::{RankingMetric, Scenario};
    use crate::tournament::WindowSpan;
    use crate::tournament::testing::{name, result, scenario};

    /// Forty days; the symbol has no bar on the first two, opens at 10 and closes a tenth higher each day.
    fn market() -> Market {
        let mut market = daily_market(40);
        let mut bars = Bars::with_capacity(Interval::DAY, 38);
        for (row, &at) in market.clock[2..].iter().enumerate() {
            let close = 10.0 + 0.1 * (row + 1) as f64;
            bars.push(at, [10.0, close, 10.0, close, 1.0]);
        }
        let rows = (0..40).map(|tick| if tick < 2 { TickRow::NONE } else { TickRow::new(tick - 2, true) });
        market.symbols.push(SymbolSeries {
            instrument: Instrument::with_defaults(Symbol::new("X").unwrap()),
            bars,
            rows: rows.collect(),
            frames: Default::default(),
            filled: 0,
            findings: Vec::new(),
            detail: None,
            high_low: Default::default(),
            margin: None,
            actions: None,
        });
        market
    }

    /// Agents `a` and `b`, of which `b` gains twice what `a` does, against this benchmark.
    fn relatives(benchmark: Option<Benchmark>) -> Vec<Relative> {
        let market = market();
        let mut scenario: Scenario = scenario(&["a", "b"], RankingMetric::RoiPct);
        scenario.report.benchmark = benchmark;
        let windows: Vec<WindowSpan> = Vec::new();
        let plan = TournamentPlan { scenario: &scenario, market: &market, windows: &windows };
        let results = [1.0, 2.0].map(|gain| {
            let equity = (0..40).map(|day| 1000.0 + gain * f64::from(day * day % 7)).collect();
            let replay = replay(&market, 1000, equity);
            let metrics = measure(&replay, &market, &scenario.metrics);
            WindowResult { replay, ..result(metrics) }
        });
        let measured = measure_against(&plan, results.into());
        measured.into_iter().map(|result| result.metrics.relative).collect()
    }

    #[test]
    fn without_a_benchmark_there_are_no_relative_metrics() {
        assert_eq!(relatives(None), [Relative::missing(Missing::NoBenchmark); 2]);
    }

    #[test]
    fn an_agent_is_the_benchmark_of_all_and_of_itself() {
        let found = relatives(Some(Benchmark::Agent(name("a"))));
        assert!((found[0].beta.unwrap() - 1.0).abs() < 1e-12);
        assert_eq!(found[0].excess_return, Ok(0.0));
        assert_eq!(found[0].information_ratio, Err(Missing::NoDispersion));
        let beta = found[1].beta.unwrap();
        assert!((1.9..2.1).contains(&beta), "{beta}");
    }

    #[test]
    fn a_symbol_is_bought_at_its_first_open_and_held() {
        let market = market();
        let x = Benchmark::Symbol { id: SymbolId(0), name: "X".to_owned() };
        let (start, levels) = held(&market, &x, TickRange { first: 0, last: 40 }).unwrap();
        assert_eq!((start, levels[1], levels[2], levels[39]), (10.0, 10.0, 10.1, 13.8));
        assert_eq!(held(&market, &x, TickRange { first: 0, last: 2 }), None);
        let found = relatives(Some(x));
        // The agents end at 1000 + 1521 % 7 = 1002 and 1004, the symbol at 13.8 of 10.
        assert!((found[0].excess_return.unwrap() - (0.002 - 0.38)).abs() < 1e-12);
        assert!(found[1].beta.is_ok());
    }
}
