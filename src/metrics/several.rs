//! Strategies on several symbols that share a wallet: the batch engine against the bar-by-bar engine, to the last bit.
//!
//! `TILTYARD_CASES` sets the number of random cases.

use proptest::prelude::*;

use super::condensed::{Case, case_of, spec};
use super::decided::{Step, bars, cases_of_each, states};
use crate::domain::{Bps, Cash, Instrument, Interval, Qty, Symbol, SymbolId, UNITS_PER_ONE};
use crate::engine::batch::Ineligible;
use crate::market::{Market, SeriesBars, resample};
use crate::scenario::{RiskProfile, StrategyKind, StrategySpec, WarmUp};

/// Symbols with bars at the same times, but for those that lack some.
fn market(tick: f64, tapes: &[Vec<Step>], rules: [i64; 2]) -> Market {
    let coarse: Interval = "5m".parse().unwrap();
    let series = tapes.iter().enumerate().map(|(number, steps)| {
        let bars = bars(Interval::MINUTE, tick, 300 * (1 + number as i32), steps);
        let instrument = Instrument {
            quantity_step: Qty::from_units(rules[0].into()),
            min_notional: Cash::from_units(rules[1].into()),
            ..Instrument::with_defaults(Symbol::new(&format!("S{number}")).unwrap())
        };
        let frames = std::collections::BTreeMap::from([(coarse, resample(&bars, coarse).unwrap())]);
        SeriesBars { frames, ..SeriesBars::plain(instrument, bars) }
    });
    Market::assemble(Interval::MINUTE, series.collect(), None, None).unwrap()
}

fn cases() -> impl Strategy<Value = Case> {
    let shape = (2_usize..5, 2_usize..300, 1_i32..30, prop::bool::weighted(0.1));
    let tapes = shape.prop_flat_map(|(symbols, length, wild, holes)| {
        let skips = if holes { 0.01 } else { 0.0 };
        let step = (-wild..=wild, -2_i32..=2, 0..=wild, 0..=wild, prop::bool::weighted(skips));
        prop::collection::vec(prop::collection::vec(step, length), symbols)
    });
    let shape = (
        prop::sample::select(vec![1.0, 0.01, 97.531]),
        prop::sample::select(vec![1_i64, 100_000]),
        prop::sample::select(vec![0_i64, 100_000_000]),
        prop::sample::select(vec!["3", "1000", "98765.43210987"]),
    );
    let costs = (prop::sample::select(vec![0.0, 10.0, 500.0]), prop::sample::select(vec![0.0, 5.0, 12.345]));
    let limits = (
        prop::sample::select(vec![None, None, Some(1.0), Some(20.0)]),
        prop::sample::select(vec![None, Some(40.0), Some(5.0)]),
        prop::sample::select(vec![None, Some(25.0)]),
        any::<bool>(),
        prop::sample::select(vec![None, Some(1), Some(2)]),
    );
    let flags = (any::<bool>(), any::<bool>(), 0_usize..60);
    (tapes, shape, costs, limits, flags).prop_map(|(tapes, shape, costs, limits, flags)| {
        let (tick, step, least, start) = shape;
        let mut case = case_of(market(tick, &tapes, [step, least]), flags.2, start.parse().unwrap(), costs);
        let (loss, position, order, cut, rate) = limits;
        case.venue.close_at_end = flags.0;
        case.warm_up = if flags.1 { WarmUp::Inside } else { WarmUp::Before };
        case.risk = RiskProfile {
            daily_loss_limit: loss.map(Bps::from_percent),
            max_position_size: position.map(Bps::from_percent),
            max_order_size: order.map(Bps::from_percent),
            orders_per_minute: rate,
            size_to_limit: cut,
            ..RiskProfile::unlimited()
        };
        case
    })
}

fn kinds() -> impl Strategy<Value = StrategyKind> {
    let period = || 1_u32..25;
    prop_oneof![
        2 => (period(), period()).prop_map(|(fast, slow)| StrategyKind::SmaCross { fast, slow }),
        1 => (period(), period()).prop_map(|(fast, slow)| StrategyKind::EmaCross { fast, slow }),
        1 => (period(), period(), period())
            .prop_map(|(fast, slow, signal)| StrategyKind::Macd { fast, slow, signal }),
        4 => states(),
    ]
}

/// A strategy of the first `count` symbols, or of these the last first.
fn of(kind: StrategyKind, interval: Interval, percent: f64, count: u16, backwards: bool) -> StrategySpec {
    let mut symbols: Vec<SymbolId> = (0..count).map(SymbolId).collect();
    if backwards {
        symbols.reverse();
    }
    StrategySpec { symbols, ..spec(kind, interval, percent) }
}

fn specs() -> impl Strategy<Value = StrategySpec> {
    let percent = prop::sample::select(vec![100.0, 60.0, 33.3, 2.0]);
    (kinds(), percent, prop::bool::weighted(0.2), 1_u16..3, any::<bool>()).prop_map(
        |(kind, percent, coarse, count, backwards)| {
            let interval = if coarse { "5m".parse().unwrap() } else { Interval::MINUTE };
            of(kind, interval, percent, count, backwards)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases_of_each()))]

    #[test]
    fn any_signals_of_several_symbols(case in cases(), specs in prop::collection::vec(specs(), 1..4)) {
        case.follow_together(&specs);
    }
}

/// The property above is about something: of cases drawn alike most are taken, and trade.
#[test]
fn many_random_cases_are_taken() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut taken, mut trades, mut left) = (0, 0, std::collections::BTreeMap::new());
    for _ in 0..120 {
        let (case, spec) = (cases(), specs()).new_tree(&mut runner).unwrap().current();
        match case.follows(&spec) {
            Ok(()) => {
                taken += 1;
                trades += case.follow(&spec).unwrap().trades.len();
            }
            Err(why) => *left.entry(why).or_insert(0) += 1,
        }
    }
    assert!(taken > 60 && trades > 300, "{taken} taken, {trades} trades, {left:?}");
    assert!(left.contains_key(&Ineligible::Symbols), "a symbol that lacks bars: {left:?}");
}

#[test]
fn a_long_walk_of_three_symbols_is_taken() {
    let mut state = 5_u64;
    let mut draw = move |range: i32| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as i32 % range
    };
    let mut tape = || -> Vec<Step> {
        (0..9_000).map(|_| (draw(21) - 10, draw(5) - 2, draw(9), draw(9), false)).collect()
    };
    let market = market(0.01, &[tape(), tape(), tape()], [1, 100_000_000]);
    let case = case_of(market, 321, Cash::from_units(10_000 * UNITS_PER_ONE), (10.0, 1.0));
    for kind in [
        StrategyKind::SmaCross { fast: 5, slow: 60 },
        StrategyKind::RsiReversion { period: 14, entry_below: 30.0, exit_above: 70.0 },
        StrategyKind::DonchianBreakout { entry: 20, exit: 10 },
    ] {
        for percent in [30.0, 90.0] {
            let spec = of(kind.clone(), Interval::MINUTE, percent, 3, false);
            assert_eq!(case.follows(&spec), Ok(()), "{spec:?}");
            assert!(case.follow(&spec).unwrap().trades.len() > 20, "{spec:?}");
        }
    }
}
