//! What must hold for every built-in kind: blind to the future, ready at the window's first bar,
//! the same at every replay.

use super::testing::{Log, Paper, Ticks, four_minutes, market_with, play, play_all_knowing, play_from, spec};
use crate::domain::{Bps, Interval};
use crate::scenario::{StrategyKind, StrategySpec};

/// One of every kind that acts, with periods short enough to act often.
fn kinds() -> Vec<StrategyKind> {
    vec![
        StrategyKind::BuyAndHold,
        StrategyKind::SmaCross { fast: 2, slow: 5 },
        StrategyKind::EmaCross { fast: 2, slow: 5 },
        StrategyKind::Macd { fast: 2, slow: 5, signal: 2 },
        StrategyKind::RsiReversion { period: 3, entry_below: 40.0, exit_above: 60.0 },
        StrategyKind::BollingerReversion { period: 4, width: 0.5 },
        StrategyKind::DonchianBreakout { entry: 3, exit: 2 },
        StrategyKind::Momentum { lookback: 3, top: 1, rebalance: 2 },
        StrategyKind::Grid { levels: 3, spacing: Bps::from_percent(1.0) },
        StrategyKind::Dca { every: 5 },
        StrategyKind::Random { turnover: 200.0, seed: None },
    ]
}

/// Every kind in both timeframes, a third of the equity at a time.
fn specs() -> Vec<StrategySpec> {
    let of = |kind: StrategyKind, timeframe| StrategySpec {
        timeframe,
        size: Bps::from_percent(33.0),
        ..spec(kind, 2)
    };
    let both = |kind: StrategyKind| [of(kind.clone(), Interval::MINUTE), of(kind, four_minutes())];
    kinds().into_iter().flat_map(both).collect()
}

/// Two symbols with different gaps, wandering in hundredths (an integer generator, the same everywhere).
fn wandering(len: usize) -> Vec<Ticks> {
    let mut state = 7_u64;
    let mut next = move |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    (0..2)
        .map(|_| {
            let mut price = 10_000.0;
            (0..len)
                .map(|_| {
                    let open = price;
                    price += next(301) as f64 - 150.0;
                    let (high, low) = (open.max(price) + next(50) as f64, open.min(price) - next(50) as f64);
                    (next(8) > 0).then_some([open / 100.0, high / 100.0, low / 100.0, price / 100.0])
                })
                .collect()
        })
        .collect()
}

fn replay(spec: &StrategySpec, ticks: &[Ticks]) -> Log {
    play(spec, &market_with(ticks, Some(four_minutes())), &mut Paper::new("10000"))
}

#[test]
fn every_kind_acts_and_acts_the_same_again() {
    let ticks = wandering(400);
    for spec in specs() {
        let log = replay(&spec, &ticks);
        assert!(!log.is_empty(), "{spec:?}");
        assert_eq!(log, replay(&spec, &ticks), "{spec:?}");
    }
}

#[test]
fn cutting_the_future_off_changes_nothing_before() {
    let ticks = wandering(300);
    for spec in specs() {
        let whole = replay(&spec, &ticks);
        for cut in [1, 2, 3, 17, 60, 61, 62, 63, 150, 299] {
            let shorter: Vec<Ticks> = ticks.iter().map(|symbol| symbol[..cut].to_vec()).collect();
            let before: Log = whole.iter().copied().filter(|(tick, _)| *tick < cut).collect();
            assert_eq!(before, replay(&spec, &shorter), "cut at {cut}: {spec:?}");
        }
    }
}

/// With no more bars before the window than it asks for, a strategy decides from the first bar on as one
/// that knows all of the history. (The recursive averages do so up to the weight of their seed: the kinds
/// with windows only are compared.)
#[test]
fn the_declared_warm_up_is_enough() {
    let windowed = |spec: &StrategySpec| {
        matches!(
            spec.kind,
            StrategyKind::SmaCross { .. }
                | StrategyKind::BollingerReversion { .. }
                | StrategyKind::DonchianBreakout { .. }
                | StrategyKind::Momentum { .. }
        )
    };
    let market = market_with(&wandering(300), Some(four_minutes()));
    for spec in specs().into_iter().filter(windowed) {
        for first in 100..160 {
            let declared = play_from(first, &spec, &market, &mut Paper::new("10000"));
            let all_knowing = play_all_knowing(first, &spec, &market, &mut Paper::new("10000"));
            assert_eq!(declared, all_knowing, "window from {first}: {spec:?}");
        }
    }
}

/// Some window in which the kind acts at the very first bar exists, with no more history than declared.
#[test]
fn the_first_bar_of_a_window_can_be_acted_on() {
    let market = market_with(&wandering(400), Some(four_minutes()));
    for spec in specs() {
        let acts = |first: usize| {
            play_from(first, &spec, &market, &mut Paper::new("10000"))
                .first()
                .is_some_and(|log| log.0 == first)
        };
        assert!((100..400).any(acts), "{spec:?}");
    }
}
