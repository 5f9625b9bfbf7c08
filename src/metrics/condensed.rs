//! The batch engine against the bar-by-bar engine: the same condensed outcome, the same metrics, to the last bit.

use proptest::prelude::*;

use super::sampling::Sampled;
use super::{MetricInputs, metrics_of};
use crate::domain::{
    Bps, Cash, DayStart, Instrument, Interval, Qty, Seed, Span, Symbol, SymbolId, Timestamp, UNITS_PER_ONE,
};
use crate::engine::batch::{Batch, Ineligible};
use crate::engine::{Job, Window, replay};
use crate::indicator::{History, IndicatorCache};
use crate::market::{Bars, Market, SeriesBars, TickRange};
use crate::scenario::{
    Delisted, MetricSpec, OnBreach, RiskProfile, Slippage, StrategyKind, StrategySpec, VenueSpec, WarmUp,
};
use crate::strategy::{Setup, prepare};

/// A market of one symbol and everything a job in it needs.
#[derive(Debug)]
pub(super) struct Case {
    market: Market,
    first: usize,
    pub venue: VenueSpec,
    start: Cash,
    pub warm_up: WarmUp,
    pub risk: RiskProfile,
    /// Shared by all strategies that are followed, as in a sweep.
    cache: IndicatorCache,
}

/// A job in a market from a tick on, at a taker fee and a slippage in basis points.
pub(super) fn case_of(market: Market, before: usize, start: Cash, (fee, slip): (f64, f64)) -> Case {
    let slippage = match slip {
        0.0 => Slippage::None,
        bps => Slippage::FixedBps { bps: Bps::from_f64(bps) },
    };
    Case {
        first: before.min(market.clock.len() - 1),
        market,
        venue: VenueSpec { taker_fee: Bps::from_f64(fee), slippage, ..VenueSpec::default() },
        start,
        warm_up: WarmUp::Before,
        risk: RiskProfile::unlimited(),
        cache: IndicatorCache::new(),
    }
}

impl Case {
    fn job(&self) -> Job<'_> {
        let ticks = TickRange { first: self.first, last: self.market.clock.len() };
        Job {
            market: &self.market,
            window: Window { index: 0, ticks },
            venue: &self.venue,
            delisted: Delisted::Carry,
            starting_balance: self.start,
            carried: &[],
            risk: &self.risk,
        }
    }

    fn sampled(&self) -> Sampled {
        Sampled::of(&self.market, TickRange { first: self.first, last: self.market.clock.len() }, None)
    }

    /// The market's interval.
    pub(super) fn interval(&self) -> Interval {
        self.market.interval
    }

    /// What the bar-by-bar engine makes of it.
    pub(super) fn oracle(&self, spec: &StrategySpec) -> MetricInputs {
        let cache = IndicatorCache::new();
        let replay = replay(&self.job(), prepare(spec, &self.setup(&cache)));
        MetricInputs::of(&replay, &self.market, None)
    }

    /// What the batch engine makes of a strategy that decides by the bars alone.
    pub(super) fn follow(&self, spec: &StrategySpec) -> Result<MetricInputs, Ineligible> {
        self.follow_all(std::slice::from_ref(spec)).remove(0)
    }

    /// The same of several that go through the window side by side.
    pub(super) fn follow_all(&self, specs: &[StrategySpec]) -> Vec<Result<MetricInputs, Ineligible>> {
        let sampled = self.sampled();
        let batch = Batch { job: self.job(), warm_up: self.warm_up, samples: &sampled.ticks };
        let mut found = vec![Err(Ineligible::Strategy); specs.len()];
        match batch.prepare() {
            Ok(prepared) => {
                let trials: Vec<_> = specs.iter().map(|spec| (spec, self.setup(&self.cache))).collect();
                prepared.follow_all(&trials, |index, outcome| {
                    found[index] =
                        outcome.map(|outcome| MetricInputs::of_condensed(outcome, &self.market, &sampled));
                });
            }
            Err(why) => found.fill(Err(why)),
        }
        found
    }

    fn setup<'a>(&'a self, cache: &'a IndicatorCache) -> Setup<'a> {
        let ticks = self.job().window.ticks;
        let history = History { market: &self.market, cache, ticks, warm_up: self.warm_up };
        Setup { history, seed: Seed(1), agent: "one", window: 0 }
    }

    fn batch(&self, specs: &[StrategySpec]) -> Vec<Result<MetricInputs, Ineligible>> {
        let sampled = self.sampled();
        let batch = Batch { job: self.job(), warm_up: self.warm_up, samples: &sampled.ticks };
        let prepared = match batch.prepare() {
            Ok(prepared) => prepared,
            Err(why) => return vec![Err(why); specs.len()],
        };
        let mut outcomes = vec![Err(Ineligible::Strategy); specs.len()];
        prepared.run(specs, |index, outcome| {
            outcomes[index] =
                outcome.map(|outcome| MetricInputs::of_condensed(outcome, &self.market, &sampled));
        });
        outcomes
    }

    /// Asserts that what the batch engine takes it takes to the same end; how many it took.
    fn compare(&self, specs: &[StrategySpec]) -> usize {
        let mut taken = 0;
        for (spec, outcome) in specs.iter().zip(self.batch(specs)) {
            let Ok(found) = outcome else { continue };
            let wanted = self.oracle(spec);
            assert_eq!(found, wanted, "{spec:?}");
            let metrics = |observed| format!("{:?}", metrics_of(observed, &MetricSpec::default()));
            assert_eq!(metrics(&found), metrics(&wanted), "{spec:?}");
            taken += 1;
        }
        taken
    }
}

pub(super) fn spec(kind: StrategyKind, interval: Interval, percent: f64) -> StrategySpec {
    StrategySpec {
        kind,
        symbols: vec![SymbolId(0)],
        timeframe: interval,
        size: Bps::from_percent(percent),
        entries: Default::default(),
    }
}

/// Bars from steps of the close, each with the next open's distance; a step of `None` is a hole.
fn market(interval: Interval, tick: f64, start: i32, steps: &[(i32, i32, bool)], rules: [i64; 2]) -> Market {
    let mut bars = Bars::with_capacity(interval, steps.len());
    // Two weeks before clocks go forward in New York.
    let (mut at, mut level) = (Timestamp::default() + Span::DAY.times(100), start);
    for &(step, gap, skipped) in steps {
        let open = f64::from((level + gap).max(1)) * tick;
        level = (level + step).max(1);
        let close = f64::from(level) * tick;
        bars.ts.push(at);
        bars.open.push(open);
        bars.high.push(open.max(close));
        bars.low.push(open.min(close));
        bars.close.push(close);
        bars.volume.push(1.0);
        at = at + interval.span().times(if skipped { 5 } else { 1 });
    }
    let instrument = Instrument {
        quantity_step: Qty::from_units(rules[0].into()),
        min_notional: Cash::from_units(rules[1].into()),
        ..Instrument::with_defaults(Symbol::new("S").unwrap())
    };
    Market::assemble(interval, vec![SeriesBars::plain(instrument, bars)], None, None).unwrap()
}

/// Where trading days begin.
pub(super) fn days() -> impl Strategy<Value = DayStart> {
    let days =
        ["utc", "utc", "17:00 America/New_York", "00:00 America/New_York", "03:30 Asia/Kolkata", "05:00"];
    prop::sample::select(days.map(|day| day.parse().unwrap()).to_vec())
}

fn kinds() -> impl Strategy<Value = StrategyKind> {
    let period = || 1_u32..30;
    prop_oneof![
        3 => (period(), period()).prop_map(|(fast, slow)| StrategyKind::SmaCross { fast, slow }),
        1 => (period(), period()).prop_map(|(fast, slow)| StrategyKind::EmaCross { fast, slow }),
        1 => (period(), period(), period())
            .prop_map(|(fast, slow, signal)| StrategyKind::Macd { fast, slow, signal }),
    ]
}

fn cases() -> impl Strategy<Value = Case> {
    // Few levels give equal averages, many give none.
    let tape = (1_i32..40).prop_flat_map(|wild| {
        prop::collection::vec((-wild..=wild, -1_i32..=1, prop::bool::weighted(0.02)), 2..700)
    });
    let ticks = prop::sample::select(vec![1.0, 0.01, 0.000_000_13, 97.531]);
    let level = prop::sample::select(vec![20, 1000, 30_000]);
    let interval = prop::sample::select(vec!["1m", "1h", "1d"]);
    let rules =
        [prop::sample::select(vec![1_i64, 100, 100_000]), prop::sample::select(vec![0_i64, 100_000_000])];
    let fee = prop::sample::select(vec![0.0, 1.0, 10.0, 33.3, 500.0]);
    let slip = prop::sample::select(vec![0.0, 5.0, 12.345]);
    let start = prop::sample::select(vec!["3", "1000", "98765.43210987", "10000000"]);
    let daily_loss = prop::sample::select(vec![None, Some(1.0), Some(20.0)]);
    let flags = (any::<bool>(), any::<bool>(), 0_usize..100, daily_loss, days());
    (tape, ticks, level, interval, rules, fee, slip, start, flags).prop_map(
        |(tape, tick, level, interval, rules, fee, slip, start, (inside, sell, before, daily_loss, day))| {
            let mut market = market(interval.parse().unwrap(), tick, level, &tape, rules);
            if market.interval < Interval::DAY {
                market.day = day;
            }
            let mut case = case_of(market, before, start.parse().unwrap(), (fee, slip));
            case.venue.close_at_end = sell;
            case.warm_up = if inside { WarmUp::Inside } else { WarmUp::Before };
            case.risk.daily_loss_limit = daily_loss.map(Bps::from_percent);
            case
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_crossing_strategy_in_any_market(
        case in cases(),
        kinds in prop::collection::vec(kinds(), 1..6),
        percent in prop::sample::select(vec![100.0, 37.7, 2.0]),
    ) {
        let interval = case.market.interval;
        let specs: Vec<_> = kinds.into_iter().map(|kind| spec(kind, interval, percent)).collect();
        case.compare(&specs);
    }
}

fn sma_grid(interval: Interval, fast: &[u32], slow: &[u32], percent: f64) -> Vec<StrategySpec> {
    let pairs = slow.iter().flat_map(|&slow| fast.iter().map(move |&fast| (fast, slow)));
    pairs.map(|(fast, slow)| spec(StrategyKind::SmaCross { fast, slow }, interval, percent)).collect()
}

/// A long walk that returns to its level, by a small generator.
fn walk(bars: usize) -> Vec<(i32, i32, bool)> {
    let mut state = 42_u64;
    let mut draw = move |range: i32| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as i32 % range
    };
    (0..bars).map(|_| (draw(41) - 20, draw(7) - 3, false)).collect()
}

/// A long walk, from a tick on, with the usual fees and no limits.
fn walked(bars: usize, level: i32, first: usize, start: Cash) -> Case {
    let market = market(Interval::MINUTE, 0.01, level, &walk(bars), [1, 100_000_000]);
    let (venue, risk) = (VenueSpec::default(), RiskProfile::unlimited());
    Case { market, first, venue, start, warm_up: WarmUp::Before, risk, cache: IndicatorCache::new() }
}

fn whole(amount: i128) -> Cash {
    Cash::from_units(amount * UNITS_PER_ONE)
}

#[test]
fn a_long_walk_in_several_tiles() {
    let case = walked(20_000, 50_000, 321, whole(10_000));
    let specs = sma_grid(Interval::MINUTE, &[1, 3, 20, 300], &[2, 60, 64, 2_000, 19_999], 100.0);
    assert_eq!(case.compare(&specs), specs.len(), "all are taken");
}

#[test]
fn prices_whose_sums_leave_53_bits() {
    let market = market(Interval::MINUTE, 1_000.0, 9_000, &walk(6_000), [1, 0]);
    let case = Case { market, ..walked(2, 5_000, 3_000, whole(1_000_000)) };
    let specs = sma_grid(Interval::MINUTE, &[5, 100], &[200, 1_000, 2_500], 100.0);
    assert_eq!(case.compare(&specs), specs.len(), "all are taken");
}

#[test]
fn a_grid_of_more_than_one_group_keeps_its_places() {
    let case = walked(700, 5_000, 0, whole(1_000));
    let lengths: Vec<u32> = (1..=40).collect();
    let specs = sma_grid(Interval::MINUTE, &lengths, &lengths, 50.0);
    let outcomes = case.batch(&specs);
    for index in (0..specs.len()).step_by(37) {
        let wanted = case.oracle(&specs[index]);
        assert_eq!(outcomes[index].as_ref(), Ok(&wanted), "{:?}", specs[index]);
    }
}

#[test]
fn limits_that_cannot_bind_are_taken_and_others_are_not() {
    let mut case = walked(300, 5_000, 0, whole(1_000));
    let cross = |percent| spec(StrategyKind::SmaCross { fast: 3, slow: 9 }, Interval::MINUTE, percent);
    let mut first = |risk: RiskProfile, spec| {
        case.risk = risk;
        let wanted = case.oracle(&spec);
        let found = case.batch(std::slice::from_ref(&spec)).remove(0);
        assert!(found.is_err() || found.as_ref() == Ok(&wanted), "{spec:?}");
        found.err()
    };
    assert_eq!(first(RiskProfile::standard(), cross(25.0)), None);
    assert_eq!(first(RiskProfile::standard(), cross(25.1)), Some(Ineligible::Risk));
    let deep = RiskProfile { max_drawdown: Some(Bps::WHOLE), ..RiskProfile::unlimited() };
    assert_eq!(first(deep, cross(10.0)), Some(Ineligible::Risk));
    let watched = RiskProfile { on_breach: OnBreach::Flatten, ..RiskProfile::standard() };
    assert_eq!(first(watched, cross(10.0)), Some(Ineligible::Risk));
    assert_eq!(first(RiskProfile::unlimited(), cross(0.0)), Some(Ineligible::Size));
    let other = spec(StrategyKind::BuyAndHold, Interval::MINUTE, 100.0);
    assert_eq!(first(RiskProfile::unlimited(), other), Some(Ineligible::Strategy));
    case.venue.participation_cap = Some(Bps::WHOLE);
    assert_eq!(case.batch(&[cross(10.0)]), [Err(Ineligible::Venue)]);
}

#[test]
fn a_limit_on_the_day_s_loss_refuses_entries_until_midnight() {
    let risk = |percent| RiskProfile {
        daily_loss_limit: Some(Bps::from_percent(percent)),
        ..RiskProfile::unlimited()
    };
    let mut case = Case { risk: risk(99.0), ..walked(20_000, 50_000, 100, whole(10_000)) };
    let specs = sma_grid(Interval::MINUTE, &[5, 20], &[60, 300], 100.0);
    assert_eq!(case.compare(&specs), specs.len(), "all are taken");
    let free = case.batch(&specs);
    case.risk = risk(0.5);
    assert!(case.compare(&specs) > 0, "some are taken");
    assert_ne!(case.batch(&specs), free);
}

#[test]
fn a_wallet_beyond_the_integers_is_refused() {
    let case = walked(300, 5_000, 0, Cash::from_units(1 << 50));
    let specs = sma_grid(Interval::MINUTE, &[3], &[9], 100.0);
    assert_eq!(case.batch(&specs), [Err(Ineligible::TooLarge)]);
}
