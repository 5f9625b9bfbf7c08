//! A hand-made run for the tests of this room and of `report`: two symbols, five days, two agents.

use std::ops::Range;

use super::table_file::TableOptions;
use super::{Run, RunId, RunWriter, StoredRun, TradeRow, run_id};
use crate::domain::{
    AgentName, Cash, Instrument, Interval, Liquidity, OrderId, OrderOrigin, OrderStatus, RefusalCode, Seed,
    Side, Span, Symbol, SymbolId, TimeInForce, Timestamp, Wallet,
};
use crate::engine::{
    EndReason, ExitState, FillRow, Flags, Holding, OrderRow, Replay, ReplayStatus, RoundTrip, Window,
};
use crate::market::{Bars, Market, SymbolSeries, TickRange, TickRow};
use crate::metrics::{
    DatedFall, Drawdown, Metrics, Missing, MonthReturn, PeriodStats, Record, Relative, Sampling, Score,
    Summary, TradeSums, YearReturn,
};
use crate::scenario::{
    AgentSpec, Aggregate, BattleSpec, Delisted, GapRule, MarketSpec, MetricSpec, MetricsProfile,
    MoneyColumns, RankingMetric, ReportSpec, RiskProfile, Scenario, StrategyKind, StrategySpec, TieBreak,
    VenueSpec, WarmUp, WindowSpec,
};
use crate::tournament::{
    AgentResult, Battle, BattleRank, Leaderboard, Ranking, Tournament, WindowResult, WindowSpan,
};

pub(crate) fn cash(text: &str) -> Cash {
    text.parse().unwrap()
}

/// Midnight of this day of January 2024.
pub(crate) fn day(day: i64) -> Timestamp {
    "2024-01-01".parse::<Timestamp>().unwrap() + Span::DAY.times(day - 1)
}

pub(crate) fn window(index: u32, ticks: Range<usize>) -> Window {
    Window { index, ticks: TickRange { first: ticks.start, last: ticks.end } }
}

/// Closes of `BTC`: 10, 11, 12, 9, 10; of `ETH`: 5, 6, and then no more bars.
pub(crate) fn market_two_symbols() -> Market {
    Market {
        interval: Interval::DAY,
        clock: (1..=5).map(day).collect(),
        symbols: vec![series("BTC", &[10.0, 11.0, 12.0, 9.0, 10.0]), series("ETH", &[5.0, 6.0])],
        digest: "d1935".repeat(12),
        in_range: TickRange { first: 0, last: 5 },
        trading_year: crate::market::TradingYear::of(crate::scenario::Calendar::RoundTheClock),
        stated: None,
        benchmark: None,
        day: Default::default(),
    }
}

/// One symbol with six bars a day.
pub(crate) fn market_of_4h(closes: &[f64]) -> Market {
    let interval: Interval = "4h".parse().unwrap();
    let mut market = market_two_symbols();
    market.symbols = vec![series("BTC", closes)];
    let mut at = day(1);
    market.clock.clear();
    for _ in closes {
        market.clock.push(at);
        at = at + interval.span();
    }
    market.interval = interval;
    market.symbols[0].bars.ts = market.clock.clone();
    market.symbols[0].bars.interval = interval;
    market.symbols[0].rows = (0..closes.len()).map(|tick| TickRow::new(tick, true)).collect();
    market.in_range = TickRange { first: 0, last: closes.len() };
    market
}

fn series(symbol: &str, closes: &[f64]) -> SymbolSeries {
    let ts: Vec<Timestamp> = (1..).take(closes.len()).map(day).collect();
    let column = closes.to_vec();
    SymbolSeries {
        instrument: Instrument::with_defaults(Symbol::new(symbol).unwrap()),
        bars: Bars {
            interval: Interval::DAY,
            ts,
            open: column.clone(),
            high: column.clone(),
            low: column.clone(),
            close: column.clone(),
            volume: column,
        },
        rows: (0..5).map(|t| TickRow::new(t.min(closes.len() - 1), t < closes.len())).collect(),
        frames: Default::default(),
        filled: 0,
        findings: Vec::new(),
        detail: None,
        high_low: Default::default(),
        margin: None,
        actions: None,
    }
}

/// A replay in which nothing happened.
pub(crate) fn replay(window: Window, start: &str, end: &str) -> Replay {
    Replay {
        window,
        status: ReplayStatus::Completed,
        starting_balance: cash(start),
        final_equity: cash(end),
        equity: Vec::new(),
        written_off: Vec::new(),
        holdings: Vec::new(),
        orders: Vec::new(),
        fills: Vec::new(),
        postings: Vec::new(),
        round_trips: Vec::new(),
        ticks_in_market: 0,
        fees: Cash::ZERO,
        flags: Flags::default(),
        left: Wallet::of_cash(cash(end)),
    }
}

/// Metrics of an agent that never traded.
pub(crate) fn idle_metrics(start: &str) -> Metrics {
    let none = Err(Missing::NoTrades);
    let flat = Err(Missing::NoDispersion);
    Metrics {
        profile: MetricsProfile::Tiltyard,
        sampling: Sampling::PerBar,
        periods_per_year: 365.0,
        returns: 5,
        starting_balance: cash(start),
        final_equity: cash(start),
        total_pnl: Cash::ZERO,
        total_return: Ok(0.0),
        cagr: Ok(0.0),
        volatility: Ok(0.0),
        sharpe_ratio: flat,
        sortino_ratio: flat,
        calmar_ratio: Err(Missing::NoDrawdown),
        max_drawdown: Drawdown { depth: 0.0, peak_at: day(1), trough_at: day(1), recovered_at: Some(day(1)) },
        ulcer_index: Ok(0.0),
        omega_ratio: flat,
        tail_ratio: flat,
        var_95: Ok(0.0),
        cvar_95: Ok(0.0),
        skew: flat,
        kurtosis: flat,
        trades: 0,
        win_rate: none,
        profit_factor: none,
        payoff_ratio: none,
        expectancy: none,
        sqn: none,
        kelly: none,
        exposure: Ok(0.0),
        turnover: Ok(0.0),
        fees: Cash::ZERO,
        mean_trade_seconds: none,
        relative: Relative::missing(Missing::NoBenchmark),
        margin: None,
        record: record("0", 0),
    }
}

/// The record of a window of five days with this PnL and so many round trips.
fn record(pnl: &str, trades: u64) -> Record {
    let pnl = cash(pnl);
    let summary = Summary {
        windows: 1,
        acted: u32::from(trades > 0),
        length: Span::DAY.times(5),
        gain: pnl.to_f64() / 100.0,
        pnl,
        trades: TradeSums { count: trades, wins: trades, gains: pnl, ..TradeSums::default() },
        ..Summary::EMPTY
    };
    Record { summary, ..Record::EMPTY }
}

fn order(id: u64, side: Side, placed: i64, end: EndReason) -> OrderRow {
    let refused = matches!(end, EndReason::Refused(_));
    OrderRow {
        id: OrderId(id),
        origin: OrderOrigin::Strategy,
        symbol: SymbolId(0),
        side,
        kind: "market",
        time_in_force: TimeInForce::Gtc,
        limit_price: None,
        trigger_price: None,
        quantity: Some(if refused { "100" } else { "2" }.parse().unwrap()),
        amount: None,
        placed_at: day(placed),
        ended_at: day(placed),
        status: if refused { OrderStatus::Rejected } else { OrderStatus::Filled },
        end,
        filled: if refused { "0" } else { "2" }.parse().unwrap(),
        reason: "cross",
        detail: if refused { "notional 1000, limit 50" } else { "" }.to_owned(),
    }
}

fn fill(id: u64, side: Side, tick: usize, price: &str, notional: &str, pnl: Option<&str>) -> FillRow {
    FillRow {
        order: OrderId(id),
        tick,
        at: day(1) + Span::DAY.times(i64::try_from(tick).unwrap()),
        symbol: SymbolId(0),
        side,
        quantity: "2".parse().unwrap(),
        price: price.parse().unwrap(),
        raw_price: price.parse().unwrap(),
        notional: cash(notional),
        fee: cash("0.02"),
        liquidity: Liquidity::Taker,
        realised_pnl: pnl.map(cash),
    }
}

/// Buys 2 BTC at 10 and sells them at 10.77, 0.02 of fees each: 100 - 20.02 = 79.98, then + 21.52 = 101.50.
fn trend() -> WindowResult {
    let holding = |tick, amount, btc: &str| Holding {
        tick,
        cash: cash(amount),
        owed: Default::default(),
        quantities: [btc.parse().unwrap(), "0".parse().unwrap()].into(),
    };
    let replay = Replay {
        holdings: vec![holding(0, "100", "0"), holding(1, "79.98", "2"), holding(3, "101.5", "0")],
        orders: vec![
            order(1, Side::Buy, 2, EndReason::Refused(RefusalCode::OrderTooLarge)),
            order(2, Side::Buy, 2, EndReason::Filled),
            order(3, Side::Sell, 4, EndReason::Filled),
        ],
        fills: vec![
            fill(2, Side::Buy, 1, "10", "20", None),
            fill(3, Side::Sell, 3, "10.77", "21.54", Some("1.5")),
        ],
        round_trips: vec![round_trip()],
        ticks_in_market: 2,
        fees: cash("0.04"),
        ..replay(window(0, 0..5), "100", "101.5")
    };
    let metrics = Metrics {
        final_equity: cash("101.5"),
        total_pnl: cash("1.5"),
        total_return: Ok(0.015),
        sharpe_ratio: Ok(0.1 + 0.2),
        sortino_ratio: Err(Missing::NoDownside),
        max_drawdown: Drawdown {
            depth: -0.02,
            peak_at: day(3),
            trough_at: day(4),
            recovered_at: Some(day(5)),
        },
        trades: 1,
        win_rate: Ok(1.0),
        profit_factor: Err(Missing::NoLosses),
        expectancy: Ok(1.5),
        exposure: Ok(0.4),
        fees: cash("0.04"),
        mean_trade_seconds: Ok(172_800.0),
        record: record("1.5", 1),
        ..idle_metrics("100")
    };
    WindowResult { replay, metrics, course: course(), packed: None }
}

/// A fall from the third day to the fifth, and what January brought.
fn course() -> PeriodStats {
    let drawdown = Drawdown { depth: -0.02, peak_at: day(3), trough_at: day(4), recovered_at: Some(day(5)) };
    PeriodStats {
        rolling_sharpe: vec![(day(5), Ok(1.25)), (day(6), Err(Missing::NoDispersion))],
        months: vec![MonthReturn { year: 2024, month: 1, value: Ok(0.015) }],
        years: vec![YearReturn { year: 2024, value: Ok(0.015) }],
        drawdowns: vec![DatedFall { drawdown, length: Span::DAY.times(2) }],
    }
}

fn round_trip() -> RoundTrip {
    RoundTrip {
        side: Side::Buy,
        symbol: SymbolId(0),
        state: ExitState::Closed,
        entry_at: day(2),
        entry_tick: 1,
        exit_at: day(4),
        exit_tick: 3,
        quantity: "2".parse().unwrap(),
        entry_price: "10".parse().unwrap(),
        exit_price: "10.77".parse().unwrap(),
        fees: cash("0.04"),
        pnl: cash("1.5"),
        return_fraction: 1.5 / 20.02,
        mae: cash("-0.02"),
        mfe: cash("3.98"),
        fills: 2,
        entry_reason: "cross",
        exit_reason: "cross",
    }
}

fn name(text: &str) -> AgentName {
    AgentName::new(text).unwrap()
}

pub(crate) fn tournament() -> Tournament {
    let idle = WindowResult {
        replay: Replay {
            holdings: vec![Holding {
                tick: 0,
                cash: cash("100"),
                owed: Default::default(),
                quantities: ["0".parse().unwrap(), "0".parse().unwrap()].into(),
            }],
            ..replay(window(0, 0..5), "100", "100")
        },
        metrics: idle_metrics("100"),
        course: PeriodStats::default(),
        packed: None,
    };
    let trend = trend();
    let agents = vec![
        AgentResult {
            name: name("trend, fast"),
            repeat_of: None,
            record: trend.metrics.clone(),
            windows: vec![trend],
        },
        AgentResult {
            name: name("idle"),
            repeat_of: None,
            record: idle.metrics.clone(),
            windows: vec![idle],
        },
    ];
    let rank = |agent: usize, score: f64| BattleRank {
        rank: u32::try_from(agent).unwrap() + 1,
        agent,
        score: Score::Number(score),
        missing: None,
    };
    let ranking = |agent: usize, score: f64| Ranking {
        rank: Some(u32::try_from(agent).unwrap() + 1),
        agent,
        name: agents[agent].name.clone(),
        score: Score::Number(score),
        score_missing: None,
        scored_windows: 1,
        record: agents[agent].record.clone(),
        status: "completed",
    };
    let rankings = vec![ranking(0, 1.5), ranking(1, 0.0)];
    Tournament {
        windows: vec![WindowSpan { window: window(0, 0..5), start: day(1), end: day(6), regime: None }],
        agents,
        battles: vec![Battle { window: 0, ranks: vec![rank(0, 1.5), rank(1, 0.0)] }],
        leaderboard: Leaderboard {
            ranking_metric: RankingMetric::RoiPct,
            conventions: MetricSpec::default(),
            aggregate: Aggregate::Record,
            min_trades: 0,
            repeats: Vec::new(),
            rankings,
        },
        benchmark: None,
    }
}

fn agent(text: &str, kind: StrategyKind) -> AgentSpec {
    AgentSpec {
        name: name(text),
        description: String::new(),
        tags: Vec::new(),
        starting_balance: cash("100"),
        risk: RiskProfile::standard(),
        strategy: StrategySpec::of(kind, vec![SymbolId(0)], Interval::DAY),
        registered: None,
        repeat_of: None,
        table: 0,
    }
}

pub(crate) fn scenario() -> Scenario {
    Scenario {
        name: "first".to_owned(),
        description: "A first try".to_owned(),
        seed: Seed(7),
        market: MarketSpec {
            path: "bars".into(),
            base_dir: ".".into(),
            instruments: market_two_symbols().symbols.into_iter().map(|s| s.instrument).collect(),
            quote_asset: "USDT".to_owned(),
            interval: Interval::DAY,
            start: None,
            end: None,
            warm_up: WarmUp::Before,
            delisted: Delisted::Carry,
            gaps: GapRule::Keep,
            calendar: None,
            accept: Vec::new(),
            actions: Default::default(),
            day: Default::default(),
        },
        venue: VenueSpec::default(),
        agents: vec![
            agent("trend, fast", StrategyKind::SmaCross { fast: 1, slow: 2 }),
            agent("idle", StrategyKind::Cash),
        ],
        battle: BattleSpec {
            ranking_metric: RankingMetric::RoiPct,
            windows: WindowSpec::Whole,
            embargo: Span::default(),
            tie_break: vec![TieBreak::Name],
            aggregate: Aggregate::default(),
            min_trades: 0,
            repeats: 1,
        },
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

/// The run that the tournament belongs to; it lives as long as the tests.
pub(super) fn table_options() -> TableOptions {
    TableOptions { csv: false, money: MoneyColumns::Decimal }
}

pub(crate) fn run() -> Run<'static> {
    Run {
        id: run_id("{}", "digest", Seed(7)),
        scenario: Box::leak(Box::new(scenario())),
        source: "name = \"first\"\n",
        market: Box::leak(Box::new(market_two_symbols())),
        csv: false,
    }
}

/// A run id that differs by seed.
pub(crate) fn other_id(seed: u64) -> RunId {
    run_id("{}", "digest", Seed(seed))
}

/// The run as stored, in a folder that is gone.
pub(crate) fn stored() -> StoredRun {
    let out = tempfile::tempdir().unwrap();
    let stored = RunWriter::open(out.path(), run()).unwrap().finish(&tournament()).unwrap();
    StoredRun { folder: "reports/first/RUN".into(), ..stored }
}

/// Two closed round trips and an open one.
pub(crate) fn trade_rows() -> Vec<TradeRow> {
    let row = |state: &str, entry: i64, pnl: &str, fraction: f64| TradeRow {
        window: 0,
        symbol: "BTC".to_owned(),
        state: state.to_owned(),
        side: None,
        entry_at: day(entry),
        entry_tick: 1,
        exit_at: day(entry + 2),
        exit_tick: 3,
        quantity: "0.125".parse().unwrap(),
        entry_price: "42000.5".parse().unwrap(),
        exit_price: "43000".parse().unwrap(),
        fees: cash("10.625"),
        pnl: cash(pnl),
        return_fraction: fraction,
        mae: cash("-1"),
        mfe: cash("200"),
        fills: 2,
        entry_reason: "cross_up".to_owned(),
        exit_reason: if state == "open" { "open" } else { "cross_down" }.to_owned(),
        entered_at_close: false,
        exited_at_close: state == "open",
    };
    vec![row("closed", 1, "114.3125", 0.0217), row("closed", 2, "-20", -0.0038), row("open", 3, "5", 0.001)]
}
