//! Strategies that decide by the bars alone: the batch engine against the bar-by-bar engine, to the last bit.
//!
//! `TILTYARD_CASES` sets the number of random cases of each family.

use proptest::prelude::*;

use super::condensed::{Case, case_of, days, spec};
use super::{MetricInputs, metrics_of};
use crate::domain::{Bps, Cash, Instrument, Interval, Qty, Symbol, Timestamp, UNITS_PER_ONE};
use crate::engine::batch::Ineligible;
use crate::market::{Bars, Market, SeriesBars, resample};
use crate::scenario::{
    AtrMultiple, Condition, Expr, Intrabar, MetricSpec, RiskProfile, RuleDistance, RuleSet, StrategyKind,
    StrategySpec, expr,
};

/// A bar: step of the close, distance of the open from the last close, wicks, and whether bars are missing after it.
pub(super) type Step = (i32, i32, i32, i32, bool);

/// Random cases of each family.
pub(super) fn cases_of_each() -> u32 {
    std::env::var("TILTYARD_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(150)
}

impl Case {
    /// Asserts that the batch engine takes a strategy to the oracle's end; whether it took it.
    pub(super) fn follows(&self, spec: &StrategySpec) -> Result<(), Ineligible> {
        let found = self.follow(spec)?;
        self.agrees(spec, &found);
        Ok(())
    }

    /// Asserts the same of strategies that are taken together.
    pub(super) fn follow_together(&self, specs: &[StrategySpec]) {
        for (spec, found) in specs.iter().zip(self.follow_all(specs)) {
            if let Ok(found) = found {
                self.agrees(spec, &found);
            }
        }
    }

    fn agrees(&self, spec: &StrategySpec, found: &MetricInputs) {
        let wanted = self.oracle(spec);
        assert_eq!(*found, wanted, "{spec:?}");
        let metrics = |observed: &MetricInputs| format!("{:?}", metrics_of(observed, &MetricSpec::default()));
        assert_eq!(metrics(found), metrics(&wanted), "{spec:?}");
    }
}

/// Bars from their steps, in ticks.
pub(super) fn bars(interval: Interval, tick: f64, start: i32, steps: &[Step]) -> Bars {
    let mut bars = Bars::with_capacity(interval, steps.len());
    let (mut at, mut level) = (Timestamp::from_micros(0), start);
    for &(step, gap, up, down, skipped) in steps {
        let open = (level + gap).max(1);
        level = (level + step).max(1);
        let price = |level: i32| f64::from(level.max(1)) * tick;
        bars.ts.push(at);
        bars.open.push(price(open));
        bars.high.push(price(open.max(level) + up));
        bars.low.push(price(open.min(level) - down));
        bars.close.push(price(level));
        bars.volume.push(f64::from(1 + up));
        at = at + interval.span().times(if skipped { 5 } else { 1 });
    }
    bars
}

fn market(interval: Interval, tick: f64, start: i32, steps: &[Step], rules: [i64; 3]) -> Market {
    let bars = bars(interval, tick, start, steps);
    let instrument = Instrument {
        quantity_step: Qty::from_units(rules[0].into()),
        min_notional: Cash::from_units(rules[1].into()),
        price_tick: crate::domain::Price::from_units(rules[2].into()),
        ..Instrument::with_defaults(Symbol::new("S").unwrap())
    };
    let coarse: Interval = "5m".parse().unwrap();
    let frames = std::collections::BTreeMap::from([(coarse, resample(&bars, coarse).unwrap())]);
    let series = SeriesBars { frames, ..SeriesBars::plain(instrument, bars) };
    Market::assemble(interval, vec![series], None, None).unwrap()
}

/// Any market, fees and limits; about one case in four is too short or too poor for the batch engine.
fn cases() -> impl Strategy<Value = Case> {
    let tape = (1_i32..40).prop_flat_map(|wild| {
        let wick = 0..=wild;
        let step = (-wild..=wild, -2_i32..=2, wick.clone(), wick, prop::bool::weighted(0.02));
        prop::collection::vec(step, 2..700)
    });
    let ticks = prop::sample::select(vec![1.0, 0.01, 0.000_000_13, 97.531]);
    let level = prop::sample::select(vec![20, 1_000, 30_000]);
    let rules = [
        prop::sample::select(vec![1_i64, 100, 100_000]),
        prop::sample::select(vec![0_i64, 100_000_000]),
        prop::sample::select(vec![1_i64, 1_000_000]),
    ];
    let costs = (
        prop::sample::select(vec![0.0, 10.0, 33.3, 500.0]),
        prop::sample::select(vec![0.0, 2.0, 50.0]),
        prop::sample::select(vec![0.0, 5.0, 12.345]),
    );
    let start = prop::sample::select(vec!["3", "1000", "98765.43210987", "10000000"]);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), 0_usize..100);
    let daily_loss = prop::sample::select(vec![None, Some(1.0), Some(20.0)]);
    (tape, ticks, level, rules, costs, start, flags, daily_loss, days()).prop_map(
        |(
            tape,
            tick,
            level,
            rules,
            (taker, maker, slip),
            start,
            (inside, sell, through, before),
            loss,
            day,
        )| {
            let mut market = market(Interval::MINUTE, tick, level, &tape, rules);
            market.day = day;
            let mut case = case_of(market, before, start.parse().unwrap(), (taker, slip));
            case.venue.maker_fee = Bps::from_f64(maker);
            case.venue.close_at_end = sell;
            case.venue.limit_needs_through = through;
            case.warm_up =
                if inside { crate::scenario::WarmUp::Inside } else { crate::scenario::WarmUp::Before };
            case.risk.daily_loss_limit = loss.map(Bps::from_percent);
            case
        },
    )
}

/// Strategies of the state of a signal.
pub(super) fn states() -> impl Strategy<Value = StrategyKind> {
    prop_oneof![
        (1_u32..20, 5_u32..60, 5_u32..60).prop_map(|(period, a, b)| StrategyKind::RsiReversion {
            period,
            entry_below: f64::from(a.min(b)),
            exit_above: f64::from(a.max(b)),
        }),
        (2_u32..30, 1_u32..25).prop_map(|(period, width)| StrategyKind::BollingerReversion {
            period,
            width: f64::from(width) / 10.0,
        }),
        (1_u32..30, 1_u32..30).prop_map(|(entry, exit)| StrategyKind::DonchianBreakout { entry, exit }),
    ]
}

fn condition(text: &str) -> Condition {
    let minute = Interval::MINUTE;
    let surroundings = expr::Surroundings { position: true, ..expr::Surroundings::bars(minute, minute) };
    Condition {
        text: text.to_owned(),
        timeframe: minute,
        expr: expr::parse_condition(text, &surroundings).unwrap(),
    }
}

fn atr() -> Expr {
    let minute = Interval::MINUTE;
    expr::parse_number("atr(5)", &expr::Surroundings::bars(minute, minute)).unwrap()
}

const ENTRIES: [&str; 7] = [
    "rsi(3) < 40",
    "close > sma(7)",
    "close crosses_above ema(5)",
    "close > ago(close, 3) and volume > sma(volume, 4)",
    "sma(4)@5m < close or rsi(5) > 70",
    "low <= ago(donchian_low(6), 1)",
    "close > 0",
];
const EXITS: [&str; 4] =
    ["rsi(3) > 60", "close < sma(7)", "close crosses_below ema(5)", "close < ago(close@5m, 1)"];

fn rules() -> impl Strategy<Value = RuleSet> {
    let texts = |texts: &'static [&'static str], count: std::ops::Range<usize>| {
        prop::collection::vec(prop::sample::select(texts), count)
    };
    let share = || {
        prop::option::of(prop_oneof![
            prop::sample::select(vec![0.05, 0.5, 3.0, 40.0])
                .prop_map(|p| RuleDistance::Share(Bps::from_percent(p))),
            prop::sample::select(vec![0.5, 2.0])
                .prop_map(|times| { RuleDistance::Ranges(AtrMultiple { atr: atr(), times }) }),
        ])
    };
    let hold = prop::option::of(1_u32..40);
    (texts(&ENTRIES, 1..3), texts(&EXITS, 0..3), share(), share(), share(), hold).prop_map(
        |(enter, exit, stop_loss, take_profit, trailing_stop, max_hold_bars)| RuleSet {
            stop_loss,
            take_profit,
            trailing_stop,
            max_hold_bars,
            ..RuleSet::of(
                enter.into_iter().map(condition).collect(),
                exit.into_iter().map(condition).collect(),
            )
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases_of_each()))]

    #[test]
    fn any_strategy_of_two_conditions_in_any_market(
        case in cases(),
        kinds in prop::collection::vec(states(), 1..5),
        percent in prop::sample::select(vec![100.0, 37.7, 2.0]),
    ) {
        let specs: Vec<_> = kinds.into_iter().map(|kind| spec(kind, Interval::MINUTE, percent)).collect();
        case.follow_together(&specs);
    }

    #[test]
    fn any_widths_of_a_band_in_any_market(
        case in cases(),
        period in 1_u32..30,
        widths in prop::collection::vec(0_u32..40, 2..6),
        coarse in any::<bool>(),
    ) {
        let minutes = if coarse { 5 } else { 1 };
        let timeframe = Interval::new(crate::domain::Span::MINUTE.times(minutes)).unwrap();
        let kinds = widths.iter().map(|&width| StrategyKind::BollingerReversion {
            period,
            width: f64::from(width) / 10.0,
        });
        case.follow_together(&kinds.map(|kind| spec(kind, timeframe, 50.0)).collect::<Vec<_>>());
    }

    #[test]
    fn any_rules_of_whole_positions_in_any_market(
        case in cases(),
        rules in prop::collection::vec(rules(), 1..5),
        percent in prop::sample::select(vec![100.0, 37.7, 2.0]),
    ) {
        let kinds = rules.into_iter().map(|rules| StrategyKind::Rules(Box::new(rules)));
        let specs: Vec<_> = kinds.map(|kind| spec(kind, Interval::MINUTE, percent)).collect();
        case.follow_together(&specs);
    }
}

/// A walk with wicks, by a small generator.
fn walked(bars: usize) -> Case {
    let mut state = 7_u64;
    let mut draw = move |range: i32| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as i32 % range
    };
    let steps: Vec<Step> =
        (0..bars).map(|_| (draw(41) - 20, draw(7) - 3, draw(15), draw(15), false)).collect();
    let market = market(Interval::MINUTE, 0.01, 50_000, &steps, [1, 100_000_000, 1]);
    case_of(market, 321, Cash::from_units(10_000 * UNITS_PER_ONE), (10.0, 1.0))
}

/// What the strategies of a long walk are.
fn strategies() -> Vec<StrategySpec> {
    let protected = RuleSet {
        stop_loss: Some(RuleDistance::Share(Bps::from_percent(0.3))),
        take_profit: Some(RuleDistance::Share(Bps::from_percent(0.5))),
        trailing_stop: Some(RuleDistance::Share(Bps::from_percent(0.4))),
        max_hold_bars: Some(100),
        ..RuleSet::of(vec![condition("rsi(14) < 35")], vec![condition("rsi(14) > 65")])
    };
    [
        StrategyKind::RsiReversion { period: 14, entry_below: 30.0, exit_above: 70.0 },
        StrategyKind::BollingerReversion { period: 20, width: 2.0 },
        StrategyKind::DonchianBreakout { entry: 20, exit: 10 },
        StrategyKind::Rules(Box::new(protected)),
    ]
    .map(|kind| spec(kind, Interval::MINUTE, 100.0))
    .into()
}

#[test]
fn a_long_walk_is_taken_and_trades() {
    let case = walked(20_000);
    for spec in strategies() {
        assert_eq!(case.follows(&spec), Ok(()), "{spec:?}");
        assert!(case.follow(&spec).unwrap().trades.len() > 50, "{spec:?}");
    }
}

#[test]
fn protective_orders_need_an_adverse_bar_and_room_for_orders() {
    let mut case = walked(400);
    let protected = strategies().pop().unwrap();
    let open_orders = |most| RiskProfile { max_open_orders: Some(most), ..RiskProfile::unlimited() };
    case.risk = open_orders(3);
    assert_eq!(case.follow(&protected), Err(Ineligible::Risk));
    case.risk = open_orders(4);
    assert_eq!(case.follows(&protected), Ok(()));
    case.venue.intrabar = Intrabar::OhlcPath;
    assert_eq!(case.follow(&protected), Err(Ineligible::Venue));
    assert_eq!(case.follows(&strategies()[0]), Ok(()), "it has none");
}

#[test]
fn what_reads_the_position_or_changes_it_in_parts_is_left_to_the_general_engine() {
    let case = walked(400);
    let plain = || RuleSet::of(vec![condition("close > 0")], Vec::new());
    let reads = RuleSet::of(vec![condition("close > 0")], vec![condition("unrealised_pct > 1")]);
    for rules in [reads, RuleSet { max_entries: 2, ..plain() }] {
        let spec = spec(StrategyKind::Rules(Box::new(rules)), Interval::MINUTE, 50.0);
        assert_eq!(case.follow(&spec), Err(Ineligible::Strategy));
    }
    let spec = spec(StrategyKind::Rules(Box::new(plain())), Interval::MINUTE, 50.0);
    assert_eq!(case.follows(&spec), Ok(()));
}
