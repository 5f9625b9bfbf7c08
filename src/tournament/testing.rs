//! Markets, results and scenarios made up for tests.

use std::path::PathBuf;

use super::{AgentResult, WindowResult};
use crate::domain::{AgentName, Cash, Instrument, Interval, Seed, Span, Symbol, Timestamp, UNITS_PER_ONE};
use crate::market::{Bars, Market, SeriesBars, TickRange, TradingYear};
use crate::metrics::testing::{cash, daily_market, empty_market, replay, round_trip};
use crate::metrics::{Metrics, PeriodStats, measure, record_metrics};
use crate::scenario::{
    AgentSpec, Aggregate, BattleSpec, Calendar, Delisted, GapRule, MarketSpec, MetricSpec, RankingMetric,
    ReportSpec, RiskProfile, Scenario, StrategyKind, StrategySpec, TieBreak, VenueSpec, WarmUp, WindowSpec,
};

pub fn name(text: &str) -> AgentName {
    AgentName::new(text).unwrap()
}

/// A market of these open times and no symbols.
pub fn market(interval: &str, weekends: bool, clock: Vec<Timestamp>) -> Market {
    let calendar = if weekends { Calendar::RoundTheClock } else { Calendar::Sessions };
    let trading_year = TradingYear::of(calendar);
    Market { interval: interval.parse().unwrap(), clock, trading_year, ..empty_market() }
}

/// Open times at these hours after 1970-01-01.
pub fn hours(hours: impl IntoIterator<Item = i64>) -> Vec<Timestamp> {
    hours.into_iter().map(|hour| Timestamp::default() + Span::from_seconds(3600 * hour)).collect()
}

/// Midnights of these days after 1970-01-01 (a Thursday) that are weekdays.
pub fn weekdays(days: impl IntoIterator<Item = i64>) -> Vec<Timestamp> {
    let open = |day: &i64| !matches!(day.rem_euclid(7), 2 | 3);
    days.into_iter().filter(open).map(|day| Timestamp::default() + Span::DAY.times(day)).collect()
}

pub fn all(market: &Market) -> TickRange {
    TickRange { first: 0, last: market.clock.len() }
}

/// Daily bars from 1970-01-01 of symbols that close each day so many hundredths (as a logarithm) above the day
/// before.
pub fn priced(symbols: &[&[f64]]) -> Market {
    let series = symbols.iter().enumerate().map(|(number, steps)| {
        let mut bars = Bars::with_capacity(Interval::DAY, steps.len());
        let mut log = 0.0;
        for (day, step) in (0..).zip(*steps) {
            log += step / 100.0;
            let price = 100.0 * f64::exp(log);
            bars.push(Timestamp::default() + Span::DAY.times(day), [price, price, price, price, 1.0]);
        }
        let symbol = Symbol::new(&format!("S{number}")).unwrap();
        SeriesBars::plain(Instrument::with_defaults(symbol), bars)
    });
    Market::assemble(Interval::DAY, series.collect(), None, None).unwrap()
}

/// Metrics of an agent that started with 10000 in a window of 40 days and had these returns on its first days.
pub fn returns(returns: &[f64]) -> Metrics {
    measured(returns, &[])
}

/// Metrics of one that closed these round trips, one a day, and whose equity moved by nothing else.
pub fn traded(pnl: &[i128]) -> Metrics {
    let mut equity = 10_000.0;
    let steps = pnl.iter().map(|&pnl| {
        let before = equity;
        equity += cash(pnl).to_f64();
        equity / before - 1.0
    });
    measured(&steps.collect::<Vec<f64>>(), pnl)
}

fn measured(returns: &[f64], pnl: &[i128]) -> Metrics {
    let market = daily_market(40);
    let mut level = Cash::from_units(10_000 * UNITS_PER_ONE);
    let mut equity = Vec::new();
    for day in 0..40 {
        let change = returns.get(day).copied().unwrap_or(0.0);
        #[expect(clippy::cast_possible_truncation, reason = "amounts of tests")]
        let units = (level.to_f64() * (1.0 + change) * UNITS_PER_ONE as f64).round() as i128;
        level = Cash::from_units(units);
        equity.push(level.to_f64());
    }
    let mut replay = replay(&market, 10_000, equity);
    replay.final_equity = level;
    replay.ticks_in_market = returns.iter().filter(|change| **change != 0.0).count();
    replay.round_trips =
        pnl.iter().enumerate().map(|(day, &pnl)| round_trip(&market, day, day + 1, pnl)).collect();
    measure(&replay, &market, &MetricSpec::default())
}

/// Metrics of an agent with this return over the window, all of it on the first day.
pub fn metrics(total_return: f64) -> Metrics {
    returns(&[total_return])
}

pub fn result(metrics: Metrics) -> WindowResult {
    let market = daily_market(40);
    WindowResult {
        replay: replay(&market, 10_000, vec![10_000.0; 40]),
        metrics,
        course: PeriodStats::default(),
        packed: None,
    }
}

pub fn agent(text: &str, windows: Vec<WindowResult>) -> AgentResult {
    let measured: Vec<&Metrics> = windows.iter().map(|window| &window.metrics).collect();
    let record = record_metrics(&measured, Ok(Vec::new()), 86_400.0, &MetricSpec::default()).unwrap();
    AgentResult { name: name(text), repeat_of: None, windows, record }
}

pub fn battle_spec(ranking_metric: RankingMetric, tie_break: &[TieBreak]) -> BattleSpec {
    BattleSpec {
        ranking_metric,
        windows: WindowSpec::Whole,
        embargo: Span::default(),
        tie_break: tie_break.to_vec(),
        aggregate: Aggregate::default(),
        min_trades: 0,
        repeats: 1,
    }
}

/// Agents that never trade.
pub fn scenario(agents: &[&str], by: RankingMetric) -> Scenario {
    let agent = |text: &&str| AgentSpec {
        name: name(text),
        description: String::new(),
        tags: Vec::new(),
        starting_balance: cash(1000),
        risk: RiskProfile::standard(),
        strategy: StrategySpec::of(StrategyKind::Cash, Vec::new(), Interval::DAY),
        registered: None,
        repeat_of: None,
        table: 0,
    };
    Scenario {
        name: "test".to_owned(),
        description: String::new(),
        seed: Seed(0),
        market: MarketSpec {
            path: PathBuf::new(),
            base_dir: PathBuf::new(),
            instruments: Vec::new(),
            quote_asset: "USDT".to_owned(),
            interval: Interval::DAY,
            start: None,
            end: None,
            warm_up: WarmUp::default(),
            delisted: Delisted::default(),
            gaps: GapRule::default(),
            calendar: None,
            accept: Vec::new(),
            actions: Default::default(),
            day: Default::default(),
        },
        venue: VenueSpec::default(),
        agents: agents.iter().map(agent).collect(),
        battle: battle_spec(by, &[]),
        tournament: None,
        metrics: MetricSpec::default(),
        context: Vec::new(),
        sweep: None,
        validation: None,
        left_out: Vec::new(),
        report: ReportSpec::default(),
        rematch_of: None,
    }
}
