//! The parameter grids of the example `grid`: those of `families.py`, and what else `docs/performance.md` has a row for.

use tiltyard::internals::domain::{Bps, Interval, SymbolId};
use tiltyard::internals::scenario::{Condition, RuleDistance, RuleSet, StrategyKind, StrategySpec, expr};

use crate::Failure;

/// A grid and what it is replayed with.
pub struct Grid {
    pub specs: Vec<StrategySpec>,
    pub fee_bps: f64,
    pub symbols: u16,
}

/// The grid of a family; `count` combinations where it is the crosses.
pub fn grid(family: &str, count: usize) -> Result<Grid, Failure> {
    // Families that trade so often that 10 bp would leave nothing of the balance pay 1.
    let of_one = |specs, fee_bps| Ok(Grid { specs, fee_bps, symbols: 1 });
    match family {
        "cross" | "calm" => {
            let specs = crosses(count, family == "calm").into_iter();
            of_one(specs.map(|(fast, slow)| spec(StrategyKind::SmaCross { fast, slow })).collect(), 10.0)
        }
        "rsi" => of_one(rsi(), 1.0),
        "bollinger" => of_one(
            hundred(|a, b| {
                let width = 1.0 + f64::from(b - 1) / 4.0;
                Ok(StrategyKind::BollingerReversion { period: 10 * a, width })
            })?,
            1.0,
        ),
        "donchian" => {
            of_one(hundred(|a, b| Ok(StrategyKind::DonchianBreakout { entry: 20 * a, exit: 10 * b }))?, 1.0)
        }
        "stops" => of_one(hundred(stops)?, 1.0),
        "rules" => of_one(hundred(rules)?, 1.0),
        "three" => several(3, 30.0),
        "ten" => several(10, 9.0),
        _ => Err(format!("there is no family `{family}`").into()),
    }
}

/// The 190 combinations of fast 5..50 step 5 and slow 60..240 step 10 (calm: fast 100..1000 step 100, slow
/// 1000..10,000 step 500); for another count, a square of periods.
fn crosses(count: usize, calm: bool) -> Vec<(u32, u32)> {
    let (fast, slow): (Vec<u32>, Vec<u32>) = match (count, calm) {
        (190, false) => ((5..=50).step_by(5).collect(), (60..=240).step_by(10).collect()),
        (190, true) => ((100..=1000).step_by(100).collect(), (1000..=10_000).step_by(500).collect()),
        _ => {
            let side = (1_u32..).find(|side| (side * side) as usize >= count).unwrap_or(1);
            ((0..side).map(|i| 5 + i).collect(), (0..side).map(|i| 120 + 2 * i).collect())
        }
    };
    let pairs = slow.iter().flat_map(|&slow| fast.iter().map(move |&fast| (fast, slow)));
    pairs.take(count).collect()
}

fn rsi() -> Vec<StrategySpec> {
    let steps = |from: u32| (0..5).map(move |step| f64::from(from + 5 * step));
    let all = [7, 14, 21, 28].into_iter().flat_map(|period| {
        steps(20).flat_map(move |entry_below| {
            steps(60).map(move |exit_above| StrategyKind::RsiReversion { period, entry_below, exit_above })
        })
    });
    all.map(spec).collect()
}

/// Ten values of each of two parameters, from 1 on.
fn hundred(kind: impl Fn(u32, u32) -> Result<StrategyKind, Failure>) -> Result<Vec<StrategySpec>, Failure> {
    let pairs = (1..=10).flat_map(|a| (1..=10).map(move |b| (a, b)));
    pairs.map(|(a, b)| Ok(spec(kind(a, b)?))).collect()
}

fn spec(kind: StrategyKind) -> StrategySpec {
    let timeframe = Interval::MINUTE;
    StrategySpec::of(kind, vec![SymbolId(0)], timeframe)
}

fn condition(text: &str) -> Result<Condition, Failure> {
    let minute = Interval::MINUTE;
    let expr = expr::parse(text, minute, minute).map_err(|error| format!("{text}: {error:?}"))?;
    Ok(Condition { text: text.to_owned(), timeframe: minute, expr })
}

fn rule_set(enter: &[&str], exit: &str) -> Result<RuleSet, Failure> {
    let enter = enter.iter().map(|text| condition(text)).collect::<Result<Vec<_>, _>>()?;
    Ok(RuleSet::of(enter, vec![condition(exit)?]))
}

fn share(percent: f64) -> Option<RuleDistance> {
    Some(RuleDistance::Share(Bps::from_percent(percent)))
}

/// A crossing with a stop and a target, both swept.
fn stops(stop: u32, target: u32) -> Result<StrategyKind, Failure> {
    let enter = ["sma(20) crosses_above sma(120)", "rsi(14) < 70"];
    Ok(StrategyKind::Rules(Box::new(RuleSet {
        stop_loss: share(f64::from(stop) / 10.0),
        take_profit: share(f64::from(target) / 5.0),
        ..rule_set(&enter, "sma(20) crosses_below sma(120)")?
    })))
}

/// Pullbacks in an uptrend with everything that protects a position; a threshold and the stop are swept.
fn rules(threshold: u32, stop: u32) -> Result<StrategyKind, Failure> {
    let low = format!("rsi(14) < {}", 20 + threshold);
    Ok(StrategyKind::Rules(Box::new(RuleSet {
        stop_loss: share(f64::from(stop) / 5.0),
        take_profit: share(2.0),
        trailing_stop: share(1.5),
        max_hold_bars: Some(600),
        ..rule_set(&[&low, "close > sma(2000)"], "rsi(14) > 65")?
    })))
}

/// Crosses of so many symbols that share the wallet.
fn several(symbols: u16, percent: f64) -> Result<Grid, Failure> {
    let mut specs = hundred(|a, b| Ok(StrategyKind::SmaCross { fast: 5 * a, slow: 40 + 20 * b }))?;
    for spec in &mut specs {
        spec.symbols = (0..symbols).map(SymbolId).collect();
        spec.size = Bps::from_percent(percent);
    }
    Ok(Grid { specs, fee_bps: 10.0, symbols })
}
