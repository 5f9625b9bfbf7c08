//! The skipping loop against its oracle, the bar-by-bar loop: the same bytes for every strategy, market,
//! venue and risk profile.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::cases::{Dice, Monkey, Shape, shaped_fixture};
use crate::testkit::*;
use proptest::prelude::*;
use tiltyard::internals::domain::{Action, Bps, IndicatorSpec, Interval, Seed, Symbol, SymbolId};
use tiltyard::internals::engine::{Job, Replay, Window, replay, replay_skipping};
use tiltyard::internals::indicator::{History, IndicatorCache};
use tiltyard::internals::market::{Bars, Market, SeriesBars, TickRange};
use tiltyard::internals::metrics;
use tiltyard::internals::scenario::expr::{Surroundings, Symbols};
use tiltyard::internals::scenario::{
    AtrMultiple, Condition, EntryKind, EntryOrder, EntryTime, Expr, MetricSpec, OnBreach, PartialExit,
    RuleDistance, RulePrice, RuleSet, Series, StrategyKind, StrategySpec, WarmUp, expr,
};
use tiltyard::internals::strategy::{
    BarContext, Orders, PreparedStrategy, Setup, Strategy, StrategyError, Wake, prepare, prepare_own,
};

/// A random case whose market has coarse frames.
pub fn fixture(dice: &mut Dice) -> Fixture {
    let shape = Shape {
        ticks: [20, 150, 700][dice.below(3) as usize],
        swing: [0.07, 0.01, 0.001][dice.below(3) as usize],
    };
    let mut fixture = shaped_fixture(dice.roll(), None, shape);
    let market = framed(std::mem::replace(&mut fixture.market, market_of("1h", vec![flat(&[1.0])])));
    fixture.market = market;
    if dice.one_in(2) {
        // Limits that a small market reaches.
        fixture.risk.daily_loss_limit = Some(Bps::from_percent(dice.between(0.05, 3.0)));
        fixture.risk.max_drawdown = Some(Bps::from_percent(dice.between(0.1, 8.0)));
    }
    fixture
}

/// The market with frames of 4 and of 24 bars. Symbols without a bar are removed.
pub fn framed(market: Market) -> Market {
    let interval = market.interval;
    let with_bars = market.symbols.into_iter().filter(|series| !series.bars.is_empty());
    let series = with_bars.map(|series| SeriesBars {
        frames: [4, 24].map(|times| coarse(&series.bars, times)).into(),
        detail: series.detail,
        ..SeriesBars::plain(series.instrument, series.bars)
    });
    Market::assemble(interval, series.collect(), None, None).unwrap()
}

pub fn times(interval: Interval, times: i64) -> Interval {
    Interval::new(interval.span().times(times)).unwrap()
}

fn coarse(bars: &Bars, factor: i64) -> (Interval, Bars) {
    let interval = times(bars.interval, factor);
    let mut out = Bars::with_capacity(interval, bars.len());
    for row in 0..bars.len() {
        let at = interval.floor(bars.ts[row]);
        let values = [bars.open[row], bars.high[row], bars.low[row], bars.close[row], bars.volume[row]];
        if out.ts.last() == Some(&at) {
            let last = out.len() - 1;
            out.high[last] = out.high[last].max(values[1]);
            out.low[last] = out.low[last].min(values[2]);
            (out.close[last], out.volume[last]) = (values[3], out.volume[last] + values[4]);
        } else {
            out.push(at, values);
        }
    }
    (interval, out)
}

/// Conditions over one and several timeframes, with look-backs, undefined values, and logic.
const CONDITIONS: [&str; 51] = [
    "close > sma(3)",
    "sma(2) < sma(7)",
    "close >= sma(4)",
    "close <= ema(5)",
    "close crosses_above sma(5)",
    "sma(2) crosses_below sma(6)",
    "close crosses_above 100",
    "rsi(3) < 40",
    "60 < rsi(3)",
    "50 > rsi(4)",
    "rsi(3) >= 55",
    "close < bollinger_lower(4, 1)",
    "volume > volume_sma(3)",
    "ago(close, 2) < close",
    "ago(close > sma(3), 3) and close < ago(high, 1)",
    "not close > sma(3)",
    "close > sma(3) or rsi(2) < 30",
    "close > sma(3) and (rsi(2) < 70 or low == open)",
    "abs(close - open) > 0.2",
    "max(close, ago(close, 1), ago(close, 2)) > donchian_high(5)",
    "min(low, sma(50)) < close",
    "close / volume != 2",
    "-roc(3) > 0.1",
    "close@COARSE > sma(3)@COARSE",
    "close crosses_above sma(2)@COARSE",
    "close@COARSE crosses_below sma(2)@COARSE",
    "ago(close@COARSE, 1) < close",
    "ago(close@COARSE, 2) < ago(close@COARSE, 1)",
    "rsi(2)@COARSE > 50 and close < sma(3)",
    "not ago(close@COARSE crosses_above sma(2)@COARSE, 1)",
    "sma(rsi(3), 2) < 45",
    "ema(volume, 3) < volume",
    "obv > sma(obv, 4)",
    "obv >= highest(obv, 3)@COARSE",
    "close > keltner_upper(4, 3, 0.5)",
    "stoch_k(5, 2) crosses_above stoch_d(5, 2, 2)",
    "cci(4) < -50 or mfi(3) > 70",
    "close < vwap",
    "close@COARSE > vwap@COARSE",
    "stddev(close - open, 4) < stddev(close - open, 9)",
    "roc(sma(3), 2) > 0 and close % 2 < 1.5",
    "hour % 3 == 1",
    "time_of_day >= 9:30 and weekday <= 3",
    "not ago(hour < 12, 2)",
    "close@(OTHER) > sma(3)@(OTHER)",
    "close@(OTHER) crosses_above ema(4)@(OTHER)",
    "ago(close@(OTHER), 2) < close@COARSE(OTHER)",
    "rsi(3)@COARSE(OTHER) > 50 and close > sma(4)",
    "close@COARSE(OTHER) crosses_below sma(2)@COARSE(OTHER)",
    "bars_held == 0 or unrealised_pct > 0.5",
    "bars_held % 5 == 0",
];

/// What only an exit can say.
const EXITS: [&str; 4] = [
    "bars_held >= 7",
    "unrealised_pct > 1.5",
    "unrealised_pct < -0.8 and close < sma(3)",
    "bars_held > 3 and close@(OTHER) < sma(3)@(OTHER)",
];

fn condition(dice: &mut Dice, market: &Market, texts: &[&str]) -> Condition {
    let base = market.interval;
    let coarse = times(base, [4, 24][dice.below(2) as usize]);
    let symbols: Vec<Symbol> = market.symbols.iter().map(|one| one.instrument.symbol.clone()).collect();
    let other = &symbols[dice.below(symbols.len() as u64) as usize];
    let text = texts[dice.below(texts.len() as u64) as usize]
        .replace("COARSE", &coarse.to_string())
        .replace("OTHER", other.as_str());
    let timeframe = if dice.one_in(4) { times(base, 4) } else { base };
    let surroundings = Surroundings {
        zone: "America/New_York".parse().unwrap(),
        symbols: Symbols::Of(&symbols),
        position: true,
        ..Surroundings::bars(timeframe, base)
    };
    Condition { expr: expr::parse_condition(&text, &surroundings).unwrap(), text }
}

fn exit_condition(dice: &mut Dice, market: &Market) -> Condition {
    if dice.one_in(4) { condition(dice, market, &EXITS) } else { condition(dice, market, &CONDITIONS) }
}

/// A distance in percent, or in ranges of a timeframe.
fn distance(dice: &mut Dice, base: Interval) -> RuleDistance {
    if dice.one_in(2) {
        return RuleDistance::Share(Bps::from_percent(dice.between(0.1, 6.0)));
    }
    let indicator = IndicatorSpec::Atr { n: 1 + dice.below(5) as u32 };
    let atr = Expr::Series(Series::own(indicator, times(base, [1, 4][dice.below(2) as usize])));
    RuleDistance::Ranges(AtrMultiple { atr, times: dice.between(0.1, 4.0) })
}

fn entry_price(dice: &mut Dice, base: Interval) -> RulePrice {
    let texts = ["low", "high + 0.1", "sma(3)", "highest(4)", "close / (hour % 3)"];
    if dice.one_in(2) {
        return RulePrice::Offset(distance(dice, base));
    }
    let text = texts[dice.below(texts.len() as u64) as usize];
    let expr = expr::parse_number(text, &Surroundings::bars(base, base)).unwrap();
    RulePrice::Value { text: text.to_owned(), expr }
}

fn entry(dice: &mut Dice, base: Interval) -> EntryOrder {
    let kind = match dice.below(3) {
        0 => EntryKind::Limit { price: entry_price(dice, base) },
        1 => EntryKind::Stop { trigger: entry_price(dice, base) },
        _ => EntryKind::StopLimit { trigger: entry_price(dice, base), limit: entry_price(dice, base) },
    };
    let time_in_force = match dice.below(5) {
        0 => EntryTime::Gtc,
        1 => EntryTime::Day,
        2 => EntryTime::Ioc,
        3 => EntryTime::Bars(1 + dice.below(9) as u32),
        _ => EntryTime::Span(base.span().times(1 + dice.below(9) as i64)),
    };
    EntryOrder { kind, time_in_force }
}

fn rule_set(dice: &mut Dice, market: &Market) -> RuleSet {
    let base = market.interval;
    let level = |dice: &mut Dice| dice.one_in(3).then(|| distance(dice, base));
    let enter_all = (0..1 + dice.below(2)).map(|_| condition(dice, market, &CONDITIONS)).collect();
    let exit_any = (0..dice.below(3)).map(|_| exit_condition(dice, market)).collect();
    let part = |dice: &mut Dice| PartialExit {
        condition: exit_condition(dice, market),
        share: Bps::from_percent([50.0, 25.0, 90.0][dice.below(3) as usize]),
    };
    RuleSet {
        exit_parts: if dice.one_in(3) {
            (0..1 + dice.below(2)).map(|_| part(dice)).collect()
        } else {
            vec![]
        },
        stop_loss: level(dice),
        take_profit: level(dice),
        trailing_stop: level(dice),
        max_hold_bars: dice.one_in(3).then(|| 1 + dice.below(30) as u32),
        max_positions: dice.one_in(3).then(|| 1 + dice.below(2) as u32),
        entry: dice.one_in(3).then(|| entry(dice, base)),
        max_entries: if dice.one_in(3) { 2 + dice.below(3) as u32 } else { 1 },
        add_size: dice.one_in(3).then(|| Bps::from_percent([3.0, 40.0][dice.below(2) as usize])),
        ..RuleSet::of(enter_all, exit_any)
    }
}

/// A random built-in kind, or rules.
fn kind(dice: &mut Dice, market: &Market) -> StrategyKind {
    let period = |dice: &mut Dice| 1 + dice.below(9) as u32;
    match dice.below(16) {
        0 => StrategyKind::Cash,
        1 => StrategyKind::BuyAndHold,
        2 => StrategyKind::SmaCross { fast: period(dice), slow: period(dice) + 5 },
        3 => StrategyKind::EmaCross { fast: period(dice), slow: period(dice) + 5 },
        4 => StrategyKind::Macd { fast: period(dice), slow: period(dice) + 5, signal: period(dice) },
        5 => {
            let entry_below = dice.between(20.0, 60.0);
            StrategyKind::RsiReversion {
                period: period(dice),
                entry_below,
                exit_above: dice.between(40.0, 80.0),
            }
        }
        6 => StrategyKind::BollingerReversion { period: period(dice), width: dice.between(0.1, 2.0) },
        7 => StrategyKind::DonchianBreakout { entry: period(dice), exit: period(dice) },
        8 => {
            let (lookback, rebalance) = (period(dice), period(dice));
            StrategyKind::Momentum { lookback, top: 1 + dice.below(2) as u32, rebalance }
        }
        9 => {
            let spacing = Bps::from_percent(dice.between(0.05, 5.0));
            StrategyKind::Grid { levels: 1 + dice.below(6) as u32, spacing }
        }
        10 => StrategyKind::Dca { every: 1 + dice.below(40) as u32 },
        11 => StrategyKind::Random { turnover: dice.between(0.1, 300.0), seed: None },
        _ => StrategyKind::Rules(Box::new(rule_set(dice, market))),
    }
}

fn spec(dice: &mut Dice, market: &Market) -> StrategySpec {
    let all = (0..market.symbols.len() as u16).map(SymbolId);
    let some: Vec<SymbolId> = all.clone().filter(|_| !dice.one_in(3)).collect();
    StrategySpec {
        kind: kind(dice, market),
        symbols: if some.is_empty() { all.collect() } else { some },
        timeframe: times(market.interval, [1, 1, 1, 4, 24][dice.below(5) as usize]),
        size: Bps::from_percent([100.0, 33.0, 7.0][dice.below(3) as usize]),
    }
}

/// A part of the market, with or without history before it.
pub fn window(dice: &mut Dice, market: &Market) -> TickRange {
    let ticks = market.clock.len() as u64;
    let first = if dice.one_in(2) { 0 } else { dice.below(ticks) };
    let last = if dice.one_in(2) { ticks } else { first + 1 + dice.below(ticks - first) };
    TickRange { first: first as usize, last: last as usize }
}

/// The random strategy at some ticks only: its orders depend on the tick, not on the number of calls.
struct Seldom {
    seed: u64,
    /// Ticks of the window.
    ticks: Vec<usize>,
}

impl Strategy for Seldom {
    fn on_bar(&mut self, ctx: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
        let tick = ctx.bars_since_start();
        match self.ticks.binary_search(&tick) {
            Ok(_) => Monkey { dice: Dice(self.seed ^ tick as u64) }.on_bar(ctx, orders),
            Err(_) => Ok(()),
        }
    }

    fn wake(&mut self, ctx: &BarContext<'_>) -> Wake {
        let now = ctx.bars_since_start();
        let next = self.ticks.iter().find(|tick| **tick > now);
        next.map_or(Wake::Never, |next| Wake::AfterBars(next - now))
    }
}

fn own<'m>(job: &Job<'m>, cache: &'m IndicatorCache, strategy: impl Strategy + 'm) -> PreparedStrategy<'m> {
    prepare_own(Box::new(strategy), &setup(job, cache))
}

/// Counts decisions, one a tick.
fn counting(calls: &AtomicUsize) -> impl FnMut(&BarContext<'_>, &[Action]) + Send {
    let mut last = None;
    move |ctx, _| {
        let tick = Some(ctx.bars_since_start());
        calls.fetch_add(usize::from(last != tick), Ordering::Relaxed);
        last = tick;
    }
}

/// The job's replay by both loops, which must be byte-identical, with the number of calls in each.
pub fn both<'a>(
    job: &Job<'_>,
    what: &dyn std::fmt::Debug,
    strategy: impl Fn() -> PreparedStrategy<'a>,
) -> (Replay, [usize; 2]) {
    let calls = [AtomicUsize::new(0), AtomicUsize::new(0)];
    let slow = replay(job, strategy().watched(counting(&calls[0])));
    let fast = replay_skipping(job, strategy().watched(counting(&calls[1])));
    let measured =
        |replay: &Replay| format!("{:?}", metrics::measure(replay, job.market, &MetricSpec::default()));
    let (slow_text, fast_text) = (format!("{slow:#?}"), format!("{fast:#?}"));
    if slow_text != fast_text {
        let differs = slow_text.lines().zip(fast_text.lines()).position(|(slow, fast)| slow != fast);
        let index = differs.unwrap_or(0);
        let around =
            |text: &str| text.lines().skip(index.saturating_sub(12)).take(24).collect::<Vec<_>>().join("\n");
        panic!(
            "{what:?}\n{:?}\n{:?}\nbar by bar\n{}\n\nskipping\n{}",
            job.venue,
            job.risk,
            around(&slow_text),
            around(&fast_text)
        );
    }
    assert_eq!(measured(&slow), measured(&fast));
    (slow, calls.map(AtomicUsize::into_inner))
}

/// A random job with a random strategy, by both loops.
fn any_case(seed: u64) -> (StrategySpec, Replay, [usize; 2]) {
    let mut dice = Dice(seed);
    let fixture = fixture(&mut dice);
    let (ticks, spec) = (window(&mut dice, &fixture.market), spec(&mut dice, &fixture.market));
    let job = Job { window: Window { index: 0, ticks }, ..fixture.job() };
    let cache = IndicatorCache::new();
    let warm_up = if dice.one_in(3) { WarmUp::Inside } else { WarmUp::Before };
    let history = History { market: &fixture.market, cache: &cache, ticks, warm_up };
    let setup = Setup { history, seed: Seed(seed), agent: "one", window: 0 };
    let (replay, calls) = both(&job, &spec, || prepare(&spec, &setup));
    (spec, replay, calls)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_strategy_gives_the_same_bytes(seed in any::<u64>()) {
        any_case(seed);
    }

    #[test]
    fn orders_of_every_kind_give_the_same_bytes(seed in any::<u64>()) {
        let mut dice = Dice(seed);
        let fixture = fixture(&mut dice);
        let ticks = window(&mut dice, &fixture.market);
        let job = Job { window: Window { index: 0, ticks }, ..fixture.job() };
        let often = 1 + dice.below(40);
        let acts: Vec<usize> = (0..ticks.last - ticks.first).filter(|_| dice.one_in(often)).collect();
        let cache = IndicatorCache::new();
        both(&job, &seed, || own(&job, &cache, Seldom { seed, ticks: acts.clone() }));
    }

    #[test]
    fn a_strategy_without_wake_times_is_called_at_every_bar(seed in any::<u64>()) {
        let mut dice = Dice(seed);
        let fixture = fixture(&mut dice);
        let job = fixture.job();
        let cache = IndicatorCache::new();
        let (_, calls) = both(&job, &seed, || own(&job, &cache, Monkey { dice: Dice(seed) }));
        prop_assert_eq!(calls[0], calls[1]);
    }
}

/// Coverage: every kind trades and has skipped bars, every risk rule acts.
#[test]
fn random_cases_cover_every_kind_and_rule() {
    let mut kinds = BTreeMap::<String, [usize; 4]>::new();
    let (mut statuses, mut ends) = (BTreeMap::<&str, usize>::new(), BTreeMap::<&str, usize>::new());
    for seed in 0..2500 {
        let (spec, replay, calls) = any_case(seed);
        let name = format!("{:?}", spec.kind);
        let name = name.split([' ', '(']).next().unwrap_or_default().to_owned();
        let count = kinds.entry(name).or_default();
        *count = [count[0] + 1, count[1] + replay.fills.len(), count[2] + calls[0], count[3] + calls[1]];
        *statuses.entry(replay.status.as_str()).or_default() += 1;
        for order in &replay.orders {
            *ends.entry(order.end.as_str()).or_default() += 1;
        }
    }
    println!("cases, fills, calls bar by bar, calls skipping: {kinds:#?}\n{statuses:?}\n{ends:?}");
    assert_eq!(kinds.len(), 13, "{kinds:?}");
    for (name, [cases, fills, slow, fast]) in &kinds {
        assert!(*cases > 20, "{name}");
        assert!(*fills > 100 || name == "Cash", "{name} made {fills} fills");
        assert!(fast * 10 < slow * 9, "{name} was called {fast} times of {slow}");
    }
    assert!(statuses["disqualified"] > 10, "{statuses:?}");
    for wanted in [
        "filled",
        "filled_cut",
        "agent",
        "bracket_sibling",
        "risk_rule",
        "window_end",
        "cannot_pay",
        "INVALID_QUANTITY",
        "INSUFFICIENT_BALANCE",
        "ORDER_TOO_LARGE",
        "POSITION_LIMIT_EXCEEDED",
        "DAILY_LOSS_LIMIT",
        "CIRCUIT_BREAKER",
    ] {
        assert!(ends.contains_key(wanted), "{wanted} never happened: {ends:?}");
    }
}

/// A year of minutes without events is skipped in a few steps, whatever orders rest.
#[test]
fn long_periods_without_events_cost_few_calls() {
    let prices: Vec<f64> = (0..50_000).map(|i| 100.0 + f64::from(i % 50) * 0.01).collect();
    let mut fixture = Fixture::new(market_of("1m", vec![flat(&prices)]));
    fixture.risk.max_drawdown = Some(Bps::from_percent(50.0));
    fixture.risk.on_breach = OnBreach::HaltNew;
    let orders = vec![
        place(buy("2")),
        place(tiltyard::internals::domain::OrderRequest { kind: limit("90"), ..buy("1") }),
        place(tiltyard::internals::domain::OrderRequest { kind: stop("95"), ..sell("1") }),
    ];
    let job = fixture.job();
    let cache = IndicatorCache::new();
    let (replay, calls) = both(&job, &"once", || own(&job, &cache, Once(orders.clone())));
    assert_eq!(replay.fills.len(), 1);
    assert_eq!(calls[0], 50_000);
    assert!(calls[1] < 5, "{calls:?}");
}

/// Sends its orders at the first bar only.
struct Once(Vec<Action>);

impl Strategy for Once {
    fn on_bar(&mut self, _: &BarContext<'_>, orders: &mut Orders) -> Result<(), StrategyError> {
        self.0.drain(..).for_each(|action| orders.push(action));
        Ok(())
    }

    fn wake(&mut self, _: &BarContext<'_>) -> Wake {
        Wake::Never
    }
}
