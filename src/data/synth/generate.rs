//! Generates bars from a specification.
//!
//! The log return of a bar is `drift + sigma * shock`. The shock mixes a market shock and the symbol's own,
//! both Student t; `sigma` is the symbol's volatility times the regime's factor and a GARCH(1,1) factor;
//! jumps move a bar's open away from the previous close. Highs and lows come from a Brownian bridge from open
//! to close.

use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

use super::correlation::Correlations;
use super::draw::Stream;
use super::regime::Regime;
use super::spec::{SynthSpec, SynthSymbol};
use crate::domain::{Seed, Symbol};
use crate::market::{Bars, PRICE_CEILING};

/// Reaction (alpha) and persistence (beta) of the GARCH factor; its long-run mean is one.
const REACTION: f64 = 0.05;
const PERSISTENCE: f64 = 0.93;
/// Points inside a bar at which the bridge is sampled.
const BRIDGE_POINTS: usize = 6;
/// Time constant of the slow average, in days.
const MEMORY_DAYS: f64 = 20.0;
const DAYS_PER_YEAR: f64 = 365.0;

/// The values that all symbols share in one bar.
struct MarketDraws {
    regime: Regime,
    shock: f64,
    jump: f64,
}

/// Every symbol's bars, in the specification's order; symbols are generated in parallel, each from its own
/// stream.
pub fn generate(spec: &SynthSpec) -> Vec<(Symbol, Bars)> {
    let market_draws = forecast(spec);
    let one = |symbol: &SynthSymbol| (symbol.symbol.clone(), bars(spec, symbol, &market_draws, None));
    spec.symbols.par_iter().map(one).collect()
}

/// As [`generate`], with a correlation for each pair of symbols instead of a common one; `correlations` has a
/// row for each symbol. Regimes and market jumps remain shared, which slightly increases every pair's
/// correlation.
pub fn generate_correlated(spec: &SynthSpec, correlations: &Correlations) -> Vec<(Symbol, Bars)> {
    let market_draws = forecast(spec);
    let independent: Vec<Vec<f64>> = spec.symbols.par_iter().map(|symbol| own_shocks(spec, symbol)).collect();
    let one = |(index, symbol): (usize, &SynthSymbol)| {
        let mut mixed = vec![0.0; market_draws.len()];
        for (share, shocks) in correlations.shares(index).iter().zip(&independent) {
            mixed.iter_mut().zip(shocks).for_each(|(sum, shock)| *sum += share * shock);
        }
        (symbol.symbol.clone(), bars(spec, symbol, &market_draws, Some(&mixed)))
    };
    spec.symbols.par_iter().enumerate().map(one).collect()
}

/// A symbol's own shocks, to be mixed with those of the others.
fn own_shocks(spec: &SynthSpec, symbol: &SynthSymbol) -> Vec<f64> {
    let mut draws = stream(spec.seed, &["synth", "own", symbol.symbol.as_str()]);
    (0..spec.bars).map(|_| draws.shock()).collect()
}

fn stream(seed: Seed, parts: &[&str]) -> Stream {
    Stream::new(seed.key(parts))
}

fn bar_days(spec: &SynthSpec) -> f64 {
    spec.interval.span().seconds() / 86_400.0
}

fn forecast(spec: &SynthSpec) -> Vec<MarketDraws> {
    let days = bar_days(spec);
    let mut moods = stream(spec.seed, &["synth", "regimes"]);
    let mut shocks = stream(spec.seed, &["synth", "market"]);
    let mut regime = Regime::Bull;
    let bar = |_| {
        regime = regime.next(days, &mut moods);
        // The mean is negative: markets fall faster than they rise.
        let jump = jump(spec, days, -0.3, &mut shocks);
        MarketDraws { regime, shock: shocks.shock(), jump }
    };
    (0..spec.bars).map(bar).collect()
}

/// The log of a jump; zero in most bars.
fn jump(spec: &SynthSpec, days: f64, mean: f64, stream: &mut Stream) -> f64 {
    let (happens, size) = (stream.uniform() * DAYS_PER_YEAR < spec.jumps_per_year * days, stream.normal());
    if happens { spec.jump_size * (mean + size) } else { 0.0 }
}

fn bars(spec: &SynthSpec, symbol: &SynthSymbol, market_draws: &[MarketDraws], mixed: Option<&[f64]>) -> Bars {
    let days = bar_days(spec);
    let years = days / DAYS_PER_YEAR;
    let calm = symbol.volatility * libm::sqrt(years);
    let (shared, own) = (libm::sqrt(spec.correlation), libm::sqrt(1.0 - spec.correlation));
    let mut draws = stream(spec.seed, &["synth", "symbol", symbol.symbol.as_str()]);
    let mut out = Bars::with_capacity(spec.interval, market_draws.len());
    let mut log = libm::log(symbol.start_price);
    let (mut average, mut heat) = (log, 1.0_f64);
    for (number, (index, now)) in (0_i64..).zip(market_draws.iter().enumerate()) {
        let shock = mixed.map_or_else(|| shared * now.shock + own * draws.shock(), |mixed| mixed[index]);
        let sigma = calm * now.regime.volatility() * libm::sqrt(heat);
        let trend = (symbol.drift + now.regime.drift() * symbol.volatility) * years;
        let pull = now.regime.pull() * days * (average - log);
        let open = log + now.jump + jump(spec, days, 0.0, &mut draws);
        let change = trend + pull - sigma * sigma / 2.0 + sigma * shock;
        let (low, high) = extremes(sigma, change, &mut draws);
        let at = spec.start + spec.interval.span().times(number);
        let busy = (0.4 + 0.6 * shock.abs()) * sigma / calm * volume_profile(at.micros());
        let volume = symbol.volume * busy * libm::exp(0.35 * draws.normal());
        let price = |log: f64| rounded(libm::exp(log), symbol.price_decimals);
        let prices = [price(open), price(open + high), price(open + low), price(open + change)];
        let [first, highest, lowest, last] = prices;
        out.push(at, [first, highest, lowest, last, rounded(volume, symbol.volume_decimals)]);
        log = open + change;
        average += (log - average) * (days / MEMORY_DAYS).min(1.0);
        let reaction = REACTION * heat * shock * shock;
        heat = (1.0 - REACTION - PERSISTENCE + reaction + PERSISTENCE * heat).clamp(0.25, 9.0);
    }
    out
}

/// Lowest and highest log price inside a bar, relative to its open: a Brownian bridge from 0 to `change`.
#[expect(clippy::cast_precision_loss, reason = "a handful of steps")]
fn extremes(sigma: f64, change: f64, draws: &mut Stream) -> (f64, f64) {
    let steps = BRIDGE_POINTS + 1;
    let scale = sigma / libm::sqrt(steps as f64);
    let noise: [f64; BRIDGE_POINTS + 1] = std::array::from_fn(|_| scale * draws.normal());
    let excess = noise.iter().sum::<f64>() - change;
    let (mut low, mut high, mut at) = (change.min(0.0), change.max(0.0), 0.0);
    for step in &noise[..BRIDGE_POINTS] {
        at += step - excess / steps as f64;
        low = low.min(at);
        high = high.max(at);
    }
    (low, high)
}

/// Daily volume profile: maximum at 15:00 UTC, minimum at 03:00.
#[expect(clippy::cast_precision_loss, reason = "microseconds of a day")]
fn volume_profile(micros: i64) -> f64 {
    let hour = micros.rem_euclid(86_400_000_000) as f64 / 3_600_000_000.0;
    1.0 + 0.35 * libm::cos(std::f64::consts::TAU * (hour - 15.0) / 24.0)
}

/// Rounded to `decimals` places, and at least one unit of the last place.
fn rounded(value: f64, decimals: u8) -> f64 {
    const POWERS: [f64; 9] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8];
    let power = POWERS[usize::from(decimals.min(8))];
    (value.min(PRICE_CEILING / 10.0) * power).round().max(1.0) / power
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::synth::sample;
    use crate::market::bar_error;

    fn returns(bars: &Bars) -> Vec<f64> {
        bars.close.windows(2).map(|pair| (pair[1] / pair[0]).ln()).collect()
    }

    #[test]
    fn each_pair_moves_together_as_asked() {
        let spec = SynthSpec { bars: 20_000, jumps_per_year: 0.0, ..sample() };
        let wanted: Correlations = "1,0.8,-0.3;0.8,1,0;-0.3,0,1".parse().unwrap();
        let made: Vec<Vec<f64>> =
            generate_correlated(&spec, &wanted).iter().map(|(_, bars)| returns(bars)).collect();
        for (a, b, target) in [(0, 1, 0.8), (0, 2, -0.3), (1, 2, 0.0)] {
            let found = correlation(&made[a], &made[b]);
            assert!((found - target).abs() < 0.05, "{a} and {b}: {found}, not {target}");
        }
    }

    fn correlation(a: &[f64], b: &[f64]) -> f64 {
        let n = a.len() as f64;
        let (ma, mb) = (a.iter().sum::<f64>() / n, b.iter().sum::<f64>() / n);
        let dot = |x: &[f64], mx: f64, y: &[f64], my: f64| -> f64 {
            x.iter().zip(y).map(|(x, y)| (x - mx) * (y - my)).sum()
        };
        dot(a, ma, b, mb) / (dot(a, ma, a, ma) * dot(b, mb, b, mb)).sqrt()
    }

    #[test]
    fn bars_are_valid_even_at_the_smallest_prices() {
        let mut spec = sample();
        spec.symbols[0].start_price = 0.02;
        for (_, bars) in generate(&spec) {
            assert_eq!(bar_error::check(&bars, 0..bars.len(), &[], 1), []);
            assert!(bars.ts.windows(2).all(|pair| pair[1] - pair[0] == spec.interval.span()));
        }
    }

    #[test]
    fn equal_seeds_give_equal_markets_and_others_do_not() {
        let mut spec = SynthSpec { bars: 500, ..sample() };
        let first = generate(&spec);
        assert_eq!(first, generate(&spec));
        // A symbol's path does not depend on the other symbols.
        spec.symbols.remove(0);
        assert_eq!(first[1..], generate(&spec)[..]);
        spec.seed = Seed(spec.seed.0 + 1);
        assert_ne!(first[1..], generate(&spec)[..]);
    }

    #[test]
    fn the_market_has_the_documented_properties() {
        let made = generate(&sample());
        let (a, b) = (returns(&made[0].1), returns(&made[1].1));
        let together = correlation(&a, &b);
        assert!((0.4..0.8).contains(&together), "correlated: {together}");
        let sizes: Vec<f64> = a.iter().map(|r| r.abs()).collect();
        let clustering = correlation(&sizes[..sizes.len() - 1], &sizes[1..]);
        assert!(clustering > 0.05, "volatility clusters: {clustering}");
        let variance = a.iter().map(|r| r * r).sum::<f64>() / a.len() as f64;
        let kurtosis = a.iter().map(|r| r.powi(4)).sum::<f64>() / a.len() as f64 / (variance * variance);
        assert!(kurtosis > 5.0, "fat tails: {kurtosis}");
        let gaps =
            made[0].1.open[1..].iter().zip(&made[0].1.close).filter(|(open, close)| open != close).count();
        assert!((3..60).contains(&gaps), "jumps: {gaps}");
        let volumes = &made[0].1.volume[1..];
        assert!(correlation(volumes, &sizes) > 0.3, "volume goes with volatility");
    }
}
