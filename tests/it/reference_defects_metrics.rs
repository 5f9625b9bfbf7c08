//! The reference platform's known defects 7, 8 and 10: a test for each shows that it cannot occur here.

use tiltyard::internals::domain::{
    AgentName, Cash, Interval, Price, Qty, Seed, Span, SymbolId, Timestamp, UNITS_PER_ONE, Wallet,
};
use tiltyard::internals::engine::{ExitState, Flags, Holding, Replay, ReplayStatus, RoundTrip, Window};
use tiltyard::internals::market::{Market, TickRange};
use tiltyard::internals::metrics::{Metrics, Missing, measure};
use tiltyard::internals::scenario::{Aggregate, BattleSpec, MetricSpec, RankingMetric, WindowSpec};
use tiltyard::internals::tournament::{plan_windows, rank_battle};

fn market(interval: &str, ticks: i64) -> Market {
    let interval: Interval = interval.parse().unwrap();
    let clock: Vec<_> = (0..ticks).map(|tick| Timestamp::default() + interval.span().times(tick)).collect();
    Market {
        in_range: TickRange { first: 0, last: clock.len() },
        interval,
        clock,
        symbols: Vec::new(),
        digest: String::new(),
        stated: None,
        benchmark: None,
        day: Default::default(),
        trading_year: tiltyard::internals::market::TradingYear::of(
            tiltyard::internals::scenario::Calendar::RoundTheClock,
        ),
    }
}

fn cash(whole: i128) -> Cash {
    Cash::from_units(whole * UNITS_PER_ONE)
}

fn replay(market: &Market, equity: Vec<f64>) -> Replay {
    let last = *equity.last().unwrap();
    let holding = |(tick, &value): (usize, &f64)| Holding {
        tick,
        cash: Cash::from_units((value * 1e8).round() as i128),
        owed: Default::default(),
        quantities: [].into(),
    };
    Replay {
        window: Window { index: 0, ticks: TickRange { first: 0, last: market.clock.len() } },
        status: ReplayStatus::Completed,
        starting_balance: cash(1000),
        final_equity: cash(last as i128),
        written_off: Vec::new(),
        holdings: equity.iter().enumerate().map(holding).collect(),
        equity,
        orders: Vec::new(),
        fills: Vec::new(),
        postings: Vec::new(),
        round_trips: Vec::new(),
        ticks_in_market: 0,
        fees: Cash::ZERO,
        flags: Flags::default(),
        left: Wallet::of_cash(Cash::ZERO),
    }
}

fn trip(market: &Market, entry: usize, exit: usize, pnl: i128) -> RoundTrip {
    RoundTrip {
        side: tiltyard::internals::domain::Side::Buy,
        symbol: SymbolId(0),
        state: ExitState::Closed,
        entry_at: market.clock[entry],
        entry_tick: entry,
        exit_at: market.clock[exit],
        exit_tick: exit,
        quantity: Qty::from_units(UNITS_PER_ONE),
        entry_price: Price::from_units(UNITS_PER_ONE),
        exit_price: Price::from_units(UNITS_PER_ONE),
        fees: Cash::ZERO,
        pnl: cash(pnl),
        return_fraction: 0.0,
        mae: Cash::ZERO,
        mfe: Cash::ZERO,
        fills: 2,
        entry_reason: "test",
        exit_reason: "test",
    }
}

fn metrics(market: &Market, equity: Vec<f64>, trips: Vec<RoundTrip>) -> Metrics {
    let replay = Replay { round_trips: trips, ..replay(market, equity) };
    measure(&replay, market, &MetricSpec::default())
}

/// Names in ranked order, with their ranks.
fn ranked(entrants: &[(&str, &Metrics)], by: RankingMetric) -> Vec<(u32, String)> {
    let names: Vec<AgentName> = entrants.iter().map(|(name, _)| AgentName::new(name).unwrap()).collect();
    let rows: Vec<_> = names.iter().zip(entrants.iter().map(|&(_, metrics)| metrics)).collect();
    let spec = BattleSpec {
        ranking_metric: by,
        windows: WindowSpec::Whole,
        embargo: Span::default(),
        tie_break: Vec::new(),
        aggregate: Aggregate::Record,
        min_trades: 0,
        repeats: 1,
    };
    let battle = rank_battle(0, &rows, &spec, &MetricSpec::default());
    battle.ranks.iter().map(|rank| (rank.rank, names[rank.agent].to_string())).collect()
}

fn ranks(ranks: &[(u32, &str)]) -> Vec<(u32, String)> {
    ranks.iter().map(|&(rank, name)| (rank, name.to_owned())).collect()
}

/// Equal daily curves have equal risk on hourly and on minute bars: annualisation follows the spacing of the
/// sampled returns, not the bar interval.
#[test]
fn defect_7_sharpe_is_annualised_by_the_spacing_of_its_own_returns() {
    let by_day = |ticks_a_day: usize| -> Vec<f64> {
        (0..60).flat_map(|day| vec![1000.0 + f64::from(day * day % 17); ticks_a_day]).collect()
    };
    let (hourly, minutely) = (market("1h", 60 * 24), market("1m", 60 * 1440));
    let coarse = metrics(&hourly, by_day(24), Vec::new());
    let fine = metrics(&minutely, by_day(1440), Vec::new());
    assert_eq!(coarse.periods_per_year, 365.0);
    assert_eq!(coarse.sharpe_ratio, fine.sharpe_ratio);
    assert_eq!(coarse.volatility, fine.volatility);
    // A short window is sampled at every bar, with as many periods per year.
    let short = market("1h", 48);
    let returns = metrics(&short, (0..48).map(|tick| 1000.0 + f64::from(tick % 3)).collect(), Vec::new());
    assert_eq!((returns.returns, returns.periods_per_year), (48, 8760.0));
}

#[test]
fn defect_7_a_drawdown_ends_where_the_peak_is_reached_again() {
    let market = market("1d", 40);
    let mut equity = vec![1300.0; 40];
    equity[..5].copy_from_slice(&[1200.0, 900.0, 1000.0, 1200.0, 1250.0]);
    let drawdown = metrics(&market, equity, Vec::new()).max_drawdown;
    assert_eq!(drawdown.depth, -0.25);
    assert_eq!(drawdown.peak_at, market.close_time(0));
    assert_eq!(drawdown.trough_at, market.close_time(1));
    assert_eq!(drawdown.recovered_at, Some(market.close_time(3)));
}

#[test]
fn defect_7_trade_duration_is_the_holding_time_not_the_gap_between_fills() {
    let market = market("1d", 40);
    // Held for one day and for three; eleven and twenty days lie between the fills.
    let trips = vec![trip(&market, 1, 2, 5), trip(&market, 13, 16, 5)];
    let seconds = metrics(&market, vec![1000.0; 40], trips).mean_trade_seconds;
    assert_eq!(seconds, Ok(2.0 * 86_400.0));
}

/// A profit factor without losses is undefined, never 0. It ranks as infinite, and is shown with the reason.
#[test]
fn defect_8_a_ratio_that_does_not_exist_is_absent_not_zero() {
    let market = market("1d", 40);
    let flawless = metrics(&market, vec![1100.0; 40], vec![trip(&market, 1, 2, 100)]);
    assert_eq!(flawless.profit_factor, Err(Missing::NoLosses));
    let idle = metrics(&market, vec![1000.0; 40], Vec::new());
    assert_eq!(idle.sharpe_ratio, Err(Missing::Idle));
    assert_eq!(idle.profit_factor, Err(Missing::NoTrades));
    assert_eq!(idle.win_rate, Err(Missing::NoTrades));
}

#[test]
fn defect_8_an_idle_agent_ranks_behind_every_gain_and_before_every_loss() {
    let market = market("1d", 40);
    let idle = metrics(&market, vec![1000.0; 40], Vec::new());
    let losing =
        metrics(&market, (0..40).map(|day| 999.0 - f64::from(day * day) / 2.0).collect(), Vec::new());
    assert!(losing.sharpe_ratio.unwrap() < 0.0);
    let gaining = metrics(&market, (0..40).map(|day| 1001.0 + f64::from(day * day)).collect(), Vec::new());
    let rows = [("idle", &idle), ("losing", &losing), ("gaining", &gaining)];
    let order = ranked(&rows, RankingMetric::SharpeRatio);
    assert_eq!(order, ranks(&[(1, "gaining"), (2, "idle"), (3, "losing")]));
}

#[test]
fn defect_8_ties_share_a_rank_and_never_follow_the_order_of_entry() {
    let market = market("1d", 40);
    let same = metrics(&market, vec![1000.0; 40], Vec::new());
    let behind = metrics(&market, vec![900.0; 40], Vec::new());
    let expected = ranks(&[(1, "alpha"), (1, "omega"), (3, "behind")]);
    let entrants = [("omega", &same), ("behind", &behind), ("alpha", &same)];
    assert_eq!(ranked(&entrants, RankingMetric::RoiPct), expected);
    let entrants = [("alpha", &same), ("omega", &same), ("behind", &behind)];
    assert_eq!(ranked(&entrants, RankingMetric::RoiPct), expected);
}

/// The metrics are a closed list; each ranks by its own value.
#[test]
fn defect_8_no_metric_falls_back_to_another() {
    let market = market("1d", 40);
    // `rich` gains much with drawdowns, and loses one of two trades; `steady` gains in many small steps
    // without a loss.
    let climb = |day: i32| 1000.0 + f64::from(day) * 20.0 - if day % 9 == 8 { 300.0 } else { 0.0 };
    let rich = metrics(
        &market,
        (1..=40).map(climb).collect(),
        vec![trip(&market, 1, 2, 900), trip(&market, 2, 3, -600)],
    );
    let even = |day: i32| 1000.0 + f64::from(day) * 5.0 - if day % 9 == 8 { 4.0 } else { 0.0 };
    let steady = metrics(
        &market,
        (1..=40).map(even).collect(),
        vec![trip(&market, 1, 2, 90), trip(&market, 2, 3, 80), trip(&market, 3, 4, -10)],
    );
    let order = |metric| ranked(&[("rich", &rich), ("steady", &steady)], metric);
    for metric in [RankingMetric::RoiPct, RankingMetric::TotalPnl] {
        assert_eq!(order(metric), ranks(&[(1, "rich"), (2, "steady")]), "{metric:?}");
    }
    for metric in RankingMetric::ALL.into_iter().skip(2) {
        assert_eq!(order(metric), ranks(&[(1, "steady"), (2, "rich")]), "{metric:?}");
    }
}

#[test]
fn defect_10_no_two_windows_repeat_the_same_dates() {
    let market = market("1h", 24 * 400);
    for spec in [
        WindowSpec::Sequential { length: Span::DAY.times(7), count: Some(12) },
        WindowSpec::Random { length: Span::DAY.times(7), count: 36 },
    ] {
        let windows = plan_windows(&spec, &market, market.in_range, Seed(42)).unwrap();
        assert!(windows.windows(2).all(|pair| pair[0].end <= pair[1].start), "{spec:?}");
    }
    // More windows than the range holds are refused, never filled with repetitions.
    let too_many = WindowSpec::Random { length: Span::DAY.times(7), count: 58 };
    assert!(plan_windows(&too_many, &market, market.in_range, Seed(42)).is_err());
}
