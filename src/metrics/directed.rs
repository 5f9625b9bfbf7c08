//! Strategies on margin, long, short or turning: the batch engine against the bar-by-bar engine, to the last bit.
//!
//! `TILTYARD_CASES` sets the number of random cases.

use proptest::prelude::*;

use super::condensed::{Case, case_of, days, spec};
use super::decided::{Step, bars, cases_of_each, states};
use crate::domain::{
    Bps, Cash, InitialMargin, Instrument, Interval, MaintenanceBasis, MarginKind, MarginTerms, Qty, Rate,
    Span, Symbol, Timestamp, UNITS_PER_ONE,
};
use crate::engine::batch::Ineligible;
use crate::market::{Bars, FundingRate, MarginSeries, Market, SeriesBars, resample};
use crate::scenario::{
    Direction, Entries, MarginLimits, MarginMode, RiskProfile, StrategyKind, StrategySpec, WarmUp,
};

/// What a random instrument asks for.
#[derive(Debug, Clone, Copy)]
struct Instruments {
    kind: MarginKind,
    max_leverage: f64,
    maintenance: f64,
    on_entry: bool,
    /// Whether the mark price is another one than the last price.
    marked: bool,
    /// Sixtieths of a bar between payments of funding; none where 0.
    every: i64,
    rate: f64,
}

fn terms(one: Instruments) -> MarginTerms {
    let cash = |units: i128| Some(Cash::from_units(units * UNITS_PER_ONE));
    let rate = Bps::from_percent;
    let perpetual = one.kind == MarginKind::Perpetual;
    MarginTerms {
        kind: one.kind,
        initial: match perpetual {
            true => InitialMargin::Leverage(rate(one.max_leverage * 100.0)),
            false => InitialMargin::Share(rate(50.0)),
        },
        maintenance: MarginTerms::brackets(&[
            (cash(500), rate(one.maintenance)),
            (None, rate(one.maintenance + 1.0)),
        ]),
        maintenance_on: if one.on_entry { MaintenanceBasis::Entry } else { MaintenanceBasis::Mark },
        liquidation_fee: Bps::from_f64(50.0),
        borrow_fee: if perpetual { Bps::ZERO } else { rate(9.0) },
        interest: if perpetual { Bps::ZERO } else { rate(7.0) },
        funding: None,
        mark: None,
        zero_funding_gaps: false,
    }
}

/// The coarser interval of a market.
fn coarser_than(interval: Interval) -> Interval {
    let coarse = [("1m", "5m"), ("1h", "4h"), ("4h", "1d")]
        .map(|(fine, coarse)| (fine.parse::<Interval>().unwrap(), coarse.parse().unwrap()));
    coarse.into_iter().find(|(fine, _)| *fine == interval).unwrap().1
}

/// A mark one tick beside the price at every second bar.
fn marks(bars: &Bars, tick: f64) -> Bars {
    let mut mark = bars.first(bars.len());
    for row in (0..mark.len()).step_by(2) {
        for column in [&mut mark.open, &mut mark.high, &mut mark.low, &mut mark.close] {
            column[row] += tick;
        }
    }
    mark
}

fn market(interval: Interval, tick: f64, start: i32, steps: &[Step], one: Instruments) -> Market {
    let bars = bars(interval, tick, start, steps);
    let end = bars.ts[bars.len() - 1] + interval.span();
    let mut funding = Vec::new();
    let mut at = Timestamp::from_micros(0);
    while one.every > 0 && at <= end {
        let sign = if at.micros() / 7 % 3 == 0 { -1.0 } else { 1.0 };
        funding.push(FundingRate { at, rate: Rate::from_fraction(sign * one.rate).unwrap() });
        at = at + Span::from_micros(interval.micros() / 60 * one.every);
    }
    if one.kind == MarginKind::Shares {
        funding.clear();
    }
    let mark = one.marked.then(|| marks(&bars, tick));
    let instrument = Instrument {
        quantity_step: Qty::from_units(1_000),
        min_notional: Cash::ZERO,
        margin: Some(Box::new(terms(one))),
        ..Instrument::with_defaults(Symbol::new("S").unwrap())
    };
    let coarse = coarser_than(interval);
    let frames = std::collections::BTreeMap::from([(coarse, resample(&bars, coarse).unwrap())]);
    let margin = Some(Box::new(MarginSeries { funding, mark }));
    let series = SeriesBars { frames, margin, ..SeriesBars::plain(instrument, bars) };
    Market::assemble(interval, vec![series], None, None).unwrap()
}

fn instruments() -> impl Strategy<Value = Instruments> {
    let kind = prop::sample::select(vec![MarginKind::Perpetual, MarginKind::Perpetual, MarginKind::Shares]);
    let leverage = prop::sample::select(vec![2.0, 20.0]);
    let maintenance = prop::sample::select(vec![0.4, 5.0]);
    let every = prop::sample::select(vec![0_i64, 7, 60, 480]);
    let rate = prop::sample::select(vec![0.000_1, 0.003]);
    (kind, leverage, maintenance, any::<bool>(), any::<bool>(), every, rate).prop_map(
        |(kind, max_leverage, maintenance, on_entry, marked, every, rate)| Instruments {
            kind,
            max_leverage,
            maintenance,
            on_entry,
            marked,
            every,
            rate,
        },
    )
}

fn cases() -> impl Strategy<Value = Case> {
    let tape = (1_i32..30).prop_flat_map(|wild| {
        let wick = 0..=wild;
        let step = (-wild..=wild, -2_i32..=2, wick.clone(), wick, prop::bool::weighted(0.02));
        prop::collection::vec(step, 2..400)
    });
    let shape = (
        prop::sample::select(vec!["1m", "1h", "4h"]),
        prop::sample::select(vec![1.0, 0.01, 0.5]),
        prop::sample::select(vec![400, 5_000, 30_000]),
        prop::sample::select(vec!["30", "1000", "98765.43210987"]),
    );
    let costs = (prop::sample::select(vec![0.0, 5.0, 33.3]), prop::sample::select(vec![0.0, 12.345]));
    let limits = (
        prop::sample::select(vec![1.0, 3.0, 20.0]),
        any::<bool>(),
        prop::sample::select(vec![None, None, Some(1.0), Some(20.0)]),
        prop::sample::select(vec![None, Some(40.0)]),
        any::<bool>(),
    );
    let flags = (any::<bool>(), any::<bool>(), 0_usize..60, days());
    (tape, shape, instruments(), costs, limits, flags).prop_map(|(tape, shape, one, costs, limits, flags)| {
        let (interval, tick, level, start) = shape;
        let mut market = market(interval.parse().unwrap(), tick, level, &tape, one);
        market.day = flags.3;
        let mut case = case_of(market, flags.2, start.parse().unwrap(), costs);
        let (leverage, isolated, loss, position, cut) = limits;
        case.venue.close_at_end = flags.0;
        case.warm_up = if flags.1 { WarmUp::Inside } else { WarmUp::Before };
        case.risk = RiskProfile {
            margin: MarginLimits {
                max_leverage: Bps::from_percent(leverage * 100.0),
                allow_short: true,
                mode: if isolated { MarginMode::Isolated } else { MarginMode::Cross },
            },
            daily_loss_limit: loss.map(Bps::from_percent),
            max_position_size: position.map(Bps::from_percent),
            size_to_limit: cut,
            ..RiskProfile::unlimited()
        };
        case
    })
}

fn crosses() -> impl Strategy<Value = StrategyKind> {
    let period = || 1_u32..25;
    prop_oneof![
        3 => (period(), period()).prop_map(|(fast, slow)| StrategyKind::SmaCross { fast, slow }),
        1 => (period(), period()).prop_map(|(fast, slow)| StrategyKind::EmaCross { fast, slow }),
        1 => (period(), period(), period())
            .prop_map(|(fast, slow, signal)| StrategyKind::Macd { fast, slow, signal }),
        3 => states(),
    ]
}

fn entries() -> impl Strategy<Value = Entries> {
    let direction = prop::sample::select(vec![Direction::Long, Direction::Short, Direction::Both]);
    let quantity = prop::option::weighted(0.2, 1_i128..200);
    (direction, quantity).prop_map(|(direction, quantity)| Entries {
        direction,
        quantity: quantity.map(|units| Qty::from_units(units * 1_000_000)),
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases_of_each()))]

    #[test]
    fn any_direction_in_any_account_on_margin(
        case in cases(),
        kinds in prop::collection::vec((crosses(), entries()), 1..4),
        percent in prop::sample::select(vec![250.0, 100.0, 37.7, 2.0]),
        coarse in prop::bool::weighted(0.2),
    ) {
        for (kind, entries) in kinds {
            let interval = if coarse { coarser_than(case.interval()) } else { case.interval() };
            let _ = case.follows(&StrategySpec { entries, ..spec(kind, interval, percent) });
        }
    }
}

/// The property above is about something: of cases drawn alike many are taken, with trades on both sides.
#[test]
fn many_random_cases_are_taken() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut taken, mut trades, mut left) = (0, 0, std::collections::BTreeMap::new());
    for _ in 0..120 {
        let case = cases().new_tree(&mut runner).unwrap().current();
        let (kind, entries) = (crosses(), entries()).new_tree(&mut runner).unwrap().current();
        let spec = StrategySpec { entries, ..spec(kind, case.interval(), 37.7) };
        match case.follows(&spec) {
            Ok(()) => {
                taken += 1;
                trades += case.follow(&spec).unwrap().trades.len();
            }
            Err(why) => *left.entry(why).or_insert(0) += 1,
        }
    }
    assert!(taken > 50 && trades > 200, "{taken} taken, {trades} trades, {left:?}");
    assert!(left.contains_key(&Ineligible::Liquidation), "{left:?}");
}

/// A walk that turns often, on a perpetual with funding every eight hours.
fn walked(bars: usize, one: Instruments) -> Case {
    let mut state = 11_u64;
    let mut draw = move |range: i32| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as i32 % range
    };
    let steps: Vec<Step> = (0..bars).map(|_| (draw(41) - 20, draw(7) - 3, draw(9), draw(9), false)).collect();
    let market = market(Interval::MINUTE, 0.01, 50_000, &steps, one);
    let mut case = case_of(market, 321, Cash::from_units(10_000 * UNITS_PER_ONE), (10.0, 1.0));
    case.risk.margin = MarginLimits { max_leverage: Bps::WHOLE, allow_short: true, mode: MarginMode::Cross };
    case
}

fn usual(kind: MarginKind) -> Instruments {
    Instruments {
        kind,
        max_leverage: 20.0,
        maintenance: 0.4,
        on_entry: false,
        marked: false,
        every: 480 * 60,
        rate: 0.000_1,
    }
}

fn turning(fast: u32, slow: u32, direction: Direction) -> StrategySpec {
    let kind = StrategyKind::SmaCross { fast, slow };
    let entries = Entries { direction, quantity: None };
    StrategySpec { entries, ..spec(kind, Interval::MINUTE, 50.0) }
}

#[test]
fn a_long_walk_is_taken_in_every_direction() {
    for kind in [MarginKind::Perpetual, MarginKind::Shares] {
        let case = walked(12_000, usual(kind));
        for direction in [Direction::Long, Direction::Short, Direction::Both] {
            for (fast, slow) in [(5, 20), (20, 300)] {
                let spec = turning(fast, slow, direction);
                assert_eq!(case.follows(&spec), Ok(()), "{spec:?}");
                assert!(case.follow(&spec).unwrap().trades.len() > 10, "{spec:?}");
            }
        }
    }
}

#[test]
fn a_window_with_a_liquidation_is_left_to_the_general_engine() {
    // A short of twice the equity, and a price that doubles.
    let steps: Vec<Step> = (0..60_i32).map(|n| (if n < 20 { -2 } else { 12 }, 0, 0, 0, false)).collect();
    let market = market(Interval::MINUTE, 1.0, 200, &steps, usual(MarginKind::Perpetual));
    let mut case = case_of(market, 0, Cash::from_units(1_000 * UNITS_PER_ONE), (0.0, 0.0));
    case.risk.margin.allow_short = true;
    case.risk.margin.max_leverage = Bps::from_percent(300.0);
    let entries = Entries { direction: Direction::Short, quantity: Some("11".parse().unwrap()) };
    let kind = StrategyKind::DonchianBreakout { entry: 50, exit: 3 };
    let short = StrategySpec { entries, ..spec(kind, Interval::MINUTE, 50.0) };
    assert_eq!(case.follow(&short), Err(Ineligible::Liquidation));
}
