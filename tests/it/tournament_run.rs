//! A complete tournament on the synthetic sample: real strategies, real engine, any number of threads.

use std::path::PathBuf;

use tiltyard::internals::data::synth;
use tiltyard::internals::domain::{
    AgentName, Cash, Instrument, Interval, Seed, Span, SymbolId, UNITS_PER_ONE,
};
use tiltyard::internals::market::{Market, SeriesBars};
use tiltyard::internals::metrics::{Missing, Score};
use tiltyard::internals::scenario::{
    AgentSpec, Aggregate, BattleSpec, Delisted, GapRule, MarketSpec, MetricSpec, RankingMetric, ReportSpec,
    RiskProfile, Scenario, StrategyKind, StrategySpec, VenueSpec, WarmUp, WindowSpec,
};
use tiltyard::internals::tournament::{NoProgress, Tournament, TournamentPlan, plan_windows, run};

fn sample_market() -> Market {
    let interval: Interval = "1d".parse().unwrap();
    let spec = synth::SynthSpec { interval, ..synth::sample() };
    let series = synth::generate(&spec)
        .into_iter()
        .map(|(symbol, bars)| SeriesBars::plain(Instrument::with_defaults(symbol), bars))
        .collect();
    Market::assemble(interval, series, None, None).unwrap()
}

fn agent(name: &str, kind: StrategyKind, market: &Market) -> AgentSpec {
    AgentSpec {
        name: AgentName::new(name).unwrap(),
        description: String::new(),
        tags: Vec::new(),
        starting_balance: Cash::from_units(10_000 * UNITS_PER_ONE),
        risk: RiskProfile::unlimited(),
        strategy: StrategySpec::of(kind, vec![SymbolId(0)], market.interval),
        registered: None,
        repeat_of: None,
        table: 0,
    }
}

fn scenario(market: &Market) -> Scenario {
    Scenario {
        name: "whole".to_owned(),
        description: String::new(),
        seed: Seed(7),
        market: MarketSpec {
            path: PathBuf::new(),
            base_dir: PathBuf::new(),
            instruments: market.symbols.iter().map(|series| series.instrument.clone()).collect(),
            quote_asset: "USDT".to_owned(),
            interval: market.interval,
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
        agents: vec![
            agent("hold", StrategyKind::BuyAndHold, market),
            agent("cash", StrategyKind::Cash, market),
            agent("cross", StrategyKind::SmaCross { fast: 3, slow: 8 }, market),
            agent("dice", StrategyKind::Random { turnover: 0.5, seed: None }, market),
        ],
        battle: BattleSpec {
            ranking_metric: RankingMetric::SharpeRatio,
            windows: WindowSpec::Random { length: Span::DAY.times(14), count: 4 },
            embargo: Span::default(),
            tie_break: Vec::new(),
            aggregate: Aggregate::Record,
            min_trades: 0,
            repeats: 1,
        },
        tournament: None,
        context: Vec::new(),
        sweep: None,
        validation: None,
        left_out: Vec::new(),
        metrics: MetricSpec::default(),
        report: ReportSpec::default(),
        rematch_of: None,
    }
}

fn tournament(market: &Market, threads: usize) -> Tournament {
    let scenario = scenario(market);
    let windows = plan_windows(&scenario.battle.windows, market, market.in_range, scenario.seed).unwrap();
    let plan = TournamentPlan { scenario: &scenario, market, windows: &windows };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| run(&plan, &NoProgress)).unwrap()
}

#[test]
fn agents_are_replayed_in_every_window_and_ranked() {
    let market = sample_market();
    let result = tournament(&market, 2);
    assert_eq!((result.windows.len(), result.battles.len()), (4, 4));
    let scores = result.scores(RankingMetric::SharpeRatio, &MetricSpec::default());
    // Cash never trades: its Sharpe ratio counts as 0 in every window, and its balance is unchanged.
    assert_eq!(scores[1], [Score::Number(0.0); 4]);
    let cash = result.leaderboard.rankings.iter().find(|row| row.name.as_str() == "cash").unwrap();
    assert_eq!((cash.score, cash.score_missing), (Score::Number(0.0), Some(Missing::Idle)));
    assert_eq!(cash.record.final_equity, Cash::from_units(10_000 * UNITS_PER_ONE));
    assert!(result.leaderboard.rankings.windows(2).all(|pair| pair[0].score >= pair[1].score));
    // Holding returns what the bars did, from the second open to the last close, less one fee of 10 bp.
    for window in &result.agents[0].windows {
        let ticks = window.replay.window.ticks;
        let bars = &market.symbols[0].bars;
        let held = bars.close[ticks.last - 1] / bars.open[ticks.first + 1] / 1.001 - 1.0;
        assert!((window.metrics.total_return.unwrap() - held).abs() < 1e-6);
    }
}

#[test]
fn one_and_four_threads_give_the_same_result() {
    let market = sample_market();
    assert_eq!(format!("{:?}", tournament(&market, 1)), format!("{:?}", tournament(&market, 4)));
}
