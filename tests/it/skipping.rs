//! The skipping loop against its oracle, the bar-by-bar loop: the same bytes for every strategy, market,
//! venue and risk profile.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::cases::{Dice, Monkey, Shape, shaped_fixture};
use crate::support::rules::{rule_set, times};
use crate::testkit::*;
use proptest::prelude::*;
use tiltyard::internals::domain::{Action, Bps, Interval, Price, Seed, SymbolId};
use tiltyard::internals::engine::{Job, Replay, Window, replay, replay_skipping};
use tiltyard::internals::indicator::{History, IndicatorCache};
use tiltyard::internals::market::{ActionSeries, Bars, Dividend, Market, SeriesBars, TickRange};
use tiltyard::internals::metrics;
use tiltyard::internals::scenario::{MetricSpec, OnBreach, StrategyKind, StrategySpec, WarmUp};
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
    let days = ["utc", "utc", "17:00 America/New_York", "05:30", "03:30 Asia/Kolkata"];
    fixture.market.day = days[dice.below(5) as usize].parse().unwrap();
    if dice.one_in(3) {
        pay_dividends(&mut fixture.market, dice);
    }
    if dice.one_in(2) {
        // Limits that a small market reaches.
        fixture.risk.daily_loss_limit = Some(Bps::from_percent(dice.between(0.05, 3.0)));
        fixture.risk.max_drawdown = Some(Bps::from_percent(dice.between(0.1, 8.0)));
    }
    fixture
}

/// Gives the symbols a few random dividends.
pub fn pay_dividends(market: &mut Market, dice: &mut Dice) {
    let clock = market.clock.clone();
    for series in &mut market.symbols {
        let mut dividends: Vec<Dividend> = (0..dice.below(6))
            .map(|_| Dividend {
                at: clock[dice.below(clock.len() as u64) as usize],
                amount: Price::from_f64(dice.between(0.0, 2.0)),
            })
            .collect();
        dividends.sort_by_key(|one| one.at);
        series.actions = Some(Box::new(ActionSeries { splits: Vec::new(), dividends }));
    }
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
        entries: Default::default(),
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
