//! Markets, results and scenarios made up for tests.

use std::path::PathBuf;

use super::{AgentResult, WindowResult};
use crate::domain::{AgentName, Bps, Instrument, Interval, Seed, Span, Symbol, Timestamp};
use crate::market::{Bars, Market, SeriesBars, TickRange, TradingYear};
use crate::metrics::testing::{cash, daily_market, empty_market, replay};
use crate::metrics::{Course, Measure, Metrics, measure};
use crate::scenario::{
    AgentSpec, BattleSpec, Calendar, Delisted, GapRule, MarketSpec, MetricSpec, RankingMetric, ReportSpec,
    RiskProfile, Scenario, StrategyKind, StrategySpec, TieBreak, VenueSpec, WarmUp, WindowSpec,
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

/// Metrics of an idle agent that started with 10000, but for its total return.
pub fn metrics(total_return: Measure) -> Metrics {
    let market = daily_market(40);
    let mut metrics = measure(&replay(&market, 10_000, vec![10_000.0; 40]), &market, &MetricSpec::default());
    #[expect(clippy::cast_possible_truncation, reason = "whole amounts")]
    let pnl = cash((total_return.unwrap_or(0.0) * 10_000.0).round() as i128);
    metrics.total_return = total_return;
    metrics.total_pnl = pnl;
    metrics.final_equity = metrics.starting_balance + pnl;
    metrics
}

pub fn result(metrics: Metrics) -> WindowResult {
    let market = daily_market(40);
    WindowResult { replay: replay(&market, 10_000, vec![10_000.0; 40]), metrics, course: Course::default() }
}

pub fn agent(text: &str, windows: Vec<WindowResult>) -> AgentResult {
    AgentResult { name: name(text), windows }
}

pub fn battle_spec(ranking_metric: RankingMetric, tie_break: &[TieBreak]) -> BattleSpec {
    BattleSpec {
        ranking_metric,
        windows: WindowSpec::Whole,
        embargo: Span::default(),
        tie_break: tie_break.to_vec(),
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
        strategy: StrategySpec {
            kind: StrategyKind::Cash,
            symbols: Vec::new(),
            timeframe: Interval::DAY,
            size: Bps::WHOLE,
        },
        registered: None,
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
        },
        venue: VenueSpec::default(),
        agents: agents.iter().map(agent).collect(),
        battle: battle_spec(by, &[]),
        tournament: None,
        metrics: MetricSpec::default(),
        sweep: None,
        validation: None,
        report: ReportSpec::default(),
        rematch_of: None,
    }
}
